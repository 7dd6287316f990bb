"""The values at kinks and singular points that docs/conventions.md promises, and the strong zero."""

from __future__ import annotations

import math

import numpy as np
import pytest
from rule_harness import build, forward, reverse

from autodiff_compiler.ir.dtype import FLOAT64
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.opset import TABLE
from autodiff_compiler.ir.types import F64, FLOAT, INT, Array

INF, NAN = math.inf, math.nan

# op, point, partials.
KINKS = [
    ("abs", (0.0,), (0.0,)),
    ("maximum", (2.0, 2.0), (0.5, 0.5)),
    ("minimum", (2.0, 2.0), (0.5, 0.5)),
    ("sqrt", (0.0,), (INF,)),
    ("cbrt", (0.0,), (INF,)),
    ("hypot", (0.0, 0.0), (0.0, 0.0)),
    ("arctan2", (0.0, 0.0), (0.0, 0.0)),
    ("mod", (6.0, 2.0), (1.0, -3.0)),
    ("mod", (-1.0, 3.0), (1.0, 1.0)),
    ("fmod", (-7.0, 2.0), (1.0, 3.0)),
    ("arcsin", (1.0,), (INF,)),
    ("arccos", (1.0,), (-INF,)),
    ("arccosh", (1.0,), (INF,)),
    ("copysign", (0.0, 2.0), (0.0, 0.0)),
    ("pow", (0.0, 2.0), (0.0, 0.0)),
    ("pow", (0.0, 1.0), (1.0, 0.0)),
    ("pow", (0.0, 0.0), (0.0, 0.0)),
    ("pow", (0.0, 0.5), (INF, 0.0)),
    ("pow", (-1.0, 2.0), (-2.0, NAN)),
    ("pow", (-2.0, 3.0), (12.0, NAN)),
    ("logaddexp", (-INF, -INF), (1.0, 1.0)),
    ("logaddexp", (-INF, 1.0), (0.0, 1.0)),
]
# Points that raise in CPython and are infinite in NumPy.
NUMPY_ONLY = [
    ("log", (0.0,), (INF,)),
    ("log2", (0.0,), (INF,)),
    ("log10", (0.0,), (INF,)),
    ("log1p", (-1.0,), (INF,)),
    ("arctanh", (1.0,), (INF,)),
    ("arctanh", (-1.0,), (INF,)),
]


def gradient(kind, type_, at, seed):
    fn = reverse(build([type_] * TABLE[kind].arity, lambda b, *xs: b.op(kind, *xs)))
    if isinstance(type_, Array):
        return np.ravel(run(fn, [*(np.array([v]) for v in at), np.array([seed])]))
    return np.array(run(fn, [*at, seed]))


@pytest.mark.parametrize(("kind", "at", "expected"), KINKS)
def test_documented_values(kind, at, expected):
    for type_ in (FLOAT, F64, Array(FLOAT64, 1)):
        np.testing.assert_array_equal(gradient(kind, type_, at, 1.0), expected)


@pytest.mark.parametrize(("kind", "at", "expected"), NUMPY_ONLY)
def test_documented_values_of_numpy(kind, at, expected):
    for type_ in (F64, Array(FLOAT64, 1)):
        np.testing.assert_array_equal(gradient(kind, type_, at, 1.0), expected)


@pytest.mark.parametrize(("kind", "at", "partials"), [*KINKS, *NUMPY_ONLY])
def test_a_zero_cotangent_gives_zero(kind, at, partials):
    for type_ in (F64, Array(FLOAT64, 1)):
        found = gradient(kind, type_, at, 0.0)
        assert all(v == 0 for v, p in zip(found, partials) if not math.isnan(p)), found


def test_a_zero_cotangent_of_a_quotient_by_zero():
    np.testing.assert_array_equal(gradient("div", Array(FLOAT64, 1), (3.0, 0.0), 0.0), [0.0, 0.0])
    np.testing.assert_array_equal(gradient("div0", F64, (3.0, 0.0), 0.0), [0.0, 0.0])
    np.testing.assert_array_equal(gradient("div0", F64, (0.0, 0.0), 0.0), [0.0, 0.0])


