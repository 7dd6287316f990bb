"""What a rule is given (`Site`) and what it returns (`Contribution`).

A rule refers to the primal's operands and results as if they were in scope; how they are provided is AD's business.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.path import Path


@dataclass(frozen=True)
class Dense:
    """Add `value` to the operand's adjoint.  From an elementwise op it has the result's shape."""

    value: Value


@dataclass(frozen=True)
class At:
    """Add `value` to the operand's adjoint at a path of it (`accum`: repeated indices add up)."""

    path: Path
    operands: tuple[Value, ...]
    value: Value


@dataclass(frozen=True)
class ListAt:
    """Add `value` to the element `index` (not negative) of the operand's adjoint, a list (`list_accum`)."""

    index: Value
    value: Value


Contribution = Dense | At | ListAt
Tangents = Sequence[Value | None]


@dataclass(frozen=True)
class Site:
    """The op to differentiate, where to build, the known numbers among the operands, and the floats that are known to be whole
    numbers."""

    b: Builder
    op: Op
    constants: Mapping[Value, Any]
    whole: Container[Value] = frozenset()
    wanted: Sequence[int] | None = None
    """In reverse mode, the operands whose adjoints are asked for."""

    def wants(self, i: int) -> bool:
        return self.wanted is None or i in self.wanted

    @property
    def operands(self) -> tuple[Value, ...]:
        return self.op.operands

    @property
    def result(self) -> Value:
        return self.op.result


@dataclass(frozen=True)
class Rule:
    """The rule of an op with one result.

    `jvp(site, tangents)` returns the result's tangent; at least one tangent is not None.  `vjp(site, cotangent, i)` returns what is
    added to the adjoint of operand i (of float dtype), or None.
    """

    jvp: Callable[[Site, Tangents], Value | None]
    vjp: Callable[[Site, Value, int], Contribution | None]


@dataclass(frozen=True)
class JointRule:
    """The rule of an op with several results, or of one whose operands' contributions are computed together.

    `jvp(site, tangents)` gives a tangent per result; at least one tangent is not None.  `vjp(site, cotangents)` gives what
    operands get, by position; at least one cotangent is not None.
    """

    jvp: Callable[[Site, Tangents], Sequence[Value | None]]
    vjp: Callable[[Site, Tangents], Mapping[int, Contribution]]
