"""Products differentiated more than once, with zeros among the factors: the rule emits loops, and `ad` takes them on."""

from __future__ import annotations

import numpy as np
import pytest
from rule_harness import build

from autodiff_compiler import ad
from autodiff_compiler.ir.dtype import FLOAT64
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.types import Array
from autodiff_compiler.ir.walk import clone_ops

FACTORS = [[2.0, 3.0, 4.0], [0.0, 3.0, 4.0], [0.0, 3.0, 0.0], [0.0, 0.0, 0.0], [5.0], [1e-200, 1e-200]]


def product():
    return build([Array(FLOAT64, 1)], lambda b, x: b.op("prod", x, axes=(0,)))


def others(x, *left_out):
    return np.prod([v for k, v in enumerate(x) if k not in left_out]) if len({*left_out}) == len(left_out) else 0.0


@pytest.mark.parametrize("x", FACTORS)
def test_hessian_forward_over_reverse(x):
    second = ad.forward(ad.reverse(product(), [True], with_value=False, name="g"), [True], "h")
    n = len(x)
    for k, direction in enumerate(np.eye(n)):
        *_, column = run(second, [np.array(x), direction])
        np.testing.assert_array_equal(column, [others(x, i, k) for i in range(n)])


@pytest.mark.parametrize("x", FACTORS)
def test_hessian_reverse_over_forward(x):
    tangent = ad.forward(product(), [True], "t")
    n = len(x)
    last = build([p.type for p in tangent.params], lambda b, *ps: _second_result(b, tangent, ps))
    second = ad.reverse(last, [True, False], with_value=False, name="h")
    for k, direction in enumerate(np.eye(n)):
        (column,) = run(second, [np.array(x), direction])
        np.testing.assert_array_equal(column, [others(x, i, k) for i in range(n)])


def _second_result(b, fn, params):
    env = dict(zip(fn.params, params))
    b.ops.extend(clone_ops(fn.body.ops[:-1], env))
    return env[fn.results[1]]


@pytest.mark.parametrize("axes", [(0,), (1,), (0, 1)])
def test_products_along_axes_to_second_order(axes):
    def f(b, x):
        made = b.op("prod", x, axes=axes)
        return b.sum(b.mul(made, made), tuple(range(2 - len(axes))))

    x = np.array([[1.5, 0.0, -0.7], [0.4, 2.0, 1.1]])
    gradient = ad.reverse(build([Array(FLOAT64, 2)], f), [True], with_value=False, name="g")
    second = ad.forward(gradient, [True], "h")
    direction, h = np.array([[0.3, -1.0, 0.5], [1.0, 0.2, -0.6]]), 1e-3
    at = {k: run(gradient, [x + k * h * direction])[0] for k in (-2, -1, 1, 2)}
    expected = (8 * (at[1] - at[-1]) - (at[2] - at[-2])) / (12 * h)
    np.testing.assert_allclose(run(second, [x, direction])[-1], expected, rtol=1e-9, atol=1e-9)
