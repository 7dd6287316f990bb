"""Index paths: where in an array a `load`, `store` or `accum` reaches.

A path is a chain of steps, applied one after the other, so that writing through a view of a view is one op: subscripts
(`Index`), `Transpose`s and `Reshape`s.  It is a pattern, to which the op's operands belong in the order of the items.  A
subscript and its operands together are what NumPy is given in brackets: a number, a slice, None for a new axis, an array of
integers, a mask.  That is how paths are built (`at`) and how they are read (`Path.subscripts`, `Path.follow`).

Only the last step may hold arrays of integers or masks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from typing import Any, ClassVar, TypeVar

from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.types import Array, Type, like, rank

R = TypeVar("R")
V = TypeVar("V")

Subscript = Any
"""An operand, a slice of operands, or None for a new axis.  (Operands are whatever the path is filled with.)"""
ALL = slice(None)
"""The subscript that keeps an axis as it is."""


# -- steps -------------------------------------------------------------------------------------------------------------


class Item(Enum):
    """An item of a subscript that is not a slice."""

    INTEGER = auto()
    NEW_AXIS = auto()
    """A new axis; it has no operand."""
    ARRAY = auto()
    """An array of integers."""
    MASK = auto()
    """An array of booleans, of any rank."""

    @property
    def operands(self) -> int:
        return int(self is not Item.NEW_AXIS)


@dataclass(frozen=True, slots=True)
class Slice:
    """A slice in a subscript, and which of its three parts have an operand."""

    start: bool = False
    stop: bool = False
    step: bool = False

    @property
    def operands(self) -> int:
        return self.start + self.stop + self.step


INTEGER, NEW_AXIS, ARRAY, MASK, WHOLE = Item.INTEGER, Item.NEW_AXIS, Item.ARRAY, Item.MASK, Slice()


@dataclass(frozen=True, slots=True)
class Index:
    """One subscript; missing items at its end mean whole axes."""

    items: tuple[Item | Slice, ...]

    @property
    def operands(self) -> int:
        """How many operands the step has."""
        return sum(item.operands for item in self.items)

    def rank(self, before: int, operands: Sequence[Type]) -> int:
        """The rank of the step's result for an array with `before` axes; raises `ValueError` if it cannot be applied."""
        used = kept = joint = position = 0
        for item in self.items:
            used += rank(operands[position]) if item is MASK else item is not NEW_AXIS
            kept += isinstance(item, Slice) or item is NEW_AXIS
            if item is MASK or item is ARRAY:
                joint = max(joint, 1 if item is MASK else rank(operands[position]))
            position += item.operands
        if used > before:
            raise ValueError(f"too many indices: the array has {before} axes, {used} were indexed")
        return kept + before - used + joint

    def filled(self, operands: Sequence[V]) -> tuple[Subscript, ...]:
        taken = iter(operands)

        def part(given: bool) -> V | None:
            return next(taken) if given else None

        return tuple(
            slice(part(item.start), part(item.stop), part(item.step))
            if isinstance(item, Slice)
            else part(item is not NEW_AXIS)
            for item in self.items
        )


@dataclass(frozen=True, slots=True)
class Transpose:
    """A permutation of the axes."""

    perm: tuple[int, ...]
    operands: ClassVar[int] = 0

    def rank(self, before: int, operands: Sequence[Type]) -> int:
        if sorted(self.perm) != list(range(before)):
            raise ValueError(f"{self.perm} is not a permutation of {before} axes")
        return before


@dataclass(frozen=True, slots=True)
class Reshape:
    """Its operands are the new extents, all known and none of them -1."""

    operands: int

    def rank(self, before: int, operands: Sequence[Type]) -> int:
        return self.operands


Step = Index | Transpose | Reshape


