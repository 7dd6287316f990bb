"""Orders, sets, and parts of sorted arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library.defined import define, unsupported

_All = type(np.unique_all([0.0]))
_Counts = type(np.unique_counts([0.0]))
_Inverse = type(np.unique_inverse([0.0]))


@define(np.partition, "np.partition", "axis", "kind", "order")
def partition(a: Any, kth: Any, axis: int | None = -1, kind: str = "introselect", order: Any = None) -> Any:
    """Sorted: what NumPy leaves in no order is in order here."""
    given = np.ravel(np.asarray(a)) if axis is None else np.asarray(a)
    _check_places(kth, given.shape[-1 if axis is None else axis])
    return np.sort(given, axis=-1 if axis is None else axis)


@define(np.argpartition, "np.argpartition", "axis", "kind", "order", method_name="argpartition")
def argpartition(a: Any, kth: Any, axis: int | None = -1, kind: str = "introselect", order: Any = None) -> Any:
    given = np.ravel(np.asarray(a)) if axis is None else np.asarray(a)
    _check_places(kth, given.shape[-1 if axis is None else axis])
    return np.argsort(given, axis=-1 if axis is None else axis, kind="stable")


def _check_places(kth: Any, length: Any) -> None:
    places = np.asarray(kth)
    if np.any((places < -length) | (places >= length)):
        raise ValueError("kth out of bounds")


@define(np.lexsort, "np.lexsort", "axis")
def lexsort(keys: Any, axis: int = -1) -> Any:
    """By the last key, where that is equal by the one before, and so on."""
    order = np.argsort(keys[0], axis=axis, kind="stable")
    for key in keys[1:]:
        order = np.take_along_axis(
            order, np.argsort(np.take_along_axis(key, order, axis=axis), axis=axis, kind="stable"), axis=axis
        )
    return order


def _starts(ordered: Any, equal_nan: bool) -> Any:
    """Where in a sorted array a new value begins."""
    new = ordered[1:] != ordered[:-1]
    if equal_nan and ordered.dtype.kind in "fc":
        new = new & ~(np.isnan(ordered[1:]) & np.isnan(ordered[:-1]))
    return np.concatenate((np.ones(min(len(ordered), 1), bool), new))


@define(np.unique, "np.unique", "return_index", "return_inverse", "return_counts", "axis", "equal_nan", "sorted")
def unique(
    ar: Any,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    *,
    equal_nan: bool = True,
    sorted: bool = True,
) -> Any:
    """The derivative of a value is that of its first occurrence."""
    if not sorted:
        unsupported("np.unique with sorted=False", "leave it out: the values come in order")
    given = np.asarray(ar)
    if axis is None:
        row = np.ravel(given)
        order = np.argsort(row, kind="stable")
        ordered = row[order]
        starts = _starts(ordered, equal_nan)
        return _of_starts(ordered, order, starts, given.shape, return_index, return_inverse, return_counts)
    rows = np.moveaxis(given, axis, 0)
    width = 1
    for extent in rows.shape[1:]:
        width = width * extent
    flat = np.reshape(rows, (rows.shape[0], width))
    order = _order_of_rows(flat)
    new = np.any(flat[order[1:]] != flat[order[:-1]], axis=1)
    starts = np.concatenate((np.ones(min(len(order), 1), bool), new))
    found = _of_starts(rows[order], order, starts, order.shape, return_index, return_inverse, return_counts)
    if return_index or return_inverse or return_counts:
        return (np.moveaxis(found[0], 0, axis), *found[1:])
    return np.moveaxis(found, 0, axis)


def _order_of_rows(rows: Any) -> Any:
    """By the first element, where that is equal by the second, and so on."""
    order = np.arange(rows.shape[0])
    for k in range(rows.shape[1]):
        order = order[np.argsort(rows[order, rows.shape[1] - 1 - k], kind="stable")]
    return order


def _of_starts(ordered: Any, order: Any, starts: Any, shape: Any, index: bool, inverse: bool, counts: bool) -> Any:
    """What there is once in what is in order, and what else is asked for."""
    found: Any = (ordered[starts],)
    if index:
        found = (*found, order[starts])
    if inverse:
        places = np.empty(len(order), np.int64)
        places[order] = np.cumsum(starts) - 1
        found = (*found, np.reshape(places, shape))
    if counts:
        found = (*found, np.diff(np.append(np.flatnonzero(starts), len(order))))
    return found[0] if len(found) == 1 else found


@define(np.isin, "np.isin", "assume_unique", "invert", "kind")
def isin(
    element: Any, test_elements: Any, assume_unique: bool = False, invert: bool = False, *, kind: Any = None
) -> Any:
    given, row = np.asarray(element), np.ravel(np.asarray(test_elements))
    found = np.reshape(np.any(np.ravel(given)[:, None] == row, axis=-1), given.shape)
    return ~found if invert else found


@define(np.union1d, "np.union1d")
def union1d(ar1: Any, ar2: Any) -> Any:
    return unique(np.concatenate((np.ravel(np.asarray(ar1)), np.ravel(np.asarray(ar2)))))


@define(np.intersect1d, "np.intersect1d", "assume_unique", "return_indices")
def intersect1d(ar1: Any, ar2: Any, assume_unique: bool = False, return_indices: bool = False) -> Any:
    if return_indices:
        unsupported("np.intersect1d with return_indices=True", "look the values up with np.searchsorted")
    values = unique(ar1)
    return values[isin(values, ar2)]


@define(np.setdiff1d, "np.setdiff1d", "assume_unique")
def setdiff1d(ar1: Any, ar2: Any, assume_unique: bool = False) -> Any:
    values = np.ravel(np.asarray(ar1)) if assume_unique else unique(ar1)
    return values[isin(values, ar2, invert=True)]


@define(np.setxor1d, "np.setxor1d", "assume_unique")
def setxor1d(ar1: Any, ar2: Any, assume_unique: bool = False) -> Any:
    ordered = np.sort(np.concatenate((unique(ar1), unique(ar2))))
    if len(ordered) == 0:
        return ordered
    new = np.concatenate((np.array([True]), ordered[1:] != ordered[:-1], np.array([True])))
    return ordered[new[1:] & new[:-1]]


@define(np.unique_counts, "np.unique_counts")
def unique_counts(x: Any) -> Any:
    return _Counts(*unique(x, return_counts=True, equal_nan=False))


@define(np.unique_inverse, "np.unique_inverse")
def unique_inverse(x: Any) -> Any:
    return _Inverse(*unique(x, return_inverse=True, equal_nan=False))


@define(np.unique_all, "np.unique_all")
def unique_all(x: Any) -> Any:
    return _All(*unique(x, True, True, True, equal_nan=False))
