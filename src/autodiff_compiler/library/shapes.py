"""Rearrangements: new shapes and orders of axes (views where NumPy gives views)."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.diagnostics import UnsupportedError, UserError
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.path import ALL, HERE, Path, at, element, new_axes, picked, reshaping, transposing
from autodiff_compiler.ir.required_checks import RESHAPED, check_equal, product
from autodiff_compiler.ir.types import Array, rank
from autodiff_compiler.library.arguments import (
    as_array,
    extents,
    normal_axis,
    shape_of,
    stretched,
)
from autodiff_compiler.library.reductions import flat
from autodiff_compiler.library.registry import View, add, add_attribute, add_method, function, refuse_method


def view(
    b: Builder, given: Any, value: Value, path: Path = HERE, operands: tuple[Value, ...] = (), when: str = ""
) -> View | Value:
    """A view of the array that was given; the value itself of a list that became an array only now."""
    if given is value:
        return View(path, operands, when)
    return b.load(value, path, operands) if path else value


def array(b: Builder, x: Any, name: str) -> Value:
    """An argument that must be an array of at least one dimension."""
    value = as_array(b, x)
    if not isinstance(value.type, Array):
        raise UserError("AD204", f"{name} needs an array, not a scalar", b.span)
    return value


def transposed(b: Builder, x: Value, perm: tuple[int, ...]) -> Value:
    return x if perm == tuple(range(len(perm))) else b.op("transpose", x, perm=perm)


def spread(b: Builder, x: Any) -> tuple[Any, ...]:
    """Arguments given one by one or as one tuple: `x.reshape(2, 3)` and `x.reshape((2, 3))`."""
    return tuple(x[0]) if len(x) == 1 and isinstance(x[0], tuple | list) else tuple(x)


# -- new shapes --------------------------------------------------------------------------------------------------------


def in_order(b: Builder, order: Any, name: str) -> str:
    """The argument `order=` of a function whose elements it arranges: "C" or "F"."""
    if order not in ("C", "F"):
        raise UnsupportedError(
            "AD202",
            f"{name}: order={order!r} of an array whose memory order is not known",
            b.span,
            help='write "C" or "F"',
        )
    return str(order)


@function(np.reshape, "np.reshape")
def reshape(b: Builder, a: Any, shape: Any, order: Any = "C") -> View | Value:
    value = as_array(b, a)
    fortran = in_order(b, order, "np.reshape") == "F" and isinstance(value.type, Array)
    dims = extents(b, shape, allow_unknown=True)
    given = shape if isinstance(shape, tuple | list) else (shape,)
    unknown = [k for k, extent in enumerate(given) if not isinstance(extent, Value) and int(extent) == -1]
    total = product(b, shape_of(b, value))
    if len(unknown) > 1:
        raise UserError("AD204", "can only specify one unknown dimension", b.span)
    if unknown:
        others = product(b, [dim for k, dim in enumerate(dims) if k != unknown[0]])
        # With extents of 0 among the others the unknown one is not determined; NumPy refuses it too.
        positive = b.compare("gt", others, b.const(0))
        b.emit("check", (positive,), {"error": "ValueError", "message": ("cannot reshape: an extent is 0",)})
        dims[unknown[0]] = b.op("floordiv", total, others)
    check_equal(b, total, product(b, dims), RESHAPED, access="reshape")
    if not isinstance(value.type, Array):
        return b.full(dims, value) if dims else view(b, a, value)
    if not dims:
        first = tuple(b.const(0) for _ in range(value.type.rank))  # its only element
        return view(b, a, value, element(value.type.rank), first)
    if fortran:
        return view(b, a, value, _in_fortran_order(value.type.rank, len(dims)), tuple(reversed(dims)), "reshape")
    return view(b, a, value, reshaping(len(dims)), tuple(dims), "reshape")


def _in_fortran_order(before: int, after: int) -> Path:
    """The path of a reshape with the first axis as the fastest: transposed, as in C order, transposed."""
    turned, back = (transposing(range(count)[::-1]) if count > 1 else HERE for count in (before, after))
    return turned + reshaping(after) + back


def reshape_method(b: Builder, a: Value, *shape: Any, order: Any = "C") -> View | Value:
    return reshape(b, a, spread(b, shape), order)


@function(np.ravel, "np.ravel", "ravel")
def ravel(b: Builder, a: Any, order: Any = "C") -> View | Value:
    value = as_array(b, a)
    fortran = in_order(b, order, "np.ravel") == "F"
    if rank(value.type) == 0:
        return flat(b, value)
    if rank(value.type) == 1:
        return view(b, a, value, when="contiguous")
    path = _in_fortran_order(rank(value.type), 1) if fortran else reshaping(1)
    return view(b, a, value, path, (product(b, b.dims(value)),), "contiguous")


def flatten(b: Builder, a: Any, order: Any = "C") -> Value:
    value = as_array(b, a)
    if in_order(b, order, "flatten") == "F" and isinstance(value.type, Array):
        value = transposed(b, value, tuple(reversed(range(value.type.rank))))
    return b.op("copy", flat(b, value)) if rank(value.type) else flat(b, value)


@function(np.squeeze, "np.squeeze", "squeeze")
def squeeze(b: Builder, a: Any, axis: Any = None) -> View | Value:
    value = as_array(b, a)
    if rank(value.type) == 0:
        return view(b, a, value)
    if axis is None:
        raise UnsupportedError(
            "AD207",
            "squeeze without an axis: the rank of its result depends on the shape",
            b.span,
            help="name the axis",
        )
    axes = {normal_axis(b, k, rank(value.type)) for k in (axis if isinstance(axis, tuple | list) else (axis,))}
    for k in sorted(axes):
        message = ("cannot select an axis to squeeze out which has size not equal to one",)
        check_equal(b, b.dim(value, k), b.const(1), message)
    return view(b, a, value, picked(axes), tuple(b.const(0) for _ in axes))


@function(np.expand_dims, "np.expand_dims")
def expand_dims(b: Builder, a: Any, axis: Any) -> View | Value:
    value = as_array(b, a)
    given = axis if isinstance(axis, tuple | list) else (axis,)
    total = rank(value.type) + len(given)
    axes = {normal_axis(b, k, total) for k in given}
    if len(axes) != len(given):
        raise UserError("AD203", "repeated axis", b.span)
    if rank(value.type) == 0:
        return b.full([b.const(1)] * total, value)
    return view(b, a, value, new_axes(axes))


def at_least(b: Builder, x: Any, least: int) -> View | Value:
    value = as_array(b, x)
    if rank(value.type) == 0:
        return b.full([b.const(1)] * least, value)
    if rank(value.type) >= least:
        return view(b, x, value)
    return view(b, x, value, new_axes(range(least - rank(value.type))))


@function(np.atleast_1d, "np.atleast_1d")
def atleast_1d(b: Builder, x: Any) -> View | Value:
    return at_least(b, x, 1)


@function(np.atleast_2d, "np.atleast_2d")
def atleast_2d(b: Builder, x: Any) -> View | Value:
    return at_least(b, x, 2)


@function(np.broadcast_to, "np.broadcast_to")
def broadcast_to(b: Builder, array: Any, shape: Any) -> Value:
    return stretched(b, as_array(b, array), extents(b, shape), "broadcast_to")


# -- order of axes -----------------------------------------------------------------------------------------------------


def _permuted(b: Builder, given: Any, value: Value, perm: tuple[int, ...]) -> View | Value:
    identity = perm == tuple(range(len(perm)))
    return view(b, given, value, HERE if identity else transposing(perm))


@function(np.transpose, "np.transpose")
def transpose(b: Builder, a: Any, axes: Any = None) -> View | Value:
    value = as_array(b, a)
    count = rank(value.type)
    if axes is None:
        perm = tuple(range(count))[::-1]
    else:
        perm = tuple(normal_axis(b, axis, count) for axis in axes)
        if sorted(perm) != list(range(count)):
            raise UserError("AD203", "axes don't match array", b.span)
    return _permuted(b, a, value, perm)


def transpose_method(b: Builder, a: Value, *axes: Any) -> View | Value:
    return transpose(b, a, None if axes in ((), (None,)) else spread(b, axes))


@function(np.swapaxes, "np.swapaxes", "swapaxes")
def swapaxes(b: Builder, a: Any, axis1: Any, axis2: Any) -> View | Value:
    value = array(b, a, "swapaxes")
    perm = list(range(rank(value.type)))
    m, n = normal_axis(b, axis1, len(perm)), normal_axis(b, axis2, len(perm))
    perm[m], perm[n] = perm[n], perm[m]
    return _permuted(b, a, value, tuple(perm))


@function(np.moveaxis, "np.moveaxis")
def moveaxis(b: Builder, a: Any, source: Any, destination: Any) -> View | Value:
    value = array(b, a, "moveaxis")
    count = rank(value.type)
    sources = [normal_axis(b, k, count) for k in (source if isinstance(source, tuple | list) else (source,))]
    targets = [
        normal_axis(b, k, count) for k in (destination if isinstance(destination, tuple | list) else (destination,))
    ]
    if len(sources) != len(targets) or len(set(sources)) != len(sources) or len(set(targets)) != len(targets):
        raise UserError("AD203", "moveaxis: source and destination do not match", b.span)
    perm = [axis for axis in range(count) if axis not in sources]
    for target, axis in sorted(zip(targets, sources)):
        perm.insert(target, axis)
    return _permuted(b, a, value, tuple(perm))


@function(np.flip, "np.flip")
def flip(b: Builder, m: Any, axis: Any = None) -> View | Value:
    value = array(b, m, "flip")
    count = rank(value.type)
    given = range(count) if axis is None else axis if isinstance(axis, tuple | list) else (axis,)
    axes = {normal_axis(b, k, count) for k in given}
    return view(b, m, value, *at(*(slice(None, None, b.const(-1)) if k in axes else ALL for k in range(count))))


@function(np.flipud, "np.flipud")
def flipud(b: Builder, m: Any) -> View | Value:
    return flip(b, m, 0)


@function(np.fliplr, "np.fliplr")
def fliplr(b: Builder, m: Any) -> View | Value:
    return flip(b, m, 1)


# -- attributes and methods --------------------------------------------------------------------------------------------


def shape(b: Builder, a: Any) -> tuple[Value, ...]:
    return tuple(shape_of(b, as_array(b, a)))


def size(b: Builder, a: Any, axis: Any = None) -> Value | int:
    value = as_array(b, a)
    if isinstance(axis, int):
        return b.dim(value, normal_axis(b, axis, rank(value.type)))
    if axis is not None:
        raise UnsupportedError("AD202", "np.size of several axes", b.span, help="multiply extents of x.shape")
    return product(b, b.dims(value)) if isinstance(value.type, Array) else 1


def ndim(b: Builder, a: Any) -> int:
    return rank(as_array(b, a).type)


def transpose_attribute(b: Builder, a: Any) -> View | Value:
    return transpose(b, a)


def matrix_transpose(b: Builder, a: Any) -> View | Value:
    value = as_array(b, a)
    if rank(value.type) < 2:
        raise UserError("AD204", "matrix transpose with ndim < 2 is undefined", b.span)
    return swapaxes(b, a, -1, -2)


add(np.matrix_transpose, "np.matrix_transpose", matrix_transpose)
add(np.linalg.matrix_transpose, "np.linalg.matrix_transpose", matrix_transpose)
add(np.shape, "np.shape", shape)
add(np.size, "np.size", size)
add(np.ndim, "np.ndim", ndim)
add_attribute("shape", shape)
add_attribute("size", size)
add_attribute("ndim", ndim)
add_attribute("T", transpose_attribute)
add_attribute("mT", matrix_transpose)
add_method("reshape", reshape_method)
add_method("transpose", transpose_method)
add_method("flatten", flatten)
refuse_method("resize", "write x = np.resize(x, shape)")
