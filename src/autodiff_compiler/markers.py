"""Functions with a meaning to the compiler, that do nothing when Python runs them."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")


def stop_gradient(x: T) -> T:
    """Return `x` unchanged; derivatives of every order and mode treat the result as a constant.

    `x`: a number, an array of any shape and dtype, or a container of these.

    >>> from autodiff_compiler import grad
    >>> grad(lambda x: x * stop_gradient(x))(3.0)
    3.0
    """
    return x
