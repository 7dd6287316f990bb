"""Functions of `np.linalg` that are made of its factorisations and of products."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library.defined import define
from autodiff_compiler.library.definitions.products import vecdot

# -- names of the array API standard for functions of NumPy ------------------------------------------------------------


@define(np.linalg.trace, "np.linalg.trace", "offset", "dtype")
def trace(x: Any, /, *, offset: int = 0, dtype: Any = None) -> Any:
    return np.trace(np.asarray(x, dtype), offset, -2, -1)


@define(np.linalg.diagonal, "np.linalg.diagonal", "offset", shares=True)
def diagonal(x: Any, /, *, offset: int = 0) -> Any:
    return np.diagonal(x, offset, -2, -1)


@define(np.linalg.outer, "np.linalg.outer")
def outer(x1: Any, x2: Any, /) -> Any:
    if np.ndim(x1) != 1 or np.ndim(x2) != 1:
        raise ValueError("Input arrays must be one-dimensional")
    return np.outer(x1, x2)


@define(np.linalg.matmul, "np.linalg.matmul")
def matmul(x1: Any, x2: Any, /) -> Any:
    return np.matmul(x1, x2)


@define(np.linalg.tensordot, "np.linalg.tensordot", "axes")
def tensordot(x1: Any, x2: Any, /, *, axes: Any = 2) -> Any:
    return np.tensordot(x1, x2, axes=axes)


@define(np.linalg.vecdot, "np.linalg.vecdot", "axis")
def vecdot_of_linalg(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    return vecdot(x1, x2, axis=axis)


@define(np.linalg.vector_norm, "np.linalg.vector_norm", "axis", "keepdims", "ord")
def vector_norm(x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    """Of all elements along the axes, however many there are."""
    values = np.asarray(x)
    count = values.ndim
    axes = tuple(range(count)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    axes = tuple(a % count for a in axes)
    rest = tuple(a for a in range(count) if a not in axes)
    moved = np.transpose(values, rest + axes)
    extents = moved.shape[: len(rest)]
    found = np.linalg.norm(
        np.reshape(moved, (*extents, -1)) if np.size(values) else moved.reshape((*extents, 0)), ord, -1
    )
    return np.expand_dims(found, axes) if keepdims else found


@define(np.linalg.matrix_norm, "np.linalg.matrix_norm", "keepdims", "ord")
def matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    return np.linalg.norm(x, ord, (-2, -1), keepdims)


# -- products ----------------------------------------------------------------------------------------------------------


def _along_last(x: Any, axis: int) -> Any:
    return np.moveaxis(np.asarray(x), axis, -1)


@define(np.cross, "np.cross", "axisa", "axisb", "axisc", "axis")
def cross(a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: Any = None) -> Any:
    """Of vectors of three components."""
    x = _along_last(a, axisa if axis is None else axis)
    y = _along_last(b, axisb if axis is None else axis)
    if x.shape[-1] != 3 or y.shape[-1] != 3:
        raise ValueError("np.cross: vectors of 3 components are needed")
    first = x[..., 1] * y[..., 2] - x[..., 2] * y[..., 1]
    second = x[..., 2] * y[..., 0] - x[..., 0] * y[..., 2]
    third = x[..., 0] * y[..., 1] - x[..., 1] * y[..., 0]
    if np.ndim(first) == 0:
        return np.array([first, second, third])
    return np.moveaxis(np.stack((first, second, third), -1), -1, axisc if axis is None else axis)


@define(np.linalg.cross, "np.linalg.cross", "axis")
def cross_of_linalg(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    return cross(x1, x2, axis=axis)


@define(np.linalg.matrix_power, "np.linalg.matrix_power", "n")
def matrix_power(a: Any, n: int) -> Any:
    """By as many products as NumPy makes."""
    base = np.asarray(a)
    if base.ndim < 2 or base.shape[-1] != base.shape[-2]:
        raise np.linalg.LinAlgError("Last 2 dimensions of the array must be square")
    if n == 0:
        return np.zeros_like(base) + np.eye(base.shape[-1], dtype=base.dtype)
    factor = np.linalg.inv(base) if n < 0 else base
    left = abs(n)
    while left % 2 == 0:
        factor, left = factor @ factor, left // 2
    result, left = factor, left // 2
    while left > 0:
        factor = factor @ factor
        if left % 2 == 1:
            result = result @ factor
        left = left // 2
    return result


# -- what singular values tell -----------------------------------------------------------------------------------------


def _unless_given(found: Any, x: Any) -> Any:
    """Infinity for what is not a number, unless the matrix has one."""
    lost = np.isnan(found) & ~np.any(np.isnan(x), axis=(-2, -1))
    return np.where(lost, np.inf, found)[()]


@define(np.linalg.cond, "np.linalg.cond", "p")
def cond(x: Any, p: Any = None) -> Any:
    given = np.asarray(x)
    if np.size(given) == 0:
        raise np.linalg.LinAlgError("cond is not defined on empty arrays")
    if p is None or p == 2 or p == -2:
        values = np.linalg.svdvals(given)
        largest, least = values[..., 0], values[..., -1]
        return _unless_given(least / largest if p == -2 else largest / least, given)
    singular = np.linalg.slogdet(given)[0] == 0
    one = np.eye(given.shape[-1], dtype=given.dtype)
    regular = np.where(np.reshape(singular, (*np.shape(singular), 1, 1)), one, given)
    found = np.linalg.norm(given, p, (-2, -1)) * np.linalg.norm(np.linalg.inv(regular), p, (-2, -1))
    with np.errstate(divide="ignore"):
        found = found / np.where(singular, 0, 1).astype(found.dtype)[()]
    return _unless_given(found, given)


def _of_each(bound: Any) -> Any:
    """A number, or one for each matrix."""
    return bound if np.ndim(bound) == 0 else np.asarray(bound)[..., None]


@define(np.linalg.matrix_rank, "np.linalg.matrix_rank", "hermitian")
def matrix_rank(A: Any, tol: Any = None, hermitian: bool = False, *, rtol: Any = None) -> Any:
    given = np.asarray(A)
    if tol is not None and rtol is not None:
        raise ValueError("`tol` and `rtol` can't be both set.")
    if given.ndim < 2:
        return int(np.any(given != 0))
    values = np.sort(np.abs(np.linalg.eigvalsh(given)))[..., ::-1] if hermitian else np.linalg.svdvals(given)
    if tol is not None:
        return np.sum(values > _of_each(tol), axis=-1)
    rounding = max(given.shape[-2], given.shape[-1]) * np.finfo(values.dtype).eps
    share = rounding if rtol is None else _of_each(rtol)
    return np.sum(values > np.sum(values[..., :1], axis=-1, keepdims=True) * share, axis=-1)


# -- equations of tensors ----------------------------------------------------------------------------------------------


@define(np.linalg.tensorsolve, "np.linalg.tensorsolve", "axes")
def tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    tensor, right = np.asarray(a), np.asarray(b)
    if axes is not None:
        tensor = np.moveaxis(tensor, axes, tuple(range(-len(axes), 0)))
    shape = tensor.shape[right.ndim :]
    count = np.size(right)
    if np.size(tensor) != count**2:
        raise np.linalg.LinAlgError(
            "Input arrays must satisfy the requirement prod(a.shape[b.ndim:]) == prod(a.shape[:b.ndim])"
        )
    return np.reshape(np.linalg.solve(np.reshape(tensor, (count, count)), np.ravel(right)), shape)


@define(np.linalg.tensorinv, "np.linalg.tensorinv", "ind")
def tensorinv(a: Any, ind: int = 2) -> Any:
    if ind <= 0:
        raise ValueError("Invalid ind argument.")
    tensor = np.asarray(a)
    shape = (*tensor.shape[ind:], *tensor.shape[:ind])
    count = 1
    for extent in tensor.shape[ind:]:
        count = count * extent
    return np.reshape(np.linalg.inv(np.reshape(tensor, (count, -1))), shape)
