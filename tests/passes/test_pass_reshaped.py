"""A new array that is written in another shape is what is written, reshaped; the interpreter says whether that is the same."""

import numpy as np
import pytest

from autodiff_compiler.diagnostics import Span
from autodiff_compiler.ir import interp
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Region, Value
from autodiff_compiler.ir.dtype import FLOAT64
from autodiff_compiler.ir.path import element, reshaping, transposing
from autodiff_compiler.ir.types import F64, INT, Array
from autodiff_compiler.passes import dce, simplify

WAYS = {
    "vector": (reshaping(1), "l", "l"),
    "matrix": (reshaping(2), "km", "km"),
    "turned": (reshaping(2) + transposing((1, 0)), "km", "mk"),
}
EXTENTS = {"k": 2, "m": 6, "n": 12, "l": 12}


def written(way, kind="accum", start=0.0, own=True):
    """zeros of shape (n, m) with v written by way of other shapes."""
    path, operands, shape = WAYS[way]
    sizes = {name: Value(INT, name) for name in "klmn"}
    v, given = Value(Array(FLOAT64, len(shape)), "v"), Value(Array(FLOAT64, 2), "given")
    b = Builder(Span("case.py", 1))
    for axis, name in enumerate(shape):
        b.emit("check_equal", (b.dim(v, axis), sizes[name]), {"error": "ValueError", "message": ("other extents",)})
    whole = b.full([sizes["n"], b.const(1)], b.const(start, F64)) if own else given
    where = [sizes[name] for name in operands]
    done = b.op(kind, whole, *where, v, path=path)
    b.return_(b.store(done, element(2), (b.const(0), b.const(0)), b.const(7.0, F64)), v)
    return Function("f", Region((*sizes.values(), v, given), tuple(b.ops)))


def arguments(way):
    path, operands, shape = WAYS[way]
    extents = [EXTENTS[name] for name in shape]
    return [*(EXTENTS[name] for name in "klmn"), np.arange(1.0, 13.0).reshape(extents), np.ones((12, 1))]


def kinds(function):
    return {op.kind for op in function.body.ops}


@pytest.mark.parametrize("kind", ["store", "accum"])
@pytest.mark.parametrize("way", ["vector", "matrix", "turned"])
def test_what_is_written_is_reshaped(way, kind):
    before = written(way, kind)
    after = dce.run(simplify.run(before))
    assert "reshape" in kinds(after)
    assert not kinds(after) & {"full", "accum"}
    for a, b in zip(interp.run(after, arguments(way)), interp.run(before, arguments(way)), strict=True):
        np.testing.assert_array_equal(a, b)


def test_steps_are_undone_from_the_last_one_on():
    path = reshaping(3) + transposing((2, 0, 1)) + reshaping(2)
    v, n = Value(Array(FLOAT64, 2), "v"), Value(INT, "n")
    b = Builder(Span("case.py", 1))
    two, three, six = b.const(2), b.const(3), b.const(6)
    for axis, extent in enumerate((six, n)):
        b.emit("check_equal", (b.dim(v, axis), extent), {"error": "ValueError", "message": ("other extents",)})
    zeros = b.full([six, n], b.const(0.0, F64))
    b.return_(b.op("accum", zeros, two, n, three, six, n, v, path=path))
    before = Function("f", Region((v, n), tuple(b.ops)))
    after = dce.run(simplify.run(before))
    assert [op.kind for op in after.body.ops if op.kind in ("reshape", "transpose", "accum")] == ["reshape", "transpose", "reshape"]
    args = [np.arange(24.0).reshape(6, 4), 4]
    np.testing.assert_array_equal(interp.run(after, args)[0], interp.run(before, args)[0])


def test_what_is_added_to_numbers_is_added():
    assert "accum" in kinds(dce.run(simplify.run(written("vector", start=1.0))))


def test_an_array_from_elsewhere_stays():
    assert {"store"} <= kinds(dce.run(simplify.run(written("vector", "store", own=False))))


def test_a_value_that_may_be_stretched_is_written():
    before = written("matrix")
    checks = [op for op in before.body.ops if op.kind != "check_equal"]
    assert "store" in kinds(simplify.run(Function("f", Region(before.body.params, tuple(checks)))))
    assert "reshape" not in kinds(simplify.run(Function("f", Region(before.body.params, tuple(checks)))))
