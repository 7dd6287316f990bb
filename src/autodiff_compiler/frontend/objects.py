"""Objects of the user's classes: attributes read and written as Python's `object.__getattribute__` and `__setattr__` do.

An object made inside the program is a `Box` whose keys are its attributes; one from outside is a `Box` too where it is an
argument or a dataclass, else a `Static` whose attributes are captured when they are read; a named tuple is a `Tup`.
"""

from __future__ import annotations

import functools
from collections import namedtuple
from types import FunctionType, GetSetDescriptorType, MemberDescriptorType, MethodType
from typing import Any

from autodiff_compiler.diagnostics import did_you_mean
from autodiff_compiler.frontend import classes, derivatives, foreign, mro
from autodiff_compiler.frontend.arity import Handler
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.classes import class_of, special
from autodiff_compiler.frontend.container_items import check_is_one
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.mro import MISSING
from autodiff_compiler.frontend.scalars import describe
from autodiff_compiler.frontend.source import plain_function
from autodiff_compiler.frontend.values import Abs, Items, Partial, Static, Super, Tup
from autodiff_compiler.library.stand_ins import real_class, stands_for_some
from autodiff_compiler.library.standard.generators import Local

_MAKE_A_METHOD = "define a method or a property with `def`"


def attribute(ctx: Context, x: Abs, name: str) -> Abs:
    """`x.name` for an object or a named tuple."""
    own = special(ctx, x, "__getattribute__")
    if own is not None:
        if special(ctx, x, "__getattr__") is not None:
            raise _not_followed(ctx, x, "`__getattribute__` beside `__getattr__`", "define one of the two")
        return ctx.call(own, [Static(name)], {})
    return generic_attribute(ctx, x, name)


def generic_attribute(ctx: Context, x: Abs, name: str) -> Abs:
    """`object.__getattribute__(x, name)`: data descriptors of the class, then the object's own, then the class's others."""
    cls = class_of(x)
    assert cls is not None
    found = ctx.captures.definition(cls, name)
    if _is_data_descriptor(found):
        return _from_descriptor(ctx, x, cls, found, name)
    held = _held(ctx, x, name)
    if held is not None:
        return held
    if found is not MISSING:
        return _from_class(ctx, x, cls, found, name)
    fallback = special(ctx, x, "__getattr__")
    if fallback is not None:
        return ctx.call(fallback, [Static(name)], {})
    raise _no_attribute(ctx, x, cls, name)


def _no_attribute(ctx: Context, x: Abs, cls: type, name: str) -> Exception:
    if issubclass(cls, Local):
        return ctx.unsupported("AD170", f"`{name}` of a random generator", foreign.RANDOM)
    if real_class(cls) is not cls and hasattr(real_class(cls), name):
        of_numpy = real_class(cls).__module__.startswith("numpy")
        way_out = "compute it from the coefficients" if of_numpy else "use a list or a dict"
        return ctx.unsupported("AD170", f"`{name}` of a {real_class(cls).__name__}", way_out)
    if stands_for_some(cls):
        return ctx.unsupported("AD170", f"`{name}` of an object of a library", "compute it from what is supported")
    content = ctx.state.content(x) if isinstance(x, Box) else None
    held = (
        content.keys
        if isinstance(content, Items)
        else vars(x.obj)
        if isinstance(x, Static) and hasattr(x.obj, "__dict__")
        else ()
    )
    known = [key for key in (*held, *dir(cls)) if isinstance(key, str)]
    message = f"AttributeError: '{cls.__name__}' object has no attribute '{name}'"
    return ctx.wrong("AD145", message, did_you_mean(name, known))


_Field: type = type(vars(namedtuple("_One", "x"))["x"])
"""What a named tuple has for each of its fields."""


def has_attribute(ctx: Context, x: Abs, name: str) -> bool | None:
    """`hasattr(x, name)`; None where only running the user's code would tell."""
    cls = class_of(x)
    assert cls is not None
    if special(ctx, x, "__getattribute__") is not None or special(ctx, x, "__getattr__") is not None:
        return None
    found = ctx.captures.definition(cls, name)
    if isinstance(found, _Field):
        return True
    if isinstance(found, property) or (found is not MISSING and hasattr(type(found), "__set__")):
        return None if not isinstance(found, MemberDescriptorType) else _held(ctx, x, name) is not None
    return found is not MISSING or _held(ctx, x, name) is not None


def _held(ctx: Context, x: Abs, name: str) -> Abs | None:
    """What the object itself holds under a name."""
    if isinstance(x, Box):
        content = ctx.state.content(x)
        assert isinstance(content, Items)
        return content.items[content.keys.index(name)] if name in content.keys else None
    if isinstance(x, Static):
        return ctx.captures.held(ctx, x.obj, name)
    return None


def _is_data_descriptor(found: Any) -> bool:
    return found is not MISSING and (hasattr(type(found), "__set__") or hasattr(type(found), "__delete__"))


