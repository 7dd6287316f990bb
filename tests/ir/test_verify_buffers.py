"""The verifier of the form after the buffers stage.

Where a program is refused, its mutable run differs from its value run or touches an argument, so the refusals are
checked to be real ones; where it is accepted, both runs agree.
"""

from __future__ import annotations

import numpy as np
import pytest

from autodiff_compiler.diagnostics import InternalError
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.types import Array, ListOf
from autodiff_compiler.ir.verify import verify


def parsed(body):
    return parse_function(f"func f(%x: f64[:], %w: f64[:], %n: int, %v: f64, %c: bool) {{\n{body}\n}}")


def arguments(condition=True):
    return [np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 6.0]), 1, np.float64(9.0), condition]


def shown(results, fn):
    found = []
    for value, result in zip(fn.results, results):
        found.append([np.array(i) for i in result] if isinstance(value.type, ListOf) else np.array(result))
    return repr(found)


def behaves(fn):
    """Whether the mutable run gives the values, leaves the arguments alone, and returns buffers of its own."""
    for condition in (True, False):
        args = arguments(condition)
        expected = shown(run(fn, arguments(condition)), fn)
        results = run(fn, args, mutable=True)
        if shown(results, fn) != expected or repr(args) != repr(arguments(condition)):
            return False
        arrays = [r for value, r in zip(fn.results, results) if isinstance(value.type, Array)]
        others = [args[0], args[1]]
        for array in arrays:
            if any(np.shares_memory(array, other) for other in others):
                return False
            others.append(array)
    return True


