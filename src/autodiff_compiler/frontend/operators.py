"""Operators and builtins on objects: the methods that the user's class defines for them, tried in Python's order."""

from __future__ import annotations

import ast
import builtins
import math
from typing import Any

from autodiff_compiler.frontend.boxes import Box, distinguishable
from autodiff_compiler.frontend.classes import class_of, has_own, is_instance, special
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.mro import MISSING, find
from autodiff_compiler.frontend.scalars import scalar_class
from autodiff_compiler.frontend.values import Abs, Dyn, Index, Ref, SliceParts, Static, Tup
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.types import Scalar, is_py

_BINARY: dict[type[ast.AST], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "truediv",
    ast.FloorDiv: "floordiv",
    ast.Mod: "mod",
    ast.Pow: "pow",
    ast.MatMult: "matmul",
    ast.BitAnd: "and",
    ast.BitOr: "or",
    ast.BitXor: "xor",
    ast.LShift: "lshift",
    ast.RShift: "rshift",
}
_UNARY: dict[type[ast.AST], str] = {ast.USub: "__neg__", ast.UAdd: "__pos__", ast.Invert: "__invert__"}
_COMPARED: dict[type[ast.AST], tuple[str, str]] = {
    ast.Eq: ("__eq__", "__eq__"),
    ast.NotEq: ("__ne__", "__ne__"),
    ast.Lt: ("__lt__", "__gt__"),
    ast.LtE: ("__le__", "__ge__"),
    ast.Gt: ("__gt__", "__lt__"),
    ast.GtE: ("__ge__", "__le__"),
}
# What NumPy looks for before it treats an object as unknown.
_MAKES_AN_ARRAY = ("__len__", "__getitem__", "__iter__", "__array__", "__array_interface__", "__array_priority__")


def binary(ctx: Context, op: type[ast.AST], x: Abs, y: Abs) -> Abs | None:
    """`x op y` by the objects' own methods; None where neither operand has one."""
    name = _BINARY[op]
    return _dispatched(ctx, x, y, f"__{name}__", f"__r{name}__")


def in_place(ctx: Context, op: type[ast.AST], x: Abs, y: Abs) -> Abs | None:
    """`x op= y` by the object's own `__iop__`; None where it has none, or leaves it to `x op y`."""
    own = special(ctx, x, f"__i{_BINARY[op]}__")
    if own is None:
        return None
    result = ctx.call(own, [y], {})
    return None if _is_not_implemented(result) else result


def unary(ctx: Context, op: type[ast.AST], x: Abs) -> Abs | None:
    own = special(ctx, x, _UNARY[op])
    return None if own is None else ctx.call(own, [], {})


def compare(ctx: Context, op: type[ast.AST], x: Abs, y: Abs) -> Abs | None:
    """`x op y` for a comparison; None where no class of the user's decides it."""
    if op is ast.NotEq and not has_own(ctx, x, "__ne__") and not has_own(ctx, y, "__ne__"):
        equal = compare(ctx, ast.Eq, x, y)
        if equal is None:
            return None
        truth = ctx.truth(equal)
        return Static(not truth) if not isinstance(truth, Value) else Dyn(ctx.b.op("not", truth))
    name, reflected = _COMPARED[op]
    if not has_own(ctx, x, name) and not has_own(ctx, y, reflected):
        objects = is_instance(x) or is_instance(y)
        if objects and op is ast.Eq:
            return Static(_same_object(ctx, x, y))
        if objects:
            raise _no_operator(ctx, name, x, y)
        return None
    return _dispatched(ctx, x, y, name, reflected, identity=op is ast.Eq)


def _dispatched(ctx: Context, x: Abs, y: Abs, name: str, reflected: str, *, identity: bool = False) -> Abs | None:
    """Python's order: the right operand first where its class is a subclass that overrides the method, else the left."""
    left, right = special(ctx, x, name), special(ctx, y, reflected)
    cls_x, cls_y = class_of(x), class_of(y)
    comparison = name in ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__")
    if cls_x is cls_y and not comparison:
        right = None
    if left is None and right is None:
        return None
    tries = [(left, y), (right, _as_python(ctx, x, y) if right is not None else x)]
    if right is not None and _overrides(cls_x, cls_y, reflected, comparison):
        tries.reverse()
    for method, argument in tries:
        if method is None:
            continue
        result = ctx.call(method, [argument], {})
        if not _is_not_implemented(result):
            return result
    if identity:
        return Static(_same_object(ctx, x, y))
    raise _no_operator(ctx, name, x, y)


