"""Types of the IR: scalars of two kinds, arrays, growable lists, opaque objects.

A scalar is (dtype, kind).  Kind "py" is Python's own complex, float, int or bool: weak under NEP 50, and it behaves as
CPython does.  Kind "np" is a NumPy scalar: strong, IEEE.  In the text form, `complex float int bool` are the py kinds; `f64 i64 bool_ …` the
np kinds; `f64[:, :]` an array of rank 2; `list[f64]` a growable list.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from autodiff_compiler.ir.dtype import BOOLEAN, COMPLEX128, FLOAT64, INT64, DType, from_numpy_dtype, written


@dataclass(frozen=True, slots=True)
class Scalar:
    """A number or a boolean.  Kind "py" is weak under NEP 50 and computes as CPython, kind "np" as NumPy's scalars."""

    dtype: DType
    kind: str = "np"

    def __str__(self) -> str:
        if self.kind == "py":
            return self.dtype.number.__name__ if self.dtype.is_python else f"py_{self.dtype}"
        return "bool_" if self.dtype is BOOLEAN else str(self.dtype)


@dataclass(frozen=True, slots=True)
class Array:
    """An array of this dtype with `rank` axes; its extents are run-time values."""

    dtype: DType
    rank: int

    def __str__(self) -> str:
        return f"{Scalar(self.dtype)}[{', '.join(':' * self.rank)}]"


@dataclass(frozen=True, slots=True)
class ListOf:
    """A growable list of scalars or of arrays of one type."""

    element: Scalar | Array

    def __str__(self) -> str:
        return f"list[{self.element}]"


@dataclass(frozen=True, slots=True)
class Opaque:
    """What arithmetic does not touch: a constant, such as a string to print, or an object that a call makes when the program runs."""

    def __str__(self) -> str:
        return "opaque"


Type = Scalar | Array | ListOf | Opaque

COMPLEX = Scalar(COMPLEX128, "py")
FLOAT = Scalar(FLOAT64, "py")
INT = Scalar(INT64, "py")
BOOL = Scalar(BOOLEAN, "py")
F64 = Scalar(FLOAT64)
NP_BOOL = Scalar(BOOLEAN)


def is_py(*types: object) -> bool:
    """Whether all are types of Python's own numbers, with which CPython computes."""
    return all(isinstance(t, Scalar) and t.kind == "py" for t in types)


def differentiable(type_: Type) -> bool:
    """Whether values of this type can carry a derivative."""
    dtype = element_dtype(type_)
    return dtype is not None and dtype.differentiable


def element_dtype(type_: Type) -> DType | None:
    """The dtype of a scalar, or of what an array or a list holds; None for an opaque constant."""
    element = type_.element if isinstance(type_, ListOf) else type_
    return element.dtype if isinstance(element, Scalar | Array) else None


def rank(type_: Type) -> int:
    return type_.rank if isinstance(type_, Array) else 0


def is_complex(type_: Type) -> bool:
    """Whether values of this type are, or hold, complex numbers."""
    dtype = element_dtype(type_)
    return dtype is not None and dtype.is_complex


def dtype_of(type_: Type) -> DType:
    if isinstance(type_, Scalar | Array):
        return type_.dtype
    raise TypeError(f"{type_} has no dtype")


def like(type_: Type, rank_: int) -> Type:
    """The type with the dtype of `type_` and the given rank (rank 0: a NumPy scalar)."""
    return Array(dtype_of(type_), rank_) if rank_ else Scalar(dtype_of(type_))


@lru_cache(maxsize=1024)
def promote(*types: Type) -> DType:
    """The dtype of an elementwise result by NEP 50: a Python scalar is weak, everything else is strong."""
    operands: list[Any] = []
    for type_ in types:
        dtype = dtype_of(type_)
        operands.append(dtype.number() if is_py(type_) else dtype.numpy)
    # Python scalars alone promote among themselves: bool < int < float < complex.
    if is_py(*types):
        operands = [dtype_of(t).numpy for t in types]
    common = from_numpy_dtype(np.result_type(*operands))
    if common is None:
        raise TypeError(f"no common dtype for {', '.join(map(str, types))}")
    return common


def parse_type(text: str) -> Type:
    """The inverse of `str(type)`, also with NumPy's names: `float64[:]`.  Raises `ValueError` on anything else."""
    text = text.strip()
    simple: dict[str, Type] = {
        "complex": COMPLEX, "float": FLOAT, "int": INT, "bool": BOOL, "bool_": NP_BOOL, "opaque": Opaque(),
    }  # fmt: skip
    if text in simple:
        return simple[text]
    if (scalar := written(text)) is not None:
        return Scalar(scalar)
    if text.startswith("list[") and text.endswith("]"):
        element = parse_type(text[5:-1])
        if isinstance(element, Scalar | Array):
            return ListOf(element)
    elif text.endswith("]") and "[" in text:
        name, _, dims = text[:-1].partition("[")
        dtype = written(name.strip())
        if dtype is not None and all(dim.strip() == ":" for dim in dims.split(",")):
            return Array(dtype, dims.count(":"))
    raise ValueError(f"not a type: {text!r}; write e.g. float, int, f64, i64, f64[:], f32[:, :]")
