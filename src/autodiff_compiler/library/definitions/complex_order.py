"""The larger and the smaller of two complex numbers, which are in order by their real parts, and then by their imaginary ones.

Of equal ones it is the first, which has the derivative.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library.defined import define, define_for_complex


def _precedes(x: Any, y: Any) -> Any:
    """Neither is NaN."""
    return (np.real(x) < np.real(y)) | ((np.real(x) == np.real(y)) & (np.imag(x) < np.imag(y)))


def _missing(x: Any) -> Any:
    return np.isnan(np.real(x)) | np.isnan(np.imag(x))


@define_for_complex(np.maximum, "np.maximum")
def maximum(x1: Any, x2: Any, /) -> Any:
    return np.where(_missing(x1) | ~(_missing(x2) | _precedes(x1, x2)), x1, x2)[()]


@define_for_complex(np.minimum, "np.minimum")
def minimum(x1: Any, x2: Any, /) -> Any:
    return np.where(_missing(x1) | ~(_missing(x2) | _precedes(x2, x1)), x1, x2)[()]


@define_for_complex(np.fmax, "np.fmax")
def fmax(x1: Any, x2: Any, /) -> Any:
    return np.where(_missing(x2) | (~_missing(x1) & ~_precedes(x1, x2)), x1, x2)[()]


@define_for_complex(np.fmin, "np.fmin")
def fmin(x1: Any, x2: Any, /) -> Any:
    return np.where(_missing(x2) | (~_missing(x1) & ~_precedes(x2, x1)), x1, x2)[()]


@define_for_complex(np.clip, "np.clip")
def clip(a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Any:
    low, high = a_min if min is None else min, a_max if max is None else max
    above = a if low is None else maximum(a, low)
    return above if high is None else minimum(above, high)


@define_for_complex(np.ptp, "np.ptp", "axis", "keepdims")
def ptp(a: Any, axis: Any = None, out: Any = None, keepdims: bool = False) -> Any:
    return np.max(a, axis=axis, keepdims=keepdims) - np.min(a, axis=axis, keepdims=keepdims)


@define(np.sort_complex, "np.sort_complex")
def sort_complex(a: Any) -> Any:
    """Complex numbers, also of real ones."""
    ordered = np.sort(np.asarray(a))
    if ordered.dtype.kind == "c":
        return ordered
    return ordered.astype(np.complex64 if ordered.dtype.kind in "iu" and ordered.dtype.itemsize < 4 else np.complex128)
