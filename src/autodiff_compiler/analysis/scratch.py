"""Arrays that a loop carries only as working space.

Scratch: every iteration overwrites what it reads of the array, before it reads it, so that what the array holds when an
iteration begins makes no difference.  Recognised: a loop over all elements of a vector that stores each one, and a store of the
whole array; nothing of what the iteration was given is read before that.

Cleared: the array is full of zeros when an iteration begins, and when it ends, as adjoints of working space are.  Recognised: a loop over
all elements of a vector which ends with a store of zero to the one that it has used; such a loop over all elements but the first ones, and a
store of zero to each of these.
"""

from __future__ import annotations

from autodiff_compiler.analysis.shapes import Shapes
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.loop import Loop, Slot, is_loop
from autodiff_compiler.ir.opset import constant_of, opdef, reads_path, sets_path, writes_path
from autodiff_compiler.ir.path import element, entire, path_of
from autodiff_compiler.ir.types import Array, rank


class Scratch:
    """`readers`: the ops that use each value (`ir.walk.uses`)."""

    def __init__(self, readers: dict[Value, list[Op]], shapes: Shapes) -> None:
        self._readers, self._shapes = readers, shapes

    def is_scratch(self, slot: Slot, loop: Loop) -> bool:
        """Whether no iteration reads anything that the slot carries into it."""
        return isinstance(slot.param.type, Array) and loop.counted and self._unread(slot.param, loop.body)

    def is_cleared(self, slot: Slot, loop: Loop) -> bool:
        """Whether the slot carries zeros from iteration to iteration."""
        made = self._shapes.defs.get(slot.init)
        return (
            made is not None and made.kind == "full" and self._is_zero(made.operands[-1]) and self._clears(slot, loop)
        )

    def _clears(self, slot: Slot, loop: Loop) -> bool:
        """Whether an iteration that is given zeros ends with zeros."""
        return self._is_clear(slot.yielded, slot.param)

    def _is_clear(self, version: Value, zeros: Value) -> bool:
        """Whether a version of an array of zeros is one of zeros: what made it is followed back until every element has been set to zero."""
        rest: int | None = None
        cleared: set[int] = set()
        while version is not zeros:
            made = self._shapes.defs.get(version)
            if made is None:
                return False
            if is_loop(made):
                loop = Loop(made)
                slot = next(slot for slot in loop.slots if slot.result is version)
                first = self._empties_from(slot, loop)
                if first is not None:
                    rest = first if rest is None else min(first, rest)
                else:
                    return self._clears(slot, loop) and self._is_clear(slot.init, zeros)
                version = slot.init
            elif sets_path(made) and path_of(made) == element() and self._is_zero(made.operands[-1]):
                place = self._constant(made.operands[1])
                if isinstance(place, int) and place >= 0:
                    cleared.add(place)
                version = made.operands[0]
            else:
                return False
            if rest is not None and cleared.issuperset(range(rest)):
                return True
        return True

    def _empties_from(self, slot: Slot, loop: Loop) -> int | None:
        """The element from which on the loop runs over a vector, uses no other element than that of an iteration, and sets it to zero at the end."""
        first = self._first_of(slot, loop)
        return first if first is not None and self._empties(slot, loop) else None

    def _empties(self, slot: Slot, loop: Loop) -> bool:
        """Whether each iteration uses one element only, that of its index, and sets it to zero at the end."""
        last = self._shapes.defs.get(slot.yielded)
        versions, op = [slot.param], None
        while versions[-1] is not slot.yielded:
            writers = [reader for reader in self._readers.get(versions[-1], ()) if writes_path(reader)]
            if len(writers) != 1:
                return False
            (op,) = writers
            versions.append(op.result)
        used = [reader for version in versions for reader in self._readers.get(version, ())]
        return (
            op is not None
            and op is last
            and sets_path(op)
            and self._is_zero(op.operands[-1])
            and all(self._reads_same(reader, loop) or self._writes_same(reader, loop) for reader in used)
        )

    def _writes_same(self, reader: Op, loop: Loop) -> bool:
        return writes_path(reader) and path_of(reader) == element() and reader.operands[1] is loop.index

    def _runs_over(self, slot: Slot, loop: Loop) -> bool:
        """Whether a loop has an iteration for each element of a vector."""
        return self._first_of(slot, loop) == 0

    def _first_of(self, slot: Slot, loop: Loop) -> int | None:
        """The number from which on a loop has an iteration for each element of a vector."""
        if rank(slot.param.type) != 1 or loop.exits or not loop.counted:
            return None
        find, of = self._shapes.find, self._shapes.of
        start, stop, step = loop.bounds
        extent = self._shapes.extent(slot.init, 0)
        if self._constant(step) == 1:
            first = self._constant(start)
            return first if isinstance(first, int) and first >= 0 and find(of(stop)) == extent else None
        last, before = self._shapes.defs.get(start), self._constant(stop)
        is_last = last is not None and opdef(last).signs == (1, -1) and self._constant(last.operands[1]) == 1
        if last is None or not is_last or self._constant(step) != -1 or not isinstance(before, int) or before < -1:
            return None
        return before + 1 if find(of(last.operands[0])) == extent else None

    def _constant(self, value: Value) -> object:
        return constant_of(self._shapes.defs.get(value))

    def _is_zero(self, value: Value) -> bool:
        return self._constant(value) == 0

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
        readers = self._readers.get(slot.param, [])
        if len(readers) != 1 or not self._runs_over(slot, loop):
            return False
        (store,) = readers
        return (
            store in loop.body.ops
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
