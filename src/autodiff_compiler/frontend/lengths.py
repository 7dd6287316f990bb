"""Lengths of arrays as numbers that are known, for a program that is refused where only the run decides how long its arguments are.

It is lowered once more, for arguments of these shapes: `len(x)`, `x.shape` and loops over arrays then say how many there are, lists
made from arrays have known lengths, and what is done with them can be told apart item by item.  What was compiled serves calls
with arguments of the same shapes, as far as their lengths were asked for.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from autodiff_compiler.analysis.shapes import Shapes
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.extent import Extent

_OPERATIONS: dict[str, Callable[..., int]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "floordiv": operator.floordiv,
    "mod": operator.mod,
    "neg": operator.neg,
    "maximum": max,
    "minimum": min,
    "cast": int,
}

FEW = 32
"""Loops of so many trips, and no more, are written out."""
MOST = 3000
"""So many trips are written out in one program."""


class Lengths:
    """What is known, and what was asked for: `asked` are the shapes of arguments, by the index of the leaf."""

    def __init__(self, *, apart: bool = False) -> None:
        """`apart`: whether loops of few trips become code for each trip."""
        self.apart = apart
        self._trips = 0
        self.asked: dict[int, tuple[int, ...]] = {}
        self._arrays: dict[Value, tuple[int, tuple[int, ...]]] = {}
        self._numbers: dict[Value, Callable[[], Any]] = {}
        self._ops: list[Op] = []
        self._shapes = Shapes(Region((), ()))

    def add_array(self, value: Value, index: int, shape: tuple[int, ...]) -> None:
        """An argument."""
        self._arrays[value] = index, shape

    def add_number(self, value: Value, known: Callable[[], Any]) -> None:
        """An integer argument, which is part of the specialisation once it is asked for."""
        self._numbers[value] = known

    def unrolls(self, trips: int, *, listed: bool) -> bool:
        """Whether a loop of so many trips is written out trip by trip, or, if `listed`, a list that it makes item by item."""
        if trips > FEW or not (self.apart or listed) or self._trips + trips > MOST:
            return False
        self._trips += trips
        return True

    def extent(self, b: Builder, array: Value, axis: int) -> int | None:
        """The extent, if the shapes of the arguments decide it.  That there is nothing is left to the run: what is done with the items
        has to be right of arrays without any, too."""
        self._learn(b.visible)
        return self._extent(self._shapes.extent(array, axis)) or None

    def _learn(self, ops: list[Op]) -> None:
        """Follow the program to where it is now."""
        known = len(self._ops)
        if len(ops) < known or (known and ops[known - 1] is not self._ops[-1]):
            self._shapes, known = Shapes(Region((), ())), 0
        self._shapes.extend(ops[known:])
        self._ops = ops

    def _extent(self, extent: Extent) -> int | None:
        if isinstance(extent, int):
            return extent
        if isinstance(extent, Value):
            return self._number(extent)
        kind, *parts = extent
        if kind == "dim":
            return self._own(*parts)
        numbers = [self._extent(part) for part in parts]
        if None in numbers:
            return None
        return _MADE[kind](*numbers)

    def _own(self, array: Value, axis: int) -> int | None:
        found = self._arrays.get(array)
        if found is None:
            return None
        index, shape = found
        self.asked[index] = shape
        return shape[axis]

    def _number(self, value: Value) -> int | None:
        known = self._numbers.get(value)
        if known is not None:
            return int(known())
        extent = self._shapes.of(value)
        if extent is not value:
            return self._extent(extent)
        op = self._shapes.defs.get(value)
        operation = _OPERATIONS.get(op.kind) if op is not None else None
        if op is None or operation is None:
            return None
        numbers = [self._number(v) for v in op.operands]
        if None in numbers or (op.kind in ("floordiv", "mod") and numbers[1] == 0):
            return None
        return operation(*numbers)


def _broadcast(*extents: int) -> int | None:
    stretched = {extent for extent in extents if extent != 1}
    return None if len(stretched) > 1 else next(iter(stretched), 1)


_MADE: Mapping[str, Callable[..., int | None]] = {
    "less": lambda extent, count: max(0, extent - count),
    "rest": lambda extent, start: extent - start,
    "span": lambda start, stop: stop - start,
    "sum": lambda *extents: sum(extents),
    "bc": _broadcast,
}
"""What the parts of an extent make (`analysis/shapes.py`)."""