def _from_descriptor(ctx: Context, x: Abs, cls: type, found: Any, name: str) -> Abs:
    if isinstance(found, property):
        if found.fget is None:
            raise ctx.wrong("AD145", f"AttributeError: property '{name}' of '{cls.__name__}' object has no getter")
        if isinstance(x, Static) and foreign.is_closed(x.obj):
            # Read by Python itself at each call, since what computes it may be compiled code.
            return ctx.captures.attribute(ctx, x.obj, name)
        return ctx.call(Static(found.fget), [x], {})
    if isinstance(found, MemberDescriptorType):
        held = _held(ctx, x, found.__name__)
        if held is None:
            raise _no_attribute(ctx, x, cls, name)
        return held
    if name == "__class__":
        return Static(cls)
    if isinstance(found, GetSetDescriptorType):
        raise ctx.unsupported("AD168", f"the attribute `{name}` of {describe(x)}", "name the attributes one by one")
    return _user_descriptor(ctx, x, cls, found, name)


def _user_descriptor(ctx: Context, x: Abs, cls: type, found: Any, name: str) -> Abs:
    """An object in the namespace of the class whose own class defines `__get__`."""
    if isinstance(x, Tup) and type(found).__name__ == "_tuplegetter":
        index: int = found.__reduce__()[1][0]
        return x.items[index]
    get = mro.find(type(found), "__get__")
    if isinstance(get, FunctionType):
        bound = ctx.captures.class_attribute(ctx, cls, name)
        return ctx.call(Static(get), [bound, x, Static(cls)], {})
    raise _not_followed(ctx, x, f"`{name}`, a {type(found).__name__}", _MAKE_A_METHOD)


def _not_followed(ctx: Context, x: Abs, what: str, help: str) -> Exception:
    cls = class_of(x)
    assert cls is not None
    return ctx.unsupported("AD157", f"{what} of the class {cls.__name__}", help)


def _from_class(ctx: Context, x: Abs, cls: type, found: Any, name: str) -> Abs:
    """What is in the namespace of the class, as it is seen when read through an object."""
    if isinstance(found, FunctionType) or plain_function(found) is not None or derivatives.is_derivative(found):
        return Partial(Static(found), (x,), {})
    if isinstance(found, staticmethod):
        return Static(found.__func__)
    if isinstance(found, classmethod):
        return Partial(Static(found.__func__), (Static(cls),), {})
    if isinstance(found, functools.cached_property):
        return _cached(ctx, x, found, name)
    if found in _SLOTS if _hashable(found) else False:
        return Partial(Static(found), (x,), {})
    if hasattr(type(found), "__get__") and not isinstance(found, MethodType):
        return _user_descriptor(ctx, x, cls, found, name)
    return ctx.captures.class_attribute(ctx, cls, name)


def _hashable(found: Any) -> bool:
    return type(found).__hash__ is not None


def _cached(ctx: Context, x: Abs, found: functools.cached_property[Any], name: str) -> Abs:
    """`functools.cached_property`: computed once for an object that the program made; the caller's is never written."""
    value = ctx.call(Static(found.func), [x], {})
    if isinstance(x, Box) and x.local:
        generic_store(ctx, x, found.attrname or name, value)
    return value


# -- writing ---------------------------------------------------------------------------------------------------------


def store_attribute(ctx: Context, x: Abs, name: str, value: Abs) -> None:
    """`x.name = value`."""
    own = special(ctx, x, "__setattr__")
    if own is not None:
        ctx.call(own, [Static(name), value], {})
    else:
        generic_store(ctx, x, name, value)


def generic_store(ctx: Context, x: Abs, name: str, value: Abs) -> None:
    """`object.__setattr__(x, name, value)`."""
    cls = class_of(x)
    if cls is None or not (classes.is_instance(x) or isinstance(x, Tup)):
        raise ctx.unsupported("AD169", f"assignment to an attribute of {describe(x)}", "return the value instead")
    found = ctx.captures.definition(cls, name)
    if isinstance(found, property):
        if found.fset is None:
            raise ctx.wrong("AD145", f"AttributeError: property '{name}' of '{cls.__name__}' object has no setter")
        ctx.call(Static(found.fset), [x, value], {})
        return
    if _is_data_descriptor(found) and not isinstance(found, MemberDescriptorType):
        setter = mro.find(type(found), "__set__")
        if not isinstance(setter, FunctionType):
            raise _not_followed(ctx, x, f"assignment to `{name}`, a {type(found).__name__},", _MAKE_A_METHOD)
        ctx.call(Static(setter), [ctx.captures.class_attribute(ctx, cls, name), x, value], {})
        return
    value = ctx.kept(value)
    content = ctx.state.content(x) if isinstance(x, Box) else None
    if isinstance(content, Items) and any(k == name and held is value for k, held in zip(content.keys, content.items)):
        return  # the end of `x.a += …`: the object that was changed in place is there already
    if isinstance(x, Box):
        check_is_one(ctx, x)
    if not isinstance(x, Box) or not x.local:
        raise ctx.unsupported(
            "AD138",
            "a write into an object that belongs to the caller, or is in a list that grows at run time",
            "copy it first: dataclasses.replace(x, ...)",
        )
    ctx.state.note_write(x)
    if not isinstance(found, MemberDescriptorType) and not _has_dict(cls):
        raise _no_attribute(ctx, x, cls, name)
    assert isinstance(content, Items)
    held = {**dict(zip(content.keys, content.items)), name: value}
    ctx.state.boxes[x] = Items(tuple(held.values()), tuple(held))


