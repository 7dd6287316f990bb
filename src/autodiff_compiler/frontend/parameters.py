"""The parameters of a program: the abstract values that it begins with, for arguments of these structures and types."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.layout import Layout, of_array
from autodiff_compiler.frontend.values import Abs, Cell, Dyn, Items, Ref, Tup
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.tree import Const, Node, Tree
from autodiff_compiler.ir.types import Array, Scalar, Type


class Parameters:
    """`leaves` are the IR parameters, in order; the rest says what was asked about them while the program was run.

    `static_leaves` are integers that had to be known, `layouts` those of arrays where it mattered what NumPy copies.
    """

    def __init__(self, ctx: Context, target: Any, values: Sequence[Any] | None) -> None:
        self._ctx, self._target, self._values = ctx, target, values
        self.leaves: list[Value] = []
        self.static_leaves: dict[int, Any] = {}
        self.layouts: dict[int, Layout | None] = {}
        self._cells: dict[Cell, int] = {}

    def argument(self, tree: Tree, types: Iterator[Type], name: str) -> Abs:
        """An argument of this structure, with leaves of these types."""
        ctx = self._ctx
        if isinstance(tree, Const):
            return ctx.captures.known(tree.value)
        if not isinstance(tree, Node):
            return self._leaf(next(types), name, array=tree.array)
        keys = tree.keys or tuple(range(len(tree.children)))
        items = tuple(self.argument(child, types, f"{name}_{key}") for child, key in zip(tree.children, keys))
        if issubclass(tree.cls, tuple):
            return Tup(items, tree.cls, tree.keys)
        box = Box(tree.cls, local=False)
        ctx.state.boxes[box] = Items(items, tree.keys)
        return box

    def _leaf(self, type_: Type, name: str, *, array: bool) -> Abs:
        index = len(self.leaves)
        value = Value(type_, name if name.isidentifier() else "")
        self.leaves.append(value)
        self._ctx.given.add(value)
        if isinstance(type_, Array) or (array and isinstance(type_, Scalar)):
            cell = Cell(type_, name, local=False)
            self._cells[cell] = index
            self._ctx.state.versions[cell] = value
            if self._ctx.lengths is not None and self._values is not None:
                self._ctx.lengths.add_array(value, index, np.shape(self._values[index]))
            return Ref(cell, type_, layout=self._layout(index))
        if not isinstance(type_, Scalar) or not type_.dtype.is_integer:
            return Dyn(value)
        known = partial(self._known, index)
        if self._ctx.lengths is not None and type_.kind == "py":
            self._ctx.lengths.add_number(value, known)
        return Dyn(value, known)

    def _known(self, index: int) -> Any:
        """The value of an integer, which must be known when the program is compiled."""
        name, values = self.leaves[index].name, self._values
        found = _default(self._target, name) if values is None else values[index]
        if found is None:
            raise self._ctx.unsupported(
                "AD106",
                f"the value of parameter `{name}` must be known when the function is compiled",
                "give arguments, as in a call: .source(...); or give the parameter a default",
            )
        self.static_leaves[index] = found
        return found

    def _layout(self, index: int) -> Layout | None:
        if not self._ctx.careful or self._values is None:
            return None
        self.layouts[index] = of_array(np.asarray(self._values[index]))
        return self.layouts[index]

    @property
    def written(self) -> tuple[int, ...]:
        """The leaves that are written to: where paths meet, a cell may be any of them."""
        written = self._ctx.captures.written
        if any(cell not in self._cells for cell in written):
            return tuple(self._cells.values())
        return tuple(self._cells[cell] for cell in written)


def _default(target: Any, name: str) -> int | None:
    """The default of an integer parameter: its value where no arguments are given."""
    try:
        parameter = inspect.signature(target).parameters.get(name)
    except (TypeError, ValueError):
        return None
    return parameter.default if parameter is not None and type(parameter.default) is int else None
