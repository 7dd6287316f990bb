"""What a condition says about its operands where it is known to hold, or not to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.opset import opdef
from autodiff_compiler.ir.types import BOOL

NEGATED = {"lt": "ge", "le": "gt", "gt": "le", "ge": "lt", "eq": "ne", "ne": "eq"}
"""For each comparison of numbers, the one that holds where it does not: with NaN neither may hold."""
SWAPPED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "eq", "ne": "ne"}
"""For each comparison, the same one with its operands swapped."""


def comparisons(defs: Mapping[Value, Op], condition: Value, holds: bool) -> Iterator[tuple[Value, str, Value]]:
    """The comparisons `(left, kind, right)` that are true where the condition `holds`, or is false.

    `not a`, an `a and b` that holds and an `a or b` that does not are taken apart; nothing is known about anything else.
    """
    op = defs.get(condition)
    if op is None:
        return
    rule = _SAID.get(op.kind)
    if rule is not None:
        for operand, said in rule(op, holds):
            yield from comparisons(defs, operand, said)
    elif opdef(op).compares:
        left, right = op.operands
        yield left, op.kind if holds else NEGATED[op.kind], right


_SAID: dict[str, Callable[[Op, bool], list[tuple[Value, bool]]]] = {
    "not": lambda op, holds: [(op.operands[0], not holds)],
    "and": lambda op, holds: [(v, True) for v in op.operands] if holds and op.result.type == BOOL else [],
    "or": lambda op, holds: [] if holds or op.result.type != BOOL else [(v, False) for v in op.operands],
}
"""The operands about which a truth value says that they hold, or that they do not."""
