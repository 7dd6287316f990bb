"""Polynomials as objects, made inside the program or outside: values as NumPy has them, and derivatives."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.polynomial import Chebyshev, Hermite, HermiteE, Laguerre, Legendre, Polynomial
from sample_values import m23, v3, v4, w3

from autodiff_compiler import UnsupportedError, grad, jvp
from autodiff_compiler.testing import check_grads

FIXED = np.poly1d([1.0, -2.0, 0.5])
SERIES = Polynomial([0.5, 1.0, -0.25], domain=[0.0, 2.0])
CHEBYSHEV = Chebyshev([0.5, 1.0, -0.25])
BEGINS_WITH_ZERO = np.array([0.0, 2.0, 1.0])


def total(y):
    return np.sum(y * np.reshape(np.arange(1.0, y.size + 1.0), y.shape)) + np.sum(y * y)


def of_powers(c, x):
    p = np.poly1d(c)
    q = 2.0 * p**2 - FIXED * p + p / 2.0 - (-p) + 1.0
    return total(q(x)) + q(0.3) + p[1] * q.order + len(p) * p.coeffs[0] + total(q.deriv(2)(x)) + p.integ(k=2.0)(0.5)


def within_each_other(c, x):
    p = np.poly1d(c)
    return total(p(FIXED)(x)) + total(FIXED(p)(x)) + np.polyval(p, 0.5)


def of_roots(c, x):
    return total(np.poly1d(c, True)(x)) + np.sum(np.poly1d(c, r=True).c) + sum(c * c for c in FIXED)


def fitted(c, x):
    p = np.poly1d(np.polyfit(np.arange(4.0), c, 2))
    return total(p(x)) + p(1.5) ** 2


def of_series(c, x):
    p = Polynomial(c, domain=[0.0, 2.0])
    q = p * SERIES - p / 2.0 + 3.0 * p**2 - 1.0 + (0.5 - p) - (-p)
    return total(q(x)) + p.coef[1] * q(0.3) + total(q.deriv()(x)) + p.integ(1, 0.5, 0.25)(0.7) * p.degree() + len(q)


def of_all_families(c, x):
    result = CHEBYSHEV(x[0, 0]) ** 2
    for family in (Polynomial, Chebyshev, Legendre, Hermite, HermiteE, Laguerre):
        p = family(c)
        result += total((2.0 * p + p)(x)) + family(c, [-2.0, 2.0], [-1.0, 1.0])(x[0, 1])
    return result


def made_outside(c, x):
    return total(FIXED(x)) + FIXED.deriv()(c[0]) + total((FIXED + FIXED * 2.0 - np.poly1d(c))(x)) + SERIES(c[1]) * (SERIES * SERIES)(c[0]) + total(SERIES.deriv()(x))


def algebra_of_all_families(c, x):
    result = 0.0
    for family in (Polynomial, Chebyshev, Legendre, Hermite, HermiteE, Laguerre):
        p, q = family(c, domain=[0.0, 2.0]), family(c[:2], domain=[0.0, 2.0])
        r = p * q - q**3 + p
        result += total(r(x)) + total(r.deriv(2)(x)) + p.integ(1, c[0], 0.25)(0.7) + r.coef[2] + len((q * q).coef) + (CHEBYSHEV * CHEBYSHEV).deriv()(x[0, 0])
    return result


def fits_of_all_families(c, x):
    result, at = 0.0, np.sort(np.ravel(x))
    values = np.concatenate((c, c[:2]))
    for family in (Polynomial, Chebyshev, Legendre, Hermite, HermiteE, Laguerre):
        p, q = family.fit(at, values, 3), family.fit(at, values, 2, domain=[-2.0, 3.0], w=np.arange(1.0, 7.0))
        result += p(0.4) + q(0.3) * family.fit(at, values, deg=1, window=[0.0, 1.0])(0.2) + total(p.coef) + p.deriv()(0.1)
    return result


def roots_of_objects(c, x):
    cubic = np.array([-6.0, 11.0, -6.0, 1.0]) + 0.01 * c
    return total(np.poly1d(cubic[::-1]).roots.real) + total(np.abs(Polynomial(cubic, domain=[0.0, 2.0]).roots())) + total(np.abs(Chebyshev(cubic).roots()))


PROGRAMS = [of_powers, within_each_other, of_roots, fitted, of_series, of_all_families, algebra_of_all_families, fits_of_all_families, roots_of_objects, made_outside]


@pytest.mark.parametrize("function", PROGRAMS, ids=lambda f: f.__name__)
def test_programs(function):
    value, _ = jvp(function, (v4, m23), (v4, m23))
    np.testing.assert_allclose(value, function(v4, m23), rtol=1e-11)
    check_grads(function, (v4, m23), order=2 if function in (of_roots, fitted) else 1)


def both_kinds(c):
    return np.poly1d(c)(0.5) * FIXED(c[0]) + Polynomial(c)(c[1]) * SERIES(c[2])


def test_numba():
    check_grads(both_kinds, (v4,), order=2)
    check_grads(both_kinds, (v4,), order=1, backend="numba")


def test_a_coefficient_that_happens_to_be_zero():
    """NumPy leaves it out, but the value depends on it as on any other."""
    expected = 1.5 ** np.arange(2, -1, -1)
    np.testing.assert_allclose(grad(lambda c: np.poly1d(c)(1.5))(BEGINS_WITH_ZERO), expected)
    np.testing.assert_allclose(grad(lambda c: (np.poly1d(c) + 1.0)(1.5))(BEGINS_WITH_ZERO), expected)
    np.testing.assert_allclose(grad(lambda c: (Polynomial(c) + 1.0)(1.5))(BEGINS_WITH_ZERO[::-1].copy()), expected[::-1])
    assert jvp(lambda c: 1.0 * len(np.poly1d(c)) + len((Polynomial(c) + 0.0).coef), (BEGINS_WITH_ZERO,), (v3,))[0] == 4.0


def test_integers_and_single_precision():
    value, _ = jvp(lambda x: np.poly1d([1, 2, 3])(x), (np.float32(0.5),), (np.float32(1.0),))
    assert value == np.poly1d([1, 2, 3])(np.float32(0.5))
    assert grad(lambda c: np.poly1d(c)(2.0))(w3.astype(np.float32)).dtype == np.float32


@pytest.mark.parametrize(
    "function",
    [lambda c: Chebyshev.fit(c, c, 1, full=True)[0](0.5), lambda c: Chebyshev.fit(c, c, [0, 2])(0.5), lambda c: (np.poly1d(c) / np.poly1d(c))[0](0.5), lambda c: c[0] if Polynomial(c) == SERIES else c[1]],
)
def test_refusals(function):
    with pytest.raises(UnsupportedError):
        grad(function)(v3)


def test_domains_that_differ():
    with pytest.raises(TypeError, match="Domains differ"):
        grad(lambda c: (Polynomial(c) + SERIES)(0.5))(v3)
