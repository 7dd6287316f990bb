"""Compiled functions take integers of 64 bits; Python's have no end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from autodiff_compiler.diagnostics import UserError


def bounded(call: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The compiled function, saying so where it fails because a Python int does not fit into 64 bits."""

    def checked(*args: Any) -> Any:
        try:
            return call(*args)
        except Exception as error:
            large = next((leaf for leaf in _leaves(args) if type(leaf) is int and not -(2**63) <= leaf < 2**63), None)
            if large is None:
                raise
            reason = f"{name} was given the int {large}, and Numba's integers have 64 bits"
            raise UserError("AD428", reason, help='pass a float, or use backend="python"') from error

    return checked


def _leaves(value: Any) -> Iterator[Any]:
    """What stands in nested containers."""
    if isinstance(value, tuple | list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _leaves(item)
    else:
        yield value
