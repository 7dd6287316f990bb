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


def smoothed(a):
    s = 0.0
    for v in a:
        s = 0.75 * s + 0.25 * v
    return np.sqrt(s * s + a[0])


def nested(a):
    t = 0.0
    for i in range(2):
        for j in range(len(a)):
            t += a[i] * a[j] * a[j]
    return np.sqrt(t * t)


def scaled(a):
    return 0.5 * max(a[0], 0.0) + a[1] if max(a[2], 0.0) < 0.1 else a[1]


def started_from_a_python_number(a):
    t = 0.5
    for v in a:
        t = np.tanh(t) * v
    return t


def rounded_in_a_loop(a):
    """Of a known length: it is one of Python's after the last trip."""
    t = a[0]
    for v in a:
        t = 0.7 * float(v)
    return np.sum(t * np.arange(3.0))


SAME = [
    clipped,
    reset,
    compared_and_stored,
    strong_on_both,
    ends_as_python,
    beside_float64,
    smoothed,
    nested,
    scaled,
    started_from_a_python_number,
    rounded_in_a_loop,
]


@pytest.mark.parametrize("f", SAME)
@pytest.mark.parametrize("a", [[0.3, 0.8, -0.4, 0.6], [0.35, 0.45, -0.75, -0.2]])
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


def negated_by_numpy(a):
    return np.negative(max(a[0], 0.0)) * a[1]


def added_by_numpy(a):
    return np.add(max(a[0], 0.0), 1.0) * a[1]


def in_a_list(a):
    return np.sum(np.array([max(a[0], 0.0), a[1]]) * a[2])


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
        u = np.square(t)
        t = v if v > 0 else 1.0
    return u + t


def filled(a):
    return np.sum(np.full(3, max(a[0], 0.0)))


def added_on_one_path(a):
    t = 0.0
    for v in a:
        if v > 0:
            t += v
    return np.sqrt(t)


REFUSED = [
    of_a_function,
    negated_by_numpy,
    added_by_numpy,
    in_a_list,
    of_an_integer,
    no_loop_on_one_path,
    carried_by_a_loop,
    filled,
    added_on_one_path,
]


@pytest.mark.parametrize("f", REFUSED)
def test_refused_where_the_difference_shows(f):
    a = np.array([0.3, 0.8, -0.4, 0.7], np.float32)
    with pytest.raises(UnsupportedError, match="float32 on one path") as caught:
        value_and_grad(f)(a)
    assert caught.value.code == "AD102"
    value_and_grad(f)(a.astype(float))
