"""The arguments `where=` and `initial=` of reductions."""

from __future__ import annotations

from typing import Any

from autodiff_compiler.diagnostics import UnsupportedError, UserError
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.dtype import DType
from autodiff_compiler.ir.opset import TABLE
from autodiff_compiler.ir.types import dtype_of, is_complex, rank
from autodiff_compiler.library import arith
from autodiff_compiler.library.arguments import as_array, as_operand, shape_of, stretched, to_dtype, type_of


def mask_of(b: Builder, where: Any, value: Value) -> Value:
    """`where` as booleans in the shape of the array that it masks."""
    mask = as_array(b, where)
    if not dtype_of(mask.type).is_bool:
        raise UserError("AD205", f"where= must hold booleans, not {dtype_of(mask.type)}", b.span)
    return stretched(b, mask, shape_of(b, value), "where=")


def selected(b: Builder, value: Value, where: Any, neutral: Any) -> Value:
    """The operand of a reduction, with what changes nothing where `where` is false."""
    if where is True:
        return value
    mask = mask_of(b, where, value)
    return b.select(mask, value, b.const_like(neutral, value.type))


def started(b: Builder, kind: str, reduced: Value, initial: Any) -> Value:
    """The result of a reduction that starts from `initial`, if that is given."""
    if initial is None:
        return reduced
    start = as_operand(b, initial)
    type_ = type_of(b, start)
    if rank(type_):
        raise UserError("AD205", "initial= must be a number", b.span)
    dtype = dtype_of(reduced.type)
    if not dtype.inexact and dtype_of(type_) != dtype and dtype_of(type_).inexact:
        raise UnsupportedError(
            "AD202", f"initial= of floats in a reduction of {dtype}", b.span, help="make the array a float array"
        )
    return arith.apply(b, TABLE[kind].joins, to_dtype(b, start, dtype, strong=True), reduced)


def end_of(dtype: DType, kind: str) -> Any:
    """The least number of a dtype for a maximum, the greatest for a minimum."""
    return dtype.least if kind == "max" else dtype.greatest


def needs_start(b: Builder, where: Any, initial: Any, name: str) -> None:
    """Refuse a maximum of chosen elements without a start, as NumPy does."""
    if where is not True and initial is None:
        raise UserError("AD201", f"np.{name} with where= needs initial=", b.span)


def real_if_started(b: Builder, value: Value, initial: Any, name: str) -> None:
    """Refuse a maximum of complex numbers that has a start."""
    if initial is not None and is_complex(value.type):
        raise UnsupportedError(
            "AD202", f"np.{name} of complex numbers with where= or initial=", b.span, help="choose the elements before"
        )
