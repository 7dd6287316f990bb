"""What a loop carries, found by a fixpoint over types.

The body is run on a state whose changing parts are parameters of the loop's region.  What changes is not known before
the body has been run, so it is run until nothing new is found; the result of the last round is the loop.  What a round finds
is remembered by place, so that an inner loop does not start from nothing in each round of the outer one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from autodiff_compiler.frontend import branches
from autodiff_compiler.frontend.asking import Live
from autodiff_compiler.frontend.context import Context, LoopTargets
from autodiff_compiler.frontend.join_slots import Widening
from autodiff_compiler.frontend.merge import Merge
from autodiff_compiler.frontend.state import NORMAL, Exit, State
from autodiff_compiler.frontend.values import Unroll
from autodiff_compiler.ir.builder import OpenRegion
from autodiff_compiler.ir.core import Region, Value
from autodiff_compiler.ir.types import Type

ROUNDS = 64


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
        has_few_trips: Callable[[], bool] = lambda: False,
    ) -> None:
        self.ctx = ctx
        self.entry = ctx.state
        found = ctx.widenings.get(key, Widening())
        joined = partial(Merge, mixed=ctx.mixed, numbers=ctx.numbers, live=live, span=ctx.b.span)
        merge = joined(self.entry, self.entry, widening=found)
        for _ in range(ROUNDS):
            targets = LoopTargets()
            ctx.loops.append(targets)
            ctx.rounds += 1
            outer_doubted, ctx.doubted = ctx.doubted, []
            try:
                with ctx.b.region(*prefix, *merge.types, names=(*prefix_names, *merge.hints)) as opened:
                    ctx.state = merge.outputs(list(opened.params[len(prefix) :]))
                    branches.run_to_end(ctx, partial(run_body, opened.params[: len(prefix)]))
                    end = ctx.state
            finally:
                ctx.loops.pop()
                ctx.rounds -= 1
                errors, ctx.doubted = ctx.doubted, outer_doubted
                if outer_doubted is not None:
                    outer_doubted += errors
            self.left = _without(ctx, opened, end.exit, targets.continues)
            end = _with_exit(end, Exit(frozenset()) if end.exit.dead else Exit())
            following = joined(self.entry, end, base=self.entry, widening=merge.widened())
            if may_unroll and (following.mixed_list or (following.has_rows and has_few_trips())):
                raise Unroll(key)  # then each function, say, that the list holds is known
            if following.signature() == merge.signature():
                if errors and outer_doubted is None:
                    raise errors[0]
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
            ends = NORMAL in ctx.state.exit.codes
        codes = outward | ({NORMAL} if ends or left & self.breaks else frozenset())
        if codes == {NORMAL} or len(codes) == 1:
            ctx.state.exit = Exit(frozenset(codes))
            return
        stays = sorted((left & self.breaks) | (natural & left))
        if stays:
            code = zeroed(ctx, code, stays)
        ctx.state.exit = Exit(frozenset(codes), code)

    def _else(self, code: Value, left: frozenset[int], natural: set[int], at_end: Callable[[], None]) -> Value:
        """Run the `else` clause if the loop ran to its end."""
        ctx = self.ctx
        if natural & left:
            code = zeroed(ctx, code, sorted(natural & left))
        ctx.state.exit = Exit(frozenset({NORMAL} | (left - natural)), code)
        branches.if_normal(ctx, at_end)
        exit_ = ctx.state.exit
        return exit_.value if exit_.value is not None else ctx.b.const(next(iter(exit_.codes), NORMAL))


def zeroed(ctx: Context, code: Value, codes: list[int]) -> Value:
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
        return Exit(codes, zeroed(ctx, left.value, sorted(left.codes & continues)))


def _with_exit(state: State, exit_: Exit) -> State:
    return replace(state, exit=exit_)
