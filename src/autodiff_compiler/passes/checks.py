"""Proves checks.

A check that cannot fail vanishes: an index whose bounds follow from the loops, conditions and checks around it (see
`analysis/bounds.py`), extents that are the same, a condition that holds.  Any other check stays.

    Input:  n = dim x; m = sub n, one; for 0, m, 1 { (i) check_index i, n; j = add i, one; check_index j, n; … }
    Output: n = dim x; m = sub n, one; for 0, m, 1 { (i) j = add i, one; … }

Idempotent.
"""

from __future__ import annotations

from autodiff_compiler.ir.core import Function, Op
from autodiff_compiler.ir.opdef import CHECK
from autodiff_compiler.ir.opset import opdef
from autodiff_compiler.passes.rewrite import FactRewriter


def run(function: Function) -> Function:
    return _Prove.run(function)


class _Prove(FactRewriter):
    def plain(self, op: Op) -> None:
        if opdef(op).effect != CHECK or not self.bounds.passes(op):
            self.keep(op)
