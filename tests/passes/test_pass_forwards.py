"""Loops of the reverse sweep that run forwards: which may, and that the derivatives stay the same."""

import math

import numpy as np
import pytest

from autodiff_compiler import grad
from autodiff_compiler.diagnostics import UNKNOWN
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.text import format_function
from autodiff_compiler.ir.verify import verify
from autodiff_compiler.passes import forwards
from autodiff_compiler.passes.registry import PASSES

X = np.array([0.3, -1.2, 0.7, 1.1])


def scaled(x, n):
    """Element by element, in place: each iteration has its own."""
    y = x.copy()
    for i in range(len(y)):
        y[i] = math.sin(y[i]) * x[i]
    return np.sum(y * y)


def neighbours(x, n):
    """Adjoints of neighbours are only added to."""
    y = np.zeros(len(x))
    for i in range(1, len(x) - 1):
        y[i] = x[i - 1] * x[i + 1] - x[i]
    return np.sum(y * y)


def running(x, n):
    """Each element comes of the one before."""
    y = x.copy()
    for i in range(1, len(y)):
        y[i] = y[i] * y[i - 1]
    return y[len(y) - 1]


def state(x, n):
    s = x[0]
    for i in range(n):
        s = math.sin(s) * x[i % len(x)]
    return s


def shuffled(x, n):
    """Two iterations have the same element."""
    y = x.copy()
    for i in range(n):
        y[i // 2] = y[i // 2] * x[i % len(x)]
    return np.sum(y)


def from_the_end(x, n):
    """Indices that count from the end: -1 and 3 are the same element."""
    y = x.copy()
    for i in range(-len(y), len(y)):
        y[i] = y[i] * y[i] * 0.5
    return np.sum(y)


def by_rows(x, n):
    """A row of its own for each outer iteration; within a row each element comes of the one before."""
    table = np.zeros((n, len(x)))
    for i in range(n):
        table[i, 0] = x[0] * (i + 1)
        for j in range(1, len(x)):
            table[i, j] = table[i, j - 1] * x[j]
    return np.sum(table * table)


def slopes(f, n):
    """Central differences of fourth order."""
    h, made = 1e-3, []
    for unit in np.eye(len(X)):
        at = [f(X + step * h * unit, n) for step in (-2, -1, 1, 2)]
        made.append((at[0] - 8 * at[1] + 8 * at[2] - at[3]) / (12 * h))
    return np.array(made)


FORWARDS = {scaled: 0, neighbours: 0, running: 1, state: 1, shuffled: 1, from_the_end: 1, by_rows: 1}
"""How many loops have to go backwards."""


@pytest.mark.parametrize("f", FORWARDS)
def test_gradients(f):
    derivative = grad(f, backend="numba", verify=True)
    for n in (0, 1, 3):
        np.testing.assert_allclose(derivative(X.copy(), n), slopes(f, n), rtol=1e-6, atol=1e-7)
        np.testing.assert_allclose(derivative(X.copy(), n), grad(f)(X.copy(), n), rtol=1e-12, atol=1e-14)
    assert derivative.source(X, 3).count(", -1)") == FORWARDS[f], derivative.source(X, 3)
    assert ", -1)" in grad(f, backend="numba", disable=["forwards"]).source(X, 3)


@pytest.mark.parametrize("f", [scaled, by_rows])
def test_second_order(f):
    def component(x, n):
        return grad(f)(x, n) @ np.arange(1.0, 5.0)

    np.testing.assert_allclose(grad(component, backend="numba")(X, 3), slopes(component, 3), rtol=1e-6, atol=1e-6)


def test_the_pass_is_idempotent(monkeypatch):
    # The text of IR does not say what belongs to the reverse sweep.
    monkeypatch.setattr(forwards, "ADJOINT", UNKNOWN.phase)
    for f in FORWARDS:
        fn = parse_function(grad(f).ir(X, 3, stage="derivative"))
        made = PASSES["forwards"].run(fn)
        verify(made)
        assert FORWARDS[f] or format_function(made) != format_function(fn)
        assert format_function(PASSES["forwards"].run(made)) == format_function(made)
        for one, other in zip(run(made, [X.copy(), 3]), run(fn, [X.copy(), 3]), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-13)


def test_loops_of_the_primal_stay():
    """Sums there are rounded as in Python."""

    def backwards(x):
        total = 0.0
        for i in range(len(x) - 1, -1, -1):
            total += x[i] * x[i]
        return total * total

    text = grad(backwards, backend="numba").source(X)
    assert text.count(", -1)") == 1
