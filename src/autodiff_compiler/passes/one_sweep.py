"""A loop and the loop that goes back over its iterations, made one: each iteration is reversed as soon as it has run.

Possible where the second loop needs nothing of the first but what the same iteration has saved, and where its iterations may come in any
order: it only adds to what it carries, as to the adjoints of what stands around a sum.  The loop runs forwards, so that all
that the first loop carries is carried as before, sums and states alike, and its result is the same number.

    Input:  s, tape, trips = for 0, n, 1, 0.0, empty { (i, s, t)  v = exp x[i];  s1 = add s, v;  t1 = store t[i], v;  yield s1, t1 }
            g, trips = for n - 1, -1, -1, g0 { (i, g)  u = load tape[i];  g1 = accum g[i], u;  yield g1 }
    Output: s, g, trips = for 0, n, 1, 0.0, g0 { (i, s, g)  v = exp x[i];  s1 = add s, v;  g1 = accum g[i], v;  yield s1, g1 }

What stands between the loops comes before the new one, or after it where it needs the first loop's result.
"""

from __future__ import annotations

from collections.abc import Sequence

from autodiff_compiler.analysis.memory import Memory, with_inner
from autodiff_compiler.analysis.scratch import Scratch
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.loop import Loop, Slot, is_loop
from autodiff_compiler.ir.opdef import CONTROL, PURE
from autodiff_compiler.ir.opset import opdef, own_effect
from autodiff_compiler.ir.walk import Substitution, free_values, op_uses


class CarriedSums:
    """What a loop does with what it carries, where that comes to additions alone: their order makes no difference."""

    def __init__(self, readers: dict[Value, list[Op]], scratch: Scratch) -> None:
        self._readers, self._scratch = readers, scratch

    def in_any_order(self, loop: Loop) -> bool:
        return all(self.adds_up(slot, loop) for slot in loop.slots)

    def adds_up(self, slot: Slot, loop: Loop) -> bool:
        if self.is_sum(slot, loop):
            return True
        return slot.result not in self._readers and self._scratch.is_scratch(slot, loop)

    def is_sum(self, slot: Slot, loop: Loop) -> bool:
        """Whether nothing but additions is done with what the slot carries."""
        return self._sum(slot.param, loop.body) is slot.yielded

    def _sum(self, version: Value, region: Region) -> Value | None:
        """What the version has become at the end of the region, if nothing but additions was done with it."""
        for op in region.ops[:-1]:
            if version in op_uses(op):
                added = self._added(op, version)
                if added is None or version in region.terminator.operands:
                    return None
                version = added
        return version if region.terminator.operands.count(version) <= 1 else None

    def _added(self, op: Op, version: Value) -> Value | None:
        """The version that an addition makes of this one."""
        if is_loop(op):
            loop = Loop(op)
            slot = next((slot for slot in loop.slots if slot.init is version), None)
            once = op.operands.count(version) == 1 and version not in free_values(op.regions)
            if slot is None or not once or not loop.counted or self._sum(slot.param, loop.body) is not slot.yielded:
                return None
            return slot.result
        if op.regions:
            return self._joined(op, version)
        if op.operands.count(version) != 1:
            return None
        at = op.operands.index(version)
        signs = opdef(op).signs
        adds = (at < len(signs) and signs[at] == 1) or (opdef(op).adds and at == 0)
        return op.result if adds else None

    def _joined(self, op: Op, version: Value) -> Value | None:
        """The version after branches of which each adds to it, or leaves it alone."""
        sums = [self._sum(version, region) for region in op.regions]
        for place, result in enumerate(op.results):
            if (
                all(region.terminator.operands[place] is total for region, total in zip(op.regions, sums))
                and version not in op.operands
            ):
                return result
        return None


class Joined:
    """Two loops of a region over the same iterations, of which the second reads what the first has saved on these tapes."""

    def __init__(
        self, region: Region, first: Loop, second: Loop, stores: dict[Op, tuple[Slot, Sequence[Op]]], memory: Memory
    ) -> None:
        """`stores`: what fills each tape, the slot that carries it, and where it is read."""
        self._region, self._first, self._second, self._stores, self._memory = region, first, second, stores, memory

    def ops(self) -> list[Op] | None:
        """The ops of the region with one loop in place of two; None where they are to stay apart."""
        between = self._between()
        if between is None:
            return None
        before, after = between
        start, stop = (self._region.ops.index(loop.op) for loop in (self._first, self._second))
        ops = self._region.ops
        return [*ops[:start], *before, self._made(), *after, *ops[stop + 1 :]]

    def _between(self) -> tuple[list[Op], list[Op]] | None:
        """The ops between the loops: those that can come before the first, and those that have to come after the second."""
        start, stop = (self._region.ops.index(loop.op) for loop in (self._first, self._second))
        late = set(self._first.op.results)
        before: list[Op] = []
        after: list[Op] = []
        for op in self._region.ops[start + 1 : stop]:
            if late.isdisjoint(op_uses(op)):
                before.append(op)
            else:
                after.append(op)
                late.update(op.results)
        loads = {load for _, loads in self._stores.values() for load in loads}
        needed = [v for op in with_inner(self._second.op) if op not in loads for v in op.operands]
        if not late.isdisjoint(needed) or not all(map(_is_silent, (*before, self._second.op))):
            return None
        moved = any(self._memory.writes_what_is_read(op, self._first.op) for op in before)
        return None if moved else (before, after)

    def _made(self) -> Op:
        first, second = self._first, self._second
        assert first.index is not None
        assert second.index is not None
        b = Builder(second.op.span)
        values = {second.index: first.index}
        for store, (_, loads) in self._stores.items():
            for load in loads:
                values[load.result] = b.cast(store.operands[-1], load.result.type, load.result.name)
        body = [op for op in first.body.ops[:-1] if op not in self._stores]
        tapes = [tape for tape, _ in self._stores.values()]
        reverse = Substitution(values).ops(second.body.ops[:-1])
        slots = [slot for slot in first.slots if all(slot is not tape for tape in tapes)]
        slots += [
            Slot(slot.init, slot.param, values.get(slot.yielded, slot.yielded), slot.result) for slot in second.slots
        ]
        return first.with_slots(slots, [*body, *b.ops, *reverse])


def _is_silent(op: Op) -> bool:
    """Whether it makes no difference if the op runs earlier or later."""
    return all(own_effect(inner) in (PURE, CONTROL) or opdef(inner).marks for inner in with_inner(op))
