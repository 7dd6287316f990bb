"""`.flat`, shapes that are assigned, `squeeze` without an axis, `np.nditer`: values as CPython has them, and their derivatives."""

from __future__ import annotations

import numpy as np
import pytest
from sample_values import m23, t234, v4

from autodiff_compiler import UnsupportedError, UserError, grad, jvp
from autodiff_compiler.testing import check_grads

six = np.array([0.3, 1.2, -0.7, 2.0, 0.9, 1.4])


def total(y):
    return np.sum(y * np.reshape(np.arange(1.0, y.size + 1.0), y.shape)) + np.sum(y * y)


def read(x):
    return x.flat[2] ** 2 * x.flat[-1] + total(x.flat[1:4]) + total(x.flat[[0, 0, 5]]) + len(x.flat) * x.flat[0]


def written(x):
    a = np.zeros((3, 4))
    a.flat[1] = x[0] ** 2
    a.flat[-1] += x[1]
    a.flat[::5] = x
    a.flat[[2, 3]] = x[2]
    b = np.ones((2, 5))
    b.flat = x
    return total(a) + total(b)


def through_a_view(x):
    a = np.outer(x, x)
    a[1:].flat[0] = x[0] * 3.0
    a.T.flat[1] = x[1]
    return total(a)


def run_over(x):
    result, a = 0.0, x * 1.0
    for i, v in enumerate(a.flat):
        result += i * v * v
        if i == 1:
            a[0, 2] = result
    return result


def compared(x):
    return total(np.where(x.flat > 0.0, x.flatten() ** 2, 0.0)) + np.sum(x.flat.copy() ** 3)


def reshaped(x):
    a = x * 1.0
    b = a
    view = a[:2]
    a.shape = (2, 3)
    view[1] = x[5] ** 2
    a[:, 0] *= 3.0
    return total(b[0] * a[1])


def reshaped_together(x):
    a, b = x * 1.0, np.ones((3, 2)) * x[0]
    a.shape = b.shape = (2, -1)
    b.shape = b.size
    return total(a) + b[0] * b[5]


def reshaped_in_a_loop(x):
    a = np.outer(x[:2], x[:3])
    for _ in range(3):
        a.shape = (a.shape[1], a.shape[0])
    return total(a[0])


def reshaped_by_a_helper(x):
    def turned(a):
        a.shape = (3, 2)

    a = x * x
    turned(a)
    return total(a[:, 0])


def reshaped_on_one_path(x):
    a = x * x
    if x[0] > 0.0:
        a.shape = (2, 3)
    else:
        a.shape = (3, 2)
    return total(a.T)


def reshaped_after_picking(x):
    a = x[np.arange(6).reshape(2, 3)] * 2.0
    a.shape = a.size
    a[1:] *= x[0]
    return total(a)


def squeezed(x):
    a = np.squeeze(np.sum(x, axis=0, keepdims=True)) * x[None, 0, :, None].squeeze()
    return total(a) + total(np.squeeze(x.reshape(1, -1, 1))) + np.squeeze(np.ones((1, 1)) * x[0, 0]) ** 2


def iterated(x):
    result = 0.0
    for i, v in enumerate(np.nditer(np.outer(x, x))):
        result += i * v * v
    return result


def in_fortran_order(x):
    a, b = np.zeros((2, 3), order="F"), np.array(x.reshape(2, 3), order="F")
    a[0] = x[:3]
    a.ravel(order="F")[1] = 7.0
    return total(a) + total(b.copy("F").ravel("K")) + total(b.ravel(order="A"))


PROGRAMS = {
    "read": (read, m23),
    "written": (written, v4[:3]),
    "through a view": (through_a_view, v4[:3]),
    "run over": (run_over, m23),
    "compared": (compared, m23),
    "reshaped": (reshaped, six),
    "reshaped together": (reshaped_together, six),
    "reshaped in a loop": (reshaped_in_a_loop, six),
    "reshaped by a helper": (reshaped_by_a_helper, six),
    "reshaped on one path": (reshaped_on_one_path, six),
    "reshaped after picking": (reshaped_after_picking, six),
    "squeezed": (squeezed, m23),
    "squeezed argument": (lambda x: total(np.squeeze(x)), t234[:, :1]),
    "iterated": (iterated, v4[:3]),
    "in Fortran order": (in_fortran_order, six),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs(name):
    function, x = PROGRAMS[name]
    before = x.copy()
    np.testing.assert_allclose(jvp(function, (x,), (np.ones_like(x),))[0], function(x.copy()), rtol=1e-13)
    check_grads(function, (x,), order=2)
    check_grads(function, (x,), order=1, backend="numba")
    assert np.array_equal(x, before)


def test_a_shape_of_one_that_depends_on_the_data():
    gradient = grad(lambda x, n: np.sum(np.squeeze(x[:n]) ** 2))
    assert np.array_equal(gradient(np.ones((3, 1)), 2), [[2.0], [2.0], [0.0]])
    with pytest.raises(ValueError, match="axis 0 happens to have an extent of 1: name the axes"):
        gradient(np.ones((3, 1)), 1)


def kept_in_a_list(x):
    a = x * 1.0
    held = [a]
    a.shape = (2, 3)
    return np.sum(held[0])


def one_of_two(x):
    a = x * 1.0
    b = a
    if x[0] > 0:
        a = a + 0.0
    a.shape = (2, 3)
    return np.sum(b[0])


def turned(x):
    a = np.outer(x, x).T
    a.shape = (36,)
    return np.sum(a)


def run_over_twice(x):
    it = x.flat
    return sum(v for v in it) + sum(v for v in it)


def with_flags(x):
    return sum(v for v in np.nditer(x, flags=["external_loop"]))


@pytest.mark.parametrize("function", [kept_in_a_list, one_of_two, run_over_twice, with_flags])
def test_refusals(function):
    with pytest.raises(UnsupportedError):
        grad(function)(six)


def test_elements_that_would_have_to_move():
    with pytest.raises((UserError, UnsupportedError), match=r"reshape\(\.\.\.\), and use b from there on"):
        grad(turned)(six)
