"""Repeating, shifting, picking and sorting the elements of arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.diagnostics import UnsupportedError, UserError
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.dtype import INT64
from autodiff_compiler.ir.path import ALL, at
from autodiff_compiler.ir.required_checks import product
from autodiff_compiler.ir.types import BOOL, INT, Scalar, dtype_of, rank
from autodiff_compiler.library import arith
from autodiff_compiler.library.arguments import (
    as_array,
    extents,
    is_number,
    normal_axis,
    stretched,
    to_dtype,
    to_int,
)
from autodiff_compiler.library.joins import parts
from autodiff_compiler.library.reductions import cumsum, flat, sliced
from autodiff_compiler.library.registry import add_method, function
from autodiff_compiler.library.shapes import array, transposed


@function(np.roll, "np.roll")
def roll(b: Builder, a: Any, shift: Any, axis: Any = None) -> Value:
    value = array(b, a, "np.roll")
    if axis is None:
        rolled = _rolled(b, flat(b, value), shift, 0)
        return rolled if rank(value.type) == 1 else b.op("reshape", rolled, *b.dims(value))
    axes = tuple(axis) if isinstance(axis, tuple | list) else (axis,)
    shifts = tuple(shift) if isinstance(shift, tuple | list) else (shift,)
    # Shifts and axes broadcast.
    axes = axes * len(shifts) if len(axes) == 1 else axes
    shifts = shifts * len(axes) if len(shifts) == 1 else shifts
    if len(shifts) != len(axes):
        raise UserError("AD204", "np.roll: shift and axis have different lengths", b.span)
    for by, along in zip(shifts, axes):
        value = _rolled(b, value, by, normal_axis(b, along, rank(value.type)))
    return value


def _rolled(b: Builder, x: Value, shift: Any, axis: int) -> Value:
    """The last elements before the first ones; the extent may be 0, and nothing is divided by it unguarded."""
    extent = b.dim(x, axis)
    moved = b.op("mod", to_int(b, shift, "a shift"), b.op("maximum", extent, b.const(1)))
    cut = b.sub(extent, moved)
    return b.op("concat", sliced(b, x, axis, start=cut), sliced(b, x, axis, stop=cut), axis=axis)


def _repeated(b: Builder, x: Value, before: list[Value | None], after: list[Value | None]) -> Value:
    """Each axis copied `before` times as a whole and each of its elements `after` times; None is once."""
    places: list[slice | None] = []
    wide: list[Value] = []
    dims: list[Value] = []
    for axis, (outer, inner) in enumerate(zip(before, after)):
        factors = [(None, outer), (ALL, b.dim(x, axis)), (None, inner)]
        here = [(place, factor) for place, factor in factors if factor is not None]
        places += [place for place, _ in here]
        wide += [factor for _, factor in here]
        dims.append(product(b, [factor for _, factor in here]))
    stretched = b.op("broadcast_to", b.load(x, *at(*places)), *wide)
    return b.op("reshape", stretched, *dims)


@function(np.tile, "np.tile")
def tile(b: Builder, A: Any, reps: Any) -> Value:
    counts = extents(b, reps)
    value = parts(b, [A], "np.tile", max(1, len(counts)))[0]
    axes = rank(value.type)
    return _repeated(b, value, [*[None] * (axes - len(counts)), *counts], [None] * axes)


@function(np.repeat, "np.repeat", "repeat")
def repeat(b: Builder, a: Any, repeats: Any, axis: Any = None) -> Value:
    value = as_array(b, a)
    if axis is None:
        value, along = flat(b, value), 0
    else:
        along = normal_axis(b, axis, rank(value.type))
    if not (is_number(repeats) or (isinstance(repeats, Value) and isinstance(repeats.type, Scalar))):
        return _repeated_each(b, value, as_array(b, repeats), along)
    (times,) = extents(b, repeats)
    axes = rank(value.type)
    return _repeated(b, value, [None] * axes, [times if k == along else None for k in range(axes)])


def _repeated_each(b: Builder, x: Value, counts: Value, axis: int) -> Value:
    """Each element along the axis as often as its own count says; a single count is that of all."""
    if not dtype_of(counts.type).is_integer or rank(counts.type) != 1:
        reason = "np.repeat with repeats other than an integer or a vector of integers"
        raise UnsupportedError("AD205", reason, b.span, help="convert them to integers")
    counts = stretched(b, counts, [b.dim(x, axis)], "np.repeat")
    none_negative = b.op("all", b.compare("ge", counts, b.const_like(0, counts.type)), axes=(0,))
    message = ("repeats may not contain negative values.",)
    b.emit("check", (b.cast(none_negative, BOOL),), {"error": "ValueError", "message": message})
    ends = cumsum(b, counts)
    places = b.op("arange", b.cast(b.sum(counts, (0,)), INT))
    index = searchsorted(b, ends, places, "right")
    return b.load(x, *at(*(ALL,) * axis, index))


@function(np.take, "np.take", "take")
def take(b: Builder, a: Any, indices: Any, axis: Any = None, *, mode: Any = "raise") -> Value:
    value, index = array(b, a, "np.take"), as_array(b, indices)
    if not dtype_of(index.type).is_integer:
        raise UserError("AD205", "np.take: indices must be integers", b.span)
    if axis is None:
        value, along = flat(b, value), 0
    else:
        along = normal_axis(b, axis, rank(value.type))
    extent = b.dim(value, along)
    if mode == "wrap":
        index = arith.binary(b, "%", index, b.op("maximum", extent, b.const(1)))
    elif mode == "clip":
        last = b.sub(extent, b.const(1))
        index = b.op("minimum", b.op("maximum", to_dtype(b, index, INT64), b.const(0)), last)
    elif mode != "raise":
        raise UserError("AD209", "np.take: mode must be one of 'clip', 'raise', or 'wrap'", b.span)
    b.emit("check_index", (index, extent), {"access": "index", "axis": along})
    return b.load(value, *at(*(ALL,) * along, index))


def gathered(b: Builder, x: Value, index: Value) -> Value:
    """`np.take_along_axis` along the last axis, for indices of the same shape."""
    count = rank(x.type)
    grid = []
    for axis in range(count - 1):
        positions = b.op("arange", b.dim(x, axis))
        grid.append(b.insert_axes(positions, *(k for k in range(count) if k != axis)))
    return b.load(x, *at(*grid, index))


def _sorted(b: Builder, a: Any, axis: Any, kind: Any, stable: Any, *, positions: bool) -> Value:
    """Stable, whatever is asked for."""
    if kind is not None and stable is not None:
        raise UserError("AD209", "`kind` and `stable` parameters can't be provided at the same time.", b.span)
    if kind not in (None, "stable", "mergesort", "quicksort", "heapsort"):
        raise UserError("AD209", f"sort kind must be one of 'quicksort', 'heapsort' or 'stable', not {kind!r}", b.span)
    value = array(b, a, "a sort")
    value = flat(b, value) if axis is None else value
    count = rank(value.type)
    along = normal_axis(b, -1 if axis is None else axis, count)
    perm = (*(k for k in range(count) if k != along), along)
    last = transposed(b, value, perm)
    order = b.op("argsort", last)
    result = order if positions else gathered(b, last, order)
    return transposed(b, result, tuple(perm.index(k) for k in range(count)))


@function(np.sort, "np.sort")
def sort(b: Builder, a: Any, axis: Any = -1, kind: Any = None, *, stable: Any = None) -> Value:
    return _sorted(b, a, axis, kind, stable, positions=False)


@function(np.argsort, "np.argsort", "argsort")
def argsort(b: Builder, a: Any, axis: Any = -1, kind: Any = None, *, stable: Any = None) -> Value:
    return _sorted(b, a, axis, kind, stable, positions=True)


@function(np.searchsorted, "np.searchsorted")
def searchsorted(b: Builder, a: Any, v: Any, side: Any = "left", sorter: Any = None) -> Value:
    ordered = array(b, a, "np.searchsorted")
    if rank(ordered.type) != 1:
        raise UserError("AD204", "np.searchsorted: the sorted array must be a vector", b.span)
    if side not in ("left", "right"):
        raise UserError("AD209", f"np.searchsorted: side must be 'left' or 'right', not {side!r}", b.span)
    if sorter is not None:
        ordered = take(b, ordered, sorter)
    return b.op("searchsorted", *arith.promoted(b, ordered, as_array(b, v), strong=True), side=side)


add_method("searchsorted", searchsorted)
