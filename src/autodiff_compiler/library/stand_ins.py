"""Which function or class of Python's standard library is written in Python in `library/standard`."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial
from types import BuiltinMethodType
from typing import Any, TypeVar

from autodiff_compiler.library.registry import register_imported
from autodiff_compiler.namespaces import is_of_python

B = TypeVar("B", bound=Callable[..., Any])

_STAND_INS: dict[Hashable, tuple[object, Callable[..., Any]]] = {}
_CLASSES: dict[type, type] = {}
_HOME = f"{__package__}.standard."


def stands_for(*objects: object) -> Callable[[B], B]:
    """Register the decorated function or class as what these do; what has replaced a function of Python is none of them."""

    def register(body: B) -> B:
        for obj in filter(is_of_python, objects):
            _STAND_INS[_identity(obj)] = obj, body
            if isinstance(obj, type) and isinstance(body, type):
                _CLASSES[body] = obj
        return body

    return register


def stand_in(obj: object) -> Callable[..., Any] | None:
    """What stands for a function or class, by the object itself."""
    register_imported()
    found = _STAND_INS.get(_identity(obj))
    return found[1] if found is not None and (found[0] is obj or isinstance(obj, BuiltinMethodType)) else None


def _identity(obj: object) -> Hashable:
    """A method of a class (`itertools.chain.from_iterable`) is another object each time that it is asked for."""
    if isinstance(obj, BuiltinMethodType) and isinstance(obj.__self__, type):
        return obj.__self__, obj.__name__
    return id(obj)


def stand_ins() -> list[object]:
    return [obj for obj, _ in _STAND_INS.values()]


def real_class(cls: type) -> type:
    """The class that a class stands for, or the class itself."""
    return _CLASSES.get(cls, cls)


def stands_for_some(cls: type) -> bool:
    """Whether objects of a class of ours stand for those of classes that have more attributes than it (distributions)."""
    return cls.__module__.startswith(f"{__package__}.") and cls not in _CLASSES


def in_set_order(held: Any) -> Any:
    """The keys of a dict in the order in which a set has them; the frontend says what that is."""
    return list(set(held))


def is_standard(module: str) -> bool:
    """Whether a module is one of these."""
    return module.startswith(_HOME)


def kept_items(iterable: Any, known: bool = False) -> list[Any]:
    """A list of the items of something that exists already; the frontend refuses what makes them when they are asked for.

    `known`: of a length known when compiling, if it can be.
    """
    return list(iterable)


def check_kept(iterable: Any, items: list[Any]) -> None:
    """The frontend refuses the program here if the items are others by now."""


def known_key(key: Any, item: Any) -> Any:
    """The key of an item, which the frontend asks for more than once, and must know when compiling."""
    return item if key is None else key(item)


def is_known(number: Any) -> bool:
    """Whether a number is known when compiling."""
    return isinstance(number, int)


def entered(manager: Any) -> tuple[Any, Any]:
    """What leaves a context manager again, and what its `__enter__` gives; the frontend sees that it asks for no exception."""
    return partial(manager.__exit__, None, None, None), manager.__enter__()
