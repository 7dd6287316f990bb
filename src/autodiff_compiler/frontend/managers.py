"""`with`: context managers written in Python, those made by `contextlib.contextmanager`, and the few known by name."""

from __future__ import annotations

import ast
import contextlib
import warnings
from collections.abc import Callable
from functools import partial
from types import FunctionType
from typing import Any

import numpy as np

from autodiff_compiler.frontend import branches, generators, handlers
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.classes import special
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.fixpoint import zeroed
from autodiff_compiler.frontend.guards import Place
from autodiff_compiler.frontend.scalars import describe
from autodiff_compiler.frontend.source import Source, find_source
from autodiff_compiler.frontend.state import NORMAL, Exit, NameKey
from autodiff_compiler.frontend.tries import Handlers
from autodiff_compiler.frontend.values import Abs, Dyn, Generator, Items, Partial, Static, Tup
from autodiff_compiler.ir.core import Value

Body = Callable[[Abs], None]


def run_with(ctx: Context, node: ast.With) -> None:
    """A `with` statement."""
    _enter(ctx, node, 0)


def _enter(ctx: Context, node: ast.With, k: int) -> None:
    if k == len(node.items):
        ctx.run(node.body)
        return
    item = node.items[k]

    def body(value: Abs) -> None:
        if item.optional_vars is not None:
            ctx.assign(item.optional_vars, value)
        _enter(ctx, node, k + 1)

    call = item.context_expr
    function = ctx.evaluate(call.func) if isinstance(call, ast.Call) else None
    known = next((run for obj, run in _KNOWN if isinstance(function, Static) and function.obj is obj), None)
    if known is not None:
        assert isinstance(call, ast.Call)
        known(ctx, node, call, body)
        return
    manager = ctx.evaluate(call)
    if isinstance(manager, Box) and manager.cls is contextlib._GeneratorContextManager:
        _run_generator(ctx, call, manager, body)
    else:
        _run_methods(ctx, node, call, manager, body)


def _refused(ctx: Context, what: str) -> Exception:
    return ctx.unsupported("AD156", what, "write what it does before and after as statements, with try and finally")


def _place(ctx: Context, item: ast.expr, what: str) -> NameKey:
    return ctx.frame, f"${what}_{item.lineno}_{item.col_offset}"


# -- known by name -----------------------------------------------------------------------------------------------------


def _shown_only(ctx: Context, node: ast.With, call: ast.Call, body: Body) -> None:
    """A manager that only changes which warnings are shown, or how numbers look."""
    settings = [ctx.static(ctx.evaluate(k.value), "an argument of this context manager") for k in call.keywords]
    if call.args or any(setting in ("raise", "call", "log", True) for setting in settings):
        raise ctx.unsupported(
            "AD156", f"`with {ast.unparse(call)}`", "np.errstate(all='ignore'), or 'warn', can stand in such a function"
        )
    body(Static(None))


def _suppress(ctx: Context, node: ast.With, call: ast.Call, body: Body) -> None:
    handlers.swallow(ctx, node, call.args, lambda: body(Static(None)))


def _null(ctx: Context, node: ast.With, call: ast.Call, body: Body) -> None:
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    body(ctx.evaluate(given[0]) if given else Static(None))


_KNOWN: tuple[tuple[Any, Callable[[Context, ast.With, ast.Call, Body], None]], ...] = (
    (np.errstate, _shown_only),
    (np.printoptions, _shown_only),
    (warnings.catch_warnings, _shown_only),
    (contextlib.suppress, _suppress),
    (contextlib.nullcontext, _null),
)

# -- classes -----------------------------------------------------------------------------------------------------------


def _run_methods(ctx: Context, node: ast.With, item: ast.expr, manager: Abs, body: Body) -> None:
    """An object with `__enter__` and `__exit__`."""
    enter, leave, seen = _methods(ctx, manager)
    key = _place(ctx, item, "with")
    ctx.state.names[key] = leave  # bound now, as in Python; it is carried through what the body does

    def last() -> None:
        ctx.call(ctx.state.names[key], [Static(None)] * 3, {})

    value = ctx.call(enter, [], {})
    handlers.finally_(ctx, node, lambda: body(value), last, seen=seen)
    ctx.state.names.pop(key, None)


def _methods(ctx: Context, manager: Abs) -> tuple[Abs, Abs, bool]:
    """`__enter__`, `__exit__`, and whether what is done at the exit may show."""
    enter, leave = special(ctx, manager, "__enter__"), special(ctx, manager, "__exit__")
    if enter is None or leave is None:
        raise _refused(ctx, f"`with` {describe(manager)}")
    return enter, leave, _at_exit(ctx, leave)


