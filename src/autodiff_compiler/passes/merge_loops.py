"""For Numba, after fusion: loops over the same range that stand one after the other are one loop.

    Input:  a1 = for 0, n, 1, a { (i, a)  b = store a[i], v;  yield b };   c1 = for 0, n, 1, c { (j, c)  u = load a1[j];  d = accum c[j], u;  yield d }
    Output: a1, c1 = for 0, n, 1, a, c { (i, a, c)  b = store a[i], v;  u = load b[i];  d = accum c[i], u;  yield b, d }

What one loop leaves in memory for the next one stays in a register, and Numba has fewer loops to compile.  Whether it may be is asked of `loop_pairs.py`.  What
stands between the loops comes before both, or after them.  The outermost loops first; those inside stand one after the other then.  Idempotent.
"""

from __future__ import annotations

from collections.abc import Sequence

from autodiff_compiler.analysis.memory import Memory
from autodiff_compiler.ir.core import Function, Op, Value
from autodiff_compiler.ir.loop import Loop, Slot, is_loop
from autodiff_compiler.ir.opdef import PURE
from autodiff_compiler.ir.opset import opdef, own_effect, writes_path
from autodiff_compiler.ir.types import Array
from autodiff_compiler.ir.walk import Substitution, all_ops, op_uses, uses
from autodiff_compiler.passes.loop_pairs import LoopPairs
from autodiff_compiler.passes.rewrite import FactRewriter

MOST = 80
"""So many ops are in one loop at most: more values than that have no room in registers."""


def run(function: Function) -> Function:
    return _Merge.run_until_stable(function)


class _Merge(FactRewriter):
    def __init__(self, function: Function) -> None:
        super().__init__(function)
        self._readers = uses(function.body)
        self._pairs = LoopPairs(self.bounds, Memory(function), self._readers)

    @staticmethod
    def concerns(op: Op) -> bool:
        return is_loop(op)

    def structured(self, op: Op) -> None:
        op = self.inside(op)
        if not is_loop(op) or not self._pairs.is_simple(Loop(op)) or not self._joined(Loop(op)):
            self.keep(op)

    def _joined(self, second: Loop) -> bool:
        """Put one loop in the place of this one and of the one before, if that may be."""
        at = self._loop_before()
        if at is None:
            return False
        first = Loop(self.out[at])
        early, late = _apart(self.out[at + 1 :], first.op.results)
        if not self._fit(first, second, late) or not self._pairs.may_be_one(first, second):
            return False
        del self.out[at:]
        for op in (*early, self._one(first, second), *late):
            self.keep(op)
        return True

    def _loop_before(self) -> int | None:
        """Where the loop before stands, if there is nothing between that has to stay where it is."""
        for at in range(len(self.out) - 1, -1, -1):
            op = self.out[at]
            if is_loop(op):
                return at if self._pairs.is_simple(Loop(op)) else None
            if op.regions or own_effect(op) != PURE or writes_path(op):
                return None
        return None

    def _fit(self, first: Loop, second: Loop, late: Sequence[Op]) -> bool:
        """Whether one loop is not too much, and the second one needs nothing, and overwrites nothing, of what has to come after the first."""
        made = {result for op in late for result in op.results}
        read = {v for op in late if not opdef(op).measures for v in op.operands}
        carried = {slot.result for slot in first.slots if slot.result in second.inits}
        return (
            sum(1 for loop in (first, second) for _ in all_ops(loop.body)) <= MOST
            and made.isdisjoint(op_uses(second.op))
            and read.isdisjoint(second.inits)
            and all(len(self._readers.get(v, ())) == 1 for v in carried if isinstance(v.type, Array))
        )

    def _one(self, first: Loop, second: Loop) -> Op:
        """The loop that does the work of both."""
        assert first.index is not None
        assert second.index is not None
        former = {slot.result: slot for slot in first.slots}
        slots = [slot for slot in first.slots if slot.result not in second.inits]
        # What the first loop makes of an array is in the second one what the iteration has made of it so far.
        env: dict[Value, Value] = {second.index: first.index}
        env.update({slot.result: slot.yielded for slot in first.slots})
        for slot in second.slots:
            before = former.get(slot.init)
            if before is None:
                slots.append(slot)
            else:
                env[slot.param] = before.yielded
                slots.append(Slot(before.init, before.param, slot.yielded, slot.result))
        late = Substitution(env).ops(second.body.ops[:-1])
        changed = {slot.init: slot.param for slot in second.slots if isinstance(slot.init.type, Array)}
        own = Substitution(changed).ops(first.body.ops[:-1])
        ended = [
            Slot(slot.init, slot.param, changed.get(slot.yielded, env.get(slot.yielded, slot.yielded)), slot.result)
            for slot in slots
        ]
        return first.with_slots(ended, [*own, *late])


def _apart(between: Sequence[Op], made: Sequence[Value]) -> tuple[list[Op], list[Op]]:
    """The ops after a loop that do not need what it has made, and those that do."""
    early, late, found = [], [], set(made)
    for op in between:
        if found.isdisjoint(op.operands):
            early.append(op)
        else:
            late.append(op)
            found.update(op.results)
    return early, late
