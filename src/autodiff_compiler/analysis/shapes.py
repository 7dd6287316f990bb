"""The extents of arrays (`ir/extent.py`), with the equalities that are known about them.

Extents are equal when `find` gives the same for both.  Equalities come from two sources: structure (a store keeps the
shape of its array, so a loop that only stores into an array keeps it too), which always holds, and checks that have
been passed (`assume`), which hold until the end of their region (`scope`), and again when a walk comes back to
it (`entered`: the reverse sweep).  An extent leads to one that was known earlier, so that what `find` returns for an
array can be computed where the array is.

The shape of an undefined value says nothing, because it must not be used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from functools import lru_cache
from typing import Any

from autodiff_compiler.analysis.conditions import comparisons
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.dtype import INT64, UINT64
from autodiff_compiler.ir.extent import Extent, apart, counts, roots, stretched_to, summands, total, with_parts, without
from autodiff_compiler.ir.loop import Loop, Slot
from autodiff_compiler.ir.opdef import CONDITION
from autodiff_compiler.ir.opset import TABLE, is_undefined, opdef
from autodiff_compiler.ir.types import INT, Array, Scalar, rank


class Shapes:
    """The extents of every array of a function, given by its body.

    A pass that walks the function opens a `scope` per region and calls `assume` for each check that it passes; ops that it
    makes on the way are registered with `define`.
    """

    def __init__(self, body: Region) -> None:
        self.defs: dict[Value, Op] = {}
        self.order: dict[Value, int] = {}
        """Position of each value's definition: operands come before results."""
        self._extents: dict[Value, tuple[Extent, ...]] = {}
        self._links: dict[Extent, Extent] = {}
        self._structural: list[Extent] = []
        """Extents with a link that always holds, in order."""
        self._assumed: list[Extent] = []
        """Extents with a link that holds in the current scopes."""
        self._stretched: list[Extent] = []
        """Extents that are not 1 in the current scopes."""
        self._counts: dict[Value, None] = {}
        """Integers that arrays have as extents in the current scopes: they are not negative."""
        self._totals: dict[Value, Extent] = {}
        """Integers that are sums of such, and of extents."""
        self._passed: dict[Region, list[tuple[Extent, Extent]]] = {}
        self._undefined: set[Value] = set()
        self._entered_at: dict[Op, int] = {}
        """How many values came before the regions of an op."""
        self._region(body)

    def copy(self) -> Shapes:
        """The same knowledge, to be added to."""
        made = object.__new__(Shapes)
        vars(made).update((name, copy(value)) for name, value in vars(self).items())
        return made

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
        """An SSA integer as an extent."""
        op = self.defs.get(value)
        if op is None:
            return value
        rule = _AS_EXTENT.get(op.kind)
        extent = rule(self, op) if rule is not None else None
        return value if extent is None else extent

    def _dim(self, op: Op) -> Extent:
        axis: int = op.attrs["axis"]
        return self.extents(op.operands[0])[axis]

    def _cast(self, op: Op) -> Extent | None:
        """The same integer in more bits."""
        source, target = op.operands[0].type, op.result.type
        if not isinstance(target, Scalar) or target.dtype is not INT64 or not isinstance(source, Scalar):
            return None
        return self.of(op.operands[0]) if source.dtype.is_integer and source.dtype is not UINT64 else None

    def _count(self, op: Op) -> None:
        """Of integers that are not negative, as the extent of arrays one after the other is."""
        if all(v.type == INT for v in (op.result, *op.operands)):
            parts = [self.of(v) for v in op.operands]
            if all(counts(part, self._counts) for part in parts):
                self._totals[op.result] = ("sum", *parts)

    def _difference(self, op: Op) -> Extent | None:
        whole, start = op.operands
        if any(v.type != INT for v in (op.result, whole, start)) or isinstance(self.of(start), int):
            return None
        return "rest", self.of(whole), start

    def _shortened(self, op: Op) -> Extent | None:
        """`max(n - c, 0)`, as the extent of a slice is written out."""
        rest = [v for v in op.operands if self.of(v) != 0]
        source = self.defs.get(rest[0]) if len(rest) == 1 else None
        if source is None or opdef(source).signs != (1, -1):
            return None
        base, count = (self.of(v) for v in source.operands)
        return ("less", base, count) if isinstance(count, int) and count >= 0 else None

    def find(self, extent: Extent) -> Extent:
        """The representative of all extents known to be equal to this one."""
        while extent in self._links:
            extent = self._links[extent]
        if isinstance(extent, tuple) and extent[0] in _NORMAL_FORMS:
            reduced = _NORMAL_FORMS[extent[0]](self, *extent[1:])
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
            self._broadcast(*(shape[axis] for shape in shapes if len(shape) >= -axis)) for axis in range(-highest, 0)
        )

    # -- assumptions -------------------------------------------------------------------------------------------------

    @contextmanager
    def scope(self) -> Iterator[None]:
        """What is assumed inside is forgotten at the end."""
        mark = self.mark()
        try:
            yield
        finally:
            self.forget(mark)

    def mark(self) -> tuple[int, int, int]:
        """A place to `forget` back to: what `scope` does, for walks that open one in every region."""
        return len(self._assumed), len(self._stretched), len(self._counts)

    def forget(self, mark: tuple[int, int, int]) -> None:
        """Undo what was assumed since."""
        assumed, stretched, integers = mark
        while len(self._assumed) > assumed:
            del self._links[self._assumed.pop()]
        del self._stretched[stretched:]
        while len(self._counts) > integers:
            self._counts.popitem()

    @contextmanager
    def entered(self, region: Region) -> Iterator[None]:
        """Inside the block all checks of a region count as passed: for one that has been executed."""
        with self.scope():
            for a, b in self._passed.get(region, ()):
                self._equate(a, b)
            yield

    def assume(self, op: Op) -> None:
        """After this op its check holds."""
        learn = _LEARNED.get(op.kind)
        if learn is not None:
            learn(self, op.operands)

    def _holding(self, operands: tuple[Value, ...]) -> None:
        for left, kind, right in comparisons(self.defs, operands[0], True):
            if kind == "eq" and left.type == right.type == INT:
                self._equate(self.of(left), self.of(right))

    def _equal(self, operands: tuple[Value, ...]) -> None:
        self._equate(*map(self.of, operands))

    def _alike(self, operands: tuple[Value, ...]) -> None:
        a, b = map(self.of, operands)
        if self._is_not_one(self.find(a)) and self._is_not_one(self.find(b)):
            self._equate(a, b)

    def _fitting(self, operands: tuple[Value, ...]) -> None:
        own, place = map(self.of, operands)
        if self._is_not_one(self.find(own)) or self.find(place) == 1:
            self._equate(own, place)

    def _indexed(self, operands: tuple[Value, ...]) -> None:
        index, extent = map(self.of, operands)
        if isinstance(index, int) and index not in (0, -1):
            self._stretched.append(self.find(extent))

    def _equate(self, a: Extent, b: Extent) -> None:
        a, b = self.find(a), self.find(b)
        if self._age(a) < self._age(b):
            a, b = b, a
        a, b = apart(a, b)
        if isinstance(a, tuple) and a[0] == "sum" and self._age(a) == self._age(b):
            return  # or links would lead from sum to sum and back
        if a != b and not isinstance(a, int) and a not in with_parts(b) and not self._goes_round(a, b):
            self._links[a] = b
            self._assumed.append(a)
            if a in self._stretched:
                self._stretched.append(b)

    def _goes_round(self, a: Extent, b: Extent) -> bool:
        """Whether following links could go round in a circle: an extent built on `a` has a link already with `b` in place of `a`.

        Such a fact is left out: then one thing less is known, and nothing is wrong.
        """
        known = [t for t in self._links.values() if isinstance(t, tuple) and t[0] == "less"]
        return any(self._less(b, t[2]) in self._links for t in known if self.find(t[1]) == a)

    def _age(self, extent: Extent) -> int:
        """When an extent was first known; numbers always were."""
        return max((self.order.get(value, -1) for value in roots(extent)), default=-2)

    def _is_not_one(self, extent: Extent) -> bool:
        """When a representative was first known."""
        return extent != 1 if isinstance(extent, int) else extent in self._stretched

    def note(self, array: Value, extents: tuple[Extent, ...]) -> None:
        """Make known the extents of an array that a transformation adds."""
        self._extents[array] = extents

    # -- the walk ----------------------------------------------------------------------------------------------------

    def extend(self, ops: Sequence[Op]) -> None:
        """Follow further ops of the function; their checks count as passed from here on."""
        self._ops(Region((), tuple(ops)))

    def define(self, op: Op) -> None:
        """Record the extents of the results of an op without regions."""
        for result in op.results:
            self.defs[result] = op
            self.order.setdefault(result, len(self.order))
        if is_undefined(op):
            self._undefined.add(op.result)
        if op.kind == "add":
            self._count(op)
        if any(isinstance(result.type, Array) for result in op.results):
            find = opdef(op).extents
            assert find is not None
            for result, extents in zip(op.results, find(self, op)):
                if extents is not None:
                    self._extents[result] = extents
                    self._counts.update(dict.fromkeys(e for e in extents if isinstance(e, Value)))
                else:
                    self._extents.pop(result, None)

    def _region(self, region: Region) -> None:
        for param in region.params:
            self.order.setdefault(param, len(self.order))
        mark = self.mark()
        self._ops(region)
        self.forget(mark)

    def _ops(self, region: Region) -> None:
        mark = len(self._assumed)
        for op in region.ops:
            if op.kind == "if":
                self._branches(op)
            elif op.regions:
                self._loop(Loop(op))
            else:
                self.define(op)
                self.assume(op)
        self._passed[region] = [(extent, self._links[extent]) for extent in self._assumed[mark:]]

    def _branches(self, op: Op) -> None:
        start = self._entered_at.setdefault(op, len(self.order))
        for region in op.regions:
            self._region(region)
        for result in op.results:
            self.defs[result] = op
            self.order.setdefault(result, len(self.order))
        for result, *sides in zip(op.results, *(region.terminator.operands for region in op.regions)):
            known = [v for v in sides if v not in self._undefined]
            if not known:
                self._undefined.add(result)
            elif rank(result.type):
                self._extents[result] = tuple(
                    self._common(known, axis, ("dim", result, axis), start) for axis in range(rank(result.type))
                )

    def _common(self, arrays: list[Value], axis: int, own: Extent, start: int) -> Extent:
        """The extent that all the arrays have, if it was known before `start`; else the result's own."""
        first, *rest = (self.extent(array, axis) for array in arrays)
        return first if self._age(first) < start and all(e == first for e in rest) else own

    def _loop(self, loop: Loop) -> None:
        """Assume that every carried array keeps its extents; give up those that it does not keep, until the rest holds."""
        op = loop.op
        start = self._entered_at.setdefault(op, len(self.order))
        for region in op.regions:
            for param in region.params:
                self.order.setdefault(param, len(self.order))
        arrays = [(slot, axis) for slot in loop.slots for axis in range(rank(slot.param.type))]
        kept = [place for place in arrays if place[0].init not in self._undefined]
        while True:
            mark = len(self._structural)
            for slot, axis in kept:
                extent = self.extents(slot.init)[axis]
                self._fix(("dim", slot.param, axis), extent)
                if slot.tested is not None:
                    self._fix(("dim", slot.tested, axis), extent)
            broken = self._walk_body(loop, kept)
            if not broken:
                break
            while len(self._structural) > mark:
                del self._links[self._structural.pop()]
            kept = [place for place in kept if place not in broken]
        for result in op.results:
            self.defs[result] = op
            self.order.setdefault(result, len(self.order))
        for slot, axis in arrays:
            self._settle(slot, axis, start)

    def _walk_body(self, loop: Loop, kept: list[tuple[Slot, int]]) -> list[tuple[Slot, int]]:
        """Walk the regions of a loop; returns what an iteration does not keep."""
        if loop.condition is not None:
            self._region(loop.condition)
        mark = self.mark()
        self._ops(loop.body)
        broken = [
            (slot, axis)
            for slot, axis in kept
            if not self.same(self.extents(slot.yielded)[axis], ("dim", slot.param, axis))
        ]
        self.forget(mark)
        return broken

    def _settle(self, slot: Slot, axis: int, start: int) -> None:
        """The extent of a loop's result; what is undefined before the first assignment is never used."""
        inside: Extent = ("dim", slot.param, axis)
        if slot.init in self._undefined:
            assigned = self.extent(slot.yielded, axis)
            if self._age(assigned) >= start:
                return
            self._fix(inside, assigned)
        if inside in self._links:
            self._fix(("dim", slot.result, axis), self._links[inside])

    def _fix(self, extent: Extent, known: Extent) -> None:
        self._links[extent] = known
        self._structural.append(extent)

    # -- normal forms ------------------------------------------------------------------------------------------------

    def _less(self, extent: Extent, count: int) -> Extent:
        extent = self.find(extent)
        if isinstance(extent, int):
            return max(0, extent - count)
        if isinstance(extent, tuple):
            if count == 0:
                return extent
            if extent[0] == "less":
                return ("less", extent[1], extent[2] + count)
            if extent[0] == "sum" and isinstance(extent[1], int):
                taken = min(count, extent[1])
                rest = total((extent[1] - taken, *extent[2:]))
                return rest if taken == count else self._less(rest, count - taken)
        return ("less", extent, count)

    def _rest(self, extent: Extent, start: Value) -> Extent:
        whole = self.find(extent)
        left = without(whole, self.find(self.of(start)))
        return ("rest", whole, start) if left is None else left

    def _sum(self, *extents: Extent) -> Extent:
        parts = [part for extent in map(self.find, extents) for part in summands(extent)]
        return total(sorted(parts, key=self._rank))

    def _broadcast(self, *extents: Extent) -> Extent:
        found = [e for extent in map(self.find, extents) for e in stretched_to(extent)]
        parts = [e for e in dict.fromkeys(found) if e != 1]
        for part in parts:
            if self._is_not_one(part):
                return part
        if len(parts) < 2:
            return parts[0] if parts else 1
        return ("bc", *sorted(parts, key=self._rank))

    def _rank(self, extent: Extent) -> tuple[Any, ...]:
        """A deterministic order among extents."""
        if isinstance(extent, int):
            return (-1, extent)
        if isinstance(extent, Value):
            return (0, self.order.get(extent, -1))
        if extent[0] == "dim":
            return (1, self.order.get(extent[1], -1), extent[2])
        return (2, len(extent), str(extent[0]), *(self.order.get(root, -1) for root in roots(extent)))


