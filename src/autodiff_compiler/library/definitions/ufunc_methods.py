"""Methods of NumPy's ufuncs: along an axis, for all pairs, at places that may repeat."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autodiff_compiler.library.defined import define, unsupported


@define(np.ufunc.reduce, "np.ufunc.reduce", "axis", "keepdims")
def reduce(
    self: Any,
    array: Any,
    axis: Any = 0,
    dtype: Any = None,
    out: Any = None,
    keepdims: bool = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    """From the first element along the axis to the last; of none, what changes nothing."""
    _check_folds(self)
    given = np.asarray(array) if dtype is None else np.asarray(array).astype(dtype)
    rows, axes = _rows_along(self, given, axis), _axes(axis, given.ndim)
    picked = None if where is True else _rows_along(self, np.broadcast_to(np.asarray(where), given.shape), axis)
    start = 0
    if initial is not None:
        total = np.broadcast_to(np.asarray(initial), rows.shape[1:]).astype(given.dtype)[()]
    elif picked is not None or len(rows) == 0:
        total = np.broadcast_to(_neutral(self), rows.shape[1:]).astype(given.dtype)[()]
    else:
        total, start = rows[0], 1
    for i in range(start, len(rows)):
        total = self(total, rows[i]) if picked is None else np.where(picked[i], self(total, rows[i]), total)[()]
    return np.expand_dims(total, axes) if keepdims else total


def _axes(axis: Any, count: int) -> Any:
    if axis is None:
        return tuple(range(count))
    return axis if isinstance(axis, tuple) else (axis,)


def _rows_along(ufunc: Any, given: Any, axis: Any) -> Any:
    """What is folded is what is along the first axis."""
    axes = _axes(axis, given.ndim)
    if len(axes) == 1:
        return np.moveaxis(given, axes[0], 0)
    if ufunc.identity is None and ufunc.__name__ not in ("maximum", "minimum", "fmax", "fmin"):
        raise ValueError("this reduction operation is not reorderable, so at most one axis may be specified")
    first = np.moveaxis(given, axes, tuple(range(len(axes))))
    return np.reshape(first, (math.prod(first.shape[: len(axes)]), *first.shape[len(axes) :]))


def _check_folds(ufunc: Any) -> None:
    if ufunc is np.power or ufunc is np.arctan2:
        unsupported(f"np.{ufunc.__name__} along an axis", "NumPy leaves elements out there; write a loop")


def _neutral(ufunc: Any) -> Any:
    if ufunc.identity is None:
        raise ValueError("zero-size array to a reduction operation which has no identity")
    return ufunc.identity


@define(np.ufunc.accumulate, "np.ufunc.accumulate", "axis")
def accumulate(self: Any, array: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
    _check_folds(self)
    given = np.asarray(array) if dtype is None else np.asarray(array).astype(dtype)
    rows = np.moveaxis(given, axis, 0)
    found = np.array(rows)
    for i in range(1, len(rows)):
        found[i] = self(found[i - 1], rows[i])
    return np.moveaxis(found, 0, axis)


@define(np.ufunc.outer, "np.ufunc.outer")
def outer(self: Any, A: Any, B: Any, dtype: Any = None) -> Any:
    """For all pairs."""
    one, two = np.asarray(A), np.asarray(B)
    if dtype is not None:
        one, two = one.astype(dtype), two.astype(dtype)
    return self(np.reshape(one, one.shape + (1,) * two.ndim), two)


@define(np.ufunc.reduceat, "np.ufunc.reduceat", "axis")
def reduceat(self: Any, array: Any, indices: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
    """Of each part that begins at an index and ends before the next one; the element alone where the next is not larger."""
    _check_folds(self)
    given = np.asarray(array) if dtype is None else np.asarray(array).astype(dtype)
    rows, starts = np.moveaxis(given, axis, 0), np.asarray(indices)
    if np.any((starts < 0) | (starts >= len(rows))):
        raise IndexError("an index is out of bounds for reduceat")
    found = np.array(rows[starts])
    for k in range(len(starts)):
        stop = starts[k + 1] if k + 1 < len(starts) else len(rows)
        for i in range(starts[k] + 1, stop):
            found[k] = self(found[k], rows[i])
    return np.moveaxis(found, 0, axis)


@define(np.ufunc.at, "np.ufunc.at")
def at(self: Any, a: Any, indices: Any, b: Any = None) -> None:
    """One place after the other, so that one that repeats is changed as often."""
    if isinstance(indices, (tuple, slice)) or not _are_numbers(indices):
        _at_places(self, a, np.reshape(np.arange(a.size), a.shape)[indices], b)
        return
    places = np.asarray(indices)
    if b is None:
        for k in range(len(places)):
            a[places[k]] = self(a[places[k]])
    else:
        values = np.broadcast_to(np.asarray(b), (len(places), *a.shape[1:]))
        for k in range(len(places)):
            a[places[k]] = self(a[places[k]], values[k])


def _are_numbers(indices: Any) -> bool:
    places = np.asarray(indices)
    return places.ndim == 1 and places.dtype.kind in "iu"


def _at_places(ufunc: Any, a: Any, picked: Any, b: Any) -> None:
    """Of elements by their numbers in C order."""
    places = np.ravel(picked)
    if b is None:
        for k in range(len(places)):
            a.flat[places[k]] = ufunc(a.flat[places[k]])
    else:
        values = np.ravel(np.broadcast_to(np.asarray(b), picked.shape))
        for k in range(len(places)):
            a.flat[places[k]] = ufunc(a.flat[places[k]], values[k])
