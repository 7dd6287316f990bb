"""Which values carry a derivative: varied (depends on an active input) and useful (a wanted result depends on it).

Both are fixpoints over the carried slots of loops and go through the results of `if`.  Only float values can be
either.  A value whose primal is needed is a different matter: see `ad/residuals.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from autodiff_compiler.ir.core import Function, Region, Value
from autodiff_compiler.ir.loop import Loop, is_loop
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
        if is_loop(op):
            loop = Loop(op)
            _join_slots(loop, varied)
            _vary(loop.body, varied, flat)
            _join_slots(loop, varied)
        elif op.kind == "if":
            for branch in op.regions:
                _vary(branch, varied, flat)
                varied.update(r for r, y in zip(op.results, branch.terminator.operands) if y in varied)
        elif op.kind not in flat and any(v in varied for v in op.operands):
            varied.update(r for r in op.results if differentiable(r.type))


def _join_slots(loop: Loop, varied: set[Value]) -> None:
    for slot in loop.slots:
        if slot.init in varied or slot.yielded in varied:
            varied.update((slot.param, slot.result))


def _use(region: Region, useful: set[Value], flat: Collection[str]) -> None:
    for op in reversed(region.ops):
        if is_loop(op):
            loop = Loop(op)
            _demand_slots(loop, useful)
            _use(loop.body, useful, flat)
            _demand_slots(loop, useful)
        elif op.kind == "if":
            for branch in op.regions:
                useful.update(y for r, y in zip(op.results, branch.terminator.operands) if r in useful)
                _use(branch, useful, flat)
        elif op.kind not in flat and any(r in useful for r in op.results):
            useful.update(v for v in op.operands if differentiable(v.type))


def _demand_slots(loop: Loop, useful: set[Value]) -> None:
    for slot in loop.slots:
        if slot.result in useful or slot.param in useful:
            useful.update((slot.init, slot.yielded))
