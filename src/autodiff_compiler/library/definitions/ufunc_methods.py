"""Methods of NumPy's ufuncs: along an axis, for all pairs, at places that may repeat."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library.defined import define, unsupported


@define(np.ufunc.reduce, "np.ufunc.reduce", "axis", "keepdims")
def reduce(self: Any, array: Any, axis: Any = 0, dtype: Any = None, out: Any = None, keepdims: bool = False) -> Any:
    """From the first element along the axis to the last; of none, what changes nothing."""
    _check_folds(self)
    given = np.asarray(array) if dtype is None else np.asarray(array).astype(dtype)
    if isinstance(axis, tuple):
        unsupported("a ufunc's reduce along several axes", "reduce along one after the other")
    along = 0 if axis is None else axis
    rows = np.ravel(given) if axis is None else np.moveaxis(given, axis, 0)
    if len(rows) == 0:
        total = np.broadcast_to(_neutral(self), rows.shape[1:]).astype(given.dtype)[()]
    else:
        total = rows[0]
        for i in range(1, len(rows)):
            total = self(total, rows[i])
    if not keepdims:
        return total
    return np.reshape(total, (1,) * given.ndim) if axis is None else np.expand_dims(total, along)


def _check_folds(ufunc: Any) -> None:
    if ufunc is np.power:
        unsupported("np.power along an axis", "NumPy leaves elements out there; write a loop")


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
def outer(self: Any, A: Any, B: Any) -> Any:
    """For all pairs."""
    one, two = np.asarray(A), np.asarray(B)
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
    if isinstance(indices, tuple):
        unsupported("a ufunc's `at` with several indices", "loop over the places")
    places = np.asarray(indices)
    if places.ndim != 1 or places.dtype.kind not in "iu":
        unsupported("a ufunc's `at` with other than a vector of integers", "loop over the places")
    if b is None:
        for k in range(len(places)):
            a[places[k]] = self(a[places[k]])
    else:
        values = np.broadcast_to(np.asarray(b), (len(places), *a.shape[1:]))
        for k in range(len(places)):
            a[places[k]] = self(a[places[k]], values[k])
