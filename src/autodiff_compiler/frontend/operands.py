"""Operands: values that wait while further expressions are evaluated, from left to right.

In `f(a, g())` the array `a` waits while `g` runs, with its loops and branches, and these may give cells and boxes new
identities where paths meet.  So what waits is in the state, as what has a name is, and is taken out as it is by then.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.state import HELD_NAME
from autodiff_compiler.frontend.values import Abs, Box, Ref, parts


class Operands:
    """The operands of an expression or statement, as far as they have been evaluated."""

    def __init__(self, ctx: Context, node: ast.expr | ast.stmt, role: str = "") -> None:
        """`role` distinguishes operands of one node that wait at the same time."""
        self._ctx = ctx
        self._frame = ctx.frame
        place = (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)
        self._name = f"{HELD_NAME}{type(node).__name__}{place}{role}"
        self._values: list[Abs] = []

    def add(self, *values: Abs) -> None:
        for value in values:
            if _refers(value):
                self._ctx.state.names[self._frame, f"{self._name}{len(self._values)}"] = value
            self._values.append(value)

    def evaluate(self, nodes: Iterable[ast.expr], *, or_none: bool = False) -> None:
        for node in nodes:
            self.add(self._ctx.evaluate(node, or_none=or_none))

    def take(self) -> list[Abs]:
        """The operands as they are now; they no longer wait."""
        names = self._ctx.state.names
        return [
            self._ctx.whole(names.pop((self._frame, f"{self._name}{i}"), value)) for i, value in enumerate(self._values)
        ]


def _refers(value: Abs) -> bool:
    """Whether a value refers to an array or a container of the program's own, which have no fixed identity."""
    if isinstance(value, Ref):
        return value.cell.constant is None
    if isinstance(value, Box):
        return value.constant is None
    return any(map(_refers, parts(value)))
