"""Compiles with Numba before the first call: for arguments of which only the types are known.

Numba compiles a kernel for the types that it is called with, and what a function takes apart before it calls its kernel
(containers, lists) only the function itself knows.  So the function runs, on small examples, with kernels that compile and then leave.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any

import numpy as np

from autodiff_compiler import lazy
from autodiff_compiler.ir.core import Function
from autodiff_compiler.ir.tree import Leaf, leaves, rebuild
from autodiff_compiler.ir.types import Array, ListOf, Scalar, Type


class _Left(Exception):  # noqa: N818  # never leaves this module
    """A kernel was compiled, and does not run."""


def compile_ahead(call: Callable[..., Any], args: Sequence[Any]) -> None:
    """Compile what the loaded function `call` would compile when it is called with these arguments."""
    if not isinstance(call, FunctionType):
        _compiled(call, args)
        return
    kernels = {name: _stand_in(one) for name, one in call.__globals__.items() if hasattr(one, "nopython_signatures")}
    with contextlib.suppress(_Left):
        FunctionType(call.__code__, {**call.__globals__, **kernels}, call.__name__, call.__defaults__)(*args)


def _stand_in(kernel: Any) -> Callable[..., Any]:
    def leave(*args: Any) -> Any:
        _compiled(kernel, args)
        raise _Left

    return leave


def _compiled(kernel: Any, args: Sequence[Any]) -> None:
    if hasattr(kernel, "compile"):  # not where Numba is told not to compile (NUMBA_DISABLE_JIT)
        kernel.compile(tuple(map(lazy.load("numba").typeof, args)))


def examples(fn: Function) -> list[Any]:
    """An example of each argument, built as the function takes it."""
    values = iter([_example(param.type) for param in fn.params])
    trees = [tree for _, tree in fn.param_trees] or [Leaf() for _ in fn.params]
    return [rebuild(tree, iter([next(values) for _ in range(leaves(tree))])) for tree in trees]


def _example(type_: Type | None) -> Any:
    """A value of a type: one, or a contiguous array of ones with as many elements."""
    if isinstance(type_, Array):
        return np.ones((1,) * type_.rank, type_.dtype.numpy)
    if isinstance(type_, ListOf):
        return [_example(type_.element)]
    if isinstance(type_, Scalar):
        return type_.dtype.numpy.type(1) if type_.kind == "np" else type_.dtype.number(1)
    return None
