"""Which values carry a derivative: varied (depends on an active input) and useful (a wanted result depends on it).

Both are fixpoints over the carried slots of loops and go through the results of `if`.  Only float values can be
either.  Whether the primal value itself is needed is another question: see `ad/residuals.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.loop import merges
from autodiff_compiler.ir.types import differentiable


def active_values(
    fn: Function, inputs: Sequence[bool], wanted: Iterable[Value], flat: Collection[str] = ()
) -> set[Value]:
    """The values that are varied with respect to the chosen parameters and useful for the wanted results.

    `flat` are the kinds of ops whose derivative is zero everywhere.
    """
    varied = _fixpoint(fn.body, {p for p, on in zip(fn.params, inputs) if on and differentiable(p.type)}, _vary, flat)
    useful = _fixpoint(fn.body, {v for v in wanted if differentiable(v.type)}, _use, flat)
    return varied & useful


Visit = Callable[[Region, set[Value], Collection[str]], None]


def _fixpoint(body: Region, found: set[Value], visit: Visit, flat: Collection[str]) -> set[Value]:
    before = -1
    while len(found) != before:
        before = len(found)
        visit(body, found, flat)
    return found


def _vary(region: Region, varied: set[Value], flat: Collection[str]) -> None:
    for op in region.ops:
        if op.regions:
            _join(op, varied)
            for inner in op.regions:
                _vary(inner, varied, flat)
            _join(op, varied)
        elif op.kind not in flat and not varied.isdisjoint(op.operands):
            varied.update(r for r in op.results if differentiable(r.type))


def _join(op: Op, varied: set[Value]) -> None:
    for values, sources in merges(op):
        if not varied.isdisjoint(sources):
            varied.update(values)


def _use(region: Region, useful: set[Value], flat: Collection[str]) -> None:
    for op in reversed(region.ops):
        if op.regions:
            _demand(op, useful)
            for inner in op.regions:
                _use(inner, useful, flat)
            _demand(op, useful)
        elif op.kind not in flat and not useful.isdisjoint(op.results):
            useful.update(v for v in op.operands if differentiable(v.type))


def _demand(op: Op, useful: set[Value]) -> None:
    for values, sources in merges(op):
        if not useful.isdisjoint(values):
            useful.update(sources)
