"""What the parts of the reverse transformation share: the builder of the reverse sweep and the notes on the primal.

The reverse sweep of a region refers to the primal's values *as if they were in scope*.  The notes say where each of
them lives (`home`) and how it came about (`defs`), so that `residuals.py` can decide afterwards how it is provided;
`replaced` and `after` collect what that adds to the primal, and `assemble` puts the primal together again.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import cached_property

from autodiff_compiler.ad.callees import Callees
from autodiff_compiler.ad.names import bar_name, constants_of, whole_numbers
from autodiff_compiler.ad.plan import ResidualPlan
from autodiff_compiler.analysis.bounds import Bounds
from autodiff_compiler.analysis.places import Places
from autodiff_compiler.analysis.shapes import Extent, shapes_of
from autodiff_compiler.diagnostics import ADJOINT
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.loop import Loop, Slot, is_loop, loop_slots
from autodiff_compiler.ir.opset import is_undefined, opdef, sets_path
from autodiff_compiler.ir.types import INT, Array, ListOf, Scalar, dtype_of, rank
from autodiff_compiler.ir.walk import Rewriter, all_ops


class Reversal:
    """One reversal: its builder, and what is known about the primal's values."""

    def __init__(self, body: Region, active: set[Value], callees: Callees, save_all: bool = False) -> None:
        self.b = Builder()
        self.callees = callees
        self.active = active
        self.save_all = save_all
        self.body = body
        self.shapes = shapes_of(body)
        self.constants = constants_of(body)
        self.whole = whole_numbers(body, self.constants)
        self.home: dict[Value, Region] = {}
        self.parent: dict[Region, Region] = {}
        self.owner: dict[Region, Op] = {}
        self.defs: dict[Value, Op] = {}
        self.slot_of: dict[Value, Slot] = {}
        # The stores that put a value, or the same number cast to another kind, into an array.
        self.stores: dict[Value, list[Op]] = {}
        self.replaced: dict[Op, list[Op]] = {}
        self.after: dict[Value, list[Op]] = {}
        # The exit code that a region yields; for each condition that can be read off such a code, the code and the test.
        self.exit_codes: set[Value] = set()
        self.decoded: dict[Value, tuple[Value, str, int]] = {}
        # For each list tape (and what `if`s make of it), the empty lists that it starts from.
        self.origins: dict[Value, list[Value]] = {}
        # Values that a branch saves -> the result of the primal `if` that holds them.
        self.kept: dict[Value, Value] = {}
        # Arrays that are fillers on some path: their shape may differ from one iteration to the next.
        self.ragged: set[Value] = set()
        # Undefined values that may be put on a tape.
        self.fillers: set[Value] = set()
        self.plans: list[ResidualPlan] = []
        self._register(body)

    def _register(self, region: Region) -> None:
        self.home.update((p, region) for p in region.params)
        for op in region.ops:
            self.define(op, region)
            if sets_path(op):
                self._note_store(op)
            for inner in op.regions:
                self.parent[inner] = region
                self.owner[inner] = op
                self._register(inner)
            for slot in loop_slots(op):
                self.slot_of[slot.param] = self.slot_of[slot.result] = slot

    def _note_store(self, store: Op) -> None:
        value = store.operands[-1]
        self.stores.setdefault(value, []).append(store)
        op = self.defs.get(value)
        if op is not None and opdef(op).converts and dtype_of(op.operands[0].type) == dtype_of(value.type):
            self.stores.setdefault(op.operands[0], []).append(store)

    def define(self, op: Op, region: Region) -> None:
        """Note the results of an op in a region of the primal."""
        for result in op.results:
            self.home[result] = region
            self.defs[result] = op

    def add_after(self, value: Value, op: Op, region: Region) -> None:
        """Add an op to the primal, right after the definition of `value`."""
        self.after.setdefault(value, []).append(op)
        self.define(op, region)

    def inside(self, value: Value, region: Region) -> bool:
        """Whether a value is defined in a region or in one nested in it."""
        home = self.home.get(value)
        while home is not None and home is not region:
            home = self.parent.get(home)
        return home is not None

    def in_loop(self, region: Region | None) -> bool:
        """Whether a region is the body of a loop, or nested in one."""
        while region is not None and region in self.owner:
            if is_loop(self.owner[region]):
                return True
            region = self.parent.get(region)
        return False

    @cached_property
    def places(self) -> Places:
        """The places that the primal's loads and writes reach, by the ranges of its indices."""
        bounds = Bounds(Function("primal", self.body), self.shapes)
        for op in all_ops(self.body):
            loop = Loop(op) if is_loop(op) else None
            if loop is not None and loop.index is not None:
                bounds.count(loop.index, *loop.bounds)
        return Places(bounds)

    def constant(self, value: Value) -> object | None:
        return self.constants.get(value)

    # -- emission --------------------------------------------------------------------------------------------------

    def adjoint_of(self, op: Op) -> AbstractContextManager[None]:
        """Ops built inside belong to the reversal of `op`."""
        return self.b.at(op.span.at_phase(ADJOINT))

    def dim(self, extent: Extent) -> Value:
        """An extent as a value."""
        b = self.b
        if isinstance(extent, int):
            return b.const(extent)
        if isinstance(extent, Value):
            return extent
        kind, *parts = extent
        if kind == "dim":
            return b.dim(*parts)
        if kind == "less":
            whole, count = self.dim(parts[0]), parts[1]
            return b.op("maximum", b.sub(whole, b.const(count)) if count else whole, b.const(0))
        if kind == "rest":
            return b.sub(self.dim(parts[0]), parts[1])
        if kind == "span":
            return b.sub(parts[1], parts[0])
        stretched = self.dim(parts[0])
        for part in parts[1:]:
            other = self.dim(part)
            stretched = b.select(b.compare("eq", stretched, b.const(1)), other, stretched)
        return stretched

    def extents(self, array: Value) -> tuple[Extent, ...]:
        return tuple(self.shapes.extent(array, axis) for axis in range(rank(array.type)))

    def dims(self, array: Value) -> list[Value]:
        return [self.dim(extent) for extent in self.extents(array)]

    def zeros(self, value: Value) -> Value:
        """Zero of the type and shape of a primal value."""
        hint = bar_name(value)
        if isinstance(value.type, Array):
            return self.b.full(self.dims(value), self.b.const_like(0, value.type), hint)
        in_loop = self.in_loop(self.home[value])
        if isinstance(value.type, ListOf) and isinstance(value.type.element, Scalar) and in_loop:
            return self._zero_list(value, value.type.element, hint)
        return self.b.zeros_like(value, hint)

    def _zero_list(self, value: Value, element: Scalar, hint: str) -> Value:
        """Made from the length alone, so that the list itself need not be saved."""
        b = self.b
        with b.region(INT, value.type, names=("k", hint)) as body:
            b.yield_(b.op("list_append", body.params[1], b.const_like(0, element)))
        empty = b.op("list_new", type=value.type)
        return b.for_(b.const(0), b.op("list_len", value), b.const(1), [empty], body.done())[0]

    # -- the primal again ------------------------------------------------------------------------------------------

    def assemble(self, region: Region) -> list[Op]:
        """The ops of a region without its terminator, with everything that was added or replaced."""
        ops: list[Op] = []
        for param in region.params:
            ops += self._followers(param)
        for op in region.ops[:-1]:
            for new in self.replaced.get(op, [op]):
                ops.append(new)
                for result in new.results:
                    ops += self._followers(result)
        return ops

    def _followers(self, value: Value) -> list[Op]:
        ops = []
        for op in self.after.get(value, []):
            ops.append(op)
            for result in op.results:
                ops += self._followers(result)
        return ops

    # -- undefined values ------------------------------------------------------------------------------------------

    def undefined_sources(self, value: Value) -> list[Value]:
        """The `undef`s that a value may come from."""
        found: dict[Value, None] = {}
        seen: set[Value] = set()
        queue = [value]
        while queue:
            value = queue.pop()
            if value in seen:
                continue
            seen.add(value)
            if value in self.slot_of:
                queue += [self.slot_of[value].init, self.slot_of[value].yielded]
            op = self.defs.get(value)
            if op is None:
                continue
            if is_undefined(op):
                found[value] = None
            elif op.kind == "if":
                k = op.results.index(value)
                queue += [r.terminator.operands[k] for r in op.regions if not _raises(r)]
        return list(found)


def _raises(region: Region) -> bool:
    return any(opdef(op).leaves for op in region.ops)


class Substitution(Rewriter):
    """Copies ops under a substitution, leaving out ops whose result was substituted."""

    def op(self, op: Op) -> None:
        if not (op.results and op.results[0] in self.env):
            self.copy(op)

    def ops(self, ops: Sequence[Op]) -> list[Op]:
        return list(self.region(Region((), tuple(ops))).ops)
