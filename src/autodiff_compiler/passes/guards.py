"""A loop that only adds multiples of a choice between a number and zero runs only where the number is chosen.

The adjoint of `min`, of `max` and of `where` is such a choice: the adjoint of the operand that was not taken is zero, and so is all
that its reversal adds.

    Input:  v = select c, g, zero;  a, trips = for 0, n, 1, a0 { (j, p)  w = mul v, x[j];  p1 = accum p[j], w;  yield p1 }
    Output: a = if c { b, trips = for 0, n, 1, a0 { (j, p)  w = mul g, x[j];  p1 = accum p[j], w;  yield p1 };  yield b } else { yield a0 }

What is multiplied does not matter then, NaN and infinity included.  Idempotent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from autodiff_compiler.analysis.constants import constants_of
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.loop import Loop, Slot, is_loop
from autodiff_compiler.ir.opset import is_pure, opdef
from autodiff_compiler.ir.types import Scalar
from autodiff_compiler.ir.walk import Rewriter, Substitution, all_ops, definitions, uses, with_parts

NOTHING: Mapping[Value, Value] = {}


def run(function: Function) -> Function:
    chosen = any(opdef(op).chooses and not op.regions for op in all_ops(function.body))
    return _Guards(function).function(function) if chosen else function


class _Guards(Rewriter):
    def __init__(self, function: Function) -> None:
        super().__init__()
        self._definitions = definitions(function.body)
        self._readers = uses(function.body)
        self._constants = constants_of(function.body)
        self._choices: Sequence[Op] = ()
        """Of the region that is being rewritten."""
        self._slots = {slot.result: slot for op in all_ops(function.body) if is_loop(op) for slot in Loop(op).slots}

    def region(self, region: Region) -> Region:
        outer, self._choices = self._choices, [op for op in region.ops if self._zero_side(op) is not None]
        done = super().region(region)
        self._choices = outer
        return done

    def op(self, op: Op) -> None:
        op = with_parts(op, op.operands, op.results, tuple(map(self.region, op.regions)))
        if is_loop(op):
            choice = next((choice for choice in self._choices if self._adds_multiples(Loop(op), choice.result)), None)
            if choice is not None:
                op = self._guarded(Loop(op), choice)
        self.out.append(op)

    # -- is all that is added zero? --------------------------------------------------------------------------------------

    def _zero_side(self, op: Op) -> int | None:
        """Which of the two values that an op chooses from is zero: 1 or 2; None if neither is."""
        if not opdef(op).chooses or len(op.operands) != 3 or not all(isinstance(v.type, Scalar) for v in op.operands):
            return None
        return next((k for k in (1, 2) if self._constants.get(op.operands[k]) == 0), None)

    def _adds_multiples(self, loop: Loop, chosen: Value) -> bool:
        """Whether the loop changes nothing that anybody reads where `chosen` is zero."""
        read = [slot for slot in loop.slots if slot.result in self._readers]
        if not read or any(counter in self._readers for counter in loop.counters) or not is_pure(loop.op):
            return False
        vanishing = Vanishing(self._definitions, self._slots, (chosen,))
        return all(vanishing.keeps(slot.yielded, slot.param) for slot in read)

    # -- the loop behind its condition -----------------------------------------------------------------------------------

    def _guarded(self, loop: Loop, choice: Op) -> Op:
        condition, *values = choice.operands
        zero = self._zero_side(choice)
        assert zero is not None
        slots = [slot for slot in loop.slots if slot.result in self._readers]
        inner = replace(loop.op, results=tuple(Value(v.type, v.name) for v in loop.op.results))
        (inner,) = Substitution({choice.result: values[2 - zero]}).ops([inner])
        made = dict(zip(loop.op.results, inner.results, strict=True))
        runs = Region((), (inner, _end(made[slot.result] for slot in slots)))
        rests = Region((), (_end(slot.init for slot in slots),))
        regions = (rests, runs) if zero == 1 else (runs, rests)
        return Op("if", (condition,), tuple(slot.result for slot in slots), {}, regions, loop.op.span)


def _end(values: Iterable[Value]) -> Op:
    return Op("yield", tuple(values))


class Vanishing:
    """Which values are zero where some values are: those that are linear in them; and what then keeps its value."""

    def __init__(
        self,
        definitions: Mapping[Value, Op],
        slots: Mapping[Value, Slot],
        zeros: Iterable[Value],
        same: Mapping[Value, Value] = NOTHING,
    ) -> None:
        """`slots`: those of all loops, by their results.  `same`: what some values are known to be."""
        self._definitions, self._slots, self._same = definitions, slots, same
        self._known = dict.fromkeys(zeros, True)

    def keeps(self, value: Value, before: Value) -> bool:
        """Whether a value is what `before` is, but for zeros that were added."""
        value = self._same.get(value, value)
        if value is before:
            return True
        slot = self._slots.get(value)
        if slot is not None:
            return self.keeps(slot.init, before) and self.keeps(slot.yielded, slot.param)
        op = self._definitions.get(value)
        if op is None:
            return False
        if opdef(op).adds:
            return self.is_zero(op.operands[-1]) and self.keeps(op.operands[0], before)
        if opdef(op).signs and opdef(op).signs[0] == 1:
            return all(map(self.is_zero, op.operands[1:])) and self.keeps(op.operands[0], before)
        return False

    def is_zero(self, value: Value) -> bool:
        value = self._same.get(value, value)
        if value not in self._known:
            op = self._definitions.get(value)
            self._known[value] = op is not None and self._of_zeros(op)
        return self._known[value]

    def _of_zeros(self, op: Op) -> bool:
        """Whether the op is linear in operands that are all zero, the others aside."""
        sets = (
            op.operands[one] if isinstance(one, slice) else [op.operands[k] for k in one] for one in opdef(op).linear
        )
        return any(operands and all(map(self.is_zero, operands)) for operands in sets)
