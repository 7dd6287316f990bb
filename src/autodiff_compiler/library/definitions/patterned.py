"""Matrices with a pattern, made of vectors or of blocks, as `scipy.linalg` makes them."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library.defined import unsupported


def _vector(x: Any) -> Any:
    given = np.asarray(x)
    if given.ndim > 1:
        unsupported("a pattern of more than one vector", "pass a vector")
    return np.atleast_1d(given)


def toeplitz(c: Any, r: Any = None) -> Any:
    """From the first column and the first row, which without `r` is the column, conjugated."""
    column = _vector(c)
    row = np.conj(column) if r is None else _vector(r)
    diagonals = np.concatenate((column[::-1], row[1:]))
    return diagonals[len(column) - 1 - np.arange(len(column))[:, None] + np.arange(len(row))[None, :]]


def hankel(c: Any, r: Any = None) -> Any:
    """From the first column and the last row, which without `r` is 0."""
    column = _vector(c)
    row = np.zeros_like(column) if r is None else _vector(r)
    diagonals = np.concatenate((column, row[1:]))
    return diagonals[np.arange(len(column))[:, None] + np.arange(len(row))[None, :]]


def circulant(c: Any) -> Any:
    column = _vector(c)
    return column[(np.arange(len(column))[:, None] - np.arange(len(column))[None, :]) % len(column)]


def block_diag(*arrs: Any) -> Any:
    blocks = [np.atleast_2d(block) for block in arrs]
    for block in blocks:
        if block.ndim > 2:
            unsupported("scipy.linalg.block_diag of stacks of matrices", "pass matrices")
    rows = sum([block.shape[0] for block in blocks])
    columns = sum([block.shape[1] for block in blocks])
    out = np.zeros((rows, columns), np.result_type(*blocks))
    i, j = 0, 0
    for block in blocks:
        out[i : i + block.shape[0], j : j + block.shape[1]] = block
        i, j = i + block.shape[0], j + block.shape[1]
    return out


def _of_toeplitz(c_or_cr: Any) -> Any:
    return toeplitz(c_or_cr[0], c_or_cr[1]) if isinstance(c_or_cr, tuple) else toeplitz(c_or_cr)


def solve_toeplitz(c_or_cr: Any, b: Any, check_finite: bool = True) -> Any:
    """By a solver that does not know of the pattern."""
    matrix, right = _of_toeplitz(c_or_cr), np.asarray(b)
    if right.ndim > 2:
        unsupported("solve_toeplitz of a stack of right sides", "loop over the stack")
    if check_finite and not (np.all(np.isfinite(matrix)) and np.all(np.isfinite(right))):
        raise ValueError("array must not contain infs or NaNs")
    if matrix.shape[0] != matrix.shape[1] or matrix.shape[0] != right.shape[0]:
        raise ValueError("Incompatible dimensions.")
    wide = np.complex128 if matrix.dtype.kind == "c" or right.dtype.kind == "c" else np.float64
    return np.linalg.solve(matrix.astype(wide), right.astype(wide))


def matmul_toeplitz(c_or_cr: Any, x: Any, check_finite: bool = False, workers: Any = None) -> Any:
    matrix, right = _of_toeplitz(c_or_cr), np.asarray(x)
    if right.ndim > 2:
        unsupported("matmul_toeplitz of a stack of matrices", "loop over the stack")
    if matrix.shape[1] != right.shape[0]:
        raise ValueError("Incompatible dimensions.")
    product = matrix @ right
    return product if product.dtype.kind in "fc" else product.astype(np.float64)


ALL = (toeplitz, hankel, circulant, block_diag, solve_toeplitz, matmul_toeplitz)
