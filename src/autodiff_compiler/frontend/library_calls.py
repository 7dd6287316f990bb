"""Calls of functions without source: of the library, computed by Python itself at compile time, or left alone."""

from __future__ import annotations

import cmath
import inspect
import math
import operator
from types import BuiltinFunctionType
from typing import Any

import numpy as np

from autodiff_compiler import library
from autodiff_compiler.frontend import consumers, dates, externals, outputs, views
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.entries import array_of, call_entry
from autodiff_compiler.frontend.scalars import is_number
from autodiff_compiler.frontend.values import Abs, Dyn, Items, Ref, Static, Tup
from autodiff_compiler.ir.types import rank
from autodiff_compiler.library.standard import ordering

# NumPy returns read-only views here; what is used instead is their current value.
_READ_ONLY_VIEWS = (np.broadcast_to, np.diagonal, np.diag, np.real, np.imag)

# Functions on immutable objects without effects: called by Python itself when all arguments are known.
_PURE_BUILTINS = (abs, bin, chr, divmod, format, hex, len, max, min, oct, ord, pow, repr, round, sum)
_RUN_OVER = (max, min, math.fsum, math.prod)
_PURE_MODULES = (math, cmath, inspect.getmodule(operator.add))
_PURE_TYPES = (bool, int, float, complex, str, tuple, type(None), np.generic, *dates.CLASSES)


def call_without_source(ctx: Context, obj: Any, args: list[Abs], kwargs: dict[str, Abs]) -> Abs | None:
    """The result of a call of a function without source; None where nothing is known about it."""
    entry = library.lookup(obj)
    at_once = _is_pure(obj) and _all_known(args, kwargs)
    if (entry is None or entry.refused) and not at_once:
        alone = externals.left_alone(ctx, obj, args, kwargs)
        if alone is not None:
            return alone
    if entry is not None:
        return _call_library(ctx, obj, entry, args, kwargs)
    return _call_now(ctx, obj, args, kwargs) if at_once else None


