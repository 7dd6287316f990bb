"""Bodies of functions with source: run in a frame of their own, with the arguments bound to the parameters as Python binds them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from collections.abc import Sequence as Several
from dataclasses import replace
from functools import partial
from types import FunctionType
from typing import Any

from autodiff_compiler.diagnostics import AutodiffError, did_you_mean
from autodiff_compiler.frames import is_ours
from autodiff_compiler.frontend import branches, generators, recursion, tries
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.guards import Place
from autodiff_compiler.frontend.scopes import FunctionNode
from autodiff_compiler.frontend.source import find_source, function_body, function_liveness, is_generator
from autodiff_compiler.frontend.state import NORMAL, RETURN_NAME, Exit, Frame
from autodiff_compiler.frontend.values import Abs, Closure, Dead, Dyn, Items, Poison, Ref, Static, Tup
from autodiff_compiler.ir.core import Value

DEPTH = 60
"""How many calls may be nested before recursion is suspected."""
DEEP = 500
"""The same, where a function is entered once for the same numbers."""


def enter(ctx: Context, function: FunctionType, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """Run the body of a Python function on these arguments."""
    try:
        source = find_source(function, generators=True)
    except AutodiffError as error:
        place = ctx.b.span if error.span is None else replace(error.span, caller=ctx.b.span)
        raise type(error)(error.code, error.reason, place, help=error.help) from None
    if not source.ours:
        ctx.captures.code(function)
    found_at = Place(function)
    given = function.__defaults__ or ()
    positional = [p.arg for p in (*source.node.args.posonlyargs, *source.node.args.args)]
    # Counted from the end, the default of a parameter has the same index however many there are.
    defaults: list[Callable[[], Abs]] = [
        partial(_default, ctx, function, name, value, found_at.attribute("__defaults__").item(i - len(given)))
        for i, (name, value) in enumerate(zip(positional[len(positional) - len(given) :], given))
    ]
    kw_defaults: dict[str, Callable[[], Abs]] = {
        name: partial(_default, ctx, function, name, value, found_at.attribute("__kwdefaults__").item(name))
        for name, value in (function.__kwdefaults__ or {}).items()
    }
    caller = None if ctx.frame.source is None else ctx.b.span
    frame = Frame(source.name, source, None, caller, source.scope.local, source.scope.outside)
    bound = _bind(ctx, source.name, source.node.args, args, kwargs, defaults, kw_defaults)
    return _run_in(ctx, frame, source.node, bound)


def _default(ctx: Context, function: FunctionType, parameter: str, value: Any, place: Place) -> Abs:
    """The default of a parameter, captured when it is first needed; those of the library's own functions do not change."""
    if is_ours(function.__code__.co_filename):
        return Static(value)
    return ctx.captures.once(ctx, ("default", function, parameter), value, place, parameter)


