"""Working space that is full of zeros whenever an iteration begins is made by the iteration, and need not be cleared.

    Input:  a = full n, 0.0;  a1, trips = for 0, m, 1, a { (t, a)  (adds to a, and sets it to zero again)  yield a2 }    (a1 is not read)
    Output: a1, trips = for 0, m, 1, a { (t, a)  z = full n, 0.0;  (the same with z)  yield a }

So it is with the adjoints of arrays that every step of the primal overwrites.  An array of zeros into which a loop sets nothing but zeros is one
of zeros, too.  What that leaves is simple: a sum of zero and something, and stores that nobody reads (`dead_stores`).  Idempotent.
"""

from __future__ import annotations

from dataclasses import replace

from autodiff_compiler.analysis.scratch import Scratch
from autodiff_compiler.analysis.versions import Versions
from autodiff_compiler.diagnostics import ADJOINT
from autodiff_compiler.ir.core import Function, Op, Value
from autodiff_compiler.ir.loop import Loop, Slot, is_loop, loop_slots
from autodiff_compiler.ir.opset import constant_of, reads_path, sets_path
from autodiff_compiler.ir.types import Array
from autodiff_compiler.ir.walk import all_ops, uses
from autodiff_compiler.passes.guards import Vanishing
from autodiff_compiler.passes.rewrite import FactRewriter


def run(function: Function) -> Function:
    return _Cleared.run_until_stable(function)


class _Cleared(FactRewriter):
    def __init__(self, function: Function) -> None:
        super().__init__(function)
        self._readers = uses(function.body)
        self._scratch = Scratch(self._readers, self.shapes)
        self._slots = {slot.result: slot for op in all_ops(function.body) for slot in loop_slots(op)}

    @staticmethod
    def concerns(op: Op) -> bool:
        return op.kind == "full"

    def structured(self, op: Op) -> None:
        if is_loop(op) and Loop(op).counted:
            op = self._anew(Loop(op))
        self.keep(self.inside(op))

    def _anew(self, loop: Loop) -> Op:
        slots, made, of_zeros = list(loop.slots), [], []
        for k, slot in enumerate(slots):
            zeros = self._zeros(slot)
            if zeros is None:
                continue
            if slot.yielded is slot.param or self._only_zeros(slot, loop):
                slots[k] = replace(slot, yielded=slot.param)
                of_zeros.append(slot.param)
            elif self._is_adjoint(loop) and slot.result not in self._readers and self._scratch.is_cleared(slot, loop):
                carried = Value(slot.param.type, slot.param.name)
                slots[k] = replace(slot, param=carried, yielded=carried)
                made.append(replace(zeros, results=(slot.param,)))
        if of_zeros and self._is_adjoint(loop):
            slots = self._without_multiples(slots, of_zeros)
        return loop.with_slots(slots, [*made, *loop.body.ops[:-1]]) if slots != list(loop.slots) else loop.op

    @staticmethod
    def _is_adjoint(loop: Loop) -> bool:
        return loop.op.span.phase == ADJOINT

    def _without_multiples(self, slots: list[Slot], arrays: list[Value]) -> list[Slot]:
        """The slots of a loop; those to which it adds multiples of elements of the arrays only, which are zero, keep what they have."""
        loads = [reader.result for array in arrays for reader in self._readers.get(array, ()) if reads_path(reader)]
        vanishing = Vanishing(self.defs, self._slots, loads)
        return [
            replace(slot, yielded=slot.param) if vanishing.keeps(slot.yielded, slot.param) else slot for slot in slots
        ]

    def _zeros(self, slot: Slot) -> Op | None:
        """The op that makes the array of zeros that the loop begins with."""
        made = self.defs.get(slot.init) if isinstance(slot.init.type, Array) else None
        is_zero = made is not None and made.kind == "full" and constant_of(self.defs.get(made.operands[-1])) == 0
        return made if is_zero else None

    def _only_zeros(self, slot: Slot, loop: Loop) -> bool:
        """Whether the loop sets nothing but zeros."""
        writes = Versions(loop.body).writes_between(slot.param, slot.yielded)
        return writes is not None and all(
            sets_path(write) and constant_of(self.defs.get(write.operands[-1])) == 0 for write in writes
        )
