"""What checks, hoist, licm and promote make of small programs, as text."""

from __future__ import annotations

import numpy as np
import pytest
from golden import optimised, unchanged

from autodiff_compiler import grad


def _loop(bounds: str, inner: str) -> str:
    return f"""
%0: int = const 0
%1: int = const 1
%m1: int = const -1
%m: int = dim %x {{axis=0}}
%last: int = sub %m, %1
%t: int = for {bounds} {{exits=False}} do (%i: int) {{
{inner}
  yield
}}
return %t
"""


@pytest.mark.parametrize(
    ("bounds", "inner"),
    [
        ("%0, %m, %1", "  check_index %i, %m"),
        ("%0, %last, %1", "  %j: int = add %i, %1\n  check_index %j, %m"),
        ("%last, %m1, %m1", "  check_index %i, %m"),
        ("%1, %m, %1", "  %j: int = sub %i, %1\n  check_index %j, %m"),
        # Python's negative index.
        ("%0, %m, %1", "  %j: int = sub %i, %m\n  check_index %j, %m"),
        # The loop was entered, so there is a first element.
        ("%0, %m, %1", "  check_index %0, %m"),
        # Triangles, below and above the diagonal.
        (
            "%0, %m, %1",
            "  %u: int = for %0, %i, %1 {exits=False} do (%j: int) {\n    check_index %j, %m\n    yield\n  }",
        ),
        (
            "%0, %m, %1",
            "  %a: int = add %i, %1\n  %u: int = for %a, %m, %1 {exits=False} do (%j: int) {\n    check_index %j, %m\n    yield\n  }",
        ),
        ("%0, %m, %1", "  %k: int = const 2\n  %j: int = floordiv %i, %k\n  check_index %j, %m"),
        # A condition around it.
        (
            "%0, %n, %1",
            "  %q: bool = lt %i, %m\n  if %q then {\n    check_index %i, %m\n    yield\n  } else {\n    yield\n  }",
        ),
    ],
)
def test_checks_proven(bounds: str, inner: str) -> None:
    assert "check_index" in _loop(bounds, inner)
    assert "check_index" not in optimised(_loop(bounds, inner), "checks")


@pytest.mark.parametrize(
    ("bounds", "inner"),
    [
        ("%0, %m, %1", "  %j: int = add %i, %1\n  check_index %j, %m"),
        ("%0, %n, %1", "  check_index %i, %m"),
        ("%n, %m, %1", "  check_index %i, %m"),
        ("%m, %m1, %m1", "  check_index %i, %m"),
        ("%0, %m, %n", "  check_index %i, %m"),
        ("%0, %n, %1", "  check_index %0, %m"),
        ("%0, %n, %1", "  %k: int = const 2\n  %j: int = floordiv %i, %k\n  check_index %j, %m"),
        ("%0, %m, %1", "  %j: int = mul %i, %n\n  check_index %j, %m"),
        (
            "%0, %n, %1",
            "  %q: bool = lt %i, %m\n  if %q then {\n    yield\n  } else {\n    check_index %i, %m\n    yield\n  }",
        ),
    ],
)
def test_checks_not_proven_stay(bounds: str, inner: str) -> None:
    assert "check_index" in optimised(_loop(bounds, inner), "checks")


def test_checks_with_two_arrays_of_one_extent() -> None:
    body = """
        %0: int = const 0
        %1: int = const 1
        %m: int = dim %x {axis=0}
        %k: int = dim %y {axis=0}
        check_equal %m, %k {message='lengths'}
        %t: int = for %0, %m, %1 {exits=False} do (%i: int) {
          check_index %i, %k
          yield
        }
        return %t
        """
    text = optimised(body, "checks")
    assert "check_index" not in text
    assert "check_equal" in text


def test_hoist_checks_both_ends_if_the_loop_runs() -> None:
    text = optimised(_loop("%0, %n, %1", "  %j: int = add %i, %1\n  check_index %j, %m"), "hoist", "dce")
    before, after = text.split("%t: int = for")
    assert before.count("check_index") == 2
    assert "if " in before
    assert "check_index" not in after


