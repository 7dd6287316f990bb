"""Which function or class of Python's standard library is written in Python in `library/standard`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from autodiff_compiler.library.registry import register_imported

B = TypeVar("B", bound=Callable[..., Any])

_STAND_INS: dict[int, tuple[object, Callable[..., Any]]] = {}
_CLASSES: dict[type, type] = {}
_HOME = f"{__package__}.standard."


def stands_for(*objects: object) -> Callable[[B], B]:
    """Register the decorated function or class as what these do."""

    def register(body: B) -> B:
        for obj in objects:
            _STAND_INS[id(obj)] = obj, body
            if isinstance(obj, type) and isinstance(body, type):
                _CLASSES[body] = obj
        return body

    return register


def stand_in(obj: object) -> Callable[..., Any] | None:
    """What stands for a function or class, by the object itself."""
    register_imported()
    found = _STAND_INS.get(id(obj))
    return found[1] if found is not None and found[0] is obj else None


def stand_ins() -> list[object]:
    return [obj for obj, _ in _STAND_INS.values()]


def real_class(cls: type) -> type:
    """The class that a class stands for, or the class itself."""
    return _CLASSES.get(cls, cls)


def in_set_order(held: Any) -> Any:
    """The keys of a dict in the order in which a set has them; the frontend says what that is."""
    return list(set(held))


def is_standard(module: str) -> bool:
    """Whether a module is one of these."""
    return module.startswith(_HOME)
