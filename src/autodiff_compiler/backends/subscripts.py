"""Paths as chains of subscripts, transposes and reshapes."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Protocol

from autodiff_compiler.backends import syntax
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.path import WHOLE, Path, is_slice, result_rank, step_operands
from autodiff_compiler.ir.types import Array


class Writer(Protocol):
    """What a place needs of a spelling."""

    def operand(self, value: Value) -> ast.expr: ...

    def shape(self, extents: Sequence[Value], whole: bool = True) -> ast.expr: ...


class Place:
    """What a path reaches in an array."""

    def __init__(
        self, writer: Writer, array: Value, path: Path, operands: Sequence[Value], name: ast.expr | None = None
    ) -> None:
        assert isinstance(array.type, Array)
        self.writer = writer
        self.rank = array.type.rank
        self.path = path
        self.operands = list(operands)
        self.name = name if name is not None else writer.operand(array)

    @property
    def repeats(self) -> bool:
        """Whether the path may reach an element twice."""
        return any(kind == "index" and "a" in data for kind, data in self.path)

    def read(self) -> ast.expr:
        return self._steps(self.path, for_write=False)

    def written(self) -> ast.expr:
        """The place as a subscript, which can be assigned to."""
        viewed, index = self.split()
        return syntax.subscript(viewed, index)

    def split(self) -> tuple[ast.expr, ast.expr]:
        """The view that all steps but a last subscript give, and that subscript."""
        if not self.path or self.path[-1][0] != "index" or not self.path[-1][1]:
            steps = tuple(step for step in self.path if step != ("index", ()))
            return self._steps(steps, for_write=True), ast.Slice(lower=None, upper=None, step=None)
        viewed = self._steps(self.path[:-1], for_write=True)
        count = step_operands(self.path[-1])
        return viewed, self._subscript(self.path[-1][1], self.operands[len(self.operands) - count :])

    def _steps(self, path: Path, for_write: bool) -> ast.expr:
        node = self.name
        position = 0
        rank = self.rank
        for step in path:
            kind, data = step
            count = step_operands(step)
            operands = self.operands[position : position + count]
            if kind == "transpose":
                node = _transposed(node, data)
            elif kind == "reshape":
                node = self._reshaped(node, operands, for_write)
            elif data and not all(item == WHOLE for item in data):
                node = syntax.subscript(node, self._subscript(data, operands))
            rank = result_rank((step,), rank, [v.type for v in operands])
            position += count
        return node

    def _reshaped(self, node: ast.expr, extents: Sequence[Value], for_write: bool) -> ast.expr:
        shape = self.writer.shape(extents, whole=False)
        if for_write:
            return syntax.call("reshape_view", node, shape)
        return syntax.method(node, "reshape", *(shape.elts if isinstance(shape, ast.Tuple) else [shape]))

    def _subscript(self, items: Sequence[str], operands: Sequence[Value]) -> ast.expr:
        taken = iter(operands)
        shown: list[ast.expr] = []
        for item in items:
            if item == "n":
                shown.append(syntax.literal(None))
            elif is_slice(item):
                parts = [self.writer.operand(next(taken)) if flag == "1" else None for flag in item[1:]]
                shown.append(ast.Slice(lower=parts[0], upper=parts[1], step=parts[2]))
            else:
                shown.append(self.writer.operand(next(taken)))
        while len(shown) > 1 and _is_whole_slice(shown[-1]):
            shown.pop()
        return shown[0] if len(shown) == 1 else syntax.tuple_(shown)


def _is_whole_slice(node: ast.expr) -> bool:
    return isinstance(node, ast.Slice) and node.lower is node.upper is node.step is None


def _transposed(node: ast.expr, perm: Sequence[int]) -> ast.expr:
    if list(perm) == list(range(len(perm))):
        return node
    if list(perm) == list(reversed(range(len(perm)))):
        if isinstance(node, ast.Attribute) and node.attr == "T":
            return node.value
        return syntax.attribute(node, "T")
    return syntax.method(node, "transpose", *(syntax.literal(axis) for axis in perm))


def is_whole(path: Path) -> bool:
    """Whether the path reaches the whole array as it is."""
    return all(kind == "index" and all(item == WHOLE for item in data) for kind, data in path)


def as_argument(index: ast.expr) -> ast.expr:
    """A subscript as an argument of a function: slices spelled out."""
    if isinstance(index, ast.Tuple):
        return syntax.tuple_([as_argument(item) for item in index.elts])
    if isinstance(index, ast.Slice):
        parts = (index.lower, index.upper, index.step)
        return syntax.call("slice", *(part if part is not None else syntax.literal(None) for part in parts))
    return index
