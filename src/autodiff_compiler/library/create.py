"""Making arrays, and conversions between dtypes and kinds of numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.diagnostics import UnsupportedError, UserError
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.dtype import DTYPES, FLOAT64, DType
from autodiff_compiler.ir.required_checks import check_equal, product
from autodiff_compiler.ir.types import INT, Array, Scalar, dtype_of, promote, rank
from autodiff_compiler.library import arith
from autodiff_compiler.library.arguments import (
    as_array,
    as_operand,
    broadcast_shape,
    dtype_argument,
    extents,
    is_number,
    shape_of,
    static_bool,
    to_dtype,
    to_int,
    type_of,
)
from autodiff_compiler.library.registry import Build, View, add, add_attribute, add_method, function, takes_complex
from autodiff_compiler.library.shapes import broadcast_to, in_order, view


def filled(b: Builder, dims: list[Value], value: float, dtype: DType) -> Value:
    """An array full of a constant; of no dimensions, a scalar."""
    fill = b.const(value, Scalar(dtype))
    return b.full(dims, fill) if dims else fill


def _constant(value: float) -> Build:
    def build(b: Builder, shape: Any, dtype: Any = None, order: Any = "C") -> Value:
        in_order(b, order, "an array of a shape")
        return filled(b, extents(b, shape), value, dtype_argument(b, dtype, FLOAT64))

    return build


def _constant_like(value: float) -> Build:
    def build(b: Builder, a: Any, dtype: Any = None, order: Any = "K", *, shape: Any = None) -> Value:
        _laid_out(b, order)
        array = as_array(b, a)
        dims = shape_of(b, array) if shape is None else extents(b, shape)
        return filled(b, dims, value, dtype_argument(b, dtype, dtype_of(array.type)))

    return build


for _name, _value in (("zeros", 0), ("ones", 1)):
    add(getattr(np, _name), f"np.{_name}", _constant(_value))
    add(getattr(np, f"{_name}_like"), f"np.{_name}_like", _constant_like(_value))


@function(np.empty, "np.empty")
def empty(b: Builder, shape: Any, dtype: Any = None, order: Any = "C") -> Value:
    in_order(b, order, "np.empty")
    dims = extents(b, shape)
    own = dtype_argument(b, dtype, FLOAT64)
    return b.op("empty", *dims, dtype=own) if dims else b.const(0, Scalar(own))


add(np.ndarray, "np.ndarray", lambda b, shape, dtype=None, *, order="C": empty(b, shape, dtype, order))


@function(np.empty_like, "np.empty_like")
def empty_like(b: Builder, prototype: Any, dtype: Any = None, order: Any = "K", *, shape: Any = None) -> Value:
    _laid_out(b, order)
    array = as_array(b, prototype)
    dims = tuple(shape_of(b, array)) if shape is None else shape
    return empty(b, dims, dtype_name(b, dtype, array))


def dtype_name(b: Builder, dtype: Any, array: Value) -> str:
    """A `dtype=` argument, or the dtype of an array, as NumPy spells it."""
    return dtype_argument(b, dtype, dtype_of(array.type)).numpy_name


@function(np.full, "np.full")
def full(b: Builder, shape: Any, fill_value: Any, dtype: Any = None, order: Any = "C") -> Value:
    in_order(b, order, "np.full")
    fill = as_array(b, fill_value)
    fill = to_dtype(b, fill, dtype_argument(b, dtype, dtype_of(fill.type)), strong=True)
    if isinstance(fill.type, Array):
        return b.op("copy", broadcast_to(b, fill, shape))
    dims = extents(b, shape)
    return b.full(dims, fill) if dims else fill


@function(np.full_like, "np.full_like")
def full_like(b: Builder, a: Any, fill_value: Any, dtype: Any = None, order: Any = "K", *, shape: Any = None) -> Value:
    _laid_out(b, order)
    array = as_array(b, a)
    return full(b, tuple(shape_of(b, array)) if shape is None else shape, fill_value, dtype_name(b, dtype, array))


# -- ranges ------------------------------------------------------------------------------------------------------------


@function(np.arange, "np.arange")
def arange(b: Builder, start: Any = None, stop: Any = None, step: Any = None, dtype: Any = None) -> Value:
    if stop is None:
        start, stop = None, start
    if stop is None:
        raise UserError("AD201", "np.arange() requires stop to be specified.", b.span)
    start = 0 if start is None else start
    step = 1 if step is None else step
    things = [as_operand(b, x) for x in (start, stop, step)]
    if any(isinstance(type_of(b, x), Array) for x in things):
        raise UserError("AD205", "np.arange needs numbers, not arrays", b.span)
    if is_number(step) and step == 0:
        raise UserError("AD209", "np.arange: the step must not be 0", b.span)
    own = promote(*(Scalar(dtype_of(type_of(b, x))) for x in things))
    target = dtype_argument(b, dtype, own)
    if own.is_integer and target.is_integer:
        return to_dtype(b, _int_range(b, *things), target)
    if own.is_bool or not target.is_float:
        raise UnsupportedError("AD206", "np.arange of floats in an integer dtype", b.span, help="use astype")
    return _float_range(b, things, target)


def _int_range(b: Builder, start: Any, stop: Any, step: Any) -> Value:
    if is_number(start) and start == 0 and is_number(step) and step == 1:
        return b.op("arange", b.op("maximum", to_int(b, stop, "stop"), b.const(0)) if isinstance(stop, Value)
                    else b.const(max(int(stop), 0)))  # fmt: skip
    first, last, by = (to_int(b, x, "a bound of np.arange") for x in (start, stop, step))
    # The number of steps, rounded up.
    length = b.neg(b.op("floordiv", b.sub(first, last), by))
    steps = b.op("arange", b.op("maximum", length, b.const(0)))
    return b.add(b.mul(steps, by), first)


def _float_range(b: Builder, things: list[Any], dtype: DType) -> Value:
    """`start + i * delta` with the rounded difference of the first two elements, as NumPy fills it."""
    start, stop, step = (to_dtype(b, x, FLOAT64) for x in things)
    length = b.op("ceil", arith.binary(b, "/", arith.binary(b, "-", stop, start), step))
    count = b.op("maximum", b.cast(length, INT), b.const(0))
    delta = b.sub(b.add(start, step), start)
    steps = to_dtype(b, b.op("arange", count), FLOAT64)
    return to_dtype(b, b.add(start, b.mul(steps, delta)), dtype)


# -- conversions -------------------------------------------------------------------------------------------------------


@function(np.array, "np.array")
def array(b: Builder, object: Any, dtype: Any = None, *, copy: Any = True, order: Any = "K") -> View | Value:
    if copy is None or copy is np._CopyMode.IF_NEEDED:
        return asarray(b, object, dtype, order)
    _laid_out(b, order)
    if copy is np._CopyMode.NEVER or not static_bool(b, copy, "copy"):
        raise UnsupportedError("AD202", "np.array: copy=False is not supported", b.span, help="use np.asarray")
    result = as_array(b, object, None if dtype is None else dtype_argument(b, dtype, FLOAT64))
    return b.op("copy", result) if result is object and isinstance(result.type, Array) else result


@function(np.asarray, "np.asarray")
def asarray(b: Builder, a: Any, dtype: Any = None, order: Any = None) -> View | Value:
    value = as_array(b, a, None if dtype is None else dtype_argument(b, dtype, FLOAT64))
    return view(b, a, value, when=_needs(b, order, "np.asarray"))


def _needs(b: Builder, order: Any, name: str, allowed: str = "KCF") -> str:
    """What an argument `order=` asks of the array, for it to be given back as it is; see `View.when`."""
    if order is not None and order not in tuple(allowed):
        raise UnsupportedError("AD202", f"{name}: order={order!r} is not supported", b.span, help="leave order out")
    return {"C": "contiguous", "F": "fortran"}.get(order, "")


add(np.asanyarray, "np.asanyarray", asarray)


@function(np.ascontiguousarray, "np.ascontiguousarray")
def ascontiguousarray(b: Builder, a: Any, dtype: Any = None) -> View | Value:
    value = as_array(b, a, None if dtype is None else dtype_argument(b, dtype, FLOAT64))
    return view(b, a, value, when="contiguous") if rank(value.type) else b.full([b.const(1)], value)


@function(np.asfortranarray, "np.asfortranarray")
def asfortranarray(b: Builder, a: Any, dtype: Any = None) -> View | Value:
    value = as_array(b, a, None if dtype is None else dtype_argument(b, dtype, FLOAT64))
    return view(b, a, value, when="fortran") if rank(value.type) else b.full([b.const(1)], value)


def _laid_out(b: Builder, order: Any) -> None:
    """The argument `order=` of what makes a new array: what it means is known by `memory`."""
    if order not in ("K", "A", "C", "F"):
        raise UserError("AD209", f"ValueError: order must be one of 'C', 'F', 'A', or 'K' (got {order!r})", b.span)


@function(np.copy, "np.copy")
def copy(b: Builder, a: Any, order: Any = "K") -> View | Value:
    return array(b, a, order=order)


def copy_method(b: Builder, a: Any, order: Any = "C") -> View | Value:
    return array(b, a, order=order)


def _astype(b: Builder, x: Any, dtype: Any, /, *, copy: Any = True, device: Any = None) -> View | Value:
    if device is not None:
        raise UnsupportedError("AD202", "np.astype with device=", b.span, help="leave it out")
    if not isinstance(x, Value) or not isinstance(x.type, Array):
        raise UserError("AD205", "np.astype: the input should be a NumPy array", b.span)
    return astype(b, x, dtype, copy=copy)


if hasattr(np, "astype"):  # since NumPy 2.1
    add(np.astype, "np.astype", _astype)
    takes_complex("np.astype")


def astype(b: Builder, a: Any, dtype: Any, order: Any = "K", *, copy: Any = True) -> View | Value:
    given = as_array(b, a)
    result = to_dtype(b, given, dtype_argument(b, dtype, FLOAT64), strong=True)
    if result is not given or not isinstance(given.type, Array):
        _laid_out(b, order)
        return result
    if static_bool(b, copy, "copy"):
        _laid_out(b, order)
        return b.op("copy", given)
    return view(b, a, given, when=_needs(b, order, "astype"))


def item(b: Builder, a: Any, *index: Any) -> Value:
    """An element as a Python number."""
    value = as_array(b, a)
    if isinstance(value.type, Array):
        value = _element(b, value, index)
    elif index:
        raise UserError("AD203", "item of a scalar takes no index", b.span)
    return b.cast(value, Scalar(dtype_of(value.type).python, "py"))


def _element(b: Builder, x: Value, index: tuple[Any, ...]) -> Value:
    if not index:
        total = product(b, b.dims(x))
        check_equal(b, total, b.const(1), ("can only convert an array of size 1 to a Python scalar",))
        return b.element(x, *(b.const(0) for _ in range(rank(x.type))))
    if len(index) != rank(x.type):
        raise UnsupportedError("AD205", "item with a flat index", b.span, help="give one index for each axis")
    positions = [to_int(b, i, "an index") for i in index]
    for axis, position in enumerate(positions):
        b.emit("check_index", (position, b.dim(x, axis)), {"access": "index", "axis": axis})
    return b.element(x, *positions)


def _scalar_type(dtype: DType) -> Build:
    def build(b: Builder, x: Any = 0, /) -> Value:
        return as_array(b, x, dtype)

    return build


for _dtype in DTYPES:
    add(_dtype.numpy.type, f"np.{_dtype.numpy_name}", _scalar_type(_dtype))


def dtype_attribute(b: Builder, a: Any) -> np.dtype:
    return dtype_of(as_array(b, a).type).numpy


def itemsize(b: Builder, a: Any) -> int:
    return dtype_attribute(b, a).itemsize


add_method("astype", astype)
add_method("copy", copy_method)
add_method("item", item)
add_attribute("dtype", dtype_attribute)
add_attribute("itemsize", itemsize)


@function(np.broadcast_arrays, "np.broadcast_arrays")
def broadcast_arrays(b: Builder, *args: Any) -> tuple[Value, ...]:
    values = [as_array(b, a) for a in args]
    dims = broadcast_shape(b, *(shape_of(b, v) for v in values))
    return tuple(b.op("broadcast_to", v, *dims) if dims else v for v in values)
