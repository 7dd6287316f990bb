"""Passes before and after reverse mode: the same gradients, and none of what a person would not have written."""

from __future__ import annotations

import numpy as np
import pytest

from autodiff_compiler import ad
from autodiff_compiler.ir.core import Function
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.walk import all_ops
from autodiff_compiler.passes.registry import DEFAULT, run_pipeline

# sum over i of (A x)[i]^2, with scalar loops and a check before every access
MATVEC = """func f(%A: f64[:, :], %x: f64[:]) {
  %0: int = const 0
  %1: int = const 1
  %zero: f64 = const 0.0
  %rows: int = dim %A {axis=0}
  %columns: int = dim %A {axis=1}
  %n: int = dim %x {axis=0}
  check_equal %columns, %n {message="columns"}
  %total: f64, %trips: int = for %0, %rows, %1, %zero {exits=False} do (%i: int, %t: f64) {
    %s: f64, %trips.1: int = for %0, %columns, %1, %zero {exits=False} do (%j: int, %u: f64) {
      check_index %i, %rows
      check_index %j, %columns
      %a: f64 = load %A[%i, %j]
      %n1: int = dim %x {axis=0}
      check_index %j, %n1
      %b: f64 = load %x[%j]
      %p: f64 = mul %a, %b
      %v: f64 = add %u, %p
      yield %v
    }
    %q: f64 = mul %s, %s
    %w: f64 = add %t, %q
    yield %w
  }
  return %total
}"""

# u[1:-1] = u[1:-1] - nu * u[1:-1] * (u[2:] - u[:-2]), some steps of it, then the sum of squares
STENCIL = """func f(%u: f64[:], %nu: float, %steps: int) {
  %0: int = const 0
  %1: int = const 1
  %2: int = const 2
  %m1: int = const -1
  %m2: int = const -2
  %last: f64[:], %trips: int = for %0, %steps, %1, %u {exits=False} do (%t: int, %v: f64[:]) {
    %a: f64[:] = load %v[%1:%m1]
    %b: f64[:] = load %v[%2:]
    %c: f64[:] = load %v[:%m2]
    %d: f64[:] = sub %b, %c
    %e: f64[:] = mul %a, %d
    %g: f64[:] = mul %nu, %e
    %h: f64[:] = sub %a, %g
    %w: f64[:] = store %v[%1:%m1], %h
    yield %w
  }
  %squares: f64[:] = mul %last, %last
  %r: f64 = sum %squares {axes=(0,)}
  return %r
}"""


def gradients(text: str, active: list[bool]) -> tuple[Function, Function]:
    """(without any pass, with passes before and after)."""
    primal = parse_function(text)
    plain = ad.reverse(primal, active, with_value=False, name="g")
    early = run_pipeline(primal, DEFAULT, verify=True)
    late = ad.reverse(early, active, with_value=False, name="g")
    return plain, run_pipeline(late, (*DEFAULT, "promote", *DEFAULT), verify=True)


@pytest.mark.parametrize(("rows", "columns"), [(3, 4), (1, 1), (0, 2), (2, 0)])
def test_matrix_times_vector(rows: int, columns: int) -> None:
    plain, best = gradients(MATVEC, [True, True])
    rng = np.random.default_rng(0)
    matrix, vector = rng.normal(size=(rows, columns)), rng.normal(size=columns)
    residual = 2.0 * (matrix @ vector)
    for found in (run(plain, [matrix, vector]), run(best, [matrix, vector])):
        np.testing.assert_allclose(found[0], np.outer(residual, vector))
        np.testing.assert_allclose(found[1], matrix.T @ residual, atol=1e-14)
    assert not any(op.kind == "check_index" for op in all_ops(best.body))
    assert any(op.kind == "check_equal" for op in all_ops(best.body))


@pytest.mark.parametrize("length", [0, 1, 2, 3, 9])
@pytest.mark.parametrize("steps", [-1, 0, 1, 3])
def test_stencil(length: int, steps: int) -> None:
    plain, best = gradients(STENCIL, [True, False, False])
    arguments = [np.random.default_rng(length).normal(size=length), 0.3, steps]
    np.testing.assert_allclose(run(best, arguments)[0], run(plain, arguments)[0], rtol=1e-11, atol=1e-13)


def test_stencil_slices_need_no_sum_over_broadcast_axes() -> None:
    _, best = gradients(STENCIL, [True, False, False])
    assert not any(op.kind == "unbroadcast" for op in all_ops(best.body))
