"""Series of polynomials by their coefficients, the lowest first: `np.polynomial`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff_compiler import lazy
from autodiff_compiler.library.defined import define, unsupported
from autodiff_compiler.library.registry import when_imported


def sum_of(x: Any, c: Any, tensor: bool, rule: Callable[[Any], Any]) -> Any:
    """Clenshaw's sum: `rule(n)` gives A, B and C of the recurrence P(n + 1) = (A x + B) P(n) - C P(n - 1)."""
    at, given = np.asarray(x), np.asarray(c)
    if at.dtype.kind != "f":
        at = at.astype(float)
    if given.dtype.kind != "f":
        given = given.astype(float)
    if tensor:
        given = np.reshape(given, given.shape + (1,) * at.ndim)
    shape = np.broadcast_shapes(given.shape[1:], at.shape)
    kind = np.result_type(at, given)
    one, two = np.zeros(shape, kind), np.zeros(shape, kind)
    for k in range(len(given) - 1, -1, -1):
        slope, start, _ = rule(k)
        _, _, less = rule(k + 1)
        one, two = given[k] + (slope * at + start) * one - less * two, one
    return one[()]


def of_powers(n: Any) -> Any:
    return 1.0, 0.0, 0.0


def _chebyshev(n: Any) -> Any:
    return (1.0 if n == 0 else 2.0), 0.0, 1.0


def _legendre(n: Any) -> Any:
    return (2 * n + 1) / (n + 1), 0.0, n / (n + 1)


def _hermite(n: Any) -> Any:
    return 2.0, 0.0, 2.0 * n


def _hermite_e(n: Any) -> Any:
    return 1.0, 0.0, 1.0 * n


def _laguerre(n: Any) -> Any:
    return -1.0 / (n + 1), (2 * n + 1) / (n + 1), n / (n + 1)


RULES: dict[str, Callable[[Any], Any]] = {
    "polynomial": of_powers,
    "chebyshev": _chebyshev,
    "legendre": _legendre,
    "hermite": _hermite,
    "hermite_e": _hermite_e,
    "laguerre": _laguerre,
}
PREFIXES = {
    "polynomial": "poly",
    "chebyshev": "cheb",
    "legendre": "leg",
    "hermite": "herm",
    "hermite_e": "herme",
    "laguerre": "lag",
}


def basis(x: Any, deg: int, rule: Callable[[Any], Any]) -> Any:
    """The polynomials up to a degree at the points, as a new last axis."""
    if deg < 0:
        raise ValueError("deg must be non-negative")
    at = np.atleast_1d(x) + 0.0
    found = [np.ones_like(at)]
    for n in tuple(range(deg)):
        slope, start, less = rule(n)
        found.append((slope * at + start) * found[n] - (less * found[n - 1] if n > 0 else 0.0))
    return np.stack(found, axis=-1)


def fitted(x: Any, y: Any, deg: int, rcond: Any, w: Any, rule: Callable[[Any], Any]) -> Any:
    """By least squares, with columns of length 1."""
    at, values = np.asarray(x) + 0.0, np.asarray(y) + 0.0
    if at.ndim != 1 or len(at) == 0:
        raise TypeError("expected non-empty vector for x")
    if len(at) != len(values):
        raise TypeError("expected x and y to have same length")
    matrix = basis(at, deg, rule)
    if w is not None:
        weights = np.asarray(w) + 0.0
        matrix = matrix * weights[:, None]
        values = values * (weights if values.ndim == 1 else weights[:, None])
    lengths = np.sqrt(np.sum(matrix * matrix, axis=0))
    lengths = np.where(lengths == 0, 1.0, lengths)
    cut = len(at) * np.finfo(at.dtype).eps if rcond is None else rcond
    found = np.linalg.lstsq(matrix / lengths, values, cut)[0]
    return (found.T / lengths).T


def from_roots(roots: Any) -> Any:
    zeros = np.asarray(roots).astype(float)
    found = np.zeros(len(zeros) + 1, zeros.dtype)
    found[0] = 1
    for k in range(len(zeros)):
        found[1 : k + 2], found[0] = found[: k + 1] - zeros[k] * found[1 : k + 2], -zeros[k] * found[0]
    return found


def _register(family: str, rule: Callable[[Any], Any]) -> None:
    def value(x: Any, c: Any, tensor: bool = True) -> Any:
        return sum_of(x, c, tensor, rule)

    def value2d(x: Any, y: Any, c: Any) -> Any:
        return sum_of(y, sum_of(x, c, True, rule), False, rule)

    def value3d(x: Any, y: Any, z: Any, c: Any) -> Any:
        return sum_of(z, sum_of(y, sum_of(x, c, True, rule), False, rule), False, rule)

    def grid2d(x: Any, y: Any, c: Any) -> Any:
        return sum_of(y, sum_of(x, c, True, rule), True, rule)

    def vander(x: Any, deg: int) -> Any:
        return basis(x, deg, rule)

    def fit(x: Any, y: Any, deg: int, rcond: Any = None, full: bool = False, w: Any = None) -> Any:
        if full or not isinstance(deg, int):
            unsupported("a fit with full=, or of some degrees", "leave full= out, and give the highest degree")
        return fitted(x, y, deg, rcond, w, rule)

    module, prefix = f"numpy.polynomial.{family}", PREFIXES[family]
    rows: dict[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
        "val": (value, ("tensor",)),
        "val2d": (value2d, ()),
        "val3d": (value3d, ()),
        "grid2d": (grid2d, ()),
        "vander": (vander, ("deg",)),
        "fit": (fit, ("deg", "full")),
    }

    @when_imported(module)
    def later() -> None:
        for suffix, (body, known) in rows.items():
            name = prefix + suffix
            define(getattr(lazy.load(module), name), f"np.polynomial.{family}.{name}", *known)(body)


for _family, _rule in RULES.items():
    _register(_family, _rule)


@when_imported("numpy.polynomial.polynomial")
def _register_powers() -> None:
    module = lazy.load("numpy.polynomial.polynomial")
    define(module.polyfromroots, "np.polynomial.polynomial.polyfromroots")(from_roots)
