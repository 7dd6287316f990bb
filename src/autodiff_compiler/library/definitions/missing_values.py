"""Reductions that leave out NaN."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library.defined import define


def chosen(test: Any, x: Any, y: Any) -> Any:
    """`np.where`, and a number where that has no dimensions."""
    return np.where(test, x, y)[()]


@define(np.nanmax, "np.nanmax", "axis", "keepdims")
def nanmax(
    a: Any, axis: Any = None, out: Any = None, keepdims: bool = False, initial: Any = None, where: Any = True
) -> Any:
    given = np.asarray(a)
    if given.dtype.kind != "f":
        return np.max(given, axis=axis, keepdims=keepdims, initial=initial, where=where)
    missing = np.isnan(given)
    present = np.where(missing, -np.inf, given)
    if initial is not None:
        return np.max(present, axis=axis, keepdims=keepdims, initial=initial, where=where)
    largest = np.max(present, axis=axis, keepdims=keepdims, where=where)
    return chosen(np.all(missing, axis=axis, keepdims=keepdims), np.nan, largest)


@define(np.nanmin, "np.nanmin", "axis", "keepdims")
def nanmin(
    a: Any, axis: Any = None, out: Any = None, keepdims: bool = False, initial: Any = None, where: Any = True
) -> Any:
    given = np.asarray(a)
    if given.dtype.kind != "f":
        return np.min(given, axis=axis, keepdims=keepdims, initial=initial, where=where)
    missing = np.isnan(given)
    present = np.where(missing, np.inf, given)
    if initial is not None:
        return np.min(present, axis=axis, keepdims=keepdims, initial=initial, where=where)
    smallest = np.min(present, axis=axis, keepdims=keepdims, where=where)
    return chosen(np.all(missing, axis=axis, keepdims=keepdims), np.nan, smallest)


def _without(a: Any, instead: float) -> Any:
    """The array with a number instead of each NaN."""
    given = np.asarray(a)
    return np.where(np.isnan(given), instead, given) if given.dtype.kind in "fc" else given


@define(np.nansum, "np.nansum", "axis", "keepdims", "dtype")
def nansum(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: bool = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    return np.sum(_without(a, 0.0), axis=axis, dtype=dtype, keepdims=keepdims, initial=initial, where=where)


@define(np.nanprod, "np.nanprod", "axis", "keepdims", "dtype")
def nanprod(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: bool = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    return np.prod(_without(a, 1.0), axis=axis, dtype=dtype, keepdims=keepdims, initial=initial, where=where)


@define(np.nancumsum, "np.nancumsum", "axis", "dtype")
def nancumsum(a: Any, axis: Any = None, dtype: Any = None) -> Any:
    return np.cumsum(_without(a, 0.0), axis=axis, dtype=dtype)


@define(np.nancumprod, "np.nancumprod", "axis", "dtype")
def nancumprod(a: Any, axis: Any = None, dtype: Any = None) -> Any:
    return np.cumprod(_without(a, 1.0), axis=axis, dtype=dtype)


@define(np.nanmean, "np.nanmean", "axis", "keepdims", "dtype")
def nanmean(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False, *, where: Any = True
) -> Any:
    given = np.asarray(a)
    if given.dtype.kind not in "fc":
        return np.mean(given, axis=axis, dtype=dtype, keepdims=keepdims, where=where)
    there = ~np.isnan(given) & where
    total = np.sum(np.where(there, given, 0.0), axis=axis, dtype=dtype, keepdims=keepdims)
    return total / np.sum(there, axis=axis, keepdims=keepdims).astype(total.dtype)


@define(np.nanvar, "np.nanvar", "axis", "keepdims", "dtype")
def nanvar(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: Any = 0,
    keepdims: bool = False,
    *,
    where: Any = True,
    mean: Any = None,
    correction: Any = None,
) -> Any:
    """NaN where there are no more values than `ddof`."""
    given = np.asarray(a)
    if given.dtype.kind != "f":
        return np.var(given, axis=axis, ddof=ddof if correction is None else correction, keepdims=keepdims)
    if dtype is not None:
        given = given.astype(dtype)
    there = ~np.isnan(given) & where
    present = np.where(there, given, 0.0)
    count = np.sum(there, axis=axis, keepdims=True).astype(given.dtype)
    center = np.sum(present, axis=axis, keepdims=True) / count if mean is None else mean
    deviation = np.where(there, present - center, 0.0)
    freedom = np.sum(there, axis=axis, keepdims=keepdims).astype(given.dtype) - (
        ddof if correction is None else correction
    )
    total = np.sum(deviation * deviation, axis=axis, keepdims=keepdims)
    return chosen(freedom > 0, total / chosen(freedom > 0, freedom, 1.0), np.nan)


@define(np.nanstd, "np.nanstd", "axis", "keepdims", "dtype")
def nanstd(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: Any = 0,
    keepdims: bool = False,
    *,
    where: Any = True,
    mean: Any = None,
    correction: Any = None,
) -> Any:
    """With derivative 0 where it is 0."""
    variance = nanvar(a, axis, dtype, None, ddof, keepdims, where=where, mean=mean, correction=correction)
    zero = variance == 0
    return chosen(zero, 0.0, np.sqrt(chosen(zero, 1.0, variance)))


def _places(given: Any, instead: float, axis: Any) -> Any:
    missing = np.isnan(given)
    if np.any(np.all(missing, axis=axis)):
        raise ValueError("All-NaN slice encountered")
    return np.where(missing, instead, given)


@define(np.nanargmax, "np.nanargmax", "axis", "keepdims")
def nanargmax(a: Any, axis: int | None = None, out: Any = None, *, keepdims: bool = False) -> Any:
    given = np.asarray(a)
    if given.dtype.kind == "f":
        given = _places(given, -np.inf, axis)
    return np.argmax(given, axis=axis, keepdims=keepdims)


@define(np.nanargmin, "np.nanargmin", "axis", "keepdims")
def nanargmin(a: Any, axis: int | None = None, out: Any = None, *, keepdims: bool = False) -> Any:
    given = np.asarray(a)
    if given.dtype.kind == "f":
        given = _places(given, np.inf, axis)
    return np.argmin(given, axis=axis, keepdims=keepdims)
