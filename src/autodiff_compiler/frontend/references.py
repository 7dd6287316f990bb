"""Reading what a reference denotes, and turning lists of known length into growable ones."""

from __future__ import annotations

from collections.abc import Iterable

from autodiff_compiler.frontend import rows
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.scalars import element_type, is_scalar, join_elements, scalar_value
from autodiff_compiler.frontend.state import State
from autodiff_compiler.frontend.values import Abs, Grown, Ref
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


def grown_value(b: Builder, state: State, box: Box) -> Value | None:
    """A list of things of one type as a growable IR list; None where its items differ in type."""
    content = state.content(box)
    if isinstance(content, Grown):
        return content.columns[0] if content.form is None else None
    element = join_elements([element_type(item) for item in content.items])
    return None if element is None else grow(b, state, content.items, ListOf(element), box.name)


def grown(b: Builder, state: State, box: Box) -> Grown | None:
    """A list of things of one type, or of items of one form, as growable IR lists; None where they differ."""
    content = state.content(box)
    if isinstance(content, Grown):
        return content
    form = rows.common_form([(state, content)])
    if form is None:
        value = grown_value(b, state, box)
        return None if value is None else Grown((value,))
    columns = [rows.column(state, content.items, k) for k in range(rows.width(form))]
    elements = [join_elements([element_type(leaf) for leaf in column]) for column in columns]
    values = [
        grow(b, state, column, ListOf(element), name)
        for column, element, name in zip(columns, elements, rows.names(box.name, len(columns)))
        if element is not None
    ]
    if len(values) < len(columns):
        return None
    for item in content.items:
        rows.keep(state, item)
    return Grown(tuple(values), form)
