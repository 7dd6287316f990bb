"""Reverse mode of a call: the primal calls the callee's forward sweep, the walk backwards its reverse sweep.

y = call g(x)   ->   y, r… = call g_forward(x)   …   x_bar = call g_reverse(r…, y_bar)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autodiff_compiler.ad.adjoints import Adjoints
from autodiff_compiler.ad.callees import ARGUMENT, RESULT, Pullback
from autodiff_compiler.ad.names import bar_name
from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.program import call_op, effect_of
from autodiff_compiler.ir.types import differentiable

if TYPE_CHECKING:
    from autodiff_compiler.ad.sweep import Sweep


def reverse_call(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
    context, callees = sweep.context, sweep.context.callees
    bars = [adjoints.take(result) for result in op.results]
    if all(bar is None for bar in bars):
        return
    active = [v in context.active for v in op.operands]
    if not any(active):
        return
    key = ("vjp", op.attrs["callee"], tuple(active))
    if key not in callees.made:
        callees.made[key] = sweep.pullback(callees.of(op), active, callees, context.save_all)
    pullback: Pullback = callees.made[key]
    given = len(op.results)
    saved = [Value(v.type, v.name) for v in pullback.forward.results[given:]]
    forward = call_op(
        pullback.forward.name,
        op.operands,
        (*op.results, *saved),
        op.attrs["effect"],
        callees.shapes.get(pullback.forward.name),
        op.span,
    )
    context.replaced[op] = [forward]
    region = context.home[op.results[0]]
    context.define(forward, region)
    places = {ARGUMENT: op.operands, RESULT: op.results}
    residuals = [places.get(where, saved)[k] for where, k in pullback.residuals]
    cotangents = [
        bar if bar is not None else context.zeros(result)
        for bar, result in zip(bars, op.results)
        if differentiable(result.type)
    ]
    wanted = [v for v, on in zip(op.operands, active) if on]
    results = [Value(v.type, bar_name(v)) for v in wanted]
    reverse = pullback.reverse
    effect = effect_of(reverse.body)
    context.b.ops.append(
        call_op(
            reverse.name, (*residuals, *cotangents), results, effect, callees.shapes.get(reverse.name), context.b.span
        )
    )
    for value, bar in zip(wanted, results):
        adjoints.add(value, bar)
