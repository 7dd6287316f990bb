"""Items of lists, tuples and dicts: read and written by their position or key."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from autodiff_compiler.diagnostics import did_you_mean
from autodiff_compiler.frontend.context import Context, int_value
from autodiff_compiler.frontend.scalars import is_scalar, scalar_value
from autodiff_compiler.frontend.values import Abs, Box, Dyn, Grown, Index, Items, Range, Ref, Slice, Static, Tup, Unroll
from autodiff_compiler.frontend.views import list_item
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.types import Scalar


def load(ctx: Context, base: Box | Tup | Static | Range, index: Index) -> Abs:
    if isinstance(base, Static):
        if isinstance(index, Slice):
            parts = [
                None if p is None else ctx.static(p, "a slice bound") for p in (index.start, index.stop, index.step)
            ]
            return ctx.captures.wrap(ctx, ctx.immutable(base.obj, "a slice")[slice(*parts)])
        return _static_item(ctx, ctx.immutable(base.obj, "an item"), ctx.static(index, "an index"))
    if isinstance(base, Range):
        raise ctx.unsupported("AD129", "indexing a range", "compute the value: start + i * step")
    if isinstance(base, Tup):
        return _sequence_item(ctx, base.items, index, None)
    content = ctx.state.content(base)
    if base.cls is dict:
        assert isinstance(content, Items)
        if isinstance(index, Slice):
            raise ctx.wrong("AD130", "a dict cannot be sliced")
        key = ctx.static(index, "a key of a dict")
        if key not in content.keys:
            raise ctx.wrong(
                "AD131", f"the dict has no key {key!r}; it has {list(content.keys)}", _nearest(key, content.keys)
            )
        return content.items[content.keys.index(key)]
    if isinstance(content, Grown):
        return _grown_item(ctx, content.value, index)
    return _sequence_item(ctx, content.items, index, base)


def _static_item(ctx: Context, obj: Any, key: Any) -> Abs:
    try:
        return ctx.captures.wrap(ctx, obj[key])
    except (KeyError, IndexError, TypeError) as error:
        raise ctx.wrong("AD132", f"{type(error).__name__}: {error}") from error


def _sequence_item(ctx: Context, items: tuple[Abs, ...], index: Index, box: Box | None) -> Abs:
    if isinstance(index, Slice):
        parts = [None if p is None else ctx.static(p, "a slice bound") for p in (index.start, index.stop, index.step)]
        chosen = list(items[slice(*parts)])
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
    value = ctx.as_grown(ctx.new_list(list(items)))
    if value is None:
        raise ctx.unsupported(
            "AD135",
            "an index known only at run time into a list whose items are not of one type",
            "loop over the list itself, or keep the items in one array",
        )
    return _grown_item(ctx, value, index)


def _grown_item(ctx: Context, items: Value, index: Index) -> Abs:
    b = ctx.b
    if isinstance(index, Slice):
        raise ctx.unsupported(
            "AD136", "a slice of a list that grows at run time", "turn it into an array: np.array(items)"
        )
    position = int_value(ctx, index, "a list index")
    b.emit("check_index", (position, b.op("list_len", items)))
    return list_item(ctx, b.op("list_get", items, position))


def store(ctx: Context, box: Box, index: list[Index], value: Abs) -> None:
    content = ctx.state.content(box)
    if len(index) != 1 or isinstance(index[0], Slice):
        raise ctx.unsupported(
            "AD137", "assignment to a slice of a list", "assign the items one by one, or use an array"
        )
    if not box.local:
        raise ctx.unsupported(
            "AD138", "a write into a container that belongs to the caller", "copy it first, e.g. params = dict(params)"
        )
    if box.cls is dict:
        assert isinstance(content, Items)
        key = ctx.static(index[0], "a key of a dict")
        if key in content.keys:
            position = content.keys.index(key)
            ctx.state.boxes[box] = replace(content, items=_replaced(content.items, position, value))
        else:
            ctx.state.boxes[box] = Items((*content.items, value), (*content.keys, key))
        return
    if isinstance(content, Items):
        if _run_time(index[0]):
            grown = ctx.as_grown(box)
            if grown is None:
                raise ctx.unsupported(
                    "AD135",
                    "an index known only at run time into a list whose items are not of one type",
                    "keep the items in one array",
                )
            content = Grown(grown)
        else:
            position = ctx.static(index[0], "an index of a list that is written")
            if not -len(content.items) <= position < len(content.items):
                raise ctx.wrong(
                    "AD134", f"list assignment index {position} out of range for {len(content.items)} items"
                )
            items = _replaced(content.items, position % len(content.items), value)
            ctx.state.boxes[box] = replace(content, items=items)
            return
    _store_grown(ctx, box, content, index[0], value)


def _run_time(index: Index) -> bool:
    return isinstance(index, Dyn) and index.static is None


def _nearest(key: Any, keys: Iterable[Any]) -> str | None:
    return did_you_mean(key, [k for k in keys if isinstance(k, str)]) if isinstance(key, str) else None


def _replaced(items: tuple[Abs, ...], position: int, value: Abs) -> tuple[Abs, ...]:
    return (*items[:position], value, *items[position + 1 :])


def _store_grown(ctx: Context, box: Box, content: Grown, index: Index, value: Abs) -> None:
    b = ctx.b
    assert not isinstance(index, Slice)
    position = int_value(ctx, index, "a list index")
    b.emit("check_index", (position, b.op("list_len", content.value)))
    item = list_element(ctx, content, value)
    ctx.state.boxes[box] = Grown(b.op("list_set", content.value, position, item, name=content.value.name))


def list_element(ctx: Context, content: Grown, value: Abs) -> Value:
    """A value as an element of a growable list."""
    if isinstance(value, Ref):
        ctx.state.escaped[value.cell] = ctx.b.span
        element: Value = ctx.read(value)
    else:
        element = ctx.value(value, "an element of a list")
    type_ = content.element
    if isinstance(type_, Scalar) and isinstance(element.type, Scalar):
        element = scalar_value(ctx.b, Dyn(element) if isinstance(value, Ref) else value, type_)
    if element.type != type_:
        raise ctx.unsupported(
            "AD139", f"{element.type} in a list of {type_}, which grows at run time", "give all its items one type"
        )
    return element
