"""Points between two others, and grids of points."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.diagnostics import UnsupportedError
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.dtype import FLOAT64
from autodiff_compiler.ir.path import at
from autodiff_compiler.ir.types import dtype_of, promote, rank
from autodiff_compiler.library import arith
from autodiff_compiler.library.arguments import (
    as_array,
    broadcast_shape,
    dtype_argument,
    extents,
    is_number,
    normal_axis,
    shape_of,
    static_bool,
    stretched,
    to_dtype,
)
from autodiff_compiler.library.registry import function


@function(np.linspace, "np.linspace")
def linspace(
    b: Builder,
    start: Any,
    stop: Any,
    num: Any = 50,
    endpoint: Any = True,
    retstep: Any = False,
    dtype: Any = None,
    axis: Any = 0,
) -> Value | tuple[Value, Value]:
    """Between arrays, the points of each pair lie along `axis`."""
    points, step = _between(b, start, stop, num, static_bool(b, endpoint, "endpoint"))
    own = dtype_of(points.type)
    kind = dtype_argument(b, dtype, own)
    if kind.is_integer and own.is_float:
        points = b.op("floor", points)
    points = _along(b, to_dtype(b, points, kind), axis)
    return (points, step) if static_bool(b, retstep, "retstep") else points


def _between(b: Builder, start: Any, stop: Any, num: Any, closed: bool) -> tuple[Value, Value]:
    """The points, and the distance of two neighbours."""
    first, last = (as_array(b, x) for x in (start, stop))
    own = promote(first.type, last.type)
    own = own if own.inexact else FLOAT64
    first, last = to_dtype(b, first, own), to_dtype(b, last, own)
    dims = broadcast_shape(b, shape_of(b, first), shape_of(b, last))
    first, last = (stretched(b, x, dims, "np.linspace") for x in (first, last))
    (count,) = extents(b, num)
    intervals = count
    if closed:
        intervals = (
            b.const(max(int(num) - 1, 1)) if is_number(num) else b.op("maximum", b.sub(count, b.const(1)), b.const(1))
        )
    step = arith.apply(b, "div", b.sub(last, first), to_dtype(b, intervals, own))
    numbers = to_dtype(b, b.op("arange", count), own)
    if dims:
        numbers = b.insert_axes(numbers, *range(1, len(dims) + 1))
    points = arith.apply(b, "add", arith.apply(b, "mul", numbers, step), first)
    return (_with_last(b, points, count, num, last) if closed else points), step


def _with_last(b: Builder, points: Value, count: Value, num: Any, last: Value) -> Value:
    """The points with the last one exact, if there are more than one."""
    if is_number(num):
        return b.store(points, *at(b.const(-1)), last) if num > 1 else points
    with b.region() as then:
        b.yield_(b.store(points, *at(b.const(-1)), last))
    with b.region() as orelse:
        b.yield_(points)
    return b.if_(b.compare("gt", count, b.const(1)), then.done(), orelse.done())[0]


@function(np.logspace, "np.logspace")
def logspace(
    b: Builder,
    start: Any,
    stop: Any,
    num: Any = 50,
    endpoint: Any = True,
    base: Any = 10.0,
    dtype: Any = None,
    axis: Any = 0,
) -> Value:
    if rank(as_array(b, base).type):
        raise UnsupportedError(
            "AD205", "np.logspace with an array of bases", b.span, help="write base ** np.linspace(start, stop, num)"
        )
    points, _ = _between(b, start, stop, num, static_bool(b, endpoint, "endpoint"))
    powers = arith.power(b, as_array(b, base), points)
    return _along(b, to_dtype(b, powers, dtype_argument(b, dtype, dtype_of(powers.type))), axis)


def _along(b: Builder, points: Value, axis: Any) -> Value:
    """With the first axis in this place."""
    count = rank(points.type)
    place = normal_axis(b, axis, count)
    return b.op("transpose", points, perm=(*range(1, place + 1), 0, *range(place + 1, count))) if place else points


@function(np.meshgrid, "np.meshgrid")
def meshgrid(b: Builder, *xi: Any, indexing: Any = "xy", copy: Any = True, sparse: Any = False) -> tuple[Value, ...]:
    if not static_bool(b, copy, "copy"):
        raise UnsupportedError("AD202", "np.meshgrid: copy=False is not supported", b.span, help="leave copy out")
    if indexing not in ("xy", "ij"):
        raise UnsupportedError("AD202", f"np.meshgrid: indexing={indexing!r}", b.span, help="use 'xy' or 'ij'")
    values = [as_array(b, x) for x in xi]
    if any(rank(v.type) != 1 for v in values):
        raise UnsupportedError("AD205", "np.meshgrid of other than vectors", b.span, help="flatten them")
    order = list(range(len(values)))
    if indexing == "xy" and len(values) > 1:
        order[0], order[1] = 1, 0
    dims = [b.dim(values[k], 0) for k in order]
    grids = []
    for k, value in enumerate(values):
        others = (place for place, axis in enumerate(order) if axis != k)
        grid = b.insert_axes(value, *others)
        full = grid if static_bool(b, sparse, "sparse") else b.op("broadcast_to", grid, *dims)
        grids.append(b.op("copy", full))
    return tuple(grids)
