"""Products with sparse matrices from outside."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
import scipy.sparse.linalg
from linalg_check import check, check_numba, matrix

from autodiff_compiler import UnsupportedError, grad

DENSE = matrix(4, 3) * (matrix(4, 3, seed=1) > -0.3)
DENSE[1] = 0.0
MAKERS = [sp.csr_array, sp.csc_array, sp.coo_array, sp.csr_matrix]
v, w = matrix(3), matrix(4)


@pytest.mark.parametrize("make", MAKERS)
def test_products(make):
    S = make(DENSE)
    check(lambda x: np.sin(S @ x), v)
    check(lambda x: np.sin(S @ np.outer(x, x)), v, second=False)
    check(lambda x: np.sin(S.T @ x) * (x @ S) + S.T.dot(x), w)
    check(lambda x: np.sin(S.toarray() @ x), v, second=False)


def test_the_gradient_is_the_transpose():
    S = sp.csr_array(DENSE)
    np.testing.assert_allclose(grad(lambda x: w @ (S @ x))(v), S.T @ w, rtol=1e-14)


def test_what_is_stored_twice_adds_up():
    S = sp.coo_array((np.array([1.0, 2.0, 4.0]), (np.array([0, 0, 1]), np.array([1, 1, 0]))), shape=(2, 2))
    np.testing.assert_allclose(grad(lambda x: np.sum(S @ x))(np.ones(2)), [4.0, 3.0])


def test_what_it_holds_is_read_at_each_call():
    S = sp.csr_array(DENSE)
    g = grad(lambda x: np.sum(S @ x) + np.sum(S.T @ np.ones(4)) * x[0])
    for _ in range(2):
        np.testing.assert_allclose(g(v), S.T @ np.ones(4) + np.array([np.sum(S.data), 0.0, 0.0]), rtol=1e-13)
        S.data = S.data * 2.0 + 1.0


def test_empty_and_single_precision():
    S = sp.csr_array((3, 3), dtype=np.float32)
    assert np.array_equal(grad(lambda x: np.sum(S @ x))(np.ones(3)), np.zeros(3))
    T = sp.csr_array(DENSE.astype(np.float32))
    bar = grad(lambda x: np.sum(T @ x))(v.astype(np.float32))
    assert bar.dtype == np.float32
    np.testing.assert_allclose(bar, np.sum(DENSE, axis=0), rtol=1e-5)


def test_numba():
    S = sp.csr_array(DENSE)
    check_numba(lambda x: np.sin(S @ x), v)


def test_refusals():
    S = sp.dia_array(np.eye(3))
    with pytest.raises(UnsupportedError, match=r"the format 'dia'(?s:.*)S.tocsr"):
        grad(lambda x: np.sum(S @ x))(v)
    T = sp.csr_array(np.eye(3))
    with pytest.raises(UnsupportedError, match="is not supported"):
        grad(lambda x: np.sum((T * x[0]) @ x))(v)
    with pytest.raises(ValueError, match="dimension mismatch"):
        grad(lambda x: np.sum(T @ x))(np.ones(4))


@pytest.mark.parametrize("make", MAKERS[:2])
def test_systems(make):
    S = make(DENSE[[0, 2, 3]] + 3.0 * np.eye(3))
    check(lambda x: np.sin(scipy.sparse.linalg.spsolve(S, x)), v)
    check(lambda x: scipy.sparse.linalg.spsolve(S, np.outer(x, x * x)), v, second=False)
    check_numba(lambda x: np.sin(scipy.sparse.linalg.spsolve(S, x)), v)
    with pytest.raises(ValueError, match=r"pass b\[:, 0\]"):
        grad(lambda x: np.sum(scipy.sparse.linalg.spsolve(S, x)))(v[:, None])
