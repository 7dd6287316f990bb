"""Attributes and methods: of arrays (the library), of lists and dicts (here), of objects from outside (captured)."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff_compiler import library
from autodiff_compiler.diagnostics import AutodiffError, did_you_mean
from autodiff_compiler.frontend import (
    array_places,
    branches,
    consumers,
    container_methods,
    dates,
    defined,
    derivatives,
    formats,
    objects,
    subscripts,
    views,
)
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.choices import is_word
from autodiff_compiler.frontend.classes import has_own, is_instance, special
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.entries import call_entry, to_library
from autodiff_compiler.frontend.mro import find
from autodiff_compiler.frontend.scalars import describe, is_scalar, scalar_class
from autodiff_compiler.frontend.values import (
    Abs,
    Choice,
    Closure,
    Dyn,
    Items,
    Method,
    Ref,
    Static,
    Super,
    Text,
    Tup,
    is_dimensionless,
)
from autodiff_compiler.frontend.wrong_calls import check_signature, refused
from autodiff_compiler.ir.types import rank
from autodiff_compiler.library.standard import flat

# Methods that return a read-only view.
_READ_ONLY_VIEWS = ("diagonal",)

_UFUNC_METHODS = ("at", "outer", "reduce", "accumulate", "reduceat")


def attribute(ctx: Context, x: Abs, name: str) -> Abs:
    """`x.name`."""
    if isinstance(x, Super):
        return objects.of_super(ctx, x, name)
    if is_instance(x) and not derivatives.is_derivative(getattr(x, "obj", None)):
        return objects.attribute(ctx, x, name)
    if isinstance(x, Static):
        return _of_object(ctx, x, name)
    if isinstance(x, Choice) and is_word(x):
        if all(isinstance(word, Static) and type(word.obj) is str for word in x.options) and hasattr(str, name):
            return Method(x, name)
        return branches.of_each(ctx, x, lambda word: attribute(ctx, word, name))
    if isinstance(x, Ref | Dyn):
        return _of_array(ctx, x, name)
    if isinstance(x, Tup) and _is_field(ctx, x, name):
        return objects.attribute(ctx, x, name)
    if isinstance(x, Box | Tup | Text):
        return Method(x, name)
    if isinstance(x, Closure) and name == "__name__":
        return Static(x.name)
    raise ctx.unsupported(
        "AD168", f"the attribute `{name}` of {describe(x)}", "use plain numbers, arrays and containers"
    )


def _of_object(ctx: Context, x: Static, name: str) -> Abs:
    """An attribute of an object from outside."""
    if isinstance(x.obj, np.ufunc) and name in _UFUNC_METHODS:
        return Method(x, name)
    known = isinstance(x.obj, str | int | float | complex | np.generic) or dates.is_date(x.obj)
    if known and callable(getattr(x.obj, name, None)):
        return Method(x, name)
    if isinstance(x.obj, np.finfo | np.iinfo) and hasattr(x.obj, name):
        return Static(getattr(x.obj, name))
    if name in _OF_THE_RUN and any(x.obj is error for error in ctx.tries.errors.values()):
        raise ctx.unsupported("AD168", f"`{name}` of an exception that was caught", "use its class and its text")
    return ctx.captures.attribute(ctx, x.obj, name)


_OF_THE_RUN = (
    "__traceback__",
    "__context__",
    "__cause__",
    "__suppress_context__",
    "__notes__",
    "add_note",
    "with_traceback",
)
"""What an exception gets while it is raised."""


def _of_array(ctx: Context, x: Ref | Dyn, name: str) -> Abs:
    """An attribute of an array or a number."""
    if isinstance(x, Dyn) and not hasattr(scalar_class(x), name):
        known = library.names()
        near = did_you_mean(name, [*known["methods"], *known["attributes"]])
        way_out = f"np.{name}(...) takes numbers, too" if hasattr(np, name) else near
        raise ctx.wrong("AD167", f"{describe(x)} has no attribute `{name}`", way_out)
    if name == "flat" and isinstance(x, Ref):
        return ctx.call(Static(flat.Flat), [x], {})
    entry = library.attribute(name)
    if entry is not None:
        if name in views.PARTS and isinstance(x, Ref) and x.type.dtype.is_complex:
            return views.part_of(ctx, x, name)
        if name in ("shape", "size") and ctx.lengths is not None and isinstance(x, Ref):
            return _shape_or_size(ctx, x, name)
        return views.wrapped(ctx, entry(ctx.b, to_library(ctx, x)), views.Made(name, [x]))
    there = library.method(name) is not None or library.defined_method(name) is not None
    if there or (name in _ARRAY_METHODS and isinstance(x, Ref)):
        return Method(x, name)
    if isinstance(x, Dyn) or hasattr(np.ndarray, name):
        raise ctx.unsupported(
            "AD167", f"the attribute `{name}` of {describe(x)}", "use indexing and NumPy's functions instead"
        )
    raise ctx.wrong("AD167", f"{describe(x)} has no attribute `{name}`", did_you_mean(name, dir(np.ndarray)))


def _shape_or_size(ctx: Context, x: Ref, name: str) -> Abs:
    """Of an array, in a program that is lowered for arguments of certain shapes."""
    extents = tuple(ctx.extent(x, axis) for axis in range(rank(x.type)))
    if name == "shape":
        return Tup(extents)
    size: Abs = Static(1)
    for extent in extents:
        size = ctx.interpreter.operate(ctx, ast.Mult, size, extent)
    return size


def _is_field(ctx: Context, x: Tup, name: str) -> bool:
    """Whether this is a named tuple, and an attribute that is none of the methods that we know."""
    if not x.keys or (name not in x.keys and name in ("index", "count")):
        return False
    own = _NAMED_TUPLE_METHODS.get(name)
    return own is None or (special(ctx, x, name) is not None and not _is_collections_own(x.cls, name))


def call_method(ctx: Context, method: Method, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """`receiver.name(...)`."""
    receiver, name = method.receiver, method.name
    if isinstance(receiver, Ref | Dyn):
        own = _ARRAY_METHODS.get(name)
        if own is not None and isinstance(receiver, Ref):
            with refused(ctx, name):
                return own(ctx, receiver, args, kwargs)
        definition = library.defined_method(name)
        if definition is not None:
            return defined.call(ctx, definition, [receiver, *args], kwargs)
        entry = library.method(name)
        assert entry is not None
        passed, kwargs = views.arranged(ctx, name, [receiver, *args], kwargs)
        result, given = call_entry(ctx, entry, passed, kwargs)
        made = views.wrapped(ctx, result, views.Made(name, passed, kwargs, given))
        return views.tie(made, receiver) if name in _READ_ONLY_VIEWS else made
    if isinstance(receiver, Choice):
        return branches.of_each(ctx, receiver, lambda word: call_method(ctx, Method(word, name), args, kwargs))
    if args and isinstance(args[0], Choice) and _asks_for_words(receiver):
        return branches.of_each(ctx, args[0], lambda word: call_method(ctx, method, [word, *args[1:]], kwargs))
    if isinstance(receiver, Static) and isinstance(receiver.obj, np.ufunc):
        with refused(ctx, name):
            return _ufunc_method(ctx, receiver.obj, name, args, kwargs)
    if isinstance(receiver, Static):
        return _static_method(ctx, receiver.obj, name, args, kwargs)
    if isinstance(receiver, Tup) and receiver.keys and name in _NAMED_TUPLE_METHODS:
        return _NAMED_TUPLE_METHODS[name](ctx, receiver, args, kwargs)
    if isinstance(receiver, Box | Tup):
        own_method = getattr(receiver.cls, name, None) if isinstance(receiver, Box) else None
        if own_method is not None:
            check_signature(ctx, own_method, f"{receiver.cls.__name__}.{name}", [receiver, *args], kwargs)
        with refused(ctx, name):
            return container_methods.call(ctx, receiver, name, args, kwargs)
    raise ctx.unsupported("AD170", f"the method `{name}` of {describe(receiver)}", "write it with indexing and loops")


def _asks_for_words(receiver: Abs) -> bool:
    """Whether methods of this take words that are known when compiling: keys, parts of strings."""
    return isinstance(receiver, Static) or (isinstance(receiver, Box) and receiver.cls is dict)


def _static_method(ctx: Context, obj: Any, name: str, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    if not isinstance(obj, str | int | float | complex | np.generic) and (
        not dates.is_date(obj) or name in dates.CLOCKS
    ):
        raise ctx.unsupported("AD170", f"the method `{name}` of a {type(obj).__name__}", "call it outside the function")
    if name == "format":
        args = _as_known(ctx, args)
        if not all(isinstance(arg, Static) for arg in (*args, *kwargs.values())):
            return formats.formatted(ctx, obj, args, kwargs)
    if name == "join":
        args = [consumers.as_list(ctx, arg) for arg in args]
    what = f"an argument of the method `{name}`"
    given = {key: ctx.static(arg, what) for key, arg in kwargs.items()}
    try:
        result = getattr(obj, name)(*(ctx.static(arg, what) for arg in args), **given)
    except Exception as error:  # whatever Python raises for these arguments
        if isinstance(error, AutodiffError):
            raise
        raise ctx.wrong("AD171", f"{type(error).__name__}: {error}") from error
    return ctx.new_list([Static(item) for item in result]) if isinstance(result, list) else Static(result)


def _as_known(ctx: Context, args: list[Abs]) -> list[Abs]:
    """The arguments of `format` as objects, if all of them can be known when compiling."""
    if all(isinstance(arg, Static) or (isinstance(arg, Dyn) and arg.static) for arg in args):
        return [Static(ctx.static(arg, "a value in a string")) for arg in args]
    return args


# -- named tuples -----------------------------------------------------------------------------------------------------


def _is_collections_own(cls: type, name: str) -> bool:
    return getattr(find(cls, name), "__module__", "").startswith(("collections", "namedtuple_"))


def _replaced(ctx: Context, x: Tup, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """`x._replace(field=value)`: through the tuple itself, as `_make` does, not through the class's constructor."""
    _iterated_plainly(ctx, x, "_replace")
    wrong = [name for name in kwargs if name not in x.keys]
    if args or wrong:
        raise ctx.wrong("AD178", f"TypeError: _replace() got unexpected field names: {wrong}")
    return Tup(tuple(kwargs.get(key, item) for key, item in zip(x.keys, x.items)), x.cls, x.keys)


