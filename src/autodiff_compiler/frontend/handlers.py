"""`try`: its body, the handlers of what it raises, `else`, and `finally`, which runs on every way out."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import partial

from autodiff_compiler.frontend import branches, tries
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.scalars import describe
from autodiff_compiler.frontend.state import NORMAL, Exit, NameKey
from autodiff_compiler.frontend.tries import Final, Handlers
from autodiff_compiler.frontend.values import Abs, Choice, Maybe, Static, Tup

_SEEN = (ast.Call, ast.Raise, ast.Assert, ast.Return, ast.Break, ast.Continue)


def run_try(ctx: Context, node: ast.Try) -> None:
    """A `try` statement."""
    if not node.finalbody:
        _handled(ctx, node)
        return
    seen = any(isinstance(part, _SEEN) for statement in node.finalbody for part in ast.walk(statement))
    finally_(ctx, node, lambda: _handled(ctx, node), lambda: ctx.run(node.finalbody), seen=seen)


def finally_(ctx: Context, node: ast.stmt, body: Callable[[], None], last: Callable[[], None], *, seen: bool) -> None:
    """Run `body`, and `last` on every way out of it; `seen`: whether it may show where an exception leaves the program."""
    final = Final(_in_place(ctx, node, last), seen)
    with tries.inside(ctx, (*ctx.tries.around, final)):
        branches.run_to_end(ctx, body)
    left = ctx.state.exit
    if left.dead:
        return
    ctx.state.exit = Exit()
    last()
    after = ctx.state.exit
    if after.normal:
        ctx.state.exit = left
    elif not after.left:
        raise ctx.unsupported(
            "AD116", "a `finally` that leaves a function or loop on some paths", "do that before or after the statement"
        )


def _in_place(ctx: Context, node: ast.stmt, last: Callable[[], None]) -> Callable[[], None]:
    """`last`, run as a part of the function that it stands in, whatever function an exception comes from."""
    frame, calls, loops = ctx.frame, ctx.calls, ctx.loops

    def run() -> None:
        here = ctx.frame, ctx.calls, ctx.loops
        ctx.frame, ctx.calls, ctx.loops = frame, (*calls, (node, ctx.b.span)), loops
        try:
            last()
        finally:
            ctx.frame, ctx.calls, ctx.loops = here

    return run


def _handled(ctx: Context, node: ast.Try) -> None:
    """Everything but `finally`."""
    key = (ctx.frame, f"$caught_{node.lineno}_{node.col_offset}")
    codes = [ctx.new_code() for _ in node.handlers]
    clauses = tuple((_classes(ctx, handler.type), code) for handler, code in zip(node.handlers, codes))
    around, before = ctx.tries.around, frozenset((*ctx.state.names, key))
    with tries.inside(ctx, (*around, Handlers(key, clauses)) if clauses else around):
        branches.run_to_end(ctx, lambda: ctx.run(node.body))
    tries.forget(ctx, before)
    if node.orelse and NORMAL in ctx.state.exit.codes:
        if ctx.state.exit.normal:
            ctx.run(node.orelse)
        else:
            branches.if_normal(ctx, lambda: ctx.run(node.orelse))
    for handler, code in zip(node.handlers, codes):
        branches.if_code(ctx, code, partial(_handle, ctx, handler, key))
    ctx.state.names.pop(key, None)


def swallow(ctx: Context, node: ast.stmt, classes: list[ast.expr], body: Callable[[], None]) -> None:
    """Run `body`, and go on after it where it raises one of these."""
    key = (ctx.frame, f"$caught_{node.lineno}_{node.col_offset}")
    code = ctx.new_code()
    wanted = tuple(cls for each in classes for cls in _classes(ctx, each))
    before = frozenset((*ctx.state.names, key))
    with tries.inside(ctx, (*ctx.tries.around, Handlers(key, ((wanted, code),)))):
        branches.run_to_end(ctx, body)
    tries.forget(ctx, before)
    branches.if_code(ctx, code, lambda: None)
    ctx.state.names.pop(key, None)


def _classes(ctx: Context, node: ast.expr | None) -> tuple[type[BaseException], ...]:
    """What an `except` clause catches."""
    if node is None:
        return (BaseException,)
    found = ctx.evaluate(node)
    items = found.items if isinstance(found, Tup) else (found,)
    classes: list[type[BaseException]] = []
    for item in items:
        if not (isinstance(item, Static) and isinstance(item.obj, type) and issubclass(item.obj, BaseException)):
            raise ctx.wrong(
                "AD171",
                f"TypeError: catching classes that do not inherit from BaseException is not allowed: {describe(item)}",
            )
        classes.append(item.obj)
    return tuple(classes)


def _handle(ctx: Context, handler: ast.ExceptHandler, key: NameKey) -> None:
    before = ctx.tries.handling
    ctx.tries.handling = (*before, key)
    try:
        if handler.name is None:
            ctx.run(handler.body)
        else:
            _handle_named(ctx, handler, handler.name, raised(ctx, key))
    finally:
        ctx.tries.handling = before


def _handle_named(ctx: Context, handler: ast.ExceptHandler, name: str, caught: Abs, k: int = 0) -> None:
    """Run the clause for the exception, once for each that it may be, so that its class and text are known."""
    if isinstance(caught, Choice) and k < len(caught.options) - 1:
        branches.branch(
            ctx,
            caught.is_option(ctx.b, k),
            partial(_handle_named, ctx, handler, name, caught.options[k], k),
            partial(_handle_named, ctx, handler, name, caught, k + 1),
        )
        return
    calls = ctx.calls
    ctx.calls = (*calls, (handler, k))
    try:
        _bind(ctx, name, caught.options[k] if isinstance(caught, Choice) else caught)
        ctx.run(handler.body)
    finally:
        ctx.calls = calls
    frame = ctx.owner(name)
    if frame is not None:
        ctx.state.names.pop((frame, name), None)


def _bind(ctx: Context, name: str, value: Abs) -> None:
    frame = ctx.owner(name)
    if frame is None:
        ctx.store_name(name, value)  # refused
    else:
        ctx.state.names[frame, name] = value


def raised(ctx: Context, key: NameKey) -> Abs:
    """The exception that is being handled: it was raised, or control would not be here."""
    value = ctx.state.names[key]
    return value.value if isinstance(value, Maybe) else value
