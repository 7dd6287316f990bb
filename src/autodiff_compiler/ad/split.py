"""`vjp`: both sweeps as two functions, cut at the boundary by liveness.

What the walk backwards uses and the primal defines are the residuals.  Constants, and extents of arrays that are
residuals anyway, are built again instead.  The reverse function never writes to a residual's value, so it may be
called many times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from autodiff_compiler.ad.reverse import vjp_parts
from autodiff_compiler.diagnostics import ADJOINT
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.opset import extent_of, is_constant
from autodiff_compiler.ir.tree import Leaf
from autodiff_compiler.ir.types import Array
from autodiff_compiler.ir.walk import clone_region, free_values


def vjp(fn: Function, active: Sequence[bool], name: str, *, save_all: bool = False) -> tuple[Function, Function]:
    """Forward: (results…, residuals…).  Reverse: (residuals…, cotangents of float results…) -> adjoints."""
    fn, seeds, sweep = vjp_parts(fn, active, save_all)
    end = fn.body.terminator.span
    returned = Op("return", sweep.bars, span=end)
    used = [v for v in free_values([Region((), (*sweep.backwards, returned))]) if v not in seeds]
    residuals, rebuilt = _cut(sweep.primal, used)
    forward = Region(fn.params, (*sweep.primal, Op("return", (*fn.results, *residuals), span=end)))
    backwards = clone_region(Region((*residuals, *seeds), (*rebuilt, *sweep.backwards, returned)))
    params = tuple((v.name, Leaf()) for v in backwards.params)
    return (
        replace(fn, name=f"{name}_forward", body=clone_region(forward), result_tree=None),
        replace(fn, name=f"{name}_reverse", body=backwards, param_trees=params, result_tree=None),
    )


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
