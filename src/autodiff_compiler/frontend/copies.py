"""`copy.copy` and `copy.deepcopy`."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from types import BuiltinFunctionType, FunctionType
from typing import Any

import numpy as np

from autodiff_compiler.frontend import container_methods
from autodiff_compiler.frontend.arity import Handler, takes
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.classes import is_instance, special
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.mro import MISSING
from autodiff_compiler.frontend.scalars import describe
from autodiff_compiler.frontend.values import (
    Abs,
    Cell,
    Choice,
    Closure,
    Dyn,
    Grown,
    Items,
    Listed,
    Range,
    Ref,
    Static,
    Text,
    Tup,
)


def _copy(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """`copy.copy`: an object of the same class that holds the same things."""
    (x,) = args
    own = special(ctx, x, "__copy__")
    if own is not None:
        return ctx.call(own, [], {})
    if isinstance(x, Ref):
        return ctx.call(Static(np.copy), [x], {})
    if isinstance(x, Box):
        _check_class(ctx, x, "copy.copy", "__copy__")
        return container_methods.copied(ctx, x)
    if isinstance(x, Listed):
        return ctx.call(Static(list), [x], {})
    return x


def _check_class(ctx: Context, x: Box, function: str, instead: str) -> None:
    """Refuse an object whose class says how it is copied."""
    for name in ("__reduce_ex__", "__reduce__", "__getstate__", "__setstate__"):
        if ctx.captures.definition(x.cls, name) not in (MISSING, getattr(object, name, None)) and is_instance(x):
            raise ctx.unsupported("AD157", f"{function} with a `{name}` of the class's own", f"write {instead}")


@dataclass
class _Copies:
    """What was copied on the way: a list that is held twice is held twice by the copy."""

    boxes: dict[Box, Box] = field(default_factory=dict)
    cells: set[Cell] = field(default_factory=set)


def _deepcopy(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """`copy.deepcopy`: everything that can be written to is copied."""
    if len(args) > 1 or kwargs:
        raise ctx.unsupported("AD202", "copy.deepcopy with a memo", "leave it out")
    return _deep(ctx, args[0], _Copies())


_UNCHANGED = (
    bool,
    int,
    float,
    complex,
    str,
    bytes,
    type(None),
    np.generic,
    type,
    FunctionType,
    BuiltinFunctionType,
    range,
)


def _deep(ctx: Context, x: Abs, copies: _Copies) -> Abs:
    own = special(ctx, x, "__deepcopy__")
    if own is not None:
        return ctx.call(own, [ctx.new_dict({})], {})
    if isinstance(x, Ref):
        return _array(ctx, x, copies)
    if isinstance(x, Listed):
        array = _array(ctx, x.ref, copies)
        assert isinstance(array, Ref)
        return Listed(array, x.kind)
    if isinstance(x, Box):
        return _box(ctx, x, copies)
    if isinstance(x, Tup):
        return Tup(tuple(_deep(ctx, item, copies) for item in x.items), x.cls, x.keys)
    if isinstance(x, Dyn | Range | Text | Closure | Choice) or (
        isinstance(x, Static) and isinstance(x.obj, _UNCHANGED)
    ):
        return x
    raise ctx.unsupported("AD104", f"copy.deepcopy of {describe(x)}", "copy the lists, dicts and arrays that it holds")


def _array(ctx: Context, x: Ref, copies: _Copies) -> Abs:
    if x.cell in copies.cells:
        raise ctx.unsupported(
            "AD104",
            "copy.deepcopy of something that holds an array twice, or views of it",
            "copy the arrays one by one",
        )
    copies.cells.add(x.cell)
    return ctx.call(Static(np.copy), [x], {})


def _box(ctx: Context, x: Box, copies: _Copies) -> Box:
    if x in copies.boxes:
        return copies.boxes[x]
    _check_class(ctx, x, "copy.deepcopy", "__deepcopy__")
    new = copies.boxes[x] = Box(x.cls)
    content = ctx.state.content(x)
    ctx.state.boxes[new] = content
    if not isinstance(content, Grown):
        ctx.state.boxes[new] = Items(tuple(_deep(ctx, item, copies) for item in content.items), content.keys)
    return new


CALLS: dict[Any, Handler] = {
    copy.copy: takes("copy.copy", _copy, 1, 1),
    copy.deepcopy: takes("copy.deepcopy", _deepcopy, 1, 2, "memo"),
}
