"""Generator functions: `yield` runs the body of whoever asked for the items, in the middle of the generator.

A call binds the arguments and runs nothing.  The items come out of the loops of the generator's own body (`iteration.Pushed`), so
that these stay loops; what leaves the consumer's loop, `break` or `return`, leaves them too, by its exit code.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import GeneratorType

from autodiff_compiler.diagnostics import Span
from autodiff_compiler.frontend import branches, tries
from autodiff_compiler.frontend.asking import Items, Live, Pushed, steps
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.context import Context, LoopTargets
from autodiff_compiler.frontend.iteration import iterate
from autodiff_compiler.frontend.loops import continued, run_over
from autodiff_compiler.frontend.scopes import FunctionNode
from autodiff_compiler.frontend.source import function_body, function_liveness
from autodiff_compiler.frontend.state import RETURN_NAME, Frame
from autodiff_compiler.frontend.tries import Final, Handlers
from autodiff_compiler.frontend.values import Abs, Generator, Static, same
from autodiff_compiler.frontend.values import Items as Content

NEW, BEGUN, ENDED = (Content((Static(word),)) for word in ("new", "begun", "ended"))
"""How far a generator was run: what `Generator.used` holds."""
DEPTH = 10
"""How many runs of one generator may be nested: each `yield from` of a recursive one is code of its own."""


@dataclass(frozen=True)
class Generated(Pushed):
    """The items of a generator function."""

    frame: Frame | None = None


@dataclass(frozen=True)
class Consumer:
    """Whoever asked a generator for its items, and what is around the place."""

    body: Callable[[Abs], None]
    live: Live
    frame: Frame
    calls: tuple[object, ...]
    loops: list[LoopTargets]
    around: tuple[Handlers | Final, ...] | None
    """The `try` statements around it; None for the body of a `with`, which stands inside those of the generator."""
    live_elsewhere: Live
    span: Span


def made(ctx: Context, frame: Frame, node: FunctionNode, bound: Mapping[str, Abs]) -> Generator:
    """What a call of a generator function gives."""
    values = tuple(map(ctx.kept, bound.values()))
    used = Box(GeneratorType)
    ctx.state.boxes[used] = NEW
    return Generator(node, frame, tuple(bound), values, used, opened)


def opened(ctx: Context, generator: Generator) -> Items:
    """The items of a generator; none, if it has been run to its end."""
    now = ctx.state.content(generator.used)
    if same(now, ENDED):
        return steps(())
    if not same(now, NEW):
        raise ctx.unsupported(
            "AD191",
            "a generator that is, or may have been, asked for items before",
            "make a new one, or keep a list of it",
        )
    return Generated(partial(_run, ctx, generator, ctx.tries.around), frame=generator.frame)


def run_around(ctx: Context, generator: Generator, body: Callable[[Abs], None]) -> None:
    """Run a generator around the body of a `with`, whose exceptions are raised at the `yield`."""
    if not same(ctx.state.content(generator.used), NEW):
        raise ctx.unsupported("AD191", "a context manager that is used twice", "make a new one")
    _run(ctx, generator, None, body, lambda key: True, False)


def _run(
    ctx: Context,
    generator: Generator,
    around: tuple[Handlers | Final, ...] | None,
    body: Callable[[Abs], None],
    live: Live,
    unroll: bool,
) -> None:
    """Run a generator to its end, and `body` for each item."""
    node, frame = generator.node, generator.frame
    # What runs for an item is the consumer's, and may well ask the same generator for more.
    own = itertools.takewhile(lambda place: isinstance(place[0], FunctionNode), reversed(ctx.calls))
    if sum(place[0] is node for place in own) >= DEPTH:
        raise ctx.unsupported(
            "AD179", f"the generator `{frame.name}` runs itself more than {DEPTH} deep", "write a loop"
        )
    ctx.state.boxes[generator.used] = BEGUN
    consumer = Consumer(body, live, ctx.frame, ctx.calls, ctx.loops, around, ctx.live_elsewhere, ctx.b.span)
    apart, depth = ctx.apart, ctx.b.depth
    ctx.state.enter(frame)
    ctx.state.names |= {(frame, name): value for name, value in zip(generator.names, generator.values)}
    ctx.frame, ctx.calls, ctx.loops = frame, (*consumer.calls, (node, ctx.b.span)), []
    ctx.live_elsewhere, ctx.apart = live, unroll
    ctx.consumers[frame] = consumer
    try:
        ctx.run(function_body(node))
        branches.close(ctx, depth)
    finally:
        del ctx.consumers[frame]
        ctx.frame, ctx.calls, ctx.loops = consumer.frame, consumer.calls, consumer.loops
        ctx.live_elsewhere, ctx.apart = consumer.live_elsewhere, apart
    if continued(ctx, frame.returns).normal:
        ctx.state.boxes[generator.used] = ENDED
    _leave(ctx, frame, node)


def _leave(ctx: Context, frame: Frame, node: FunctionNode) -> None:
    """Forget the generator's names, except for what it returned: `yield from` asks for that."""
    names = ctx.state.names
    returned = names.get((frame, RETURN_NAME))
    if not function_liveness(node).captured:
        ctx.state.leave(frame)
    if returned is not None:
        names[frame, RETURN_NAME] = returned


def evaluate_yield(ctx: Context, node: ast.Yield) -> Abs:
    """`yield value`: None, as nothing can be sent."""
    _hand_over(ctx, Static(None) if node.value is None else ctx.evaluate(node.value))
    return Static(None)


def _hand_over(ctx: Context, value: Abs) -> None:
    """Run the consumer's body for an item, as if in the consumer itself."""
    frame = ctx.frame
    consumer = ctx.consumers[frame]
    around = ctx.tries.around if consumer.around is None else consumer.around
    own = ctx.tries.around[len(around) :]
    if any(isinstance(one, Handlers) and one.code(GeneratorExit) is not None for one in own):
        raise ctx.unsupported(
            "AD116", "a `yield` inside a `try` that catches GeneratorExit", "name what is caught: except ValueError"
        )
    calls, loops, live, apart = ctx.calls, ctx.loops, ctx.live_elsewhere, ctx.apart
    ctx.frame, ctx.calls, ctx.loops = consumer.frame, (*calls, (frame.source, ctx.b.span)), consumer.loops
    ctx.live_elsewhere, ctx.apart = consumer.live_elsewhere, False
    try:
        with tries.inside(ctx, around), ctx.b.at(consumer.span):
            consumer.body(value)
    finally:
        ctx.frame, ctx.calls, ctx.loops = frame, calls, loops
        ctx.live_elsewhere, ctx.apart = live, apart


def evaluate_yield_from(ctx: Context, node: ast.YieldFrom) -> Abs:
    """`yield from x`: each item of x, and then what a generator x returned."""
    items = iterate(ctx, ctx.evaluate(node.value))
    run_over(ctx, node, items, partial(_hand_over, ctx), lambda key: True, unroll=ctx.apart)
    if not isinstance(items, Generated):
        return Static(None)
    assert items.frame is not None
    returned = ctx.state.names.pop((items.frame, RETURN_NAME), Static(None))
    return ctx.whole(returned)
