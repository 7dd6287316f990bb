"""Parameters that bear the names of what printed code calls."""

import numpy as np
import pytest

from autodiff_compiler import value_and_grad


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_parameters_that_would_hide_something(backend):
    def f(np, rows, range_, range):
        total = 0.0
        for i in (0, 1):
            total += np[i] * rows[i, 0] + range * range_
        return total + (np * np).sum() + rows.sum(axis=1).sum()

    args = np.array([1.0, 2.0]), np.array([[3.0], [4.0]]), 5.0, 6.0
    value, (d_np, d_rows, d_range_, d_range) = value_and_grad(f, (0, 1, 2, 3), backend=backend)(*args)
    assert value == f(*args)
    np.testing.assert_array_equal(d_np, [5.0, 8.0])
    np.testing.assert_array_equal(d_rows, [[2.0], [3.0]])
    assert (d_range_, d_range) == (12.0, 10.0)


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_a_capture_that_would_hide_something(backend):
    max = 3.0

    def f(x, n):
        total = 0.0
        for i in np.arange(n):
            total += x[i] * max * len(x)
        return total

    value, gradient = value_and_grad(f, backend=backend)(np.ones(3), 2)
    assert value == 18.0
    np.testing.assert_array_equal(gradient, [9.0, 9.0, 0.0])


def test_the_parameter_is_seen_to_be_renamed(tmp_path):
    def f(np, x):
        return x * np[0] + np.sum()

    derivative = value_and_grad(f, "x")
    assert "def f_value_and_grad(np_, x):" in derivative.source(np.ones(2), 3.0)
