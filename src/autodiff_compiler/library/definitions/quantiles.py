"""Medians and quantiles: of the sorted values two neighbours, and a place between them."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library.defined import define
from autodiff_compiler.library.definitions.missing_values import chosen


def _in_rows(a: Any, axis: Any) -> Any:
    """The values that are reduced along the last axis, as floats."""
    given = np.asarray(a)
    if given.dtype.kind not in "fc":
        given = given.astype(np.float64)
    if axis is None:
        return np.ravel(given)
    axes = tuple(axis) if isinstance(axis, (tuple, list)) else (axis,)
    moved = np.moveaxis(given, axes, tuple(range(-len(axes), 0)))
    kept = given.ndim - len(axes)
    count = 1
    for extent in moved.shape[kept:]:
        count = count * extent
    return np.reshape(moved, (*moved.shape[:kept], count))


def _with_axes(reduced: Any, a: Any, axis: Any, before: int) -> Any:
    """The reduced axes put back with extent 1, behind `before` new ones."""
    count = np.ndim(a)
    axes = tuple(range(count)) if axis is None else tuple(axis) if isinstance(axis, (tuple, list)) else (axis,)
    return np.expand_dims(reduced, tuple([k % count + before for k in axes]))


def _middle(rows: Any, count: Any) -> Any:
    """The middle one of the first `count` sorted values, or the mean of the two; NaN of none."""
    if np.ndim(count) == 0:
        if count == 0:
            return np.sum(rows, axis=-1) + np.nan
        if count % 2 == 1:
            return rows[..., count // 2] + 0.0
        return (rows[..., count // 2 - 1] + rows[..., count // 2]) / 2
    low, high = np.maximum((count - 1) // 2, 0), count // 2
    first, second = picked(rows, low), picked(rows, np.minimum(high, np.maximum(count - 1, 0)))
    return np.where(count == 0, np.nan, np.where(low == high, second, (first + second) / 2))


def picked(rows: Any, index: Any) -> Any:
    """One element of each row."""
    return np.take_along_axis(rows, index[..., None], axis=-1)[..., 0]


@define(np.median, "np.median", "axis", "keepdims", "overwrite_input")
def median(a: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, keepdims: bool = False) -> Any:
    rows = np.sort(_in_rows(a, axis), axis=-1)
    count = rows.shape[-1]
    middle = _middle(rows, count)
    if count > 0:
        middle = chosen(np.isnan(rows[..., -1]), np.nan, middle)
    return _with_axes(middle, a, axis, 0) if keepdims else middle


@define(np.nanmedian, "np.nanmedian", "axis", "keepdims", "overwrite_input")
def nanmedian(a: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, keepdims: bool = False) -> Any:
    rows = np.sort(_in_rows(a, axis), axis=-1)
    count = np.sum(~np.isnan(rows), axis=-1)
    if rows.shape[-1] == 0:
        middle = np.sum(rows, axis=-1) + np.nan
    else:
        middle = _middle(rows, count)
    return _with_axes(middle, a, axis, 0) if keepdims else middle


_BETWEEN = (
    ("interpolated_inverted_cdf", 0.0, 1.0),
    ("hazen", 0.5, 0.5),
    ("weibull", 0.0, 0.0),
    ("median_unbiased", 1 / 3.0, 1 / 3.0),
    ("normal_unbiased", 3 / 8.0, 3 / 8.0),
)
"""The methods of Hyndman and Fan (1996) with a place of n * q + alpha + q * (1 - alpha - beta) - 1: their alpha and beta."""


def _place(n: Any, q: Any, method: str) -> tuple[Any, Any]:
    """Between which of n values the quantile lies: the number of the lower one, and how far it is from there to the next."""
    if method == "linear":
        place = (n - 1) * q
    elif method == "lower":
        place = np.floor((n - 1) * q)
    elif method == "higher":
        place = np.ceil((n - 1) * q)
    elif method == "nearest":
        place = np.rint((n - 1) * q)
    elif method == "midpoint":
        place = 0.5 * (np.floor((n - 1) * q) + np.ceil((n - 1) * q))
    elif method == "inverted_cdf":
        place = np.maximum(np.ceil(n * q) - 1, 0.0)
    elif method == "averaged_inverted_cdf":
        place = n * q - 1
        return np.floor(place), np.where(place == np.floor(place), 0.5, 1.0)
    elif method == "closest_observation":
        place = n * q - 1.5
        low = np.floor(place)
        return low + np.where((place == low) & (low % 2 == 1), 0.0, 1.0), np.zeros_like(place)
    else:
        place = q
        for name, alpha, beta in _BETWEEN:
            if name == method:
                place = n * q + (alpha + q * (1 - alpha - beta)) - 1
    return np.floor(place), place - np.floor(place)


_METHODS = (
    *(
        "linear",
        "lower",
        "higher",
        "nearest",
        "midpoint",
        "inverted_cdf",
        "averaged_inverted_cdf",
        "closest_observation",
    ),
    *(name for name, _, _ in _BETWEEN),
)


def _quantile(a: Any, q: Any, axis: Any, method: str, keepdims: bool, skip: bool) -> Any:
    """`skip`: NaN is left out; else it makes the quantile NaN."""
    if method not in _METHODS:
        raise ValueError("this method of quantiles does not exist")
    if np.any((q < 0) | (q > 1)):
        raise ValueError("Quantiles must be in the range [0, 1]")
    rows = np.sort(_in_rows(a, axis), axis=-1)
    if rows.shape[-1] == 0:
        raise IndexError("a quantile of no values")
    levels = np.ravel(q)
    missing = np.isnan(rows)
    count = rows.shape[-1] - np.sum(missing, axis=-1, keepdims=True) if skip else rows.shape[-1]
    low, share = _place(np.asarray(count).astype(levels.dtype), levels, method)
    last = np.maximum(count - 1, 0)
    # Beyond the ends there is nothing to go between.
    share = np.where((low < 0) | (low >= last), 0.0, share)
    first = np.clip(low, 0, last).astype(np.int64)
    second = np.minimum(first + 1, last)
    if skip:
        start, end = np.take_along_axis(rows, first, axis=-1), np.take_along_axis(rows, second, axis=-1)
    else:
        start, end = rows[..., first], rows[..., second]
    step = end - start
    between = np.where(share >= 0.5, end - step * (1 - share), start + step * share)
    bad = np.all(missing, axis=-1, keepdims=True) if skip else np.any(missing, axis=-1, keepdims=True)
    found = np.moveaxis(np.where(bad, np.nan, between), -1, 0)
    found = np.reshape(found, (*np.shape(q), *found.shape[1:])) if np.ndim(q) else found[0]
    return _with_axes(found, a, axis, np.ndim(q)) if keepdims else found


def _levels(q: Any, a: Any, whole: float) -> Any:
    """The levels as parts of one, in the dtype in which NumPy has them."""
    kind = np.asarray(a).dtype
    if isinstance(q, (int, float)) and kind.kind == "f":
        return np.asarray(q / whole, kind)
    return np.asarray(q) / np.asarray(whole, kind if kind.kind == "f" else np.float64)


@define(np.quantile, "np.quantile", "axis", "keepdims", "method", "overwrite_input")
def quantile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
) -> Any:
    return _quantile(a, _levels(q, a, 1.0), axis, method, keepdims, False)


@define(np.percentile, "np.percentile", "axis", "keepdims", "method", "overwrite_input")
def percentile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
) -> Any:
    return _quantile(a, _levels(q, a, 100.0), axis, method, keepdims, False)


@define(np.nanquantile, "np.nanquantile", "axis", "keepdims", "method", "overwrite_input")
def nanquantile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
) -> Any:
    return _quantile(a, _levels(q, a, 1.0), axis, method, keepdims, True)


@define(np.nanpercentile, "np.nanpercentile", "axis", "keepdims", "method", "overwrite_input")
def nanpercentile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
) -> Any:
    return _quantile(a, _levels(q, a, 100.0), axis, method, keepdims, True)
