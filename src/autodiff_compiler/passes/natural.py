"""For Numba, last: loops over a range in which no number is negative say so, where that is not plain from its start.

LLVM has to be told: an index that may count from the end costs a comparison at each access, and is in the way of vectorising.

    Input:  for 0, n, 1 { (i)  j0 = add i, 1;  for j0, n, 1 { (j)  … load x[j] … } }
    Output: for 0, n, 1 { (i)  j0 = add i, 1;  for {natural} j0, n, 1 { (j)  … load x[j] … } }

The backend writes the bounds of such a loop as `j0 & NATURAL`.  Idempotent.
"""

from __future__ import annotations

from dataclasses import replace

from autodiff_compiler.analysis.constants import constants_of
from autodiff_compiler.ir.core import Function, Op
from autodiff_compiler.ir.loop import Loop, is_loop
from autodiff_compiler.ir.opset import constant_of, is_constant
from autodiff_compiler.ir.walk import all_ops
from autodiff_compiler.passes.rewrite import FactRewriter


def run(function: Function) -> Function:
    known = constants_of(function.body)
    loops = [Loop(op) for op in all_ops(function.body) if is_loop(op) and Loop(op).counted]
    # The walk with all that is known of integers is for functions that have such a loop.
    met = any(loop.start not in known and known.get(loop.step) == 1 for loop in loops)
    return _Natural.run(function) if met else function


class _Natural(FactRewriter):
    def structured(self, op: Op) -> None:
        natural = is_loop(op) and Loop(op).counted and self._is_natural(Loop(op))
        op = self.inside(op)
        self.keep(replace(op, attrs={**op.attrs, "natural": True}) if natural else op)

    def _is_natural(self, loop: Loop) -> bool:
        return (
            constant_of(self.defs.get(loop.step)) == 1
            and not is_constant(self.defs.get(loop.start))
            and self._indexes(loop)
            and all(self.bounds.nonnegative(self.bounds.affine(bound)) for bound in loop.bounds[:2])
        )

    def _indexes(self, loop: Loop) -> bool:
        """Whether something is reached at an index that its own index is part of."""
        indices = (v for op in all_ops(loop.body) if "path" in op.attrs for v in op.operands[1:])
        return any(loop.index in self.bounds.affine(v).terms for v in indices)
