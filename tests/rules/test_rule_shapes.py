"""Rules of constructors, shape ops and matmul, on odd shapes."""

from __future__ import annotations

import numpy as np
import pytest
from rule_harness import build, check_modes, numbers, reverse

from autodiff_compiler.ir.dtype import BOOLEAN, FLOAT32, FLOAT64, INT64
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.types import F64, FLOAT, INT, Array, Scalar


def squared(b, x):
    return b.mul(x, x)


def check(types, args, make):
    """`make` followed by a square, to first and to second order."""
    fn = build(types, lambda b, *xs: squared(b, make(b, *xs)))
    check_modes(fn, args)
    seeds = [numbers(np.shape(r), 9) for r in run(fn, args)]
    check_modes(reverse(fn), [*args, *seeds], tolerance=1e-6)


@pytest.mark.parametrize("shape", [(2, 3, 4), (1, 3, 1), (2, 0, 3)])
@pytest.mark.parametrize("perm", [(0, 1, 2), (2, 0, 1), (1, 2, 0), (0, 2, 1)])
def test_transpose(shape, perm):
    check([Array(FLOAT64, 3)], [numbers(shape)], lambda b, x: b.op("transpose", x, perm=perm))


@pytest.mark.parametrize(("shape", "new"), [((2, 6), (3, 4)), ((6,), (1, 6, 1)), ((0, 3), (0,)), ((1,), (1, 1))])
def test_reshape(shape, new):
    types = [Array(FLOAT64, len(shape)), *[INT] * len(new)]
    check(types, [numbers(shape), *new], lambda b, x, *dims: b.op("reshape", x, *dims))


@pytest.mark.parametrize(
    ("shape", "new"), [((3,), (2, 3)), ((1, 3), (4, 3)), ((2, 1), (2, 0)), ((1,), (1,)), ((), (2, 2))]
)
def test_broadcast_to(shape, new):
    types = [Array(FLOAT64, len(shape)) if shape else FLOAT, *[INT] * len(new)]
    x = numbers(shape) if shape else 1.5
    check(types, [x, *new], lambda b, x, *dims: b.op("broadcast_to", x, *dims))


@pytest.mark.parametrize(
    ("shape", "to"), [((2, 3), (3,)), ((2, 3), (1, 3)), ((2, 3), (2, 3)), ((2, 3), ()), ((0, 3), (1, 3))]
)
def test_unbroadcast(shape, to):
    types = [Array(FLOAT64, len(shape)), *[INT] * len(to)]
    check(types, [numbers(shape), *to], lambda b, x, *dims: b.op("unbroadcast", x, *dims))


@pytest.mark.parametrize("extents", [(3,), (2, 1), (0, 2)])
@pytest.mark.parametrize("fill", [F64, FLOAT])
def test_full(extents, fill):
    value = 1.5 if fill is FLOAT else np.float64(1.5)
    check([fill, *[INT] * len(extents)], [value, *extents], lambda b, v, *dims: b.full(dims, v))


@pytest.mark.parametrize("counts", [(2,), (2, 3), (1, 0, 4)])
@pytest.mark.parametrize("axis", [0, 1])
def test_concat(counts, axis):
    shapes = [(n, 2) if axis == 0 else (2, n) for n in counts]
    args = [numbers(s, k) for k, s in enumerate(shapes)]
    check([Array(FLOAT64, 2)] * len(counts), args, lambda b, *xs: b.op("concat", *xs, axis=axis))


def test_concat_with_a_constant_part():
    def f(b, x, y):
        return b.op("concat", x, b.op("stop_gradient", y), axis=0)

    fn = build([Array(FLOAT64, 1)] * 2, f)
    x_bar, y_bar = run(reverse(fn), [np.ones(2), np.ones(3), np.arange(5.0)])
    np.testing.assert_array_equal(x_bar, [0, 1])
    np.testing.assert_array_equal(y_bar, [0, 0, 0])


def test_copy():
    check([Array(FLOAT64, 1)], [numbers((3,))], lambda b, x: b.op("copy", x))


def test_casts_change_the_dtype_of_the_adjoint_back():
    fn = build([Array(FLOAT32, 1)], lambda b, x: squared(b, b.op("cast", x, dtype=FLOAT64)))
    (x_bar,) = run(reverse(fn), [np.array([1.5, 2.0], np.float32), np.ones(2)])
    assert x_bar.dtype == np.float32
    np.testing.assert_array_equal(x_bar, [3, 4])


def test_nothing_flows_through_integers():
    fn = build([F64], lambda b, x: b.cast(b.cast(x, Scalar(INT64)), F64))
    assert run(reverse(fn), [2.5, 1.0]) == [0.0]


def test_select_is_a_mask_not_a_factor():
    fn = build([Array(BOOLEAN, 1), Array(FLOAT64, 1), FLOAT], lambda b, c, x, y: b.select(c, x, y))
    c = np.array([True, False, True])
    x_bar, y_bar = run(reverse(fn), [c, np.ones(3), 2.0, np.array([1.0, np.inf, 3.0])])
    np.testing.assert_array_equal(x_bar, [1, 0, 3])
    assert y_bar == np.inf


MATMULS = [
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((3,), (3, 2)),
    ((2, 3), (3, 4)),
    ((4, 2, 3), (3,)),
    ((3,), (4, 3, 2)),
    ((5, 4, 2, 3), (3,)),
    ((3,), (5, 4, 3, 2)),
    ((4, 2, 3), (4, 3, 2)),
    ((4, 2, 3), (3, 2)),
    ((2, 3), (4, 3, 2)),
    ((1, 2, 3), (4, 3, 2)),
    ((4, 2, 3), (1, 3, 2)),
    ((5, 1, 2, 3), (4, 3, 2)),
    ((1, 1), (1, 1)),
    ((0, 3), (3, 2)),
    ((2, 0), (0, 2)),
    ((0,), (0,)),
    ((0, 2, 3), (3, 2)),
    ((2, 3), (5, 4, 3, 2)),
    ((2, 3), (0, 3, 2)),
]


@pytest.mark.parametrize(("left", "right"), MATMULS)
def test_matmul(left, right):
    types = [Array(FLOAT64, len(left)), Array(FLOAT64, len(right))]
    check(types, [numbers(left), numbers(right, 1)], lambda b, x, y: b.op("matmul", x, y))
