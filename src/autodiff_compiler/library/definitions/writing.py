"""Functions that write into an array that they are given."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library.defined import define, define_method, unsupported


@define(np.fill_diagonal, "np.fill_diagonal", "wrap")
def fill_diagonal(a: Any, val: Any, wrap: bool = False) -> None:
    """The elements of `val` one after the other, again from the first where they are too few."""
    if a.ndim < 2:
        raise ValueError("array must be at least 2-d")
    columns = a.shape[1]
    if a.ndim == 2:
        step, end = columns + 1, a.size if wrap else columns * min(a.shape[0], columns)
    else:
        for extent in a.shape[1:]:
            if extent != a.shape[0]:
                raise ValueError("All dimensions of input must be of equal length")
        step, end = 1 + sum([columns**k for k in range(1, a.ndim)]), a.size
    put_flat(a, np.arange(0, end, step), val)


def put_flat(a: Any, places: Any, values: Any) -> None:
    """Write at places that count the elements in C order, with the values from the first again where they are too few."""
    given = np.asarray(values)
    if given.ndim == 0:
        a[np.unravel_index(places, a.shape)] = given
    else:
        row = np.ravel(given)
        a[np.unravel_index(places, a.shape)] = row[np.arange(len(places)) % max(len(row), 1)]


@define(np.put, "np.put", "mode", method_name="put")
def put(a: Any, ind: Any, v: Any, mode: str = "raise") -> None:
    places = np.ravel(np.asarray(ind))
    if mode == "wrap":
        places = places % a.size
    elif mode == "clip":
        places = np.clip(places, 0, a.size - 1)
    elif mode == "raise":
        if np.any((places < -a.size) | (places >= a.size)):
            raise IndexError("an index is out of bounds for the array")
        places = np.where(places < 0, places + a.size, places)
    else:
        raise ValueError("clipmode must be one of 'clip', 'raise', or 'wrap'")
    put_flat(a, places, v)


@define(np.place, "np.place")
def place(arr: Any, mask: Any, vals: Any) -> None:
    chosen = np.flatnonzero(np.asarray(mask))
    if len(chosen) > 0 and np.size(vals) == 0:
        raise ValueError("Cannot insert from an empty array!")
    put_flat(arr, chosen, vals)


@define(np.putmask, "np.putmask")
def putmask(a: Any, mask: Any, values: Any) -> None:
    """Unlike `np.place`, the n-th element takes the n-th value, whether or not those before it are chosen."""
    chosen = np.flatnonzero(np.asarray(mask))
    given = np.asarray(values)
    if given.ndim == 0:
        put_flat(a, chosen, given)
    else:
        row = np.ravel(given)
        put_flat(a, chosen, row[chosen % max(len(row), 1)])


@define(np.copyto, "np.copyto", "casting")
def copyto(dst: Any, src: Any, casting: Any = "same_kind", where: Any = True) -> None:
    given = np.asarray(src)
    if not np.can_cast(given.dtype, dst.dtype, casting):
        raise TypeError("Cannot cast array data according to the rule")
    if where is True:
        dst[...] = given
    else:
        dst[...] = np.where(where, given, dst).astype(dst.dtype)


@define(np.put_along_axis, "np.put_along_axis", "axis")
def put_along_axis(arr: Any, indices: Any, values: Any, axis: int | None) -> None:
    if axis is None:
        arr[np.unravel_index(indices, arr.shape)] = values
    else:
        arr[places_along(indices, arr.shape, axis)] = values


def places_along(indices: Any, shape: tuple[int, ...], axis: int) -> Any:
    """The index with `indices` along one axis and every other axis for itself."""
    count = len(shape)
    along = axis % count
    if along != axis and along != axis + count:
        unsupported("an axis that the array does not have", "count the axes from 0, or from the last one, which is -1")
    others = [np.reshape(np.arange(n), (1,) * k + (-1,) + (1,) * (count - k - 1)) for k, n in enumerate(shape)]
    return (*others[:along], indices, *others[along + 1 :])


@define(np.take_along_axis, "np.take_along_axis", "axis")
def take_along_axis(arr: Any, indices: Any, axis: int | None = -1) -> Any:
    if axis is None:
        return np.ravel(np.asarray(arr))[indices]
    given = np.asarray(arr)
    if given.ndim != np.ndim(indices):
        raise ValueError("`indices` and `arr` must have the same number of dimensions")
    return given[places_along(np.asarray(indices), given.shape, axis)]


@define_method("partition", "kth", "axis", "kind", "order")
def partition(a: Any, kth: Any, axis: int = -1, kind: Any = "introselect", order: Any = None) -> None:
    if order is not None:
        unsupported("the method partition with order=", "leave it out")
    a[...] = np.partition(a, kth, axis=axis, kind=kind)


@define_method("sort", "axis", "kind", "order", "stable")
def sort(a: Any, axis: int = -1, kind: Any = None, order: Any = None, *, stable: Any = None) -> None:
    a[...] = np.sort(a, axis=axis, kind=kind)
