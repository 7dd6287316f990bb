"""For Numba with `parallel=True`, after all checks are in place: loops whose iterations may come in any order run on several threads.

The range is cut into a fixed number of chunks.  What iterations add to gets partial sums: each chunk has sums and room of its own, and
the sums are added up in the order of the chunks, so that the result does not depend on the number of threads.

    Input:  s = for 0, n, 1, s0 { (i, s)  …;  s1 = add s, …;  yield s1 }
    Output: s = if gt (work of the loop), ENOUGH {
                parts = for {parallel} 0, 16, 1, empty 16 { (c, parts)
                    part = for (start of c), (stop of c), 1, 0.0 { (i, s)  …;  s1 = add s, …;  yield s1 }
                    yield store parts[c], part }
                yield for 0, 16, 1, s0 { (c, s)  yield add s, parts[c] } }
            else { yield (the loop as it was) }

The outermost loops that allow it are taken, but none in the second loop around another: those are short.  Nothing in them may raise, because
an error does not leave a thread.  How long a loop takes is estimated (`work.py`), where that is needed by what is known when it begins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from autodiff_compiler.analysis.affine import Affine
from autodiff_compiler.analysis.bounds import Bounds
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Op, Value
from autodiff_compiler.ir.loop import Loop, Slot, is_loop
from autodiff_compiler.ir.opdef import CONTROL, PURE
from autodiff_compiler.ir.opset import constant_of, own_effect
from autodiff_compiler.ir.path import element, entire
from autodiff_compiler.ir.types import INT, Array, Scalar, dtype_of, rank
from autodiff_compiler.ir.walk import all_ops, clone_ops, with_parts
from autodiff_compiler.passes.free_order import CarriedAs, FreeOrder, accesses_of
from autodiff_compiler.passes.rewrite import FactRewriter
from autodiff_compiler.passes.work import Estimate, Work, built

CHUNKS = 16
"""Enough for the threads of a workstation, and few enough that partial sums of arrays stay cheap."""

ENOUGH = 4e6
"""The additions of a loop that is worth several threads: some tenths of a millisecond.  To start them takes between 1 and 20 µs, and to wait
for one that another process keeps from its core longer."""

COPIED = 6
"""Additions in the time in which an element of a partial sum is zeroed, stored and added up."""

DEPTH = 1
"""So many loops may stand around it."""


def run(function: Function) -> Function:
    return _Parallel.run(function)


class _Parallel(FactRewriter):
    def __init__(self, function: Function) -> None:
        super().__init__(function)
        self._order = FreeOrder(function, self.bounds)
        self._estimate = Estimate(self.shapes, lambda value: constant_of(self.defs.get(value)))
        self._depth = 0
        """How many loops there are around."""

    def structured(self, op: Op) -> None:
        carried = self._carried(Loop(op)) if is_loop(op) and self._may_be_split(Loop(op)) else None
        deeper = is_loop(op) if carried is None else DEPTH + 1
        self._depth += deeper
        op = self.inside(op)
        self._depth -= deeper
        if carried is None:
            self.keep(op)
        else:
            self._take(Loop(op), carried)

    def _carried(self, loop: Loop) -> list[CarriedAs] | None:
        """What the iterations do with each slot, if that is worth several threads."""
        carried = self._order.carried(loop)
        sums = [slot for slot, kind in zip(loop.slots, carried or ()) if kind is CarriedAs.SUM]
        return None if any(self._is_as_long(slot, loop) for slot in sums) else carried

    def _is_as_long(self, slot: Slot, loop: Loop) -> bool:
        """Whether the iterations add to an array of their own length, as a stencil does: a copy for each chunk would cost more
        than the loop."""
        indices = (index for op in accesses_of(slot, loop) for index in op.operands[1:] if index.type == INT)
        return any(loop.index in self.bounds.affine(index).terms for index in indices)

    def _may_be_split(self, loop: Loop) -> bool:
        return (
            loop.counted
            and self._depth <= DEPTH
            and not loop.exits
            and loop.trips not in self._order.readers
            and constant_of(self.defs.get(loop.step)) == 1
            and bool(loop.slots)
            and all(isinstance(slot.param.type, Scalar | Array) for slot in loop.slots)
            and all(own_effect(inner) in (PURE, CONTROL) for inner in all_ops(loop.body))
        )

    def _take(self, loop: Loop, carried: Sequence[CarriedAs]) -> None:
        """The loop on several threads if it is long enough, as far as that is known."""
        work = self._estimate.of(loop)
        kinds = dict(zip(loop.slots, carried))
        arrays = [slot.init for slot, kind in kinds.items() if kind is CarriedAs.SUM and rank(slot.init.type)]
        needed = sum((self._estimate.elements(v).scaled(CHUNKS * COPIED) for v in arrays), Work(ENOUGH))
        if work.known and work.once <= needed.once:
            self.keep(loop.op)
            return
        kept = [slot for slot, kind in kinds.items() if kind is not CarriedAs.ROOM]
        b = Builder(loop.op.span)
        split = _Split(b, loop, kinds, self.bounds)
        if work.known and needed.known:
            results = tuple(split.results())
        else:
            long = b.compare("gt", built(b, work, "work"), built(b, needed))
            with b.region() as on_threads:
                b.yield_(*split.results())
            with b.region() as alone:
                made = split.again(loop.bounds, loop.inits, {})
                b.yield_(*(made[slot] for slot in kept))
            results = b.if_(long, on_threads.done(), alone.done(), [slot.result.name for slot in kept])
        self.env.update((slot.result, value) for slot, value in zip(kept, results))
        for op in b.ops:
            self.shapes.define(op)
            self.keep(op)


class _Split:
    """Builds a loop in chunks, on several threads."""

    def __init__(self, b: Builder, loop: Loop, kinds: dict[Slot, CarriedAs], bounds: Bounds) -> None:
        self._b, self._loop, self._kinds = b, loop, kinds
        start = bounds.affine(loop.start)
        self._from_zero = start == Affine()
        # Where its start is not negative, its stop is not, because it runs.
        self._natural = {"natural": True} if bounds.nonnegative(start) else {}

    def results(self) -> list[Value]:
        """What the loop leaves in each slot, room aside."""
        b, kinds = self._b, self._kinds
        sums = [_PartialSum.of(b, slot) for slot, kind in kinds.items() if kind is CarriedAs.SUM]
        own = [slot for slot, kind in kinds.items() if kind is CarriedAs.OWN]
        size = self._size()
        shared = [*(slot.init for slot in own), *(total.parts for total in sums)]
        with b.region(INT, *(v.type for v in shared), names=["chunk", *(v.name for v in shared)]) as body:
            chunk, *params = body.params
            arrays, parts = params[: len(own)], params[len(own) :]
            made = self._chunk(chunk, size, dict(zip(own, arrays)))
            stored = [total.stored(b, part, chunk, made[total.slot]) for total, part in zip(sums, parts)]
            b.yield_(*(made[slot] for slot in own), *stored)
        *ends, _ = b.for_(b.const(0), b.const(CHUNKS), b.const(1), shared, body.done())
        b.ops[-1] = replace(b.ops[-1], attrs={**b.ops[-1].attrs, "parallel": True})
        found = dict(zip(own, ends))
        found |= self._added_up([replace(total, parts=parts) for total, parts in zip(sums, ends[len(own) :])])
        return [found[slot] for slot in kinds if slot in found]

    def _size(self) -> Value:
        b, loop = self._b, self._loop
        trips = loop.stop if self._from_zero else b.op("sub", loop.stop, loop.start, fits=True)
        more = b.op("add", trips, b.const(CHUNKS - 1), fits=True)
        return b.op("floordiv", more, b.const(CHUNKS), fits=True, name="size")

    def _chunk(self, chunk: Value, size: Value, own: dict[Slot, Value]) -> dict[Slot, Value]:
        """The iterations of one chunk."""
        b, loop = self._b, self._loop
        begun = b.op("mul", chunk, size, fits=True)
        begun = begun if self._from_zero else b.op("add", loop.start, begun, fits=True)
        first = b.op("minimum", begun, loop.stop, name="first")
        last = b.op("minimum", b.op("add", first, size, fits=True), loop.stop, name="last")
        inits = [own[slot] if slot in own else b.zeros_like(slot.init) for slot in self._kinds]
        return self.again((first, last, b.const(1)), inits, self._natural)

    def again(self, bounds: Sequence[Value], inits: Sequence[Value], attrs: Mapping[str, Any]) -> dict[Slot, Value]:
        """A copy of the loop over other bounds, from other values on."""
        b, loop = self._b, self._loop
        (made,) = clone_ops([with_parts(loop.op, (*bounds, *inits), loop.op.results, loop.op.regions)], {})
        b.ops.append(replace(made, attrs={**made.attrs, **attrs}))
        return dict(zip(self._kinds, made.results))

    def _added_up(self, sums: Sequence[_PartialSum]) -> dict[Slot, Value]:
        b = self._b
        inits = [total.slot.init for total in sums]
        if not inits:
            return {}
        with b.region(INT, *(v.type for v in inits), names=["k", *(v.name for v in inits)]) as body:
            chunk, *params = body.params
            b.yield_(*(total.added(b, param, chunk) for total, param in zip(sums, params)))
        *totals, _ = b.for_(b.const(0), b.const(CHUNKS), b.const(1), inits, body.done())
        return {total.slot: value for total, value in zip(sums, totals)}


@dataclass(frozen=True)
class _PartialSum:
    """What a slot adds up to in each chunk: `parts` has a first axis of chunks."""

    slot: Slot
    parts: Value

    @classmethod
    def of(cls, b: Builder, slot: Slot) -> _PartialSum:
        type_ = slot.init.type
        extents = b.dims(slot.init) if isinstance(type_, Array) else []
        name = f"{slot.param.name or 'total'}_parts"
        return cls(slot, b.op("empty", b.const(CHUNKS), *extents, dtype=dtype_of(type_), filled=True, name=name))

    def stored(self, b: Builder, parts: Value, chunk: Value, part: Value) -> Value:
        return b.store(parts, element(), (chunk,), part)

    def added(self, b: Builder, total: Value, chunk: Value) -> Value:
        part = b.load(self.parts, element(), (chunk,))
        if isinstance(total.type, Array):
            return b.accum(total, entire(total.type.rank), (), part)
        return b.op("add", total, b.cast(part, total.type))
