"""The program for the usual call, in which nothing is stretched but what has an extent of 1 by construction.

NumPy stretches an extent of 1 wherever two shapes meet, and only a run tells whether one is 1.  Here two such extents are taken to
be equal, which is checked; what follows then knows it, and needs neither a second version of each loop nor sums over what was perhaps
stretched.  A slice of at most one element (`x[:, :1]`) is taken to have one.

    Input:  check_broadcast (dim x 0), (dim y 0)
    Output: check_equal (dim x 0), (dim y 0) {error='Stretched', message='operands could not …'}

A call that fails such a check is not wrong: it is made again, with the program for all calls.  So nothing may have happened outside
before, and only a caller that can do so may ask for the usual program.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autodiff_compiler.analysis.affine import Affine, of_extent, of_value
from autodiff_compiler.analysis.check_proofs import passes
from autodiff_compiler.analysis.shapes import Extent, roots
from autodiff_compiler.diagnostics import Span
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.loop import is_loop
from autodiff_compiler.ir.message import STRETCHED
from autodiff_compiler.ir.opdef import IO
from autodiff_compiler.ir.opset import opdef, reads_path
from autodiff_compiler.ir.path import aligned, path_of
from autodiff_compiler.ir.program import effect_of, mapped, strongest
from autodiff_compiler.ir.required_checks import mismatch
from autodiff_compiler.ir.types import rank
from autodiff_compiler.ir.walk import all_ops
from autodiff_compiler.passes.rewrite import FactRewriter

ON_PURPOSE = "stretch"
"""The access of `np.broadcast_to`, which is there to stretch."""

ONE = Affine(1)


def may_stretch(function: Function) -> bool:
    """Whether the usual program is another one, and a call of it can be made again."""
    bodies = [one.body for one in (function, *function.callees.values())]
    return strongest(map(effect_of, bodies)) != IO and any(_guesses(op) for body in bodies for op in all_ops(body))


def usual(function: Function) -> Function:
    return mapped(function, _Usual.run)


def would_refuse(function: Function, values: Sequence[Any]) -> bool:
    """Whether the shapes of a call's arguments, its first parameters, show that its usual program refuses it and NumPy does not."""
    walk = _Usual(function)
    walk.function(function)
    shapes = {param: value.shape for param, value in zip(function.params, values) if isinstance(value, np.ndarray)}

    def known(extent: Extent) -> int | None:
        if isinstance(extent, tuple) and extent[0] == "dim" and extent[1] in shapes:
            (_, array, axis) = extent
            size: int = shapes[array][axis]
            return size
        return extent if isinstance(extent, int) else None

    pairs = [(known(m), known(n)) for (m, n), _ in walk.guessed]
    return any(None not in pair and pair[0] != pair[1] and 1 in pair for pair in pairs)


def is_usual(function: Function) -> bool:
    """Whether there is a call that the function, made for the usual one, refuses."""
    bodies = [one.body for one in (function, *function.callees.values())]
    return any(op.attrs.get("error") == STRETCHED for body in bodies for op in all_ops(body))


def _guesses(op: Op) -> bool:
    return bool(opdef(op).stretches) and op.attrs.get("access") != ON_PURPOSE


class _Usual(FactRewriter):
    def __init__(self, function: Function) -> None:
        super().__init__(function)
        self.guessed: list[tuple[tuple[Extent, Extent], Span]] = []
        """The extents that were taken to be equal in the region that is walked."""

    def plain(self, op: Op) -> None:
        if not _guesses(op) or passes(self.bounds, op):
            self.keep(op)
            return
        single = [op.operands[place] for place in opdef(op).stretches if self._is_single(op.operands[place])]
        b = Builder(op.span)
        if single:
            for extent in single:
                self._guess(b, (extent, b.const(1)), mismatch(op))
        else:
            shown = {name: op.attrs[name] for name in ("ranks", "axes") if name in op.attrs}
            self._guess(b, op.operands, mismatch(op), **shown)

    def _guess(self, b: Builder, pair: Sequence[Value], message: str, **attrs: Any) -> None:
        """Take two extents to be equal, which is checked after what else the builder has made."""
        b.emit("check_equal", pair, {"message": message, "error": STRETCHED, **attrs})
        for op in b.ops:
            self.shapes.define(op)
        m, n = (self.shapes.find(self.shapes.of(v)) for v in pair)
        self.guessed.append(((m, n), b.span))
        for op in b.ops:
            self.keep(op)
        b.ops.clear()

    # -- loops ---------------------------------------------------------------------------------------------------------

    def structured(self, op: Op) -> None:
        outer, self.guessed = self.guessed, []
        op = self.inside(op)
        guessed, self.guessed = self.guessed, outer
        if is_loop(op):
            inside = [*all_ops(Region((), (op,)))]
            local = {v for one in inside for v in (*one.results, *(p for region in one.regions for p in region.params))}
            for extents, span in guessed:
                self._guess_before(extents, span, local)
        self.keep(op)

    def _guess_before(self, extents: tuple[Extent, Extent], span: Span, local: set[Value]) -> None:
        """Where a loop does not change extents, they are taken to be equal before it already, so that what comes after it knows it.

        The loop may not come so far as to compare them: then this is not for NumPy to refuse.
        """
        b = Builder(span)
        m, n = (self._value(b, extent, local) for extent in extents)
        if m is not None and n is not None and not self.shapes.same(*extents):
            self._guess(b, (m, n), "extents differ in a loop")

    def _value(self, b: Builder, extent: Extent, local: set[Value]) -> Value | None:
        """The extent as an integer of the program before a loop with these values; None where that takes more than a look."""
        if any(root in local for root in roots(extent)):
            return None
        if not isinstance(extent, tuple):
            return b.const(extent) if isinstance(extent, int) else extent
        return b.dim(extent[1], extent[2]) if extent[0] == "dim" else None

    # -- slices of at most one element ---------------------------------------------------------------------------------

    def _is_single(self, value: Value) -> bool:
        """Whether it is the extent of a slice of at most one element."""
        extent = self.shapes.find(self.shapes.of(value))
        if not isinstance(extent, tuple) or extent[0] != "dim":
            return of_extent(self.shapes, extent) == ONE
        _, view, axis = extent
        made = self.defs.get(view)
        if made is None or not reads_path(made) or not path_of(made).is_view:
            return False
        array, *operands = made.operands
        subscripts = path_of(made).subscripts(operands) or ()
        part = next((part for part, _, place in aligned(subscripts, rank(array.type)) if place == axis), None)
        return isinstance(part, slice) and part.step is None and self._length(part) == ONE

    def _length(self, part: slice) -> Affine | None:
        """How many elements there are from the start to the stop, where the array has as many."""
        start = Affine() if part.start is None else of_value(self.shapes, part.start)
        if part.stop is None:
            return ONE if start == Affine(-1) else None
        return of_value(self.shapes, part.stop) - start
