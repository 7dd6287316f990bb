"""The op table: the page of every op by its name, and the questions that can be asked about an op.  `docs/ops.md` shows the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.dtype import UINT64
from autodiff_compiler.ir.opdef import CALLEE, CHEAP, CHECK, CONTROL, FREE, IO, PURE, OpDef, Reasons
from autodiff_compiler.ir.ops.array import ARRAY_OPS
from autodiff_compiler.ir.ops.check import CHECKS
from autodiff_compiler.ir.ops.complex_parts import COMPLEX_OPS
from autodiff_compiler.ir.ops.control import CONTROL_OPS
from autodiff_compiler.ir.ops.factoring import FACTORING
from autodiff_compiler.ir.ops.fourier import FOURIER
from autodiff_compiler.ir.ops.linalg import LINEAR_ALGEBRA
from autodiff_compiler.ir.ops.list import LIST_OPS
from autodiff_compiler.ir.ops.logic import LOGIC_OPS
from autodiff_compiler.ir.ops.reduction import REDUCTIONS
from autodiff_compiler.ir.ops.scalar import SCALAR_OPS
from autodiff_compiler.ir.ops.shape import SHAPE_OPS
from autodiff_compiler.ir.ops.solving import SOLVING
from autodiff_compiler.ir.ops.special import SPECIAL_OPS
from autodiff_compiler.ir.path import path_of
from autodiff_compiler.ir.types import INT, Array, ListOf, Scalar

if TYPE_CHECKING:
    from autodiff_compiler.ir.builder import Builder
    from autodiff_compiler.ir.domain import Domain

GROUPS: tuple[tuple[OpDef, ...], ...] = (
    CONTROL_OPS,
    SCALAR_OPS,
    LOGIC_OPS,
    COMPLEX_OPS,
    SPECIAL_OPS,
    ARRAY_OPS,
    REDUCTIONS,
    SHAPE_OPS,
    LINEAR_ALGEBRA,
    SOLVING,
    FACTORING,
    FOURIER,
    LIST_OPS,
    CHECKS,
)
TABLE: dict[str, OpDef] = {row.kind: row for rows in GROUPS for row in rows}


def opdef(op: Op) -> OpDef:
    return TABLE[op.kind]


def constant_of(op: Op | None) -> Any:
    """The number, or object, that an op is a constant for; None for any other op."""
    return op.attrs["value"] if op is not None and op.kind == "const" else None


def is_constant(op: Op | None) -> bool:
    return op is not None and op.kind == "const"


def is_undefined(op: Op | None) -> bool:
    """Whether the op defines a value that must not be used."""
    return op is not None and op.kind == "undef"


def extent_of(op: Op | None) -> tuple[Value, int] | None:
    """The array and the axis whose extent the op gives."""
    return (op.operands[0], op.attrs["axis"]) if op is not None and op.kind == "dim" else None


def noun_of(op: Op, value: Value) -> str | None:
    """What a result that the user has not named is called.  Of several results, as many as the page names, each has its name."""
    row = TABLE[op.kind]
    several = len(op.results) == len(row.results) > 1 and not row.results[0].endswith("…")
    return row.results[op.results.index(value)] if several else row.noun


def reads_path(op: Op) -> bool:
    """Whether the op reads a place in an array."""
    row = TABLE[op.kind]
    return row.reads and not row.by_index


def writes_path(op: Op) -> bool:
    """Whether the op writes to a place in an array."""
    return "path" in op.attrs and TABLE[op.kind].writes


def sets_path(op: Op) -> bool:
    """Whether the op replaces something in an array."""
    return writes_path(op) and not TABLE[op.kind].adds


def spread_of(op: Op | None) -> tuple[Value | None, tuple[Value, ...]]:
    """A value and the extents that it is stretched to, if that is all that the op does; None for any other op."""
    place = None if op is None else TABLE[op.kind].spreads
    if op is None or place is None:
        return None, ()
    return op.operands[place], op.operands[1:] if place == 0 else op.operands[:place]


def require(b: Builder, kind: str, *operands: Value, **attrs: Any) -> None:
    """Build the checks that the op would need."""
    for access in TABLE[kind].accesses:
        access.build(b, operands, attrs)


def nested_effect(op: Op) -> str:
    """The strongest effect of an op, its regions included: "pure", "check" or "io"."""
    effect = own_effect(op)
    if effect != CONTROL:
        return effect
    inner = {nested_effect(child) for region in op.regions for child in region.ops}
    return IO if IO in inner else CHECK if CHECK in inner else PURE


def own_effect(op: Op) -> str:
    """The effect of an op without its regions."""
    effect = TABLE[op.kind].effect
    return op.attrs["effect"] if effect == CALLEE else effect


def overwrites(op: Op) -> tuple[tuple[int, int], ...]:
    """Pairs (operand, result), by position: the result is the operand changed, and can reuse its buffer."""
    if TABLE[op.kind].writes:
        return ((0, 0),)
    pairs: tuple[tuple[int, int], ...] = op.attrs.get("updates", ())
    return pairs


def is_pure(op: Op) -> bool:
    """Whether the op may vanish when its results are not read."""
    return not TABLE[op.kind].terminator and nested_effect(op) == PURE


def reasons(op: Op) -> Reasons:
    """Why the op itself may raise, its regions aside."""
    raises = TABLE[op.kind].raises
    return raises(op) if callable(raises) else raises


def may_trap(op: Op) -> bool:
    """Whether executing the op where it was not executed before could raise, or not end."""
    return bool(reasons(op)) or any(may_trap(child) for region in op.regions for child in region.ops)


def domains_of(op: Op, *, compiled: bool = False) -> tuple[Domain, ...]:
    """Where an op of Python's own arithmetic raises, or, in `compiled` code, of its integers; nothing for any other op."""
    domains = TABLE[op.kind].domain
    return () if domains is None else tuple(d for d in domains(op) if d.compiled or not compiled)


def may_overflow(op: Op) -> bool:
    """Whether the result is a Python int that may not fit into 64 bits: compiled code raises then.

    The values of the operands are not looked at: where `analysis.bounds` proves that an op `fits`, it does not raise.
    """
    if not TABLE[op.kind].grows or op.results[0].type != INT:
        return False
    source = op.operands[0].type
    return op.kind != "cast" or (isinstance(source, Scalar) and (source.dtype.inexact or source.dtype is UINT64))


def may_alias(op: Op) -> bool:
    """Whether the result may share memory with operand 0."""
    row = TABLE[op.kind]
    if row.writes:
        return True
    if not row.views or not isinstance(op.results[0].type, Array | ListOf):
        return False
    return path_of(op).is_view if op.kind == "load" else True


def is_free(op: Op) -> bool:
    return TABLE[op.kind].cost == FREE


SMALL_POWERS = (-2.0, -1.0, 0.5, 1.0, 2.0, 3.0, 4.0)


def cost(op: Op, constant: Callable[[Value], object]) -> str:
    """The cost class of one op, given what is known about its operands: a small power is a multiplication or two."""
    if op.kind == "pow" and constant(op.operands[1]) in SMALL_POWERS:
        return CHEAP
    return TABLE[op.kind].cost


ACCESSES = frozenset(access.name for row in TABLE.values() for access in row.accesses)
