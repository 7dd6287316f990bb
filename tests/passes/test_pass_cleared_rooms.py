"""`cleared`: working space full of zeros is made by each iteration, and need not be cleared."""

import re

import numpy as np
import pytest

from autodiff_compiler import grad
from autodiff_compiler.diagnostics import ADJOINT
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.verify import verify
from autodiff_compiler.ir.walk import all_ops
from autodiff_compiler.passes.registry import PASSES, run_pipeline
from autodiff_compiler.testing import check_grads

TEXT = """func f(%x: f64[:], %m: int) {
  %zero: int = const 0
  %one: int = const 1
  %two: int = const 2
  %z: f64 = const 0.0
  %half: f64 = const 0.5
  %n: int = dim %x {axis=0}
  %a: f64[:] = full %n, FILL
  %t: f64[:] = full %n, %z
  %t1: f64[:], %a1: f64[:], %trips: int = for %zero, %m, %one, %t, %a {exits=False} do (%k: int, %s: f64[:], %b: f64[:]) {
    %s1: f64[:], %b1: f64[:], %t2: int = for %zero, %n, %one, %s, %b {exits=False} do (%i: int, %p: f64[:], %c: f64[:]) {
      %v: f64 = load %x[%i]
      %w: f64 = load %c[%i]
      %u: f64 = add %v, %w
      %c1: f64[:] = accum %c[%i], %u
      %p1: f64[:] = accum %p[%i], %u
      yield %p1, %c1
    }
    %s2: f64[:], %b2: f64[:], %t3: int = for START, %n, %one, %s1, %b1 {exits=False} do (%j: int, %q: f64[:], %d: f64[:]) {
      %e: f64 = load %d[%j]
      %d1: f64[:] = store %d[%j], STORED
      %q1: f64[:] = accum %q[%j], %e
      yield %q1, %d1
    }
    REST
    yield %s2, %b3
  }
  return RESULTS
}"""
FIRST = """%f: f64 = load %b2[%zero]
    %b3: f64[:] = store %b2[%zero], %z
    %s3: f64[:] = accum %s2[%zero], %f"""
NOTHING = "%b3: f64[:] = store %b2[%zero], %z"


def parsed(fill="%z", start="%zero", stored="%z", rest=NOTHING, results="%t1"):
    text = TEXT.replace("FILL", fill).replace("START", start).replace("STORED", stored).replace("REST", rest)
    if "%s3" in rest:
        text = text.replace("yield %s2, %b3", "yield %s3, %b3")
    fn = parse_function(text.replace("RESULTS", results))
    verify(fn)
    return in_the_reverse_sweep(fn)


def in_the_reverse_sweep(fn):
    for op in all_ops(fn.body):
        object.__setattr__(op, "span", op.span.at_phase(ADJOINT))
    return fn


def results(fn, n, m):
    for mutable in (False, True):
        yield from run(fn, [np.arange(1.0, n + 1.0), m], mutable=mutable)


def stores_after(fn, *sizes):
    made = PASSES["cleared"].run(fn)
    verify(made)
    assert PASSES["cleared"].run(made).body.ops == made.body.ops
    made = run_pipeline(made, ["dce", "dead_stores", "dce"])
    for n, m in sizes:
        for found, wanted in zip(results(made, n, m), results(fn, n, m), strict=True):
            np.testing.assert_array_equal(found, wanted)
    return sum(op.kind == "store" for op in all_ops(made.body))


def test_cleared_by_one_loop():
    assert stores_after(parsed(), (3, 0), (3, 2), (1, 1)) == 0


def test_cleared_in_parts():
    assert stores_after(parsed(start="%one", rest=FIRST), (3, 0), (3, 2), (1, 1)) == 0


@pytest.mark.parametrize(
    "changed",
    [
        {"fill": "%half"},
        {"stored": "%e"},
        {"start": "%two"},
        {"start": "%one", "rest": "%b3: f64[:] = store %b2[%one], %z"},
        {"results": "%t1, %a1"},
    ],
    ids=["not of zeros", "no zero", "two left out", "one left out", "read"],
)
def test_what_stays(changed):
    assert stores_after(parsed(**changed), (3, 0), (3, 2))


def steps(x, s):
    """Two stages of a step; the first equation is not like the others."""
    n = len(x)
    y, stage, k, last = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)
    for _ in range(s):
        k[0] = x[0]
        for i in range(1, n):
            k[i] = x[i] * y[i - 1]
        for i in range(n):
            stage[i] = y[i] + 0.5 * k[i]
        last[0] = x[0]
        for i in range(1, n):
            last[i] = x[i] * stage[i - 1]
        for i in range(n):
            y[i] += last[i]
    return y[n - 1]


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_a_step_of_two_stages(backend):
    x = np.array([0.5, 1.5, -0.7, 1.1])
    check_grads(steps, (x, 5), backend=backend)
    derivative = grad(steps, backend=backend)
    assert not re.search(r"\[\w+\] = 0.0\n", derivative.source(x, 5))
    np.testing.assert_array_equal(derivative(x, 0), np.zeros(4))
