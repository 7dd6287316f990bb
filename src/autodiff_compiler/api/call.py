"""A call of a derivative, matched with the specialisation for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from autodiff_compiler.api.binding import Described, leaf_names, leaves_of, normalised
from autodiff_compiler.api.dispatch import EntryWriter
from autodiff_compiler.api.outputs import Outputs
from autodiff_compiler.api.specialise import Specialisation
from autodiff_compiler.api.workspace import Room
from autodiff_compiler.ir.tree import flatten


@dataclass(frozen=True)
class Call:
    """The arguments by name and described, the arrays to fill, the specialisation, and the values of its captures."""

    arguments: dict[str, Any]
    types: Described
    given: Outputs
    found: Specialisation
    captured: list[Any]

    def passed(self, room: Room | None = None) -> list[Any]:
        """What the compiled function is called with."""
        out = [normalised(self.given.value)] if self.given.leaves else []
        work = [] if room is None else [room.arrays]
        return [*map(normalised, self.arguments.values()), *out, *work, *self.captured]

    @property
    def read(self) -> list[tuple[str, Any]]:
        """The leaves of the arguments, and how the user would write them."""
        names = [name for own, tree, _ in self.types for name in leaf_names(own, tree)]
        return list(zip(names, leaves_of(self.arguments, self.types)))

    @property
    def outside(self) -> list[tuple[str, Any]]:
        """The leaves of what is captured."""
        return [
            (name, leaf) for (name, tree), one in zip(self.found.hidden, self.captured) for leaf in flatten(tree, one)
        ]

    @property
    def leaves(self) -> list[tuple[str, Any]]:
        """All leaves that the program is given, in its order, except the arrays that it works in."""
        return [*self.read, *zip(self.given.names, self.given.leaves), *self.outside]

    def write(self, entry: EntryWriter, args: tuple[Any, ...], fun: Callable[..., Any], room: Room | None) -> None:
        """Write the entry for calls like this one, of `fun` with these `args`."""
        bound = {name: (tree, self.arguments[name]) for name, tree, _ in self.types}
        entry.arguments("args", args, fun, bound)
        if self.given.leaves:
            entry.outputs(self.given)
        if room is not None:
            entry.room(room.arrays)
        entry.captured(self.captured)
        entry.sizes([] if room is None else room.needs)
