"""Scalar promotion of accumulators.

Where a loop adds to one element of an array in every iteration, at an index that does not change in the loop, and
nothing else in the loop reads or sets that element, the sum is kept in a scalar and added once, after the loop.  The
element must certainly exist, because the loop may not run at all: its index is proven to be in bounds, or the code around the
loop uses the same element of an array of that shape.  Sums may round differently.

    Input:  a, trips = for 0, n, 1, a0 { (j, a) a1 = accum a[i], v; yield a1 }
    Output: s, trips = for 0, n, 1, 0.0 { (j, s) s1 = add s, v; yield s1 }; a = accum a0[i], s

Other additions to the array in the loop, at any index, do not matter: additions commute.  Elements that are read or set
must be proven to be different ones: on one axis their index is always above, or always below.  The condition of a `while` must
not read the array.  Idempotent.
"""

from __future__ import annotations

from dataclasses import replace

from autodiff_compiler.analysis.places import Places
from autodiff_compiler.analysis.versions import Versions, is_element
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.loop import Loop, Slot, is_loop
from autodiff_compiler.ir.opset import opdef
from autodiff_compiler.ir.path import element, path_of
from autodiff_compiler.ir.types import Array, Scalar, differentiable, like, rank
from autodiff_compiler.ir.walk import bound_in, uses
from autodiff_compiler.passes.rewrite import FactRewriter


def run(function: Function) -> Function:
    return _Promote.run(function)


class _Promote(FactRewriter):
    def __init__(self, function: Function) -> None:
        super().__init__(function)
        self._beside: list[Op] = []
        """The element accesses of the current region."""

    @staticmethod
    def concerns(op: Op) -> bool:
        return opdef(op).adds

    def region(self, region: Region) -> Region:
        outer = self._beside
        self._beside = [op for op in region.ops if "path" in op.attrs and is_element(op)]
        done = super().region(region)
        self._beside = outer
        return done

    def structured(self, op: Op) -> None:
        op = self.inside(op)
        sums = self._sums(Loop(op)) if is_loop(op) else []
        if sums:
            self._promoted(Loop(op), sums)
        else:
            self.keep(op)

    def _sums(self, loop: Loop) -> list[tuple[Slot, Op]]:
        """(slot, accum) pairs to promote."""
        body = loop.body
        local = bound_in(*loop.op.regions)
        versions = Versions(body)
        tested = uses(loop.condition) if loop.condition is not None else {}
        found: list[tuple[Slot, Op]] = []
        for slot in loop.slots:
            if isinstance(slot.param.type, Array) and differentiable(slot.param.type) and slot.tested not in tested:
                done = versions.accesses_between(slot.param, slot.yielded, body)
                if done is not None:
                    found += [(slot, op) for op in done.adds if self._fixed(op, local) and self._alone(op, done.others)]
        return found

    def _fixed(self, op: Op, local: set[Value]) -> bool:
        """Whether the accum adds a scalar to an element that is the same, and certainly exists, in every iteration."""
        array, *indices, value = op.operands
        return (
            path_of(op) == element(rank(array.type))
            and isinstance(value.type, Scalar)
            and not any(index in local for index in indices)
            and self._exists(array, tuple(indices))
        )

    def _exists(self, array: Value, indices: tuple[Value, ...]) -> bool:
        extents = self.shapes.extents(array)
        if all(self.bounds.in_bounds(index, extents[axis]) for axis, index in enumerate(indices)):
            return True
        forms = [self.bounds.affine(index) for index in indices]
        return any(
            self.shapes.same_shape(array, op.operands[0])
            and forms == [self.bounds.affine(index) for index in op.operands[1 : 1 + len(forms)]]
            for op in self._beside
        )

    def _alone(self, op: Op, others: list[Op]) -> bool:
        """Whether the element that the accum adds to differs, in all iterations, from those that the others read or set."""
        places = Places(self.bounds)
        fixed = places.of(op)
        return all(places.are_apart(fixed, places.of(other)) for other in others)

    def _promoted(self, loop: Loop, sums: list[tuple[Slot, Op]]) -> None:
        adds: dict[Op, Op] = {}
        scalars: list[Slot] = []
        for _, op in sums:
            type_ = like(op.result.type, 0)
            zero = Op("const", (), (Value(type_),), {"type": type_, "value": 0.0}, (), op.span)
            self.keep(zero)
            name = op.result.name + "_sum" if op.result.name else ""
            param, total, result = (Value(type_, name) for _ in range(3))
            adds[op] = Op("add", (param, op.operands[-1]), (total,), {}, (), op.span)
            scalars.append(Slot(zero.result, param, total, result))
        versions: dict[Value, Value] = {}
        ops: list[Op] = []
        for op in loop.body.ops[:-1]:
            if op in adds:
                versions[op.result] = versions.get(op.operands[0], op.operands[0])
                op = adds[op]
            elif any(v in versions for v in op.operands):
                op = replace(op, operands=tuple(versions.get(v, v) for v in op.operands))
            ops.append(op)
        arrays = {slot.result: Value(slot.result.type, slot.result.name) for slot, _ in sums}
        kept = [
            replace(slot, yielded=versions.get(slot.yielded, slot.yielded), result=arrays.get(slot.result, slot.result))
            for slot in loop.slots
        ]
        self.keep(loop.with_slots((*kept, *scalars), ops))
        self._add_totals(sums, arrays, [slot.result for slot in scalars])

    def _add_totals(self, sums: list[tuple[Slot, Op]], arrays: dict[Value, Value], totals: list[Value]) -> None:
        """After the loop: the sums into their arrays; the last accum of a slot has the loop's former result."""
        last = {slot.result: position for position, (slot, _) in enumerate(sums)}
        for position, ((slot, op), total) in enumerate(zip(sums, totals)):
            former = slot.result
            result = former if last[former] == position else Value(former.type, former.name)
            operands = (arrays[former], *op.operands[1:-1], total)
            self.keep(replace(op, operands=operands, results=(result,)))
            arrays[former] = result
