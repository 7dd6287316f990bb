"""What `for` can run over: items known now, or a run-time sequence with a range of indices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from autodiff_compiler.diagnostics import UnsupportedError
from autodiff_compiler.frontend import values
from autodiff_compiler.frontend.classes import is_instance, special
from autodiff_compiler.frontend.context import Context, int_value
from autodiff_compiler.frontend.layout import through
from autodiff_compiler.frontend.scalars import describe
from autodiff_compiler.frontend.values import Abs, Box, Dyn, Grown, Iter, Range, Ref, Static, Tup
from autodiff_compiler.frontend.views import list_item
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.types import Array, rank


@dataclass(frozen=True)
class Items:
    """Items known when compiling: the loop is unrolled."""

    items: tuple[Abs, ...]
    now: Callable[[], tuple[Abs, ...]] | None = None
    """The items as they are by now, for something that the body of the loop can change."""

    def at(self, k: int) -> Abs:
        return self.items[k] if self.now is None else self.now()[k]

    def check(self) -> None:
        """Refuse a list or dict that has grown or shrunk since the loop began."""
        if self.now is not None:
            self.now()


@dataclass(frozen=True)
class Sequence:
    """A run-time sequence: `item(i)` for i in range(start, stop, step)."""

    start: Value
    stop: Value
    step: Value
    item: Callable[[Dyn], Abs]
    bounds: Callable[[], range] | None = None
    """The range, where it can be known when compiling."""
    hint: str = ""

    def range(self) -> tuple[Value, Value, Value]:
        return self.start, self.stop, self.step

    def static_items(self) -> list[Abs]:
        assert self.bounds is not None
        return [Static(i) for i in self.bounds()]


Iterable = Items | Sequence


def iterate(ctx: Context, x: Abs) -> Iterable:
    """How to run over a value."""
    own = special(ctx, x, "__iter__")
    if own is not None:
        return _own_iterator(ctx, x, ctx.call(own, [], {}))
    if isinstance(x, Range):
        return _range(ctx, x)
    if isinstance(x, Ref) and isinstance(x.type, Array):
        return _counted(ctx, ctx.b.dim(ctx.read(x), 0), lambda k: array_item(ctx, x, k))
    if isinstance(x, Tup):
        return Items(x.items)
    if isinstance(x, Box):
        return _box(ctx, x)
    if isinstance(x, Iter):
        return _ITERATORS[x.kind](ctx, x)
    if isinstance(x, Static):
        return _static(ctx, x.obj)
    raise ctx.wrong("AD163", f"{describe(x)} is not iterable")


def _own_iterator(ctx: Context, x: Abs, iterator: Abs) -> Iterable:
    """What the user's `__iter__` gives: an iterator of Python's own, not one with a `__next__`."""
    if is_instance(iterator):
        raise ctx.unsupported(
            "AD163",
            f"running over {describe(x)} by the `__next__` of its iterator",
            "return iter(...) of a list or tuple",
        )
    return iterate(ctx, iterator)


def array_item(ctx: Context, ref: Ref, k: Dyn) -> Abs:
    """`ref[k]`, k known to be in bounds."""
    b = ctx.b
    path = (("index", ("i",)),)
    index = k.value
    value = b.load(ctx.read(ref), path, (index,))
    if isinstance(value.type, Array):
        inner = through(ref.layout, rank(ref.type), path)
        return Ref(ref.cell, value.type, ref.path + path, (*ref.operands, index), inner)
    return Dyn(value)


def _counted(ctx: Context, count: Value, item: Callable[[Dyn], Abs]) -> Sequence:
    b = ctx.b
    return Sequence(b.const(0), count, b.const(1), item, hint="k")


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

    def bounds() -> range:
        return range(*(int(ctx.static(p, "a bound of a loop that must be unrolled")) for p in parts))

    return Sequence(start, stop, step, lambda i: i, bounds if known else None)


def _box(ctx: Context, x: Box) -> Iterable:
    content = ctx.state.content(x)
    if isinstance(content, Grown):
        count = ctx.b.op("list_len", content.value)

        def item(k: Dyn) -> Abs:
            now = ctx.state.content(x)
            assert isinstance(now, Grown)
            return list_item(ctx, ctx.b.op("list_get", now.value, k.value))

        return _counted(ctx, count, item)
    if x.cls is dict:
        return _current(ctx, x, lambda found: tuple(Static(key) for key in found.keys))
    if x.cls is not list and special(ctx, x, "__getitem__") is not None:
        raise ctx.unsupported(
            "AD163",
            f"running over a {x.cls.__name__} by its `__getitem__`",
            "define __iter__, or loop over its indices",
        )
    if x.cls is not list:
        raise ctx.wrong("AD163", f"TypeError: '{x.cls.__name__}' object is not iterable")
    return _current(ctx, x, lambda found: found.items)


def _current(ctx: Context, box: Box, view: Callable[[values.Items], tuple[Abs, ...]]) -> Items:
    """The items of a list or dict, read again for each trip."""
    first = ctx.state.content(box)
    assert isinstance(first, values.Items)

    def now() -> tuple[Abs, ...]:
        content = ctx.state.content(box)
        if (
            not isinstance(content, values.Items)
            or len(content.items) != len(first.items)
            or content.keys != first.keys
        ):
            raise length_changes(ctx)
        return view(content)

    return Items(view(first), now)


def length_changes(ctx: Context) -> UnsupportedError:
    return ctx.unsupported(
        "AD193", "a list or dict that changes its length while it is run over", "run over a copy: list(x)"
    )


def _static(ctx: Context, obj: Any) -> Iterable:
    if isinstance(obj, range | str | tuple | frozenset):
        return Items(tuple(ctx.captures.wrap(ctx, item) for item in obj))
    raise ctx.wrong("AD163", f"{describe(Static(obj))} is not iterable")


def at(ctx: Context, sequence: Sequence, k: Value) -> Abs:
    """The item number k of a sequence."""
    b = ctx.b
    return sequence.item(Dyn(b.add(sequence.start, b.mul(k, sequence.step))))


def length(ctx: Context, sequence: Sequence) -> Value:
    """How many items a sequence has: max(0, ceil((stop - start) / step))."""
    b = ctx.b
    distance = b.sub(sequence.stop, sequence.start)
    rounded = b.neg(b.op("floordiv", b.neg(distance), sequence.step))
    return b.op("maximum", rounded, b.const(0))


def _enumerate(ctx: Context, x: Iter) -> Iterable:
    inner = iterate(ctx, x.parts[0])
    if isinstance(inner, Items):
        first = ctx.static(x.start, "the start of enumerate")
        return _each(inner, lambda items: tuple(Tup((Static(first + k), item)) for k, item in enumerate(items)))
    start = int_value(ctx, x.start, "the start of enumerate")
    count = length(ctx, inner)
    zero = isinstance(x.start, Static) and x.start.obj == 0

    def item(k: Dyn) -> Abs:
        index = k if zero else Dyn(ctx.b.add(start, k.value))
        return Tup((index, at(ctx, inner, k.value)))

    return _counted(ctx, count, item)


def _zip(ctx: Context, x: Iter) -> Iterable:
    inner = [iterate(ctx, part) for part in x.parts]
    known = [len(part.items) for part in inner if isinstance(part, Items)]
    if known:
        return _static_zip(ctx, inner, min(known))
    sequences = [part for part in inner if isinstance(part, Sequence)]
    counts = [length(ctx, part) for part in sequences]
    count = counts[0]
    for other in counts[1:]:
        count = ctx.b.op("minimum", count, other)
    return _counted(ctx, count, lambda k: Tup(tuple(at(ctx, part, k.value) for part in sequences)))


def _static_zip(ctx: Context, inner: list[Iterable], count: int) -> Items:
    """A zip with something of known length: unrolled, so the run-time parts must be at least as long."""
    b = ctx.b
    changing = [part for part in inner if isinstance(part, Items) and part.now is not None]
    for part in inner:
        if isinstance(part, Sequence):
            enough = b.compare("ge", length(ctx, part), b.const(count))
            text = f"zip() with an array that is shorter than the {count} items beside it"
            b.emit("check", (enough,), {"error": "ValueError", "message": (text,)})

    def rows() -> tuple[Abs, ...]:
        return tuple(
            Tup(tuple(p.at(k) if isinstance(p, Items) else at(ctx, p, b.const(k)) for p in inner)) for k in range(count)
        )

    # An array beside a list is read anew for each trip, too.
    again = changing or any(isinstance(part, Sequence) for part in inner)
    return Items(rows(), rows if again else None)


def _each(inner: Items, view: Callable[[tuple[Abs, ...]], tuple[Abs, ...]]) -> Items:
    """Items made of other items, now and later."""
    now = inner.now
    return Items(view(inner.items), None if now is None else lambda: view(now()))


def _reversed(ctx: Context, x: Iter) -> Iterable:
    inner = iterate(ctx, x.parts[0])
    if isinstance(inner, Items):
        return _each(inner, lambda items: items[::-1])
    b = ctx.b
    if isinstance(x.parts[0], Range):
        whole = x.parts[0]
        if isinstance(whole.step, Static) and whole.step.obj == 1:
            one = b.const(1)
            start, stop, step = b.sub(inner.stop, one), b.sub(inner.start, one), b.const(-1)
        else:
            last = b.sub(length(ctx, inner), b.const(1))
            start = b.add(inner.start, b.mul(last, inner.step))
            stop, step = b.sub(inner.start, inner.step), b.neg(inner.step)
        bounds = inner.bounds
        return Sequence(start, stop, step, inner.item, bounds and (lambda: bounds()[::-1]))
    count = length(ctx, inner)
    return _counted(ctx, count, lambda k: at(ctx, inner, b.sub(b.sub(count, b.const(1)), k.value)))


def _dict_view(ctx: Context, x: Iter) -> Iterable:
    box = x.parts[0]
    assert isinstance(box, Box)
    if x.kind == "values":
        return _current(ctx, box, lambda found: found.items)
    return _current(
        ctx, box, lambda found: tuple(Tup((Static(key), item)) for key, item in zip(found.keys, found.items))
    )


def _generator(ctx: Context, x: Iter) -> Iterable:
    return iterate(ctx, x.parts[0])


_ITERATORS: dict[str, Callable[[Context, Iter], Iterable]] = {
    "enumerate": _enumerate,
    "zip": _zip,
    "reversed": _reversed,
    "values": _dict_view,
    "items": _dict_view,
    "generator": _generator,
}
