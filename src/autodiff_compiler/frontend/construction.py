"""Calling a class: `__new__` and `__init__` along its MRO, those that `dataclass` and `namedtuple` generate among them."""

from __future__ import annotations

import ast
import dataclasses
import enum
import inspect
from types import FunctionType
from typing import Any

import numpy as np

from autodiff_compiler.frontend import classes, mro, objects
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.guards import Place
from autodiff_compiler.frontend.mro import MISSING
from autodiff_compiler.frontend.values import Abs, Static, Tup


def construct(ctx: Context, cls: type, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """`cls(*args, **kwargs)`."""
    if issubclass(cls, enum.Enum) and len(args) == 1 and not kwargs:
        return _member(ctx, cls, args[0])
    _check_class(ctx, cls)
    new = ctx.captures.definition(cls, "__new__")
    new = new.__func__ if isinstance(new, staticmethod) else new
    if isinstance(new, FunctionType):
        made = ctx.call(Static(new), [Static(cls), *args], kwargs)
    else:
        made = objects.empty(ctx, cls)
    if not (isinstance(made, Box | Tup) and issubclass(made.cls, cls)):
        return made  # an object of another class is not initialised
    init = ctx.captures.definition(made.cls, "__init__")
    if isinstance(init, FunctionType):
        result = ctx.call(Static(init), [made, *args], kwargs)
        if not (isinstance(result, Static) and result.obj is None):
            raise ctx.wrong("AD178", f"TypeError: {cls.__name__}.__init__() should return None")
    elif init is not object.__init__:
        raise _refused(ctx, cls, f"its `__init__` is a {type(init).__name__}")
    elif not isinstance(new, FunctionType) and (args or kwargs):
        raise ctx.wrong("AD178", f"TypeError: {cls.__name__}() takes no arguments")
    return made


def _member(ctx: Context, cls: type, value: Abs) -> Abs:
    """`Color(1)`: the member with this value."""
    wanted = ctx.static(value, f"the value of which {cls.__name__} is to give the member")
    try:
        return Static(cls(wanted))
    except ValueError as error:
        raise ctx.wrong("AD171", f"ValueError: {error}") from error


def _check_class(ctx: Context, cls: type) -> None:
    named_tuple = issubclass(cls, tuple) and hasattr(cls, "_fields")
    if not (mro.is_written_in_python(cls) or named_tuple) or issubclass(cls, enum.Enum):
        raise _refused(ctx, cls, None)
    if mro.find(type(cls), "__call__") is not type.__call__:
        raise _refused(ctx, cls, f"its metaclass {type(cls).__name__} decides what a call of it does")


def _refused(ctx: Context, cls: type, reason: str | None) -> Exception:
    ways_out = {slice: "write a[start:stop]", str: 'write an f-string: f"{x}"', np.float16: "use np.float32"}
    way_out = ways_out.get(cls, "make the object outside the function, and pass it as an argument")
    base = next(
        (base for base in (list, dict, tuple, set, frozenset, float, int, complex, str) if issubclass(cls, base)), cls
    )
    if base is not cls and reason is None:
        reason, way_out = (
            f"it derives from {base.__name__}",
            f"keep a {base.__name__} in an attribute of an ordinary class",
        )
    return ctx.unsupported(
        "AD180", f"making an object of class `{cls.__name__}`" + (f": {reason}" if reason else ""), way_out
    )


# -- what dataclass and namedtuple generate --------------------------------------------------------------------------


def generated(function: FunctionType) -> bool:
    """Whether `dataclasses` or `collections.namedtuple` generated this function."""
    code = function.__code__
    if code.co_qualname.startswith("__create_fn__."):
        return True
    return code.co_filename.startswith("<string>") and "_tuple_new" in code.co_names


def call_generated(ctx: Context, function: FunctionType, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """A call of a method that `dataclass` or `namedtuple` generated."""
    name = function.__name__
    ctx.captures.code(function)
    if "_tuple_new" in function.__code__.co_names:
        return _new_tuple(ctx, function, args, kwargs)
    if name == "__init__":
        return _init(ctx, function, args, kwargs)
    if name in _COMPARED:
        return _compared(ctx, function, name, args)
    if name in ("__setattr__", "__delattr__"):
        return _frozen(ctx, function, args)
    raise ctx.unsupported(
        "AD170", f"the method `{name}` that `dataclass` generates", "write out what it does with the fields"
    )


def _owner(function: FunctionType, receiver: Abs) -> type:
    """The dataclass that a generated method belongs to."""
    cls = classes.class_of(receiver)
    assert cls is not None
    return next(base for base in cls.__mro__ if vars(base).get(function.__name__) is function)


def _bound(ctx: Context, function: FunctionType, args: list[Abs], kwargs: dict[str, Abs]) -> dict[str, Any]:
    """Arguments by parameter; defaults as they are in the signature."""
    try:
        bound = inspect.signature(function, follow_wrapped=False).bind(*args, **kwargs)
    except TypeError as error:
        owner = function.__qualname__.rpartition(".")[0]
        raise ctx.wrong("AD178", f"TypeError: {owner}.{function.__name__}(): {error}") from error
    bound.apply_defaults()
    return dict(bound.arguments)


def _as_abstract(ctx: Context, function: FunctionType, name: str, value: Any) -> Abs:
    """An argument that was given, or a default."""
    if isinstance(value, Abs):
        return value
    code, place = function.__code__, Place(function)
    if name in code.co_varnames[: code.co_argcount]:
        place = place.attribute("__defaults__").item(code.co_varnames.index(name) - code.co_argcount)
    else:
        place = place.attribute("__kwdefaults__").item(name)
    # A value found elsewhere (`field(default=...)` of a class with slots) is part of the class's own text.
    found = place if place.gives(value) else Place(value)
    return ctx.captures.once(ctx, ("default", function, name), value, found, name)


def _new_tuple(ctx: Context, function: FunctionType, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    bound = _bound(ctx, function, args, kwargs)
    cls_name, *fields = bound
    cls = ctx.static(bound[cls_name], "the class of a named tuple")
    items = tuple(_as_abstract(ctx, function, name, bound[name]) for name in fields)
    return Tup(items, cls, tuple(fields))


def _init(ctx: Context, function: FunctionType, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """The `__init__` of a dataclass: fields in order, then `__post_init__` with the arguments that are only for it."""
    bound = _bound(ctx, function, args, kwargs)
    me = next(iter(bound.values()))
    owner = _owner(function, me)
    frozen = owner.__dataclass_params__.frozen  # type: ignore[attr-defined]  # a dataclass
    only_for_init: list[Abs] = []
    for name, field in owner.__dataclass_fields__.items():  # type: ignore[attr-defined]  # a dataclass
        kind = field._field_type.name
        if kind == "_FIELD_CLASSVAR":
            continue
        value = _field_value(ctx, function, bound, name, field)
        if kind == "_FIELD_INITVAR":
            assert value is not None
            only_for_init.append(value)
        elif value is not None and frozen:
            objects.generic_store(ctx, me, name, value)
        elif value is not None:
            objects.store_attribute(ctx, me, name, value)
    if ctx.captures.definition(owner, "__post_init__") is not MISSING:
        ctx.call(objects.attribute(ctx, me, "__post_init__"), only_for_init, {})
    return Static(None)


def _field_value(
    ctx: Context, function: FunctionType, bound: dict[str, Any], name: str, field: dataclasses.Field[Any]
) -> Abs | None:
    """The value that a field is set to; None for one that `__init__` does not set."""
    given = bound.get(name, MISSING) if field.init else MISSING
    if field.default_factory is not dataclasses.MISSING and not isinstance(given, Abs):
        return ctx.call(Static(field.default_factory), [], {})
    if given is not MISSING:
        return _as_abstract(ctx, function, name, given)
    if field.default is not dataclasses.MISSING and "__slots__" in vars(_owner(function, next(iter(bound.values())))):
        return _as_abstract(
            ctx, function, name, field.default
        )  # with slots, there is no class attribute to read it from
    return None


_COMPARED = {"__eq__": ast.Eq, "__lt__": ast.Lt, "__le__": ast.LtE, "__gt__": ast.Gt, "__ge__": ast.GtE}


def _compared(ctx: Context, function: FunctionType, name: str, args: list[Abs]) -> Abs:
    """A comparison of two dataclass objects: of the tuples of their fields, if they are of one class."""
    me, other = args
    if classes.class_of(other) is not classes.class_of(me) or not classes.is_instance(other):
        return Static(NotImplemented)
    owner = _owner(function, me)
    fields = [f.name for f in dataclasses.fields(owner) if f.compare]
    mine, theirs = (Tup(tuple(objects.attribute(ctx, x, f) for f in fields)) for x in (me, other))
    return ctx.compare(_COMPARED[name], mine, theirs)


def _frozen(ctx: Context, function: FunctionType, args: list[Abs]) -> Abs:
    """The `__setattr__` of a frozen dataclass: it refuses everything; for a subclass that is not frozen, only its own fields."""
    me, name = args[0], ctx.static(args[1], "the name of an attribute")
    owner = _owner(function, me)
    fields = [f.name for f in dataclasses.fields(owner)]
    if classes.class_of(me) is owner or name in fields:
        raise ctx.wrong(
            "AD169", f"FrozenInstanceError: cannot assign to field '{name}'", "use dataclasses.replace(x, name=value)"
        )
    objects.generic_store(ctx, me, name, args[2])
    return Static(None)
