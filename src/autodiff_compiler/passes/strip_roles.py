"""What the values of an iteration are for a strip of iterations: the same for all, or one for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum

from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.loop import Loop, is_loop
from autodiff_compiler.ir.opdef import OpDef
from autodiff_compiler.ir.opset import opdef, reads_path, writes_path
from autodiff_compiler.ir.path import path_of
from autodiff_compiler.ir.types import Array
from autodiff_compiler.ir.walk import all_ops, definitions, uses
from autodiff_compiler.passes.free_order import CarriedAs


class NotFit(Exception):  # noqa: N818  # never leaves the pass
    """There are no strips for a loop."""


class Role(Enum):
    """What an array is that iterations change."""

    SHARED = "they add to it, or have elements of their own"
    SAME = "each would fill it with the same"
    ROOM = "each has one of its own: the array gets one more axis"


class Roles:
    """The roles of the values in the body of a loop.  `forwards`: its index grows."""

    def __init__(self, loop: Loop, carried: Sequence[CarriedAs], *, forwards: bool) -> None:
        self.loop, self.forwards = loop, forwards
        self.readers, self.defs = uses(loop.body), definitions(loop.body)
        self.varying: set[Value] = {loop.index} if loop.index is not None else set()
        """Numbers that each iteration has of its own."""
        self.rows: set[Value] = set()
        """Parts of arrays from outside the loop, at an index of each iteration."""
        self._first: dict[Value, Value] = {}
        """What a version of an array, or of a sum over all iterations, comes from: a parameter, or where it was made."""
        self._roles: dict[Value, Role] = {}
        """The roles of these."""
        for slot, kind in zip(loop.slots, carried):
            self._first[slot.param] = slot.param
            self._roles[slot.param] = Role.SAME if kind is CarriedAs.ROOM else Role.SHARED
        size = -1
        while size != (size := len(self.varying) + len(self._first) + len(self.rows) + self._count()):
            self._scan(loop.body, steered=False)
        self.rooms = [slot for slot in loop.slots if self.is_room(slot.param)]

    def _count(self) -> int:
        return sum(role is Role.ROOM for role in self._roles.values())

    @property
    def has_rooms(self) -> bool:
        """Whether there are any, carried by the loop or made by each iteration."""
        return self._count() > 0

    # -- questions ---------------------------------------------------------------------------------------------------

    def role(self, value: Value) -> Role | None:
        first = self._first.get(value)
        return None if first is None else self._roles[first]

    def is_room(self, value: Value) -> bool:
        return self.role(value) is Role.ROOM

    def is_changed(self, value: Value) -> bool:
        """Whether it is a version of an array that iterations change, or of a sum over all of them."""
        return value in self._first

    def before(self, op: Op) -> Value:
        """The version that an op without regions has made another one of."""
        return next(v for v in op.operands if self._first.get(v) is self._first[op.result])

    def is_uniform(self, op: Op) -> bool:
        """Whether an op, with all that is in it, is the same for all iterations."""
        return not any(
            self._varies(v)
            for inner in with_inner(op)
            if not (opdef(inner).measures and inner.operands[0] not in self.rows)
            for v in (*inner.operands, *inner.results)
        )

    def _varies(self, value: Value) -> bool:
        return value in self.varying or value in self.rows or self.role(value) in (Role.ROOM, Role.SHARED)

    def is_exchanged(self, op: Op) -> bool:
        """Whether a loop has the same range for all iterations."""
        if not is_loop(op):
            return False
        loop = Loop(op)
        return loop.counted and not loop.exits and self.varying.isdisjoint(loop.bounds)

    # -- how they are found ------------------------------------------------------------------------------------------

    def _scan(self, region: Region, *, steered: bool) -> None:
        """`steered`: whether each iteration decides if the region is executed, or how often."""
        for op in region.ops:
            if is_loop(op):
                self._loop(Loop(op), steered)
            elif op.regions:
                apart = steered or op.operands[0] in self.varying
                for inner in op.regions:
                    self._scan(inner, steered=apart)
                self._branches(op, apart)
            elif not opdef(op).terminator:
                self._op(op, opdef(op), steered)

    def _loop(self, loop: Loop, steered: bool) -> None:
        steered = steered or not self.is_exchanged(loop.op)
        for slot in loop.slots:
            if slot.init in self._first:
                self._first.update(dict.fromkeys(slot.defined, self._first[slot.init]))
            elif isinstance(slot.param.type, Array):
                raise NotFit
            elif steered or not self.varying.isdisjoint((slot.init, slot.yielded)):
                self.varying.update(slot.defined)
        if steered:
            self.varying.update(v for v in (loop.index, *loop.counters) if v is not None)
        for region in loop.op.regions:
            self._scan(region, steered=steered)
        if any(self._first.get(slot.init) is not self._first.get(slot.yielded) for slot in loop.slots):
            raise NotFit

    def _branches(self, op: Op, steered: bool) -> None:
        for place, result in enumerate(op.results):
            yielded = [region.terminator.operands[place] for region in op.regions]
            first = self._first.get(yielded[0])
            if first is not None or isinstance(result.type, Array):
                if first is None or any(self._first.get(v) is not first for v in yielded):
                    raise NotFit
                self._first[result] = first
            elif steered or not self.varying.isdisjoint(yielded):
                self.varying.add(result)

    def _op(self, op: Op, row: OpDef, steered: bool) -> None:
        if row.measures:
            return
        varies = any(map(self._varies, op.operands))
        if writes_path(op):
            self._write(op, varies or steered)
        elif op.kind in ("full", "empty"):
            if varies:
                raise NotFit
            self._first[op.result] = op.result
            self._roles.setdefault(op.result, Role.SAME)
        elif reads_path(op):
            self._read(op, varies)
        elif any(isinstance(v.type, Array) for v in (*op.operands, *op.results)):
            if varies or any(map(self.is_changed, op.operands)):
                raise NotFit
        elif any(map(self.is_changed, op.operands)):
            totals = [v for v in op.operands if self.is_changed(v)]
            if len(totals) != 1:
                raise NotFit
            self._first[op.result] = self._first[totals[0]]
        elif varies:
            self.varying.update(op.results)

    def _write(self, op: Op, varies: bool) -> None:
        first = self._first.get(op.operands[0])
        if first is None or op.operands[-1] in self.rows:
            raise NotFit
        self._first[op.result] = first
        if varies and self._roles[first] is Role.SAME:
            self._roles[first] = Role.ROOM

    def _read(self, op: Op, varies: bool) -> None:
        array, *indices = op.operands
        if not isinstance(op.result.type, Array):
            if varies:
                self.varying.add(op.result)
            return
        if not path_of(op).is_view:
            raise NotFit
        if self.is_changed(array):
            if self.role(array) is Role.SHARED or not self.varying.isdisjoint(indices):
                raise NotFit
            self._first[op.result] = self._first[array]
        elif varies:
            self.rows.add(op.result)


def with_inner(op: Op) -> Iterator[Op]:
    """The op and all ops in its regions."""
    yield op
    for region in op.regions:
        yield from all_ops(region)
