"""`check_grads` passes what is right and fails what is wrong."""

import math

import numpy as np
import pytest

from autodiff_compiler import check_grads, stop_gradient
from autodiff_compiler.testing import numeric_gradient, numeric_jvp


def test_right_ones_pass():
    check_grads(lambda x: math.sin(x) * x, (0.7,))
    check_grads(lambda x, n: np.sum(x**2) * n, (np.array([1.0, 2.0]), 3))
    check_grads(lambda p: p["a"] * p["b"][0], ({"a": 2.0, "b": (3.0, 1.0)},))
    check_grads(lambda x: x * 2, (np.float32(1.5),), order=1)


@pytest.mark.parametrize("mode", ["fwd", "rev"])
def test_a_wrong_derivative_is_found(mode):
    # What stop_gradient hides from the compiler, differences still see.
    with pytest.raises(AssertionError, match="disagrees with numerical differentiation"):
        check_grads(lambda x: x * stop_gradient(x), (2.0,), order=1, modes=(mode,))


def test_a_wrong_second_derivative_is_found_at_second_order():
    def f(x):
        return x * x * x + stop_gradient(x) - stop_gradient(x)

    check_grads(f, (2.0,), order=2)

    def g(x):
        return x * stop_gradient(x) - stop_gradient(x) * x + x * x

    check_grads(g, (2.0,), order=1)


def test_unknown_mode():
    with pytest.raises(ValueError, match="modes"):
        check_grads(lambda x: x, (1.0,), modes=("sideways",))


def test_numeric_derivatives():
    x = np.array([1.0, 2.0])
    np.testing.assert_allclose(numeric_gradient(lambda v: np.sum(v**3), [x]), 3 * x**2, rtol=1e-8)
    (slope,) = numeric_jvp(lambda v: np.sum(v**3), [x], [np.array([1.0, 0.0])], 1e-5)
    assert slope == pytest.approx(3.0)
    np.testing.assert_array_equal(x, [1.0, 2.0])
