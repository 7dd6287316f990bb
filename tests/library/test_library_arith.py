"""Operators against Python and NumPy, over all pairs of kinds and dtypes."""

from __future__ import annotations

import operator
import warnings
from typing import Any

import numpy as np
import pytest
from library_harness import Call, R, assert_same, outcome, plain

from autodiff_compiler.diagnostics import AutodiffError, UnsupportedError, UserError
from autodiff_compiler.library import arith

OPERATORS = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv,
    "%": operator.mod, "**": operator.pow, "&": operator.and_, "|": operator.or_, "^": operator.xor,
    "<<": operator.lshift, ">>": operator.rshift,
}  # fmt: skip
COMPARISONS = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip

v = np.array([0.5, -1.5, 2.0])
THINGS: list[Any] = [
    R(2.5), R(-2.0), R(0.0), R(3), R(-2), R(0), R(True), 2, -1, 0.5, 2.0, True, np.float64(1.5), np.float32(1.5), np.int64(3),
    np.int32(-2), np.bool_(True), v, v.astype(np.float32), np.array([3, -1, 2]), np.array([3, 0, 2], np.int32),
    np.array([True, False, True]), np.array([[1.0], [2.0]]), np.zeros(0), np.array([2], np.uint8),
]  # fmt: skip
RAISED = (TypeError, ValueError, ZeroDivisionError, OverflowError, MemoryError)


def is_run_time(x: Any) -> bool:
    return isinstance(x, R | np.ndarray | np.generic)


def check(build: Any, target: Any, x: Any, y: Any, symbol: str) -> None:
    what = f"{plain(x)!r} {symbol} {plain(y)!r}"
    with np.errstate(all="ignore"):
        try:
            expected = target(plain(x), plain(y))
        except RAISED:
            expected = None
    if isinstance(expected, complex):
        expected = None  # refused at run time
    try:
        got = outcome(lambda b, x, y: build(b, symbol, x, y), (x, y), {})
    except UnsupportedError:
        # Only where NumPy would give int8 or float16, or one of two dtypes as the exponent's value has it.
        power_of_bool = symbol == "**" and np.asarray(plain(x)).dtype == bool
        assert expected is None or power_of_bool or np.asarray(expected).dtype in (np.int8, np.float16), what
        return
    except (*RAISED, UserError) as error:
        negative_power = symbol == "**" and isinstance(plain(x), int) and isinstance(y, R)
        if expected is not None and not negative_power:
            raise AssertionError(f"{what} raised, and gives {expected!r}") from error
        return
    assert expected is not None, f"{what} gave {got!r}, and should raise"
    assert_same(got, expected, what)


@pytest.mark.parametrize("symbol", OPERATORS)
def test_binary(symbol: str) -> None:
    for x in THINGS:
        for y in THINGS:
            if is_run_time(x) or is_run_time(y):
                check(arith.binary, OPERATORS[symbol], x, y, symbol)


@pytest.mark.parametrize("symbol", COMPARISONS)
def test_compare(symbol: str) -> None:
    for x in THINGS:
        for y in THINGS:
            if is_run_time(x) or is_run_time(y):
                check(arith.compare, COMPARISONS[symbol], x, y, symbol)


@pytest.mark.parametrize(
    ("symbol", "target"), [("-", operator.neg), ("+", operator.pos), ("~", operator.invert), ("not", operator.not_)]
)
def test_unary(symbol: str, target: Any) -> None:
    for x in THINGS:
        if not is_run_time(x) or (symbol == "not" and isinstance(x, np.ndarray)):
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # `~True` goes on working
                expected = target(plain(x))
        except TypeError:
            expected = None
        if expected is None:
            with pytest.raises(UserError):
                outcome(lambda b, x: arith.unary(b, symbol, x), (x,), {})
            continue
        got = outcome(lambda b, x: arith.unary(b, symbol, x), (x,), {})
        # `not` of a NumPy scalar is one of NumPy here; Python makes it its own.
        assert_same(got, expected, f"{symbol} {plain(x)!r}", exact_type=symbol != "not")


def test_operators_have_the_names_of_ast() -> None:
    call = Call()
    x = call.argument(v)
    results = [
        arith.binary(call.b, "Add", x, 1.0),
        arith.binary(call.b, "Pow", x, 2),
        arith.binary(call.b, "MatMult", x, x),
        arith.compare(call.b, "LtE", x, 0.5),
        arith.unary(call.b, "USub", x),
    ]
    for got, expected in zip(call.finish(results), (v + 1.0, v**2, v @ v, v <= 0.5, -v)):
        assert_same(got, expected, "")


def test_truth_of_an_array_is_refused() -> None:
    with pytest.raises(UserError, match="ambiguous"):
        outcome(arith.truth, (v,), {})


@pytest.mark.parametrize("exponent", [R(0.5), 0.5, R(1.5)])
def test_negative_python_float_to_fractional_power_raises(exponent: Any) -> None:
    with pytest.raises(ValueError, match="complex"):
        outcome(arith.power, (R(-2.0), exponent), {})


def test_shapes_that_do_not_broadcast_raise_at_run_time() -> None:
    with pytest.raises(ValueError, match="broadcast"):
        outcome(lambda b, x, y: arith.binary(b, "+", x, y), (v, np.ones(4)), {})
    with pytest.raises(ValueError, match="inner"):
        outcome(arith.matmul, (v, np.ones(4)), {})


def test_checks_bear_the_span_of_the_access() -> None:
    call = Call()
    x, y = call.argument(v), call.argument(np.ones(3))
    arith.binary(call.b, "+", x, y)
    checks = [op for op in call.b.top.ops if op.kind == "check_broadcast"]
    (add,) = (op for op in call.b.top.ops if op.kind == "add")
    assert len(checks) == 1
    assert checks[0].span == add.span


def test_an_array_with_itself_needs_no_check() -> None:
    call = Call()
    x = call.argument(v)
    arith.binary(call.b, "*", x, x)
    assert [op.kind for op in call.b.top.ops] == ["mul"]


def test_static_numbers_become_constants_of_the_right_dtype() -> None:
    call = Call()
    x = call.argument(v.astype(np.float32))
    arith.power(call.b, x, 2)
    assert [op.kind for op in call.b.top.ops] == ["const", "pow"]
    assert str(call.b.top.ops[0].result.type) == "f32"


def test_errors_have_codes() -> None:
    cases: list[tuple[Any, tuple, str]] = [
        (lambda b, x: arith.matmul(b, x, 2.0), (v,), "AD204"),
        (lambda b, x: arith.binary(b, "&", x, x), (v,), "AD205"),
        (lambda b, x: arith.binary(b, "+", x, "a"), (v,), "AD205"),
        (lambda b, x: arith.binary(b, "+", x, np.float16(1.0)), (v,), "AD206"),
        (lambda b, x: arith.binary(b, "%", x, 1j), (v,), "AD205"),
        (lambda b, x: arith.compare(b, "<", x, 1j), (v,), "AD205"),
        (lambda b, x: arith.binary(b, "+", x, 2**70), (np.array([1]),), "AD205"),
        (lambda b, x: arith.binary(b, "+", x, 300), (np.array([1], np.uint8),), "AD209"),
    ]
    for build, args, code in cases:
        with pytest.raises(AutodiffError) as caught:
            outcome(build, args, {})
        assert caught.value.code == code
