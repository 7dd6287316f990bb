"""Earlier versions of an array that a loop writes to, found again by putting back what each write replaced.

    for i: … x[j] …;  x = store x[k], v          for i (backwards): x = store x[k], old;  … x[j] …

with `old = load x[k]` before the write.  Only `old` is saved, not the array.  The array that the loop leaves is handed on from
one iteration's reversal to the next, which is the one before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from autodiff_compiler.ad.primal import Primal
from autodiff_compiler.ad.reversal import Reversal
from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.loop import Loop, Slot
from autodiff_compiler.ir.opset import writes_path
from autodiff_compiler.ir.path import path_of
from autodiff_compiler.ir.types import like


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
    found: dict[Value, Restore] = {}
    if not reversal.save_all:
        for slot in loop.slots:
            found |= {write.operands[0]: _restore(reversal, write) for write in _writes(reversal.primal, loop, slot)}
    return found


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
