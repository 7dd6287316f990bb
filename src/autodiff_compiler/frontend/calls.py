"""Calls: what is called decides how.  Functions with source are entered; library functions build their IR."""

from __future__ import annotations

import ast
import cmath
import functools
import inspect
import math
import operator
from collections.abc import Callable, Mapping
from collections.abc import Sequence as Several
from dataclasses import replace
from functools import partial
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

import numpy as np

from autodiff_compiler import library
from autodiff_compiler.custom_rules import Ruled, checkpoint
from autodiff_compiler.diagnostics import AutodiffError, did_you_mean
from autodiff_compiler.frontend import (
    branches,
    builtin_calls,
    construction,
    consumers,
    derivatives,
    externals,
    foreign,
    members,
    object_builtins,
    objects,
    operators,
    outputs,
    recursion,
    ruled,
    views,
)
from autodiff_compiler.frontend.classes import special
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.guards import Place, shape_of
from autodiff_compiler.frontend.operands import Operands
from autodiff_compiler.frontend.scalars import describe, is_number
from autodiff_compiler.frontend.scopes import FunctionNode
from autodiff_compiler.frontend.source import find_source, function_body, function_liveness, plain_function
from autodiff_compiler.frontend.state import NORMAL, RETURN_NAME, Exit, Frame
from autodiff_compiler.frontend.values import (
    Abs,
    Box,
    Choice,
    Closure,
    Dead,
    Dyn,
    InnerDerivative,
    Items,
    Method,
    Partial,
    Poison,
    Ref,
    Static,
    Tup,
)
from autodiff_compiler.frontend.wrong_calls import check_signature, refused
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.types import rank
from autodiff_compiler.markers import External, verb_of

DEPTH = 60
"""How many calls may be nested before recursion is suspected."""

# NumPy gives views here that it does not let one write; what we have is their value now.
_READ_ONLY_VIEWS = (np.broadcast_to, np.diagonal, np.diag, np.real, np.imag)

# Functions on immutable objects without effects: called by Python itself when all arguments are known.
_PURE_BUILTINS = (abs, bin, chr, divmod, format, hex, len, max, min, oct, ord, pow, repr, round, sum)
_RUN_OVER = (max, min, math.fsum, math.prod)
_PURE_MODULES = (math, cmath, inspect.getmodule(operator.add))
_PURE_TYPES = (bool, int, float, complex, str, tuple, type(None), np.generic)


def call_node(ctx: Context, node: ast.Call) -> Abs:
    """A call expression."""
    function = ctx.evaluate(node.func)
    reads_syntax = (
        builtin_calls.SYNTAX.get(function.obj) if isinstance(function, Static) and _hashable(function.obj) else None
    )
    if reads_syntax is not None and (result := reads_syntax(ctx, node)) is not None:
        return result
    operands = Operands(ctx, node)
    operands.add(function)
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            operands.add(*consumers.static_items(ctx, ctx.evaluate(argument.value), "an argument after *"))
        else:
            operands.evaluate([argument])
    names: list[str] = []
    for keyword in node.keywords:
        value = ctx.evaluate(keyword.value)
        if keyword.arg is not None:
            names.append(keyword.arg)
            operands.add(value)
            continue
        content = ctx.state.content(value) if isinstance(value, Box) and value.cls is dict else None
        if not isinstance(content, Items):
            raise ctx.wrong("AD175", f"{describe(value)} after ** in a call")
        names += map(str, content.keys)
        operands.add(*content.items)
    repeated = [name for i, name in enumerate(names) if name in names[:i]]
    if repeated:
        raise ctx.wrong("AD178", f"a call got multiple values for keyword argument '{repeated[0]}'")
    function, *values = operands.take()
    args, named = values[: len(values) - len(names)], values[len(values) - len(names) :]
    kwargs = dict(zip(names, named))
    with ctx.b.at(ctx.span(node)):
        return call(ctx, function, args, kwargs)


def _hashable(obj: Any) -> bool:
    try:
        hash(obj)
    except TypeError:
        return False
    return True