def _overrides(cls_x: type | None, cls_y: type | None, reflected: str, comparison: bool) -> bool:
    """Whether the right operand's class is a subclass of the left's that overrides the method; for a comparison, any subclass."""
    if cls_x is None or cls_y is None or cls_x is cls_y or not issubclass(cls_y, cls_x):
        return False
    return comparison or find(cls_y, reflected) is not find(cls_x, reflected)


def _as_python(ctx: Context, x: Abs, y: Abs) -> Abs:
    """The left operand as a reflected method gets it: NumPy passes its scalars on as Python numbers."""
    if isinstance(x, Ref) or (isinstance(x, Dyn) and not is_py(x.value.type)):
        cls = class_of(y)
        assert cls is not None
        if find(cls, "__array_ufunc__") is None or _comes_first(cls):
            return x
        if isinstance(x, Ref) or any(find(cls, name) is not MISSING for name in _MAKES_AN_ARRAY):
            raise ctx.unsupported(
                "AD157",
                f"an operator between a value of NumPy's and a {cls.__name__}, which NumPy would make an array of",
                f"write the {cls.__name__} on the left, or set __array_ufunc__ = None in its class",
            )
        assert isinstance(x, Dyn)
        assert isinstance(x.value.type, Scalar)
        return Dyn(ctx.b.cast(x.value, Scalar(x.value.type.dtype.python, "py")))
    return x


def _comes_first(cls: type) -> bool:
    """Whether NumPy leaves an operator with an array to a class: one that has a priority, and says nothing of ufuncs."""
    priority = find(cls, "__array_priority__")
    return isinstance(priority, int | float) and priority > 0 and find(cls, "__array_ufunc__") is MISSING


def _is_not_implemented(result: Abs) -> bool:
    return isinstance(result, Static) and result.obj is NotImplemented


def _same_object(ctx: Context, x: Abs, y: Abs) -> bool:
    if isinstance(x, Static) and isinstance(y, Static):
        return x.obj is y.obj
    if isinstance(x, Box) and isinstance(y, Box) and not distinguishable(x, y):
        raise ctx.unsupported("AD152", "whether two objects of the caller are the same one", "compare what they hold")
    return x is y


def _no_operator(ctx: Context, name: str, x: Abs, y: Abs) -> Exception:
    words = [_class_name(z) for z in (x, y)]
    return ctx.wrong("AD148", f"TypeError: `{name}` is not supported between '{words[0]}' and '{words[1]}'")


def _class_name(x: Abs) -> str:
    cls = class_of(x)
    if cls is not None:
        return cls.__name__
    return scalar_class(x).__name__ if isinstance(x, Dyn) else "ndarray"


# -- builtins --------------------------------------------------------------------------------------------------------

_BUILTINS: dict[Any, tuple[str, ...]] = {
    builtins.abs: ("__abs__",),
    builtins.round: ("__round__",),
    builtins.len: ("__len__",),
    builtins.float: ("__float__", "__index__"),
    builtins.int: ("__int__", "__index__"),
    builtins.complex: ("__complex__",),
    builtins.divmod: ("__divmod__",),
    builtins.reversed: ("__reversed__",),
    builtins.next: ("__next__",),
    builtins.hash: ("__hash__",),
    builtins.format: ("__format__",),
    builtins.repr: ("__repr__",),
    builtins.str: ("__str__", "__repr__"),
    math.floor: ("__floor__",),
    math.ceil: ("__ceil__",),
    math.trunc: ("__trunc__",),
}


def of_builtin(ctx: Context, function: Any, args: list[Abs]) -> Abs | None:
    """The user's method that a builtin such as `abs` calls on its first argument; None where there is none."""
    try:
        names = _BUILTINS.get(function, ())
    except TypeError:  # not hashable
        return None
    for name in names if args else ():
        own = special(ctx, args[0], name)
        if own is not None:
            return own
    return None


# -- items -----------------------------------------------------------------------------------------------------------


def item(ctx: Context, base: Abs, index: list[Index], name: str, *more: Abs) -> Abs | None:
    """`base[index]` by the object's own method (`__getitem__`, or `__setitem__` with a value); None where it has none."""
    own = special(ctx, base, name)
    if own is None:
        return None
    if any(isinstance(part, SliceParts) for part in index):
        raise ctx.unsupported("AD157", f"a slice as the argument of a `{name}`", "pass its bounds to a method")
    parts = tuple(part for part in index if not isinstance(part, SliceParts))
    return ctx.call(own, [parts[0] if len(parts) == 1 else Tup(parts), *more], {})
