"""Items of lists, tuples and dicts: read and written by their position or key."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from autodiff_compiler.diagnostics import did_you_mean
from autodiff_compiler.frontend import keyed_dicts, rows
from autodiff_compiler.frontend.asking import length_changes
from autodiff_compiler.frontend.boxes import Box, which
from autodiff_compiler.frontend.context import Context, int_value
from autodiff_compiler.frontend.references import grown
from autodiff_compiler.frontend.scalars import describe, is_scalar, join_scalars, scalar_value
from autodiff_compiler.frontend.values import (
    Abs,
    Dyn,
    Grown,
    Index,
    Items,
    Range,
    Ref,
    SliceParts,
    Static,
    Tup,
    Unroll,
)
from autodiff_compiler.frontend.views import list_item
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.opset import require
from autodiff_compiler.ir.types import ListOf, Scalar
from autodiff_compiler.library.standard import growing, keyed, ordering


def key_of(ctx: Context, x: Abs) -> Any:
    """A key of a dict: known when compiling, and hashable."""
    key = ctx.static(x, "a key of a dict")
    try:
        hash(key)
    except TypeError as error:
        raise ctx.wrong("AD171", f"TypeError: {error}") from error
    return key


def load(ctx: Context, base: Box | Tup | Static | Range, index: Index) -> Abs:
    if isinstance(base, Static):
        if isinstance(index, SliceParts):
            return _static_item(ctx, ctx.immutable(base.obj, "a slice"), slice(*_bounds(ctx, index)))
        return _static_item(ctx, ctx.immutable(base.obj, "an item"), ctx.static(index, "an index"))
    if isinstance(base, Range):
        raise ctx.unsupported("AD129", "indexing a range", "compute the value: start + i * step")
    if isinstance(base, Tup):
        return _sequence_item(ctx, base.items, index, None)
    content = ctx.state.content(base)
    if base.cls not in (list, dict):
        raise ctx.wrong("AD121", f"a {base.cls.__name__} cannot be indexed")
    if base.cls is dict:
        if isinstance(index, SliceParts):
            raise ctx.wrong("AD130", "a dict cannot be sliced")
        if keyed_dicts.is_one(ctx, base, index):
            return keyed_dicts.asked(ctx, base, keyed.found, index)
        assert isinstance(content, Items)
        key = key_of(ctx, index)
        if key not in content.keys:
            raise ctx.wrong(
                "AD131", f"the dict has no key {key!r}; it has {list(content.keys)}", _nearest(key, content.keys)
            )
        return content.items[content.keys.index(key)]
    if isinstance(index, SliceParts) and (isinstance(content, Grown) or _is_of_run_time(ctx, base, index)):
        bounds = [Static(None) if part is None else part for part in (index.start, index.stop, index.step)]
        return ctx.call(Static(ordering.sliced), [base, *bounds], {})
    if isinstance(content, Grown):
        return _grown_item(ctx, content, index)
    return _sequence_item(ctx, content.items, index, base)


def _is_of_run_time(ctx: Context, box: Box, index: SliceParts) -> bool:
    """Whether only the run knows which items a slice selects, and they can be in a list of the run."""
    parts = (index.start, index.stop, index.step)
    return (
        any(isinstance(part, Dyn) and part.static is None for part in parts)
        and grown(ctx.b, ctx.state, box) is not None
    )


def _static_item(ctx: Context, obj: Any, key: Any) -> Abs:
    try:
        return ctx.captures.wrap(ctx, obj[key])
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise ctx.wrong("AD132", f"{type(error).__name__}: {error}") from error


def _bounds(ctx: Context, index: SliceParts) -> list[int | None]:
    """The parts of a slice of a list, tuple or string."""
    parts = [None if p is None else ctx.static(p, "a slice bound") for p in (index.start, index.stop, index.step)]
    for part in parts:
        if part is not None and not isinstance(part, int | np.integer):
            raise ctx.wrong("AD133", f"slice indices must be integers, not {type(part).__name__}")
    if parts[2] == 0:
        raise ctx.wrong("AD133", "slice step cannot be zero")
    return parts


def _sequence_item(ctx: Context, items: tuple[Abs, ...], index: Index, box: Box | None) -> Abs:
    if isinstance(index, SliceParts):
        chosen = list(items[slice(*_bounds(ctx, index))])
        return Tup(tuple(chosen)) if box is None else ctx.new_list(chosen)
    if isinstance(index, Dyn) and index.static is None:
        return _run_time_item(ctx, items, index)
    try:
        position = ctx.static(index, "an index of a list or tuple")
    except Unroll:
        if _one_scalar_type(items):
            return _run_time_item(ctx, items, index)
        raise
    if not isinstance(position, int | np.integer):
        raise ctx.wrong("AD133", f"{_kind(box)} indices must be integers, not {type(position).__name__}")
    if not -len(items) <= position < len(items):
        raise ctx.wrong("AD134", f"{_kind(box)} index {position} out of range for {len(items)} items")
    return items[position]


def _kind(box: Box | None) -> str:
    return "tuple" if box is None else "list"


def _one_scalar_type(items: tuple[Abs, ...]) -> bool:
    return bool(items) and all(is_scalar(item) for item in items)


def _run_time_item(ctx: Context, items: tuple[Abs, ...], index: Index) -> Abs:
    """An item at a run-time index: all items must be of one type, and the result is a value of its own."""
    content = grown(ctx.b, ctx.state, ctx.new_list(list(items)))
    if content is None:
        raise ctx.unsupported(
            "AD135",
            "an index known only at run time into a list whose items are not of one type",
            "loop over the list itself, or keep the items in one array",
        )
    return _grown_item(ctx, content, index)


def _grown_item(ctx: Context, content: Grown, index: Index) -> Abs:
    assert not isinstance(index, SliceParts)
    position = int_value(ctx, index, "a list index")
    require(ctx.b, "list_get", content.columns[0], position)
    return item_at(ctx, content, position)


def item_at(ctx: Context, content: Grown, position: Value) -> Abs:
    """An item at a position that there is."""
    found = (list_item(ctx, ctx.b.op("list_get", column, position)) for column in content.columns)
    return rows.made(ctx.state, content.form, found)


def own(ctx: Context, box: Box, *, same_length: bool = False) -> Items | Grown:
    """The content of a list or dict that is about to be changed."""
    if box in ctx.iterating and not same_length:
        raise length_changes(ctx)
    check_is_one(ctx, box)
    if not box.local:
        raise ctx.unsupported(
            "AD138",
            f"a change to a {box.cls.__name__} that belongs to the caller, or is in a list that grows at run time",
            "copy it first: items = list(items), params = dict(params)",
        )
    ctx.state.note_write(box)
    return ctx.state.content(box)


def check_is_one(ctx: Context, box: Box) -> None:
    """Before a write: it must be known to which object."""
    if box.merged:
        raise ctx.unsupported("AD102", f"a write to {which(box)}", "write to each on its own path, or to a copy")


def store(ctx: Context, box: Box, index: Index, value: Abs) -> None:
    value = ctx.kept(value)
    if _holds(ctx, box, index, value):
        return  # the end of `items[k] += …`: the object that was changed in place is there already
    content = own(ctx, box, same_length=True)
    if box.cls not in (list, dict):
        raise ctx.wrong("AD122", f"a {box.cls.__name__} does not support item assignment")
    if box.cls is dict:
        if isinstance(index, SliceParts):
            raise ctx.wrong("AD130", "a dict has no slices")
        if keyed_dicts.is_one(ctx, box, index):
            keyed_dicts.changed(ctx, box, keyed.put, index, value)
            return
        assert isinstance(content, Items)
        key = key_of(ctx, index)
        if key in content.keys:
            position = content.keys.index(key)
            ctx.state.boxes[box] = replace(content, items=_replaced(content.items, position, value))
        else:
            ctx.state.boxes[box] = Items((*content.items, value), (*content.keys, key))
        return
    if isinstance(index, SliceParts):
        _store_slice(ctx, box, content, index, value)
        return
    if isinstance(content, Items):
        if _run_time(index):
            known = grown(ctx.b, ctx.state, box)
            if known is None:
                raise ctx.unsupported(
                    "AD135",
                    "an index known only at run time into a list whose items are not of one type",
                    "keep the items in one array",
                )
            content = known
        else:
            position = _position(ctx, index, "an index of a list that is written")
            if not -len(content.items) <= position < len(content.items):
                raise ctx.wrong(
                    "AD134", f"list assignment index {position} out of range for {len(content.items)} items"
                )
            items = _replaced(content.items, position % len(content.items), value)
            ctx.state.boxes[box] = replace(content, items=items)
            return
    _store_grown(ctx, box, content, index, value)


def _position(ctx: Context, index: Abs, what: str) -> int:
    position = ctx.static(index, what)
    if not isinstance(position, int | np.integer):
        raise ctx.wrong("AD133", f"list indices must be integers, not {type(position).__name__}")
    return int(position)


def _store_slice(ctx: Context, box: Box, content: Items | Grown, index: SliceParts, value: Abs) -> None:
    """`items[a:b] = value`, with any number of items in the value."""
    new = None
    if isinstance(content, Items) and isinstance(value, Tup):
        new = value.items
    elif isinstance(content, Items) and isinstance(value, Box) and value.cls is list:
        given = ctx.state.content(value)
        new = given.items if isinstance(given, Items) else None
    if new is None or not isinstance(content, Items):
        raise ctx.unsupported(
            "AD137",
            "assignment to a slice of a list, other than of a list or tuple of known length",
            "assign the items one by one, or use an array",
        )
    items = list(content.items)
    try:
        items[slice(*_bounds(ctx, index))] = new
    except ValueError as error:
        raise ctx.wrong("AD171", f"ValueError: {error}") from error
    ctx.state.boxes[box] = Items(tuple(items))


def delete(ctx: Context, box: Box, index: Index) -> None:
    """`del box[index]`."""
    content = own(ctx, box)
    if box.cls is dict and not isinstance(index, SliceParts) and keyed_dicts.is_one(ctx, box, index):
        keyed_dicts.changed(ctx, box, keyed.take_out, index)
        return
    if isinstance(content, Grown):
        if isinstance(index, SliceParts):
            raise ctx.unsupported(
                "AD174", "`del` of a slice of a list that grows at run time", "make a list of what stays"
            )
        rest = ctx.call(Static(growing.deleted), [box, index], {})
        assert isinstance(rest, Box)
        ctx.state.boxes[box] = ctx.state.content(rest)
        return
    items, keys = list(content.items), list(content.keys)
    if box.cls is dict:
        if isinstance(index, SliceParts):
            raise ctx.wrong("AD130", "a dict has no slices")
        key = key_of(ctx, index)
        if key not in keys:
            raise ctx.wrong("AD131", f"the dict has no key {key!r}; it has {keys}")
        position = keys.index(key)
        del items[position], keys[position]
    elif isinstance(index, SliceParts):
        del items[slice(*_bounds(ctx, index))]
    else:
        position = _position(ctx, index, "the index of `del`")
        if not -len(items) <= position < len(items):
            raise ctx.wrong("AD134", f"list assignment index {position} out of range for {len(items)} items")
        del items[position]
    ctx.state.boxes[box] = Items(tuple(items), tuple(keys))


def _holds(ctx: Context, box: Box, index: Index, value: Abs) -> bool:
    """Whether a list or dict has this very object at this place."""
    content = ctx.state.content(box)
    if box.cls is dict and not isinstance(index, SliceParts) and keyed_dicts.is_one(ctx, box, index):
        return False
    if isinstance(content, Grown) or isinstance(index, SliceParts) or _run_time(index):
        return False
    key = ctx.static(index, "an index")
    if box.cls is dict:
        return key in content.keys and content.items[content.keys.index(key)] is value
    return isinstance(key, int) and -len(content.items) <= key < len(content.items) and content.items[key] is value


def _run_time(index: Index) -> bool:
    return isinstance(index, Dyn) and index.static is None


def _nearest(key: Any, keys: Iterable[Any]) -> str | None:
    return did_you_mean(key, [k for k in keys if isinstance(k, str)]) if isinstance(key, str) else None


def _replaced(items: tuple[Abs, ...], position: int, value: Abs) -> tuple[Abs, ...]:
    return (*items[:position], value, *items[position + 1 :])


def _store_grown(ctx: Context, box: Box, content: Grown, index: Index, value: Abs) -> None:
    assert not isinstance(index, SliceParts)
    position = int_value(ctx, index, "a list index")
    require(ctx.b, "list_set", content.columns[0], position)
    columns = [
        ctx.b.op("list_set", column, position, element, name=column.name)
        for column, element in zip(content.columns, _elements(ctx, content, value))
    ]
    ctx.state.boxes[box] = replace(content, columns=tuple(columns))


def append(ctx: Context, box: Box, value: Abs) -> None:
    """`box.append(value)`."""
    value = ctx.kept(value)
    content = own(ctx, box)
    if isinstance(content, Items):
        ctx.state.boxes[box] = Items((*content.items, value))
        return
    columns = [
        ctx.b.op("list_append", column, element, name=column.name)
        for column, element in zip(content.columns, _elements(ctx, content, value))
    ]
    ctx.state.boxes[box] = replace(content, columns=tuple(columns))


def _elements(ctx: Context, content: Grown, value: Abs) -> list[Value]:
    """What an item adds to each list that holds the items."""
    if content.form is not None and rows.form_of(ctx.state, value) != content.form:
        raise ctx.unsupported(
            "AD139",
            f"{describe(value)} in a list of other things, which grows at run time",
            "give all its items one form",
        )
    elements = [value] if content.form is None else list(rows.leaves(ctx.state, value))
    rows.keep(ctx.state, value)
    return [_element(ctx, column, leaf) for column, leaf in zip(content.columns, elements)]


def _element(ctx: Context, column: Value, value: Abs) -> Value:
    """A number or array as an element of a growable list."""
    if isinstance(value, Ref):
        ctx.state.escaped[value.cell] = ctx.b.span
        element: Value = ctx.read(value)
    else:
        element = ctx.value(value, "an element of a list")
    assert isinstance(column.type, ListOf)
    type_ = column.type.element
    if isinstance(type_, Scalar) and isinstance(element.type, Scalar):
        statics = [value.obj] if isinstance(value, Static) else []
        joined, _ = join_scalars([type_, element.type], statics)
        if joined is not None and joined.dtype == type_.dtype:
            element = scalar_value(ctx.b, Dyn(element) if isinstance(value, Ref) else value, type_)
    if element.type != type_:
        raise ctx.unsupported(
            "AD139",
            f"{element.type} in a list of {type_}, which grows at run time",
            "give all its items one type: [0.0] * n for floats",
        )
    return element
