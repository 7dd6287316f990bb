"""Dtypes: what the elements of an array, or a number, are.

A dtype is one of the objects of this file, so `is` compares two of them.  Code asks them what it wants to know:

* `differentiable`: can a value carry a derivative?
* `inexact`: is a mathematical function computed in this dtype (NumPy's `np.inexact`)?
* `is_float`: is it a real number in floating point, which can be rounded or compared with others?
* `is_complex`: does a number have a real and an imaginary part?  `real` is then the dtype of these, else the dtype itself; `complex`
  is the dtype of complex numbers with such parts.
* `is_integer`, `is_unsigned`, `is_bool`: what arithmetic does it have?
* `is_python`: are Python's own numbers of this dtype?  `python` is the dtype of the Python numbers nearest to it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class DType:
    """A row of the table of dtypes below; there are no others."""

    word: str
    """Its name in the text of the IR."""
    numpy_name: str
    number: type[bool] | type[int] | type[float] | type[complex]
    """The class of a Python number that holds a value of this dtype: of constants in the IR, and of `value.item()`."""
    is_python: bool
    numpy: np.dtype
    bits: int
    is_bool: bool
    is_integer: bool
    is_unsigned: bool
    is_float: bool
    is_complex: bool
    inexact: bool
    differentiable: bool
    least: float
    """The smallest value, as a Python number: minus infinity of floats and of the parts of complex numbers."""
    greatest: float

    def __repr__(self) -> str:
        return self.word

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return named, (self.word,)  # a copy is the same object

    @property
    def python(self) -> DType:
        return PYTHON[self.number]

    @property
    def real(self) -> DType:
        return _PARTS.get(self, self)

    @property
    def complex(self) -> DType:
        """Raises `KeyError` where there is none: of integers."""
        return self if self.is_complex else _WHOLES[self]


def _row(word: str, numpy_name: str, number: type, *, is_python: bool = False) -> DType:
    numpy = np.dtype(numpy_name)
    kind = numpy.kind
    ends: tuple[float, float] = (False, True) if kind == "b" else (-math.inf, math.inf)
    if kind in "iu":
        ends = int(np.iinfo(numpy).min), int(np.iinfo(numpy).max)
    return DType(
        word,
        numpy_name,
        number,
        is_python,
        numpy,
        bits=8 * numpy.itemsize,
        is_bool=kind == "b",
        is_integer=kind in "iu",
        is_unsigned=kind == "u",
        is_float=kind == "f",
        is_complex=kind == "c",
        inexact=np.issubdtype(numpy, np.inexact),
        differentiable=np.issubdtype(numpy, np.inexact),
        least=ends[0],
        greatest=ends[1],
    )


BOOLEAN = _row("bool", "bool_", bool, is_python=True)
INT8 = _row("i8", "int8", int)
INT16 = _row("i16", "int16", int)
INT32 = _row("i32", "int32", int)
INT64 = _row("i64", "int64", int, is_python=True)
UINT8 = _row("u8", "uint8", int)
UINT16 = _row("u16", "uint16", int)
UINT32 = _row("u32", "uint32", int)
UINT64 = _row("u64", "uint64", int)
FLOAT32 = _row("f32", "float32", float)
FLOAT64 = _row("f64", "float64", float, is_python=True)
COMPLEX64 = _row("c64", "complex64", complex)
COMPLEX128 = _row("c128", "complex128", complex, is_python=True)

DTYPES = (
    BOOLEAN, INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64, FLOAT32, FLOAT64, COMPLEX64, COMPLEX128,
)  # fmt: skip
PYTHON = {dtype.number: dtype for dtype in DTYPES if dtype.is_python}

_NAMED = {dtype.word: dtype for dtype in DTYPES}
_NAMED_BY_NUMPY = {dtype.numpy_name: dtype for dtype in DTYPES}
_OF_NUMPY = {dtype.numpy: dtype for dtype in DTYPES}
_PARTS = {COMPLEX64: FLOAT32, COMPLEX128: FLOAT64}
_WHOLES = {part: whole for whole, part in _PARTS.items()}


def named(word: str) -> DType:
    """The dtype of this name in the text of the IR; raises `KeyError` for other words."""
    return _NAMED[word]


def written(word: str) -> DType | None:
    """The dtype that a user writes in this way, by our name or NumPy's: `f64`, `float64`, `np.float64`."""
    return _NAMED.get(word) or _NAMED_BY_NUMPY.get(word.removeprefix("np."))


def from_numpy_dtype(dtype: np.dtype) -> DType | None:
    """Ours for a NumPy dtype; None where the compiler has none (object, strings, a foreign byte order …)."""
    return _OF_NUMPY.get(np.dtype(dtype))
