"""Symbolic extents of arrays, with the equalities that are known about them.

An extent is an int, an SSA integer, or one of

* `("dim", v, k)`: axis `k` of `v`, of which nothing else is known,
* `("less", e, c)`: `max(0, e - c)`, the extent of a slice that leaves out `c` elements,
* `("bc", e1, e2, …)`: what broadcasting these makes of them.  A run-time extent of 1 is why this is not simply `e1`.

Extents are equal when `find` gives the same for both.  Equalities come from two sources: structure (a store keeps the
shape of its array, so a loop that only stores into an array keeps it too), which always holds, and checks that have
been passed (`assume`), which hold until the region they stand in ends (`scope`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.opset import TABLE
from autodiff_compiler.ir.path import is_slice, item_operands, step_operands
from autodiff_compiler.ir.types import INTS, Array, Scalar, rank

Extent = int | Value | tuple


class Shapes:
    """The extents of every array of a function.

    A pass that walks the function opens a `scope` per region and calls `assume` for each check it goes past; ops it
    makes on the way are made known with `define`.
    """

    def __init__(self, function: Function) -> None:
        self.defs: dict[Value, Op] = {}
        self.order: dict[Value, int] = {}
        """Position of each value's definition: operands come before results."""
        self._extents: dict[Value, tuple[Extent, ...]] = {}
        self._links: dict[Extent, Extent] = {}
        self._assumed: list[Extent] = []
        self._region(function.body)

    # -- questions ---------------------------------------------------------------------------------------------------

    def extent(self, array: Value, axis: int) -> Extent:
        return self.find(self.extents(array)[axis])

    def extents(self, array: Value) -> tuple[Extent, ...]:
        """The extents as first known; a scalar has none."""
        if not isinstance(array.type, Array):
            return ()
        known = self._extents.get(array)
        return known if known is not None else tuple(("dim", array, axis) for axis in range(array.type.rank))

    def of(self, value: Value) -> Extent:
        """What an SSA integer is as an extent."""
        op = self.defs.get(value)
        if op is None:
            return value
        if op.kind == "const":
            return op.attrs["value"]
        if op.kind == "dim":
            return self.extents(op.operands[0])[op.attrs["axis"]]
        if op.kind == "cast" and isinstance(value.type, Scalar) and value.type.dtype == "i64":
            source = op.operands[0].type
            if isinstance(source, Scalar) and source.dtype in INTS and source.dtype != "u64":
                return self.of(op.operands[0])
        if op.kind == "maximum":
            return self._shortened(op) or value
        return value

    def _shortened(self, op: Op) -> Extent | None:
        """`max(n - c, 0)`, as the extent of a slice is written out."""
        rest = [v for v in op.operands if self.of(v) != 0]
        source = self.defs.get(rest[0]) if len(rest) == 1 else None
        if source is None or source.kind != "sub":
            return None
        base, count = (self.of(v) for v in source.operands)
        return ("less", base, count) if isinstance(count, int) and count >= 0 else None

    def find(self, extent: Extent) -> Extent:
        """The representative of all extents known to be equal to this one."""
        while extent in self._links:
            extent = self._links[extent]
        if isinstance(extent, tuple) and extent[0] != "dim":
            reduced = self._less(*extent[1:]) if extent[0] == "less" else self._broadcast(extent[1:])
            return extent if reduced == extent else self.find(reduced)
        return extent

    def same(self, a: Extent, b: Extent) -> bool:
        return self.find(a) == self.find(b)

    def same_shape(self, a: Value, b: Value) -> bool:
        """Whether two values are known to have equal rank and extents."""
        return rank(a.type) == rank(b.type) and all(map(self.same, self.extents(a), self.extents(b)))

    def has_shape(self, array: Value, dims: tuple[Value, ...]) -> bool:
        """Whether the array is known to have exactly these extents."""
        return rank(array.type) == len(dims) and all(
            self.same(have, self.of(want)) for have, want in zip(self.extents(array), dims)
        )

    def broadcast(self, values: tuple[Value, ...]) -> tuple[Extent, ...]:
        """The extents of an elementwise result of these operands."""
        shapes = [self.extents(v) for v in values]
        highest = max(map(len, shapes), default=0)
        return tuple(
            self._broadcast(tuple(shape[axis] for shape in shapes if len(shape) >= -axis)) for axis in range(-highest, 0)
        )

    # -- assumptions -------------------------------------------------------------------------------------------------

    @contextmanager
    def scope(self) -> Iterator[None]:
        """What is assumed inside is forgotten at the end."""
        mark = len(self._assumed)
        try:
            yield
        finally:
            while len(self._assumed) > mark:
                del self._links[self._assumed.pop()]

    def assume(self, op: Op) -> None:
        """Past this op its check holds."""
        if op.kind != "check_equal":
            return
        a, b = (self.find(self.of(v)) for v in op.operands)
        if isinstance(a, int):
            a, b = b, a
        if a != b and not isinstance(a, int):
            self._links[a] = b
            self._assumed.append(a)

    # -- the walk ----------------------------------------------------------------------------------------------------

    def define(self, op: Op) -> None:
        """Record the extents of the results of an op without regions."""
        for result in op.results:
            self.defs[result] = op
            self.order[result] = len(self.order)
        if len(op.results) == 1 and isinstance(op.results[0].type, Array):
            extents = self._of_op(op)
            if extents is not None:
                self._extents[op.results[0]] = extents

    def _region(self, region: Region) -> None:
        for param in region.params:
            self.order[param] = len(self.order)
        with self.scope():
            for op in region.ops:
                if op.kind == "if":
                    self._branches(op)
                elif op.regions:
                    self._loop(op)
                else:
                    self.define(op)
                    self.assume(op)

    def _branches(self, op: Op) -> None:
        for region in op.regions:
            self._region(region)
        self.define(op)
        for position, result in enumerate(op.results):
            yielded = [self.extents(region.terminator.operands[position]) for region in op.regions]
            pairs = zip(*yielded)
            if rank(result.type):
                self._extents[result] = tuple(
                    a if self.same(a, b) else ("dim", result, axis) for axis, (a, b) in enumerate(pairs)
                )

    def _loop(self, op: Op) -> None:
        """A carried array whose body gives back the extents it was given keeps those it had before the loop."""
        body = op.regions[-1]
        skip = 1 if op.kind == "for" else 0
        params, inits = body.params[skip:], op.operands[3 * skip :]
        for region in op.regions:
            for param in region.params:
                self.order[param] = len(self.order)
        self._walk_body(op, params, inits)
        self.define(op)
        for param, init, result in zip(params, inits, op.results):
            for axis in range(rank(param.type)):
                inside: Extent = ("dim", param, axis)
                if inside in self._links:
                    self._links["dim", result, axis] = self.extents(init)[axis]

    def _walk_body(self, op: Op, params: tuple[Value, ...], inits: tuple[Value, ...]) -> None:
        body = op.regions[-1]
        invariant: list[tuple[int, Value, Value, int]] = []
        for region in op.regions[:-1]:
            self._region(region)
        with self.scope():
            for inner in body.ops:
                if inner.kind == "if":
                    self._branches(inner)
                elif inner.regions:
                    self._loop(inner)
                else:
                    self.define(inner)
                    self.assume(inner)
            yielded = body.terminator.operands
            for slot, (param, init) in enumerate(zip(params, inits)):
                for axis in range(rank(param.type)):
                    after = self.extents(yielded[slot])[axis]
                    if self.same(after, ("dim", param, axis)) or self.same(after, self.extents(init)[axis]):
                        invariant.append((slot, param, init, axis))
        for slot, param, init, axis in invariant:
            self._links["dim", param, axis] = self.extents(init)[axis]
            for region in op.regions[:-1]:
                self._links["dim", region.params[slot], axis] = self.extents(init)[axis]

    # -- extents of results ------------------------------------------------------------------------------------------

    def _of_op(self, op: Op) -> tuple[Extent, ...] | None:
        row, kind = TABLE[op.kind], op.kind
        if row.elementwise:
            return self.broadcast(op.operands)
        if row.writes or kind in ("copy", "cumsum", "argsort"):
            return self.extents(op.operands[0])
        if kind in ("full", "empty"):
            return tuple(self.of(v) for v in op.operands[: rank(op.result.type)])
        if kind == "arange":
            return (("less", self.of(op.operands[0]), 0),)
        if kind in ("reshape", "broadcast_to", "unbroadcast"):
            return tuple(self.of(v) for v in op.operands[1:])
        if kind == "load":
            return self._of_path(op)
        return self._of_reduction(op)

    def _of_reduction(self, op: Op) -> tuple[Extent, ...] | None:
        if not op.operands:
            return None
        shape = self.extents(op.operands[0])
        if op.kind == "transpose":
            return tuple(shape[axis] for axis in op.attrs["perm"])
        if "axes" in op.attrs:
            return tuple(e for axis, e in enumerate(shape) if axis not in op.attrs["axes"])
        if op.kind in ("argmax", "argmin"):
            return tuple(e for axis, e in enumerate(shape) if axis != op.attrs["axis"])
        if op.kind == "concat":
            axis = op.attrs["axis"]
            return tuple(("dim", op.result, k) if k == axis else e for k, e in enumerate(shape))
        if op.kind == "matmul":
            other = self.extents(op.operands[1])
            if len(shape) <= 2 and len(other) <= 2:
                return (*shape[:-1], *other[1:])
        return None

    def _of_path(self, op: Op) -> tuple[Extent, ...]:
        """The extents of what a path reaches; an unknown one is the result's own."""
        extents: list[Extent | None] = list(self.extents(op.operands[0]))
        operands = list(op.operands[1:])
        for step in op.attrs["path"]:
            taken, operands = operands[: step_operands(step)], operands[step_operands(step) :]
            kind, data = step
            if kind == "transpose":
                extents = [extents[axis] for axis in data]
            elif kind == "reshape":
                extents = [self.of(v) for v in taken]
            elif "a" in data or "b" in data:
                extents = [None] * rank(op.result.type)
            else:
                extents = self._subscripted(extents, data, taken)
        return tuple(("dim", op.result, axis) if e is None else e for axis, e in enumerate(extents))

    def _subscripted(
        self, extents: list[Extent | None], items: tuple[str, ...], operands: list[Value]
    ) -> list[Extent | None]:
        kept: list[Extent | None] = []
        axis = position = 0
        for item in items:
            taken = operands[position : position + item_operands(item)]
            position += len(taken)
            if item == "n":
                kept.append(1)
                continue
            if is_slice(item):
                kept.append(self._sliced(extents[axis], item, taken))
            axis += 1
        return kept + extents[axis:]

    def _sliced(self, extent: Extent | None, item: str, operands: list[Value]) -> Extent | None:
        """The extent of a slice that leaves out constantly many elements at either end; None for any other slice."""
        if item == "s000":
            return extent
        bounds = [self.of(v) for v in operands]
        if extent is None or item[3] == "1" or not all(isinstance(bound, int) for bound in bounds):
            return None
        taken = iter(bounds)
        start = next(taken) if item[1] == "1" else 0
        stop = next(taken) if item[2] == "1" else 0
        assert isinstance(start, int)
        assert isinstance(stop, int)
        from_end = stop < 0 or item[2] == "0"
        return ("less", extent, start - stop) if start >= 0 and from_end else None

    def _less(self, extent: Extent, count: int) -> Extent:
        extent = self.find(extent)
        if isinstance(extent, int):
            return max(0, extent - count)
        if isinstance(extent, tuple):
            if count == 0:
                return extent
            if extent[0] == "less":
                return ("less", extent[1], extent[2] + count)
        return ("less", extent, count)

    def _broadcast(self, extents: tuple[Extent, ...]) -> Extent:
        parts = list(dict.fromkeys(e for e in map(self.find, extents) if e != 1))
        for part in parts:
            if isinstance(part, int):
                return part
        if len(parts) < 2:
            return parts[0] if parts else 1
        return ("bc", *sorted(parts, key=self._rank))

    def _rank(self, extent: Extent) -> tuple:
        """A deterministic order among extents."""
        if isinstance(extent, Value):
            return (0, self.order.get(extent, -1))
        assert isinstance(extent, tuple)
        if extent[0] == "dim":
            return (1, self.order.get(extent[1], -1), extent[2])
        return (2, len(extent), str(extent[0]))
