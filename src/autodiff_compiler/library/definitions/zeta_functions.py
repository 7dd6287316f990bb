"""Riemann's zeta function, by the summation formula of Euler and Maclaurin, which has the derivatives of the function itself."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autodiff_compiler.library import special
from autodiff_compiler.library.defined import define_in
from autodiff_compiler.library.definitions import families
from autodiff_compiler.library.registry import add

MODULE = "scipy.special"

_TERMS = 12.0
"""How many terms are summed."""
_CORRECTIONS = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510)
"""Bernoulli's numbers of even order."""
_LARGE = 60.0
"""Beyond this the corrections are less than rounding."""
_LEAST = -169.0
"""Below this the gamma function of the reflection overflows, and the result is NaN."""


def hurwitz(x: Any, q: Any) -> Any:
    """Hurwitz's zeta function, which is an operation of its own."""
    raise TypeError("part of a program that is being compiled")


add(hurwitz, f"{MODULE}.zeta", special.hurwitz)


def _right_half(s: Any) -> Any:
    """Of numbers that are not negative."""
    one_by_one = np.exp(-np.expand_dims(s, -1) * np.log(np.arange(1.0, _TERMS)))
    small = np.minimum(s, _LARGE)
    rest, rising = 0.5, small / _TERMS
    for k, bernoulli in enumerate(_CORRECTIONS):
        rest = rest + bernoulli / math.factorial(2 * k + 2) * rising
        rising = rising * (small + 2 * k + 1) * (small + 2 * k + 2) / _TERMS**2
    return np.sum(one_by_one, axis=-1) + np.exp(-s * math.log(_TERMS)) * (_TERMS / (s - 1.0) + rest)


def riemann(x: Any) -> Any:
    at = np.asarray(x, dtype=np.float64)
    left = at < 0.0
    value = _right_half(np.minimum(np.where(left, 1.0 - at, at), 4096.0))
    mirrored = np.where(left & (at >= _LEAST), at, -1.0)
    sine = np.sin(0.5 * math.pi * np.fmod(mirrored, 4.0))
    factor = 2.0**mirrored * math.pi ** (mirrored - 1.0) * sine * families.special.gamma(1.0 - mirrored)
    # A root of a negative number is NaN, and so is its derivative.
    return np.where(left, np.where(at >= _LEAST, factor * value, np.sqrt(at - _LEAST)), value)


@define_in(MODULE, "zeta")
def zeta(x: Any, q: Any = None) -> Any:
    if q is not None:
        return hurwitz(x, q)
    given = np.asarray(x)
    found = riemann(given)
    return found.astype(np.float32)[()] if given.dtype == np.float32 else found[()]
