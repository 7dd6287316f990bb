"""Lists and tuples of known length whose items are alike, as a loop reads them: by columns.

The items of `[(0.5, 2), (1.5, 3), …]` are tuples of a float and an int, so its columns are a list of floats and one of ints, and
item `k` is made of what they hold at `k`.  A container from outside has arrays for columns, which are hidden parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from autodiff_compiler.frontend.asking import Columns, Sequence, counted, length_changes
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.scalars import is_scalar, scalar_type, scalar_value
from autodiff_compiler.frontend.values import Abs, Dyn, Items, Static, Tup, same
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.types import Array, ListOf, Scalar

ALIKE = 8
"""How many items that are alike get code of their own."""
Keys = tuple[object, ...]
"""The way from an item to a number in it: the keys of the containers in between."""


@dataclass(frozen=True)
class _Number:
    """The numbers of one place in all items."""

    where: Keys
    type: Scalar


@dataclass(frozen=True)
class _Row:
    """A container of its own in each item."""

    cls: type
    keys: Keys
    parts: tuple[_Form, ...]


_Form = _Number | _Row
"""What all items have in common."""


def of_items(ctx: Context, items: tuple[Abs, ...], box: Box | None, *, backwards: bool = False) -> Columns | None:
    """How a loop may run over these items, which are what `box` holds; None where they are not alike."""
    if len(items) <= ALIKE or not ctx.compact.allowed:
        return None
    form = _form(ctx, items[0], ())
    if form is None or any(_form(ctx, item, ()) != form for item in items[1:]):
        return None
    if not all(_is_known(ctx, leaf) for item in items for leaf in _leaves(ctx, item)):
        return None
    return Columns(len(items), lambda: _sequence(ctx, items, box, form, backwards))


def _form(ctx: Context, item: Abs, where: Keys) -> _Form | None:
    if is_scalar(item):
        type_ = scalar_type(item)
        return None if type_.dtype.is_bool else _Number(where, type_)
    content = _content(ctx, item)
    if content is None:
        return None
    cls = item.cls if isinstance(item, Tup | Box) else tuple
    keys: Keys = content.keys if cls is dict else tuple(range(len(content.items)))
    found = [_form(ctx, part, (*where, key)) for part, key in zip(content.items, keys)]
    parts = tuple(part for part in found if part is not None)
    return _Row(cls, content.keys, parts) if len(parts) == len(found) else None


def _content(ctx: Context, item: Abs) -> Items | None:
    """What a tuple holds, or a list or dict that nothing can write to: what a loop makes of columns is not the object itself."""
    if isinstance(item, Tup):
        return Items(item.items, item.keys)
    if isinstance(item, Box) and item.cls in (list, dict) and not item.local:
        content = ctx.state.content_if_any(item)
        return content if isinstance(content, Items) else None
    return None


def _leaves(ctx: Context, item: Abs) -> Iterator[Abs]:
    content = _content(ctx, item)
    for part in (item,) if content is None else content.items:
        if content is None:
            yield part
        else:
            yield from _leaves(ctx, part)


def _is_known(ctx: Context, leaf: Abs) -> bool:
    """Whether a number is a literal or given from outside.  What the program computes has code for each number already; NaN is
    equal to itself only where it is the same object, which a number that is read is not."""
    if isinstance(leaf, Static):
        return bool(leaf.obj == leaf.obj)
    return isinstance(leaf, Dyn) and leaf.value in ctx.given


def _sequence(ctx: Context, items: tuple[Abs, ...], box: Box | None, form: _Form, backwards: bool) -> Sequence:
    rows = [tuple(_leaves(ctx, item)) for item in items]
    name = (box.name if box is not None else "") or "items"
    columns = {
        number: _column(ctx, items, number, [row[place] for row in rows], name)
        for place, number in enumerate(_numbers(form))
    }
    last = len(items) - 1

    def item(k: Abs) -> Abs:
        if box is not None and not _holds(ctx, box, items):
            raise length_changes(ctx)
        place = k if not backwards else Dyn(ctx.b.sub(ctx.b.const(last), ctx.value(k)))
        return _made(ctx, form, columns, ctx.value(place), k.static if isinstance(k, Dyn) else None)

    return counted(ctx, ctx.b.const(len(items)), item, bounds=lambda: range(len(items)))


def _holds(ctx: Context, box: Box, items: tuple[Abs, ...]) -> bool:
    """Whether a list still holds these items: the columns were read before the loop."""
    content = ctx.state.content_if_any(box)
    return isinstance(content, Items) and len(content.items) == len(items) and all(map(same, content.items, items))


def _numbers(form: _Form) -> Iterator[_Number]:
    if isinstance(form, _Number):
        yield form
    else:
        for part in form.parts:
            yield from _numbers(part)


def _column(ctx: Context, items: tuple[Abs, ...], number: _Number, leaves: list[Abs], name: str) -> Value:
    """These numbers of the items as an array or a list that is there before the program begins."""
    outside = ctx.captures.column(ctx, items, number.where, number.type)
    if outside is not None:
        return outside
    key = (number.type, *map(_identity, leaves))
    if key not in ctx.columns:
        b = ctx.first
        with b.at(ctx.b.span):
            values = [scalar_value(b, leaf) for leaf in leaves]
            name = "_".join(map(str, (name, *number.where)))
            ctx.columns[key] = b.op("list_new", *values, type=ListOf(number.type), name=name)
    return ctx.columns[key]


def _identity(leaf: Abs) -> object:
    return leaf.value if isinstance(leaf, Dyn) else repr(leaf.obj) if isinstance(leaf, Static) else leaf


def _made(
    ctx: Context, form: _Form, columns: dict[_Number, Value], k: Value, static: Callable[[], object] | None
) -> Abs:
    """The item at `k`; where one of its numbers must be known when compiling, the loop is no loop after all."""
    if isinstance(form, _Number):
        column = columns[form]
        if isinstance(column.type, Array):
            return Dyn(ctx.b.cast(ctx.b.element(column, k), form.type), static)
        return Dyn(ctx.b.op("list_get", column, k), static)
    parts = tuple(_made(ctx, part, columns, k, static) for part in form.parts)
    if issubclass(form.cls, tuple):
        return Tup(parts, form.cls, tuple(map(str, form.keys)))
    # A container of the caller is not asked for its identity.
    box = Box(form.cls, local=False)
    ctx.state.boxes[box] = Items(parts, form.keys)
    return box
