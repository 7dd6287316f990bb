"""The `math` module: on single numbers, in Python floats."""

from __future__ import annotations

import math
from typing import Any

from autodiff_compiler.diagnostics import UnsupportedError, UserError
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.types import FLOAT, INT, Array, ListOf, Scalar, dtype_of
from autodiff_compiler.library import arith
from autodiff_compiler.library.arguments import as_array, as_operand, is_number, to_int, type_of
from autodiff_compiler.library.builtins import scalar
from autodiff_compiler.library.registry import Build, add, function

_UNARY = {
    "sqrt": "sqrt", "cbrt": "cbrt", "exp": "exp", "exp2": "exp2", "expm1": "expm1", "log2": "log2", "log10": "log10",
    "log1p": "log1p", "sin": "sin", "cos": "cos", "tan": "tan", "asin": "arcsin", "acos": "arccos", "atan": "arctan",
    "sinh": "sinh", "cosh": "cosh", "tanh": "tanh", "asinh": "arcsinh", "acosh": "arccosh", "atanh": "arctanh",
    "erf": "erf", "erfc": "erfc", "gamma": "gamma", "lgamma": "gammaln",
    "fabs": "abs", "isnan": "isnan", "isinf": "isinf", "isfinite": "isfinite",
}  # fmt: skip
_BINARY = {"atan2": "arctan2", "copysign": "copysign", "fmod": "fmod"}


def as_float(b: Builder, x: Any, name: str) -> Value:
    """A number as a Python float, which is what `math` computes with."""
    if is_number(x):
        return b.const(float(x))
    return b.cast(scalar(b, x, name), FLOAT)


def _unary(name: str, kind: str) -> Build:
    def build(b: Builder, x: Any, /) -> Value:
        return b.op(kind, as_float(b, x, name))

    return build


def _binary(name: str, kind: str) -> Build:
    def build(b: Builder, x: Any, y: Any, /) -> Value:
        return b.op(kind, as_float(b, x, name), as_float(b, y, name))

    return build


def _scaled(name: str, factor: float) -> Build:
    def build(b: Builder, x: Any, /) -> Value:
        return b.mul(as_float(b, x, name), b.const(factor))

    return build


def _to_integer(name: str) -> Build:
    def build(b: Builder, x: Any, /) -> Value:
        value = scalar(b, x, f"math.{name}")
        return b.cast(b.op(name, value) if dtype_of(value.type).inexact else value, INT)

    return build


for _name, _kind in _UNARY.items():
    add(getattr(math, _name), f"math.{_name}", _unary(f"math.{_name}", _kind))
for _name, _kind in _BINARY.items():
    add(getattr(math, _name), f"math.{_name}", _binary(f"math.{_name}", _kind))
for _name in ("floor", "ceil", "trunc"):
    add(getattr(math, _name), f"math.{_name}", _to_integer(_name))
add(math.radians, "math.radians", _scaled("math.radians", math.pi / 180))
add(math.degrees, "math.degrees", _scaled("math.degrees", 180 / math.pi))


@function(math.log, "math.log")
def log(b: Builder, x: Any, base: Any = None, /) -> Value:
    result = b.op("log", as_float(b, x, "math.log"))
    return result if base is None else b.div(result, b.op("log", as_float(b, base, "math.log")))


@function(math.pow, "math.pow")
def pow_(b: Builder, x: Any, y: Any, /) -> Value:
    exponent = float(y) if is_number(y) else as_float(b, y, "math.pow")
    return arith.power(b, as_float(b, x, "math.pow"), exponent, "math domain error")


@function(math.hypot, "math.hypot")
def hypot(b: Builder, *coordinates: Any) -> Value:
    values = [as_float(b, x, "math.hypot") for x in coordinates] or [b.const(0.0)]
    if len(values) == 1:
        return b.op("abs", values[0])
    result = values[0]
    for value in values[1:]:
        result = b.op("hypot", result, value)
    return result


def elements(b: Builder, x: Any, name: str) -> list[Any]:
    """A tuple or list of known length."""
    if isinstance(x, Value) and isinstance(x.type, Array | ListOf):
        raise UnsupportedError("AD205", f"{name} of an array or a growing list", b.span, help="use the NumPy function")
    if not isinstance(x, tuple | list):
        raise UserError("AD205", f"{name} needs a sequence", b.span)
    return list(x)


