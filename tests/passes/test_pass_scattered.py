"""An array of zeros but for a few elements, added to a place: the elements are added there one by one."""

import re

import numpy as np
import pytest

from autodiff_compiler import jacrev, vjp
from autodiff_compiler.diagnostics import ADJOINT, Span
from autodiff_compiler.ir import interp
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Region, Value
from autodiff_compiler.ir.dtype import FLOAT64
from autodiff_compiler.ir.path import element, entire, picked
from autodiff_compiler.ir.types import F64, INT, Array
from autodiff_compiler.ir.walk import all_ops
from autodiff_compiler.passes import dce, simplify

ELEMENT = element()


def row_of(*places, phase=ADJOINT, kind="store", fill=0.0, path=picked((0,)), read=False):
    """`a[i] += z`, where `z` is full of `fill` but for the numbers v, 2 v … at the places."""
    a, i, j = Value(Array(FLOAT64, 2), "a"), Value(INT, "i"), Value(INT, "j")
    v = Value(F64, "v")
    b = Builder(Span("case.py", 1, phase=phase))
    zeros = b.full([b.dim(a, 1)], b.const(fill, F64))
    part, number = zeros, v
    for place in places:
        at = j if place == "j" else b.const(place)
        part = b.op(kind, part, at, number, path=ELEMENT)
        number = b.op("add", number, number)
    given = (i,) if path == picked((0,)) else ()
    results = [b.accum(a, path, given, part)]
    if read:
        results.append(b.op("sum", part, axes=(0,)))
    b.return_(*results)
    return Function("f", Region((a, i, j, v), tuple(b.ops)))


def after(before):
    made = dce.run(simplify.run(before))
    for i, j in ((0, 1), (1, -1)):
        args = [np.arange(6.0).reshape(2, 3), i, j, np.float64(8.0)]
        for found, wanted in zip(interp.run(made, args), interp.run(before, args), strict=True):
            np.testing.assert_array_equal(found, wanted)
    return [op.kind for op in all_ops(made.body) if op.kind in ("full", "store", "accum")]


@pytest.mark.parametrize("places", [(0,), (2, 0), (0, 1, 2), ("j",), (-1, "j"), ("j", "j", 1)])
def test_added(places):
    assert after(row_of(*places, kind="accum")) == ["accum"] * len(places)


def test_stored_at_different_places():
    assert after(row_of(0, 2)) == ["accum"] * 2


def test_added_to_the_whole_array():
    assert after(row_of(0, 2, path=entire(2))) == ["full", "store", "store", "accum"]


@pytest.mark.parametrize(
    "before",
    [
        row_of(0, "j"),
        row_of(0, -1),
        row_of(0, fill=1.0),
        row_of(0, phase=""),
        row_of(0, read=True),
        row_of(*[0, 1, 2] * 6, kind="accum"),
    ],
    ids=["perhaps twice", "the same from the end", "no zeros", "of the primal", "read", "many"],
)
def test_what_stays(before):
    assert "full" in after(before)


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_no_row_of_zeros_for_each_iteration(backend):
    def distances(x):
        out = np.zeros(len(x))
        for i in range(len(x)):
            p = x[i]
            out[i] = np.sqrt(p[0] * p[0] + p[1] * p[1]) + p[0]
        return out

    x = np.array([[3.0, 4.0], [5.0, 12.0]])
    _, pullback = vjp(distances, x, backend=backend)
    np.testing.assert_allclose(pullback(np.ones(2))[0], [[1.6, 0.8], [1 + 5 / 13, 12 / 13]])
    derivative = jacrev(distances, backend=backend, batch=1)
    assert derivative(x).shape == (2, 2, 2)
    assert re.search(r"_bar\[\w+, 0\] \+= ", derivative.source(x))
