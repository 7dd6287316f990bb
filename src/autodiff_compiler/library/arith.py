"""The operators of Python: promotion as NEP 50 has it, casts as ops, checks that shapes agree.

`binary(b, "+", x, y)`, `unary(b, "-", x)`, `compare(b, "<", x, y)`.  Operators may also be named by their class in
`ast` ("Add", "USub", "Lt").
"""

from __future__ import annotations

from typing import Any

from autodiff_compiler.diagnostics import UnsupportedError, UserError
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.dtype import FLOAT64, INT64, UINT64, DType
from autodiff_compiler.ir.opset import require
from autodiff_compiler.ir.types import COMPLEX, F64, FLOAT, Array, Type, dtype_of, is_py, promote, rank
from autodiff_compiler.library.arguments import (
    as_operand,
    as_value,
    is_number,
    to_dtype,
    type_of,
)

_SYMBOLS = {
    "Add": "+", "Sub": "-", "Mult": "*", "Div": "/", "FloorDiv": "//", "Mod": "%", "Pow": "**", "MatMult": "@",
    "BitAnd": "&", "BitOr": "|", "BitXor": "^", "LShift": "<<", "RShift": ">>",
    "USub": "-", "UAdd": "+", "Invert": "~", "Not": "not",
    "Lt": "<", "LtE": "<=", "Gt": ">", "GtE": ">=", "Eq": "==", "NotEq": "!=",
}  # fmt: skip
_KINDS = {
    "+": "add", "-": "sub", "*": "mul", "//": "floordiv", "%": "mod",
    "&": "and", "|": "or", "^": "xor", "<<": "lshift", ">>": "rshift",
    "<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne",
}  # fmt: skip
# What NumPy makes of arithmetic on two booleans; the rest it refuses or computes in int8.
_BOOL_KINDS = {"+": "or", "*": "and"}

COMPLEX_POWER = "a negative number to a fractional power is complex"


def common_dtype(b: Builder, *types: Type) -> DType:
    """The promoted dtype of operands."""
    try:
        return promote(*types)
    except TypeError as error:
        raise UnsupportedError("AD206", str(error), b.span, help="convert the operands with astype") from error


def apply(b: Builder, kind: str, *operands: Value) -> Value:
    """An elementwise op with its checks that shapes broadcast."""
    require(b, kind, *operands)
    return b.op(kind, *operands)


def promoted(b: Builder, *operands: Any, strong: bool = False) -> list[Value]:
    """The operands in their common dtype.  `strong`: Python scalars become NumPy scalars, as in a NumPy function."""
    things = [as_operand(b, x) for x in operands]
    dtype = common_dtype(b, *(type_of(b, x) for x in things))
    return [to_dtype(b, x, dtype, strong=strong) for x in things]


def _operands(b: Builder, x: Any, y: Any) -> tuple[Any, Any]:
    """The operands as the left one takes the right one: to a Python complex number NumPy's float64 is a float, of which it is a
    subclass, and the result is Python's.  (A Python float lets NumPy's number decide, and so does a complex number on the right.)"""
    x, y = as_operand(b, x), as_operand(b, y)
    if type_of(b, x) == COMPLEX and type_of(b, y) == F64:
        y = b.cast(y, FLOAT) if isinstance(y, Value) else float(y)
    return x, y


def binary(b: Builder, op: str, x: Any, y: Any) -> Value:
    """`x op y`."""
    symbol = _SYMBOLS.get(op, op)
    if symbol == "@":
        return matmul(b, x, y)
    if symbol == "**":
        return power(b, x, y)
    x, y = _operands(b, x, y)
    types = type_of(b, x), type_of(b, y)
    dtype = common_dtype(b, *types)
    if symbol == "/":
        if not dtype.inexact:
            dtype = FLOAT64
        return apply(b, "div", to_dtype(b, x, dtype), to_dtype(b, y, dtype))
    kind = _KINDS[symbol]
    if dtype.is_complex and symbol in ("//", "%"):
        raise UserError("AD205", f"the operator {symbol} is not defined for complex numbers", b.span)
    if symbol in ("&", "|", "^"):
        if dtype.inexact:
            raise UserError("AD205", f"the operator {symbol} is not defined for floats", b.span)
    elif symbol in ("<<", ">>"):
        if dtype.inexact:
            raise UserError("AD205", f"the operator {symbol} is defined for integers only", b.span)
        if dtype.is_bool and not is_py(*types):
            raise UnsupportedError(
                "AD205", f"NumPy computes {symbol} of booleans in int8", b.span, help="use astype(int)"
            )
        dtype = INT64 if dtype.is_bool else dtype
    elif dtype.is_bool:
        if is_py(*types):
            dtype = INT64
        elif symbol in _BOOL_KINDS:
            kind = _BOOL_KINDS[symbol]
        elif symbol == "-":
            raise UserError("AD205", "NumPy has no difference of booleans", b.span, help="use ^ or np.logical_xor")
        else:
            raise UnsupportedError(
                "AD205", f"NumPy computes {symbol} of booleans in int8", b.span, help="use astype(int)"
            )
    return apply(b, kind, to_dtype(b, x, dtype), to_dtype(b, y, dtype))


