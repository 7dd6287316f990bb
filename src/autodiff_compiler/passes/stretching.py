"""The program for the usual call, in which nothing is stretched but what has an extent of 1 by construction.

NumPy stretches an extent of 1 wherever two shapes meet, and only a run tells whether one is 1.  Here two such extents are taken to
be equal, which is checked; what follows then knows it, and needs neither a second version of each loop nor sums over what was perhaps
stretched.  A slice of at most one element (`x[:, :1]`) is taken to have one, and so is an axis of an argument that has one element in the
first call and is stretched there (`Singles`): a column of masses beside a matrix.

    Input:  check_broadcast (dim x 0), (dim y 0)
    Output: check_equal (dim x 0), (dim y 0) {error='Stretched', message='operands could not …'}

A call that fails such a check is not wrong: it is made again, with the program for all calls.  So nothing may have happened outside
before, and only a caller that can do so may ask for the usual program.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from autodiff_compiler.analysis.affine import Affine, of_extent, of_value
from autodiff_compiler.analysis.check_proofs import passes
from autodiff_compiler.diagnostics import Span
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.extent import Extent, roots
from autodiff_compiler.ir.loop import is_loop
from autodiff_compiler.ir.message import STRETCHED
from autodiff_compiler.ir.opdef import IO
from autodiff_compiler.ir.opset import opdef, reads_path
from autodiff_compiler.ir.path import ALL, aligned, path_of
from autodiff_compiler.ir.program import callee_of, effect_of, recursive_names, strongest
from autodiff_compiler.ir.required_checks import mismatch
from autodiff_compiler.ir.types import rank
from autodiff_compiler.ir.walk import all_ops, bound_in
from autodiff_compiler.passes.rewrite import FactRewriter

ON_PURPOSE = "stretch"
"""The access of `np.broadcast_to`, which is there to stretch."""

ONE = Affine(1)

Singles = frozenset[tuple[int, int]]
"""Axes that are taken to have an extent of 1, each as the position of a parameter and the axis."""


def may_stretch(function: Function) -> bool:
    """Whether the usual program is another one, and a call of it can be made again."""
    bodies = [one.body for one in (function, *function.callees.values())]
    return strongest(map(effect_of, bodies)) != IO and any(_guesses(op) for body in bodies for op in all_ops(body))


def usual(function: Function, singles: Singles = frozenset()) -> Function:
    """The program for the usual call, in which these axes of its parameters are 1; those of its callees, where all calls say so."""
    made, calls = _walked(_with_singles(function, singles, error=STRETCHED))
    callees: dict[str, Function] = {}
    ruled = {name: callee.rule.names for name, callee in function.callees.items() if callee.rule is not None}
    called_unseen = recursive_names(function.callees).union(ruled, *ruled.values())
    for name, callee in reversed([*function.callees.items()]):  # a function comes before those that call it
        given: Singles = frozenset()
        if name in calls and name not in called_unseen:
            given = frozenset.intersection(*calls[name])
        callees[name], inner = _walked(_with_singles(callee, given, known=True))
        for called, axes in inner.items():
            calls.setdefault(called, []).extend(axes)
    return replace(made, callees={name: callees[name] for name in function.callees})


def _walked(function: Function) -> tuple[Function, dict[str, list[Singles]]]:
    """The usual version of a function, and with which axes of 1 it calls others."""
    walk = _Usual(function)
    return walk.function(function), walk.calls


def _with_singles(function: Function, singles: Singles, **attrs: Any) -> Function:
    """The function after a check that these axes are 1."""
    b = Builder(function.span)
    for position, axis in sorted(singles):
        extents = b.dim(function.params[position], axis), b.const(1)
        b.emit("check_equal", extents, {"message": "extents differ from those of the first call", **attrs})
    return replace(function, body=Region(function.params, (*b.ops, *function.body.ops)))


def singles_of(function: Function, values: Sequence[Any]) -> Singles | None:
    """The axes that the usual program takes to be 1, so as not to refuse a call with these arguments, its first parameters; None where the shapes
    show that it refuses it nevertheless, and NumPy does not."""
    shapes = {param: value.shape for param, value in zip(function.params, values) if isinstance(value, np.ndarray)}
    singles: Singles = frozenset()
    while True:
        tried = _with_singles(function, singles, error=STRETCHED)
        walk = _Usual(tried)
        walk.function(tried)
        refused = [pair for pair, _ in walk.guessed if _stretches(pair, shapes)]
        if not refused:
            return singles
        axes = {extent[1:] for pair in refused for extent in pair if isinstance(extent, tuple) and extent[0] == "dim"}
        found = {(function.params.index(v), axis) for v, axis in axes if v in shapes and shapes[v][axis] == 1}
        if found <= singles:
            return None
        singles |= found


def _stretches(pair: tuple[Extent, Extent], shapes: Mapping[Value, tuple[int, ...]]) -> bool:
    """Whether two extents differ, as far as the shapes of the parameters say, and NumPy stretches one."""
    m, n = (_known(extent, shapes) for extent in pair)
    return m is not None and n is not None and m != n and 1 in (m, n)


def _known(extent: Extent, shapes: Mapping[Value, tuple[int, ...]]) -> int | None:
    if isinstance(extent, tuple) and extent[0] == "dim" and extent[1] in shapes:
        return shapes[extent[1]][extent[2]]
    if isinstance(extent, tuple) and extent[0] == "less":
        whole = _known(extent[1], shapes)
        return None if whole is None else max(0, whole - extent[2])
    if isinstance(extent, tuple) and extent[0] == "sum":
        parts = [_known(part, shapes) for part in extent[1:]]
        return None if None in parts else sum(part for part in parts if part is not None)
    return extent if isinstance(extent, int) else None


def is_usual(function: Function) -> bool:
    """Whether there is a call that the function, made for the usual one, refuses."""
    bodies = [one.body for one in (function, *function.callees.values())]
    return any(op.attrs.get("error") == STRETCHED for body in bodies for op in all_ops(body))


def _guesses(op: Op) -> bool:
    return bool(opdef(op).stretches) and op.attrs.get("access") != ON_PURPOSE


def _sliced(before: list[slice], subscripts: Sequence[Any]) -> list[slice]:
    """For each axis of a view the slice that it was made by last, where `before` are those of the array."""
    parts = [
        (part, axis) for part, axis, _ in aligned(subscripts, len(before)) if part is None or isinstance(part, slice)
    ]
    return [ALL if part is None else before[axis] if part == ALL else part for part, axis in parts]


def _permuted(before: list[slice], perm: tuple[int, ...]) -> list[slice]:
    return [before[axis] for axis in perm]


def _unknown(_: list[slice], extents: Sequence[Value]) -> list[slice]:
    return [ALL] * len(extents)


def _wholes(extents: tuple[Extent, Extent]) -> tuple[Extent, Extent]:
    """Of slices that leave out as many elements, the extents of the arrays: where these are equal, all such slices are as long."""
    m, n = extents
    if isinstance(m, tuple) and isinstance(n, tuple) and m[0] == n[0] == "less" and m[2] == n[2]:
        return m[1], n[1]
    return extents


class _Usual(FactRewriter):
    def __init__(self, function: Function) -> None:
        super().__init__(function)
        self.guessed: list[tuple[tuple[Extent, Extent], Span]] = []
        """The extents that were taken to be equal in the region that is walked."""
        self.calls: dict[str, list[Singles]] = {}
        """For each function that is called, the axes of its arguments that are 1, in every call."""

    def plain(self, op: Op) -> None:
        if (called := callee_of(op)) is not None:
            self.calls.setdefault(called, []).append(self._singles(op.operands))
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

    def _singles(self, arguments: Sequence[Value]) -> Singles:
        """Their axes that are known to be 1."""
        return frozenset(
            (position, axis)
            for position, value in enumerate(arguments)
            for axis in range(rank(value.type))
            if self.shapes.extent(value, axis) == 1
        )

    # -- loops ---------------------------------------------------------------------------------------------------------

    def structured(self, op: Op) -> None:
        outer, self.guessed = self.guessed, []
        op = self.inside(op)
        guessed, self.guessed = self.guessed, outer
        if is_loop(op):
            local = bound_in(Region((), (op,)))
            for extents, span in guessed:
                self._guess_before(extents, span, local)
        self.keep(op)

    def _guess_before(self, extents: tuple[Extent, Extent], span: Span, local: set[Value]) -> None:
        """Where a loop does not change extents, they are taken to be equal before it already, so that what comes after it knows it.

        The loop may not come so far as to compare them: then this is not for NumPy to refuse.
        """
        b = Builder(span)
        m, n = (self._value(b, extent, local) for extent in _wholes(extents))
        if m is not None and n is not None and not self.shapes.same(*extents):
            self._guess(b, (m, n), "extents differ in a loop")

    def _value(self, b: Builder, extent: Extent, local: set[Value]) -> Value | None:
        """The extent as an integer of the program before a loop with these values; None where that takes more than a look."""
        if any(root in local for root in roots(extent)):
            return None
        if not isinstance(extent, tuple):
            return b.const(extent) if isinstance(extent, int) else extent
        if extent[0] == "less" and isinstance(
            extent[1], tuple
        ):  # the difference of an integer of the program may not fit
            whole = self._value(b, extent[1], local)
            return None if whole is None else b.op("maximum", b.sub(whole, b.const(extent[2])), b.const(0))
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
        part = path_of(made).follow([ALL] * rank(array.type), operands, _sliced, _permuted, _unknown)[axis]
        return part.step is None and self._length(part) == ONE

    def _length(self, part: slice) -> Affine | None:
        """How many elements there are from the start to the stop, where the array has as many."""
        start = Affine() if part.start is None else of_value(self.shapes, part.start)
        if part.stop is None:
            return ONE if start == Affine(-1) else None
        return of_value(self.shapes, part.stop) - start
