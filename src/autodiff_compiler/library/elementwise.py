"""Elementwise functions of NumPy: each with NumPy's dtype of the result; Python scalars give NumPy scalars."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autodiff_compiler.diagnostics import UnsupportedError, UserError
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.dtype import FLOAT64
from autodiff_compiler.ir.required_checks import broadcast
from autodiff_compiler.ir.types import COMPLEX, F64, dtype_of, is_py
from autodiff_compiler.library import arith
from autodiff_compiler.library.arguments import (
    as_array,
    as_operand,
    float_dtype,
    static_bool,
    static_int,
    to_dtype,
    type_of,
)
from autodiff_compiler.library.registry import Build, add, add_method, function


def floats(b: Builder, *operands: Any) -> list[Value]:
    """Operands in the common dtype in which NumPy computes a function of floats."""
    things = [as_operand(b, x) for x in operands]
    dtype = float_dtype(b, *(type_of(b, x) for x in things))
    return [to_dtype(b, x, dtype, strong=True) for x in things]


def strong(b: Builder, *operands: Any) -> list[Value]:
    """Operands in their common dtype, Python scalars as NumPy scalars."""
    return arith.promoted(b, *operands, strong=True)


def not_bool(b: Builder, x: Value, name: str) -> Value:
    """`x`, which must not be of booleans."""
    if dtype_of(x.type).is_bool:
        raise UnsupportedError("AD205", f"NumPy computes {name} of booleans in int8", b.span, help="use astype(int)")
    return x


_FLOAT_UNARY = (
    "sqrt", "cbrt", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sin", "cos", "tan", "arcsin", "arccos",
    "arctan", "sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh", "rint",
)  # fmt: skip
_FLOAT_BINARY = ("arctan2", "hypot", "copysign", "logaddexp")
_ROUNDING = ("floor", "ceil", "trunc")
_TESTS = ("isnan", "isinf", "isfinite")
_OPERATORS = {
    "add": "+", "subtract": "-", "multiply": "*", "divide": "/", "floor_divide": "//", "remainder": "%", "power": "**",
    "bitwise_and": "&", "bitwise_or": "|", "bitwise_xor": "^", "left_shift": "<<", "right_shift": ">>",
}  # fmt: skip
_COMPARISONS = {
    "less": "<",
    "less_equal": "<=",
    "greater": ">",
    "greater_equal": ">=",
    "equal": "==",
    "not_equal": "!=",
}
_LOGICAL = {"logical_and": "and", "logical_or": "or", "logical_xor": "xor"}


def _float_unary(kind: str) -> Build:
    def build(b: Builder, x: Any) -> Value:
        return b.op(kind, *floats(b, x))

    return build


def _float_binary(kind: str) -> Build:
    def build(b: Builder, x1: Any, x2: Any) -> Value:
        return arith.apply(b, kind, *floats(b, x1, x2))

    return build


def _rounding(kind: str) -> Build:
    def build(b: Builder, x: Any) -> Value:
        """Of an integer it is the integer itself."""
        value = as_array(b, x)
        return b.op(kind, value) if dtype_of(value.type).inexact else value

    return build


def _test(kind: str) -> Build:
    def build(b: Builder, x: Any) -> Value:
        value = as_array(b, x)
        return b.op(kind, value if dtype_of(value.type).inexact else to_dtype(b, value, FLOAT64))

    return build


def _with_numpy(b: Builder, *operands: Any) -> list[Any]:
    """Operands of an operator that is called as a function: Python scalars alone become NumPy scalars, and a complex number that
    Python's operator would not give to NumPy does."""
    things = [as_operand(b, x) for x in operands]
    types = [type_of(b, x) for x in things]
    return [as_array(b, x) for x in things] if is_py(*types) or types == [COMPLEX, F64] else things


def _operator(symbol: str) -> Build:
    def build(b: Builder, x1: Any, x2: Any) -> Value:
        return arith.binary(b, symbol, *_with_numpy(b, x1, x2))

    return build


