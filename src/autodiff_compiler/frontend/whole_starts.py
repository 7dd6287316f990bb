"""An integer that is a float on other paths: `total = 0`, then `total += v` in a loop, which may have no trips.

The IR holds it as a float from the start.  The values of operations are the same, but not the type of an array that is made of such numbers
alone: where all of them are integers, it is an array of integers in CPython, and cuts off what is stored in it.

    total = 0                       total is an integer if there are no items
    for item in items:
        total += item
    row = np.full(3, total)
    row[0] = 0.5                    check: there are items

Numbers out of lists of run-time length have no flags; where these may be integers, the program is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from autodiff_compiler.diagnostics import UnsupportedError
from autodiff_compiler.frontend.number_flags import Flagged
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.loop import merges
from autodiff_compiler.ir.opset import TABLE, is_constant
from autodiff_compiler.ir.types import FLOAT, ListOf, Type
from autodiff_compiler.ir.walk import all_ops

MAKERS = (
    "np.array",
    "np.asarray",
    "np.asanyarray",
    "np.ascontiguousarray",
    "np.asfortranarray",
    "np.full",
    "np.repeat",
    "np.tile",
)
LIKE = ("np.zeros_like", "np.ones_like", "np.empty_like", "np.full_like")
STORES = ("store", "accum")
WHOLE = (
    *("neg", "abs", "add", "sub", "mul", "floordiv", "mod", "maximum", "minimum", "select", "stop_gradient"),
    *("sum", "prod", "max", "min", "cumsum", "load", "copy", "transpose", "reshape", "broadcast_to", "concat"),
)
"""Ops that make integers of integers."""
LISTS = ("list_new", "list_append", "list_set", "list_get")
REASON = "the array is one of integers in CPython, which cuts off what is stored in it"
HELP = "make the number that it is made of a float on all paths: begin with 0.0, or name the dtype of the array"
Number = Value | complex
_FLOAT = Value(FLOAT)
"""For a Python number that is certainly no integer."""


class WholeStarts:
    """The numbers of a program that are integers in CPython, and floats in the IR."""

    def __init__(self) -> None:
        self._values: set[Value] = set()
        self._made: dict[Value, tuple[str, list[Number]]] = {}
        """Arrays that have the type of the numbers they are made of: by what, and of which."""

    def add(self, value: Value) -> None:
        self._values.add(value)

    def called(self, name: str, args: Sequence[Any], made: Any) -> None:
        """What a function of NumPy made, whose type is that of its arguments unless one of these is a type."""
        if isinstance(made, Value) and (name in MAKERS or (name in LIKE and isinstance(args[0], Value))):
            leaves = list(_leaves(args))
            if not any(isinstance(leaf, type | np.dtype) for leaf in leaves):
                self._made[made] = (name, [leaf for leaf in leaves if isinstance(leaf, Value | complex | float)])

    def checked(self, body: Region) -> Region:
        """The program with checks where it makes a difference."""
        if not self._values or not self._made:
            return body
        whole = _Whole(body, self._values, self._made)
        cuts = {op: array for op in all_ops(body) if (array := whole.cut_by(op)) is not None}
        return _Checks(body, whole, cuts).region(body) if cuts else body


class _Whole:
    """What may be an integer in CPython, or an array or list of integers, because a number that the search began with is one."""

    def __init__(self, body: Region, starts: set[Value], made: dict[Value, tuple[str, list[Number]]]) -> None:
        self._starts = starts
        ops = list(all_ops(body))
        self._made = made
        self._given = {v for op in ops if _is_given(op) for v in op.results}
        """What is an integer in CPython in any case, as far as can be seen: a constant without a fraction counts as one."""
        self._whole = set(starts)
        self._got = {op.result for op in ops if op.kind == "list_get"}
        size = -1
        while size != (size := len(self._whole)):
            for op in ops:
                for values, sources in self.sources(op):
                    some = bool(op.regions) or op.kind in LISTS
                    if not self._whole.isdisjoint(sources) and (some or self._all(sources)):
                        self._whole.update(values)

    def constant(self, value: Value) -> bool | None:
        if value in self._starts or value in self._given:
            return True
        if value not in self._whole:
            return False
        return True if isinstance(value.type, ListOf) or value in self._got else None

    def sources(self, op: Op) -> Iterator[tuple[tuple[Value, ...], tuple[Value, ...]]]:
        yield from merges(op)
        if op.kind in LISTS or op.kind in (*WHOLE, *STORES) or not self._made.keys().isdisjoint(op.results):
            yield op.results, self.operands(op)

    def operands(self, op: Op) -> tuple[Value, ...]:
        for made in op.results[:1]:
            if made in self._made:
                name, numbers = self._made[made]
                numbers = numbers[:1] if name in LIKE else numbers
                return tuple(v if isinstance(v, Value) else _FLOAT for v in numbers if not _is_integer(v))
        return tuple(v for v in op.operands if _is_float(v.type))

    def cut_by(self, op: Op) -> Value | None:
        """The array in which an op stores what an array of integers cannot hold."""
        if op.kind in STORES and op.operands[0] in self._whole and self._has_fraction(op.operands[-1]):
            return op.operands[0]
        name, numbers = self._made.get(op.results[0], ("", [])) if op.results else ("", [])
        if name != "np.full_like" or not any(map(self._has_fraction, numbers[1:])):
            return None
        array = numbers[0]
        return array if isinstance(array, Value) and array in self._whole else None

    def _all(self, numbers: Iterable[Value]) -> bool:
        return all(v in self._whole or v in self._given for v in numbers)

    def _has_fraction(self, number: Number) -> bool:
        if not isinstance(number, Value):
            return not (isinstance(number, float) and number.is_integer())
        return _is_float(number.type) and number not in self._whole and number not in self._given


class _Checks(Flagged):
    def __init__(self, body: Region, whole: _Whole, cuts: dict[Op, Value]) -> None:
        self._cuts = cuts
        super().__init__(body, whole, cuts.values())

    def used(self, op: Op) -> None:
        if op not in self._cuts:
            return
        b = Builder(op.span)
        flag = self.flag(self._cuts[op])
        if flag is True:
            raise UnsupportedError("AD102", REASON.replace(" is ", " may be ", 1), op.span, help=HELP)
        if isinstance(flag, Value):
            message = f"{REASON}; {HELP}"
            b.emit("check", (b.op("not", flag),), {"error": "TypeError", "message": (message,), "ours": True})
            self.out += b.ops


def _is_given(op: Op) -> bool:
    if is_constant(op):
        value = op.attrs["value"]
        return isinstance(value, float) and value.is_integer()
    return TABLE[op.kind].converts and not _is_float(op.operands[0].type)


def _is_integer(number: Number) -> bool:
    return isinstance(number, Value) and not _is_float(number.type)


def _is_float(type_: Type) -> bool:
    dtype = getattr(type_.element if isinstance(type_, ListOf) else type_, "dtype", None)
    return dtype is not None and dtype.inexact


def _leaves(args: Iterable[Any]) -> Iterator[Any]:
    for arg in args:
        if isinstance(arg, list | tuple):
            yield from _leaves(arg)
        else:
            yield arg
