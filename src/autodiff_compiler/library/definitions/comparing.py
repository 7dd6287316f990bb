"""Whether arrays are equal, and which elements are of some kind."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library.defined import define


@define(np.array_equal, "np.array_equal", "equal_nan")
def array_equal(a1: Any, a2: Any, equal_nan: bool = False) -> Any:
    one, two = np.asarray(a1), np.asarray(a2)
    if one.ndim != two.ndim:
        return False
    if one.shape != two.shape:
        return False
    if equal_nan and one.dtype.kind == "f" and two.dtype.kind == "f":
        return bool(np.all((one == two) | (np.isnan(one) & np.isnan(two))))
    return bool(np.all(one == two))


@define(np.array_equiv, "np.array_equiv")
def array_equiv(a1: Any, a2: Any) -> Any:
    """Also of shapes that broadcast."""
    one, two = np.asarray(a1), np.asarray(a2)
    for k in range(1, min(one.ndim, two.ndim) + 1):
        if one.shape[-k] != two.shape[-k] and one.shape[-k] != 1 and two.shape[-k] != 1:
            return False
    return bool(np.all(one == two))


@define(np.isposinf, "np.isposinf")
def isposinf(x: Any) -> Any:
    return np.asarray(x)[()] == np.inf


@define(np.isneginf, "np.isneginf")
def isneginf(x: Any) -> Any:
    return np.asarray(x)[()] == -np.inf


@define(np.fix, "np.fix")
def fix(x: Any) -> Any:
    return np.trunc(x)


@define(np.asarray_chkfinite, "np.asarray_chkfinite", "dtype")
def asarray_chkfinite(a: Any, dtype: Any = None) -> Any:
    given = np.asarray(a) if dtype is None else np.asarray(a, dtype)
    if given.dtype.kind == "f" and not np.all(np.isfinite(given)):
        raise ValueError("array must not contain infs or NaNs")
    return given
