"""Special functions of complex numbers: slopes against mpmath, both orders against differences, and what is refused."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import scipy.special as sp
from complex_programs import plane
from test_complex_matrices import total

from autodiff_compiler import AutodiffError, grad, jvp, vjp
from autodiff_compiler.testing import check_grads

POINTS = [0.4 + 0.3j, -1.3 + 0.2j, 2.5 - 1.1j, -3.2 - 0.7j, 0.1 + 4j, 13.0 + 0.5j, -14.0 + 2j, 3.0 + 0j, -7.6 + 12j]
ROOT_PI = mpmath.sqrt(mpmath.pi)


def inward(t):
    """Dawson's function, of the error function of an imaginary argument."""
    return ROOT_PI / 2 * mpmath.exp(-t * t) * mpmath.erfi(t)


SLOPES = {
    "erf": lambda t: 2 / ROOT_PI * mpmath.exp(-t * t),
    "erfc": lambda t: -2 / ROOT_PI * mpmath.exp(-t * t),
    "erfi": lambda t: 2 / ROOT_PI * mpmath.exp(t * t),
    "erfcx": lambda t: 2 * t * mpmath.exp(t * t) * mpmath.erfc(t) - 2 / ROOT_PI,
    "dawsn": lambda t: 1 - 2 * t * inward(t),
    "ndtr": lambda t: mpmath.exp(-t * t / 2) / mpmath.sqrt(2 * mpmath.pi),
    "gamma": lambda t: mpmath.gamma(t) * mpmath.digamma(t),
    "loggamma": lambda t: mpmath.digamma(t),
    "rgamma": lambda t: -mpmath.rgamma(t) * mpmath.digamma(t),
    "digamma": lambda t: mpmath.psi(1, t),
    "expi": lambda t: mpmath.exp(t) / t,
    "exp1": lambda t: -mpmath.exp(-t) / t,
    "expm1": mpmath.exp,
    "log1p": lambda t: 1 / (1 + t),
}
# Functions of an order, with mpmath's, whose derivative is one of its arguments.
BESSEL = {
    "jv": mpmath.besselj,
    "yv": mpmath.bessely,
    "iv": mpmath.besseli,
    "kv": mpmath.besselk,
    "hankel1": mpmath.hankel1,
    "hankel2": mpmath.hankel2,
}


def slope(function, z):
    return jvp(function, (z,), (np.ones_like(z),))[1]


@pytest.mark.parametrize("name", SLOPES)
def test_slopes(name):
    z = np.array(POINTS)
    with mpmath.workdps(60):
        exact = np.array([complex(SLOPES[name](mpmath.mpmathify(complex(p)))) for p in POINTS])
    function = getattr(sp, name)
    value, found = jvp(lambda z: function(z), (z,), (np.ones_like(z),))
    np.testing.assert_array_equal(value, function(z))
    np.testing.assert_allclose(found, exact, rtol=1e-12)


@pytest.mark.parametrize("name", SLOPES)
def test_both_modes_and_orders(name):
    function = getattr(sp, name)
    check_grads(lambda z: total(0.1 * function(z)), (plane(3),), order=2)


@pytest.mark.parametrize("name", BESSEL)
def test_bessel_functions(name):
    function, z = getattr(sp, name), np.array([0.4 + 0.3j, 2.5 - 1.1j, 7.0 + 2.0j])
    for order, of_order in ((0, lambda z: function(0, z)), (-1, lambda z: function(-1, z)), (2.5, lambda z: function(2.5, z))):
        exact = [complex(mpmath.diff(lambda t, order=order: BESSEL[name](order, t), complex(p))) for p in z]
        np.testing.assert_allclose(slope(of_order, z), exact, rtol=1e-9)
    check_grads(lambda z: total(function(1.5, z)), (z,), order=2)


def test_the_reciprocal_gamma_function_at_its_zeros():
    """(-1) ** n n!, and the second derivative, where gamma itself has poles."""
    z = np.array([0.0, -1.0, -2.0, -5.0]) + 0j
    np.testing.assert_allclose(slope(lambda z: sp.rgamma(z), z), [1.0, -1.0, 2.0, -120.0], rtol=1e-13)
    second = slope(lambda z: slope(lambda z: sp.rgamma(z), z), z)
    exact = [complex(mpmath.diff(mpmath.rgamma, p, 2)) for p in z]
    np.testing.assert_allclose(second, exact, rtol=1e-10)


def test_scalars_and_single_precision():
    assert np.isclose(jvp(lambda z: sp.erf(z), (0.3 + 1j,), (1.0 + 0j,))[1], 2 / np.sqrt(np.pi) * np.exp(-((0.3 + 1j) ** 2)))
    single = plane(3).astype(np.complex64)
    for function in (sp.erf, sp.gamma, lambda z: sp.jv(1.0, z)):
        out, pullback = vjp(lambda z, function=function: function(z), single)
        assert (out.dtype, pullback(out)[0].dtype) == (np.complex64, np.complex64)


def test_hankel_functions_of_real_numbers():
    check_grads(lambda x: total(sp.hankel1(0.0, x)), (np.array([0.5, 2.0]),), order=2)


def test_what_is_refused():
    with pytest.raises(AutodiffError, match="must be known"):
        grad(lambda v: total(sp.jv(v, 1.0 + 1j)))(0.5)
    with pytest.raises(AutodiffError, match="hyp0f1 of complex numbers"):
        grad(lambda z: total(sp.hyp0f1(0.5, z)))(1j + 1.0)