def _has_dict(cls: type) -> bool:
    """Whether the objects of a class take any attribute, or those of its `__slots__` alone."""
    return any("__dict__" in vars(base) for base in cls.__mro__)


def delete_attribute(ctx: Context, x: Abs, name: str) -> None:
    """`del x.name`."""
    cls = class_of(x)
    if not isinstance(x, Box) or not x.local or cls in (list, dict) or cls is None:
        raise ctx.unsupported("AD161", f"`del` of an attribute of {describe(x)}", "leave it as it is")
    if special(ctx, x, "__delattr__") is not None or _is_data_descriptor(ctx.captures.definition(cls, name)):
        raise ctx.unsupported("AD161", f"`del` of `{name}`, which its class decides about", "leave it as it is")
    content = ctx.state.content(x)
    assert isinstance(content, Items)
    held = dict(zip(content.keys, content.items))
    if name not in held:
        raise _no_attribute(ctx, x, cls, name)
    del held[name]
    ctx.state.note_write(x)
    ctx.state.boxes[x] = Items(tuple(held.values()), tuple(held))


# -- super -----------------------------------------------------------------------------------------------------------


def of_super(ctx: Context, x: Super, name: str) -> Abs:
    """`super().name`."""
    found = ctx.captures.definition(x.cls, name, x.start)
    if found is MISSING:
        raise ctx.wrong("AD145", f"AttributeError: 'super' object has no attribute '{name}'")
    of_class = isinstance(x.receiver, Static) and x.receiver.obj is x.cls
    if isinstance(found, FunctionType) or (_hashable(found) and found in _SLOTS):
        return Static(found) if of_class or name == "__new__" else Partial(Static(found), (x.receiver,), {})
    if isinstance(found, staticmethod):
        return Static(found.__func__)
    if isinstance(found, classmethod):
        return Partial(Static(found.__func__), (Static(x.cls),), {})
    if isinstance(found, property) and found.fget is not None and not of_class:
        return ctx.call(Static(found.fget), [x.receiver], {})
    if callable(found) or hasattr(type(found), "__get__"):
        raise _not_followed(ctx, x.receiver, f"`{name}`, a {type(found).__name__},", _MAKE_A_METHOD)
    return ctx.captures.class_attribute(ctx, x.cls, name, x.start)


# -- what `object` and `tuple` themselves do -------------------------------------------------------------------------


def _object_init(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    if len(args) != 1 or kwargs:
        raise ctx.wrong("AD178", "TypeError: object.__init__() takes exactly one argument (the instance to initialize)")
    return Static(None)


def _object_new(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    cls = ctx.static(args[0], "the class of object.__new__()") if args else None
    if not isinstance(cls, type) or not mro.is_written_in_python(cls):
        raise ctx.unsupported("AD180", f"object.__new__ of {cls!r}", "make the object outside the function")
    return empty(ctx, cls)


def empty(ctx: Context, cls: type) -> Box:
    """An object of a class, before its `__init__` has run."""
    abstract = getattr(cls, "__abstractmethods__", None)
    if abstract:
        missing = ", ".join(sorted(abstract))
        raise ctx.wrong("AD180", f"TypeError: {cls.__name__} is abstract: it lacks {missing}")
    box = Box(cls)
    ctx.state.boxes[box] = Items(())
    return box


def _object_getattribute(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    x, name = args
    return generic_attribute(ctx, x, ctx.static(name, "the name of an attribute"))


def _object_setattr(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    x, name, value = args
    generic_store(ctx, x, ctx.static(name, "the name of an attribute"), value)
    return Static(None)


def _not_implemented(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    return Static(NotImplemented)


def _tuple_new(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    cls = ctx.static(args[0], "the class of tuple.__new__()")
    made = ctx.call(Static(tuple), args[1:], {})
    assert isinstance(made, Tup)
    return Tup(made.items, cls, tuple(getattr(cls, "_fields", ())))


def slot_of(obj: Any) -> Handler | None:
    """Handles a call of a slot of `object` or `tuple` by name: `object.__setattr__(self, name, value)`."""
    return _SLOTS.get(obj) if _hashable(obj) else None


_SLOTS: dict[Any, Handler] = {
    object.__init__: _object_init,
    object.__new__: _object_new,
    object.__getattribute__: _object_getattribute,
    object.__setattr__: _object_setattr,
    object.__eq__: _not_implemented,
    object.__init_subclass__: lambda ctx, args, kwargs: Static(None),
    tuple.__new__: _tuple_new,
}
