"""What the pages of elementwise ops have in common: types of operands and results, extents, evaluation."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff_compiler.ir.core import Op
from autodiff_compiler.ir.domain import nowhere
from autodiff_compiler.ir.dtype import BOOLEAN, DTYPES, FLOAT64, INT64, DType
from autodiff_compiler.ir.objects import Values, strong
from autodiff_compiler.ir.opdef import (
    DEAR,
    Attrs,
    Evaluate,
    Facts,
    Infer,
    OpDef,
    Shape,
    of_python,
    of_shapes,
)
from autodiff_compiler.ir.ops.scalar_values import either, from_numpy
from autodiff_compiler.ir.required_checks import BROADCAST
from autodiff_compiler.ir.types import Array, Scalar, Type, is_py, rank


def broadcast_type(dtype: DType, operands: tuple[Type, ...]) -> Type:
    highest = max(rank(t) for t in operands)
    if highest:
        return Array(dtype, highest)
    kinds = {t.kind for t in operands if isinstance(t, Scalar)}
    return Scalar(dtype, "py" if kinds == {"py"} and dtype.is_python else "np")


def one_dtype(operands: tuple[Type, ...], allowed: Dtypes) -> DType:
    dtypes = {t.dtype if isinstance(t, Scalar | Array) else t for t in operands}
    if len(dtypes) != 1:
        raise TypeError(f"operands of different dtypes: {', '.join(map(str, operands))}")
    (dtype,) = dtypes
    if not isinstance(dtype, DType) or dtype not in allowed:
        raise TypeError(f"dtype {dtype} is not one of {', '.join(map(str, allowed))}")
    return dtype


# What an op takes.  FLOATS: real numbers only, to be rounded or measured; INEXACT: what mathematical functions give; REAL: what has
# an order, numbers and truth values.
Dtypes = tuple[DType, ...]
ANY = DTYPES
REAL = tuple(dtype for dtype in DTYPES if not dtype.is_complex)
REAL_NUMBERS = tuple(dtype for dtype in REAL if not dtype.is_bool)
NUMERIC = tuple(dtype for dtype in DTYPES if not dtype.is_bool)
INEXACT = tuple(dtype for dtype in DTYPES if dtype.inexact)
FLOATS = tuple(dtype for dtype in DTYPES if dtype.is_float)
INTEGRAL = tuple(dtype for dtype in DTYPES if not dtype.inexact)
INTS = tuple(dtype for dtype in DTYPES if dtype.is_integer)


def same(allowed: Dtypes) -> Infer:
    def infer(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
        return (broadcast_type(one_dtype(operands, allowed), operands),)

    return infer


def of_orders(count: int) -> Infer:
    """The first operands are integers, the others float64."""

    def infer(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
        one_dtype(operands[:count], (INT64,))
        return (broadcast_type(one_dtype(operands[count:], (FLOAT64,)), operands),)

    return infer


def boolean(allowed: Dtypes) -> Infer:
    def infer(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
        one_dtype(operands, allowed)
        return (broadcast_type(BOOLEAN, operands),)

    return infer


def broadcast(facts: Facts, op: Op) -> tuple[Shape]:
    return (facts.broadcast(op.operands),)


def evaluated(py: Callable[..., Any], npy: Callable[..., Any]) -> Evaluate:
    def evaluate(op: Op, values: Values, mutable: bool) -> Any:
        types = [operand.type for operand in op.operands]
        if is_py(*types):
            return py(*values)
        return npy(*(strong(value, type_) for value, type_ in zip(values, types)))

    return evaluate


def page(
    kind: str,
    meaning: str,
    infer: Infer,
    py: Callable[..., Any],
    npy: Callable[..., Any],
    operands: tuple[str, ...] = ("a",),
    **columns: Any,
) -> OpDef:
    """An elementwise op on arrays or Python numbers; unless its page says otherwise, it raises for no operands."""
    defaults = {
        "raises": of_shapes,
        "domain": nowhere,
        "noun": kind,
        "numpy": f"np.{kind}",
        "evaluate": evaluated(py, npy),
        "accesses": (BROADCAST,) if len(operands) > 1 else (),
    }
    return OpDef(
        kind,
        meaning,
        infer,
        operands,
        extents=broadcast,
        elementwise=True,
        py_eval=py,
        np_eval=npy,
        **{**defaults, **columns},
    )


def unary(
    kind: str,
    py: Callable[..., Any],
    npy: Callable[..., Any],
    allowed: Dtypes = INEXACT,
    meaning: str = "",
    **columns: Any,
) -> OpDef:
    return page(kind, meaning or f"as `np.{npy.__name__}`", same(allowed), py, npy, **columns)


def function(kind: str, **columns: Any) -> OpDef:
    """A transcendental function of `math`, under NumPy's name; of complex numbers, that of `cmath`, or NumPy's where it has none."""
    name, npy = kind.replace("arc", "a"), getattr(np, kind)
    py = either(getattr(math, name), getattr(cmath, name, None) or from_numpy(npy))
    return unary(kind, py, npy, cost=DEAR, **columns)


def binary(
    kind: str,
    py: Callable[..., Any],
    npy: Callable[..., Any],
    allowed: Dtypes = NUMERIC,
    meaning: str = "",
    **columns: Any,
) -> OpDef:
    return page(kind, meaning or f"as `np.{npy.__name__}`", same(allowed), py, npy, ("a", "b"), **columns)


def dividing(kind: str, py: Callable[..., Any], npy: Callable[..., Any], meaning: str, **columns: Any) -> OpDef:
    """A function of two operands that Python refuses for some."""
    return binary(kind, py, npy, meaning=meaning, raises=of_python, **columns)
