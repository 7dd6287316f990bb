"""`raise` and `assert`: checks with the exception and the message that CPython would show."""

from __future__ import annotations

import ast
import builtins
from types import FunctionType

from autodiff_compiler.frontend import branches, handlers, texts, tries
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.externals import constant
from autodiff_compiler.frontend.raising import class_named
from autodiff_compiler.frontend.scalars import describe
from autodiff_compiler.frontend.values import Abs, Choice, Dead, Maybe, Poison, Static, Text
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.message import Part


def run_guard(ctx: Context, node: ast.If) -> bool:
    """Run `if test: raise E(…)` as one check; False if the statement is not of that form."""
    if node.orelse or len(node.body) != 1:
        return False
    (body,) = node.body
    if not isinstance(body, ast.Raise) or body.exc is None or not _is_plain_raise(ctx, body.exc):
        return False
    truth = ctx.condition(node.test)
    if isinstance(truth, Value):
        with ctx.b.at(ctx.span(body)):
            error, parts, values = _exception(ctx, body.exc)
            ctx.b.emit("check", (ctx.b.op("not", truth), *values), {"error": error, "message": parts})
            ctx.state = ctx.facts.inside(ctx.state, truth, False)
    elif truth:
        run_raise(ctx, body)
    return True


def run_raise(ctx: Context, node: ast.Raise) -> None:
    """`raise E(…)`: nothing after it runs."""
    with ctx.b.at(ctx.span(node)):
        exc = node.exc
        found = _caught_before(ctx) if exc is None else ctx.evaluate(exc) if isinstance(exc, ast.Name) else None
        if isinstance(found, Choice):
            _raise_one_of(ctx, found, 0)
        elif exc is None or _is_caught(ctx, found):
            _raise(ctx, *_again(ctx, found))
        else:
            _raise(ctx, *_exception(ctx, exc))


def _raise(ctx: Context, error: str, parts: tuple[Part, ...], values: tuple[Value, ...]) -> None:
    """Leave for what catches the exception, or the program."""
    known = not values and all(isinstance(part, str) for part in parts)
    cls = class_named(error, ctx.constants)
    assert cls is not None
    leave = tries.way_out(ctx, cls, "".join(map(str, parts)) if known else None)
    if leave is not None:
        leave()
    if ctx.state.exit.normal:
        ctx.b.emit("raise", values, {"error": error, "message": parts})
    ctx.state.end()


def _raise_one_of(ctx: Context, choice: Choice, k: int) -> None:
    """Raise the exception that is chosen, which is the k-th or a later one."""

    def this() -> None:
        _raise(ctx, *_again(ctx, choice.options[k]))

    if k == len(choice.options) - 1:
        this()
    else:
        branches.branch(ctx, choice.is_option(ctx.b, k), this, lambda: _raise_one_of(ctx, choice, k + 1))


def _caught_before(ctx: Context) -> Abs:
    """What `raise` without an exception raises."""
    if not ctx.tries.handling:
        raise ctx.unsupported("AD154", "`raise` without an exception", "name what is raised: raise ValueError(...)")
    return ctx.whole(handlers.raised(ctx, ctx.tries.handling[-1]))


Raised = tuple[str, tuple[Part, ...], tuple[Value, ...]]
"""The class name, message parts and message values of what is raised."""


def _is_caught(ctx: Context, x: Abs | None) -> bool:
    return isinstance(x, Static) and any(x.obj is one for one in ctx.tries.errors.values())


def _again(ctx: Context, caught: Abs | None) -> Raised:
    """An exception that was caught, and is raised again."""
    assert isinstance(caught, Static)
    assert isinstance(caught.obj, BaseException)
    return _name_of(ctx, type(caught.obj)), tuple(map(str, caught.obj.args)), ()


def _exception(ctx: Context, exc: ast.expr) -> Raised:
    """An exception that is made where it is raised."""
    arguments: list[Abs] = []
    named = isinstance(exc, ast.Call) and bool(exc.keywords)
    if isinstance(exc, ast.Call):
        arguments = [ctx.evaluate(a) for a in exc.args]
        exc = exc.func
    cls = ctx.evaluate(exc)
    if not (isinstance(cls, Static) and isinstance(cls.obj, type) and issubclass(cls.obj, BaseException)):
        raise ctx.unsupported(
            "AD155", f"raising {describe(cls)}", "raise a class where it happens: raise ValueError(...)"
        )
    if named or (_takes_apart(cls.obj) and not _is_one_text(arguments)):
        raise ctx.unsupported(
            "AD155",
            f"raising {cls.obj.__name__} with anything but one text, which is all that is kept of its arguments",
            'give it one text: raise ValueError(f"...")',
        )
    parts, values = texts.message(ctx, arguments)
    return _name_of(ctx, cls.obj), parts, values


def _name_of(ctx: Context, cls: type) -> str:
    """The name that generated code calls an exception class by."""
    return cls.__name__ if getattr(builtins, cls.__name__, None) is cls else constant(ctx, cls)


def _takes_apart(cls: type[BaseException]) -> bool:
    """Whether an exception class has its own constructor, which may do anything with its arguments."""
    return isinstance(cls.__init__, FunctionType) or isinstance(cls.__new__, FunctionType)


def _is_one_text(arguments: list[Abs]) -> bool:
    first = arguments[0] if len(arguments) == 1 else None
    return isinstance(first, Text) or (isinstance(first, Static) and isinstance(first.obj, str))


def run_assert(ctx: Context, node: ast.Assert) -> None:
    """`assert test, message`; under `python -O` it does nothing, as in the function itself."""
    if not __debug__:
        return
    truth = ctx.condition(node.test)

    def fail(held: Value) -> None:
        parts, values = texts.message(ctx, [] if node.msg is None else [ctx.evaluate(node.msg)])
        ctx.b.emit("check", (held, *values), {"error": "AssertionError", "message": parts})

    if not isinstance(truth, Value):
        if not truth:
            fail(ctx.b.const(False))
            raise Dead
    elif _is_plain(ctx, node.msg):
        fail(truth)
        ctx.state = ctx.facts.inside(ctx.state, truth, True)
    else:
        # The message is evaluated only where it is shown.
        def failing() -> None:
            fail(ctx.b.const(False))
            raise Dead

        branches.branch(ctx, truth, lambda: None, failing)


def _is_plain_raise(ctx: Context, exc: ast.expr) -> bool:
    """Whether making the exception does nothing that could fail or have an effect: names and texts of them only."""
    if isinstance(exc, ast.Name) and ctx.owner(exc.id) is not None:
        return False  # it may be an exception that was caught
    arguments = exc.args if isinstance(exc, ast.Call) else []
    exc = exc.func if isinstance(exc, ast.Call) else exc
    return isinstance(exc, ast.Name | ast.Attribute) and all(_is_plain(ctx, argument) for argument in arguments)


def _is_plain(ctx: Context, node: ast.expr | None) -> bool:
    """Whether evaluating this part of a message can neither fail nor have an effect."""
    if isinstance(node, ast.JoinedStr):
        return all(_is_plain(ctx, p.value if isinstance(p, ast.FormattedValue) else p) for p in node.values)
    if isinstance(node, ast.Name):
        frame = ctx.owner(node.id)
        return frame is None or not isinstance(ctx.state.names.get((frame, node.id)), Maybe | Poison | None)
    return node is None or isinstance(node, ast.Constant)
