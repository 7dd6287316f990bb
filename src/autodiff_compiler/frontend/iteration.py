"""What can be iterated over, and how its items are asked for.

Python asks for an item when the consumer wants one, so nothing here is evaluated early.  `Steps` are asked one by one at compile
time, and a loop over them is unrolled; a `Sequence` has a run-time length and becomes a loop; `Pushed` items come out of loops
of their own, which run the consumer's body for each item.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from autodiff_compiler.diagnostics import UnsupportedError
from autodiff_compiler.frontend import values
from autodiff_compiler.frontend.classes import is_instance, special
from autodiff_compiler.frontend.context import Context, int_value
from autodiff_compiler.frontend.layout import through
from autodiff_compiler.frontend.scalars import describe
from autodiff_compiler.frontend.state import NameKey
from autodiff_compiler.frontend.values import (
    Abs,
    Box,
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
from autodiff_compiler.frontend.views import list_item, table_item
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.path import element
from autodiff_compiler.ir.types import Array
from autodiff_compiler.library.standard.iterators import from_next

GROWS = 100
"""By how many items a list may grow while an unrolled loop runs over it, before it is assumed to grow forever."""


@dataclass(frozen=True)
class Found:
    """The next item."""

    item: Abs


@dataclass(frozen=True)
class Perhaps:
    """It is known only at run time whether there is a next item; `found` asks for it if there is one."""

    there: Value
    found: Callable[[], Step]


Step = Found | Perhaps | None
"""The answer of an iterator that is asked for its next item; None: there is none, and it is not asked again."""


@dataclass(frozen=True)
class Steps:
    """Items that are asked for at compile time, each of them once: a loop over them is unrolled."""

    next: Callable[[], Step]
    boxes: tuple[Box, ...] = ()
    """Lists of run-time length among what is iterated over, which must keep their length meanwhile."""


@dataclass(frozen=True)
class Sequence:
    """A run-time sequence: `item(i)` for i in range(start, stop, step)."""

    start: Value
    stop: Value
    step: Value
    item: Callable[[Abs], Abs]
    bounds: Callable[[], range] | None = None
    """The range, where it can be known at compile time."""
    origin: tuple[int, int] | None = None
    """Start and step, where they are literals."""
    fixed: bool = False
    """Whether the bounds are literals, so that asking for them guards nothing."""
    hint: str = ""
    boxes: tuple[Box, ...] = ()
    computed: bool = False
    """Whether asking for an item runs code of the program."""
    past_end: Callable[[], None] | None = None
    """What runs when it is asked for an item after its last."""

    def range(self) -> tuple[Value, Value, Value]:
        return self.start, self.stop, self.step


Live = Callable[[NameKey], bool]


@dataclass(frozen=True)
class Pushed:
    """Items that come out of loops of their own: `run(body, live, unroll)` hands each to the body, inside these loops."""

    run: Callable[[Callable[[Abs], None], Live, bool], None]
    boxes: tuple[Box, ...] = ()


Items = Steps | Sequence | Pushed


def iterate(ctx: Context, x: Abs) -> Items:
    """`iter(x)`."""
    x = ctx.present(x)
    own = special(ctx, x, "__iter__")
    if own is not None:
        return _own_iterator(ctx, x, ctx.call(own, [], {}))
    if isinstance(x, Range):
        return _range(ctx, x)
    if isinstance(x, Ref) and isinstance(x.type, Array):
        return counted(ctx, ctx.b.dim(ctx.read(x), 0), lambda k: array_item(ctx, x, k))
    if isinstance(x, Listed):
        count = ctx.b.dim(ctx.read(x.ref), 0)
        return counted(ctx, count, lambda k: table_item(ctx, x, array_item(ctx, x.ref, k)))
    if isinstance(x, Tup):
        return steps(x.items)
    if isinstance(x, Box):
        return _box(ctx, x)
    if isinstance(x, DictView):
        return _dict(ctx, x.box, x.kind)
    if isinstance(x, Iter):
        return x.items
    if isinstance(x, Generator):
        return x.opened(ctx, x)
    if isinstance(x, Static):
        return steps(known_items(ctx, x))
    raise ctx.wrong("AD163", f"{describe(x)} is not iterable")


def _own_iterator(ctx: Context, x: Abs, iterator: Abs) -> Items:
    """What the user's `__iter__` returns."""
    if is_instance(iterator):
        if special(ctx, iterator, "__next__") is None:
            raise ctx.wrong("AD163", f"iter() returned {describe(iterator)}, which is no iterator")
        return iterate(ctx, ctx.call(Static(from_next), [iterator], {}))
    return iterate(ctx, iterator)


def steps(items: Iterable[Abs]) -> Steps:
    """Items that exist already, or that a Python generator makes when it is asked."""
    rest = iter(items)

    def step() -> Step:
        for item in rest:
            return Found(item)
        return None

    return Steps(step)


def then(step: Step, use: Callable[[Abs], Step]) -> Step:
    """The step that `use` makes from an item, if there is one."""
    if isinstance(step, Perhaps):
        found = step.found
        return Perhaps(step.there, lambda: then(found(), use))
    return None if step is None else use(step.item)


