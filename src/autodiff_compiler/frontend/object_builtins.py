"""Builtins that look at objects and their classes: `isinstance`, `type`, `getattr` and its kin, `super`, `dataclasses.replace`."""

from __future__ import annotations

import ast
import builtins
import dataclasses
from collections.abc import Callable
from types import FunctionType, GeneratorType
from typing import Any

import numpy as np

from autodiff_compiler.frontend import construction, members, objects
from autodiff_compiler.frontend.arity import takes
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.classes import class_of, is_instance, special
from autodiff_compiler.frontend.comparisons import negated
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.scalars import describe, scalar_class
from autodiff_compiler.frontend.values import (
    Abs,
    Choice,
    Closure,
    DictView,
    Dyn,
    Generator,
    InnerDerivative,
    Iter,
    Listed,
    Method,
    OrNone,
    Partial,
    Range,
    Ref,
    Static,
    Super,
    Text,
    Tup,
)
from autodiff_compiler.library.stand_ins import real_class, stands_for_some

Handler = Callable[[Context, list[Abs], dict[str, Abs]], Abs]


def python_class(ctx: Context, x: Abs) -> type:
    """The class that a value has when the program runs."""
    if isinstance(x, Static):
        return type(x.obj)
    if isinstance(x, Ref):
        return np.ndarray
    if isinstance(x, Listed):
        return list
    if isinstance(x, Dyn):
        return scalar_class(x)
    if isinstance(x, Tup | Box):
        if stands_for_some(x.cls):  # of classes of which it is not told apart here
            raise ctx.unsupported(
                "AD157", f"the class of {describe(x)}", "ask outside the function, and pass the answer"
            )
        return real_class(x.cls)
    if isinstance(x, Iter):
        return x.kind
    if isinstance(x, Generator):
        return GeneratorType
    if isinstance(x, DictView):
        return type(getattr({}, x.kind)())
    if isinstance(x, Choice) and len({python_class(ctx, option) for option in x.options}) == 1:
        return python_class(ctx, x.options[0])
    if isinstance(x, Choice | OrNone):
        raise ctx.unsupported("AD152", f"the type of {describe(x)}", "use one name for each of them")
    classes: dict[type, type] = {Closure: FunctionType, Method: FunctionType, Range: range, Text: str}
    return classes.get(type(x), object)


