"""Both sweeps of a function: the primal with what it saves, and the walk backwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from autodiff_compiler import rules
from autodiff_compiler.ad.adjoints import Adjoints
from autodiff_compiler.ad.at_once import at_once
from autodiff_compiler.ad.backward_walk import BackwardWalk
from autodiff_compiler.ad.branches import filler
from autodiff_compiler.ad.plan import ResidualPlan
from autodiff_compiler.ad.reversal import Reversal
from autodiff_compiler.analysis.activity import active_values
from autodiff_compiler.analysis.undefined import possibly_undefined
from autodiff_compiler.diagnostics import ADJOINT
from autodiff_compiler.ir.builder import Builder, OpenRegion
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.opset import is_undefined, opdef
from autodiff_compiler.ir.types import differentiable
from autodiff_compiler.ir.walk import Rewriter, all_ops, clone_region

if TYPE_CHECKING:
    from autodiff_compiler.ad.pullbacks import Pullbacks


@dataclass(frozen=True)
class Swept:
    """Both sweeps: the ops of the primal with its tapes, those of the walk backwards, the adjoints of the parameters."""

    primal: tuple[Op, ...]
    backwards: tuple[Op, ...]
    bars: tuple[Value, ...]
    plans: list[ResidualPlan]


@dataclass(frozen=True)
class Walked:
    """The walk backwards alone.  It refers to the primal's values as if they were in scope."""

    reversal: Reversal
    out: OpenRegion
    bars: tuple[Value, ...]
    """The adjoints of the active parameters."""

    def primal(self, params: Sequence[Value] = (), end: Sequence[Op] = ()) -> Region:
        """The primal with all that the walk saves, and this terminator."""
        added = self.reversal.added
        ops = (*added.assembled(self.reversal.primal.body), *end)
        return with_fillers(Region(tuple(params), ops), added.undefined)


def swept(
    fn: Function,
    active: Sequence[bool],
    wanted: Sequence[Value],
    seeds: Sequence[Value] | None,
    pullbacks: Pullbacks,
) -> Swept:
    """Reverse `fn` from the adjoints of the `wanted` results: `seeds`, or 1."""
    walked = walked_back(fn, active, wanted, seeds, pullbacks)
    return Swept(walked.primal().ops, tuple(walked.out.ops), walked.bars, walked.reversal.plans)


def walked_back(
    fn: Function,
    active: Sequence[bool],
    wanted: Sequence[Value],
    seeds: Sequence[Value] | None,
    pullbacks: Pullbacks,
    start: dict[Value, Value] | None = None,
    *,
    stacked: bool = False,
) -> Walked:
    """`start`: the adjoints that there already are, to which the walk adds; `stacked`: values are kept on the stack (`stack.py`)."""
    reversal = Reversal.of(fn.body, active_values(fn, active, wanted, rules.NO_DERIVATIVE), pullbacks, stacked=stacked)
    adjoints = Adjoints(reversal.emission, start)
    out, b = OpenRegion(()), reversal.emission.b
    with b.reopen(out), b.at(fn.body.terminator.span.at_phase(ADJOINT)):
        for k, result in enumerate(wanted):
            adjoints.add(result, b.const_like(1, result.type) if seeds is None else seeds[k])
        BackwardWalk(reversal).reverse(fn.body, adjoints)
        bars = tuple(adjoints.or_zero(p) for p, on in zip(fn.params, active) if on)
    return Walked(reversal, out, bars)


def run_back(
    fn: Function,
    active: Sequence[bool],
    cotangents: dict[Value, Value],
    pullbacks: Pullbacks,
    names: frozenset[str],
    start: dict[Value, Value],
) -> Region:
    """The function and its reversal at once (`at_once.py`), which returns the adjoints of the active parameters and the results."""
    varying = active_values(fn, active, list(cotangents), rules.NO_DERIVATIVE)
    reversal = Reversal.of(fn.body, varying, pullbacks, at_once=True)
    adjoints, b = Adjoints(reversal.emission, start), reversal.emission.b
    ops = at_once(BackwardWalk(reversal), names, cotangents, adjoints)
    with b.reopen(OpenRegion(())) as end, b.at(fn.body.terminator.span.at_phase(ADJOINT)):
        bars = [adjoints.or_zero(p) for p, on in zip(fn.params, active) if on]
        b.ops.append(Op("return", (*bars, *fn.results), span=b.span))
    params = (*fn.params, *cotangents.values(), *start.values())
    return with_fillers(Region(params, (*ops, *end.ops)), reversal.added.undefined)


def own_copy(fn: Function) -> Function:
    """`fn` with values of its own and without the boundary of an earlier reversal."""
    ops = tuple(op for op in fn.body.ops if not opdef(op).marks)
    return replace(fn, body=clone_region(Region(fn.params, ops)))


def cotangents(fn: Function, count: int | None = None) -> tuple[list[Value], list[Value]]:
    """The float results among the first `count`, or among all, and a cotangent for each."""
    wanted = [r for r in fn.results[:count] if differentiable(r.type)]
    return wanted, [Value(r.type, f"{r.name or 'out'}_bar") for r in wanted]


# -- undefined values ----------------------------------------------------------------------------------------------


def defined(primal: Region, residuals: Sequence[Value]) -> Region:
    """The primal with a value in place of residuals that may be undefined: the reverse sweep, which gets them as
    arguments, may compute with them where the program would not."""
    undefined = possibly_undefined(primal)
    if not any(value in undefined for value in residuals):
        return primal
    return with_fillers(primal, {op.result for op in all_ops(primal) if is_undefined(op)})


def with_fillers(region: Region, undefined: set[Value]) -> Region:
    """Gives undefined values that are put on a tape a value, so that every op has operands it can read."""
    return _Fill(undefined).region(region) if undefined else region


class _Fill(Rewriter):
    def __init__(self, undefined: set[Value]) -> None:
        super().__init__()
        self.undefined = undefined

    def op(self, op: Op) -> None:
        if not is_undefined(op) or op.result not in self.undefined:
            self.copy(op)
            return
        b = Builder(op.span)
        self.env[op.result] = filler(b, op.result.type)
        self.out += b.ops
