"""What can be iterated over."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any

from autodiff_compiler.frontend import kept_iterators, values
from autodiff_compiler.frontend.asking import (
    Found,
    Items,
    Sequence,
    Step,
    Steps,
    counted,
    length,
    length_changes,
    steps,
)
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.classes import is_instance, special
from autodiff_compiler.frontend.columns import of_items
from autodiff_compiler.frontend.container_items import item_at
from autodiff_compiler.frontend.context import Context, int_value
from autodiff_compiler.frontend.layout import through
from autodiff_compiler.frontend.scalars import describe
from autodiff_compiler.frontend.values import (
    Abs,
    DictView,
    Dyn,
    Generator,
    Grown,
    Iter,
    Listed,
    Range,
    Ref,
    Static,
    Tup,
)
from autodiff_compiler.frontend.views import table_item
from autodiff_compiler.ir.path import element
from autodiff_compiler.ir.types import Array
from autodiff_compiler.library.standard.iterators import from_next

GROWS = 100
"""By how many items a list may grow while an unrolled loop runs over it, before it is assumed to grow forever."""


def iterate(ctx: Context, x: Abs) -> Items:
    """`iter(x)`."""
    x = ctx.present(x)
    own = special(ctx, x, "__iter__")
    if own is not None:
        return _own_iterator(ctx, x, ctx.call(own, [], {}))
    if isinstance(x, Range):
        return _range(ctx, x)
    if isinstance(x, Ref) and isinstance(x.type, Array):
        return _counted_along(ctx, x, lambda k: array_item(ctx, x, k))
    if isinstance(x, Listed):
        return _counted_along(ctx, x.ref, lambda k: table_item(ctx, x, array_item(ctx, x.ref, k)))
    if isinstance(x, Tup):
        return steps(x.items).with_columns(of_items(ctx, x.items, None))
    if isinstance(x, Box):
        return _box(ctx, x)
    if isinstance(x, DictView):
        return _dict(ctx, x.box, x.kind)
    if isinstance(x, Iter):
        return x.items if x.items is not None else kept_iterators.opened(ctx, x)
    if isinstance(x, Generator):
        return x.opened(ctx, x)
    if isinstance(x, Static):
        items = known_items(ctx, x)
        return steps(items).with_columns(of_items(ctx, tuple(items), None))
    raise ctx.wrong("AD163", f"{describe(x)} is not iterable")


def _own_iterator(ctx: Context, x: Abs, iterator: Abs) -> Items:
    """What the user's `__iter__` returns."""
    if is_instance(iterator):
        if special(ctx, iterator, "__next__") is None:
            raise ctx.wrong("AD163", f"iter() returned {describe(iterator)}, which is no iterator")
        return iterate(ctx, ctx.call(Static(from_next), [iterator], {}))
    return iterate(ctx, iterator)


TOLD_APART = 256
"""The items of an array of more than so many are not told apart, though their number is known."""


def _counted_along(ctx: Context, ref: Ref, item: Callable[[Abs], Abs]) -> Sequence:
    """One item for each place along the first axis of an array."""
    count = ctx.extent(ref, 0)
    if not isinstance(count, Static) or count.obj > TOLD_APART:
        return counted(ctx, ctx.value(count), item)
    return counted(ctx, ctx.value(count), item, bounds=lambda: range(count.obj), fixed=True)


# -- sequences known only at run time ------------------------------------------------------------------------------


def array_item(ctx: Context, ref: Ref, k: Abs) -> Abs:
    """`ref[k]`, k known to be in bounds."""
    b = ctx.b
    path, operands = element(), (ctx.value(k),)
    value = b.load(ctx.read(ref), path, operands)
    if isinstance(value.type, Array):
        inner = through(ref.layout, path, operands)
        return Ref(ref.cell, value.type, ref.path + path, ref.operands + operands, inner, ref.part)
    return Dyn(value)


def _range(ctx: Context, x: Range) -> Sequence:
    b = ctx.b
    parts = (x.start, x.stop, x.step)
    start, stop, step = (int_value(ctx, part, "an argument of range") for part in parts)
    if isinstance(x.step, Static):
        if x.step.obj == 0:
            raise ctx.wrong("AD164", "range() arg 3 must not be zero")
    else:
        nonzero = b.compare("ne", step, b.const(0))
        b.emit("check", (nonzero,), {"error": "ValueError", "message": ("range() arg 3 must not be zero",)})
    known = all(isinstance(p, Static) or (isinstance(p, Dyn) and p.static is not None) for p in parts)
    origin = (int(x.start.obj), int(x.step.obj)) if isinstance(x.start, Static) and isinstance(x.step, Static) else None

    def bounds() -> range:
        return range(*(int(ctx.static(p, "a bound of a loop that must be unrolled")) for p in parts))

    fixed = all(isinstance(p, Static) for p in parts)
    return Sequence(start, stop, step, lambda i: i, bounds if known else None, origin, fixed)


# -- lists, dicts and what is known ----------------------------------------------------------------------------------


