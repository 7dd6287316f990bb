"""How the reverse sweep gets the primal values it needs: the record of the decisions, for people and for tests."""

from __future__ import annotations

from dataclasses import dataclass

from autodiff_compiler.diagnostics import Span
from autodiff_compiler.ir.types import Type

SAVE, RECOMPUTE, HAND_ON, RESTORE = "save", "recompute", "hand on", "restore"


@dataclass(frozen=True)
class Provision:
    """One primal value: how it is provided (`SAVE`, `RECOMPUTE`, `HAND_ON` or `RESTORE`), and where it is kept if it is saved."""

    name: str
    type: Type
    how: str
    where: str = ""

    def __str__(self) -> str:
        where = f" in {self.where}" if self.where else ""
        return f"{self.how} {self.name or 'a value'}: {self.type}{where}"


@dataclass(frozen=True)
class ResidualPlan:
    """The decisions for one loop body or one branch."""

    construct: str
    span: Span
    choices: tuple[Provision, ...]

    @property
    def saved(self) -> tuple[Provision, ...]:
        return tuple(c for c in self.choices if c.how == SAVE)

    def __str__(self) -> str:
        return "\n".join([f"{self.span}: {self.construct}", *(f"  {choice}" for choice in self.choices)])
