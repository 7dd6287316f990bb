"""Arrays and lists that loops write into: both modes, first and second order."""

from __future__ import annotations

import numpy as np
import pytest
from ad_check import check, parse

DOT = """func f(%x: f64[:], %y: f64[:]) {
  %p: f64[:] = mul %x, %y
  %s: f64[:] = sin %p
  %t: f64 = sum %s {axes=(0,)}
  %u: f64[:] = mul %x, %t
  %v: f64 = sum %u {axes=(0,)}
  return %v
}"""

BROADCAST = """func f(%x: f64[:, :], %y: f64[:], %c: float) {
  %p: f64[:, :] = mul %x, %y
  %q: f64[:, :] = mul %p, %c
  %s: f64[:, :] = sin %q
  %r: f64[:, :] = mul %s, %q
  %t: f64 = sum %r {axes=(0, 1)}
  return %t
}"""

ROSENBROCK = """func f(%x: f64[:]) {
  %0: int = const 0
  %1: int = const 1
  %zero: float = const 0.0
  %h: f64 = const 100.0
  %n: int = dim %x {axis=0}
  %m: int = sub %n, %1
  %start: f64 = cast %zero {dtype="f64", kind="np"}
  %s: f64, %trips: int = for %0, %m, %1, %start {exits=False} do (%i: int, %t: f64) {
    %j: int = add %i, %1
    %a: f64 = load %x[%j]
    %b: f64 = load %x[%i]
    %b2: f64 = mul %b, %b
    %d: f64 = sub %a, %b2
    %d2: f64 = mul %d, %d
    %e: f64 = mul %h, %d2
    %g: f64 = add %t, %e
    yield %g
  }
  return %s
}"""

# y[i] = y[i-1] * x[i] + y[i], in place
RECURRENCE = """func f(%x: f64[:]) {
  %1: int = const 1
  %n: int = dim %x {axis=0}
  %y0: f64[:] = sin %x
  %y: f64[:], %trips: int = for %1, %n, %1, %y0 {exits=False} do (%i: int, %y.1: f64[:]) {
    %j: int = sub %i, %1
    %a: f64 = load %y.1[%j]
    %b: f64 = load %x[%i]
    %c: f64 = load %y.1[%i]
    %d: f64 = mul %a, %b
    %e: f64 = add %d, %c
    %y.2: f64[:] = store %y.1[%i], %e
    yield %y.2
  }
  %q: f64[:] = mul %y, %y
  %s: f64 = sum %q {axes=(0,)}
  return %s
}"""

# for t: u[1:-1] = u[1:-1] * (u[2:] - u[:-2]) * nu
STENCIL = """func f(%u: f64[:], %nu: float, %n: int) {
  %0: int = const 0
  %1: int = const 1
  %2: int = const 2
  %-1: int = const -1
  %-2: int = const -2
  %u.1: f64[:], %trips: int = for %0, %n, %1, %u {exits=False} do (%t: int, %v: f64[:]) {
    %a: f64[:] = load %v[%1:%-1]
    %b: f64[:] = load %v[%2:]
    %c: f64[:] = load %v[:%-2]
    %d: f64[:] = sub %b, %c
    %e: f64[:] = mul %a, %d
    %g: f64[:] = mul %e, %nu
    %w: f64[:] = store %v[%1:%-1], %g
    yield %w
  }
  %q: f64[:] = mul %u.1, %u.1
  %s: f64 = sum %q {axes=(0,)}
  return %s
}""".replace("%-1", "%m1").replace("%-2", "%m2")

# In place Gauss-Seidel sweeps, element by element, twice into the same element in one iteration.
SWEEPS = """func f(%x: f64[:], %n: int) {
  %0: int = const 0
  %1: int = const 1
  %h: f64 = const 0.5
  %m: int = dim %x {axis=0}
  %u: f64[:], %trips: int = for %0, %n, %1, %x {exits=False} do (%t: int, %v: f64[:]) {
    %v.9: f64[:], %trips.1: int = for LOW, %m, %1, %v {exits=False} do (%i: int, %w: f64[:]) {
      %j: int = sub %i, %1
      %a: f64 = load %w[%i]
      %b: f64 = load %w[%j]
      %c: f64 = mul %a, %b
      %w.1: f64[:] = store %w[%i], %c
      %d: f64 = load %w.1[%i]
      %e: f64 = sin %d
      %g: f64 = mul %e, %a
      %k: f64 = add %g, %h
      %w.2: f64[:] = store %w.1[%i], %k
      %w.3: f64[:] = accum %w.2[%j], %d
      yield %w.3
    }
    yield %v.9
  }
  %q: f64[:] = mul %u, %u
  %s: f64 = sum %q {axes=(0,)}
  return %s
}"""

