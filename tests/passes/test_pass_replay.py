"""Iterations that are run again: what is no longer saved, what has to be, and that the values are the same."""

import math

import numpy as np
import pytest

from autodiff_compiler import grad, value_and_grad
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.text import format_function
from autodiff_compiler.ir.verify import verify
from autodiff_compiler.passes.registry import PASSES

BACKENDS = pytest.mark.parametrize("backend", ["python", "numba"])
X = np.array([0.3, -1.2, 0.7, 2.1])


def pair(save="%v", between="", first="0, %n, %one", second="%last, %minus, %minus", read="%x", step="add %c, %z", result="%s"):
    """A loop that saves a value of each iteration, and one that reads it back."""
    start, _, rest = first.partition(",")
    return parse_function(f"""func f(%x: f64[:], %n: int) {{
        %zero: int = const 0
        %one: int = const 1
        %minus: int = const -1
        %start: int = const {start}
        %last: int = sub %n, %one
        %nothing: f64 = const 0.0
        %room: f64[:] = empty %n {{dtype='f64', filled=True}}
        %sum: f64, %tape: f64[:], %t: int = for %start,{rest}, %nothing, %room {{exits=False}} do (%i: int, %a: f64, %p: f64[:]) {{
          %e: f64 = load %x[%i]
          %v: f64 = exp %e
          %b: f64 = add %a, %v
          %p1: f64[:] = store %p[%i], {save}
          yield %b, %p1
        }}
        {between}
        %s: f64, %u: int = for {second}, %nothing {{exits=False}} do (%j: int, %c: f64) {{
          %w: f64 = load %tape[%j]
          %y: f64 = load {read}[%j]
          %z: f64 = mul %w, %y
          %d: f64 = {step}
          yield %d
        }}
        return {result}
    }}""")


def replayed(fn):
    """The function after the pass; the interpreter gives the same for every number of iterations."""
    made = PASSES["replay"].run(fn)
    verify(made)
    for n in range(4):
        args = [X[:n].copy(), n]
        for one, other in zip(run(made, args), run(fn, args), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-14)  # sums in another order
    assert format_function(PASSES["replay"].run(made)) == format_function(made)
    return format_function(made)


@pytest.mark.parametrize("second", ["%last, %minus, %minus", "%zero, %n, %one"])
def test_what_an_iteration_computes_is_computed_again(second):
    text = replayed(pair(second=second))
    assert "empty" not in text
    assert text.count(" for ") == 1
    assert text.count("exp") == 1


@pytest.mark.parametrize(
    "kept",
    [
        {"result": "%s, %sum", "step": "sub %z, %c"},  # the order matters
        {"result": "%s, %sum", "between": "%x1: f64[:] = mul %x, %sum", "read": "%x1"},  # the second loop needs the sum
        {"first": "0, %last, %one", "second": "%zero, %last, %one", "between": "%e1: f64 = const 1.0\n%x1: f64[:] = store %x[%zero], %e1",
         "read": "%x1"},  # the array is overwritten before the second loop
    ],
)  # fmt: skip
def test_what_has_to_be_saved(kept):
    fn = PASSES["dce"].run(pair(**kept))
    made = PASSES["replay"].run(fn)
    assert format_function(made) == format_function(fn)


@pytest.mark.parametrize(
    "more",
    [
        {"save": "%b"},  # a sum over the iterations
        {"result": "%s, %sum"},  # the first loop is needed anyway
        {"result": "%s, %q", "between": "%q: f64 = sqrt %sum"},  # what needs its result comes later
        {"result": "%s, %sum", "second": "%zero, %n, %one", "step": "sub %z, %c"},  # forwards, in any case
    ],
)
def test_an_iteration_is_reversed_as_soon_as_it_has_run(more):
    text = replayed(PASSES["dce"].run(pair(**more)))
    assert "empty" not in text
    assert text.count(" for ") == 1


