"""Reverse mode: the primal, a `boundary`, the walk backwards, in one function.

Values at the top level of the primal are simply in scope after it; loops and branches save what their reversal needs
(`residuals.py`, `tapes.py`).  The result is plain IR and can be differentiated again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from autodiff_compiler.ad.callees import Callees
from autodiff_compiler.ad.errors import check_inputs, check_scalar_result
from autodiff_compiler.ad.plan import ResidualPlan
from autodiff_compiler.ad.pullbacks import Pullbacks
from autodiff_compiler.ad.sweeps import Swept, own_copy, swept
from autodiff_compiler.ad.threading import threaded
from autodiff_compiler.ir.core import Function, Op, Region
from autodiff_compiler.ir.program import with_callees


def reverse(
    fn: Function, active: Sequence[bool], *, with_value: bool, name: str, save_all: bool = False, reruns: bool = False
) -> Function:
    """The gradient of result 0.  Results: with `with_value` all results of `fn`; then an adjoint per active parameter.

    `save_all`: recompute none of the floats that a loop or a branch needs again; `reruns`: run cheap loops again for arrays (`reruns.py`).
    """
    check_inputs(fn, active)
    check_scalar_result(fn)
    fn = own_copy(fn)
    callees = Callees(fn, name)
    sweep = _swept(fn, active, Pullbacks(callees, save_all, reruns))
    end = fn.body.terminator.span
    ends = Op("boundary", fn.results if with_value else (), span=end)
    returned = Op("return", (*ends.operands, *sweep.bars), span=end)
    body = Region(fn.params, threaded(callees, (*sweep.primal, ends, *sweep.backwards, returned)))
    return with_callees(replace(fn, name=name, body=body, result_tree=None), callees.functions)


def residual_plans(
    fn: Function, active: Sequence[bool], *, save_all: bool = False, reruns: bool = False
) -> list[ResidualPlan]:
    """How the gradient of `fn` provides the primal values it needs, loop by loop."""
    return _swept(own_copy(fn), active, Pullbacks(Callees(fn, fn.name), save_all, reruns)).plans


def _swept(fn: Function, active: Sequence[bool], pullbacks: Pullbacks) -> Swept:
    return swept(fn, active, fn.results[:1], None, pullbacks)
