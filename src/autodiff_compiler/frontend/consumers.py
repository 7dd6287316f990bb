"""What asks an iterator for its items: lists, tuples and unpacking, sums, `any` and `all`, `next`, `in`."""

from __future__ import annotations

import ast
from collections.abc import Callable

import numpy as np

from autodiff_compiler import library
from autodiff_compiler.frontend import branches, tries
from autodiff_compiler.frontend.asking import (
    Items,
    Perhaps,
    Pushed,
    Sequence,
    Step,
    Steps,
    at,
    counted,
    length,
    unrolled,
)
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.classes import special
from autodiff_compiler.frontend.columns import ALIKE
from autodiff_compiler.frontend.container_items import append
from autodiff_compiler.frontend.context import LONG, Context
from autodiff_compiler.frontend.entries import to_library
from autodiff_compiler.frontend.iteration import iterate
from autodiff_compiler.frontend.loops import leave, run_over
from autodiff_compiler.frontend.places import LoopPlace, place_name
from autodiff_compiler.frontend.scalars import describe, is_scalar
from autodiff_compiler.frontend.state import NameKey
from autodiff_compiler.frontend.values import (
    Abs,
    DictView,
    Dyn,
    Generator,
    Grown,
    Iter,
    Listed,
    Maybe,
    Ref,
    Static,
    same,
)
from autodiff_compiler.frontend.values import Items as Content
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.types import Scalar, rank


def for_each(
    ctx: Context, iterable: Items, body: Callable[[Abs], None], *, unroll: bool = False, few: int = LONG
) -> None:
    """Run `body` for each item, and go on where nothing left by an exception."""
    run_over(ctx, LoopPlace(ctx), iterable, body, lambda k: True, unroll=unroll, few=few)
    tries.proceed(ctx)


def listed(ctx: Context, iterable: Items, *, unroll: bool = False) -> Abs:
    """`list(iterable)`."""
    key = place_name(ctx, "$items")
    ctx.state.names[key] = ctx.new_list([])

    def each(item: Abs) -> None:
        box = ctx.state.names[key]
        assert isinstance(box, Box)
        append(ctx, box, item)

    for_each(ctx, iterable, each, unroll=unroll)
    return ctx.whole(ctx.state.names.pop(key))


def drained(ctx: Context, iterable: Items, what: str) -> list[Abs]:
    """All items of something whose length must be known when compiling."""
    if isinstance(iterable, Sequence) and iterable.bounds is not None:
        iterable = unrolled(iterable)
    if isinstance(iterable, Steps):
        items: list[Abs] = []
        while (item := _next(ctx, iterable.next())) is not None:
            items.append(ctx.kept(item))
        return items
    if isinstance(iterable, Pushed):
        box = listed(ctx, iterable, unroll=True)
        content = ctx.state.content(box) if isinstance(box, Box) else None
        if isinstance(content, Content):
            return list(content.items)
    way_out = "write (a == x).any()" if "`in`" in what else "name the items one by one"
    raise ctx.unsupported("AD181", f"{what} whose length is known only at run time", way_out)


def _next(ctx: Context, step: Step) -> Abs | None:
    """The next item; where only the run can tell whether there is one, it is checked that there is."""
    while isinstance(step, Perhaps):
        text = "zip() with an array that is shorter than the items beside it: their number must be known when compiling"
        ctx.b.emit("check", (step.there,), {"error": "ValueError", "message": (text,), "ours": True})
        step = step.found()
    return None if step is None else step.item


def static_items(ctx: Context, x: Abs, what: str) -> list[Abs]:
    """The items of something whose length must be known when compiling."""
    return drained(ctx, iterate(ctx, x), what)


def unpacked(ctx: Context, x: Abs, count: int) -> list[Abs]:
    """The items of the right side of an unpacking assignment, `count` of them."""
    x, iterable = _to_unpack(ctx, x)
    if isinstance(iterable, Steps) and isinstance(x, Iter | Generator):
        return _exactly(ctx, iterable, count)
    if not isinstance(iterable, Sequence):
        return drained(ctx, iterable, "a value to unpack")
    return exactly(ctx, iterable, count, "ValueError", f"the array to unpack does not have {count} items")


