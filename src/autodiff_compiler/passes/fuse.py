"""Which array operations of a region become one loop nest.

A group is a *root* (an elementwise result, a sum or product, an `unbroadcast`, or a write into an array) and the *members* that only it
needs: elementwise ops, and broadcasts, all of whose uses are in the group.  A group is computed at the place of its root, so a
member may not be moved past a write to what it reads: the old contents would have to be kept for it.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from autodiff_compiler.analysis.memory import Memory
from autodiff_compiler.analysis.shapes import Shapes
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.opdef import DEAR
from autodiff_compiler.ir.opset import may_alias, opdef, writes_path
from autodiff_compiler.ir.path import path_of
from autodiff_compiler.ir.types import Array, Scalar, dtype_of, rank


@dataclass(frozen=True)
class Group:
    root: Op
    members: tuple[Op, ...]
    """In program order, without the root."""
    through: Op | None = None
    """The `unbroadcast` of what the members compute, where the root only adds it to an array."""


def is_elementwise(op: Op) -> bool:
    """Whether an op computes an array element by element, just as it computes scalars."""
    if len(op.results) != 1 or not isinstance(op.results[0].type, Array):
        return False
    row = opdef(op)
    if row.spreads is not None:
        return row.views
    if not row.elementwise:
        return False
    dtypes = {v.type.dtype for v in op.operands if isinstance(v.type, Scalar | Array)}
    return row.integer_loops or not any(dtype.is_integer for dtype in dtypes)


def root_value(op: Op) -> Value | None:
    """What a root computes element by element: its result, what it sums, what it writes; None if it is not a root."""
    if opdef(op).collects and isinstance(op.results[0].type, Array):
        return op.operands[0]
    if opdef(op).neutral is not None and not dtype_of(op.operands[0].type).is_bool:
        return op.operands[0]
    if writes_path(op) and path_of(op).is_view and isinstance(op.operands[-1].type, Array):
        return op.operands[-1]
    return op.results[0] if is_elementwise(op) and opdef(op).elementwise else None


def groups(region: Region, readers: dict[Value, list[Op]], shapes: Shapes, memory: Memory) -> dict[Op, Group]:
    """The groups of a region by their roots.  `readers` are the ops that use each value."""
    position = {op: i for i, op in enumerate(region.ops)}
    made = {result: op for op in region.ops for result in op.results}
    found: dict[Op, Group] = {}
    taken: set[Op] = set()
    for op in reversed(region.ops):
        if op in taken or root_value(op) is None:
            continue

        def overwritten(member: Op, until: int = position[op]) -> bool:
            return memory.is_written_between(member, region, position[member], until)

        through = _added(op, region, made, readers, shapes)
        if through is not None and overwritten(through):
            through = None
        members = _members(op, through, made, position, readers, shapes, overwritten)
        if members or is_elementwise(op) or opdef(op).collects or opdef(op).adds or _is_along_axes(op):
            found[op] = Group(op, tuple(members), through)
            taken.update(members)
            if through is not None:
                taken.add(through)
    return found


def _is_along_axes(op: Op) -> bool:
    """A sum or product that leaves axes: Numba's own takes three times as long to compile, and ten times as long to run."""
    return opdef(op).neutral is not None and isinstance(op.results[0].type, Array)


def _added(op: Op, region: Region, made: dict[Value, Op], readers: dict[Value, list[Op]], shapes: Shapes) -> Op | None:
    """The `unbroadcast` that an op adds to a place of the same shape: in an array, or an array that only the op reads."""
    row = opdef(op)
    if not (row.signs == (1, 1) or row.adds) or op.operands[0] is op.operands[-1]:
        return None
    summands = op.operands[-1:] if row.adds else op.operands
    found = (v for v in summands if v in made and opdef(made[v]).collects and len(readers[v]) == 1)
    value = next(found, None)
    if value is None:
        return None
    if not row.adds:
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
    """Grown backwards, the latest candidate first, so that all users of a candidate have been decided on before it."""
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
