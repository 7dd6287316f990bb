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
from autodiff_compiler.ad.sweeps import cut, vjp_parts
from autodiff_compiler.ir.core import Function, Op, Region
from autodiff_compiler.ir.program import with_callees
from autodiff_compiler.ir.tree import Leaf
from autodiff_compiler.ir.walk import clone_region, free_values


def vjp(fn: Function, active: Sequence[bool], name: str, *, save_all: bool = False) -> tuple[Function, Function]:
    """Forward: (results…, residuals…).  Reverse: (residuals…, cotangents of float results…) -> adjoints."""
    check_inputs(fn, active)
    callees = Callees(fn)
    fn, seeds, sweep = vjp_parts(fn, active, save_all, callees)
    end = fn.body.terminator.span
    returned = Op("return", sweep.bars, span=end)
    used = [v for v in free_values([Region((), (*sweep.backwards, returned))]) if v not in seeds]
    residuals, rebuilt = cut(sweep.primal, used)
    forward = Region(fn.params, (*sweep.primal, Op("return", (*fn.results, *residuals), span=end)))
    backwards = clone_region(Region((*residuals, *seeds), (*rebuilt, *sweep.backwards, returned)))
    params = tuple((v.name, Leaf()) for v in backwards.params)
    sweeps = (
        replace(fn, name=f"{name}_forward", body=clone_region(forward), result_tree=None),
        replace(fn, name=f"{name}_reverse", body=backwards, param_trees=params, result_tree=None),
    )
    first, second = (with_callees(sweep, callees.functions) for sweep in sweeps)
    return first, second