def entered(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """For `ExitStack`: what leaves a context manager again, and what its `__enter__` gives."""
    enter, leave, _ = _methods(ctx, args[0])
    return Tup((Partial(leave, (Static(None),) * 3, {}), ctx.call(enter, [], {})))


def _at_exit(ctx: Context, method: Abs) -> bool:
    """Whether what is done at the exit may show; refused if it depends on the exception, or swallows it."""
    function = method.function.obj if isinstance(method, Partial) and isinstance(method.function, Static) else None
    if not isinstance(function, FunctionType):
        raise _refused(ctx, "`with` and an `__exit__` that is not an ordinary method")
    source: Source = find_source(function)
    parts = [part for statement in source.body for part in ast.walk(statement)]
    arguments = source.node.args
    given = {a.arg for a in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs][1:]}
    given |= {a.arg for a in (arguments.vararg, arguments.kwarg) if a is not None}
    looks = any(isinstance(part, ast.Name) and part.id in given for part in parts)
    returned = [part.value for part in parts if isinstance(part, ast.Return) and part.value is not None]
    if looks or any(not isinstance(value, ast.Constant) or value.value for value in returned):
        raise _refused(ctx, "`with` and an `__exit__` that asks for the exception, or may swallow it")
    return any(isinstance(part, ast.Call | ast.Raise | ast.Assert) for part in parts)


# -- generators --------------------------------------------------------------------------------------------------------

MADE = contextlib.contextmanager(lambda: iter(())).__code__
"""The code of every function that `contextlib.contextmanager` has made."""


def is_made(function: FunctionType) -> bool:
    return function.__code__ is MADE


def make(function: Abs) -> Abs:
    """`contextmanager(function)`, of a function that was made inside the program."""
    return Partial(Static(MADE), (function,), {})


def call_made(ctx: Context, function: FunctionType, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """A call of a function under `@contextmanager`."""
    inner = ctx.captures.look(Place(function).attribute("__closure__").item(0).attribute("cell_contents"))
    return managed(ctx, Static(inner), args, kwargs)


def managed(ctx: Context, function: Abs, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """What a generator function gives as a context manager."""
    box = Box(contextlib._GeneratorContextManager)
    ctx.state.boxes[box] = Items((ctx.call(function, args, kwargs),), ("gen",))
    return box


def _run_generator(ctx: Context, item: ast.expr, manager: Box, body: Body) -> None:
    """The body runs in the middle of the generator, at its `yield`; where the body leaves, the generator is run to its end first."""
    content = ctx.state.content(manager)
    generator = content.items[0] if isinstance(content, Items) else None
    if not isinstance(generator, Generator):
        raise ctx.wrong("AD171", "TypeError: what @contextmanager decorates must be a generator function")
    left, yielded = _place(ctx, item, "left"), _place(ctx, item, "yielded")
    ctx.state.names[left], ctx.state.names[yielded] = Static(NORMAL), Static(False)
    codes: list[frozenset[int]] = []

    def each(value: Abs) -> None:
        if codes:
            raise _refused(ctx, "a context manager with more than one `yield`")
        ctx.state.names[yielded] = Static(True)
        branches.run_to_end(ctx, partial(body, value))
        codes.append(_put_aside(ctx, left))

    generators.run_around(ctx, generator, each)
    if ctx.state.exit.normal:
        _check_yielded(ctx, yielded)
    elif not ctx.state.exit.left:
        branches.if_normal(ctx, partial(_check_yielded, ctx, yielded))
    saved = ctx.state.names.pop(left)
    ctx.state.names.pop(yielded, None)
    if codes and not codes[0] <= {NORMAL}:
        _take_up(ctx, codes[0], saved)


def _put_aside(ctx: Context, key: NameKey) -> frozenset[int]:
    """Keep by which exit code the body has left, and go on in the generator; exceptions stay what they are."""
    now = ctx.state.exit
    raised = {code for one in ctx.tries.around if isinstance(one, Handlers) for _, code in one.clauses}
    kept = now.codes - raised
    value = _code(ctx, now)
    ctx.state.names[key] = Dyn(zeroed(ctx, value, sorted(now.codes & raised)))
    going = (now.codes & raised) | (frozenset({NORMAL}) if kept else frozenset())
    ctx.state.exit = Exit(going, zeroed(ctx, value, sorted(kept - {NORMAL})) if len(going) > 1 else None)
    return kept


def _take_up(ctx: Context, kept: frozenset[int], saved: Abs) -> None:
    """Leave by the exit code that was put aside, where nothing was raised."""
    now = ctx.state.exit
    if now.left:
        return
    value = ctx.value(saved)
    if not now.normal:
        assert now.value is not None
        value = ctx.b.select(ctx.b.compare("eq", now.value, ctx.b.const(NORMAL)), value, now.value)
    codes = kept | (now.codes - {NORMAL})
    ctx.state.exit = Exit(codes, value if len(codes) > 1 else None)


def _code(ctx: Context, left: Exit) -> Value:
    return left.value if left.value is not None else ctx.b.const(next(iter(left.codes), NORMAL))


def _check_yielded(ctx: Context, key: NameKey) -> None:
    found = ctx.truth(ctx.state.names[key])
    if found is not True:
        message = {"error": "RuntimeError", "message": ("generator didn't yield",)}
        ctx.b.emit("check", (found if isinstance(found, Value) else ctx.b.const(found),), message)
