"""Earlier versions of an array that a loop writes to, found again by putting back what each write replaced.

    for i: … x[j] …;  x = store x[k], v          for i (backwards): x = store x[k], old;  … x[j] …

with `old = load x[k]` before the write.  Only `old` is saved, not the array.  The array that the loop leaves is handed on from
one iteration's reversal to the next, which is the one before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from autodiff_compiler.ad.primal import Primal
from autodiff_compiler.ad.reversal import Reversal
from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.loop import Loop, Slot
from autodiff_compiler.ir.opset import writes_path
from autodiff_compiler.ir.path import path_of
from autodiff_compiler.ir.types import like
from autodiff_compiler.ir.walk import free_values


@dataclass(frozen=True)
class Restore:
    """How the version that a write begins with is made of the one that it leaves."""

    write: Op
    load: Op
    """Of what the write replaces; to be put before it."""

    @property
    def old(self) -> Value:
        return self.load.result

    @property
    def tape_name(self) -> str:
        array = self.write.result
        return array.name and f"{array.name}_old"

    @property
    def indices(self) -> tuple[Value, ...]:
        return self.write.operands[1:-1]

    @property
    def sources(self) -> tuple[Value, ...]:
        return (self.write.result, *self.indices, self.old)


Restores = Mapping[Value, Restore]
"""By the version that is restored."""


def restores_in(reversal: Reversal, loop: Loop) -> dict[Value, Restore]:
    """The versions at the top of the loop's body that can be restored from what the iteration yields."""
    if reversal.save_all:
        return {}
    primal = reversal.primal
    writes = [write for slot in loop.slots for write in _writes(primal, loop, slot)]
    restored = {write.operands[0] for write in writes}
    return {
        write.operands[0]: _restore(reversal, write)
        for write in writes
        if not _comes_from(primal, loop, write.operands[1:-1], restored)
    }


def _comes_from(primal: Primal, loop: Loop, values: Iterable[Value], versions: Collection[Value]) -> bool:
    """Whether an iteration computes one of the values from one of these versions: where an array is written must be known
    before it is restored."""
    waiting, seen = list(values), set()
    while waiting:
        value = waiting.pop()
        if value in versions:
            return True
        op = primal.definitions.get(value)
        if op is not None and value not in seen and primal.home.get(value) is loop.body:
            waiting += [*op.operands, *free_values(op.regions)]
        seen.add(value)
    return False


def _writes(primal: Primal, loop: Loop, slot: Slot) -> list[Op]:
    """The writes from what an iteration begins with to what it yields; none if these are not all, or one replaces too much."""
    writes: list[Op] = []
    version = slot.yielded
    while version is not slot.param:
        op = primal.definitions.get(version)
        if op is None or primal.home[version] is not loop.body or not writes_path(op) or not path_of(op).picked_axes:
            return []
        writes.append(op)
        version = op.operands[0]
    return writes


def _restore(reversal: Reversal, write: Op) -> Restore:
    array, path = write.operands[0], path_of(write)
    picked = path.picked_axes or ()
    kept = [extent for axis, extent in enumerate(reversal.primal.extents(array)) if axis not in picked]
    old = Value(like(array.type, len(kept)))
    reversal.added.note_tape([old], tuple(kept))
    load = Op("load", write.operands[:-1], (old,), {"path": path}, (), write.span)
    return Restore(write, load)
