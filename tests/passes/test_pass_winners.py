"""Chains of choices, of which the last one is reversed: which are, and that the derivatives stay the same."""

import math

import numpy as np
import pytest

from autodiff_compiler import driver, grad, jvp, value_and_grad
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.text import format_function
from autodiff_compiler.ir.verify import verify
from autodiff_compiler.passes.registry import PASSES, run_pipeline

X = np.array([[0.3, -1.2, 0.7], [1.1, 0.4, -0.8], [0.2, 0.2, 0.1], [-0.5, 0.6, 1.4]])
C = np.array([[0.1, 0.2, 0.3], [1.0, 0.1, -1.0], [0.4, 0.9, 1.5]])

CHAIN = """func f(%x: f64[:], %m: int) {{
  %zero: int = const 0
  %one: int = const 1
  %back: int = const -1
  %nothing: f64 = const {left}
  %seed: f64 = const 2.0
  %top: f64 = const 1e300
  %n: int = dim %x {{axis=0}}
  %last: int = sub %n, %one
  %room: bool_[:] = empty %n {{dtype='bool', filled=True}}
  %a0: f64[:] = full %n, %seed
  %least: f64, %tape: bool_[:], %t: int = for {range}, %top, %room {{exits=False}} do (%j: int, %s: f64, %p: bool_[:]) {{
    %v: f64 = load %x[%j]
    %c: bool_ = lt %v, %s
    %p1: bool_[:] = store %p[%j], %c
    %s1: f64 = select %c, %v, %s
    yield %s1, %p1
  }}
  %g9: f64, %a9: f64[:], %u: int = for %last, %back, %back, %seed, %a0 {{exits=False}} do (%k: int, %g: f64, %a: f64[:]) {{
    %d: bool_ = load %tape[%k]
    %a1: f64[:] = if %d then {{
      %e: f64 = load %x[%k]
      %w: f64 = {term}
      %b: f64[:] = accum %a[%k], %w
      yield %b
    }} else {{
      yield {otherwise}
    }}
    %g1: f64 = select {spent}
    yield %g1, %a1
  }}
  return %least, %g9, %a9
}}"""
PLAIN = {
    "left": "0.0",
    "range": "%zero, %n, %one",
    "term": "mul %e, %g",
    "otherwise": "%a",
    "spent": "%d, %nothing, %g",
}


def test_the_last_choice_alone():
    fn = parse_function(CHAIN.format(**PLAIN))
    made = PASSES["winners"].run(fn)
    verify(made)
    made = PASSES["dce"].run(made)
    text = format_function(made)
    assert text.count(" for ") == 1 and "empty" not in text, text
    assert format_function(PASSES["winners"].run(made)) == text
    for x in ([], [1.0], [3.0, 2.0, 2.0, 5.0, 1.0, 1.0, 4.0], [1.0, 2.0], [math.nan, 1.0, math.nan], [math.inf]):
        for one, other in zip(run(made, [np.array(x), 1]), run(fn, [np.array(x), 1]), strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    "change",
    [
        {"left": "0.5"},  # something is left of the adjoint
        {"term": "add %e, %g"},  # what is added is not a multiple of it
        {"term": "mul %e, %e"},
        {"spent": "%d, %g, %nothing"},  # the first choice alone leaves something
        {"otherwise": "%a0"},
        {"range": "%zero, %last, %one"},
    ],
)
def test_all_choices(change):
    fn = parse_function(CHAIN.format(**PLAIN | change))
    assert format_function(PASSES["winners"].run(fn)) == format_function(fn)


def nearest(x, c):
    total = 0.0
    for i in range(len(x)):
        closest = np.inf
        for j in range(len(c)):
            distance = 0.0
            for k in range(x.shape[1]):
                distance += (x[i, k] - c[j, k]) ** 2
            closest = min(closest, distance)
        total += closest
    return total


def farthest(x, c):
    """A comparison that is written out, of a number that is computed in several steps."""
    total = 0.0
    for i in range(len(x)):
        most = -1.0
        for j in range(len(c)):
            d = math.sin(x[i, 0] * c[j, 1]) + c[j, 0] ** 2 * x[i, 1]
            if d > most:
                most = d
        total += most * most
    return total


