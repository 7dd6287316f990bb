"""Functions with a meaning to the compiler: what the frontend knows of the API, as values of a table."""

from __future__ import annotations

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

    `make(fun, **options)` gives the derivative as an object.  `at_once` says which product, "jvp" or "vjp", the verb gives of
    the arguments that follow the function; without, the derivative itself is its result, and the options may follow.
    """

    name: str
    make: Callable[..., Any]
    at_once: str = ""


VERBS: dict[Callable[..., Any], Verb] = {}
"""The verbs of the API, which enters them when it is imported."""


def verb_of(obj: Any) -> Verb | None:
    try:
        return VERBS.get(obj)
    except TypeError:  # not hashable
        return None