def _call_library(ctx: Context, obj: Any, entry: library.Entry, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    module, refused = getattr(obj, "__module__", ""), entry.refused
    if entry.name.startswith("np."):  # which makes arrays of lists
        args, kwargs = [array_of(ctx, arg) for arg in args], {k: array_of(ctx, v) for k, v in kwargs.items()}
    if module == "math" and refused:
        args = _made_known(ctx, entry, args)
    if obj in _BY_KEY and kwargs:
        return _by_key(ctx, obj, args, kwargs)
    if obj in _RUN_OVER:
        args = [_of_dates(ctx, consumers.as_list(ctx, a)) for a in args]
    pure = module == "math" or (module == "builtins" and not refused)
    if pure and _all_known(args, kwargs):
        return _call_now(ctx, obj, args, kwargs)
    if refused:
        nothing: Abs = entry(ctx.b)  # raises, whatever the arguments are
        return nothing
    if obj is np.where and len(args) == 1 and not kwargs:
        # `np.nonzero` is what it is then, also in memory.
        nonzero = library.lookup(np.nonzero)
        assert nonzero is not None
        return _call_library(ctx, np.nonzero, nonzero, args, kwargs)
    args, kwargs = _by_name(obj, entry, args, kwargs)
    out = outputs.destination(obj, args, kwargs)
    if out is not None:
        return outputs.call_into(ctx, obj, entry, out, args, kwargs)
    args, kwargs = views.arranged(ctx, obj, args, kwargs)
    result, given = call_entry(ctx, entry, args, kwargs)
    return _tied(obj, views.wrapped(ctx, result, views.Made(obj, args, kwargs, given)), args, kwargs)


def _by_name(
    obj: Any, entry: library.Entry, args: list[Abs], kwargs: dict[str, Abs]
) -> tuple[list[Abs], dict[str, Abs]]:
    """By their names those arguments that NumPy takes by position, too, and the library by name: `np.sum(x, 0, None, None, True)`."""
    kinds = [parameter.kind for parameter in entry.signature.parameters.values()][1:]
    if inspect.Parameter.VAR_POSITIONAL in kinds or not inspect.isfunction(getattr(obj, "__wrapped__", obj)):
        return args, kwargs
    taken = sum(kind is not inspect.Parameter.KEYWORD_ONLY for kind in kinds)
    names = list(inspect.signature(obj).parameters)[taken:]
    more = dict(zip(names, args[taken:]))
    if len(more) < len(args) - taken or more.keys() & kwargs.keys():
        return args, kwargs
    return args[:taken], {**more, **kwargs}


def _of_dates(ctx: Context, x: Abs) -> Abs:
    """A list of dates as one known object; anything else as it is."""
    content = ctx.state.content_if_any(x) if isinstance(x, Box) else x
    items = content.items if isinstance(content, Items | Tup) else ()
    known = tuple(item.obj for item in items if isinstance(item, Static) and dates.is_date(item.obj))
    return Static(known) if known and len(known) == len(items) else x


def _made_known(ctx: Context, entry: library.Entry, args: list[Abs]) -> list[Abs]:
    """The arguments of something that has no derivative: if they can be known, it is computed at compile time."""
    if not all(isinstance(a, Static) or (isinstance(a, Dyn) and a.static) for a in args):
        return args
    return [Static(ctx.static(a, f"an argument of {entry.name}")) for a in args]


_BY_KEY = {max: (ordering.max_by, ordering.max_or), min: (ordering.min_by, ordering.min_or)}


def _by_key(ctx: Context, obj: Any, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """`max` and `min` with `key` or `default`."""
    unknown = next((name for name in kwargs if name not in ("key", "default")), None)
    if unknown is not None or not args:
        raise ctx.wrong("AD201", f"{obj.__name__}: got an unexpected keyword argument '{unknown}'")
    items, key = args[0] if len(args) == 1 else Tup(tuple(args)), kwargs.get("key", Static(None))
    without, with_default = _BY_KEY[obj]
    if "default" in kwargs:
        return ctx.call(Static(with_default), [items, key, kwargs["default"]], {})
    return ctx.call(Static(without), [items, key], {})


def _tied(obj: Any, made: Abs, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """The result of a function of the library, tied to the array that NumPy's result would be a view of."""
    if obj is np.einsum:
        # Of a single array it may be a view, where it only picks and reorders axes.
        return views.tie(made, args[1]) if len(args) == 2 else made
    if obj is np.diag and isinstance(args[0], Ref) and rank(args[0].type) == 1:
        return made
    if obj is np.broadcast_arrays and isinstance(made, Tup):
        for part, argument in zip(made.items, args):
            views.tie(part, argument)
        return made
    converts = isinstance(obj, type) and issubclass(obj, np.generic)
    return views.tie(made, next(iter([*args, *kwargs.values()]), None)) if obj in _READ_ONLY_VIEWS or converts else made


def computed_now(ctx: Context, obj: Any, args: list[Abs], kwargs: dict[str, Abs]) -> Abs | None:
    """What Python itself computes of a pure builtin function of known numbers; None for anything else."""
    pure = isinstance(obj, BuiltinFunctionType) and _is_pure(obj) and _all_known(args, kwargs)
    return _call_now(ctx, obj, args, kwargs) if pure else None


def _is_pure(obj: Any) -> bool:
    """Whether Python itself may call a builtin function at compile time: it has the same result each time, and no effect."""
    if isinstance(obj, np.ufunc):
        return True
    return isinstance(obj, BuiltinFunctionType) and (obj in _PURE_BUILTINS or obj.__self__ in _PURE_MODULES)


def _all_known(args: list[Abs], kwargs: dict[str, Abs]) -> bool:
    return all(isinstance(a, Static) and isinstance(a.obj, _PURE_TYPES) for a in (*args, *kwargs.values()))


def _call_now(ctx: Context, obj: Any, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """Let Python compute a pure function of known immutable objects."""
    values = [a.obj for a in args if isinstance(a, Static)]
    named = {k: a.obj for k, a in kwargs.items() if isinstance(a, Static)}
    try:
        result = obj(*values, **named)
    except (TypeError, ValueError, ArithmeticError) as error:
        entry = library.lookup(obj)
        if entry is not None and values and all(map(is_number, values)) and not isinstance(error, TypeError):
            # The program itself raises this if it comes here when it runs.
            return views.wrapped(ctx, entry(ctx.b, *values, **named), views.Made(obj))
        raise ctx.wrong("AD171", f"{type(error).__name__}: {error}") from error
    return ctx.captures.wrap(ctx, result)
