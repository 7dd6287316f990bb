"""Factors of matrices that are not square, of Hermitian ones by their eigenvalues, and systems with a pattern."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg as linalg

from autodiff_compiler import grad, jvp
from autodiff_compiler.testing import check_grads

rng = np.random.default_rng(12)
TALL, WIDE, SQUARE = rng.normal(size=(5, 3)), rng.normal(size=(2, 4)), rng.normal(size=(3, 3))
SYMMETRIC = SQUARE + SQUARE.T
VECTOR, ROW = rng.normal(size=3), rng.normal(size=3)
DOMINANT = VECTOR + np.array([5.0, 0.0, 0.0])
BACKENDS = ("python", "numba")


def total(x):
    return np.sum(x * np.reshape(np.arange(1.0, x.size + 1.0), x.shape)) + np.sum(x * x)


def of_parts(parts):
    return sum(total(part) for part in parts)


PROGRAMS = {
    "complete": (lambda a: of_parts(np.linalg.qr(a, mode="complete")), (TALL,)),
    "complete of a wide one": (lambda a: of_parts(np.linalg.qr(a, "complete")), (WIDE,)),
    "complete of a stack": (lambda a: of_parts(np.linalg.qr(a, "complete")), (rng.normal(size=(2, 4, 2)),)),
    "full": (lambda a: of_parts(linalg.qr(a)), (TALL,)),
    "lu of a tall one": (lambda a: of_parts(linalg.lu(a)), (TALL,)),
    "lu of a wide one": (lambda a: of_parts(linalg.lu(a)), (WIDE,)),
    "lu": (lambda a: of_parts(linalg.lu(a, permute_l=True)) + total(linalg.lu(a, p_indices=True)[1]), (SQUARE,)),
    "hermitian": (lambda a: of_parts(np.linalg.svd(a + a.T, hermitian=True)), (SQUARE,)),
    "hermitian values": (lambda a: total(np.linalg.svd(a + a.T, compute_uv=False, hermitian=True)), (SQUARE,)),
    "solve_toeplitz": (lambda c, r, b: total(linalg.solve_toeplitz((c, r), b)) + total(linalg.solve_toeplitz(c, b)), (DOMINANT, ROW, VECTOR)),
    "matmul_toeplitz": (lambda c, r, x: total(linalg.matmul_toeplitz((c, r), x)), (VECTOR, np.append(ROW, 2.0), WIDE.T)),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_derivatives(name):
    function, args = PROGRAMS[name]
    check_grads(function, args, rtol=1e-5)
    np.testing.assert_allclose(jvp(function, args, args)[0], function(*args), rtol=1e-11)


@pytest.mark.parametrize("name", ["complete", "lu of a tall one", "hermitian", "solve_toeplitz"])
def test_under_numba(name):
    function, args = PROGRAMS[name]
    check_grads(function, args, order=1, backend="numba", rtol=1e-5)


def test_what_the_columns_beyond_span_varies_as_it_must():
    """The projector on them is that on what the others leave."""

    def beyond(a):
        q = np.linalg.qr(a, mode="complete").Q[:, 3:]
        return total(q @ q.T)

    np.testing.assert_allclose(grad(beyond)(TALL), grad(lambda a: total(np.eye(5) - a @ np.linalg.pinv(a)))(TALL), rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("factors", [lambda a: np.linalg.qr(a, "complete"), linalg.qr])
def test_a_column_that_is_reflected_or_not(factors):
    """LAPACK leaves a column alone that has nothing below the diagonal: there its columns jump."""
    with pytest.raises(NotImplementedError, match="without numbers below"):
        grad(lambda a: of_parts(factors(a)))(np.eye(4, 2))


def test_rows_that_are_exchanged():
    ties = np.array([[0.5, 2.0], [-1.0, 1.0], [1.0, 3.0], [0.25, -3.0]])
    for a in (ties, ties.T.copy(), np.zeros((3, 2)), np.zeros((2, 3))):
        for expected, got in zip(linalg.lu(a), jvp(linalg.lu, (a,), (a,))[0]):
            np.testing.assert_allclose(got, expected, rtol=1e-15)
