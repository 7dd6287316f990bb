"""New arrangements of the elements of arrays: turned, joined, longer and shorter."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library.defined import define, unsupported


@define(np.rot90, "np.rot90", "k", "axes")
def rot90(m: Any, k: int = 1, axes: Any = (0, 1)) -> Any:
    given = np.asarray(m)
    if len(axes) != 2:
        raise ValueError("len(axes) must be 2.")
    if axes[0] % given.ndim == axes[1] % given.ndim:
        raise ValueError("Axes must be different.")
    turns = k % 4
    if turns == 0:
        return given[:]
    if turns == 2:
        return np.flip(np.flip(given, axes[0]), axes[1])
    if turns == 1:
        return np.swapaxes(np.flip(given, axes[1]), axes[0], axes[1])
    return np.flip(np.swapaxes(given, axes[0], axes[1]), axes[1])


@define(np.rollaxis, "np.rollaxis", "axis", "start")
def rollaxis(a: Any, axis: int, start: int = 0) -> Any:
    """The axis comes to stand before the one that `start` counts."""
    count = np.ndim(a)
    source, target = axis % count, start + count if start < 0 else start
    return np.moveaxis(a, axis, target - 1 if source < target else target)


@define(np.atleast_3d, "np.atleast_3d")
def atleast_3d(*arys: Any) -> Any:
    found = []
    for ary in arys:
        given = np.asarray(ary)
        if given.ndim == 0:
            given = np.reshape(given, (1, 1, 1))
        elif given.ndim == 1:
            given = given[None, :, None]
        elif given.ndim == 2:
            given = given[:, :, None]
        found.append(given)
    return found[0] if len(found) == 1 else tuple(found)


@define(np.dstack, "np.dstack")
def dstack(tup: Any) -> Any:
    if not isinstance(tup, np.ndarray):
        return np.concatenate([np.atleast_3d(one) for one in tup], axis=2)
    if len(tup) == 0:
        raise ValueError("need at least one array to concatenate")
    if tup.ndim > 3:
        return np.concatenate(tup, axis=2)
    layers = tup[:, None, None] if tup.ndim == 1 else tup[:, None] if tup.ndim == 2 else tup
    return np.array(np.moveaxis(layers, 0, -1))


@define(np.dsplit, "np.dsplit")
def dsplit(ary: Any, indices_or_sections: Any) -> Any:
    if np.ndim(ary) < 3:
        raise ValueError("dsplit only works on arrays of 3 or more dimensions")
    return np.split(ary, indices_or_sections, axis=2)


@define(np.diagflat, "np.diagflat")
def diagflat(v: Any, k: int = 0) -> Any:
    return np.diag(np.ravel(np.asarray(v)), k)


@define(np.block, "np.block")
def block(arrays: Any) -> Any:
    return _blocks(arrays, _depth(arrays), max(_depth(arrays), _most(arrays)))


def _depth(arrays: Any) -> int:
    return 1 + _depth(arrays[0]) if isinstance(arrays, list) else 0


def _most(arrays: Any) -> int:
    """The highest rank among the arrays."""
    if not isinstance(arrays, list):
        return np.ndim(arrays)
    most = 0
    for one in arrays:
        most = max(most, _most(one))
    return most


def _blocks(arrays: Any, depth: int, count: int) -> Any:
    """The innermost lists are joined along the last axis, those around them along the axis before."""
    if not isinstance(arrays, list):
        given = np.asarray(arrays)
        return np.array(np.reshape(given, (1,) * (count - given.ndim) + given.shape))
    return np.concatenate([_blocks(one, depth - 1, count) for one in arrays], axis=-depth)


@define(np.resize, "np.resize")
def resize(a: Any, new_shape: Any) -> Any:
    """The elements in C order, again from the first where they are too few."""
    shape = tuple(new_shape) if isinstance(new_shape, (tuple, list)) else (new_shape,)
    row = np.ravel(np.asarray(a))
    size = 1
    for extent in shape:
        if extent < 0:
            raise ValueError("all elements of `new_shape` must be non-negative")
        size = size * extent
    if len(row) == 0:
        return np.zeros(shape, row.dtype)
    return np.reshape(row[np.arange(size) % len(row)], shape)


@define(np.delete, "np.delete", "axis")
def delete(arr: Any, obj: Any, axis: int | None = None) -> Any:
    given = np.ravel(np.asarray(arr)) if axis is None else np.asarray(arr)
    rows = np.moveaxis(given, 0 if axis is None else axis, 0)
    keep = np.ones(len(rows), bool)
    if isinstance(obj, slice):
        keep[obj] = False
    else:
        index = np.asarray(obj)
        if index.dtype == bool:
            if len(index) != len(rows):
                raise ValueError("boolean array argument obj to delete must match the axis length")
            keep = ~index
        elif index.dtype.kind != "f":
            keep[index] = False
        elif index.size > 0:
            raise IndexError("arrays used as indices must be of integer (or boolean) type")
    return np.moveaxis(rows[keep], 0, 0 if axis is None else axis)


@define(np.insert, "np.insert", "axis")
def insert(arr: Any, obj: Any, values: Any, axis: int | None = None) -> Any:
    given = np.ravel(np.asarray(arr)) if axis is None else np.asarray(arr)
    along = 0 if axis is None else axis % given.ndim
    rows = np.moveaxis(given, along, 0)
    places = np.arange(len(rows))[obj] if isinstance(obj, slice) else np.asarray(obj)
    if places.dtype == bool:
        places = np.flatnonzero(places)
    if places.ndim > 1:
        raise ValueError("index array argument obj to insert must be one dimensional or scalar")
    if np.any((places < -len(rows)) | (places > len(rows))):
        raise IndexError("an index to insert at is out of bounds")
    new = np.asarray(values).astype(rows.dtype)
    if places.ndim == 0:
        return np.moveaxis(_inserted(rows, places[()], _one_place(new, given.shape, along, 0)), 0, along)
    if len(places) == 1:
        return np.moveaxis(_inserted(rows, places[0], _one_place(new, given.shape, along, along)), 0, along)
    places = np.where(places < 0, places + len(rows), places)
    order = np.argsort(places, kind="stable")
    places[order] = places[order] + np.arange(len(places))
    old = np.ones(len(rows) + len(places), bool)
    old[places] = False
    result = np.empty((len(rows) + len(places), *rows.shape[1:]), rows.dtype)
    result[places] = np.moveaxis(
        np.broadcast_to(new, (*given.shape[:along], len(places), *given.shape[along + 1 :])), along, 0
    )
    result[old] = rows
    return np.moveaxis(result, 0, along)


def _one_place(new: Any, shape: Any, along: int, counted: int) -> Any:
    """What is inserted at a single place, one after the other along the first axis; `counted` is the axis that counts it."""
    lifted = np.moveaxis(np.reshape(new, (1,) * (len(shape) - new.ndim) + new.shape), counted, 0)
    return np.broadcast_to(lifted, (lifted.shape[0], *shape[:along], *shape[along + 1 :]))


def _inserted(rows: Any, place: Any, new: Any) -> Any:
    start = place + len(rows) if place < 0 else place
    return np.concatenate((rows[:start], new, rows[start:]))


@define(np.trim_zeros, "np.trim_zeros", "trim", "axis")
def trim_zeros(filt: Any, trim: str = "fb", axis: Any = None) -> Any:
    """At the ends of one axis, or of all."""
    given = np.asarray(filt)
    axes = tuple(range(given.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    found = given
    for along in axes:
        rows = np.moveaxis(given, along, 0)
        there = np.flatnonzero(np.any(rows != 0, axis=tuple(range(1, given.ndim))) if given.ndim > 1 else rows != 0)
        start, stop = 0, 0
        if len(there) > 0:
            start, stop = (
                int(there[0]) if "f" in trim.lower() else 0,
                int(there[-1]) + 1 if "b" in trim.lower() else len(rows),
            )
        found = np.moveaxis(np.moveaxis(found, along, 0)[start:stop], 0, along)
    return found


@define(
    np.lib.stride_tricks.sliding_window_view,
    "np.lib.stride_tricks.sliding_window_view",
    "axis",
    "writeable",
    shares=True,
)
def sliding_window_view(
    x: Any, window_shape: Any, axis: Any = None, *, subok: bool = False, writeable: bool = False
) -> Any:
    """The windows come as new axes at the end.  It is the elements' values: NumPy has a view that may not be written."""
    if writeable:
        unsupported("sliding_window_view with writeable=True", "write into the array itself")
    found = np.asarray(x)
    widths = tuple(window_shape) if isinstance(window_shape, (tuple, list)) else (window_shape,)
    axes = tuple(range(found.ndim)) if axis is None else tuple(axis) if isinstance(axis, (tuple, list)) else (axis,)
    if len(widths) != len(axes):
        raise ValueError("Must provide matching length window_shape and axis")
    for k, along in enumerate(axes):
        width, place = widths[k], along % np.ndim(x)
        if width < 0:
            raise ValueError("`window_shape` cannot contain negative values")
        if width > found.shape[place]:
            raise ValueError("window shape cannot be larger than input array shape")
        windows = np.arange(found.shape[place] - width + 1)[:, None] + np.arange(width)
        found = np.moveaxis(np.moveaxis(found, place, 0)[windows], (0, 1), (place, -1))
    return found


@define(np.broadcast_shapes, "np.broadcast_shapes")
def broadcast_shapes(*args: Any) -> Any:
    return np.shape(sum([np.empty(shape) for shape in args]))
