"""Functions that are large and called more than once stay functions: in the primal, and in derivatives of every order."""

from __future__ import annotations

import numpy as np
import pytest

from autodiff_compiler import driver, grad, jvp, value_and_grad, vjp
from autodiff_compiler.frontend import describe
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.verify import verify
from autodiff_compiler.ir.walk import all_ops
from autodiff_compiler.options import Options

X, Y = np.linspace(0.1, 0.9, 4), np.linspace(-0.3, 0.5, 4)


def large(a, k):
    """About 130 ops in the IR."""
    s, t = 0.0, np.sin(a) * k
    for i in range(len(a)):
        if a[i] > 0.2:
            s = s + a[i] * k / (1.0 + a[i] ** 2)
        else:
            s = s - np.exp(a[i]) * t[i]
    for i in range(1, len(a)):
        s += a[i] * a[i - 1] + np.cos(a[i]) * np.tanh(a[i - 1]) * k
        s -= np.log1p(a[i] * a[i]) * np.exp(-a[i - 1]) / (2.0 + np.sin(t[i]))
    u = np.exp(-t) * np.sqrt(1.0 + a * a) + np.arctan(a) / (1.0 + np.square(t))
    for i in range(len(a) - 1):
        s += u[i] * np.sin(u[i + 1]) + np.tanh(u[i] * u[i]) * a[i + 1] - u[i] / (1.0 + u[i + 1] ** 2)
    return s + np.sum(t * t) + np.mean(u) * np.max(u)


def small(x):
    return x * x + 1.0


def twice(x, y):
    return large(x, 2.0) * large(y, 2.0) + small(np.sum(x)) * small(np.sum(y))


def in_a_loop(x, y):
    s = 0.0
    for i in range(3):
        s = s + large(x * (i + 1.0), 0.5) * np.sum(y)
        x = x + 0.1 * y
    return s + large(y, 0.5)


def on_one_path(x, y):
    s = large(x, 1.5)
    if s > 0.5:
        s = s * large(y, 1.5)
    return s + large(x * y, 1.5)


def outer(x, k):
    a, b = large(x, k), large(x * x, k)
    for v in x:
        a = a + v * b * np.sin(v) + np.cos(v) / (1.0 + v * v)
    return a * b


def nested(x, y):
    return outer(x, 1.25) + outer(y, 1.25)


def known_apart(x, y):
    """Three values of k that are known when compiling: two of them are the same."""
    return large(x, 2.0) + large(y, 3.0) + large(y, 2.0)


def writes(a, y):
    for i in range(len(a)):
        a[i] = a[i] * y[i] + np.sin(a[i]) * np.cos(y[i]) - np.tanh(a[i] * y[i])
        a[i] += np.exp(-a[i] * a[i]) / (1.0 + y[i] ** 2) + np.log1p(y[i] * y[i])
    for i in range(1, len(a)):
        a[i] = a[i] + a[i - 1] * np.sin(y[i - 1]) + np.arctan(a[i]) * np.sqrt(1.0 + a[i - 1] ** 2)
        a[i - 1] *= np.cos(a[i]) + np.tanh(y[i]) * np.exp(-y[i - 1] ** 2) + np.sinh(y[i]) / (3.0 + y[i])
    return a[0] * a[-1]


def through_arguments(x, y):
    u = x.copy()
    first = writes(u, y)
    second = writes(u, y)
    return first + second * np.sum(u)


def of_views(x, y):
    return large(x[1:], 2.0) * large(y[1:], 2.0)


def leaves_early(a, k):
    for i in range(len(a)):
        if a[i] > 0.7:
            return large(a, k) * a[i]
        if a[i] < -0.2:
            return a[i] * a[i] + large(a * k, k)
    return large(a, k) + large(a * a, k)


def early(x, y):
    return leaves_early(x, 1.5) + leaves_early(y, 1.5) * leaves_early(x * 0.1, 1.5)


FUNCTIONS = [twice, in_a_loop, on_one_path, nested, known_apart, through_arguments, of_views, early]


def lowered(fun):
    args = [(name, *describe(value, name)) for name, value in (("x", X), ("y", Y))]
    return driver.lower(fun, args, Options()).function


