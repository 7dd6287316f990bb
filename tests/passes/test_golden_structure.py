"""What branches, cse, dce and errors make of small programs, as text."""

from __future__ import annotations

from golden import check, optimised, unchanged

from autodiff_compiler.passes.registry import PASSES


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
    assert text == ("%b: f64 = if %c then {\n  yield %s\n} else {\n  %u: f64 = cos %s\n  yield %u\n}\nreturn %s, %b")


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


def test_integer_errors_of_what_nobody_reads() -> None:
    check(
        "integer_errors",
        """
        %a: int = floordiv %n, %n
        %b: float = log %p
        return %n
        """,
        """
        %0: int = const 0
        %1: bool = eq %n, %0
        %2: bool = not %1
        check %2 {error='ZeroDivisionError', message=('integer division or modulo by zero',)}
        return %n
        """,
    )


def test_factors_stand_for_their_matrix() -> None:
    check(
        "factors",
        """
        %two: f64 = const 2.0
        %a: f64[:, :] = full %n, %n, %two
        %b: f64[:, :] = full %n, %n, %s
        %lu: f64[:, :], %pivots: i64[:], %regular: bool_ = lu_factor %a
        %r: f64[:, :] = lu_solve %a, %lu, %pivots, %b {transposed=False}
        %z: f64 = load %r[%n, %n]
        return %z
        """,
        """
        %two: f64 = const 2.0
        %a: f64[:, :] = full %n, %n, %two
        %b: f64[:, :] = full %n, %n, %s
        %lu: f64[:, :], %pivots: i64[:], %regular: bool_ = lu_factor %a
        %r: f64[:, :] = lu_solve %lu, %lu, %pivots, %b {transposed=False}
        %z: f64 = load %r[%n, %n]
        return %z
        """,
    )
