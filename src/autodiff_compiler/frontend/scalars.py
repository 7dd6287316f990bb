"""Scalars: Python numbers known now, and IR scalars; their types and the joins of their types."""

from __future__ import annotations

import reprlib
from enum import Enum
from typing import Any

import numpy as np

from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.values import (
    Abs,
    Choice,
    Closure,
    DictView,
    Dyn,
    Generator,
    InnerDerivative,
    Iter,
    Listed,
    Method,
    OrNone,
    Partial,
    Range,
    Ref,
    Static,
    Text,
    Tup,
)
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.dtype import FLOAT32, DType, from_numpy_dtype
from autodiff_compiler.ir.types import BOOL, COMPLEX, FLOAT, INT, Array, Opaque, Scalar, promote, rank
from autodiff_compiler.library.builtins import fits_float32
from autodiff_compiler.library.stand_ins import real_class

EXACT_INTEGERS = 2**53


def is_number(obj: Any) -> bool:
    """Whether a Python object is a number the IR can hold."""
    if isinstance(obj, np.generic):
        return from_numpy_dtype(obj.dtype) is not None
    return isinstance(obj, bool | float | complex) or (isinstance(obj, int) and -(2**63) <= obj < 2**63)


def static_type(obj: Any) -> Scalar:
    if isinstance(obj, bool):
        return BOOL
    if isinstance(obj, np.generic):
        dtype = from_numpy_dtype(obj.dtype)
        assert dtype is not None
        return Scalar(dtype)
    return FLOAT if isinstance(obj, float) else COMPLEX if isinstance(obj, complex) else INT


def scalar_class(value: Dyn) -> type:
    """The class that a scalar has when the program runs."""
    type_ = value.value.type
    assert isinstance(type_, Scalar)
    if type_.kind == "py":
        return type_.dtype.number
    return type_.dtype.numpy.type


def is_scalar(value: Abs | None) -> bool:
    if isinstance(value, Dyn):
        return not is_object(value)
    return isinstance(value, Static) and is_number(value.obj)


def is_object(value: Abs | None) -> bool:
    """Whether this is an object that is made when the program runs, of which nothing is known."""
    return isinstance(value, Dyn) and isinstance(value.value.type, Opaque)


def scalar_type(value: Abs) -> Scalar:
    if isinstance(value, Dyn):
        assert isinstance(value.value.type, Scalar)
        return value.value.type
    assert isinstance(value, Static)
    return static_type(value.obj)


def scalar_value(b: Builder, value: Abs, type_: Scalar | None = None) -> Value:
    """The IR value of a scalar, in `type_` if given."""
    if isinstance(value, Dyn):
        return b.cast(value.value, type_) if type_ is not None else value.value
    assert isinstance(value, Static)
    own = static_type(value.obj)
    if (
        type_ is not None
        and type_ != own
        and type_.kind == own.kind
        and (type_.dtype.inexact or type_.dtype is own.dtype)
    ):
        return b.const(value.obj, type_)
    constant = b.const(value.obj, own)
    return b.cast(constant, type_) if type_ is not None else constant


def join_scalars(types: list[Scalar], statics: list[Any], *, loop: bool = False) -> tuple[Scalar | None, str]:
    """The type that holds a variable with these types on different paths, or None and the reason.

    At the head of a loop a Python float may become a float32, as it does in the loop's arithmetic anyway; where other paths
    meet it would be rounded for nothing.
    """
    if len(set(types)) == 1:
        return types[0], ""
    dtype = promote(*types)
    reason = _why_apart(types, statics, dtype, loop)
    kind = "py" if all(t.kind == "py" for t in types) else "np"
    return (None, reason) if reason else (Scalar(dtype, kind), "")


def _why_apart(types: list[Scalar], statics: list[Any], dtype: DType, loop: bool) -> str:
    """Why no variable may hold all of these; "" if one of this dtype may."""
    strong = {t.dtype for t in types if t.kind == "np" and t.dtype.inexact}
    if len(strong) > 1:
        return "is float32 on one path and float64 on another"
    real = [t for t in types if not t.dtype.is_complex]
    # At the head of a loop a real number that is known may become a complex one: `RealStarts` follows it.
    if dtype.is_complex and real and not (loop and len(statics) >= len(real)):
        return "is a real number on one path and a complex one on another"
    integers = sum(t.dtype.is_integer for t in types)
    if dtype.inexact and integers > sum(isinstance(s, int) and abs(s) <= EXACT_INTEGERS for s in statics):
        return "is an integer on one path and a float on another"
    if dtype is FLOAT32 and not loop and types.count(FLOAT) > sum(fits_float32(s) for s in statics):
        return "is a Python float on one path and a float32 on another"
    return ""


def element_type(value: Abs) -> Scalar | Array | None:
    """The IR type of a value inside a growable list; None where it cannot be in one."""
    if is_scalar(value):
        return scalar_type(value)
    return value.type if isinstance(value, Ref) else None


def join_elements(types: list[Scalar | Array | None]) -> Scalar | Array | None:
    if len(set(types)) == 1:
        return types[0]
    scalars = [t for t in types if isinstance(t, Scalar)]
    return join_scalars(scalars, [])[0] if scalars and len(scalars) == len(types) else None


def _describe_object(obj: Any) -> str:
    """Numbers and texts in short form, other things by their names: their `repr` may be long, or private."""
    kind = type(obj).__name__
    if obj is None:
        return "None"
    if isinstance(obj, Enum):
        return f"{kind}.{obj.name}"
    if isinstance(obj, bool | int | float | complex | str | np.generic):
        return f"{kind} {reprlib.repr(obj)}"
    return f"{kind} {obj.__name__}" if hasattr(obj, "__name__") else f"an object of class {kind}"


def describe(value: Abs | None) -> str:
    """In the user's words, for messages."""
    if value is None:
        return "unbound"
    if isinstance(value, Static):
        return _describe_object(value.obj)
    if is_object(value):
        return "an object of the program"
    if isinstance(value, Dyn):
        kind = scalar_class(value).__name__
        return (
            f"an {kind}"
            if kind == "int"
            else f"a {kind}"
            if kind in ("complex", "float", "bool")
            else f"a NumPy {kind}"
        )
    if isinstance(value, Ref):
        return f"an array ({value.type})"
    if isinstance(value, Tup):
        return f"a {value.cls.__name__} of {len(value.items)}"
    if isinstance(value, Box):
        return f"a {real_class(value.cls).__name__}"
    if isinstance(value, DictView):
        return f"a view of a dict (`{value.kind}`)"
    if isinstance(value, Choice) and all(isinstance(option, Static) for option in value.options):
        return " or ".join(describe(option) for option in value.options)
    if isinstance(value, OrNone):
        return f"{describe(value.value)} or None"
    names = {
        Listed: "a list of lists"
        if isinstance(value, Listed) and rank(value.ref.type) > 1
        else "a row of a list of lists",
        Closure: "a function",
        Method: "a method",
        Partial: "a partial function",
        InnerDerivative: "a derivative",
        Choice: "one of several functions or exceptions",
        Range: "a range",
        Iter: "an iterator",
        Generator: "a generator",
        Text: "a string",
    }
    return names.get(type(value), "something else")
