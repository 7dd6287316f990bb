"""Ranges of which no number is negative: which are known to be, and that the derivatives stay the same."""

import math

import numpy as np
import pytest

from autodiff_compiler import grad, value_and_grad
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.loop import is_loop
from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.text import format_function
from autodiff_compiler.ir.verify import verify
from autodiff_compiler.ir.walk import all_ops
from autodiff_compiler.passes.registry import PASSES

X = np.array([0.3, -1.2, 0.7, 1.1, 0.4])

TRIANGLE = """func f(%x: f64[:], %first: int) {
  %zero: int = const 0
  %one: int = const 1
  %s0: float = const 0.0
  %n: int = dim %x {axis=0}
  %s: float, %t: int = for %zero, %n, %one, %s0 {exits=False} do (%i: int, %a: float) {
    %next: int = BEGIN
    %b: float, %u: int = for %next, %n, STEP, %a {exits=False} do (%j: int, %c: float) {
      %place: int = PLACE
      %v: f64 = load %x[%place]
      %w: float = cast %v {dtype='f64', kind='py'}
      %d: float = add %c, %w
      yield %d
    }
    yield %b
  }
  return %s
}"""


@pytest.mark.parametrize(
    ("begin", "step", "place", "known"),
    [
        ("add %i, %one", "%one", "add %j, %zero", True),
        ("sub %i, %one", "%one", "add %j, %zero", False),  # begins at -1
        ("add %i, %first", "%one", "add %j, %zero", False),  # nobody knows where
        ("add %i, %one", "%first", "add %j, %zero", False),
        ("add %i, %one", "%one", "add %i, %zero", False),  # nothing is reached by its index
        ("const 1", "%one", "add %j, %zero", False),  # LLVM sees that for itself
    ],
)
def test_the_pass_alone(begin, step, place, known):
    fn = parse_function(TRIANGLE.replace("BEGIN", begin).replace("STEP", step).replace("PLACE", place))
    made = PASSES["natural"].run(fn)
    verify(made)
    outer, inner = (bool(op.attrs.get("natural")) for op in all_ops(made.body) if is_loop(op))
    assert inner is known and not outer, format_function(made)
    assert format_function(PASSES["natural"].run(made)) == format_function(made)
    if step == "%one":
        assert run(made, [X, 1]) == run(fn, [X, 1])


def triangle(x):
    """Products of pairs, an element in place of the sum of those after it."""
    y = x.copy()
    for i in range(len(y)):
        for j in range(i + 1, len(y)):
            y[i] += math.sin(y[j]) * x[i]
    return np.sum(y**2)


def from_the_end(x):
    """The indices of the inner loop begin at -1."""
    total = 0.0
    for i in range(len(x)):
        for j in range(i - 1, len(x)):
            total += x[j] * x[i] ** 2
    return total


@pytest.mark.parametrize(("f", "known"), [(triangle, True), (from_the_end, False)])
def test_derivatives(f, known):
    made = value_and_grad(f, backend="numba", verify=True)
    assert ("& NATURAL" in made.source(X)) is known
    assert "NATURAL" not in value_and_grad(f, backend="numba", disable=["natural"]).source(X)
    assert "NATURAL" not in value_and_grad(f).source(X)
    for x in (X, X[:1], X[:0]):
        value, slope = made(x)
        assert math.isclose(value, f(x), rel_tol=1e-13)
        np.testing.assert_allclose(slope, grad(f)(x), rtol=1e-12)
