"""Common subexpressions: a value computed before, in the same region or one around it, is not computed again.

Because arrays are values, a load is a function of its operands like any other op.  Nothing is lifted out of a branch:
what is computed in a region is forgotten at its end.  A check that has already been passed vanishes.  A branch or a loop that
computes what an earlier one has computed from the same values vanishes, too.  New arrays
(`full`, `empty`, `copy` …) are kept apart: they are made to be written to, and one buffer cannot serve two; but not those that are as
cheap to copy as to make (`arange`).

    Input:  a = sin x; check_index i, n; b = sin x; check_index i, n; c = mul a, b
    Output: a = sin x; check_index i, n; c = mul a, a

The first span stays.  Idempotent.
"""

from __future__ import annotations

from collections.abc import Hashable

from autodiff_compiler.analysis.equality import Equality, exact, repeatable
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.opdef import CHECK, CONDITION, DEAR, PURE
from autodiff_compiler.ir.opset import is_constant, opdef
from autodiff_compiler.ir.types import Array, ListOf
from autodiff_compiler.ir.walk import Rewriter, with_parts


def run(function: Function) -> Function:
    return _Numbering().function(function)


def allocates(op: Op) -> bool:
    """Whether the op makes a new array or list, not from the elements of an array unless it is a `copy`."""
    row = opdef(op)
    if row.copies or not any(isinstance(r.type, Array | ListOf) for r in op.results):
        return row.copies
    read = () if row.asks_length else op.operands
    return row.cost == DEAR and not any(isinstance(v.type, Array | ListOf) for v in read)


class _Numbering(Rewriter):
    def __init__(self) -> None:
        super().__init__()
        self._seen: dict[Hashable, tuple[Value, ...]] = {}
        self._trail: list[Hashable] = []
        self._equality = Equality()
        self._structured: dict[Hashable, list[Op]] = {}
        """The branches and loops that have been met in this region and those around it."""
        self._met: list[Hashable] = []

    def region(self, region: Region) -> Region:
        mark, met = len(self._trail), len(self._met)
        done = super().region(region)
        while len(self._met) > met:
            self._structured[self._met.pop()].pop()
        while len(self._trail) > mark:
            del self._seen[self._trail.pop()]
        return done

    def op(self, op: Op) -> None:
        row = opdef(op)
        if op.regions:
            self._branch_or_loop(self.copy(op))
            return
        if row.effect not in (PURE, CHECK) or row.writes or allocates(op):
            self.copy(op)
            return
        if is_constant(op):
            self._equality.meet(op)
        operands = self.values(op.operands)
        key = self._key(op, operands, row.commutative)
        before = self._seen.get(key)
        if before is not None:
            self.env.update(zip(op.results, before))
            return
        self._seen[key] = op.results
        self._trail.append(key)
        self.out.append(with_parts(op, operands, op.results))

    def _branch_or_loop(self, op: Op) -> None:
        key = self._equality.key(op)
        alike = self._structured.setdefault(key, [])
        before = next((one for one in alike if self._equality.equal(one, op)), None)
        if before is None:
            if repeatable(op):
                alike.append(op)
                self._met.append(key)
        else:
            self.out.pop()
            self.env.update(zip(op.results, before.results))

    def _key(self, op: Op, operands: tuple[Value, ...], commutative: bool) -> Hashable:
        # Values are hashed by identity; a frozenset with the count tells a + a from a + b.
        sources: Hashable = (frozenset(operands), len(operands)) if commutative else operands
        if not op.attrs:
            return op.kind, sources, ()
        # Checks of the same thing are equal, whatever their message and whatever else performs them; that an integer is proven
        # to fit does not change its value.
        ignored = ("access", "message") if opdef(op).tests not in ("", CONDITION) else ("fits",)
        attrs = tuple((name, exact(op.attrs[name])) for name in sorted(op.attrs) if name not in ignored)
        return op.kind, sources, attrs
