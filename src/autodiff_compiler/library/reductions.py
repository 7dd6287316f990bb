"""Reductions along axes, and what is made of them: means, variances, norms, running sums."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.diagnostics import UserError
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.dtype import FLOAT64, INT64, UINT64
from autodiff_compiler.ir.opset import require
from autodiff_compiler.ir.path import ALL, at
from autodiff_compiler.ir.required_checks import check_equal, product
from autodiff_compiler.ir.types import BOOL, INT, Array, dtype_of, is_complex, rank
from autodiff_compiler.library import arith
from autodiff_compiler.library.arguments import (
    as_array,
    dtype_argument,
    float_dtype,
    is_number,
    normal_axes,
    normal_axis,
    shape_of,
    static_bool,
    to_dtype,
)
from autodiff_compiler.library.elementwise import isclose
from autodiff_compiler.library.masked import end_of, mask_of, needs_start, real_if_started, selected, started
from autodiff_compiler.library.registry import Build, add, add_method, function


def flat(b: Builder, x: Value) -> Value:
    """An array (or a scalar) as a vector."""
    if not isinstance(x.type, Array):
        return b.full([b.const(1)], x)
    return x if x.type.rank == 1 else b.op("reshape", x, product(b, b.dims(x)))


def kept(b: Builder, reduced: Value, axes: tuple[int, ...], keepdims: Any) -> Value:
    """The reduced axes put back with extent 1 if `keepdims`."""
    if not static_bool(b, keepdims, "keepdims") or not axes:
        return reduced
    total = rank(reduced.type) + len(axes)
    if not isinstance(reduced.type, Array):
        return b.full([b.const(1)] * total, reduced)
    return b.insert_axes(reduced, *axes)


def count(b: Builder, x: Value, axes: tuple[int, ...]) -> Value:
    """How many elements are reduced, a Python int."""
    return product(b, [b.dim(x, axis) for axis in axes])


def require_elements(b: Builder, x: Value, axes: tuple[int, ...]) -> None:
    if axes:
        require(b, "max", x, axes=axes)


def _accumulated(b: Builder, a: Any, dtype: Any) -> Value:
    """The operand of a sum or product in the dtype it is computed in: small integers widen."""
    value = as_array(b, a)
    own = dtype_of(value.type)
    default = own if own.inexact else UINT64 if own.is_unsigned else INT64
    return to_dtype(b, value, dtype_argument(b, dtype, default))


def _sum(kind: str) -> Build:
    def build(
        b: Builder,
        a: Any,
        axis: Any = None,
        dtype: Any = None,
        *,
        keepdims: Any = False,
        initial: Any = None,
        where: Any = True,
    ) -> Value:
        value = selected(b, _accumulated(b, a, dtype), where, 0 if kind == "sum" else 1)
        axes = normal_axes(b, axis, rank(value.type))
        reduced = kept(b, b.op(kind, value, axes=axes), axes, keepdims) if axes else value
        return started(b, kind, reduced, initial)

    return build


def _extremum(kind: str) -> Build:
    def build(
        b: Builder, a: Any, axis: Any = None, *, keepdims: Any = False, initial: Any = None, where: Any = True
    ) -> Value:
        value = as_array(b, a)
        needs_start(b, where, initial, kind)
        real_if_started(b, value, initial, kind)
        value = selected(b, value, where, end_of(dtype_of(value.type), kind))
        axes = normal_axes(b, axis, rank(value.type))
        if not axes:
            return started(b, kind, value, initial)
        if initial is None:
            return kept(b, _largest(b, kind, value, axes), axes, keepdims)
        return started(b, kind, kept(b, _of_some(b, kind, value, axes), axes, keepdims), initial)

    return build


def _largest(b: Builder, kind: str, value: Value, axes: tuple[int, ...]) -> Value:
    require_elements(b, value, axes)
    return b.op(kind, value, axes=axes)


def _of_some(b: Builder, kind: str, value: Value, axes: tuple[int, ...]) -> Value:
    """Of no elements, what any other number takes the place of."""
    with b.region() as there:
        b.yield_(_largest(b, kind, value, axes))
    with b.region() as none:
        least = b.const_like(end_of(dtype_of(value.type), kind), value.type)
        dims = [b.dim(value, axis) for axis in range(rank(value.type)) if axis not in axes]
        b.yield_(b.full(dims, least) if dims else least)
    return b.if_(b.compare("gt", count(b, value, axes), b.const(0)), there.done(), none.done())[0]


def _test(kind: str) -> Build:
    def build(b: Builder, a: Any, axis: Any = None, *, keepdims: Any = False, where: Any = True) -> Value:
        value = selected(b, arith.as_bool(b, as_array(b, a)), where, kind == "all")
        axes = normal_axes(b, axis, rank(value.type))
        return kept(b, b.op(kind, value, axes=axes), axes, keepdims) if axes else value

    return build


def _position(kind: str) -> Build:
    def build(b: Builder, a: Any, axis: Any = None, *, keepdims: Any = False) -> Value:
        value = as_array(b, a)
        if axis is None:
            axes = tuple(range(rank(value.type)))
            value = flat(b, value)
            position = 0
        else:
            position = normal_axis(b, axis, rank(value.type))
            axes = (position,)
        require_elements(b, value, (position,))
        return kept(b, b.op(kind, value, axis=position), axes, keepdims)

    return build


for _kind, _make in (
    ("sum", _sum), ("prod", _sum), ("max", _extremum), ("min", _extremum), ("any", _test), ("all", _test),
    ("argmax", _position), ("argmin", _position),
):  # fmt: skip
    _build = _make(_kind)
    add(getattr(np, _kind), f"np.{_kind}", _build)
    add_method(_kind, _build)
add(np.amax, "np.amax", _extremum("max"))
add(np.amin, "np.amin", _extremum("min"))


@function(np.mean, "np.mean", "mean")
def mean(b: Builder, a: Any, axis: Any = None, dtype: Any = None, *, keepdims: Any = False, where: Any = True) -> Value:
    value = as_array(b, a)
    own = dtype_of(value.type)
    value = to_dtype(b, value, dtype_argument(b, dtype, own if own.inexact else FLOAT64))
    if where is not True:
        chosen = to_dtype(b, mask_of(b, where, value), dtype_of(value.type))
        total, number = (_sum("sum")(b, x, axis, keepdims=keepdims) for x in (selected(b, value, where, 0.0), chosen))
        return b.div(total, number)
    axes = normal_axes(b, axis, rank(value.type))
    if not axes:
        return value
    total = b.op("sum", value, axes=axes)
    return kept(b, b.div(total, to_dtype(b, count(b, value, axes), dtype_of(value.type))), axes, keepdims)


@function(np.var, "np.var", "var")
def var(
    b: Builder,
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    *,
    ddof: Any = 0,
    keepdims: Any = False,
    where: Any = True,
    mean: Any = None,
    correction: Any = None,
) -> Value:
    """In two passes, as NumPy computes it."""
    value = as_array(b, a)
    own = dtype_of(value.type)
    value = to_dtype(b, value, dtype_argument(b, dtype, own if own.inexact else FLOAT64))
    if correction is not None and not (is_number(ddof) and ddof == 0):
        raise UserError("AD201", "ddof and correction can't be provided simultaneously.", b.span)
    axes = normal_axes(b, axis, rank(value.type))
    middle = _middle(b, value, axes, where) if mean is None else to_dtype(b, mean, dtype_of(value.type))
    squares = selected(b, squared(b, arith.binary(b, "-", value, middle)), where, 0.0)
    total = b.op("sum", squares, axes=axes) if axes else squares
    if where is True:
        number: Any = count(b, value, axes)
    else:
        chosen = to_dtype(b, mask_of(b, where, value), dtype_of(squares.type))
        number = b.op("sum", chosen, axes=axes) if axes else chosen
    freedom = arith.binary(b, "-", number, ddof if correction is None else correction)
    freedom = b.op("maximum", freedom, b.const_like(0, freedom.type))
    return kept(b, b.div(total, to_dtype(b, freedom, dtype_of(squares.type))), axes, keepdims)


def _middle(b: Builder, value: Value, axes: tuple[int, ...], where: Any) -> Value:
    """The mean, in a shape that can be taken from the array."""
    return mean(b, value, axes, keepdims=len(axes) < rank(value.type) or where is not True, where=where)


def squared(b: Builder, x: Value) -> Value:
    """The square of the absolute value."""
    if not is_complex(x.type):
        return b.mul(x, x)
    return b.add(*(b.mul(part, part) for part in (b.op("real", x), b.op("imag", x))))


def safe_root(b: Builder, total: Value, exponent: float = 0.5) -> Value:
    """The root of a sum of squares (or powers), with derivative 0 where the sum is 0: the root of 1 is taken there."""
    zero = b.compare("eq", total, b.const_like(0.0, total.type))
    base = b.select(zero, b.const_like(1.0, total.type), total)
    root = b.op("sqrt", base) if exponent == 0.5 else b.op("pow", base, b.const_like(exponent, total.type))
    return b.select(zero, b.const_like(0.0, total.type), root)


@function(np.std, "np.std", "std")
def std(
    b: Builder,
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    *,
    ddof: Any = 0,
    keepdims: Any = False,
    where: Any = True,
    mean: Any = None,
    correction: Any = None,
) -> Value:
    options = {"ddof": ddof, "keepdims": keepdims, "where": where, "mean": mean, "correction": correction}
    return safe_root(b, var(b, a, axis, dtype, **options))


@function(np.ptp, "np.ptp")
def ptp(b: Builder, a: Any, axis: Any = None, *, keepdims: Any = False) -> Value:
    value = as_array(b, a)
    axes = normal_axes(b, axis, rank(value.type))
    require_elements(b, value, axes)
    if not axes:
        return b.sub(value, value)
    return kept(b, b.sub(b.op("max", value, axes=axes), b.op("min", value, axes=axes)), axes, keepdims)


@function(np.average, "np.average")
def average(
    b: Builder, a: Any, axis: Any = None, weights: Any = None, returned: Any = False, *, keepdims: Any = False
) -> Value | tuple[Value, Value]:
    given = static_bool(b, returned, "returned")
    if weights is None:
        found = mean(b, a, axis, keepdims=keepdims)
        if not given:
            return found
        value = as_array(b, a)
        number = to_dtype(b, count(b, value, normal_axes(b, axis, rank(value.type))), dtype_of(found.type), strong=True)
        return found, b.op("broadcast_to", number, *b.dims(found)) if rank(found.type) else number
    value, weight = arith.promoted(b, as_array(b, a), as_array(b, weights))
    dtype = float_dtype(b, value.type)
    value, weight = to_dtype(b, value, dtype), to_dtype(b, weight, dtype)
    axes = normal_axes(b, axis, rank(value.type))
    if rank(weight.type) != rank(value.type):
        if rank(weight.type) != 1 or len(axes) != 1 or axis is None:
            raise UserError("AD204", "np.average: weights need the shape of a, or be 1-D with one axis given", b.span)
        check_equal(b, b.dim(weight, 0), b.dim(value, axes[0]), "np.average: the length of weights differs")
        others = (k for k in range(rank(value.type)) if k != axes[0])
        weight = b.op("broadcast_to", b.insert_axes(weight, *others), *b.dims(value))
    for m, n in zip(shape_of(b, weight), shape_of(b, value)):
        error = "TypeError" if axis is None else "ValueError"
        check_equal(b, m, n, "np.average: the shape of weights differs", error=error)
    total = b.op("sum", weight, axes=axes) if axes else weight
    nonzero = b.compare("ne", total, b.const_like(0, total.type))
    if isinstance(nonzero.type, Array):
        nonzero = b.op("all", nonzero, axes=tuple(range(nonzero.type.rank)))
    b.emit("check", (nonzero,), {"error": "ZeroDivisionError", "message": ("weights sum to zero",)})
    weighted = b.mul(value, weight)
    average = kept(b, b.div(b.op("sum", weighted, axes=axes) if axes else weighted, total), axes, keepdims)
    return (average, kept(b, total, axes, keepdims)) if given else average


@function(np.cumsum, "np.cumsum", "cumsum")
def cumsum(b: Builder, a: Any, axis: Any = None, dtype: Any = None) -> Value:
    value = _accumulated(b, a, dtype)
    if axis is None:
        return b.op("cumsum", flat(b, value), axis=0)
    return b.op("cumsum", value, axis=normal_axis(b, axis, rank(value.type)))


@function(np.cumprod, "np.cumprod", "cumprod")
def cumprod(b: Builder, a: Any, axis: Any = None, dtype: Any = None) -> Value:
    """A loop along the axis: a division by the elements would fail at zeros."""
    value = _accumulated(b, a, dtype)
    along = 0
    if axis is None:
        value = flat(b, value)
    else:
        along = normal_axis(b, axis, rank(value.type))
    perm = (along, *(k for k in range(rank(value.type)) if k != along))
    rows = b.op("transpose", value, perm=perm) if along else value
    dims = b.dims(rows)
    start = b.op("empty", *dims, dtype=dtype_of(value.type))
    one = b.const_like(1, value.type)
    ones = b.full(dims[1:], one) if len(dims) > 1 else one
    with b.region(INT, ones.type, start.type, names=("i", "product", "products")) as body:
        i, running, products = body.params
        running = b.mul(running, b.element(rows, i))
        b.yield_(running, b.store(products, *at(i), running))
    made = b.for_(b.const(0), dims[0], b.const(1), (ones, start), body.done())[1]
    return b.op("transpose", made, perm=tuple(perm.index(k) for k in range(len(perm)))) if along else made


def sliced(b: Builder, x: Value, axis: int, start: Value | None = None, stop: Value | None = None) -> Value:
    """`x[..., start:stop, ...]` along one axis."""
    return b.load(x, *at(*(ALL,) * axis, slice(start, stop)))


def differences(b: Builder, value: Value, times: int, along: int) -> Value:
    """The differences of neighbours along an axis, so many times."""
    for _ in range(times):
        later, earlier = sliced(b, value, along, start=b.const(1)), sliced(b, value, along, stop=b.const(-1))
        value = b.op("xor", later, earlier) if dtype_of(value.type).is_bool else b.sub(later, earlier)
    return value


@function(np.trapezoid, "np.trapezoid")
def trapezoid(b: Builder, y: Any, x: Any = None, dx: Any = 1.0, axis: Any = -1) -> Value:
    value = as_array(b, y)
    if rank(value.type) == 0:
        raise UserError("AD204", "np.trapezoid needs an array of at least one dimension", b.span)
    along = normal_axis(b, axis, rank(value.type))
    width = dx
    if x is not None:
        points = as_array(b, x)
        width = differences(b, points, 1, 0 if rank(points.type) == 1 else along)
        if rank(points.type) == 1 and rank(value.type) > 1:
            width = b.insert_axes(width, *(k for k in range(rank(value.type)) if k != along))
    sums = arith.binary(b, "+", sliced(b, value, along, start=b.const(1)), sliced(b, value, along, stop=b.const(-1)))
    areas = arith.binary(b, "/", arith.binary(b, "*", width, sums), 2.0)
    return b.op("sum", areas, axes=(along,))


if hasattr(np, "trapz"):
    add(np.trapz, "np.trapezoid", trapezoid)


@function(np.count_nonzero, "np.count_nonzero")
def count_nonzero(b: Builder, a: Any, axis: Any = None, *, keepdims: Any = False) -> Value:
    nonzero = to_dtype(b, arith.as_bool(b, as_array(b, a)), INT64)
    count: Value = _sum("sum")(b, nonzero, axis, keepdims=keepdims)
    return count


@function(np.allclose, "np.allclose")
def allclose(b: Builder, a: Any, other: Any, rtol: Any = 1e-5, atol: Any = 1e-8, equal_nan: Any = False) -> Value:
    close = isclose(b, a, other, rtol, atol, equal_nan)
    return b.cast(_test("all")(b, close), BOOL)
