"""Derivatives inside differentiated functions, and the classic cases of perturbation confusion.  Expected values by hand."""

import numpy as np
import pytest

from autodiff_compiler import UnsupportedError, grad, jvp, value_and_grad

SCALE = 3.0


def cube(x):
    return x**3


def scaled_square(x):
    return SCALE * x * x


def times(x, y):
    return x * y


def total(p):
    return np.sum(p["a"] ** 2) * p["b"]


@grad
def slope(x):
    return x * x


def test_grad_inside():
    def f(x):
        return x * grad(cube)(x)  # 3 x^3

    assert grad(f)(2.0) == pytest.approx(36.0)
    assert jvp(f, (2.0,), (1.0,)) == pytest.approx((24.0, 36.0))


def test_a_decorated_function_inside():
    def f(x):
        return slope(x) * x  # 2 x^2

    assert grad(f)(3.0) == pytest.approx(12.0)


def test_value_and_grad_inside_with_a_capture():
    def f(x):
        value, derivative = value_and_grad(scaled_square)(x)
        return value + derivative  # 3 x^2 + 6 x

    assert grad(f)(2.0) == pytest.approx(18.0)


def test_in_a_loop_and_by_keyword():
    def f(x):
        total = 0.0
        for _ in range(3):
            total += grad(times, argnums="y")(x, y=2)  # d/dy x*y = x
        return total * x

    assert grad(f)(2.0) == pytest.approx(12.0)


def test_perturbation_confusion():
    # d/dx (x * d/dy (x * y)) = 2 x
    def outer(x):
        return x * grad(times, 1)(x, 1.0)

    assert grad(outer)(4.0) == 8.0


def test_containers_inside():
    def f(a):
        g = grad(total)({"a": a, "b": 2.0})  # {"a": 4 a, "b": sum(a^2)}
        return np.sum(g["a"]) + g["b"]

    np.testing.assert_allclose(grad(f)(np.array([1.0, 2.0])), [6.0, 8.0])


def test_a_nested_function_is_refused():
    def f(x):
        def inner(y):
            return x * y

        return grad(inner)(x)

    with pytest.raises(UnsupportedError, match="AD190"):
        grad(f)(2.0)
    with pytest.raises(UnsupportedError, match="AD190"):
        grad(lambda x: jvp(cube, (x,), (1.0,))[1])(2.0)
