"""A place that is set to zero and added to later is stored to at once; the interpreter says whether that is the same."""

import numpy as np
import pytest

from autodiff_compiler.diagnostics import ADJOINT, Span
from autodiff_compiler.ir import interp
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Region, Value
from autodiff_compiler.ir.dtype import FLOAT64
from autodiff_compiler.ir.path import element
from autodiff_compiler.ir.types import F64, INT, Array
from autodiff_compiler.passes import dce, simplify

AT = element()


def cleared(phase="", read_between=False, other="j"):
    """x[i] = 0; x[j] += v; x[i] += w."""
    x, i, j = Value(Array(FLOAT64, 1), "x"), Value(INT, "i"), Value(INT, "j")
    v, w = Value(F64, "v"), Value(F64, "w")
    b = Builder(Span("case.py", 1, phase=phase))
    zeroed = b.store(x, AT, (i,), b.const(0.0, F64))
    added = b.accum(zeroed, AT, (j if other == "j" else i,), v)
    results = [b.accum(added, AT, (i,), w)]
    if read_between:
        results.append(b.op("sum", added, axes=(0,)))
    b.return_(*results)
    return Function("f", Region((x, i, j, v, w), tuple(b.ops)))


def kinds(function):
    return [op.kind for op in function.body.ops if op.kind in ("store", "accum")]


@pytest.mark.parametrize("where", [(1, 2), (1, 1), (0, -1), (-1, 2)])
@pytest.mark.parametrize("other", ["i", "j"])
def test_the_value_is_stored_at_once(where, other):
    before = cleared(ADJOINT, other=other)
    after = dce.run(simplify.run(before))
    assert kinds(after) == ["store", "accum"]
    args = [np.array([1.0, 2.0, 4.0]), *where, np.float64(8.0), np.float64(16.0)]
    np.testing.assert_array_equal(interp.run(after, args)[0], interp.run(before, args)[0])


def test_what_is_read_in_between_stays():
    before = cleared(ADJOINT, read_between=True)
    assert kinds(dce.run(simplify.run(before))) == ["store", "accum", "accum"]


def test_sums_of_the_primal_keep_their_order():
    assert kinds(dce.run(simplify.run(cleared()))) == ["store", "accum", "accum"]
