"""Slots: what a structured op yields on each of two paths that meet, and what it is called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from autodiff_compiler.frontend.alias_classes import Location
from autodiff_compiler.frontend.state import HELD_NAME, RESULT_NAME, RETURN_NAME
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.types import Type

Getter = Callable[[Builder], "Value | None"]
"""Gives a slot's value on one side; None for one that is not there (it becomes `undef`)."""

Finish = Callable[[list[Value]], Any]
"""Builds a part of the joined state from the slots' values."""


@dataclass
class JoinSlot:
    key: Location
    type: Type
    name: str
    get: tuple[Getter, Getter]


def said(name: str) -> str:
    """A name in messages."""
    return "the return value" if name == RETURN_NAME else "this value" if name.startswith("$") else f"`{name}`"


def place(location: Location) -> str:
    """A location in messages."""
    where = location[1]
    if isinstance(where, str):
        return said(where)
    return f"what {place(where) if isinstance(where, tuple) else f'a {where.cls.__name__}'} holds"


def hint(name: str) -> str:
    """A name in generated code.  The value of an expression gets that of the variable it is assigned to; another variable of
    our own, like `$total12`, has a number to tell it from others."""
    if name.startswith((RESULT_NAME, HELD_NAME)):
        return ""
    return name[1:].rstrip("0123456789:") if name.startswith("$") else name
