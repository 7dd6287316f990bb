"""What elementwise ops compute, where no function of Python or NumPy does exactly that."""

from __future__ import annotations

import math
from typing import Any

import numpy as np


def sign(x: float) -> float:
    """As `np.sign`: -1, 0 or 1, NaN for NaN, in the type of x."""
    return x if x != x else type(x)((x > 0) - (x < 0))


def py_div0(a: float, b: float) -> float:
    if a == 0.0:
        return 0.0
    return a / b if b != 0.0 else a * math.copysign(math.inf, b)


def py_mul0(a: float, b: float) -> float:
    return a if a == 0.0 else a * b


def np_mul0(a: Any, b: Any) -> Any:
    with np.errstate(all="ignore"):
        zero = np.equal(a, 0)
        return np.where(zero, np.zeros_like(a), np.multiply(a, b))[()]


def np_div0(a: Any, b: Any) -> Any:
    with np.errstate(all="ignore"):
        zero = np.equal(a, 0)
        return np.where(zero, np.zeros_like(a), np.divide(a, b))[()]


def py_round(x: float) -> float:
    return round(x, 0)  # with digits, so that infinities and the sign of zero stay


def py_floor(x: float) -> float:
    return float(math.floor(x)) if math.isfinite(x) else x


def py_ceil(x: float) -> float:
    return float(math.ceil(x)) if math.isfinite(x) else x


def py_trunc(x: float) -> float:
    return float(math.trunc(x)) if math.isfinite(x) else x


def py_select(c: bool, a: Any, b: Any) -> Any:
    return a if c else b


def np_select(c: Any, a: Any, b: Any) -> Any:
    return np.where(c, a, b)[()]


def py_logaddexp(a: float, b: float) -> float:
    return float(np.logaddexp(a, b))


def py_max(a: Any, b: Any) -> Any:
    """As `np.maximum`: NaN wins."""
    return a if a != a or a >= b else b


def py_min(a: Any, b: Any) -> Any:
    return a if a != a or a <= b else b