def enter_closure(ctx: Context, closure: Closure, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    node: FunctionNode = closure.node
    source = replace(closure.frame.source, node=node)
    names = [a.arg for a in node.args.kwonlyargs]
    kw_defaults = {name: partial(_same, d) for name, d in zip(names, closure.kw_defaults) if d is not None}
    bound = _bind(
        ctx, closure.name, node.args, args, kwargs, [partial(_same, d) for d in closure.defaults], kw_defaults
    )
    frame = Frame(closure.name, source, closure.frame, ctx.b.span, source.scope.local, source.scope.outside)
    return _run_in(ctx, frame, node, bound)


def _same(value: Abs) -> Abs:
    return value


def _bind(
    ctx: Context,
    name: str,
    parameters: ast.arguments,
    args: list[Abs],
    kwargs: dict[str, Abs],
    defaults: Several[Callable[[], Abs]],
    kw_defaults: Mapping[str, Callable[[], Abs]],
) -> dict[str, Abs]:
    """Bind arguments to parameters as Python does."""
    positional = [p.arg for p in (*parameters.posonlyargs, *parameters.args)]
    only_positional = {p.arg for p in parameters.posonlyargs}
    bound: dict[str, Abs] = dict(zip(positional, args))
    extra = args[len(positional) :]
    if parameters.vararg is not None:
        bound[parameters.vararg.arg] = Tup(tuple(extra))
    elif extra:
        raise ctx.wrong("AD178", f"{name}() takes {len(positional)} positional arguments but {len(args)} were given")
    rest: dict[str, Abs] = {}
    keyword_only = [p.arg for p in parameters.kwonlyargs]
    for key, value in kwargs.items():
        if key in bound and key not in only_positional:
            raise ctx.wrong("AD178", f"{name}() got multiple values for argument '{key}'")
        if (key in positional and key not in only_positional) or key in keyword_only:
            bound[key] = value
        elif parameters.kwarg is not None:
            rest[key] = value
        else:
            known = [*positional, *keyword_only]
            message = f"{name}() got an unexpected keyword argument '{key}'"
            raise ctx.wrong("AD178", message, did_you_mean(key, known))
    first_default = len(positional) - len(defaults)
    for i, parameter in enumerate(positional):
        if parameter not in bound:
            if i < first_default:
                raise ctx.wrong("AD178", f"{name}() is missing the argument '{parameter}'")
            bound[parameter] = defaults[i - first_default]()
    for parameter in keyword_only:
        if parameter not in bound:
            if parameter not in kw_defaults:
                raise ctx.wrong("AD178", f"{name}() is missing the keyword argument '{parameter}'")
            bound[parameter] = kw_defaults[parameter]()
    if parameters.kwarg is not None:
        box = Box(dict)
        ctx.state.boxes[box] = Items(tuple(rest.values()), tuple(rest))
        bound[parameters.kwarg.arg] = box
    return bound


def _run_in(ctx: Context, frame: Frame, node: FunctionNode, bound: dict[str, Abs]) -> Abs:
    """Run a function's body in a new frame, and return what it returns."""
    if is_generator(node):
        return generators.made(ctx, frame, node, bound)
    depth = sum(1 for _ in ctx.calls)
    repeated = sum(1 for place in ctx.calls if place[0] is node)
    limit = DEEP if node in ctx.deep else DEPTH
    if repeated > limit or depth > 4 * limit:
        raise ctx.unsupported(
            "AD179",
            f"`{frame.name}` calls itself more than {limit} times, or with a depth known only at run time",
            "write it as a loop",
        )
    entered = recursion.activation(ctx, node, frame, bound)
    function = recursion.known(ctx, entered)
    if function is not None:
        return recursion.call(ctx, function, bound)
    recursion.check(ctx, entered)
    state, start, region, depth = ctx.state.copy(), len(ctx.b.ops), ctx.b.ops, ctx.b.depth
    around = ctx.activations
    ctx.activations = (*around, entered)
    try:
        return _run_body(ctx, frame, node, bound)
    except recursion.Recursive as signal:
        ctx.activations = around
        if signal.outermost is not entered:
            raise
        ctx.state = state.copy()
        tries.give_up(ctx, depth)
        del region[start:]
        again = partial(_run_again, ctx, frame, node)
        try:
            return recursion.run(ctx, signal, frame.name, bound, again)
        except AutodiffError:
            if not signal.numbers:
                raise
        # It needs the numbers at compile time: then it is entered to the end of the recursion.
        ctx.unwound.add(node)
        ctx.state = state
        del region[start:]
        return again(bound)
    finally:
        ctx.activations = around


def _run_again(ctx: Context, frame: Frame, node: FunctionNode, bound: dict[str, Abs]) -> Abs:
    """Run the body in a frame like this one."""
    new = Frame(frame.name, frame.source, frame.parent, frame.caller, frame.locals, frame.outside)
    return _run_body(ctx, new, node, bound)


def _run_body(ctx: Context, frame: Frame, node: FunctionNode, bound: dict[str, Abs]) -> Abs:
    outer, outer_calls, outer_loops = ctx.frame, ctx.calls, ctx.loops
    ctx.frame, ctx.calls, ctx.loops = frame, (*outer_calls, (node, ctx.b.span)), []
    span, code, depth = ctx.b.span, ctx.next_code, ctx.b.depth
    try:
        ctx.state.enter(frame)
        for name, value in bound.items():
            ctx.state.names[frame, name] = ctx.kept(value)
        mark = _begin(ctx, frame, bound)
        ctx.run(function_body(node))
        branches.close(ctx, depth)
    finally:
        ctx.frame, ctx.calls, ctx.loops = outer, outer_calls, outer_loops
    with ctx.b.at(span):
        result, raised = _result(ctx, frame, node)
        # Its exit codes are not needed any more: the next call of the function has the same ones.
        ctx.next_code = code
        ctx.b.emit("end", (), {"id": mark})
        if raised is not None:
            tries.go_on_unless(ctx, raised)
        return result


def _begin(ctx: Context, frame: Frame, bound: Mapping[str, Abs]) -> int:
    """Mark where a call begins, with the values of its parameters, for the pass that keeps functions; returns the number of the mark."""
    mark = next(ctx.marks)
    given = {name: _value_of(ctx, value) for name, value in bound.items()}
    named = {name: value for name, value in given.items() if value is not None}
    numbers = tuple((name, x.obj) for name, x in bound.items() if isinstance(x, Static) and type(x.obj) is float)
    attrs = {"name": frame.name, "id": mark, "parameters": tuple(named), "numbers": numbers}
    ctx.b.emit("begin", list(named.values()), attrs)
    return mark


def _value_of(ctx: Context, x: Abs) -> Value | None:
    if isinstance(x, Ref):
        return ctx.state.versions.get(x.cell)
    return x.value if isinstance(x, Dyn) else None


def _result(ctx: Context, frame: Frame, node: FunctionNode) -> tuple[Abs, Exit | None]:
    """What a function returns, and how control leaves it if it raises something that is caught further out."""
    left = ctx.state.exit
    outward = left.codes - frame.returns - {NORMAL}
    if left.codes == outward:
        raise Dead
    value = ctx.state.names.pop((frame, RETURN_NAME), Static(None))
    ctx.state.exit = Exit()
    if NORMAL in left.codes and not (isinstance(value, Static) and value.obj is None):
        raise ctx.unsupported(
            "AD153", f"`{frame.name}` may end without returning a value", "return on every path, or raise at the end"
        )
    if isinstance(value, Poison):
        raise ctx.unmergeable(value)
    if not function_liveness(node).captured:
        ctx.state.leave(frame)
    return value, Exit(outward, left.value) if outward else None