def _comparison(symbol: str) -> Build:
    def build(b: Builder, x1: Any, x2: Any) -> Value:
        return arith.compare(b, symbol, *_with_numpy(b, x1, x2))

    return build


def _logical(kind: str) -> Build:
    def build(b: Builder, x1: Any, x2: Any) -> Value:
        return arith.apply(b, kind, *(arith.as_bool(b, as_array(b, x)) for x in (x1, x2)))

    return build


def _extremum(kind: str) -> Build:
    def build(b: Builder, x1: Any, x2: Any) -> Value:
        return arith.apply(b, kind, *strong(b, x1, x2))

    return build


def _nan_ignoring(kind: str) -> Build:
    def build(b: Builder, x1: Any, x2: Any) -> Value:
        x, y = strong(b, x1, x2)
        result = arith.apply(b, kind, x, y)
        if not dtype_of(x.type).inexact:
            return result
        return b.select(b.op("isnan", x), y, b.select(b.op("isnan", y), x, result))

    return build


def _scaled(factor: float) -> Build:
    def build(b: Builder, x: Any) -> Value:
        (value,) = floats(b, x)
        return b.mul(value, b.const_like(factor, value.type))

    return build


for _name in _FLOAT_UNARY:
    add(getattr(np, _name), f"np.{_name}", _float_unary(_name))
for _name in _FLOAT_BINARY:
    add(getattr(np, _name), f"np.{_name}", _float_binary(_name))
for _name in _ROUNDING:
    add(getattr(np, _name), f"np.{_name}", _rounding(_name))
for _name in _TESTS:
    add(getattr(np, _name), f"np.{_name}", _test(_name))
for _name, _symbol in _OPERATORS.items():
    add(getattr(np, _name), f"np.{_name}", _operator(_symbol))
for _name, _symbol in _COMPARISONS.items():
    add(getattr(np, _name), f"np.{_name}", _comparison(_symbol))
for _name, _kind in _LOGICAL.items():
    add(getattr(np, _name), f"np.{_name}", _logical(_kind))
for _name in ("maximum", "minimum"):
    add(getattr(np, _name), f"np.{_name}", _extremum(_name))
add(np.fmax, "np.fmax", _nan_ignoring("maximum"))
add(np.fmin, "np.fmin", _nan_ignoring("minimum"))
for _name in ("deg2rad", "radians"):
    add(getattr(np, _name), f"np.{_name}", _scaled(math.pi / 180))
for _name in ("rad2deg", "degrees"):
    add(getattr(np, _name), f"np.{_name}", _scaled(180 / math.pi))


@function(np.negative, "np.negative")
def negative(b: Builder, x: Any) -> Value:
    return arith.unary(b, "-", as_array(b, x))


@function(np.positive, "np.positive")
def positive(b: Builder, x: Any) -> Value:
    return arith.unary(b, "+", as_array(b, x))


@function(np.invert, "np.invert")
def invert(b: Builder, x: Any) -> Value:
    return arith.unary(b, "~", as_array(b, x))


@function(np.logical_not, "np.logical_not")
def logical_not(b: Builder, x: Any) -> Value:
    return b.op("not", arith.as_bool(b, as_array(b, x)))


@function(np.absolute, "np.absolute")
def absolute(b: Builder, x: Any) -> Value:
    value = as_array(b, x)
    return value if dtype_of(value.type).is_bool else b.op("abs", value)


@function(np.fabs, "np.fabs")
def fabs(b: Builder, x: Any) -> Value:
    return b.op("abs", *floats(b, x))


@function(np.sign, "np.sign")
def sign(b: Builder, x: Any) -> Value:
    value = as_array(b, x)
    if dtype_of(value.type).is_bool:
        raise UserError("AD205", "NumPy has no sign of booleans", b.span)
    return b.op("sign", value)


