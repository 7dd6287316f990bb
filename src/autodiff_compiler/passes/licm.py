"""Loop-invariant code: pure ops with the same result in every iteration move before the loop.

An op that may raise moves only if it certainly does not (an index proven to be in bounds, operands of one shape) or if
the loop certainly runs and reaches it before any check or output.  Checks and everything in a branch stay.  Constants,
extents and index sums such as `j + 1` move only together with something that needs them: on their own they read better in
place.  New arrays and what is written to stay in the loop, where each iteration has its own; so does what reads a variable
that may be unbound.

    Input:  for 0, n, 1 { (i) a = exp t; b = load x[i]; c = mul a, b; … }
    Output: a = exp t; for 0, n, 1 { (i) b = load x[i]; c = mul a, b; … }

Idempotent.
"""

from __future__ import annotations

from dataclasses import replace

from autodiff_compiler.analysis.undefined import possibly_undefined
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.loop import Loop, is_loop, loop_indices
from autodiff_compiler.ir.opdef import INDEX, PURE, SHAPE, VALUE
from autodiff_compiler.ir.opset import (
    is_constant,
    is_free,
    is_pure,
    may_overflow,
    may_trap,
    nested_effect,
    opdef,
    reads_path,
    reasons,
)
from autodiff_compiler.ir.path import element, path_of
from autodiff_compiler.ir.types import INT, Array, ListOf, rank
from autodiff_compiler.ir.walk import all_ops, op_uses, with_parts
from autodiff_compiler.passes.cse import allocates
from autodiff_compiler.passes.rewrite import FactRewriter


def run(function: Function) -> Function:
    return _Motion.run(function)


class _Motion(FactRewriter):
    """Inner loops first, so that what leaves one may also leave the next."""

    def __init__(self, function: Function) -> None:
        super().__init__(function)
        self._given = {*function.params, *loop_indices(function.body)}
        self._undefined = possibly_undefined(function.body)

    @staticmethod
    def concerns(op: Op) -> bool:
        return is_loop(op)

    def structured(self, op: Op) -> None:
        op = self.inside(op)
        if not is_loop(op):
            self.keep(op)
            return
        loop = Loop(op)
        runs = self.bounds.entered(loop)
        regions = []
        for region in op.regions:
            # The condition of a `while` is evaluated at least once.
            moved, rest = self._split(region, runs or region is loop.condition, op)
            for outside in moved:
                self.keep(outside)
            regions.append(rest)
        self.keep(with_parts(op, op.operands, op.results, tuple(regions)))

    def _split(self, region: Region, runs: bool, loop: Op) -> tuple[list[Op], Region]:
        """(ops that move, the region without them)."""
        inside: set[Value] = {param for r in loop.regions for param in r.params}
        owned = _owned(region)
        ready: dict[Value, Op] = {}
        moved: dict[Op, None] = {}
        for op in region.ops:
            # That a slice is `exact` may be known only where the loop runs.
            movable = (
                is_pure(op)
                and not any(value in inside or value in self._undefined for value in op_uses(op))
                and not (allocates(op) or opdef(op).writes or any(r in owned for r in op.results))
                and (runs or (self._certain(op) and not op.attrs.get("exact")))
            )
            # A check that stays behind may be what makes the next op safe.
            runs = runs and nested_effect(op) == PURE
            if not movable:
                inside.update(op.results)
            elif _better_in_place(op):
                ready[op.result] = op
            else:
                _move(op, ready, moved)
        return list(moved), replace(region, ops=tuple(op for op in region.ops if op not in moved))

    def _certain(self, op: Op) -> bool:
        """Whether the op does not raise, wherever its operands are defined."""
        inside = [child for region in op.regions for child in all_ops(region)]
        if any(may_overflow(one) and not self.bounds.fits(one) for one in (op, *inside)):
            return False
        inner = (child for region in op.regions for child in region.ops)
        return all(self._refuted(op, reason) for reason in reasons(op)) and not any(map(may_trap, inner))

    def _refuted(self, op: Op, reason: str) -> bool:
        """Whether the op certainly does not raise for this reason."""
        if reason == SHAPE and opdef(op).elementwise:
            arrays = [v for v in op.operands if isinstance(v.type, Array)]
            return all(self.shapes.same_shape(arrays[0], other) for other in arrays[1:])
        if reason == INDEX and reads_path(op):
            array, *indices = op.operands
            return path_of(op) == element(rank(array.type)) and all(
                self.bounds.in_bounds(index, self.shapes.extents(array)[axis]) for axis, index in enumerate(indices)
            )
        if reason == VALUE and is_loop(op) and Loop(op).counted:
            step = Loop(op).step
            return self.shapes.of(step) not in (0, step)
        # Only a computed int can be beyond the range of floats.
        return (
            reason == VALUE
            and opdef(op).converts
            and op.operands[0].type == INT
            and not self._is_computed(op.operands[0])
        )

    def _is_computed(self, value: Value) -> bool:
        """Whether arithmetic made an int, or a loop or a branch may have."""
        made = self.defs.get(value)
        if made is None:
            return value not in self._given
        row = opdef(made)
        return not (is_constant(made) or row.measures or row.converts or reads_path(made))


def _move(op: Op, ready: dict[Value, Op], moved: dict[Op, None]) -> None:
    """Move an op, and before it what it needs."""
    for value in op_uses(op):
        if value in ready and ready[value] not in moved:
            _move(ready[value], ready, moved)
    moved[op] = None


def _better_in_place(op: Op) -> bool:
    small = opdef(op).elementwise and all(r.type == INT for r in op.results) and not op.regions
    return not op.regions and (is_free(op) or small)


def _owned(region: Region) -> set[Value]:
    """Arrays and lists of the region that are written to, carried or yielded: each iteration needs its own."""
    owned: set[Value] = set()
    for op in region.ops:
        if opdef(op).writes:
            owned.add(op.operands[0])
        elif op.regions or opdef(op).terminator:
            owned.update(v for v in op.operands if isinstance(v.type, Array | ListOf))
    return owned
