"""The Python and NumPy objects that IR values are when a program runs."""

from __future__ import annotations

import builtins
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from autodiff_compiler.diagnostics import Stretched
from autodiff_compiler.ir.message import LINALG_ERROR, STRETCHED, Part, pattern
from autodiff_compiler.ir.path import Path
from autodiff_compiler.ir.types import Array, ListOf, Scalar, Type

Values = Sequence[Any]


class Undefined:
    """The value of `undef`: it may be moved about, and nothing may be computed from it."""

    def __repr__(self) -> str:
        return "undefined"


UNDEFINED = Undefined()


def has_type(value: Any, type_: Type) -> bool:
    """Whether a Python object is exactly what an IR value of this type is."""
    if isinstance(type_, Scalar):
        wanted = type_.dtype.number if type_.kind == "py" else type_.dtype.numpy.type
        return type(value) is wanted
    if isinstance(type_, Array):
        return isinstance(value, np.ndarray) and value.dtype == type_.dtype.numpy and value.ndim == type_.rank
    return isinstance(value, list) if isinstance(type_, ListOf) else True


def scalar(value: Any, type_: Scalar) -> Any:
    """A number as an object of exactly this scalar type."""
    if type_.kind == "py":
        return type_.dtype.number(value)
    return type_.dtype.numpy.type(value)


def strong(value: Any, type_: Type) -> Any:
    """A Python number as the NumPy scalar of its dtype, so that no promotion takes place."""
    return type_.dtype.numpy.type(value) if isinstance(type_, Scalar) else value


def follow(array: np.ndarray, path: Path, operands: Values) -> Any:
    """What a path reaches: a view wherever NumPy gives one, a NumPy scalar for a single element."""
    return path.follow(array, operands, operator.getitem, np.transpose, np.reshape)[()]


_OTHERS = {LINALG_ERROR: np.linalg.LinAlgError, STRETCHED: Stretched}


def exception_class(name: str) -> type[BaseException] | None:
    """The exception class of this name: one of Python's own, that of NumPy's linear algebra, or ours."""
    found = _OTHERS.get(name) or getattr(builtins, name, None)
    return found if isinstance(found, type) and issubclass(found, BaseException) else None


def message(parts: str | Sequence[Part], values: Values) -> str:
    """The text of a message."""
    return parts if isinstance(parts, str) else pattern(parts).format(*values)
