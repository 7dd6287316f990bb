"""Functions with a meaning to the compiler: what the frontend knows of the API, as values of a table."""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")


def stop_gradient(x: T) -> T:
    """Return `x` unchanged; derivatives of every order and mode treat the result as a constant.

    `x`: a number, an array of any shape and dtype, or a container of these.

    >>> from autodiff_compiler import grad
    >>> grad(lambda x: x * stop_gradient(x))(3.0)
    3.0
    """
    return x


@dataclass(frozen=True, slots=True)
class Verb:
    """A function that makes derivatives; inside a program it is called when that is compiled.

    `make(fun, **options)` returns the derivative as an object.  `at_once` says which product, "jvp" or "vjp", the verb computes from
    the arguments that follow the function; if it is empty, the verb returns the derivative itself, and options may follow the function.
    """

    name: str
    make: Callable[..., Any]
    at_once: str = ""


VERBS: dict[Callable[..., Any], Verb] = {}
"""The verbs of the API, which are registered when it is imported."""


def verb_of(obj: Any) -> Verb | None:
    try:
        return VERBS.get(obj)
    except TypeError:  # not hashable
        return None


class External:
    """A function that programs call as it is, and what it returns: see `external`."""

    def __init__(self, fun: Callable[..., Any], result: Any, pure: bool) -> None:
        self._made_of = fun, result, pure
        functools.update_wrapper(self, fun, updated=())
        del self.__dict__["__wrapped__"]
        with contextlib.suppress(TypeError, ValueError):  # compiled code may not say
            self.__signature__ = inspect.signature(fun)

    fun = property(lambda self: self._made_of[0])
    result = property(lambda self: self._made_of[1])
    pure = property(lambda self: self._made_of[2])

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.fun(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<external {getattr(self.fun, '__qualname__', repr(self.fun))}>"

    def __reduce__(self) -> Any:
        return External, self._made_of


UNDECLARED: Any = object()
"""Says that no result is declared; None would declare that there is none."""


def annotated(fun: Any) -> Any:
    """What a function returns according to its annotation: the class of a number, the text of a type, None; else UNDECLARED."""
    try:
        found = inspect.signature(fun).return_annotation
    except (TypeError, ValueError):
        return UNDECLARED
    return found if found is None or isinstance(found, str) or found in (float, int, bool) else UNDECLARED
