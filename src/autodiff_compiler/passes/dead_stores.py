"""Elements that a loop sets after it has read them, and that nobody reads again, are not set.

    Input:  y1, trips = for 0, n, 1, y { (i, y)  v = load y[i];  y2 = store y[i], 0.0;  yield y2 }    (y1 is not read)
    Output: y1, trips = for 0, n, 1, y { (i, y)  v = load y[i];  y2 = store y[i], 0.0;  yield y }

`dce` takes away the store and what the loop carries, and the array need not be one that may be written to.  In the reverse sweep it is so with the
adjoint of an array that the primal fills.  Idempotent.
"""

from __future__ import annotations

from dataclasses import replace

from autodiff_compiler.analysis.places import Places
from autodiff_compiler.analysis.versions import is_element
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.loop import Loop, Slot, is_loop
from autodiff_compiler.ir.opset import reads_path, writes_path
from autodiff_compiler.ir.types import Array
from autodiff_compiler.ir.walk import uses
from autodiff_compiler.passes.free_order import FreeOrder, accesses_of
from autodiff_compiler.passes.rewrite import FactRewriter


def run(function: Function) -> Function:
    return _DeadStores.run_until_stable(function)


class _DeadStores(FactRewriter):
    def __init__(self, function: Function) -> None:
        super().__init__(function)
        self._readers = uses(function.body)
        self._order = FreeOrder(function, self.bounds)

    @staticmethod
    def concerns(op: Op) -> bool:
        return is_loop(op) and any(isinstance(v.type, Array) for v in Loop(op).inits)

    def structured(self, op: Op) -> None:
        if is_loop(op) and Loop(op).counted:
            loop = Loop(op)
            slots = [replace(slot, yielded=slot.param) if self._is_dead(slot, loop) else slot for slot in loop.slots]
            op = op if slots == list(loop.slots) else loop.with_slots(slots)
        self.keep(self.inside(op))

    def _is_dead(self, slot: Slot, loop: Loop) -> bool:
        """Whether all that an iteration reads of the array is there before the loop, and nobody reads what the loop writes."""
        return (
            isinstance(slot.param.type, Array)
            and slot.yielded is not slot.param
            and self._reads_first(slot.param, slot.yielded, loop.body)
            and self._order.has_own_elements(slot, loop)
            and self._is_read_elsewhere(slot, loop)
        )

    def _is_read_elsewhere(self, slot: Slot, loop: Loop) -> bool:
        """Whether all that is read of what the loop makes are elements that it does not write to."""
        readers = self._readers.get(slot.result, [])
        if not all(reads_path(reader) and is_element(reader) for reader in readers):
            return False
        writes = [op for op in accesses_of(slot, loop) if writes_path(op)] if readers else []
        with self._order.entered(loop):
            places = Places(self.bounds)
            reached = [places.of(write) for write in writes]
            return all(places.are_apart(places.of(reader), place) for reader in readers for place in reached)

    def _reads_first(self, first: Value, last: Value, region: Region) -> bool:
        """Whether a region reads only the first version of the array, and makes one after the other of it, up to the last one.

        A loop inside may read the first version as well, if its iterations have elements of their own.
        """
        version, own = first, set(region.ops)
        while True:
            readers = self._readers.get(version, [])
            loads = [reader for reader in readers if reads_path(reader)]
            writers = [reader for reader in readers if reader not in loads]
            if len(writers) != 1 or writers[0] not in own or writers[0].operands.count(version) != 1:
                return False
            if loads and version is not first:
                return False
            (writer,) = writers
            if writer is region.terminator:
                return version is last
            if writes_path(writer) and writer.operands[0] is version:
                version = writer.result
            elif is_loop(writer):
                inner = next((slot for slot in Loop(writer).slots if slot.init is version), None)
                if inner is None or not self._reads_first_inside(inner, Loop(writer), is_first=version is first):
                    return False
                version = inner.result
            else:
                return False

    def _reads_first_inside(self, slot: Slot, loop: Loop, is_first: bool) -> bool:
        if not loop.counted or not self._reads_first(slot.param, slot.yielded, loop.body):
            return False
        reads = any(reads_path(reader) for reader in self._readers.get(slot.param, ()))
        return not reads or (is_first and self._order.has_own_elements(slot, loop))
