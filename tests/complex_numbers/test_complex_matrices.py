"""Determinants, factors and eigenvalues of complex matrices, and of real ones that are not symmetric."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg
from complex_programs import plane, real

from autodiff_compiler import UnsupportedError, grad, jvp, vjp
from autodiff_compiler.testing import check_grads

a, stack = plane(3, 3) + 2.0 * np.eye(3), plane(2, 3, 3) + 2.0 * np.eye(3)
r = real(3, 3) + np.diag([1.0, 2.0, 4.0])
turning = np.array([[1.0, -2.0, 0.3], [1.5, 0.5, 0.2], [0.1, 0.4, 3.0]])


def total(z):
    """A real number that every part has a share of its own in."""
    weights = np.cos(1.0 + np.reshape(np.arange(float(z.size)), z.shape))
    return np.sum(weights * np.real(z)) + np.sum(np.sin(2.0 * weights) * np.imag(z)) + np.sum(np.abs(z) ** 2)


def hermitian(z):
    return z @ np.conj(np.swapaxes(z, -1, -2)) + np.eye(z.shape[-1])


def every(function):
    return lambda z: sum(total(part) for part in function(z))


FUNCTIONS = {
    "det": lambda z: total(np.linalg.det(z)),
    "slogdet": lambda z: total(np.linalg.slogdet(z).sign) + total(np.linalg.slogdet(z)[1]),
    "cholesky": lambda z: total(np.linalg.cholesky(hermitian(z))),
    "the triangle that is read": lambda z: total(np.linalg.cholesky(z + 6.0 * np.eye(3))),
    "cholesky above": lambda z: total(np.linalg.cholesky(z + 6.0 * np.eye(3), upper=True)),
    "eigh": every(lambda z: np.linalg.eigh(z)),
    "eigh above": every(lambda z: np.linalg.eigh(z, "U")),
    "eigvalsh": lambda z: total(np.linalg.eigvalsh(hermitian(z))),
    "eig": every(np.linalg.eig),
    "eigvals": lambda z: total(np.linalg.eigvals(z)),
    "expm": lambda z: total(scipy.linalg.expm(z)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions(name):
    function = FUNCTIONS[name]
    np.testing.assert_allclose(jvp(function, (a,), (a,))[0], function(a), rtol=1e-12)
    check_grads(function, (a,), order=2 if name != "expm" else 1)
    check_grads(function, (stack,), order=1)


@pytest.mark.parametrize("matrix", [r, turning, np.stack([r, turning])], ids=["real", "pairs", "stack"])
def test_eigenvalues_of_real_matrices(matrix):
    for function in (every(np.linalg.eig), lambda x: total(np.linalg.eigvals(x))):
        np.testing.assert_allclose(jvp(function, (matrix,), (matrix,))[0], function(matrix), rtol=1e-12)
        check_grads(function, (matrix,), order=1)


def test_second_order_of_real_matrices():
    check_grads(lambda x: total(np.linalg.eigvals(x)), (turning,), order=2)


def test_traces_and_products_of_eigenvalues():
    np.testing.assert_allclose(grad(lambda x: np.sum(np.linalg.eigvals(x).real))(r), np.eye(3), atol=1e-13)
    np.testing.assert_allclose(
        grad(lambda x: np.prod(np.linalg.eigvals(x)).real)(turning), np.linalg.det(turning) * np.linalg.inv(turning).T, rtol=1e-12
    )


def test_single_precision_and_empty_matrices():
    single = a.astype(np.complex64)
    for function in (np.linalg.det, np.linalg.cholesky, np.linalg.eigvals, lambda z: np.linalg.eigh(z)[0]):
        given = hermitian(single).astype(np.complex64)
        out, pullback = vjp(lambda z, function=function: function(z), given)
        assert out.dtype == function(given).dtype
        assert pullback(out)[0].dtype == np.complex64
        np.testing.assert_allclose(np.sort(np.ravel(out)), np.sort(np.ravel(function(given))), rtol=1e-4, atol=1e-4)
    assert grad(lambda z: total(np.linalg.det(z)))(np.zeros((0, 0), complex)).shape == (0, 0)
    assert grad(lambda x: total(np.linalg.eigvals(x)))(np.zeros((2, 0, 0))).shape == (2, 0, 0)


def test_an_integer_matrix():
    value, _ = jvp(lambda x: np.sum(np.linalg.eigvals(np.array([[2, 1], [1, 3]])).real) * x, (2.0,), (1.0,))
    np.testing.assert_allclose(value, 10.0)


def test_errors():
    with pytest.raises(np.linalg.LinAlgError, match="infs or NaNs"):
        grad(lambda x: total(np.linalg.eigvals(x)))(np.full((2, 2), np.nan))
    with pytest.raises(np.linalg.LinAlgError, match="square"):
        grad(lambda x: total(np.linalg.eig(x)[0]))(np.ones((2, 3)))
    with pytest.raises(np.linalg.LinAlgError, match="positive definite"):
        grad(lambda z: total(np.linalg.cholesky(z)))(-hermitian(a))
    with pytest.raises(np.linalg.LinAlgError, match="Singular matrix"):
        grad(lambda z: total(np.linalg.det(z)))(np.ones((2, 2), complex))


def test_compiled_code_calls_none_of_these():
    with pytest.raises(UnsupportedError, match="eig"):
        grad(lambda x: total(np.linalg.eigvals(x)), backend="numba")(r)
