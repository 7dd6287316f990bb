"""For Numba, after fusion: working space that every iteration refills is allocated once, before the loop.

An array that an iteration makes, fills, and does not hand on needs no memory of its own: the loop carries one array, and each
iteration overwrites it.

    Input:  for 0, n, 1 { (i)  a = empty m;  a1 = (filled);  s = sum a1;  … }
    Output: b = empty m;  for 0, n, 1, b { (i, a)  a1 = (filled);  s = sum a1;  …;  yield a1 }

Inner loops first, so that room leaves as many loops as it can.  Idempotent.
"""

from __future__ import annotations

from dataclasses import replace

from autodiff_compiler.analysis.memory import Memory
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.loop import Loop, Slot, is_loop
from autodiff_compiler.ir.opset import opdef
from autodiff_compiler.ir.types import Array
from autodiff_compiler.ir.walk import all_ops, uses
from autodiff_compiler.passes.rewrite import FactRewriter


def run(function: Function) -> Function:
    return _Allocations.run(function)


class _Allocations(FactRewriter):
    def __init__(self, function: Function) -> None:
        super().__init__(function)
        self._memory = Memory(function)
        self._readers = uses(function.body)

    def structured(self, op: Op) -> None:
        op = self.inside(op)
        self.keep(self._with_room(Loop(op)) if is_loop(op) else op)

    def _with_room(self, loop: Loop) -> Op:
        """The loop that carries the room of its iterations, which is made before it."""
        local = {*loop.body.params, *(value for op in all_ops(loop.body) for value in op.results)}
        slots, body = [], []
        for op in loop.body.ops[:-1]:
            last = self._last(op, loop.body) if op.attrs.get("filled") and local.isdisjoint(op.operands) else None
            if last is None:
                body.append(op)
                continue
            init, result = (Value(op.result.type, op.result.name) for _ in range(2))
            self.keep(replace(op, operands=tuple(map(self._extent, op.operands)), results=(init,)))
            slots.append(Slot(init, op.result, last, result))
        return loop.with_slots([*loop.slots, *slots], body) if slots else loop.op

    def _extent(self, extent: Value) -> Value:
        """The extent, which may be negative where the loop does not run."""
        if self.bounds.nonnegative(self.bounds.affine(extent)):
            return extent
        b = Builder()
        b.op("maximum", extent, b.const(0))
        for op in b.ops:
            self.keep(op)
        return b.ops[-1].result

    def _last(self, made: Op, body: Region) -> Value | None:
        """The last version of an array that an iteration makes; None if it may be handed on."""
        version = made.result
        handed_on = [value for value in body.terminator.operands if isinstance(value.type, Array)]
        if any(self._memory.may_share(version, value) for value in handed_on):
            return None
        while True:
            readers = self._readers.get(version, [])
            if any(opdef(reader).puts is not None and version in reader.operands[1:] for reader in readers):
                return None
            following = [next_ for reader in readers if (next_ := _following(reader, version)) is not None]
            if not following:
                return version
            if len(following) > 1 or following[0] not in {value for op in body.ops for value in op.results}:
                return None
            version = following[0]


def _following(reader: Op, version: Value) -> Value | None:
    """The version that an op makes of a version, if it makes one."""
    if is_loop(reader):
        return next((slot.result for slot in Loop(reader).slots if slot.init is version), None)
    row = opdef(reader)
    return reader.results[0] if row.writes and reader.operands[0] is version else None
