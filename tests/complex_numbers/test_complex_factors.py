"""Orthogonal factors, pseudoinverses and least squares of complex matrices, and the functions of `scipy.linalg`."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg
from complex_programs import plane, real
from test_complex_matrices import hermitian, total

from autodiff_compiler import UnsupportedError, grad, jvp, value_and_grad, vjp
from autodiff_compiler.testing import check_grads

SHAPES = [(3, 3), (2, 4), (2, 4, 2)]
a, right = plane(3, 3) + 2.0 * np.eye(3), plane(3, 2, seed=1)


def factors(z):
    q, r = np.linalg.qr(z)
    return total(q) + total(r)


def inverted(z):
    return total(np.linalg.pinv(z))


def fitted(z, b):
    x, squares, _, values = np.linalg.lstsq(z, b, rcond=None)
    return total(x) + np.sum(squares) + np.sum(values**2)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("function", [factors, inverted])
def test_shapes(function, shape):
    z = plane(*shape)
    np.testing.assert_allclose(jvp(function, (z,), (z,))[0], function(z), rtol=1e-11)
    check_grads(function, (z,), order=1)


@pytest.mark.parametrize("function", [factors, inverted])
def test_second_order(function):
    check_grads(function, (plane(3, 2),), order=2)


def test_the_phases_of_the_factors_are_kept():
    """`r` has a real diagonal, also along any direction."""
    _, r_dot = jvp(lambda z: np.linalg.qr(z)[1], (a,), (plane(3, 3, seed=2),))
    np.testing.assert_allclose(np.diagonal(r_dot).imag, 0.0, atol=1e-14)
    np.testing.assert_allclose(np.tril(r_dot, -1), 0.0)


@pytest.mark.parametrize(
    ("z", "b"), [(plane(4, 2), plane(4)), (real(4, 2), plane(4, 3)), (plane(2, 3), real(2))]
)
def test_least_squares(z, b):
    np.testing.assert_allclose(value_and_grad(fitted)(z, b)[0], fitted(z, b), rtol=1e-11)
    check_grads(fitted, (z, b), order=1)


@pytest.mark.parametrize("z", [plane(4, 2), plane(2, 3), plane(3, 3), real(4, 2)], ids=str)
def test_the_values_of_least_squares_to_second_order(z):
    b = plane(len(z))
    check_grads(lambda z: np.sum(np.linalg.lstsq(z, b, rcond=None)[3] ** 3), (z,), order=2)


def test_least_squares_of_lower_rank():
    z = np.outer(plane(4), plane(3)) @ plane(3, 3, seed=3)
    value = jvp(lambda z: total(np.linalg.lstsq(z, right[[0, 1, 2, 0]], rcond=1e-10)[0]), (z,), (z,))[0]
    np.testing.assert_allclose(value, total(np.linalg.lstsq(z, right[[0, 1, 2, 0]], rcond=1e-10)[0]), rtol=1e-9)
    np.testing.assert_allclose(np.linalg.lstsq(z, right[[0, 1, 2, 0]], rcond=1e-10)[2], 1)


@pytest.mark.parametrize("function", [inverted, lambda z: fitted(z, right)])
def test_numba(function):
    (expected, slope), (found, other) = (value_and_grad(function, backend=backend)(a) for backend in ("python", "numba"))
    np.testing.assert_allclose(found, expected, rtol=1e-10)
    np.testing.assert_allclose(other, slope, rtol=1e-9)


def test_single_precision():
    single = plane(3, 2).astype(np.complex64)
    for function in (np.linalg.pinv, lambda z: np.linalg.qr(z)[0], lambda z: np.linalg.lstsq(z, single, rcond=None)[0]):
        out, pullback = vjp(lambda z, function=function: function(z), single)
        assert (out.dtype, pullback(out)[0].dtype) == (np.complex64, np.complex64)
        np.testing.assert_allclose(out, function(single), rtol=1e-3, atol=1e-4)


# -- scipy.linalg ------------------------------------------------------------------------------------------------------

spd = hermitian(a)
SCIPY = {
    "solve": lambda z: total(scipy.linalg.solve(z, right)),
    "hermitian": lambda z: total(np.linalg.qr(z)[1] * np.linalg.svd(hermitian(z), hermitian=True)[0]),
    "solve_toeplitz": lambda z: total(scipy.linalg.solve_toeplitz(z[0] + np.array([9.0, 0.0, 0.0]), right)),
    "solve hermitian": lambda z: total(scipy.linalg.solve(z + spd, right, assume_a="her")),
    "solve symmetric": lambda z: total(scipy.linalg.solve(z + spd, right, assume_a="sym", lower=True)),
    "triangle": lambda z: total(scipy.linalg.solve_triangular(z, right)),
    "triangle, adjoint": lambda z: total(scipy.linalg.solve_triangular(z, right, trans="C", lower=True)),
    "triangle, transposed": lambda z: total(scipy.linalg.solve_triangular(z, right[:, 0], trans=1, unit_diagonal=True)),
    "cho_solve": lambda z: total(scipy.linalg.cho_solve(scipy.linalg.cho_factor(hermitian(z)), right)),
    "generalised, above": lambda z: total(scipy.linalg.eigvalsh(z, hermitian(z), lower=False)),
    "sylvester": lambda z: total(scipy.linalg.solve_sylvester(z, spd, z @ spd)),
    "sqrtm": lambda z: total(scipy.linalg.sqrtm(z)),
    "logm": lambda z: total(scipy.linalg.logm(z)),
    "lu": lambda z: sum(total(x) for x in scipy.linalg.lu(z)),
    "lu of tall and wide ones": lambda z: sum(total(x) for f in (z[:, :2], z[:2]) for x in scipy.linalg.lu(f, permute_l=True)),
    "lu_solve": lambda z: sum(total(scipy.linalg.lu_solve(scipy.linalg.lu_factor(z), right, trans)) for trans in (0, 1, 2)),
    "lu_factor": lambda z: total(scipy.linalg.lu_factor(z)[0]),
    "solve_banded": lambda z: total(scipy.linalg.solve_banded((1, 1), z + 0.0, right)),
    "solveh_banded": lambda z: total(scipy.linalg.solveh_banded(z[:2] + np.array([[3.0], [0.0]]), right, lower=True)),
    "lyapunov": lambda z: total(scipy.linalg.solve_continuous_lyapunov(z, spd) + scipy.linalg.solve_discrete_lyapunov(0.1 * z, spd)),
    "eig": lambda z: total(scipy.linalg.eig(z)[1]) + total(scipy.linalg.eigvals(z)),
    "toeplitz": lambda z: total(scipy.linalg.toeplitz(z[0])),
}


@pytest.mark.parametrize("name", SCIPY)
def test_functions_of_scipy(name):
    function = SCIPY[name]
    np.testing.assert_allclose(jvp(function, (a,), (a,))[0], function(a), rtol=1e-9)
    check_grads(function, (a,), order=1)


@pytest.mark.parametrize("name", ["lu", "lu_solve", "solve_banded"])
def test_functions_of_scipy_to_second_order(name):
    check_grads(SCIPY[name], (a,), order=2)


def test_what_is_refused():
    with pytest.raises(UnsupportedError, match="driver='evd'"):
        grad(lambda z: total(scipy.linalg.eigh(z)[1]))(spd)
    with pytest.raises(UnsupportedError, match="transposed=True"):
        grad(lambda z: total(scipy.linalg.solve(z, right, transposed=True)))(a)
    with pytest.raises(UnsupportedError, match="scipy.linalg.lu"):
        grad(lambda z: total(scipy.linalg.lu(z)[1]), backend="numba")(a)
    with pytest.raises(NotImplementedError, match="use scipy.linalg.lu"):
        grad(lambda z: total(scipy.linalg.lu_factor(z)[0]))(plane(3, 2))
    with pytest.raises(UnsupportedError, match="complete orthogonal factor"):
        grad(lambda z: total(np.linalg.qr(z, mode="complete")[0]))(plane(3, 2))
    with pytest.raises(np.linalg.LinAlgError, match="singular matrix"):
        grad(SCIPY["triangle"])(np.triu(a) * [1.0, 0.0, 1.0])
    with pytest.raises(NotImplementedError, match="square root"):
        grad(SCIPY["sqrtm"])(np.diag([1.0, -1.0, 2.0]) + 0j)
    with pytest.raises(UnsupportedError, match="qr"):
        grad(factors, backend="numba")(a)
