"""A workspace: the arrays that the calls of a derivative work in, made once for arguments of given shapes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff_compiler.api.binding import normalised
from autodiff_compiler.api.compiler import interp
from autodiff_compiler.api.dispatch import MISSED, Entries
from autodiff_compiler.api.outputs import OutputError
from autodiff_compiler.api.specialise import Specialisation
from autodiff_compiler.api.tracebacks import trimmed
from autodiff_compiler.diagnostics import UserError
from autodiff_compiler.ir.types import dtype_of, rank
from autodiff_compiler.options import OUT
from autodiff_compiler.transforms.words import readable

if TYPE_CHECKING:
    from autodiff_compiler.passes.workspaces import Allocated

MOST_ROOMS = 8
"""A workspace has arrays for at most so many programs (with `out` and without, for arguments of other types …) before it starts afresh."""

Leaves = Sequence[tuple[str, Any]]
"""The values that a program is given, one by one, and how the user would write them."""


@dataclass(frozen=True)
class Allocation:
    """What each call allocates besides: an array or a list.  `bytes` is None where it depends on the data, `often` where it happens in a loop."""

    name: str
    type: str
    place: str
    bytes: int | None
    often: bool

    def __str__(self) -> str:
        size = "as many bytes as the data asks for" if self.bytes is None else f"{self.bytes:,} bytes"
        return f"{self.name}: {self.type}, {self.place}: {size}{', many times' if self.often else ''}"


class Room:
    """The arrays of one compiled program, and the extents and ints that they were made for: `needs` are places among the leaves of a call,
    the axis there (None for an int), and the value."""

    def __init__(self, found: Specialisation, leaves: Leaves) -> None:
        plan = found.compiled.workspace
        assert plan is not None, "a program that asks for a workspace"
        self.found = found
        asked = dict.fromkeys(place for place, _ in plan.needs)
        sizes = [int(size) for size in interp.run(plan.extents, [normalised(leaves[place][1]) for place in asked])]
        places = iter(sizes)
        self.arrays = tuple(
            np.empty([next(places) for _ in range(type_.rank)], type_.dtype.numpy) for type_ in plan.types
        )
        self.needs = [(place, axis, _asked(leaves[place][1], axis)) for place, axis in plan.needs]
        self.left = tuple(_allocation(one, sizes) for one in plan.left)

    def check(self, leaves: Leaves) -> None:
        """Refuse a call of other sizes."""
        for place, axis, value in self.needs:
            name, leaf = leaves[place]
            now = _asked(leaf, axis)
            if now != value:
                what = name if axis is None else f"{name}.shape[{axis}]"
                raise OutputError(
                    "AD444",
                    f"the workspace was made for {what} == {value}, and it is {now}",
                    help="make one for each size: df.workspace(...)",
                )


def _asked(leaf: Any, axis: int | None) -> int:
    return int(leaf) if axis is None else int(leaf.shape[axis])


def _allocation(left: Allocated, sizes: Sequence[int]) -> Allocation:
    extents = None if left.first is None else sizes[left.first : left.first + rank(left.type)]
    size = None if extents is None else prod(extents) * dtype_of(left.type).numpy.itemsize
    return Allocation(left.name, readable(left.type), left.span.place(), size, left.often)


class Workspace:
    """A derivative together with the arrays that its calls work in; calls like the derivative.

    `df.workspace(x, y)` makes one.  It is for one call at a time.  `bytes` is what it holds, `allocates` what a call allocates besides: its
    results, where they do not go into `out`, and what is not known before the call.

    >>> import numpy as np
    >>> from autodiff_compiler import grad
    >>> df = grad(lambda x: np.sum(x * x)).workspace(np.ones(3))
    >>> df(np.array([1.0, 2.0, 3.0]))
    array([2., 4., 6.])
    """

    def __init__(self, call: Callable[[tuple[Any, ...], dict[str, Any], Workspace], Any], of: str) -> None:
        """`call` is how a call is made that no entry is for; `of` says what it is a workspace of."""
        self._call, self._of = call, of
        self._rooms: dict[int, Room] = {}
        """What compiled programs work in, by their identity."""
        self._ran: Specialisation
        """The program of the last call."""
        self.entries = Entries(), Entries()
        """Those for calls without and with `out`."""
        self._lock = threading.Lock()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        try:
            if not self._lock.acquire(blocking=False):
                raise UserError(
                    "AD445", f"{self!r} is in use by another call", help="make one for each thread: df.workspace(...)"
                )
            try:
                if not kwargs:
                    for enter, found in self.entries[0].known:
                        result = enter(args)
                        if result is not MISSED:
                            self._ran = found
                            return result
                elif len(kwargs) == 1 and OUT in kwargs:
                    for enter, found in self.entries[1].known:
                        result = enter(args, kwargs[OUT])
                        if result is not MISSED:
                            self._ran = found
                            return result
                return self._call(args, kwargs, self)
            finally:
                self._lock.release()
        except BaseException as error:
            __tracebackhide__ = True
            raise trimmed(error)

    def room(self, found: Specialisation, leaves: Leaves) -> Room:
        """What a program works in, for a call with these leaves."""
        known = self._rooms.get(id(found))
        if known is None:
            if len(self._rooms) == MOST_ROOMS:
                self._rooms.clear()
                self.entries = Entries(), Entries()
            known = self._rooms[id(found)] = Room(found, leaves)
        known.check(leaves)
        self._ran = found
        return known

    @property
    def bytes(self) -> int:
        return sum(array.nbytes for room in self._rooms.values() for array in room.arrays)

    @property
    def allocates(self) -> tuple[Allocation, ...]:
        """What the last call allocated besides, as far as the program shows it: what helpers and NumPy's functions allocate inside is not in it."""
        return self._rooms[id(self._ran)].left

    def source(self) -> str:
        """The text that the last call ran."""
        return self._ran.compiled.text

    def __repr__(self) -> str:
        return f"<workspace of {self._of}>"

    def __str__(self) -> str:
        lines = [
            f"{repr(self)[1:-1]}: {self.bytes:,} bytes",
            *(f"  each call allocates {one}" for one in self.allocates),
        ]
        return "\n".join(lines)
