"""The extents of what a path reaches."""

from __future__ import annotations

from typing import Any

from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.opdef import Facts, Shape
from autodiff_compiler.ir.path import is_slice, item_operands, step_operands
from autodiff_compiler.ir.types import INT, rank

Extent = Any


def reached(facts: Facts, op: Op) -> tuple[Shape]:
    """The extents of what a `load` reaches; an unknown one is the result's own."""
    extents: list[Extent | None] = list(facts.extents(op.operands[0]))
    operands = list(op.operands[1:])
    for step in op.attrs["path"]:
        taken, operands = operands[: step_operands(step)], operands[step_operands(step) :]
        kind, data = step
        if kind == "transpose":
            extents = [extents[axis] for axis in data]
        elif kind == "reshape":
            extents = [facts.of(v) for v in taken]
        elif "a" in data or "b" in data:
            extents = [None] * rank(op.result.type)
        else:
            extents = _subscripted(facts, extents, data, taken, bool(op.attrs.get("exact")))
    return (tuple(("dim", op.result, axis) if e is None else e for axis, e in enumerate(extents)),)


def _subscripted(
    facts: Facts, extents: list[Extent | None], items: tuple[str, ...], operands: list[Value], exact: bool
) -> list[Extent | None]:
    kept: list[Extent | None] = []
    axis = position = 0
    for item in items:
        taken = operands[position : position + item_operands(item)]
        position += len(taken)
        if item == "n":
            kept.append(1)
            continue
        if is_slice(item):
            extent = _sliced(facts, extents[axis], item, taken)
            kept.append(_exact(facts, extents[axis], item, taken) if extent is None and exact else extent)
        axis += 1
    return kept + extents[axis:]


def _sliced(facts: Facts, extent: Extent | None, item: str, operands: list[Value]) -> Extent | None:
    """The extent of a slice that leaves out constantly many elements at either end; None for any other slice."""
    if item == "s000":
        return extent
    bounds = [facts.of(v) for v in operands]
    if extent is None or item[3] == "1" or not all(isinstance(bound, int) for bound in bounds):
        return None
    taken = iter(bounds)
    start = next(taken) if item[1] == "1" else 0
    stop = next(taken) if item[2] == "1" else 0
    assert isinstance(start, int)
    assert isinstance(stop, int)
    from_end = stop < 0 or item[2] == "0"
    return ("less", extent, start - stop) if start >= 0 and from_end else None


def _exact(facts: Facts, extent: Extent | None, item: str, operands: list[Value]) -> Extent | None:
    """The extent of a slice of step 1 that has `0 <= start <= stop <= extent`."""
    start = operands[0] if item[1] == "1" else None
    if item[2] == "0":
        return None if extent is None or start is None else ("rest", extent, start)
    stop = operands[-1]
    if start is None or facts.of(start) == 0:
        return facts.of(stop)
    made = facts.defs.get(stop)
    if made is not None and made.kind == "add" and start in made.operands and stop.type == INT:
        first, second = made.operands
        return facts.of(second if first is start else first)
    return ("span", start, stop)
