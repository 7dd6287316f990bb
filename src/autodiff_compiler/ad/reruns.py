"""Arrays that a loop fills, and that the reverse sweep makes again by running it once more.

    stage = for 0, n, 1, stage0 { (i, a)  yield store a[i], y[i] + h * k[i] }        made from y, h, k

A tape of arrays is memory that is filled once and read once, from beyond the caches; a few operations for each element take less time
than that.  What the array held before does not matter where all of it is written to, if need be by several loops and stores in a row:

    k1 = store k0[0], x0;  k2 = for 1, n, 1, k1 { (i, a)  yield store a[i], x[i] * y[i - 1] }

Only for compiled code: in CPython a loop over elements takes longer than any copy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from autodiff_compiler.ad.primal import Primal
from autodiff_compiler.analysis.affine import Affine, of_extent, of_value
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.extent import roots
from autodiff_compiler.ir.loop import Loop, is_loop
from autodiff_compiler.ir.opdef import CHECK
from autodiff_compiler.ir.opset import TABLE, opdef, sets_path
from autodiff_compiler.ir.path import element, path_of
from autodiff_compiler.ir.types import Array, Scalar, rank
from autodiff_compiler.ir.walk import clone_ops, op_uses

MOST = 24
"""So many operations an element are still less than a tape costs."""
LINKS = 8
"""So many loops and stores in a row are looked at."""
Cheap = Callable[[Op], bool]
Stretch = tuple[Affine, Affine]
"""Where a write along an axis begins and ends."""


@dataclass(frozen=True)
class Refilling:
    """The ops that write every element of an array, and the version before them, of which nothing is left."""

    ops: tuple[Op, ...]
    before: Value

    @property
    def uses(self) -> list[Value]:
        """What the elements are made from."""
        own = {self.before, *(result for op in self.ops for result in op.results)}
        return [value for value in dict.fromkeys(v for op in self.ops for v in op_uses(op)) if value not in own]

    def cloned(self, room: Value, env: Mapping[Value, Value]) -> tuple[list[Op], Value]:
        """The ops that fill `room` with these elements, and the array that is full then."""
        names = {**env, self.before: room}
        ops = list(clone_ops(self.ops, names))
        return ops, names[self.ops[-1].results[0]]


class Refillings:
    """The fillings of a primal, found when asked for; `cheap` says of an op of an iteration whether it may be executed again."""

    def __init__(self, primal: Primal, cheap: Cheap) -> None:
        self._primal, self._cheap = primal, cheap
        self._found: dict[Value, Refilling | None] = {}

    def of(self, value: Value) -> Refilling | None:
        if value not in self._found:
            self._found[value] = self._filling(value) if isinstance(value.type, Array) else None
        return self._found[value]

    def _filling(self, value: Value) -> Refilling | None:
        home, ops, written, before = self._primal.home.get(value), list[Op](), list[Stretch](), value
        whole = None if home is None else self._whole(value, home)
        if whole is None:
            return None
        while len(ops) < LINKS:
            op = self._primal.definitions.get(before)
            if op is None or self._primal.home.get(before) is not home:
                return None
            found = self._written(op, before, whole)
            if found is None:
                return None
            before, stretch = found
            ops.insert(0, op)
            written.append(stretch)
            if _covers(written, whole[0]):
                return Refilling(tuple(ops), before) if any(map(is_loop, ops)) else None
        return None

    def _whole(self, array: Value, region: Region) -> list[Affine] | None:
        """The extents of an array, if they are known outside the region where it is made."""
        extents = self._primal.extents(array)
        if any(self._primal.inside(root, region) for extent in extents for root in roots(extent)):
            return None
        return [of_extent(self._primal.shapes, extent) for extent in extents]

    def _written(self, op: Op, result: Value, whole: list[Affine]) -> tuple[Value, Stretch] | None:
        """The version before an op that only writes to an array, and where along the first axis it writes; all of the other axes."""
        if is_loop(op):
            return self._by_nest(op, whole)
        if (
            not sets_path(op)
            or path_of(op) != element()
            or not isinstance(op.operands[-1].type, Scalar)
            or len(whole) > 1
        ):
            return None
        place = of_value(self._primal.shapes, op.operands[1])
        if not place.terms and place.const < 0:
            place += whole[0]
        return op.operands[0], (place, place.plus(1))

    def _by_nest(self, op: Op, whole: list[Affine]) -> tuple[Value, Stretch] | None:
        """The same for a nest of loops, one for each axis, the innermost of which stores an element."""
        found = self._nest(op, len(whole))
        if found is None:
            return None
        loops, store = found
        (slot,) = loops[-1].slots
        if not sets_path(store) or store.operands[0] is not slot.param or path_of(store) != element(len(whole)):
            return None
        if any(place is not loop.index for place, loop in zip(store.operands[1:], loops)):
            return None
        first, *others = (_bounds(self._primal, loop) for loop in loops)
        if first is None or any(stretch != (Affine(), extent) for stretch, extent in zip(others, whole[1:])):
            return None
        return loops[0].slots[0].init, first

    def _nest(self, op: Op, depth: int) -> tuple[list[Loop], Op] | None:
        """Loops within each other that carry nothing but an array, and may run again; and the op that makes its next version."""
        loops: list[Loop] = []
        size = 0
        while is_loop(op):
            loop = Loop(op)
            if not loop.counted or loop.exits or len(loop.slots) != 1:
                return None
            (slot,) = loop.slots
            loops.append(loop)
            writers = [one for one in loop.body.ops[:-1] if slot.param in op_uses(one)]
            others = [one for one in loop.body.ops[:-1] if one not in writers]
            size += len(others)
            if len(writers) != 1 or size > MOST or not all(map(self._may_run_again, others)):
                return None
            (op,) = writers
            if op.operands.count(slot.param) != 1 or slot.yielded not in op.results:
                return None
        return (loops, op) if len(loops) == depth else None

    def _may_run_again(self, op: Op) -> bool:
        if TABLE[op.kind].effect == CHECK:
            return not op.results
        return not is_loop(op) and not opdef(op).writes and self._cheap(op)


def loaded_before(primal: Primal, load: Op) -> Value | None:
    """The version before the loops around a load of an element, if these visit every element once and have not written to this one yet:

        for i: y[i] = y[i] * a        y_i is what y held before the loop

    Then one array is saved for all iterations of the loops, which may be needed anyway, and not the elements."""
    array, count = load.operands[0], rank(load.operands[0].type)
    if path_of(load) != element(count):
        return None
    left = list(load.operands[1 : 1 + count])
    whole = dict(zip(left, primal.extents(array)))
    while left:
        slot = primal.slots.get(array)
        if slot is None or slot.param is not array:
            return None
        loop = Loop(primal.owner[primal.home[array]])
        index = loop.index
        if (
            index is None
            or index not in left
            or _bounds(primal, loop) != (Affine(), of_extent(primal.shapes, whole[index]))
        ):
            return None
        place = 1 + list(whole).index(index)
        writes = primal.versions.writes_between(slot.param, slot.yielded)
        if writes is None or not all(path_of(w) == element(count) and w.operands[place] is index for w in writes):
            return None
        left.remove(index)
        array = slot.init
    return array


def _bounds(primal: Primal, loop: Loop) -> Stretch | None:
    start, stop = (of_value(primal.shapes, bound) for bound in (loop.start, loop.stop))
    step = primal.constant(loop.step)
    return {1: (start, stop), -1: (stop.plus(1), start.plus(1))}.get(step) if isinstance(step, int) else None


def _covers(written: list[Stretch], extent: Affine) -> bool:
    """Whether there is a way from the first element to the end, along stretches of which each begins where the one before it ends.
    Whatever the numbers are, nothing is left out between the ends of such a way."""
    reached, left = Affine(), list(written)
    while reached != extent:
        following = next((s for s in left if s[0] == reached), None)
        if following is None:
            return False
        left.remove(following)
        reached = following[1]
    return True
