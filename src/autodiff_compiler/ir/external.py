"""The text of a call that leaves the program: Python source, with `_0`, `_1` … for the operands.

    special.erf(_0)      rng.normal(0.0, _0, size=(_1, 3))

A name is one of the function's constants, which hold the objects, or `np`, or a builtin.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from autodiff_compiler.ir.dtype import DType
from autodiff_compiler.ir.objects import has_type
from autodiff_compiler.ir.types import Array, Opaque, Scalar, Type, is_py

_PLACE = re.compile(r"_(\d+)")


def place(index: int) -> str:
    """The name that stands for an operand."""
    return f"_{index}"


@cache
def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


class _Replace(ast.NodeTransformer):
    def __init__(self, new: Mapping[str, ast.expr]) -> None:
        self.new = new

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.new.get(node.id, node)


def expression(text: str, operands: Sequence[ast.expr]) -> ast.expr:
    """The call with these operands."""
    tree = ast.parse(text, mode="eval").body  # a tree of its own: names are replaced in place
    found = _Replace({place(i): operand for i, operand in enumerate(operands)}).visit(tree)
    assert isinstance(found, ast.expr)
    return found


def renamed(text: str, names: Mapping[str, str]) -> str:
    """The call with other names for its constants."""
    new: dict[str, ast.expr] = {old: ast.Name(id=name, ctx=ast.Load()) for old, name in names.items()}
    return ast.unparse(_Replace(new).visit(ast.parse(text, mode="eval").body))


def names(text: str) -> list[str]:
    """The names in it, each once, without the operands."""
    found = (node.id for node in ast.walk(_parsed(text)) if isinstance(node, ast.Name))
    return [name for name in dict.fromkeys(found) if not _PLACE.fullmatch(name)]


def callee(text: str) -> str:
    """The called function, as it is written."""
    node = _parsed(text)
    return ast.unparse(node.func if isinstance(node, ast.Call) else node)


def unknown_name(text: str, constants: Mapping[str, object]) -> str | None:
    """A name in it that is unknown."""
    known = {"np", *constants}
    return next((name for name in names(text) if name not in known and not hasattr(builtins, name)), None)


def run(text: str, constants: Mapping[str, object], operands: Sequence[Any], types: Sequence[Type]) -> list[Any]:
    """Call it, and return the results as objects of these types; raises a TypeError if they are not."""
    given: dict[str, Any] = {place(i): _shut(operand) for i, operand in enumerate(operands)}
    found = eval(compile(text, "<external>", "eval"), {"np": np, **constants, **given})  # the program's own call
    if len(types) <= 1:
        return [_as(found, type_) for type_ in types]
    return [_as(result, type_) for result, type_ in zip(found, types, strict=True)]


def _shut(value: Any) -> Any:
    """The value, which may be read but not written to."""
    if not isinstance(value, np.ndarray):
        return value
    view = value.view()
    view.flags.writeable = False
    return view


def _as(value: Any, type_: Type) -> Any:
    if isinstance(type_, Array):
        if not has_type(value, type_):
            raise TypeError(f"an external function was to return {type_}")
        return np.array(value)
    if isinstance(type_, Opaque):
        return value
    assert isinstance(type_, Scalar)
    return scalar_of(value, type_.dtype, is_py(type_))


def scalar_of(value: Any, dtype: DType, python: bool) -> Any:
    """A result as a number of this dtype; a float is not made into an int."""
    number = value.__index__() if dtype.is_integer else dtype.number(value)
    return number if python else dtype.numpy.type(number)
