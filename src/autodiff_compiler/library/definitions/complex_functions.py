"""Special functions of complex numbers, where SciPy has them: the error function, the gamma function, integrals, Bessel functions.

Values are SciPy's.  What a table says is the slope at `z`, with the value `y` there.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff_compiler import lazy
from autodiff_compiler.library.defined import as_rule, define, define_for_complex
from autodiff_compiler.library.definitions.complex_matrices import in_precision_of
from autodiff_compiler.library.definitions.complex_special import MODULE, far_slope_of_wofz, slope_of_wofz
from autodiff_compiler.library.registry import takes_complex, when_imported

_ROOT_PI = math.sqrt(math.pi)


class Gammas:
    """Functions of SciPy that are called as they are, with rules; set when it is imported."""

    gamma: Any = None
    digamma: Any = None


# -- error functions ---------------------------------------------------------------------------------------------------


def _erf(z: Any, y: Any) -> Any:
    return 2.0 / _ROOT_PI * np.exp(-z * z)


def _erfc(z: Any, y: Any) -> Any:
    return -2.0 / _ROOT_PI * np.exp(-z * z)


def _erfi(z: Any, y: Any) -> Any:
    return 2.0 / _ROOT_PI * np.exp(z * z)


def _erfcx(z: Any, y: Any) -> Any:
    """It is the Faddeeva function of i z."""
    return 1j * slope_of_wofz(1j * z, y)


def _dawsn(z: Any, y: Any) -> Any:
    """Of the Faddeeva function w and e = exp(-z * z) it is i sqrt(pi) / 2 (e - w), and its slope 1 - 2 z y, whose terms cancel far from 0."""
    far, slope = far_slope_of_wofz(z)
    outside = np.where(far, z, 0.0)
    of_far = -0.5j * _ROOT_PI * (2.0 * outside * np.exp(-outside * outside) + slope)
    return np.where(far, of_far, 1.0 - 2.0 * np.where(far, 0.0, z) * np.where(far, 0.0, y))


def _ndtr(z: Any, y: Any) -> Any:
    return np.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)


# -- the gamma function ------------------------------------------------------------------------------------------------

# Numbers of Bernoulli, from the second on.
_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510)
_SHIFT = 16
# Further from the real axis than this, pi / sin(pi z) is nothing beside the other terms.
_HIGH = 30.0


def _trigamma(z: Any, y: Any) -> Any:
    """The slope of the digamma function: by the asymptotic series far to the right, to which points are shifted, and the left half
    plane is mirrored."""
    left = np.real(z) < 0.5
    right = np.where(left, 1.0 - z, z)
    total = np.zeros_like(z)
    for k in range(_SHIFT):
        total = total + 1.0 / (right + k) ** 2
    inverse = 1.0 / (right + _SHIFT)
    square = inverse * inverse
    series = np.zeros_like(z)
    for number in _BERNOULLI[::-1]:
        series = (series + number) * square
    total = total + inverse * (1.0 + 0.5 * inverse + series)
    mirrored = left & (np.abs(np.imag(z)) < _HIGH)
    reflection = np.where(mirrored, math.pi / np.sin(math.pi * np.where(mirrored, z, 0.5)), 0.0)
    return np.where(left, reflection * reflection - total, total)


def _gamma(z: Any, y: Any) -> Any:
    return y * Gammas.digamma(z)


def _loggamma(z: Any, y: Any) -> Any:
    return Gammas.digamma(z)


def _rgamma(z: Any, y: Any) -> Any:
    """On the left, where gamma has poles, of its reflection."""
    left = np.real(z) < 0.5
    mirrored = np.where(left, 1.0 - z, 1.0)
    turn = math.pi * np.where(left, z, 0.0)
    of_left = Gammas.gamma(mirrored) * (np.cos(turn) - np.sin(turn) * Gammas.digamma(mirrored) / math.pi)
    return np.where(left, of_left, -y * Gammas.digamma(np.where(left, 1.0, z)))


# -- integrals, and what NumPy has too ---------------------------------------------------------------------------------


def _expi(z: Any, y: Any) -> Any:
    return np.exp(z) / z


def _exp1(z: Any, y: Any) -> Any:
    return -np.exp(-z) / z


def _expm1(z: Any, y: Any) -> Any:
    return np.exp(z)


def _log1p(z: Any, y: Any) -> Any:
    return 1.0 / (1.0 + z)


_SLOPES: dict[str, Callable[..., Any]] = {
    "erf": _erf, "erfc": _erfc, "erfi": _erfi, "erfcx": _erfcx, "dawsn": _dawsn, "ndtr": _ndtr, "gamma": _gamma, "loggamma": _loggamma,
    "rgamma": _rgamma, "digamma": _trigamma, "expi": _expi, "exp1": _exp1, "expm1": _expm1, "log1p": _log1p,
}  # fmt: skip


def _define(name: str, slope: Callable[..., Any]) -> Any:
    """The function as it is called, with its rule, once it is registered."""
    function = getattr(lazy.load(MODULE), name)

    def rule(primals: Any, tangents: Any) -> Any:
        (z,), (z_dot,) = primals, tangents
        value = called(z)
        return value, z_dot * slope(z, value)

    called = as_rule(function, lambda z: z, rule)

    def of_complex(z: Any, /) -> Any:
        given = np.asarray(z)
        return in_precision_of(given, called(given.astype(np.complex128)))

    define_for_complex(function, f"{MODULE}.{name}")(of_complex)
    return called


# -- Bessel functions --------------------------------------------------------------------------------------------------

_BESSEL = {"jv": "jvp", "yv": "yvp", "iv": "ivp", "kv": "kvp", "hankel1": "h1vp", "hankel2": "h2vp"}
"""Each function, and SciPy's function for its slope; the slope of that is told by the differential equation."""


def _define_bessel(name: str, slope_name: str) -> None:
    special = lazy.load(MODULE)
    function, slope = getattr(special, name), getattr(special, slope_name)
    sign = 1.0 if name in ("iv", "kv") else -1.0

    def rule(order: Any, primals: Any, tangents: Any) -> Any:
        (z,), (z_dot,) = primals, tangents
        return called(order, z), z_dot * called_slope(order, z)

    def rule_of_slope(order: Any, primals: Any, tangents: Any) -> Any:
        (z,), (z_dot,) = primals, tangents
        first = called_slope(order, z)
        return first, z_dot * ((sign + order * order / (z * z)) * called(order, z) - first / z)

    called, called_slope = (
        as_rule(fun, lambda *operands: operands[-1], made, 0)
        for fun, made in ((function, rule), (slope, rule_of_slope))
    )

    def of_complex(v: Any, z: Any, /) -> Any:
        given = np.asarray(z)
        return in_precision_of(given, called(float(v), given.astype(np.complex128)))

    register = define if name.startswith("hankel") else define_for_complex
    register(function, f"{MODULE}.{name}", "v")(of_complex)


takes_complex(f"{MODULE}.hankel1", f"{MODULE}.hankel2")


@when_imported(MODULE)
def _register() -> None:
    made = {name: _define(name, slope) for name, slope in _SLOPES.items()}
    Gammas.gamma, Gammas.digamma = made["gamma"], made["digamma"]
    for name, slope_name in _BESSEL.items():
        _define_bessel(name, slope_name)
