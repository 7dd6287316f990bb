"""`vjp`: both sweeps as two functions, cut at the boundary by liveness.

What the walk backwards uses and the primal defines are the residuals.  Constants, and extents of arrays that are
residuals anyway, are built again instead.  The reverse function never writes to a residual's value, so it may be
called many times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from autodiff_compiler.ad.callees import Callees
from autodiff_compiler.ad.errors import check_inputs
from autodiff_compiler.ad.pullbacks import Pullbacks
from autodiff_compiler.ad.sweeps import cotangents, defined, own_copy, swept
from autodiff_compiler.ad.threading import threaded
from autodiff_compiler.analysis.signature import known_after
from autodiff_compiler.analysis.undefined import possibly_undefined
from autodiff_compiler.diagnostics import ADJOINT
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.opset import extent_of, is_constant, opdef
from autodiff_compiler.ir.program import with_callees
from autodiff_compiler.ir.tree import Leaf
from autodiff_compiler.ir.types import Array
from autodiff_compiler.ir.walk import clone_region, free_values


def vjp(
    fn: Function,
    active: Sequence[bool],
    name: str,
    *,
    save_all: bool = False,
    reruns: bool = False,
    results: int | None = None,
) -> tuple[Function, Function]:
    """Forward: (results…, residuals…).  Reverse: (residuals…, cotangents of float results…) -> adjoints.

    `results`: how many results, the first ones, have cotangents.
    """
    check_inputs(fn, active)
    callees = Callees(fn, name)
    fn = own_copy(fn)
    wanted, seeds = cotangents(fn, results)
    sweep = swept(fn, active, wanted, seeds, Pullbacks(callees, save_all, reruns))
    end = fn.body.terminator.span
    ends = Op("boundary", fn.results, span=end)
    ops = threaded(callees, (*sweep.primal, ends, *sweep.backwards, Op("return", sweep.bars, span=end)))
    boundary = next(k for k, op in enumerate(ops) if opdef(op).marks and op.operands == fn.results)
    primal, backwards_ops = ops[:boundary], ops[boundary + 1 :]
    used = [v for v in free_values([Region((), backwards_ops)]) if v not in seeds]
    residuals, rebuilt = _cut(primal, used)
    body = Region(fn.params, (*primal, Op("return", (*fn.results, *residuals), span=end)))
    forward = defined(body, residuals)
    backwards = _after(body, clone_region(Region((*residuals, *seeds), (*rebuilt, *backwards_ops))), residuals, wanted)
    params = tuple((v.name, Leaf()) for v in backwards.params)
    sweeps = (
        replace(fn, name=f"{name}_forward", body=clone_region(forward), result_tree=None),
        replace(fn, name=f"{name}_reverse", body=backwards, param_trees=params, result_tree=None),
    )
    first, second = (with_callees(one, callees.functions) for one in sweeps)
    return first, second


def _after(primal: Region, backwards: Region, residuals: Sequence[Value], wanted: Sequence[Value]) -> Region:
    """The walk backwards, which begins with what the primal knows about the shapes of the residuals and the cotangents."""
    undefined = possibly_undefined(primal)
    given = [(v, p) for v, p in zip((*residuals, *wanted), backwards.params, strict=True) if v not in undefined]
    facts = known_after(primal, [v for v, _ in given], [p for _, p in given])
    return Region(backwards.params, (*facts, *backwards.ops))


def _cut(primal: Sequence[Op], used: Sequence[Value]) -> tuple[list[Value], list[Op]]:
    """The residuals, and the ops that build the rest of `used` from them."""
    defs = {result: op for op in primal for result in op.results}
    arrays = {v for v in used if isinstance(v.type, Array)}
    residuals, rebuilt = [], []
    for value in used:
        op = defs.get(value)
        extent = extent_of(op)
        if op is not None and (is_constant(op) or (extent is not None and extent[0] in arrays)):
            rebuilt.append(replace(op, span=op.span.at_phase(ADJOINT)))
        else:
            residuals.append(value)
    return residuals, rebuilt
