"""Slots: what a structured op yields on each of two paths that meet, and what it is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from autodiff_compiler.frontend.alias_classes import Location
from autodiff_compiler.frontend.state import HELD_NAME, RESULT_NAME, RETURN_NAME
from autodiff_compiler.frontend.values import Form, Poison
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.types import Type

Getter = Callable[[Builder], "Value | None"]
"""The value of a slot on one side; None for one that does not exist there (it becomes `undef`)."""

Finish = Callable[[list[Value]], Any]
"""Builds a part of the joined state from the slots' values."""


ONE_TYPE = "give it one type on all paths, or use a name of its own for each"


@dataclass
class JoinSlot:
    key: Location
    type: Type
    name: str
    get: tuple[Getter, Getter]


@dataclass
class Widening:
    """What an earlier round of a loop's fixpoint found; a later round may only add to it."""

    types: dict[Location, Type] = field(default_factory=dict)
    merged: frozenset[Location] = frozenset()
    grown: Mapping[Location, Form | None] = field(default_factory=dict)


@dataclass
class JoinSlots:
    """The slots of a join, in the order in which they were found, and what could not be joined.

    `before` is what an earlier round of a loop's fixpoint found, None where no loop begins.
    """

    before: Widening | None
    slots: list[JoinSlot] = field(default_factory=list)
    poisoned: dict[Location, None] = field(default_factory=dict)

    def add(self, key: Location, type_: Type, name: str, a: Getter, b: Getter) -> Finish:
        index = len(self.slots)
        self.slots.append(JoinSlot(key, type_, name, (a, b)))
        return lambda values: values[index]

    def poison(self, location: Location, what: Poison) -> Finish:
        """Things that cannot be joined.  At the head of a loop, the body has to know: it is in the signature."""
        self.poisoned[location] = None
        return always(what)

    def type_before(self, key: Location) -> Type | None:
        """The type of the slot that an earlier round needed here."""
        return None if self.before is None else self.before.types.get(key)

    def known(self, key: Location) -> bool:
        """Whether an earlier round needed a slot here."""
        return self.type_before(key) is not None


def always(x: Any) -> Finish:
    """Something that is the same on both sides."""
    return lambda values: x


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
