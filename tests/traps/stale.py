"""Functions that change after they were differentiated: how a derivative is made, and checked again after each change."""

import numpy as np
import pytest

from autodiff_compiler import grad, jvp, value_and_grad, vjp

DERIVE = {
    "grad": lambda f, **o: grad(f, **o),
    "value_and_grad": lambda f, **o: lambda x: value_and_grad_of(f, o)(x)[1],
    "jvp": lambda f, **o: lambda x: jvp(f, (x,), (1.0,), **o)[1],
    "vjp": lambda f, **o: lambda x: vjp(f, x, **o)[1](1.0)[0],
    "nested": lambda f, **o: nested(f, o),
}
known = {}


def value_and_grad_of(f, o):
    return known.setdefault((f, *o.items()), value_and_grad(f, **o))


def nested(f, o):
    """The derivative of a function that holds a derivative of `f`: of x times f'(x), less f'(x)."""
    inner = grad(f)

    def times(x, k):
        return inner(x) * k

    outer = grad(times, argnums=1, **o)
    return lambda x: outer(x, 1.0)


def slope(f, x):
    h = 1e-4
    return (4 * (f(x + h) - f(x - h)) / (2 * h) - (f(x + 2 * h) - f(x - 2 * h)) / (4 * h)) / 3


def check(derivative, f, x=0.7):
    np.testing.assert_allclose(derivative(x), slope(f, x), rtol=1e-7, atol=1e-8)


def changes(f, *steps, derive="grad", x=0.7, **options):
    """The derivative is right at first and after each of the steps."""
    derivative = DERIVE[derive](f, **options)
    check(derivative, f, x)
    for step in steps:
        step()
        check(derivative, f, x)
        check(derivative, f, x)


def square(x):
    return x * x


def make():
    def f(x, k=2.0, *, m=3.0):
        return k * x * x + m * x

    return f


all_ways = pytest.mark.parametrize("derive", list(DERIVE))
