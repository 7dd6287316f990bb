"""Straight line, `if`, loops over scalars, early exits: both modes, first and second order."""

from __future__ import annotations

import numpy as np
import pytest
from ad_check import check, parse

STRAIGHT = """func f(%x: float, %y: float) {
  %s: float = sin %x
  %p: float = mul %s, %y
  %q: float = mul %p, %x
  %d: float = div %q, %y
  %r: float = add %d, %p
  %z: float = add %r, %r
  return %z
}"""

IF = """func f(%x: float, %y: float) {
  %0: float = const 0.0
  %c: bool = gt %x, %0
  %r: float, %w: float = if %c then {
    %s: float = sin %x
    %p: float = mul %s, %y
    yield %p, %y
  } else {
    %d: bool = gt %y, %0
    %q: float = if %d then {
      %e: float = exp %y
      yield %e
    } else {
      yield %x
    }
    %e2: float = mul %q, %q
    yield %e2, %x
  }
  %t: float = mul %r, %w
  return %t
}"""

POWER = """func f(%x: float, %n: int) {
  %0: int = const 0
  %1: int = const 1
  %s: float, %trips: int = for %0, %n, %1, %x {exits=False} do (%i: int, %p: float) {
    %q: float = mul %p, %x
    %e: float = sin %q
    yield %e
  }
  return %s
}"""

STEPS = """func f(%x: float, %lo: int, %hi: int) {
  %1: int = const STEP
  %s: float, %trips: int = for %lo, %hi, %1, %x {exits=False} do (%i: int, %p: float) {
    %f: float = cast %i {dtype="f64", kind="py"}
    %g: float = mul %f, %x
    %q: float = mul %p, %g
    %e: float = sin %q
    yield %e
  }
  return %s
}"""

SWAP = """func f(%x: float, %y: float, %n: int) {
  %0: int = const 0
  %1: int = const 1
  %a: float, %b: float, %trips: int = for %0, %n, %1, %x, %y {exits=False} do (%i: int, %p: float, %q: float) {
    %r: float = mul %p, %q
    yield %q, %r
  }
  %s: float = mul %a, %b
  return %s
}"""

NESTED = """func f(%x: float, %y: float, %n: int, %m: int) {
  %0: int = const 0
  %1: int = const 1
  %s: float, %trips: int = for %0, %n, %1, %x {exits=False} do (%i: int, %p: float) {
    %e: float = sin %p
    %lo: int = add %i, %1
    %u: float, %trips.1: int = for LOW, %m, %1, %e {exits=False} do (%j: int, %q: float) {
      %k: int = add %i, %j
      %f: float = cast %k {dtype="f64", kind="py"}
      %g: float = mul %q, %y
      %h: float = cos %g
      %l: float = mul %h, %f
      %o: float = mul %l, %e
      yield %o
    }
    %v: float = add %u, %p
    yield %v
  }
  return %s
}"""

IF_IN_LOOP = """func f(%x: float, %n: int) {
  %0: int = const 0
  %1: int = const 1
  %h: float = const 0.3
  %s: float, %k: int, %trips: int = for %0, %n, %1, %x, %0 {exits=False} do (%i: int, %p: float, %k.1: int) {
    %c: bool = gt %p, %h
    %r: float, %k.2: int = if %c then {
      %a: float = sin %p
      %b: float = mul %a, %x
      %k.3: int = add %k.1, %1
      yield %b, %k.3
    } else {
      %a.1: float = exp %p
      %b.1: float = mul %a.1, %a.1
      yield %b.1, %k.1
    }
    %f: float = cast %k.2 {dtype="f64", kind="py"}
    %t: float = mul %r, %f
    yield %t, %k.2
  }
  return %s
}"""

WHILE = """func f(%a: float) {
  %h: float = const 0.5
  %eps: float = const 1e-12
  %x: float, %trips: int = while %a test (%x.1: float) {
    %s: float = mul %x.1, %x.1
    %d: float = sub %s, %a
    %e: float = abs %d
    %c: bool = gt %e, %eps
    yield %c
  } do (%x.2: float) {
    %q: float = div %a, %x.2
    %r: float = add %x.2, %q
    %t: float = mul %h, %r
    yield %t
  }
  return %x
}"""

WHILE_IN_FOR = """func f(%a: float, %n: int) {
  %0: int = const 0
  %1: int = const 1
  %h: float = const 0.5
  %big: float = const 3.0
  %x: float, %trips: int = for %0, %n, %1, %a {exits=False} do (%i: int, %y: float) {
    %z: float = sin %y
    %w: float, %trips.1: int = while %z test (%x.1: float) {
      %s: float = mul %x.1, %x.1
      %c: bool = lt %s, %big
      yield %c
    } do (%x.2: float) {
      %q: float = mul %h, %x.2
      %t: float = exp %q
      %u: float = mul %t, %a
      yield %u
    }
    %v: float = div %w, %y
    yield %v
  }
  return %x
}"""