@pytest.mark.parametrize(
    ("bounds", "inner", "expected"),
    [
        ("%0, %n, %1", "  check_index %i, %m", "check_index %3, %m {upper=True}"),
        ("%n, %m1, %m1", "  check_index %i, %m", "check_index %n, %m {upper=True}"),
        ("%0, %n, %1", "  %j: int = add %i, %1\n  check_index %j, %m", "  check_index %j, %m {upper=True}"),
    ],
    ids=["up from 0", "down to 0", "guarded: for an empty range the index beside it may be too large"],
)
def test_of_an_index_that_is_not_negative_the_largest_is_checked(bounds: str, inner: str, expected: str) -> None:
    text = optimised(_loop(bounds, inner), "checks", "hoist", "dce")
    assert [line for line in text.split("\n") if "check_index" in line] == [expected]
    assert text.count("if ") == expected.startswith(" ")


@pytest.mark.parametrize("step", [1, -1])
@pytest.mark.parametrize("ahead", [0, 1])
@pytest.mark.parametrize("disable", [(), "checks", "hoist"])
def test_a_check_before_the_loop_raises_where_the_loop_would(step: int, ahead: int, disable: str) -> None:
    order = "range(n)" if step == 1 else "range(n - 1, -1, -1)"
    source = f"def total(x, w, n):\n    s = 0.0\n    for i in {order}:\n        s += x[i] * w[i + {ahead}]\n    return s\n"
    derivative = grad(source, disable=disable)  # a source string is as good as a function
    for n in range(4):
        for length in range(4):
            x, w = np.ones(3), np.arange(float(length))
            if n == 0 or n + ahead <= length:
                assert derivative(x, w, n).sum() == w[ahead : n + ahead].sum()
            else:
                with pytest.raises(IndexError):
                    derivative(x, w, n)


def test_hoist_takes_the_extent_along() -> None:
    """An extent asked for inside the loop does not vary there."""
    text = optimised(_loop("%0, %n, %1", "  %k: int = dim %x {axis=0}\n  check_index %i, %k"), "hoist", "dce")
    before, after = text.split("%t: int = for")
    assert before.count("check_index") == 2
    assert "check_index" not in after


def test_ends_only_where_nothing_else_is_left_of_the_loop() -> None:
    bare = _loop("%0, %n, %1", "  check_index %i, %m").replace("return %t", "return %m")
    text = optimised(bare, "range_checks", "dce")
    assert "for" not in text
    assert text.count("check_index") == 2
    unchanged("range_checks", _loop("%0, %n, %1", "  check_index %i, %m"))
    effect = "  check_index %i, %m\n  print %i {parts=(None,), sep=' ', end='.'}"
    unchanged("range_checks", _loop("%0, %n, %1", effect).replace("return %t", "return %m"))


def test_hoist_leaves_checks_in_branches_and_loops_with_exits() -> None:
    inner = "  if %c then {\n    check_index %i, %m\n    yield\n  } else {\n    yield\n  }"
    unchanged("hoist", _loop("%0, %n, %1", inner))
    exits = """
%0: int = const 0
%1: int = const 1
%m: int = dim %x {axis=0}
%t: int, %e: int = for %0, %n, %1 {exits=True} do (%i: int) {
  check_index %i, %m
  yield %i
}
return %t
"""
    unchanged("hoist", exits)


def test_licm_moves_what_cannot_raise() -> None:
    inner = """  %a: f64 = tanh %s
  %b: f64 = load %x[%n]
  %d: float = sqrt %p
  %e: f64 = add %a, %b
  print %e, %d {parts=(None, None), sep=' ', end='.'}"""
    text = optimised(_loop("%0, %n, %1", inner), "licm")
    before, after = text.split("%t: int = for")
    assert "tanh" in before
    assert "load" in after
    assert "sqrt" in after


def test_promote_accumulates_in_a_scalar() -> None:
    body = """
        %0: int = const 0
        %1: int = const 1
        %m: int = dim %x {axis=0}
        %r: f64[:], %u: int = for %0, %m, %1, %x {exits=False} do (%i: int, %a: f64[:]) {
          %b: f64[:], %t: int = for %0, %n, %1, %a {exits=False} do (%j: int, %k: f64[:]) {
            %v: f64[:] = accum %k[%i], %s
            yield %v
          }
          yield %b
        }
        return %r
        """
    text = optimised(body, "promote", "dce")
    inner = text.split("do (")[2]
    assert inner.index("add") < inner.index("}") < inner.index("accum")
    # With no proof that the element exists the array is left alone: the loop may not run.
    unchanged("promote", body.replace("for %0, %m, %1, %x", "for %0, %n, %1, %x"))
