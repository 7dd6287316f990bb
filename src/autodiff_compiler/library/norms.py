"""Norms of vectors and matrices."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autodiff_compiler.diagnostics import UnsupportedError, UserError
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.dtype import FLOAT64
from autodiff_compiler.ir.types import dtype_of, rank
from autodiff_compiler.library import arith
from autodiff_compiler.library.arguments import as_array, normal_axes, normal_axis, to_dtype
from autodiff_compiler.library.factorisations import singular_values
from autodiff_compiler.library.reductions import kept, require_elements, safe_root, squared
from autodiff_compiler.library.registry import function
from autodiff_compiler.library.shapes import transposed


@function(np.linalg.norm, "np.linalg.norm")
def norm(b: Builder, x: Any, ord: Any = None, axis: Any = None, keepdims: Any = False) -> Value:
    value = as_array(b, x)
    own = dtype_of(value.type)
    value = to_dtype(b, value, own if own.inexact else FLOAT64)
    if rank(value.type) == 0:
        raise UserError("AD204", "np.linalg.norm of a scalar", b.span, help="use abs")
    if isinstance(ord, Value):
        raise UnsupportedError("AD207", "np.linalg.norm: ord must be known when the function is compiled", b.span)
    axes = normal_axes(b, axis, rank(value.type))
    if ord is None and axis is None:
        return kept(b, safe_root(b, b.op("sum", squared(b, value), axes=axes)), axes, keepdims)
    if len(axes) == 1:
        return kept(b, _vector_norm(b, value, ord, axes), axes, keepdims)
    if len(axes) == 2:
        # The first axis given counts the rows.
        rows = normal_axis(b, axis[0], rank(value.type)) if isinstance(axis, tuple | list) else 0
        return kept(b, _matrix_norm(b, value, ord, axes, rows), axes, keepdims)
    raise UserError("AD203", "np.linalg.norm: one axis or two are needed", b.span)


def _vector_norm(b: Builder, x: Value, ord: Any, axes: tuple[int, ...]) -> Value:
    if ord is None or ord == 2:
        return safe_root(b, b.op("sum", squared(b, x), axes=axes))
    if isinstance(ord, str):
        raise UserError("AD209", f"np.linalg.norm: ord={ord!r} is for matrices", b.span)
    size = b.op("abs", x)
    if ord == 0:
        return b.op("sum", to_dtype(b, arith.as_bool(b, x), dtype_of(size.type)), axes=axes)
    if ord == 1:
        return b.op("sum", size, axes=axes)
    if math.isinf(ord):
        require_elements(b, x, axes)
        return b.op("max" if ord > 0 else "min", size, axes=axes)
    total = b.op("sum", b.op("pow", size, b.const_like(float(ord), size.type)), axes=axes)
    return safe_root(b, total, 1.0 / ord)


def _matrix_norm(b: Builder, x: Value, ord: Any, axes: tuple[int, ...], rows: int) -> Value:
    if ord is None or ord == "fro":
        return safe_root(b, b.op("sum", squared(b, x), axes=axes))
    if ord in (1, -1, math.inf, -math.inf):
        (columns,) = (axis for axis in axes if axis != rows)
        inner, outer = (rows, columns) if ord in (1, -1) else (columns, rows)
        sums = b.op("sum", b.op("abs", x), axes=(inner,))
        reduced = (outer - (outer > inner),)
        require_elements(b, sums, reduced)
        return b.op("max" if ord > 0 else "min", sums, axes=reduced)
    if ord in (2, -2, "nuc"):
        others = (axis for axis in range(rank(x.type)) if axis not in axes)
        (columns,) = (axis for axis in axes if axis != rows)
        values = singular_values(b, transposed(b, x, (*others, rows, columns)))
        last = (rank(values.type) - 1,)
        if ord != "nuc":
            require_elements(b, values, last)
        return b.op("sum" if ord == "nuc" else "max" if ord > 0 else "min", values, axes=last)
    raise UserError("AD209", f"np.linalg.norm: Invalid norm order for matrices: {ord!r}", b.span)
