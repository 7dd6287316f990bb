"""Rules of load, store and accum at every kind of path: differences, dot products, repeated indices, second order."""

from __future__ import annotations

import numpy as np
import pytest
from rule_harness import build, check_modes, forward, numbers, reverse

from autodiff_compiler.ir.dtype import BOOLEAN, FLOAT32, FLOAT64, INT64
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.path import (
    ARRAY,
    INTEGER,
    MASK,
    NEW_AXIS,
    WHOLE,
    Slice,
    element,
    indexing,
    reshaping,
    transposing,
)
from autodiff_compiler.ir.types import F64, FLOAT, INT, Array, Scalar

M = Array(FLOAT64, 2)
V = Array(FLOAT64, 1)
I1, I2, B1, B2 = Array(INT64, 1), Array(INT64, 2), Array(BOOLEAN, 1), Array(BOOLEAN, 2)
ROWS = np.array([[True, False, True, True], [False] * 4, [True, True, False, False]])

# name: (path, types of its operands, the operands) into an array of shape (3, 4).
PATHS = {
    "element": (element(2), [INT, INT], [1, -1]),
    "row": (element(), [INT], [2]),
    "column": (indexing(WHOLE, INTEGER), [INT], [0]),
    "block": (indexing(Slice(start=True, stop=True), Slice(stop=True, step=True)), [INT] * 4, [1, 3, -1, 2]),
    "reversed": (indexing(Slice(step=True), WHOLE), [INT], [-1]),
    "empty": (indexing(Slice(start=True, stop=True)), [INT, INT], [2, 2]),
    "new axis": (indexing(WHOLE, NEW_AXIS, Slice(start=True)), [INT], [1]),
    "transposed": (transposing((1, 0)) + indexing(INTEGER, Slice(stop=True)), [INT, INT], [2, 2]),
    "reshaped": (reshaping(1) + indexing(Slice(start=True, stop=True, step=True)), [INT] * 4, [12, 1, 11, 3]),
    "view of view": (indexing(Slice(start=True)) + transposing((1, 0)) + element(2), [INT] * 3, [1, 3, 0]),
    "rows gathered": (indexing(ARRAY), [I1], [np.array([2, 0])]),
    "rows repeated": (indexing(ARRAY), [I1], [np.array([2, 0, 2, -1])]),
    "points repeated": (indexing(ARRAY, ARRAY), [I1, I1], [np.array([0, 1, 0, -3]), np.array([1, 2, 1, -3])]),
    "grid": (indexing(ARRAY, ARRAY), [I2, I1], [np.array([[0], [2], [0]]), np.array([1, 1])]),
    "array and slice": (indexing(WHOLE, ARRAY), [I2], [np.array([[0, 3], [3, 0]])]),
    "array and integer": (indexing(INTEGER, ARRAY), [INT, I1], [1, np.array([0, 0, 3])]),
    "no index": (indexing(ARRAY), [I1], [np.array([], np.int64)]),
    "mask": (indexing(MASK), [B2], [ROWS]),
    "row mask": (indexing(MASK), [B1], [np.array([True, False, True])]),
    "empty mask": (indexing(MASK), [B2], [ROWS & False]),
}


def place_shape(path, operands):
    fn = build([M, *path[1]], lambda b, a, *rest: b.load(a, path[0], rest))
    return np.shape(run(fn, [np.zeros((3, 4)), *operands])[0])


@pytest.mark.parametrize("name", PATHS)
def test_load(name):
    path, types, operands = PATHS[name]

    def f(b, a, *rest):
        read = b.load(a, path, rest)
        return b.mul(read, read)

    fn = build([M, *types], f)
    args = [numbers((3, 4)), *operands]
    check_modes(fn, args)
    check_second_order(fn, args)


@pytest.mark.parametrize("kind", ["store", "accum"])
@pytest.mark.parametrize("name", PATHS)
def test_writes(name, kind):
    path, types, operands = PATHS[name]
    shape = place_shape(PATHS[name], operands)
    values = [numbers(shape, 1), -0.7]
    if shape:
        values += [numbers(shape[-1:], 2), numbers((1,) * len(shape), 3)]
    for value in values:
        value_type = Array(FLOAT64, np.ndim(value)) if np.ndim(value) else F64 if value.__class__ is np.float64 else FLOAT

        def f(b, a, v, *rest):
            written = b.op(kind, a, *rest, b.mul(v, v), path=path)
            return b.mul(written, written)

        fn = build([M, value_type, *types], f)
        args = [numbers((3, 4)), value, *operands]
        check_modes(fn, args)
        check_second_order(fn, args)


def check_second_order(fn, args):
    """The rules' own output differentiated again: both modes of the gradient."""
    gradient = reverse(fn)
    seeds = [numbers(np.shape(r), 9) for r in run(fn, args)]
    check_modes(gradient, [*args, *seeds], tolerance=1e-6)


ALONE = [
    ("store", 0, [10, 0, 30]),
    ("store", 1, [0, 50, 0]),
    ("accum", 0, [10, 20, 30]),
    ("accum", 1, [0, 50, 0]),
]


@pytest.mark.parametrize(("kind", "active", "expected"), ALONE)
def test_a_missing_tangent_is_zero(kind, active, expected):
    """The array or the value is a constant: the tangent of the other alone."""

    def f(b, a, v, i):
        inputs = [a, v]
        inputs[1 - active] = b.op("stop_gradient", inputs[1 - active])
        return b.op(kind, inputs[0], i, inputs[1], path=element())

    args = [np.array([1.0, 2.0, 3.0]), 5.0, 1]
    (tangent,) = run(forward(build([V, F64, INT], f)), [*args, np.array([10.0, 20.0, 30.0]), 50.0])
    np.testing.assert_array_equal(tangent, expected)


def test_only_the_last_writer_of_an_element_gets_its_adjoint():
    fn = build([V, V, I1], lambda b, a, v, i: b.store(a, indexing(ARRAY), [i], v))
    a_bar, v_bar = run(
        reverse(fn), [np.zeros(4), np.ones(5), np.array([1, 3, 1, -1, 1]), np.array([1.0, 2.0, 3.0, 4.0])]
    )
    np.testing.assert_array_equal(a_bar, [1, 0, 3, 0])
    np.testing.assert_array_equal(v_bar, [0, 0, 0, 4, 2])


def test_every_writer_of_an_accum_gets_the_adjoint():
    fn = build([V, V, I1], lambda b, a, v, i: b.accum(a, indexing(ARRAY), [i], v))
    a_bar, v_bar = run(reverse(fn), [np.zeros(3), np.ones(4), np.array([1, 2, 1, -1]), np.array([1.0, 2.0, 3.0])])
    np.testing.assert_array_equal(a_bar, [1, 2, 3])
    np.testing.assert_array_equal(v_bar, [2, 3, 2, 3])


def test_float32_stays_float32():
    f32 = Array(FLOAT32, 2)
    fn = build([f32, Scalar(FLOAT32), INT], lambda b, a, v, i: b.store(a, element(), [i], v))
    args = [np.ones((2, 3), np.float32), np.float32(2), 1, np.full((2, 3), 0.5, np.float32)]
    a_bar, v_bar = run(reverse(fn), args)
    assert a_bar.dtype == np.float32
    assert type(v_bar) is np.float32
    assert v_bar == 1.5
