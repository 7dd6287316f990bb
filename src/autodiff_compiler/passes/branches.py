"""Clean-up of `if`.

A result for which both branches yield the same value is that value; `True` on one side and `False` on the other is the
condition itself, or its negation; an `if` on a condition already decided by an enclosing `if` is the branch taken; an
`if` on `not c` is an `if` on `c` with the branches exchanged.  Where `a and b` is an `if` because `b` might raise, and it is proven
that `b` does not, both are computed.

    Input:  a, b = if c { yield x, y } { yield x, z }
    Output: b = if c { yield y } { yield z }            (a is x)

Idempotent.
"""

from __future__ import annotations

from dataclasses import replace

from autodiff_compiler.analysis.undefined import possibly_undefined
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.opset import is_constant, may_overflow, may_trap, opdef
from autodiff_compiler.ir.walk import with_results
from autodiff_compiler.passes.rewrite import Peephole


def run(function: Function) -> Function:
    return _Branches.run(function)


class _Branches(Peephole):
    def __init__(self, function: Function) -> None:
        super().__init__(function)
        self._decided: dict[Value, bool] = {}
        self._undefined = possibly_undefined(function.body)

    @staticmethod
    def concerns(op: Op) -> bool:
        return op.kind == "if"

    def rewrite(self, op: Op) -> None:
        return None

    def enter_branch(self, condition: Value, holds: bool) -> None:
        super().enter_branch(condition, holds)
        self._decided[condition] = holds

    def structured(self, op: Op) -> None:
        if op.kind != "if":
            self.keep(self.inside(op))
            return
        opposite = self.made_by(op.operands[0], "not")
        if opposite is not None:
            op = replace(op, operands=opposite.operands, regions=op.regions[::-1])
        condition = op.operands[0]
        if condition in self._decided:
            self.become_values(op, self.inline(op.regions[0 if self._decided[condition] else 1], ()))
            return
        op = self.inside(op)
        del self._decided[condition]
        self._merge(op)

    def _merge(self, op: Op) -> None:
        """Take the results that do not depend on the branch out of the `if`."""
        then, orelse = op.regions
        kept: list[int] = []
        for slot, (a, b) in enumerate(zip(then.terminator.operands, orelse.terminator.operands)):
            merged = a if a is b else self._boolean(op, a, b)
            if merged is None:
                kept.append(slot)
            else:
                self.env[op.results[slot]] = merged
        if len(kept) == 1 and self._evaluated(op, kept[0]):
            return
        self.keep(with_results(op, kept))

    def _evaluated(self, op: Op, slot: int) -> bool:
        """Replace `if c { …; yield b } else { yield False }` by `c and b`, and correspondingly for `or`, if `…` may always be computed."""
        condition, result = op.operands[0], op.results[slot]
        then, orelse = op.regions
        for region, other, kind, short in ((then, orelse, "and", False), (orelse, then, "or", True)):
            value = region.terminator.operands[slot]
            decided = self.constant(other.terminator.operands[slot]) is short
            one_type = condition.type == value.type == result.type
            if decided and one_type and self._is_harmless(region, other):
                self.out += region.ops[:-1]
                self.env[result] = self.new(kind, condition, value)
                return True
        return False

    def _is_harmless(self, region: Region, other: Region) -> bool:
        """Whether a region has only operations on numbers that never raise, and the other region only a constant."""
        return all(is_constant(op) for op in other.ops[:-1]) and all(
            (opdef(op).elementwise or opdef(op).measures or is_constant(op))
            and not any(value in self._undefined for value in op.operands)
            and not (may_trap(op) or (may_overflow(op) and not self.bounds.fits(op)))
            for op in region.ops[:-1]
        )

    def _boolean(self, op: Op, a: Value, b: Value) -> Value | None:
        """What two equal constants, or `True` and `False`, amount to."""
        x, y = self.constant(a), self.constant(b)
        if x is None or y is None:
            return None
        if repr(x) == repr(y):
            return self.const(x, a.type)
        condition = op.operands[0]
        if a.type == condition.type and (x, y) == (True, False):
            return condition
        return None
