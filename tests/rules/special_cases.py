"""What each special function is in mpmath, and points at which its derivatives are compared with those of mpmath."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import mpmath as mp
from scipy import special


@dataclass(frozen=True)
class Case:
    meaning: Callable[..., Any]
    points: list
    """Ordinary ones, at which the second derivatives are compared, too."""
    hard: list = field(default_factory=list)
    """Large, tiny, or near a singular point."""
    constant: tuple[int, ...] = ()
    """Operands with respect to which there is no derivative."""
    tolerance: float = 1e-11
    """The relative error of first derivatives, and of second ones at ordinary points."""


def ndtr(x):
    return mp.erfc(-x / mp.sqrt(2)) / 2


def log_ndtr(x):
    return mp.log1p(-ndtr(-x)) if x > 0 else mp.log(ndtr(x))


def solution(equation, guess):
    """The root near a float that misses it by rounding errors."""
    guess = mp.mpf(float(guess))
    return mp.findroot(equation, (guess, guess * (1 + mp.mpf(1e-12))), tol=mp.mpf(10) ** (-mp.mp.dps), verify=False)


def ndtri(p):
    return solution(lambda x: ndtr(x) / p - 1, special.ndtri(float(p)))


def xlogy(x, y):
    return x * mp.log(y) if x else mp.mpf(0)


def lower_gamma(a, x):
    return mp.gammainc(a, 0, x, regularized=True)


def upper_gamma(a, x):
    return mp.gammainc(a, x, mp.inf, regularized=True)


REAL = [-2.3, -0.4, 0.3, 1.6, 2.8]
POSITIVE = [0.2, 0.7, 1.0, 1.9, 6.5]
PAIRS = [(0.3, 1.7), (1.2, 0.4), (2.5, 0.8), (5.1, 5.0)]

CASES: dict[str, Case] = {
    "erf": Case(mp.erf, REAL, [1e-60, 6.0, -20.0]),
    "erfc": Case(mp.erfc, REAL, [1e-60, 20.0, -6.0]),
    "erfcx": Case(lambda x: mp.exp(x * x) * mp.erfc(x), REAL, [-20.0, 12.0, 49.9, 50.1, 3e3, 1e10]),
    "ndtr": Case(ndtr, REAL, [1e-60, -30.0, 30.0]),
    "log_ndtr": Case(log_ndtr, REAL, [-1e4, -60.0, 30.0]),
    "ndtri": Case(ndtri, [0.02, 0.3, 0.6, 0.98], [1e-300, 1e-10, 1 - 1e-10]),
    "gamma": Case(mp.gamma, [*POSITIVE, -0.4, -2.3], [1e-100, 150.0, -40.7, 1e-8]),
    "gammaln": Case(lambda x: mp.log(abs(mp.gamma(x))), [*POSITIVE, -0.4, -2.3], [1e-100, 1e10, -40.7]),
    "digamma": Case(mp.digamma, [*POSITIVE, -0.4, -2.3], [1e-100, 1e10, -40.7]),
    "zeta": Case(mp.zeta, [(2.0, 0.7), (3.0, 1.0), (2.5, 4.0), (7.0, 2.0)], [(2.0, 1e-30), (3.0, 1e6)], constant=(0,)),
    "betaln": Case(lambda a, b: mp.log(mp.beta(a, b)), PAIRS, [(0.01, 3.0), (40.0, 1e3)]),
    "gammainc": Case(lower_gamma, PAIRS, [(20.0, 45.0), (300.0, 280.0), (1.5, 1e-12)], constant=(0,)),
    "gammaincc": Case(upper_gamma, PAIRS, [(20.0, 45.0), (300.0, 280.0), (1.5, 1e-12)], constant=(0,)),
    "betainc": Case(
        lambda a, b, x: mp.betainc(a, b, 0, x, regularized=True),
        [(0.3, 1.7, 0.2), (2.0, 3.0, 0.7), (5.0, 0.4, 0.5)],
        [(1.0, 2.0, 1e-12), (60.0, 40.0, 0.55)],
        constant=(0, 1),
    ),
    "xlogy": Case(xlogy, PAIRS, [(1e-300, 3.0), (2.0, 1e-300)]),
    "xlog1py": Case(lambda x, y: x * mp.log1p(y), PAIRS, [(1e-300, 3.0), (2.0, 1e-12)]),
}
