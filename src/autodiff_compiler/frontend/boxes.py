"""Which list, dict or object a value is, whose it is, and whether two of them can be told apart.

A box that stands for one of several, where paths meet (`who = first if near else second`), is a copy: it is read, it is not written to,
and a write to an older object of its class ends it (`State.note_write`).
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autodiff_compiler.frontend.values import Items

_births = itertools.count()


class Box:
    """The identity of a list, dict or object.  Its content is `State.boxes[box]`."""

    def __init__(self, cls: type, *, local: bool = True) -> None:
        self.cls = cls
        self.local = local
        """Made by the program itself; a container of the caller is never written to."""
        self.name = ""
        """The first variable it was assigned to, for the sake of the generated code."""
        self.constant: Items | None = None
        """The content, for one found outside."""
        self.merged = False
        """Whether it stands for one of several."""
        self.born = next(_births)
        """What has a smaller number is older, or as old."""

    @classmethod
    def standing_for(cls, a: Box, b: Box) -> Box:
        """The box that two paths hold at one place, where they meet: one of several, if either is, and as old as the older one."""
        box = cls(a.cls, local=a.local and b.local)
        box.merged = a.merged or b.merged
        if not box.merged:
            box.born = min(a.born, b.born)
        return box

    def merge(self, name: str) -> None:
        """Note that this is one of several objects that have other names too."""
        self.merged, self.local, self.born = True, False, next(_births)
        self.name = self.name or name


def distinguishable(x: Box, y: Box) -> bool:
    """Whether it is known if two boxes are one object."""
    if x is y:
        return True
    if x.cls is y.cls and (x.merged or y.merged):
        return False
    return x.local or y.local


def which(box: Box) -> str:
    """What is said of one of several."""
    named = f"`{box.name}`" if box.name else f"this {box.cls.__name__}"
    return f"{named}, which is a different {box.cls.__name__} on each path"
