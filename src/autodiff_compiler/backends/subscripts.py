"""Paths as chains of subscripts, transposes and reshapes."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from autodiff_compiler.backends import syntax
from autodiff_compiler.backends.spelling import Writer
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.path import ALL, Path, Subscript, trimmed
from autodiff_compiler.ir.types import Array


class PrintedPlace:
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
        return self.path.may_repeat

    def read(self) -> ast.expr:
        return self._steps(self.path, for_write=False)

    def written(self) -> ast.expr:
        """The place as a subscript, which can be assigned to."""
        viewed, index = self.split()
        return syntax.subscript(viewed, index)

    def split(self) -> tuple[ast.expr, ast.expr]:
        """The view that all steps before a last subscript reach, and that subscript."""
        before, subscripts = self.path.ending(self.operands)
        return self._steps(before, for_write=True), self._subscript(subscripts or (ALL,))

    def _steps(self, path: Path, for_write: bool) -> ast.expr:
        def reshaped(node: ast.expr, extents: Sequence[Value]) -> ast.expr:
            return self._reshaped(node, extents, for_write)

        return path.follow(self.name, self.operands, self._subscripted, _transposed, reshaped)

    def _subscripted(self, node: ast.expr, subscripts: tuple[Subscript, ...]) -> ast.expr:
        whole = all(subscript == ALL for subscript in subscripts)
        return node if whole else syntax.subscript(node, self._subscript(subscripts))

    def _reshaped(self, node: ast.expr, extents: Sequence[Value], for_write: bool) -> ast.expr:
        shape = self.writer.shape(extents, whole=False)
        if for_write:
            return syntax.call("reshape_view", node, shape)
        return syntax.method(node, "reshape", *(shape.elts if isinstance(shape, ast.Tuple) else [shape]))

    def _subscript(self, subscripts: Sequence[Subscript]) -> ast.expr:
        shown = [self._shown(subscript) for subscript in trimmed(subscripts)]
        return shown[0] if len(shown) == 1 else syntax.tuple_(shown)

    def _shown(self, subscript: Subscript) -> ast.expr:
        if subscript is None:
            return syntax.literal(None)
        if not isinstance(subscript, slice):
            return self.writer.operand(subscript)
        parts = (subscript.start, subscript.stop, subscript.step)
        lower, upper, step = (None if part is None else self.writer.operand(part) for part in parts)
        return ast.Slice(lower=lower, upper=upper, step=step)


def _transposed(node: ast.expr, perm: Sequence[int]) -> ast.expr:
    if list(perm) == list(range(len(perm))):
        return node
    if list(perm) == list(reversed(range(len(perm)))):
        if isinstance(node, ast.Attribute) and node.attr == "T":
            return node.value
        return syntax.attribute(node, "T")
    return syntax.method(node, "transpose", *(syntax.literal(axis) for axis in perm))


def as_argument(index: ast.expr) -> ast.expr:
    """A subscript as an argument of a function: slices spelled out."""
    if isinstance(index, ast.Tuple):
        return syntax.tuple_([as_argument(item) for item in index.elts])
    if isinstance(index, ast.Slice):
        parts = (index.lower, index.upper, index.step)
        return syntax.call("slice", *(part if part is not None else syntax.literal(None) for part in parts))
    return index
