"""What was factored is needed no longer, once nothing is differentiated any more.

An op that computes with factors takes the matrix that they are of, too, which stands for them in derivatives.

    Input:  x = lu_solve %a, %lu, %pivots, %b
    Output: x = lu_solve %lu, %lu, %pivots, %b; and what %a was saved for is gone
"""

from __future__ import annotations

from dataclasses import replace

from autodiff_compiler.ir.core import Function, Op
from autodiff_compiler.ir.opset import opdef
from autodiff_compiler.ir.walk import Rewriter, all_ops
from autodiff_compiler.passes import dce


def run(function: Function) -> Function:
    if not any(_stands(op) for op in all_ops(function.body)):
        return function
    return dce.run(_Factors().function(function))


def _stands(op: Op) -> bool:
    computed = opdef(op).stands_for
    return computed is not None and op.operands[0] is not op.operands[computed]


class _Factors(Rewriter):
    def op(self, op: Op) -> None:
        computed = opdef(op).stands_for
        if computed is not None:
            op = replace(op, operands=(op.operands[computed], *op.operands[1:]))
        super().op(op)