def test_other_places_are_not_the_same():
    fn = parse_function("""func f(%x: f64[:], %n: int) {
        %zero: int = const 0
        %one: int = const 1
        %minus: int = const -1
        %last: int = sub %n, %one
        %nothing: f64 = const 0.0
        %room: f64[:] = empty %n {dtype='f64', filled=True}
        %tape: f64[:], %t: int = for %zero, %n, %one, %room {exits=False} do (%i: int, %p: f64[:]) {
          %e: f64 = load %x[%i]
          %v: f64 = exp %e
          %p1: f64[:] = store %p[%i], %v
          yield %p1
        }
        %s: f64, %u: int = for %zero, %n, %one, %nothing {exits=False} do (%j: int, %c: f64) {
          %k: int = sub %last, %j
          %w: f64 = load %tape[%k]
          %d: f64 = sub %w, %c
          yield %d
        }
        return %s
    }""")
    assert "empty" in replayed(fn)


# -- whole gradients -----------------------------------------------------------------------------------------------


def powers(x, n):
    """The powers of a point are saved for one point only."""
    total = 0.0
    for i in range(n):
        t = 0.1 * i
        power = 1.0
        r = 1.0
        for j in range(len(x)):
            r -= x[j] * power
            power *= t
        total += r * r
    return total


def with_room(x, n):
    """Arrays made outside that every iteration fills."""
    scaled = np.zeros(len(x))
    terms = np.zeros(5)
    total = 0.0
    for i in range(n):
        for k in range(5):
            for j in range(len(x)):
                scaled[j] = x[j] * (i + 1) + k
            s = 0.0
            for j in range(len(x)):
                s += scaled[j] * scaled[j] * x[0]
            terms[k] = math.sin(0.02 * s)
        for k in range(5):
            total += terms[k] * terms[k]
    return total


def with_rest(x, n):
    """The room is not filled: what an earlier iteration left there is read."""
    scaled = np.zeros(len(x))
    total = 0.0
    for i in range(n):
        for j in range(1, len(x)):
            scaled[j] = x[j] * scaled[j - 1] + i
        scaled[0] = scaled[len(x) - 1] * 0.1
        total += scaled[0] * scaled[0] * x[0]
    return total


def overwritten(x, n):
    """What an iteration read is overwritten before the reversal."""
    y = x * 2.0
    total = 0.0
    for i in range(len(y)):
        total += math.sin(y[i]) ** 2
    for i in range(len(y)):
        y[i] = y[i] * y[i]
    return total * y[n % len(y)]


def recurrence(x, n):
    s = x[0]
    for i in range(n):
        s = math.sin(s) * x[i % len(x)] + 0.1 * s * s
    return s


PROGRAMS = (powers, with_room, with_rest, overwritten, recurrence)


def slopes(f, x, n):
    """Central differences of fourth order."""
    h = 1e-3
    made = []
    for k in range(len(x)):
        at = [f(x + step * h * np.eye(len(x))[k], n) for step in (-2, -1, 1, 2)]
        made.append((at[0] - 8 * at[1] + 8 * at[2] - at[3]) / (12 * h))
    return np.array(made)


@pytest.mark.parametrize("f", PROGRAMS)
@BACKENDS
def test_gradients(f, backend):
    for n in (0, 1, 3):
        if f is overwritten and n == 0:
            continue
        made = grad(f, backend=backend, verify=True)(X.copy(), n)
        np.testing.assert_allclose(made, slopes(f, X, n), rtol=1e-6, atol=1e-7)
        np.testing.assert_allclose(made, grad(f, backend=backend, disable=["replay", "allocations"])(X.copy(), n), rtol=1e-12)
        value, both = value_and_grad(f, backend=backend)(X.copy(), n)
        assert value == pytest.approx(f(X.copy(), n), rel=1e-12)
        np.testing.assert_allclose(both, made, rtol=1e-12, atol=1e-14)


