"""Where the values that a loop saves are kept: one tape for each, an ordinary array or list carried by the loop.

    array   empty(trips, extents…) before the loop, `store tape[t], v` after v; read back by `load tape[t]`
    list    an empty list, `list_append(tape, v)` after v; read back by `list_get(tape, t)`: for a `while`, whose trips
            are not known beforehand, and for arrays whose shape changes
    thread  a list that is itself the tape of an inner loop: the outer loop carries it, the inner one goes on appending,
            and nothing is copied

The primal loop and the reversal get a tape from the same `Tape`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from autodiff_compiler.ad.emission import Emission
from autodiff_compiler.ad.reversal import Reversal
from autodiff_compiler.diagnostics import Span, UnsupportedError
from autodiff_compiler.ir.builder import OpenRegion
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.extent import Extent, roots
from autodiff_compiler.ir.loop import Loop, Slot
from autodiff_compiler.ir.path import element
from autodiff_compiler.ir.types import Array, ListOf, Scalar, dtype_of, rank
from autodiff_compiler.ir.walk import Substitution


@dataclass
class TapeDeck:
    """The tapes of one loop: `save` decides on them, `rebuild_loop` puts them into the primal."""

    reversal: Reversal
    loop: Loop
    names: Mapping[Value, str] = field(default_factory=dict)
    """What the tapes of some values are called."""
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
        return self.reversal.primal.parent[self.loop.body]

    def save(self, values: Sequence[Value], trip: Callable[[], Value]) -> dict[Value, Value]:
        """Make a tape for each value; what reads it back in iteration `trip()` is built at the builder's position."""
        t = None
        restored = {}
        for value in values:
            if isinstance(value.type, ListOf):
                restored[value] = self._thread(value)
                continue
            t = t or trip()
            undefined = self.reversal.primal.undefined_sources(value)
            self.reversal.added.undefined.update(undefined)
            if self.loop.counted and (not rank(value.type) or (not undefined and self._is_rigid(value))):
                restored[value] = self._array(value, t)
            else:
                restored[value] = self._list(value, t, bool(undefined))
        return restored

    def _is_rigid(self, value: Value) -> bool:
        """Whether the array has the same extents in all iterations, known before the loop."""
        if value in self.reversal.added.ragged:
            return False
        origins = [origin for extent in self.reversal.primal.extents(value) for origin in roots(extent)]
        return not any(self.reversal.added.inside(origin, self.loop.body) for origin in origins)

    def _array(self, value: Value, t: Value) -> Value:
        reversal, b = self.reversal, self.reversal.emission.b
        name = self.names.get(value) or saved_name(value)
        type_ = Array(dtype_of(value.type), rank(value.type) + 1)
        with b.reopen(self.before), b.at(self.span):
            extents = [self._trip_count(), *reversal.emission.dims(value)]
            init = b.op("empty", *extents, dtype=type_.dtype, filled=True, name=name)
        param, yielded, result = (Value(type_, name) for _ in range(3))
        store = Op("store", (param, self._primal_trip(), value), (yielded,), {"path": element()}, (), self.span)
        self._add(Slot(init, param, yielded, result), value, store)
        shape = self._trip_extent(init), *reversal.primal.extents(value)
        reversal.added.note_tape((init, param, yielded, result), shape)
        return b.cast(b.element(result, t, name=value.name), value.type, value.name)

    def _list(self, value: Value, t: Value, undefined: bool) -> Value:
        reversal, b = self.reversal, self.reversal.emission.b
        name = self.names.get(value) or saved_name(value)
        assert isinstance(value.type, Scalar | Array)  # lists are threaded
        type_ = ListOf(value.type)
        offset = None
        with b.reopen(self.before), b.at(self.span):
            init = b.op("list_new", type=type_, name=name)
            if reversal.primal.in_loop(self.outside):
                # An outer loop may thread the tape; then it is not empty here.
                offset = b.op("list_len", init)
        param, yielded, result = (Value(type_, name) for _ in range(3))
        append = Op("list_append", (param, value), (yielded,), {}, (), self.span)
        self._add(Slot(init, param, yielded, result), value, append)
        reversal.added.list_starts[result] = [init]
        index = t if offset is None else b.op("add", offset, t, fits=True)
        restored = b.op("list_get", result, index, name=value.name)
        if not undefined and self._is_rigid(value) and not reversal.primal.in_loop(self.outside):
            # What is in a list may have any shape.
            for axis, extent in enumerate(reversal.emission.dims(value)):
                known = {"message": "extents differ on a tape", "known": True}
                b.emit("check_equal", (extent, b.dim(restored, axis)), known)
        return restored

    def _thread(self, value: Value) -> Value:
        added, b = self.reversal.added, self.reversal.emission.b
        if not added.list_starts.get(value):
            raise UnsupportedError(
                "AD310",
                "the reverse sweep needs an earlier state of a list that the loop changes",
                self.span,
                help="read the elements in the loop into variables before the list changes, or use an array",
            )
        with b.reopen(self.before), b.at(self.span):
            init = b.op("list_new", type=value.type, name=value.name)
        param, result = Value(value.type, value.name), Value(value.type, value.name)
        self.tapes.append(Slot(init, param, value, result))
        self.threads.update(dict.fromkeys(added.list_starts[value], param))
        added.list_starts[result] = [init]
        return result

    def _add(self, tape: Slot, value: Value, write: Op) -> None:
        self.tapes.append(tape)
        self.reversal.added.put_behind(value, write)

    def _primal_trip(self) -> Value:
        """The number of the iteration, in the body of the primal `for`."""
        if not self._trip:
            emission = self.reversal.emission
            index, out = self.loop.index, OpenRegion(())
            assert index is not None
            with emission.b.reopen(out), emission.b.at(self.span):
                self._trip.append(trip_number(emission, self.loop, index))
            for op in out.ops:
                self.reversal.added.put_behind(index, op)
        return self._trip[0]

    def _trip_extent(self, tape: Value) -> Extent:
        """The length of a tape, so that an enclosing loop can tell whether all its iterations have the same length."""
        primal = self.reversal.primal
        first = primal.constant(self.loop.start)
        if primal.constant(self.loop.step) == 1 and isinstance(first, int) and first >= 0:
            return ("less", primal.shapes.of(self.loop.stop), first)
        return ("dim", tape, 0)

    def _trip_count(self) -> Value:
        if not self._trips:
            self._trips.append(trip_count(self.reversal.emission, self.loop))
        return self._trips[0]

    def rebuild_loop(self) -> None:
        """Let the primal loop carry the tapes, and make them before it."""
        added, loop = self.reversal.added, self.loop
        ops = added.assembled(loop.body)
        if self.threads:
            ops = Substitution(self.threads).ops(ops)
        new = loop.with_slots((*loop.slots, *self.tapes), ops)
        added.put_instead(loop.op, [*self.before.ops, new], self.outside)


