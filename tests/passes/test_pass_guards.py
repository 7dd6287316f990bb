"""Loops that only add multiples of a choice run where it is not zero."""

import math

import numpy as np
import pytest
from golden import optimised, unchanged

from autodiff_compiler import grad, jvp
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.passes.registry import PASSES

BACKENDS = pytest.mark.parametrize("backend", ["python", "numba"])

LOOP = """
%zero: int = const 0
%one: int = const 1
%nothing: f64 = const 0.0
%v: f64 = select %c, {choice}
%a: f64[:], %t: int = for %zero, %n, %one, %y {{exits=False}} do (%j: int, %q: f64[:]) {{
  %e: f64 = load %x[%j]
  %w: f64 = {term}
  %q1: f64[:] = accum %q[%j], %w
  yield %q1
}}
return %a
"""


@pytest.mark.parametrize(("choice", "then"), [("%s, %nothing", True), ("%nothing, %s", False)])
def test_a_loop_of_multiples(choice, then):
    loop = """
      %a.1: f64[:], %t: int = for %zero, %n, %one, %y {exits=False} do (%j: int, %q: f64[:]) {
        %e: f64 = load %x[%j]
        %w: f64 = mul %s, %e
        %q1: f64[:] = accum %q[%j], %w
        yield %q1
      }
      yield %a.1
    """
    runs, rests = (loop, "\n      yield %y\n    ") if then else ("\n      yield %y\n    ", loop)
    after = f"""
    %zero: int = const 0
    %one: int = const 1
    %a: f64[:] = if %c then {{{runs}}} else {{{rests}}}
    return %a
    """
    lines = [line.strip() for line in after.strip().splitlines()]
    made = optimised(LOOP.format(choice=choice, term="mul %v, %e"), "guards", "dce")
    assert [line.strip() for line in made.splitlines()] == lines


@pytest.mark.parametrize("term", ["add %v, %e", "exp %v", "mul %e, %e"])
def test_what_is_added_is_not_zero(term):
    unchanged("guards", LOOP.format(choice="%s, %nothing", term=term))


def test_neither_side_is_zero():
    unchanged("guards", LOOP.format(choice="%s, %s", term="mul %v, %e"))


def test_a_number_that_is_read_otherwise():
    # The loop stores, too: it changes something whatever the choice is.
    unchanged(
        "guards",
        """
        %zero: int = const 0
        %one: int = const 1
        %nothing: f64 = const 0.0
        %v: f64 = select %c, %s, %nothing
        %a: f64[:], %t: int = for %zero, %n, %one, %y {exits=False} do (%j: int, %q: f64[:]) {
          %q1: f64[:] = store %q[%j], %v
          yield %q1
        }
        return %a
        """,
    )


def test_the_interpreter_agrees():
    text = LOOP.format(choice="%s, %nothing", term="mul %v, %e")
    fn = parse_function(f"func f(%x: f64[:], %y: f64[:], %s: f64, %n: int, %c: bool) {{{text}}}")
    made = PASSES["guards"].run(fn)
    assert "if" in {op.kind for op in made.body.ops}
    for c in (True, False):
        for n in (0, 1, 3):
            args = [np.arange(3.0), np.ones(3), np.float64(2.5), n, c]
            np.testing.assert_array_equal(run(made, args)[0], run(fn, args)[0])


# -- gradients -------------------------------------------------------------------------------------------------------


def closest(points, centroids):
    cost = 0.0
    for i in range(len(points)):
        best = np.inf
        for j in range(len(centroids)):
            distance = 0.0
            for k in range(points.shape[1]):
                distance += (points[i, k] - centroids[j, k]) ** 2
            best = min(best, distance)
        cost += best
    return cost


POINTS = np.random.default_rng(0).random((12, 3))


@BACKENDS
def test_the_nearest_centroid(backend):
    centroids = POINTS[-4:] + 0.05
    made = grad(closest, argnums=1, backend=backend, verify=True)(POINTS, centroids)
    nearest = np.argmin(((POINTS[:, None] - centroids) ** 2).sum(axis=2), axis=1)
    expected = np.stack([2 * (centroids[j] - POINTS[nearest == j]).sum(axis=0) for j in range(4)])
    np.testing.assert_allclose(made, expected, rtol=1e-12)
    direction = np.random.default_rng(1).random(centroids.shape)
    _, slope = jvp(lambda c: closest(POINTS, c), (centroids,), (direction,), backend=backend)
    assert slope == pytest.approx(np.sum(made * direction), rel=1e-12)
    # Under Numba only the last choice is reversed (`passes/winners.py`).
    assert "if test:" in grad(closest, argnums=1, backend=backend, disable=["winners"]).source(POINTS, centroids)


@BACKENDS
def test_what_was_not_chosen_may_be_infinite(backend):
    def f(x, w):
        total = 0.0
        for i in range(len(w)):
            s = 0.0
            for j in range(len(x)):
                s += x[j] * w[i]
            total += min(s, 3.0)
        return total

    made = grad(f, backend=backend)(np.array([1.0, 2.0]), np.array([0.5, math.inf]))
    np.testing.assert_array_equal(made, [0.5, 0.5])
