"""Derivatives of functions of `scipy.linalg`."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg as la
from linalg_check import check, check_numba, matrix, positive, regular

from autodiff_compiler import UnsupportedError, grad

v, r, square, near = matrix(3), matrix(3, 2), regular(3, 3), np.eye(3) + 0.3 * matrix(3, 3)
pos, other = positive(3, 3), positive(3, 3, seed=1)


def by_lu(a):
    factors = la.lu_factor(a)
    return la.lu_solve(factors, r) + la.lu_solve(factors, v, 1)[:, None]


def by_cholesky(a):
    return la.cho_solve(la.cho_factor(a), v)[:, None] + la.cho_solve(la.cho_factor(a, True), r)


FUNCTIONS = {
    "solve_triangular": (lambda a: la.solve_triangular(a, r, lower=True) + la.solve_triangular(a, a[:, :2], trans=1), square),
    "unit diagonal": (lambda a: la.solve_triangular(a, r, unit_diagonal=True), square),
    "cholesky": (lambda a: la.cholesky(a) + la.cholesky(a, lower=True), pos),
    "cho_factor": (lambda a: la.cho_factor(a)[0], pos),
    "cho_solve": (by_cholesky, pos),
    "lu": (lambda a: la.lu(a)[1] + la.lu(a)[2] + la.lu(a, permute_l=True)[0], matrix(3, 3)),
    "lu_factor": (lambda a: la.lu_factor(a)[0], matrix(3, 3)),
    "lu_solve": (by_lu, square),
    "solve": (lambda a: la.solve(a, v) + la.solve(a, v, assume_a="pos") + la.solve(a, v, True, assume_a="sym"), pos),
    "inv": (lambda a: la.inv(a) * la.det(a), square),
    "pinv": (lambda a: la.pinv(a) * la.norm(a, 2), r),
    "solve_sylvester": (lambda a: la.solve_sylvester(a, a[:2, :2], r), square),
    "eigvalsh": (lambda a: la.eigvalsh(a) + la.eigh(a, other, eigvals_only=True), pos),
    "eigvalsh of a metric": (lambda a: la.eigvalsh(other, a, lower=False), pos),
    "eigh": (lambda a: la.eigh(a, driver="evd")[1] ** 2 + la.eigh(a)[1] ** 2 * la.eigh(a, lower=False)[1] ** 2, pos),
    "generalised eigh": (lambda a: la.eigh(a, other)[1] * la.eigh(a, other)[0] + la.eigh(other, a, lower=False)[1], pos),
    "banded": (lambda a: la.solve_banded((1, 1), a, r) + la.solveh_banded(np.stack((0.1 * a[0], 3.0 + a[1] ** 2)), r), pos),
    "lyapunov": (lambda a: la.solve_continuous_lyapunov(a, other) + la.solve_discrete_lyapunov(0.1 * a, other), square),
    "svd": (lambda a: la.svd(a, full_matrices=False)[0] ** 2 * la.svdvals(a), r),
    "qr": (lambda a: la.qr(a)[0] + la.qr(a, mode="r")[0], square),
    "expm": (lambda a: la.expm(a), matrix(2, 3, 3)),
    "expm of a large matrix": (lambda a: la.expm(a), np.array([[-9.0, 4.0], [3.0, -7.0]])),
    "sqrtm": (lambda a: la.sqrtm(a), near),
    "logm": (lambda a: la.logm(a), near),
    "toeplitz": (lambda a: la.toeplitz(a) @ a + la.toeplitz(a, a**2) @ a, v),
    "hankel": (lambda a: la.hankel(a) @ a + la.hankel(a, a**2) @ a, v),
    "circulant": (lambda a: la.circulant(a) @ a, v),
    "block_diag": (lambda a: la.block_diag(a, a[0], a @ a), square),
}
SECOND = ("solve_triangular", "cho_solve", "lu", "lu_solve", "solve", "generalised eigh", "banded", "expm", "sqrtm", "logm", "toeplitz")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions(name):
    f, a = FUNCTIONS[name]
    check(f, a, step=2e-3, tolerance=2e-6, second=name in SECOND)


def test_one_cholesky_factor_serves_both_sweeps():
    """A Gaussian process."""

    def loss(a):
        factor = la.cho_factor(a, lower=True)
        return 0.5 * v @ la.cho_solve(factor, v) + np.sum(np.log(np.diag(factor[0])))

    check(loss, pos)
    text = grad(loss).source(pos)
    assert text[text.index("def loss_grad") :].count("cholesky(") == 1


def test_functions_of_equal_eigenvalues():
    """Of the identity, in every direction."""
    a, along = np.eye(3), matrix(3, 3)
    for f, factor in ((la.expm, np.e), (la.sqrtm, 0.5), (la.logm, 1.0)):
        bar = grad(lambda a, f=f: np.sum(along * f(a)))(a)
        np.testing.assert_allclose(bar, factor * along, rtol=1e-7, atol=1e-9)


def test_what_is_complex_is_refused():
    a = np.diag([1.0, -2.0, 3.0])
    with pytest.raises((NotImplementedError, np.linalg.LinAlgError)):
        grad(lambda a: np.sum(la.sqrtm(a)))(a)
    with pytest.raises((NotImplementedError, np.linalg.LinAlgError)):
        grad(lambda a: np.sum(la.logm(a)))(a)


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_failures(backend):
    g = grad(lambda a, b: np.sum(la.solve_triangular(a, b)), backend=backend)
    with pytest.raises(np.linalg.LinAlgError, match="singular matrix"):
        g(np.zeros((2, 2)), np.ones(2))
    with pytest.raises(ValueError, match="infs or NaNs"):
        g(np.full((2, 2), np.nan), np.ones(2))


def test_vectors_of_equal_values_of_a_pair():
    """Of the values alone the derivative is there, of single vectors it is NaN; they are refused under Numba."""
    one = np.eye(2)
    np.testing.assert_allclose(grad(lambda a: np.sum(la.eigh(a, 2.0 * one)[0]))(one), 0.5 * one)
    assert np.isnan(grad(lambda a: np.sum(matrix2 * la.eigh(a, 2.0 * one)[1]))(one)).any()
    with pytest.raises(UnsupportedError, match="AD606"):
        grad(lambda a: np.sum(la.eigh(a, other)[1]), backend="numba")(pos)


matrix2 = matrix(2, 2)


def test_numba():
    check_numba(lambda a: by_cholesky(a)[:, 0] + by_lu(a)[:, 0], pos)
    check_numba(lambda a: la.sqrtm(a), near)
