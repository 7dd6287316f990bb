"""`running_sums`: a carried array is added to in place, where nothing else reads it and nothing stretches it."""

import numpy as np
import pytest

from autodiff_compiler import value_and_grad
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.verify import verify
from autodiff_compiler.ir.walk import all_ops
from autodiff_compiler.passes.registry import PASSES
from autodiff_compiler.testing import check_grads

BEGIN = """func f(%t0: f64[:], %a: f64[:, :], %n: int) {
  %zero: int = const 0
  %one: int = const 1
  %two: int = const 2
  %cols: int = dim %a {axis=1}
  %start: f64[:] = START
  """
LOOP = BEGIN + """%r: f64[:], %trips: int = for %zero, %n, %one, %start {exits=False} do (%i: int, %t: f64[:]) {
    %v: f64[:] = load %a[%i]
    BODY
    yield %s
  }
  return %r
}"""
ZEROS = "full %cols, %f {}"
BRANCH = """%last: bool = eq %i, %two
    %s: f64[:] = if %last then {
      %u: f64[:] = add %t, %v
      yield %u
    } else {
      yield %t
    }"""
IN_PLACE = {
    "first": "%s: f64[:] = add %t, %v",
    "second": "%s: f64[:] = add %v, %t",
    "in a branch": BRANCH,
    "the new one is read": "%s: f64[:] = add %t, %v\n    %w: f64[:] = mul %s, %s",
}
NOT_IN_PLACE = {
    "read otherwise": "%s0: f64[:] = add %t, %v\n    %s: f64[:] = mul %s0, %t",
    "with itself": "%s: f64[:] = add %t, %t",
    "a difference": "%s: f64[:] = sub %t, %v",
    "nothing of it": "%s: f64[:] = add %v, %v",
}


def parsed(body, start="full %cols, %f"):
    text = LOOP.replace("BODY", body).replace("%start: f64[:] = START", f"%f: f64 = const 0.0\n  %start: f64[:] = {start}")
    fn = parse_function(text)
    verify(fn)
    return fn


def results(fn, n=3):
    rng = np.random.default_rng(0)
    args = [rng.normal(size=4), rng.normal(size=(3, 4)), n]
    before = [np.copy(arg) for arg in args]
    for mutable in (False, True):
        (found,) = run(fn, [np.copy(args[0]), np.copy(args[1]), n], mutable=mutable)
        yield found
    for one, other in zip(args, before):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("body", IN_PLACE.values(), ids=IN_PLACE)
def test_in_place(body):
    fn = parsed(body)
    made = PASSES["running_sums"].run(fn)
    verify(made)
    assert [op.kind for op in all_ops(made.body) if op.kind in ("add", "accum")] == ["accum"]
    assert PASSES["running_sums"].run(made) is made
    for n in (0, 3):
        for found, wanted in zip(results(made, n), results(fn, n)):
            np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("body", NOT_IN_PLACE.values(), ids=NOT_IN_PLACE)
def test_left_alone(body):
    fn = parsed(body)
    assert PASSES["running_sums"].run(fn) is fn


def test_what_may_be_stretched():
    """A carried array of another extent than the term's."""
    fn = parsed(IN_PLACE["first"], start="copy %t0")
    assert PASSES["running_sums"].run(fn) is fn


def average(x, w):
    total = np.zeros(x.shape[1])
    for i in range(len(x)):
        total = total + x[i] * w[i]
    return np.sum(np.tanh(total))


def kept(x, w):
    """Each sum is kept by the caller: none may be overwritten."""
    total, sums = np.zeros(x.shape[1]), []
    for i in range(3):
        total = total + x[i] * w[i]
        sums.append(total)
    return np.sum(sums[0] * sums[1]) + np.sum(np.sin(sums[2]))


def given(x, w):
    """It starts as an array of the caller."""
    total = w
    for i in range(len(x)):
        total = total + x[i]
    return np.sum(total * total * w)


@pytest.mark.parametrize("backend", ["python", "numba"])
@pytest.mark.parametrize("fun", [average, kept, given], ids=lambda fun: fun.__name__)
def test_programs(fun, backend):
    rng = np.random.default_rng(1)
    x, w = rng.normal(size=(3, 3)), rng.normal(size=3)
    before = w.copy()
    check_grads(fun, (x, w), backend=backend)
    np.testing.assert_array_equal(w, before)


def test_what_is_printed():
    assert "total += x[i] * w[i]" in value_and_grad(average).source(np.ones((2, 2)), np.ones(2))
