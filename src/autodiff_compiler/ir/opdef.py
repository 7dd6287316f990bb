"""What passes may ask of an op: one `OpDef` row per kind.  Passes ask for these properties, never for names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from autodiff_compiler.ir.types import Type

Attrs = Mapping[str, Any]
Infer = Callable[[tuple[Type, ...], Attrs], tuple[Type, ...]]

# Effects.  "pure": no effect, may vanish.  "check": may raise, never vanishes, may move up or be merged.
# "io": happens exactly once, in order.  "control": structured ops and terminators; their effect is that of their regions.
PURE, CHECK, IO, CONTROL = "pure", "check", "io", "control"

# Cost classes, for the residual plan.  "free": constants, shapes, views.  "cheap": one arithmetic operation per element.
# "dear": transcendental functions, reductions, products, allocation.
FREE, CHEAP, DEAR = "free", "cheap", "dear"


@dataclass(frozen=True)
class OpDef:
    """A row of the op table: all that passes and backends may ask of a kind of op."""

    kind: str
    infer: Infer | None
    """Result types from operand types and attributes; raises `TypeError`.  None: the builder is told the types."""
    arity: int | None = None
    """Number of operands; None where it varies."""
    effect: str = PURE
    cost: str = CHEAP
    elementwise: bool = False
    """Applies to each element, with NumPy's broadcasting."""
    commutative: bool = False
    traps: bool = False
    """May raise for some operands (Python's own division by zero, `math` domain errors): never lifted out of a branch."""
    grows: bool = False
    """Of Python ints (or of a float) it may give an int that compiled code has no room for, and raises there."""
    writes: bool = False
    """The result is operand 0 changed in one place: it can reuse its buffer."""
    views: bool = False
    """The result may share memory with operand 0."""
    py_eval: Callable[..., Any] | None = None
    """On Python scalars, as CPython computes it."""
    np_eval: Callable[..., Any] | None = None
    """On NumPy scalars and arrays."""
    terminator: bool = False
    regions: int = 0