@pytest.mark.parametrize(
    ("kind", "at"),
    [("div", (1e300, 1e-300)), ("exp", (1e4,)), ("exp2", (1e4,)), ("expm1", (1e4,)), ("sinh", (1e4,)), ("cosh", (-1e4,))],
)
def test_a_zero_cotangent_of_what_overflows(kind, at):
    for type_ in (F64, Array(FLOAT64, 1)) if kind != "div" else (FLOAT, F64, Array(FLOAT64, 1)):
        assert not np.any(gradient(kind, type_, at, 0.0)), type_


@pytest.mark.parametrize("n", [3.0, 4.0, 2.5])
def test_a_zero_cotangent_of_a_power_that_overflows(n):
    fn = reverse(build([Array(FLOAT64, 1)], lambda b, x: b.op("pow", x, b.const(n, F64))))
    assert run(fn, [np.array([1e300]), np.zeros(1)])[0][0] == 0.0


@pytest.mark.parametrize("kind", ["sqrt", "log", "arctanh"])
def test_a_masked_singularity(kind):
    """where(x > 0, f(x), 0) at 0: no NaN, in either mode."""

    def masked(b, x):
        return b.select(b.op("gt", x, b.const_like(0.0, x.type)), b.op(kind, x), b.const_like(0.0, x.type))

    fn = build([Array(FLOAT64, 1)], masked)
    x = np.array([0.0, 0.25])
    (adjoint,) = run(reverse(fn), [x, np.ones(2)])
    assert adjoint[0] == 0.0
    assert adjoint[1] > 0
    (tangent,) = run(forward(fn), [x, np.array([1.0, 1.0])])
    np.testing.assert_array_equal(tangent, adjoint)


@pytest.mark.parametrize("n", [0.0, 1.0, 2.0, 3.0, 5.0])
def test_integer_powers_at_zero_to_second_order(n):
    """An exponent that is known at run time only."""
    fn = build([FLOAT, FLOAT], lambda b, x, m: b.op("pow", x, m))
    second = forward(reverse(fn))
    expected = 2.0 if n == 2.0 else 0.0
    assert run(second, [0.0, n, 1.0, 1.0, 0.0, 0.0])[0] == expected


@pytest.mark.parametrize("type_", [FLOAT, F64])
@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_powers_of_run_time_integers_at_zero(type_, n):
    """Reverse over reverse, where the exponent was converted from an integer: the factor n = 0 beside an infinite power."""
    fn = build([type_, INT], lambda b, x, m: b.op("pow", x, b.cast(m, type_)))
    second = reverse(reverse(fn))
    number = float if type_ == FLOAT else np.float64
    with np.errstate(invalid="raise"):
        adjoints = run(second, [number(0.0), n, number(1.0), number(1.0)])
    assert adjoints[0] == (2.0 if n == 2 else 0.0)
    assert adjoints[1] == (1.0 if n == 1 else 0.0)


@pytest.mark.parametrize(
    ("kind", "at"),
    [("pow", (1e-300, -0.5)), ("pow", (0.0, 0.5)), ("sqrt", (0.0,)), ("arcsin", (1.0,)), ("fmod", (1e308, 1e-308))],
)
def test_rules_of_python_floats_never_raise(kind, at):
    gradient(kind, FLOAT, at, 1.0)


def test_pieces_are_constant():
    for kind in ("floor", "ceil", "trunc", "rint", "sign"):
        assert gradient(kind, FLOAT, (1.0,), 1.0)[0] == 0.0
    assert list(gradient("floordiv", FLOAT, (4.0, 2.0), 1.0)) == [0.0, 0.0]


def test_clip_at_its_bound_is_one_half():
    def clip(b, x):
        return b.op("minimum", b.op("maximum", x, b.const(0.0)), b.const(1.0))

    fn = reverse(build([FLOAT], clip))
    assert [run(fn, [x, 1.0])[0] for x in (-1.0, 0.0, 0.5, 1.0, 2.0)] == [0.0, 0.5, 1.0, 0.5, 0.0]
