"""Loops: `for`, and what it shares with `while`, with what they carry found by a fixpoint over types.

The body is run on a state whose changing parts are parameters of the loop's region.  What changes is not known before
the body has been run, so it is run until nothing new is found; the result of the last round is the loop.  What a round finds
is remembered by place, so that an inner loop does not start from nothing in each round of the outer one.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from autodiff_compiler.diagnostics import AutodiffError, UnsupportedError
from autodiff_compiler.frontend import branches, tries
from autodiff_compiler.frontend.context import Context, LoopTargets
from autodiff_compiler.frontend.iteration import Items, Live, Perhaps, Pushed, Sequence, Step, Steps, iterate, unrolled
from autodiff_compiler.frontend.join_slots import Widening
from autodiff_compiler.frontend.merge import Merge
from autodiff_compiler.frontend.source import function_liveness
from autodiff_compiler.frontend.state import NORMAL, RETURN_NAME, Exit, State
from autodiff_compiler.frontend.values import Abs, Dead, Dyn, Poison, Unroll
from autodiff_compiler.ir.builder import OpenRegion
from autodiff_compiler.ir.core import Region, Value
from autodiff_compiler.ir.types import INT, Type

ROUNDS = 64

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

    live, after = live_at_head(ctx, node), _live_after(ctx, node)
    run_over(ctx, node, iterable, body, live, block(ctx, node.orelse), after=after)
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
) -> None:
    """Run `body` for each item, and `at_end` when there are no more: unrolled for items known now, as a loop for a run-time
    sequence, which is unrolled, too, where that is asked for and can be.

    `live` are the names that may be read in another iteration or after the loop, `after` those read after it.
    """
    ctx.iterating += iterable.boxes
    try:
        if isinstance(iterable, Pushed):
            _pushed(ctx, iterable, body, live, at_end, unroll)
        elif isinstance(iterable, Steps):
            run_steps(ctx, node, iterable, body, at_end)
        else:
            _run_over_sequence(ctx, node, iterable, body, live, at_end, unroll, after)
    finally:
        del ctx.iterating[len(ctx.iterating) - len(iterable.boxes) :]
    if not isinstance(node, ast.For):
        tries.proceed(ctx)


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

    def spoilt() -> bool:
        """Whether the loop leaves something behind that can be read, but not be told apart."""
        now = ctx.state.names.items()
        return any(isinstance(x, Poison) and not isinstance(before.names.get(k), Poison) and after(k) for k, x in now)

    try:
        _for_loop(ctx, key, sequence, body, live, at_end)
        if spoilt() and _may_unroll(ctx, sequence):
            _built_anew(ctx, start, apart)
    except Unroll as signal:
        if signal.loop != key:
            raise
        apart()
    except UnsupportedError as error:
        if error.code not in IDENTITIES or not _may_unroll(ctx, sequence):
            raise
        instead_of(error, apart)


def _built_anew(ctx: Context, start: int, build: Callable[[], None]) -> None:
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


def live_at_head(ctx: Context, node: ast.For | ast.While) -> Live:
    found = function_liveness(ctx.source.node)
    names = found.at_head.get(node)
    frame = ctx.frame
    if names is None:
        return lambda key: True
    names = names | found.after.get(node, frozenset())
    return lambda key: key[0] is not frame or key[1] in names or key[1] == RETURN_NAME or key[1].startswith("$")


def _live_after(ctx: Context, node: ast.For) -> Live:
    names, frame = function_liveness(ctx.source.node).after.get(node, frozenset()), ctx.frame
    return lambda key: key[0] is not frame or key[1] in names


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

    loop = Fixpoint(ctx, key, live, (INT,), (sequence.hint,), run_body, may_unroll=static_bounds)
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


class Fixpoint:
    """Runs a loop body until what it carries is known."""

    def __init__(
        self,
        ctx: Context,
        key: tuple[Any, ...],
        live: Live,
        prefix: tuple[Type, ...],
        prefix_names: tuple[str, ...],
        run_body: Callable[[tuple[Value, ...]], None],
        *,
        may_unroll: bool = False,
    ) -> None:
        self.ctx = ctx
        self.entry = ctx.state
        found = ctx.widenings.get(key, Widening())
        merge = Merge(self.entry, self.entry, ctx.mixed, live=live, widening=found, span=ctx.b.span)
        for _ in range(ROUNDS):
            targets = LoopTargets()
            ctx.loops.append(targets)
            ctx.rounds += 1
            try:
                with ctx.b.region(*prefix, *merge.types, names=(*prefix_names, *merge.hints)) as opened:
                    ctx.state = merge.outputs(list(opened.params[len(prefix) :]))
                    branches.run_to_end(ctx, partial(run_body, opened.params[: len(prefix)]))
                    end = ctx.state
            finally:
                ctx.loops.pop()
                ctx.rounds -= 1
            self.left = _without(ctx, opened, end.exit, targets.continues)
            end = _with_exit(end, Exit(frozenset()) if end.exit.dead else Exit())
            following = Merge(
                self.entry, end, ctx.mixed, base=self.entry, live=live, widening=merge.widened(), span=ctx.b.span
            )
            if may_unroll and following.mixed_list:
                raise Unroll(key)  # then each function, say, that the list holds is known
            if following.signature() == merge.signature():
                break
            merge = following
        else:
            raise ctx.unsupported(
                "AD162", "the types of the variables of this loop do not settle", "give each name one type in the loop"
            )
        ctx.widenings[key] = merge.widened()
        self.merge = following
        self.opened = opened
        self.end = end
        self.breaks = targets.breaks
        ctx.state = self.entry

    @property
    def exits(self) -> bool:
        return not self.left.codes <= {NORMAL}

    def region(self) -> Region:
        """The finished body."""
        ctx = self.ctx
        with ctx.b.reopen(self.opened):
            ctx.state = self.end
            values = self.merge.inputs(ctx.b, 1)
            if self.exits:
                code = self.left.value
                values.append(code if code is not None else ctx.b.const(next(iter(self.left.codes))))
            ctx.b.yield_(*values)
        ctx.state = self.entry
        return self.opened.done()

    def finish(
        self,
        results: tuple[Value, ...],
        *,
        natural_end: bool,
        at_end: Callable[[], None] | None,
        also_natural: set[int] | None = None,
    ) -> None:
        """Continue after the loop: the joined state, the `else` clause, and the codes that leave outer loops or the function."""
        ctx = self.ctx
        ctx.state = self.merge.outputs(list(results[: len(self.merge.slots)]))
        ctx.state.exit = Exit()
        natural = also_natural or set()
        left = self.left.codes - {NORMAL}
        outward = left - self.breaks - natural
        ends = natural_end or bool(natural & left)
        if not left:
            if not ends:
                ctx.state.exit = Exit(frozenset())  # an endless loop that never leaves
                return
            if at_end is not None:
                at_end()
            return
        code = results[-1]
        if at_end is not None and ends:
            code = self._else(code, left, natural, at_end)
            outward = ctx.state.exit.codes - {NORMAL} - self.breaks
        codes = outward | ({NORMAL} if ends or left & self.breaks else frozenset())
        if codes == {NORMAL} or len(codes) == 1:
            ctx.state.exit = Exit(frozenset(codes))
            return
        stays = sorted((left & self.breaks) | (natural & left))
        if stays:
            code = _zeroed(ctx, code, stays)
        ctx.state.exit = Exit(frozenset(codes), code)

    def _else(self, code: Value, left: frozenset[int], natural: set[int], at_end: Callable[[], None]) -> Value:
        """Run the `else` clause if the loop ran to its end."""
        ctx = self.ctx
        if natural & left:
            code = _zeroed(ctx, code, sorted(natural & left))
        ctx.state.exit = Exit(frozenset({NORMAL} | (left - natural)), code)
        branches.if_normal(ctx, at_end)
        exit_ = ctx.state.exit
        return exit_.value if exit_.value is not None else ctx.b.const(next(iter(exit_.codes), NORMAL))


def _zeroed(ctx: Context, code: Value, codes: list[int]) -> Value:
    """The exit code with some codes turned into "normal"."""
    b = ctx.b
    for stay in codes:
        code = b.select(b.compare("eq", code, b.const(stay)), b.const(NORMAL), code)
    return code


def _without(ctx: Context, region: OpenRegion, left: Exit, continues: set[int]) -> Exit:
    """How control leaves an iteration once `continue` counts as its normal end."""
    if not left.codes & continues:
        return left
    codes = (left.codes - continues) | {NORMAL}
    if len(codes) == 1:
        return Exit(codes)
    assert left.value is not None
    with ctx.b.reopen(region):
        return Exit(codes, _zeroed(ctx, left.value, sorted(left.codes & continues)))


def _with_exit(state: State, exit_: Exit) -> State:
    return replace(state, exit=exit_)


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
            left = _continued(ctx, targets.continues)
            if left.left:
                return
            if not left.normal:
                branches.if_normal(ctx, partial(from_item, k))
                return
            step = ask(k)

    from_item(0)
    _ended(ctx, targets, at_end)


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
        _continued(ctx, targets.continues)

    iterable.run(each, live, unroll)
    _ended(ctx, targets, at_end)


def _ended(ctx: Context, targets: LoopTargets, at_end: Callable[[], None] | None) -> None:
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
            ctx.state.exit = Exit(codes, _zeroed(ctx, left.value, sorted(broken)))


def _continued(ctx: Context, continues: set[int]) -> Exit:
    """The exit of an unrolled iteration, with `continue` as its normal end."""
    left = ctx.state.exit
    codes = left.codes & continues
    if codes:
        rest = (left.codes - continues) | {NORMAL}
        value = None
        if len(rest) > 1:
            assert left.value is not None
            value = _zeroed(ctx, left.value, sorted(codes))
        ctx.state.exit = Exit(rest, value)
    return ctx.state.exit
