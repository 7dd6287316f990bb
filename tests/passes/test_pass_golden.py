"""What each pass makes of small programs, as text."""

from __future__ import annotations

import textwrap

import pytest

from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.text import format_function
from autodiff_compiler.ir.verify import verify
from autodiff_compiler.passes.registry import PASSES, run_pipeline

PARAMS = "%x: f64[:], %y: f64[:], %s: f64, %p: float, %n: int, %c: bool"


def optimised(body: str, *names: str) -> str:
    """The body after the passes; values keep the names they were given."""
    fn = parse_function(f"func f({PARAMS}) {{\n{textwrap.dedent(body).strip()}\n}}\n")
    verify(fn)
    done = run_pipeline(fn, names, verify=True)
    lines = format_function(done).strip().split("\n")[1:-1]
    return textwrap.dedent("\n".join(lines))


def check(passes: str, before: str, after: str) -> None:
    assert optimised(before, *passes.split()) == textwrap.dedent(after).strip()


def unchanged(passes: str, body: str) -> None:
    check(passes, body, optimised(body))


# -- fold --------------------------------------------------------------------------------------------------------------


def test_fold_constants_and_extents() -> None:
    check(
        "fold dce",
        """
        %a: float = const 2.0
        %b: float = const 3.0
        %e: float = mul %a, %b
        %v: f64[:] = full %n, %e
        %m: int = dim %v {axis=0}
        %i: int = add %m, %n
        return %e, %i
        """,
        """
        %e: float = const 6.0
        %i: int = add %n, %n
        return %e, %i
        """,
    )


@pytest.mark.parametrize(
    "lines",
    [
        "%a: float = const 1.0\n%b: float = const 0.0\n%r: float = div %a, %b\nreturn %r",
        "%a: float = const 1000.0\n%r: float = exp %a\nreturn %r",
        "%a: f64 = const 1.0\n%b: f64 = const 0.0\n%r: f64 = div %a, %b\nreturn %r",
        "%a: float = const -1.0\n%r: float = sqrt %a\nreturn %r",
        "%a: float = const -8.0\n%b: float = const 0.5\n%r: float = pow %a, %b\nreturn %r",
        "%a: int = const 9223372036854775807\n%r: int = add %a, %a\nreturn %r",
        "%a: float = const 1e300\n%r: f32 = cast %a {dtype='f32', kind='np'}\nreturn %r",
        "%a: int = const 9007199254740993\n%r: float = cast %a {dtype='f64', kind='py'}\nreturn %r",
    ],
)
def test_fold_leaves_what_raises_warns_or_rounds(lines: str) -> None:
    unchanged("fold", lines)


def test_fold_takes_the_branch() -> None:
    check(
        "fold dce",
        """
        %t: bool = const True
        %r: f64 = if %t then {
          %u: f64 = sin %s
          yield %u
        } else {
          yield %s
        }
        return %r
        """,
        """
        %u: f64 = sin %s
        return %u
        """,
    )


def test_fold_loop_without_trips_and_with_one() -> None:
    text = optimised(
        """
        %0: int = const 0
        %1: int = const 1
        %a: f64, %t: int = for %0, %0, %1, %s {exits=False} do (%i: int, %k: f64) {
          %u: f64 = sin %k
          yield %u
        }
        %b: f64, %t1: int = for %0, %1, %1, %a {exits=False} do (%j: int, %q: f64) {
          %w: f64 = cos %q
          yield %w
        }
        return %b
        """,
        "fold",
        "dce",
    )
    assert text == "%w: f64 = cos %s\nreturn %w"


def test_fold_extent_of_a_carried_array() -> None:
    text = optimised(
        """
        %0: int = const 0
        %1: int = const 1
        %a: f64[:], %t: int = for %0, %n, %1, %x {exits=False} do (%i: int, %k: f64[:]) {
          %u: f64[:] = store %k[%0], %s
          yield %u
        }
        %m: int = dim %a {axis=0}
        return %m
        """,
        "fold",
        "dce",
    )
    assert text == "%m: int = dim %x {axis=0}\nreturn %m"


