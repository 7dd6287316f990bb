"""Which values are still read after a place: the last use of each value in each region, and a cursor that walks.

A value is live after an op if a later op of the same region reads it, if a region around still needs it afterwards, or
if the place is in a loop body that reads it and does not define it, because the next iteration then reads it again.  Asking for an
extent does not count as reading: all versions of an array have the same shape.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.loop import is_loop
from autodiff_compiler.ir.opset import extent_of


@dataclass
class Level:
    """One region around the current place, the position in it, and the regions that run again after it: those of a loop."""

    region: Region
    again: tuple[Region, ...]
    position: int = -1


class LastUses:
    """Last uses, and the nesting of definitions, of a function; `levels` is the current place."""

    def __init__(self, function: Function) -> None:
        self.last: dict[Region, dict[Value, int]] = {}
        self.depth: dict[Value, int] = {}
        """How many regions are around the region that defines the value."""
        self.loops: dict[Value, int] = {}
        """In how many loop bodies the value is defined."""
        self.levels: list[Level] = []
        self._collect(function.body, 0, 0)

    def _collect(self, region: Region, depth: int, loops: int) -> None:
        last = self.last[region] = {}
        self._define(region.params, depth, loops)
        for position, op in enumerate(region.ops):
            for inner in op.regions:
                self._collect(inner, depth + 1, loops + is_loop(op))
                last.update(dict.fromkeys(self.last[inner], position))
            if extent_of(op) is None:
                last.update(dict.fromkeys(op.operands, position))
            self._define(op.results, depth, loops)

    def _define(self, values: tuple[Value, ...], depth: int, loops: int) -> None:
        for value in values:
            self.depth[value] = depth
            self.loops[value] = loops

    @contextmanager
    def entered(self, region: Region, parent: Op | None = None) -> Iterator[None]:
        """Inside the block the current place is in the region, which belongs to the op `parent`."""
        again = parent.regions if parent is not None and is_loop(parent) else ()
        self.levels.append(Level(region, again))
        yield
        self.levels.pop()

    def walk(self, region: Region) -> Iterator[Op]:
        """The ops of the region just entered, the current place moving along."""
        level = self.levels[-1]
        for level.position, op in enumerate(region.ops):
            yield op

    @property
    def loop_depth(self) -> int:
        """How many loop bodies are around the current place."""
        return sum(bool(level.again) for level in self.levels)

    def live_after(self, value: Value) -> bool:
        """Whether a value may be read after the op at the current place."""
        for depth in range(len(self.levels) - 1, self.depth[value] - 1, -1):
            level = self.levels[depth]
            if self.last[level.region].get(value, -1) > level.position:
                return True
            if self.depth[value] < depth and any(value in self.last[region] for region in level.again):
                return True
        return False

    def read_inside(self, value: Value, op: Op) -> bool:
        """Whether the regions of an op read a value from outside."""
        return any(value in self.last[region] for region in op.regions)

    def dead_for_good(self, value: Value) -> bool:
        """Whether a value that is not live here is live nowhere else either (in the other branch of an `if`, say)."""
        return self.depth[value] >= len(self.levels) - 1
