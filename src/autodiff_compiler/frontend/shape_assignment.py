"""`a.shape = (2, 3)`: the array that a name stands for gets another shape in place; views of it keep theirs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.layout import is_view
from autodiff_compiler.frontend.state import NameKey
from autodiff_compiler.frontend.values import Abs, Careful, Items, Ref, Static, parts
from autodiff_compiler.ir.types import rank

_WAY_OUT = "write b = a.reshape(...), and use b from there on"


def assign(ctx: Context, ref: Ref, shape: Abs) -> None:
    """Bind the names that stand for the array to it in its new shape.

    NumPy raises where the elements would have to move, so otherwise the result is certainly a view."""
    if ref.cell.constant is not None:
        raise ctx.unsupported("AD112", f"a new shape of `{ref.cell.name}`, an array from outside", _WAY_OUT)
    if ref.cell.sources:
        raise ctx.unsupported("AD111", "a new shape of what may be one of several arrays", _WAY_OUT)
    names = _names_of(ctx, ref)
    new = ctx.call(Static(np.reshape), [ref, shape], {})
    assert isinstance(new, Ref)
    certain = is_view(ref.layout, rank(ref.type), "reshape", rank(new.type))
    if certain is None and not ctx.careful:
        raise Careful
    if certain is None:
        raise ctx.unsupported("AD169", "a new shape of an array whose elements may lie in another order", _WAY_OUT)
    if not certain or new.cell is not ref.cell:
        raise ctx.wrong(
            "AD169",
            "AttributeError: incompatible shape for in-place modification: elements would have to move",
            _WAY_OUT,
        )
    for key in names:
        ctx.state.names[key] = new


def _names_of(ctx: Context, ref: Ref) -> list[NameKey]:
    """The names of this array.  It must not be anywhere else, nor may another reference be to the same array or a view of it."""
    names = [key for key, value in ctx.state.names.items() if value is ref]
    others = [value for value in ctx.state.names.values() if value is not ref]
    for content in ctx.state.boxes.values():
        others += content.items if isinstance(content, Items) else ()
    if not names or any(_looks_alike(found, ref) for value in others for found in _refs(value)):
        raise ctx.unsupported(
            "AD169", "a new shape of an array that is in a container too, or may have another name", _WAY_OUT
        )
    return names


def _refs(value: Abs) -> Iterator[Ref]:
    if isinstance(value, Ref):
        yield value
    for part in parts(value):
        yield from _refs(part)


def _looks_alike(found: Ref, ref: Ref) -> bool:
    """Whether a reference may be the same object: a view has a path of its own."""
    alike = found.path == ref.path and all(a is b for a, b in zip(found.operands, ref.operands))
    return (found.cell is ref.cell and alike) or ref.cell in found.cell.sources
