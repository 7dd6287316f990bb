"""What the ops of linear algebra compute, one matrix at a time, as the textbook has it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Arrays = tuple[np.ndarray, ...]


def stacked(function: Callable[..., Any], *arrays: np.ndarray, core: tuple[int, ...]) -> Any:
    """Applies a function to each matrix of stacks whose leading axes broadcast; `core` says how many axes of each array are
    those of one item."""
    batch = np.broadcast_shapes(*(a.shape[: a.ndim - k] for a, k in zip(arrays, core)))
    wide = [np.broadcast_to(a, (*batch, *a.shape[a.ndim - k :])) for a, k in zip(arrays, core)]
    if not batch:
        return function(*wide)
    made = [function(*(a[place] for a in wide)) for place in np.ndindex(*batch)]
    if not made:
        # Of an empty stack the shape of a result is that of any matrix.
        made = [function(*(np.ones(a.shape[len(batch) :], a.dtype) for a in wide))]
        return _joined(made, lambda parts: np.empty((*batch, *parts[0].shape), parts[0].dtype))
    return _joined(made, lambda parts: np.reshape(np.stack(parts), (*batch, *np.shape(parts[0]))))


def _joined(made: list[Any], join: Callable[[list[Any]], Any]) -> Any:
    if isinstance(made[0], tuple):
        return tuple(join(list(parts)) for parts in zip(*made))
    return join(made)


def lu_factor(a: np.ndarray) -> Arrays:
    """Gaussian elimination with the largest pivot of each column."""
    lu, n = a.copy(), len(a)
    pivots = np.arange(n)
    for k in range(n):
        p = pivots[k] = k + int(np.argmax(np.abs(lu[k:, k])))
        lu[[k, p]] = lu[[p, k]]
        if lu[k, k] != 0:
            lu[k + 1 :, k] /= lu[k, k]
            lu[k + 1 :, k + 1 :] -= np.outer(lu[k + 1 :, k], lu[k, k + 1 :])
    return lu, pivots


def rows_exchanged(x: np.ndarray, pivots: np.ndarray, *, back: bool) -> np.ndarray:
    """Row k exchanged with row `pivots[k]`, one after the other, or these exchanges undone."""
    x = x.copy()
    for k in reversed(range(len(pivots))) if back else range(len(pivots)):
        x[[k, pivots[k]]] = x[[pivots[k], k]]
    return x


def solve_triangular(a: np.ndarray, b: np.ndarray, *, lower: bool, transposed: bool, unit: bool) -> np.ndarray:
    """By substitution; the other triangle of `a` is not read, nor, with `unit`, its diagonal."""
    if transposed:
        a, lower = a.T, not lower
    x, n = b.copy(), len(a)
    with np.errstate(all="ignore"):
        for k in range(n) if lower else reversed(range(n)):
            done = slice(0, k) if lower else slice(k + 1, n)
            x[k] -= a[k, done] @ x[done]
            if not unit:
                x[k] /= a[k, k]
    return x


def lu_solve(lu: np.ndarray, pivots: np.ndarray, b: np.ndarray, *, transposed: bool) -> np.ndarray:
    if transposed:
        y = solve_triangular(lu, b, lower=False, transposed=True, unit=False)
        return rows_exchanged(solve_triangular(lu, y, lower=True, transposed=True, unit=True), pivots, back=True)
    y = solve_triangular(lu, rows_exchanged(b, pivots, back=False), lower=True, transposed=False, unit=True)
    return solve_triangular(lu, y, lower=False, transposed=False, unit=False)


def log_abs_det(lu: np.ndarray) -> Any:
    with np.errstate(all="ignore"):
        return np.sum(np.log(np.abs(np.diagonal(lu))), dtype=lu.dtype)


def cholesky(a: np.ndarray) -> tuple[np.ndarray, np.bool_]:
    """Column by column; whether every pivot is positive."""
    lower = np.zeros_like(a)
    for k in range(len(a)):
        pivot = a[k, k] - lower[k, :k] @ lower[k, :k]
        if not pivot > 0:
            return np.eye(len(a), dtype=a.dtype), np.False_
        lower[k, k] = np.sqrt(pivot)
        lower[k + 1 :, k] = (a[k + 1 :, k] - lower[k + 1 :, :k] @ lower[k, :k]) / lower[k, k]
    return lower, np.True_
