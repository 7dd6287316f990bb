"""For Numba: elementwise operations, sums and products on arrays become explicit loops, as few as `fuse` finds.

The loops are plain IR (`for`, `load`, scalar ops, `store`) with the meaning of the ops they replace, except for the order of
a sum.  An array that is read and written in one loop is no danger here: what is read is the old version, and the buffers
stage copies it where it must.  To avoid such copies, results are first written to a new array if what is read may overlap
the target, unless each element is read only in its own place.

An axis that may be 1 at run time and stretched is indexed by `k * step`, with a step of 0 or 1 found before the loop.
LLVM does not vectorise that, and it is rarely needed: where all extents turn out to be equal, another loop runs, without steps.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import replace

from autodiff_compiler.analysis.memory import Memory
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.extent import Extent
from autodiff_compiler.ir.opset import constant_of, opdef, reads_path, spread_of
from autodiff_compiler.ir.path import element, entire, path_of
from autodiff_compiler.ir.types import INT, Array, Scalar, dtype_of, like, rank
from autodiff_compiler.ir.walk import uses
from autodiff_compiler.passes import recomputation
from autodiff_compiler.passes.fuse import Group, groups, root_value
from autodiff_compiler.passes.rewrite import FactRewriter


def run(function: Function) -> Function:
    function = recomputation.run(function)
    return _Lowering(function).function(function)


class _Lowering(FactRewriter):
    """Puts a loop nest in the place of each group."""

    def __init__(self, function: Function) -> None:
        super().__init__(function)
        self.readers = uses(function.body)
        self.memory = Memory(function)
        self.groups: dict[Op, Group] = {}
        self.absorbed: set[Op] = set()

    def region(self, region: Region) -> Region:
        found = groups(region, self.readers, self.shapes, self.memory)
        self.groups |= found
        for group in found.values():
            self.absorbed.update(group.members)
            if group.through is not None:
                self.absorbed.add(group.through)
        return super().region(region)

    def op(self, op: Op) -> None:
        if op in self.absorbed:
            return
        group = self.groups.get(op)
        if group is None:
            super().op(op)
            return
        nest = _Nest(self, group)
        if group.through is not None:
            nest.collect(group.through)
        elif opdef(op).reduces:
            nest.reduce()
        elif opdef(op).writes:
            nest.write()
        elif opdef(op).collects:
            nest.unbroadcast(op)
        else:
            nest.fill()
        self.out += nest.finished(op.results[0])


class _Nest:
    """Builds the loops of one group."""

    def __init__(self, lowering: _Lowering, group: Group) -> None:
        self.lowering = lowering
        self.shapes = lowering.shapes
        self.root = group.root
        self.members = group.members
        self.b = Builder(group.root.span)
        value = root_value(group.through or group.root)
        assert value is not None
        self.value = value
        self.computed = [*group.members, *([group.root] if value in group.root.results else [])]
        inside = {op.result for op in self.computed}
        read = [v for op in self.computed for v in op.operands if isinstance(v.type, Array) and v not in inside]
        self.leaves = list(dict.fromkeys(read if self.computed else [value]))
        self.zero, self.one = self.b.const(0), self.b.const(1)
        self.steps: dict[tuple[Value | None, int], Value] = {}
        """0 or 1 for each axis that may be stretched, of a leaf or of what is summed (None)."""
        self.single: set[tuple[Value | None, int]] = set()
        """Axes that have the extent 1."""
        self.dims: list[Value] = []
        """The extents of the loops."""
        self.known_dims: dict[tuple[Value, int], Value] = {}
        self.candidates: dict[int, list[Value]] = {}
        """For an axis whose extent is found at run time: the extents that it may have."""
        self.unproven: dict[tuple[int, Extent], Value] = {}
        """For axes of the loops, the extents of what may be stretched there."""

    def finished(self, result: Value) -> list[Op]:
        """The ops; the last one, a loop or a store, gives the root's result."""
        ops = list(self.b.ops)
        ops[-1] = replace(ops[-1], results=(result, *ops[-1].results[1:]))
        return ops

    # -- the kinds of root ---------------------------------------------------------------------------------------

    def fill(self) -> None:
        """A new array."""
        self.prepare(self.value)
        assert isinstance(self.value.type, Array)
        out = self.b.op("empty", *self.dims, dtype=self.value.type.dtype, filled=True, name=self.value.name)
        self.loops(len(self.dims), out, lambda array, at: self.put(array, at, self.element(at)))

    def reduce(self) -> None:
        """A sum or product, in a scalar if the reduced axes are the last ones, else in an array of the result's shape."""
        b, axes, n = self.b, self.root.attrs["axes"], rank(self.value.type)
        self.prepare(self.value)
        dims = self.dims
        result = self.root.results[0]
        kept = [axis for axis in range(n) if axis not in axes]
        join, neutral = opdef(self.root).joins, opdef(self.root).neutral
        assert neutral is not None
        unit = b.const(neutral, Scalar(dtype_of(self.value.type)))
        if not kept:
            self.loops(n, unit, lambda total, at: b.op(join, total, self.element(at), name=result.name), result.name)
        elif kept == list(range(len(kept))):
            dtype = dtype_of(result.type)
            out = b.op("empty", *dims[: len(kept)], dtype=dtype, filled=True, name=result.name)

            def row(array: Value, at: list[Value]) -> Value:
                inner = self.dims[len(kept) :]
                total = self.nest(inner, unit, lambda t, rest: b.op(join, t, self.element([*at, *rest])), "total")
                return self.put(array, at, total)

            self.loops(len(kept), out, row)
        else:
            out = b.full([dims[axis] for axis in kept], unit, result.name)

            def add(array: Value, at: list[Value]) -> Value:
                place = [at[axis] for axis in kept]
                return self.put(array, place, b.op(join, b.element(array, *place), self.element(at)))

            self.loops(n, out, add)

    def unbroadcast(self, op: Op) -> Value:
        """Each element is added to the place that it was broadcast from, in a new array."""
        b, result = self.b, op.results[0]
        wanted = op.operands[1:]
        out = b.full(list(wanted), b.const_like(0, result.type), result.name)
        return self.added_up(wanted, out, lambda at: at)

    def collect(self, through: Op) -> None:
        """The same, straight into the array that the root adds it to, unless what is read may overlap that."""
        b, root, value = self.b, self.root, through.results[0]
        target = next(v for v in root.operands if v is not value)
        start = self.starts(target, root.operands[1:-1]) if opdef(root).writes else lambda at: at
        if start is None or any(self.lowering.memory.may_share(leaf, target) for leaf in self.leaves):
            summed = self.unbroadcast(through)
            b.op(root.kind, *(summed if v is value else v for v in root.operands), **root.attrs)
        else:
            self.added_up(through.operands[1:], target, start)

    def added_up(self, wanted: Sequence[Value], into: Value, start: Callable[[list[Value]], list[Value]]) -> Value:
        """Adds each element to the place that it was broadcast from; an axis that was stretched from 1 is indexed by 0."""
        b, added = self.b, rank(self.value.type) - len(wanted)
        self.prepare(self.value)
        for axis, extent in enumerate(wanted):
            if not self.shapes.same(self.shapes.of(extent), self.shapes.extent(self.value, axis + added)):
                known = self.shapes.find(self.shapes.of(extent))
                self.stretches(None, axis, b.cast(extent, INT), (axis + added, known))

        def add(array: Value, at: list[Value]) -> Value:
            place = start([self.index(None, axis, k) for axis, k in enumerate(at[added:])])
            return b.accum(array, element(len(place)), place, self.element(at), array.name)

        return self.loops(len(self.dims), into, add)

    def write(self) -> None:
        """A store or accum of the group's value: straight into the place if that is safe, else by way of a new array."""
        b = self.b
        target, *operands, _ = self.root.operands
        path = path_of(self.root)
        own = [leaf for leaf in self.leaves if self.is_place(leaf)]
        others = [leaf for leaf in self.leaves if leaf not in own]
        overlaps = any(self.lowering.memory.may_share(leaf, target) for leaf in others)
        start = None if overlaps else self.starts(target, operands)
        if start is None and not self.members:
            b.ops.append(self.root)
            return
        if start is None:
            self.prepare(self.value)
            assert isinstance(self.value.type, Array)
            out = b.op("empty", *self.dims, dtype=self.value.type.dtype, filled=True)
            filled = self.loops(len(self.dims), out, lambda array, at: self.put(array, at, self.element(at)))
            b.op(self.root.kind, target, *operands, filled, path=path)
            return
        place = b.load(target, path or entire(), operands)
        self.shapes.define(b.ops[-1])
        # If an array that is read has the same extents, they are taken from it, and the writes need no view of the target.  Of several
        # it is the one made last: in the reverse sweep loops share a cotangent, and with it what LLVM knows about their bounds.
        alike = [leaf for leaf in others if self.shapes.same_shape(leaf, place)]
        whole = max(alike, key=lambda leaf: self.shapes.order.get(leaf, -1), default=place)
        self.leaves = others
        self.prepare(whole, [self.dim(whole, axis) for axis in range(rank(whole.type))])

        def put(array: Value, at: list[Value]) -> Value:
            where = start(at)
            new = self.element(at, dict.fromkeys(own, b.element(array, *where)) if own else None)
            return b.op(self.root.kind, array, *where, new, path=element(len(where)), name=target.name)

        self.loops(len(self.dims), target, put)

    # -- places ----------------------------------------------------------------------------------------------------

    def is_place(self, leaf: Value) -> bool:
        """Whether a leaf is what the root overwrites, element for element."""
        target, *operands, _ = self.root.operands
        path = path_of(self.root)
        if leaf is target:
            return path.is_whole
        op = self.lowering.defs.get(leaf)
        return op is not None and reads_path(op) and op.operands == (target, *operands) and path_of(op) == path

    def starts(self, target: Value, operands: Sequence[Value]) -> Callable[[list[Value]], list[Value]] | None:
        """How indices in the place become indices of the target; None where that takes more than one addition per axis."""
        offsets = path_of(self.root).offsets(operands, rank(target.type))
        if offsets is None:
            return None
        if not self.root.attrs.get("exact"):
            offsets = [
                (self.first(target, axis, offset) if sliced and offset is not None else offset, sliced)
                for axis, (offset, sliced) in enumerate(offsets)
            ]

        def indices(at: list[Value]) -> list[Value]:
            loop = iter(at)
            found: list[Value] = []
            for offset, sliced in offsets:
                if not sliced:
                    assert offset is not None
                    found.append(offset)
                else:
                    k = next(loop)
                    found.append(k if offset is None else self.b.add(k, offset))
            return found

        return indices

    def first(self, target: Value, axis: int, start: Value) -> Value:
        """Where a slice with a start that may be negative begins.  (If it is beyond the end, the slice is empty.)"""
        b = self.b
        constant = constant_of(self.lowering.defs.get(start))
        start = b.cast(start, INT)
        if constant is not None and constant >= 0:
            return start
        extent = b.dim(target, axis)
        # The sum is not needed for a start that is not negative, and may not fit.
        counted = b.add(extent, b.op("maximum", b.op("minimum", start, self.zero), b.neg(extent)))
        return b.select(b.compare("lt", start, self.zero), counted, start)

    # -- loops and elements ----------------------------------------------------------------------------------------

    def extents(self) -> list[Value]:
        """The extents of the group's value, as integers of the program."""
        return [self.extent(axis) for axis in range(rank(self.value.type))]

    def extent(self, axis: int) -> Value:
        b, n = self.b, rank(self.value.type)
        wanted = self.shapes.extent(self.value, axis)
        given: list[Value] = []
        for op in self.computed:
            small, dims = spread_of(op)
            if small is not None:
                at = axis - n + len(dims)
                if at >= 0:
                    given.append(dims[at])
                    if self.shapes.same(self.shapes.of(dims[at]), wanted):
                        return b.cast(dims[at], INT)
        stretched: list[Value] = []
        for leaf in self.leaves:
            at = axis - n + rank(leaf.type)
            if at < 0:
                continue
            if self.shapes.same(self.shapes.extent(leaf, at), wanted):
                return self.dim(leaf, at)
            stretched.append(self.dim(leaf, at))
        first, *rest = self.candidates[axis] = [*(b.cast(v, INT) for v in given), *stretched]
        for other in rest:
            first = b.select(b.compare("eq", first, self.one), other, first)
        return first

    def dim(self, array: Value, axis: int) -> Value:
        """An extent of an array: the same value every time."""
        if (array, axis) not in self.known_dims:
            self.known_dims[array, axis] = self.b.dim(array, axis)
        return self.known_dims[array, axis]

    def prepare(self, whole: Value, dims: Sequence[Value] | None = None) -> None:
        """The extents of the loops, and the steps of the leaves' axes that may be stretched to the shape of `whole`."""
        self.dims = self.extents() if dims is None else list(dims)
        for leaf in self.leaves:
            for axis in range(rank(leaf.type)):
                at = axis - rank(leaf.type) + rank(whole.type)
                if at >= 0 and not self.shapes.same(self.shapes.extent(leaf, axis), self.shapes.extent(whole, at)):
                    known = self.shapes.extent(leaf, axis)
                    self.stretches(leaf, axis, self.dim(leaf, axis), (at, known))

    def stretches(self, leaf: Value | None, axis: int, extent: Value, at: tuple[int, Extent]) -> None:
        """An axis has the extent 1, or may have it, where the loop has another `at` the axis that it belongs to."""
        b = self.b
        if at[1] == 1:
            self.single.add((leaf, axis))
            return
        self.steps[leaf, axis] = b.select(b.compare("eq", extent, self.one), self.zero, self.one)
        self.unproven.setdefault(at, extent)

    def loops(self, depth: int, carried: Value, body: Callable[[Value, list[Value]], Value], name: str = "") -> Value:
        """Loops over the first axes, one in the other, that carry one value; twice where an axis may be stretched."""
        if not self.steps:
            return self.nest(self.dims[:depth], carried, body, name)
        b, dims, steps = self.b, self.dims, self.steps
        plain = [self.candidates[axis][0] if axis in self.candidates else extent for axis, extent in enumerate(dims)]
        pairs = ((extent, plain[axis]) for (axis, _), extent in self.unproven.items() if extent is not plain[axis])
        equal = [b.op("eq", *pair, name="equal") for pair in pairs]
        with b.region() as without_steps:
            self.dims, self.steps = plain, {}
            b.yield_(self.nest(plain[:depth], carried, body, name))
        with b.region() as with_steps:
            self.dims, self.steps = dims, steps
            b.yield_(self.nest(dims[:depth], carried, body, name))
        condition = functools.reduce(lambda x, y: b.op("and", x, y, name="equal"), equal)
        return b.if_(condition, without_steps.done(), with_steps.done(), [name or carried.name])[0]

    def nest(
        self,
        dims: Sequence[Value],
        carried: Value,
        body: Callable[[Value, list[Value]], Value],
        name: str = "",
        at: tuple[Value, ...] = (),
    ) -> Value:
        """Loops over the extents, one in the other, that carry one value."""
        b = self.b
        if len(at) == len(dims):
            return body(carried, list(at))
        with b.region(INT, carried.type, names=("ijklmn"[len(at) % 6], name or carried.name)) as region:
            index, value = region.params
            b.yield_(self.nest(dims, value, body, name, (*at, index)))
        return b.for_(self.zero, dims[len(at)], self.one, [carried], region.done())[0]

    def put(self, array: Value, at: Sequence[Value], value: Value) -> Value:
        return self.b.store(array, element(len(at)), at, value)

    def element(self, at: Sequence[Value], known: dict[Value, Value] | None = None) -> Value:
        """One element of the group's value."""
        b = self.b
        elements: dict[Value, Value] = dict(known or {})

        def of(value: Value) -> Value:
            if isinstance(value.type, Scalar):
                return value
            if value not in elements:
                n = rank(value.type)
                elements[value] = b.element(value, *(self.index(value, axis, at[axis - n]) for axis in range(n)))
            return elements[value]

        for op in self.computed:
            small, _ = spread_of(op)
            if small is not None:
                elements[op.result] = b.cast(of(small), like(op.result.type, 0))
            else:
                elements[op.result] = b.op(op.kind, *map(of, op.operands), name=op.result.name, **op.attrs)
        found = of(self.value)
        return b.cast(found, like(self.value.type, 0))

    def index(self, leaf: Value | None, axis: int, k: Value) -> Value:
        if (leaf, axis) in self.single:
            return self.zero
        step = self.steps.get((leaf, axis))
        return k if step is None else self.b.mul(k, step)