@BACKENDS
def test_second_order(backend):
    hessian = np.array([grad(lambda x, n, k=k: grad(powers)(x, n)[k], backend=backend)(X, 3) for k in range(len(X))])
    np.testing.assert_allclose(hessian, hessian.T, rtol=1e-12)
    for k in range(len(X)):
        np.testing.assert_allclose(hessian[k], slopes(lambda x, n, k=k: grad(powers)(x, n)[k], X, 3), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("f", [powers, with_room])
@BACKENDS
def test_no_tape_of_all_iterations(f, backend):
    text = grad(f, backend=backend, disable=["strips"]).source(X, 3)
    saved = [line for line in text.splitlines() if "_saved = " in line]
    assert saved
    assert not any("(n, " in line or "(count, " in line for line in saved), text
    assert "_saved = []" not in text


def windows(x, n):
    """Sums in branches and in inner loops, a counter, and a state that nothing is differentiated by."""
    total, at, t = 0.0, 0, 0.5
    for i in range(n):
        for j in range(len(x)):
            total += math.sin(x[j] * t) * x[at % len(x)]
        if i % 2 == 0:
            total -= x[at % len(x)] ** 2
        at += 2
        t *= 1.5
    return total


@pytest.mark.parametrize("f", [powers, windows])
@BACKENDS
def test_value_and_gradient_in_one_loop(f, backend):
    derivative = value_and_grad(f, backend=backend)
    value, gradient = derivative(X.copy(), 5)
    assert value == (f(X.copy(), 5) if backend == "python" else pytest.approx(f(X.copy(), 5), rel=1e-14))
    np.testing.assert_allclose(gradient, slopes(f, X, 5), rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(gradient, grad(f, backend=backend, disable=["replay"])(X.copy(), 5), rtol=1e-12)
    assert value_and_grad(f, backend=backend, disable=["strips"]).source(X.copy(), 5).count("for i in range(") == 1


# -- room is made once -----------------------------------------------------------------------------------------------


def test_room_is_made_before_the_loop():
    text = grad(powers, backend="numba", disable=["strips"]).source(X, 3)
    room = next(line for line in text.splitlines() if "np.empty" in line)
    assert room.startswith("    power_saved")
    assert "        power_saved = np.empty" not in text


ROOM = """func f(%x: f64[:], %n: int) {{
    %zero: int = const 0
    %one: int = const 1
    %many: int = sub %n, %one
    %nothing: f64 = const 0.0
    {outside}
    %s: {carried}, %t: int = for %zero, %n, %one, {init} {{exits=False}} do (%i: int, %c: {carried}) {{
      %a: f64[:] = empty %many {{dtype='f64', filled=True}}
      %b: f64[:], %u: int = for %zero, %many, %one, %a {{exits=False}} do (%j: int, %p: f64[:]) {{
        %e: f64 = load %x[%j]
        %p1: f64[:] = store %p[%j], %e
        yield %p1
      }}
      {rest}
    }}
    return %s
}}"""


@pytest.mark.parametrize(
    ("moved", "parts"),
    [
        (True, {"outside": "", "carried": "f64", "init": "%nothing", "rest": "%q: f64 = sum %b {axes=(0,)}\n%d: f64 = add %c, %q\nyield %d"}),
        (False, {"outside": "", "carried": "f64[:]", "init": "%x", "rest": "yield %b"}),
    ],
)  # fmt: skip
def test_what_is_handed_on_has_memory_of_its_own(moved, parts):
    fn = parse_function(ROOM.format(**parts))
    made = PASSES["allocations"].run(fn)
    verify(made)
    lines = format_function(made).splitlines()
    assert any(line.startswith("  %") and "= empty" in line for line in lines) == moved
    for n in range(4):  # without an iteration, one with room for -1 elements
        args = [X[: max(n - 1, 0)].copy(), n]
        np.testing.assert_array_equal(run(made, args)[0], run(fn, args)[0])