def test_fold_extent_of_what_is_computed_from_a_broadcast() -> None:
    text = optimised("%a: f64[:] = add %x, %y\n%b: f64[:] = sin %a\n%m: int = dim %b {axis=0}\nreturn %m", "fold", "dce")
    assert text == "%a: f64[:] = add %x, %y\n%m: int = dim %a {axis=0}\nreturn %m"


# -- simplify ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "result"),
    [
        ("%k: float = const 1.0\n%r: f64 = mul %s, %k", "return %s"),
        ("%k: float = const 0.0\n%r: f64 = add %k, %s", "return %s"),
        ("%k: float = const 1.0\n%r: f64 = pow %s, %k", "return %s"),
        ("%k: float = const 1.0\n%r: f64 = div %s, %k", "return %s"),
        ("%a: f64 = neg %s\n%r: f64 = neg %a", "return %s"),
        ("%r: f64 = select %c, %s, %s", "return %s"),
        ("%a: f64 = neg %p\n%r: f64 = add %s, %a".replace("f64 = neg %p", "float = neg %p"), "%r: f64 = sub %s, %p\nreturn %r"),
        ("%a: f64 = neg %s\n%r: f64 = sub %s, %a", "%r: f64 = add %s, %s\nreturn %r"),
        ("%a: f64 = neg %s\n%r: f64 = sub %a, %p", "%0: f64 = add %s, %p\n%r: f64 = neg %0\nreturn %r"),
        (
            "%k: float = const -3.0\n%a: f64 = mul %k, %s\n%r: f64 = add %p, %a",
            "%0: float = const 3.0\n%1: f64 = mul %0, %s\n%r: f64 = sub %p, %1\nreturn %r",
        ),
        ("%k: float = const -1.0\n%r: f64 = mul %k, %s", "%r: f64 = neg %s\nreturn %r"),
        ("%k: float = const 4.0\n%r: f64 = div0 %s, %k", "%k: float = const 4.0\n%r: f64 = div %s, %k\nreturn %r"),
        ("%k: float = const 4.0\n%r: f64 = div0 %k, %s", "%k: float = const 4.0\n%r: f64 = div %k, %s\nreturn %r"),
        ("%a: bool = not %c\n%r: bool = not %a", "return %c"),
        ("%a: bool = lt %n, %n\n%r: bool = not %a", "%r: bool = const True\nreturn %r"),
        ("%a: f64[:] = load %x[:]\n%r: f64[:] = transpose %a {perm=(0,)}", "return %x"),
        ("%m: int = dim %x {axis=0}\n%r: f64[:] = broadcast_to %x, %m", "return %x"),
        ("%m: int = dim %x {axis=0}\n%r: f64[:] = unbroadcast %x, %m", "return %x"),
        ("%a: f64[:] = store %x[%n], %s\n%r: f64 = load %a[%n]", "return %s"),
        ("%k: int = const 1\n%a: int = sub %n, %k\n%r: int = add %a, %k", "return %n"),
    ],
)
def test_simplify(lines: str, result: str) -> None:
    assert optimised(f"{lines}\nreturn %r", "simplify", "dce") == result


def test_simplify_gathers_exact_constants_only() -> None:
    lines = "%a: float = const {}\n%b: float = const {}\n%u: f64 = mul %b, %s\n%r: f64 = mul %a, %u\nreturn %r"
    assert optimised(lines.format("2.0", "100.0"), "simplify", "dce") == "%0: float = const 200.0\n%r: f64 = mul %0, %s\nreturn %r"
    unchanged("simplify dce", lines.format("0.1", "0.3"))


