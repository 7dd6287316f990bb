"""A function as its author would put it under `@njit`: the helpers it calls are compiled as well."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

from autodiff_compiler import lazy


def jitted(fun: Callable) -> Callable:
    """`fun` under plain `@njit`.  Its module stays as it is: the copy has globals of its own."""
    return _compiled(fun, {})


def _compiled(fun: Any, done: dict[Any, Callable]) -> Callable:
    if fun not in done:
        own = dict(fun.__globals__)
        copy = types.FunctionType(fun.__code__, own, fun.__name__, fun.__defaults__, fun.__closure__)
        done[fun] = lazy.load("numba").njit(copy)
        for name in fun.__code__.co_names:
            if isinstance(own.get(name), types.FunctionType):
                own[name] = _compiled(own[name], done)
    return done[fun]
