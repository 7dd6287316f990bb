"""Functions that are given a function to call, for each element, row, or place."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library.defined import define, unsupported


@define(np.apply_along_axis, "np.apply_along_axis", "axis")
def apply_along_axis(func1d: Any, axis: int, arr: Any, *args: Any, **kwargs: Any) -> Any:
    """The first row is what says how large the results are."""
    given = np.asarray(arr)
    along = axis % given.ndim
    rows = np.reshape(np.moveaxis(given, axis, -1), (-1, given.shape[along]))
    if len(rows) == 0:
        raise ValueError("Cannot apply_along_axis when any iteration dimensions are 0")
    first = np.asarray(func1d(rows[0], *args, **kwargs))
    found = np.empty((len(rows), *first.shape), first.dtype)
    found[0] = first
    for i in range(1, len(rows)):
        found[i] = func1d(rows[i], *args, **kwargs)
    others = (*given.shape[:along], *given.shape[along + 1 :])
    found = np.reshape(found, (*others, *first.shape))
    if first.ndim == 0:
        return found
    return np.moveaxis(found, tuple(range(-first.ndim, 0)), tuple(range(along, along + first.ndim)))


@define(np.apply_over_axes, "np.apply_over_axes", "axes")
def apply_over_axes(func: Any, a: Any, axes: Any) -> Any:
    found = np.asarray(a)
    for axis in axes if isinstance(axes, (tuple, list)) else (axes,):
        reduced = func(found, axis)
        found = reduced if np.ndim(reduced) == np.ndim(found) else np.expand_dims(reduced, axis)
    return found


@define(np.fromfunction, "np.fromfunction", "dtype")
def fromfunction(function: Any, shape: Any, *, dtype: Any = float, **kwargs: Any) -> Any:
    axes = np.indices(tuple(shape), dtype=dtype)
    return function(*[axes[k] for k in tuple(range(len(shape)))], **kwargs)


@define(np.piecewise, "np.piecewise")
def piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Any:
    """Each function sees the elements at which its condition is the last one to hold; one more of them sees the rest."""
    given = np.asarray(x)
    tests = condlist if isinstance(condlist, (list, tuple)) else [condlist]
    conditions = [np.broadcast_to(np.asarray(test) != 0, given.shape) for test in tests]
    if len(funclist) == len(conditions) + 1:
        rest = ~conditions[0]
        for condition in conditions[1:]:
            rest = rest & ~condition
        conditions = [*conditions, rest]
    elif len(funclist) != len(conditions):
        raise ValueError("with n condition(s), either n or n + 1 functions are expected")
    found = np.zeros_like(given)
    for condition, function in zip(conditions, funclist):
        if callable(function):
            if given.ndim == 0:
                if condition:
                    found[...] = function(given[()], *args, **kw)
            else:
                found[condition] = function(given[condition], *args, **kw)
        else:
            found = np.where(condition, np.asarray(function).astype(given.dtype), found)
    return found


@define(np.fromiter, "np.fromiter", "dtype")
def fromiter(iter: Any, dtype: Any, count: int = -1) -> Any:
    items = np.array(list(iter), dtype=dtype)
    if count < 0:
        return items
    if len(items) < count:
        raise ValueError("iterator too short")
    return items[:count]


def vectorized(pyfunc: Any, kind: Any, *args: Any, **kwargs: Any) -> Any:
    """What `np.vectorize(pyfunc)` gives; the first call says which dtype the results have, where it is not given."""
    for value in kwargs.values():
        if np.ndim(value) > 0:
            unsupported("np.vectorize with an array as a keyword", "pass it by its position")
    arrays = [np.asarray(arg) for arg in args]
    shape = np.broadcast_shapes(*[array.shape for array in arrays])
    rows = [np.ravel(np.broadcast_to(array, shape)) for array in arrays]
    if kind is None and len(rows[0]) == 0:
        raise ValueError("cannot call `vectorize` on size 0 inputs unless `otypes` is set")
    dtype = kind if kind is not None else np.asarray(pyfunc(*[row[0].item() for row in rows], **kwargs)).dtype
    found = np.empty(len(rows[0]), dtype)
    for k in range(len(rows[0])):
        found[k] = pyfunc(*[row[k].item() for row in rows], **kwargs)
    return np.reshape(found, shape)


def elementwise(pyfunc: Any, taken: Any, made: Any, *args: Any) -> Any:
    """What a function under `numba.vectorize` does; `taken` and `made` are the dtypes that it is declared for, if it is."""
    arrays = [np.asarray(arg, kind) for arg, kind in zip(args, taken)]
    shape = np.broadcast_shapes(*[array.shape for array in arrays])
    if len(shape) == 0:
        return np.asarray(pyfunc(*[array[()] for array in arrays]), made)[()]
    rows = [np.ravel(np.broadcast_to(array, shape)) for array in arrays]
    if made is None and len(rows[0]) == 0:
        raise ValueError("a function of numba.vectorize that declares no types cannot be called without elements here")
    dtype = made if made is not None else np.asarray(pyfunc(*[row[0] for row in rows])).dtype
    found = np.empty(len(rows[0]), dtype)
    for k in range(len(rows[0])):
        found[k] = pyfunc(*[row[k] for row in rows])
    return np.reshape(found, shape)


def generalized(pyfunc: Any, taken: Any, made: Any, *args: Any) -> Any:
    """What a function under `numba.guvectorize` does.

    `taken` has for each argument its dtype, the names of its own axes, and whether it is a number; `made` the dtype and axes
    of each result.
    """
    arrays = [np.asarray(arg, kind) for arg, (kind, _, _) in zip(args, taken)]
    sizes = _sizes_of_axes(arrays, taken)
    shape = np.broadcast_shapes(*[a.shape[: np.ndim(a) - len(names)] for a, (_, names, _) in zip(arrays, taken)])
    count = 1
    for size in shape:
        count = count * size
    rows = [
        np.reshape(np.broadcast_to(a, (*shape, *_each_of(sizes, names))), (count, *_each_of(sizes, names)))
        for a, (_, names, _) in zip(arrays, taken)
    ]
    results = [np.zeros((count, *(_each_of(sizes, names) or [1])), kind) for kind, names in made]
    for k in range(count):
        given = [row[k] if names or number else row[k : k + 1] for row, (_, names, number) in zip(rows, taken)]
        pyfunc(*given, *[result[k] for result in results])
    shaped = [
        np.reshape(result, (*shape, *_each_of(sizes, names)))[() if names or len(shape) else ...]
        for result, (_, names) in zip(results, made)
    ]
    return shaped[0] if len(shaped) == 1 else tuple(shaped)


def _sizes_of_axes(arrays: Any, taken: Any) -> dict[str, Any]:
    """The extent of each axis that the signature names."""
    sizes: dict[str, Any] = {}
    for array, (_, names, _) in zip(arrays, taken):
        if np.ndim(array) < len(names):
            raise ValueError("an argument does not have enough dimensions")
        for name, size in zip(names, array.shape[np.ndim(array) - len(names) :]):
            if name in sizes and sizes[name] != size:
                raise ValueError("the arguments have a mismatch in a dimension of the signature")
            sizes[name] = size
    return sizes


def _each_of(sizes: dict[str, Any], names: Any) -> Any:
    return [sizes[name] for name in names]
