"""Memory order: the axes of an array from the slowest to the fastest, as far as that is known.

It decides whether NumPy's `reshape` and `ravel` return a view or a copy, and the order of a new array.  Every
reference carries what is proven about its array (`Ref.layout`); `None` means that nothing is known.  The layout of an
argument may be asked for at the call (`of_array`), and is then part of the specialisation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import dropwhile, pairwise
from typing import NamedTuple

import numpy as np

from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.path import ALL, Path, Subscript, aligned
from autodiff_compiler.library.memory import ALWAYS, COPIES, FOLLOWS, KEEPS

DENSE = "dense"
"""The elements lie without gaps."""
EVEN = "even"
"""They lie at a constant distance in memory with gaps, like those of `x[::-1]` or `x[::2]` of a vector."""
UNEVEN = "uneven"
"""They lie at varying distances."""


class Layout(NamedTuple):
    """`order`: the axes from the largest to the smallest stride, without those known to have an extent of 1, which have no
    place.  `spacing`: how the elements lie in that order; None if not known.  `wide`: whether each axis in `order` is
    known to have an extent of 2 or more, so that its place in the order makes a difference.

    Signs of strides do not matter for the order of a result, nor do they here.
    """

    order: tuple[int, ...]
    spacing: str | None
    wide: bool = False

    @property
    def dense(self) -> bool:
        return self.spacing == DENSE

    @property
    def ordered(self) -> bool:
        """Whether the axes lie in C order."""
        return list(self.order) == sorted(self.order)

    @property
    def reversed(self) -> bool:
        """Whether the axes lie in Fortran order."""
        return list(self.order) == sorted(self.order, reverse=True)


Ranked = Sequence[tuple[Layout | None, int]]
"""Layouts of arrays, each with the array's rank."""


def c_order(rank: int, *, wide: bool = False) -> Layout:
    """The layout of an array that has just been made in C order."""
    return Layout(tuple(range(rank)), DENSE, wide)


def fortran_order(rank: int, *, wide: bool = False) -> Layout:
    return Layout(tuple(reversed(range(rank))), DENSE, wide)


def of_array(array: np.ndarray) -> Layout | None:
    """The layout of an existing array; None where it overlaps itself, or is empty."""
    if array.size == 0:
        return None
    strides = [abs(stride) for stride in array.strides]
    order = sorted(range(array.ndim), key=lambda axis: -strides[axis])
    long = [axis for axis in order if array.shape[axis] > 1]
    room = array.itemsize
    for axis in reversed(long):
        if strides[axis] < room:
            return None
        room = strides[axis] * array.shape[axis]
    even = all(array.strides[a] == array.strides[b] * array.shape[b] for a, b in pairwise(long))
    dense = even and (not long or array.strides[long[-1]] == array.itemsize)
    return Layout(tuple(long), DENSE if dense else EVEN if even else UNEVEN, True)


def joined(a: Layout | None, b: Layout | None) -> Layout | None:
    """What is true of an array that has one of two layouts."""
    if a is None or b is None or a.order != b.order:
        return None
    return Layout(a.order, a.spacing if a.spacing == b.spacing else None, a.wide and b.wide)


# -- views -------------------------------------------------------------------------------------------------------------


def through(layout: Layout | None, path: Path, operands: Sequence[Value]) -> Layout | None:
    """The layout of a view, at the end of a path of subscripts and transpositions of an array."""
    return path.follow(layout, operands, _subscripted, _transposed, lambda *_: None)


def _transposed(layout: Layout | None, perm: tuple[int, ...]) -> Layout | None:
    return layout and Layout(tuple(map(perm.index, layout.order)), layout.spacing, layout.wide)


def _subscripted(layout: Layout | None, subscripts: tuple[Subscript, ...]) -> Layout | None:
    if layout is None:
        return None
    placed = list(aligned(subscripts, max(layout.order, default=-1) + 1))
    own = {axis: subscript for subscript, axis, _ in placed if subscript is not None}
    places = {axis: place for subscript, axis, place in placed if isinstance(subscript, slice)}
    inner = [own[axis] for axis in layout.order]
    order = tuple(places[axis] for axis in layout.order if axis in places)
    wide = layout.wide and all(item == ALL or not isinstance(item, slice) for item in inner)
    return Layout(order, _spacing(layout, inner), wide)


