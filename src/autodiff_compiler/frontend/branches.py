"""Branches: running two alternatives on copies of the state, and joining them into an `if`."""

from __future__ import annotations

from collections.abc import Callable

from autodiff_compiler.diagnostics import UserError
from autodiff_compiler.frontend import tries
from autodiff_compiler.frontend.context import Context, bool_value
from autodiff_compiler.frontend.merge import Merge
from autodiff_compiler.frontend.state import RESULT_NAME, Exit, NameKey, State
from autodiff_compiler.frontend.values import Abs, Choice, Dead, Dyn, Static
from autodiff_compiler.ir.builder import OpenRegion
from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.opset import is_pure, may_overflow, may_trap
from autodiff_compiler.ir.types import Scalar


def run_to_end(ctx: Context, run: Callable[[], None]) -> None:
    """Run something whose state is taken at its end, whatever raises in it: the body of a branch, a loop or a `try`."""
    depth, home = ctx.b.depth, ctx.tries.home
    ctx.tries.home = depth
    try:
        try:
            run()
        except Dead:
            ctx.state.end()
        except UserError as error:
            if not tries.caught(ctx, error) and not ctx.doubts(error):
                raise
        close(ctx, depth)
    finally:
        ctx.tries.home = home


def close(ctx: Context, depth: int) -> None:
    """End the branches around what did not raise that were begun since the builder was so deep."""
    b = ctx.b
    while ctx.tries.splits and (one := ctx.tries.splits[-1]).depth >= depth:
        ctx.tries.splits.pop()
        if not b.is_open(one.region):
            continue
        then = Branch.ended(ctx, one.region)
        b.back_to(one.depth)
        ctx.tries.home = one.depth
        join(ctx, one.condition, one.base, then, Branch(ctx, one.otherwise, one.base))


class Branch:
    """One alternative: a region and the state at its end."""

    def __init__(self, ctx: Context, run: Callable[[], None], start: State) -> None:
        self.ctx = ctx
        with ctx.b.region() as self.region:
            ctx.state = start.copy()
            self._run(run)

    @classmethod
    def ended(cls, ctx: Context, region: OpenRegion) -> Branch:
        """The branch of a region that was built before, and ends here."""
        branch = cls.__new__(cls)
        branch.ctx, branch.region, branch.state = ctx, region, ctx.state
        return branch

    def go_on(self, run: Callable[[], None]) -> None:
        """Run something more at the end of the branch."""
        with self.ctx.b.reopen(self.region):
            self.ctx.state = self.state
            self._run(run)

    def _run(self, run: Callable[[], None]) -> None:
        run_to_end(self.ctx, run)
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
    merge = Merge(
        then.state, orelse.state, ctx.mixed, ctx.numbers, base=base, live=live or (lambda key: True), span=ctx.b.span
    )
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
    join(ctx, condition, base, *both(ctx, condition, base, then, orelse), live)


def both(
    ctx: Context, condition: Value, base: State, then: Callable[[], None], orelse: Callable[[], None]
) -> tuple[Branch, Branch]:
    """The two branches of a condition, each with what is known inside it."""
    inside = ctx.facts.inside
    return Branch(ctx, then, inside(base, condition, True)), Branch(ctx, orelse, inside(base, condition, False))


def choose(ctx: Context, condition: Value, then: Callable[[], Abs], orelse: Callable[[], Abs]) -> Abs:
    """The value of `then()` or of `orelse()`, only one of which is evaluated."""
    key = (ctx.frame, RESULT_NAME)
    ctx.state.names.pop(key, None)  # what is left of one that raised

    def keep(evaluate: Callable[[], Abs]) -> Callable[[], None]:
        def run() -> None:
            ctx.state.names[key] = evaluate()

        return run

    branch(ctx, condition, keep(then), keep(orelse))
    return _taken(ctx, key)


def of_each(ctx: Context, choice: Choice, use: Callable[[Abs], Abs], k: int = 0) -> Abs:
    """`use` of the option that is chosen, which is the k-th or a later one.  What fails for one of them fails when that is the one."""

    def this() -> Abs:
        try:
            return use(choice.options[k])
        except UserError as error:
            if not tries.caught(ctx, error) and not tries.left_to_the_run(ctx, error):
                raise
            raise Dead from None

    if k == len(choice.options) - 1:
        return this()
    return choose(ctx, choice.is_option(ctx.b, k), this, lambda: of_each(ctx, choice, use, k + 1))


def _taken(ctx: Context, key: NameKey) -> Abs:
    """The value that branches have left, where control goes on."""
    if ctx.state.exit.left:
        raise Dead
    value = ctx.state.names.pop(key)
    tries.proceed(ctx)
    return ctx.settled(value, RESULT_NAME, ctx.frame)


def short_circuit(ctx: Context, first: Abs, rest: Callable[[], Abs], *, stop_at: bool) -> Abs:
    """`first and rest()` (stop_at False) or `first or rest()` (stop_at True)."""
    truth = ctx.truth(first)
    if not isinstance(truth, Value):
        return first if truth == stop_at else rest()
    key = (ctx.frame, RESULT_NAME)
    ctx.state.names.pop(key, None)
    base, depth = ctx.state, ctx.b.depth
    found: list[Abs] = []

    def evaluated() -> None:
        found.append(rest())
        if ctx.b.depth > depth + 1:  # where it did not raise
            ctx.state.names[key] = found[0]

    start = ctx.facts.inside(base, truth, not stop_at)
    ahead = Branch(ctx, evaluated, start)
    ctx.state = base
    second = found[0] if found else None  # None: it always raises
    simple = start is base and ahead.state.same_as(start) and all(map(_is_harmless, ahead.region.ops))
    if second is not None and simple and _is_bool(first) and _is_bool(second):
        return _logical(ctx, truth, ahead.region, second, stop_at)
    if second is not None:
        ahead.state.names.setdefault(key, second)
    # If both are truth values, the result of the short cut is known: True for `or`, False for `and`.
    short = Static(stop_at) if _is_bool(first) and _is_bool(second) else ctx.facts.value_inside(first, truth, stop_at)

    def stop() -> None:
        ctx.state.names[key] = short

    stopped = Branch(ctx, stop, ctx.facts.inside(base, truth, stop_at))
    then, orelse = (stopped, ahead) if stop_at else (ahead, stopped)
    join(ctx, truth, base, then, orelse)
    return _taken(ctx, key)


def _logical(ctx: Context, truth: Value, region: OpenRegion, second: Abs, stop_at: bool) -> Abs:
    """Both sides are cheap and cannot fail: evaluate both."""
    ctx.b.ops.extend(region.ops)
    other = ctx.truth(second)
    if not isinstance(other, Value):
        return Static(stop_at) if other == stop_at else Dyn(truth)
    result = ctx.b.op("or" if stop_at else "and", truth, bool_value(ctx, other))
    ctx.facts.both(result, truth, other, truth=not stop_at)
    return Dyn(result)


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


def if_code(ctx: Context, code: int, run: Callable[[], None], live: Callable[[NameKey], bool] | None = None) -> None:
    """Run what goes on where control has left with this exit code."""
    left = ctx.state.exit
    if code not in left.codes:
        return

    def here() -> None:
        ctx.state.exit = Exit()
        run()

    def elsewhere() -> None:
        codes = left.codes - {code}
        ctx.state.exit = Exit(codes, left.value if len(codes) > 1 else None)

    if len(left.codes) == 1:
        here()
        return
    assert left.value is not None
    branch(ctx, ctx.b.compare("eq", left.value, ctx.b.const(code)), here, elsewhere, live)
