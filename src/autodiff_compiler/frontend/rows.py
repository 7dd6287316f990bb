"""Lists of tuples, or of short lists, whose length the run decides: an IR list for each number, or array, of an item.

    events.append((t, v))        events_0 = list_append events_0, t;  events_1 = list_append events_1, v

A list that is an item is not written to any more: what is read is made again, and a write to the one would not show in the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from autodiff_compiler.frontend.scalars import is_scalar
from autodiff_compiler.frontend.state import State
from autodiff_compiler.frontend.values import Abs, Box, Form, Grown, Items, Ref, Tup


def form_of(state: State, item: Abs) -> Form | None:
    """The form of a tuple or short list, of which a list of run time may hold several; None for what is neither."""
    items = _items(state, item)
    if not items:
        return None
    parts = tuple(form_of(state, part) for part in items)
    fits = all(form is not None or is_scalar(part) or isinstance(part, Ref) for form, part in zip(parts, items))
    return (
        Form(item.cls if isinstance(item, Tup) else list, item.keys if isinstance(item, Tup) else (), parts)
        if fits
        else None
    )


def _items(state: State, item: Abs) -> tuple[Abs, ...]:
    if isinstance(item, Box) and item.cls is list:
        content = state.content_if_any(item)
        return content.items if isinstance(content, Items) else ()
    return item.items if isinstance(item, Tup) else ()


def common_form(contents: Iterable[tuple[State, Items | Grown | None]]) -> Form | None:
    """The one form of all items of these lists, of which there is one at least."""
    forms: set[Form | None] = set()
    for state, content in contents:
        if isinstance(content, Grown):
            forms.add(content.form)
        elif content is not None:
            forms.update(form_of(state, item) for item in content.items)
    return forms.pop() if len(forms) == 1 else None


def leaves(state: State, item: Abs) -> Iterator[Abs]:
    """The numbers and arrays of a tuple or list, or of what is neither."""
    parts = _items(state, item)
    for part in parts:
        yield from leaves(state, part)
    if not parts:
        yield item


def keep(state: State, item: Abs) -> None:
    """Note that what an item holds is read now: a list in it is not written to from here on."""
    if isinstance(item, Box):
        item.local = False
    for part in _items(state, item):
        keep(state, part)


def width(form: Form) -> int:
    return sum(1 if part is None else width(part) for part in form.parts)


def column(state: State, items: Iterable[Abs], k: int) -> list[Abs]:
    """The k-th number or array of each item."""
    return [list(leaves(state, item))[k] for item in items]


def made(state: State, form: Form | None, values: Iterator[Abs]) -> Abs:
    """An item of numbers and arrays."""
    if form is None:
        return next(values)
    parts = tuple(made(state, part, values) for part in form.parts)
    if issubclass(form.cls, tuple):
        return Tup(parts, form.cls, form.keys)
    box = Box(list, local=False)
    state.boxes[box] = Items(parts)
    return box


def names(name: str, count: int) -> list[str]:
    """What the lists are called, after the list of tuples."""
    return [f"{name or 'items'}_{k}" for k in range(count)]
