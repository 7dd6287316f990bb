"""Where floats certainly lie, as far as domains of functions need it: above a constant, or not at zero.

Known are the conditions around the place, and what sums, products and functions of such numbers are.  NaN is never
excluded: it makes no comparison true, and no function of Python raises for it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from autodiff_compiler.analysis.conditions import SWAPPED, comparisons
from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.opset import constant_of
from autodiff_compiler.ir.types import is_complex

Lower = tuple[float, bool]
UNKNOWN = -math.inf, False

# Sums and products nested more deeply than this are not looked into.
DEPTH = 12


class Signs:
    """Scoped facts about floats: each says how a value compares with a constant."""

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

    def constant(self, value: Value) -> Any:
        return constant_of(self._defs.get(value))

    def nonzero(self, value: Value) -> bool:
        number = self.constant(value)
        if number is not None:
            return bool(number != 0)
        return self.above(value, 0.0, strict=True) or any(
            fact == value and (limit < 0 if test in ("lt", "le") else (test, limit) in (("ne", 0), ("lt", 0)))
            for fact, test, limit in self._facts
        )

    def above(self, value: Value, limit: float, *, strict: bool) -> bool:
        """Whether `value > limit` (`>=` if not strict) is certain, but for NaN."""
        bound, is_strict = self._lower(value, DEPTH)
        return bound > limit or (bound == limit and (is_strict or not strict))

    def _lower(self, value: Value, depth: int) -> Lower:
        """A lower bound, and whether the value is certainly greater than the bound; complex numbers have none."""
        if is_complex(value.type):
            return UNKNOWN
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
        return max(found, default=UNKNOWN)

    def _of_op(self, op: Op, depth: int) -> Lower:
        rule = _LOWER.get(op.kind)
        return rule(self, op, lambda v: self._lower(v, depth)) if rule is not None else UNKNOWN


Of = Callable[[Value], Lower]
Rule = Callable[[Signs, Op, Of], Lower]
POSITIVE = 0.0, True
NOT_NEGATIVE = 0.0, False


def _sum(signs: Signs, op: Op, of: Of) -> Lower:
    (a, a_strict), (b, b_strict) = map(of, op.operands)
    # What is added to a sum of ones can vanish in rounding, so that only the bound itself is certain.
    return (a + b, (a_strict or b_strict) and a + b == 0) if math.isfinite(a + b) else UNKNOWN


def _like_operands(signs: Signs, op: Op, of: Of) -> Lower:
    """Not negative where no operand is negative."""
    return NOT_NEGATIVE if all(of(v) >= NOT_NEGATIVE for v in op.operands) else UNKNOWN


def _product(signs: Signs, op: Op, of: Of) -> Lower:
    return NOT_NEGATIVE if op.operands[0] is op.operands[1] else _like_operands(signs, op, of)


def _power(signs: Signs, op: Op, of: Of) -> Lower:
    return NOT_NEGATIVE if (signs.constant(op.operands[1]) or 1) % 2 == 0 else UNKNOWN


def _array(signs: Signs, op: Op, of: Of) -> Lower:
    return NOT_NEGATIVE if of(op.operands[0]) >= NOT_NEGATIVE else UNKNOWN


_LOWER: dict[str, Rule] = {
    **dict.fromkeys(("exp", "exp2", "abs", "hypot", "arccos", "arccosh"), lambda signs, op, of: NOT_NEGATIVE),
    **dict.fromkeys(("cast", "stop_gradient"), lambda signs, op, of: of(op.operands[0])),
    **dict.fromkeys(("sum", "transpose", "reshape", "broadcast_to"), _array),
    "sqrt": lambda signs, op, of: (0.0, of(op.operands[0]) >= POSITIVE),
    "cosh": lambda signs, op, of: (1.0, False),
    "add": _sum,
    "mul": _product,
    "div": _like_operands,
    "pow": _power,
    "maximum": lambda signs, op, of: max(map(of, op.operands)),
}
"""What is certain about the result of an op, from what is certain about its operands; nothing for any other op."""
