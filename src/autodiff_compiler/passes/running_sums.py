"""A sum of arrays that a loop carries is added to in place, in the memory that it has.

    Input:  t2 = for … carried t = t1 { s = add t, v; yield s }
    Output: t2 = for … carried t = t1 { s = accum t[:, :], v; yield s }

That holds for a carried array that is read by the sum alone, and whose extents the other term is known not to stretch.  A branch
may leave it as it is.

Idempotent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from autodiff_compiler.analysis.shapes import Shapes, shapes_of
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.loop import Loop, is_loop
from autodiff_compiler.ir.opset import opdef
from autodiff_compiler.ir.path import entire
from autodiff_compiler.ir.types import Array, rank
from autodiff_compiler.ir.walk import Rewriter, all_ops, uses


def run(function: Function) -> Function:
    sums = dict(_sums(function))
    return _InPlace(sums).function(function) if sums else function


class _InPlace(Rewriter):
    def __init__(self, sums: dict[Op, Value]) -> None:
        super().__init__()
        self._sums = sums
        """The carried array of each sum."""

    def op(self, op: Op) -> None:
        carried = self._sums.get(op)
        if carried is not None:
            other = next(v for v in op.operands if v is not carried)
            path = entire(rank(carried.type))
            op = replace(op, kind="accum", operands=(carried, other), attrs={"path": path})
        self.copy(op)


def _sums(function: Function) -> Iterator[tuple[Op, Value]]:
    shapes: Shapes | None = None
    users: dict[Value, list[Op]] = {}
    for op in all_ops(function.body):
        if not is_loop(op):
            continue
        loop = Loop(op)
        for slot in loop.slots:
            if (
                not isinstance(slot.param.type, Array)
                or not slot.param.type.dtype.inexact
                or slot.yielded is slot.param
            ):
                continue
            users = users or uses(function.body)
            read = users.get(slot.param, [])
            sums = [user for user in read if opdef(user).signs == (1, 1)]
            if len(sums) != 1 or not _is_last(loop.body, sums[0], read):
                continue
            shapes = shapes or shapes_of(function.body)
            if sums[0].result.type == slot.param.type and shapes.same_shape(sums[0].result, slot.param):
                yield sums[0], slot.param


def _is_last(body: Region, op: Op, readers: list[Op]) -> bool:
    """Whether an op that reads an array is the last one in an iteration to do so: the other readers are the ends of branches beside it."""
    others = [other for other in readers if other is not op]
    return len(op.operands) == len(set(op.operands)) and all(
        opdef(other).terminator and other is not body.terminator and not _inside(body, op, other) for other in others
    )


def _inside(body: Region, op: Op, end: Op) -> bool:
    """Whether an op is in the region that ends there."""
    regions = [region for outer in all_ops(body) for region in outer.regions if region.terminator is end]
    return any(inner is op for region in regions for inner in all_ops(region))