def shapes_of(body: Region) -> Shapes:
    """The extents in a function of this body: passes that come one after the other often meet the same body."""
    return _walked(body).copy()


@lru_cache(maxsize=8)
def _walked(body: Region) -> Shapes:
    return Shapes(body)


_AS_EXTENT: dict[str, Callable[[Shapes, Op], Extent | None]] = {
    "const": lambda shapes, op: op.attrs["value"],
    "dim": Shapes._dim,
    "cast": Shapes._cast,
    "maximum": Shapes._shortened,
    "add": lambda shapes, op: shapes._totals.get(op.result),
    "sub": Shapes._difference,
}
"""The integer that an op results in, as an extent; None if it has no other form."""

_NORMAL_FORMS: dict[str, Callable[..., Extent]] = {
    "less": Shapes._less,
    "rest": Shapes._rest,
    "sum": Shapes._sum,
    "bc": Shapes._broadcast,
}
"""What an extent of the parts that follow the word is, once the parts are what `find` gives for them."""

_LEARNED: dict[str, Callable[[Shapes, tuple[Value, ...]], None]] = {
    **{kind: Shapes._holding for kind, row in TABLE.items() if row.tests == CONDITION},
    "check_equal": Shapes._equal,
    "check_broadcast": Shapes._alike,
    "check_fits": Shapes._fitting,
    "check_index": Shapes._indexed,
}
"""What is known about extents after a check of these operands."""
