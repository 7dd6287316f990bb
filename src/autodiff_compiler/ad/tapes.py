"""Where the values that a loop saves are kept: one tape for each, an ordinary array or list carried by the loop.

    array   empty(trips, extents…) before the loop, `store tape[t], v` behind v; read back by `load tape[t]`
    list    an empty list, `list_append(tape, v)` behind v; read back by `list_get(tape, t)`: for a `while`, whose trips
            are not known before, and for arrays whose shape changes
    thread  a list that is itself the tape of an inner loop: the outer loop carries it, the inner one goes on appending,
            and nothing is copied

The primal loop and the reversal learn of a tape from the same `Tape`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from autodiff_compiler.ad.context import Context, Substitution
from autodiff_compiler.analysis.shapes import Extent, roots
from autodiff_compiler.analysis.slots import loop_body, slots
from autodiff_compiler.diagnostics import UnsupportedError
from autodiff_compiler.ir.builder import OpenRegion
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.path import element
from autodiff_compiler.ir.types import Array, ListOf, dtype_of, rank


@dataclass(frozen=True)
class Tape:
    """A further slot of the primal loop."""

    init: Value
    param: Value
    yielded: Value
    result: Value
    origins: tuple[Value, ...] = ()
    """For a threaded list: the empty lists whose place it takes."""


@dataclass
class TapeDeck:
    """The tapes of one loop: `save` decides on them, `rebuilt_loop` is the primal loop with them."""

    context: Context
    op: Op
    tapes: list[Tape] = field(default_factory=list)
    before: OpenRegion = field(default_factory=lambda: OpenRegion(()))
    _trip: list[Value] = field(default_factory=list)
    _trips: list[Value] = field(default_factory=list)

    @property
    def body(self) -> Region:
        return loop_body(self.op)

    @property
    def outside(self) -> Region:
        return self.context.parent[self.body]

    def save(self, values: Sequence[Value], trip: Callable[[], Value]) -> dict[Value, Value]:
        """Make a tape for each value; what reads it back in iteration `trip()` is built at the builder's position."""
        t = None
        restored = {}
        for value in values:
            if isinstance(value.type, ListOf):
                restored[value] = self._thread(value)
                continue
            t = t or trip()
            undefined = self.context.undefined_sources(value)
            self.context.fillers.update(undefined)
            if self.op.kind == "for" and (not rank(value.type) or (not undefined and self._is_rigid(value))):
                restored[value] = self._array(value, t)
            else:
                restored[value] = self._list(value, t)
        return restored

    def _is_rigid(self, value: Value) -> bool:
        """Whether the array has the same extents in all iterations, known before the loop."""
        if value in self.context.ragged:
            return False
        origins = [origin for extent in self.context.extents(value) for origin in roots(extent)]
        return not any(self.context.inside(origin, self.body) for origin in origins)

    def _array(self, value: Value, t: Value) -> Value:
        context, b = self.context, self.context.b
        name = saved_name(value)
        type_ = Array(dtype_of(value.type), rank(value.type) + 1)
        with b.reopen(self.before), b.at(self.op.span):
            extents = [self._trip_count(), *context.dims(value)]
            init = b.op("empty", *extents, dtype=type_.dtype, filled=True, name=name)
        param, yielded, result = (Value(type_, name) for _ in range(3))
        store = Op("store", (param, self._primal_trip(), value), (yielded,), {"path": element()}, (), self.op.span)
        self._add(Tape(init, param, yielded, result), value, store)
        shape = self._trip_extent(init), *context.extents(value)
        for tape in (init, param, yielded, result):
            context.shapes.note(tape, shape)
        return b.cast(b.element(result, t, name=value.name), value.type, value.name)

    def _list(self, value: Value, t: Value) -> Value:
        context, b = self.context, self.context.b
        name = saved_name(value)
        type_ = ListOf(value.type)  # type: ignore[arg-type]  # lists are threaded
        offset = None
        with b.reopen(self.before), b.at(self.op.span):
            init = b.op("list_new", type=type_, name=name)
            if context.in_loop(self.outside):
                # An outer loop may thread the tape; then it is not empty here.
                offset = b.op("list_len", init)
        param, yielded, result = (Value(type_, name) for _ in range(3))
        append = Op("list_append", (param, value), (yielded,), {}, (), self.op.span)
        self._add(Tape(init, param, yielded, result), value, append)
        context.origins[result] = [init]
        index = t if offset is None else b.op("add", offset, t, fits=True)
        return b.op("list_get", result, index, name=value.name)

    def _thread(self, value: Value) -> Value:
        context = self.context
        if not context.origins.get(value):
            raise UnsupportedError(
                "AD310",
                "the reverse sweep needs an earlier state of a list that the loop changes",
                self.op.span,
                help="read the elements in the loop into variables before the list changes, or use an array",
            )
        with context.b.reopen(self.before), context.b.at(self.op.span):
            init = context.b.op("list_new", type=value.type, name=value.name)
        param, result = Value(value.type, value.name), Value(value.type, value.name)
        self.tapes.append(Tape(init, param, value, result, tuple(context.origins[value])))
        context.home[result] = self.outside
        context.origins[result] = [init]
        return result

    def _add(self, tape: Tape, value: Value, write: Op) -> None:
        self.tapes.append(tape)
        self.context.home[tape.result] = self.outside
        self.context.after.setdefault(value, []).append(write)

    def _primal_trip(self) -> Value:
        """The number of the iteration, in the body of the primal `for`."""
        if not self._trip:
            context, b = self.context, self.context.b
            index, (start, _, step) = self.body.params[0], self.op.operands[:3]
            out = OpenRegion(())
            with b.reopen(out), b.at(self.op.span):
                self._trip.append(trip_number(context, index, start, step))
            for op in out.ops:
                context.add_after(index, op, self.body)
        return self._trip[0]

    def _trip_extent(self, tape: Value) -> Extent:
        """The length of a tape, so that a loop around may know whether all its iterations have the same."""
        start, stop, step = self.op.operands[:3]
        first = self.context.constant(start)
        if self.context.constant(step) == 1 and isinstance(first, int) and first >= 0:
            return ("less", self.context.shapes.of(stop), first)
        return ("dim", tape, 0)

    def _trip_count(self) -> Value:
        if not self._trips:
            self._trips.append(trip_count(self.context, self.op))
        return self._trips[0]

    def rebuilt_loop(self) -> list[Op]:
        """The primal loop that carries the tapes, and what makes them before it."""
        context, op, body = self.context, self.op, self.body
        count = len(slots(op))
        carried, rest = body.terminator.operands[:count], body.terminator.operands[count:]
        ops = context.assemble(body)
        threads = {origin: tape.param for tape in self.tapes for origin in tape.origins}
        if threads:
            ops = Substitution(threads).ops(ops)
        end = replace(body.terminator, operands=(*carried, *(t.yielded for t in self.tapes), *rest))
        params = tuple(t.param for t in self.tapes)
        regions = [Region((*r.params, *(Value(p.type, p.name) for p in params)), r.ops) for r in op.regions[:-1]]
        regions.append(Region((*body.params, *params), (*ops, end)))
        operands = (*op.operands, *(t.init for t in self.tapes))
        results = (*op.results[:count], *(t.result for t in self.tapes), *op.results[count:])
        new = replace(op, operands=operands, results=results, regions=tuple(regions))
        for made in self.before.ops:
            context.define(made, self.outside)
        context.define(new, self.outside)
        return [*self.before.ops, new]


