"""Ranges and proofs of integers: against brute force, and what is moved, checked and proven."""

import itertools
import random
from dataclasses import replace

import numba
import numpy as np
import pytest

from autodiff_compiler.analysis import ranges
from autodiff_compiler.analysis.ranges import Ranges
from autodiff_compiler.backends.prelude import numba_helpers as helpers
from autodiff_compiler.ir.opset import TABLE
from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.text import format_function
from autodiff_compiler.ir.walk import all_ops, definitions
from autodiff_compiler.passes import branches, checks, integers, licm

BINARY = ("add", "sub", "mul", "floordiv", "mod", "pow", "lshift", "rshift", "and", "or", "xor", "maximum", "minimum")
UNARY = ("neg", "abs", "invert", "sign")
LIMIT = 2**63 - 1


def intervals(rng):
    for _ in range(200):
        low = rng.randint(-6, 6)
        yield low, low + rng.randint(0, 5)


@pytest.mark.parametrize("kind", [*BINARY, *UNARY])
def test_ranges_against_all_pairs(kind):
    rng, compute = random.Random(kind), TABLE[kind].py_eval
    arity = 1 if kind in UNARY else 2
    for given in zip(*(intervals(rng) for _ in range(arity))):
        low, high = ranges._RESULTS[kind](*given)
        for numbers in itertools.product(*(range(a, b + 1) for a, b in given)):
            try:
                number = compute(*numbers)
            except (ZeroDivisionError, ValueError):
                continue
            if isinstance(number, int):
                assert low <= number <= high, (kind, given, numbers)


def found(text, name, compiled=True):
    function = parse_function(text)
    names = {v.name: v for op in all_ops(function.body) for v in op.results}
    return Ranges(function.body, definitions(function.body), compiled).of(names[name])


LOOP = """func f(%x: f64[:], %m: int) {
  %n: int = dim %x {axis=0}
  %zero: int = const 0
  %one: int = const 1
  %two: int = const 2
  %k: int, %trips: int = for %zero, %n, %one, %zero {exits=False} do (%i: int, %s: int) {
    BODY
    yield %t
  }
  return %k
}
"""
BRANCH = """%c: bool = lt %i, %m
    %d: int = if %c then {
      yield %one
    } else {
      yield %zero
    }
    %t: int = add %d, %s"""


