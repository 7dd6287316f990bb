"""Types of the IR: scalars of two kinds, arrays, growable lists, opaque constants.

A scalar is (dtype, kind).  Kind "py" is Python's own float, int or bool: weak under NEP 50, and it behaves as CPython
does.  Kind "np" is a NumPy scalar: strong, IEEE.  Text form: `float int bool` are the py kinds; `f64 i64 bool_ …` the
np kinds; `f64[:, :]` an array of rank 2; `list[f64]` a growable list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

FLOATS = ("f32", "f64")
INTS = ("i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64")
DTYPES = ("bool", *INTS, *FLOATS)

NUMPY_NAMES = {
    "bool": "bool_",
    "i8": "int8",
    "i16": "int16",
    "i32": "int32",
    "i64": "int64",
    "u8": "uint8",
    "u16": "uint16",
    "u32": "uint32",
    "u64": "uint64",
    "f32": "float32",
    "f64": "float64",
}
_NUMPY_WORDS = {name: dtype for dtype, name in NUMPY_NAMES.items()}
_FROM_NUMPY = {np.dtype(name): dtype for dtype, name in NUMPY_NAMES.items()}


@dataclass(frozen=True, slots=True)
class Scalar:
    """A number or a boolean.  Kind "py" is weak under NEP 50 and computes as CPython, kind "np" as NumPy's scalars."""

    dtype: str
    kind: str = "np"

    def __str__(self) -> str:
        if self.kind == "py":
            return {"f64": "float", "i64": "int", "bool": "bool"}.get(self.dtype, f"py_{self.dtype}")
        return "bool_" if self.dtype == "bool" else self.dtype


@dataclass(frozen=True, slots=True)
class Array:
    """An array of this dtype with `rank` axes; its extents are values of run time."""

    dtype: str
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
    """A compile-time constant that arithmetic does not touch, such as a string to print."""

    def __str__(self) -> str:
        return "opaque"


Type = Scalar | Array | ListOf | Opaque

FLOAT = Scalar("f64", "py")
INT = Scalar("i64", "py")
BOOL = Scalar("bool", "py")
F64 = Scalar("f64")
NP_BOOL = Scalar("bool")


def is_float(type_: Type) -> bool:
    """Whether values of this type can carry a derivative."""
    if isinstance(type_, ListOf):
        return is_float(type_.element)
    return isinstance(type_, Scalar | Array) and type_.dtype in FLOATS


def rank(type_: Type) -> int:
    return type_.rank if isinstance(type_, Array) else 0


def dtype_of(type_: Type) -> str:
    if isinstance(type_, Scalar | Array):
        return type_.dtype
    raise TypeError(f"{type_} has no dtype")


def like(type_: Type, rank_: int) -> Type:
    """The type with the dtype of `type_` and the given rank (rank 0: a NumPy scalar)."""
    return Array(dtype_of(type_), rank_) if rank_ else Scalar(dtype_of(type_))


def numpy_dtype(dtype: str) -> np.dtype:
    return np.dtype(NUMPY_NAMES[dtype])


def from_numpy_dtype(dtype: np.dtype) -> str | None:
    """Our name for a NumPy dtype, or None where the compiler has none (complex, object, strings, a foreign byte order …)."""
    return _FROM_NUMPY.get(np.dtype(dtype))


def promote(*types: Type) -> str:
    """The dtype of an elementwise result, as NEP 50 has it: a Python scalar is weak, all else is strong."""
    operands: list[Any] = []
    weak = {"bool": False, "i64": 0, "f64": 0.0}
    for type_ in types:
        if isinstance(type_, Scalar) and type_.kind == "py":
            operands.append(weak[type_.dtype])
        else:
            operands.append(numpy_dtype(dtype_of(type_)))
    # Python scalars alone promote among themselves: bool < int < float.
    dtype = np.result_type(*operands)
    if all(isinstance(t, Scalar) and t.kind == "py" for t in types):
        dtype = np.result_type(*(numpy_dtype(dtype_of(t)) for t in types))
    name = from_numpy_dtype(dtype)
    if name is None:
        raise TypeError(f"no common dtype for {', '.join(map(str, types))}")
    return name


def _dtype_word(word: str) -> str | None:
    """The dtype of which this is our name or NumPy's."""
    return word if word in DTYPES else _NUMPY_WORDS.get(word.removeprefix("np."))


def parse_type(text: str) -> Type:
    """The inverse of `str(type)`, also with NumPy's names: `float64[:]`.  Raises `ValueError` on anything else."""
    text = text.strip()
    simple: dict[str, Type] = {"float": FLOAT, "int": INT, "bool": BOOL, "bool_": NP_BOOL, "opaque": Opaque()}
    if text in simple:
        return simple[text]
    if (scalar := _dtype_word(text)) is not None:
        return Scalar(scalar)
    if text.startswith("list[") and text.endswith("]"):
        element = parse_type(text[5:-1])
        if isinstance(element, Scalar | Array):
            return ListOf(element)
    elif text.endswith("]") and "[" in text:
        name, _, dims = text[:-1].partition("[")
        dtype = _dtype_word(name.strip())
        if dtype is not None and all(dim.strip() == ":" for dim in dims.split(",")):
            return Array(dtype, dims.count(":"))
    raise ValueError(f"not a type: {text!r}; write e.g. float, int, f64, i64, f64[:], f32[:, :], list[f64]")
