"""What a page says of an op: the columns of an `OpDef`.  All parts ask for these properties, never for names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.domain import Domains
from autodiff_compiler.ir.needs import Access
from autodiff_compiler.ir.types import INT, Array, Scalar, Type, dtype_of, is_py

Attrs = Mapping[str, Any]
Infer = Callable[[tuple[Type, ...], Attrs], tuple[Type, ...]]

Evaluate = Callable[[Op, Sequence[Any], bool], Any]

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
    return (VALUE,) if is_py(*(v.type for v in op.operands)) else of_shapes(op)


def of_python_complex(op: Op) -> Reasons:
    """Of an elementwise op that CPython refuses for some complex numbers."""
    return of_python(op) if dtype_of(op.operands[0].type).is_complex else of_shapes(op)


def of_powers(op: Op) -> Reasons:
    """NumPy, too, refuses integers to negative powers."""
    return of_python(op) if dtype_of(op.operands[0].type).inexact else (VALUE, *of_shapes(op))


def of_casts(op: Op) -> Reasons:
    """`int(nan)`, and `float` of an int beyond the range of floats."""
    source, target = op.operands[0].type, op.results[0].type
    if not isinstance(target, Scalar) or target.dtype.is_bool or dtype_of(source).is_bool:
        return NEVER
    to_int = target.kind == "py" and target.dtype.is_integer and dtype_of(source).inexact
    to_float = source == INT and target.dtype.inexact
    return (VALUE,) if to_int or to_float else NEVER


OPERAND = "the operand's"
"""The noun of an op whose value is operand 0 in another form, or a part of it: it is called after that."""

Shape = tuple[Any, ...]
"""The extents of an array (`analysis/shapes.py`)."""


class Facts(Protocol):
    """What is known of shapes: what an `extents` column is asked with."""

    defs: dict[Value, Op]

    def extents(self, array: Value, /) -> Shape: ...

    def of(self, value: Value, /) -> Any:
        """What an SSA integer is as an extent."""

    def broadcast(self, values: tuple[Value, ...], /) -> Shape: ...


def no_array(facts: Facts, op: Op) -> tuple[None, ...]:
    """The extents of results that are not arrays."""
    return (None,) * len(op.results)


def like_first(facts: Facts, op: Op) -> tuple[Shape]:
    """The extents of operand 0."""
    return (facts.extents(op.operands[0]),)


@dataclass(frozen=True)
class OpDef:
    """The page of an op: all that passes, derivatives, analyses and backends may ask of a kind of op."""

    kind: str
    meaning: str
    """What it computes, for `docs/ops.md`."""
    infer: Infer | None
    """Result types from operand types and attributes; raises `TypeError`.  None: the builder is told the types."""
    operands: tuple[str, ...] = ("a",)
    """Their names; one that ends in … stands for any number of operands."""
    results: tuple[str, ...] = ("result",)
    attrs: tuple[str, ...] = ()
    """The attributes that it always has."""
    extents: Callable[[Facts, Op], tuple[Shape | None, ...]] | None = None
    """The shapes of the results, from those of the operands; None where only running it tells, and of what is no array."""
    evaluate: Evaluate | None = None
    """The result (several as a tuple) for operands that are Python and NumPy objects.  The flag: a writing op changes operand 0
    itself, not a copy.  None: the interpreter runs it, with its regions, or the function's constants."""
    noun: str | None = None
    """For values that the user has not named: what such a value is called; "" for nothing better than its type, or `OPERAND`."""
    effect: str = PURE
    cost: str = CHEAP
    raises: Reasons | Callable[[Op], Reasons] = (VALUE,)
    """Why the op may raise or not end, its regions aside; NEVER if it cannot.  An op of which nothing is said may."""
    domain: Domains | None = None
    """Of an elementwise op: for which operands Python's own arithmetic raises."""
    accesses: tuple[Access, ...] = ()
    """What NumPy tests when it executes the op."""
    elementwise: bool = False
    """Applies to each element, with NumPy's broadcasting."""
    commutative: bool = False
    grows: bool = False
    """Of Python ints (or of a float) it may give an int that compiled code has no room for, and raises there."""
    writes: bool = False
    """The result is operand 0 changed in one place: it can reuse its buffer."""
    views: bool = False
    """The result may share memory with operand 0."""
    reads: bool = False
    """The result is what stands at a place in operand 0."""
    adds: bool = False
    """A writing op that adds to what was there."""
    appends: bool = False
    """A writing op that puts something at the end, and leaves the rest as it is."""
    by_index: bool = False
    """The place in operand 0 is the index of an item of a list; else, where there is one, the attribute `path` says where."""
    moves: bool = False
    """The elements of the result are elements of operand 0."""
    moves_undefined: bool = False
    """Operands may be undefined: the op does not compute with their values."""
    measures: bool = False
    """The result is an extent or a length of operand 0, whatever its elements are."""
    asks_length: bool = False
    """Reads no more than extents of its operand, which may be needed (for a tape, say) before it is known whether the value is."""
    reduces: bool = False
    """Takes axes away by combining the elements along them."""
    collects: bool = False
    """Undoes a broadcast: sums what it had stretched."""
    compares: bool = False
    """Compares two operands: the answer for operands of one order is the answer for all of that order."""
    conjugates: bool = False
    """The result is the conjugate of operand 0: of a complex variable no differentiable function, though linear in its parts."""
    converts: bool = False
    """The result is operand 0 in another dtype or kind."""
    starts_empty: bool = False
    """Makes what is to be filled."""
    marks: bool = False
    """Only marks a place."""
    leaves: bool = False
    """Control does not come back."""
    signs: tuple[int, ...] = ()
    """The result is the sum of the operands with these signs."""
    whole: slice | None = None
    """Of which operands it is a whole number if they all are."""
    spreads: int | None = None
    """The result is this operand all over, stretched to the extents that are the others."""
    locates: bool = False
    """The result's elements are positions along an axis of operand 0."""
    py_eval: Callable[..., Any] | None = None
    """Of an elementwise op, on Python scalars, as CPython computes it."""
    np_eval: Callable[..., Any] | None = None
    """Of an elementwise op, on NumPy scalars and arrays."""
    numpy: str = ""
    """What NumPy's function of the same operands is called, which backends print where they have no spelling of their own."""
    terminator: bool = False
    regions: int = 0

    @cached_property
    def arity(self) -> int | None:
        """Number of operands; None where it varies."""
        return None if any(name.endswith("…") for name in self.operands) else len(self.operands)