def saved_name(value: Value) -> str:
    """`x_saved` for `x`, and for the tape of an inner loop that an outer one saves."""
    return value.name if not value.name or value.name.endswith("_saved") else f"{value.name}_saved"


def trip_number(context: Context, index: Value, start: Value, step: Value) -> Value:
    """The number of the iteration in which a `for` has this index."""
    b = context.b
    distance = index if context.constant(start) == 0 else b.op("sub", index, start, fits=True)
    match context.constant(step):
        case 1:
            return distance
        case -1:
            return b.op("neg", distance, fits=True)
        case _:
            return b.op("floordiv", distance, step)


def trip_count(context: Context, op: Op) -> Value:
    """How many times a `for` that is not left early runs its body: ceil((stop - start) / step), at least 0."""
    b, (start, stop, step) = context.b, op.operands[:3]
    known = context.constant(step)
    if known == 1:
        count = stop if context.constant(start) == 0 else b.sub(stop, start)
    elif known == -1:
        count = b.sub(start, stop)
    else:
        count = b.neg(b.op("floordiv", b.sub(start, stop), step))
    return b.op("maximum", count, b.const(0))


def last_index(context: Context, op: Op) -> Value:
    """The index of the last iteration of a `for` that runs to its end."""
    b, (start, _, step) = context.b, op.operands[:3]
    before_last = b.sub(trip_count(context, op), b.const(1))
    return b.add(start, b.mul(before_last, step))
