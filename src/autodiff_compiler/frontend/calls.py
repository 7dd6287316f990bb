"""Calls: what is called decides how."""

from __future__ import annotations

import ast
import collections
import contextlib
import functools
from collections.abc import Callable
from types import FunctionType, MethodType
from typing import Any

import numpy as np

from autodiff_compiler import library
from autodiff_compiler.custom_rules import Ruled, checkpoint
from autodiff_compiler.frontend import (
    bodies,
    branches,
    builtin_calls,
    cached,
    construction,
    consumers,
    dates,
    defined,
    derivatives,
    designs,
    draws,
    externals,
    foreign,
    library_calls,
    managers,
    members,
    numba_ufuncs,
    object_builtins,
    objects,
    operators,
    rule_calls,
    starred,
    vectorized,
)
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.choices import is_word
from autodiff_compiler.frontend.classes import special
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.guards import Place, shape_of
from autodiff_compiler.frontend.operands import Operands
from autodiff_compiler.frontend.scalars import describe
from autodiff_compiler.frontend.source import plain_function
from autodiff_compiler.frontend.values import (
    Abs,
    Choice,
    Closure,
    Dyn,
    InnerDerivative,
    Items,
    Method,
    Partial,
    Ref,
    Static,
    Tup,
)
from autodiff_compiler.frontend.wrong_calls import check_signature, refused
from autodiff_compiler.library import stand_ins
from autodiff_compiler.markers import External, verb_of


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
    or_none = _takes_none(function)
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            operands.add(*starred.arguments(ctx, function, node, ctx.evaluate(argument.value)))
        else:
            operands.evaluate([argument], or_none=or_none)
    names: list[str] = []
    for keyword in node.keywords:
        value = ctx.evaluate(keyword.value, or_none=or_none and keyword.arg is not None)
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


def _takes_none(function: Abs) -> bool:
    """Whether a function is one of the program's, which may ask whether an argument is None."""
    if isinstance(function, Partial):
        return _takes_none(function.function)
    if isinstance(function, Method):
        return isinstance(function.receiver, Box)
    if isinstance(function, Static):
        return (
            any(function.obj is one for one in _ABOUT_NONE)
            or isinstance(function.obj, FunctionType | MethodType)
            or (isinstance(function.obj, type) and not foreign.is_foreign_class(function.obj))
        )
    return isinstance(function, Closure)


_ABOUT_NONE = (bool, isinstance, print, repr, str, type)
"""Builtins that do something with None."""


def _hashable(obj: Any) -> bool:
    try:
        hash(obj)
    except TypeError:
        return False
    return True


