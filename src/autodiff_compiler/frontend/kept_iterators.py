"""Iterators that are given a name, or handed to a function, and run over later: `pairs = zip(x, y)`, `mean(v * v for v in x)`.

Python asks for the items when the iterator is used, so nothing is evaluated before: it is made again there, from the same
things.  It may be run over once, and a list or dict that it reads must be what it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.classes import special
from autodiff_compiler.frontend.values import ITERATOR, Abs, DictView, Items, Iter, Range, Ref, Static, Tup, same
from autodiff_compiler.library.standard import kept as standard

if TYPE_CHECKING:
    from autodiff_compiler.frontend import asking
    from autodiff_compiler.frontend.context import Context

Again = Callable[["Context", tuple[Abs, ...]], "asking.Items"]

NEW, USED = (Items((Static(word),)) for word in ("new", "used"))
"""What `Iter.used` holds."""


def made(ctx: Context, kind: type, parts: tuple[Abs, ...], again: Again) -> Iter:
    """An iterator over these, which are looked at now unless they are run over then."""
    later = any(isinstance(part, Iter) and part.items is None for part in parts)
    return Iter(kind, parts, None if later else again(ctx, parts), again)


def afresh(x: Abs) -> Abs:
    """The iterator before it was asked for any item: those that it was looked at for may be used up."""
    return replace(x, parts=tuple(map(afresh, x.parts)), items=None) if isinstance(x, Iter) else x


def kept(ctx: Context, x: Iter) -> Abs:
    """The iterator, which is kept: one made by `iter` may be asked for one item after the other."""
    if x.used is not None:
        return x
    if x.kind is ITERATOR and isinstance(x.parts[0], Ref | Box | Tup | Range):
        return ctx.call(Static(standard.over), [x.parts[0]], {})
    if any(special(ctx, part, "__iter__") is not None for part in x.parts):
        raise ctx.unsupported(
            "AD191",
            "an iterator over an object with an `__iter__`, which is kept in a variable",
            "keep a list: list(...)",
        )
    parts = tuple(kept(ctx, part) if isinstance(part, Iter) else part for part in x.parts)
    used = Box(Iter)
    ctx.state.boxes[used] = NEW
    contents = tuple(ctx.state.content_if_any(box) for box in _boxes(parts))
    return replace(x, parts=parts, items=None, used=used, contents=contents)


def opened(ctx: Context, x: Iter) -> asking.Items:
    """The items of an iterator that is kept, or over one that is, asked for here."""
    if x.used is None:
        return x.again(ctx, x.parts)
    if not same(ctx.state.content(x.used), NEW):
        raise ctx.unsupported(
            "AD191",
            "an iterator that is, or may have been, run over before",
            "make a new one, or keep a list: list(...)",
        )
    now = [ctx.state.content_if_any(box) for box in _boxes(x.parts)]
    if not all(map(same, now, x.contents)):
        raise ctx.unsupported("AD193", "a list or dict that changed since an iterator over it was made", "make it here")
    ctx.state.boxes[x.used] = USED
    return x.again(ctx, x.parts)


def _boxes(parts: Sequence[Abs]) -> Iterator[Box]:
    """The lists and dicts that an iterator over these reads."""
    for part in parts:
        if isinstance(part, Box):
            yield part
        elif isinstance(part, DictView):
            yield part.box
        elif isinstance(part, Tup):
            yield from _boxes(part.items)
