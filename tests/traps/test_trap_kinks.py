"""Functions that are smooth although a root or an absolute value in them is not: the second derivative at the kink."""

from __future__ import annotations

import linecache
import math

import numpy as np
import pytest

from autodiff_compiler import grad, jvp, value_and_grad

OF_NUMBERS = """
abs(x) ** 2;  abs(x) * abs(x);  np.square(abs(x));  abs(x) ** 2.0;  abs(x) ** 4;  np.abs(x) ** 2;  math.fabs(x) ** 2
math.hypot(x, 2 * x) ** 2;  np.hypot(x, x) ** 2;  math.sqrt(x * x) ** 2;  np.sqrt(x * x) * np.sqrt(x * x);  (2 * abs(x)) ** 2
(x * x) ** 0.5 * (x * x) ** 0.5;  3.0 * abs(x) * abs(x);  (-abs(x)) ** 2;  math.pow(abs(x), 2);  np.power(np.abs(x), 2)
abs(abs(x)) ** 2;  (abs(x) / 3.0) ** 2;  abs(x) ** 2 / 2 + x;  np.float_power(abs(x), 2)
"""
OF_VECTORS = """
np.linalg.norm(x) ** 2;  x.std() ** 2;  np.std(x, ddof=1) ** 2;  np.sum(np.abs(x) ** 2);  np.linalg.norm(x) * np.linalg.norm(x)
np.square(np.linalg.norm(x));  np.sum(np.sqrt(x * x) ** 2);  np.sqrt(np.sum(x * x)) ** 2;  np.sqrt(x @ x) ** 2
np.linalg.norm(x) ** 4;  np.sum(np.hypot(x, 2 * x) ** 2);  np.sum(np.linalg.norm(np.outer(x, x + 1), axis=1) ** 2)
np.sum(np.linalg.norm(np.outer(x, x + 1), axis=1, keepdims=True) ** 2);  np.linalg.norm(np.outer(x, x + 1)) ** 2
np.sum(np.std(np.outer(x, x + 1), axis=0) ** 2);  np.abs(x) @ np.abs(x);  np.dot(np.abs(x), np.abs(x))
np.einsum('i,i->', np.abs(x), np.abs(x));  (np.linalg.norm(x) / 2.0) ** 2;  sum([abs(v) ** 2 for v in x])
"""
NUMBERS, VECTORS = ([e.strip() for line in text.split("\n") for e in line.split(";") if e.strip()] for text in (OF_NUMBERS, OF_VECTORS))
ALONG = np.array([0.7, -0.4])


def function(expression):
    name, text = f"<{expression}>", f"def f(x):\n    return {expression}\n"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    names = {"np": np, "math": math}
    exec(compile(text, name, "exec"), names)
    return names["f"]


def second_difference(f, x, v, h=1e-3):
    return (f(x + h * v) - 2 * f(x) + f(x - h * v)) / h**2


CASES = [(e, 0.0, 1.0) for e in NUMBERS] + [(e, np.zeros(2), ALONG) for e in VECTORS]


@pytest.mark.parametrize(("expression", "x", "v"), CASES)
def test_second_derivative_at_the_kink(expression, x, v):
    f = function(expression)
    expected = second_difference(f, x, v)
    forward = np.sum(jvp(grad(f), (x,), (v,))[1] * v)
    reverse = np.sum(grad(lambda y: np.sum(grad(f)(y) * v))(x) * v)
    np.testing.assert_allclose([forward, reverse], expected, rtol=1e-3, atol=1e-3)
    for point in (0.3 + x, x - 1.7):
        np.testing.assert_allclose(value_and_grad(f)(point)[0], f(point), rtol=1e-15)


@pytest.mark.parametrize(("expression", "x", "v"), [CASES[0], CASES[8], CASES[len(NUMBERS)], CASES[len(NUMBERS) + 1]])
def test_second_derivative_at_the_kink_under_numba(expression, x, v):
    f = function(expression)
    found = np.sum(jvp(grad(f, backend="numba"), (x,), (v,), backend="numba")[1] * v)
    np.testing.assert_allclose(found, second_difference(f, x, v), rtol=1e-3, atol=1e-3)
