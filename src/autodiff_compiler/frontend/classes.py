"""Classes of abstract values: which one a value is of, and the user's own methods behind operators and builtins."""

from __future__ import annotations

import enum
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING

from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.mro import HEAP_TYPE, MISSING, is_standard, is_written_in_python
from autodiff_compiler.frontend.values import Abs, Partial, Static, Tup

if TYPE_CHECKING:
    from autodiff_compiler.frontend.context import Context


def is_instance(x: Abs) -> bool:
    """Whether an abstract value is an object of a class written in Python, made inside the program or not."""
    if isinstance(x, Box):
        return x.cls not in (list, dict)
    if isinstance(x, Static):
        named = isinstance(x.obj, type | ModuleType | FunctionType | enum.Enum)
        return not named and is_written_in_python(type(x.obj)) and not is_standard(type(x.obj))
    return False


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
    if cls is None or not cls.__flags__ & HEAP_TYPE:
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
