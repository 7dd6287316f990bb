"""Arrays that the reverse sweep makes again by running the loop that filled them once more: in compiled code only."""

import numpy as np
import pytest

from autodiff_compiler import explain, grad, value_and_grad

X = np.array([0.9, 1.1, 0.7, 1.3, 0.8])
M = np.arange(1.0, 13.0).reshape(3, 4) / 9


def rates(x, y, k):
    k[0] = x[0]
    for i in range(1, len(x)):
        k[i] = x[i] * y[i - 1]


def midpoint(x, steps):
    """By two stages, of which each takes an array."""
    n = len(x)
    y, k, stage = np.zeros(n), np.zeros(n), np.zeros(n)
    for _ in range(steps):
        rates(x, y, k)
        for i in range(n):
            stage[i] = y[i] + 0.1 * k[i]
        rates(x, stage, k)
        for i in range(n):
            y[i] += 0.2 * k[i] * stage[i]
    return y[n - 1]


def in_two_halves(x, m, steps):
    y, a = x.copy(), np.zeros(len(x))
    for _ in range(steps):
        for i in range(m):
            a[i] = y[i] * x[0]
        for i in range(m, len(x)):
            a[i] = y[i] + x[1]
        for i in range(len(x)):
            y[i] = y[i] * (1.0 - 0.1 * a[i] * a[i])
    return y.sum()


def ends_and_middle(x, steps):
    n = len(x)
    y, flux = x.copy(), np.zeros(n)
    for _ in range(steps):
        flux[-1] = y[n - 1]
        flux[0] = y[0] * x[0]
        for i in range(n - 2, 0, -1):
            flux[i] = y[i + 1] - y[i - 1]
        for i in range(n):
            y[i] -= 0.1 * flux[i] * flux[i]
    return y @ y


def table(A, steps):
    B, C = A.copy(), np.zeros(A.shape)
    for _ in range(steps):
        for i in range(A.shape[0]):
            for j in range(A.shape[1]):
                C[i, j] = B[i, j] * A[i, 0]
        for i in range(A.shape[0]):
            for j in range(A.shape[1]):
                B[i, j] -= 0.1 * C[i, j] ** 3
    return B.sum()


def by_slices(x, steps):
    y = x.copy()
    for _ in range(steps):
        k = x.copy()
        k[1:] *= y[:-1]
        k[::2] += y[::2]
        y = y + 0.1 * k * k
    return y.sum()


AGAIN = [(midpoint, (X, 6)), (in_two_halves, (X, 2, 4)), (ends_and_middle, (X, 5)), (table, (M, 4)), (by_slices, (X, 5))]


def partly(x, steps):
    """What is not written to keeps what earlier iterations wrote."""
    n = len(x)
    y, a = x.copy(), np.zeros(n)
    for t in range(steps):
        for i in range(t % 3, n):
            a[i] = y[i] * x[i]
        for i in range(n):
            y[i] -= 0.1 * a[i] * a[i]
    return y.sum()


def of_itself(x, steps):
    """Each element is made of the one before."""
    y, a = x.copy(), np.zeros(len(x))
    for _ in range(steps):
        a[0] = y[0]
        for i in range(1, len(x)):
            a[i] = y[i] * a[i - 1]
        for i in range(len(x)):
            y[i] -= 0.1 * a[i] * a[i]
    return y.sum()


def in_branches(x, steps):
    y, a = x.copy(), np.zeros(len(x))
    for t in range(steps):
        if t % 2 == 0:
            for i in range(len(x)):
                a[i] = y[i] * x[i]
        for i in range(len(x)):
            y[i] -= 0.1 * a[i] * a[i]
    return y.sum()


def elsewhere(x, where, steps):
    """Places that are no index of the loop: some are left, and some written to twice."""
    y, a = x.copy(), np.zeros(len(x))
    for _ in range(steps):
        for i in range(len(x)):
            a[where[i]] = y[i] * x[i]
        for i in range(len(x)):
            y[i] -= 0.1 * a[i] * a[i]
    return y.sum()


def overwritten(x, steps):
    """What the elements come of is changed before they are read."""
    y, z, a = x.copy(), x.copy(), np.zeros(len(x))
    for _ in range(steps):
        for i in range(len(x)):
            a[i] = y[i] * z[i]
        for i in range(len(x)):
            z[i] = z[i] + a[i] * x[0]
        for i in range(len(x)):
            y[i] -= 0.1 * a[i] * a[i] * z[i]
    return y.sum() + z.sum()


OTHERS = [
    (partly, (X, 5)), (of_itself, (X, 4)), (in_branches, (X, 5)), (elsewhere, (X, np.array([0, 2, 2, 1, 4]), 4)), (overwritten, (X, 4)),
    (in_two_halves, (X, 0, 3)), (in_two_halves, (X, 5, 3)), (in_two_halves, (X, -2, 3)), (midpoint, (X[:1], 3)), (midpoint, (X, 0)),
    (table, (M[:, :0], 2)), (by_slices, (X[:1], 3)),
]  # fmt: skip
PROGRAMS = [*AGAIN, *OTHERS]


def slope(f, args, direction):
    def at(h):
        return f(args[0] + h * direction, *args[1:])

    d = [(at(h) - at(-h)) / (2 * h) for h in (1e-3, 5e-4)]
    return (4 * d[1] - d[0]) / 3


@pytest.mark.parametrize(("f", "args"), PROGRAMS, ids=lambda p: getattr(p, "__name__", None))
@pytest.mark.parametrize("options", [{}, {"save_all": True}, {"disable": ["all"]}], ids=["", "save_all", "plain"])
def test_gradient_numba(f, args, options):
    direction = np.cos(np.arange(args[0].size)).reshape(args[0].shape)
    value, found = value_and_grad(f, backend="numba", **options)(*args)
    assert np.isclose(value, f(*args), rtol=1e-13)
    assert np.isclose(np.sum(found * direction), slope(f, args, direction), rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize(("f", "args"), AGAIN, ids=lambda p: getattr(p, "__name__", None))
def test_what_is_filled_is_not_saved_numba(f, args):
    text = grad(f, backend="numba").source(*args)
    assert not any(f"{name}_saved" in text for name in ("k", "stage", "a", "flux", "C"))


@pytest.mark.parametrize(("f", "args"), [(midpoint, (X, 6)), (table, (M, 4))], ids=["midpoint", "table"])
def test_interpreted_code_saves_them(f, args):
    assert grad(f).source(*args).count("_saved") > grad(f, backend="numba").source(*args).count("_saved")


def test_second_order_numba():
    def first(x):
        return np.sum(grad(midpoint)(x, 4) ** 2)

    direction = np.cos(np.arange(5.0))
    found = grad(first, backend="numba")(X)
    assert np.isclose(found @ direction, slope(first, (X,), direction), rtol=1e-7)


def test_what_is_said_of_it():
    recomputed = explain(grad(midpoint, backend="numba"), X, 6).recomputed
    assert any(one.startswith("stage") for one in recomputed)
    assert not any(one.startswith("stage") for one in explain(grad(midpoint), X, 6).recomputed)
