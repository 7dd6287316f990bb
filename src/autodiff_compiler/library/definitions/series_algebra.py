"""Sums, products, derivatives and integrals of series of polynomials, by the recurrences of each family: `np.polynomial`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff_compiler import lazy
from autodiff_compiler.library.defined import define
from autodiff_compiler.library.definitions.series import PREFIXES, RULES, of_powers, sum_of
from autodiff_compiler.library.registry import when_imported


def _series(c: Any) -> Any:
    """The coefficients as floats, without zeros at the end."""
    given = np.atleast_1d(c)
    if given.ndim != 1 or given.size == 0:
        raise ValueError("Coefficient array is not 1-d, or is empty")
    return _trimmed(given if given.dtype.kind == "f" else given.astype(np.float64))


def _trimmed(c: Any) -> Any:
    return c[: np.max(np.where(c != 0, np.arange(1, len(c) + 1), 1))]


def add(c1: Any, c2: Any) -> Any:
    one, two = _series(c1), _series(c2)
    total = np.zeros(max(len(one), len(two)), np.result_type(one, two))
    total[: len(one)] = one
    total[: len(two)] += two
    return _trimmed(total)


def subtract(c1: Any, c2: Any) -> Any:
    return add(c1, -np.asarray(c2))


class Steps:
    """The recurrence P(n + 1) = (A x + B) P(n) - C P(n - 1), solved for x P(n): what it adds to the coefficients after, at and before n."""

    def __init__(self, count: Any, rule: Callable[[Any], Any]) -> None:
        self.after = np.zeros(count)
        self.at = np.zeros(count)
        self.before = np.zeros(count)
        for n in range(count):
            slope, start, less = rule(n)
            self.after[n] = 1.0 / slope
            self.at[n] = -start / slope
            self.before[n] = less / slope

    def times_x(self, c: Any) -> Any:
        """Of coefficients of which the last is 0."""
        found = self.at * c
        found[1:] += (self.after * c)[:-1]
        found[:-1] += (self.before * c)[1:]
        return found.astype(c.dtype)


def product(c1: Any, c2: Any, rule: Callable[[Any], Any]) -> Any:
    """Clenshaw's sum of the shorter series, with the other one as its last factor and `times_x` as x."""
    short, long = (c1, c2) if len(c1) <= len(c2) else (c2, c1)
    if rule is of_powers:
        return np.convolve(short, long)
    count = len(short) + len(long) - 1
    factor, steps = np.concatenate((long, np.zeros(len(short) - 1, long.dtype))), Steps(count, rule)
    one, two = factor * 0.0, factor * 0.0
    for k in range(len(short) - 1, -1, -1):
        slope, start, _ = rule(k)
        _, _, less = rule(k + 1)
        one, two = short[k] * factor + slope * steps.times_x(one) + start * one - less * two, one
    return one


def multiplied_by_x(c: Any, rule: Callable[[Any], Any]) -> Any:
    given = _series(c)
    if len(given) == 1 and given[0] == 0:
        return given
    return Steps(len(given) + 1, rule).times_x(np.concatenate((given, given[:1] * 0.0)))


def power_of(given: Any, power: int, rule: Callable[[Any], Any]) -> Any:
    found = np.ones(1, given.dtype)
    for _ in tuple(range(power)):
        found = product(found, given, rule)
    return found


def roots(c: Any, rule: Callable[[Any], Any]) -> Any:
    """The eigenvalues of x as a matrix on the polynomials of lower degree, as complex numbers always."""
    given = _series(c)
    count = len(given) - 1
    if count == 0:
        return np.zeros(0, np.complex128)
    steps = Steps(count, rule)
    matrix = np.diag(steps.at) + np.diag(steps.after[:-1], 1) + np.diag(steps.before[1:], -1)
    matrix[-1] -= steps.after[-1] * given[:-1] / given[-1]
    return np.sort(np.linalg.eigvals(matrix))


# -- integrals: coefficients along the first axis, of a function that is 0 somewhere --------------------------------------


def _raised(c: Any) -> Any:
    return np.concatenate((c[:1] * 0.0, c))


def _numbers(c: Any, rise: float) -> Any:
    """1, 2, 3 … times `rise`, along the first axis."""
    counted = np.arange(1, len(c) + 1) * rise
    return np.reshape(counted, (-1,) + (1,) * (c.ndim - 1)).astype(c.dtype)


def _of_power_series(c: Any) -> Any:
    return _raised(c / _numbers(c, 1.0))


def _of_chebyshev_series(c: Any) -> Any:
    found = _raised(c / _numbers(c, 2.0))
    found[1:2] *= 2.0
    if len(c) > 2:
        found[1 : len(c) - 1] -= c[2:] / _numbers(c[2:], 2.0)
    return found


def _of_legendre_series(c: Any) -> Any:
    parts = c / (_numbers(c, 2.0) - 1.0)
    found = _raised(parts)
    if len(c) > 2:
        found[1 : len(c) - 1] -= parts[2:]
    return found


def _of_hermite_series(c: Any) -> Any:
    return _raised(c / _numbers(c, 2.0))


def _of_laguerre_series(c: Any) -> Any:
    found = -_raised(c)
    found[:-1] += c
    return found


