"""Objects of NumPy that do something with what is written in brackets: `np.r_`, `np.c_`, `np.mgrid`, `np.ogrid`, `np.s_`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff_compiler.frontend import bodies
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.values import Abs, Index, SliceParts, Static, Tup
from autodiff_compiler.library.definitions import places

Trick = Callable[[Context, list[Index]], Abs]


def trick_of(base: Abs) -> Trick | None:
    """What indexing this object does, if it is one of these."""
    if not isinstance(base, Static):
        return None
    return next((trick for obj, trick in _TRICKS if base.obj is obj), None)


def as_slice(item: Index) -> Index:
    """A slice that is known as an object, as one that is written in brackets."""
    if isinstance(item, Static) and isinstance(item.obj, slice):
        return SliceParts(Static(item.obj.start), Static(item.obj.stop), Static(item.obj.step))
    return item


def _items(index: list[Index]) -> list[Index]:
    first = index[0]
    return [as_slice(item) for item in (first.items if isinstance(first, Tup) and len(index) == 1 else index)]


def _slice_parts(item: SliceParts) -> tuple[Abs, Abs, Abs]:
    """Start, stop and step, as these objects understand them."""
    parts = (item.start, item.stop, item.step)
    return tuple(  # type: ignore[return-value]  # of three parts there are three
        Static(default) if part is None or (isinstance(part, Static) and part.obj is None) else part
        for part, default in zip(parts, (0, None, 1))
    )


def _points(step: Abs) -> int | None:
    """How many points a step of j stands for."""
    return int(abs(step.obj)) if isinstance(step, Static) and isinstance(step.obj, complex) else None


def _run(ctx: Context, function: Any, args: list[Abs]) -> Abs:
    """What a function of the library gives, which is written in Python."""
    return bodies.enter(ctx, function, args, {})


# -- joining -----------------------------------------------------------------------------------------------------------


def _joining(axis: int, least: int, place: int) -> Trick:
    def join(ctx: Context, index: list[Index]) -> Abs:
        items = _items(index)
        how = [axis, least, place]
        if isinstance(items[0], Static) and isinstance(items[0].obj, str):
            how = _directive(ctx, items.pop(0), how)
        parts = tuple(_part(ctx, item) for item in items)
        return _run(ctx, places.joined, [Tup(parts), *map(Static, how)])

    return join


def _directive(ctx: Context, item: Any, how: list[int]) -> list[int]:
    """The axis, and what may follow it, at the beginning of what is between the brackets."""
    try:
        given = [int(part) for part in item.obj.split(",")]
    except ValueError as error:
        raise ctx.unsupported("AD202", f"np.r_ with {item.obj!r}", "use np.concatenate or np.stack") from error
    return [*given, *how[len(given) :]]


def _part(ctx: Context, item: Index) -> Abs:
    if not isinstance(item, SliceParts):
        return ctx.call(Static(np.asarray), [item], {}) if isinstance(item, Box | Tup) else item
    start, stop, step = _slice_parts(item)
    points = _points(step)
    if points is not None:
        return ctx.call(Static(np.linspace), [start, stop, Static(points)], {})
    return ctx.call(Static(np.arange), [start, stop, step], {})


# -- grids -------------------------------------------------------------------------------------------------------------


def _grid(function: Any) -> Trick:
    def grid(ctx: Context, index: list[Index]) -> Abs:
        several = len(index) > 1 or isinstance(index[0], Tup)
        items = _items(index)
        slices = [_slice_parts(item) for item in items if isinstance(item, SliceParts)]
        if len(slices) < len(items):
            raise ctx.wrong("AD121", "TypeError: np.mgrid and np.ogrid are indexed by slices")
        bounds = [part for start, stop, step in slices for part in (start, stop, _length(step))]
        kind = ctx.call(Static(np.result_type), [Static(0), *bounds] if several else bounds, {})
        axes = [_axis(ctx, kind, *parts) for parts in slices]
        return _run(ctx, function, axes) if several else axes[0]

    return grid


def _length(step: Abs) -> Abs:
    return step if _points(step) is None else Static(float(_points(step) or 0))


def _axis(ctx: Context, kind: Abs, start: Abs, stop: Abs, step: Abs) -> Abs:
    points = _points(step)
    if points is None:
        return _run(ctx, places.in_steps, [kind, start, stop, step])
    return _run(ctx, places.in_points, [kind, start, stop, Static(points)])


# -- indices as objects ------------------------------------------------------------------------------------------------


def _index(always_tuple: bool) -> Trick:
    def made(ctx: Context, index: list[Index]) -> Abs:
        several = len(index) > 1 or isinstance(index[0], Tup)
        items = tuple(_known(ctx, item) for item in _items(index))
        return Tup(items) if several or always_tuple else items[0]

    return made


def _known(ctx: Context, item: Index) -> Abs:
    if not isinstance(item, SliceParts):
        return item
    parts = (item.start, item.stop, item.step)
    return Static(slice(*(None if part is None else ctx.static(part, "a bound of np.s_") for part in parts)))


_TRICKS: tuple[tuple[object, Trick], ...] = (
    (np.r_, _joining(0, 1, -1)),
    (np.c_, _joining(-1, 2, 0)),
    (np.mgrid, _grid(places.full_grid)),
    (np.ogrid, _grid(places.open_grid)),
    (np.s_, _index(False)),
    (np.index_exp, _index(True)),
)
