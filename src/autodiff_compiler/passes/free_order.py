"""Loops whose iterations may come in any order: what they do with each value that they carry.

The order makes no difference to what is only added to, to arrays that every iteration fills or clears, and to an array of which every iteration
has elements of its own: on one axis all its accesses are at the same index, which differs from iteration to iteration.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum

from autodiff_compiler.analysis.bounds import Bounds
from autodiff_compiler.analysis.places import Place, Places
from autodiff_compiler.analysis.scratch import Scratch
from autodiff_compiler.analysis.versions import Versions, is_element
from autodiff_compiler.ir.core import Function, Op, Value
from autodiff_compiler.ir.extent import roots
from autodiff_compiler.ir.loop import Loop, Slot, is_loop, loop_slots
from autodiff_compiler.ir.opset import writes_path
from autodiff_compiler.ir.types import Array, rank
from autodiff_compiler.ir.walk import all_ops, bound_in, uses
from autodiff_compiler.passes.one_sweep import CarriedSums


class CarriedAs(Enum):
    """What a loop does with a value that it carries, in any order."""

    SUM = "adds to it"
    ROOM = "fills it anew, or leaves zeros as zeros, and nobody reads it afterwards"
    OWN = "has elements of its own"


class FreeOrder:
    """`bounds` are those of the place where the question is asked."""

    def __init__(self, function: Function, bounds: Bounds) -> None:
        self.readers = uses(function.body)
        self._bounds = bounds
        self._scratch = Scratch(self.readers, bounds.shapes)
        self._additions = CarriedSums(self.readers, self._scratch)

    def is_free(self, loop: Loop) -> bool:
        return self.carried(loop) is not None

    def carried(self, loop: Loop) -> list[CarriedAs] | None:
        """What the iterations of a counted loop do with each slot; None where their order makes a difference."""
        found: list[CarriedAs] = []
        with self.entered(loop) as local:
            versions = Versions(loop.body)
            for slot in loop.slots:
                kind = self._kind(slot, loop, versions, local)
                if kind is None:
                    return None
                found.append(kind)
        return found

    def has_own_elements(self, slot: Slot, loop: Loop) -> bool:
        """Whether no iteration of a counted loop reads or writes an element that another one reads or writes."""
        with self.entered(loop) as local:
            return self._has_own_elements(slot, loop, Versions(loop.body), local)

    @contextmanager
    def entered(self, loop: Loop) -> Iterator[set[Value]]:
        """What holds in the body, and all that is defined there but for the index."""
        mark = self._bounds.mark()
        self._bounds.enter_loop(loop)
        try:
            yield bound_in(loop.body) - {loop.index}
        finally:
            self._bounds.forget(mark)

    def _kind(self, slot: Slot, loop: Loop, versions: Versions, local: set[Value]) -> CarriedAs | None:
        if self._has_own_elements(slot, loop, versions, local):
            return CarriedAs.OWN
        if self._additions.is_sum(slot, loop):
            return CarriedAs.SUM
        unread = slot.result not in self.readers
        is_room = unread and (self._scratch.is_scratch(slot, loop) or self._scratch.is_cleared(slot, loop))
        return CarriedAs.ROOM if is_room else None

    def _has_own_elements(self, slot: Slot, loop: Loop, versions: Versions, local: set[Value]) -> bool:
        if not isinstance(slot.param.type, Array):
            return False
        if versions.accesses_between(slot.param, slot.yielded, loop.body) is None:
            return False
        accesses = accesses_of(slot, loop)
        if not all(map(is_element, accesses)):
            return False
        places = [Places(self._bounds).of(op) for op in accesses]
        return any(self._differs(places, axis, loop, local) for axis in range(rank(slot.param.type)))

    def _differs(self, places: list[Place], axis: int, loop: Loop, local: set[Value]) -> bool:
        """Whether all places are at one index on this axis, which is another one in every other iteration."""
        if not places:
            return False
        first = places[0][axis]
        assert loop.index is not None
        if first is None or first.first != first.last or any(place[axis] != first for place in places):
            return False
        return loop.index in first.first.terms and local.isdisjoint(
            v for atom in first.first.terms for v in roots(atom)
        )


def accesses_of(slot: Slot, loop: Loop) -> list[Op]:
    """All loads and writes of an array that a loop carries, those of the loops inside it included."""
    versions, found = {slot.param}, []
    for op in all_ops(loop.body):
        if is_loop(op):
            versions.update(v for inner in loop_slots(op) if inner.init in versions for v in inner.defined)
        elif "path" in op.attrs and op.operands[0] in versions:
            found.append(op)
            if writes_path(op):
                versions.add(op.result)
    return found
