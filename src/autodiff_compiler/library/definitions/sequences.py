"""Sequences: running totals, and numbers between two others."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library.defined import define


@define(np.geomspace, "np.geomspace", "endpoint", "dtype", "axis")
def geomspace(start: Any, stop: Any, num: Any = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0) -> Any:
    """The ends are what is given, to the last digit."""
    if np.any(np.asarray(start) == 0) or np.any(np.asarray(stop) == 0):
        raise ValueError("Geometric sequence cannot include zero")
    kind = np.result_type(start, stop, float)
    first, last = np.asarray(start).astype(kind), np.asarray(stop).astype(kind)
    sign = np.sign(first)
    found = np.logspace(np.log10(first / sign), np.log10(last / sign), num, endpoint=endpoint)
    if num > 0:
        found[0] = first / sign
    if num > 1 and endpoint:
        found[-1] = last / sign
    found = np.moveaxis(found * sign, 0, axis)
    return found if dtype is None else found.astype(dtype)


def _from_start(sums: Any, first: Any, axis: int) -> Any:
    """With the value of no element before those of one, two and so on."""
    rows = np.moveaxis(sums, axis, 0)
    start = np.full((1, *rows.shape[1:]), first, rows.dtype)
    return np.moveaxis(np.concatenate((start, rows)), 0, axis)


def _only_axis(x: Any, axis: int | None) -> int:
    if axis is not None:
        return axis
    if np.ndim(x) > 1:
        raise ValueError("For arrays which have more than one dimension ``axis`` argument is required.")
    return 0


def cumulative_sum(x: Any, /, *, axis: Any = None, dtype: Any = None, include_initial: bool = False) -> Any:
    given = np.atleast_1d(x)
    along = _only_axis(given, axis)
    sums = np.cumsum(given, axis=along, dtype=dtype)
    return _from_start(sums, 0, along) if include_initial else sums


def cumulative_prod(x: Any, /, *, axis: Any = None, dtype: Any = None, include_initial: bool = False) -> Any:
    given = np.atleast_1d(x)
    along = _only_axis(given, axis)
    products = np.cumprod(given, axis=along, dtype=dtype)
    return _from_start(products, 1, along) if include_initial else products


if hasattr(np, "cumulative_sum"):  # since NumPy 2.1
    define(np.cumulative_sum, "np.cumulative_sum", "axis", "dtype", "include_initial")(cumulative_sum)
    define(np.cumulative_prod, "np.cumulative_prod", "axis", "dtype", "include_initial")(cumulative_prod)
