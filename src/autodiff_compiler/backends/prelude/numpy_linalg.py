"""Helpers of the Python target: linear algebra that keeps its factors.

LAPACK is SciPy's, where it is installed; without it, the same algorithms as loops over rows.
"""

import importlib.util

import numpy as np

LAPACK = importlib.import_module("scipy.linalg.lapack") if importlib.util.find_spec("scipy") is not None else None


def lu_factor(a):
    """The packed factors of each matrix, the row each row was exchanged with, and whether no pivot is 0."""
    if a.ndim == 2:
        lu, pivots = lu_factor1(a)
    else:
        lu, pivots = np.empty_like(a, order="C"), np.empty(a.shape[:-1], np.int64)
        for place in np.ndindex(a.shape[:-2]):
            lu[place], pivots[place] = lu_factor1(a[place])
    return lu, pivots, np.all(np.diagonal(lu, axis1=-2, axis2=-1) != 0)


def lu_factor1(a):
    """The packed factors of a matrix, and the row each row was exchanged with."""
    if LAPACK is not None and a.size:
        lu, pivots, _ = LAPACK.dgetrf(a)
        return lu, pivots.astype(np.int64)
    lu, pivots = a.copy(), np.arange(len(a))
    for k in range(len(a)):
        pivots[k] = p = k + np.argmax(np.abs(lu[k:, k]))
        lu[[k, p]] = lu[[p, k]]
        if lu[k, k] != 0:
            lu[k + 1 :, k] /= lu[k, k]
            lu[k + 1 :, k + 1 :] -= np.outer(lu[k + 1 :, k], lu[k, k + 1 :])
    return lu, pivots


def stretched(a, batch, core):
    """An array whose leading axes are broadcast to those of a stack; the last ones, `core` of them, are those of one item."""
    return np.broadcast_to(a, (*batch, *a.shape[a.ndim - core :]))


def lu_solve(lu, pivots, b, transposed):
    """x of a @ x = b, or of a.T @ x = b, by the factors of a."""
    if lu.ndim == 2 and b.ndim == 2:
        return lu_solve1(lu, pivots, b, transposed)
    batch = np.broadcast_shapes(lu.shape[:-2], b.shape[:-2])
    lu, pivots, b = stretched(lu, batch, 2), stretched(pivots, batch, 1), stretched(b, batch, 2)
    x = np.empty(b.shape, b.dtype)
    for place in np.ndindex(batch):
        x[place] = lu_solve1(lu[place], pivots[place], b[place], transposed)
    return x


def lu_solve1(lu, pivots, b, transposed):
    """x of a @ x = b, or of a.T @ x = b, for one matrix."""
    if LAPACK is not None and b.size:
        return LAPACK.dgetrs(lu, pivots, b, trans=int(transposed))[0]
    if transposed:
        x = solve_triangular1(lu.T, b, True, False)
        x = solve_triangular1(lu.T, x, False, True)
    else:
        x = b.copy()
    for k in reversed(range(len(lu))) if transposed else range(len(lu)):
        x[[k, pivots[k]]] = x[[pivots[k], k]]
    return x if transposed else solve_triangular1(lu, solve_triangular1(lu, x, True, True), False, False)


def solve_triangular(a, b, lower, transposed, unit):
    """x of a @ x = b, or of a.T @ x = b, for a triangular a."""
    if transposed:
        a, lower = np.swapaxes(a, -1, -2), not lower
    if a.ndim == 2 and b.ndim == 2:
        return solve_triangular1(a, b, lower, unit)
    batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    a, b = stretched(a, batch, 2), stretched(b, batch, 2)
    x = np.empty(b.shape, b.dtype)
    for place in np.ndindex(batch):
        x[place] = solve_triangular1(a[place], b[place], lower, unit)
    return x


def solve_triangular1(a, b, lower, unit):
    """x of a @ x = b for one triangular matrix, of which the other triangle is not read."""
    if LAPACK is not None and b.size and (unit or np.all(np.diagonal(a) != 0)):
        return LAPACK.dtrtrs(a, b, lower=lower, unitdiag=unit)[0]
    x = b.copy()
    with np.errstate(all="ignore"):
        for k in range(len(a)) if lower else reversed(range(len(a))):
            done = slice(0, k) if lower else slice(k + 1, None)
            x[k] -= a[k, done] @ x[done]
            if not unit:
                x[k] /= a[k, k]
    return x


def log_abs_det(lu):
    """log |det a| by the factors of a."""
    with np.errstate(divide="ignore"):
        return np.sum(np.log(np.abs(np.diagonal(lu, axis1=-2, axis2=-1))), axis=-1)


def stack_of(item, batch):
    """As many of what stands for a result where there is none."""
    return np.broadcast_to(item, (*batch, *item.shape))


def cholesky(a):
    """The lower triangular factor of each matrix, and whether all of them are positive definite."""
    try:
        return np.linalg.cholesky(a), np.True_
    except np.linalg.LinAlgError:
        return stack_of(np.eye(a.shape[-1]), a.shape[:-2]), np.False_


def qr(a):
    """q with orthonormal columns and the triangular r with a = q @ r."""
    return np.linalg.qr(a)


def eigh(a, lower, driver):
    """Eigenvalues and eigenvectors of each symmetric matrix, of which one triangle is read, and whether the iterations converged."""
    try:
        if driver == "evd":
            return (*np.linalg.eigh(a, "L" if lower else "U"), np.True_)
        values, vectors = np.empty(a.shape[:-1]), np.empty(a.shape)
        for place in np.ndindex(a.shape[:-2]):
            values[place], vectors[place] = eigh1(a[place], lower)
        return values, vectors, np.True_
    except np.linalg.LinAlgError:
        n = a.shape[-1]
        return stack_of(np.arange(1.0, n + 1.0), a.shape[:-2]), stack_of(np.eye(n), a.shape[:-2]), np.False_


def eigh1(a, lower):
    """By the routine that SciPy calls."""
    return importlib.import_module("scipy.linalg").eigh(a, lower=lower, driver="evr", check_finite=False)


def svd(a):
    """u, s, vh of each matrix, and whether the iterations converged."""
    try:
        return (*np.linalg.svd(a, full_matrices=False), np.True_)
    except np.linalg.LinAlgError:
        *batch, m, n = a.shape
        k = min(m, n)
        return *(stack_of(x, batch) for x in (np.eye(m, k), np.arange(1.0, k + 1.0)[::-1], np.eye(k, n))), np.False_


def pinv(a, cutoff):
    """The pseudoinverse of each matrix, and whether the iterations converged."""
    try:
        return np.linalg.pinv(a, cutoff), np.True_
    except np.linalg.LinAlgError:
        return np.zeros((*a.shape[:-2], a.shape[-1], a.shape[-2])), np.False_
