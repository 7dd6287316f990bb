"""Attributes and methods: of arrays (the library), of lists and dicts (here), of objects from outside (captured)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff_compiler import library
from autodiff_compiler.diagnostics import did_you_mean
from autodiff_compiler.frontend import array_places, container_items, derivatives, objects, subscripts, views
from autodiff_compiler.frontend.classes import find, has_own, is_instance, special
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.iteration import Items as StaticItems
from autodiff_compiler.frontend.iteration import at, iterate, length, length_changes
from autodiff_compiler.frontend.scalars import describe, scalar_class
from autodiff_compiler.frontend.values import (
    Abs,
    Box,
    Closure,
    Dyn,
    Grown,
    Items,
    Iter,
    Method,
    Ref,
    Static,
    Super,
    Text,
    Tup,
)

# Methods that give a view that NumPy does not let one write.
_READ_ONLY_VIEWS = ("diagonal",)

_UFUNC_METHODS = ("at", "outer", "reduce", "accumulate")


def attribute(ctx: Context, x: Abs, name: str) -> Abs:
    """`x.name`."""
    if isinstance(x, Super):
        return objects.of_super(ctx, x, name)
    if is_instance(x) and not derivatives.is_derivative(getattr(x, "obj", None)):
        return objects.attribute(ctx, x, name)
    if isinstance(x, Static):
        if isinstance(x.obj, np.ufunc) and name in _UFUNC_METHODS:
            return Method(x, name)
        if isinstance(x.obj, str | int | float | np.generic) and callable(getattr(x.obj, name, None)):
            return Method(x, name)
        if isinstance(x.obj, np.finfo | np.iinfo) and hasattr(x.obj, name):
            return Static(getattr(x.obj, name))
        return ctx.captures.attribute(ctx, x.obj, name)
    if isinstance(x, Ref | Dyn):
        if isinstance(x, Dyn) and not hasattr(scalar_class(x), name):
            known = library.names()
            near = did_you_mean(name, [*known["methods"], *known["attributes"]])
            way_out = f"np.{name}(...) takes numbers, too" if hasattr(np, name) else near
            raise ctx.wrong("AD167", f"{describe(x)} has no attribute `{name}`", way_out)
        entry = library.attribute(name)
        if entry is not None:
            return views.wrapped(ctx, entry(ctx.b, ctx.to_library(x)), views.Made(name, [x]))
        if library.method(name) is not None or (name in _ARRAY_METHODS and isinstance(x, Ref)):
            return Method(x, name)
        if isinstance(x, Dyn) or hasattr(np.ndarray, name):
            raise ctx.unsupported(
                "AD167", f"the attribute `{name}` of {describe(x)}", "use indexing and NumPy's functions instead"
            )
        raise ctx.wrong("AD167", f"{describe(x)} has no attribute `{name}`", did_you_mean(name, dir(np.ndarray)))
    if isinstance(x, Tup) and x.keys and name not in ("index", "count"):
        own = _NAMED_TUPLE_METHODS.get(name)
        if own is None or (special(ctx, x, name) is not None and not _is_collections_own(x.cls, name)):
            return objects.attribute(ctx, x, name)
    if isinstance(x, Box | Tup | Text):
        return Method(x, name)
    if isinstance(x, Closure) and name == "__name__":
        return Static(x.name)
    raise ctx.unsupported(
        "AD168", f"the attribute `{name}` of {describe(x)}", "use plain numbers, arrays and containers"
    )


def call_method(ctx: Context, method: Method, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """`receiver.name(...)`."""
    receiver, name = method.receiver, method.name
    if isinstance(receiver, Ref | Dyn):
        own = _ARRAY_METHODS.get(name)
        if own is not None and isinstance(receiver, Ref):
            return own(ctx, receiver, args, kwargs)
        entry = library.method(name)
        assert entry is not None
        passed, kwargs = views.arranged(ctx, name, [receiver, *args], kwargs)
        result, given = ctx.call_entry(entry, passed, kwargs)
        made = views.wrapped(ctx, result, views.Made(name, passed, kwargs, given))
        return views.tie(made, receiver) if name in _READ_ONLY_VIEWS else made
    if isinstance(receiver, Static) and isinstance(receiver.obj, np.ufunc):
        return _ufunc_method(ctx, receiver.obj, name, args, kwargs)
    if isinstance(receiver, Static):
        return _static_method(ctx, receiver.obj, name, args, kwargs)
    if isinstance(receiver, Tup) and receiver.keys and name in _NAMED_TUPLE_METHODS:
        return _NAMED_TUPLE_METHODS[name](ctx, receiver, args, kwargs)
    table = _LIST_METHODS if isinstance(receiver, Box) and receiver.cls is list else _DICT_METHODS
    known = table.get(name)
    if known is None or not isinstance(receiver, Box):
        raise ctx.unsupported(
            "AD170", f"the method `{name}` of {describe(receiver)}", "write it with indexing and loops"
        )
    return known(ctx, receiver, args, kwargs)


def _static_method(ctx: Context, obj: Any, name: str, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    if not isinstance(obj, str | int | float | np.generic):
        raise ctx.unsupported("AD170", f"the method `{name}` of a {type(obj).__name__}", "call it outside the function")
    if name == "format" and any(isinstance(arg, Dyn | Ref) for arg in (*args, *kwargs.values())):
        raise ctx.unsupported("AD170", "`format` of values of run time", 'write an f-string: f"x = {x:.3f}"')
    what = f"an argument of the method `{name}`"
    given = {key: ctx.static(arg, what) for key, arg in kwargs.items()}
    try:
        return Static(getattr(obj, name)(*(ctx.static(arg, what) for arg in args), **given))
    except (TypeError, ValueError) as error:
        raise ctx.wrong("AD171", f"{type(error).__name__}: {error}") from error


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
    array_places.store_at(ctx, ref, array_places.whole(ref), [], value)
    return Static(None)


_ARRAY_METHODS: dict[str, Callable[[Context, Ref, list[Abs], dict[str, Abs]], Abs]] = {"fill": _fill}


def _ufunc_method(ctx: Context, ufunc: np.ufunc, name: str, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    if name == "at" and ufunc in (np.add, np.subtract) and len(args) == 3 and isinstance(args[0], Ref):
        index = args[1]
        items = list(index.items) if isinstance(index, Tup) else [index]
        subscripts.store(ctx, args[0], list(items), args[2], "+" if ufunc is np.add else "-")
        return Static(None)
    same_as: dict[tuple[Any, str], Any] = {
        (np.add, "reduce"): np.sum,
        (np.multiply, "reduce"): np.prod,
        (np.maximum, "reduce"): np.max,
        (np.minimum, "reduce"): np.min,
        (np.multiply, "outer"): np.outer,
        (np.add, "accumulate"): np.cumsum,
    }
    function = same_as.get((ufunc, name))
    if function is None:
        raise ctx.unsupported("AD172", f"np.{ufunc.__name__}.{name}", "write it with a loop or with broadcasting")
    if name in ("reduce", "accumulate") and "axis" not in kwargs and len(args) == 1:
        kwargs = {**kwargs, "axis": Static(0)}  # unlike np.sum, ufunc.reduce works on the first axis
    return ctx.call(Static(function), args, kwargs)


# -- lists and dicts -------------------------------------------------------------------------------------------------


def _own_list(ctx: Context, box: Box) -> Items | Grown:
    if not box.local:
        raise ctx.unsupported(
            "AD138", "a change of a list that belongs to the caller", "copy it first: items = list(items)"
        )
    return ctx.state.content(box)


def append(ctx: Context, box: Box, value: Abs) -> None:
    """`box.append(value)`."""
    content = _own_list(ctx, box)
    if box in ctx.iterating:
        raise length_changes(ctx)
    if isinstance(content, Items):
        ctx.state.boxes[box] = Items((*content.items, value))
        return
    element = container_items.list_element(ctx, content, value)
    ctx.state.boxes[box] = Grown(ctx.b.op("list_append", content.value, element, name=content.value.name))


def extend(ctx: Context, box: Box, other: Abs) -> None:
    """`box.extend(other)`."""
    iterable = iterate(ctx, other)
    if isinstance(iterable, StaticItems):
        for item in iterable.items:
            append(ctx, box, item)
        return
    content = _own_list(ctx, box)
    if box in ctx.iterating:
        raise length_changes(ctx)
    b = ctx.b
    if isinstance(content, Items):
        items = ctx.as_grown(box) if content.items else None
        if items is None:
            raise ctx.unsupported("AD173", "extending a list by a run-time sequence", "append the items in a loop")
        content = Grown(items)
    with b.region(b.const(0).type, content.value.type, names=("k", "items")) as body:
        element = container_items.list_element(ctx, Grown(body.params[1]), at(ctx, iterable, body.params[0]))
        b.yield_(b.op("list_append", body.params[1], element))
    results = b.for_(b.const(0), length(ctx, iterable), b.const(1), [content.value], body.done())
    ctx.state.boxes[box] = Grown(results[0])


def repeat(ctx: Context, box: Box, count: Abs) -> None:
    """`box *= count`, on the list itself."""
    items = _known_items(ctx, box, "`*=`").items
    ctx.state.boxes[box] = Items(items * ctx.static(count, "how often a list is repeated"))


def _append(ctx: Context, box: Box, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    (value,) = args
    append(ctx, box, value)
    return Static(None)


def _extend(ctx: Context, box: Box, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    (other,) = args
    extend(ctx, box, other)
    return Static(None)


def _known_items(ctx: Context, box: Box, what: str) -> Items:
    content = _own_list(ctx, box)
    if isinstance(content, Grown):
        raise ctx.unsupported("AD174", f"{what} of a list that grows at run time", "keep a count, or use an array")
    return content


def _pop(ctx: Context, box: Box, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    items = list(_known_items(ctx, box, "pop()").items)
    position = ctx.static(args[0], "the index of pop()") if args else -1
    if not items:
        raise ctx.wrong("AD134", "pop from an empty list")
    value = items.pop(position)
    ctx.state.boxes[box] = Items(tuple(items))
    return value


def _insert(ctx: Context, box: Box, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    items = list(_known_items(ctx, box, "insert()").items)
    items.insert(ctx.static(args[0], "the index of insert()"), args[1])
    ctx.state.boxes[box] = Items(tuple(items))
    return Static(None)


def _reverse(ctx: Context, box: Box, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    ctx.state.boxes[box] = Items(_known_items(ctx, box, "reverse()").items[::-1])
    return Static(None)


def _copy(ctx: Context, box: Box, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    return copied(ctx, box)


def copied(ctx: Context, box: Box) -> Box:
    """A shallow copy of a list or dict."""
    new = Box(box.cls)
    ctx.state.boxes[new] = ctx.state.content(box)
    return new


def _keys(ctx: Context, box: Box, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    content = ctx.state.content(box)
    assert isinstance(content, Items)
    return Tup(tuple(Static(key) for key in content.keys))


def _values(ctx: Context, box: Box, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    return Iter("values", (box,))


def _items(ctx: Context, box: Box, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    return Iter("items", (box,))


def _get(ctx: Context, box: Box, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    content = ctx.state.content(box)
    assert isinstance(content, Items)
    key = ctx.static(args[0], "a key of a dict")
    if key in content.keys:
        return content.items[content.keys.index(key)]
    return args[1] if len(args) > 1 else Static(None)


def _update(ctx: Context, box: Box, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    for other in args:
        inner = ctx.state.content(other) if isinstance(other, Box) and other.cls is dict else None
        if not isinstance(inner, Items):
            raise ctx.unsupported("AD170", f"update() with {describe(other)}", "update with a dict")
        for key, item in zip(inner.keys, inner.items):
            subscripts.store(ctx, box, [Static(key)], item)
    for key, item in kwargs.items():
        subscripts.store(ctx, box, [Static(key)], item)
    return Static(None)


_LIST_METHODS: dict[str, Callable[[Context, Box, list[Abs], dict[str, Abs]], Abs]] = {
    "append": _append,
    "extend": _extend,
    "pop": _pop,
    "insert": _insert,
    "reverse": _reverse,
    "copy": _copy,
}
_DICT_METHODS: dict[str, Callable[[Context, Box, list[Abs], dict[str, Abs]], Abs]] = {
    "keys": _keys,
    "values": _values,
    "items": _items,
    "get": _get,
    "update": _update,
    "copy": _copy,
}