def exactly(ctx: Context, iterable: Sequence, count: int, error: str, text: str) -> list[Abs]:
    """The items of something that must have `count` of them, which the run tells."""
    exact = ctx.b.compare("eq", length(ctx, iterable), ctx.b.const(count))
    ctx.b.emit("check", (exact,), {"error": error, "message": (text,)})
    items = [at(ctx, iterable, Static(k)) for k in range(count)]
    if iterable.past_end is not None:
        iterable.past_end()
    return items


def _to_unpack(ctx: Context, x: Abs) -> tuple[Abs, Items]:
    x = ctx.present(x)
    if is_scalar(x):
        raise ctx.wrong("AD158", f"cannot unpack {describe(x)}")
    return x, iterate(ctx, x)


def unpacked_around(ctx: Context, x: Abs, before: int, after: int) -> list[Abs]:
    """The items of the right side of `a, *rest, z = x`: those before the star, a list of the rest, those after it."""
    _, iterable = _to_unpack(ctx, x)
    if not isinstance(iterable, Sequence) or iterable.bounds is not None or iterable.computed or iterable.past_end:
        items = drained(ctx, iterable, "a value to unpack")
        if len(items) < before + after:
            raise ctx.wrong("AD158", f"not enough values to unpack: {len(items)}")
        end = len(items) - after
        return [*items[:before], ctx.new_list(items[before:end]), *items[end:]]
    b, count = ctx.b, length(ctx, iterable)
    text = f"not enough values to unpack (expected at least {before + after})"
    b.emit("check", (b.compare("ge", count, b.const(before + after)),), {"error": "ValueError", "message": (text,)})
    first = [at(ctx, iterable, Static(k)) for k in range(before)]
    rest = counted(ctx, b.sub(count, b.const(before + after)), lambda k: at(ctx, iterable, ctx.add(k, Static(before))))
    middle = listed(ctx, rest)
    last = [at(ctx, iterable, Dyn(b.sub(count, b.const(after - k)))) for k in range(after)]
    return [*first, middle, *last]


def _exactly(ctx: Context, iterable: Steps, count: int) -> list[Abs]:
    """The items of an iterator that must have `count` of them: it is asked once more, to see that there are no others."""
    items: list[Abs] = []
    while (step := iterable.next()) is not None and len(items) < count:
        item = _next(ctx, step)
        if item is None:
            return items
        items.append(ctx.kept(item))
    if isinstance(step, Perhaps):
        text = f"too many values to unpack (expected {count})"
        ctx.b.emit("check", (ctx.b.op("not", step.there),), {"error": "ValueError", "message": (text,)})
    elif step is not None:
        raise ctx.wrong("AD158", f"more than {count} values to unpack into {count} names")
    return items


def pair(ctx: Context, x: Abs) -> tuple[Abs, Abs]:
    """A key and a value, for a dict."""
    items = unpacked(ctx, x, 2)
    if len(items) != 2:
        raise ctx.wrong("AD171", f"ValueError: an item of a dict has {len(items)} parts, not 2")
    return items[0], items[1]


def as_list(ctx: Context, x: Abs) -> Abs:
    """What a function that runs over its argument gets for an iterator or a dict: a list of its items."""
    iterates = isinstance(x, Iter | Generator | DictView | Listed) or (isinstance(x, Box) and x.cls is dict)
    return listed(ctx, iterate(ctx, x)) if iterates or special(ctx, x, "__iter__") is not None else x


# -- folds -----------------------------------------------------------------------------------------------------------


def folded(ctx: Context, iterable: Items, first: Abs, combine: Callable[[Abs, Abs], Abs]) -> Abs:
    """`combine(… combine(first, item), …)`."""
    key = place_name(ctx, "$total")
    ctx.state.names[key] = first

    def each(item: Abs) -> None:
        ctx.state.names[key] = combine(ctx.whole(ctx.state.names[key]), item)

    for_each(ctx, iterable, each, few=ALIKE)
    return ctx.settled(ctx.state.names.pop(key), "the sum", ctx.frame)


