"""Arrays that a loop fills instead of adding to zeros: which are, and that the derivatives stay the same."""

import math

import numpy as np
import pytest

from autodiff_compiler import driver, grad, value_and_grad
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.text import format_function
from autodiff_compiler.ir.verify import verify
from autodiff_compiler.passes.registry import PASSES, run_pipeline

X = np.array([[0.3, -1.2, 0.7], [1.1, 0.4, -0.8]])

LOOP = """func f(%x: f64[:], %m: int) {{
  %zero: int = const 0
  %one: int = const 1
  %back: int = const -1
  %nothing: f64 = const {fill}
  %n: int = dim %x {{axis=0}}
  %last: int = sub %n, %one
  %more: int = add %n, %one
  %y: f64[:] = full %n, %nothing
  %y9: f64[:], %t: int = for {bounds}, %y {{exits=False}} do (%i: int, %a: f64[:]) {{
    %k: int = {place}
    %e: f64 = load %x[%i]
    %b: f64[:] = accum %a[%k], %e
    {rest}
  }}
  %s: f64 = sum {summed} {{axes=(0,)}}
  %s1: f64 = sum %y9 {{axes=(0,)}}
  %s2: f64 = add %s, %s1
  return %s2
}}"""
PLAIN = {
    "fill": "0.0",
    "bounds": "%zero, %n, %one",
    "place": "add %i, %zero",
    "rest": "yield %b",
    "summed": "%y9",
}


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"bounds": "%last, %back, %back"},
        {"rest": "%v: f64 = load %b[%i]\n%w: f64 = mul %v, %e\n%c: f64[:] = accum %b[%k], %w\nyield %c"},
    ],
)
def test_it_is_filled(change):
    fn = parse_function(LOOP.format(**PLAIN | change))
    made = PASSES["filling"].run(fn)
    verify(made)
    text = format_function(made)
    assert "empty" in text and " full " not in text, text
    assert text.count("store") == 1 and text.count("accum") == format_function(fn).count("accum") - 1
    assert format_function(PASSES["filling"].run(made)) == text
    for n in range(4):
        x = np.arange(1.0, n + 1.0)
        assert run(made, [x, 1]) == run(fn, [x, 1])


@pytest.mark.parametrize(
    "change",
    [
        {"fill": "1.0"},
        {"bounds": "%one, %n, %one"},  # not the first element
        {"bounds": "%zero, %last, %one"},  # not the last
        {"bounds": "%zero, %m, %one"},  # nobody knows
        {"bounds": "%zero, %n, %m"},
        {"place": "sub %last, %i"},  # from the other end: not recognised
        {"place": "mod %i, %m"},  # some elements twice
        {"summed": "%y"},  # the zeros are read, too
        {"rest": "%v: f64 = load %b[%zero]\n%c: f64[:] = accum %b[%k], %v\nyield %c"},  # reads what is not there yet
        {"rest": "%c: f64[:] = accum %b[%zero], %e\nyield %c"},
        {"rest": "%c: f64[:] = accum %b[%last], %e\nyield %c"},  # adds to what is overwritten later
    ],
)
def test_it_stays(change):
    fn = parse_function(LOOP.format(**PLAIN | change))
    assert format_function(PASSES["filling"].run(fn)) == format_function(fn)


def elementwise(x):
    total = 0.0
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            total += math.sin(x[i, j]) * x[i, j]
    return total


def transposed(x):
    """The inner loop runs over the first axis."""
    total = 0.0
    for j in range(x.shape[1]):
        for i in range(x.shape[0]):
            total += math.sin(x[i, j]) * x[i, j]
    return total


def twice(x):
    """Two additions to an element in one iteration."""
    total = 0.0
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            total += math.sin(x[i, j])
            if x[i, j] > 0.0:
                total += x[i, j] ** 2
    return total


def columns(x):
    """An element of the sums for each row; each column is added to by every row."""
    w = np.array([0.5, 1.5, -0.3])
    total = 0.0
    for i in range(x.shape[0]):
        s = 0.0
        for j in range(x.shape[1]):
            s += x[i, j] * w[j] * x[0, j]
        total += s * s
    return total


def part(x):
    """The last column has the adjoint 0."""
    total = 0.0
    for i in range(x.shape[0]):
        for j in range(x.shape[1] - 1):
            total += x[i, j] ** 2
    return total


def sometimes(x):
    total = 0.0
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            if x[i, j] > 0.0:
                total += x[i, j] ** 2
    return total


@pytest.mark.parametrize(
    ("f", "filled"),
    [(elementwise, True), (transposed, True), (twice, None), (columns, False), (part, False), (sometimes, True)],
)
def test_derivatives(f, filled):
    made = value_and_grad(f, backend="numba", verify=True)
    text = made.source(X)
    if filled is not None:
        assert ("x_bar = np.zeros" not in text) is filled, text
    assert "x_bar = np.zeros" in value_and_grad(f, backend="numba", disable=["filling"]).source(X)
    for x in (X, X[:, :1].copy(), X[:1]):
        if f is columns and x.shape[1] != 3:
            continue
        value, slope = made(x)
        assert math.isclose(value, f(x), rel_tol=1e-13)
        np.testing.assert_allclose(slope, grad(f)(x), rtol=1e-12)


def test_the_array_of_the_caller_is_filled():
    made, out = grad(elementwise, backend="numba"), np.full(X.shape, np.nan)
    made(X, out=out)
    np.testing.assert_allclose(out, grad(elementwise)(X), rtol=1e-12)


def test_lowered_gradients_mean_the_same():
    for f in (elementwise, transposed, twice, columns, part, sometimes):
        fn = grad(f, backend="numba").stages(X)["derivative"]
        names = driver.LOWERING["numba"]
        fn = run_pipeline(fn, names[: names.index("filling")])
        np.testing.assert_array_equal(run(PASSES["filling"].run(fn), [X])[0], run(fn, [X])[0])
