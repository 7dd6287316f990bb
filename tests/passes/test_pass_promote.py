"""Promotion of sums leaves an array alone that a loop inside reads or writes."""

import numpy as np
import pytest

from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.walk import all_ops
from autodiff_compiler.passes.registry import PASSES

INNER = {
    "read": "%e: f64 = load %q[%zero]\n%q1: f64[:] = accum %q[%one], %e",
    "stored": "%e: f64 = const 0.5\n%q1: f64[:] = store %q[%zero], %e",
    "added to": "%q1: f64[:] = accum %q[%one], %v",
}


def program(inner):
    return parse_function(f"""func f(%n: int, %v: f64) {{
        %zero: int = const 0
        %one: int = const 1
        %two: int = const 2
        %a: f64[:] = full %two, %v
        %r: f64[:], %t: int = for %zero, %n, %one, %a {{exits=False}} do (%i: int, %p: f64[:]) {{
          %p1: f64[:] = accum %p[%zero], %v
          %p2: f64[:], %u: int = for %zero, %i, %one, %p1 {{exits=False}} do (%j: int, %q: f64[:]) {{
            {INNER[inner]}
            yield %q1
          }}
          yield %p2
        }}
        return %r
    }}""")


def sums_outside(fn):
    return any(op.kind == "accum" for op in fn.body.ops)


@pytest.mark.parametrize("inner", INNER)
def test_a_loop_inside(inner):
    fn = program(inner)
    promoted = PASSES["promote"].run(PASSES["fold"].run(fn))
    assert any(op.kind == "accum" for op in all_ops(promoted.body))
    assert sums_outside(promoted) == (inner == "added to")
    for n in (0, 1, 3):
        args = [n, np.float64(1.5)]
        np.testing.assert_allclose(run(promoted, args)[0], run(fn, args)[0], rtol=1e-15)


def test_a_condition_that_reads_the_element():
    fn = parse_function("""func f(%v: f64, %limit: f64) {
        %zero: int = const 0
        %two: int = const 2
        %a: f64[:] = full %two, %v
        %r: f64[:], %t: int = while %a {exits=False} test (%q: f64[:]) {
          %e: f64 = load %q[%zero]
          %c: bool_ = lt %e, %limit
          yield %c
        } do (%p: f64[:]) {
          %p1: f64[:] = accum %p[%zero], %v
          yield %p1
        }
        return %r
    }""")
    promoted = PASSES["promote"].run(PASSES["fold"].run(fn))
    assert not sums_outside(promoted)
    assert run(promoted, [np.float64(1.5), np.float64(4.0)])[0].tolist() == [4.5, 1.5]
