"""Loops of the reverse sweep whose iterations may come in any order run forwards: compiled code is faster that way.

    Input:  y, trips = for n - 1, -1, -1, y0 { (i, y)  v = load y[i];  y1 = store y[i], 0.0;  g1 = accum … }
    Output: y, trips = for 0, n, 1, y0 { (i, y)  … }

The order makes no difference to what is only added to, to arrays that every iteration fills, and to an array of which every iteration
has elements of its own: on one axis all its accesses are at the same index, which differs from iteration to iteration.  Sums may round
differently; in the primal, which must give what Python gives, loops stay.  Idempotent.
"""

from __future__ import annotations

from autodiff_compiler.analysis.places import Place, Places
from autodiff_compiler.analysis.scratch import Scratch
from autodiff_compiler.analysis.shapes import roots
from autodiff_compiler.analysis.versions import Versions, is_element
from autodiff_compiler.diagnostics import ADJOINT
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Op, Value
from autodiff_compiler.ir.loop import Loop, Slot, is_loop, loop_slots
from autodiff_compiler.ir.opdef import CONTROL, PURE
from autodiff_compiler.ir.opset import constant_of, own_effect, writes_path
from autodiff_compiler.ir.types import Array, rank
from autodiff_compiler.ir.walk import all_ops, uses
from autodiff_compiler.passes.one_sweep import CarriedSums
from autodiff_compiler.passes.rewrite import FactRewriter


def run(function: Function) -> Function:
    return _Forwards.run(function)


class _Forwards(FactRewriter):
    def __init__(self, function: Function) -> None:
        super().__init__(function)
        readers = uses(function.body)
        self._additions = CarriedSums(readers, Scratch(readers, self.shapes))

    def structured(self, op: Op) -> None:
        turned = is_loop(op) and self._goes_back(Loop(op)) and self._in_any_order(Loop(op))
        op = self.inside(op)
        if turned:
            self._turn(Loop(op))
        else:
            self.keep(op)

    def _goes_back(self, loop: Loop) -> bool:
        return (
            loop.counted
            and not loop.exits
            and loop.op.span.phase == ADJOINT
            and constant_of(self.defs.get(loop.step)) == -1
            and all(own_effect(inner) in (PURE, CONTROL) for inner in all_ops(loop.body))
        )

    def _in_any_order(self, loop: Loop) -> bool:
        mark = self.bounds.mark()
        self.bounds.enter_loop(loop)
        local = {value for inner in all_ops(loop.body) for value in inner.results}
        local.update(*(region.params for inner in all_ops(loop.body) for region in inner.regions), loop.params)
        versions = Versions(loop.body)
        found = all(
            self._additions.adds_up(slot, loop) or self._has_own_elements(slot, loop, versions, local)
            for slot in loop.slots
        )
        self.bounds.forget(mark)
        return found

    def _has_own_elements(self, slot: Slot, loop: Loop, versions: Versions, local: set[Value]) -> bool:
        if not isinstance(slot.param.type, Array):
            return False
        if versions.accesses_between(slot.param, slot.yielded, loop.body) is None:
            return False
        accesses = _accesses(slot, loop)
        if not all(map(is_element, accesses)):
            return False
        places = [Places(self.bounds).of(op) for op in accesses]
        return any(self._differs(places, axis, loop, local) for axis in range(rank(slot.param.type)))

    def _differs(self, places: list[Place], axis: int, loop: Loop, local: set[Value]) -> bool:
        """Whether all places are at one index on this axis, which is another one in every other iteration."""
        first = places[0][axis]
        assert loop.index is not None
        if first is None or first.first != first.last or any(place[axis] != first for place in places):
            return False
        return loop.index in first.first.terms and local.isdisjoint(
            v for atom in first.first.terms for v in roots(atom)
        )

    def _turn(self, loop: Loop) -> None:
        b = Builder(loop.op.span)
        one = b.const(1)
        start, stop = (b.op("add", bound, one, fits=True) for bound in (loop.stop, loop.start))
        for op in (*b.ops, loop.with_bounds(start, stop, one)):
            self.shapes.define(op)
            self.keep(op)


def _accesses(slot: Slot, loop: Loop) -> list[Op]:
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
