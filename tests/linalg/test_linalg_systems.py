"""`np.linalg.solve`, `inv`, `det` and `slogdet`, and what shares their factors."""

from __future__ import annotations

import numpy as np
import pytest
from linalg_check import check, check_numba, matrix, positive, regular

from autodiff_compiler import AutodiffError, grad, value_and_grad
from autodiff_compiler.backends.prelude import numpy_linalg

SOLVE = [
    (regular(3, 3), matrix(3)),
    (regular(4, 4), matrix(4, 2)),
    (regular(1, 1), matrix(1)),
    (regular(2, 3, 3), matrix(3, 2)),
    (regular(3, 3), matrix(2, 3, 2)),
    (regular(2, 1, 3, 3), matrix(2, 3, 1)),
    (regular(2, 3, 3), matrix(3)),
    (np.array([[0.0, 2.0], [3.0, 1.0]]), matrix(2)),  # rows are exchanged
]


@pytest.mark.parametrize(("a", "b"), SOLVE)
def test_solve(a, b):
    check(lambda a, b: np.linalg.solve(a, b), a, b)


@pytest.mark.parametrize("a", [regular(3, 3), regular(1, 1), regular(2, 3, 3), regular(2, 1, 2, 2)])
def test_inverses_and_determinants(a):
    check(lambda a: np.linalg.inv(a), a)
    check(lambda a: np.linalg.det(a), a)
    check(lambda a: np.linalg.slogdet(a).logabsdet, a)
    check(lambda a: np.linalg.slogdet(-a)[0] * np.linalg.slogdet(a)[1], a)


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_the_derivative_of_a_determinant_is_its_cofactors(n):
    a = matrix(n, n, seed=4)
    cofactors = [[(-1) ** (i + j) * np.linalg.det(np.delete(np.delete(a, i, 0), j, 1)) for j in range(n)] for i in range(n)]
    np.testing.assert_allclose(grad(lambda a: np.linalg.det(a))(a), cofactors, rtol=1e-10)


def posterior(noise, x, y):
    """The marginal likelihood of a Gaussian process."""
    k = np.exp(-0.5 * (x[:, None] - x[None, :]) ** 2) + noise * np.eye(len(x))
    sign, logdet = np.linalg.slogdet(k)
    return -0.5 * y @ np.linalg.solve(k, y) - 0.5 * sign * logdet


def test_one_matrix_is_factored_once():
    args = np.array(0.3), np.linspace(0.0, 2.0, 5), np.sin(np.arange(5.0))
    check(posterior, np.float64(args[0]), *args[1:], step=3e-3)
    text = value_and_grad(posterior, (0, 1, 2)).source(np.float64(0.3), *args[1:])
    body = text[text.index("def posterior_value_and_grad") :]
    assert body.count("lu_factor(") == 1


def repeated(a, b):
    """Factors of each turn are kept for the way back."""
    for _ in range(3):
        b = np.linalg.solve(a + 0.1 * b[:, None] * b[None, :], b)
        a = a + 0.1 * np.linalg.inv(a)
    return np.sum(b) + np.linalg.det(a)


def test_in_a_loop():
    check(repeated, regular(3, 3), matrix(3))


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_a_singular_matrix(backend):
    def f(a, b):
        return np.sum(np.linalg.solve(a, b))

    singular = np.array([[1.0, 2.0], [2.0, 4.0]])
    with pytest.raises(np.linalg.LinAlgError, match="Singular matrix"):
        grad(f, backend=backend)(singular, np.ones(2))
    with pytest.raises(np.linalg.LinAlgError, match="must be square"):
        grad(f, backend=backend)(np.ones((2, 3)), np.ones(2))
    with pytest.raises(ValueError, match="size 3 is different from 2"):
        grad(f, backend=backend)(np.eye(2), np.ones(3))


def test_what_numpy_makes_of_singular_matrices():
    singular = np.array([[1.0, 2.0], [2.0, 4.0]])
    value, bar = value_and_grad(lambda a: np.linalg.det(a))(singular)
    assert value == 0.0
    assert np.isnan(bar).all()
    assert value_and_grad(lambda a: np.linalg.slogdet(a)[1])(singular)[0] == -np.inf
    with pytest.raises(np.linalg.LinAlgError):
        grad(lambda a: np.sum(np.linalg.inv(a)))(np.stack([np.eye(2), singular]))


def test_not_a_number_is_no_error():
    a = np.array([[np.nan, 1.0], [1.0, 2.0]])
    assert np.isnan(value_and_grad(lambda a: np.sum(np.linalg.inv(a)))(a)[0])


@pytest.mark.parametrize("shape", [(0, 0), (0, 2, 2), (2, 0, 0)])
def test_empty(shape):
    bar = grad(lambda a: np.sum(np.linalg.inv(a)) + np.sum(np.linalg.det(a)))(np.zeros(shape))
    assert bar.shape == shape
    bar = grad(lambda b: np.sum(np.linalg.solve(np.eye(3), b)))(np.zeros((3, 0)))
    assert bar.shape == (3, 0)


def test_float32():
    a = regular(3, 3).astype(np.float32)
    value, bar = value_and_grad(lambda a: np.sum(np.linalg.inv(a)) + np.linalg.det(a))(a)
    assert value.dtype == bar.dtype == np.float32
    expected = grad(lambda a: np.sum(np.linalg.inv(a)) + np.linalg.det(a))(a.astype(float))
    np.testing.assert_allclose(bar, expected, rtol=1e-5)


def several(a, b, stack):
    x = np.linalg.solve(a, b)
    sign, log = np.linalg.slogdet(stack)
    return np.sum(np.linalg.solve(stack, x[:, None])) + np.sum(sign * log) + np.sum(np.linalg.inv(a)) + np.linalg.det(a)


def test_numba():
    check_numba(several, regular(3, 3), matrix(3), positive(2, 3, 3))


def test_numba_second_order():
    args = regular(3, 3), matrix(3)

    def f(a, b):
        return np.sum(np.linalg.solve(a, b) ** 2)

    def g(a, b):
        return np.sum(grad(f)(a, b) ** 2)

    np.testing.assert_allclose(grad(g, backend="numba")(*args), grad(g)(*args), rtol=1e-10)


def test_without_scipy(monkeypatch):
    """The helpers of the Python backend compute the same without LAPACK."""
    a, b = matrix(2, 4, 4, seed=3), matrix(4, 2)
    found = []
    for lapack in (numpy_linalg.LAPACK, None):
        monkeypatch.setattr(numpy_linalg, "LAPACK", lapack)
        lu, pivots, regular_ = numpy_linalg.lu_factor(a)
        assert regular_
        solutions = [numpy_linalg.lu_solve(lu, pivots, b, transposed) for transposed in (False, True)]
        triangles = [
            numpy_linalg.solve_triangular(a, b, lower, transposed, unit)
            for lower in (False, True) for transposed in (False, True) for unit in (False, True)
        ]  # fmt: skip
        found.append([lu, pivots, *solutions, *triangles])
    for one, other in zip(*found):
        np.testing.assert_allclose(one, other, rtol=1e-10)
    np.testing.assert_allclose(solutions[1], np.linalg.solve(np.swapaxes(a, -1, -2), b), rtol=1e-10)


def test_vectors_are_refused():
    with pytest.raises(AutodiffError, match=r"AD204.*must be at least two-dimensional"):
        grad(lambda a: np.sum(np.linalg.inv(a)))(np.ones(3))
