"""Reverse mode of a call: the primal calls the callee's forward sweep, the walk backwards its reverse sweep.

y = call g(x)   ->   y, r… = call g_forward(x)   …   x_bar = call g_reverse(r…, y_bar)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from autodiff_compiler.ad.adjoints import Adjoints
from autodiff_compiler.ad.callees import ARGUMENT, RESULT, SAVED, CalleeSweeps
from autodiff_compiler.ad.emission import Emission
from autodiff_compiler.ad.errors import check_rule_covers
from autodiff_compiler.ad.names import bar_name
from autodiff_compiler.ir.core import Function, Op, Value
from autodiff_compiler.ir.opdef import PURE
from autodiff_compiler.ir.program import call_op
from autodiff_compiler.ir.types import differentiable

if TYPE_CHECKING:
    from autodiff_compiler.ad.backward_walk import BackwardWalk
    from autodiff_compiler.ad.reversal import Reversal


def reverse_call(walk: BackwardWalk, op: Op, adjoints: Adjoints) -> None:
    reversal = walk.reversal
    primal, callees = reversal.primal, reversal.pullbacks.callees
    bars = [adjoints.take(result) for result in op.results]
    if all(bar is None for bar in bars):
        return
    active = [v in primal.active for v in op.operands]
    if not any(active):
        return
    callee = callees.of(op)
    check_rule_covers(op, callee, active)
    pullback = reversal.pullbacks.of(callee, active)
    saved = [Value(v.type, v.name) for v in pullback.saved]
    results, shapes = (*op.results, *saved), callees.shapes.get(pullback.forward)
    # What is run again makes its checks then.
    effect = PURE if pullback.again and not callees.has_io else op.attrs["effect"]
    forward = call_op(pullback.forward, op.operands, results, effect, shapes, op.span)
    reversal.added.put_instead(op, [forward], primal.home[op.results[0]])
    places = {ARGUMENT: op.operands, RESULT: op.results, SAVED: saved}
    residuals = [places[where][k] for where, k in pullback.residuals]
    call_reverse(reversal, op, pullback, residuals, bars, adjoints, [Value(v.type, v.name) for v in pullback.again])


def call_reverse(
    reversal: Reversal,
    op: Op,
    pullback: CalleeSweeps,
    residuals: Sequence[Value],
    bars: Sequence[Value | None],
    adjoints: Adjoints,
    again: Sequence[Value] = (),
) -> None:
    """Call the reverse sweep for the adjoints `bars` of the results of a call; `again`: what it gives besides."""
    primal, emission, callees = reversal.primal, reversal.emission, reversal.pullbacks.callees
    active = [v in primal.active for v in op.operands]
    wanted = _wanted(op, active, pullback)
    given = [Value(v.type, bar_name(v)) for v in wanted]
    operands = [*residuals, *_cotangents(emission, op, bars)]
    # A value that is given twice has one adjoint to add to: the second sum starts from zero.
    own = [k for k in pullback.added_to if wanted[k] not in wanted[:k]]
    updates = tuple((len(operands) + place, k) for place, k in enumerate(pullback.added_to))
    operands += [adjoints.or_zero(wanted[k]) if k in own else emission.zeros(wanted[k]) for k in pullback.added_to]
    b, shapes = emission.b, callees.shapes.get(pullback.reverse)
    effect = op.attrs["effect"] if again else callees.reverse_effect
    call = call_op(pullback.reverse, operands, (*given, *again), effect, shapes, b.span)
    b.ops.append(replace(call, attrs={**call.attrs, "updates": updates}) if updates else call)
    for k in own:
        adjoints.take(wanted[k])
    for value, bar in zip(wanted, given):
        if pullback.checked:
            _check_shape(emission, callees.of(op), value, bar)
        elif shapes is None:
            _note_shape(emission, value, bar)
        adjoints.add(value, bar)


def _wanted(op: Op, active: Sequence[bool], pullback: CalleeSweeps) -> list[Value]:
    """The operands that the callee's reverse sweep gives adjoints of."""
    wanted = [v for v, on in zip(op.operands, active) if on]
    if pullback.given is None:
        return wanted
    return [v for v, on in zip(wanted, pullback.given, strict=True) if on]


def _cotangents(emission: Emission, op: Op, bars: Sequence[Value | None]) -> list[Value]:
    """The adjoints of the results that can have one."""
    return [
        emission.zeros(result) if bar is None else bar
        for bar, result in zip(bars, op.results)
        if differentiable(result.type)
    ]


def _note_shape(emission: Emission, value: Value, bar: Value) -> None:
    """An adjoint has the shape of its primal."""
    for axis, extent in enumerate(emission.dims(value)):
        emission.b.emit("check_equal", (emission.b.dim(bar, axis), extent), {"message": "", "known": True})


def _check_shape(emission: Emission, callee: Function, value: Value, bar: Value) -> None:
    """An adjoint returned by a user's rule must have the shape of its primal."""
    message = f"the reverse rule of {callee.name}: an adjoint must have the shape of its argument"
    for axis, extent in enumerate(emission.dims(value)):
        emission.b.emit("check_equal", (emission.b.dim(bar, axis), extent), {"message": message})
