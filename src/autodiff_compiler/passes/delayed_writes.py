"""Writes are delayed where that saves a copy: until after the last read of a view of what they overwrite.

The reverse of `b[1:-1] = f(a)` reads the cotangent of the slice and clears it.  What was read is a view, and would have to
be copied, unless the slice is cleared only after the last read of it.

    Input:  v = load g[1:-1]; g1 = store g[1:-1], 0.0; h1 = accum h, v; yield g1, h1
    Output: v = load g[1:-1]; h1 = accum h, v; g1 = store g[1:-1], 0.0; yield g1, h1

A write moves down to just before its first reader, and only if it writes a scalar: an array might be a view itself.

Before that, an element that is read of an array which has been overwritten elsewhere since is read of the newest version that still
has it; else the write would need a copy to leave the older version as it is.

    Input:  a1 = store a[i, 1], 0.0; v = load a[i, 0]; a2 = store a1[i, 0], 0.0
    Output: a1 = store a[i, 1], 0.0; v = load a1[i, 0]; a2 = store a1[i, 0], 0.0

So is a part that is only asked for its extents.

Idempotent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from autodiff_compiler.analysis.constants import constants_of
from autodiff_compiler.analysis.memory import Memory, sources
from autodiff_compiler.analysis.shapes import Shapes, shapes_of
from autodiff_compiler.analysis.versions import is_elsewhere
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.opset import extent_of, opdef, reads_path, writes_path
from autodiff_compiler.ir.path import path_of
from autodiff_compiler.ir.types import Array, Scalar
from autodiff_compiler.ir.walk import Rewriter, all_ops, op_uses, uses


def run(function: Function) -> Function:
    if not any("path" in op.attrs for op in all_ops(function.body)):
        return function
    return _DelayedWrites().function(_NewestVersions(function).function(function))


class _NewestVersions(Rewriter):
    def __init__(self, function: Function) -> None:
        super().__init__()
        self._constants = constants_of(function.body)
        self._next: dict[Value, Op] = {}
        """The write that follows a version, of those that have been met."""
        self._users = uses(function.body)
        self._function = function
        self._arrays: list[Value] = []
        """What is in scope, in order."""

    @cached_property
    def _memory(self) -> Memory:
        return Memory(self._function)

    @cached_property
    def _shapes(self) -> Shapes:
        return shapes_of(self._function.body)

    def op(self, op: Op) -> None:
        array = op.operands[0] if op.operands else None
        if array is not None and reads_path(op) and all(map(extent_of, self._users.get(op.result, ()))):
            op = replace(op, operands=(self._newest(array), *op.operands[1:]))
        elif array in self._next and reads_path(op) and isinstance(op.result.type, Scalar):
            path, indices = path_of(op), op.operands[1:]
            while array in self._next and is_elsewhere(self._next[array], path, indices, self._constants.get):
                array = self._next[array].result
            op = replace(op, operands=(array, *op.operands[1:])) if array is not op.operands[0] else op
        elif writes_path(op) and isinstance(op.operands[-1].type, Scalar):
            self._next[op.operands[0]] = op
        self.copy(op)
        self._arrays += [result for result in op.results if isinstance(result.type, Array)]

    def region(self, region: Region) -> Region:
        outer, known = dict(self._next), len(self._arrays)
        self._arrays += [param for param in region.params if isinstance(param.type, Array)]
        done = super().region(region)
        self._next = outer
        del self._arrays[known:]
        return done

    def _newest(self, array: Value) -> Value:
        """The newest array of the same extents in the same memory."""
        for other in reversed(self._arrays):
            if other is array:
                break
            if (
                other.type == array.type
                and self._memory.may_share(other, array)
                and self._shapes.same_shape(other, array)
            ):
                return other
        return array


class _DelayedWrites(Rewriter):
    def region(self, region: Region) -> Region:
        first: dict[Value, int] = {}
        last: dict[Value, int] = {}
        views: dict[Value, list[Value]] = {}
        for place, op in enumerate(region.ops):
            for value in op_uses(op):
                first.setdefault(value, place)
                last[value] = place
            if not op.regions and not opdef(op).writes:
                for (view, _), (array, _) in sources(op):
                    views.setdefault(array, []).append(view)
        moved: dict[Op, int] = {}
        for place, op in enumerate(region.ops):
            if writes_path(op) and isinstance(op.operands[-1].type, Scalar) and op.operands[0] in views:
                until = first.get(op.result, place)
                read = max((last.get(view, place) for view in _all_views(op.operands[0], views)), default=place)
                if place < read < until:
                    moved[op] = until
        if moved:
            region = Region(region.params, tuple(_ordered(region.ops, moved)))
        return super().region(region)


def _all_views(array: Value, views: dict[Value, list[Value]]) -> list[Value]:
    """The views of an array, and views of these."""
    return [found for view in views.get(array, ()) for found in (view, *_all_views(view, views))]


def _ordered(ops: Sequence[Op], moved: dict[Op, int]) -> list[Op]:
    ordered: list[Op] = []
    for place, op in enumerate(ops):
        ordered += [write for write, until in moved.items() if until == place]
        if op not in moved:
            ordered.append(op)
    return ordered
