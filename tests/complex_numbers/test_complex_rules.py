"""Derivatives of elementwise functions of complex numbers: against mpmath at ordinary points, points near branch points, and on cuts."""

from __future__ import annotations

import cmath
import math

import mpmath
import numpy as np
import pytest

from autodiff_compiler import grad, jvp, vjp
from autodiff_compiler.testing import check_grads

POINTS = (0.7 + 0.3j, -1.2 + 0.4j, 2.5 - 0.8j, -0.6 - 2.9j, 0.05 + 0.02j)
HUGE = (1e160 + 1e160j, -3e180 + 1e150j)
FUNCTIONS = {
    "sqrt": (mpmath.sqrt, HUGE), "exp": (mpmath.exp, ()), "exp2": (lambda z: mpmath.power(2, z), ()),
    "expm1": (mpmath.expm1, (1e-12 + 1e-12j,)), "log": (mpmath.log, HUGE), "log2": (lambda z: mpmath.log(z, 2), HUGE),
    "log10": (mpmath.log10, HUGE), "log1p": (lambda z: mpmath.log(1 + z), (1e-12 + 1e-12j,)), "sin": (mpmath.sin, ()),
    "cos": (mpmath.cos, ()), "tan": (mpmath.tan, ()), "sinh": (mpmath.sinh, ()), "cosh": (mpmath.cosh, ()),
    "tanh": (mpmath.tanh, ()), "arcsin": (mpmath.asin, HUGE), "arccos": (mpmath.acos, HUGE), "arctan": (mpmath.atan, HUGE),
    "arcsinh": (mpmath.asinh, HUGE), "arccosh": (mpmath.acosh, HUGE), "arctanh": (mpmath.atanh, HUGE),
    "square": (lambda z: z * z, ()), "reciprocal": (lambda z: 1 / z, ()),
}  # fmt: skip


def exact(function, z: complex, order: int = 1) -> complex:
    with mpmath.workdps(500):
        return complex(mpmath.diff(function, mpmath.mpc(z), order, h=mpmath.mpf(10) ** -60 * (1 + abs(z))))


def of(name: str, source: str = "np.{}(z)"):
    return f"def f(z): return {source.format(name)}"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_first_and_second_derivative(name):
    meaning, hard = FUNCTIONS[name]
    first = grad(of(name), holomorphic=True)
    second = grad(first, holomorphic=True)
    for z in (*POINTS, *hard):
        np.testing.assert_allclose(first(z), exact(meaning, z), rtol=2e-13, err_msg=f"{name} at {z}")
    for z in POINTS:
        np.testing.assert_allclose(second(z), exact(meaning, z, 2), rtol=1e-11, atol=1e-13, err_msg=f"{name} at {z}")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_modes_arrays_and_complex64(name):
    fun = of(name)
    z = np.array(POINTS)
    t, ct = np.array([1.0, 1j, -0.5 + 2j, 0.25, 1 - 1j]), np.array([0.5j, 1.0, 2.0, -1j, 1 + 1j])
    slope = np.array([exact(FUNCTIONS[name][0], p) for p in POINTS])
    _, along = jvp(fun, (z,), (t,))
    np.testing.assert_allclose(along, slope * t, rtol=1e-12)
    out, pullback = vjp(fun, z)
    np.testing.assert_allclose(pullback(ct)[0], slope * ct, rtol=1e-12)
    np.testing.assert_allclose(out, getattr(np, name)(z), rtol=1e-14)
    single, pullback = vjp(fun, z.astype(np.complex64))
    assert single.dtype == pullback(ct.astype(np.complex64))[0].dtype == np.complex64
    np.testing.assert_allclose(pullback(ct.astype(np.complex64))[0], slope * ct, rtol=3e-5, atol=1e-5)
    empty, pullback = vjp(fun, z[:0])
    assert empty.shape == pullback(empty)[0].shape == (0,)


