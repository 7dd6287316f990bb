"""Factorisations, eigenvalues, singular values, pseudoinverses and least squares."""

from __future__ import annotations

import numpy as np
import pytest
from linalg_check import check, check_numba, matrix, positive

from autodiff_compiler import grad, jvp, value_and_grad

SYMMETRIC = [positive(3, 3), positive(1, 1), positive(2, 3, 3), positive(2, 1, 2, 2)]
ANY = [matrix(3, 3), matrix(1, 1), matrix(5, 3), matrix(3, 5), matrix(2, 4, 3)]


@pytest.mark.parametrize("a", SYMMETRIC)
def test_cholesky(a):
    check(lambda a: np.linalg.cholesky(a), a)
    check(lambda a: np.linalg.cholesky(a, upper=True), a, second=False)


@pytest.mark.parametrize("a", SYMMETRIC)
def test_eigenvalues(a):
    check(lambda a: np.linalg.eigvalsh(a), a)
    check(lambda a: np.linalg.eigh(a).eigenvectors ** 2, a, tolerance=1e-6)

    def both(a):
        w, v = np.linalg.eigh(a, "U")
        return v**2 * w[..., None, :]

    check(both, a, tolerance=1e-6, second=False)


@pytest.mark.parametrize("a", ANY)
def test_qr(a):
    check(lambda a: np.linalg.qr(a)[0], a, step=3e-3, tolerance=1e-6)
    check(lambda a: np.linalg.qr(a, "r"), a, step=3e-3, tolerance=1e-6)

    def both(a):
        q, r = np.linalg.qr(a)
        return q * r[..., :1, :1]

    check(both, a, step=3e-3, tolerance=1e-6, second=False)


@pytest.mark.parametrize("a", ANY)
def test_singular_values(a):
    def leading(a):
        u, s, vh = np.linalg.svd(a, full_matrices=False)
        return u[..., :, :1] * s[..., :1, None] ** 2 * vh[..., :1, :]

    check(lambda a: np.linalg.svdvals(a), a, step=3e-3, tolerance=1e-6)
    check(lambda a: np.linalg.svd(a, full_matrices=False)[0] ** 2, a, step=1e-3, tolerance=1e-5)
    check(lambda a: np.linalg.svd(a, full_matrices=False).Vh ** 2, a, step=1e-3, tolerance=1e-5, second=False)
    check(leading, a, step=1e-3, tolerance=1e-5)


@pytest.mark.parametrize("a", ANY)
def test_pseudoinverses(a):
    check(lambda a: np.linalg.pinv(a), a, step=3e-3, tolerance=1e-6)


@pytest.mark.parametrize("a", [matrix(3, 3), matrix(2, 2, 2)])
def test_a_pseudoinverse_reads_one_triangle(a):
    check(lambda a: np.linalg.pinv(a, hermitian=True), a, step=3e-3, tolerance=1e-6)
    (slope,) = grad(lambda a: np.sum(np.linalg.pinv(a, hermitian=True) ** 2), argnums=(0,))(a)
    assert np.all(np.triu(slope, 1) == 0.0)


def test_a_pseudoinverse_of_constant_rank():
    def low(x, y):
        return np.linalg.pinv(x @ y, rcond=1e-10)

    check(low, matrix(4, 2), matrix(2, 3), step=1e-3, tolerance=1e-6)


@pytest.mark.parametrize("a", [matrix(5, 3), matrix(3, 3), matrix(3, 5)])
def test_least_squares(a):
    check(lambda a, b: np.linalg.lstsq(a, b)[0], a, matrix(len(a)), step=3e-3, tolerance=1e-6)
    check(lambda a, b: np.linalg.lstsq(a, b)[1], a, matrix(len(a), 2), step=3e-3, tolerance=1e-6, second=False)


# -- equal values ------------------------------------------------------------------------------------------------------


def test_functions_of_equal_eigenvalues():
    """What is symmetric in them has a derivative."""
    a = np.diag([2.0, 2.0, 3.0])
    np.testing.assert_allclose(grad(lambda a: np.sum(np.linalg.eigvalsh(a) ** 2))(a), 2 * a, atol=1e-14)
    np.testing.assert_allclose(grad(lambda a: np.sum(np.linalg.svdvals(a)))(np.eye(3)), np.eye(3), atol=1e-14)


def test_a_space_of_equal_eigenvalues():
    turned = np.linalg.qr(matrix(4, 4))[0]
    a = turned @ np.diag([1.0, 1.0, 1.0, 3.0]) @ turned.T
    weights = matrix(4, 4, seed=1)

    def inside(a):
        a = 0.5 * (a + a.T)
        v = np.linalg.eigh(a)[1][:, :3]
        return np.sum(weights * (v @ v.T))

    def outside(a):
        a = 0.5 * (a + a.T)
        v = np.linalg.eigh(a)[1][:, 3:]
        return -np.sum(weights * (v @ v.T))

    expected = grad(outside)(a)
    assert np.isfinite(expected).all()
    np.testing.assert_allclose(grad(inside)(a), expected, atol=1e-12)


