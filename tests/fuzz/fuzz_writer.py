"""What all statements are written with: lines, blocks, names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fuzz_draw import Draw
from fuzz_expressions import Expressions
from fuzz_scope import Scope, Variable

NAMES = ("s", "t", "u", "v", "w", "y", "z", "p", "q", "r")


class Writer:
    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.scope = Scope()
        self.helpers: dict[str, list[str]] = {"ff": [], "a": [], "write": []}
        self.write = Expressions(draw, self.scope, self.helpers)
        self.lines: list[str] = []
        self.indent = 1
        self.loops: list[str] = []
        self.budget = 0
        self.returns = ""
        self.args: list[Any] = []

    def line(self, text: str) -> None:
        self.lines.append("    " * self.indent + text)

    def _statement(self) -> None:
        raise NotImplementedError

    def _statements(self) -> None:
        wrote = False
        while self.budget > 0:
            self.budget -= 1
            self._statement()
            wrote = True
            if self.indent > 1 and self.draw.chance(35):
                break
        if not wrote:
            self.line("pass")

    def _block(self, define: Callable[[], None] = lambda: None) -> None:
        self.indent += 1
        self.scope.enter()
        define()
        self._statements()
        self.scope.leave()
        self.indent -= 1

    def _name(self, prefix: str = "") -> str:
        """A name that nothing visible has; it may have meant something in a block that has ended."""
        taken = (
            {v.name for v in self.scope.visible()} | {"f", "np", "math"} | {n for h in self.helpers.values() for n in h}
        )
        for name in (*([prefix] if prefix else NAMES), *(f"{prefix or 'd'}{k}" for k in range(1, 60))):
            if name not in taken:
                return name
        raise AssertionError

    def _writable(self, rank: int | None = None) -> list[Variable]:
        return [v for v in self.scope.arrays(rank=rank) if not v.cell.frozen]