@pytest.mark.parametrize(
    "lines",
    [
        # A NaN or an infinity times zero is not zero.
        "%k: float = const 0.0\n%r: f64 = mul %s, %k\nreturn %r",
        # Python floats: x / 0.0 raises, div0 does not.
        "%k: float = const 4.0\n%r: float = div0 %k, %p\nreturn %r",
        # The type of the result is strong, that of p is weak.
        "%k: f64 = const 1.0\n%r: f64 = mul %p, %k\nreturn %r",
        # NaN is neither less nor not less.
        "%a: bool = lt %p, %p\n%r: bool = not %a\nreturn %r",
        # The extents of x and y may differ: one may be 1.
        "%m: int = dim %x {axis=0}\n%a: f64[:] = add %x, %y\n%r: f64[:] = unbroadcast %a, %m\nreturn %r",
        # A store elsewhere.
        "%a: f64[:] = store %x[%n], %s\n%k: int = const 0\n%r: f64 = load %a[%k]\nreturn %r",
        # i64 to float loses digits.
        "%a: float = cast %n {dtype='f64', kind='py'}\n%r: int = cast %a {dtype='i64', kind='py'}\nreturn %r",
    ],
)
def test_simplify_leaves(lines: str) -> None:
    unchanged("simplify", lines)


def test_simplify_unbroadcast_after_the_shapes_were_checked() -> None:
    text = optimised(
        """
        %m: int = dim %x {axis=0}
        %k: int = dim %y {axis=0}
        check_equal %m, %k {message='lengths'}
        %a: f64[:] = add %x, %y
        %r: f64[:] = unbroadcast %a, %m
        return %r
        """,
        "simplify",
    )
    assert "unbroadcast" not in text


def test_simplify_stencil_slices_have_one_shape() -> None:
    text = optimised(
        """
        %1: int = const 1
        %2: int = const 2
        %m1: int = const -1
        %m2: int = const -2
        %a: f64[:] = load %x[%1:%m1]
        %b: f64[:] = load %x[%2:]
        %d: f64[:] = load %x[:%m2]
        %u: f64[:] = sub %b, %d
        %v: f64[:] = mul %a, %u
        %k: int = dim %b {axis=0}
        %r: f64[:] = unbroadcast %v, %k
        return %r
        """,
        "simplify",
        "dce",
    )
    assert "unbroadcast" not in text


def test_simplify_drops_fresh_zeros_and_broadcasts() -> None:
    text = optimised(
        """
        %z: f64 = const 0.0
        %two: float = const 2.0
        %m: int = dim %x {axis=0}
        %g: f64[:] = full %m, %s
        %d: f64[:] = mul %two, %x
        %e: f64[:] = mul %g, %d
        %bar: f64[:] = full %m, %z
        %r: f64[:] = accum %bar[:], %e
        return %r
        """,
        "simplify",
        "dce",
    )
    assert text == "%two: float = const 2.0\n%d: f64[:] = mul %two, %x\n%e: f64[:] = mul %s, %d\nreturn %e"


# -- branches, cse, dce --------------------------------------------------------------------------------------------------


def test_branches_merge_and_nest() -> None:
    text = optimised(
        """
        %a: f64, %b: f64 = if %c then {
          %i: f64 = if %c then {
            yield %s
          } else {
            %k: f64 = sin %s
            yield %k
          }
          yield %s, %i
        } else {
          %u: f64 = cos %s
          yield %s, %u
        }
        return %a, %b
        """,
        "branches",
    )
    assert text == (
        "%b: f64 = if %c then {\n  yield %s\n} else {\n  %u: f64 = cos %s\n  yield %u\n}\nreturn %s, %b"
    )


def test_cse_does_not_lift_out_of_a_branch() -> None:
    body = """
        %a: f64 = if %c then {
          %i: f64 = sin %s
          yield %i
        } else {
          %j: f64 = sin %s
          yield %j
        }
        %k: f64 = sin %s
        return %a, %k
        """
    unchanged("cse", body)


def test_cse_merges_checks_and_commuted_operands() -> None:
    text = optimised(
        """
        %m: int = dim %x {axis=0}
        check_index %n, %m
        %a: f64 = mul %s, %p
        %m1: int = dim %x {axis=0}
        check_index %n, %m1
        %b: f64 = mul %p, %s
        %r: f64 = sub %a, %b
        return %r
        """,
        "cse",
    )
    assert text == (
        "%m: int = dim %x {axis=0}\ncheck_index %n, %m\n%a: f64 = mul %s, %p\n%r: f64 = sub %a, %a\nreturn %r"
    )


