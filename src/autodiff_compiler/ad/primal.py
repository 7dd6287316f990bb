"""What is known of the primal before the walk backwards begins: where its values are defined, and what they certainly are."""

from __future__ import annotations

from functools import cached_property

from autodiff_compiler.analysis.bounds import Bounds
from autodiff_compiler.analysis.constants import constants_of, whole_numbers
from autodiff_compiler.analysis.places import Places
from autodiff_compiler.analysis.shapes import shapes_of
from autodiff_compiler.analysis.versions import Versions
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.extent import Extent
from autodiff_compiler.ir.loop import Loop, Slot, is_loop, loop_slots
from autodiff_compiler.ir.opset import is_undefined, opdef, sets_path
from autodiff_compiler.ir.types import dtype_of, rank
from autodiff_compiler.ir.walk import all_ops


class Primal:
    """The body of a function that is reversed.

    Read by every part of the reversal.  Nobody writes to it once it is made, but that `shapes` learns the extents of tapes
    (`Additions.note_tape`).
    """

    def __init__(self, body: Region, active: set[Value]) -> None:
        self.body = body
        self.active = active
        self.shapes = shapes_of(body)
        self.constants = constants_of(body)
        self.whole = whole_numbers(body, self.constants)
        self.home: dict[Value, Region] = {}
        self.parent: dict[Region, Region] = {}
        self.owner: dict[Region, Op] = {}
        """The op that each region belongs to; the body of the function belongs to none."""
        self.definitions: dict[Value, Op] = {}
        self.slots: dict[Value, Slot] = {}
        """Of the parameters and the results of loops."""
        self.stores: dict[Value, list[Op]] = {}
        """The stores that put a value, or the same number cast to another kind, into an array."""
        self._register(body)

    def _register(self, region: Region) -> None:
        self.home.update((p, region) for p in region.params)
        for op in region.ops:
            self.home.update((r, region) for r in op.results)
            self.definitions.update((r, op) for r in op.results)
            if sets_path(op):
                self._note_store(op)
            for inner in op.regions:
                self.parent[inner] = region
                self.owner[inner] = op
                self._register(inner)
            for slot in loop_slots(op):
                self.slots[slot.param] = self.slots[slot.result] = slot

    def _note_store(self, store: Op) -> None:
        value = store.operands[-1]
        self.stores.setdefault(value, []).append(store)
        op = self.definitions.get(value)
        if op is not None and opdef(op).converts and dtype_of(op.operands[0].type) == dtype_of(value.type):
            self.stores.setdefault(op.operands[0], []).append(store)

    def extents(self, array: Value) -> tuple[Extent, ...]:
        """The extents of an array, each as the first one of those that are known to be equal."""
        return tuple(self.shapes.extent(array, axis) for axis in range(rank(array.type)))

    def constant(self, value: Value) -> object | None:
        return self.constants.get(value)

    def is_within(self, home: Region | None, region: Region) -> bool:
        """Whether a region is another one, or nested in it."""
        while home is not None and home is not region:
            home = self.parent.get(home)
        return home is not None

    def inside(self, value: Value, region: Region) -> bool:
        """Whether a value is defined in a region or in one nested in it."""
        return self.is_within(self.home.get(value), region)

    def in_loop(self, region: Region | None) -> bool:
        """Whether a region is the body of a loop, or nested in one."""
        while region is not None and region in self.owner:
            if is_loop(self.owner[region]):
                return True
            region = self.parent.get(region)
        return False

    def in_while(self, region: Region | None) -> bool:
        """Whether the innermost loop around a region is one whose trips are not known beforehand."""
        while region is not None and region in self.owner:
            if is_loop(self.owner[region]):
                return not Loop(self.owner[region]).counted
            region = self.parent.get(region)
        return False

    @cached_property
    def places(self) -> Places:
        """The places that loads and writes reach, by the ranges of their indices."""
        bounds = Bounds(Function("primal", self.body), self.shapes)
        for op in all_ops(self.body):
            loop = Loop(op) if is_loop(op) else None
            if loop is not None and loop.index is not None:
                bounds.count(loop.index, *loop.bounds)
        return Places(bounds)

    @cached_property
    def versions(self) -> Versions:
        return Versions(self.body)

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
            if value in self.slots:
                queue += [self.slots[value].init, self.slots[value].yielded]
            op = self.definitions.get(value)
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
