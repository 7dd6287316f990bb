"""The extents of what a path reaches."""

from __future__ import annotations

from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.extent import Extent, without
from autodiff_compiler.ir.opdef import Facts, Shape
from autodiff_compiler.ir.path import ALL, Subscript, aligned, is_array, is_mask, path_of
from autodiff_compiler.ir.types import INT, rank


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
    """The extent of a slice that leaves out a constant number of elements at either end, or joined arrays; None for any other slice."""
    if part == ALL:
        return extent
    if extent is None or part.step is not None:
        return None
    start, stop = (0 if bound is None else facts.of(bound) for bound in (part.start, part.stop))
    from_end = part.stop is None or (isinstance(stop, int) and stop < 0)
    if isinstance(start, int) and isinstance(stop, int) and start >= 0 and from_end:
        return ("less", extent, start - stop)
    return _between_joints(facts, facts.find(extent), part)


def _between_joints(facts: Facts, whole: Extent, part: slice) -> Extent | None:
    """The extent of a slice of arrays that stand one after the other, where it leaves out some of them at the beginning or at the end."""
    start = 0 if part.start is None else facts.find(facts.of(part.start))
    rest = without(whole, start)
    if part.stop is None or rest is None:
        return rest
    end = part.stop if start == 0 else _after(facts, part.start, part.stop)
    if end is None:
        return None
    length: Extent = facts.find(facts.of(end))
    return None if without(rest, length) is None else length


def _after(facts: Facts, start: Value, stop: Value) -> Value | None:
    """The integer that was added to `start` to make `stop`."""
    made = facts.defs.get(stop)
    if made is None or made.kind != "add" or start not in made.operands or stop.type != INT:
        return None
    first, second = made.operands
    return second if first is start else first


def _exact(facts: Facts, extent: Extent | None, part: slice) -> Extent | None:
    """The extent of a slice of step 1 that has `0 <= start <= stop <= extent`."""
    start, stop = part.start, part.stop
    if stop is None:
        return None if extent is None or start is None else ("rest", extent, start)
    length = stop if start is None or facts.of(start) == 0 else _after(facts, start, stop)
    known: Extent = ("span", start, stop) if length is None else facts.of(length)
    return known
