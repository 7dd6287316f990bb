"""Reverse mode: the primal, a `boundary`, the walk backwards, in one function.

Values at the top level of the primal are simply in scope behind it; loops and branches save what their reversal needs
(`residuals.py`, `tapes.py`).  The result is plain IR and can be differentiated again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from autodiff_compiler import rules
from autodiff_compiler.ad.adjoints import Adjoints
from autodiff_compiler.ad.context import Context
from autodiff_compiler.ad.control import filler
from autodiff_compiler.ad.errors import check_inputs, check_scalar_result
from autodiff_compiler.ad.plan import ResidualPlan
from autodiff_compiler.ad.sweep import Sweep
from autodiff_compiler.analysis.activity import active_values
from autodiff_compiler.diagnostics import ADJOINT
from autodiff_compiler.ir.builder import OpenRegion
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.opset import is_undefined
from autodiff_compiler.ir.types import differentiable
from autodiff_compiler.ir.walk import Rewriter, clone_region


def reverse(fn: Function, active: Sequence[bool], *, with_value: bool, name: str, save_all: bool = False) -> Function:
    """The gradient of result 0.  Results: with `with_value` all results of `fn`; then an adjoint per active parameter.

    `save_all`: of the floats that a loop or a branch needs again, recompute none.
    """
    check_inputs(fn, active)
    check_scalar_result(fn)
    fn = _own_copy(fn)
    return _gradient(fn, active, with_value, name, save_all)[0]


def residual_plans(fn: Function, active: Sequence[bool], *, save_all: bool = False) -> list[ResidualPlan]:
    """How the gradient of `fn` provides the primal values it needs, loop by loop."""
    return _gradient(_own_copy(fn), active, False, fn.name, save_all)[1]


def _gradient(
    fn: Function, active: Sequence[bool], with_value: bool, name: str, save_all: bool
) -> tuple[Function, list[ResidualPlan]]:
    sweep = swept(fn, active, fn.results[:1], None, save_all)
    kept = fn.results if with_value else ()
    ends = Op("boundary", kept, span=fn.body.terminator.span)
    returned = Op("return", (*kept, *sweep.bars), span=fn.body.terminator.span)
    body = Region(fn.params, (*sweep.primal, ends, *sweep.backwards, returned))
    return replace(fn, name=name, body=body, result_tree=None), sweep.plans


@dataclass(frozen=True)
class Swept:
    """Both sweeps: the ops of the primal with its tapes, those of the walk backwards, the adjoints of the parameters."""

    primal: tuple[Op, ...]
    backwards: tuple[Op, ...]
    bars: tuple[Value, ...]
    plans: list[ResidualPlan]


def swept(
    fn: Function, active: Sequence[bool], wanted: Sequence[Value], seeds: Sequence[Value] | None, save_all: bool
) -> Swept:
    """Reverse `fn` from the adjoints of the `wanted` results: `seeds`, or 1."""
    context = Context(fn.body, active_values(fn, active, wanted, rules.NO_DERIVATIVE), save_all)
    adjoints = Adjoints(context)
    out, b = OpenRegion(()), context.b
    with b.reopen(out), b.at(fn.body.terminator.span.at_phase(ADJOINT)):
        for k, result in enumerate(wanted):
            adjoints.add(result, b.const_like(1, result.type) if seeds is None else seeds[k])
        Sweep(context).reverse(fn.body, adjoints)
        bars = [adjoints.or_zero(p) for p, on in zip(fn.params, active) if on]
    primal = Region((), tuple(context.assemble(fn.body)))
    if context.fillers:
        primal = _Fill(context).region(primal)
    return Swept(primal.ops, tuple(out.ops), tuple(bars), context.plans)


def _own_copy(fn: Function) -> Function:
    """`fn` with values of its own and without the boundary of an earlier reversal."""
    ops = tuple(op for op in fn.body.ops if op.kind != "boundary")
    return replace(fn, body=clone_region(Region(fn.params, ops)))


def vjp_parts(fn: Function, active: Sequence[bool], save_all: bool) -> tuple[Function, list[Value], Swept]:
    """The function (with values of its own), the cotangents of its float results, and both sweeps."""
    check_inputs(fn, active)
    fn = _own_copy(fn)
    wanted = [r for r in fn.results if differentiable(r.type)]
    seeds = [Value(r.type, f"{r.name or 'out'}_bar") for r in wanted]
    return fn, seeds, swept(fn, active, wanted, seeds, save_all)


class _Fill(Rewriter):
    """Gives undefined values that go on a tape a value, so that every op has operands it can read."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context

    def op(self, op: Op) -> None:
        if not is_undefined(op) or op.result not in self.context.fillers:
            self.copy(op)
            return
        with self.context.b.reopen(OpenRegion(())) as out, self.context.b.at(op.span):
            self.env[op.result] = filler(self.context, op.result.type)
        self.out += out.ops
