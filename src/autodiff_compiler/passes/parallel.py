"""For Numba with `parallel=True`, after all checks are in place: loops whose iterations may come in any order run on several threads.

Where each iteration only writes elements of its own, the loop is marked.  What iterations add to gets partial sums: the range is cut
into a fixed number of chunks, each with sums and room of its own, and the sums are added up in the order of the chunks, so that
the result does not depend on the number of threads.

    Input:  s = for 0, n, 1, s0 { (i, s)  …;  s1 = add s, …;  yield s1 }
    Output: parts = for {parallel} 0, 16, 1, empty 16 { (c, parts)
                part = for (start of c), (stop of c), 1, 0.0 { (i, s)  …;  s1 = add s, …;  yield s1 }
                yield store parts[c], part }
            s = for 0, 16, 1, s0 { (c, s)  yield add s, parts[c] }

The outermost loops that allow it are taken; nothing in them may raise, because an error does not leave a thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Op, Value
from autodiff_compiler.ir.loop import Loop, Slot, is_loop
from autodiff_compiler.ir.opdef import CONTROL, PURE
from autodiff_compiler.ir.opset import constant_of, own_effect
from autodiff_compiler.ir.path import element, entire
from autodiff_compiler.ir.types import INT, Array, Scalar, dtype_of
from autodiff_compiler.ir.walk import all_ops, with_parts
from autodiff_compiler.passes.free_order import Carried, FreeOrder, accesses_of
from autodiff_compiler.passes.rewrite import FactRewriter

CHUNKS = 16
"""Enough for the threads of a workstation, and few enough that partial sums of arrays stay cheap."""


def run(function: Function) -> Function:
    return _Parallel.run(function)


class _Parallel(FactRewriter):
    def __init__(self, function: Function) -> None:
        super().__init__(function)
        self._order = FreeOrder(function, self.bounds)
        self._within = False
        """Whether this is inside a loop on several threads: those inside it stay as they are."""

    def structured(self, op: Op) -> None:
        carried = self._carried(Loop(op)) if is_loop(op) and self._may_be_split(Loop(op)) else None
        if carried is None:
            self.keep(self.inside(op))
            return
        self._within = True
        loop = Loop(self.inside(op))
        self._within = False
        if all(kind is Carried.OWN for kind in carried):
            self.keep(_marked(loop.op))
        else:
            self._split(loop, carried)

    def _carried(self, loop: Loop) -> list[Carried] | None:
        """What the iterations do with each slot, if that is worth several threads."""
        carried = self._order.carried(loop)
        sums = [slot for slot, kind in zip(loop.slots, carried or ()) if kind is Carried.SUM]
        return None if any(self._is_as_long(slot, loop) for slot in sums) else carried

    def _is_as_long(self, slot: Slot, loop: Loop) -> bool:
        """Whether the iterations add to an array of their own length, as a stencil does: a copy for each chunk would cost more
        than the loop."""
        indices = (index for op in accesses_of(slot, loop) for index in op.operands[1:] if index.type == INT)
        return any(loop.index in self.bounds.affine(index).terms for index in indices)

    def _may_be_split(self, loop: Loop) -> bool:
        return (
            loop.counted
            and not self._within
            and not loop.exits
            and loop.trips not in self._order.readers
            and constant_of(self.defs.get(loop.step)) == 1
            and bool(loop.slots)
            and all(isinstance(slot.param.type, Scalar | Array) for slot in loop.slots)
            and all(own_effect(inner) in (PURE, CONTROL) for inner in all_ops(loop.body))
        )

    def _split(self, loop: Loop, carried: Sequence[Carried]) -> None:
        b = Builder(loop.op.span)
        kinds = dict(zip(loop.slots, carried))
        sums = [_PartialSum.of(b, slot) for slot, kind in kinds.items() if kind is Carried.SUM]
        own = [slot for slot, kind in kinds.items() if kind is Carried.OWN]
        zero, one, chunks = b.const(0), b.const(1), b.const(CHUNKS)
        size = _chunk_size(b, loop)
        shared = [*(slot.init for slot in own), *(total.parts for total in sums)]
        with b.region(INT, *(v.type for v in shared), names=["chunk", *(v.name for v in shared)]) as body:
            chunk, *params = body.params
            arrays, parts = params[: len(own)], params[len(own) :]
            inits = dict(zip(own, arrays)) | {total.slot: b.zeros_like(total.slot.init) for total in sums}
            inits |= {slot: b.zeros_like(slot.init) for slot, kind in kinds.items() if kind is Carried.ROOM}
            first = b.op("minimum", b.op("add", loop.start, b.op("mul", chunk, size, fits=True), fits=True), loop.stop)
            last = b.op("minimum", b.op("add", first, size, fits=True), loop.stop)
            results = dict(zip(kinds, _again(b, loop, (first, last, one), [inits[slot] for slot in kinds])))
            stored = [total.stored(b, part, chunk, results[total.slot]) for total, part in zip(sums, parts)]
            b.yield_(*(results[slot] for slot in own), *stored)
        *made, _ = b.for_(zero, chunks, one, shared, body.done())
        b.ops[-1] = _marked(b.ops[-1])
        self.env.update((slot.result, value) for slot, value in zip(own, made))
        self._add_up(b, [replace(total, parts=parts) for total, parts in zip(sums, made[len(own) :])])
        for op in b.ops:
            self.shapes.define(op)
            self.keep(op)

    def _add_up(self, b: Builder, sums: Sequence[_PartialSum]) -> None:
        inits = [total.slot.init for total in sums]
        if not inits:
            return
        with b.region(INT, *(v.type for v in inits), names=["chunk", *(v.name for v in inits)]) as body:
            chunk, *params = body.params
            b.yield_(*(total.added(b, param, chunk) for total, param in zip(sums, params)))
        *totals, _ = b.for_(b.const(0), b.const(CHUNKS), b.const(1), inits, body.done())
        self.env.update((total.slot.result, value) for total, value in zip(sums, totals))


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


def _chunk_size(b: Builder, loop: Loop) -> Value:
    trips = b.op("sub", loop.stop, loop.start, fits=True)
    return b.op("floordiv", b.op("add", trips, b.const(CHUNKS - 1), fits=True), b.const(CHUNKS), fits=True)


def _again(b: Builder, loop: Loop, bounds: Sequence[Value], inits: Sequence[Value]) -> tuple[Value, ...]:
    """The loop over other bounds, from other values on."""
    results = tuple(Value(v.type, v.name) for v in loop.op.results)
    b.ops.append(with_parts(loop.op, (*bounds, *inits), results, loop.op.regions))
    return results


def _marked(op: Op) -> Op:
    return replace(op, attrs={**op.attrs, "parallel": True})
