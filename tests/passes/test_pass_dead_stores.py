"""`dead_stores`: what an iteration sets after it has read it, and nobody reads again, is not set."""

import numpy as np
import pytest

from autodiff_compiler import vjp
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.verify import verify
from autodiff_compiler.ir.walk import all_ops
from autodiff_compiler.passes.registry import PASSES, run_pipeline
from autodiff_compiler.testing import check_grads

TEXT = """func f(%a: f64[:, :], %n: int, %m: int) {
  %zero: int = const 0
  %one: int = const 1
  %z: f64 = const 0.0
  %b: f64[:, :] = copy %a
  %t: f64, %r: f64[:, :], %trips: int = for %zero, %n, %one, %z, %b {exits=False} do (%i: int, %s: f64, %c: f64[:, :]) {
    BODY
  }
  RETURN
}"""
ROW = """%v: f64 = load %c[%i, %zero]
    %s1: f64 = add %s, %v
    %d: f64[:, :] = store %c[%i, %zero], %z"""
NEST = """%s1: f64, %d: f64[:, :], %inner: int = for %zero, %m, %one, %s, %c {exits=False} do (%j: int, %p: f64, %q: f64[:, :]) {
      %v: f64 = load %q[READ]
      %p1: f64 = add %p, %v
      %q1: f64[:, :] = store %q[WRITTEN], %z
      yield %p1, %q1
    }"""
DEAD = {
    "an element": ROW,
    "two elements": ROW + "\n    %w: f64 = load %c[%i, %one]\n    %s2: f64 = add %s1, %w\n    %e: f64[:, :] = store %d[%i, %one], %w",
    "added to": ROW.replace("store", "accum").replace("], %z", "], %s1"),
    "a nest": NEST.replace("READ", "%i, %j").replace("WRITTEN", "%i, %j"),
}
ALIVE = {
    "what the iteration before set": """%k: int = sub %i, %one
    %h: int = maximum %k, %zero
    %v: f64 = load %c[%h, %zero]
    %s1: f64 = add %s, %v
    %d: f64[:, :] = store %c[%i, %zero], %z""",
    "one element for all": ROW.replace("%i, %zero", "%zero, %zero"),
    "read after it is set": ROW + "\n    %w: f64 = load %d[%i, %zero]\n    %s2: f64 = add %s1, %w",
    "an inner loop comes back": NEST.replace("READ", "%i, %zero").replace("WRITTEN", "%i, %zero"),
    "an inner loop reads its neighbour": NEST.replace("READ", "%i, %zero").replace("WRITTEN", "%i, %j"),
    "all elements": ROW + "\n    %all: f64 = sum %c {axes=(0, 1)}\n    %s2: f64 = add %s1, %all",
}


def parsed(body, returned="%t"):
    total = "%s2" if "%s2:" in body else "%s1"
    array = "%e" if "%e:" in body else "%d"
    text = TEXT.replace("BODY", f"{body}\n    yield {total}, {array}").replace("RETURN", f"return {returned}")
    fn = parse_function(text)
    verify(fn)
    return fn


def results(fn, n, m):
    rng = np.random.default_rng(0)
    for mutable in (False, True):
        yield from run(fn, [rng.normal(size=(4, 3)), n, m], mutable=mutable)


def after(fn):
    made = PASSES["dead_stores"].run(fn)
    verify(made)
    assert PASSES["dead_stores"].run(made).body.ops == made.body.ops
    for n, m in ((0, 2), (4, 0), (4, 3)):
        for found, wanted in zip(results(made, n, m), results(fn, n, m), strict=True):
            np.testing.assert_array_equal(found, wanted)
    return [op.kind for op in all_ops(run_pipeline(made, ["dce"]).body) if op.kind in ("store", "accum")]


@pytest.mark.parametrize("body", DEAD.values(), ids=DEAD)
def test_dead(body):
    assert after(parsed(body)) == []


@pytest.mark.parametrize("body", ALIVE.values(), ids=ALIVE)
def test_alive(body):
    assert after(parsed(body))


@pytest.mark.parametrize("body", DEAD.values(), ids=DEAD)
def test_what_is_returned_is_set(body):
    assert after(parsed(body, "%t, %r"))


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_the_adjoint_of_what_a_loop_fills_is_only_read(backend):
    def f(x):
        y = np.zeros((len(x), 2))
        for i in range(len(x)):
            y[i, 0] = x[i] ** 2
            y[i, 1] = np.sin(x[i])
        return y

    check_grads(f, (np.array([0.3, -1.2, 0.7]),), backend=backend)
    _, pullback = vjp(f, np.array([0.3, -1.2]), backend=backend)
    seed = np.array([[1.0, 2.0], [3.0, 4.0]])
    kept = seed.copy()
    np.testing.assert_allclose(pullback(seed)[0], [0.6 + 2 * np.cos(0.3), -7.2 + 4 * np.cos(1.2)])
    np.testing.assert_array_equal(seed, kept)
