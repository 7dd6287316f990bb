"""Sums into arrays as loops for Numba: straight into the array, in the interpreter with and without real memory."""

import numpy as np
import pytest

from autodiff_compiler.ir import interp
from autodiff_compiler.ir.core import Function
from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.path import element
from autodiff_compiler.ir.types import rank
from autodiff_compiler.ir.verify import verify
from autodiff_compiler.ir.walk import all_ops
from autodiff_compiler.passes import buffers, dce, lower_numba

SLICE = """func f(%u: f64[:], %d: f64[:]) {
  %1: int = const 1
  %m1: int = const -1
  %v: f64[:] = accum %u[%1:%m1], %d
  return %v
}"""

# total += the sum of row i of x * s back to the extent of s, in a loop
CARRIED = """func f(%x: f64[:, :], %s: f64[:]) {
  %0: int = const 0
  %1: int = const 1
  %zero: f64 = const 0.0
  %rows: int = dim %x {axis=0}
  %n: int = dim %s {axis=0}
  %start: f64[:] = full %n, %zero
  %sum: f64[:], %t: int = for %0, %rows, %1, %start {exits=False} do (%i: int, %total: f64[:]) {
    %row: f64[:] = load %x[%i]
    %p: f64[:] = mul %row, %s
    %back: f64[:] = unbroadcast %p, %n
    %next: f64[:] = add %total, %back
    yield %next
  }
  return %sum
}"""

# the same into row i of an array
ROW = """func f(%x: f64[:, :], %s: f64[:]) {
  %0: int = const 0
  %1: int = const 1
  %rows: int = dim %x {axis=0}
  %n: int = dim %x {axis=1}
  %sum: f64[:, :], %t: int = for %0, %rows, %1, %x {exits=False} do (%i: int, %total: f64[:, :]) {
    %row: f64[:] = load %x[%i]
    %p: f64[:] = mul %row, %s
    %back: f64[:] = unbroadcast %p, %n
    %next: f64[:, :] = accum %total[%i], %back
    yield %next
  }
  return %sum
}"""


def lowered(text: str) -> tuple[Function, Function]:
    before = parse_function(text)
    after = dce.run(lower_numba.run(before))
    verify(after)
    return before, after


def arrays_made(function: Function) -> list[str]:
    return [op.kind for op in all_ops(function.body) if op.kind in ("full", "empty", "unbroadcast", "copy")]


def assert_same(before: Function, after: Function, arguments: list[np.ndarray]) -> None:
    expected = interp.run(before, [a.copy() for a in arguments])
    for found in (
        interp.run(after, [a.copy() for a in arguments]),
        interp.run(buffers.run(after), [a.copy() for a in arguments], mutable=True),
    ):
        np.testing.assert_allclose(found[0], expected[0], rtol=1e-14)


@pytest.mark.parametrize(("length", "added"), [(7, 5), (3, 1), (6, 1), (2, 0)])
def test_a_sum_into_a_slice_is_a_loop_over_elements(length: int, added: int) -> None:
    """One that is broadcast into its place included."""
    before, after = lowered(SLICE)
    writes = [op for op in all_ops(after.body) if op.kind == "accum"]
    assert [op.attrs["path"] == element(rank(op.operands[0].type)) for op in writes] == [True, True]  # one for equal extents
    assert arrays_made(after) == []
    assert_same(before, after, [np.arange(float(length)), 0.5 + np.arange(float(added))])


@pytest.mark.parametrize(("columns", "scale"), [(4, 4), (4, 1), (1, 4), (1, 1), (0, 0)])
def test_a_sum_over_broadcast_axes_goes_straight_into_what_it_is_added_to(columns: int, scale: int) -> None:
    before, after = lowered(CARRIED)
    assert arrays_made(after) == ["full"]
    assert_same(before, after, [np.arange(3.0 * columns).reshape(3, columns), 1.5 + np.arange(float(scale))])


@pytest.mark.parametrize(("columns", "scale"), [(4, 4), (4, 1), (1, 4), (1, 1)])
def test_a_sum_into_a_row(columns: int, scale: int) -> None:
    text = ROW.replace("for %0, %rows, %1, %x {", "for %0, %rows, %1, %start {").replace(
        "%sum: f64[:, :], %t",
        "%zero: f64 = const 0.0\n  %start: f64[:, :] = full %rows, %n, %zero\n  %sum: f64[:, :], %t",
    )
    before, after = lowered(text)
    assert arrays_made(after) == ["full"]
    assert_same(before, after, [np.arange(3.0 * columns).reshape(3, columns), 1.5 + np.arange(float(scale))])


@pytest.mark.parametrize(("columns", "scale"), [(4, 4), (4, 1), (1, 4)])
def test_what_may_overlap_what_is_read_is_summed_apart(columns: int, scale: int) -> None:
    before, after = lowered(ROW)
    assert "full" in arrays_made(after)
    assert_same(before, after, [np.arange(3.0 * columns).reshape(3, columns), 1.5 + np.arange(float(scale))])


@pytest.mark.parametrize(("columns", "scale"), [(4, 4), (4, 1)])
def test_an_array_that_is_read_again_is_not_added_to(columns: int, scale: int) -> None:
    text = CARRIED.replace("yield %next", "%twice: f64[:] = add %next, %total\n    yield %twice")
    before, after = lowered(text)
    assert arrays_made(after).count("full") == 2
    assert_same(before, after, [np.arange(3.0 * columns).reshape(3, columns), 1.5 + np.arange(float(scale))])
