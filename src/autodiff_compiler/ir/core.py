"""The IR: values, ops, regions, functions.  Structured SSA; all classes are frozen, and passes rebuild.

A region is a list of ops that ends in a terminator (`yield`, or `return` at the top of a function).  Three ops have
regions: `if`, `for`, `while`.  A value is known by its identity; its name is only a hint for printers.  An op may use
values of its own region (defined before it), of the regions around it, and the parameters of these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from autodiff_compiler.diagnostics import UNKNOWN, Span
from autodiff_compiler.ir.tree import Tree
from autodiff_compiler.ir.types import Type

NO_ATTRS: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, eq=False, slots=True)
class Value:
    """Defined once, by an op or as a parameter of a region.  Compared by identity; `name` is a hint."""

    type: Type
    name: str = ""


@dataclass(frozen=True, eq=False, slots=True)
class Op:
    """One operation: a row of `opset.TABLE` by its kind, applied.  `span` is the user's source that it stands for."""

    kind: str
    operands: tuple[Value, ...] = ()
    results: tuple[Value, ...] = ()
    attrs: Mapping[str, Any] = field(default_factory=lambda: NO_ATTRS)
    regions: tuple[Region, ...] = ()
    span: Span = UNKNOWN

    @property
    def result(self) -> Value:
        (result,) = self.results
        return result


@dataclass(frozen=True, eq=False, slots=True)
class Region:
    """Ops in order, with parameters (of a loop: its index and what it carries); the last op is the terminator."""

    params: tuple[Value, ...]
    ops: tuple[Op, ...]

    @property
    def terminator(self) -> Op:
        return self.ops[-1]


@dataclass(frozen=True)
class JvpRule:
    """`jvp` returns the results of a function, and their tangents: it takes the function's parameters, then tangents of the
    differentiable ones among the first `count`.  Parameters after the first `count` must not vary."""

    jvp: str
    count: int

    @property
    def names(self) -> tuple[str, ...]:
        return (self.jvp,)


@dataclass(frozen=True)
class VjpRule:
    """Both sweeps of a function.  `forward` returns its results, then the residuals; `reverse` takes the residuals and the
    cotangents of the differentiable results, and returns adjoints of the differentiable ones among the first `count` parameters,
    except those that `given` says are zero.  `residuals`: for each, where the caller of `forward` has it (`ad/callees.py`)."""

    forward: str
    reverse: str
    count: int
    residuals: tuple[tuple[str, int], ...]
    given: tuple[bool, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return (self.forward, self.reverse)


@dataclass(frozen=True)
class Recomputed:
    """Reverse mode saves only the arguments of a function, and computes it again."""

    @property
    def names(self) -> tuple[str, ...]:
        return ()


Rule = JvpRule | VjpRule | Recomputed


@dataclass(frozen=True, eq=False)
class Function:
    """A function: IR parameters are `body.params`; the trees say how Python arguments and results map to them.

    `constants` are objects the printed module must be able to name (exception classes of the user), by name.
    """

    name: str
    body: Region
    param_trees: tuple[tuple[str, Tree], ...] = ()
    result_tree: Tree | None = None
    span: Span = UNKNOWN
    constants: Mapping[str, object] = field(default_factory=dict)
    compiled: bool = False
    """Whether its Python ints have 64 bits, so that an operation whose result does not fit raises."""
    callees: Mapping[str, Function] = field(default_factory=dict)
    """The functions that `call` ops name, those of callees included: with them the function is a program (`ir/program.py`).
    A callee has none of its own."""
    updates: tuple[tuple[int, int], ...] = ()
    """Parameters, by position, whose buffers it may overwrite, each with the result that is the changed one."""
    room: tuple[int, ...] = ()
    """Parameters, by position, that it overwrites and whose contents are not used afterwards: a workspace."""
    rule: Rule | None = None
    """How a callee is differentiated, if not by its body; the functions that the rule names are in the program, too."""

    @property
    def params(self) -> tuple[Value, ...]:
        return self.body.params

    @property
    def results(self) -> tuple[Value, ...]:
        return self.body.terminator.operands
