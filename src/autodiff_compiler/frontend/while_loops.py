"""`while`: a condition that only reads becomes the condition of the loop, one with effects goes into the body."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autodiff_compiler.diagnostics import UnsupportedError
from autodiff_compiler.frontend import branches, live_names, tries
from autodiff_compiler.frontend.asking import steps
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.fixpoint import Fixpoint
from autodiff_compiler.frontend.loops import (
    FEW_TRIPS,
    IDENTITIES,
    RETRIES,
    block,
    instead_of,
    run_steps,
)
from autodiff_compiler.frontend.state import Exit, State
from autodiff_compiler.frontend.values import Abs, Dead, Static
from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.opset import is_pure, nested_effect


def run_while(ctx: Context, node: ast.While) -> None:
    """A `while` statement."""
    before, depth = ctx.state.copy(), ctx.b.depth
    try:
        # A condition that only reads becomes the loop's own; what it reads in later trips is known once the body is.
        endless = _is_true(node.test)
        truth, only_reads = (True, False) if endless else _tried(ctx, node.test)
        if only_reads and truth is False:
            _not_entered(ctx, node)
        elif not only_reads or not _while_condition(ctx, node):
            _while_true(ctx, node, None if endless else node.test)
    except UnsupportedError as error:
        if error.code not in IDENTITIES or ctx.retries >= RETRIES:
            raise
        ctx.retries += 1
        ctx.state = before
        tries.give_up(ctx, depth)
        refusal = error
        instead_of(refusal, lambda: _while_known(ctx, node, refusal))


def _while_known(ctx: Context, node: ast.While, otherwise: UnsupportedError) -> None:
    """A loop of few trips whose condition is known at compile time, each time."""

    def trips() -> Iterator[Abs]:
        for _ in range(FEW_TRIPS):
            truth = ctx.condition(node.test)
            if isinstance(truth, Value):
                raise otherwise
            if not truth:
                return
            yield Static(None)
        raise otherwise

    run_steps(ctx, node, steps(trips()), lambda item: ctx.run(node.body), block(ctx, node.orelse))


def _while_condition(ctx: Context, node: ast.While) -> bool:
    """A loop whose condition only reads.  False, and nothing done, where it writes once the body has run."""
    b, entry = ctx.b, ctx.state
    loop = Fixpoint(ctx, (node, ctx.calls), live_names.at_head(ctx, node), (), (), lambda params: ctx.run(node.body))
    body = loop.region()
    with b.region(*loop.merge.types, names=loop.merge.hints) as condition:
        ctx.state = loop.merge.outputs(list(condition.params))
        head = ctx.state.copy()
        truth, only_read = _read(ctx, node.test, head, condition.ops)
        if only_read:
            b.yield_(truth if isinstance(truth, Value) else b.const(truth))
    ctx.state = entry
    if not only_read:
        return False
    results = b.while_(loop.merge.inputs(b, 0), condition.done(), body, exits=loop.exits)
    loop.finish(results, natural_end=True, at_end=block(ctx, node.orelse))
    return True


def _while_true(ctx: Context, node: ast.While, test: ast.expr | None) -> None:
    """A loop whose condition, if it has one, is tested in the body, because it has effects."""
    b = ctx.b
    stop_codes: set[int] = set()

    def run_body(params: tuple[Value, ...]) -> None:
        truth = True if test is None else ctx.condition(test)
        code = ctx.new_code()
        stop_codes.add(code)

        def stop() -> None:
            ctx.state.exit = Exit(frozenset({code}))

        if isinstance(truth, Value):
            branches.branch(ctx, truth, lambda: ctx.run(node.body), stop)
        elif truth:
            ctx.run(node.body)
        else:
            stop()

    loop = Fixpoint(ctx, (node, ctx.calls), live_names.at_head(ctx, node), (), (), run_body)
    body = loop.region()
    with b.region(*loop.merge.types, names=loop.merge.hints) as condition:
        b.yield_(b.const(True))
    results = b.while_(loop.merge.inputs(b, 0), condition.done(), body, exits=loop.exits)
    loop.finish(results, natural_end=False, at_end=block(ctx, node.orelse), also_natural=stop_codes)


def _is_true(test: ast.expr) -> bool:
    return isinstance(test, ast.Constant) and bool(test.value)


def _tried(ctx: Context, test: ast.expr) -> tuple[bool | Value, bool]:
    """The truth of a condition now, and whether it only reads: it is run once, on a copy."""
    before = ctx.state
    with ctx.b.region() as trial:
        ctx.state = before.copy()
        try:
            return _read(ctx, test, before, trial.ops)
        except Dead:
            return True, False
        finally:
            ctx.state = before


def _not_entered(ctx: Context, node: ast.While) -> None:
    """A loop whose condition does not hold at first: what its body would do with what there is now need not make sense."""
    ctx.condition(node.test)
    ctx.run(node.orelse)


def _read(ctx: Context, test: ast.expr, before: State, ops: list[Op]) -> tuple[bool | Value, bool]:
    """The truth of a condition, and whether evaluating it left everything as it was, and raised nothing that is caught."""
    depth, home = ctx.b.depth, ctx.tries.home
    ctx.tries.home = depth
    try:
        truth = ctx.condition(test)
        return truth, ctx.b.depth == depth and _only_read(ctx, before, ops)
    finally:
        ctx.tries.home = home


def _only_read(ctx: Context, before: State, ops: list[Op]) -> bool:
    """Whether what was evaluated since left everything as it was."""
    return ctx.state.same_as(before) and all(is_pure(op) or nested_effect(op) == "check" for op in ops)
