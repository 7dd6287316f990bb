"""What elementwise ops compute, where no function of Python or NumPy does exactly that."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np


def sign(x: float) -> float:
    """As `np.sign`: -1, 0 or 1, NaN for NaN, in the type of x."""
    return x if x != x else type(x)((x > 0) - (x < 0))


def py_div0(a: Any, b: Any) -> Any:
    if a == 0.0:
        return type(a)(0.0)
    if b != 0.0:
        return a / b
    return a * math.copysign(math.inf, b) if isinstance(a, float) else complex(np_div0(np.complex128(a), b))


def py_mul0(a: Any, b: Any) -> Any:
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


def either(real: Callable[..., Any], of_complex: Callable[..., Any]) -> Callable[[Any], Any]:
    """A function of Python's floats that has a namesake for complex numbers."""
    return lambda x: of_complex(x) if isinstance(x, complex) else real(x)


def from_numpy(function: Callable[..., Any]) -> Callable[[complex], complex]:
    """NumPy's function, of a complex number, where Python has none."""

    def compute(x: complex) -> complex:
        with np.errstate(all="ignore"):
            return complex(function(np.complex128(x)))

    return compute


def np_select(c: Any, a: Any, b: Any) -> Any:
    return np.where(c, a, b)[()]


def py_logaddexp(a: float, b: float) -> float:
    return float(np.logaddexp(a, b))


def py_max(a: Any, b: Any) -> Any:
    """As `np.maximum`: NaN wins."""
    return a if a != a or a >= b else b


def py_min(a: Any, b: Any) -> Any:
    return a if a != a or a <= b else b