def test_cse_keeps_zeros_of_both_signs_and_kinds_apart() -> None:
    unchanged("cse", "%a: f64 = const 0.0\n%b: f64 = const -0.0\n%d: float = const 0.0\nreturn %a, %b, %d")


def test_dce_of_slots_and_loops() -> None:
    text = optimised(
        """
        %0: int = const 0
        %1: int = const 1
        %a: f64, %b: f64, %t: int = for %0, %n, %1, %s, %s {exits=False} do (%i: int, %k: f64, %q: f64) {
          %u: f64 = add %k, %q
          yield %u, %q
        }
        return %b
        """,
        "dce",
    )
    assert text == "return %s"


def test_dce_keeps_checks_and_what_steers_them() -> None:
    unchanged(
        "dce",
        """
        %0: int = const 0
        %1: int = const 1
        %m: int = dim %x {axis=0}
        %trips: int = for %0, %n, %1 {exits=False} do (%i: int) {
          if %c then {
            check_index %i, %m
            yield
          } else {
            yield
          }
          yield
        }
        return %s
        """,
    )


# -- checks, hoist, licm, promote ------------------------------------------------------------------------------------------


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
        ("%0, %m, %1", "  %u: int = for %0, %i, %1 {exits=False} do (%j: int) {\n    check_index %j, %m\n    yield\n  }"),
        ("%0, %m, %1", "  %a: int = add %i, %1\n  %u: int = for %a, %m, %1 {exits=False} do (%j: int) {\n    check_index %j, %m\n    yield\n  }"),
        ("%0, %m, %1", "  %k: int = const 2\n  %j: int = floordiv %i, %k\n  check_index %j, %m"),
        # A condition around it.
        ("%0, %n, %1", "  %q: bool = lt %i, %m\n  if %q then {\n    check_index %i, %m\n    yield\n  } else {\n    yield\n  }"),
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
        ("%0, %n, %1", "  %q: bool = lt %i, %m\n  if %q then {\n    yield\n  } else {\n    check_index %i, %m\n    yield\n  }"),
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


def test_hoist_takes_the_extent_along() -> None:
    """An extent asked for inside the loop does not vary there."""
    text = optimised(_loop("%0, %n, %1", "  %k: int = dim %x {axis=0}\n  check_index %i, %k"), "hoist", "dce")
    before, after = text.split("%t: int = for")
    assert before.count("check_index") == 2
    assert "check_index" not in after


def test_ends_only_where_nothing_else_is_left_of_the_loop() -> None:
    bare = _loop("%0, %n, %1", "  check_index %i, %m").replace("return %t", "return %m")
    text = optimised(bare, "ends", "dce")
    assert "for" not in text
    assert text.count("check_index") == 2
    unchanged("ends", _loop("%0, %n, %1", "  check_index %i, %m"))
    effect = "  check_index %i, %m\n  print %i {parts=(None,), sep=' ', end='.'}"
    unchanged("ends", _loop("%0, %n, %1", effect).replace("return %t", "return %m"))


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


def test_passes_are_described() -> None:
    assert all(row.name == name and row.description for name, row in PASSES.items())


# -- errors ------------------------------------------------------------------------------------------------------------


def test_errors_of_what_nobody_reads() -> None:
    check(
        "errors",
        """
        %a: float = log %p
        %b: f64 = log %s
        return %n
        """,
        """
        %0: float = const 0.0
        %1: bool = le %p, %0
        %2: bool = not %1
        check %2 {error='ValueError', message=('math domain error',)}
        return %n
        """,
    )


def test_no_errors_inside_the_domain() -> None:
    check(
        "errors",
        """
        %one: float = const 1.0
        %q: float = mul %p, %p
        %t: float = add %q, %one
        %a: float = log %t
        %z: float = const 0.0
        %positive: bool = gt %p, %z
        if %positive then {
          %b: float = log %p
          yield
        } else {
          yield
        }
        return %n
        """,
        "return %n",
    )
