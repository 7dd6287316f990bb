"""What roots makes of small programs, as text, and that errors and NaN stay."""

from __future__ import annotations

import math

import numpy as np
import pytest
from golden import check, unchanged

from autodiff_compiler import value_and_grad


def test_absolute_values() -> None:
    check(
        "roots dce",
        """
        %two: float = const 2.0
        %a: float = abs %p
        %b: float = pow %a, %two
        %u: float = mul %a, %a
        return %b, %u
        """,
        """
        %two: float = const 2.0
        %b: float = pow %p, %two
        %u: float = mul %p, %p
        return %b, %u
        """,
    )


def test_roots_of_what_is_not_negative() -> None:
    check(
        "roots dce",
        """
        %four: f64 = const 4.0
        %q: f64[:] = mul %x, %x
        %t: f64 = sum %q {axes=(0,)}
        %r: f64 = sqrt %t
        %a: f64 = mul %r, %r
        %b: f64 = pow %r, %four
        %u: f64 = mul %s, %r
        %d: f64 = mul %u, %r
        return %a, %b, %d
        """,
        """
        %q: f64[:] = mul %x, %x
        %t: f64 = sum %q {axes=(0,)}
        %0: f64 = const 2.0
        %b: f64 = pow %t, %0
        %d: f64 = mul %s, %t
        return %t, %b, %d
        """,
    )


def test_the_root_of_what_may_be_negative_is_nan() -> None:
    check(
        "roots dce",
        """
        %r: f64 = sqrt %s
        %a: f64 = mul %r, %r
        return %a
        """,
        """
        %0: f64 = const 0.0
        %1: f64 = const nan
        %2: bool_ = lt %s, %0
        %3: f64 = select %2, %1, %s
        return %3
        """,
    )


@pytest.mark.parametrize("lines", [
    "%a: float = abs %p\n%t: float = const 3.0\n%b: float = pow %a, %t\nreturn %b",
    "%a: float = abs %p\n%b: float = mul %a, %p\nreturn %b",
    "%a: float = abs %p\n%t: float = const 0.0\n%b: float = pow %a, %t\nreturn %b",
    "%a: float = cbrt %p\n%b: float = mul %a, %a\nreturn %b",
    "%a: int = abs %n\n%b: int = mul %a, %a\nreturn %b",
])  # fmt: skip
def test_what_stays(lines: str) -> None:
    unchanged("roots", lines)


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_numpy_has_nan_where_it_had(backend: str) -> None:
    value, slope = value_and_grad(lambda x: np.sqrt(x) ** 2 + 0.0 * x, backend=backend)(np.float64(-1.0))
    assert math.isnan(value)
    value, slope = value_and_grad(lambda x: np.sqrt(x) ** 2, backend=backend)(np.float64(0.0))
    assert (value, slope) == (0.0, 1.0)


def test_python_raises_where_it_did() -> None:
    for order in (value_and_grad, lambda f: value_and_grad(lambda x: value_and_grad(f)(x)[1])):
        with pytest.raises(ValueError, match="math domain error|expected a nonnegative input"):
            order(lambda x: math.sqrt(x) ** 2)(-1.0)
    with pytest.raises(OverflowError):
        value_and_grad(lambda x: abs(x) ** 2)(1e200)
    assert value_and_grad(lambda x: abs(x) * abs(x))(1e200)[0] == math.inf
