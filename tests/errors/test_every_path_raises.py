"""A program that raises on every path for the types it is called with raises that, as it does without us."""

import numpy as np
import pytest

from autodiff_compiler import grad, jvp, vjp


def of_a_matrix(A):
    assert A.ndim == 2, "matrix wanted"
    return np.sum(A * A)


def in_a_helper(x):
    return x * of_a_matrix(np.array([x, x]))


def in_a_loop(x):
    for limit in (x, 1.3):
        if limit > 0.5:
            raise AssertionError("matrix wanted")
    return x


@pytest.mark.parametrize("backend", ["python", "numba"])
@pytest.mark.parametrize(("f", "x"), [(of_a_matrix, np.ones(3)), (in_a_helper, 0.3), (in_a_loop, 0.3)])
def test_raises_as_the_program_does(f, x, backend):
    for call in (
        lambda: f(x),
        lambda: grad(f, backend=backend)(x),
        lambda: jvp(f, (x,), (x,), backend=backend),
        lambda: vjp(f, x, backend=backend),
    ):
        with pytest.raises(AssertionError, match="matrix wanted"):
            call()


def test_the_next_call_may_be_right():
    g = grad(of_a_matrix)
    with pytest.raises(AssertionError):
        g(np.ones(3))
    np.testing.assert_array_equal(g(np.ones((2, 2))), 2.0 * np.ones((2, 2)))
