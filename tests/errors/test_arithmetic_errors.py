"""Errors of Python's own arithmetic come through although the derivative does not need the operation.

The reference is CPython: the function itself, called with the same arguments, raises the same error.
"""

import math

import numpy as np
import pytest

from autodiff_compiler import grad, value_and_grad, vjp


def helper(y):
    return math.sqrt(y)


def in_a_loop(x, n):
    for i in range(n):
        math.log(x - i)
    return x * 2.0


def in_a_branch(x, c):
    if c > 0:
        math.log(x)
    return x * x


def unrolled(x):
    total = 0.0
    for scale in (1.0, 0.0):
        total += x / scale
    return total


def by_a_list(x):
    weights = [2.0, 1.0, x]
    total = 0.0
    for w in weights:
        total += math.log(w)
    return total


def of_the_elements(a):
    total = 0.0
    for i in range(len(a)):
        total += math.log(a[i])
    return total


def after_a_loop(x, n):
    s = x
    for i in range(n):
        s = s * 0.5 - 1.0
    return x + 0.0 * math.acosh(s)


def guarded(x):
    if x <= 0:
        raise KeyError("guard")
    return math.log(x)


RAISING = [
    (lambda x: math.log(x), (-1.0,)),
    (lambda x: math.log(x), (0.0,)),
    (lambda x: math.log2(x) + math.log10(x), (-2.0,)),
    (lambda x: math.log(x, 1.0), (2.0,)),
    (lambda x: math.log1p(x), (-1.0,)),
    (lambda x: x * 2.0 + (math.sqrt(x) > 5.0), (-1.0,)),
    (lambda x: helper(x) and x, (-1.0,)),
    (lambda x: math.acos(x), (2.0,)),
    (lambda x: math.asin(x), (-2.0,)),
    (lambda x: math.atanh(x), (1.0,)),
    (lambda x: math.acosh(x), (0.5,)),
    (lambda x: math.sin(x), (math.inf,)),
    (lambda x, y: (math.sin(y), x)[1], (1.0, math.inf)),
    (lambda x, y: (math.tan(y), x)[1], (1.0, -math.inf)),
    (lambda x: math.pow(x, 0.5), (-1.0,)),
    (lambda x, y: math.pow(x, y), (-1.0, 0.5)),
    (lambda x: math.fmod(x, 0.0), (1.0,)),
    (lambda x: 1.0 / x, (0.0,)),
    (lambda x, y: x / y, (1.0, 0.0)),
    (lambda x, y: x % y, (1.0, 0.0)),
    (lambda x, y: x // y + x, (1.0, 0.0)),
    (lambda x, n: x * (7 // n), (1.0, 0)),
    (lambda x, n: x + 7 % n, (1.0, 0)),
    (lambda x, n: x + (7 << n), (1.0, -1)),
    (lambda x, y: (y**-2.0, x)[1], (1.0, 0.0)),
    (lambda x: (1.0 / x, x)[1], (0.0,)),
    (in_a_loop, (2.0, 3)),
    (in_a_branch, (-1.0, 1)),
    (unrolled, (1.0,)),
    (by_a_list, (-1.0,)),
    (of_the_elements, (np.array([1.0, 0.0, 2.0]),)),
    (after_a_loop, (3.0, 4)),
    (guarded, (-1.0,)),
]


@pytest.mark.parametrize(("fun", "args"), [pytest.param(*c, id=str(k)) for k, c in enumerate(RAISING)])
def test_as_in_python(fun, args):
    with pytest.raises(Exception) as expected:
        fun(*args)
    for derivative in (grad(fun), value_and_grad(fun)):
        with pytest.raises(expected.type) as caught:
            derivative(*args)
        assert caught.value.args == expected.value.args


@pytest.mark.parametrize(
    ("fun", "args"), [pytest.param(*c, id=str(k)) for k, c in enumerate(RAISING) if c[0] is not of_the_elements]
)
def test_in_the_second_derivative(fun, args):
    def first(*values):
        return grad(fun)(*values)

    with pytest.raises(Exception) as expected:
        fun(*args)
    with pytest.raises(expected.type):
        grad(first)(*args)


@pytest.mark.parametrize(("fun", "args"), [pytest.param(*c, id=str(k)) for k, c in enumerate(RAISING)])
def test_in_the_forward_part_of_a_pullback(fun, args):
    with pytest.raises(Exception) as expected:
        fun(*args)
    with pytest.raises(expected.type):
        vjp(fun, *args)


# Inside the domain nothing is raised, and nothing is printed where that is certain.
CERTAIN = [
    (lambda x: math.log(2.0 + x * x) / 2.0, (0.5,)),
    (lambda x: math.log(1 + math.exp(-x)), (0.5,)),
    (lambda x: math.log1p(math.exp(x)) + math.log1p(abs(x)), (0.5,)),
    (lambda x: math.log(x) if x > 0 else -x, (0.5,)),
    (lambda x: x * 3.0 if x == 0 or x < 1e-300 else (1.0 / x, x)[1], (0.5,)),
    (lambda x: x / 3.0 + x**2 + x**3 + math.exp(x), (0.5,)),
    (guarded, (0.5,)),
]


@pytest.mark.parametrize(("fun", "args"), [pytest.param(*c, id=str(k)) for k, c in enumerate(CERTAIN)])
def test_no_check_where_none_is_needed(fun, args):
    derivative = grad(fun)
    derivative(*args)
    assert "math domain error" not in derivative.source()
    assert "ZeroDivisionError" not in derivative.source()


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_python_computes_with_nan_and_infinity(value):
    expected = 1.0 / value
    np.testing.assert_equal(grad(lambda x: math.log(x))(value), expected)


def test_what_raises_anyway_is_not_checked():
    source = grad(lambda x, y: math.exp(x) + x / y, argnums=(0, 1)).source(2.0, 3.0)
    assert "raise" not in source


def test_numpy_values_go_on():
    def f(a):
        return np.log(a[0]) + a[1] / a[0]

    with np.errstate(all="ignore"):
        assert grad(f)(np.array([0.0, 1.0]))[1] == math.inf


def test_numba_follows_ieee():
    pytest.importorskip("numba")
    assert grad(lambda x: math.log(x), backend="numba")(-1.0) == -1.0
    assert grad(lambda x: 1.0 / x, backend="numba")(0.0) == -math.inf