# -- paths -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Path:
    """A path without steps is the array itself."""

    steps: tuple[Step, ...] = ()

    def __add__(self, other: Path) -> Path:
        """The path `other` in what this one reaches."""
        return Path(self.steps + other.steps)

    def __len__(self) -> int:
        return len(self.steps)

    @property
    def operands(self) -> int:
        """How many operands the path has."""
        return sum(step.operands for step in self.steps)

    def result_rank(self, before: int, operands: Sequence[Type]) -> int:
        """The rank of what the path reaches in an array of `before` axes; raises `ValueError` if it cannot be applied."""
        for step, own in self._walk(operands):
            before = step.rank(before, own)
        return before

    def result_type(self, array: Array, operands: Sequence[Type]) -> Type:
        return like(array, self.result_rank(array.rank, operands))

    # -- what kind of path -----------------------------------------------------------------------------------------

    def _holds(self, *items: Item) -> bool:
        return any(item in items for step in self.steps if isinstance(step, Index) for item in step.items)

    @property
    def is_view(self) -> bool:
        """Whether NumPy gives a view (or a scalar) for every step: no arrays of integers, no masks."""
        return not self._holds(ARRAY, MASK)

    @property
    def may_repeat(self) -> bool:
        """Whether the path may reach an element twice."""
        return self._holds(ARRAY)

    @property
    def is_whole(self) -> bool:
        """Whether the path reaches the whole array, as it is."""
        return all(isinstance(step, Index) and all(item == WHOLE for item in step.items) for step in self.steps)

    @property
    def is_reshaped(self) -> bool:
        """Whether the path reaches each element once, by way of a reshape that comes first."""
        return (
            bool(self.steps)
            and isinstance(self.steps[0], Reshape)
            and not any(isinstance(step, Index) for step in self.steps)
        )

    @property
    def is_subscript(self) -> bool:
        """Whether the path is one subscript."""
        return len(self.steps) == 1 and isinstance(self.steps[0], Index)

    @property
    def added_axes(self) -> tuple[int, ...] | None:
        """The new axes in the result of a path that only adds axes (`new_axes`); None for any other."""
        return self._places(NEW_AXIS)

    @property
    def picked_axes(self) -> tuple[int, ...] | None:
        """The axes along which a path takes one element, if it keeps all others whole (`picked`); None for any other."""
        return self._places(INTEGER)

    def _places(self, wanted: Item) -> tuple[int, ...] | None:
        step = self.steps[0] if len(self.steps) == 1 else None
        if not isinstance(step, Index) or any(item is not wanted and item != WHOLE for item in step.items):
            return None
        return tuple(k for k, item in enumerate(step.items) if item is wanted)

    # -- with its operands -----------------------------------------------------------------------------------------

    def _walk(self, operands: Sequence[V]) -> Iterator[tuple[Step, Sequence[V]]]:
        position = 0
        for step in self.steps:
            count = step.operands
            yield step, operands[position : position + count]
            position += count

    def follow(
        self,
        start: R,
        operands: Sequence[V],
        index: Callable[[R, tuple[Subscript, ...]], R],
        transpose: Callable[[R, tuple[int, ...]], R],
        reshape: Callable[[R, Sequence[V]], R],
    ) -> R:
        """What `start` becomes, step by step."""
        for step, own in self._walk(operands):
            if isinstance(step, Index):
                start = index(start, step.filled(own))
            elif isinstance(step, Transpose):
                start = transpose(start, step.perm)
            else:
                start = reshape(start, own)
        return start

    def subscripts(self, operands: Sequence[V]) -> tuple[Subscript, ...] | None:
        """What is in the brackets of a path of one subscript, or of no step; None for any other."""
        if not self.steps:
            return ()
        (step, *more) = self.steps
        return step.filled(operands) if isinstance(step, Index) and not more else None

    def ending(self, operands: Sequence[V]) -> tuple[Path, tuple[Subscript, ...]]:
        """The steps before a last subscript, and that subscript; all steps and no subscripts where the last step is not one."""
        if not self.steps or not isinstance(self.steps[-1], Index):
            return self, ()
        before = Path(self.steps[:-1])
        return before, self.steps[-1].filled(operands[before.operands :])

    def beginning(self, operands: Sequence[V]) -> tuple[Subscript, ...]:
        """The subscript that the path begins with, if it begins with one."""
        return Path(self.steps[:1]).subscripts(operands) or ()

    def slices(self, operands: Sequence[Value]) -> list[tuple[slice, int]]:
        """The slices of one subscript that may leave something out, and their axes."""
        return [
            (s, axis) for s, axis, _ in aligned(self.subscripts(operands) or ()) if isinstance(s, slice) and s != ALL
        ]

    def offsets(self, operands: Sequence[Value], axes: int) -> list[tuple[Value | None, bool]] | None:
        """For each axis of an array, the index or the start of the slice, and whether it is a slice, so that an element of the view
        is found in the array at the sum; None for a path where that does not hold."""
        subscripts = self.subscripts(operands)
        if subscripts is None or any(s is None or (isinstance(s, slice) and s.step is not None) for s in subscripts):
            return None
        placed = [subscript for subscript, _, _ in aligned(subscripts, axes)]
        return [(s.start, True) if isinstance(s, slice) else (s, False) for s in placed]

    def split(
        self, operands: Sequence[V]
    ) -> tuple[tuple[Path, Sequence[V]], Sequence[V], tuple[Path, Sequence[V]]] | None:
        """The paths before and after the first reshape with their operands, and its extents; None where there is none."""
        position = 0
        for k, (step, own) in enumerate(self._walk(operands)):
            if isinstance(step, Reshape):
                before, behind = Path(self.steps[:k]), Path(self.steps[k + 1 :])
                return (before, operands[:position]), own, (behind, operands[position + len(own) :])
            position += len(own)
        return None

    def in_row(self, count: int) -> Path:
        """The same subscript in a row of an array with `count` more axes; the row's indices come first."""
        (step,) = self.steps
        assert isinstance(step, Index)
        return Path((Index((INTEGER,) * count + step.items),))


