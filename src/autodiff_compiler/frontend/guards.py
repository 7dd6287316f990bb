"""What was read from Python objects at compile time, and whether reading it again would give the same.

A `Place` says where an object was found: an object that does not change, and the steps from there, as Python would write
them.  A `Guard` is a place and what was found.  All guards of a specialisation are checked at every call, so they are
written as one Python function.
"""

from __future__ import annotations

import keyword
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from operator import getitem
from types import MethodType, ModuleType
from typing import Any

import numpy as np

Bind = Callable[[Any], str]
"""Gives an object a name in the function that is written."""


@dataclass(frozen=True)
class Attribute:
    name: str

    def take(self, obj: Any) -> Any:
        return getattr(obj, self.name)

    def written(self, inner: str, bind: Bind) -> str:
        plain = self.name.isidentifier() and not keyword.iskeyword(self.name)
        return f"{inner}.{self.name}" if plain else f"getattr({inner}, {self.name!r})"


@dataclass(frozen=True)
class Subscript:
    key: Any

    def take(self, obj: Any) -> Any:
        return obj[self.key]

    def written(self, inner: str, bind: Bind) -> str:
        return f"{inner}[{self.key!r}]" if type(self.key) in (str, int) else f"{inner}[{bind(self.key)}]"


@dataclass(frozen=True)
class Lacks:
    """Whether a key is not in the object."""

    key: Any

    def take(self, obj: Any) -> Any:
        return self.key not in obj

    def written(self, inner: str, bind: Bind) -> str:
        return f"({self.key!r} not in {inner})"


@dataclass(frozen=True)
class Applied:
    """A question asked of the object, such as `type`."""

    question: Callable[[Any], Any]

    def take(self, obj: Any) -> Any:
        return self.question(obj)

    def written(self, inner: str, bind: Bind) -> str:
        return f"{bind(self.question)}({inner})"


@dataclass(frozen=True)
class Finder:
    """The object is a function that finds the value."""

    def take(self, obj: Any) -> Any:
        return obj()

    def written(self, inner: str, bind: Bind) -> str:
        return f"{inner}()"


Step = Attribute | Subscript | Lacks | Applied | Finder


@dataclass(frozen=True, eq=False)
class Place:
    """Where an object is found; called, it looks there again."""

    root: Any
    steps: tuple[Step, ...] = ()

    @classmethod
    def of(cls, get: Callable[[], Any]) -> Place:
        """The place that a function without arguments finds."""
        return get if isinstance(get, Place) else cls(get, (Finder(),))

    def attribute(self, name: str) -> Place:
        return Place(self.root, (*self.steps, Attribute(name)))

    def item(self, key: Any) -> Place:
        return Place(self.root, (*self.steps, Subscript(key)))

    def lacks(self, key: str) -> Place:
        return Place(self.root, (*self.steps, Lacks(key)))

    def asked(self, question: Callable[[Any], Any]) -> Place:
        return Place(self.root, (*self.steps, Applied(question)))

    def __call__(self) -> Any:
        found = self.root
        for step in self.steps:
            found = step.take(found)
        return found

    def leads_to(self, get: Callable[[], Any]) -> bool:
        """Whether something is found by going on from here."""
        return isinstance(get, Place) and get.root is self.root and get.steps[: len(self.steps)] == self.steps

    def gives(self, obj: Any) -> bool:
        """Whether this very object is found there."""
        try:
            return self() is obj
        except Exception:
            return False

    def written(self, bind: Bind) -> str:
        text = bind(self.root)
        for step in self.steps:
            text = step.written(text, bind)
        return text

    def __str__(self) -> str:
        """The place as a person would write it."""
        root, steps = self.root, self.steps
        if isinstance(root, dict) and steps and isinstance(root.get("__name__"), str):
            key = getattr(steps[0], "key", "")
            return Place(key, steps[1:])._shown(f"{root['__name__']}.{key}")
        return self._shown(getattr(root, "__qualname__", getattr(root, "__name__", f"a {type(root).__name__}")))

    def _shown(self, text: str) -> str:
        for step in self.steps:
            if isinstance(step, Applied):
                text = f"{getattr(step.question, '__name__', 'a property').strip('_')}({text})"
            else:
                text = step.written(text, repr)
        return text