CUTS = {
    "sqrt": (-2.0, 1.0), "log": (-0.5, 1.0), "log2": (-3.0, 1.0), "log10": (-3.0, 1.0), "log1p": (-2.5, 1.0), "arcsin": (2.0, 1.0),
    "arccos": (-1.5, 1.0), "arctanh": (3.0, 1.0), "arccosh": (0.3, 1.0), "arctan": (2.0, 1j), "arcsinh": (-2.0, 1j),
}  # fmt: skip


@pytest.mark.parametrize("name", CUTS)
@pytest.mark.parametrize("side", [1.0, -1.0])
def test_on_a_branch_cut_the_sign_of_the_zero_says_which_side_it_is(name, side):
    place, direction = CUTS[name]
    zero = math.copysign(0.0, side)
    z = complex(place, zero) if direction == 1.0 else complex(zero, place)
    beside = z + (1e-9j if direction == 1.0 else 1e-9) * side
    for fun in (
        of(name),
        of({"arcsin": "asin", "arccos": "acos"}.get(name, name), "cmath.{}(z)") if hasattr(cmath, name) else of(name),
    ):
        np.testing.assert_allclose(grad(fun, holomorphic=True)(z), exact(FUNCTIONS[name][0], beside), rtol=1e-7)


@pytest.mark.parametrize("exponent", ["2", "3", "-1", "-2", "0.5", "2.5", "1.5 - 2j", "0", "1"])
def test_powers(exponent):
    fun = f"def f(z): return z ** ({exponent})"
    n = eval(exponent)
    for z in POINTS:
        np.testing.assert_allclose(grad(fun, holomorphic=True)(z), n * z ** (n - 1), rtol=1e-12)
        check_grads(fun_of(fun), (z,), order=1)
    array = np.array(POINTS)
    np.testing.assert_allclose(jvp(fun, (array,), (array,))[1], n * array**n, rtol=1e-12)


def fun_of(source: str):
    from autodiff_compiler.api.making import function_of

    return function_of(source)


def test_powers_of_two_variables():
    check_grads(power, (1.5 - 0.5j, 0.7 + 2j))
    check_grads(power, (np.array([1.5 - 0.5j, 2j]), np.array([0.7 + 2j, 3.0])))
    check_grads(power, (2.0, 0.7 + 2j))
    check_grads(power, (1.5 - 0.5j, 3.0))


def power(z, n):
    return z**n


def test_powers_of_zero():
    _, pullback = vjp(power, np.zeros(3, complex), np.array([1.0, 2.0, 0.0], complex))
    np.testing.assert_array_equal(pullback(np.ones(3, complex))[0], [1.0, 0.0, 0.0])
    np.testing.assert_array_equal(pullback(np.zeros(3, complex))[0], np.zeros(3))


def size(z):
    return np.abs(z)


def test_the_absolute_value_at_zero_and_where_its_square_overflows():
    z = np.array([0j, 3e200 + 4e200j, 3e-200 - 4e-200j])
    _, pullback = vjp(size, z)
    np.testing.assert_allclose(pullback(np.ones(3))[0], [0.0, 0.6 - 0.8j, 0.6 + 0.8j], rtol=1e-15)
    _, along = jvp(size, (z,), (np.array([1 + 1j, 1.0, 1j]),))
    np.testing.assert_allclose(along, [0.0, 0.6, -0.8], rtol=1e-15)
    assert along.dtype == np.float64


def test_the_square_of_an_absolute_value_is_smooth():
    gradient = grad("def f(z): return abs(z) ** 2")
    assert gradient(0j) == 0
    _, along = jvp(gradient, (0j,), (1 + 2j,))
    assert along == 2 * (1 - 2j)
    norm = grad("def f(z): return np.linalg.norm(z) ** 2")
    np.testing.assert_array_equal(norm(np.array([0j, 1 + 1j])), [0, 2 - 2j])


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_a_zero_cotangent_through_a_singular_point(backend):
    """`div0` and `mul0` of complex numbers."""
    fun = "def f(z): return np.sum(np.abs(np.where(z == 0, 1.0, np.sqrt(z) + 1 / z)))"
    found = grad(fun, backend=backend)(np.array([0j, 4.0 + 0j]))
    np.testing.assert_allclose(found, [0.0, 0.25 - 1 / 16], rtol=1e-15)