def _as_dict(ctx: Context, x: Tup, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    _iterated_plainly(ctx, x, "_asdict")
    box = Box(dict)
    ctx.state.boxes[box] = Items(x.items, x.keys)
    return box


def _iterated_plainly(ctx: Context, x: Tup, method: str) -> None:
    if has_own(ctx, x, "__iter__", "__len__"):
        raise ctx.unsupported(
            "AD157", f"`{method}` of a {x.cls.__name__}, whose `__iter__` or `__len__` is its own", "name the fields"
        )


_NAMED_TUPLE_METHODS: dict[str, Callable[[Context, Tup, list[Abs], dict[str, Abs]], Abs]] = {
    "_replace": _replaced,
    "_asdict": _as_dict,
}


# -- arrays ----------------------------------------------------------------------------------------------------------


def _fill(ctx: Context, ref: Ref, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    (value,) = args
    if not (is_scalar(value) or is_dimensionless(value)):
        raise ctx.wrong(
            "AD104", f"ValueError: an array is filled with one number, not with {describe(value)}", "a[:] = b"
        )
    array_places.store_at(ctx, ref, array_places.whole(ref), (), value)
    return Static(None)


_ARRAY_METHODS: dict[str, Callable[[Context, Ref, list[Abs], dict[str, Abs]], Abs]] = {"fill": _fill}


def _ufunc_method(ctx: Context, ufunc: np.ufunc, name: str, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    if name == "at" and ufunc in (np.add, np.subtract) and len(args) == 3 and isinstance(args[0], Ref):
        index = args[1]
        items = list(index.items) if isinstance(index, Tup) else [index]
        subscripts.store(ctx, args[0], list(items), args[2], "+" if ufunc is np.add else "-")
        return Static(None)
    definition = library.definition(getattr(np.ufunc, name))
    same_as: dict[tuple[Any, str], Any] = {
        (np.add, "reduce"): np.sum,
        (np.multiply, "reduce"): np.prod,
        (np.maximum, "reduce"): np.max,
        (np.minimum, "reduce"): np.min,
        (np.logical_and, "reduce"): np.all,
        (np.logical_or, "reduce"): np.any,
        (np.add, "accumulate"): np.cumsum,
    }
    function = same_as.get((ufunc, name))
    if ufunc.signature is not None or ufunc.nout != 1 or (ufunc.nin != 2 and name != "at"):
        raise ctx.unsupported("AD172", f"np.{ufunc.__name__}.{name}", "write it with a loop or with broadcasting")
    if function is None and definition is not None:
        return defined.call(ctx, definition, [Static(ufunc), *args], kwargs)
    kwargs = {**dict(zip(("axis", "dtype", "out", "keepdims", "initial", "where"), args[1:])), **kwargs}
    kwargs.setdefault("axis", Static(0))  # unlike np.sum, ufunc.reduce works on the first axis
    return ctx.call(Static(function), args[:1], kwargs)
