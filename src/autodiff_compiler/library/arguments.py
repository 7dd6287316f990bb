"""What an argument of a library function may be, and how it becomes an IR value.

Arguments are IR values, static Python objects, or tuples and lists of these.  A static number becomes a constant in
the dtype it is needed in; a nested tuple or list becomes an array, as `np.asarray` makes it.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from autodiff_compiler.diagnostics import UnsupportedError, UserError
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.dtype import FLOAT32, FLOAT64, INT16, INT64, UINT64, DType, from_numpy_dtype
from autodiff_compiler.ir.path import at
from autodiff_compiler.ir.required_checks import alike, allocated, check_equal, fits
from autodiff_compiler.ir.types import (
    BOOL,
    COMPLEX,
    FLOAT,
    INT,
    Array,
    ListOf,
    Scalar,
    Type,
    dtype_of,
    is_complex,
    promote,
    rank,
)

_NUMBERS = "pass numbers, arrays, or lists of these"
STORED = 20
"""Up to so many numbers an array is filled one by one, so that each of its elements is known."""
MOST_BUILT = 1000
"""How many copies of a piece of code a call may ask for."""


def is_number(x: Any) -> bool:
    """Whether `x` is a static number (or truth value)."""
    return isinstance(x, bool | int | float | complex | np.generic)


def number_type(b: Builder, x: Any) -> Scalar:
    """The type of a static number."""
    if isinstance(x, np.generic):
        dtype = from_numpy_dtype(x.dtype)
        if dtype is None:
            raise UnsupportedError(
                "AD206", f"the dtype {x.dtype} is not supported", b.span, help="use float64 or float32"
            )
        return Scalar(dtype)
    if isinstance(x, bool):
        return BOOL
    if isinstance(x, int):
        if not -(2**63) <= x < 2**63:
            raise UnsupportedError(
                "AD205", f"the integer {x} does not fit into 64 bits", b.span, help="write it as a float"
            )
        return INT
    if isinstance(x, float):
        return FLOAT
    if isinstance(x, complex):
        return COMPLEX
    raise UserError("AD205", f"a number or an array is needed, not {type(x).__name__}", b.span, help=_NUMBERS)


def type_of(b: Builder, x: Any) -> Type:
    """The type that `as_value(b, x)` would have, for a number or a value."""
    return x.type if isinstance(x, Value) else number_type(b, x)


def as_value(b: Builder, x: Any) -> Value:
    """A number or an array as an IR value."""
    if isinstance(x, Value) and isinstance(x.type, Scalar | Array):
        return x
    if isinstance(x, Value | tuple | list | np.ndarray):
        return as_array(b, x)
    return b.const(*_constant(b, x, number_type(b, x)))


def as_operand(b: Builder, x: Any) -> Any:
    """An operand of an elementwise function: numbers stay static, sequences become arrays."""
    return x if is_number(x) else as_value(b, x)


def _constant(b: Builder, x: Any, type_: Scalar) -> tuple[Any, Scalar]:
    number = x.item() if isinstance(x, np.generic) else x
    dtype = type_.dtype
    if dtype.is_integer and isinstance(number, int) and not dtype.least <= number <= dtype.greatest:
        raise UserError("AD209", f"the Python integer {number} is out of bounds for {type_}", b.span)
    return number, type_


def to_dtype(b: Builder, x: Any, dtype: DType, *, strong: bool = False) -> Value:
    """A number or an array in the given dtype.  A Python scalar stays one where it can, unless `strong`."""
    type_ = type_of(b, x)
    if is_complex(type_) and not dtype.is_complex:
        return _without_imaginary_part(b, x, dtype)
    weak = isinstance(type_, Scalar) and type_.kind == "py" and dtype.is_python and not strong
    target = Scalar(dtype, "py" if weak else "np")
    if not isinstance(x, Value):
        return b.const(*_constant(b, x, target))
    if type_ == INT and dtype.is_integer and dtype is not INT64:
        require_fits(b, x, dtype)
    return b.cast(x, target)


def _without_imaginary_part(b: Builder, x: Any, dtype: DType) -> Value:
    """NumPy would drop it with a warning, and Python refuses to; whether a number is 0 is another matter."""
    if dtype.is_bool:
        value = as_value(b, x)
        return b.compare("ne", value, b.const_like(0, value.type))
    raise UnsupportedError(
        "AD211",
        f"a complex number as {dtype.numpy_name} would lose its imaginary part",
        b.span,
        help="take the part that is meant: z.real, z.imag or np.abs(z); or make the array complex",
    )


def require_fits(b: Builder, x: Value, dtype: DType) -> None:
    """NumPy takes a Python int as a small integer only if it is one."""
    fits = b.compare("ge", x, b.const(dtype.least))
    if dtype is not UINT64:
        fits = b.op("and", fits, b.compare("le", x, b.const(dtype.greatest)))
    message = ("Python integer ", None, f" out of bounds for {dtype.numpy}")
    b.emit("check", (fits, x), {"error": "OverflowError", "message": message})


def to_int(b: Builder, x: Any, what: str) -> Value:
    """A static or run-time integer as a Python int value (an extent, an index)."""
    type_ = type_of(b, x) if is_number(x) or isinstance(x, Value) else None
    if not (isinstance(type_, Scalar) and type_.dtype.is_integer):
        raise UserError("AD205", f"{what} must be an integer", b.span)
    return to_dtype(b, int(x), INT64) if is_number(x) else b.cast(x, INT)


def static_int(b: Builder, x: Any, what: str) -> int:
    """An integer that must be known when the program is compiled."""
    if isinstance(x, Value):
        raise UnsupportedError(
            "AD207",
            f"{what} must be known when the function is compiled",
            b.span,
            help="write a literal, or use an integer argument",
        )
    try:
        return operator.index(x)
    except TypeError as error:
        raise UserError("AD205", f"{what} must be an integer, not {type(x).__name__}", b.span) from error


def static_count(b: Builder, x: Any, what: str) -> int:
    """How often something is built, one after the other: known when compiling, and not huge."""
    count = static_int(b, x, what)
    if count > MOST_BUILT:
        raise UnsupportedError("AD202", f"{what} beyond {MOST_BUILT}", b.span, help="write it as a loop")
    return count


def static_bool(b: Builder, x: Any, what: str) -> bool:
    """A truth value that must be known when the program is compiled."""
    if isinstance(x, Value):
        raise UnsupportedError(
            "AD207", f"{what} must be known when the function is compiled", b.span, help="write True or False"
        )
    return bool(x)


def normal_axis(b: Builder, axis: Any, rank_: int, what: str = "axis") -> int:
    """A static axis, counted from the front."""
    number = static_int(b, axis, what)
    if not -rank_ <= number < rank_:
        raise UserError("AD203", f"{what} {number} is out of bounds for an array of dimension {rank_}", b.span)
    return number % rank_ if rank_ else 0


def normal_axes(b: Builder, axis: Any, rank_: int) -> tuple[int, ...]:
    """`axis=None`, an int or a tuple of ints as a sorted tuple of axes."""
    if axis is None:
        return tuple(range(rank_))
    given = axis if isinstance(axis, tuple | list) else (axis,)
    axes = [normal_axis(b, a, rank_) for a in given]
    if len(set(axes)) != len(axes):
        raise UserError("AD203", "duplicate value in axis", b.span)
    return tuple(sorted(axes))


def dtype_argument(b: Builder, dtype: Any, default: DType) -> DType:
    """Our name of a `dtype=` argument: np.float32, float, "float32", int, bool, a dtype, or None for the default."""
    if dtype is None:
        return default
    if isinstance(dtype, Value):
        raise UnsupportedError(
            "AD207", "dtype must be known when the function is compiled", b.span, help="write it: dtype=np.float64"
        )
    try:
        found = from_numpy_dtype(np.dtype(dtype))
    except TypeError as error:
        raise UserError("AD206", f"not a dtype: {dtype!r}", b.span) from error
    if found is None:
        raise UnsupportedError(
            "AD206", f"the dtype {np.dtype(dtype)} is not supported", b.span, help="use float64 or float32"
        )
    return found


def extents(b: Builder, shape: Any, *, allow_unknown: bool = False) -> list[Value]:
    """A shape argument (an int or a tuple of ints) as a list of Python ints; run-time ones are checked to be >= 0."""
    given = shape if isinstance(shape, tuple | list) else (shape,)
    dims = []
    for extent in given:
        value = to_int(b, extent, "an extent of a shape")
        if isinstance(extent, Value):
            allocated(b, [value], {})
        elif extent < 0 and not (allow_unknown and extent == -1):
            raise UserError("AD204", "negative dimensions are not allowed", b.span)
        dims.append(value)
    return dims


def shape_of(b: Builder, x: Value) -> list[Value]:
    """The extents of an array; none for a scalar."""
    return b.dims(x) if isinstance(x.type, Array) else []


def broadcast_shape(b: Builder, *shapes: Sequence[Value]) -> list[Value]:
    """The shape several shapes broadcast to (checked), axis by axis: the extent that is not 1."""
    result: list[Value] = []
    for shape in shapes:
        longer, shorter = (shape, result) if len(shape) > len(result) else (result, shape)
        merged = list(longer)
        for back in range(1, len(shorter) + 1):
            m, n = longer[-back], shorter[-back]
            if m is n:
                continue
            alike(b, m, n)
            merged[-back] = b.select(b.compare("eq", m, b.const(1)), n, m)
        result = merged
    return result


# -- sequences as arrays ----------------------------------------------------------------------------------------------


def stretched(b: Builder, value: Value, dims: Sequence[Value], what: str) -> Value:
    """The value broadcast to extents that it must fit (checked)."""
    added = len(dims) - rank(value.type)
    if added < 0:
        raise UserError("AD204", f"{what}: the new shape has fewer dimensions than the array", b.span)
    fits(b, shape_of(b, value), dims, "stretch")
    return b.op("broadcast_to", value, *dims) if dims else value


def as_array(b: Builder, x: Any, dtype: DType | None = None) -> Value:
    """As `np.asarray`, but 0-dimensional arrays are NumPy scalars."""
    if isinstance(x, Value) and isinstance(x.type, ListOf):
        x = _gathered(b, x)
    if isinstance(x, Value):
        if not isinstance(x.type, Scalar | Array):
            raise UserError("AD205", f"a number or an array is needed, not {x.type}", b.span)
        return to_dtype(b, x, dtype or dtype_of(x.type), strong=True)
    if is_number(x):
        return to_dtype(b, x, dtype or number_type(b, x).dtype, strong=True)
    if isinstance(x, np.ndarray):
        dtype = dtype or dtype_argument(b, x.dtype, FLOAT64)
        if x.size == 0:
            return b.op("empty", *(b.const(n) for n in x.shape), dtype=dtype)
        x = x.tolist()
        return as_array(b, x, dtype)
    if isinstance(x, tuple | list):
        return _literal(b, x, dtype)
    raise UserError("AD205", f"a number or an array is needed, not {type(x).__name__}", b.span, help=_NUMBERS)


def _static_shape(b: Builder, nested: Any) -> tuple[int, ...]:
    """The shape of a nested tuple or list, down to its leaves."""
    if not isinstance(nested, tuple | list):
        return ()
    inner = {_static_shape(b, item) for item in nested}
    if len(inner) > 1:
        raise UserError("AD204", "the nested sequence is ragged: its parts have different lengths", b.span)
    return (len(nested), *(inner.pop() if inner else ()))


def _leaves(nested: Any, depth: int) -> list[Any]:
    return [nested] if depth == 0 else [leaf for item in nested for leaf in _leaves(item, depth - 1)]


def _is_plain(leaf: Any, dtype: DType) -> bool:
    """Whether a leaf is a number that an array of this dtype holds as it is."""
    if dtype.is_bool or isinstance(leaf, bool | np.bool_):
        return dtype.is_bool and isinstance(leaf, bool)
    if isinstance(leaf, int):
        return dtype.least <= leaf <= dtype.greatest if dtype.is_integer else dtype.inexact and abs(leaf) <= 2**53
    return isinstance(leaf, float) and dtype.inexact and math.isfinite(leaf)


def _rows_of(nested: Any, dtype: DType, depth: int) -> Any:
    """The leaves as numbers of one type, in nested tuples."""
    if depth == 0:
        return dtype.number(nested)
    return tuple(_rows_of(item, dtype, depth - 1) for item in nested)


def _literal(b: Builder, nested: tuple[Any, ...] | list[Any], dtype: DType | None) -> Value:
    """An array of a nested tuple or list whose leaves are numbers, or arrays of one shape."""
    shape = _static_shape(b, nested)
    leaves = [as_operand(b, leaf) for leaf in _leaves(nested, len(shape))]
    if dtype is None:
        # Unlike in arithmetic, Python numbers are not weak here: np.array([1.0, np.float32(2)]) is float64.
        dtype = promote(*(Scalar(dtype_of(type_of(b, leaf))) for leaf in leaves)) if leaves else FLOAT64
    values = [to_dtype(b, leaf, dtype, strong=True) for leaf in leaves]
    dims = [b.const(n) for n in shape]
    if values:
        dims += shape_of(b, values[0])
    for value in values[1:]:
        if rank(value.type) != rank(values[0].type):
            raise UserError("AD204", "the parts of the sequence have different numbers of dimensions", b.span)
        for m, n in zip(shape_of(b, values[0]), shape_of(b, value)):
            check_equal(b, m, n, "the parts of an array must have the same shape")
    if len(leaves) > STORED and all(_is_plain(leaf, dtype) for leaf in leaves):
        return b.op("table", *dims, dtype=dtype, values=_rows_of(nested, dtype, len(shape)))
    result = b.op("empty", *dims, dtype=dtype)
    for position, value in zip(np.ndindex(*shape), values):
        result = b.store(result, *at(*map(b.const, position)), value)
    return result


def _gathered(b: Builder, items: Value) -> Value:
    """A growable list as an array: a loop that copies its elements."""
    assert isinstance(items.type, ListOf)
    element = items.type.element
    count = b.op("list_len", items)
    dims = [count]
    if isinstance(element, Array):
        positive = b.compare("gt", count, b.const(0))
        b.emit(
            "check",
            (positive,),
            {"error": "ValueError", "message": ("an array is made of an empty list",), "ours": True},
        )
        dims += b.dims(b.op("list_get", items, b.const(0)))
    start = b.op("empty", *dims, dtype=element.dtype)
    with b.region(INT, start.type, names=("i", "items")) as body:
        i, array = body.params
        item = b.op("list_get", items, i)
        for m, n in zip(dims[1:], shape_of(b, item)):
            check_equal(b, m, n, "the parts of an array must have the same shape")
        b.yield_(b.store(array, *at(i), item))
    return b.for_(b.const(0), count, b.const(1), (start,), body.done())[0]


def float_dtype(b: Builder, *types: Type) -> DType:
    """The dtype in which NumPy computes a function of floats: floats stay, wide integers become float64."""
    dtype = promote(*types)
    if dtype.inexact:
        return dtype
    # NumPy takes the first loop that every operand fits into: int8 with uint8 is float16, though their sum is int16.
    joined = dtype is INT16 and all(dtype_of(t) is not INT16 for t in types)
    if joined or dtype.bits == 8:
        raise UnsupportedError(
            "AD206",
            f"NumPy computes this in float16 for {dtype} operands, which is not supported",
            b.span,
            help="convert the operand to float first",
        )
    return FLOAT32 if dtype.bits == 16 else FLOAT64
