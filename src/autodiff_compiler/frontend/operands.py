"""Operands: values that wait while further expressions are evaluated, from left to right.

In `f(a, g())` the array `a` waits while `g` runs, with its loops and branches, and these may give cells and boxes new
identities where paths meet.  So what waits is in the state, as what has a name is, and is taken out as it is by then.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import cached_property

from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.state import HELD_NAME, Frame
from autodiff_compiler.frontend.values import Abs, Ref, parts


class Operands:
    """The operands of an expression or statement, as far as they have been evaluated."""

    def __init__(self, ctx: Context, node: ast.expr | ast.stmt, role: str = "") -> None:
        """`role` distinguishes operands of one node that wait at the same time."""
        self._ctx = ctx
        self._frame = ctx.frame
        self._node, self._role = node, role
        self._values: list[Abs] = []
        self._waiting: dict[int, tuple[Frame, str]] = {}
        """Where those are in the state that wait there, by position."""

    def add(self, *values: Abs) -> None:
        for value in values:
            if _refers(value):
                key = self._waiting[len(self._values)] = self._frame, f"{self._name}{len(self._values)}"
                self._ctx.state.names[key] = value
            self._values.append(value)

    @cached_property
    def _name(self) -> str:
        node = self._node
        place = (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)
        return f"{HELD_NAME}{type(node).__name__}{place}{self._role}"

    def evaluate(self, nodes: Iterable[ast.expr], *, or_none: bool = False) -> None:
        for node in nodes:
            self.add(self._ctx.evaluate(node, or_none=or_none))

    def take(self) -> list[Abs]:
        """The operands as they are now; they no longer wait."""
        names = self._ctx.state.names
        for i, key in self._waiting.items():
            self._values[i] = names.pop(key, self._values[i])
        return list(map(self._ctx.whole, self._values))


def _refers(value: Abs) -> bool:
    """Whether a value refers to an array or a container of the program's own, which have no fixed identity."""
    if isinstance(value, Ref):
        return value.cell.constant is None
    if isinstance(value, Box):
        return value.constant is None
    return any(map(_refers, parts(value)))