GOOD = {
    "what is new on one path, and saved on that path only": """
        %l0: list[f64[:]] = list_new
        %zero: int = const 0
        %one: int = const 1
        %two: int = const 2
        %r: f64[:], %l1: list[f64[:]], %t: int = for %zero, %two, %one, %x, %l0 {exits=False} do (%i: int, %p: f64[:], %l: list[f64[:]]) {
          %u: f64[:], %s: f64[:] = if %c then {
            %e: f64[:] = copy %w
            yield %p, %e
          } else {
            %q: f64[:] = mul %p, %p
            yield %q, %q
          }
          %l2: list[f64[:]] = list_append %l, %s
          yield %u, %l2
        }
        %y: f64[:] = list_get %l1, %zero
        return %y""",
    "views of the version before, saved where a new one is made": """
        %a: f64[:] = copy %x
        %l0: list[f64[:]] = list_new
        %k0: list[f64[:]] = list_new
        %zero: int = const 0
        %one: int = const 1
        %two: int = const 2
        %r: f64[:], %l1: list[f64[:]], %k1: list[f64[:]], %t: int = for %zero, %two, %one, %a, %l0, %k0 {exits=False} do (%i: int, %p: f64[:], %l: list[f64[:]], %k: list[f64[:]]) {
          %u: f64[:], %s: f64[:], %v1: f64[:] = if %c then {
            %e: f64[:] = copy %w
            %d: f64[:] = copy %w
            yield %p, %e, %d
          } else {
            %s1: f64[:] = transpose %p {perm=(0,)}
            %s2: f64[:] = transpose %p {perm=(0,)}
            %q: f64[:] = copy %p
            %q1: f64[:] = accum %q[%zero], %v
            yield %q1, %s1, %s2
          }
          %l2: list[f64[:]] = list_append %l, %s
          %k2: list[f64[:]] = list_append %k, %v1
          yield %u, %l2, %k2
        }
        %r1: f64[:] = store %r[%zero], %v
        %y: f64[:] = list_get %l1, %zero
        %y2: f64[:] = list_get %k1, %zero
        %y3: f64[:] = add %y, %y2
        return %y3, %r1""",
    "an element of one list appended to another": """
        %k0: list[f64[:]] = list_new %x
        %l0: list[f64[:]] = list_new
        %zero: int = const 0
        %one: int = const 1
        %l1: list[f64[:]], %t: int = for %zero, %n, %one, %l0 {exits=False} do (%i: int, %l: list[f64[:]]) {
          %r: f64[:] = list_get %k0, %zero
          %l2: list[f64[:]] = list_append %l, %r
          yield %l2
        }
        %p: f64[:] = list_get %k0, %zero
        %q: f64[:] = list_get %l1, %zero
        %s: f64[:] = add %p, %q
        return %s""",
    "two lists of views of one array": """
        %a: f64[:, :] = full %n, %n, %v
        %k0: list[f64[:]] = list_new
        %l0: list[f64[:]] = list_new
        %zero: int = const 0
        %one: int = const 1
        %k1: list[f64[:]], %l1: list[f64[:]], %t: int = for %zero, %n, %one, %k0, %l0 {exits=False} do (%i: int, %k: list[f64[:]], %l: list[f64[:]]) {
          %r: f64[:] = load %a[%i]
          %k2: list[f64[:]] = list_append %k, %r
          %l2: list[f64[:]] = list_append %l, %r
          yield %k2, %l2
        }
        %p: f64[:] = list_get %k1, %zero
        %q: f64[:] = list_get %l1, %zero
        %s: f64[:] = add %p, %q
        return %s""",
    "straight": "%a: f64[:] = copy %x\n%b: f64[:] = store %a[%n], %v\nreturn %b",
    "old version copied": """
        %a: f64[:] = copy %x
        %d: f64[:] = copy %a
        %b: f64[:] = store %a[%n], %v
        %s: f64[:] = add %b, %d
        return %s""",
    "shape of an old version": """
        %a: f64[:] = copy %x
        %b: f64[:] = store %a[%n], %v
        %d: int = dim %a {axis=0}
        return %b, %d""",
    "element loaded before": """
        %a: f64[:] = copy %x
        %e: f64 = load %a[%n]
        %b: f64[:] = store %a[%n], %v
        return %b, %e""",
    "branches": """
        %a: f64[:] = copy %x
        %y: f64[:] = if %c then {
          %b: f64[:] = store %a[%n], %v
          yield %b
        } else {
          %s: f64[:] = add %a, %a
          yield %s
        }
        %z: f64[:] = accum %y[%n], %v
        return %z""",
    "swapped buffers": """
        %a: f64[:] = copy %x
        %b: f64[:] = copy %w
        %two: int = const 3
        %r: f64[:], %s: f64[:], %t: int = for %n, %two, %n, %a, %b do (%i: int, %p: f64[:], %q: f64[:]) {
          %m: f64[:], %u: int = for %n, %two, %n, %p do (%j: int, %k: f64[:]) {
            %e: f64 = load %q[%j]
            %o: f64[:] = accum %k[%j], %e
            yield %o
          }
          yield %q, %m
        }
        %z: f64[:] = store %r[%n], %v
        return %z, %s""",
    "new buffer in every iteration": """
        %a: f64[:] = copy %x
        %two: int = const 3
        %r: f64[:], %t: int = for %n, %two, %n, %a do (%i: int, %p: f64[:]) {
          %d: f64[:] = copy %w
          %e: f64[:] = store %d[%i], %v
          %f: f64[:] = add %e, %p
          %g: f64[:] = accum %f[%n], %v
          yield %g
        }
        %z: f64[:] = store %r[%n], %v
        return %z""",
    "tape": """
        %l: list[f64[:]] = list_new
        %k: int = const 3
        %m: list[f64[:]], %t: int = for %n, %k, %n, %l do (%i: int, %p: list[f64[:]]) {
          %d: f64[:] = copy %x
          %e: f64[:] = store %d[%i], %v
          %q: list[f64[:]] = list_append %p, %e
          yield %q
        }
        %g: f64[:] = list_get %m, %n
        %h: f64[:] = copy %g
        return %h""",
    "while": """
        %a: f64[:] = copy %x
        %r: f64[:], %t: int = while %a test (%p: f64[:]) {
          %e: f64 = load %p[%n]
          %l: bool_ = lt %e, %v
          yield %l
        } do (%q: f64[:]) {
          %z: f64[:] = accum %q[%n], %v
          yield %z
        }
        return %r""",
}

