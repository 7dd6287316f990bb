"""Alias classes: which array cells, and which lists, dicts and objects, two states hold at the same places.

Where control flow merges, a name may hold one array on one path and another on the other.  `AliasClasses(a, b, keys)`
walks both states from the live names and pairs what it finds at each place; `bijective` says whether two cells can be
carried as one, as those of `a, b = b, a` can; `shared` says the same of boxes.
"""

from __future__ import annotations

from typing import Any

from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.state import NameKey, State
from autodiff_compiler.frontend.values import Abs, Cell, Items, Maybe, OrNone, Ref, parts

Location = tuple[Any, ...]
"""A place where a value can be found: a name, then positions in what it holds; or a box, then a position."""


class AliasClasses:
    """The pairs of two states; see the module's docstring."""

    def __init__(self, a: State, b: State, keys: list[NameKey]) -> None:
        self._a, self._b = a, b
        self.cells: dict[Location, tuple[Cell | None, Cell | None]] = {}
        self.boxes: dict[tuple[Box, Box], Box] = {}
        """For each pair of boxes, the box that stands for both afterwards."""
        self.roots: dict[tuple[Box, Box], Location] = {}
        """For each pair of boxes, the beginning of the locations of what they hold."""
        for key in keys:
            self._walk(key, a.names.get(key), b.names.get(key))
        self._images: dict[Cell, dict[Cell | None, None]] = {}
        self._origins: dict[Cell, dict[Cell | None, None]] = {}
        for cell_a, cell_b in self.cells.values():
            if cell_a is not None:
                self._images.setdefault(cell_a, {})[cell_b] = None
            if cell_b is not None:
                self._origins.setdefault(cell_b, {})[cell_a] = None

    def bijective(self, a: Cell | None, b: Cell | None) -> bool:
        """Whether neither cell of a pair has a second partner."""
        return (a is None or len(self._images[a]) == 1) and (b is None or len(self._origins[b]) == 1)

    def shared(self, a: Box, b: Box) -> bool:
        """Whether a box of a pair of two has a second partner, so that what stands for both is a copy."""
        return a is not b and any((x is a) != (y is b) for x, y in self.boxes)

    def _walk(self, location: Location, a: Abs | None, b: Abs | None) -> None:
        a, b = unwrapped(a), unwrapped(b)
        if isinstance(a, Ref) or isinstance(b, Ref):
            self._pair_cells(location, a, b)
        if isinstance(a, Box):
            self._pair_boxes(location, a, b if isinstance(b, Box) else a)
        elif isinstance(b, Box):
            self._pair_boxes(location, b, b)
        self._walk_items(location, parts(a), parts(b))

    def _walk_items(self, location: Location, a: tuple[Abs, ...], b: tuple[Abs, ...]) -> None:
        for i in range(max(len(a), len(b))):
            self._walk((*location, i), a[i] if i < len(a) else None, b[i] if i < len(b) else None)

    def _pair_cells(self, location: Location, a: Abs | None, b: Abs | None) -> None:
        cell_a = a.cell if isinstance(a, Ref) else None
        cell_b = b.cell if isinstance(b, Ref) else None
        # A name bound on one path only denotes the same array on the other, if that array was there before.
        if a is None and cell_b is not None and self._a.knows(cell_b):
            cell_a = cell_b
        if b is None and cell_a is not None and self._b.knows(cell_a):
            cell_b = cell_a
        self.cells[location] = (cell_a, cell_b)

    def _pair_boxes(self, location: Location, a: Box, b: Box) -> None:
        if (a, b) in self.boxes or (a is b and a.constant is not None):
            return
        self.boxes[a, b] = a if a is b else Box.standing_for(a, b)
        content_a, content_b = self._a.content_if_any(a), self._b.content_if_any(b)
        # What each iteration of a loop creates is another box each time, but in the same place.
        root = ("box", a)
        self.roots[a, b] = root if content_a is not None and root not in self.roots.values() else ("box", location)
        self._walk_items(
            self.roots[a, b],
            content_a.items if isinstance(content_a, Items) else (),
            content_b.items if isinstance(content_b, Items) else (),
        )


def unwrapped(value: Abs | None) -> Abs | None:
    """A value without the flags that say whether it is bound, or None."""
    while isinstance(value, Maybe | OrNone):
        value = value.value
    return value
