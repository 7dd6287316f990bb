"""What passes may ask of an op: one `OpDef` row per kind.  Passes ask for these properties, never for names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from autodiff_compiler.ir.core import Op
from autodiff_compiler.ir.types import Array, Scalar, Type, dtype_of, is_float

Attrs = Mapping[str, Any]
Infer = Callable[[tuple[Type, ...], Attrs], tuple[Type, ...]]

# Effects.  "pure": no effect, may vanish.  "check": may raise, never vanishes, may move up or be merged.
# "io": happens exactly once, in order.  "control": structured ops and terminators; their effect is that of their regions.
# "callee": that of the function which is called; the op's attribute `effect` says it.
PURE, CHECK, IO, CONTROL, CALLEE = "pure", "check", "io", "control", "callee"

# Cost classes, for the residual plan.  "free": constants, shapes, views.  "cheap": one arithmetic operation per element.
# "dear": transcendental functions, reductions, products, allocation.
FREE, CHEAP, DEAR = "free", "cheap", "dear"

# Why an op may raise (or not end), for a pass that would execute it where it was not executed before.  "value": for some
# operands, and no pass can tell which.  "shape": unless its operands' shapes fit together.  "index": unless what it reaches is there.
VALUE, SHAPE, INDEX = "value", "shape", "index"
Reasons = tuple[str, ...]
NEVER: Reasons = ()


def of_shapes(op: Op) -> Reasons:
    """Of an elementwise op that takes every value: arrays may not broadcast together."""
    return (SHAPE,) if sum(isinstance(v.type, Array) for v in op.operands) > 1 else NEVER


def of_python(op: Op) -> Reasons:
    """Of an elementwise op that CPython refuses for some operands, and NumPy for none."""
    return (VALUE,) if all(isinstance(v.type, Scalar) and v.type.kind == "py" for v in op.operands) else of_shapes(op)


def of_powers(op: Op) -> Reasons:
    """NumPy, too, refuses integers to negative powers."""
    return of_python(op) if is_float(op.operands[0].type) else (VALUE, *of_shapes(op))


def of_casts(op: Op) -> Reasons:
    """`int(nan)`, and `float` of an int beyond the range of floats."""
    source, target = op.operands[0].type, op.results[0].type
    if not isinstance(target, Scalar) or dtype_of(target) == "bool" or dtype_of(source) == "bool":
        return NEVER
    to_int = target.kind == "py" and is_float(source) and not is_float(target)
    to_float = source == Scalar("i64", "py") and is_float(target)
    return (VALUE,) if to_int or to_float else NEVER


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
    raises: Reasons | Callable[[Op], Reasons] = (VALUE,)
    """Why the op may raise or not end, its regions aside; NEVER if it cannot.  An op of which nothing is said may."""
    accesses: tuple[str, ...] = ()
    """What NumPy tests when it executes the op, by the names of the rules in `ir/needs.py`."""
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