BAD = {
    "what is kept on one path, and saved on the other": """
        %l0: list[f64[:]] = list_new
        %zero: int = const 0
        %one: int = const 1
        %two: int = const 2
        %r: f64[:], %l1: list[f64[:]], %t: int = for %zero, %two, %one, %x, %l0 {exits=False} do (%i: int, %p: f64[:], %l: list[f64[:]]) {
          %u: f64[:], %s: f64[:] = if %c then {
            %e: f64[:] = copy %w
            yield %p, %e
          } else {
            %q: f64[:] = mul %p, %p
            yield %q, %p
          }
          %l2: list[f64[:]] = list_append %l, %s
          yield %u, %l2
        }
        %y: f64[:] = list_get %l1, %zero
        return %y""",
    "views of the version that is overwritten, saved on that path only": """
        %a: f64[:] = copy %x
        %l0: list[f64[:]] = list_new
        %k0: list[f64[:]] = list_new
        %zero: int = const 0
        %one: int = const 1
        %two: int = const 2
        %r: f64[:], %l1: list[f64[:]], %k1: list[f64[:]], %t: int = for %zero, %two, %one, %a, %l0, %k0 {exits=False} do (%i: int, %p: f64[:], %l: list[f64[:]], %k: list[f64[:]]) {
          %u: f64[:], %s: f64[:], %v1: f64[:] = if %c then {
            %e: f64[:] = copy %w
            %d: f64[:] = copy %w
            yield %p, %e, %d
          } else {
            %s1: f64[:] = transpose %p {perm=(0,)}
            %s2: f64[:] = transpose %p {perm=(0,)}
            %q1: f64[:] = accum %p[%zero], %v
            yield %q1, %s1, %s2
          }
          %l2: list[f64[:]] = list_append %l, %s
          %k2: list[f64[:]] = list_append %k, %v1
          yield %u, %l2, %k2
        }
        %r1: f64[:] = store %r[%zero], %v
        %y: f64[:] = list_get %l1, %zero
        %y2: f64[:] = list_get %k1, %zero
        %y3: f64[:] = add %y, %y2
        return %y3, %r1""",
    "writes a parameter": "%b: f64[:] = store %x[%n], %v\nreturn %b",
    "writes a view of a parameter": "%a: f64[:] = load %x[%n:]\n%z: int = const 0\n%b: f64[:] = store %a[%z], %v\nreturn %v",
    "returns a parameter": "return %x",
    "returns a view of a parameter": "%a: f64[:] = load %x[%n:]\nreturn %a",
    "returns one array twice": "%a: f64[:] = copy %x\nreturn %a, %a",
    "returns overlapping views": """
        %a: f64[:] = copy %x
        %b: f64[:] = load %a[%n:]
        return %a, %b""",
    "reads an old version": """
        %a: f64[:] = copy %x
        %b: f64[:] = store %a[%n], %v
        %s: f64[:] = add %a, %a
        return %s""",
    "reads a view of an old version": """
        %a: f64[:] = copy %x
        %o: f64[:] = load %a[%n:]
        %b: f64[:] = store %a[%n], %v
        %s: f64[:] = add %o, %o
        return %s""",
    "writes through a view, reads the whole": """
        %a: f64[:] = copy %x
        %o: f64[:] = transpose %a {perm=(0,)}
        %b: f64[:] = store %o[%n], %v
        %s: f64[:] = add %a, %a
        return %s""",
    "written in a branch": """
        %a: f64[:] = copy %x
        if %c then {
          %b: f64[:] = store %a[%n], %v
          yield
        } else {
          yield
        }
        %s: f64[:] = add %a, %a
        return %s""",
    "branches give the parameter": """
        %a: f64[:] = copy %x
        %y: f64[:] = if %c then {
          yield %a
        } else {
          yield %x
        }
        %z: f64[:] = accum %y[%n], %v
        return %v""",
    "written again in the next iteration": """
        %a: f64[:] = copy %x
        %k: int = const 3
        %z: f64 = const 0.0
        %s: f64, %t: int = for %n, %k, %n, %z do (%i: int, %q: f64) {
          %b: f64[:] = accum %a[%n], %v
          %e: f64 = load %b[%n]
          %f: f64 = add %e, %q
          yield %f
        }
        return %s""",
    "carried array, the outer name read in the body": """
        %a: f64[:] = copy %x
        %k: int = const 3
        %r: f64[:], %t: int = for %n, %k, %n, %a do (%i: int, %p: f64[:]) {
          %b: f64[:] = add %a, %a
          %e: f64 = load %b[%n]
          %q: f64[:] = accum %p[%n], %e
          yield %q
        }
        return %r""",
    "carried array, the outer name read afterwards": """
        %a: f64[:] = copy %x
        %k: int = const 3
        %r: f64[:], %t: int = for %n, %k, %n, %a do (%i: int, %p: f64[:]) {
          %q: f64[:] = accum %p[%n], %v
          yield %q
        }
        %s: f64[:] = add %r, %a
        return %s""",
    "carried twins": """
        %a: f64[:] = copy %x
        %k: int = const 3
        %r: f64[:], %u: f64[:], %t: int = for %n, %k, %n, %a, %a do (%i: int, %p: f64[:], %o: f64[:]) {
          %q: f64[:] = accum %p[%n], %v
          yield %q, %o
        }
        %s: f64[:] = add %r, %u
        return %s""",
    "twins made in the loop": """
        %a: f64[:] = copy %x
        %b: f64[:] = copy %w
        %k: int = const 3
        %r: f64[:], %u: f64[:], %t: int = for %n, %k, %n, %a, %b do (%i: int, %p: f64[:], %o: f64[:]) {
          %q: f64[:] = accum %p[%n], %v
          yield %q, %q
        }
        %s: f64[:] = store %r[%n], %v
        %y: f64[:] = add %s, %u
        return %y""",
    "two loops that carry one array": """
        %a: f64[:] = copy %x
        %k: int = const 3
        %r: f64[:], %t: int = for %n, %k, %n, %a do (%i: int, %p: f64[:]) {
          yield %p
        }
        %s: f64[:], %u: int = for %n, %k, %n, %a do (%j: int, %q: f64[:]) {
          yield %q
        }
        %y: f64[:] = store %r[%n], %v
        %z: f64[:] = add %s, %y
        return %z""",
    "swapped with the outer array": """
        %a: f64[:] = copy %x
        %b: f64[:] = copy %w
        %k: int = const 3
        %r: f64[:], %u: f64[:], %t: int = for %n, %k, %n, %a, %b do (%i: int, %p: f64[:], %o: f64[:]) {
          %q: f64[:] = accum %p[%n], %v
          yield %o, %q
        }
        %y: f64[:] = add %b, %u
        %z: f64[:] = add %y, %r
        return %z""",
    "list element is the array": """
        %a: f64[:] = copy %x
        %l: list[f64[:]] = list_new %a
        %b: f64[:] = store %a[%n], %v
        %z: int = const 0
        %g: f64[:] = list_get %l, %z
        %s: f64[:] = add %g, %g
        return %s""",
    "appended array added to": """
        %a: f64[:] = copy %x
        %l: list[f64[:]] = list_new
        %m: list[f64[:]] = list_append %l, %a
        %z: int = const 0
        %o: list[f64[:]] = list_accum %m, %z, %a
        %s: f64[:] = add %a, %a
        return %s""",
    "length of an old list": """
        %l: list[f64] = list_new
        %m: list[f64] = list_append %l, %v
        %k: int = list_len %l
        return %k""",
}


@pytest.mark.parametrize("name", GOOD)
def test_accepted(name):
    fn = parsed(GOOD[name])
    assert behaves(fn)
    verify(fn, buffers=True)


@pytest.mark.parametrize("name", BAD)
def test_refused(name):
    fn = parsed(BAD[name])
    verify(fn)
    assert not behaves(fn)
    with pytest.raises(InternalError) as caught:
        verify(fn, buffers=True, after="buffers")
    assert caught.value.code == "AD902"
    assert "  # <-- " in str(caught.value)


def test_the_message_stands_at_the_read():
    with pytest.raises(InternalError) as caught:
        verify(parsed(BAD["reads an old version"]), buffers=True)
    assert "%s: f64[:] = add %a, %a  # <-- %a is read after store overwrote it" in str(caught.value)


def test_what_is_never_there_shares_no_memory():
    fn = parsed(
        """
        %no: bool = const False
        check %no {error='ValueError', message=('never',)}
        %u: f64[:] = undef
        %zero: int = const 0
        %a: f64[:] = store %u[%zero], %v
        return %a, %a"""
    )
    verify(fn, buffers=True)
    with pytest.raises(ValueError, match="never"):
        run(fn, arguments(), mutable=True)
