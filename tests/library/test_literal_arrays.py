"""Arrays of many numbers in the program are one constant."""

from __future__ import annotations

import numpy as np
import pytest

from autodiff_compiler import grad, value_and_grad
from autodiff_compiler.testing import check_grads

x = np.array([0.5, 1.2, 2.1])


def weighted(x):
    w = np.array([0.1, 0.2, -0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 2.0, 2.1])
    return np.sum(np.sin(x) ** 2 * w.reshape(7, 3)) + w[2] * x[0] ** 3


def picked(x):
    places = np.array([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, -1])
    return np.sum(x[places] ** 3)


def written(x):
    """Equal arrays are one constant, until one of them is written."""
    a = np.array([[1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], [1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]])
    b = np.array([[1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], [1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]])
    total = 0.0
    for i in range(2):
        c = np.array([1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21])
        a[i, 0] = x[0] * c[i]
        c[0] = x[1]
        total = total + np.sum(c * c) * x[2]
    return np.sum(a * b) ** 2 + total


def chosen(x):
    mask = np.array([[True, False, True]] * 8)
    single = np.array([0.1, 0.2, 0.3] * 8, dtype=np.float32)
    return np.sum(mask * x**2) + np.sum(single) * np.sum(x)


PROGRAMS = [weighted, picked, written, chosen]


@pytest.mark.parametrize("function", PROGRAMS)
def test_python(function):
    np.testing.assert_allclose(value_and_grad(function)(x)[0], function(x), rtol=1e-13)
    check_grads(function, (x,), order=2)


@pytest.mark.parametrize("function", PROGRAMS)
def test_numba(function):
    expected, slope = value_and_grad(function)(x)
    found, other = value_and_grad(function, backend="numba")(x)
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    np.testing.assert_allclose(other, slope, rtol=1e-6)


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_text(backend):
    compiled = grad(weighted, backend=backend)
    compiled(x)
    text = compiled.source()
    assert "np.array([0.1, 0.2, -0.3, 0.4" in text
    assert "= 0.2\n" not in text


def test_numbers_that_are_not_finite():
    def f(x):
        return x * np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0] * 3 + [np.inf, np.nan])

    value, _ = value_and_grad(lambda x: np.sum(f(x)[:21]))(2.0)
    assert value == 168.0
