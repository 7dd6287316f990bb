"""Lists of tuples, short lists or objects, whose length the run decides: an IR list for each number, or array, of an item.

    events.append((t, v))        events_0 = list_append events_0, t;  events_1 = list_append events_1, v

A list or object that is an item is not written to any more: what is read is made again, and a write to the one would not show in the
other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.scalars import is_scalar
from autodiff_compiler.frontend.state import State
from autodiff_compiler.frontend.values import Abs, Form, Grown, Items, Ref, Static, Tup
from autodiff_compiler.library.stand_ins import is_standard, real_class


def form_of(state: State, item: Abs) -> Form | None:
    """The form of what a run-time list may hold several of; None for a number, an array, and what it cannot hold."""
    held = _held(state, item)
    if held is None:
        return None
    cls, keys, items = held
    parts = tuple(form_of(state, part) for part in items)
    fits = all(form is not None or is_scalar(part) or isinstance(part, Ref) for form, part in zip(parts, items))
    return Form(cls, keys, parts) if fits else None


def _held(state: State, item: Abs) -> tuple[type, tuple[str, ...], tuple[Abs, ...]] | None:
    """The class of a tuple, list or object, what its items are called, and the items, of which there is one at least."""
    if isinstance(item, Tup):
        return (item.cls, item.keys, item.items) if item.items else None
    content = state.content_if_any(item) if isinstance(item, Box) and not _is_of_the_library(item.cls) else None
    if not isinstance(item, Box) or item.merged or not isinstance(content, Items) or not content.items:
        return None
    return item.cls, content.keys, content.items


def _is_of_the_library(cls: type) -> bool:
    """Whether it is a dict, or a class that stands for one of Python's containers, whose items are not what it holds."""
    return cls is dict or real_class(cls) is not cls or is_standard(cls.__module__)


def _items(state: State, item: Abs) -> tuple[Abs, ...]:
    held = _held(state, item)
    return held[2] if held is not None else ()


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
    """The numbers and arrays of an item."""
    parts = _items(state, item)
    for part in parts:
        yield from leaves(state, part)
    if not parts:
        yield item


def keep(state: State, item: Abs) -> None:
    """Note that what an item holds is read now: a list or object in it is not written to from here on."""
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
    box = Box(form.cls, local=False)
    state.boxes[box] = Items(parts, form.keys)
    return box


def pairs_of(content: Items | Grown) -> Items | Grown:
    """What a list of a dict's keys and values holds."""
    if isinstance(content, Grown):
        return content
    return Items(tuple(Tup((Static(key), item)) for key, item in zip(content.keys, content.items)))


def names(name: str, count: int) -> list[str]:
    """What the lists are called, after the list of tuples."""
    return [f"{name or 'items'}_{k}" for k in range(count)]
