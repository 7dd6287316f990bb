"""Functions under `numba.vectorize` and `numba.guvectorize`: their Python function, called for each element or row."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from autodiff_compiler.frontend import bodies
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.guards import Place
from autodiff_compiler.frontend.scalars import describe, element_type
from autodiff_compiler.frontend.values import Abs, Static, Tup
from autodiff_compiler.library.definitions import callables

_DTYPES = (np.dtype(float), np.dtype(complex), np.dtype(np.int64))
"""Numbers with which Numba and NumPy compute the same."""


def is_one(obj: Any) -> bool:
    """Whether this is such a function; by its name, so that Numba need not be imported."""
    return type(obj).__name__ in ("DUFunc", "GUFunc") and type(obj).__module__.startswith("numba.")


def call(ctx: Context, obj: Any, args: list[Abs], kwargs: dict[str, Abs]) -> Abs | None:
    """A call of such a function; None for anything else."""
    if not is_one(obj):
        return None
    kind = type(obj).__name__
    if kwargs:
        raise _refused(ctx, obj, f"the argument {next(iter(kwargs))}=")
    if len(args) != obj.nin:
        raise _refused(ctx, obj, f"{len(args)} arguments, where {obj.nin} are inputs")
    place = Place(obj).attribute("_dispatcher" if kind == "DUFunc" else "gufunc_builder")
    function = ctx.captures.look(place.attribute("py_func"))
    given = [_dtype(ctx, obj, arg) for arg in args]
    layout = _elementwise if kind == "DUFunc" else _generalized
    body: Any = callables.elementwise if kind == "DUFunc" else callables.generalized
    told = [_known(part) for part in layout(ctx, obj, given)]
    return bodies.enter(ctx, body, [Static(function), *told, *args], {})


def _refused(ctx: Context, obj: Any, what: str) -> Exception:
    way_out = "compile the function with numba.njit instead, and call it in a loop"
    return ctx.unsupported("AD208", f"`{obj.__name__}`, which Numba made a ufunc, with {what}", way_out)


def _known(x: Any) -> Abs:
    return Tup(tuple(map(_known, x))) if isinstance(x, tuple) else Static(x)


def _dtype(ctx: Context, obj: Any, arg: Abs) -> np.dtype[Any]:
    found = element_type(arg)
    dtype = None if found is None else found.dtype.numpy
    if dtype not in _DTYPES:
        raise _refused(ctx, obj, describe(arg))
    return np.dtype(dtype)


def _elementwise(ctx: Context, obj: Any, given: list[np.dtype[Any]]) -> tuple[Any, Any]:
    """The dtypes of the arguments and of the result: the first that are declared, or None where none are."""
    if not obj._frozen:
        return (None,) * len(given), None
    for types in obj.types:
        taken, made = types.split("->")
        if all(np.can_cast(have, want) for have, want in zip(given, taken)):
            dtypes = *map(np.dtype, taken), np.dtype(made)
            if all(dtype in _DTYPES for dtype in dtypes):
                return dtypes[:-1], dtypes[-1]
            break
    raise _refused(ctx, obj, "arguments of these types")


def _generalized(ctx: Context, obj: Any, given: list[np.dtype[Any]]) -> tuple[Any, Any]:
    """For each argument its dtype, own axes, and whether it is a number; for each result its dtype and axes."""
    axes = [tuple(filter(None, re.split(r"[,\s]+", part))) for part in re.findall(r"\(([^)]*)\)", obj.signature)]
    named = all(name.isidentifier() for names in axes for name in names)
    for declared in obj.gufunc_builder._sigs:
        kinds = [getattr(type_, "dtype", type_).name for type_ in declared.args]
        inputs = kinds[: len(given)]
        if named and all(np.can_cast(have, want) for have, want in zip(given, inputs)):
            dtypes = list(map(np.dtype, kinds))
            if all(dtype in _DTYPES for dtype in dtypes):
                numbers = [not hasattr(type_, "dtype") for type_ in declared.args]
                made = tuple(zip(dtypes[len(given) :], axes[len(given) :]))
                return tuple(zip(dtypes[: len(given)], axes, numbers[: len(given)])), made
            break
    raise _refused(ctx, obj, "arguments of these types, or without types of its own")
