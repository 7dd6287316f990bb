
"""Values that an array holds to the end are read from it; values that only seem to be are saved."""

from __future__ import annotations

import math

import numpy as np
import pytest
from ad_check import check, execute
from test_ad_programs import lowered, optimised

from autodiff_compiler import ad
from autodiff_compiler.ir.types import differentiable, rank
from autodiff_compiler.passes.registry import DEFAULT, run_pipeline


def lu(a):
    a = a.copy()
    n = len(a)
    for k in range(n):
        for i in range(k + 1, n):
            a[i, k] = a[i, k] / a[k, k]
            for j in range(k + 1, n):
                a[i, j] -= a[i, k] * a[k, j]
    s = 0.0
    for k in range(n):
        s += math.log(abs(a[k, k]))
    return s


def recurrence(x):
    y = np.zeros(len(x))
    y[0] = x[0]
    for i in range(1, len(x)):
        y[i] = math.tanh(0.3 * y[i - 1] + x[i])
    return np.sum(y**2)


def grid(x):
    n = len(x)
    y = np.zeros((n, n))
    for i in range(1, n):
        for j in range(1, n):
            y[i, j] = math.sin(y[i - 1, j] + x[i]) * math.exp(y[i, j - 1]) + x[j]
    return np.sum(y**2)


def rows(x):
    h = np.zeros((len(x), len(x)))
    h[0] = x
    for t in range(len(x) - 1):
        h[t + 1] = np.tanh(x * h[t] + x)
    return np.sum(h**2)


def columns(x):
    h = np.zeros((len(x), len(x)))
    h[:, 0] = x
    for t in range(len(x) - 1):
        h[:, t + 1] = np.tanh(x * h[:, t] + x)
    return np.sum(h**2)


def row_that_may_be_broadcast(w, x):
    h = np.zeros((len(x), len(x)))
    h[0] = x
    for t in range(len(x) - 1):
        h[t + 1] = np.tanh(w @ h[t])
    return np.sum(h**2)


def carried_into_a_history(x):
    history = np.zeros(len(x))
    s = 0.5
    for t in range(len(x)):
        history[t] = s
        s = math.sin(s * x[t])
    return s + np.sum(history**2)


def in_a_branch(x):
    y = np.zeros(len(x))
    for i in range(len(x)):
        if x[i] > 0.4:
            y[i] = math.exp(x[i] * x[i])
            y[i] = y[i] * math.exp(y[i])
        else:
            y[i] = math.sin(x[i])
    return np.sum(y**2)


def overwritten_at_once(x):
    y = np.zeros(len(x))
    s = 0.0
    for i in range(len(x)):
        v = math.exp(x[i] + s)
        y[i] = v
        y[i] = y[i] * 3.0
        s += v * x[i]
    return np.sum(y * x) + s


def overwritten_later(x):
    y = np.zeros(len(x))
    s = 0.0
    for i in range(len(x) - 1):
        v = math.exp(x[i] + s)
        y[i + 1] = v
        y[i] = x[i]
        s += v * x[i + 1] * y[i]
    return np.sum(y * x) + s


def overwritten_backwards(x):
    y = np.zeros(len(x))
    s = 0.0
    for i in range(len(x) - 2, -1, -1):
        v = math.exp(x[i] + s)
        y[i + 1] = x[i]
        y[i] = v
        s += v * x[i + 1]
    return np.sum(y * x) + s


def overwritten_after_the_loop(x):
    y = np.zeros(len(x))
    s = 0.0
    for i in range(len(x)):
        v = math.exp(x[i] + s)
        y[i] = v
        s += v * x[i]
    y[1:3] = 0.0
    return np.sum(y * x) + s


def same_place_in_every_iteration(x):
    y = np.zeros(len(x))
    s = 0.0
    for i in range(len(x)):
        v = math.exp(x[i] + s)
        y[1] = v
        s += v * x[i]
    return np.sum(y * x) + s


def index_that_wraps(x):
    y = np.zeros(len(x))
    s = 0.0
    for i in range(len(x)):
        v = math.exp(x[i] + 0.1 * s)
        y[i - 2] = v
        s += v * x[i]
        y[i] = s
    return np.sum(y * x) + s


def broadcast_row(x):
    y = np.zeros((len(x), 3))
    s = np.zeros(1)
    for i in range(len(x)):
        s = np.exp(s * x[i])
        y[i] = s
    return np.sum(y**2) + s[0]


def not_in_every_iteration(x):
    y = np.zeros(len(x))
    s = 0.0
    for i in range(len(x)):
        v = math.exp(x[i] + 0.1 * s)
        if i % 2 == 0:
            y[i] = v
        s += v * x[i]
    return np.sum(y * x) + s


X = np.array([0.5, -0.4, 1.2, 0.9])
M = np.random.default_rng(0).normal(size=(4, 4)) * 0.4 + 3 * np.eye(4)

NOTHING_SAVED = [
    (lu, [M]),
    (recurrence, [X]),
    (rows, [X]),
    (columns, [X]),
    (carried_into_a_history, [X]),
    (overwritten_after_the_loop, [X]),
]
SOMETHING_SAVED = [
    (row_that_may_be_broadcast, [M / 4, X]),
    (overwritten_at_once, [X]),
    (overwritten_later, [X]),
    (overwritten_backwards, [X]),
    (same_place_in_every_iteration, [X]),
    (index_that_wraps, [X]),
    (broadcast_row, [X]),
    (not_in_every_iteration, [X]),
]
EITHER = [(grid, [X]), (in_a_branch, [X])]


def saved_ranks(program, args) -> list[int]:
    fn = run_pipeline(lowered(program, args), DEFAULT)
    plans = ad.residual_plans(fn, [differentiable(p.type) for p in fn.params])
    return [rank(choice.type) for plan in plans for choice in plan.saved]


def name(case) -> str:
    return getattr(case, "__name__", "args")


@pytest.mark.parametrize(("program", "args"), NOTHING_SAVED + SOMETHING_SAVED + EITHER, ids=name)
def test_derivatives(program, args):
    fn = lowered(program, args)
    check(fn, args)
    check(optimised(fn), args)


@pytest.mark.parametrize(("program", "args"), NOTHING_SAVED, ids=name)
def test_nothing_is_saved(program, args):
    assert saved_ranks(program, args) == []


@pytest.mark.parametrize(("program", "args"), SOMETHING_SAVED, ids=name)
def test_what_is_overwritten_is_saved(program, args):
    assert saved_ranks(program, args)


def test_everything_is_saved_on_request():
    """`grid` recomputes the argument of its sine from saved values; with `save_all` it does not."""
    fn = run_pipeline(lowered(grid, [X]), DEFAULT)
    active = [differentiable(p.type) for p in fn.params]
    plans = ad.residual_plans(fn, active, save_all=True)
    assert not [c for plan in plans for c in plan.choices if c.how == "recompute" and differentiable(c.type)]
    some, every = (ad.reverse(fn, active, with_value=False, name="g", save_all=flag) for flag in (False, True))
    np.testing.assert_allclose(execute(every, [X])[0], execute(some, [X])[0], rtol=1e-13)