def saved_name(value: Value) -> str:
    """`x_saved` for `x`, and for the tape of an inner loop that an outer one saves."""
    return value.name if not value.name or value.name.endswith("_saved") else f"{value.name}_saved"


def trip_number(emission: Emission, loop: Loop, index: Value) -> Value:
    """The number of the iteration in which a `for` has this index."""
    b = emission.b
    distance = index if emission.primal.constant(loop.start) == 0 else b.op("sub", index, loop.start, fits=True)
    match emission.primal.constant(loop.step):
        case 1:
            return distance
        case -1:
            return b.op("neg", distance, fits=True)
        case _:
            return b.op("floordiv", distance, loop.step)


def trip_count(emission: Emission, loop: Loop) -> Value:
    """How many times a `for` that is not left early runs its body: ceil((stop - start) / step), at least 0."""
    b, (start, stop, step) = emission.b, loop.bounds
    known = emission.primal.constant(step)
    if known == 1:
        count = stop if emission.primal.constant(start) == 0 else b.sub(stop, start)
    elif known == -1:
        count = b.sub(start, stop)
    else:
        count = b.neg(b.op("floordiv", b.sub(start, stop), step))
    return b.op("maximum", count, b.const(0))


def last_index(emission: Emission, loop: Loop) -> Value:
    """The index of the last iteration of a `for` that runs to its end."""
    b = emission.b
    before_last = b.sub(trip_count(emission, loop), b.const(1))
    return b.add(loop.start, b.mul(before_last, loop.step))