# The branch decides which array is written; rows of a matrix are saved.
ROWS = """func f(%a: f64[:, :], %x: f64[:]) {
  %0: int = const 0
  %1: int = const 1
  %half: f64 = const 0.5
  %n: int = dim %a {axis=0}
  %y: f64[:], %trips: int = for %0, %n, %1, %x {exits=False} do (%i: int, %v: f64[:]) {
    %row: f64[:] = load %a[%i]
    %p: f64[:] = mul %row, %v
    %s: f64 = sum %p {axes=(0,)}
    %c: bool_ = gt %s, %half
    %w: f64[:] = if %c then {
      %e: f64[:] = cos %p
      %q: f64[:] = mul %e, %s
      yield %q
    } else {
      %z: f64 = load %row[%0]
      %r: f64 = mul %z, %s
      %g: f64[:] = store %v[%0], %r
      %g2: f64[:] = mul %g, %g
      yield %g2
    }
    yield %w
  }
  %t: f64 = sum %y {axes=(0,)}
  return %t
}"""

# An array first assigned in the loop and read one iteration later.
LATE = """func f(%x: f64[:], %n: int) {
  %0: int = const 0
  %1: int = const 1
  %none: f64[:] = undef
  %start: f64 = const 0.5
  %s: f64, %prev: f64[:], %trips: int = for %0, %n, %1, %start, %none {exits=False} do (%i: int, %p: f64, %old: f64[:]) {
    %c: bool = gt %i, %0
    %r: f64 = if %c then {
      %m: f64[:] = mul %old, %x
      %t: f64 = sum %m {axes=(0,)}
      %e: f64 = sin %t
      yield %e
    } else {
      yield %p
    }
    %new: f64[:] = mul %x, %r
    %s2: f64 = mul %r, %p
    yield %s2, %new
  }
  return %s
}"""

LIST = """func f(%x: float, %n: int) {
  %0: int = const 0
  %1: int = const 1
  %l0: list[float] = list_new
  %l: list[float], %p: float, %trips: int = for %0, %n, %1, %l0, %x {exits=False} do (%i: int, %m: list[float], %q: float) {
    %r: float = sin %q
    %m.1: list[float] = list_append %m, %r
    %t: float = mul %r, %x
    yield %m.1, %t
  }
  %len: int = list_len %l
  %s: float, %trips.1: int = for %0, %len, %1, %x {exits=False} do (%k: int, %a: float) {
    %e: float = list_get %l, %k
    %g: float = mul %e, %a
    %h: float = add %g, %e
    yield %h
  }
  return %s
}"""

# A while loop in a for loop in a for loop: its tape goes through both.
THREADED = """func f(%x: f64[:], %n: int) {
  %0: int = const 0
  %1: int = const 1
  %3: f64 = const 3.0
  %h: f64 = const 1.3
  %one: f64 = const 1.0
  %m: int = dim %x {axis=0}
  %s: f64, %trips: int = for %0, %n, %1, %one {exits=False} do (%k: int, %a: f64) {
    %t: f64, %trips.1: int = for %0, %m, %1, %a {exits=False} do (%i: int, %b: f64) {
      %e: f64 = load %x[%i]
      %small: bool_ = lt %e, %one
      %r: f64 = if %small then {
        %z: f64, %trips.2: int = while %e test (%c: f64) {
          %go: bool_ = lt %c, %3
          yield %go
        } do (%d: f64) {
          %u: f64 = mul %d, %d
          %b2: f64 = mul %b, %b
          %v: f64 = mul %u, %b2
          %v2: f64 = add %v, %d
          %w: f64 = add %v2, %h
          yield %w
        }
        yield %z
      } else {
        yield %e
      }
      %y: f64 = sin %r
      yield %y
    }
    yield %t
  }
  return %s
}"""

