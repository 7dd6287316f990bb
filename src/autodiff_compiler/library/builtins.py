"""The builtin functions of Python, on run-time values."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from autodiff_compiler.diagnostics import UnsupportedError, UserError
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.dtype import FLOAT32, INT64
from autodiff_compiler.ir.types import BOOL, FLOAT, INT, Array, ListOf, Scalar, dtype_of, is_py, rank
from autodiff_compiler.library import arith
from autodiff_compiler.library.arguments import as_array, as_operand, as_value, is_number, to_dtype, type_of
from autodiff_compiler.library.elementwise import round_
from autodiff_compiler.library.registry import Build, Chosen, add, function, refuse


def _refuse_sequences(b: Builder, name: str, *operands: Any) -> None:
    """NumPy's functions make arrays of lists and tuples; Python's operators do not."""
    for operand in operands:
        if isinstance(operand, list | tuple):
            raise UserError(
                "AD205", f"{name} of a {type(operand).__name__}", b.span, help="make it an array: np.array(...)"
            )


@function(abs, "abs")
def abs_(b: Builder, x: Any, /) -> Value:
    _refuse_sequences(b, "abs", x)
    value = as_value(b, x)
    if dtype_of(value.type).is_bool:
        return to_dtype(b, value, INT64) if is_py(value.type) else value
    return b.op("abs", value)


def scalar(b: Builder, x: Any, name: str) -> Value:
    """An argument that must be a single number."""
    value = as_value(b, x)
    if isinstance(value.type, Array):
        raise UserError(
            "AD205",
            f"{name} needs a number, not an array",
            b.span,
            help="use the NumPy function, x.astype(...), or x.item() for a single element",
        )
    return value


def fits_float32(x: Any) -> bool:
    """Whether a Python float is known to keep its value as a float32."""
    with np.errstate(all="ignore"):
        return isinstance(x, float) and (x != x or float(np.float32(x)) == x)


def _chosen(b: Builder, symbol: str, best: Any, candidate: Any) -> Chosen:
    """The candidate if it compares so with the best, else the best: as CPython goes, also for NaN and equals."""
    types = [type_of(b, x) for x in (best, candidate)]
    wide = any(t == FLOAT and not fits_float32(x) for t, x in zip(types, (best, candidate)))
    if wide and Scalar(FLOAT32) in types:
        raise UnsupportedError(
            "AD206",
            "max() or min() of a Python float and a float32: the result would have one type or the other",
            b.span,
            help="make both float32: np.float32(...)",
        )
    best, candidate = arith.promoted(b, best, candidate)
    value = b.select(arith.compare(b, symbol, candidate, best), candidate, best)
    return Chosen(
        value, tuple(x for x, type_ in zip((best, candidate), types) if is_py(type_) and not is_py(value.type))
    )


def _extremum(symbol: str, name: str) -> Build:
    def build(b: Builder, first: Any, /, *rest: Any) -> Value | Chosen:
        if rest:
            candidates = [first, *rest]
        elif isinstance(first, tuple | list):
            candidates = list(first)
        elif isinstance(first, Value) and isinstance(first.type, Array | ListOf):
            return _extremum_of_sequence(b, symbol, name, first)
        else:
            raise UserError("AD201", f"{name} of a single number", b.span)
        if not candidates:
            raise UserError("AD209", f"{name}() arg is an empty sequence", b.span)
        things = [x if is_number(x) else scalar(b, x, name) for x in candidates]
        best: Any = things[0]
        numbers: tuple[Value, ...] = ()
        for candidate in things[1:]:
            chosen = _chosen(b, symbol, best, candidate)
            best, numbers = chosen.value, (*numbers, *chosen.numbers)
        return Chosen(best, numbers) if numbers else as_value(b, best)

    return build


def _extremum_of_sequence(b: Builder, symbol: str, name: str, x: Value) -> Value:
    """Of a vector, or of a growing list, whose Python floats stay Python floats."""
    listed = isinstance(x.type, ListOf)
    if rank(x.type.element if isinstance(x.type, ListOf) else x.type) != (0 if listed else 1):
        raise UserError("AD205", f"{name} of a matrix compares its rows", b.span, help=f"use np.{name}")
    length = b.op("list_len", x) if listed else b.dim(x, 0)
    nonempty = b.compare("gt", length, b.const(0))
    b.emit("check", (nonempty,), {"error": "ValueError", "message": (f"{name}() arg is an empty sequence",)})

    def at(i: Value) -> Value:
        return b.op("list_get", x, i) if listed else b.element(x, i)

    start = at(b.const(0))
    with b.region(INT, start.type, names=("i", "best")) as body:
        i, best = body.params
        b.yield_(_chosen(b, symbol, best, at(i)).value)
    return b.for_(b.const(1), length, b.const(1), (start,), body.done())[0]


for _function, _symbol, _name in ((max, ">", "max"), (min, "<", "min")):
    function(_function, _name)(_extremum(_symbol, _name))


@function(sum, "sum")
def sum_(b: Builder, iterable: Any, /, start: Any = 0) -> Any:
    """Of a tuple or list a chain of additions; of an array the sum over its first axis."""
    if isinstance(iterable, Value):
        if isinstance(iterable.type, Scalar):
            raise UserError("AD201", "sum of a single number", b.span)
        value = as_array(b, iterable)
        if dtype_of(value.type).is_bool:
            value = to_dtype(b, value, INT64)
        total: Any = b.op("sum", value, axes=(0,))
    else:
        if not iterable:
            return start
        items = [as_operand(b, x) for x in iterable]
        first = items[0]
        # 0 + x is x, but for a truth value, which becomes an integer.
        total = arith.binary(b, "+", 0, first) if dtype_of(type_of(b, first)).is_bool else first
        for item in items[1:]:
            total = arith.binary(b, "+", total, item)
    return total if is_number(start) and start == 0 else arith.binary(b, "+", start, total)


@function(len, "len")
def len_(b: Builder, obj: Any, /) -> Value | int:
    if isinstance(obj, Value):
        if isinstance(obj.type, ListOf):
            return b.op("list_len", obj)
        if isinstance(obj.type, Array):
            return b.dim(obj, 0)
        raise UserError("AD205", f"a {obj.type} has no len()", b.span)
    try:
        return len(obj)
    except TypeError as error:
        raise UserError("AD205", str(error), b.span) from error


@function(float, "float")
def float_(b: Builder, x: Any = 0.0, /) -> Value:
    return b.cast(scalar(b, x, "float"), FLOAT)


@function(int, "int")
def int_(b: Builder, x: Any = 0, /) -> Value:
    """Towards zero."""
    return b.cast(scalar(b, x, "int"), INT)


@function(bool, "bool")
def bool_(b: Builder, x: Any = False, /) -> Value | bool:
    if isinstance(x, tuple | list):
        return bool(x)
    if isinstance(x, Value) and isinstance(x.type, ListOf):
        return b.compare("gt", b.op("list_len", x), b.const(0))
    return b.cast(arith.truth(b, x), BOOL)


@function(round, "round")
def round_builtin(b: Builder, number: Any, ndigits: Any = None) -> Value:
    value = scalar(b, number, "round")
    integral = not dtype_of(value.type).inexact
    if dtype_of(value.type).is_bool and not is_py(value.type):
        raise UserError("AD205", "round of a NumPy boolean", b.span, help="make it a number: round(int(b))")
    if ndigits is None:
        return b.cast(value if integral else b.op("rint", value), INT)
    if integral or not is_py(value.type):
        return round_(b, value, ndigits)
    raise UnsupportedError(
        "AD208", "round of a Python float to digits: CPython rounds its decimal text", b.span, help="use np.round(x, n)"
    )


@function(pow, "pow")
def pow_(b: Builder, base: Any, exp: Any, mod: Any = None) -> Value:
    if mod is not None:
        raise UnsupportedError("AD202", "pow with a modulus", b.span, help="write a loop")
    _refuse_sequences(b, "pow", base, exp)
    return arith.power(b, base, exp)


@function(divmod, "divmod")
def divmod_(b: Builder, x: Any, y: Any, /) -> tuple[Value, Value]:
    _refuse_sequences(b, "divmod", x, y)
    return arith.binary(b, "//", x, y), arith.binary(b, "%", x, y)


def _quantifier(kind: str, empty: bool) -> Build:
    def build(b: Builder, iterable: Any, /) -> Value | bool:
        if isinstance(iterable, Value):
            value = arith.as_bool(b, as_array(b, iterable))
            if rank(value.type) != 1:
                raise UserError("AD205", f"{kind} of other than a vector", b.span, help=f"use np.{kind}")
            return b.cast(b.op(kind, value, axes=(0,)), BOOL)
        result: Value | None = None
        for x in iterable:
            test = b.cast(arith.truth(b, x), BOOL)
            result = test if result is None else b.op("and" if kind == "all" else "or", result, test)
        return empty if result is None else result

    return build


function(all, "all")(_quantifier("all", True))
function(any, "any")(_quantifier("any", False))


def _binary(symbol: str) -> Build:
    def build(b: Builder, x: Any, y: Any, /) -> Value:
        _refuse_sequences(b, f"the operator {symbol}", x, y)
        return arith.binary(b, symbol, x, y)

    return build


def _comparison(symbol: str) -> Build:
    def build(b: Builder, x: Any, y: Any, /) -> Value:
        _refuse_sequences(b, f"the operator {symbol}", x, y)
        return arith.compare(b, symbol, x, y)

    return build


def _unary(symbol: str) -> Build:
    def build(b: Builder, x: Any, /) -> Value:
        _refuse_sequences(b, f"the operator {symbol}", x)
        return arith.unary(b, symbol, x)

    return build


# The functions of the module `operator`, as `functools.reduce` wants them.
for _name, _symbol in (("add", "+"), ("sub", "-"), ("mul", "*"), ("truediv", "/"), ("floordiv", "//"), ("mod", "%"),
                       ("pow", "**"), ("matmul", "@")):  # fmt: skip
    add(getattr(operator, _name), f"operator.{_name}", _binary(_symbol))
for _name, _symbol in (("lt", "<"), ("le", "<="), ("gt", ">"), ("ge", ">="), ("eq", "=="), ("ne", "!=")):
    add(getattr(operator, _name), f"operator.{_name}", _comparison(_symbol))
add(operator.neg, "operator.neg", _unary("-"))
add(operator.abs, "operator.abs", abs_)

refuse(sorted, "sorted", "use np.sort")
refuse(input, "input", "pass the value as an argument")
