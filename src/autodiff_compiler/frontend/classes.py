"""Classes as Python sees them: what an object's type defines, looked up along its MRO, and whether the user wrote it."""

from __future__ import annotations

import enum
import sys
from types import BuiltinFunctionType, FunctionType, MethodDescriptorType, ModuleType, WrapperDescriptorType
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.values import Abs, Partial, Static, Tup
from autodiff_compiler.library import definition

if TYPE_CHECKING:
    from autodiff_compiler.frontend.context import Context

MISSING = object()
_HEAP_TYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE: a class that a class statement made


def find(cls: type, name: str, after: type | None = None) -> Any:
    """What the MRO of `cls` has for a name (after the class `after`, as `super()` looks it up), or MISSING."""
    order = cls.__mro__ if after is None else cls.__mro__[cls.__mro__.index(after) + 1 :]
    for owner in order:
        if name in vars(owner):
            return vars(owner)[name]
    return MISSING


def is_written_in_python(cls: type) -> bool:
    """Whether instances of a class hold attributes and nothing else, and Python code alone says what they do."""
    known = _written.get(cls)
    if known is None:
        known = cls is not object and all(base is object or _has_no_slots_in_c(base) for base in cls.__mro__)
        _written[cls] = known
    return known


_written: WeakKeyDictionary[type, bool] = WeakKeyDictionary()


def _has_no_slots_in_c(cls: type) -> bool:
    if not cls.__flags__ & _HEAP_TYPE or (cls.__module__.partition(".")[0] == "numpy" and not _is_defined(cls)):
        return False
    return cls.__module__ == "typing" or not (
        isinstance(vars(cls).get("__new__"), BuiltinFunctionType)
        or any(
            isinstance(member, WrapperDescriptorType | MethodDescriptorType) and member.__objclass__ is cls
            for member in vars(cls).values()
        )
    )


def _is_defined(cls: type) -> bool:
    """Whether the library says what a call of an object of a class does, and so what the object is: a polynomial."""
    return definition(find(cls, "__call__")) is not None


def is_instance(x: Abs) -> bool:
    """Whether an abstract value is an object of a class written in Python, made inside the program or not."""
    if isinstance(x, Box):
        return x.cls not in (list, dict)
    if isinstance(x, Static):
        named = isinstance(x.obj, type | ModuleType | FunctionType | enum.Enum)
        return not named and is_written_in_python(type(x.obj)) and not is_standard(type(x.obj))
    return False


def is_standard(cls: type) -> bool:
    """Whether a class is one of the standard library's (a logger, a lock): its objects are not models to be differentiated."""
    return is_written_in_python(cls) and cls.__module__.partition(".")[0] in sys.stdlib_module_names


def class_of(x: Abs) -> type | None:
    """The class whose methods an object has; None for numbers, arrays and what has no methods of the user's."""
    if isinstance(x, Box | Tup):
        return x.cls
    return type(x.obj) if isinstance(x, Static) else None


def special(ctx: Context, x: Abs, name: str) -> Abs | None:
    """The user's own method behind an operator or builtin, bound to `x`; None where Python's own meaning holds.

    Only methods written in Python count: those of lists, tuples and numbers are implemented by the frontend.
    """
    cls = class_of(x)
    if cls is None or not cls.__flags__ & _HEAP_TYPE:
        return None
    if isinstance(x, Static) and not is_instance(x):
        return None
    found = ctx.captures.definition(cls, name)
    if isinstance(found, FunctionType):
        return Partial(Static(found), (x,), {})
    if isinstance(found, staticmethod):
        return Static(found.__func__)
    if isinstance(found, classmethod):
        return Partial(Static(found.__func__), (Static(cls),), {})
    if found is MISSING or type(found).__module__ == "builtins":
        return None  # a slot of `object` or `tuple`; None itself says that there is no such method
    raise ctx.unsupported(
        "AD157", f"`{name}` of {cls.__name__}, which is a {type(found).__name__}", "define it as a method: def ..."
    )


def has_own(ctx: Context, x: Abs, *names: str) -> bool:
    """Whether the user's class defines one of these methods."""
    return any(special(ctx, x, name) is not None for name in names)