def path_of(op: Op) -> Path:
    """The path of a `load`, `store` or `accum`."""
    path: Path = op.attrs["path"]
    return path


def aligned(subscripts: Sequence[Subscript], axes: int = 0) -> Iterator[tuple[Subscript, int, int]]:
    """Each subscript with its axis in the array and its axis in the view; whole axes are added up to `axes`.

    Operands are values; a mask has several axes, the first of which is given.
    """
    axis = place = 0
    for subscript in subscripts:
        yield subscript, axis, place
        axis += axes_of(subscript)
        place += subscript is None or isinstance(subscript, slice)
    for more in range(axes - axis):
        yield ALL, axis + more, place + more


def trimmed(subscripts: Sequence[Subscript]) -> Sequence[Subscript]:
    """The subscripts without whole axes at the end, which are implied."""
    end = len(subscripts)
    while end > 1 and subscripts[end - 1] == ALL:
        end -= 1
    return subscripts[:end]


def taken_apart(subscripts: Sequence[Subscript]) -> tuple[tuple[slice, ...], tuple[Subscript, ...]]:
    """A subscript with arrays as two, one after the other: the slices alone, then the rest with whole axes in their place."""
    slices = [
        subscript if isinstance(subscript, slice) else ALL
        for subscript in subscripts
        for _ in range(axes_of(subscript))
    ]
    return tuple(slices), tuple(ALL if isinstance(subscript, slice) else subscript for subscript in subscripts)


def axes_of(subscript: Subscript) -> int:
    """How many axes of the array it takes up."""
    return 0 if subscript is None else rank(subscript.type) if is_mask(subscript) else 1


def is_mask(subscript: Subscript) -> bool:
    return is_array(subscript) and subscript.type.dtype.is_bool


def is_array(subscript: Subscript) -> bool:
    return isinstance(subscript, Value) and isinstance(subscript.type, Array)


HERE = Path()


# -- paths by what they are for ----------------------------------------------------------------------------------------


def at(*subscripts: Subscript) -> tuple[Path, tuple[Value, ...]]:
    """The path that NumPy's brackets would hold, and its operands: `b.load(x, *at(ALL, i))` is `x[:, i]`."""
    items: list[Item | Slice] = []
    operands: list[Value] = []
    for subscript in subscripts:
        if isinstance(subscript, slice):
            parts = (subscript.start, subscript.stop, subscript.step)
            items.append(Slice(*(part is not None for part in parts)))
            operands += [part for part in parts if part is not None]
        elif subscript is None:
            items.append(NEW_AXIS)
        else:
            items.append(MASK if is_mask(subscript) else ARRAY if is_array(subscript) else INTEGER)
            operands.append(subscript)
    return indexing(*items), tuple(operands)


def indexing(*items: Item | Slice) -> Path:
    return Path((Index(items),))


@cache
def element(count: int = 1) -> Path:
    """The place that `count` integers give: one element, or a row."""
    return indexing(*(INTEGER,) * count)


def entire(axes: int = 1) -> Path:
    """All of an array."""
    return indexing(*(WHOLE,) * axes)


def new_axes(axes: Collection[int]) -> Path:
    """All of an array, with new axes of extent 1 at `axes` of the result."""
    return indexing(*(NEW_AXIS if axis in axes else WHOLE for axis in range(max(axes, default=-1) + 1)))


def picked(axes: Collection[int]) -> Path:
    """One element along these axes of an array, and everything along the others."""
    return indexing(*(INTEGER if axis in axes else WHOLE for axis in range(max(axes, default=-1) + 1)))


def transposing(perm: Sequence[int]) -> Path:
    return Path((Transpose(tuple(perm)),))


def reshaping(extents: int) -> Path:
    return Path((Reshape(extents),))
