"""Two counted loops over the same range, the second after the first: whether one loop may do the work of both.

Then iteration i of the second loop comes before iteration i + 1 of the first.  That makes no difference where no iteration of the second one reads or
writes what a later iteration of the first one writes, nor writes what it reads.  What both only add to in the reverse sweep has no order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from autodiff_compiler.analysis.bounds import Bounds
from autodiff_compiler.analysis.memory import Memory
from autodiff_compiler.analysis.places import Place, Places, Reach
from autodiff_compiler.analysis.versions import is_element
from autodiff_compiler.diagnostics import ADJOINT
from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.loop import Loop, Slot, is_loop
from autodiff_compiler.ir.opdef import CONTROL, PURE
from autodiff_compiler.ir.opset import constant_of, opdef, own_effect, reads_path, writes_path
from autodiff_compiler.ir.path import path_of
from autodiff_compiler.ir.types import INT, Array, Scalar, rank
from autodiff_compiler.ir.walk import all_ops, bound_in


@dataclass(frozen=True)
class Access:
    """A load of one element, or a write to one."""

    op: Op
    place: Place

    @property
    def writes(self) -> bool:
        return writes_path(self.op)

    @property
    def adds(self) -> bool:
        return self.writes and opdef(self.op).adds and self.op.span.phase == ADJOINT


@dataclass
class Work:
    """What a loop does with arrays: the accesses to each, by the version that there is before both loops."""

    accesses: dict[Value, list[Access]] = field(default_factory=dict)

    def writes(self, array: Value) -> bool:
        return any(access.writes for access in self.accesses.get(array, ()))


class LoopPairs:
    """`bounds` are those of the place where the question is asked."""

    def __init__(self, bounds: Bounds, memory: Memory, readers: dict[Value, list[Op]]) -> None:
        self._bounds, self._memory, self._readers = bounds, memory, readers
        self._local: set[Value] = set()
        """What differs from iteration to iteration of the two loops."""

    def is_simple(self, loop: Loop) -> bool:
        """Whether a loop consists of arithmetic with numbers and elements, and of such loops, and nobody reads how often it ran."""
        return (
            loop.counted
            and not loop.exits
            and all(v.type == INT for v in loop.bounds)
            and loop.trips not in self._readers
            and all(is_loop(op) or not op.regions for op in all_ops(loop.body))
            and all(own_effect(op) in (PURE, CONTROL) for op in all_ops(loop.body))
            and all(_is_of_elements(op) for op in all_ops(loop.body))
            and all(Loop(op).counted and not Loop(op).exits for op in all_ops(loop.body) if is_loop(op))
            and (not _is_innermost(loop) or all(self._is_sum(slot) for slot in loop.slots))
        )

    def may_be_one(self, first: Loop, second: Loop) -> bool:
        """Whether the iterations of two simple loops may take turns, and compiled code is not slower then."""
        if not self._same_range(first, second) or _is_innermost(first) is not _is_innermost(second):
            return False
        mark = self._bounds.mark()
        self._bounds.enter_loop(first)
        for loop in (first, second):
            for inner in filter(is_loop, (loop.op, *all_ops(loop.body))):
                index = Loop(inner).index
                assert index is not None
                self._bounds.count(index, *Loop(inner).bounds)
        works = self._works(first, second)
        self._local = bound_in(first.body, second.body)
        possible = (
            works is not None
            and self._apart(*works)
            and all(self._in_turns(*pair, first) for pair in _pairs(*works))
            and (not _is_innermost(first) or all(self._is_dense(work, first) for work in works))
        )
        self._bounds.forget(mark)
        return possible

    # -- conditions --------------------------------------------------------------------------------------------------

    def _same_range(self, first: Loop, second: Loop) -> bool:
        find, of = self._bounds.shapes.find, self._bounds.shapes.of
        return [find(of(v)) for v in first.bounds] == [find(of(v)) for v in second.bounds] and self._step(first) in (
            1,
            -1,
        )

    def _step(self, loop: Loop) -> object:
        return constant_of(self._bounds.shapes.defs.get(loop.step))

    def _is_sum(self, slot: Slot) -> bool:
        """An array, or a number that is added to: any other recurrence is not vectorised, nor what would be beside it."""
        if isinstance(slot.param.type, Array):
            return True
        made = self._bounds.shapes.defs.get(slot.yielded)
        return (
            made is not None
            and bool(opdef(made).signs)
            and slot.param in made.operands
            and len(self._readers.get(slot.param, ())) == 1
        )

    def _works(self, first: Loop, second: Loop) -> tuple[Work, Work] | None:
        before = dict(zip(first.results, first.inits))
        assert first.index is not None
        assert second.index is not None
        works = (
            self._work(first, lambda v: v, {}),
            self._work(second, lambda v: before.get(v, v), {second.index: first.index}),
        )
        # Sums of the first loop are not there yet, and arrays that it changes are no longer what they were.
        gone = {v for v in first.results if isinstance(v.type, Scalar)}
        gone.update(slot.init for slot in first.slots if isinstance(slot.init.type, Array))
        used = {v for op in (second.op, *all_ops(second.body)) if not opdef(op).measures for v in op.operands}
        return None if gone & used else works

    def _work(self, loop: Loop, before: Callable[[Value], Value], renamed: dict[Value, Value]) -> Work:
        places, work = Places(self._bounds), Work()
        arrays: dict[Value, Value] = {slot.param: before(slot.init) for slot in loop.slots}
        for op in all_ops(loop.body):
            if is_loop(op):
                arrays.update(
                    {v: arrays.get(slot.init, before(slot.init)) for slot in Loop(op).slots for v in slot.defined}
                )
            elif reads_path(op) or writes_path(op):
                array = arrays.get(op.operands[0]) or before(op.operands[0])
                arrays[op.results[0]] = array
                place = tuple(reach and _renamed(reach, renamed) for reach in places.of(op))
                work.accesses.setdefault(array, []).append(Access(op, place))
        return work

    def _apart(self, first: Work, second: Work) -> bool:
        """Whether arrays that only one of the loops knows share no memory with those that the other one writes to."""
        return not any(
            one is not other and self._memory.may_share(one, other)
            for here, there in ((first, second), (second, first))
            for one in here.accesses
            if here.writes(one)
            for other in there.accesses
        )

    def _in_turns(self, early: Access, late: Access, loop: Loop) -> bool:
        """Whether an access of a later iteration of the first loop may come after one of the second loop."""
        if not (early.writes or late.writes) or (early.adds and late.adds and not _is_innermost(loop)):
            return True
        if _is_innermost(loop):
            # Between the iterations of one loop, nothing may stand in the way of vectors.
            if early.place == late.place and _is_known(early.place):
                return self._apart_later(early.place, early.place, loop)
            return self._apart_later(early.place, late.place, loop) and self._apart_later(late.place, early.place, loop)
        return self._apart_later(early.place, late.place, loop)

    def _is_dense(self, work: Work, loop: Loop) -> bool:
        """Whether elements of one iteration and the next one are beside each other in memory: such loops are vectorised, others are not."""
        places = [access.place for accesses in work.accesses.values() for access in accesses]
        inner = (reach for place in places for reach in place[:-1])
        return (
            all(map(self._is_row, work.accesses))
            and all(reach is not None and loop.index not in reach.first.terms for reach in inner)
            and all(place[-1] is not None for place in places)
        )

    def _is_row(self, array: Value) -> bool:
        made = self._bounds.shapes.defs.get(array)
        if made is None or not reads_path(made):
            return True
        offsets = path_of(made).offsets(made.operands[1:], rank(made.operands[0].type))
        return offsets is not None and offsets[-1][1]

    def _apart_later(self, later: Place, now: Place, loop: Loop) -> bool:
        places, index, step = Places(self._bounds), loop.index, self._step(loop)
        assert index is not None
        assert isinstance(step, int)
        moved = places.later(later, self._local.__contains__, index, step)
        return places.are_apart(moved, now)


def _is_innermost(loop: Loop) -> bool:
    return not any(is_loop(op) for op in loop.body.ops)


def _is_of_elements(op: Op) -> bool:
    if reads_path(op) or writes_path(op):
        return is_element(op) and isinstance(op.operands[-1].type if writes_path(op) else op.result.type, Scalar)
    return is_loop(op) or opdef(op).terminator or not any(isinstance(v.type, Array) for v in op.results)


def _is_known(place: Place) -> bool:
    return all(reach is not None for reach in place)


def _renamed(reach: Reach, names: dict[Value, Value]) -> Reach:
    return Reach(reach.first.renamed(names), None if reach.last is None else reach.last.renamed(names))


def _pairs(first: Work, second: Work) -> Iterator[tuple[Access, Access]]:
    for array in first.accesses:
        for early in first.accesses[array]:
            for late in second.accesses.get(array, ()):
                yield early, late
