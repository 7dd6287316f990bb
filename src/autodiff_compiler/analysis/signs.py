"""Where floats certainly lie, as far as domains of functions ask: above a constant, or not zero.

Knowledge: the conditions around the place, and what sums, products and functions of such numbers are.  NaN lies
everywhere: it makes no comparison true, and no function of Python raises for it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from autodiff_compiler.analysis.conditions import SWAPPED, comparisons
from autodiff_compiler.ir.core import Op, Value

_NOT_NEGATIVE = ("exp", "exp2", "sqrt", "abs", "hypot", "arccos", "arccosh")
# A sum or product of more terms than this, nested, is not looked through.
DEPTH = 12


class Signs:
    """Scoped facts about floats: each says that a value compares so with a constant."""

    def __init__(self, defs: Mapping[Value, Op]) -> None:
        self._defs = defs
        self._facts: list[tuple[Value, str, float]] = []

    @contextmanager
    def scope(self) -> Iterator[None]:
        mark = len(self._facts)
        yield
        del self._facts[mark:]

    def enter_branch(self, condition: Value, holds: bool) -> None:
        """Where a condition is known to hold, or not to."""
        for left, kind, right in comparisons(self._defs, condition, holds):
            self._note(left, kind, right)
            self._note(right, SWAPPED[kind], left)

    def _note(self, value: Value, test: str, limit: Value) -> None:
        number = self.constant(limit)
        if number is not None:
            self._facts.append((value, test, number))

    def constant(self, value: Value) -> float | None:
        op = self._defs.get(value)
        return op.attrs["value"] if op is not None and op.kind == "const" else None

    def nonzero(self, value: Value) -> bool:
        number = self.constant(value)
        if number is not None:
            return number != 0
        return self.above(value, 0.0, strict=True) or any(
            fact == value and (limit < 0 if test in ("lt", "le") else (test, limit) in (("ne", 0), ("lt", 0)))
            for fact, test, limit in self._facts
        )

    def above(self, value: Value, limit: float, *, strict: bool) -> bool:
        """Whether `value > limit` (`>=` if not strict) is certain, but for NaN."""
        bound, is_strict = self._lower(value, DEPTH)
        return bound > limit or (bound == limit and (is_strict or not strict))

    def _lower(self, value: Value, depth: int) -> tuple[float, bool]:
        """A lower bound, and whether the value is certainly greater than it."""
        number = self.constant(value)
        if number is not None:
            return float(number), False
        found = [
            (float(limit), test == "gt")
            for fact, test, limit in self._facts
            if fact == value and test in ("gt", "ge", "eq")
        ]
        op = self._defs.get(value)
        if op is not None and depth:
            found.append(self._of_op(op, depth - 1))
        return max(found, default=(-math.inf, False))

    def _of_op(self, op: Op, depth: int) -> tuple[float, bool]:
        if op.kind in ("cast", "stop_gradient"):
            return self._lower(op.operands[0], depth)
        if op.kind in _NOT_NEGATIVE:
            return 0.0, op.kind == "sqrt" and self._lower(op.operands[0], depth) >= (0.0, True)
        if op.kind == "cosh":
            return 1.0, False
        if op.kind == "add":
            (a, a_strict), (b, b_strict) = (self._lower(v, depth) for v in op.operands)
            # What is added to a sum of ones can vanish in rounding, so that only the bound itself is certain.
            return (a + b, (a_strict or b_strict) and a + b == 0) if math.isfinite(a + b) else (-math.inf, False)
        if op.kind == "mul" and op.operands[0] == op.operands[1]:
            return 0.0, False
        if op.kind == "maximum":
            return max(self._lower(v, depth) for v in op.operands)
        if op.kind == "sum" or op.kind in ("transpose", "reshape", "broadcast_to"):
            return (0.0, False) if self._lower(op.operands[0], depth)[0] >= 0 else (-math.inf, False)
        if op.kind == "pow" and (self.constant(op.operands[1]) or 1) % 2 == 0:
            return 0.0, False
        if op.kind in ("mul", "div") and all(self._lower(v, depth)[0] >= 0 for v in op.operands):
            return 0.0, False
        return -math.inf, False