@pytest.mark.parametrize(
    ("body", "low", "high"),
    [
        ("%t: int = add %s, %two", 0, 2 * (LIMIT // 8)),
        ("%t: int = sub %s, %i", -(2**63), 0),
        ("%t: int = maximum %s, %i", 0, LIMIT // 8 - 1),
        (BRANCH, 0, LIMIT // 8),
        ("%t: int = mul %s, %two", 0, 0),
    ],
)
def test_what_a_loop_carries(body, low, high):
    assert found(LOOP.replace("BODY", body), "k") == (low, high)


def test_without_a_limit():
    """In the Python backend an int may be larger than all that is known of it."""
    text = LOOP.replace("BODY", "%h: int = const 9223372036854775807\n%c: bool = le %m, %h\ncheck %c {error='ValueError', message=()}\n%t: int = mul %s, %two")
    assert "check" in kinds(format_function(checks.run(parse_function(text))))
    assert "check" not in kinds(passed(text, checks))
    body = "%q: int = floordiv %m, %seven\n%t: int = maximum %q, %s".replace("%seven", "%two")
    assert found(LOOP.replace("BODY", body), "k", compiled=False) == (0, ranges.FAR)


TAPE = """func f(%n: int) {
  %zero: int = const 0
  %one: int = const 1
  %seven: int = const 7
  %a: i64[:] = empty %n {dtype='i64', filled=FILLED}
  %b: i64[:], %trips: int = for %zero, %n, %one, %a {exits=False} do (%i: int, %p: i64[:]) {
    %r: int = mod %i, %seven
    %e: i64 = cast %r {dtype='i64', kind='np'}
    %q: i64[:] = store %p[%i], %e
    yield %q
  }
  %y: i64 = load %b[%zero]
  return %y
}
"""


def test_what_a_tape_holds():
    assert found(TAPE.replace("FILLED", "True"), "y") == (0, 6)
    # What nobody wrote may be anything.
    assert found(TAPE.replace("FILLED", "False"), "y") == (-(2**63), LIMIT)


def passed(text, *passes):
    function = replace(parse_function(text), compiled=True)
    for one in passes:
        function = one.run(function)
    return format_function(function)


def kinds(text):
    return [op.kind for op in all_ops(parse_function(text).body)]


def test_before_what_may_not_fit_stands_a_check():
    text = LOOP.replace("BODY", "%q: int = mul %m, %i\n%r: int = add %i, %two\n%t: int = add %q, %r")
    done = passed(text, integers)
    assert "check_width %m, %i {of='mul'}" in done
    assert done.count("check_width") == 2, "the sum of two indices fits"
    assert passed(done, integers) == done


@pytest.mark.parametrize("one", [licm, branches, checks])
def test_what_may_not_fit_is_not_moved(one):
    """Out of a loop that may not run, or out of a branch: there it would raise where CPython does not."""
    text = LOOP.replace("BODY", "%q: int = mul %m, %m\n%t: int = maximum %q, %s")
    assert passed(text, one, integers) == passed(text, integers)
    chosen = """%c: bool = lt %zero, %m
    %r: int = if %c then {
      %q: int = mul %m, %m
      yield %q
    } else {
      yield %zero
    }
    %t: int = maximum %r, %s"""
    done = passed(LOOP.replace("BODY", chosen), one)
    assert done.index("for %zero") < done.index("mul")
    guarded = """func f(%c: bool, %m: int) {
      %zero: int = const 0
      %r: bool = if %c then {
        %q: int = mul %m, %m
        %t: bool = lt %zero, %q
        yield %t
      } else {
        %f: bool = const False
        yield %f
      }
      return %r
    }
    """
    assert "if" in kinds(passed(guarded, one))


def test_what_fits_is_computed_on_both_paths():
    text = """func f(%c: bool, %x: f64[:]) {
      %one: int = const 1
      %n: int = dim %x {axis=0}
      %r: bool = if %c then {
        %q: int = add %n, %one
        %t: bool = lt %one, %q
        yield %t
      } else {
        %f: bool = const False
        yield %f
      }
      return %r
    }
    """
    assert "if" not in kinds(passed(text, branches))


def test_small_arguments():
    text = LOOP.replace("BODY", "%q: int = mul %m, %m\n%t: int = maximum %q, %s")
    guarded = format_function(integers.guarded(parse_function(text)))
    assert "check_width %m {of='argument'}" in guarded
    assert passed(guarded, integers).count("check_width") == 1


# -- helpers ---------------------------------------------------------------------------------------------------------------

EDGES = [-(2**63), -(2**63) + 1, -(2**32), -3, -1, 0, 1, 2, 7, 2**31, 2**62, 2**63 - 1]


@numba.njit(error_model="numpy")
def compiled(a, b):
    c = b if b >= 0 else 0
    return (
        (helpers.add_overflows(a, b), helpers.sub_overflows(a, b), helpers.mul_overflows(a, b)),
        (helpers.power_overflows(a, c), helpers.shift_overflows(a, c)),
        (helpers.wrapping_add(a, b), helpers.wrapping_sub(a, b), helpers.wrapping_mul(a, b)),
        (helpers.integer_power(a, c), helpers.floor_divide(a, b), helpers.shift_left(a, b), helpers.shift_right(a, b)),
    )


@pytest.mark.parametrize("a", EDGES)
def test_helpers_against_exact_integers_and_numpy(a):
    for b in EDGES:
        c = max(b, 0)
        power = a**c if c < 99 or abs(a) < 2 else 2**64
        shift = a << c if c < 99 or not a else 2**64
        large = [not -(2**63) <= number < 2**63 for number in (a + b, a - b, a * b, power, shift)]
        x, y = np.int64(a), np.int64(b)
        with np.errstate(all="ignore"):
            wrapped = [x + y, x - y, x * y, x ** np.int64(c), x // y, x << y, x >> y]
        overflows, more, *results = compiled(a, b)
        assert [*overflows, *more] == large, (a, b)
        assert [number for group in results for number in group] == wrapped, (a, b)
