"""Special functions with complex results: Lambert's W, the Faddeeva function, spherical harmonics; and Legendre's polynomials."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autodiff_compiler import lazy
from autodiff_compiler.library.defined import as_rule, define_in, unsupported
from autodiff_compiler.library.definitions import families
from autodiff_compiler.library.registry import takes_complex, when_imported
from autodiff_compiler.library.versions import installed

MODULE = "scipy.special"
SINGLE = installed("scipy") >= (1, 18)
"""Whether functions of float32 have results of complex64."""


class CalledRules:
    """Functions of SciPy that are called as they are, with rules; set when it is imported."""

    lambertw: Any = None
    wofz: Any = None


# -- Lambert's W -------------------------------------------------------------------------------------------------------


def _lambertw_rule(k: int, primals: Any, tangents: Any) -> Any:
    (z,), (z_dot,) = primals, tangents
    w = CalledRules.lambertw(z, k)
    return w, z_dot * (np.exp(-w) / (1.0 + w))


@define_in(MODULE, "lambertw", "k", "tol")
def lambertw(z: Any, k: int = 0, tol: float = 1e-8) -> Any:
    return CalledRules.lambertw(np.asarray(z).astype(np.complex128), k)


# -- the Faddeeva function ---------------------------------------------------------------------------------------------

_FAR = 12.0


def far_slope_of_wofz(z: Any) -> tuple[Any, Any]:
    """Which points are far from 0, where the two terms of the slope cancel, and the slope there by the asymptotic series, to which the
    lower half plane is mirrored."""
    far, below = np.abs(z) > _FAR, np.imag(z) < 0.0
    above = np.where(far, np.where(below, -z, z), 2.0 * _FAR)
    inverse = 1.0 / (2.0 * above * above)
    series = np.ones_like(z)
    for n in range(9, 0, -1):
        series = 1.0 + (2 * n + 1) * inverse * series
    mirrored = np.where(far & below, z, 0.0)
    return far, -2j / math.sqrt(math.pi) * inverse * series - np.where(
        far & below, 4.0 * mirrored * np.exp(-mirrored * mirrored), 0.0
    )


def slope_of_wofz(z: Any, w: Any) -> Any:
    far, of_far = far_slope_of_wofz(z)
    near = np.where(far, 0.0, z)
    return np.where(far, of_far, -2.0 * near * np.where(far, 0.0, w) + 2j / math.sqrt(math.pi))


def _wofz_rule(primals: Any, tangents: Any) -> Any:
    (z,), (z_dot,) = primals, tangents
    w = CalledRules.wofz(z)
    return w, z_dot * slope_of_wofz(z, w)


@define_in(MODULE, "wofz")
def wofz(z: Any) -> Any:
    given = np.asarray(z)
    found = CalledRules.wofz(given.astype(np.complex128))
    return (
        found.astype(np.complex64) if given.dtype == np.complex64 or (given.dtype == np.float32 and SINGLE) else found
    )


# -- spherical harmonics -----------------------------------------------------------------------------------------------


def _normalized(n: int, order: int, theta: Any) -> Any:
    """The associated Legendre function of cos(theta), so that the spherical harmonics have the norm 1."""
    if n < 0:
        unsupported("a spherical harmonic of negative degree", "give a degree of 0 or more")
    x = np.cos(theta)
    if order > n:
        return np.zeros_like(x)
    factor = 1.0 / (4.0 * math.pi)
    for k in tuple(range(1, order + 1)):
        factor = factor * (2 * k + 1) / (2 * k)
    before, found = np.zeros_like(x), (-1.0) ** order * math.sqrt(factor) * np.abs(np.sin(theta)) ** order
    for k in tuple(range(order + 1, n + 1)):
        outer = math.sqrt((4 * k * k - 1) / (k * k - order * order))
        inner = math.sqrt(((k - 1) ** 2 - order * order) / (4 * (k - 1) ** 2 - 1)) if k > order + 1 else 0.0
        before, found = found, outer * (x * found - inner * before)
    return found


@define_in(MODULE, "sph_legendre_p", "n", "m", "diff_n")
def sph_legendre_p(n: int, m: int, theta: Any, *, diff_n: int = 0) -> Any:
    """The first axis is that of orders of derivatives, of which there is one."""
    if diff_n != 0:
        unsupported("sph_legendre_p with diff_n=", "differentiate the function itself")
    return np.expand_dims(_of_order(n, m, theta), 0)


def _of_order(n: int, m: int, theta: Any) -> Any:
    found = _normalized(n, abs(m), np.asarray(theta, dtype=np.float64))
    return found if m >= 0 or m % 2 == 0 else -found


@define_in(MODULE, "sph_harm_y", "n", "m", "diff_n")
def sph_harm_y(n: int, m: int, theta: Any, phi: Any, *, diff_n: int = 0) -> Any:
    if diff_n != 0:
        unsupported("sph_harm_y with diff_n=", "differentiate the function itself")
    turned = np.asarray(phi, dtype=np.float64) * m
    found = _of_order(n, m, theta) * (np.cos(turned) + 1j * np.sin(turned))
    single = SINGLE and np.asarray(theta).dtype == np.float32 and np.asarray(phi).dtype == np.float32
    return found.astype(np.complex64) if single else found


@define_in(MODULE, "legendre_p", "diff_n")
def legendre_p(n: Any, z: Any, *, diff_n: int = 0) -> Any:
    if diff_n != 0:
        unsupported("legendre_p with diff_n=", "differentiate the function itself")
    return np.expand_dims(families.special.eval_legendre(n, z), 0)


takes_complex(f"{MODULE}.lambertw", f"{MODULE}.wofz")


@when_imported(MODULE)
def _register() -> None:
    special = lazy.load(MODULE)
    CalledRules.lambertw = as_rule(special.lambertw, lambda z: z, _lambertw_rule, 1)
    CalledRules.wofz = as_rule(special.wofz, lambda z: z, _wofz_rule)
