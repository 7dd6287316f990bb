"""A small function around an op, and arguments for it: what the cases are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autodiff_compiler.diagnostics import Span
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Region, Value
from autodiff_compiler.ir.dtype import BOOLEAN, COMPLEX64, COMPLEX128, FLOAT32, FLOAT64, INT64
from autodiff_compiler.ir.types import BOOL, COMPLEX, FLOAT, INT, Array, ListOf, Scalar, Type


@dataclass
class Case:
    kind: str
    label: str
    function: Function
    arguments: list[Any]


def build(types: list[Type], make: Callable[..., Any], name: str = "f") -> Function:
    """A function of parameters `a, b, c …`; `make(b, *params)` gives one value or several."""
    b = Builder(Span("case.py", 1))
    params = [Value(t, "abcdefgh"[i]) for i, t in enumerate(types)]
    result = make(b, *params)
    b.return_(*(result if isinstance(result, tuple) else (result,)))
    return Function(name, Region(tuple(params), tuple(b.ops)))


def sample(type_: Type, seed: int, low: float = 0.15, high: float = 0.9) -> Any:
    """A value of the type: floats in the domain of every function but arccosh."""
    rng = np.random.default_rng(seed)
    if isinstance(type_, ListOf):
        return [sample(type_.element, seed + i) for i in range(3)]
    shape = (4, 3, 2)[-type_.rank :] if isinstance(type_, Array) and type_.rank else ()
    if type_.dtype.is_bool:
        value = rng.random(shape) < 0.5
    elif type_.dtype.is_complex:
        value = rng.uniform(low, high, shape) + 1j * rng.uniform(low, high, shape)
    elif type_.dtype.inexact:
        value = rng.uniform(low, high, shape)
    else:
        value = rng.integers(1, 4, shape)
    array = np.asarray(value).astype(type_.dtype.numpy)
    if isinstance(type_, Array):
        return array
    if type_.kind == "py":
        return array.item()
    return array[()]


FLOAT_TYPES = (FLOAT, Scalar(FLOAT64), Scalar(FLOAT32), Array(FLOAT64, 1), Array(FLOAT32, 2))
INT_TYPES = (INT, Scalar(INT64), Array(INT64, 1))
COMPLEX_TYPES = (COMPLEX, Scalar(COMPLEX128), Scalar(COMPLEX64), Array(COMPLEX128, 1), Array(COMPLEX64, 2))
BOOL_TYPES = (BOOL, Scalar(BOOLEAN), Array(BOOLEAN, 1))
