"""Rules of sum, max, min, prod and cumsum: axes, ties, zeros among factors."""

from __future__ import annotations

import numpy as np
import pytest
from rule_harness import build, check_modes, forward, numbers, reverse

from autodiff_compiler.ir.dtype import FLOAT32, FLOAT64
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.types import Array

AXES = [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2), ()]


def reduction(kind, rank, axes, dtype=FLOAT64):
    return build([Array(dtype, rank)], lambda b, x: b.op(kind, x, axes=axes))


@pytest.mark.parametrize("shape", [(2, 3, 4), (1, 3, 1), (2, 1, 2)])
@pytest.mark.parametrize("axes", AXES)
@pytest.mark.parametrize("kind", ["sum", "max", "min", "prod"])
def test_reductions(kind, axes, shape):
    check_modes(reduction(kind, 3, axes), [numbers(shape)])


@pytest.mark.parametrize("kind", ["sum", "prod"])
def test_empty_reductions(kind):
    for axes in ((0,), (1,), (0, 1)):
        check_modes(reduction(kind, 2, axes), [np.zeros((2, 0))])


@pytest.mark.parametrize("kind", ["sum", "max", "min"])
@pytest.mark.parametrize("axes", [(0,), (1,), (0, 1)])
def test_second_order(kind, axes):
    fn = build([Array(FLOAT64, 2)], lambda b, x: b.op(kind, b.mul(x, b.mul(x, x)), axes=axes))
    x = numbers((2, 3))
    seed = numbers(np.shape(run(fn, [x])[0]), 9)
    check_modes(reverse(fn), [x, seed], tolerance=1e-6)


@pytest.mark.parametrize("dtype", [FLOAT64, FLOAT32], ids=str)
@pytest.mark.parametrize("kind", ["sum", "max", "min", "prod", "cumsum"])
def test_dtypes_stay(kind, dtype):
    x = np.array([1.5, -2.0, 0.5], dtype.numpy)
    attrs = {"axis": 0} if kind == "cumsum" else {"axes": (0,)}
    fn = build([Array(dtype, 1)], lambda b, p: b.op(kind, p, **attrs))
    (out,) = run(fn, [x])
    assert run(forward(fn), [x, x])[0].dtype == x.dtype
    assert run(reverse(fn), [x, out])[0].dtype == x.dtype


def test_ties_split_evenly():
    x = np.array([[2.0, 2.0, 1.0], [0.0, 3.0, 3.0], [4.0, 1.0, 0.0]])
    (x_bar,) = run(reverse(reduction("max", 2, (1,))), [x, np.array([1.0, 10.0, 100.0])])
    np.testing.assert_array_equal(x_bar, [[0.5, 0.5, 0], [0, 5, 5], [100, 0, 0]])
    (x_bar,) = run(reverse(reduction("min", 2, (0, 1))), [x, 3.0])
    np.testing.assert_array_equal(x_bar, [[0, 0, 0], [1.5, 0, 0], [0, 0, 1.5]])
    (tangent,) = run(forward(reduction("max", 1, (0,))), [np.array([2.0, 1.0, 2.0]), np.array([1.0, 7.0, 5.0])])
    assert tangent == 3.0


@pytest.mark.parametrize(
    ("x", "partials"),
    [
        ([2.0, 3.0, 4.0], [12, 8, 6]),
        ([0.0, 3.0, 4.0], [12, 0, 0]),
        ([0.0, 3.0, 0.0], [0, 0, 0]),
        ([1e-200, 1e-200], [1e-200, 1e-200]),
        ([5.0], [1]),
        ([], []),
    ],
)
def test_products_are_exact_with_zeros(x, partials):
    fn = reduction("prod", 1, (0,))
    (x_bar,) = run(reverse(fn), [np.array(x), 1.0])
    np.testing.assert_array_equal(x_bar, partials)
    for k, partial in enumerate(partials):
        direction = np.eye(len(x))[k]
        assert run(forward(fn), [np.array(x), direction]) == [partial]


def test_the_litmus_of_the_product():
    """The adjoint of a product of n factors takes three multiplications per factor, in two loops."""
    loops = [op for op in reverse(reduction("prod", 1, (0,))).body.ops if op.kind == "for"]
    assert sum(op.kind == "mul" for loop in loops for op in loop.regions[0].ops) == 3


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("shape", [(2, 3), (1, 4), (3, 0)])
def test_cumsum(axis, shape):
    fn = build([Array(FLOAT64, 2)], lambda b, x: b.op("cumsum", b.mul(x, x), axis=axis))
    x = numbers(shape)
    check_modes(fn, [x])
    check_modes(reverse(fn), [x, numbers(shape)], tolerance=1e-6)
