"""Writes of arrays to parts of arrays under Numba: by a loop where they share no memory, by a slice where they may."""

import numpy as np
import pytest

from autodiff_compiler import value_and_grad

X, A = np.array([0.3, 1.2, -0.7, 2.0]), np.arange(1.0, 13.0).reshape(3, 4) / 7


def overlapping(x):
    a = x * 2.0
    a[1:] = a[:-1]
    return a @ x


def overlapping_sum(x):
    a = x * 2.0
    a[1:] += a[:-1]
    return a @ x


def overlapping_difference(x):
    a = x * 2.0
    part = a[::-1]
    a[:] -= part
    return a @ x


def overlapping_rows(A):
    b = A * 1.0
    view = b.T
    b[0, :3] = view[0]
    return np.sum(b * A)


def rows(A):
    b = np.zeros((2, 3, 4))
    b[0] = A * A
    b[1, 1] = A[0] * 3.0
    b[1] -= A
    return np.sum(b**2)


def columns(A):
    b = np.zeros((4, 3))
    b.T[:] = A
    b[:, 1] += A[1] ** 2
    b[::-1, 0] -= A[2]
    return np.sum(b**3)


def stretched(A):
    b = np.ones((3, 4))
    b[:, 1:] = A[:, :1] ** 2
    b[1:] += A[:1]
    b[0, :2] -= A[1, :1]
    return np.sum(b**2)


def saved(A):
    h = np.zeros(4)
    for k in range(len(A)):
        h = np.tanh(h * A[k])  + A[k]
        for j in range(4):
            h[j] = h[j] * h[j - 1]
    return h.sum()


def high_rank(A):
    b = np.zeros((2, 2, 3, 4))
    b[1, 0] = A
    b[0] = A**2
    b[:, 1] += b[0, 1] * A
    return np.sum(b**2)


def small_floats(x):
    a = np.zeros((2, 4), np.float32)
    a[0] = x
    a[1] += x
    return np.sum(a * a)


def complex_numbers(x):
    a = np.zeros((2, 4), complex)
    a[0] = x * 1j
    a[1] -= a[0] * x
    return np.sum(np.abs(a) ** 2)


PROGRAMS = [
    (overlapping, X), (overlapping_sum, X), (overlapping_difference, X), (overlapping_rows, A), (rows, A), (columns, A), (stretched, A),
    (saved, A), (high_rank, A), (small_floats, X.astype(np.float32)), (complex_numbers, X),
]  # fmt: skip


@pytest.mark.parametrize(("f", "x"), PROGRAMS, ids=lambda p: getattr(p, "__name__", ""))
def test_as_cpython_numba(f, x):
    value, slope = value_and_grad(f, backend="numba")(x)
    assert np.isclose(value, f(x), rtol=1e-5 if x.dtype == np.float32 else 1e-12)
    wide = x.astype(float)
    direction = np.cos(np.arange(x.size)).reshape(x.shape)
    if f is small_floats:
        expected = np.sum(4.0 * wide * direction)
    else:
        steps = [(f(wide + h * direction) - f(wide - h * direction)) / (2 * h) for h in (1e-3, 5e-4)]
        expected = (4 * steps[1] - steps[0]) / 3
    assert np.isclose(np.sum(slope * direction), expected, rtol=1e-5 if x.dtype == np.float32 else 1e-7)


@pytest.mark.parametrize(("f", "x"), [(saved, A), (high_rank, A)], ids=["saved", "high_rank"])
def test_no_slice_is_assigned_to(f, x):
    kernel = value_and_grad(f, backend="numba").source(x).split("_kernel(", 1)[1]
    assert "assign(" in kernel
    assert "[:] =" not in kernel