# for i in range(n): if i == k: break; s = sin(s) * x;  then after the loop: if left by the break, s * s
EXIT = """func f(%x: float, %n: int, %k: int) {
  %0: int = const 0
  %1: int = const 1
  %2: int = const 2
  %one: float = const 0.9
  %s: float, %trips: int, %exit: int = for %0, %n, %1, %x {exits=True} do (%i: int, %p: float) {
    %g: float = mul %p, %x
    %c: bool = eq %i, %k
    %r: float, %e: int = if %c then {
      %m: float = mul %g, %g
      yield %m, %1
    } else {
      %w: float = sin %g
      %c2: bool = gt %w, %one
      %v: float, %e2: int = if %c2 then {
        %b: float = mul %w, %x
        yield %b, %2
      } else {
        %b.1: float = exp %w
        yield %b.1, %0
      }
      yield %v, %e2
    }
    yield %r, %e
  }
  %left: bool = eq %exit, %1
  %out: float = if %left then {
    %q: float = mul %s, %s
    yield %q
  } else {
    yield %s
  }
  return %out
}"""

# An inner break leaves the outer loop, too; the inner range starts at i and has step 2.
NESTED_EXIT = """func f(%x: float, %n: int, %bound: float) {
  %0: int = const 0
  %1: int = const 1
  %2: int = const 2
  %s: float, %trips: int, %exit: int = for %0, %n, %1, %x {exits=True} do (%i: int, %p: float) {
    %a: float = sin %p
    %t: float, %trips.1: int, %e: int = for %i, %n, %2, %a {exits=True} do (%j: int, %q: float) {
      %f: float = cast %j {dtype="f64", kind="py"}
      %g: float = mul %f, %x
      %h: float = add %q, %g
      %h2: float = mul %h, %a
      %c: bool = gt %h2, %bound
      %k: int = if %c then {
        yield %2
      } else {
        yield %0
      }
      yield %h2, %k
    }
    yield %t, %e
  }
  return %s
}"""

UNDEFINED = """func f(%x: float, %n: int) {
  %0: int = const 0
  %1: int = const 1
  %none: float = undef
  %s: float, %prev: float, %trips: int = for %0, %n, %1, %x, %none {exits=False} do (%i: int, %p: float, %old: float) {
    %c: bool = gt %i, %0
    %r: float = if %c then {
      %m: float = mul %old, %p
      %e: float = sin %m
      yield %e
    } else {
      yield %p
    }
    %new: float = mul %r, %x
    yield %r, %new
  }
  return %s
}"""


def test_straight_line():
    check(parse(STRAIGHT), [0.7, 1.3])


@pytest.mark.parametrize("point", [(0.5, 1.5), (-0.5, 0.7), (-0.5, -0.7)])
def test_if(point):
    check(parse(IF), list(point))


@pytest.mark.parametrize("n", [-1, 0, 1, 5])
def test_for(n):
    check(parse(POWER), [0.8, n])


@pytest.mark.parametrize(
    ("step", "lo", "hi"), [(1, 2, 6), (2, 1, 8), (2, 1, 7), (3, 5, 5), (-1, 6, 1), (-2, 7, 1), (-3, 9, 0), (-2, 0, 5)]
)
def test_steps(step, lo, hi):
    check(parse(STEPS.replace("STEP", str(step))), [0.8, lo, hi])


@pytest.mark.parametrize("n", [0, 1, 4])
def test_carried_swap(n):
    check(parse(SWAP), [0.8, 1.1, n])


@pytest.mark.parametrize("low", ["%0", "%lo", "%i"])
@pytest.mark.parametrize(("n", "m"), [(3, 4), (1, 2), (0, 3), (2, 0)])
def test_nested(low, n, m):
    check(parse(NESTED.replace("LOW", low)), [0.8, 1.1, n, m])


@pytest.mark.parametrize("x", [0.1, 0.9, -0.4])
def test_if_in_loop(x):
    check(parse(IF_IN_LOOP), [x, 4])


@pytest.mark.parametrize(("a", "eps"), [(2.0, "1e-12"), (1.0, "1e-2"), (7.3, "1e-12"), (3.0, "1.1")])
def test_while(a, eps):
    check(parse(WHILE.replace("1e-12", eps)), [a])


@pytest.mark.parametrize("n", [0, 1, 2])
def test_while_in_for(n):
    check(parse(WHILE_IN_FOR), [0.9, n])


@pytest.mark.parametrize(("x", "n", "k"), [(0.8, 4, 9), (0.8, 4, 2), (0.8, 4, 0), (1.2, 5, 9), (0.8, 0, 0)])
def test_exit(x, n, k):
    check(parse(EXIT), [x, n, k])


@pytest.mark.parametrize("bound", [100.0, 1.5, 0.5, -10.0])
def test_nested_exit(bound):
    fn = parse(NESTED_EXIT)
    gradient = check(fn, [0.8, 5, bound], second=True)
    assert np.isfinite(gradient[0])


@pytest.mark.parametrize("n", [0, 1, 4])
def test_undefined_before_the_first_iteration(n):
    check(parse(UNDEFINED), [0.8, n])
