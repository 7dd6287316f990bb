"""How long a loop takes, roughly: additions, as a number and as an expression in what is known before the loop.

    for 0, n, 1 { (i)  … 5 additions, loads and stores …;  for 0, m, 1 { (j)  … 3 … } }      n * (5 + 3 * m)

A loop whose bounds depend on the indices around it (`range(i + 1, n)`) counts with the greatest length that it has.  What is known only
at run time counts as few.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from autodiff_compiler.analysis.affine import Affine, of_extent, of_value
from autodiff_compiler.analysis.shapes import Shapes
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.extent import Extent, roots
from autodiff_compiler.ir.loop import Loop, is_loop
from autodiff_compiler.ir.opdef import CALLEE, CONTROL, DEAR, FREE
from autodiff_compiler.ir.opset import cost, opdef
from autodiff_compiler.ir.types import FLOAT, Array, rank
from autodiff_compiler.ir.walk import bound_in

FEW = 8
"""The trips and extents that are not known before."""

DEARLY, CALLED = 40, 200
"""Additions in the time of a sine, a power; of a function that is called."""


@dataclass(frozen=True)
class Work:
    """So many additions, and for each of these numbers of trips the work of one, so often."""

    once: float = 0.0
    loops: tuple[tuple[Affine, Work], ...] = ()

    def __add__(self, other: Work) -> Work:
        loops = list(self.loops)
        for trips, work in other.loops:
            same = next((k for k, (have, _) in enumerate(loops) if have == trips), None)
            if same is None:
                loops.append((trips, work))
            else:
                loops[same] = (trips, loops[same][1] + work)
        return Work(self.once + other.once, tuple(loops))

    def scaled(self, factor: float) -> Work:
        return Work(self.once * factor, tuple((trips, work.scaled(factor)) for trips, work in self.loops))

    def repeated(self, trips: Affine) -> Work:
        return Work(loops=((trips, self),)) if trips.terms else self.scaled(max(trips.const, 0))

    @property
    def known(self) -> bool:
        """Whether it is a number."""
        return not self.loops


def built(b: Builder, work: Work, name: str = "") -> Value:
    """The work as a float, computed by ops at the builder's position."""
    terms = [b.op("mul", _number(b, trips), built(b, inner), name=name) for trips, inner in work.loops]
    total = terms[0] if terms and not round(work.once) else b.const(float(round(work.once)))
    for term in terms:
        total = total if term is total else b.op("add", total, term, name=name)
    return total


def _number(b: Builder, form: Affine) -> Value:
    """A linear form as a float: it may be larger than an integer can be."""
    total: Value | None = None
    for extent, factor in form.terms.items():
        value = b.cast(_extent(b, extent), FLOAT)
        value = value if factor == 1 else b.mul(b.const(float(factor)), value)
        total = value if total is None else b.add(total, value)
    if total is None or not form.const:
        return b.const(float(form.const)) if total is None else total
    return b.add(total, b.const(float(form.const)))


def _extent(b: Builder, extent: Extent) -> Value:
    if isinstance(extent, Value):
        return extent
    assert isinstance(extent, tuple)
    return b.dim(*extent[1:])


class Estimate:
    """The work of loops and arrays, in terms of what is known where the loop begins."""

    def __init__(self, shapes: Shapes, constant: Callable[[Value], object]) -> None:
        self._shapes, self._constant = shapes, constant
        self._local: set[Value] = set()
        self._loops: dict[Value, Loop] = {}
        """The loops by their indices."""

    def of(self, loop: Loop) -> Work:
        self._local = bound_in(loop.body)
        self._loops = {}
        return self._repeated(loop)

    def elements(self, array: Value) -> Work:
        """One addition for each element."""
        work = Work(1.0)
        for axis in range(rank(array.type)):
            work = work.repeated(self._known(of_extent(self._shapes, self._shapes.extent(array, axis))))
        return work

    def _region(self, region: Region) -> Work:
        return sum(map(self._op, region.ops), Work())

    def _op(self, op: Op) -> Work:
        if is_loop(op):
            return self._repeated(Loop(op))
        if op.regions:
            return sum(map(self._region, op.regions), Work()).scaled(1 / len(op.regions))
        row = opdef(op)
        if row.effect == CONTROL or row.measures:
            return Work()
        if row.effect == CALLEE:
            return Work(CALLED)
        kind = cost(op, self._constant)
        if kind == FREE or (row.views and row.reads and isinstance(op.result.type, Array)):
            return Work()
        return self._largest(op).scaled(DEARLY if kind == DEAR and not row.starts_empty else row.work)

    def _largest(self, op: Op) -> Work:
        """One addition for each element of the array of most axes; what changes an array in one place counts the part alone."""
        row = opdef(op)
        values: Sequence[Value] = op.operands[1:] if row.writes else (*op.operands, *op.results)
        values = op.results if row.reads else values
        arrays = [v for v in values if isinstance(v.type, Array)]
        return self.elements(max(arrays, key=lambda v: rank(v.type))) if arrays else Work(1.0)

    def _repeated(self, loop: Loop) -> Work:
        if not loop.counted:
            return sum(map(self._region, loop.op.regions), Work()).scaled(FEW)
        assert loop.index is not None
        self._loops[loop.index] = loop
        trips = self._trips(loop)
        return self._region(loop.body).repeated(trips)

    def _trips(self, loop: Loop) -> Affine:
        start, stop = (of_value(self._shapes, bound) for bound in loop.bounds[:2])
        step = self._constant(loop.step)
        return self._known(start - stop if isinstance(step, int) and step < 0 else stop - start)

    def _known(self, form: Affine) -> Affine:
        """The form in terms of what is known before the loop, as large as it gets; a guess where there is no such form."""
        while True:
            unknown = next((atom for atom in form.terms if not self._before(atom)), None)
            if unknown is None:
                return form
            loop = self._loops.get(unknown) if isinstance(unknown, Value) else None
            if loop is None:
                return Affine(FEW)
            factor = form.terms[unknown]
            ends = [of_value(self._shapes, loop.start), of_value(self._shapes, loop.stop)]
            step = self._constant(loop.step)
            first, last = ends if not isinstance(step, int) or step > 0 else reversed(ends)
            form = form.without(unknown) + (last if factor > 0 else first).scaled(factor)

    def _before(self, extent: Extent) -> bool:
        plain = isinstance(extent, Value) or (isinstance(extent, tuple) and extent[0] == "dim")
        return plain and self._local.isdisjoint(roots(extent))
