"""What fold and simplify make of small programs, as text."""

from __future__ import annotations

import pytest
from golden import check, optimised, unchanged

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
    text = optimised(
        "%a: f64[:] = add %x, %y\n%b: f64[:] = sin %a\n%m: int = dim %b {axis=0}\nreturn %m", "fold", "dce"
    )
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
        (
            "%a: f64 = neg %p\n%r: f64 = add %s, %a".replace("f64 = neg %p", "float = neg %p"),
            "%r: f64 = sub %s, %p\nreturn %r",
        ),
        ("%a: f64 = neg %s\n%r: f64 = sub %s, %a", "%r: f64 = add %s, %s\nreturn %r"),
        ("%a: f64 = neg %s\n%r: f64 = sub %a, %p", "%0: f64 = add %s, %p\n%r: f64 = neg %0\nreturn %r"),
        (
            "%k: float = const -3.0\n%a: f64 = mul %k, %s\n%r: f64 = add %p, %a",
            "%0: float = const 3.0\n%1: f64 = mul %0, %s\n%r: f64 = sub %p, %1\nreturn %r",
        ),
        ("%k: float = const -1.0\n%r: f64 = mul %k, %s", "%r: f64 = neg %s\nreturn %r"),
        # The type of the result is strong, that of p is weak.
        ("%k: f64 = const 1.0\n%r: f64 = mul %p, %k", "%r: f64 = cast %p {dtype='f64', kind='np'}\nreturn %r"),
        # Minus signs of constants move outwards.
        (
            "%k: float = const -4.0\n%a: f64 = div %k, %s\n%r: f64 = sub %s, %a",
            "%0: float = const 4.0\n%1: f64 = div %0, %s\n%r: f64 = add %s, %1\nreturn %r",
        ),
        (
            "%k: float = const -4.0\n%a: f64 = div %k, %s\n%r: f64 = add %a, %s",
            "%0: float = const 4.0\n%1: f64 = div %0, %s\n%r: f64 = sub %s, %1\nreturn %r",
        ),
        ("%k: float = const 4.0\n%r: f64 = div0 %s, %k", "%k: float = const 4.0\n%r: f64 = div %s, %k\nreturn %r"),
        ("%k: float = const 4.0\n%r: f64 = div0 %k, %s", "%k: float = const 4.0\n%r: f64 = div %k, %s\nreturn %r"),
        ("%a: bool = not %c\n%r: bool = not %a", "return %c"),
        ("%a: bool = lt %n, %n\n%r: bool = not %a", "%r: bool = const True\nreturn %r"),
        ("%a: f64[:] = load %x[:]\n%r: f64[:] = transpose %a {perm=(0,)}", "return %x"),
        ("%m: int = dim %x {axis=0}\n%r: f64[:] = broadcast_to %x, %m", "return %x"),
        ("%m: int = dim %x {axis=0}\n%r: f64[:] = unbroadcast %x, %m", "return %x"),
        ("%a: f64[:] = store %x[%n], %s\n%r: f64 = load %a[%n]", "return %s"),
        ("%k: int = const 1\n%a: int = sub %n, %k\n%r: int = add %a, %k", "return %n"),
        ("%k: int = const 0\n%a: f64[:, :] = load %x[:, newaxis]\n%r: f64[:] = load %a[:, %k]", "return %x"),
        (
            "%k: int = const 1\n%m: int = dim %x {axis=0}\n%a: f64[:, :] = broadcast_to %y, %m, %n\n"
            "%r: f64[:, :] = unbroadcast %a, %m, %k",
            "%m: int = dim %x {axis=0}\n%a: f64[:, :] = broadcast_to %y, %m, %n\n%0: f64[:] = sum %a {axes=(1,)}\n"
            "%r: f64[:, :] = load %0[:, newaxis]\nreturn %r",
        ),
    ],
)
def test_simplify(lines: str, result: str) -> None:
    assert optimised(f"{lines}\nreturn %r", "simplify", "dce") == result


def test_simplify_gathers_exact_constants_only() -> None:
    lines = "%a: float = const {}\n%b: float = const {}\n%u: f64 = mul %b, %s\n%r: f64 = mul %a, %u\nreturn %r"
    assert (
        optimised(lines.format("2.0", "100.0"), "simplify", "dce")
        == "%0: float = const 200.0\n%r: f64 = mul %0, %s\nreturn %r"
    )
    unchanged("simplify dce", lines.format("0.1", "0.3"))


@pytest.mark.parametrize(
    "lines",
    [
        # A NaN or an infinity times zero is not zero.
        "%k: float = const 0.0\n%r: f64 = mul %s, %k\nreturn %r",
        # Python floats: x / 0.0 raises, div0 does not.
        "%k: float = const 4.0\n%r: float = div0 %k, %p\nreturn %r",
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