def mapped(iterable: Items, function: Callable[[Abs], Abs]) -> Items:
    """`function(item)` for each item, called when the item is asked for."""
    if isinstance(iterable, Steps):
        return Steps(lambda: then(iterable.next(), lambda item: Found(function(item))), iterable.boxes)
    if isinstance(iterable, Sequence):
        return replace(iterable, item=lambda i: function(iterable.item(i)), computed=True)
    return Pushed(
        lambda body, live, unroll: iterable.run(lambda item: body(function(item)), live, unroll), iterable.boxes
    )


# -- sequences of run time -------------------------------------------------------------------------------------------


def array_item(ctx: Context, ref: Ref, k: Abs) -> Abs:
    """`ref[k]`, k known to be in bounds."""
    b = ctx.b
    path, operands = element(), (ctx.value(k),)
    value = b.load(ctx.read(ref), path, operands)
    if isinstance(value.type, Array):
        inner = through(ref.layout, path, operands)
        return Ref(ref.cell, value.type, ref.path + path, ref.operands + operands, inner, ref.part)
    return Dyn(value)


def counted(
    ctx: Context,
    count: Value,
    item: Callable[[Abs], Abs],
    *,
    bounds: Callable[[], range] | None = None,
    boxes: tuple[Box, ...] = (),
    computed: bool = False,
    past_end: Callable[[], None] | None = None,
) -> Sequence:
    """`item(k)` for k from 0 to below `count`."""
    b = ctx.b
    return Sequence(
        b.const(0), count, b.const(1), item, bounds, (0, 1), hint="k", boxes=boxes, computed=computed, past_end=past_end
    )


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


def at(ctx: Context, sequence: Sequence, k: Abs) -> Abs:
    """The item number k of a sequence."""
    if sequence.origin == (0, 1):
        return sequence.item(k)
    start, step = sequence.origin or (0, 0)
    if isinstance(k, Static) and sequence.origin is not None:
        return sequence.item(Static(start + k.obj * step))
    b = ctx.b
    known = k.static if isinstance(k, Dyn) and sequence.origin is not None else None
    index = b.add(sequence.start, b.mul(ctx.value(k), sequence.step))
    return sequence.item(Dyn(index, known and (lambda: start + known() * step)))


def length(ctx: Context, sequence: Sequence) -> Value:
    """How many items a sequence has: max(0, ceil((stop - start) / step))."""
    b = ctx.b
    distance = b.sub(sequence.stop, sequence.start)
    rounded = b.neg(b.op("floordiv", b.neg(distance), sequence.step))
    return b.op("maximum", rounded, b.const(0))


def unrolled(sequence: Sequence) -> Steps:
    """A sequence whose bounds can be known, as items asked for one by one."""
    assert sequence.bounds is not None
    bounds = sequence.bounds()

    def items() -> Iterable[Abs]:
        for i in bounds:
            yield sequence.item(Static(i))
        if sequence.past_end is not None:
            sequence.past_end()

    return replace(steps(items()), boxes=sequence.boxes)


def stepped(ctx: Context, sequence: Sequence) -> Steps:
    """A run-time sequence that is asked for its items at compile time; whether there is one is known at run time."""
    if sequence.fixed:
        return unrolled(sequence)
    count = length(ctx, sequence)
    asked = 0

    def step() -> Step:
        nonlocal asked
        k, asked = asked, asked + 1
        there = ctx.b.compare("gt", count, ctx.b.const(k))
        return Perhaps(there, lambda: Found(at(ctx, sequence, Static(k))))

    return Steps(step, sequence.boxes)


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
        count = ctx.b.op("list_len", content.value)
        return counted(ctx, count, lambda k: _grown_item(ctx, x, k), boxes=(x,))
    return _list(ctx, x, len(content.items))


def _grown_item(ctx: Context, x: Box, k: Abs) -> Abs:
    now = ctx.state.content(x)
    assert isinstance(now, Grown)
    return list_item(ctx, ctx.b.op("list_get", now.value, ctx.value(k)))


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


def _dict(ctx: Context, box: Box, kind: str, *, backwards: bool = False) -> Steps:
    """The keys, values or items of a dict as they are when the next one is asked for."""
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


def length_changes(ctx: Context) -> UnsupportedError:
    return ctx.unsupported(
        "AD193", "a list or dict that changes its length while it is run over", "run over a copy: list(x)"
    )


def known_items(ctx: Context, x: Static) -> list[Abs]:
    """The items of an immutable object that is known at compile time."""
    obj: Any = x.obj
    if isinstance(obj, range | str | tuple | frozenset | enum.EnumMeta):
        return [ctx.captures.wrap(ctx, item) for item in obj]
    raise ctx.wrong("AD163", f"{describe(x)} is not iterable")


def backwards(ctx: Context, x: Abs) -> Items:
    """`reversed(x)`."""
    if isinstance(x, Tup):
        return steps(x.items[::-1])
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
    place = len(_now(ctx, x).items)

    def step() -> Step:
        nonlocal place
        items = _now(ctx, x).items
        place -= 1
        return Found(items[place]) if 0 <= place < len(items) else None

    return Steps(step)


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
