"""Polynomials as objects: `np.poly1d`, and `Polynomial`, `Chebyshev` and the others of `np.polynomial`.

Coefficients that happen to be 0 are kept for the value and its derivatives, and left out where NumPy shows the coefficients without them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff_compiler import lazy
from autodiff_compiler.library.defined import define, unsupported
from autodiff_compiler.library.definitions.polynomials import polyval
from autodiff_compiler.library.definitions.series import fitted, sum_of
from autodiff_compiler.library.definitions.series_algebra import (
    FAMILIES,
    derivative,
    integral,
    power_of,
    product,
    roots,
)
from autodiff_compiler.library.registry import when_imported
from autodiff_compiler.library.stand_ins import stands_for


def of_power(held: Any) -> Any:
    """A `np.poly1d` of coefficients that may begin with zeros."""
    return Poly1d(held)


@stands_for(np.poly1d)
class Poly1d:  # noqa: PLW1641  (nor has a poly1d a hash)
    """By the highest power first."""

    def __init__(self, c_or_r: Any, r: Any = False, variable: Any = None) -> None:
        if isinstance(c_or_r, np.poly1d):
            self.held = coefficients(c_or_r)
        else:
            self.held = np.poly(c_or_r) if r else np.atleast_1d(c_or_r)
        if self.held.ndim != 1:
            raise ValueError("Polynomial must be 1d only.")
        self.variable = "x" if variable is None else variable

    @property
    def coeffs(self) -> Any:
        shown = np.trim_zeros(self.held, "f")
        return shown if len(shown) > 0 else self.held[:1] * 0

    c = coef = coefficients = coeffs

    @property
    def roots(self) -> Any:
        return np.roots(self.held)

    r = roots

    @property
    def order(self) -> Any:
        return len(self.coeffs) - 1

    o = order

    def __len__(self) -> Any:
        return len(self.coeffs) - 1

    def __iter__(self) -> Any:
        return iter(self.coeffs)

    def __getitem__(self, val: Any) -> Any:
        """The coefficient of a power."""
        return self.held[len(self.held) - 1 - val] if 0 <= val < len(self.held) else 0.0 * self.held[0]

    def __call__(self, val: Any) -> Any:
        if not isinstance(val, np.poly1d):
            return polyval(self.held, val)
        found = of_power(np.zeros(1))
        for c in self.held:
            found = found * val + c
        return found

    def deriv(self, m: int = 1) -> Any:
        return of_power(np.polyder(self.held, m))

    def integ(self, m: int = 1, k: Any = 0) -> Any:
        return of_power(np.polyint(self.held, m, k))

    def __neg__(self) -> Any:
        return of_power(-self.held)

    def __pos__(self) -> Any:
        return self

    def __add__(self, other: Any) -> Any:
        return of_power(np.polyadd(self.held, coefficients(other)))

    def __radd__(self, other: Any) -> Any:
        return of_power(np.polyadd(coefficients(other), self.held))

    def __sub__(self, other: Any) -> Any:
        return of_power(np.polysub(self.held, coefficients(other)))

    def __rsub__(self, other: Any) -> Any:
        return of_power(np.polysub(coefficients(other), self.held))

    def __mul__(self, other: Any) -> Any:
        return of_power(np.convolve(self.held, coefficients(other)))

    def __rmul__(self, other: Any) -> Any:
        return of_power(np.convolve(coefficients(other), self.held))

    def __pow__(self, val: int) -> Any:
        if not isinstance(val, int) or val < 0:
            raise ValueError("Power to non-negative integers only.")
        found = np.ones(1)
        for _ in tuple(range(val)):
            found = np.convolve(found, self.held)
        return of_power(found)

    def __truediv__(self, other: Any) -> Any:
        if isinstance(other, np.poly1d) or np.ndim(other) > 0:
            unsupported("the quotient of two polynomials", "write np.polydiv(p.coeffs, q.coeffs)")
        return of_power(self.held / other)

    def __eq__(self, other: Any) -> Any:
        unsupported("comparing polynomials", "compare their coefficients")


def coefficients(other: Any) -> Any:
    """Of a polynomial, or of what stands for one: a number, an array."""
    if hasattr(other, "held"):
        return other.held
    return other.coeffs if isinstance(other, np.poly1d) else np.atleast_1d(other)


class Series:  # noqa: PLW1641  (nor has a series of NumPy a hash)
    """By the lowest degree first, of an argument that is taken from `domain` to `window`."""

    family = FAMILIES["polynomial"]
    interval = (-1.0, 1.0)

    def __init__(self, coef: Any, domain: Any = None, window: Any = None, symbol: Any = "x") -> None:
        self.held = np.atleast_1d(coef) + 0.0
        if self.held.ndim != 1:
            raise ValueError("Coefficient array is not 1-d")
        self.domain = np.array(self.interval if domain is None else domain) + 0.0
        self.window = np.array(self.interval if window is None else window) + 0.0
        self.plain = domain is None and window is None
        self.symbol = symbol
        self.shown = True

    @property
    def coef(self) -> Any:
        """Without the zeros at the end that came by arithmetic."""
        if self.shown:
            return self.held
        there = np.trim_zeros(self.held, "b")
        return there if len(there) > 0 else self.held[:1]

    def __call__(self, arg: Any) -> Any:
        at = np.asarray(arg)
        if not self.plain:
            offset, factor = mapping(self)
            at = offset + factor * at
        return sum_of(at, self.held, True, self.family.rule)

    def __len__(self) -> Any:
        return len(self.coef)

    def __iter__(self) -> Any:
        return iter(self.coef)

    def degree(self) -> Any:
        return len(self.coef) - 1

    def mapparms(self) -> Any:
        return mapping(self)

    def deriv(self, m: int = 1) -> Any:
        return self.with_coefficients(derivative(self.held, m, mapping(self)[1], 0, self.family), True)

    def integ(self, m: int = 1, k: Any = (), lbnd: Any = None) -> Any:
        offset, factor = mapping(self)
        start = 0 if lbnd is None else offset + factor * lbnd
        return self.with_coefficients(integral(self.held, m, k, start, 1.0 / factor, 0, self.family), True)

    def roots(self) -> Any:
        offset, factor = mapping(self)
        return (roots(self.coef, self.family.rule) - offset) / factor

    def with_coefficients(self, held: Any, shown: bool) -> Any:
        made = type(self)(held, self.domain, self.window, self.symbol)
        made.plain = self.plain
        made.shown = shown
        return made

    def __neg__(self) -> Any:
        return self.with_coefficients(-self.held, True)

    def __add__(self, other: Any) -> Any:
        theirs = of_the_same(self, other)
        length = max(len(self.held), len(theirs))
        return self.with_coefficients(padded(self.held, length) + padded(theirs, length), False)

    def __radd__(self, other: Any) -> Any:
        return self + other

    def __sub__(self, other: Any) -> Any:
        theirs = of_the_same(self, other)
        length = max(len(self.held), len(theirs))
        return self.with_coefficients(padded(self.held, length) - padded(theirs, length), False)

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __mul__(self, other: Any) -> Any:
        theirs = of_the_same(self, other)
        if not is_series(other) and np.ndim(other) == 0:
            return self.with_coefficients(self.held * theirs[0], False)
        return self.with_coefficients(product(self.held, theirs, self.family.rule), False)

    def __rmul__(self, other: Any) -> Any:
        return self * other

    def __truediv__(self, other: Any) -> Any:
        if is_series(other) or np.ndim(other) > 0:
            raise TypeError("unsupported types for true division: a series is divided by a number only")
        return self.with_coefficients(self.held / other, True)

    def __pow__(self, other: int) -> Any:
        if not isinstance(other, int) or other < 0:
            raise ValueError("Power must be a non-negative integer.")
        return self.with_coefficients(power_of(self.held, other, self.family.rule), False)

    def __eq__(self, other: Any) -> Any:
        unsupported("comparing polynomials", "compare their coefficients")


def is_series(other: Any) -> bool:
    return isinstance(other, np.polynomial.polynomial.ABCPolyBase)  # type: ignore[attr-defined]  # not in the stubs of NumPy


def padded(c: Any, length: Any) -> Any:
    return np.concatenate((c, np.zeros(length - len(c))))


def mapping(series: Any) -> Any:
    """Offset and factor of the line that takes the ends of `domain` to those of `window`."""
    if series.plain:
        return 0.0, 1.0
    (a, b), (c, d) = series.domain, series.window
    return (b * c - a * d) / (b - a), (d - c) / (b - a)


def of_the_same(series: Any, other: Any) -> Any:
    """The coefficients of another series of the same kind, or of what stands for one."""
    if not is_series(other):
        return np.atleast_1d(other) + 0.0
    if type(other) is not type(series):
        raise TypeError("Polynomial types differ")
    if np.any(other.domain != series.domain):
        raise TypeError("Domains differ")
    if np.any(other.window != series.window):
        raise TypeError("Windows differ")
    return other.held if hasattr(other, "held") else other.coef


class Chebyshev(Series):
    family = FAMILIES["chebyshev"]


class Legendre(Series):
    family = FAMILIES["legendre"]


class Hermite(Series):
    family = FAMILIES["hermite"]


class HermiteE(Series):
    family = FAMILIES["hermite_e"]


class Laguerre(Series):
    family = FAMILIES["laguerre"]
    interval = (0.0, 1.0)


def fit(
    cls: Any,
    x: Any,
    y: Any,
    deg: int,
    domain: Any = None,
    rcond: Any = None,
    full: bool = False,
    w: Any = None,
    window: Any = None,
    symbol: str = "x",
) -> Any:
    """The class method of all series: by least squares, in the argument that takes the interval of the points to `window`."""
    if full or not isinstance(deg, int):
        unsupported("a fit with full=, or of some degrees", "leave full= out, and give the highest degree")
    at = np.asarray(x) + 0.0
    ends = np.stack((np.min(at), np.max(at))) if domain is None else domain
    made = cls(np.zeros(1), ends, cls.window if window is None else window, symbol)
    offset, factor = mapping(made)
    made.held = fitted(offset + factor * at, y, deg, rcond, w, made.family.rule)
    return made


def rebuilt(made: Any) -> Any:
    """A polynomial that was made outside the program, as one of these."""
    if isinstance(made, np.poly1d):
        return Poly1d(made)
    return type(made)(made.coef, made.domain, made.window)


def called(self: Any, at: Any) -> Any:
    return rebuilt(self)(at)


def derived(self: Any, m: int = 1) -> Any:
    return rebuilt(self).deriv(m)


def integrated(self: Any, m: int = 1, k: Any = 0, lbnd: Any = None) -> Any:
    return rebuilt(self).integ(m, k) if lbnd is None else rebuilt(self).integ(m, k, lbnd)


def plus(self: Any, other: Any) -> Any:
    return rebuilt(self) + other


def minus(self: Any, other: Any) -> Any:
    return rebuilt(self) - other


def from_which(self: Any, other: Any) -> Any:
    return other - rebuilt(self)


def times(self: Any, other: Any) -> Any:
    return rebuilt(self) * other


def over(self: Any, other: Any) -> Any:
    return rebuilt(self) / other


def to_the(self: Any, power: int) -> Any:
    return rebuilt(self) ** power


def negative(self: Any) -> Any:
    return -rebuilt(self)


_METHODS: dict[str, Callable[..., Any]] = {
    "__call__": called,
    "deriv": derived,
    "integ": integrated,
    "__add__": plus,
    "__radd__": plus,
    "__sub__": minus,
    "__rsub__": from_which,
    "__mul__": times,
    "__rmul__": times,
    "__truediv__": over,
    "__pow__": to_the,
    "__neg__": negative,
}


def _define_methods(cls: type, name: str) -> None:
    for method, body in _METHODS.items():
        define(getattr(cls, method), f"{name}.{method}", "m")(body)


_define_methods(np.poly1d, "np.poly1d")


@when_imported("numpy.polynomial")
def _register() -> None:
    module = lazy.load("numpy.polynomial")
    stands_for(module.Polynomial)(Series)
    for cls in (Chebyshev, Legendre, Hermite, HermiteE, Laguerre):
        stands_for(getattr(module, cls.__name__))(cls)
    _define_methods(module.Polynomial, "np.polynomial.Polynomial")
    define(module.Polynomial.fit.__func__, "np.polynomial.Polynomial.fit", "deg", "full")(fit)
