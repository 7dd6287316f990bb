"""Riemann's zeta function, Lambert's W, the Faddeeva function and spherical harmonics: derivatives against mpmath and differences."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import scipy.special as sp
from sample_values import m23, v3

from autodiff_compiler import UnsupportedError, grad, jvp
from autodiff_compiler.testing import check_grads

ZETA_POINTS = [-20.5, -3.3, -2.0, -0.5, 0.0, 0.5, 0.9, 1.0001, 1.5, 2.0, 3.7, 20.0, 59.0, 61.0, 300.0]
PLANE = [0.5, 3 + 1j, 0.1 - 2j, -3 - 0.5j, 11.9, 12.1 + 5j, -20 + 3j, 50 - 0.1j, 13 - 3j, 1e5 + 1e5j, 1e-3j]
BRANCHES = [(0, 0.5), (0, 0.0), (0, -0.3), (-1, -0.3), (-1, -1e-10), (0, 3 + 2j), (1, 2 - 1j), (0, 1e10)]


def slope(function, z):
    z = np.asarray(z)[()]
    return jvp(function, (z,), (np.ones_like(z),))[1]


@pytest.mark.parametrize("x", ZETA_POINTS)
def test_zeta(x):
    np.testing.assert_allclose(slope(lambda x: sp.zeta(x), float(x)), float(mpmath.zeta(x, derivative=1)), rtol=2e-14)
    second = slope(lambda x: grad(lambda x: sp.zeta(x))(x), float(x))
    np.testing.assert_allclose(second, float(mpmath.zeta(x, derivative=2)), rtol=1e-11)


def test_zeta_at_its_pole_and_where_gamma_overflows():
    with np.errstate(all="ignore"):
        assert jvp(lambda x: sp.zeta(x), (np.float64(1.0),), (np.float64(1.0),))[0] == np.inf
        assert np.isnan(jvp(lambda x: sp.zeta(x), (np.float64(-171.5),), (np.float64(1.0),))).all()


@pytest.mark.parametrize("z", PLANE)
def test_wofz(z):
    with mpmath.workdps(60):
        t = mpmath.mpmathify(z)
        exact = complex(-2 * t * mpmath.exp(-t * t) * mpmath.erfc(-1j * t) + 2j / mpmath.sqrt(mpmath.pi))
    np.testing.assert_allclose(slope(lambda z: sp.wofz(z), complex(z)), exact, rtol=5e-14)


@pytest.mark.parametrize(("k", "z"), BRANCHES)
def test_lambertw(k, z):
    w = mpmath.lambertw(z, k)
    exact = complex(mpmath.exp(-w) / (1 + w))
    np.testing.assert_allclose(slope(lambda z: sp.lambertw(z, k), complex(z)), exact, rtol=1e-14)


def voigt(x, sigma, gamma):
    return np.sum(np.real(sp.wofz((x + 1j * gamma) / (sigma * np.sqrt(2.0)))) ** 2) / sigma


def diode(x, a):
    return np.sum(np.real(sp.lambertw(x * x * a)) * x) + np.sum(sp.lambertw(-0.2 / (1.0 + x * x), -1).real * a)


def harmonics(theta, phi):
    y = sp.sph_harm_y(2, -1, theta, phi)
    return np.sum(np.abs(y) ** 2) + np.sum(y.imag) + np.sum(sp.sph_legendre_p(3, 1, theta)) + np.sum(sp.legendre_p(2, np.cos(phi)))


PROGRAMS = {"voigt": (voigt, (v3, 0.8, 0.3)), "diode": (diode, (v3, 0.7)), "zeta": (lambda x: np.sum(sp.zeta(x * x + 1.2) * x), (m23,))}
if hasattr(sp, "sph_harm_y"):  # since SciPy 1.15
    PROGRAMS["harmonics"] = (harmonics, (np.abs(m23) + 0.3, m23))


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs(name):
    function, args = PROGRAMS[name]
    np.testing.assert_allclose(jvp(function, args, args)[0], function(*args), rtol=1e-13)
    check_grads(function, args, order=1 if name == "harmonics" else 2)


def test_numba():
    check_grads(lambda x: sp.zeta(x) * x, (1.7,), order=1, backend="numba")


@pytest.mark.parametrize("name", ["voigt", "diode"])
def test_compiled_code_has_none_of_these(name):
    function, args = PROGRAMS[name]
    with pytest.raises(UnsupportedError, match=r"wofz|lambertw"):
        grad(function, backend="numba")(*args)
