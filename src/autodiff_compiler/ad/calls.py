"""Reverse mode of a call: the primal calls the callee's forward sweep, the walk backwards its reverse sweep.

y = call g(x)   ->   y, r… = call g_forward(x)   …   x_bar = call g_reverse(r…, y_bar)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autodiff_compiler.ad.adjoints import Adjoints
from autodiff_compiler.ad.callees import ARGUMENT, RESULT, SAVED, Pullback
from autodiff_compiler.ad.errors import check_rule_covers
from autodiff_compiler.ad.names import bar_name
from autodiff_compiler.ad.reversal import Reversal
from autodiff_compiler.ir.core import Function, Op, Value
from autodiff_compiler.ir.program import call_op
from autodiff_compiler.ir.types import differentiable

if TYPE_CHECKING:
    from autodiff_compiler.ad.backward_walk import Sweep


def reverse_call(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
    context, callees = sweep.context, sweep.context.callees
    bars = [adjoints.take(result) for result in op.results]
    if all(bar is None for bar in bars):
        return
    active = [v in context.active for v in op.operands]
    if not any(active):
        return
    callee = callees.of(op)
    check_rule_covers(op, callee, active)
    key = ("vjp", callee.name, tuple(active))
    if key not in callees.made:
        sweep.pullback(callee, active, callees, context.save_all)
    pullback: Pullback = callees.made[key]
    saved = [Value(v.type, v.name) for v in pullback.saved]
    results, shapes = (*op.results, *saved), callees.shapes.get(pullback.forward)
    forward = call_op(pullback.forward, op.operands, results, op.attrs["effect"], shapes, op.span)
    context.replaced[op] = [forward]
    context.define(forward, context.home[op.results[0]])
    places = {ARGUMENT: op.operands, RESULT: op.results, SAVED: saved}
    residuals = [places[where][k] for where, k in pullback.residuals]
    cotangents = [
        bar if bar is not None else context.zeros(result)
        for bar, result in zip(bars, op.results)
        if differentiable(result.type)
    ]
    wanted = [v for v, on in zip(op.operands, active) if on]
    if pullback.given is not None:
        wanted = [v for v, on in zip(wanted, pullback.given, strict=True) if on]
    given = [Value(v.type, bar_name(v)) for v in wanted]
    b, shapes = context.b, callees.shapes.get(pullback.reverse)
    b.ops.append(call_op(pullback.reverse, (*residuals, *cotangents), given, callees.reverse_effect, shapes, b.span))
    for value, bar in zip(wanted, given):
        if pullback.checked:
            _check_shape(context, callee, value, bar)
        elif shapes is None:
            _note_shape(context, value, bar)
        adjoints.add(value, bar)


def _note_shape(context: Reversal, value: Value, bar: Value) -> None:
    """An adjoint has the shape of its primal."""
    for axis, extent in enumerate(context.dims(value)):
        context.b.emit("check_equal", (context.b.dim(bar, axis), extent), {"message": "", "known": True})


def _check_shape(context: Reversal, callee: Function, value: Value, bar: Value) -> None:
    """An adjoint that a rule of the user gave must have the shape of its primal."""
    message = f"the reverse rule of {callee.name}: an adjoint must have the shape of its argument"
    for axis, extent in enumerate(context.dims(value)):
        context.b.emit("check_equal", (context.b.dim(bar, axis), extent), {"message": message})