def power(b: Builder, x: Any, y: Any, complex_: str | None = None) -> Value:
    """`x ** y`; `complex_` is what the error says where Python refuses that the result would be complex."""
    x, y = _operands(b, x, y)
    types = type_of(b, x), type_of(b, y)
    dtype = common_dtype(b, *types)
    py = is_py(*types)
    if dtype_of(types[0]).is_bool and not is_py(types[0]) and not dtype.inexact:
        # int8 or int64, as the exponent's value has it.
        raise UnsupportedError("AD205", "a power of NumPy booleans", b.span, help="use astype(int)")
    if dtype.is_bool:
        if not py:
            raise UnsupportedError("AD205", "NumPy computes powers of booleans in int8", b.span, help="use astype(int)")
        dtype = INT64
    if dtype.is_integer:
        if is_number(y) and y < 0:
            if not py:
                raise UserError(
                    "AD209", "integers to negative integer powers are not allowed", b.span, help="use a float base"
                )
            dtype = FLOAT64
        elif not is_number(y):
            require_each(b, "ge", y, "integers to negative integer powers are not allowed")
    elif py and not dtype.is_complex:
        _require_real_power(b, x, y, complex_)
    return apply(b, "pow", to_dtype(b, x, dtype), to_dtype(b, y, dtype))


def require_each(b: Builder, kind: str, x: Any, message: str) -> None:
    """Check that every element of `x` compares so with 0."""
    value = as_value(b, x)
    condition = b.compare(kind, value, b.const_like(0, value.type))
    if isinstance(condition.type, Array):
        condition = b.op("all", condition, axes=tuple(range(condition.type.rank)))
    b.emit("check", (condition,), {"error": "ValueError", "message": (message,), "ours": True})


def _require_real_power(b: Builder, x: Any, y: Any, message: str | None) -> None:
    """Python makes a negative float to a fractional power complex; NumPy, NaN.  Complex is refused, at run time."""
    if is_number(y) and float(y).is_integer():
        return
    if isinstance(y, Value) and not dtype_of(y.type).inexact:
        return
    if is_number(x) and not x < 0:
        return
    text = message or COMPLEX_POWER
    b.emit("check", (has_real_power(b, x, y),), {"error": "ValueError", "message": (text,), "ours": message is None})


def has_real_power(b: Builder, x: Any, y: Any) -> Value:
    """Whether the base is not negative, or the exponent whole."""
    base = to_dtype(b, x, FLOAT64)
    fine = b.op("not", b.compare("lt", base, b.const(0.0)))
    if not isinstance(y, Value):
        return fine
    exponent = to_dtype(b, y, FLOAT64)
    return b.op("or", fine, b.compare("eq", exponent, b.op("floor", exponent)))


def unary(b: Builder, op: str, x: Any) -> Value:
    """`-x`, `+x`, `~x`, `not x`."""
    symbol = _SYMBOLS.get(op, op)
    if symbol == "not":
        return b.op("not", truth(b, x))
    value = as_value(b, x)
    dtype = dtype_of(value.type)
    if symbol == "~":
        if dtype.inexact:
            raise UserError("AD205", "the operator ~ is not defined for floats", b.span)
        if dtype.is_bool and not is_py(value.type):
            return b.op("not", value)
        return b.op("invert", to_dtype(b, value, INT64) if dtype.is_bool else value)
    if dtype.is_bool:
        if not is_py(value.type):
            raise UserError("AD205", f"NumPy has no {symbol}x of booleans", b.span, help="use ~x or np.logical_not(x)")
        value = to_dtype(b, value, INT64)
    return b.neg(value) if symbol == "-" else value


def compare(b: Builder, op: str, x: Any, y: Any) -> Value:
    """`x < y` and the five others."""
    things = _operands(b, x, y)
    types = [type_of(b, thing) for thing in things]
    dtypes = {dtype_of(type_) for type_ in types}
    dtype = common_dtype(b, *types)
    # Integers compare by value: an int that may not fit into the dtype of an array is not squeezed into it.
    if all(d.is_integer for d in dtypes) and not all(_fits(thing, dtype) for thing in things):
        if UINT64 in dtypes:
            raise UnsupportedError(
                "AD206", "a comparison of uint64 with signed integers", b.span, help="convert one with astype"
            )
        dtype = INT64
    kind = _KINDS[_SYMBOLS.get(op, op)]
    if dtype.is_complex and kind not in ("eq", "ne"):
        raise UserError(
            "AD205", "complex numbers have no order", b.span, help="compare a part of them, or the size: abs(z) < 1.0"
        )
    return apply(b, kind, *(to_dtype(b, thing, dtype) for thing in things))


def _fits(x: Any, dtype: DType) -> bool:
    """Whether an integer, or what a value may hold, is a value of the integer dtype for certain."""
    if not dtype.is_integer:
        return False
    own = dtype_of(x.type) if isinstance(x, Value) else None
    least, greatest = (own.least, own.greatest) if own else (int(x), int(x))
    return dtype.least <= least and greatest <= dtype.greatest


def truth(b: Builder, x: Any) -> Value:
    """`bool(x)` of a scalar: of Python's kind for a Python scalar."""
    value = as_value(b, x)
    if isinstance(value.type, Array):
        raise UserError(
            "AD205",
            "the truth value of an array is ambiguous",
            b.span,
            help="use np.any(...), np.all(...) or np.where(...)",
        )
    return as_bool(b, value)


def as_bool(b: Builder, x: Any) -> Value:
    """Elementwise, whether `x` is not zero."""
    value = as_value(b, x)
    return value if dtype_of(value.type).is_bool else b.compare("ne", value, b.const_like(0, value.type))


def matmul(b: Builder, x: Any, y: Any) -> Value:
    """`x @ y`: vectors, matrices, and stacks of matrices."""
    left, right = promoted(b, x, y)
    m, n = rank(left.type), rank(right.type)
    if m == 0 or n == 0:
        raise UserError("AD204", "matmul: a scalar operand is not allowed", b.span, help="use *")
    if dtype_of(left.type).is_bool:
        raise UnsupportedError("AD205", "a matrix product of booleans", b.span, help="use astype(int)")
    require(b, "matmul", left, right)
    return b.op("matmul", left, right)
