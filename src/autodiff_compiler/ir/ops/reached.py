"""The extents of what a path reaches."""

from __future__ import annotations

from typing import Any

from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.opdef import Facts, Shape
from autodiff_compiler.ir.path import ALL, Subscript, aligned, is_array, is_mask, path_of
from autodiff_compiler.ir.types import INT, rank

Extent = Any


def reached(facts: Facts, op: Op) -> tuple[Shape]:
    """The extents of what a `load` reaches; where one is unknown, it is the extent of the result itself."""
    path = path_of(op)
    exact = bool(op.attrs.get("exact"))
    unknown: list[Extent | None] = [None] * rank(op.result.type)

    def subscripted(extents: list[Extent | None], subscripts: tuple[Subscript, ...]) -> list[Extent | None]:
        kept: list[Extent | None] = []
        for subscript, axis, _ in aligned(subscripts, len(extents)):
            if subscript is None:
                kept.append(1)
            elif isinstance(subscript, slice):
                extent = _sliced(facts, extents[axis], subscript)
                kept.append(_exact(facts, extents[axis], subscript) if extent is None and exact else extent)
        if any(map(is_array, subscripts)):
            place = _place(subscripts)
            kept[place:place] = facts.broadcast(tuple(s for s in subscripts if isinstance(s, Value)))
        return kept

    extents = unknown
    subscripts = path.subscripts(op.operands[1:])
    if path.is_view or (subscripts is not None and not any(map(is_mask, subscripts))):
        extents = path.follow(
            list(facts.extents(op.operands[0])),
            op.operands[1:],
            subscripted,
            transpose=lambda extents, perm: [extents[axis] for axis in perm],
            reshape=lambda _, extents: [facts.of(v) for v in extents],
        )
    return (tuple(("dim", op.result, axis) if e is None else e for axis, e in enumerate(extents)),)


def _place(subscripts: tuple[Subscript, ...]) -> int:
    """Where NumPy puts the axes of arrays of integers: in their place where they, and integers, stand side by side; else first."""
    picks = [n for n, subscript in enumerate(subscripts) if isinstance(subscript, Value)]
    first, last = picks[0], picks[-1]
    return first if last - first + 1 == len(picks) else 0


def _sliced(facts: Facts, extent: Extent | None, part: slice) -> Extent | None:
    """The extent of a slice that leaves out a constant number of elements at either end; None for any other slice."""
    if part == ALL:
        return extent
    start, stop = (0 if bound is None else facts.of(bound) for bound in (part.start, part.stop))
    if extent is None or part.step is not None or not isinstance(start, int) or not isinstance(stop, int):
        return None
    from_end = stop < 0 or part.stop is None
    return ("less", extent, start - stop) if start >= 0 and from_end else None


def _exact(facts: Facts, extent: Extent | None, part: slice) -> Extent | None:
    """The extent of a slice of step 1 that has `0 <= start <= stop <= extent`."""
    start, stop = part.start, part.stop
    if stop is None:
        return None if extent is None or start is None else ("rest", extent, start)
    if start is None or facts.of(start) == 0:
        return facts.of(stop)
    made = facts.defs.get(stop)
    if made is not None and made.kind == "add" and start in made.operands and stop.type == INT:
        first, second = made.operands
        return facts.of(second if first is start else first)
    return ("span", start, stop)
