"""Random numbers: a call of a generator's method that takes run-time values is what the library defines it to be."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler import library
from autodiff_compiler.frontend import defined, externals, foreign
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.scalars import describe, is_object
from autodiff_compiler.frontend.values import Abs, Dyn, Items, Partial, Ref, Static, Tup
from autodiff_compiler.ir.types import dtype_of
from autodiff_compiler.library import defined as library_definitions
from autodiff_compiler.library.standard.generators import Local


def call(ctx: Context, obj: Any, args: list[Abs], kwargs: dict[str, Abs]) -> Abs | None:
    """None where nothing in the arguments can have a derivative: then the call is left as it is."""
    if obj is library_definitions.as_it_is:
        return _as_it_is(ctx, args, kwargs)
    if not draws(obj):
        return None
    generator = obj.__self__
    definition = library.definition(getattr(type(generator), obj.__name__, None))
    if definition is None:
        return None
    given = defined.bound(ctx, definition, [Static(generator), *args], kwargs)
    if not any(_varies(x) for name, x in given.arguments.items() if name != "size"):
        return None
    return defined.enter(ctx, definition, given)


def draws(obj: Any) -> bool:
    """Whether this is a method of a generator."""
    return isinstance(getattr(obj, "__self__", None), np.random.Generator | np.random.RandomState)


def _varies(x: Any) -> bool:
    return isinstance(x, Ref | Box | Tup) or (isinstance(x, Dyn) and dtype_of(x.value.type).inexact)


def _as_it_is(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """A call in a definition of what it calls by the same name: without a derivative."""
    function, *rest = args
    given = {name: x for name, x in kwargs.items() if not (isinstance(x, Static) and x.obj is None)}
    drawn = _of_local(ctx, function, rest, given)
    if drawn is not None:
        return drawn
    if not isinstance(function, Static):
        raise ctx.unsupported("AD208", f"random numbers of {describe(function)}", "draw them outside, and pass them")
    if function.obj in (np.random.default_rng, np.random.RandomState):
        return externals.made(ctx, function.obj, rest)
    found = externals.left_alone(ctx, function.obj, rest, given)
    if found is None:
        raise foreign.refusal(ctx, function.obj)
    return found


def _of_local(ctx: Context, function: Abs, args: list[Abs], kwargs: dict[str, Abs]) -> Abs | None:
    """A call of a method of a generator that the program made itself; None for anything else."""
    if not (isinstance(function, Partial) and isinstance(function.function, Static) and function.args):
        return None
    receiver = function.args[0]
    if not (isinstance(receiver, Box) and issubclass(receiver.cls, Local)):
        return None
    content = ctx.state.content(receiver)
    assert isinstance(content, Items)
    source = content.items[content.keys.index("source")]
    if not is_object(source):
        raise ctx.unsupported(
            "AD102",
            "a generator that is not the same one on every path",
            "make one before, or draw from each where it is made",
        )
    name = function.function.obj.__name__
    method = getattr(receiver.cls.of, name)
    found = externals.asked(ctx, source, method, args, kwargs)
    if found is None:
        raise foreign.refusal(ctx, method)
    return found
