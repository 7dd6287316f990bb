"""Branches of loops whose trips are not known beforehand keep their numbers on a list of their own."""

import math

import numpy as np
import pytest

from autodiff_compiler import grad, hessian, jvp, vjp

# A branch that is seldom taken, one in another one, one with a loop that is left early, and one with an array of its own.
NESTED = """
import math


def settle(x, rate):
    steps = 0
    total = 0.0
    while x > 0.05 and steps < 40:
        if x > 1.0:
            root = math.sqrt(x)
            if root > 1.5:
                x = x - rate * math.sin(root) * math.exp(0.3 * root)
            else:
                for k in range(5):
                    x = x * math.cos(rate * root * k)
                    if x < 1.1:
                        break
            total += root * x
        elif steps % 3 == 1:
            x = x * math.exp(-rate * x)
        else:
            x = 0.8 * x
            total = total * math.cos(x)
        steps += 1
    return x + total
"""
INSIDE_A_FOR = """
import numpy as np


def several(x):
    total = 0.0
    for i in range(len(x)):
        v = x[i]
        while v > 0.3:
            if v > 2.0:
                w = np.array([v, v * v, 1.0])
                v = v - np.sum(np.sin(w)) * 0.3 - 0.7
            elif v > 1.0:
                v = v * np.cos(v) ** 2 + 0.1 * np.exp(-v)
            else:
                v = 0.7 * v
        total += v * x[i]
    return total
"""


def function_of(text):
    made = {}
    exec(text, made)
    return next(f for name, f in made.items() if callable(f))


def slope(f, at, along, h=1e-5):
    return (f(at - 2 * h * along) - 8 * f(at - h * along) + 8 * f(at + h * along) - f(at + 2 * h * along)) / (12 * h)


@pytest.mark.parametrize("backend", ["python", "numba"])
@pytest.mark.parametrize("point", [(3.0, 0.3), (6.0, 0.11), (1.4, 0.2), (0.9, 0.5), (0.01, 0.3)])
def test_nested_branches(backend, point):
    fun = function_of(NESTED)
    found = np.array(grad(NESTED, (0, 1), backend=backend)(*point))
    along = np.array([0.6, -0.8])
    np.testing.assert_allclose(found @ along, slope(lambda p: fun(*p), np.array(point), along), rtol=1e-6, atol=1e-9)
    _, forward = jvp(NESTED, point, tuple(along), backend=backend)
    np.testing.assert_allclose(found @ along, forward, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_a_while_in_a_for(backend):
    fun, x, along = function_of(INSIDE_A_FOR), np.array([0.2, 1.7, 3.1, 0.8, 2.6]), np.array([0.3, -0.5, 0.2, 0.7, -0.4])
    _, pullback = vjp(INSIDE_A_FOR, x, backend=backend)
    for scale in (1.0, -2.0, 0.5):  # a pullback may run many times
        np.testing.assert_allclose(pullback(scale)[0] @ along, scale * slope(fun, x, along), rtol=1e-6)
    gradient = grad(INSIDE_A_FOR, backend=backend)
    second = hessian(INSIDE_A_FOR, backend=backend)(x)
    np.testing.assert_allclose(second @ along, slope(gradient, x, along), rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(second, second.T, atol=1e-12)


def test_only_the_branch_that_is_taken_keeps_anything():
    """What is pushed is counted: one sine for each step of the first branch, none for the others."""
    pushed = []

    class Counted(list):
        def append(self, value):
            pushed.append(value)
            super().append(value)

    text = "import math\n\n\ndef f(x):\n    while x > 0.1:\n        if x > 2.0:\n            x = x - 0.5 * math.sin(0.1 * x) - 0.5\n        else:\n            x = 0.5 * x\n    return x\n"
    source = grad(text).source(4.0).replace("= []", "= Counted()")
    names = {"Counted": Counted}
    exec(source, names)
    x, steps, first = 4.0, 0, 0
    while x > 0.1:
        steps, first = steps + 1, first + (x > 2.0)
        x = x - 0.5 * math.sin(0.1 * x) - 0.5 if x > 2.0 else 0.5 * x
    assert names["f_grad"](4.0) == grad(text)(4.0)
    assert first < steps
    assert len(pushed) <= steps + first
