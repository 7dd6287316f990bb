"""For Numba, after fusion: working space that every iteration refills is allocated once, before the loop.

An array that an iteration makes, fills, and does not hand on needs no memory of its own: the loop carries one array, and each
iteration overwrites it.

    Input:  for 0, n, 1 { (i)  a = empty m;  a1 = (filled);  s = sum a1;  … }
    Output: b = empty m;  for 0, n, 1, b { (i, a)  a1 = (filled);  s = sum a1;  …;  yield a1 }

Where an iteration needs room full of zeros, it fills the array first.

Room of modest size leaves a branch, too, so that it can leave the loop around it: what the branch does not write to, it gives back as
it is.  Inner loops and branches first, so that room leaves as many as it can.  Idempotent.
"""

from __future__ import annotations

import math
from dataclasses import replace

from autodiff_compiler.analysis.memory import Memory
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.loop import Loop, Slot, is_loop
from autodiff_compiler.ir.opset import constant_of, opdef
from autodiff_compiler.ir.path import entire
from autodiff_compiler.ir.types import Array, dtype_of, rank
from autodiff_compiler.ir.walk import bound_in, uses, with_parts
from autodiff_compiler.passes.rewrite import FactRewriter

MODEST = 4096
"""So many elements may be made for a branch that is not taken."""


def run(function: Function) -> Function:
    return _Allocations.run(function)


class _Allocations(FactRewriter):
    def __init__(self, function: Function) -> None:
        super().__init__(function)
        self._memory = Memory(function)
        self._readers = uses(function.body)
        self._loops = 0
        self._left: dict[Value, Value] = {}
        """What becomes of room that is made before a loop or a branch: the result that has it afterwards."""

    def structured(self, op: Op) -> None:
        self._loops += is_loop(op)
        op = self.inside(op)
        self._loops -= is_loop(op)
        if is_loop(op):
            op = self._with_room(Loop(op))
        elif self._loops:
            op = self._without_room(op)
        self.keep(op)

    def _with_room(self, loop: Loop) -> Op:
        """The loop that carries the room of its iterations, which is made before it."""
        slots, body = [], []
        for op in loop.body.ops[:-1]:
            last = self._last(op, loop.body)
            if last is None:
                body.append(op)
                continue
            init, result = (Value(op.result.type, op.result.name) for _ in range(2))
            extents = tuple(map(self._extent, op.operands[: rank(init.type)]))
            attrs = {"dtype": dtype_of(init.type), "filled": True}
            self.keep(Op("empty", extents, (init,), attrs, (), op.span))
            param = op.result
            if op.kind == "full":
                param = Value(init.type, init.name)
                attrs = {"path": entire(rank(init.type))}
                body.append(Op("store", (param, op.operands[-1]), op.results, attrs, (), op.span))
            slots.append(Slot(init, param, last, result))
            self._left[init] = result
        return loop.with_slots([*loop.slots, *slots], body) if slots else loop.op

    def _without_room(self, branches: Op) -> Op:
        """The branches that are given their room, and give it back."""
        kept, given = [list(region.ops[:-1]) for region in branches.regions], {}
        for region, ops in zip(branches.regions, kept):
            for op in region.ops[:-1]:
                last = self._last(op, region) if self._is_modest(op) else None
                if last is not None:
                    ops.remove(op)
                    self.keep(replace(op, operands=tuple(map(self._extent, op.operands))))
                    given[op.result] = (region, last)
        regions = []
        for region, ops in zip(branches.regions, kept):
            rooms = [last if at is region else room for room, (at, last) in given.items()]
            end = replace(region.terminator, operands=(*region.terminator.operands, *rooms))
            regions.append(Region(region.params, (*ops, end)))
        for room in given:
            self._left[room] = Value(room.type, room.name)
        results = (*branches.results, *(self._left[room] for room in given))
        return with_parts(branches, branches.operands, results, tuple(regions)) if given else branches

    def _is_modest(self, made: Op) -> bool:
        """Whether the room is small, or as long as an array: where the branch is not taken, it may have been too large to make."""
        if not made.attrs.get("filled"):
            return False
        known = [extent for v in made.operands if isinstance(extent := constant_of(self.defs.get(v)), int)]
        if len(known) == len(made.operands):
            return math.prod(known) <= MODEST
        measure = self.defs.get(made.operands[0])
        return len(made.operands) == 1 and measure is not None and opdef(measure).measures

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
        """The last version of room that a region makes; None if the op makes none, or if it may be handed on."""
        inside = bound_in(body)
        if not self._is_room(made) or not inside.isdisjoint(made.operands[: rank(made.result.type)]):
            return None
        version, here = made.result, {value for op in body.ops for value in op.results}
        yielded = [value for value in body.terminator.operands if isinstance(value.type, Array)]
        if any(self._memory.may_share(version, value) for value in yielded):
            return None
        while not self._is_put(version):
            following = self._following(version)
            if not following:
                return version
            if len(following) > 1 or following[0] not in here:
                return None
            version = following[0]
        return None

    def _is_room(self, made: Op) -> bool:
        """Arrays of known extents that are not filled completely are left to `small_arrays`."""
        extents = [constant_of(self.defs.get(v)) for v in made.operands[:-1]] if made.kind == "full" else []
        return bool(made.attrs.get("filled")) or any(extent is None for extent in extents)

    def _is_put(self, version: Value) -> bool:
        readers = self._readers.get(version, ())
        return any(opdef(reader).puts is not None and version in reader.operands[1:] for reader in readers)

    def _following(self, version: Value) -> list[Value]:
        """The versions that ops make of a version."""
        if version in self._left:
            return [self._left[version]]
        readers = self._readers.get(version, ())
        return [made for reader in readers if (made := _made_of(version, reader)) is not None]


def _made_of(version: Value, reader: Op) -> Value | None:
    """The version that an op makes of a version, if it makes one."""
    if is_loop(reader):
        return next((slot.result for slot in Loop(reader).slots if slot.init is version), None)
    row = opdef(reader)
    return reader.results[0] if row.writes and reader.operands[0] is version else None