def test_vectors_of_equal_values_have_none():
    weights = matrix(3, 3)

    def function_of_matrix(a):
        w, v = np.linalg.eigh(a)
        return np.sum(weights * ((v * w) @ v.T))

    def polar(a):
        u, s, vh = np.linalg.svd(a)
        return np.sum(weights * (u @ vh)) + s[0]

    a = np.diag([2.0, 2.0, 3.0])
    for f in (function_of_matrix, polar):
        assert np.isnan(grad(f)(a)).any()
        assert np.isnan(jvp(f, (a,), (np.ones((3, 3)),))[1])


def test_a_matrix_of_low_rank():
    """What reads only the singular values and vectors that are not 0 has a derivative."""
    x, y = matrix(5, 2), matrix(2, 4)

    def rebuilt(x, y):
        u, s, vh = np.linalg.svd(x @ y, full_matrices=False)
        return (u[:, :2] * s[:2]) @ vh[:2]

    check(rebuilt, x, y, step=1e-3, tolerance=1e-6, second=False)
    weights = np.cos(1.0 + np.arange(20)).reshape(5, 4)
    x_bar, y_bar = grad(lambda x, y: np.sum(weights * rebuilt(x, y)), (0, 1))(x, y)
    np.testing.assert_allclose(x_bar, weights @ y.T, atol=1e-12)
    np.testing.assert_allclose(y_bar, x.T @ weights, atol=1e-12)


# -- failures, empty matrices, single precision, the other backend ------------------------------------------------------


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_failures(backend):
    def f(a, b, c):
        return np.sum(np.linalg.cholesky(a)) + np.sum(np.linalg.svdvals(b)) + np.sum(np.linalg.svd(c)[0])

    g, one = grad(f, backend=backend), np.eye(2)
    with pytest.raises(np.linalg.LinAlgError, match="Matrix is not positive definite"):
        g(-one, one, one)
    with pytest.raises(np.linalg.LinAlgError, match="must be square"):
        g(np.ones((2, 3)), one, one)
    with pytest.raises(np.linalg.LinAlgError, match="SVD did not converge"):
        g(one, np.full((2, 2), np.nan), one)
    with pytest.raises(NotImplementedError, match="write full_matrices=False"):
        g(one, one, np.ones((2, 3)))


@pytest.mark.parametrize("shape", [(0, 0), (0, 2, 2), (2, 0, 0)])
def test_empty(shape):
    def f(a):
        u, s, vh = np.linalg.svd(a)
        w, v = np.linalg.eigh(a)
        q, r = np.linalg.qr(a)
        sums = np.sum(u) + np.sum(s) + np.sum(vh) + np.sum(w) + np.sum(v) + np.sum(q) + np.sum(r)
        return sums + np.sum(np.linalg.cholesky(a)) + np.sum(np.linalg.pinv(a))

    assert grad(f)(np.zeros(shape)).shape == shape


def everything(a):
    w, v = np.linalg.eigh(a)
    u, s, vh = np.linalg.svd(a[..., :2], full_matrices=False)
    q, r = np.linalg.qr(a)
    sums = np.sum(np.linalg.cholesky(a)) + np.sum(w[..., None, :] * v**2) + np.sum(u**2 * s[..., None, :]) + np.sum(vh**2)
    return sums + np.sum(q * r) + np.sum(np.linalg.pinv(a[..., :2]))


def spread(a):
    q, r = np.linalg.qr(a)
    return np.sum(np.linalg.cholesky(a)) + np.sum(np.linalg.eigh(a)[1] ** 2) + np.sum(np.linalg.svdvals(a)) + np.sum(r)


def test_numba():
    check_numba(spread, positive(2, 3, 3))


def test_numba_second_order():
    a = positive(3, 3)

    def f(a):
        return np.sum(np.linalg.eigvalsh(a) ** 3) + np.sum(np.linalg.cholesky(a))

    def g(a):
        return np.sum(grad(f)(a) ** 2)

    np.testing.assert_allclose(grad(g, backend="numba")(a), grad(g)(a), rtol=1e-8)


def test_numba_least_squares():
    check_numba(lambda a, b: np.linalg.lstsq(a, b)[0], matrix(5, 3), matrix(5))


def test_float32():
    a = positive(3, 3).astype(np.float32)
    value, bar = value_and_grad(everything)(a)
    assert value.dtype == bar.dtype == np.float32
    np.testing.assert_allclose(bar, grad(everything)(a.astype(float)), rtol=1e-4, atol=1e-5)