def _isinstance(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    x, classes = args
    wanted = ctx.static(classes, "the class of isinstance()")
    try:
        if isinstance(x, OrNone):
            of_value, of_none = (
                ctx.captures.is_subclass(cls, wanted) for cls in (python_class(ctx, x.value), type(None))
            )
            return Static(of_none) if of_value == of_none else Dyn(x.given if of_value else negated(ctx, x.given))
        return Static(ctx.captures.is_subclass(python_class(ctx, x), wanted))
    except TypeError as error:
        raise ctx.wrong("AD171", f"TypeError: {error}") from error


def _issubclass(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    one, other = (ctx.static(arg, "the class of issubclass()") for arg in args)
    try:
        return Static(ctx.captures.is_subclass(one, other))
    except TypeError as error:
        raise ctx.wrong("AD171", f"TypeError: {error}") from error


def _type(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    if len(args) != 1 or kwargs:
        raise ctx.unsupported("AD180", "making a class", "define it outside the function")
    return Static(python_class(ctx, args[0]))


def _callable(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    (x,) = args
    if isinstance(x, Static):
        return Static(callable(x.obj))
    return Static(
        isinstance(x, Closure | Method | Partial | InnerDerivative | Choice) or special(ctx, x, "__call__") is not None
    )


# -- attributes by name ----------------------------------------------------------------------------------------------


def _getattr(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    if len(args) not in (2, 3) or kwargs:
        raise ctx.wrong("AD178", f"TypeError: getattr expected 2 or 3 arguments, got {len(args)}")
    name = ctx.static(args[1], "the name of getattr()")
    if len(args) == 3 and not has_attribute(ctx, args[0], name):
        return args[2]
    return members.attribute(ctx, args[0], name)


def _hasattr(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    x, name = args
    return Static(has_attribute(ctx, x, ctx.static(name, "the name of hasattr()")))


def has_attribute(ctx: Context, x: Abs, name: str) -> bool:
    """`hasattr(x, name)`."""
    if is_instance(x) or (isinstance(x, Tup) and x.keys):
        found = objects.has_attribute(ctx, x, name)
        if isinstance(x, Box) and real_class(x.cls) is not x.cls:
            return hasattr(real_class(x.cls), name)
        if found is None or (not found and isinstance(x, Box) and stands_for_some(x.cls)):
            raise ctx.unsupported(
                "AD157", f"whether {describe(x)} has `{name}`, which its own code decides", "ask for it outside"
            )
        return found
    if isinstance(x, Static):
        return not ctx.captures.lacks(x.obj, name)
    return hasattr(python_class(ctx, x), name)


def _setattr(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    x, name, value = args
    objects.store_attribute(ctx, x, ctx.static(name, "the name of setattr()"), value)
    return Static(None)


def _delattr(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    x, name = args
    objects.delete_attribute(ctx, x, ctx.static(name, "the name of delattr()"))
    return Static(None)


# -- super -----------------------------------------------------------------------------------------------------------


def super_syntax(ctx: Context, node: ast.Call) -> Abs | None:
    """`super()` without arguments: the class that the method was defined in, and the method's first argument."""
    if node.args or node.keywords:
        return None
    function = ctx.source.function
    free = function.__code__.co_freevars
    parameters = ctx.source.node.args
    names = [p.arg for p in (*parameters.posonlyargs, *parameters.args)]
    if "__class__" not in free or not names:
        raise ctx.wrong("AD171", "RuntimeError: super(): no arguments, or outside a method")
    start = (function.__closure__ or ())[free.index("__class__")].cell_contents
    return _super(ctx, [Static(start), ctx.load_name(names[0])], {})


def _super(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    if len(args) != 2 or kwargs:
        raise ctx.unsupported("AD171", "super() of one argument", "write super()")
    start = ctx.static(args[0], "the class of super()")
    receiver = args[1]
    cls = receiver.obj if isinstance(receiver, Static) and isinstance(receiver.obj, type) else class_of(receiver)
    if cls is None or not isinstance(start, type) or not issubclass(cls, start):
        raise ctx.wrong("AD171", "TypeError: super(type, obj): obj must be an instance or subtype of type")
    return Super(start, cls, receiver)


# -- copies ----------------------------------------------------------------------------------------------------------


def _replace(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """`dataclasses.replace`: the class is called with the fields, some of them changed."""
    (x,) = args
    if not (isinstance(x, Box) and dataclasses.is_dataclass(x.cls)):
        raise ctx.wrong("AD171", "TypeError: replace() should be called on dataclass instances")
    given = dict(kwargs)
    for field in x.cls.__dataclass_fields__.values():
        kind = field._field_type.name  # type: ignore[attr-defined]  # `dataclasses` tells nobody else
        if kind == "_FIELD_CLASSVAR":
            continue
        if not field.init:
            if field.name in given:
                raise ctx.wrong("AD171", f"ValueError: field {field.name} is declared with init=False")
        elif field.name not in given:
            if kind == "_FIELD_INITVAR" and field.default is dataclasses.MISSING:
                raise ctx.wrong("AD171", f"ValueError: InitVar '{field.name}' must be specified with replace()")
            if kind != "_FIELD_INITVAR":
                given[field.name] = members.attribute(ctx, x, field.name)
    return construction.construct(ctx, x.cls, [], given)


def _attributes_as_dict(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    raise ctx.unsupported("AD168", "vars()", "name the attributes one by one")


CALLS: dict[Any, Handler] = {
    builtins.isinstance: takes("isinstance", _isinstance, 2, 2),
    builtins.issubclass: takes("issubclass", _issubclass, 2, 2),
    builtins.type: _type,
    builtins.callable: takes("callable", _callable, 1, 1),
    builtins.getattr: _getattr,
    builtins.hasattr: takes("hasattr", _hasattr, 2, 2),
    builtins.setattr: takes("setattr", _setattr, 3, 3),
    builtins.delattr: takes("delattr", _delattr, 2, 2),
    builtins.super: _super,
    builtins.vars: _attributes_as_dict,
    dataclasses.replace: _replace,
}
