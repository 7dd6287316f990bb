"""Places in an array: what a load or a write reaches, and whether two places are disjoint.

A place is known axis by axis, by the integers between which it lies: linear forms, compared by what `bounds` proves.  The
integers of a place are those of one execution; for another one, of an inner loop or of a later iteration, they get new names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from autodiff_compiler.analysis.affine import Affine
from autodiff_compiler.analysis.bounds import Bounds
from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.extent import roots
from autodiff_compiler.ir.path import aligned, is_array, path_of


@dataclass(frozen=True)
class Reach:
    """The elements of an axis from `first` to `last`, both included; to its end where that is None."""

    first: Affine
    last: Affine | None


Place = tuple[Reach | None, ...]
"""What is reached on each axis, or more than that; None where it is not known, and on all further axes."""


class Places:
    """Places, by what is known about integers where the question is asked."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds

    def of(self, op: Op) -> Place:
        """What a load or a write reaches, or a larger part of the array."""
        place: list[Reach | None] = []
        for subscript, axis, _ in aligned(path_of(op).beginning(op.operands[1:])):
            place += [None] * (axis - len(place))  # a mask has several axes
            if subscript is not None:
                place.append(self._reach(subscript))
        return tuple(place)

    def _reach(self, subscript: Value | slice) -> Reach | None:
        """None also where it may count from the end, because an index may be negative, or runs backwards."""
        if not isinstance(subscript, slice):
            index = None if is_array(subscript) else self._from_start(subscript)
            return None if index is None else Reach(index, index)
        if subscript.step is not None:
            return None
        first = Affine() if subscript.start is None else self._from_start(subscript.start)
        if first is None or subscript.stop is None:
            return None if first is None else Reach(first, None)
        stop = self._from_start(subscript.stop)
        return None if stop is None else Reach(first, stop.plus(-1))

    def _from_start(self, index: Value) -> Affine | None:
        form = self.bounds.affine(index)
        return form if self.bounds.nonnegative(form) else None

    def are_apart(self, a: Place, b: Place) -> bool:
        """Whether the two certainly have no element in common: on one axis, one ends before the other begins."""
        return any(
            self._is_before(left, right) or self._is_before(right, left)
            for left, right in zip(a, b)
            if left is not None and right is not None
        )

    def _is_before(self, left: Reach, right: Reach) -> bool:
        return left.last is not None and self.bounds.nonnegative((right.first - left.last).plus(-1))

    def elsewhere(self, place: Place, is_other: Callable[[Value], bool]) -> Place:
        """The place in another execution, in which the integers that are `other` may have other values."""
        return _Renaming(self.bounds, is_other).place(place)

    def later(self, place: Place, is_other: Callable[[Value], bool], index: Value, step: int) -> Place:
        """The same in a later iteration of the loop that has this index and step."""
        return _Renaming(self.bounds, is_other, index, step).place(place)


class _Renaming:
    """New names for integers that may have other values, with the bounds of the old ones."""

    def __init__(
        self, bounds: Bounds, is_other: Callable[[Value], bool], index: Value | None = None, step: int = 0
    ) -> None:
        self.bounds = bounds
        self.is_other = is_other
        self.index, self.step = index, step
        self.names: dict[Value, Value] = {}

    def place(self, place: Place) -> Place:
        return tuple(None if reach is None else self.reach(reach) for reach in place)

    def reach(self, reach: Reach) -> Reach | None:
        first = self.form(reach.first)
        last = None if reach.last is None else self.form(reach.last)
        return None if first is None or (last is None and reach.last is not None) else Reach(first, last)

    def form(self, form: Affine) -> Affine | None:
        """None where it refers to extents of an array that may be another one."""
        for atom in form.terms:
            for value in filter(self.is_other, roots(atom)):
                if value is not atom:
                    return None
                if value not in self.names:
                    self.rename(value)
        return form.renamed(self.names)

    def rename(self, value: Value) -> None:
        new = Value(value.type, value.name)
        lower, upper = ([f for f in map(self.form, side) if f is not None] for side in self.bounds.range_of(value))
        if value is self.index and self.step:
            (lower if self.step > 0 else upper).append(Affine(self.step, {value: 1}))
        self.bounds.introduce(new, lower, upper)
        self.names[value] = new