def _spacing(layout: Layout, items: list[Subscript]) -> str | None:
    """How the elements of a view lie; `items` are what the subscript has for the axes, slowest first."""
    if all(item == ALL for item in items):
        return layout.spacing
    if not layout.dense:
        return None
    kept = [item for item in items if isinstance(item, slice)]
    if not isinstance(items[-1], slice) and kept == [ALL] and layout.wide:
        return EVEN  # a column: the fastest axis is gone
    # Without gaps: integers for the slowest axes, at most one slice, and all of the rest.
    parts = list(dropwhile(lambda item: not isinstance(item, slice), items))
    gapless = not parts or (parts[0].step is None and all(item == ALL for item in parts[1:]))
    return DENSE if gapless else None


def reshaped(layout: Layout | None, rank: int, to: int) -> Layout | None:
    """The layout of a reshaped array that is a view, as `is_view` says."""
    if layout is None:
        return None
    return Layout(tuple(range(to)), layout.spacing) if layout.ordered else None


def is_view(layout: Layout | None, rank: int, when: str, to: int) -> bool | None:
    """Whether NumPy returns a view of an array with this layout, or a copy; None where it is not known.

    `when`: "reshape" for a view where the strides allow it; "contiguous" and "fortran" for functions that copy any other array.
    """
    if when == "":
        return True
    if when == "reshape" and rank <= 1:
        return True
    if layout is None:
        return None
    if when == "reshape":
        if len(layout.order) <= 1 or (layout.ordered and layout.spacing in (DENSE, EVEN)):
            return True
        return False if to == 1 and layout.wide and (not layout.ordered or layout.spacing == UNEVEN) else None
    in_order = layout.ordered if when == "contiguous" else layout.reversed
    if in_order and layout.dense:
        return True
    return False if layout.wide and (not in_order or layout.spacing in (EVEN, UNEVEN)) else None


def arranged(layout: Layout | None, rank: int, order: str) -> str | None:
    """What the order "A" or "K" means for this array in a function that arranges elements: "C" or "F"; None if not known."""
    if rank <= 1 or order not in ("A", "K"):
        return "C" if order in ("A", "K") else order
    if layout is None:
        return None
    if order == "K":
        return "C" if layout.ordered else "F" if layout.reversed else None
    if layout.dense and (layout.ordered or layout.reversed):
        return "C" if layout.ordered else "F"
    return "C" if layout.wide and (not layout.reversed or layout.spacing in (EVEN, UNEVEN)) else None


# -- new arrays --------------------------------------------------------------------------------------------------------


def of_result(order: str | None, rank: int, operands: Iterable[tuple[Layout | None, int]]) -> Layout | None:
    """The layout of a new array of `rank`, made by a function of this kind from arrays of these layouts and ranks."""
    given = list(operands)
    if order == COPIES:
        return c_order(rank, wide=_spans(given, rank))
    if order == ALWAYS or (order == FOLLOWS and rank <= 1):
        return c_order(rank)
    if order == FOLLOWS:
        full = all(n <= 1 or (layout is not None and len(layout.order) == n) for layout, n in given)
        return c_order(rank) if full and _in_order(given) else None
    return _of_elements(rank, given) if order == KEEPS else None


def _of_elements(rank: int, given: Ranked) -> Layout | None:
    """The layout of a new array made element by element, which keeps the order of its operands."""
    # One operand in C order is enough, if each of its axes counts.
    decided = any(layout is not None and layout.ordered and _spans([(layout, n)], rank) for layout, n in given)
    if decided or _in_order(given):
        return c_order(rank, wide=_spans(given, rank))
    # An operand with one axis has no order: the others decide, if they agree and none of them is stretched.
    deciding = [layout for layout, n in given if n > 1]
    first = deciding[0]
    if first is None or any(other is None or other.order != first.order for other in deciding):
        return None
    same = all(n == rank for _, n in given if n > 1) and (len(given) == 1 or _spans(given, rank))
    return Layout(first.order, DENSE, first.wide) if same else None


def _in_order(given: Ranked) -> bool:
    """Whether all operands with an order lie in C order."""
    return all(n <= 1 or (layout is not None and layout.ordered) for layout, n in given)


def _spans(given: Ranked, rank: int) -> bool:
    """Whether an operand has all axes of the result, each of an extent of 2 or more, so that none is stretched."""
    return any(layout is not None and layout.wide and len(layout.order) == n == rank for layout, n in given)
