"""Which values carry a derivative: varied (depends on an active input) and useful (a wanted result depends on it).

Both are fixpoints over the carried slots of loops and go through the results of `if`.  Only float values can be
either.  Whether the primal value itself is needed is another question: see `ad/residuals.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.loop import merges
from autodiff_compiler.ir.types import differentiable


def active_values(
    fn: Function, inputs: Sequence[bool], wanted: Iterable[Value], flat: Collection[str] = ()
) -> set[Value]:
    """The values that are varied with respect to the chosen parameters and useful for the wanted results.

    `flat` are the kinds of ops whose derivative is zero everywhere.
    """
    varied = _reached(fn.body, {p for p, on in zip(fn.params, inputs) if on}, flat, backwards=False)
    return varied & _reached(fn.body, set(wanted), flat, backwards=True)


def _reached(body: Region, start: set[Value], flat: Collection[str], *, backwards: bool) -> set[Value]:
    """What depends on some values or, backwards, what they depend on."""

    def visit(region: Region) -> None:
        for op in reversed(region.ops) if backwards else region.ops:
            if op.regions:
                join(op)
                for inner in op.regions:
                    visit(inner)
                join(op)
            elif op.kind not in flat:
                flow(op.results, op.operands)

    def join(op: Op) -> None:
        for values, sources in merges(op):
            flow(values, sources)

    def flow(results: Sequence[Value], operands: Sequence[Value]) -> None:
        given, reached = (results, operands) if backwards else (operands, results)
        if not found.isdisjoint(given):
            found.update(value for value in reached if differentiable(value.type))

    found = {value for value in start if differentiable(value.type)}
    size = -1
    while size != (size := len(found)):
        visit(body)
    return found
