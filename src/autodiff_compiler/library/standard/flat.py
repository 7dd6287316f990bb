"""`a.flat`: the elements of an array in C order, to read, to write and to run over."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library.defined import unsupported
from autodiff_compiler.library.definitions.places import place_of
from autodiff_compiler.library.definitions.writing import put_flat
from autodiff_compiler.library.stand_ins import stands_for


@stands_for(np.flatiter)
class Flat:  # noqa: PLW1641  (nor has an array a hash)
    def __init__(self, base: Any) -> None:
        self.base = base
        self.used = False

    def __len__(self) -> int:
        return int(self.base.size)

    def __iter__(self) -> Any:
        if self.used:
            unsupported(
                "a second loop over one `.flat`, which would go on where the first one stopped", "write a.flat again"
            )
        self.used = True
        return elements(self.base)

    def __getitem__(self, index: Any) -> Any:
        """A copy, as of every index of a `.flat`."""
        if isinstance(index, int | np.integer):
            return self.base[_place(index, self.base)]
        return np.array(copied(self)[index])

    def __setitem__(self, index: Any, value: Any) -> None:
        if isinstance(index, int | np.integer):
            self.base[_place(index, self.base)] = value
        else:
            write(self, places(self)[index], value)

    def copy(self) -> Any:
        return copied(self)

    def __eq__(self, other: Any) -> Any:
        return self.copy() == other

    def __ne__(self, other: Any) -> Any:
        return self.copy() != other

    def __lt__(self, other: Any) -> Any:
        return self.copy() < other

    def __le__(self, other: Any) -> Any:
        return self.copy() <= other

    def __gt__(self, other: Any) -> Any:
        return self.copy() > other

    def __ge__(self, other: Any) -> Any:
        return self.copy() >= other


def elements(base: Any) -> Any:
    for k in range(base.size):
        yield base[place_of(k, base.shape)]


def _place(index: Any, base: Any) -> Any:
    """The place of an element that is counted in C order, or from the last one back."""
    size = base.size
    if index < -size or index >= size:
        raise IndexError("an index is out of bounds for the elements of an array")
    return place_of(index % size, base.shape)


def copied(it: Any) -> Any:
    return it.base.flatten()


def places(it: Any) -> Any:
    """The numbers of the elements."""
    return np.arange(it.base.size)


def write(it: Any, places: Any, values: Any) -> None:
    put_flat(it.base, places, values)


def fill(base: Any, values: Any) -> None:
    """`base.flat = values`."""
    put_flat(base, np.arange(base.size), values)
