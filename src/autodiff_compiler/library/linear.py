"""Products of vectors, matrices and tensors, and parts of matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.diagnostics import UnsupportedError, UserError
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.dtype import FLOAT64
from autodiff_compiler.ir.path import ALL, at
from autodiff_compiler.ir.required_checks import check_equal, product
from autodiff_compiler.ir.types import INT, Scalar, dtype_of, is_complex, rank
from autodiff_compiler.library import arith
from autodiff_compiler.library.arguments import (
    as_array,
    dtype_argument,
    extents,
    normal_axis,
    static_int,
)
from autodiff_compiler.library.create import filled
from autodiff_compiler.library.reductions import flat, sliced
from autodiff_compiler.library.registry import add, function
from autodiff_compiler.library.shapes import array, transposed

add(np.matmul, "np.matmul", lambda b, x1, x2: arith.matmul(b, as_array(b, x1), as_array(b, x2)))


@function(np.dot, "np.dot", "dot")
def dot(b: Builder, a: Any, other: Any) -> Value:
    x, y = arith.promoted(b, as_array(b, a), as_array(b, other))
    if rank(x.type) == 0 or rank(y.type) == 0:
        return arith.binary(b, "*", x, y)
    if rank(y.type) <= 2:
        return arith.matmul(b, x, y)
    return contracted(b, x, y, [rank(x.type) - 1], [rank(y.type) - 2])


@function(np.vdot, "np.vdot")
def vdot(b: Builder, a: Any, other: Any, /) -> Value:
    """Of complex numbers the first factor is conjugated."""
    left = flat(b, as_array(b, a))
    return arith.matmul(b, b.op("conj", left) if is_complex(left.type) else left, flat(b, as_array(b, other)))


@function(np.inner, "np.inner")
def inner(b: Builder, a: Any, other: Any, /) -> Value:
    x, y = arith.promoted(b, as_array(b, a), as_array(b, other))
    if rank(x.type) == 0 or rank(y.type) == 0:
        return arith.binary(b, "*", x, y)
    return contracted(b, x, y, [rank(x.type) - 1], [rank(y.type) - 1])


@function(np.outer, "np.outer")
def outer(b: Builder, a: Any, other: Any) -> Value:
    x, y = flat(b, as_array(b, a)), flat(b, as_array(b, other))
    return arith.binary(b, "*", b.insert_axes(x, 1), b.insert_axes(y, 0))


@function(np.tensordot, "np.tensordot")
def tensordot(b: Builder, a: Any, other: Any, axes: Any = 2) -> Value:
    x, y = arith.promoted(b, as_array(b, a), as_array(b, other))
    if isinstance(axes, tuple | list):
        left, right = (list(side) if isinstance(side, tuple | list) else [side] for side in axes)
    else:
        count = static_int(b, axes, "axes")
        left, right = list(range(rank(x.type) - count, rank(x.type))), list(range(count))
    if len(left) != len(right):
        raise UserError("AD204", "shape-mismatch for sum", b.span)
    left = [normal_axis(b, k, rank(x.type)) for k in left]
    right = [normal_axis(b, k, rank(y.type)) for k in right]
    return contracted(b, x, y, left, right)


def contracted(b: Builder, x: Value, y: Value, left: list[int], right: list[int]) -> Value:
    """The sum of products over pairs of axes: one matrix product of reshaped operands."""
    if rank(x.type) == 0 or rank(y.type) == 0:
        return arith.binary(b, "*", x, y)
    if not left:  # all products
        places = range(rank(x.type), rank(x.type) + rank(y.type))
        return arith.binary(b, "*", b.insert_axes(x, *places), y)
    for m, n in zip(left, right):
        check_equal(b, b.dim(x, m), b.dim(y, n), "shape-mismatch for sum", access="product")
    rows = [k for k in range(rank(x.type)) if k not in left]
    columns = [k for k in range(rank(y.type)) if k not in right]
    inner = product(b, [b.dim(x, k) for k in left])
    dims = [b.dim(x, k) for k in rows] + [b.dim(y, k) for k in columns]
    left_matrix = _grouped(b, transposed(b, x, (*rows, *left)), [b.dim(x, k) for k in rows], inner, 1)
    right_matrix = _grouped(b, transposed(b, y, (*right, *columns)), [b.dim(y, k) for k in columns], inner, 0)
    result = arith.matmul(b, left_matrix, right_matrix)
    return result if rank(result.type) == len(dims) else b.op("reshape", result, *dims)


def _grouped(b: Builder, x: Value, free: list[Value], inner: Value, position: int) -> Value:
    """`x` with its free axes as one and its contracted axes as one: a matrix, or a vector where none is free."""
    dims = [product(b, free)] if free else []
    dims.insert(position if free else 0, inner)
    return x if rank(x.type) == len(dims) else b.op("reshape", x, *dims)


# -- parts of matrices -------------------------------------------------------------------------------------------------


def _diagonal_indices(b: Builder, rows: Value, columns: Value, k: int) -> tuple[Value, Value]:
    """Row and column numbers of the k-th diagonal."""
    down, right = max(-k, 0), max(k, 0)
    length = b.op("minimum", b.sub(rows, b.const(down)), b.sub(columns, b.const(right)))
    steps = b.op("arange", b.op("maximum", length, b.const(0)))
    return (
        b.add(steps, b.const(down)) if down else steps,
        b.add(steps, b.const(right)) if right else steps,
    )


@function(np.diag, "np.diag")
def diag(b: Builder, v: Any, k: Any = 0) -> Value:
    value = array(b, v, "np.diag")
    offset = static_int(b, k, "k")
    if rank(value.type) == 1:
        side = b.add(b.dim(value, 0), b.const(abs(offset)))
        square = filled(b, [side, side], 0, dtype_of(value.type))
        return b.store(square, *at(*_diagonal_indices(b, side, side, offset)), value)
    if rank(value.type) != 2:
        raise UserError("AD204", "np.diag: input must be 1- or 2-d", b.span)
    return diagonal(b, value, offset)


@function(np.diagonal, "np.diagonal", "diagonal")
def diagonal(b: Builder, a: Any, offset: Any = 0, axis1: Any = 0, axis2: Any = 1) -> Value:
    value = array(b, a, "np.diagonal")
    count = rank(value.type)
    if count < 2:
        raise UserError("AD204", "diag requires an array of at least two dimensions", b.span)
    m, n = normal_axis(b, axis1, count, "axis1"), normal_axis(b, axis2, count, "axis2")
    if m == n:
        raise UserError("AD203", "axis1 and axis2 cannot be the same", b.span)
    front = transposed(b, value, (m, n, *(axis for axis in range(count) if axis not in (m, n))))
    indices = _diagonal_indices(b, b.dim(front, 0), b.dim(front, 1), static_int(b, offset, "offset"))
    picked = b.load(front, *at(*indices))
    # NumPy puts the diagonal last.
    return transposed(b, picked, (*range(1, count - 1), 0))


@function(np.trace, "np.trace", "trace")
def trace(b: Builder, a: Any, offset: Any = 0, axis1: Any = 0, axis2: Any = 1) -> Value:
    picked = diagonal(b, a, offset, axis1, axis2)
    return b.op("sum", picked, axes=(rank(picked.type) - 1,))


def _triangle(b: Builder, m: Any, k: Any, *, lower: bool) -> Value:
    value = array(b, m, "a triangle")
    if rank(value.type) == 1:
        value = b.op("broadcast_to", value, b.dim(value, 0), b.dim(value, 0))
    count = rank(value.type)
    row = b.insert_axes(b.op("arange", b.dim(value, count - 2)), 1)
    column = b.insert_axes(b.op("arange", b.dim(value, count - 1)), 0)
    kept = b.compare("le" if lower else "ge", b.sub(column, row), b.const(static_int(b, k, "k")))
    return b.select(kept, value, b.const_like(0, value.type))


@function(np.tril, "np.tril")
def tril(b: Builder, m: Any, k: Any = 0) -> Value:
    return _triangle(b, m, k, lower=True)


@function(np.triu, "np.triu")
def triu(b: Builder, m: Any, k: Any = 0) -> Value:
    return _triangle(b, m, k, lower=False)


@function(np.tri, "np.tri")
def tri(b: Builder, N: Any, M: Any = None, k: Any = 0, dtype: Any = None) -> Value:
    rows = extents(b, N)
    ones = filled(b, rows + (rows if M is None else extents(b, M)), 1, dtype_argument(b, dtype, FLOAT64))
    return _triangle(b, ones, k, lower=True)


@function(np.eye, "np.eye")
def eye(b: Builder, N: Any, M: Any = None, k: Any = 0, dtype: Any = None) -> Value:
    (rows,) = extents(b, N)
    (columns,) = (rows,) if M is None else extents(b, M)
    own = dtype_argument(b, dtype, FLOAT64)
    indices = _diagonal_indices(b, rows, columns, static_int(b, k, "k"))
    return b.store(filled(b, [rows, columns], 0, own), *at(*indices), b.const(1, Scalar(own)))


@function(np.identity, "np.identity")
def identity(b: Builder, n: Any, dtype: Any = None) -> Value:
    return eye(b, n, dtype=dtype)


# -- convolutions and Kronecker products -------------------------------------------------------------------------------


@function(np.convolve, "np.convolve")
def convolve(b: Builder, a: Any, v: Any, mode: Any = "full") -> Value:
    """The sum of shifted copies of `a`, one for each element of `v`; "same" and "valid" are its middle."""
    x, kernel = arith.promoted(b, flat(b, as_array(b, a)), flat(b, as_array(b, v)))
    if mode not in ("full", "same", "valid"):
        raise UserError("AD209", f"np.convolve: mode must be 'full', 'same' or 'valid', not {mode!r}", b.span)
    if dtype_of(x.type).is_bool:
        raise UnsupportedError("AD205", "a convolution of booleans", b.span, help="use astype(int)")
    m, n = b.dim(x, 0), b.dim(kernel, 0)
    one = b.const(1)
    shorter, longer = b.op("minimum", m, n), b.op("maximum", m, n)
    nonempty = b.compare("gt", shorter, b.const(0))
    b.emit("check", (nonempty,), {"error": "ValueError", "message": ("np.convolve of an empty array",)})
    start = filled(b, [b.sub(b.add(m, n), one)], 0, dtype_of(x.type))
    with b.region(INT, start.type, names=("j", "full")) as body:
        j, full = body.params
        b.yield_(b.accum(full, *at(slice(j, b.add(j, m))), b.mul(x, b.element(kernel, j))))
    full = b.for_(b.const(0), n, one, (start,), body.done())[0]
    if mode == "full":
        return full
    if mode == "same":
        first = b.op("floordiv", b.sub(shorter, one), b.const(2))
        return sliced(b, full, 0, first, b.add(first, longer))
    first = b.sub(shorter, one)
    return sliced(b, full, 0, first, longer)


@function(np.kron, "np.kron")
def kron(b: Builder, a: Any, other: Any) -> Value:
    x, y = arith.promoted(b, as_array(b, a), as_array(b, other))
    if rank(x.type) == 0 or rank(y.type) == 0:
        return arith.binary(b, "*", x, y)
    count = max(rank(x.type), rank(y.type))
    x, y = (b.insert_axes(v, *range(count - rank(v.type))) if rank(v.type) < count else v for v in (x, y))
    outer_ = b.load(x, *at(*(ALL, None) * count))
    inner_ = b.load(y, *at(*(None, ALL) * count))
    return b.op("reshape", b.mul(outer_, inner_), *(b.mul(m, n) for m, n in zip(b.dims(x), b.dims(y))))


@function(np.linalg.multi_dot, "np.linalg.multi_dot")
def multi_dot(b: Builder, arrays: Any) -> Value:
    """From left to right."""
    if not isinstance(arrays, tuple | list) or len(arrays) < 2:
        raise UserError("AD204", "np.linalg.multi_dot needs a list of at least two arrays", b.span)
    result = dot(b, arrays[0], arrays[1])
    for other in arrays[2:]:
        result = dot(b, result, other)
    return result
