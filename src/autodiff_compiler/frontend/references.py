"""Reading what a reference denotes, and turning lists of known length into growable ones."""

from __future__ import annotations

from collections.abc import Iterable

from autodiff_compiler.frontend.scalars import is_scalar, scalar_value
from autodiff_compiler.frontend.state import State
from autodiff_compiler.frontend.values import Abs, Ref
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.types import ListOf, Scalar


def read(b: Builder, state: State, ref: Ref) -> Value:
    """The array value that a reference denotes now."""
    version = state.version(ref.cell)
    value = b.load(version, ref.path, ref.operands, ref.cell.name) if ref.path else version
    return b.op(ref.part, value) if ref.part else value


def grow(b: Builder, state: State, items: Iterable[Abs], type_: ListOf, name: str) -> Value:
    """Numbers or arrays as one growable IR list."""
    values = []
    for item in items:
        if is_scalar(item):
            assert isinstance(type_.element, Scalar)
            values.append(scalar_value(b, item, type_.element))
        else:
            assert isinstance(item, Ref)
            state.escaped[item.cell] = b.span
            values.append(b.cast(read(b, state, item), type_.element))
    return b.op("list_new", *values, type=type_, name=name or "items")
