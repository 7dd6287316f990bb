"""Functions and types in words: for messages, and for the first line of generated code."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from autodiff_compiler.ir.core import Function
from autodiff_compiler.ir.types import Array, ListOf, Scalar, Type, differentiable
from autodiff_compiler.transforms.layout import parameters


def shown(fn: Function) -> str:
    return "the lambda" if fn.name == "lambda_" else fn.name


def docstring(what: str, fn: Function, wrt: Sequence[str]) -> str:
    """`Gradient of f (file.py:3) with respect to x: float64[:].`"""
    place = f" ({os.path.basename(fn.span.file)}:{fn.span.line})" if fn.span.line else ""
    types = [
        readable(v.type) for name, _, values in parameters(fn) if name in wrt for v in values if differentiable(v.type)
    ]
    return f"{what} of {fn.name}{place} with respect to {', '.join(wrt)}: {', '.join(types)}."


def in_words(type_: Type) -> str:
    """A type as a person would name it: `an array (float64[:])`."""
    if isinstance(type_, Array | ListOf):
        return f"{'an array' if isinstance(type_, Array) else 'a list'} ({readable(type_)})"
    return f"{'an' if readable(type_)[0] in 'aeiou' else 'a'} {readable(type_)}"


def readable(type_: Type) -> str:
    """A type in NumPy's words: `float64[:]`."""
    if isinstance(type_, ListOf):
        return f"list[{readable(type_.element)}]"
    if isinstance(type_, Array):
        return re.sub(r"^\w+", type_.dtype.numpy_name, str(type_))
    return type_.dtype.numpy_name if isinstance(type_, Scalar) and type_.kind == "np" else str(type_)
