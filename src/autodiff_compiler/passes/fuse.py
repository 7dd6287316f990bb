"""Which array operations of a region become one loop nest.

A group is a *root* (an elementwise result, a sum or product, an `unbroadcast`, or a write into an array) and the *members* that only it
needs: elementwise ops, and broadcasts, whose every use is in the group.  A group is computed at the place of its root, so a
member may not be moved past a write to what it reads: that would have to be kept for it.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from autodiff_compiler.analysis.shapes import Shapes
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.loop import loop_slots
from autodiff_compiler.ir.opdef import DEAR
from autodiff_compiler.ir.opset import may_alias, opdef, writes_path
from autodiff_compiler.ir.path import path_of
from autodiff_compiler.ir.types import Array, Scalar, dtype_of, rank
from autodiff_compiler.ir.walk import all_ops

REDUCTIONS = {"sum": ("add", 0), "prod": ("mul", 1)}
"""What a loop makes of a reduction: the op that joins two elements, and what it starts with."""

# On integers other ops have cases (a negative power) that NumPy's array form decides.
INTEGER_KINDS = (
    "add",
    "sub",
    "mul",
    "neg",
    "floordiv",
    "mod",
    "lshift",
    "rshift",
    "cast",
    "select",
    "maximum",
    "minimum",
    "and",
    "or",
    "xor",
    "not",
)


@dataclass(frozen=True)
class Group:
    root: Op
    members: tuple[Op, ...]
    """In program order, the root not among them."""
    through: Op | None = None
    """The `unbroadcast` of what the members compute, where all that the root does is to add it to an array."""


def is_elementwise(op: Op) -> bool:
    """Whether an op computes an array element by element, in a way that scalars do alike."""
    if len(op.results) != 1 or not isinstance(op.results[0].type, Array):
        return False
    if op.kind == "broadcast_to":
        return True
    if not opdef(op).elementwise:
        return False
    dtypes = {v.type.dtype for v in op.operands if isinstance(v.type, Scalar | Array)}
    return not any(dtype.is_integer for dtype in dtypes) or op.kind in INTEGER_KINDS or opdef(op).compares


def root_value(op: Op) -> Value | None:
    """What a root computes element by element: its result, what it sums, what it writes; None if it is no root."""
    if op.kind == "unbroadcast" and isinstance(op.results[0].type, Array):
        return op.operands[0]
    if op.kind in REDUCTIONS and not dtype_of(op.operands[0].type).is_bool:
        return op.operands[0]
    if writes_path(op) and path_of(op).is_view and isinstance(op.operands[-1].type, Array):
        return op.operands[-1]
    return op.results[0] if is_elementwise(op) and op.kind != "broadcast_to" else None


class Memory:
    """Which writes stand between two ops of a region and touch what the first one reads."""

    def __init__(self, function: Function) -> None:
        self._parent: dict[Value, Value] = {}
        for op in all_ops(function.body):
            for slot in loop_slots(op):
                self._parent.update(dict.fromkeys(slot.defined, slot.init))
            if not op.regions and op.results and may_alias(op):
                self._parent[op.results[0]] = op.operands[0]

    def origin(self, value: Value) -> Value:
        """The value whose memory a value has by views, writes and loops."""
        while value in self._parent:
            value = self._parent[value]
        return value

    def detach(self, value: Value) -> None:
        """A value has memory of its own from now on."""
        self._parent.pop(value, None)

    def writes(self, region: Region) -> dict[Value, list[int]]:
        """For each origin the positions of the ops of the region that write to it."""
        found: dict[Value, list[int]] = {}
        for position, op in enumerate(region.ops):
            targets = [child.operands[0] for child in (op, *all_ops_inside(op)) if opdef(child).writes]
            for target in dict.fromkeys(map(self.origin, targets)):
                found.setdefault(target, []).append(position)
        return found

    def overwritten(self, op: Op, writes: dict[Value, list[int]], start: int, stop: int) -> bool:
        """Whether what an op reads is written to at a position between `start` and `stop`, both excluded."""
        for value in op.operands:
            places = writes.get(self.origin(value)) if isinstance(value.type, Array) else None
            if places is not None and bisect_left(places, stop) > bisect_right(places, start):
                return True
        return False


def all_ops_inside(op: Op) -> Iterator[Op]:
    for region in op.regions:
        yield from all_ops(region)


def groups(region: Region, readers: dict[Value, list[Op]], shapes: Shapes, memory: Memory) -> dict[Op, Group]:
    """The groups of a region by their roots.  `readers` are the ops that use each value."""
    position = {op: i for i, op in enumerate(region.ops)}
    made = {result: op for op in region.ops for result in op.results}
    writes = memory.writes(region)
    found: dict[Op, Group] = {}
    taken: set[Op] = set()
    for op in reversed(region.ops):
        if op in taken or root_value(op) is None:
            continue

        def overwritten(member: Op, until: int = position[op]) -> bool:
            return memory.overwritten(member, writes, position[member], until)

        through = _added(op, region, made, readers, shapes)
        if through is not None and overwritten(through):
            through = None
        members = _members(op, through, made, position, readers, shapes, overwritten)
        if members or is_elementwise(op) or op.kind in ("unbroadcast", "accum"):
            found[op] = Group(op, tuple(members), through)
            taken.update(members)
            if through is not None:
                taken.add(through)
    return found


def _added(op: Op, region: Region, made: dict[Value, Op], readers: dict[Value, list[Op]], shapes: Shapes) -> Op | None:
    """The `unbroadcast` that an op adds to a place of the same shape: in an array, or an array that only the op reads."""
    if op.kind not in ("add", "accum") or op.operands[0] is op.operands[-1]:
        return None
    summands = op.operands if op.kind == "add" else op.operands[-1:]
    found = (v for v in summands if v in made and made[v].kind == "unbroadcast" and len(readers[v]) == 1)
    value = next(found, None)
    if value is None:
        return None
    if op.kind == "add":
        into = next(v for v in op.operands if v is not value)
        own = into in region.params or (into in made and not may_alias(made[into]))
        if not own or len(readers[into]) > 1:
            return None
    elif path_of(op).is_view:
        place = Op("load", op.operands[:-1], (Value(value.type),), {"path": path_of(op)}, (), op.span)
        shapes.define(place)
        into = place.result
    else:
        return None
    return made[value] if into.type == value.type and shapes.same_shape(into, value) else None


def _members(
    root: Op,
    through: Op | None,
    made: dict[Value, Op],
    position: dict[Op, int],
    readers: dict[Value, list[Op]],
    shapes: Shapes,
    overwritten: Callable[[Op], bool],
) -> list[Op]:
    """Grown backwards, the latest candidate first, so that all who use a candidate have been decided on before it."""
    value = root_value(through or root)
    assert value is not None
    group = {root} if through is None else {root, through}
    members: list[Op] = []
    heap: list[int] = []
    by_position: dict[int, Op] = {}

    def consider(operands: Sequence[Value]) -> None:
        for operand in operands:
            op = made.get(operand)
            if op is not None and position[op] not in by_position and isinstance(operand.type, Array):
                by_position[position[op]] = op
                heapq.heappush(heap, -position[op])

    consider((value,) if value not in root.results else root.operands)
    while heap:
        op = by_position[-heapq.heappop(heap)]
        result = op.results[0]
        if not is_elementwise(op) or any(user not in group for user in readers[result]) or overwritten(op):
            continue
        if rank(result.type) != rank(value.type):
            continue
        if writes_path(root) and any(operand is result for operand in root.operands[:-1]):
            continue
        if opdef(op).cost == DEAR and not shapes.same_shape(result, value):
            continue  # it would be computed again for each element it is broadcast to
        group.add(op)
        members.append(op)
        consider(op.operands)
    return sorted(members, key=position.__getitem__)
