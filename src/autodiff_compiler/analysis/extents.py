"""Where the extents of arrays come from: each one traced to an integer value or to an axis of a root array.

    y = mul(x, store(x, …))      extents of y: those of x
    c1 = for … iter(c = x) …     extents of c and c1: those of x, if the body keeps the shape

Two extents with equal traces are equal at run time; different traces say nothing.  The reverse sweep asks for
shapes through this, so that no array is kept alive for the sake of its shape.
"""

from __future__ import annotations

from dataclasses import dataclass

from autodiff_compiler.analysis.slots import Slot, loop_body, slots
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.opset import TABLE
from autodiff_compiler.ir.path import is_slice, item_operands
from autodiff_compiler.ir.types import Array


@dataclass(frozen=True)
class Less:
    """`max(0, base - count)`: the extent of a slice that leaves out `count` elements at the ends."""

    base: Value | tuple[Value, int]
    count: int


# A known number, an integer value of the program, an axis of an array, or one of these less a few.
Dim = int | Value | tuple[Value, int] | Less
Dims = tuple[Dim, ...]


def root(dim: Dim) -> Value | None:
    """The value that an extent is taken from."""
    base = dim.base if isinstance(dim, Less) else dim
    if isinstance(base, int):
        return None
    return base[0] if isinstance(base, tuple) else base


class Extents:
    def __init__(self, region: Region) -> None:
        self._dims: dict[Value, Dims] = {}
        self._ints: dict[Value, Dim] = {}
        self._undefined: set[Value] = set()
        self._region(region)

    def of(self, array: Value) -> Dims:
        """The extents of an array; of one that is not known, its own axes."""
        return self._dims.get(array) or tuple((array, axis) for axis in range(_rank(array)))

    def same_shape(self, a: Value, b: Value) -> bool:
        return _rank(a) == _rank(b) and self.of(a) == self.of(b)

    def note(self, array: Value, dims: Dims) -> None:
        """Make known the extents of an array that a transformation adds."""
        self._dims[array] = dims

    def _region(self, region: Region) -> None:
        for op in region.ops:
            if op.kind in ("for", "while"):
                self._loop(op)
            elif op.kind == "if":
                self._if(op)
            else:
                self._plain(op)

    def _plain(self, op: Op) -> None:
        if not op.results:
            return
        result = op.results[0]
        if op.kind == "undef":
            self._undefined.add(result)
        elif op.kind == "const" and isinstance(op.attrs["value"], int):
            self._ints[result] = int(op.attrs["value"])
        elif op.kind == "dim":
            self._ints[result] = self.of(op.operands[0])[op.attrs["axis"]]
        elif isinstance(result.type, Array) and (dims := self._array(op)) is not None:
            self._dims[result] = dims

    def _int(self, value: Value) -> Dim:
        return self._ints.get(value, value)

    def _array(self, op: Op) -> Dims | None:
        kind, row = op.kind, TABLE[op.kind]
        if row.writes or kind in ("copy", "cumsum"):
            return self.of(op.operands[0])
        if kind in ("reshape", "broadcast_to", "unbroadcast"):
            return tuple(self._int(v) for v in op.operands[1:])
        if kind in ("full", "empty", "arange"):
            return tuple(self._int(v) for v in op.operands[: _rank(op.results[0])])
        if kind == "transpose":
            dims = self.of(op.operands[0])
            return tuple(dims[axis] for axis in op.attrs["perm"])
        if "axes" in op.attrs:
            return tuple(d for axis, d in enumerate(self.of(op.operands[0])) if axis not in op.attrs["axes"])
        if kind == "load":
            return self._load(op)
        if row.elementwise:
            shapes = list(dict.fromkeys(self.of(v) for v in op.operands if isinstance(v.type, Array)))
            return shapes[0] if len(shapes) == 1 else None
        return None

    def _load(self, op: Op) -> Dims | None:
        """Integers drop an axis, new axes add one, slices with constant bounds shorten it; others are not followed."""
        path = op.attrs["path"]
        if len(path) != 1 or path[0][0] != "index":
            return None
        extents, operands = list(self.of(op.operands[0])), list(op.operands[1:])
        kept: list[Dim] = []
        for item in path[0][1]:
            taken, operands = operands[: item_operands(item)], operands[item_operands(item) :]
            if item == "n":
                kept.append(1)
                continue
            if item in ("a", "b"):
                return None
            extent = extents.pop(0)
            if is_slice(item):
                shortened = self._sliced(extent, item, taken)
                if shortened is None:
                    return None
                kept.append(shortened)
        return (*kept, *extents)

    def _sliced(self, extent: Dim, item: str, bounds: list[Value]) -> Dim | None:
        """The extent of a slice that leaves out constantly many elements at either end; None for any other."""
        numbers = [self._int(bound) for bound in bounds]
        if item[3] == "1" or not all(isinstance(number, int) for number in numbers):
            return None
        start = numbers.pop(0) if item[1] == "1" else 0
        stop = numbers.pop(0) if item[2] == "1" else 0
        assert isinstance(start, int)
        assert isinstance(stop, int)
        if start < 0 or (item[2] == "1" and stop >= 0):
            return None
        count = start - stop
        if isinstance(extent, int):
            return max(0, extent - count)
        if isinstance(extent, Less):
            return Less(extent.base, extent.count + count)
        return Less(extent, count) if count else extent

    def _if(self, op: Op) -> None:
        for branch in op.regions:
            self._region(branch)
        inside = {v for branch in op.regions for child in branch.ops for v in child.results}
        for result, *sides in zip(op.results, *(branch.terminator.operands for branch in op.regions)):
            known = [v for v in sides if v not in self._undefined]
            if not known:
                self._undefined.add(result)
            elif isinstance(result.type, Array):
                shapes = {self.of(v): None for v in known}
                if len(shapes) == 1 and not _mentions(next(iter(shapes)), inside):
                    self._dims[result] = next(iter(shapes))

    def _loop(self, op: Op) -> None:
        """Assume that every slot keeps its shape; give up on those that do not, until the rest holds."""
        arrays = [slot for slot in slots(op) if isinstance(slot.param.type, Array)]
        kept = [slot for slot in arrays if slot.init not in self._undefined]
        while True:
            for slot in arrays:
                self._dims[slot.param] = self.of(slot.init) if slot in kept else _own(slot.param)
            for region in op.regions:
                self._region(region)
            broken = [slot for slot in kept if self.of(slot.yielded) != self.of(slot.param)]
            if not broken:
                break
            kept = [slot for slot in kept if slot not in broken]
        inside = {v for child in loop_body(op).ops for v in child.results} | set(loop_body(op).params)
        for slot in arrays:
            self._settle(slot, slot in kept, inside)

    def _settle(self, slot: Slot, kept: bool, inside: set[Value]) -> None:
        if kept:
            self._dims[slot.result] = self.of(slot.init)
        elif slot.init in self._undefined and not _mentions(self.of(slot.yielded), inside):
            # Nobody may look at it before the first assignment: the shape is that of what is assigned.
            self._dims[slot.param] = self._dims[slot.result] = self.of(slot.yielded)


def _rank(value: Value) -> int:
    return value.type.rank if isinstance(value.type, Array) else 0


def _own(array: Value) -> Dims:
    return tuple((array, axis) for axis in range(_rank(array)))


def _mentions(dims: Dims, values: set[Value]) -> bool:
    return any(root(dim) in values for dim in dims)