def any_or_all(ctx: Context, x: Abs, stop_at: bool) -> Abs:
    """`any(x)` (stop_at True) or `all(x)`."""
    iterable = iterate(ctx, x)
    if isinstance(iterable, Sequence) and isinstance(x, Ref | Box) and _holds_scalars(ctx, x):
        # Values that exist already: asking for them runs nothing.
        entry = library.lookup(np.any if stop_at else np.all)
        assert entry is not None
        return ctx.from_value(entry(ctx.b, to_library(ctx, x)))
    return _decided(ctx, iterable, lambda item: item, stop_at)


def _holds_scalars(ctx: Context, x: Ref | Box) -> bool:
    """Whether the items are numbers: an array has no truth value."""
    if isinstance(x, Ref):
        return rank(x.type) == 1
    content = ctx.state.content(x)
    return isinstance(content.element, Scalar) if isinstance(content, Grown) else all(map(is_scalar, content.items))


def contains(ctx: Context, x: Abs, iterable: Items) -> Abs:
    """`x in iterable`: items are asked for until one equals x."""
    return _decided(ctx, iterable, lambda item: Static(True) if _is(item, x) else ctx.compare(ast.Eq, x, item), True)


def _is(x: Abs, y: Abs) -> bool:
    """The same object: containers take it to be equal to itself, even NaN."""
    return x.obj is y.obj if isinstance(x, Static) and isinstance(y, Static) else same(x, y)


def _decided(ctx: Context, iterable: Items, test: Callable[[Abs], Abs], stop_at: bool) -> Abs:
    """Whether a test comes out as `stop_at` for an item; no item after that is asked for."""
    if isinstance(iterable, Steps):
        return _chained(ctx, iterable, test, stop_at)
    key = place_name(ctx, "$found")
    ctx.state.names[key] = Static(not stop_at)

    def stop() -> None:
        ctx.state.names[key] = Static(stop_at)
        leave(ctx)

    def each(item: Abs) -> None:
        truth = ctx.truth(test(item))
        if isinstance(truth, Value):
            then, orelse = (stop, _go_on) if stop_at else (_go_on, stop)
            branches.branch(ctx, truth, then, orelse)
        elif truth == stop_at:
            stop()

    for_each(ctx, iterable, each)
    return ctx.settled(ctx.state.names.pop(key), "the result", ctx.frame)


def _go_on() -> None:
    pass


def _chained(ctx: Context, iterable: Steps, test: Callable[[Abs], Abs], stop_at: bool) -> Abs:
    """`a or b or …`: each item is asked for only if those before it have not decided."""
    result: Abs = Static(not stop_at)
    more = True

    def ask() -> Abs:
        nonlocal more
        more = False  # also where asking for the next item raises on every path
        return decided(iterable.next())

    def decided(step: Step) -> Abs:
        nonlocal more
        if step is None:
            return Static(not stop_at)
        if isinstance(step, Perhaps):
            found = step.found
            return branches.choose(ctx, step.there, lambda: decided(found()), lambda: Static(not stop_at))
        more = True
        truth = ctx.truth(test(step.item))
        return Dyn(truth) if isinstance(truth, Value) else Static(truth)

    while more:
        truth = ctx.truth(result)
        if not isinstance(truth, Value) and truth == stop_at:
            break
        result = branches.short_circuit(ctx, result, ask, stop_at=stop_at)
    return result


def first_item(ctx: Context, iterable: Items, default: Abs | None) -> Abs:
    """`next(iterator)` of an iterator made in the same expression, or `next(iterator, default)`."""
    key = place_name(ctx, "$next")
    if default is not None:
        ctx.state.names[key] = default
    else:
        ctx.state.names.pop(key, None)

    def each(item: Abs) -> None:
        ctx.state.names[key] = item
        leave(ctx)

    for_each(ctx, iterable, each)
    return _taken(ctx, key)


def _taken(ctx: Context, key: NameKey) -> Abs:
    value = ctx.state.names.pop(key, None)
    if value is None:
        raise ctx.wrong("AD171", "StopIteration: there is no next item")
    if isinstance(value, Maybe):
        ctx.b.emit("check", (value.flag,), {"error": "StopIteration", "message": ("there is no next item",)})
        value = value.value
    return ctx.whole(value)
