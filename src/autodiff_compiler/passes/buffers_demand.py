"""Which buffers are going to be overwritten: for each value, how deeply nested in the loops around it is a write that wants its memory.

A write wants to reuse operand 0.  That value may be a view of another, the result of an `if`, a carried value …: the
demand is followed back to wherever the memory comes from, so that a copy, if there must be one, can be made as far out as
possible: of the initial value before a loop, rather than at the write inside it.
"""

from __future__ import annotations

import heapq
from itertools import count

from autodiff_compiler.analysis.last_use import LastUses
from autodiff_compiler.analysis.memory import Node, sources, writes_elements
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.loop import is_loop
from autodiff_compiler.ir.opset import overwrites


class Demand:
    """`level(value)`: the number of loops around both the value and a write that wants its memory (the most over all
    such writes); -1 if there is none.  A carried value is *owned* if such a write is inside its own loop."""

    def __init__(self, function: Function, uses: LastUses) -> None:
        self._uses = uses
        self._levels: dict[Node, int] = {}
        self._sources: dict[Node, list[Node]] = {}
        self._seeds: list[tuple[int, Node]] = []
        self._visit(function.body, None)
        self._spread()

    def level(self, value: Value, *, elements: bool = False) -> int:
        return self._levels.get((value, elements), -1)

    def _visit(self, region: Region, parent: Op | None) -> None:
        with self._uses.entered(region, parent):
            for op in self._uses.walk(region):
                for inner in op.regions:
                    self._visit(inner, op)
                kept = self._kept(op)
                for target, source in sources(op):
                    if source[0] not in kept:
                        self._sources.setdefault(target, []).append(source)
                self._wish(op, kept)

    def _wish(self, op: Op, kept: tuple[Value, ...]) -> None:
        """The op wants to overwrite what it writes to, and the elements of it that it writes to."""
        for position, _ in overwrites(op):
            written = op.operands[position]
            if written not in kept:
                elements = (False, True) if writes_elements(op) else (False,)
                self._seeds += [(self._uses.loop_depth, (written, inside)) for inside in elements]

    def _kept(self, op: Op) -> tuple[Value, ...]:
        """Operands that are read again later, so that a copy is certain and demand goes no further."""
        if overwrites(op):
            return tuple(op.operands[k] for k, _ in overwrites(op) if self._uses.live_after(op.operands[k]))
        if is_loop(op):
            return tuple(v for v in op.operands if self._uses.live_after(v) or self._uses.read_inside(v, op))
        return ()

    def _spread(self) -> None:
        """From the deepest writes to the shallowest, so that each node is settled when it is first reached."""
        order = count()
        heap = [(-level, next(order), node) for level, node in self._seeds]
        heapq.heapify(heap)
        while heap:
            negative, _, node = heapq.heappop(heap)
            level = min(-negative, self._uses.loops[node[0]])
            if level <= self._levels.get(node, -1):
                continue
            self._levels[node] = level
            for source in self._sources.get(node, ()):
                heapq.heappush(heap, (-level, next(order), source))
