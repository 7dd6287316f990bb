"""Running over the places of arrays, and what is written in brackets: `np.ndindex`, `np.ndenumerate`, `np.r_`, `np.mgrid`."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from autodiff_compiler.library.defined import define, unsupported


@define(np.ndindex, "np.ndindex")
def ndindex(*shape: Any) -> Iterator[Any]:
    extents = shape[0] if len(shape) == 1 and isinstance(shape[0], tuple) else shape
    size = 1
    for extent in extents:
        size = size * extent
    for k in range(size):
        yield place_of(k, extents)


@define(np.ndenumerate, "np.ndenumerate")
def ndenumerate(arr: Any) -> Iterator[Any]:
    for k in range(arr.size):
        place = place_of(k, arr.shape)
        yield place, arr[place]


def place_of(k: Any, extents: Any) -> Any:
    """The place that is number k in C order."""
    rest = k
    found: Any = ()
    for extent in extents[::-1]:
        found = (rest % extent, *found)
        rest = rest // extent
    return found


@define(np.nditer, "np.nditer", "flags", "op_flags", "order")
def nditer(op: Any, flags: Any = None, op_flags: Any = None, *, order: Any = "K") -> Iterator[Any]:
    """The elements of one array, to be read."""
    if isinstance(op, (tuple, list)):
        unsupported("np.nditer over several arrays", "loop over np.ndindex(a.shape)")
    if flags:
        unsupported("np.nditer with flags=", "loop over np.ndenumerate(a), which gives the places too")
    if op_flags and tuple(op_flags) != ("readonly",):
        unsupported("np.nditer that writes", "loop over np.ndindex(a.shape), and write a[place]")
    elements = np.ravel(np.asarray(op), order=order)
    for k in range(len(elements)):
        yield elements[k]


def joined(parts: Any, axis: int, least: int, place: int) -> Any:
    """Arrays of at least so many dimensions, whose own come to stand at this place among them, joined along an axis."""
    kind = np.result_type(*parts)
    found = []
    for part in parts:
        given = np.asarray(part)
        own, missing = given.ndim, max(least - given.ndim, 0)
        given = np.reshape(given, (1,) * missing + given.shape)
        if own > 0 and missing > 0 and place != -1:
            start = place + missing + 1 if place < 0 else place
            axes = tuple(range(own + missing))
            given = np.transpose(given, axes[:start] + axes[missing:] + axes[start:missing])
        found.append(given.astype(kind))
    return np.concatenate(found, axis=axis)


def in_steps(kind: Any, start: Any, stop: Any, step: Any) -> Any:
    return np.arange(math.ceil((stop - start) / step), dtype=kind) * step + start


def in_points(kind: Any, start: Any, stop: Any, count: int) -> Any:
    """So many, with the last one."""
    return np.arange(count, dtype=kind) * (1 if count == 1 else (stop - start) / float(count - 1)) + start


def open_grid(*axes: Any) -> Any:
    return np.meshgrid(*axes, indexing="ij", sparse=True)


def full_grid(*axes: Any) -> Any:
    return np.stack(np.meshgrid(*axes, indexing="ij"))