def call(ctx: Context, function: Abs, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """`function(*args, **kwargs)`."""
    if not _uses_up(function):
        args, kwargs = [ctx.kept(x) for x in args], {name: ctx.kept(x) for name, x in kwargs.items()}
    return _CALLS.get(type(function), _call_instance)(ctx, function, args, kwargs)


def _call_choice(ctx: Context, function: Choice, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    return branches.of_each(ctx, function, lambda option: call(ctx, option, list(args), dict(kwargs)))


def _call_inner(ctx: Context, function: InnerDerivative, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    return derivatives.call_derivative(ctx, derivatives.made_inside(ctx, function), args, kwargs)


def _call_with_more(ctx: Context, function: Partial, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    return call(ctx, function.function, [*function.args, *args], {**function.kwargs, **kwargs})


def _call_static(ctx: Context, function: Static, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    obj = function.obj
    word = next((k for k, arg in enumerate(args) if isinstance(arg, Choice) and is_word(arg)), None)
    if word is not None and any(obj is one for one in _OF_WORDS):
        return _call_with_each(ctx, function, word, args, kwargs)
    if isinstance(obj, External):
        return externals.call_declared(ctx, obj, args, kwargs)
    own = None if _stands_for_another(obj) else special(ctx, function, "__call__")
    if own is None:
        return _call_object(ctx, obj, args, kwargs)
    if foreign.is_closed(obj) and not _is_defined(own):
        raise foreign.refusal(ctx, obj)
    return call(ctx, own, args, kwargs)


def _call_instance(ctx: Context, function: Abs, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    own = special(ctx, function, "__call__")
    if own is None:
        raise ctx.wrong("AD176", f"{describe(function)} is not callable")
    return call(ctx, own, args, kwargs)


_CALLS: dict[type[Abs], Callable[[Context, Any, list[Abs], dict[str, Abs]], Abs]] = {
    Closure: bodies.enter_closure,
    Method: members.call_method,
    Choice: _call_choice,
    InnerDerivative: _call_inner,
    Partial: _call_with_more,
    Static: _call_static,
}
"""How a value of a kind is called; an object of any other has a method for that."""

_OF_WORDS = (float, getattr, hasattr, int, len, ord, print, repr, str)
"""Builtins that need to know which string they are given."""


def _call_with_each(ctx: Context, function: Abs, k: int, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """A call whose k-th argument is one of several words."""
    choice = args[k]
    assert isinstance(choice, Choice)
    return branches.of_each(ctx, choice, lambda word: call(ctx, function, [*args[:k], word, *args[k + 1 :]], kwargs))


def _stands_for_another(obj: Any) -> bool:
    """Whether this is a derivative, or a function of Numba's, which are called as what they were made from; or an object of which the
    library says what its call does."""
    return (
        library.definition(obj) is not None
        or isinstance(obj, Ruled)
        or numba_ufuncs.is_one(obj)
        or derivatives.is_derivative(obj)
        or plain_function(obj) is not None
    )


def _is_defined(method: Abs) -> bool:
    """Whether the library says in Python what this method does."""
    return (
        isinstance(method, Partial)
        and isinstance(method.function, Static)
        and library.definition(method.function.obj) is not None
    )


def _uses_up(function: Abs) -> bool:
    """Whether what is called runs over an iterator at once: a builtin, or a method of a string, list or dict."""
    if isinstance(function, Static):
        obj = function.obj
        return builtin_calls.handler_of(obj) is not None or library.lookup(obj) is not None or obj is np.fromiter
    return isinstance(function, Method) and isinstance(function.receiver, Static | Box)


def _call_object(ctx: Context, obj: Any, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """A call of an object of Python's, in the first of the ways that know it."""
    for way in _WAYS:
        result = way(ctx, obj, args, kwargs)
        if result is not None:
            return result
    raise foreign.refusal(ctx, obj)


FIELDS = "what a named tuple is made of"


def _call_stand_in(ctx: Context, obj: Any, args: list[Abs], kwargs: dict[str, Abs]) -> Abs | None:
    """A function or class of Python's standard library that is written in Python."""
    if obj is collections.namedtuple:
        given, named = (
            [ctx.static(arg, FIELDS) for arg in args],
            {name: ctx.static(x, FIELDS) for name, x in kwargs.items()},
        )
        return Static(collections.namedtuple(*given, **named))
    if obj is slice:
        return Static(slice(*(ctx.static(arg, "a bound of a slice") for arg in args)))
    found = stand_ins.stand_in(obj)
    return None if found is None else call(ctx, Static(found), args, kwargs)


def _call_builtin(ctx: Context, obj: Any, args: list[Abs], kwargs: dict[str, Abs]) -> Abs | None:
    own = operators.of_builtin(ctx, obj, args)
    if own is not None:
        return call(ctx, own, args[1:], kwargs)
    slot = objects.slot_of(obj)
    if slot is not None:
        return slot(ctx, args, kwargs)
    found = vectorized.call(ctx, obj, args, kwargs) or numba_ufuncs.call(ctx, obj, args, kwargs)
    if found is not None:
        return found
    definition = defined.of_complex(ctx, obj, args, kwargs) or library.definition(obj)
    if definition is not None:
        if obj is np.fromiter and args:
            args = [consumers.as_list(ctx, args[0]), *args[1:]]
        known = library_calls.computed_now(ctx, obj, args, kwargs)
        if known is not None:
            return known
        return defined.call(ctx, definition, args, kwargs)
    drawn = draws.call(ctx, obj, args, kwargs)
    if drawn is not None:
        return drawn
    if isinstance(obj, MethodType) and not draws.draws(obj) and library.definition(obj.__func__) is not None:
        return _call_bound(ctx, obj, args, kwargs)
    handler = builtin_calls.handler_of(obj)
    if handler is None:
        return None
    name = getattr(obj, "__name__", "this")
    check_signature(ctx, obj, name, args, kwargs)
    with refused(ctx, name):
        return handler(ctx, args, kwargs)


def _call_differentiated(ctx: Context, obj: Any, args: list[Abs], kwargs: dict[str, Abs]) -> Abs | None:
    """Functions with derivatives of their own, derivatives, and what makes one of these."""
    if isinstance(obj, Ruled):
        return rule_calls.call_ruled(ctx, obj, args, kwargs)
    if obj is rule_calls.checkpointed:
        return rule_calls.call_checkpointed(ctx, args, kwargs)
    if obj is checkpoint and len(args) == 1 and not kwargs:
        return Partial(Static(rule_calls.checkpointed), (args[0],), {})
    if derivatives.is_derivative(obj):
        return derivatives.call_derivative(ctx, obj, args, kwargs)
    verb = verb_of(obj)
    return None if verb is None else derivatives.make(ctx, verb, args, kwargs)


def _call_with_source(ctx: Context, obj: Any, args: list[Abs], kwargs: dict[str, Abs]) -> Abs | None:
    plain = plain_function(obj)
    if plain is None:
        return None
    if args and hasattr(plain, "dispatch") and hasattr(plain, "registry"):
        # Made by functools.singledispatch.
        chosen = ctx.captures.dispatched(plain, object_builtins.python_class(ctx, args[0]))
        return call(ctx, Static(chosen), args, kwargs)
    if managers.is_made(plain):
        return managers.call_made(ctx, plain, args, kwargs)
    if construction.generated(plain):
        return construction.call_generated(ctx, plain, args, kwargs)
    if plain is not obj:
        ctx.captures.look(Place(obj).attribute("py_func"))
    return foreign.entered(ctx, obj, plain, lambda: bodies.enter(ctx, plain, args, kwargs))


def _call_manager(ctx: Context, obj: Any, args: list[Abs], kwargs: dict[str, Abs]) -> Abs | None:
    """`contextlib.contextmanager` of a function that was made inside, and what that is called with."""
    if obj is contextlib.contextmanager and len(args) == 1 and isinstance(args[0], Closure):
        return managers.make(args[0])
    return managers.managed(ctx, args[0], args[1:], kwargs) if obj is managers.MADE else None


def _call_bound(ctx: Context, obj: Any, args: list[Abs], kwargs: dict[str, Abs]) -> Abs | None:
    """Methods and partial calls, which hold some of the arguments."""
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
    return None


def _call_partial(ctx: Context, obj: functools.partial[Any], args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """What a partial call holds may be changed: its keywords are a dict, and it can be given another state."""
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


def _call_class(ctx: Context, obj: Any, args: list[Abs], kwargs: dict[str, Abs]) -> Abs | None:
    if not isinstance(obj, type):
        return None
    if foreign.is_foreign_class(obj):
        raise foreign.refused_class(ctx, obj)
    return construction.construct(ctx, obj, args, kwargs)


_WAYS: tuple[Callable[[Context, Any, list[Abs], dict[str, Abs]], Abs | None], ...] = (
    _call_stand_in,
    designs.call,
    _call_builtin,
    library_calls.call_without_source,
    _call_differentiated,
    _call_manager,
    cached.call,
    dates.call,
    _call_with_source,
    _call_bound,
    _call_class,
)
"""Ways of calling an object; each returns None for an object that it does not know."""
