"""Branches: running two alternatives on copies of the state, and joining them into an `if`."""

from __future__ import annotations

from collections.abc import Callable

from autodiff_compiler.frontend.context import Context, bool_value
from autodiff_compiler.frontend.merge import Merge
from autodiff_compiler.frontend.state import RESULT_NAME, Exit, NameKey, State
from autodiff_compiler.frontend.values import Abs, Dead, Dyn, Static
from autodiff_compiler.ir.builder import OpenRegion
from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.opset import is_pure, may_overflow, may_trap
from autodiff_compiler.ir.types import Scalar


class Branch:
    """One alternative: a region and the state at its end."""

    def __init__(self, ctx: Context, run: Callable[[], None], start: State) -> None:
        self.ctx = ctx
        with ctx.b.region() as self.region:
            ctx.state = start.copy()
            self._run(run)

    def go_on(self, run: Callable[[], None]) -> None:
        """Run something more at the end of the branch."""
        with self.ctx.b.reopen(self.region):
            self.ctx.state = self.state
            self._run(run)

    def _run(self, run: Callable[[], None]) -> None:
        try:
            run()
        except Dead:
            self.ctx.state.exit = Exit(frozenset())
        self.state = self.ctx.state


def join(
    ctx: Context,
    condition: Value,
    base: State,
    then: Branch,
    orelse: Branch,
    live: Callable[[NameKey], bool] | None = None,
) -> None:
    """Emit the `if` and continue with the joined state."""
    merge = Merge(then.state, orelse.state, ctx.mixed, base=base, live=live or (lambda key: True), span=ctx.b.span)
    for side, branch in enumerate((then, orelse)):
        with ctx.b.reopen(branch.region):
            ctx.state = branch.state
            ctx.b.yield_(*merge.inputs(ctx.b, side))
    results = ctx.b.if_(condition, then.region.done(), orelse.region.done(), merge.hints)
    ctx.state = merge.outputs(list(results))


def branch(
    ctx: Context,
    condition: Value,
    then: Callable[[], None],
    orelse: Callable[[], None],
    live: Callable[[NameKey], bool] | None = None,
) -> None:
    """`if condition: then() else: orelse()`."""
    base = ctx.state
    join(ctx, condition, base, Branch(ctx, then, base), Branch(ctx, orelse, base), live)


def choose(ctx: Context, condition: Value, then: Callable[[], Abs], orelse: Callable[[], Abs]) -> Abs:
    """The value of `then()` or of `orelse()`, only one of which is evaluated."""
    key = (ctx.frame, RESULT_NAME)

    def keep(evaluate: Callable[[], Abs]) -> Callable[[], None]:
        def run() -> None:
            ctx.state.names[key] = evaluate()

        return run

    branch(ctx, condition, keep(then), keep(orelse))
    if ctx.state.exit.dead:
        raise Dead
    return ctx.settled(ctx.state.names.pop(key), RESULT_NAME, ctx.frame)


def short_circuit(ctx: Context, first: Abs, rest: Callable[[], Abs], *, stop_at: bool) -> Abs:
    """`first and rest()` (stop_at False) or `first or rest()` (stop_at True)."""
    truth = ctx.truth(first)
    if not isinstance(truth, Value):
        return first if truth == stop_at else rest()
    base = ctx.state
    found: list[Abs] = []
    ahead = Branch(ctx, lambda: found.append(rest()), base)
    ctx.state = base
    second = found[0] if found else None  # None: it always raises
    simple = ahead.state.same_as(base) and all(map(_is_harmless, ahead.region.ops))
    if second is not None and simple and _is_bool(first) and _is_bool(second):
        return _logical(ctx, truth, ahead.region, second, stop_at)
    key = (ctx.frame, RESULT_NAME)
    if second is not None:
        ahead.state.names[key] = second
    # If both are truth values, the result of the short cut is known: True for `or`, False for `and`.
    short = Static(stop_at) if _is_bool(first) and _is_bool(second) else first

    def stop() -> None:
        ctx.state.names[key] = short

    stopped = Branch(ctx, stop, base)
    then, orelse = (stopped, ahead) if stop_at else (ahead, stopped)
    join(ctx, truth, base, then, orelse)
    return ctx.settled(ctx.state.names.pop(key), RESULT_NAME, ctx.frame)


def _logical(ctx: Context, truth: Value, region: OpenRegion, second: Abs, stop_at: bool) -> Abs:
    """Both sides are cheap and cannot fail: evaluate both."""
    ctx.b.ops.extend(region.ops)
    other = ctx.truth(second)
    if not isinstance(other, Value):
        return Static(stop_at) if other == stop_at else Dyn(truth)
    return Dyn(ctx.b.op("or" if stop_at else "and", truth, bool_value(ctx, other)))


def _is_harmless(op: Op) -> bool:
    """Whether an op has no effect and never raises; that an integer fits is proven later (`passes/branches.py`)."""
    return is_pure(op) and not may_trap(op) and not may_overflow(op)


def _is_bool(x: Abs | None) -> bool:
    if isinstance(x, Static):
        return isinstance(x.obj, bool)
    return isinstance(x, Dyn) and isinstance(x.value.type, Scalar) and x.value.type.dtype.is_bool


def if_normal(ctx: Context, run: Callable[[], None], live: Callable[[NameKey], bool] | None = None) -> None:
    """Run the rest of a block if control has not left it: `if exit_code == 0`."""
    left = ctx.state.exit
    assert left.value is not None
    condition = ctx.b.compare("eq", left.value, ctx.b.const(0))

    def normally() -> None:
        ctx.state.exit = Exit()
        run()

    def otherwise() -> None:
        codes = left.codes - {0}
        ctx.state.exit = Exit(codes, left.value if len(codes) > 1 else None)

    branch(ctx, condition, normally, otherwise, live)
