"""Reverse mode: the primal, a `boundary`, the walk backwards, in one function.

Values at the top level of the primal are simply in scope after it; loops and branches save what their reversal needs
(`residuals.py`, `tapes.py`).  The result is plain IR and can be differentiated again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from autodiff_compiler.ad.callees import Callees
from autodiff_compiler.ad.errors import check_inputs, check_scalar_result
from autodiff_compiler.ad.frames import threaded
from autodiff_compiler.ad.plan import ResidualPlan
from autodiff_compiler.ad.sweeps import own_copy, swept
from autodiff_compiler.ir.core import Function, Op, Region
from autodiff_compiler.ir.program import with_callees


def reverse(fn: Function, active: Sequence[bool], *, with_value: bool, name: str, save_all: bool = False) -> Function:
    """The gradient of result 0.  Results: with `with_value` all results of `fn`; then an adjoint per active parameter.

    `save_all`: recompute none of the floats that a loop or a branch needs again.
    """
    check_inputs(fn, active)
    check_scalar_result(fn)
    fn = own_copy(fn)
    callees = Callees(fn, name)
    return with_callees(_gradient(fn, active, with_value, name, save_all, callees)[0], callees.functions)


def residual_plans(fn: Function, active: Sequence[bool], *, save_all: bool = False) -> list[ResidualPlan]:
    """How the gradient of `fn` provides the primal values it needs, loop by loop."""
    return _gradient(own_copy(fn), active, False, fn.name, save_all, Callees(fn, fn.name))[1]


def _gradient(
    fn: Function, active: Sequence[bool], with_value: bool, name: str, save_all: bool, callees: Callees
) -> tuple[Function, list[ResidualPlan]]:
    sweep = swept(fn, active, fn.results[:1], None, save_all, callees)
    kept = fn.results if with_value else ()
    ends = Op("boundary", kept, span=fn.body.terminator.span)
    returned = Op("return", (*kept, *sweep.bars), span=fn.body.terminator.span)
    body = Region(fn.params, threaded(callees, (*sweep.primal, ends, *sweep.backwards, returned)))
    return replace(fn, name=name, body=body, result_tree=None), sweep.plans