def _box(ctx: Context, x: Box) -> Items:
    if x.cls is dict:
        return _dict(ctx, x, "keys")
    if x.cls is not list and special(ctx, x, "__getitem__") is not None:
        raise ctx.unsupported(
            "AD163",
            f"running over a {x.cls.__name__} by its `__getitem__`",
            "define __iter__, or loop over its indices",
        )
    if x.cls is not list:
        raise ctx.wrong("AD163", f"TypeError: '{x.cls.__name__}' object is not iterable")
    content = ctx.state.content(x)
    if isinstance(content, Grown):
        count = ctx.b.op("list_len", content.columns[0])
        return counted(ctx, count, lambda k: _grown_item(ctx, x, k), boxes=(x,))
    return _list(ctx, x, len(content.items)).with_columns(of_items(ctx, content.items, x))


def _grown_item(ctx: Context, x: Box, k: Abs) -> Abs:
    now = ctx.state.content(x)
    assert isinstance(now, Grown)
    return item_at(ctx, now, ctx.value(k))


def _list(ctx: Context, box: Box, first_length: int) -> Steps:
    """The items of a list, found by their position in the list as it is when the next one is asked for."""
    place = 0

    def step() -> Step:
        nonlocal place
        items = _now(ctx, box).items
        if place >= len(items):
            return None
        if len(items) > first_length + GROWS:
            raise length_changes(ctx)
        place += 1
        return Found(items[place - 1])

    return Steps(step)


def _now(ctx: Context, box: Box) -> values.Items:
    content = ctx.state.content(box)
    if isinstance(content, Grown):
        raise length_changes(ctx)
    return content


def _dict(ctx: Context, box: Box, kind: str, *, backwards: bool = False) -> Items:
    """The keys, values or items of a dict as they are when the next one is asked for."""
    if isinstance(content := ctx.state.content(box), Grown):
        return _keyed(ctx, box, content, kind, backwards)
    keys = _now(ctx, box).keys
    order = iter(range(len(keys))[::-1] if backwards else range(len(keys)))

    def step() -> Step:
        content = _now(ctx, box)
        if content.keys != keys:
            raise length_changes(ctx)
        for i in order:
            key, item = Static(keys[i]), content.items[i]
            return Found(key if kind == "keys" else item if kind == "values" else Tup((key, item)))
        return None

    return Steps(step)


def _keyed(ctx: Context, box: Box, content: Grown, kind: str, backwards: bool) -> Items:
    """Those of a dict whose keys the run decides."""
    count = ctx.b.op("list_len", content.columns[0])

    def item(k: Abs) -> Abs:
        place = ctx.value(k)
        found = _grown_item(ctx, box, Dyn(ctx.b.sub(ctx.b.sub(count, place), ctx.b.const(1))) if backwards else k)
        assert isinstance(found, Tup)
        return found if kind == "items" else found.items[kind == "values"]

    return counted(ctx, count, item, boxes=(box,))


def known_items(ctx: Context, x: Static) -> list[Abs]:
    """The items of an immutable object that is known at compile time."""
    obj: Any = x.obj
    if isinstance(obj, range | str | tuple | frozenset | enum.EnumMeta):
        return [ctx.captures.wrap(ctx, item) for item in obj]
    raise ctx.wrong("AD163", f"{describe(x)} is not iterable")


def backwards(ctx: Context, x: Abs) -> Items:
    """`reversed(x)`."""
    if isinstance(x, Tup):
        return steps(x.items[::-1]).with_columns(of_items(ctx, x.items, None, backwards=True))
    if isinstance(x, Static) and not isinstance(x.obj, frozenset):
        return steps(known_items(ctx, x)[::-1])
    if isinstance(x, DictView):
        return _dict(ctx, x.box, x.kind, backwards=True)
    if isinstance(x, Box) and x.cls is dict:
        return _dict(ctx, x, "keys", backwards=True)
    if isinstance(x, Range):
        return _range_backwards(ctx, x)
    if not isinstance(x, Ref | Box):
        raise ctx.wrong("AD163", f"{describe(x)} is not reversible")
    inner = iterate(ctx, x)
    if isinstance(inner, Sequence):
        b, count = ctx.b, inner.stop
        last = b.sub(count, b.const(1))
        return counted(ctx, count, lambda k: inner.item(Dyn(b.sub(last, ctx.value(k)))), boxes=inner.boxes)
    assert isinstance(x, Box)
    present = _now(ctx, x).items
    place = len(present)

    def step() -> Step:
        nonlocal place
        items = _now(ctx, x).items
        place -= 1
        return Found(items[place]) if 0 <= place < len(items) else None

    return Steps(step).with_columns(of_items(ctx, present, x, backwards=True))


def _range_backwards(ctx: Context, x: Range) -> Sequence:
    inner = _range(ctx, x)
    b = ctx.b
    if inner.origin is not None and inner.origin[1] == 1:
        one = b.const(1)
        start, stop, step = b.sub(inner.stop, one), b.sub(inner.start, one), b.const(-1)
    else:
        last = b.sub(length(ctx, inner), b.const(1))
        start = b.add(inner.start, b.mul(last, inner.step))
        stop, step = b.sub(inner.start, inner.step), b.neg(inner.step)
    bounds = inner.bounds
    return Sequence(start, stop, step, inner.item, bounds and (lambda: bounds()[::-1]), fixed=inner.fixed)
