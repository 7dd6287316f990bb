"""`enumerate`, `zip`, `map`, `filter`, `reversed` and `iter`: iterators made from others."""

from __future__ import annotations

import builtins
import functools
from collections.abc import Callable
from typing import Any

from autodiff_compiler.diagnostics import UnsupportedError
from autodiff_compiler.frontend import branches
from autodiff_compiler.frontend.asking import (
    Columns,
    Found,
    Items,
    Perhaps,
    Pushed,
    Sequence,
    Step,
    Steps,
    at,
    counted,
    length,
    mapped,
    stepped,
    then,
)
from autodiff_compiler.frontend.context import Context, LoopTargets, int_value
from autodiff_compiler.frontend.iteration import backwards, iterate
from autodiff_compiler.frontend.kept_iterators import made
from autodiff_compiler.frontend.loops import ended, run_over
from autodiff_compiler.frontend.places import LoopPlace, apply, place_name
from autodiff_compiler.frontend.scalars import describe
from autodiff_compiler.frontend.state import Exit
from autodiff_compiler.frontend.values import ITERATOR, Abs, Dyn, Generator, Static, Tup
from autodiff_compiler.frontend.values import parts as held
from autodiff_compiler.ir.core import Value

Body = Any


def enumerate_(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    start = kwargs.get("start", args[1] if len(args) > 1 else Static(0))
    int_value(ctx, start, "the start of enumerate")

    def again(ctx: Context, parts: tuple[Abs, ...]) -> Items:
        return _numbered(ctx, iterate(ctx, parts[0]), parts[1])

    return made(ctx, builtins.enumerate, (args[0], start), again)


def _numbered_sequence(ctx: Context, inner: Sequence, start: Abs) -> Sequence:
    zero = isinstance(start, Static) and start.obj == 0
    bounds = inner.bounds
    return counted(
        ctx,
        length(ctx, inner),
        lambda k: Tup((k if zero else ctx.add(start, k), at(ctx, inner, k))),
        bounds=None if bounds is None else lambda: range(len(bounds())),
        boxes=inner.boxes,
        computed=inner.computed,
        past_end=inner.past_end,
        fixed=inner.fixed,
    )


def _numbered(ctx: Context, inner: Items, start: Abs) -> Items:
    if isinstance(inner, Sequence):
        return _numbered_sequence(ctx, inner, start)
    if isinstance(inner, Steps):
        number = start

        def numbered(item: Abs) -> Abs:
            nonlocal number
            row = Tup((number, item))
            number = ctx.add(number, Static(1))
            return row

        asked = Steps(lambda: then(inner.next(), lambda item: Found(numbered(item))), inner.boxes)
        return asked.with_columns(inner.columns, lambda sequence: _numbered_sequence(ctx, sequence, start))
    key = place_name(ctx, "$count")

    def run(body: Body, live: Any, unroll: bool) -> None:
        ctx.state.names[key] = start

        def each(item: Abs) -> None:
            row = Tup((ctx.state.names[key], item))
            ctx.state.names[key] = ctx.add(row.items[0], Static(1))
            body(row)

        inner.run(each, live, unroll)
        ctx.state.names.pop(key, None)

    return Pushed(run, inner.boxes)


def zip_(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    strict = bool(ctx.static(kwargs.get("strict", Static(False)), "strict"))

    def again(ctx: Context, parts: tuple[Abs, ...]) -> Items:
        return _zipped(ctx, [iterate(ctx, part) for part in parts], strict)

    return made(ctx, builtins.zip, tuple(args), again)


def _zipped(ctx: Context, parts: list[Items], strict: bool = False) -> Items:
    sequences = [part for part in parts if isinstance(part, Sequence)]
    beside = len(sequences) == len(parts) - 1 > 0 and any(isinstance(part, Pushed) for part in parts)
    open_ended = any(part.computed or part.past_end for part in sequences)
    if beside and not strict and not open_ended:
        return _zipped_with_pushed(ctx, parts)
    if sequences and len(sequences) == len(parts):
        return _zipped_sequences(ctx, sequences, strict)
    if strict and open_ended:
        raise _strict(ctx)
    asked = [_asked(ctx, part) for part in parts]
    boxes = tuple(box for part in asked for box in part.boxes)
    columns = _zipped_columns(ctx, parts, strict)
    if strict:
        return Steps(lambda: _strict_row(ctx, asked), boxes, columns)

    def row(k: int, items: tuple[Abs, ...]) -> Step:
        """The parts are asked one after the other, as long as each has an item."""
        if k == len(asked):
            return Found(Tup(items)) if items else None
        return then(asked[k].next(), lambda item: row(k + 1, (*items, item)))

    return Steps(lambda: row(0, ()), boxes, columns)


def _zipped_columns(ctx: Context, parts: list[Items], strict: bool) -> Columns | None:
    """Rows of parts of which some are known now, all of these with columns, and the others run-time sequences."""
    found = [part.columns for part in parts if isinstance(part, Steps)]
    if not found or None in found or any(isinstance(part, Pushed) for part in parts):
        return None

    def sequence() -> Sequence:
        sequences = [part.columns.sequence() if isinstance(part, Steps) and part.columns else part for part in parts]
        return _zipped_sequences(ctx, [part for part in sequences if isinstance(part, Sequence)], strict)

    return Columns(min(columns.count for columns in found if columns is not None), sequence)


def _asked(ctx: Context, part: Items) -> Steps:
    """Items that are asked for one by one."""
    if isinstance(part, Pushed):
        raise ctx.unsupported(
            "AD186",
            "a filter, or a generator expression with `if` or several `for`, beside others in zip() or map()",
            "make a list of it first: [... for ... if ...]",
        )
    return stepped(ctx, part) if isinstance(part, Sequence) else part


def _zipped_with_pushed(ctx: Context, parts: list[Items]) -> Items:
    """Sequences beside items that come out of loops of their own: these loops are left where one of the sequences ends.

    A sequence that stands before is asked first, so what makes the items does not run again once that has ended.
    """
    b, key = ctx.b, place_name(ctx, "$zipped")
    (place,) = (k for k, part in enumerate(parts) if isinstance(part, Pushed))
    pushed = parts[place]
    assert isinstance(pushed, Pushed)
    ends = [
        [length(ctx, part) for part in side if isinstance(part, Sequence)]
        for side in (parts[:place], parts[place + 1 :])
    ]
    before, after = (functools.reduce(lambda x, y: b.op("minimum", x, y), side) if side else None for side in ends)
    targets = LoopTargets()

    def stop() -> None:
        code = ctx.new_code()
        targets.breaks.add(code)
        ctx.state.exit = Exit(frozenset({code}))

    def go_on_below(end: Value | None, then: Callable[[], None]) -> None:
        if end is None:
            then()
        else:
            branches.branch(ctx, b.compare("gt", end, ctx.value(ctx.state.names[key])), then, stop)

    def run(body: Body, live: Any, unroll: bool) -> None:
        def handed(item: Abs) -> None:
            k = ctx.state.names[key]
            row = tuple(at(ctx, part, k) if isinstance(part, Sequence) else item for part in parts)
            ctx.state.names[key] = ctx.add(k, Static(1))
            body(Tup(row))
            if ctx.state.exit.normal:
                go_on_below(before, _nothing)
            elif not ctx.state.exit.left:
                branches.if_normal(ctx, lambda: go_on_below(before, _nothing))

        ctx.state.names[key] = Static(0)
        go_on_below(before, lambda: pushed.run(lambda item: go_on_below(after, lambda: handed(item)), live, unroll))
        ended(ctx, targets, None)
        ctx.state.names.pop(key, None)

    return Pushed(run, tuple(box for part in parts for box in part.boxes))


def _strict(ctx: Context) -> UnsupportedError:
    return ctx.unsupported(
        "AD182",
        "zip(strict=True) of things whose length is known when compiling and others that are computed",
        "leave strict out, or assert that the lengths are equal",
    )


def _strict_row(ctx: Context, parts: list[Steps]) -> Step:
    """Each part is asked: where one has an item, all have one.  For a run-time sequence this is checked."""
    found = [part.next() for part in parts]
    there = [step.there if isinstance(step, Perhaps) else step is not None for step in found]
    known = [is_there for is_there in there if not isinstance(is_there, Value)]
    error = "the arguments of zip(strict=True) have different lengths"
    if True in known and False in known:
        raise ctx.wrong("AD171", f"ValueError: {error}")
    first = known[0] if known else there[0] if there else False
    for is_there in there:
        if isinstance(is_there, Value) and is_there is not first:
            fine = _same_truth(ctx, is_there, first)
            ctx.b.emit("check", (fine,), {"error": "ValueError", "message": (error,)})

    def row() -> Step:
        steps = [step.found() if isinstance(step, Perhaps) else step for step in found]
        if not all(isinstance(step, Found) for step in steps):
            raise _strict(ctx)
        return Found(Tup(tuple(step.item for step in steps if isinstance(step, Found))))

    return Perhaps(first, row) if isinstance(first, Value) else row() if first else None


def _same_truth(ctx: Context, value: Value, wanted: Value | bool) -> Value:
    if isinstance(wanted, Value):
        return ctx.b.compare("eq", value, wanted)
    return value if wanted else ctx.b.op("not", value)


def _zipped_sequences(ctx: Context, parts: list[Sequence], strict: bool) -> Sequence:
    b = ctx.b
    counts = [length(ctx, part) for part in parts]
    count = counts[0]
    for other in counts[1:]:
        count = b.op("minimum", count, other)
    last = max((k for k, part in enumerate(parts[:-1]) if part.computed), default=-1)
    ends = any(part.past_end for part in parts)

    def past_end(k: int = 0) -> None:
        """Parts before the shortest one are asked for one item more than it has."""
        if k == 0 and strict:
            for other in counts[1:]:
                text = "the arguments of zip(strict=True) have different lengths"
                equal = b.compare("eq", other, counts[0])
                b.emit("check", (equal,), {"error": "ValueError", "message": (text,)})
        if k == len(parts) or (k > last and not ends):
            return
        part = parts[k]

        def there() -> None:
            at(ctx, part, Dyn(count))
            past_end(k + 1)

        branches.branch(ctx, b.compare("gt", counts[k], count), there, part.past_end or _nothing)

    return counted(
        ctx,
        count,
        lambda k: Tup(tuple(at(ctx, part, k) for part in parts)),
        bounds=_fewest(parts),
        fixed=all(part.fixed for part in parts),
        boxes=tuple(box for part in parts for box in part.boxes),
        computed=any(part.computed for part in parts),
        past_end=past_end if last >= 0 or ends or strict else None,
    )


def _fewest(parts: list[Sequence]) -> Callable[[], range] | None:
    """The places at which all parts have an item, where that can be known."""
    known = [part.bounds for part in parts if part.bounds is not None]
    return (lambda: range(min(len(bounds()) for bounds in known))) if len(known) == len(parts) else None


def _nothing() -> None:
    pass


def map_(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    return made(ctx, builtins.map, tuple(args), _mapped)


def _mapped(ctx: Context, args: tuple[Abs, ...]) -> Items:
    function, *sources = args
    parts = [iterate(ctx, source) for source in sources]
    if len(parts) == 1:
        return mapped(parts[0], lambda item: apply(ctx, function, [item]))
    return mapped(_zipped(ctx, parts), lambda row: apply(ctx, function, list(held(row))))


def filter_(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    return made(ctx, builtins.filter, tuple(args), _filtered)


def _filtered(ctx: Context, args: tuple[Abs, ...]) -> Items:
    function, source = args
    inner = iterate(ctx, source)
    itself = isinstance(function, Static) and function.obj is None
    place = LoopPlace(ctx)

    def run(body: Body, live: Any, unroll: bool) -> None:
        def each(item: Abs) -> None:
            truth = ctx.truth(item if itself else apply(ctx, function, [item]))
            if isinstance(truth, Value):
                branches.branch(ctx, truth, lambda: body(item), _nothing)
            elif truth:
                body(item)

        run_over(ctx, place, inner, each, live, unroll=unroll)

    return Pushed(run)


def reversed_(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    return made(ctx, builtins.reversed, tuple(args), lambda ctx, parts: backwards(ctx, parts[0]))


def iter_(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    if len(args) == 2:
        raise ctx.unsupported("AD170", f"iter() of {describe(args[0])} with a sentinel", "write a `while` loop")
    if isinstance(args[0], Generator):
        return args[0]
    return made(ctx, ITERATOR, tuple(args), lambda ctx, parts: iterate(ctx, parts[0]))