@function(math.dist, "math.dist")
def dist(b: Builder, p: Any, q: Any, /) -> Value:
    left, right = elements(b, p, "math.dist"), elements(b, q, "math.dist")
    if len(left) != len(right):
        raise UserError("AD204", "both points must have the same number of dimensions", b.span)
    pairs = zip(left, right)
    return hypot(b, *(b.sub(as_float(b, x, "math.dist"), as_float(b, y, "math.dist")) for x, y in pairs))


@function(math.prod, "math.prod")
def prod(b: Builder, iterable: Any, /, *, start: Any = 1) -> Any:
    result: Any = start
    if isinstance(iterable, Value) and isinstance(iterable.type, Array | ListOf):
        return _product_of_many(b, iterable, start)
    for x in elements(b, iterable, "math.prod"):
        factor = as_operand(b, x)
        one = is_number(result) and result == 1 and not dtype_of(type_of(b, factor)).is_bool
        result = factor if one else arith.binary(b, "*", result, factor)
    return result


def _product_of_many(b: Builder, items: Value, start: Any) -> Any:
    """Of as many factors as the run tells, or of the rows of an array."""
    whole = as_array(b, items)
    if not dtype_of(whole.type).inexact:
        raise UnsupportedError("AD205", "math.prod of an array of integers", b.span, help="use the NumPy function")
    product = b.op("prod", whole, axes=(0,))
    if isinstance(items.type, ListOf) and isinstance(items.type.element, Scalar):
        product = b.cast(product, items.type.element)
    return product if is_number(start) and start == 1 else arith.binary(b, "*", start, product)


@function(math.fsum, "math.fsum")
def fsum(b: Builder, seq: Any, /) -> Value:
    """A plain sum: CPython's is exactly rounded, ours to the rounding of each addition."""
    result: Value | None = None
    for x in elements(b, seq, "math.fsum"):
        value = as_float(b, x, "math.fsum")
        result = value if result is None else b.add(result, value)
    return b.const(0.0) if result is None else result


@function(math.modf, "math.modf")
def modf(b: Builder, x: Any, /) -> tuple[Value, Value]:
    """Fractional and integral part, both with the sign of x."""
    value = as_float(b, x, "math.modf")
    whole = b.op("trunc", value)
    rest = b.select(b.op("isinf", value), b.const(0.0), b.sub(value, whole))
    return b.op("copysign", rest, value), whole


@function(math.remainder, "math.remainder")
def remainder(b: Builder, x: Any, y: Any, /) -> Value:
    """The rest that is nearest to 0; of two that are as near, that of the even quotient."""
    value, size = as_float(b, x, "math.remainder"), b.op("abs", as_float(b, y, "math.remainder"))
    length = b.op("abs", value)
    rest = b.op("fmod", length, size)
    missing = b.sub(size, rest)
    half = b.op("fmod", b.mul(b.const(0.5), b.sub(length, rest)), size)
    middle = b.sub(rest, b.mul(b.const(2.0), half))
    near = b.select(b.compare("gt", rest, missing), b.neg(missing), middle)
    near = b.select(b.compare("lt", rest, missing), rest, near)
    signed = b.mul(b.op("copysign", b.const(1.0), value), near)
    within = b.op("and", b.op("isinf", size), b.op("isfinite", value))
    return b.select(within, value, signed)


@function(math.ldexp, "math.ldexp")
def ldexp(b: Builder, x: Any, i: Any, /) -> Value:
    """Multiplied in two steps: the power alone may be out of range."""
    half = b.op("floordiv", to_int(b, i, "the exponent of math.ldexp"), b.const(2))
    rest = b.sub(to_int(b, i, "the exponent of math.ldexp"), half)
    value = as_float(b, x, "math.ldexp")
    scaled = value
    for part in (half, rest):
        scaled = b.mul(scaled, b.op("exp2", b.cast(part, FLOAT)))
    fine = b.op("or", b.op("isfinite", scaled), b.op("not", b.op("isfinite", value)))
    b.emit("check", (fine,), {"error": "OverflowError", "message": ("math range error",)})
    return scaled


@function(math.isclose, "math.isclose")
def isclose(b: Builder, x: Any, y: Any, /, *, rel_tol: Any = 1e-9, abs_tol: Any = 0.0) -> Value:
    left, right = as_float(b, x, "math.isclose"), as_float(b, y, "math.isclose")
    larger = b.op("maximum", b.op("abs", left), b.op("abs", right))
    slack = b.op("maximum", b.mul(as_float(b, rel_tol, "math.isclose"), larger), as_float(b, abs_tol, "math.isclose"))
    near = b.compare("le", b.op("abs", b.sub(left, right)), slack)
    finite = b.op("isfinite", larger)
    return b.op("or", b.compare("eq", left, right), b.op("and", near, finite))
