"""For Numba, after fusion: an array of zeros that a loop adds to once at each place is filled by the loop, and not with zeros before.

    Input:  y = full n, 0.0;   y1 = for 0, n, 1, y { (i, a)  b = accum a[i], v;  yield b }
    Output: y = empty n;       y1 = for 0, n, 1, y { (i, a)  b = store a[i], v;  yield b }

As gradients have it, of which each iteration gives an element; so it is with an axis for each of the loops of a nest.  What an iteration does with
its element after that stays.  Idempotent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from autodiff_compiler.analysis.affine import Affine, of_extent
from autodiff_compiler.analysis.constants import constants_of
from autodiff_compiler.ir.core import Function, Op, Value
from autodiff_compiler.ir.loop import Loop, Slot, is_loop, loop_slots
from autodiff_compiler.ir.opset import constant_of, opdef, reads_path, spread_of, writes_path
from autodiff_compiler.ir.path import element, path_of
from autodiff_compiler.ir.types import dtype_of, rank
from autodiff_compiler.ir.walk import all_ops, uses
from autodiff_compiler.passes.rewrite import FactRewriter


def run(function: Function) -> Function:
    known, ops = constants_of(function.body), list(all_ops(function.body))
    zeros = {op.result for op in ops if (number := spread_of(op)[0]) and known.get(number) == 0}
    for op in ops:
        zeros.update(slot.param for slot in loop_slots(op) if slot.init in zeros)
    # The walk with all that is known of integers is for functions that add to zeros.
    return _Filling.run(function) if any(opdef(op).adds and op.operands[0] in zeros for op in ops) else function


class _Filling(FactRewriter):
    def __init__(self, function: Function) -> None:
        super().__init__(function)
        self._readers = uses(function.body)
        self._first: set[Value] = set()
        """What the first addition to each place makes."""

    def structured(self, op: Op) -> None:
        for slot in Loop(op).slots if is_loop(op) else ():
            made = self._zeros(slot.init)
            first = None if made is None or not self._alone(slot.init, op) else self._addition(slot, [Loop(op)])
            if made is not None and first is not None:
                self._first.add(first)
                at = self.out.index(made)
                attrs = {"dtype": dtype_of(slot.init.type), "filled": True}
                self.out[at] = Op("empty", made.operands[:-1], made.results, attrs, (), made.span)
                self.defs[slot.init] = self.out[at]
        self.keep(self.inside(op))

    def plain(self, op: Op) -> None:
        first = bool(op.results) and op.results[0] in self._first
        self.keep(replace(op, kind="store") if first else op)

    def _zeros(self, value: Value) -> Op | None:
        """The op of the same region that makes an array of zeros."""
        made = self.defs.get(value)
        number = None if made is None else spread_of(made)[0]
        if made is None or number is None or constant_of(self.defs.get(number)) != 0:
            return None
        return made if made in self.out and made.operands[-1] is number else None

    def _alone(self, value: Value, reader: Op) -> bool:
        """Whether nothing else reads the elements."""
        return [user.results for user in self._users(value)] == [reader.results]

    def _users(self, value: Value) -> list[Op]:
        return [user for user in self._readers.get(value, ()) if not opdef(user).measures]

    def _addition(self, slot: Slot, nest: Sequence[Loop]) -> Value | None:
        """What the addition gives that is the first one to its place, if the loops of the nest add to each place of the array once."""
        loop, users = nest[-1], self._users(slot.param)
        if not loop.counted or loop.exits or len(users) != 1 or users[0] not in loop.body.ops:
            return None
        (user,) = users
        if is_loop(user):
            inner = next((one for one in Loop(user).slots if one.init is slot.param), None)
            once = inner is not None and user.operands.count(slot.param) == 1 and slot.yielded is inner.result
            if inner is None or not once or self._users(inner.result) != [loop.body.terminator]:
                return None
            return self._addition(inner, [*nest, Loop(user)])
        if not opdef(user).adds or user.operands[0] is not slot.param or not self._covers(user, nest):
            return None
        return user.result if self._stays(user, slot, loop) else None

    def _covers(self, addition: Op, nest: Sequence[Loop]) -> bool:
        """Whether the nest reaches every element: each loop runs over an axis."""
        array = addition.operands[0]
        indices = [self.bounds.affine(v) for v in addition.operands[1:-1]]
        if path_of(addition) != element(rank(array.type)) or len(nest) != len(indices):
            return False
        free = list(nest)
        for axis, index in enumerate(indices):
            loop = next((one for one in free if one.index is not None and index == Affine(0, {one.index: 1})), None)
            if loop is None or not self._runs_over(loop, of_extent(self.shapes, self.shapes.extent(array, axis))):
                return False
            free.remove(loop)
        return True

    def _runs_over(self, loop: Loop, extent: Affine) -> bool:
        ends = [self.bounds.affine(loop.start), self.bounds.affine(loop.stop)]
        step = constant_of(self.defs.get(loop.step))
        return ends == {1: [Affine(), extent], -1: [extent.plus(-1), Affine(-1)]}.get(step)

    def _stays(self, addition: Op, slot: Slot, loop: Loop) -> bool:
        """Whether the rest of the iteration does nothing with the array but at the place of the addition."""
        version = addition.result
        while version is not slot.yielded:
            users = self._users(version)
            writes = [user for user in users if writes_path(user)]
            if len(writes) != 1 or not all(self._is_there(user, addition, version, loop) for user in users):
                return False
            version = writes[0].result
        return self._users(version) == [loop.body.terminator] and loop.body.terminator.operands.count(version) == 1

    def _is_there(self, user: Op, addition: Op, version: Value, loop: Loop) -> bool:
        if user not in loop.body.ops or not (writes_path(user) or reads_path(user)) or user.operands[0] is not version:
            return False
        count = rank(version.type)
        own, other = (list(map(self.bounds.affine, op.operands[1 : 1 + count])) for op in (addition, user))
        return path_of(user) == element(count) and own == other and version not in user.operands[1:]