def whole(x, c):
    """Not inside a loop."""
    top = -np.inf
    for j in range(len(c)):
        top = max(top, c[j, 0] * c[j, 1] * x[0, 0])
    return top**2


def hinge(x, c):
    """The number that begins the chain counts, too, where nothing is chosen."""
    least = x[0, 0] ** 3
    for j in range(len(c)):
        least = min(least, c[j, 0] * c[j, 1] + x[1, 0])
    return least


def first_of_all(x, c):
    """The chain begins with the first candidate."""
    least = c[0, 0] * x[0, 0]
    for j in range(1, len(c)):
        least = min(least, c[j, 0] * x[0, 0] + c[j, 1] * x[1, 1] ** 2)
    return least


def argmin(x, c):
    """The index of what was chosen is used."""
    total = 0.0
    for i in range(len(x)):
        best, which = np.inf, 0
        for j in range(len(c)):
            d = (x[i, 0] - c[j, 0]) ** 2
            if d < best:
                best, which = d, j
        total += best * c[which, 1]
    return total


def decayed(x, c):
    """A choice that keeps a part of what was there: every one counts."""
    s = x[0, 0]
    for j in range(len(c)):
        if c[j, 0] > 0.2:
            s = 0.5 * s + c[j, 1] * x[1, 1]
    return s


def second(x, c):
    """What was the least goes on."""
    least = next_ = 10.0
    for j in range(len(c)):
        d = c[j, 0] * x[0, 0] + c[j, 1]
        if d < least:
            least, next_ = d, least
    return least + 3.0 * next_


@pytest.mark.parametrize(
    ("f", "chosen"),
    [(nearest, True), (farthest, True), (whole, True), (hinge, True), (first_of_all, True), (argmin, None), (decayed, False), (second, False)],
)
def test_derivatives(f, chosen):
    made = value_and_grad(f, argnums=(0, 1), backend="numba", verify=True)
    text = made.source(X, C)
    assert chosen is None or ("chosen" in text and "test_saved" not in text) is chosen, text
    assert "chosen =" not in value_and_grad(f, argnums=(0, 1), backend="numba", disable=["winners"]).source(X, C)
    rng = np.random.default_rng(5)
    for x, c in ((X, C), (X, C[::-1].copy()), (X[:2], C[:1]), (X * 2.0, rng.normal(size=(20, 3)))):
        value, slopes = made(x, c)
        want, wanted = value_and_grad(f, argnums=(0, 1))(x, c)
        assert math.isclose(value, want, rel_tol=1e-13)
        for one, other in zip(slopes, wanted, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-13)


def test_ties_and_nan():
    twins = np.vstack([C, C, [[math.nan] * 3]])
    for x in (X, np.vstack([X, [[math.nan] * 3], [[math.inf] * 3]])):
        made, want = (grad(nearest, argnums=(0, 1), backend=b)(x, twins) for b in ("numba", "python"))
        for one, other in zip(made, want, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-12)


def test_second_order():
    slope = grad(nearest, argnums=1, backend="numba")
    along = np.cos(np.arange(9.0)).reshape(3, 3)
    made = jvp(lambda c: slope(X, c), (C,), (along,), backend="numba")[1]
    step = 1e-4
    ends = [grad(nearest, argnums=1)(X, C + k * step * along) for k in (-1, 1)]
    np.testing.assert_allclose(made, (ends[1] - ends[0]) / (2 * step), rtol=1e-6, atol=1e-8)


def test_lowered_gradients_mean_the_same():
    for f in (nearest, farthest, whole, hinge, first_of_all, argmin, decayed, second):
        fn = grad(f, argnums=(0, 1), backend="numba").stages(X, C)["derivative"]
        names = driver.LOWERING["numba"]
        fn = run_pipeline(fn, names[: names.index("winners")])
        made = PASSES["winners"].run(fn)
        verify(made)
        for one, other in zip(run(made, [X, C]), run(fn, [X, C]), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-14)
