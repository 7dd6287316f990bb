"""Loops of the reverse sweep whose iterations may come in any order run forwards: compiled code is faster that way.

    Input:  y, trips = for n - 1, -1, -1, y0 { (i, y)  v = load y[i];  y1 = store y[i], 0.0;  g1 = accum … }
    Output: y, trips = for 0, n, 1, y0 { (i, y)  … }

Whether the order is free says `free_order.py`.  Sums may round differently; in the primal, which must give what Python gives, loops
stay.  Idempotent.
"""

from __future__ import annotations

from autodiff_compiler.diagnostics import ADJOINT
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Op
from autodiff_compiler.ir.loop import Loop, is_loop
from autodiff_compiler.ir.opdef import CONTROL, PURE
from autodiff_compiler.ir.opset import constant_of, own_effect
from autodiff_compiler.ir.walk import all_ops
from autodiff_compiler.passes.free_order import FreeOrder
from autodiff_compiler.passes.rewrite import FactRewriter


def run(function: Function) -> Function:
    return _Forwards.run(function)


class _Forwards(FactRewriter):
    def __init__(self, function: Function) -> None:
        super().__init__(function)
        self._order = FreeOrder(function, self.bounds)

    def structured(self, op: Op) -> None:
        turned = is_loop(op) and self._goes_back(Loop(op)) and self._order.is_free(Loop(op))
        op = self.inside(op)
        if turned:
            self._turn(Loop(op))
        else:
            self.keep(op)

    def _goes_back(self, loop: Loop) -> bool:
        return (
            loop.counted
            and not loop.exits
            and loop.op.span.phase == ADJOINT
            and constant_of(self.defs.get(loop.step)) == -1
            and all(own_effect(inner) in (PURE, CONTROL) for inner in all_ops(loop.body))
        )

    def _turn(self, loop: Loop) -> None:
        b = Builder(loop.op.span)
        one = b.const(1)
        start, stop = (b.op("add", bound, one, fits=True) for bound in (loop.stop, loop.start))
        for op in (*b.ops, loop.with_bounds(start, stop, one)):
            self.shapes.define(op)
            self.keep(op)
