"""The constants between which an integer lies, wherever it is defined.

Known from the type, from what an op makes of the ranges of its operands, from the bounds of loops, and from how much a
loop adds to what it carries in one iteration.  A Python int has no limit; in a compiled function it has 64 bits: an
operation that could exceed them is checked there (`passes/integers.py`), so that results of ops lie within them.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping

import numpy as np

from autodiff_compiler.analysis.conditions import SWAPPED, comparisons
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.loop import Loop, Slot, is_loop, sides
from autodiff_compiler.ir.ops.check import ARGUMENT, SMALL
from autodiff_compiler.ir.opset import constant_of, is_constant, opdef
from autodiff_compiler.ir.types import INT, Array, ListOf, Scalar, Type, dtype_of, element_dtype
from autodiff_compiler.ir.walk import all_ops

Range = tuple[int, int]

LOWEST, HIGHEST = -(2**63), 2**63 - 1
FAR = 2**127
"""Stands for infinity: an end at least half as far counts as infinite, so that adding to it never makes it seem finite."""
NOTHING = HIGHEST, LOWEST
"""The range of the elements of an array without elements."""
POINTER = 8
# Larger exponents and shift counts are not evaluated: the result is too large anyway.
LARGE = 64
# Deeper expressions are not looked through.
DEPTH = 40
# How many rounds what a loop carries is followed; in the last rounds its ends stay or are given up.
ROUNDS = 5


class Ranges:
    """The ranges of the integers of a function: of scalars, and of all the elements that an array or a list holds."""

    def __init__(self, body: Region, defs: Mapping[Value, Op], compiled: bool) -> None:
        self._defs = defs
        self._python = (LOWEST, HIGHEST) if compiled else (-FAR, FAR)
        """The range of a Python int."""
        self._known: dict[Value, Range] = {}
        self._carried: dict[Value, tuple[Loop, Slot]] = {}
        """For a parameter or a result of a loop, where it is carried."""
        self._indices: dict[Value, Loop] = {}
        self._depth = 0
        for op in body.ops:
            if op.attrs.get("of") == ARGUMENT:
                self._known[op.operands[0]] = -SMALL, SMALL - 1
        for op in all_ops(body):
            if is_loop(op):
                loop = Loop(op)
                if loop.index is not None:
                    self._indices[loop.index] = loop
                for slot in loop.slots:
                    self._carried.update(dict.fromkeys(slot.defined, (loop, slot)))

    def of(self, value: Value) -> Range:
        """The smallest and the largest number that the integer, or an element, may be."""
        known = self._known.get(value)
        if known is None:
            # While it is being found, nothing but its type is known.
            known = self._known[value] = self._limits(value.type)
            if self._depth < DEPTH and _is_integer(value):
                self._depth += 1
                known = self._known[value] = self._within(self._found(value), value.type)
                self._depth -= 1
        return known

    def result(self, op: Op) -> Range | None:
        """The smallest and the largest number that an op without regions could result in if integers had no limit."""
        compute, row = _RESULTS.get(op.kind), opdef(op)
        if compute is not None:
            return compute(*map(self.of, op.operands)) if all(map(_is_integer, op.operands)) else None
        if is_constant(op):
            return int(constant_of(op)), int(constant_of(op))
        if row.measures:
            return 0, longest(op.operands[0].type)
        if row.locates:
            return 0, max(longest(op.operands[0].type) - 1, 0)
        if row.moves or row.reads or row.spreads is not None:
            return self.of(op.operands[row.spreads or 0])
        made = _MADE.get(op.kind)
        return made(self, op) if made is not None else None

    def _counted(self, op: Op) -> Range:
        return 0, max(self.of(op.operands[0])[1] - 1, 0)

    def _tabulated(self, op: Op) -> Range:
        values = np.array(op.attrs["values"])
        return int(values.min()), int(values.max())

    def _first(self, op: Op) -> Range:
        return self.of(op.operands[0])

    def _all(self, op: Op) -> Range:
        return _union(NOTHING, *map(self.of, op.operands))

    def _written(self, op: Op) -> Range:
        """The range of what was there and of what is put there."""
        return _union(NOTHING, self.of(op.operands[0]), self.of(op.operands[-1]))

    def _limits(self, type_: Type) -> Range:
        return self._python if type_ in (INT, ListOf(INT)) else type_range(type_)

    def _within(self, found: Range | None, type_: Type) -> Range:
        """A range cut to what the type can hold: a Python int that does not fit is never made, NumPy's wraps to anything."""
        low, high = limits = self._limits(type_)
        if found is None or (found[0] > found[1] and isinstance(type_, Scalar)):
            return limits
        if limits == (-FAR, FAR):
            return (-FAR if 2 * found[0] <= -FAR else found[0]), (FAR if 2 * found[1] >= FAR else found[1])
        if found[0] > found[1] or (low <= found[0] and found[1] <= high):
            return found
        cut = max(low, found[0]), min(high, found[1])
        return cut if type_ == INT and cut[0] <= cut[1] else limits

    def _found(self, value: Value) -> Range | None:
        if value in self._indices:
            return self._index(self._indices[value])
        if value in self._carried:
            loop, slot = self._carried[value]
            if value is slot.param:
                return self._where_entered(loop, slot, self.of(slot.result))
            return self._slot(loop, slot) if value is slot.result else self.of(slot.result)
        op = self._defs.get(value)
        if op is None:
            return None
        if branches := sides(op, value):
            return _union(*map(self.of, branches))
        if is_loop(op):
            return (0, self.trips(Loop(op)) if value is Loop(op).trips else HIGHEST)
        if op.attrs.get("filled"):
            return NOTHING
        return self.result(op)

    # -- loops ---------------------------------------------------------------------------------------------------------

    def _index(self, loop: Loop) -> Range:
        (low, first), (end, high), (least, most) = map(self.of, loop.bounds)
        if least > 0:
            return low, max(low, high - 1)
        if most < 0:
            return min(first, end + 1), first
        return min(low, end + 1), max(first, high - 1)

    def trips(self, loop: Loop) -> int:
        """An upper bound of the number of iterations."""
        if not loop.counted:
            return HIGHEST
        (low, first), (end, high), (least, most) = map(self.of, loop.bounds)
        lengths = [0]
        if most > 0:
            lengths.append(-(-(high - low) // max(least, 1)))
        if least < 0:
            lengths.append(-(-(first - end) // max(-most, 1)))
        return min(max(lengths), HIGHEST)

    def _slot(self, loop: Loop, slot: Slot) -> Range:
        """What is carried starts as the initial value; each iteration adds something to it, or gives it a new one."""
        start = self.of(slot.init)
        added = self._added(slot.yielded, slot.param, DEPTH)
        if added is not None and loop.counted:
            trips = self.trips(loop)
            return start[0] + min(0, added[0]) * trips, start[1] + max(0, added[1]) * trips
        mark = len(self._known)
        limits = self._limits(slot.param.type)
        assumed = start
        for turn in range(ROUNDS):
            new = _union(start, self._next(loop, slot, assumed, mark))
            if assumed[0] <= new[0] and new[1] <= assumed[1]:
                return new
            # What still grows grows without end.
            far = new if turn < ROUNDS - 2 else limits
            low = assumed[0] if assumed[0] <= new[0] else far[0]
            high = assumed[1] if assumed[1] >= new[1] else far[1]
            assumed = low, high
        return _union(start, self._next(loop, slot, limits, mark))

    def _next(self, loop: Loop, slot: Slot, assumed: Range, mark: int) -> Range:
        """The range of what an iteration yields, if what is carried lies within the assumed range."""
        self._known[slot.param] = self._where_entered(loop, slot, assumed)
        found = self.of(slot.yielded)
        for stale in list(self._known)[mark:]:
            del self._known[stale]
        return found

    def _where_entered(self, loop: Loop, slot: Slot, carried: Range) -> Range:
        """The range of what is carried where the condition of a `while` holds."""
        condition, tested = loop.condition, slot.tested
        if condition is None or tested is None or isinstance(slot.param.type, Array | ListOf):
            return carried
        low, high = carried
        for left, kind, right in comparisons(self._defs, condition.terminator.operands[0], True):
            if tested in (left, right) and all(map(_is_integer, (left, right))):
                if right is tested:
                    left, kind, right = right, SWAPPED[kind], left
                (least, most), strict = self.of(right), kind in ("lt", "gt")
                if kind in ("lt", "le", "eq") and most < FAR:
                    high = min(high, most - strict)
                if kind in ("gt", "ge", "eq") and least > -FAR:
                    low = max(low, least + strict)
        return (low, high) if low <= high else carried

    def _added(self, value: Value, param: Value, depth: int) -> Range | None:
        """How much more the value is than the parameter; None where it is not a sum with it."""
        if value is param:
            return 0, 0
        op = self._defs.get(value)
        if op is None or not depth:
            return None
        signs = opdef(op).signs
        if len(signs) == 2:
            a, b = op.operands
            grown = self._added(a, param, depth - 1)
            if grown is not None:
                return _RESULTS[op.kind](grown, self.of(b))
            grown = self._added(b, param, depth - 1) if signs[1] > 0 else None
            return None if grown is None else _add(grown, self.of(a))
        if opdef(op).chooses:
            return _both(*(self._added(v, param, depth - 1) for v in op.operands[1:]))
        if branches := sides(op, value):
            return _both(*(self._added(v, param, depth - 1) for v in branches))
        if value in self._carried:
            inner, slot = self._carried[value]
            before = self._added(slot.init, param, depth - 1)
            more = self._added(slot.yielded, slot.param, depth - 1)
            if before is None or more is None:
                return None
            trips = self.trips(inner)
            return before[0] + min(0, more[0]) * trips, before[1] + max(0, more[1]) * trips
        return None


def longest(array: Type) -> int:
    """The largest extent of an array, or length of a list: its elements must have addresses."""
    if isinstance(array, ListOf):
        return HIGHEST // POINTER
    return HIGHEST // (dtype_of(array).bits // 8)


def type_range(type_: Type) -> Range:
    """What fits into the scalar, or an element, of an integer type."""
    dtype = element_dtype(type_)
    return (int(dtype.least), int(dtype.greatest)) if dtype and not dtype.inexact else (LOWEST, HIGHEST)


def _is_integer(value: Value) -> bool:
    """Whether it is, or holds, integers or truth values."""
    dtype = element_dtype(value.type)
    return dtype is not None and not dtype.inexact


# -- what an op makes of ranges --------------------------------------------------------------------------------------------


def _ends(compute: Callable[[int, int], int], a: Range, b: Range) -> Range:
    """For a function that is monotonic in each operand."""
    corners = [compute(x, y) for x in a for y in b]
    return min(corners), max(corners)


def _union(*ranges: Range) -> Range:
    return min(low for low, _ in ranges), max(high for _, high in ranges)


def _both(a: Range | None, b: Range | None) -> Range | None:
    return None if a is None or b is None else _union(a, b)


def _add(a: Range, b: Range) -> Range:
    return a[0] + b[0], a[1] + b[1]


def _sub(a: Range, b: Range) -> Range:
    return a[0] - b[1], a[1] - b[0]


def _abs(a: Range) -> Range:
    least = 0 if a[0] <= 0 <= a[1] else min(abs(a[0]), abs(a[1]))
    return least, max(abs(a[0]), abs(a[1]))


def _signs(b: Range) -> list[Range]:
    """The negative and the positive part."""
    return [part for part in ((b[0], min(b[1], -1)), (max(b[0], 1), b[1])) if part[0] <= part[1]]


def _floordiv(a: Range, b: Range) -> Range:
    """NumPy's integer division by 0 gives 0."""
    if _is_far(a):
        return (min(0, a[0]), FAR) if b[0] > 0 else (-FAR, FAR)
    zero = [(0, 0)] if b[0] <= 0 <= b[1] else []
    return _union(*(_ends(operator.floordiv, a, part) for part in _signs(b)), *zero)


def _mod(a: Range, b: Range) -> Range:
    if b[0] > 0 and a[0] >= 0:
        return 0, min(a[1], b[1] - 1)
    return min(0, b[0] + 1), max(0, b[1] - 1)


def _is_far(a: Range) -> bool:
    return a[0] == -FAR or a[1] == FAR


def _lshift(a: Range, b: Range) -> Range:
    if b[1] > LARGE:
        return -FAR, FAR
    return _ends(operator.lshift, a, (max(b[0], 0), max(b[1], 0)))


def _rshift(a: Range, b: Range) -> Range:
    if _is_far(a):
        return min(0, a[0]), FAR
    return _ends(operator.rshift, a, (min(max(b[0], 0), LARGE), min(max(b[1], 0), LARGE)))


def _pow(a: Range, b: Range) -> Range:
    if b[1] > LARGE:
        return -FAR, FAR
    least, most = (min(max(e, 0), LARGE) for e in b)
    if a[0] >= 0:
        return (a[0] ** least if a[0] else 0), max(a[1] ** most, 1)
    largest = max(abs(a[0]), abs(a[1])) ** most
    return -largest, max(largest, 1)


def _bits(a: Range, b: Range) -> Range:
    """For bitwise operations: the result has no more bits than the operands."""
    width = max(x.bit_length() for x in (*a, *b))
    return (0 if a[0] >= 0 and b[0] >= 0 else -(2**width)), 2**width - 1


_MADE: dict[str, Callable[[Ranges, Op], Range]] = {
    "arange": Ranges._counted,
    "table": Ranges._tabulated,
    "max": Ranges._first,
    "min": Ranges._first,
    "concat": Ranges._all,
    "list_new": Ranges._all,
    "list_append": Ranges._written,
    "list_set": Ranges._written,
    "store": Ranges._written,
}
"""What the elements of an array or a list may be, from what its operands hold, or are."""

_RESULTS: dict[str, Callable[..., Range]] = {
    "add": _add,
    "sub": _sub,
    "mul": lambda a, b: _ends(operator.mul, a, b),
    "neg": lambda a: (-a[1], -a[0]),
    "abs": _abs,
    "sign": lambda a: (-1, 1),
    "floordiv": _floordiv,
    "mod": _mod,
    "pow": _pow,
    "lshift": _lshift,
    "rshift": _rshift,
    "and": _bits,
    "or": _bits,
    "xor": _bits,
    "invert": lambda a: (~a[1], ~a[0]),
    "maximum": lambda a, b: (max(a[0], b[0]), max(a[1], b[1])),
    "minimum": lambda a, b: (min(a[0], b[0]), min(a[1], b[1])),
    "select": lambda c, a, b: _union(a, b),
    "cast": lambda a: a,
    "stop_gradient": lambda a: a,
}