# Triangular: x[i] -= sum of l[i, j] * x[j], j < i
SOLVE = """func f(%l: f64[:, :], %b: f64[:]) {
  %0: int = const 0
  %1: int = const 1
  %n: int = dim %b {axis=0}
  %x: f64[:], %trips: int = for %0, %n, %1, %b {exits=False} do (%i: int, %x.1: f64[:]) {
    %s: f64 = load %x.1[%i]
    %t: f64, %trips.1: int = for %0, %i, %1, %s {exits=False} do (%j: int, %a: f64) {
      %e: f64 = load %l[%i, %j]
      %g: f64 = load %x.1[%j]
      %h: f64 = mul %e, %g
      %k: f64 = sub %a, %h
      yield %k
    }
    %d: f64 = load %l[%i, %i]
    %q: f64 = div %t, %d
    %x.2: f64[:] = store %x.1[%i], %q
    yield %x.2
  }
  %q2: f64[:] = mul %x, %x
  %s2: f64 = sum %q2 {axes=(0,)}
  return %s2
}"""

# The adjoint of x is used twice over: y and z start from the same array.
TWICE = """func f(%x: f64[:], %n: int) {
  %0: int = const 0
  %1: int = const 1
  %y: f64[:], %z: f64[:], %trips: int = for %0, %n, %1, %x, %x {exits=False} do (%i: int, %a: f64[:], %b: f64[:]) {
    %c: f64 = load %a[%i]
    %d: f64 = load %x[%0]
    %e: f64 = mul %c, %d
    %b.1: f64[:] = store %b[%i], %e
    %g: f64[:] = accum %b.1[%0], %c
    yield %g, %a
  }
  %p: f64[:] = mul %y, %z
  %s: f64 = sum %p {axes=(0,)}
  return %s
}"""

X5 = np.array([0.5, -0.4, 1.2, 0.9, 0.3])


def test_dot():
    check(parse(DOT), [X5, X5[::-1].copy() + 0.1])


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("columns", [1, 4])
def test_broadcast(rows, columns):
    rng = np.random.default_rng(1)
    check(parse(BROADCAST), [rng.normal(size=(rows, columns)), rng.normal(size=columns), 0.7])


def test_broadcast_along_an_extent_of_one():
    rng = np.random.default_rng(1)
    check(parse(BROADCAST), [rng.normal(size=(3, 1)), rng.normal(size=4), 0.7])
    check(parse(BROADCAST), [rng.normal(size=(3, 4)), rng.normal(size=1), 0.7])


def test_rosenbrock():
    check(parse(ROSENBROCK), [X5])


@pytest.mark.parametrize("n", [1, 2, 5])
def test_recurrence(n):
    check(parse(RECURRENCE), [X5[:n].copy()])


@pytest.mark.parametrize("n", [0, 1, 3])
def test_stencil(n):
    check(parse(STENCIL), [X5, 0.8, n])


@pytest.mark.parametrize("low", ["%1", "%t", "%0"])
@pytest.mark.parametrize("n", [0, 1, 3])
def test_sweeps(n, low):
    check(parse(SWEEPS.replace("LOW", low)), [X5 / 2, n])


def test_rows():
    rng = np.random.default_rng(3)
    check(parse(ROWS), [rng.normal(size=(4, 3)), rng.normal(size=3)])


@pytest.mark.parametrize("n", [0, 1, 4])
def test_array_assigned_in_the_loop(n):
    check(parse(LATE), [X5, n])


@pytest.mark.parametrize("n", [0, 1, 4])
def test_list(n):
    check(parse(LIST), [0.8, n])


@pytest.mark.parametrize("n", [0, 1, 2])
def test_threaded_tape(n):
    check(parse(THREADED), [X5, n])


@pytest.mark.parametrize("n", [1, 2, 4])
def test_triangular_solve(n):
    rng = np.random.default_rng(5)
    check(parse(SOLVE), [rng.normal(size=(n, n)) + 3 * np.eye(n), rng.normal(size=n)])


@pytest.mark.parametrize("n", [0, 1, 2, 5])
def test_two_slots_of_one_array(n):
    check(parse(TWICE), [X5, n])
