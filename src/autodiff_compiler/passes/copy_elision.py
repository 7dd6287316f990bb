"""An array that is filled only to be put into a larger one is filled there.

    Input:  for k … t=tape { a = empty n; a' = for j … b=a { … b' = store b[j], v }; t' = store t[k], a' }
    Output: for k … t=tape { t' = for j … q=t { … q' = store q[k, j], v } }

The tape of an inner loop is such an array.  Elements that are never written are undefined before and after.
Idempotent.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType

from autodiff_compiler.analysis.shapes import shapes_of
from autodiff_compiler.analysis.versions import Versions
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.opset import opdef, sets_path
from autodiff_compiler.ir.path import element, path_of
from autodiff_compiler.ir.types import Array, dtype_of, rank
from autodiff_compiler.ir.walk import Rewriter, all_ops

# Arrays in arrays in arrays: one level a round.
ROUNDS = 4


def run(function: Function) -> Function:
    for _ in range(ROUNDS):
        moves = _Search(function).moves
        if not moves:
            break
        function = _Redirect(moves).function(function)
    return function


@dataclass(frozen=True)
class Move:
    """An array made by `made`, whose last version `stored` puts into another array at scalar indices."""

    made: Op
    stored: Op
    versions: frozenset[Value]

    @property
    def target(self) -> Value:
        return self.stored.operands[0]

    @property
    def indices(self) -> tuple[Value, ...]:
        return self.stored.operands[1:-1]


class _Search:
    """Finds moves that have no array in common."""

    def __init__(self, function: Function) -> None:
        self.moves: list[Move] = []
        if not any(sets_path(op) and isinstance(op.operands[-1].type, Array) for op in all_ops(function.body)):
            return
        self.versions = Versions(function.body)
        self.shapes = shapes_of(function.body)
        self._region(function.body)

    def _region(self, region: Region) -> None:
        position = {op: k for k, op in enumerate(region.ops)}
        defined = {result: k for op, k in position.items() for result in op.results}
        for op in region.ops:
            for inner in op.regions:
                self._region(inner)
            starts = opdef(op).starts_empty and isinstance(op.result.type, Array)
            move = self._move(op, region) if starts else None
            if move is None or any(self._touches(move, other) for other in self.moves):
                continue
            # What the array goes into has to be defined where the array is made.
            if all(defined.get(v, -1) < position[op] for v in (move.target, *move.indices)):
                self.moves.append(move)

    def _touches(self, move: Move, other: Move) -> bool:
        return bool(move.versions & other.versions) or move.target in other.versions or other.target in move.versions

    def _move(self, made: Op, region: Region) -> Move | None:
        found = self.versions.all_from(made.result)
        if found is None:
            return None
        versions, ends = found
        if len(ends) != 1 or ends[0] not in region.ops:
            return None
        move = Move(made, ends[0], frozenset(versions))
        return move if self._fits(move) and self.versions.are_closed(move.versions) else None

    def _fits(self, move: Move) -> bool:
        """Whether the array has the dtype and the extents of its place, and nothing else reads or writes that place."""
        target, array = move.target, move.made.result
        if path_of(move.stored) != element(len(move.indices)) or rank(target.type) != rank(array.type) + len(
            move.indices
        ):
            return False
        rest = self.shapes.extents(target)[len(move.indices) :]
        # A tape is known to hold only what was put into it.
        whole = dtype_of(array.type).inexact or move.made.attrs.get("filled")
        return (
            bool(whole)
            and self.versions.readers[target] == [move.stored]
            and target not in move.versions
            and dtype_of(target.type) == dtype_of(array.type)
            and all(map(self.shapes.same, rest, self.shapes.extents(array)))
        )


class _Redirect(Rewriter):
    def __init__(self, moves: list[Move]) -> None:
        super().__init__()
        self.made = {move.made: move for move in moves}
        self.stored = {move.stored for move in moves}
        self.versions = {version: move for move in moves for version in move.versions}

    def op(self, op: Op) -> None:
        if op in self.made:
            self.env[op.result] = self.value(self.made[op].target)
        elif op in self.stored:
            self.env[op.result] = self.value(op.operands[-1])
        elif "path" in op.attrs and op.operands[0] in self.versions:
            self._access(op, self.versions[op.operands[0]])
        else:
            results = tuple(map(self._renewed, op.results))
            regions = tuple(self.region(Region(tuple(map(self._renewed, r.params)), r.ops)) for r in op.regions)
            self.out.append(replace(op, operands=self.values(op.operands), results=results, regions=regions))

    def _renewed(self, value: Value) -> Value:
        """A version of the smaller array as a version of the larger one."""
        move = self.versions.get(value)
        if move is None:
            return value
        self.env[value] = Value(move.target.type, move.target.name)
        return self.env[value]

    def _access(self, op: Op, move: Move) -> None:
        array, *rest = self.values(op.operands)
        operands = (array, *self.values(move.indices), *rest)
        attrs = MappingProxyType({**op.attrs, "path": path_of(op).in_row(len(move.indices))})
        self.out.append(replace(op, operands=operands, results=tuple(map(self._renewed, op.results)), attrs=attrs))
