"""Arrays joined along an axis, and taken apart again."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.diagnostics import UnsupportedError, UserError
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.path import ALL, at
from autodiff_compiler.ir.required_checks import check_equal
from autodiff_compiler.ir.types import Array, ListOf, Scalar, rank
from autodiff_compiler.library import arith
from autodiff_compiler.library.arguments import as_array, normal_axis, static_count, to_int
from autodiff_compiler.library.reductions import flat
from autodiff_compiler.library.registry import View, function
from autodiff_compiler.library.shapes import array, at_least, transposed, view


def parts(b: Builder, arrays: Any, name: str, least: int = 0) -> list[Value]:
    """A static sequence of arrays, in one dtype, each of at least `least` dimensions."""
    if not isinstance(arrays, tuple | list):
        raise UnsupportedError(
            "AD205", f"{name} needs a tuple or a list of arrays of known length", b.span, help="write (a, b, ...)"
        )
    if not arrays:
        raise UserError("AD204", f"{name}: need at least one array", b.span)
    values = arith.promoted(b, *(as_array(b, a) for a in arrays))
    for position, value in enumerate(values):
        if rank(value.type) < least:
            lifted = at_least(b, value, least)
            values[position] = b.load(value, lifted.path) if isinstance(lifted, View) else lifted
    return values


def _stack_of_parts(b: Builder, arrays: Any) -> Value | None:
    """An array whose first axis counts the parts: NumPy takes one for a sequence."""
    if not isinstance(arrays, np.ndarray) and not (isinstance(arrays, Value) and isinstance(arrays.type, Array)):
        return None
    stacked = as_array(b, arrays)
    some = b.compare("gt", b.dim(stacked, 0), b.const(0))
    b.emit("check", (some,), {"error": "ValueError", "message": ("need at least one array to concatenate",)})
    return stacked


def _merged(b: Builder, stacked: Value, axis: int) -> Value:
    """The parts along the first axis, one after the other along an axis of theirs."""
    order = (*range(1, axis + 1), 0, *range(axis + 1, rank(stacked.type)))
    apart = transposed(b, stacked, order)
    dims = b.dims(apart)
    return b.op("reshape", apart, *dims[:axis], b.mul(dims[axis], dims[axis + 1]), *dims[axis + 2 :])


def joined(b: Builder, values: list[Value], axis: int, name: str) -> Value:
    first = values[0]
    if any(rank(v.type) != rank(first.type) for v in values):
        raise UserError("AD204", f"{name}: all arrays must have the same number of dimensions", b.span)
    for value in values[1:]:
        for k in range(rank(first.type)):
            if k != axis:
                check_equal(
                    b,
                    b.dim(first, k),
                    b.dim(value, k),
                    f"{name}: extents other than along the axis must match",
                    access="join",
                )
    return b.op("concat", *values, axis=axis) if len(values) > 1 else b.op("copy", first)


@function(np.concatenate, "np.concatenate")
def concatenate(b: Builder, arrays: Any, axis: Any = 0) -> Value:
    stacked = _stack_of_parts(b, arrays)
    if stacked is not None and axis is None:
        return b.op("copy", flat(b, stacked))
    if stacked is not None and rank(stacked.type) > 1:
        return _merged(b, stacked, normal_axis(b, axis, rank(stacked.type) - 1))
    if stacked is not None:
        raise UserError(
            "AD204", "zero-dimensional arrays cannot be concatenated", b.span, help="use the array as it is"
        )
    values = parts(b, arrays, "np.concatenate")
    if axis is None:
        return joined(b, [flat(b, v) for v in values], 0, "np.concatenate")
    if any(rank(v.type) == 0 for v in values):
        raise UserError(
            "AD204", "zero-dimensional arrays cannot be concatenated", b.span, help="use np.array or np.append"
        )
    return joined(b, values, normal_axis(b, axis, rank(values[0].type)), "np.concatenate")


@function(np.stack, "np.stack")
def stack(b: Builder, arrays: Any, axis: Any = 0) -> Value:
    value = _stack_of_parts(b, arrays)
    if isinstance(arrays, Value) and isinstance(arrays.type, ListOf):
        value = as_array(b, arrays)
    if value is not None:
        first = normal_axis(b, axis, rank(value.type))
        perm = [*range(1, first + 1), 0, *range(first + 1, rank(value.type))]
        return b.op("copy", transposed(b, value, tuple(perm)))
    values = parts(b, arrays, "np.stack")
    if any(rank(v.type) != rank(values[0].type) for v in values):
        raise UserError("AD204", "np.stack: all input arrays must have the same shape", b.span)
    position = normal_axis(b, axis, rank(values[0].type) + 1)
    if rank(values[0].type) == 0:
        return as_array(b, values)
    for value in values[1:]:
        for m, n in zip(b.dims(values[0]), b.dims(value)):
            check_equal(b, m, n, "np.stack: all input arrays must have the same shape", access="join")
    raised = [b.insert_axes(v, position) for v in values]
    return b.op("concat", *raised, axis=position) if len(raised) > 1 else b.op("copy", raised[0])


@function(np.hstack, "np.hstack")
def hstack(b: Builder, tup: Any) -> Value:
    if isinstance(tup, Value) and isinstance(tup.type, ListOf) and isinstance(tup.type.element, Scalar):
        return as_array(b, tup)
    stacked = _stack_of_parts(b, tup)
    if stacked is not None:
        return b.op("copy", stacked) if rank(stacked.type) == 1 else _merged(b, stacked, min(rank(stacked.type) - 2, 1))
    values = parts(b, tup, "np.hstack", 1)
    return joined(b, values, 0 if rank(values[0].type) == 1 else 1, "np.hstack")


@function(np.vstack, "np.vstack")
def vstack(b: Builder, tup: Any) -> Value:
    if isinstance(tup, Value) and isinstance(tup.type, ListOf) and rank(tup.type.element) == 1:
        return as_array(b, tup)
    stacked = _stack_of_parts(b, tup)
    if stacked is None:
        return joined(b, parts(b, tup, "np.vstack", 2), 0, "np.vstack")
    if rank(stacked.type) > 2:
        return _merged(b, stacked, 0)
    return b.op("copy", stacked if rank(stacked.type) == 2 else b.insert_axes(stacked, 1))


@function(np.column_stack, "np.column_stack")
def column_stack(b: Builder, tup: Any) -> Value:
    stacked = _stack_of_parts(b, tup)
    if stacked is not None and rank(stacked.type) > 2:
        return _merged(b, stacked, 1)
    if stacked is not None:
        return b.op(
            "copy", b.op("transpose", stacked, perm=(1, 0)) if rank(stacked.type) == 2 else b.insert_axes(stacked, 0)
        )
    values = parts(b, tup, "np.column_stack", 1)
    columns = [b.insert_axes(v, 1) if rank(v.type) == 1 else v for v in values]
    return joined(b, columns, 1, "np.column_stack")


@function(np.append, "np.append")
def append(b: Builder, arr: Any, values: Any, axis: Any = None) -> Value:
    return concatenate(b, (arr, values), axis)


# -- taking apart ------------------------------------------------------------------------------------------------------


def pieces(b: Builder, given: Any, cuts: list[Value], value: Value, axis: int) -> list[View | Value]:
    """The views between the cuts along an axis."""
    found = []
    for k in range(len(cuts) + 1):
        part = slice(cuts[k - 1] if k else None, cuts[k] if k < len(cuts) else None)
        found.append(view(b, given, value, *at(*(ALL,) * axis, part)))
    return found


def _split(b: Builder, ary: Any, given: Any, axis: Any, *, even: bool) -> list[View | Value]:
    """At the indices of a sequence, or into a number of parts of equal extent (of which the first may be longer by one)."""
    value = array(b, ary, "a split")
    along = normal_axis(b, axis, rank(value.type))
    if isinstance(given, tuple | list):
        return pieces(b, ary, [to_int(b, cut, "an index to split at") for cut in given], value, along)
    count = static_count(b, given, "the number of parts")
    if count < 1:
        raise UserError("AD209", "number sections must be larger than 0", b.span)
    extent, parts_ = b.dim(value, along), b.const(count)
    size = b.op("floordiv", extent, parts_)
    cuts = [b.mul(size, b.const(k)) for k in range(1, count)]
    if even:
        check_equal(b, b.mul(size, parts_), extent, ("array split does not result in an equal division",))
    else:
        longer = b.sub(extent, b.mul(size, parts_))
        cuts = [b.add(cut, b.op("minimum", longer, b.const(k))) for k, cut in enumerate(cuts, 1)]
    return pieces(b, ary, cuts, value, along)


@function(np.split, "np.split")
def split(b: Builder, ary: Any, indices_or_sections: Any, axis: Any = 0) -> list[View | Value]:
    return _split(b, ary, indices_or_sections, axis, even=True)


@function(np.array_split, "np.array_split")
def array_split(b: Builder, ary: Any, indices_or_sections: Any, axis: Any = 0) -> list[View | Value]:
    return _split(b, ary, indices_or_sections, axis, even=False)


@function(np.hsplit, "np.hsplit")
def hsplit(b: Builder, ary: Any, indices_or_sections: Any) -> list[View | Value]:
    return split(b, ary, indices_or_sections, min(1, rank(as_array(b, ary).type) - 1))


@function(np.vsplit, "np.vsplit")
def vsplit(b: Builder, ary: Any, indices_or_sections: Any) -> list[View | Value]:
    if rank(as_array(b, ary).type) < 2:
        raise UserError("AD204", "vsplit only works on arrays of 2 or more dimensions", b.span)
    return split(b, ary, indices_or_sections, 0)