# -- derivatives: each takes the coefficients along the first axis, of which there are at least two -----------------------


def _of_chebyshev(c: Any, found: Any) -> None:
    n = len(found)
    for j in range(n, 2, -1):
        found[j - 1] = 2 * j * c[j]
        c[j - 2] += j * c[j] / (j - 2)
    if n > 1:
        found[1] = 4 * c[2]
    found[0] = c[1]


def _of_legendre(c: Any, found: Any) -> None:
    n = len(found)
    for j in range(n, 2, -1):
        found[j - 1] = (2 * j - 1) * c[j]
        c[j - 2] += c[j]
    if n > 1:
        found[1] = 3 * c[2]
    found[0] = c[1]


def _of_hermite(c: Any, found: Any) -> None:
    for j in range(len(found), 0, -1):
        found[j - 1] = 2 * j * c[j]


def _of_hermite_e(c: Any, found: Any) -> None:
    for j in range(len(found), 0, -1):
        found[j - 1] = j * c[j]


def _of_laguerre(c: Any, found: Any) -> None:
    for j in range(len(found), 1, -1):
        found[j - 1] = -c[j]
        c[j - 1] += c[j]
    found[0] = -c[1]


class Family:
    """What belongs to a kind of polynomials: its recurrence, and what differentiates and integrates coefficients."""

    def __init__(self, name: str, derived: Callable[[Any, Any], None], integrated: Callable[[Any], Any]) -> None:
        self.rule = RULES[name]
        self.derived = derived
        self.integrated = integrated


FAMILIES = {
    name: Family(name, derived, integrated)
    for name, derived, integrated in (
        ("polynomial", _of_hermite_e, _of_power_series),
        ("chebyshev", _of_chebyshev, _of_chebyshev_series),
        ("legendre", _of_legendre, _of_legendre_series),
        ("hermite", _of_hermite, _of_hermite_series),
        ("hermite_e", _of_hermite_e, _of_power_series),
        ("laguerre", _of_laguerre, _of_laguerre_series),
    )
}


def derivative(c: Any, m: int, scl: Any, axis: int, family: Family) -> Any:
    if m < 0:
        raise ValueError("The order of derivation must be non-negative")
    found = np.moveaxis(np.atleast_1d(c) + 0.0, axis, 0)
    for _ in tuple(range(m)):
        before = np.array(found) * scl
        if len(before) < 2:
            found = before * 0.0
        else:
            found = np.zeros_like(before[1:])
            family.derived(before, found)
    return np.moveaxis(found, 0, axis)


def integral(c: Any, m: int, k: Any, lbnd: Any, scl: Any, axis: int, family: Family) -> Any:
    """From `lbnd` on, with a constant of each integration."""
    if m < 0:
        raise ValueError("The order of integration must be non-negative")
    found = np.moveaxis(np.atleast_1d(c) + 0.0, axis, 0)
    constants = k if isinstance(k, (list, tuple)) else (k,)
    if len(constants) > m:
        raise ValueError("Too many integration constants")
    for i in tuple(range(m)):
        if len(found) == 1 and np.all(found == 0):
            raise ValueError("NumPy gives the integral of the polynomial 0 no room for a power, which is not done here")
        raised = family.integrated(found * scl)
        start = -sum_of(lbnd, raised, True, family.rule)
        if i < len(constants):
            start = start + constants[i]
        raised[:1] += start
        found = raised
    return np.moveaxis(found, 0, axis)


def _rows(family: Family) -> dict[str, tuple[Any, tuple[str, ...]]]:
    rule = family.rule

    def multiply(c1: Any, c2: Any) -> Any:
        return _trimmed(product(_series(c1), _series(c2), rule))

    def times_x(c: Any) -> Any:
        return multiplied_by_x(c, rule)

    def power(c: Any, pow: int, maxpower: Any = None) -> Any:
        given = _series(c)
        if pow < 0:
            raise ValueError("Power must be a non-negative integer.")
        if maxpower is not None and pow > maxpower:
            raise ValueError("Power is too large")
        return power_of(given, pow, rule)

    def roots_of(c: Any) -> Any:
        return roots(c, rule)

    def differentiate(c: Any, m: int = 1, scl: Any = 1, axis: int = 0) -> Any:
        return derivative(c, m, scl, axis, family)

    def integrate(c: Any, m: int = 1, k: Any = (), lbnd: Any = 0, scl: Any = 1, axis: int = 0) -> Any:
        return integral(c, m, k, lbnd, scl, axis, family)

    return {
        "add": (add, ()),
        "sub": (subtract, ()),
        "mul": (multiply, ()),
        "mulx": (times_x, ()),
        "pow": (power, ("pow", "maxpower")),
        "roots": (roots_of, ()),
        "der": (differentiate, ("m", "axis")),
        "int": (integrate, ("m", "axis")),
    }


def _register(name: str, family: Family) -> None:
    module = f"numpy.polynomial.{name}"

    @when_imported(module)
    def later() -> None:
        for suffix, (body, known) in _rows(family).items():
            function = PREFIXES[name] + suffix
            define(getattr(lazy.load(module), function), f"np.polynomial.{name}.{function}", *known)(body)


for _name, _family in FAMILIES.items():
    _register(_name, _family)
