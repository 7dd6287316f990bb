"""What a page says about an op: the columns of an `OpDef`.  All parts ask about these properties, never about names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.domain import Domains
from autodiff_compiler.ir.required_checks import Access
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

CONDITION, WIDTH = "condition", "width"
"""What a check tests, if not extents (`SHAPE`) or an index (`INDEX`): a condition, or how many bits an integer has."""

REGION, FUNCTION = "region", "function"
"""What a terminator ends."""


def of_shapes(op: Op) -> Reasons:
    """For an elementwise op that takes every value: the arrays may fail to broadcast together."""
    return (SHAPE,) if sum(isinstance(v.type, Array) for v in op.operands) > 1 else NEVER


def of_python(op: Op) -> Reasons:
    """For an elementwise op that CPython refuses for some operands, and NumPy for none."""
    return (VALUE,) if is_py(*(v.type for v in op.operands)) else of_shapes(op)


def of_python_complex(op: Op) -> Reasons:
    """Of an elementwise op that CPython refuses for some complex numbers."""
    return of_python(op) if dtype_of(op.operands[0].type).is_complex else of_shapes(op)


def of_powers(op: Op) -> Reasons:
    """NumPy, too, refuses negative powers of integers."""
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
"""The noun of an op whose value is operand 0 in another form, or a part of it: it is named after operand 0."""

Operands = tuple[int, ...] | slice
FIRST: tuple[Operands, ...] = ((0,),)
TOGETHER: tuple[Operands, ...] = (slice(None),)
EACH: tuple[Operands, ...] = ((0,), (1,))
"""In what an op is linear: in its first operand, in all of them together, in each of two."""

FOLLOWED, JUDGED, RETURNED, IGNORED = "followed", "judged", "returned", "ignored"
"""What an op makes of the kind of a scalar operand, Python's or NumPy's.  "followed": the number is the same for both, and the result
has the operands' kind.  "judged": likewise, but for some operands Python raises where NumPy goes on.  "returned": the result may be
an operand itself.  "ignored": the operand is an index, an extent, or is put into an array."""

Shape = tuple[Any, ...]
"""The extents of an array (`analysis/shapes.py`)."""


class Facts(Protocol):
    """What is known about shapes, as an `extents` column asks it."""

    defs: dict[Value, Op]

    def extents(self, array: Value, /) -> Shape: ...

    def of(self, value: Value, /) -> Any:
        """An SSA integer as an extent."""

    def find(self, extent: Any, /) -> Any:
        """What all extents that are known to be equal to this one lead to."""

    def broadcast(self, values: tuple[Value, ...], /) -> Shape: ...


def no_array(facts: Facts, op: Op) -> tuple[None, ...]:
    """The extents of results that are not arrays."""
    return (None,) * len(op.results)


def like_first(facts: Facts, op: Op) -> tuple[Shape]:
    """The extents of operand 0."""
    return (facts.extents(op.operands[0]),)


@dataclass(frozen=True)
class OpDef:
    """The page of an op: all that passes, derivatives, analyses and backends may ask about a kind of op."""

    kind: str
    meaning: str
    """What it computes, for `docs/ops.md`."""
    infer: Infer | None
    """Takes operand types and attributes to result types; raises `TypeError`.  None: the builder is told the types."""
    operands: tuple[str, ...] = ("a",)
    """Their names; one that ends in … stands for any number of operands."""
    results: tuple[str, ...] = ("result",)
    attrs: tuple[str, ...] = ()
    """The attributes that it always has."""
    extents: Callable[[Facts, Op], tuple[Shape | None, ...]] | None = None
    """Takes the shapes of the operands to those of the results; None where only running it tells, and for what is not an array."""
    evaluate: Evaluate | None = None
    """The result (several as a tuple) for operands that are Python and NumPy objects.  The flag: a writing op changes operand 0
    itself, not a copy.  None: the interpreter runs it, with its regions, or the function's constants."""
    noun: str | None = None
    """The name for a value that the user has not named; "" for nothing better than its type, or `OPERAND`."""
    effect: str = PURE
    cost: str = CHEAP
    raises: Reasons | Callable[[Op], Reasons] = (VALUE,)
    """Why the op may raise or not end, its regions aside; NEVER if it cannot.  If the page says nothing, it may."""
    domain: Domains | None = None
    """For an elementwise op: the operands for which Python's own arithmetic raises."""
    overflows: bool = False
    """Of Python floats: where the result is infinite, and no operand is, Python raises an OverflowError instead."""
    accesses: tuple[Access, ...] = ()
    """What NumPy tests when it executes the op."""
    elementwise: bool = False
    """Applies to each element, with NumPy's broadcasting."""
    commutative: bool = False
    grows: bool = False
    """For Python ints (or a float) the result may be an int that does not fit into 64 bits: compiled code raises then."""
    writes: bool = False
    """The result is operand 0 changed in one place: it can reuse its buffer."""
    views: bool = False
    """The result may share memory with operand 0."""
    reads: bool = False
    """The result is what is at a place in operand 0."""
    adds: bool = False
    """A writing op that adds to what was there."""
    appends: bool = False
    """A writing op that puts something at the end, and leaves the rest as it is."""
    by_index: bool = False
    """The place in operand 0 is the index of a list item; in other ops that have a place, the attribute `path` says where."""
    moves: bool = False
    """The elements of the result are elements of operand 0."""
    moves_undefined: bool = False
    """Operands may be undefined: the op does not compute with their values."""
    measures: bool = False
    """The result is an extent or a length of operand 0, independent of its elements."""
    asks_length: bool = False
    """Reads only extents of its operand, which may be needed (for a tape, say) before it is known whether the value is."""
    reduces: bool = False
    """Takes axes away by combining the elements along them."""
    collects: bool = False
    """Undoes a broadcast: sums what it had stretched."""
    compares: bool = False
    """Compares two operands: the answer depends only on which is smaller, or whether they are equal."""
    conjugates: bool = False
    """The result is the conjugate of operand 0: linear in its parts, and yet no differentiable function of a complex variable."""
    extended: bool = False
    """Of some real numbers it is NaN, or Python raises, while of the same numbers as complex ones it is a number."""
    converts: bool = False
    """The result is operand 0 in another dtype or kind."""
    starts_empty: bool = False
    """Makes an array that is still to be filled."""
    marks: bool = False
    """Only marks a place in the program."""
    leaves: bool = False
    """Control does not come back."""
    signs: tuple[int, ...] = ()
    """The result is the sum of the operands with these signs."""
    whole: slice | None = None
    """The operands that make the result a whole number if they all are whole numbers."""
    spreads: int | None = None
    """The result has this operand everywhere, stretched to the extents given by the other operands."""
    linear: tuple[Operands, ...] = ()
    """Operands in which it is linear together while all others are fixed; of several such sets one after the other."""
    joins: str = ""
    """Of a reduction: the op that joins two elements."""
    stretches: tuple[int, ...] = ()
    """Of a check that extents are equal: the operands, by position, that may be 1 instead, because that is stretched."""
    tests: str = ""
    """What a check tests: `SHAPE`, `INDEX`, `CONDITION` or `WIDTH`."""
    copies: bool = False
    """The result is operand 0 in memory of its own."""
    neutral: int | None = None
    """What that op leaves an element as it is with, where the reduction of nothing is this number."""
    puts: slice | None = None
    """The operands that are items of the list which it gives."""
    kinds: str = ""
    """`FOLLOWED`, `JUDGED`, `RETURNED` or `IGNORED`; if the page says nothing, a caller may see the kind of an operand."""
    work: int = 1
    """What one element of it costs, in additions, as far as it is not dear."""
    rounded: bool = False
    """Correctly rounded, and so the same number whether it is computed alone or as an element of an array."""
    integer_loops: bool = False
    """Of integers a loop over the elements gives what NumPy's function of the whole array gives."""
    chooses: bool = False
    """The result is one of the later operands, as operand 0 says."""
    locates: bool = False
    """The result's elements are positions along an axis of operand 0."""
    stands_for: int | None = None
    """Operand 0 is not read: where the op is differentiated it stands for this operand, which was computed of it."""
    py_eval: Callable[..., Any] | None = None
    """For an elementwise op: how CPython computes it, on Python scalars."""
    np_eval: Callable[..., Any] | None = None
    """For an elementwise op: how NumPy computes it, on NumPy scalars and arrays."""
    numpy: str = ""
    """The name of the function of NumPy (`np.sin`) or SciPy (`special.erf`) of the same operands, which backends print where they have no
    spelling of their own."""
    compiled: str = ""
    """For a function of SciPy: what computes it in `scipy.special.cython_special`, which compiled code calls."""
    part: int | None = None
    """For a function of SciPy with several results: which of them, of `parts`."""
    parts: int = 1
    orders: int = 0
    """For an elementwise op: how many of the first operands are integers, while the others are floats."""
    ends: str = ""
    """Of a terminator: `REGION` or `FUNCTION`."""
    regions: int = 0

    def linear_parts(self, operands: tuple[Value, ...]) -> list[tuple[list[Value], list[Value]]]:
        """For each set of operands in which it is linear together: these, and the others, which must be fixed."""
        found = []
        for chosen in self.linear:
            places = range(len(operands))[chosen] if isinstance(chosen, slice) else [k % len(operands) for k in chosen]
            rest = [v for k, v in enumerate(operands) if k not in places]
            found.append(([operands[k] for k in places], rest))
        return found

    @property
    def terminator(self) -> bool:
        return bool(self.ends)

    @cached_property
    def arity(self) -> int | None:
        """Number of operands; None where it varies."""
        return None if any(name.endswith("…") for name in self.operands) else len(self.operands)
