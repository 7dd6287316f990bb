"""Which values are live at the same time and so need different variables: the interference graph of a function.

Structured code needs no fixpoint: a value from outside a loop that is read inside it is live throughout the loop.  The
carried parameters of a loop and its results are one variable from the start (`slot`).

In reverse mode most of the primal is live at the boundary, so there are about as many edges as pairs of values.  Sets of
values are therefore the bits of an int: what is done for each write is one operation on a whole set.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from autodiff_compiler.backends.in_place import in_place
from autodiff_compiler.backends.nesting import Nesting
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.loop import Loop, is_loop, loop_slots
from autodiff_compiler.ir.opset import TABLE


class Interference:
    """`over(v)`: the values that are live where the variable of `v` is written, as bits."""

    def __init__(self, nesting: Nesting) -> None:
        self.nesting = nesting
        self.slot: dict[Value, Value] = {}
        self._index: dict[Value, int] = {}
        self._over: dict[Value, int] = {}
        body = nesting.function.body
        self._unite_slots(body)
        params = self.bits(body.params)
        live = self._region(body, 0)
        self._write(body.params, live | params)

    def of(self, value: Value) -> Value:
        return self.slot.get(value, value)

    def bit(self, value: Value) -> int:
        """The set of one value."""
        return 1 << self._index.setdefault(self.of(value), len(self._index))

    def bits(self, values: Iterable[Value]) -> int:
        found = 0
        for value in values:
            found |= self.bit(value)
        return found

    def over(self, value: Value) -> int:
        return self._over.get(self.of(value), 0)

    def _unite_slots(self, region: Region) -> None:
        for op in region.ops:
            for slot in loop_slots(op):
                self.slot.update(dict.fromkeys((*slot.params[1:], slot.result), slot.param))
            for inner in op.regions:
                self._unite_slots(inner)

    def _reads(self, operands: Iterable[Value]) -> int:
        """What printing the operands reads."""
        return self.bits(name for operand in operands for name in self.nesting.reads(operand))

    def _write(self, written: Iterable[Value], live: int) -> None:
        for value in map(self.of, written):
            self._over[value] = self._over.get(value, 0) | (live & ~self.bit(value))

    def _region(self, region: Region, after: int, slots: Sequence[Value] = ()) -> int:
        """What is live before the region, whose terminator assigns the variables `slots`."""
        self._write(slots, after)
        live = after & ~self.bits(slots)
        for op in reversed(region.ops):
            if op in self.nesting.dead:
                continue
            if all(r in self.nesting.inline for r in op.results) and op.results:
                continue
            live = self._op(op, live)
        return live

    def _op(self, op: Op, after: int) -> int:
        if op.kind == "if" and not self.nesting.is_expression(op):
            return self._if(op, after)
        if is_loop(op):
            return self._loop(Loop(op), after)
        results = self.bits(op.results)
        reads = self.bits(self.nesting.op_reads(op))
        at_write = after | results
        if TABLE[op.kind].writes:
            # `new = old; new[i] = value`: the value is read after the name of the result has been assigned.
            at_write |= reads & ~self._reads(op.operands[:1])
        self._write(op.results, at_write)
        for operand, k in in_place(op):
            # `new = old; result = g(x, new)`, too.
            self._write(op.results[k : k + 1], reads & ~self._reads(op.operands[operand : operand + 1]))
        return (after & ~results) | reads

    def _if(self, op: Op, after: int) -> int:
        used = [r for r in op.results if r in self.nesting.uses]
        results = self.bits(used)
        self._write(used, after | results)
        rest = after & ~results
        live = self._reads(op.operands)
        for region in op.regions:
            live |= self._region(region, rest)
        return live

    def _loop(self, loop: Loop, after: int) -> int:
        counters = [r for r in loop.counters if r in self.nesting.uses]
        slots = loop.params
        assigned, counted = self.bits(slots), self.bits(counters)
        at_back_edge = (after & ~assigned) | self._free(loop.op) | counted | assigned
        # Each slot is written at the end of the body, and everything that lives through the loop is live there.
        live = self._region(loop.body, at_back_edge, slots)
        # The range is evaluated after the slots have got their first values.
        bounds = self._reads(loop.bounds)
        if loop.index is not None:
            self._write([loop.index], live | at_back_edge)
            live &= ~self.bit(loop.index)
        if loop.condition is not None:
            live = self._region(loop.condition, live | at_back_edge)
        live |= at_back_edge
        self._write([*slots, *counters], live | bounds)
        return (live & ~assigned & ~counted) | self._reads(loop.op.operands)

    def _free(self, op: Op) -> int:
        """The named values from outside that the regions of a loop read."""
        bound = found = 0

        def visit(region: Region) -> None:
            nonlocal bound, found
            bound |= self.bits(region.params)
            for inner in region.ops:
                if inner in self.nesting.dead:
                    continue
                found |= self.bits(self.nesting.op_reads(inner))
                for child in inner.regions:
                    visit(child)
                bound |= self.bits(inner.results)

        for region in op.regions:
            visit(region)
        return found & ~bound
