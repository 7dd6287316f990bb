"""Loops: `for`, and what it shares with `while`; unrolled where the items are known, else one op whose body is run to a fixpoint."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import partial
from typing import Any

from autodiff_compiler.diagnostics import AutodiffError, UnsupportedError, UserError
from autodiff_compiler.frontend import branches, live_names, tries
from autodiff_compiler.frontend.asking import Columns, Items, Live, Perhaps, Pushed, Sequence, Step, Steps, unrolled
from autodiff_compiler.frontend.columns import ALIKE
from autodiff_compiler.frontend.context import Context, LoopTargets
from autodiff_compiler.frontend.fixpoint import Fixpoint, zeroed
from autodiff_compiler.frontend.iteration import iterate
from autodiff_compiler.frontend.state import NORMAL, Exit, State
from autodiff_compiler.frontend.values import Abs, Dyn, Poison, Unmergeable, Unroll
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.types import INT

IDENTITIES = ("AD102", "AD110", "AD111", "AD113", "AD135", "AD139", "AD162", "AD174")
"""Refusals of what cannot be told apart if all iterations share one body: which of several arrays, functions or lists is meant,
how long a list is.  If the loop has few trips, each of them becomes code of its own."""
FEW_TRIPS = 32
RETRIES = 20


def run_for(ctx: Context, node: ast.For) -> None:
    """A `for` statement."""
    value = ctx.evaluate(node.iter)
    iterable = iterate(ctx, value)
    # While it runs, the loop holds what it iterates over, even if the body gives the name to something else.
    held = (ctx.frame, f"$for_{node.lineno}_{node.col_offset}")
    ctx.state.names[held] = value

    def body(item: Abs) -> None:
        ctx.assign(node.target, item)
        ctx.run(node.body)

    live, after = live_names.at_head(ctx, node), live_names.after_loop(ctx, node)
    run_over(ctx, node, iterable, body, live, block(ctx, node.orelse), unroll=ctx.apart, after=after)
    ctx.state.names.pop(held, None)


def block(ctx: Context, statements: list[ast.stmt]) -> Callable[[], None] | None:
    return (lambda: ctx.run(statements)) if statements else None


def run_over(
    ctx: Context,
    node: ast.AST,
    iterable: Items,
    body: Callable[[Abs], None],
    live: Live,
    at_end: Callable[[], None] | None = None,
    *,
    unroll: bool = False,
    after: Live = lambda key: False,
    few: int = ALIKE,
) -> None:
    """Run `body` for each item, and `at_end` when there are no more: unrolled for items known now, unless there are more than
    `few` that are alike; as a loop for a run-time sequence, which is unrolled, too, where that is asked for and can be.

    `live` are the names that may be read in another iteration or after the loop, `after` those read after it.
    """

    def each(item: Abs) -> None:
        try:
            body(item)
        except Unmergeable as signal:
            raise ctx.unmergeable(signal.poison) from None

    ctx.iterating += iterable.boxes
    try:
        if isinstance(iterable, Pushed):
            _pushed(ctx, iterable, each, live, at_end, unroll)
        elif isinstance(iterable, Steps):
            if unroll or not _over_columns(ctx, node, iterable, each, live, at_end, after, few):
                run_steps(ctx, node, iterable, each, at_end)
        else:
            _run_over_sequence(ctx, node, iterable, each, live, at_end, unroll, after)
    finally:
        del ctx.iterating[len(ctx.iterating) - len(iterable.boxes) :]


def _run_over_sequence(
    ctx: Context,
    node: ast.AST,
    sequence: Sequence,
    body: Callable[[Abs], None],
    live: Live,
    at_end: Callable[[], None] | None,
    unroll: bool,
    after: Live,
) -> None:
    key = (node, ctx.calls)
    if not unroll and ctx.lengths is not None and sequence.bounds is not None and sequence.fixed:
        unroll = ctx.lengths.unrolls(len(sequence.bounds()), listed=isinstance(node, ast.comprehension))
    # A loop of no trips leaves everything as it is, including the types that it would have joined.
    empty = sequence.bounds is not None and sequence.fixed and not sequence.bounds()
    if (unroll or empty or key in ctx.unrolled) and sequence.bounds is not None:
        run_steps(ctx, node, unrolled(sequence), body, at_end)
        return
    before, start, depth = ctx.state.copy(), len(ctx.b.ops), ctx.b.depth

    def apart() -> None:
        ctx.unrolled.add(key)
        ctx.state = before.copy()
        tries.give_up(ctx, depth)
        run_steps(ctx, node, unrolled(sequence), body, at_end)

    try:
        _for_loop(ctx, key, sequence, body, live, at_end)
        if _spoilt(ctx, before, after) and _may_unroll(ctx, sequence):
            _rebuilt(ctx, start, apart)
    except Unroll as signal:
        if signal.loop != key:
            raise
        apart()
    except UnsupportedError as error:
        if error.code not in IDENTITIES or not _may_unroll(ctx, sequence):
            raise
        instead_of(error, apart)


def _spoilt(ctx: Context, before: State, after: Live) -> bool:
    """Whether a loop leaves something behind that can be read, but not be told apart."""
    now = ctx.state.names.items()
    return any(isinstance(x, Poison) and not isinstance(before.names.get(k), Poison) and after(k) for k, x in now)


def _over_columns(
    ctx: Context,
    node: ast.AST,
    steps: Steps,
    body: Callable[[Abs], None],
    live: Live,
    at_end: Callable[[], None] | None,
    after: Live,
    few: int,
) -> bool:
    """Run the body in a loop over the columns of what is known, if that can be done; else nothing is left of it.

    A body that needs its item when compiling, or for which the items of all trips cannot share one body, is unrolled wherever
    the program comes here.
    """
    columns, key = steps.columns, (node, Columns)
    if columns is None or columns.count <= few or key in ctx.unrolled or not ctx.compact.asked():
        return False
    before, start, depth = ctx.state.copy(), len(ctx.b.ops), ctx.b.depth
    try:
        _for_loop(ctx, (node, ctx.calls), columns.sequence(), body, live, at_end)
        if not _spoilt(ctx, before, after):
            return True
    except Unroll as signal:
        if signal.loop != (node, ctx.calls):
            raise
    except (UserError, UnsupportedError):
        pass
    ctx.unrolled.add(key)
    ctx.state = before
    tries.give_up(ctx, depth)
    del ctx.b.ops[start:]
    return False


def _rebuilt(ctx: Context, start: int, build: Callable[[], None]) -> None:
    """Replace the ops from `start` on, and the state, with what `build` makes, if it can be built."""
    state, ops = ctx.state, ctx.b.ops[start:]
    del ctx.b.ops[start:]
    try:
        build()
    except UnsupportedError:
        ctx.state = state
        ctx.b.ops[start:] = ops


def instead_of(error: UnsupportedError, build: Callable[[], None]) -> None:
    """Build in another way something that was refused; if that is refused, too, the first refusal stands."""
    try:
        build()
    except UnsupportedError:
        raise error from None


def _may_unroll(ctx: Context, sequence: Sequence) -> bool:
    """Whether a loop has few trips, and their number can be known at compile time."""
    try:
        few = sequence.bounds is not None and len(sequence.bounds()) <= FEW_TRIPS
    except (AutodiffError, Unroll):
        few = False
    ctx.retries += few
    return few and ctx.retries <= RETRIES


def leave(ctx: Context) -> None:
    """`break`."""
    code = ctx.new_code()
    ctx.loops[-1].breaks.add(code)
    ctx.state.exit = Exit(frozenset({code}))


def _for_loop(
    ctx: Context,
    key: tuple[Any, ...],
    sequence: Sequence,
    body: Callable[[Abs], None],
    live: Live,
    at_end: Callable[[], None] | None,
) -> None:
    b = ctx.b
    static_bounds = sequence.bounds is not None

    def need_static() -> object:
        raise Unroll(key)

    def run_body(params: tuple[Value, ...]) -> None:
        body(sequence.item(Dyn(params[0], need_static if static_bounds else None)))

    def has_few_trips() -> bool:
        return _may_unroll(ctx, sequence)

    loop = Fixpoint(
        ctx, key, live, (INT,), (sequence.hint,), run_body, may_unroll=static_bounds, has_few_trips=has_few_trips
    )
    region = loop.region()
    inits = loop.merge.inputs(b, 0)
    results = b.for_(*sequence.range(), inits, region, exits=loop.exits)
    past_end = sequence.past_end
    if past_end is not None:
        at_end = _one_after_the_other(past_end, at_end)
    loop.finish(results, natural_end=True, at_end=at_end)


def _one_after_the_other(first: Callable[[], None], second: Callable[[], None] | None) -> Callable[[], None]:
    def run() -> None:
        first()
        if second is not None:
            second()

    return run


def run_steps(
    ctx: Context, node: ast.AST, iterable: Steps, body: Callable[[Abs], None], at_end: Callable[[], None] | None
) -> None:
    """Run the body once for each item."""
    targets = LoopTargets()
    outer_calls = ctx.calls

    def ask(k: int) -> Step:
        ctx.calls = (*outer_calls, (node, k))
        try:
            return iterable.next()
        finally:
            ctx.calls = outer_calls

    def found(step: Perhaps, k: int) -> None:
        from_step(step.found(), k)

    def from_item(k: int) -> None:
        from_step(ask(k), k)

    def from_step(step: Step, k: int) -> None:
        while step is not None:
            if isinstance(step, Perhaps):
                # What follows runs only if there is an item: after a missing one there are no others.
                branches.branch(ctx, step.there, partial(found, step, k), lambda: None)
                return
            ctx.calls = (*outer_calls, (node, k))
            ctx.loops.append(targets)
            try:
                body(step.item)
            finally:
                ctx.loops.pop()
                ctx.calls = outer_calls
            k += 1
            left = continued(ctx, targets.continues)
            if left.left:
                return
            if not left.normal:
                branches.if_normal(ctx, partial(from_item, k))
                return
            step = ask(k)

    from_item(0)
    ended(ctx, targets, at_end)


def _pushed(
    ctx: Context,
    iterable: Pushed,
    body: Callable[[Abs], None],
    live: Live,
    at_end: Callable[[], None] | None,
    unroll: bool,
) -> None:
    """Run the body inside the loops that the items come out of."""
    targets = LoopTargets()

    def each(item: Abs) -> None:
        ctx.loops.append(targets)
        try:
            body(item)
        finally:
            ctx.loops.pop()
        continued(ctx, targets.continues)

    iterable.run(each, live, unroll)
    ended(ctx, targets, at_end)


def ended(ctx: Context, targets: LoopTargets, at_end: Callable[[], None] | None) -> None:
    """What follows a loop without an op of its own: the `else` clause where nothing was left, and the end of its `break`s."""
    if at_end is not None and not ctx.state.exit.left:
        if ctx.state.exit.normal:
            at_end()
        else:
            branches.if_normal(ctx, at_end)
    left = ctx.state.exit
    broken = left.codes & targets.breaks
    if broken:
        codes = (left.codes - targets.breaks) | {NORMAL}
        if len(codes) == 1:
            ctx.state.exit = Exit(codes)
        else:
            assert left.value is not None
            ctx.state.exit = Exit(codes, zeroed(ctx, left.value, sorted(broken)))


def continued(ctx: Context, continues: set[int]) -> Exit:
    """The exit of an unrolled iteration, with `continue` as its normal end."""
    left = ctx.state.exit
    codes = left.codes & continues
    if codes:
        rest = (left.codes - continues) | {NORMAL}
        value = None
        if len(rest) > 1:
            assert left.value is not None
            value = zeroed(ctx, left.value, sorted(codes))
        ctx.state.exit = Exit(rest, value)
    return ctx.state.exit
