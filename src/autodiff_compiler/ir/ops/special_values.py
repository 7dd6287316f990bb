"""Special functions of Python's floats that need no SciPy: the derivatives of `math.gamma` and `math.lgamma`.

Generated modules get copies of them; under Numba they are compiled as they stand.
"""

from __future__ import annotations

import math

PSI_ROOT = 1.4616321449683622
# The Taylor coefficients of psi around that float, which is not quite its root.
PSI_NEAR_ROOT = (
    -0.001576936771430199,
    0.00230512632673493,
    -0.0033698016554393312,
    0.004926781395729858,
    -0.007204534386356875,
    0.010538791616612184,
    -0.01542476590494897,
    0.022597648232218118,
    -0.033161126474847376,
    0.04880428816414313,
    -0.07219956125645474,
    0.10782405069126241,
    -0.16394270544240658,
    0.2584997609556511,
    -0.4427631689835922,
    0.9676722454476212,
    -9.241265521729427e-17,
)
# Bernoulli's numbers over 2k, and over the factorial of 2k.
PSI_ASYMPTOTIC = (
    -0.4432598039215686,
    0.08333333333333333,
    -0.021092796092796094,
    0.007575757575757576,
    -0.004166666666666667,
    0.003968253968253968,
    -0.008333333333333333,
    0.08333333333333333,
)
EULER_MACLAURIN = (
    0.08333333333333333,
    -0.001388888888888889,
    3.306878306878307e-05,
    -8.267195767195768e-07,
    2.08767569878681e-08,
    -5.284190138687493e-10,
    1.3382536530684679e-11,
    -3.3896802963225827e-13,
    8.586062056277845e-15,
    -2.174868698558062e-16,
    5.5090028283602295e-18,
    -1.3954464685812522e-19,
)


def float_digamma(x: float) -> float:
    """The derivative of log(gamma(x)), to a relative error of some 1e-15."""
    if x == 0.0:
        return math.copysign(math.inf, -x)
    if x == -math.inf or x != x or (x < 0.0 and x == math.floor(x)):
        return math.nan
    total = 0.0
    if x < 0.0:
        total = -math.pi / math.tan(math.pi * (x - math.floor(x + 0.5)))
        x = 1.0 - x
    if abs(x - PSI_ROOT) < 0.125 and total == 0.0:
        for coefficient in PSI_NEAR_ROOT:
            total = total * (x - PSI_ROOT) + coefficient
        return total
    while x < 10.0:
        total -= 1.0 / x
        x += 1.0
    square = 1.0 / (x * x)
    tail = 0.0
    for coefficient in PSI_ASYMPTOTIC:
        tail = (tail + coefficient) * square
    return total + math.log(x) - 0.5 / x - tail


def float_zeta(s: float, q: float) -> float:
    """Hurwitz's zeta function, the sum of (q + k)**-s over all k >= 0, to a relative error of some 1e-15; NaN for q < -1e7."""
    if q == -math.inf or q != q:
        return math.nan
    if s == 1.0 or (q <= 0.0 and q == math.floor(q)):
        return math.inf
    if not s > 1.0 or q < -1e7 or (q < 0.0 and s % 1.0 != 0.0):
        return math.nan
    if q == math.inf or (q > 1.0 and s * math.log(q) > 745.0):
        return 0.0
    # The term that is nearest to the pole is the largest.
    nearest = q if q > 0.0 else q - math.floor(q + 0.5)
    if s * math.log(abs(nearest)) < -709.0:
        return math.inf if nearest > 0.0 or s % 2.0 == 0.0 else -math.inf
    return float_zeta_series(s, q)


def float_zeta_series(s: float, q: float) -> float:
    """The sum for zeta: the first terms one by one, the rest by the formula of Euler and Maclaurin."""
    total = 0.0
    while q < 10.0 + s:
        term = math.pow(q, -s)
        total += term
        if q > 1.0 and term < 1e-17 * abs(total):
            return total
        q += 1.0
    power = math.pow(q, -s)
    total += power * q / (s - 1.0) + 0.5 * power
    factor = s / q
    for k, coefficient in enumerate(EULER_MACLAURIN):
        term = coefficient * factor * power
        total += term
        if abs(term) < 1e-17 * abs(total):
            break
        factor *= (s + 2 * k + 1.0) * (s + 2 * k + 2.0) / (q * q)
    return total