def call(ctx: Context, function: Abs, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """`function(*args, **kwargs)`."""
    if not _uses_up(function):
        for value in (*args, *kwargs.values()):
            ctx.kept(value)
    if isinstance(function, Closure):
        return _enter_closure(ctx, function, args, kwargs)
    if isinstance(function, Method):
        return members.call_method(ctx, function, args, kwargs)
    if isinstance(function, Choice):
        return _call_one_of(ctx, function, 0, args, kwargs)
    if isinstance(function, InnerDerivative):
        return derivatives.call_derivative(ctx, derivatives.made_inside(ctx, function), args, kwargs)
    if isinstance(function, Partial):
        return call(ctx, function.function, [*function.args, *args], {**function.kwargs, **kwargs})
    if isinstance(function, Static) and isinstance(function.obj, External):
        return externals.call_declared(ctx, function.obj, args, kwargs)
    own = None if _stands_for_another(function) else special(ctx, function, "__call__")
    if own is not None:
        if isinstance(function, Static) and foreign.is_closed(function.obj):
            raise foreign.refusal(ctx, function.obj)
        return call(ctx, own, args, kwargs)
    if not isinstance(function, Static):
        raise ctx.wrong("AD176", f"{describe(function)} is not callable")
    return _call_object(ctx, function.obj, args, kwargs)


def _call_one_of(ctx: Context, choice: Choice, k: int, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """A call of the option that `choice.index` says, which is the k-th or a later one."""
    if k == len(choice.options) - 1:
        return call(ctx, choice.options[k], list(args), dict(kwargs))
    return branches.choose(
        ctx,
        ctx.b.compare("eq", choice.index, ctx.b.const(k)),
        lambda: call(ctx, choice.options[k], list(args), dict(kwargs)),
        lambda: _call_one_of(ctx, choice, k + 1, args, kwargs),
    )


def _stands_for_another(function: Abs) -> bool:
    """Whether this is a derivative, or a function of Numba's: they are called as what they were made of."""
    if not isinstance(function, Static):
        return False
    return (
        isinstance(function.obj, Ruled)
        or derivatives.is_derivative(function.obj)
        or plain_function(function.obj) is not None
    )


def _uses_up(function: Abs) -> bool:
    """Whether what is called runs over an iterator there and then: a builtin, or a method of a string, list or dict."""
    if isinstance(function, Static):
        obj = function.obj
        return builtin_calls.handler_of(obj) is not None or library.lookup(obj) is not None
    return isinstance(function, Method) and isinstance(function.receiver, Static | Box)


def _call_object(ctx: Context, obj: Any, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    own = operators.of_builtin(ctx, obj, args)
    if own is not None:
        return call(ctx, own, args[1:], kwargs)
    slot = objects.slot_of(obj)
    if slot is not None:
        return slot(ctx, args, kwargs)
    handler = builtin_calls.handler_of(obj)
    if handler is not None:
        name = getattr(obj, "__name__", "this")
        check_signature(ctx, obj, name, args, kwargs)
        with refused(ctx, name):
            return handler(ctx, args, kwargs)
    entry = library.lookup(obj)
    at_once = _is_pure(obj) and _all_known(args, kwargs)
    if (entry is None or entry.refused) and not at_once:
        alone = externals.left_alone(ctx, obj, args, kwargs)
        if alone is not None:
            return alone
    if entry is not None:
        return _call_library(ctx, obj, entry, args, kwargs)
    if isinstance(obj, Ruled):
        return ruled.call_ruled(ctx, obj, args, kwargs)
    if obj is ruled.checkpointed:
        return ruled.call_checkpointed(ctx, args, kwargs)
    if obj is checkpoint and len(args) == 1 and not kwargs:
        return Partial(Static(ruled.checkpointed), (args[0],), {})
    if derivatives.is_derivative(obj):
        return derivatives.call_derivative(ctx, obj, args, kwargs)
    if (verb := verb_of(obj)) is not None:
        return derivatives.make(ctx, verb, args, kwargs)
    plain = plain_function(obj)
    if plain is not None and args and hasattr(plain, "dispatch") and hasattr(plain, "registry"):
        # Made by functools.singledispatch.
        chosen = ctx.captures.dispatched(plain, object_builtins.python_class(ctx, args[0]))
        return call(ctx, Static(chosen), args, kwargs)
    if plain is not None and construction.generated(plain):
        return construction.call_generated(ctx, plain, args, kwargs)
    if plain is not None:
        if plain is not obj:
            ctx.captures.look(Place(obj).attribute("py_func"))
        return foreign.entered(ctx, obj, plain, lambda: enter(ctx, plain, args, kwargs))
    if isinstance(obj, MethodType):
        receiver = ctx.captures.once(ctx, ("self", id(obj.__self__)), obj.__self__, Place(obj.__self__), "self")
        return call(ctx, Static(obj.__func__), [receiver, *args], kwargs)
    if isinstance(obj, functools.partial):
        return _call_partial(ctx, obj, args, kwargs)
    if obj is functools.partial:
        known = isinstance(args[0], Static) and not callable(args[0].obj) if args else True
        if known or isinstance(args[0], Dyn | Ref | Tup):
            raise ctx.wrong("AD178", "functools.partial: the first argument must be callable")
        return Partial(args[0], tuple(args[1:]), kwargs)
    if isinstance(obj, type):
        if foreign.is_foreign_class(obj):
            raise foreign.refused_class(ctx, obj)
        return construction.construct(ctx, obj, args, kwargs)
    if at_once:
        return _call_now(ctx, obj, args, kwargs)
    raise foreign.refusal(ctx, obj)


def _call_partial(ctx: Context, obj: functools.partial, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """What a partial call holds may be set anew: its keywords are a dict, and it can be given another state."""
    captures, place, key = ctx.captures, Place(obj), ("partial", id(obj))
    function = captures.look(place.attribute("func"))
    captures.guard(place.attribute("args").asked(len), len(obj.args))
    captures.guard(place.attribute("keywords").asked(shape_of), shape_of(obj.keywords))
    bound = [
        captures.once(ctx, (*key, i), value, place.attribute("args").item(i), "bound")
        for i, value in enumerate(obj.args)
    ]
    named = {
        name: captures.once(ctx, (*key, name), value, place.attribute("keywords").item(name), name)
        for name, value in obj.keywords.items()
    }
    return call(ctx, Static(function), [*bound, *args], {**named, **kwargs})


def _call_library(ctx: Context, obj: Any, entry: library.Entry, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    module, refused = getattr(obj, "__module__", ""), entry.refused
    if module == "math" and refused and all(isinstance(a, Static) or (isinstance(a, Dyn) and a.static) for a in args):
        # `math.factorial(n)`: what has no derivative is computed when compiling, if it can be.
        args = [Static(ctx.static(a, f"an argument of {entry.name}")) for a in args]
    if obj in _RUN_OVER:
        args = [consumers.as_list(ctx, a) for a in args]
    pure = module == "math" or (module == "builtins" and not refused)
    if pure and _all_known(args, kwargs):
        return _call_now(ctx, obj, args, kwargs)
    if refused:
        return entry(ctx.b)  # raises, whatever the arguments are
    out = outputs.destination(obj, args, kwargs)
    if out is not None:
        return outputs.call_into(ctx, obj, entry, out, args, kwargs)
    args, kwargs = views.arranged(ctx, obj, args, kwargs)
    result, given = ctx.call_entry(entry, args, kwargs)
    made = views.wrapped(ctx, result, views.Made(obj, args, kwargs, given))
    if obj is np.einsum:
        # Of a single array it may be a view, where it only picks and reorders axes.
        return views.tie(made, args[1]) if len(args) == 2 else made
    if obj is np.diag and isinstance(args[0], Ref) and rank(args[0].type) == 1:
        return made
    if obj is np.broadcast_arrays and isinstance(made, Tup):
        for part, argument in zip(made.items, args):
            views.tie(part, argument)
        return made
    converts = isinstance(obj, type) and issubclass(obj, np.generic)
    return views.tie(made, next(iter([*args, *kwargs.values()]), None)) if obj in _READ_ONLY_VIEWS or converts else made


def _is_pure(obj: Any) -> bool:
    """Whether Python itself may call a builtin function when compiling: the same result each time, and no effect."""
    if isinstance(obj, np.ufunc):
        return True
    return isinstance(obj, BuiltinFunctionType) and (obj in _PURE_BUILTINS or obj.__self__ in _PURE_MODULES)


def _all_known(args: list[Abs], kwargs: dict[str, Abs]) -> bool:
    return all(isinstance(a, Static) and isinstance(a.obj, _PURE_TYPES) for a in (*args, *kwargs.values()))


def _call_now(ctx: Context, obj: Any, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """Let Python compute a pure function of known immutable objects."""
    values = [a.obj for a in args if isinstance(a, Static)]
    named = {k: a.obj for k, a in kwargs.items() if isinstance(a, Static)}
    try:
        result = obj(*values, **named)
    except (TypeError, ValueError, ArithmeticError) as error:
        entry = library.lookup(obj)
        if entry is not None and values and all(map(is_number, values)) and not isinstance(error, TypeError):
            # The program itself raises this when it runs, perhaps never.
            return views.wrapped(ctx, entry(ctx.b, *values, **named), views.Made(obj))
        raise ctx.wrong("AD171", f"{type(error).__name__}: {error}") from error
    return ctx.captures.wrap(ctx, result)


# -- functions with source -------------------------------------------------------------------------------------------


def enter(ctx: Context, function: FunctionType, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """Run the body of a Python function on these arguments."""
    try:
        source = find_source(function)
    except AutodiffError as error:
        place = ctx.b.span if error.span is None else replace(error.span, caller=ctx.b.span)
        raise type(error)(error.code, error.reason, place, help=error.help) from None
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
    """The default of a parameter, captured when it is first needed."""
    return ctx.captures.once(ctx, ("default", function, parameter), value, place, parameter)


def _enter_closure(ctx: Context, closure: Closure, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
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
    """Run a function's body in a new frame, and give what it returns."""
    depth = sum(1 for _ in ctx.calls)
    repeated = sum(1 for place in ctx.calls if place[0] is node)
    if repeated > DEPTH or depth > 4 * DEPTH:
        raise ctx.unsupported(
            "AD179",
            f"`{frame.name}` calls itself more than {DEPTH} times, or with a depth known only at run time",
            "write it as a loop",
        )
    entered = recursion.activation(ctx, node, frame.parent, bound)
    function = recursion.known(ctx, entered)
    if function is not None:
        return recursion.call(ctx, function, bound)
    recursion.check(ctx, entered)
    state, start, region = ctx.state.copy(), len(ctx.b.ops), ctx.b.ops
    around = ctx.activations
    ctx.activations = (*around, entered)
    try:
        return _run_body(ctx, frame, node, bound)
    except recursion.Recursive as signal:
        ctx.activations = around
        if signal.outermost is not entered:
            raise
        ctx.state = state.copy()
        del region[start:]
        again = partial(_run_again, ctx, frame, node)
        try:
            return recursion.run(ctx, signal, frame.name, bound, again)
        except AutodiffError:
            if not signal.numbers:
                raise
        # It needs the numbers when it is compiled: then to the end of the recursion.
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
    span, code = ctx.b.span, ctx.next_code
    try:
        ctx.state.enter(frame)
        for name, value in bound.items():
            ctx.state.names[frame, name] = ctx.kept(value)
        mark = _begin(ctx, frame, bound)
        ctx.run(function_body(node))
    finally:
        ctx.frame, ctx.calls, ctx.loops = outer, outer_calls, outer_loops
    with ctx.b.at(span):
        result = _result(ctx, frame, node)
        # Nobody looks at its exit codes any more: the next call of the function has the same.
        ctx.next_code = code
        ctx.b.emit("end", (), {"id": mark})
        return result


def _begin(ctx: Context, frame: Frame, bound: Mapping[str, Abs]) -> int:
    """Mark where a call begins, with the values of its parameters, for the pass that keeps functions; the number of the mark."""
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


def _result(ctx: Context, frame: Frame, node: FunctionNode) -> Abs:
    left = ctx.state.exit
    if left.dead:
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
    return value
