"""Which values are live at the same time and so need different variables: the interference graph of a function.

Structured code needs no fixpoint: a value from outside a loop that is read inside is live all through the loop.  The
carried parameters of a loop and its results are one variable from the start (`slot`).
"""

from __future__ import annotations

from autodiff_compiler.backends.nesting import Nesting
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.opset import TABLE


class Interference:
    """`edges[v]`: the values that are live where the variable of `v` is written."""

    def __init__(self, nesting: Nesting) -> None:
        self.nesting = nesting
        self.slot: dict[Value, Value] = {}
        self.edges: dict[Value, set[Value]] = {}
        body = nesting.function.body
        self._unite_slots(body)
        live = self._region(body, set(), frozenset())
        self._write(list(body.params), live | set(body.params))

    def of(self, value: Value) -> Value:
        return self.slot.get(value, value)

    def _unite_slots(self, region: Region) -> None:
        for op in region.ops:
            for params in slot_columns(op):
                for other in params[1:]:
                    self.slot[other] = params[0]
            for inner in op.regions:
                self._unite_slots(inner)

    def _reads(self, op: Op) -> set[Value]:
        return {self.of(v) for operand in op.operands for v in self.nesting.reads(operand)}

    def _write(self, written: list[Value], live: set[Value]) -> None:
        for value in written:
            value = self.of(value)
            others = self.edges.setdefault(value, set())
            new = live - others
            new.discard(value)
            others |= new
            for other in new:
                self.edges.setdefault(other, set()).add(value)

    def _region(self, region: Region, after: set[Value], written_at_end: frozenset[Value]) -> set[Value]:
        """What is live before the region; `written_at_end` are the variables that its terminator assigns."""
        live = set(after)
        self._write(list(written_at_end), live)
        live -= written_at_end
        for op in reversed(region.ops):
            if op in self.nesting.dead:
                continue
            if all(r in self.nesting.inline for r in op.results) and op.results:
                continue
            live = self._op(op, live)
        return live

    def _op(self, op: Op, after: set[Value]) -> set[Value]:
        if op.kind == "if" and not self.nesting.is_expression(op):
            return self._if(op, after)
        if op.kind in ("for", "while"):
            return self._loop(op, after)
        results = {self.of(r) for r in op.results}
        reads = {self.of(v) for v in self.nesting.op_reads(op)} if op.regions else self._reads(op)
        at_write = after | results
        if TABLE[op.kind].writes:
            # `new = old; new[i] = value`: the value is read when the name of the result has been given already.
            at_write |= reads - {self.of(v) for v in self.nesting.reads(op.operands[0])}
        self._write(list(op.results), at_write)
        return (after - results) | reads

    def _if(self, op: Op, after: set[Value]) -> set[Value]:
        used = [r for r in op.results if r in self.nesting.uses]
        results = {self.of(r) for r in used}
        self._write(used, after | results)
        rest = after - results
        live = self._reads(op)
        for region in op.regions:
            live |= self._region(region, rest, frozenset())
        return live

    def _loop(self, op: Op, after: set[Value]) -> set[Value]:
        counters = {r for r in op.results[len(slot_columns(op)) :] if r in self.nesting.uses}
        slots = frozenset(self.of(column[0]) for column in slot_columns(op))
        free = self._free(op)
        through = (after - slots - counters) | free | counters
        body = op.regions[-1]
        at_back_edge = through | slots
        # Each slot is written at the end of the body, and everything that goes through the loop is live there.
        live = self._region(body, set(at_back_edge), slots)
        index = list(body.params[:1]) if op.kind == "for" else []
        self._write(index, live | at_back_edge)
        live -= set(index)
        if op.kind == "while":
            live = self._region(op.regions[0], live | at_back_edge, frozenset())
        live |= at_back_edge
        # The range is evaluated after the slots have got their first values.
        bounds = {self.of(v) for operand in op.operands[:3] for v in self.nesting.reads(operand)}
        if op.kind == "while":
            bounds = set()
        self._write(list(slots), live | bounds)
        self._write(list(counters), live | bounds)
        return (live - slots - counters) | self._reads(op)

    def _free(self, op: Op) -> set[Value]:
        """The named values from outside that the regions of a loop read."""
        bound: set[Value] = set()
        found: dict[Value, None] = {}

        def visit(region: Region) -> None:
            bound.update(self.of(p) for p in region.params)
            for inner in region.ops:
                if inner in self.nesting.dead:
                    continue
                for value in self.nesting.op_reads(inner):
                    found[self.of(value)] = None
                for child in inner.regions:
                    visit(child)
                bound.update(self.of(r) for r in inner.results)

        for region in op.regions:
            visit(region)
        return {v for v in found if v not in bound}


def slot_columns(op: Op) -> list[tuple[Value, ...]]:
    """For each carried slot of a loop, the values that are one variable: parameters, then the result."""
    if op.kind == "for":
        params = [op.regions[0].params[1:]]
    elif op.kind == "while":
        params = [op.regions[1].params, op.regions[0].params]
    else:
        return []
    return list(zip(*params, op.results))


def loop_slots(op: Op) -> list[tuple[tuple[Value, ...], Value, Value]]:
    """For each carried slot of a loop: its variable's values, what it starts with, what the body yields."""
    columns = slot_columns(op)
    first = 3 if op.kind == "for" else 0
    return [
        (column, op.operands[first + i], op.regions[-1].terminator.operands[i]) for i, column in enumerate(columns)
    ]
