"""How items are asked for.

Python asks for an item when the consumer wants one, so nothing here is evaluated early.  `Steps` are asked one by one at compile
time, and a loop over them is unrolled; a `Sequence` has a run-time length and becomes a loop; `Pushed` items come out of loops
of their own, which run the consumer's body for each item.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from autodiff_compiler.diagnostics import InternalError, UnsupportedError
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.state import NameKey
from autodiff_compiler.frontend.values import Abs, Dyn, Static
from autodiff_compiler.ir.core import Value


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
class Columns:
    """The items of `Steps`, which are alike, as a run-time sequence; `count` is their number, or the least of it."""

    count: int
    sequence: Callable[[], Sequence]


@dataclass(frozen=True)
class Steps:
    """Items that are asked for at compile time, each of them once: a loop over them is unrolled."""

    next: Callable[[], Step]
    boxes: tuple[Box, ...] = ()
    """Lists of run-time length among what is iterated over, which must keep their length meanwhile."""
    columns: Columns | None = None
    """Where there are many of them, a loop may run over these instead."""

    def with_columns(self, columns: Columns | None, made: Callable[[Sequence], Sequence] = lambda x: x) -> Steps:
        """These steps, with what `made` makes of the columns of others."""
        if columns is None:
            return self
        return replace(self, columns=Columns(columns.count, lambda: made(columns.sequence())))


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


def steps(items: Iterable[Abs]) -> Steps:
    """Items that exist already, or that a Python generator makes when it is asked."""
    rest = iter(items)
    ended = False

    def step() -> Step:
        nonlocal ended
        for item in rest:
            return Found(item)
        if ended:
            raise InternalError("AD900", "items that were used up are asked for again")
        ended = True
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
        asked = Steps(lambda: then(iterable.next(), lambda item: Found(function(item))), iterable.boxes)
        return asked.with_columns(iterable.columns, lambda sequence: _computed(sequence, function))
    if isinstance(iterable, Sequence):
        return _computed(iterable, function)
    return Pushed(
        lambda body, live, unroll: iterable.run(lambda item: body(function(item)), live, unroll), iterable.boxes
    )


def _computed(sequence: Sequence, function: Callable[[Abs], Abs]) -> Sequence:
    return replace(sequence, item=lambda i: function(sequence.item(i)), computed=True)


def counted(
    ctx: Context,
    count: Value,
    item: Callable[[Abs], Abs],
    *,
    bounds: Callable[[], range] | None = None,
    boxes: tuple[Box, ...] = (),
    computed: bool = False,
    past_end: Callable[[], None] | None = None,
    fixed: bool = False,
) -> Sequence:
    """`item(k)` for k from 0 to below `count`."""
    start, step = ctx.b.const(0), ctx.b.const(1)
    return Sequence(start, count, step, item, bounds, (0, 1), fixed, "k", boxes, computed, past_end)


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


def length_changes(ctx: Context) -> UnsupportedError:
    return ctx.unsupported(
        "AD193", "a list or dict that changes its length while a loop runs over it", "loop over a copy: list(x)"
    )