@function(np.signbit, "np.signbit")
def signbit(b: Builder, x: Any) -> Value:
    (value,) = floats(b, x)
    one = b.const_like(1.0, value.type)
    return b.compare("lt", b.op("copysign", one, value), b.const_like(0.0, value.type))


@function(np.square, "np.square")
def square(b: Builder, x: Any) -> Value:
    value = not_bool(b, as_array(b, x), "np.square")
    return arith.binary(b, "*", value, value)


@function(np.reciprocal, "np.reciprocal")
def reciprocal(b: Builder, x: Any) -> Value:
    value = as_array(b, x)
    if not dtype_of(value.type).inexact:
        raise UnsupportedError(
            "AD205", "np.reciprocal of integers", b.span, help="write 1 / x for a quotient of floats"
        )
    return b.div(b.const_like(1.0, value.type), value)


@function(np.fmod, "np.fmod")
def fmod(b: Builder, x1: Any, x2: Any) -> Value:
    x, y = strong(b, x1, x2)
    if not dtype_of(x.type).inexact:
        raise UnsupportedError("AD205", "np.fmod of integers", b.span, help="use np.mod, or floats")
    return arith.apply(b, "fmod", x, y)


@function(np.float_power, "np.float_power")
def float_power(b: Builder, x1: Any, x2: Any) -> Value:
    x, y = (to_dtype(b, as_operand(b, x), FLOAT64, strong=True) for x in (x1, x2))
    return arith.apply(b, "pow", x, y)


@function(np.divmod, "np.divmod")
def divmod_(b: Builder, x1: Any, x2: Any) -> tuple[Value, Value]:
    x, y = strong(b, x1, x2)
    return arith.binary(b, "//", x, y), arith.binary(b, "%", x, y)


@function(np.modf, "np.modf")
def modf(b: Builder, x: Any) -> tuple[Value, Value]:
    """Fractional and integral part, both with the sign of x."""
    (value,) = floats(b, x)
    whole = b.op("trunc", value)
    rest = b.select(b.op("isinf", value), b.const_like(0.0, value.type), b.sub(value, whole))
    return b.op("copysign", rest, value), whole


@function(np.logaddexp2, "np.logaddexp2")
def logaddexp2(b: Builder, x1: Any, x2: Any) -> Value:
    x, y = floats(b, x1, x2)
    ln2 = b.const_like(math.log(2), x.type)
    return b.div(arith.apply(b, "logaddexp", b.mul(x, ln2), b.mul(y, ln2)), ln2)


@function(np.heaviside, "np.heaviside")
def heaviside(b: Builder, x1: Any, x2: Any) -> Value:
    x, at_zero = floats(b, x1, x2)
    zero, one = b.const_like(0.0, x.type), b.const_like(1.0, x.type)
    broadcast(b, (x, at_zero), {})
    step = b.select(b.compare("eq", x, zero), at_zero, b.select(b.compare("lt", x, zero), zero, one))
    return b.select(b.op("isnan", x), x, step)


@function(np.select, "np.select")
def select(b: Builder, condlist: Any, choicelist: Any, default: Any = 0) -> Value:
    """The choice whose condition is the first to hold: nested `np.where`."""
    for given in (condlist, choicelist):
        if not isinstance(given, tuple | list):
            raise UnsupportedError("AD202", "np.select of anything but lists", b.span, help="write the lists out")
    if len(condlist) != len(choicelist) or not condlist:
        raise UserError("AD204", "np.select: the lists of conditions and choices must have one length, not 0", b.span)
    tests = [as_array(b, condition) for condition in condlist]
    if any(not dtype_of(test.type).is_bool for test in tests):
        raise UserError("AD205", "np.select: the conditions must be booleans", b.span)
    *choices, result = strong(b, *choicelist, default)
    for test, choice in zip(reversed(tests), reversed(choices)):
        result = arith.apply(b, "select", test, choice, result)
    return result


