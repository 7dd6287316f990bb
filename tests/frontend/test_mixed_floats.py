"""A float32 on one path, a Python number on another: as CPython, in type and value, or refused."""

import math

import numpy as np
import pytest

from autodiff_compiler import UnsupportedError, value_and_grad


def clipped(a):
    return max(a[0], 0.0) * a[1] + min(a[2], 2) * a[3]


def reset(a):
    t = 0.0
    for v in a:
        t = 0.0 if v > 0.7 else t + v * v
    return t * a[0]


def compared_and_stored(a):
    b = np.zeros_like(a)
    for i in range(len(a)):
        b[i] = max(a[i], 0.0)
        y = a[i] if b[i] > 0 else 1.0
        if -y < -0.5:
            b[i] += y
        b[i] *= math.sin(y)
    return np.sum(b)


def strong_on_both(a):
    return np.tanh(max(a[0], np.float32(0.25))) * 0.3


def ends_as_python(a):
    t = a[0]
    for v in a:
        t = 0.7 * float(v)
    return t * a[1]


def beside_float64(a):
    return np.sum(max(a[0], 0.5) * np.arange(3.0)) * a[1]


SAME = [clipped, reset, compared_and_stored, strong_on_both, ends_as_python, beside_float64]


@pytest.mark.parametrize("f", SAME)
@pytest.mark.parametrize("a", [[0.3, 0.8, -0.4, 0.6], [-0.3, 0.45, 0.75, 0.2]])
def test_agrees_with_cpython(f, a):
    given = np.array(a, np.float32)
    value, gradient = value_and_grad(f)(given)
    assert value == f(given)
    assert type(value) is type(f(given))
    assert gradient.dtype == np.float32
    wide = given.astype(float)
    differences = [(f(wide + e) - f(wide - e)) / 2e-6 for e in 1e-6 * np.eye(4)]
    np.testing.assert_allclose(gradient, differences, rtol=1e-5, atol=1e-5)


def of_a_function(a):
    return np.tanh(max(a[0], -0.25))


def beside_a_python_number(a):
    return a[1] if a[0] > 5 else 0.3 * max(a[0], 0.0)


def of_an_integer(a):
    return np.arctan(max(2, a[0]))


def no_loop_on_one_path(a):
    t = 0.0
    if a[0] > 0:
        for v in a:
            t += v
    return np.arcsinh(t)


def carried_by_a_loop(a):
    t = a[0]
    u = t
    for v in a:
        u = t * t
        t = v if v > 0 else 1.0
    return u + t


def rounded_in_a_loop(a):
    t = a[0]
    for v in a:
        t = 0.7 * float(v)
    return np.sum(t * np.arange(3.0))


def filled(a):
    return np.sum(np.full(3, max(a[0], 0.0)))


def against_a_rounded_constant(a):
    return a[0] if max(a[0], 0.0) < 0.1 else a[1]


REFUSED = [
    of_a_function,
    beside_a_python_number,
    of_an_integer,
    no_loop_on_one_path,
    carried_by_a_loop,
    rounded_in_a_loop,
    filled,
    against_a_rounded_constant,
]


@pytest.mark.parametrize("f", REFUSED)
def test_refused_where_the_difference_shows(f):
    a = np.array([0.3, 0.8, -0.4, 0.7], np.float32)
    with pytest.raises(UnsupportedError, match="float32 on one path") as caught:
        value_and_grad(f)(a)
    assert caught.value.code == "AD102"
    value_and_grad(f)(a.astype(float))
