"""Programs with complex numbers: values and derivatives in both modes and both backends, second order, complex64, empty arrays."""

from __future__ import annotations

import numpy as np
import pytest
from complex_programs import PROGRAMS, plane, products, promotions, reduced, split_step

from autodiff_compiler import grad, hvp, jvp, value_and_grad, vjp
from autodiff_compiler.testing import check_grads, numeric_gradient
from autodiff_compiler.testing.numeric import float_leaves

EACH = [pytest.param(p, args, id=f"{p.fun.__name__}-{k}") for p in PROGRAMS for k, args in enumerate(p.samples)]
FIRST = [pytest.param(p, p.samples[0], id=p.fun.__name__) for p in PROGRAMS]


def varied(args):
    return tuple(k for k, arg in enumerate(args) if float_leaves(arg))


def is_single(args):
    return any(np.asarray(leaf).dtype in (np.float32, np.complex64) for leaf in float_leaves(args))


@pytest.mark.parametrize(("program", "args"), EACH)
def test_python(program, args):
    check_grads(program.fun, args, order=2 if program.second else 1, verify=True)
    wrt = varied(args)
    value, gradients = value_and_grad(program.fun, argnums=wrt, check="first")(*args)
    np.testing.assert_allclose(value, program.fun(*args), rtol=1e-12)
    tolerance = 2e-2 if is_single(args) else 2e-6
    for k, gradient in zip(wrt, gradients, strict=True):
        expected = float_leaves(numeric_gradient(program.fun, args, k, eps=1e-3 if is_single(args) else 1e-6))
        for found, wanted, leaf in zip(float_leaves(gradient), expected, float_leaves(args[k]), strict=True):
            assert np.asarray(found).dtype == np.asarray(leaf).dtype
            np.testing.assert_allclose(found, wanted, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize(("program", "args"), FIRST)
def test_numba(program, args):
    wrt = varied(args)
    expected = value_and_grad(program.fun, argnums=wrt)(*args)
    found = value_and_grad(program.fun, argnums=wrt, backend="numba")(*args)
    for a, b in zip(float_leaves(found), float_leaves(expected), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)
        assert np.asarray(a).dtype == np.asarray(b).dtype


@pytest.mark.parametrize("fun", [products, split_step])
def test_numba_in_forward_mode_and_second_order(fun):
    (args, *_) = next(p for p in PROGRAMS if p.fun is fun).samples
    wrt = varied(args)
    rng = np.random.default_rng(3)
    along = tuple(
        (rng.normal(size=np.shape(x)) + (1j * rng.normal(size=np.shape(x)) if np.iscomplexobj(x) else 0))
        if k in wrt
        else None
        for k, x in enumerate(args)
    )
    np.testing.assert_allclose(jvp(fun, args, along, backend="numba")[1], jvp(fun, args, along)[1], rtol=1e-10)
    first = (along[0], *[None] * (len(args) - 1))
    np.testing.assert_allclose(hvp(fun, args, first, backend="numba"), hvp(fun, args, first), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("backend", ["python", "numba"])
@pytest.mark.parametrize("single", [False, True])
def test_results_that_are_complex(backend, single):
    def fun(z, x):
        w = z * np.exp(1j * x) + x
        return w * w[::-1], np.sum(w), x * 2

    z, x = plane(3), np.array([0.1, -0.7, 1.3])
    if single:
        z, x = z.astype(np.complex64), x.astype(np.float32)
    z_dot, x_dot = np.ones_like(z) * 1j, np.cos(x)
    seeds = (np.full_like(z, 2 - 1j), z.dtype.type(0.5j), np.ones_like(x))
    out, dots = jvp(fun, (z, x), (z_dot, x_dot), backend=backend)
    again, pullback = vjp(fun, z, x, backend=backend)
    z_bar, x_bar = pullback(seeds)
    assert (z_bar.dtype, x_bar.dtype) == (z.dtype, x.dtype)
    for found, once_more, expected in zip(out, again, fun(z, x), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-5 if single else 1e-13)
        np.testing.assert_allclose(once_more, expected, rtol=1e-5 if single else 1e-13)
    left = sum(np.real(np.sum(s * d)) for s, d in zip(seeds, dots))
    right = np.real(np.sum(z_bar * z_dot)) + np.sum(x_bar * x_dot)
    np.testing.assert_allclose(left, right, rtol=1e-5 if single else 1e-13)


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_empty_arrays(backend):
    for fun in (promotions, lambda x, z: np.sum(np.abs(z) ** 2) + np.vdot(z, z * x).real):
        x_bar, z_bar = grad(fun, argnums=(0, 1), backend=backend)(np.zeros(0), np.zeros(0, complex))
        assert (x_bar.shape, x_bar.dtype, z_bar.shape, z_bar.dtype) == ((0,), np.float64, (0,), np.complex128)


def test_broadcasting():
    def fun(z, w, x):
        return np.sum(np.abs(z[:, None] * w + x) ** 2) + np.sum((w * x).imag)

    check_grads(fun, (plane(3), plane(1, 4, seed=2), np.array(0.7)))
    check_grads(fun, (plane(1), plane(3, 1, seed=2), 0.7))


def test_a_gradient_inside_a_program():
    def fun(z):
        return np.sum(np.abs(grad(reduced)(z)) ** 2)

    check_grads(fun, (plane(3),))


def test_captured_complex_numbers_are_read_at_each_call():
    factor, table = 2.0 - 1j, plane(3)

    def fun(z):
        return abs(np.sum(table * z) * factor) ** 2

    gradient, z = grad(fun), plane(3, seed=4)
    np.testing.assert_allclose(gradient(z), numeric_gradient(fun, (z,)), rtol=1e-7)
    factor, table[0] = 5j, 0.5
    np.testing.assert_allclose(gradient(z), numeric_gradient(fun, (z,)), rtol=1e-7)