def slopes(fun, h=2e-4):
    """Of each argument the gradient, by differences of fourth order."""
    found = []
    for which in range(2):
        slope = np.zeros(4)
        for i in range(4):
            ends = []
            for step in (h, -h, 2 * h, -2 * h):
                args = [X.copy(), Y.copy()]
                args[which][i] += step
                ends.append(fun(*args))
            slope[i] = (8 * (ends[0] - ends[1]) - (ends[2] - ends[3])) / (12 * h)
        found.append(slope)
    return found


@pytest.mark.parametrize("fun", FUNCTIONS)
def test_the_primal(fun):
    fn = lowered(fun)
    verify(fn)
    assert fn.callees
    assert not any(op.kind in ("begin", "end") for one in (fn, *fn.callees.values()) for op in all_ops(one.body))
    np.testing.assert_allclose(run(fn, [X, Y])[0], fun(X, Y), rtol=1e-13)


@pytest.mark.parametrize("backend", ["python", "numba"])
@pytest.mark.parametrize("fun", FUNCTIONS)
def test_derivatives(fun, backend):
    value, gradient = value_and_grad(fun, (0, 1), backend=backend, verify=True)(X, Y)
    np.testing.assert_allclose(value, fun(X, Y), rtol=1e-12)
    for got, expected in zip(gradient, slopes(fun)):
        np.testing.assert_allclose(got, expected, rtol=1e-7, atol=1e-8)
    along = (np.cos(X), np.sin(Y))
    _, tangent = jvp(fun, (X, Y), along, backend=backend)
    np.testing.assert_allclose(tangent, sum(g @ d for g, d in zip(gradient, along)), rtol=1e-10)
    out, pullback = vjp(fun, X, Y, backend=backend)
    for _ in range(2):
        for got, expected in zip(pullback(1.5), gradient):
            np.testing.assert_allclose(got, 1.5 * expected, rtol=1e-10)


@pytest.mark.parametrize("fun", FUNCTIONS)
def test_second_order(fun):
    """Forward over reverse against reverse over forward, along two directions."""
    first, second = (np.cos(X), np.sin(Y)), (np.sin(3 * X), np.cos(2 * Y))

    def slope(x, y, dx, dy):
        return jvp(fun, (x, y), (dx, dy))[1]

    _, along = jvp(grad(fun, (0, 1)), (X, Y), first)
    back = grad(slope, (0, 1))(X, Y, *first)
    for got, expected in zip(along, back):
        np.testing.assert_allclose(got, expected, rtol=1e-8, atol=1e-9)
    _, other = jvp(grad(fun, (0, 1)), (X, Y), second)
    np.testing.assert_allclose(
        sum(a @ d for a, d in zip(along, second)), sum(a @ d for a, d in zip(other, first)), rtol=1e-8
    )


def test_what_is_small_or_called_once_is_in_line():
    def once(x, y):
        return large(x, 2.0) + small(y[0]) * small(y[1])

    assert not lowered(once).callees


def test_each_function_is_there_once():
    assert sorted(lowered(nested).callees) == ["large", "outer"]
    assert list(lowered(known_apart).callees) == ["large"]


def eight(x, y):
    s = large(x, 2.0) + large(y, 2.0) + large(x * y, 2.0) + large(x + y, 2.0)
    return s * (large(x - y, 2.0) + large(y * y, 2.0) + large(x * x, 2.0) + large(np.sin(x), 2.0))


def one(x, y):
    return large(x, 2.0) * np.sum(y)


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_the_text_follows_the_source_and_not_the_number_of_calls(backend):
    lines = [grad(fun, backend=backend).source(X, Y).count("\n") for fun in (eight, one)]
    assert lines[0] <= 2.5 * lines[1]


def test_effects_of_callees_happen_once_and_in_order(capsys):
    def noisy(a, k):
        print("called", k)
        return large(a, 2.0) + np.sum(a)

    def program(x, y):
        k = 1
        s = noisy(x, k)
        return s * noisy(y, k)

    assert "noisy" in lowered(program).callees or "large" in lowered(program).callees
    grad(program)(X, Y)
    assert capsys.readouterr().out == "called 1\ncalled 1\n"


def test_errors_in_callees_point_at_the_line_of_the_callee():
    def reads(a, k):
        return large(a, 2.0) + a[k]

    def program(x, y):
        return reads(x, 2) * reads(y, 2) + reads(x[:2], 2)

    with pytest.raises(IndexError, match="index 2 is out of bounds for axis 0 with size 2"):
        grad(program)(X, Y)
