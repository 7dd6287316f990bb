"""Where the values that a loop saves are kept: one tape for each, an ordinary array or list carried by the loop.

    array   empty(trips, extents…) before the loop, `store tape[t], v` after v; read back by `load tape[t]`
    list    an empty list, `list_append(tape, v)` after v; read back by `list_get(tape, t)`: for a `while`, whose trips
            are not known before, and for arrays whose shape changes
    thread  a list that is itself the tape of an inner loop: the outer loop carries it, the inner one goes on appending,
            and nothing is copied

The primal loop and the reversal get a tape from the same `Tape`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from autodiff_compiler.ad.reversal import Reversal, Substitution
from autodiff_compiler.analysis.shapes import Extent, roots
from autodiff_compiler.diagnostics import Span, UnsupportedError
from autodiff_compiler.ir.builder import OpenRegion
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.loop import Loop, Slot
from autodiff_compiler.ir.path import element
from autodiff_compiler.ir.types import Array, ListOf, dtype_of, rank


@dataclass
class TapeDeck:
    """The tapes of one loop: `save` decides on them, `rebuilt_loop` is the primal loop with them."""

    context: Reversal
    loop: Loop
    tapes: list[Slot] = field(default_factory=list)
    threads: dict[Value, Value] = field(default_factory=dict)
    """For the empty lists of inner loops, the parameter of the tape that takes their place."""
    before: OpenRegion = field(default_factory=lambda: OpenRegion(()))
    _trip: list[Value] = field(default_factory=list)
    _trips: list[Value] = field(default_factory=list)

    @property
    def span(self) -> Span:
        return self.loop.op.span

    @property
    def outside(self) -> Region:
        return self.context.parent[self.loop.body]

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
            if self.loop.counted and (not rank(value.type) or (not undefined and self._is_rigid(value))):
                restored[value] = self._array(value, t)
            else:
                restored[value] = self._list(value, t)
        return restored

    def _is_rigid(self, value: Value) -> bool:
        """Whether the array has the same extents in all iterations, known before the loop."""
        if value in self.context.ragged:
            return False
        origins = [origin for extent in self.context.extents(value) for origin in roots(extent)]
        return not any(self.context.inside(origin, self.loop.body) for origin in origins)

    def _array(self, value: Value, t: Value) -> Value:
        context, b = self.context, self.context.b
        name = saved_name(value)
        type_ = Array(dtype_of(value.type), rank(value.type) + 1)
        with b.reopen(self.before), b.at(self.span):
            extents = [self._trip_count(), *context.dims(value)]
            init = b.op("empty", *extents, dtype=type_.dtype, filled=True, name=name)
        param, yielded, result = (Value(type_, name) for _ in range(3))
        store = Op("store", (param, self._primal_trip(), value), (yielded,), {"path": element()}, (), self.span)
        self._add(Slot(init, param, yielded, result), value, store)
        shape = self._trip_extent(init), *context.extents(value)
        for tape in (init, param, yielded, result):
            context.shapes.note(tape, shape)
        return b.cast(b.element(result, t, name=value.name), value.type, value.name)

    def _list(self, value: Value, t: Value) -> Value:
        context, b = self.context, self.context.b
        name = saved_name(value)
        type_ = ListOf(value.type)  # type: ignore[arg-type]  # lists are threaded
        offset = None
        with b.reopen(self.before), b.at(self.span):
            init = b.op("list_new", type=type_, name=name)
            if context.in_loop(self.outside):
                # An outer loop may thread the tape; then it is not empty here.
                offset = b.op("list_len", init)
        param, yielded, result = (Value(type_, name) for _ in range(3))
        append = Op("list_append", (param, value), (yielded,), {}, (), self.span)
        self._add(Slot(init, param, yielded, result), value, append)
        context.origins[result] = [init]
        index = t if offset is None else b.op("add", offset, t, fits=True)
        return b.op("list_get", result, index, name=value.name)

    def _thread(self, value: Value) -> Value:
        context = self.context
        if not context.origins.get(value):
            raise UnsupportedError(
                "AD310",
                "the reverse sweep needs an earlier state of a list that the loop changes",
                self.span,
                help="read the elements in the loop into variables before the list changes, or use an array",
            )
        with context.b.reopen(self.before), context.b.at(self.span):
            init = context.b.op("list_new", type=value.type, name=value.name)
        param, result = Value(value.type, value.name), Value(value.type, value.name)
        self.tapes.append(Slot(init, param, value, result))
        self.threads.update(dict.fromkeys(context.origins[value], param))
        context.home[result] = self.outside
        context.origins[result] = [init]
        return result

    def _add(self, tape: Slot, value: Value, write: Op) -> None:
        self.tapes.append(tape)
        self.context.home[tape.result] = self.outside
        self.context.after.setdefault(value, []).append(write)

    def _primal_trip(self) -> Value:
        """The number of the iteration, in the body of the primal `for`."""
        if not self._trip:
            context, b = self.context, self.context.b
            index, out = self.loop.index, OpenRegion(())
            assert index is not None
            with b.reopen(out), b.at(self.span):
                self._trip.append(trip_number(context, self.loop, index))
            for op in out.ops:
                context.add_after(index, op, self.loop.body)
        return self._trip[0]

    def _trip_extent(self, tape: Value) -> Extent:
        """The length of a tape, so that an enclosing loop can tell whether all its iterations have the same length."""
        first = self.context.constant(self.loop.start)
        if self.context.constant(self.loop.step) == 1 and isinstance(first, int) and first >= 0:
            return ("less", self.context.shapes.of(self.loop.stop), first)
        return ("dim", tape, 0)

    def _trip_count(self) -> Value:
        if not self._trips:
            self._trips.append(trip_count(self.context, self.loop))
        return self._trips[0]

    def rebuilt_loop(self) -> list[Op]:
        """The primal loop that carries the tapes, and what makes them before it."""
        context, loop = self.context, self.loop
        ops = context.assemble(loop.body)
        if self.threads:
            ops = Substitution(self.threads).ops(ops)
        new = loop.with_slots((*loop.slots, *self.tapes), ops)
        for made in self.before.ops:
            context.define(made, self.outside)
        context.define(new, self.outside)
        return [*self.before.ops, new]


def saved_name(value: Value) -> str:
    """`x_saved` for `x`, and for the tape of an inner loop that an outer one saves."""
    return value.name if not value.name or value.name.endswith("_saved") else f"{value.name}_saved"


def trip_number(context: Reversal, loop: Loop, index: Value) -> Value:
    """The number of the iteration in which a `for` has this index."""
    b = context.b
    distance = index if context.constant(loop.start) == 0 else b.op("sub", index, loop.start, fits=True)
    match context.constant(loop.step):
        case 1:
            return distance
        case -1:
            return b.op("neg", distance, fits=True)
        case _:
            return b.op("floordiv", distance, loop.step)


def trip_count(context: Reversal, loop: Loop) -> Value:
    """How many times a `for` that is not left early runs its body: ceil((stop - start) / step), at least 0."""
    b, (start, stop, step) = context.b, loop.bounds
    known = context.constant(step)
    if known == 1:
        count = stop if context.constant(start) == 0 else b.sub(stop, start)
    elif known == -1:
        count = b.sub(start, stop)
    else:
        count = b.neg(b.op("floordiv", b.sub(start, stop), step))
    return b.op("maximum", count, b.const(0))


def last_index(context: Reversal, loop: Loop) -> Value:
    """The index of the last iteration of a `for` that runs to its end."""
    b = context.b
    before_last = b.sub(trip_count(context, loop), b.const(1))
    return b.add(loop.start, b.mul(before_last, loop.step))