_NOT_GIVEN = object()


@function(np.clip, "np.clip")
def clip_function(
    b: Builder, a: Any, a_min: Any = _NOT_GIVEN, a_max: Any = _NOT_GIVEN, *, min: Any = None, max: Any = None
) -> Value:
    """Of the two bounds that the function takes, but not of those of the method, none can be left out alone."""
    if (a_min is _NOT_GIVEN) != (a_max is _NOT_GIVEN):
        name = "a_min" if a_min is _NOT_GIVEN else "a_max"
        raise UserError("AD201", f"np.clip() missing 1 required positional argument: '{name}'", b.span)
    bounds = (None, None) if a_min is _NOT_GIVEN else (a_min, a_max)
    return clip(b, a, *bounds, min=min, max=max)


def clip(b: Builder, a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Value:
    """`minimum(maximum(a, low), high)`, as NumPy has it also where low > high."""
    low = min if a_min is None else a_min
    high = max if a_max is None else a_max
    result = as_array(b, a)
    if low is not None and high is not None:
        result, low, high = strong(b, result, low, high)
    if low is not None:
        result = arith.apply(b, "maximum", *strong(b, result, low))
    if high is not None:
        result = arith.apply(b, "minimum", *strong(b, result, high))
    return result


add_method("clip", clip)


@function(np.nan_to_num, "np.nan_to_num")
def nan_to_num(b: Builder, x: Any, copy: Any = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Value:
    if not static_bool(b, copy, "copy"):
        raise UnsupportedError("AD202", "np.nan_to_num: copy=False is not supported", b.span, help="assign the result")
    value = as_array(b, x)
    dtype = dtype_of(value.type)
    if not dtype.inexact:
        return value
    largest = float(np.finfo(dtype.numpy).max)
    infinite = b.const_like(math.inf, value.type), b.const_like(-math.inf, value.type)
    fills = [largest if posinf is None else posinf, -largest if neginf is None else neginf]
    result = value
    for infinity, fill in zip(infinite, fills):
        result = b.select(b.compare("eq", value, infinity), to_dtype(b, fill, dtype, strong=True), result)
    return b.select(b.op("isnan", value), to_dtype(b, nan, dtype, strong=True), result)


@function(np.round, "np.round", "round")
def round_(b: Builder, a: Any, decimals: Any = 0) -> Value:
    """To even, as NumPy: scale, `rint`, scale back."""
    value = as_array(b, a)
    places = static_int(b, decimals, "decimals")
    if dtype_of(value.type).is_integer and places >= 0:
        return value
    if not dtype_of(value.type).inexact:
        raise UnsupportedError(
            "AD205", "rounding of integers to negative decimals", b.span, help="convert to float first"
        )
    if places == 0:
        return b.op("rint", value)
    scale = b.const_like(10.0 ** abs(places), value.type)
    if places > 0:
        return b.div(b.op("rint", b.mul(value, scale)), scale)
    return b.mul(b.op("rint", b.div(value, scale)), scale)


add(np.around, "np.around", round_)


@function(np.isclose, "np.isclose")
def isclose(b: Builder, a: Any, other: Any, rtol: Any = 1e-5, atol: Any = 1e-8, equal_nan: Any = False) -> Value:
    x, y = floats(b, a, other)
    dtype = dtype_of(x.type).real
    broadcast(b, (x, y), {})
    slack = b.add(to_dtype(b, atol, dtype), b.mul(to_dtype(b, rtol, dtype), b.op("abs", y)))
    near = b.compare("le", b.op("abs", b.sub(x, y)), slack)
    close = b.op("or", b.op("and", near, b.op("isfinite", y)), b.compare("eq", x, y))
    if static_bool(b, equal_nan, "equal_nan"):
        close = b.op("or", close, b.op("and", b.op("isnan", x), b.op("isnan", y)))
    return close
