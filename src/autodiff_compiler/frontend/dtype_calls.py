"""Functions of NumPy that ask for dtypes alone: they are answered when compiling."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.scalars import is_scalar, scalar_type
from autodiff_compiler.frontend.values import Abs, Dyn, Ref, Static, Tup
from autodiff_compiler.ir.types import is_py

FUNCTIONS = (np.result_type, np.promote_types, np.can_cast, np.issubdtype, np.isdtype, np.common_type, np.dtype)


def answered(function: Any, ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """What NumPy answers for the dtypes of the arguments."""
    try:
        return Static(function(*map(_asked, args), **{name: _asked(x) for name, x in kwargs.items()}))
    except (TypeError, ValueError) as error:
        raise ctx.wrong("AD171", f"{type(error).__name__}: {error}") from error


def _asked(x: Abs) -> Any:
    """Something of the same dtype: Python's numbers are weak."""
    if isinstance(x, Static):
        return x.obj
    if isinstance(x, Tup):
        return tuple(map(_asked, x.items))
    if isinstance(x, Ref):
        return np.empty(0, x.type.dtype.numpy)
    if is_scalar(x):
        type_ = scalar_type(x)
        return type_.dtype.number() if is_py(type_) else type_.dtype.numpy
    raise TypeError("numbers, arrays and dtypes have dtypes")


def is_number(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """`np.isscalar`: of numbers, not of arrays without dimensions."""
    (x,) = args
    return Static(isinstance(x, Dyn) or (isinstance(x, Static) and np.isscalar(x.obj)))


def is_iterable(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    (x,) = args
    if isinstance(x, Ref):
        return Static(hasattr(x.type, "rank"))
    return Static(
        not isinstance(x, Dyn) and (isinstance(x, Box | Tup) or (isinstance(x, Static) and np.iterable(x.obj)))
    )
