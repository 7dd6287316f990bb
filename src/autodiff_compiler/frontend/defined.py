"""Calls of functions that the library defines in Python: they are entered, and stand at the user's line as one call."""

from __future__ import annotations

import inspect
from functools import cache
from typing import Any

import numpy as np

from autodiff_compiler.frontend import bodies
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.scalars import describe
from autodiff_compiler.frontend.values import Abs, Dyn, Items, Ref, Static, Tup
from autodiff_compiler.frontend.views import tie
from autodiff_compiler.ir.types import is_complex
from autodiff_compiler.library import Definition
from autodiff_compiler.library.defined import complex_definition
from autodiff_compiler.library.registry import check_complex


def call(ctx: Context, definition: Definition, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """What the body of the definition gives for these arguments."""
    return enter(ctx, definition, bound(ctx, definition, args, kwargs))


def of_complex(ctx: Context, obj: Any, args: list[Abs], kwargs: dict[str, Abs]) -> Definition | None:
    """The definition of a function for complex numbers, if there are such numbers among the arguments."""
    found = complex_definition(obj)
    return found if found is not None and any(_holds_complex(ctx, x) for x in (*args, *kwargs.values())) else None


def bound(ctx: Context, definition: Definition, args: list[Abs], kwargs: dict[str, Abs]) -> inspect.BoundArguments:
    """The arguments by the names of their parameters."""
    signature = _signature(definition)
    try:
        return signature.bind(*args, **kwargs)
    except TypeError as error:
        unknown = [name for name in kwargs if name not in signature.parameters]
        if unknown:
            reason = f"{definition.name}: the argument {unknown[0]}= is not supported"
            raise ctx.unsupported("AD202", reason, "leave it out") from error
        raise ctx.wrong("AD201", f"{definition.name}: {error}") from error


def enter(ctx: Context, definition: Definition, given: inspect.BoundArguments) -> Abs:
    """What the body gives for arguments that have the names of their parameters."""
    for name in definition.known:
        if name in given.arguments:
            given.arguments[name] = _known(ctx, definition, name, given.arguments[name])
    if not definition.of_complex and any(_holds_complex(ctx, x) for x in (*given.args, *given.kwargs.values())):
        check_complex(ctx.b, definition.name)
    made = bodies.enter(ctx, definition.function, list(given.args), given.kwargs)
    return tie(made, next(iter(given.args), None)) if definition.shares else made


def _holds_complex(ctx: Context, x: Abs) -> bool:
    """Whether an argument is, or holds, complex numbers."""
    if isinstance(x, Dyn):
        return is_complex(x.value.type)
    if isinstance(x, Ref):
        return is_complex(x.type)
    if isinstance(x, Tup):
        return any(_holds_complex(ctx, item) for item in x.items)
    if isinstance(x, Box):
        content = ctx.state.content(x)
        if not isinstance(content, Items):
            return is_complex(content.value.type)
        return any(_holds_complex(ctx, item) for item in content.items)
    if not isinstance(x, Static) or not isinstance(x.obj, complex | np.ndarray | np.generic | list | tuple):
        return False
    return bool(np.iscomplexobj(x.obj))


@cache
def _signature(definition: Definition) -> inspect.Signature:
    return inspect.signature(definition.function)


def _known(ctx: Context, definition: Definition, name: str, x: Any) -> Any:
    """An argument that must be known: an integer from outside, or of the call, becomes part of the specialisation."""
    if isinstance(x, tuple):  # of *args
        return tuple(_known(ctx, definition, name, item) for item in x)
    if isinstance(x, Static):
        return x
    if isinstance(x, Dyn) and x.static is not None:
        return Static(x.static())
    if isinstance(x, Tup):
        return Tup(tuple(_known(ctx, definition, name, item) for item in x.items), x.cls, x.keys)
    if isinstance(x, Box) and x.cls is list and isinstance(content := ctx.state.content(x), Items):
        return Tup(tuple(_known(ctx, definition, name, item) for item in content.items))
    raise ctx.unsupported(
        "AD207",
        f"{definition.name}: {name} must be known when the function is compiled, and this is {describe(x)} known only at run time",
        "write a literal, or use an integer argument",
    )