@dataclass(frozen=True, eq=False)
class Guard:
    """Something that was read when compiling."""

    get: Callable[[], Any]
    expected: Any

    def holds(self) -> bool:
        """Whether it is still the same; a place that no longer exists is not."""
        try:
            current = self.get()
        except Exception:
            return False
        return current is self.expected or same(current, self.expected)

    def written(self, bind: Bind) -> str:
        place = Place.of(self.get).written(bind)
        if self.expected is None or self.expected is True or self.expected is False:
            return f"{place} is {self.expected}"
        name = bind(self.expected)
        if isinstance(self.expected, _BY_VALUE):
            return f"((now := {place}) is {name} or same(now, {name}))"
        return f"{place} is {name}"


_BY_VALUE = (int, float, complex, str, tuple, np.generic, MethodType)


def same(current: Any, expected: Any) -> bool:
    """Whether two objects are equivalent for a program that looked into the second."""
    if isinstance(expected, MethodType):  # a new object at each look-up
        alike = isinstance(current, MethodType) and current.__func__ is expected.__func__
        return alike and current.__self__ is expected.__self__
    if type(current) is not type(expected):
        return False
    if isinstance(expected, tuple):
        return len(current) == len(expected) and all(a is b or same(a, b) for a, b in zip(current, expected))
    return isinstance(expected, _BY_VALUE) and repr(current) == repr(expected)


def all_hold(guards: Iterable[Guard]) -> Callable[[], bool]:
    """One function that says whether all guards hold."""
    names: dict[int, str] = {}
    space: dict[str, Any] = {"same": same, "getattr": getattr, "__builtins__": {"Exception": Exception}}

    def bind(obj: Any) -> str:
        name = names.get(id(obj))
        if name is None:
            name = names[id(obj)] = f"object_{len(names)}"
            space[name] = obj
        return name

    tests = list(dict.fromkeys(guard.written(bind) for guard in guards))
    if not tests:
        return _always
    body = "\n            and ".join(tests)
    text = f"def hold():\n    try:\n        return (\n            {body}\n        )\n    except Exception:\n        return False\n"
    exec(compile(text, "<guards>", "exec"), space)
    hold: Callable[[], bool] = space["hold"]
    return hold


def _always() -> bool:
    return True


def first_broken(guards: Iterable[Guard]) -> Guard | None:
    """A guard that does not hold, if any."""
    return next((guard for guard in guards if not guard.holds()), None)


def shape_of(container: Any) -> tuple[Any, ...]:
    """What a captured container has besides its items: its class, and the number of items or their keys."""
    if isinstance(container, dict):
        return type(container), tuple(container), tuple(map(type, container))
    return type(container), len(container)


def kinds_of_items(container: Any) -> tuple[Any, ...]:
    """How many items a container has, and what kinds of numbers are in them: of one item, if all are alike."""
    kinds = set(map(_kinds_in, container))
    return (len(container), *(kinds if len(kinds) == 1 else ()))


def _kinds_in(item: Any) -> Any:
    if isinstance(item, tuple | list):
        return type(item), *map(_kinds_in, item)
    if isinstance(item, dict):
        return type(item), tuple(item), *map(_kinds_in, item.values())
    return None if type(item) is int and not -(2**63) <= item < 2**63 else type(item)


@dataclass(frozen=True)
class Column:
    """The numbers at one place of each item of a container, as an array."""

    where: tuple[Any, ...]
    dtype: str

    def __call__(self, container: Any) -> np.ndarray:
        return np.array([reduce(getitem, self.where, item) for item in container], self.dtype)


def is_lasting(obj: Any) -> bool:
    """Whether a class or module cannot be changed: one that is written in C."""
    if isinstance(obj, type):
        return not obj.__flags__ & (1 << 9)  # Py_TPFLAGS_HEAPTYPE: made at run time, its attributes can be set
    return not isinstance(obj, ModuleType)
