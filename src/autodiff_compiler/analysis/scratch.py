"""Arrays that a loop carries only as working space: every iteration overwrites what it reads of them, before it reads it.

What such an array holds when an iteration begins makes no difference.  Recognised: a loop over all elements of a vector that
stores each one, and a store of the whole array; nothing of what the iteration was given is read before that.
"""

from __future__ import annotations

from autodiff_compiler.analysis.shapes import Shapes
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.loop import Loop, Slot, is_loop
from autodiff_compiler.ir.opset import reads_path, sets_path
from autodiff_compiler.ir.path import element, entire, path_of
from autodiff_compiler.ir.types import Array, rank


class Scratch:
    """`readers`: the ops that use each value (`ir.walk.uses`)."""

    def __init__(self, readers: dict[Value, list[Op]], shapes: Shapes) -> None:
        self._readers, self._shapes = readers, shapes

    def is_scratch(self, slot: Slot, loop: Loop) -> bool:
        """Whether no iteration reads anything that the slot carries into it."""
        return isinstance(slot.param.type, Array) and loop.counted and self._unread(slot.param, loop.body)

    def _unread(self, version: Value, region: Region) -> bool:
        """Whether nothing that this version holds is read in the region."""
        for reader in self._readers.get(version, ()):
            if reader is region.terminator:
                continue
            if reader not in region.ops or reader.operands.count(version) != 1:
                return False
            if is_loop(reader):
                loop = Loop(reader)
                slot = next((slot for slot in loop.slots if slot.init is version), None)
                if slot is None or not loop.counted:
                    return False
                if self.fills(slot, loop):
                    continue
                if not self._unread(slot.param, loop.body) or not self._unread(slot.result, region):
                    return False
            elif sets_path(reader) and reader.operands[0] is version:
                whole = path_of(reader) == entire(rank(version.type))
                if not whole and not self._unread(reader.result, region):
                    return False
            else:
                return False
        return True

    def fills(self, slot: Slot, loop: Loop) -> bool:
        """Whether the loop runs over all elements of a vector, and stores each before it reads it."""
        bounds = list(map(self._shapes.of, loop.bounds))
        readers = self._readers.get(slot.param, [])
        if rank(slot.param.type) != 1 or loop.exits or len(readers) != 1 or bounds[0] != 0 or bounds[2] != 1:
            return False
        (store,) = readers
        return (
            self._shapes.find(bounds[1]) == self._shapes.extent(slot.init, 0)
            and store in loop.body.ops
            and sets_path(store)
            and path_of(store) == element()
            and store.operands[:2] == (slot.param, loop.index)
            and slot.yielded is store.result
            and all(self._reads_same(reader, loop) for reader in self._readers[store.result])
        )

    def _reads_same(self, reader: Op, loop: Loop) -> bool:
        if reader is loop.body.terminator:
            return True
        return reads_path(reader) and path_of(reader) == element() and reader.operands[1] is loop.index
