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
        elisions = _Search(function).elisions
        if not elisions:
            break
        function = _Redirect(elisions).function(function)
    return function


@dataclass(frozen=True)
class Elision:
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
    """Finds elisions that have no array in common."""

    def __init__(self, function: Function) -> None:
        self.elisions: list[Elision] = []
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
            elision = self._elision(op, region) if starts else None
            if elision is None or any(self._touches(elision, other) for other in self.elisions):
                continue
            # What the array goes into has to be defined where the array is made.
            if all(defined.get(v, -1) < position[op] for v in (elision.target, *elision.indices)):
                self.elisions.append(elision)

    def _touches(self, elision: Elision, other: Elision) -> bool:
        return (
            bool(elision.versions & other.versions)
            or elision.target in other.versions
            or other.target in elision.versions
        )

    def _elision(self, made: Op, region: Region) -> Elision | None:
        found = self.versions.all_from(made.result)
        if found is None:
            return None
        versions, ends = found
        if len(ends) != 1 or ends[0] not in region.ops:
            return None
        elision = Elision(made, ends[0], frozenset(versions))
        return elision if self._fits(elision) and self.versions.are_closed(elision.versions) else None

    def _fits(self, elision: Elision) -> bool:
        """Whether the array has the dtype and the extents of its place, and nothing else reads or writes that place."""
        target, array = elision.target, elision.made.result
        if path_of(elision.stored) != element(len(elision.indices)) or rank(target.type) != rank(array.type) + len(
            elision.indices
        ):
            return False
        rest = self.shapes.extents(target)[len(elision.indices) :]
        # A tape is known to hold only what was put into it.
        whole = dtype_of(array.type).inexact or elision.made.attrs.get("filled")
        return (
            bool(whole)
            and self.versions.readers[target] == [elision.stored]
            and target not in elision.versions
            and dtype_of(target.type) == dtype_of(array.type)
            and all(map(self.shapes.same, rest, self.shapes.extents(array)))
        )


class _Redirect(Rewriter):
    def __init__(self, elisions: list[Elision]) -> None:
        super().__init__()
        self.made = {elision.made: elision for elision in elisions}
        self.stored = {elision.stored for elision in elisions}
        self.versions = {version: elision for elision in elisions for version in elision.versions}

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
        elision = self.versions.get(value)
        if elision is None:
            return value
        self.env[value] = Value(elision.target.type, elision.target.name)
        return self.env[value]

    def _access(self, op: Op, elision: Elision) -> None:
        array, *rest = self.values(op.operands)
        operands = (array, *self.values(elision.indices), *rest)
        attrs = MappingProxyType({**op.attrs, "path": path_of(op).in_row(len(elision.indices))})
        self.out.append(replace(op, operands=operands, results=tuple(map(self._renewed, op.results)), attrs=attrs))
