"""Sums of series of polynomials, products of those of powers, and derivatives by the recurrences of each family: `np.polynomial`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff_compiler import lazy
from autodiff_compiler.library.defined import define
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


def multiply(c1: Any, c2: Any) -> Any:
    return _trimmed(np.convolve(_series(c1), _series(c2)))


def times_x(c: Any) -> Any:
    given = _series(c)
    if len(given) == 1 and given[0] == 0:
        return given
    return np.concatenate((given[:1] * 0.0, given))


def power(c: Any, pow: int, maxpower: Any = None) -> Any:
    given = _series(c)
    if pow < 0:
        raise ValueError("Power must be a non-negative integer.")
    if maxpower is not None and pow > maxpower:
        raise ValueError("Power is too large")
    if pow == 0:
        return np.ones(1, given.dtype)
    found = given.copy()
    for _ in tuple(range(pow - 1)):
        found = np.convolve(found, given)
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


_FAMILIES: dict[str, tuple[str, Callable[[Any, Any], None] | None]] = {
    "polynomial": ("poly", None),
    "chebyshev": ("cheb", _of_chebyshev),
    "legendre": ("leg", _of_legendre),
    "hermite": ("herm", _of_hermite),
    "hermite_e": ("herme", _of_hermite_e),
    "laguerre": ("lag", _of_laguerre),
}


def _derivative(step: Callable[[Any, Any], None]) -> Callable[..., Any]:
    def derivative(c: Any, m: int = 1, scl: Any = 1, axis: int = 0) -> Any:
        if m < 0:
            raise ValueError("The order of derivation must be non-negative")
        found = np.moveaxis(np.atleast_1d(c) + 0.0, axis, 0)
        for _ in tuple(range(m)):
            before = np.array(found) * scl
            if len(before) < 2:
                found = before * 0.0
            else:
                found = np.zeros_like(before[1:])
                step(before, found)
        return np.moveaxis(found, 0, axis)

    return derivative


def _register(family: str, prefix: str, step: Callable[[Any, Any], None] | None) -> None:
    module = f"numpy.polynomial.{family}"
    rows: dict[str, tuple[Any, tuple[str, ...]]] = {"add": (add, ()), "sub": (subtract, ())}
    if step is None:
        rows |= {"mul": (multiply, ()), "mulx": (times_x, ()), "pow": (power, ("pow", "maxpower"))}
    else:
        rows["der"] = (_derivative(step), ("m", "axis"))

    @when_imported(module)
    def later() -> None:
        for suffix, (body, known) in rows.items():
            name = prefix + suffix
            define(getattr(lazy.load(module), name), f"np.polynomial.{family}.{name}", *known)(body)


for _family, (_prefix, _step) in _FAMILIES.items():
    _register(_family, _prefix, _step)
