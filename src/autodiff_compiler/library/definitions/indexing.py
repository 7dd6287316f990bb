"""Arrays of indices, and reading through them."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library.defined import define, define_method, unsupported


@define(np.argwhere, "np.argwhere")
def argwhere(a: Any) -> Any:
    given = np.asarray(a)
    if given.ndim == 0:
        return np.zeros((np.count_nonzero(np.atleast_1d(given)), 0), np.int64)
    return np.stack(np.nonzero(given), axis=1)


@define(np.extract, "np.extract")
def extract(condition: Any, arr: Any) -> Any:
    return np.take(np.ravel(np.asarray(arr)), np.flatnonzero(np.asarray(condition)))


@define(np.compress, "np.compress", "axis")
def compress(condition: Any, a: Any, axis: int | None = None) -> Any:
    chosen = np.asarray(condition)
    if chosen.ndim != 1:
        raise ValueError("condition must be a 1-d array")
    given = np.asarray(a)
    if axis is None:
        return np.take(np.ravel(given), np.flatnonzero(chosen))
    return np.take(given, np.flatnonzero(chosen), axis=axis)


@define_method("compress", "axis")
def compress_method(a: Any, condition: Any, axis: int | None = None) -> Any:
    return compress(condition, a, axis)


@define_method("tolist")
def tolist(a: Any) -> Any:
    if np.ndim(a) > 1:
        unsupported("a list of lists whose lengths are known only at run time", "index the array instead")
    return a.item() if np.ndim(a) == 0 else [x.item() for x in a]


@define(np.choose, "np.choose", "mode", method_name="choose")
def choose(a: Any, choices: Any, mode: str = "raise") -> Any:
    """The choice that each element of `a` names; a choice that is not taken has no part in the derivative."""
    index = np.asarray(a)
    count = len(choices)
    if mode == "wrap":
        index = index % count
    elif mode == "clip":
        index = np.clip(index, 0, count - 1)
    elif np.any((index < 0) | (index >= count)):
        raise ValueError("invalid entry in choice array")
    return np.select(
        [index == k for k in tuple(range(count - 1))], [choices[k] for k in tuple(range(count - 1))], choices[-1]
    )


@define(np.unravel_index, "np.unravel_index", "order")
def unravel_index(indices: Any, shape: Any, order: str = "C") -> Any:
    extents = tuple(shape) if isinstance(shape, (tuple, list)) else (shape,)
    rest = np.asarray(indices)
    size = 1
    for extent in extents:
        size = size * extent
    if np.any((rest < 0) | (rest >= size)):
        raise ValueError("index is out of bounds for an array of this size")
    found: Any = ()
    for extent in extents if order == "F" else extents[::-1]:
        found = (*found, rest % max(extent, 1)) if order == "F" else (rest % max(extent, 1), *found)
        rest = rest // max(extent, 1)
    return found


@define(np.ravel_multi_index, "np.ravel_multi_index", "mode", "order")
def ravel_multi_index(multi_index: Any, dims: Any, mode: Any = "raise", order: str = "C") -> Any:
    extents = tuple(dims) if isinstance(dims, (tuple, list)) else (dims,)
    modes = mode if isinstance(mode, tuple) else (mode,) * len(extents)
    place = np.asarray(0)
    step = 1
    for k in tuple(range(len(extents))) if order == "F" else tuple(range(len(extents)))[::-1]:
        index, extent = np.asarray(multi_index[k]), extents[k]
        if modes[k] == "wrap":
            index = index % extent
        elif modes[k] == "clip":
            index = np.clip(index, 0, extent - 1)
        elif np.any((index < 0) | (index >= extent)):
            raise ValueError("invalid entry in coordinates array")
        place = place + index * step
        step = step * extent
    return place


@define(np.indices, "np.indices", "dtype", "sparse")
def indices(dimensions: Any, dtype: Any = int, sparse: bool = False) -> Any:
    count = len(dimensions)
    axes = [
        np.reshape(np.arange(n, dtype=dtype), (1,) * k + (-1,) + (1,) * (count - k - 1))
        for k, n in enumerate(dimensions)
    ]
    if sparse:
        return tuple(axes)
    if count == 0:
        return np.zeros(0, dtype)
    return np.stack([np.broadcast_to(axis, tuple(dimensions)) for axis in axes])


@define(np.ix_, "np.ix_")
def ix_(*args: Any) -> Any:
    count = len(args)
    found = []
    for k, arg in enumerate(args):
        row = np.asarray(arg)
        if row.ndim != 1:
            raise ValueError("Cross index must be 1 dimensional")
        if row.dtype == bool:
            row = np.flatnonzero(row)
        found.append(np.reshape(row, (1,) * k + (len(row),) + (1,) * (count - k - 1)))
    return tuple(found)


@define(np.diag_indices, "np.diag_indices", "ndim")
def diag_indices(n: int, ndim: int = 2) -> Any:
    return (np.arange(n),) * ndim


@define(np.diag_indices_from, "np.diag_indices_from")
def diag_indices_from(arr: Any) -> Any:
    if arr.ndim < 2:
        raise ValueError("input array must be at least 2-d")
    for extent in arr.shape[1:]:
        if extent != arr.shape[0]:
            raise ValueError("All dimensions of input must be of equal length")
    return (np.arange(arr.shape[0]),) * arr.ndim


def _triangle(rows: int, columns: int, k: int) -> Any:
    """Which places of a matrix lie on the k-th diagonal or below it."""
    return np.arange(rows)[:, None] >= np.arange(columns) - k


@define(np.tril_indices, "np.tril_indices")
def tril_indices(n: int, k: int = 0, m: int | None = None) -> Any:
    return np.nonzero(_triangle(n, n if m is None else m, k))


@define(np.triu_indices, "np.triu_indices")
def triu_indices(n: int, k: int = 0, m: int | None = None) -> Any:
    return np.nonzero(~_triangle(n, n if m is None else m, k - 1))


@define(np.tril_indices_from, "np.tril_indices_from")
def tril_indices_from(arr: Any, k: int = 0) -> Any:
    if arr.ndim != 2:
        raise ValueError("input array must be 2-d")
    return np.nonzero(_triangle(arr.shape[0], arr.shape[1], k))


@define(np.triu_indices_from, "np.triu_indices_from")
def triu_indices_from(arr: Any, k: int = 0) -> Any:
    if arr.ndim != 2:
        raise ValueError("input array must be 2-d")
    return np.nonzero(~_triangle(arr.shape[0], arr.shape[1], k - 1))


@define(np.mask_indices, "np.mask_indices")
def mask_indices(n: int, mask_func: Any, k: Any = 0) -> Any:
    return np.nonzero(mask_func(np.ones((n, n), int), k) != 0)
