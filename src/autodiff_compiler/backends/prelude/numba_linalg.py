"""Helpers of the Numba target: linear algebra by the LAPACK that SciPy ships, for stacks of matrices.

LAPACK counts along columns first: it is given the transpose of what lies in rows, and so what it gives back is transposed.
"""

import llvmlite
import numba
import numpy as np
from numba import njit
from numba.core import cgutils
from numba.extending import get_cython_function_address, intrinsic

from autodiff_compiler.backends.prelude.numba_parts import assign
from autodiff_compiler.backends.prelude.numba_products import BLAS, blas, in_memory, stack


def lapack_routines(*names):
    """Tells compiled code where routines of LAPACK are."""
    for name in names:
        address = get_cython_function_address("scipy.linalg.cython_lapack", name)
        llvmlite.binding.add_symbol(f"scipy_{name}", address)
    return names


LAPACK = lapack_routines("dgetrf", "dgetrs", "dpotrf", "dgeqrf", "dorgqr", "dsyevd", "dsyevr", "dgesdd")


@intrinsic(prefer_literal=True)
def lapack(typingctx, routine, arguments):
    """Calls a routine of LAPACK, and gives its `info`, the last argument, which is added."""
    name = routine.literal_value
    assert name in LAPACK

    def build(context, builder, signature, args):
        info = cgutils.alloca_once(builder, llvmlite.ir.IntType(32))
        pointers = in_memory(context, builder, arguments, args[1])
        pointers.append(builder.bitcast(info, pointers[0].type))
        function_type = llvmlite.ir.FunctionType(llvmlite.ir.VoidType(), [pointer.type for pointer in pointers])
        builder.call(cgutils.get_or_insert_function(builder.module, function_type, f"scipy_{name}"), pointers)
        return builder.load(info)

    return numba.types.int32(routine, arguments), build


@njit(cache=True, nogil=True)
def matrices(a):
    """The matrices of a stack of any shape, along one axis."""
    count = 1
    for k in range(a.ndim - 2):
        count *= a.shape[k]
    return np.ascontiguousarray(a).reshape((count, a.shape[-2], a.shape[-1]))


@njit(cache=True, nogil=True)
def lu_factor(a):
    """The packed factors of each matrix, the row each row was exchanged with, and whether no pivot is 0."""
    n, every = a.shape[-1], matrices(a)
    lu, pivots = np.empty_like(every), np.empty((len(every), n), np.int64)
    exchanged, regular = np.empty(n, np.int32), True
    for s in range(len(every)):
        columns = every[s].T.copy()
        if n > 0 and lapack("dgetrf", (n, n, columns, n, exchanged)) > 0:
            regular = False
        assign(lu[s], columns.T)
        for k in range(n):
            pivots[s, k] = exchanged[k] - 1
    return lu.reshape(a.shape), pivots.reshape(a.shape[:-1]), regular


@njit(cache=True, nogil=True)
def leading(a, b):
    """The leading axes that stacks of matrices broadcast to."""
    if a.ndim == 2:
        return b.shape[:-2]
    if b.ndim == 2:
        return a.shape[:-2]
    return np.broadcast_shapes(a.shape[:-2], b.shape[:-2])


@njit(cache=True, nogil=True)
def lu_solve(lu, pivots, b, transposed):
    """x of a @ x = b, or of a.T @ x = b, by the factors of a."""
    n, k = b.shape[-2], b.shape[-1]
    batch = leading(lu, b)
    factors, right = stack(lu, (*batch, n, n)), stack(b, (*batch, n, k))
    rows = stack(pivots.reshape((*pivots.shape, 1)), (*batch, n, 1))
    x, exchanged = np.empty_like(right), np.empty(n, np.int32)
    form = np.uint8(84 if transposed else 78)
    for s in range(len(right)):
        if n == 0 or k == 0:
            break
        for i in range(n):
            exchanged[i] = rows[s, i, 0] + 1
        columns = right[s].T.copy()
        lapack("dgetrs", (form, n, k, factors[s].T.copy(), n, exchanged, columns, n))
        assign(x[s], columns.T)
    return x.reshape((*batch, n, k))


@njit(cache=True, error_model="numpy", nogil=True)
def substitute(a, x, lower, transposed, unit):
    """Replaces x by the solution y of a @ y = x, or of a.T @ y = x."""
    n, upwards = len(x), lower == transposed
    for step in range(n):
        i = n - 1 - step if upwards else step
        first, last = (i + 1, n) if upwards else (0, i)
        for j in range(first, last):
            factor = a[j, i] if transposed else a[i, j]
            for c in range(x.shape[1]):
                x[i, c] -= factor * x[j, c]
        if not unit:
            for c in range(x.shape[1]):
                x[i, c] /= a[i, i]


@njit(cache=True, error_model="numpy", nogil=True)
def solve_triangular(a, b, lower, transposed, unit):
    """x of a @ x = b, or of a.T @ x = b, for a triangular a, of which the other triangle is not read."""
    n, k = b.shape[-2], b.shape[-1]
    batch = leading(a, b)
    every, right = stack(a, (*batch, n, n)), stack(b, (*batch, n, k))
    x = right.copy()
    for s in range(len(x) if x.size > 0 else 0):
        if BLAS:
            # Rows are columns to BLAS: it solves x.T @ a.T = b.T.
            triangle, form = np.uint8(85 if lower else 76), np.uint8(84 if transposed else 78)
            one, diagonal = x.dtype.type(1), np.uint8(85 if unit else 78)
            blas("trsm", (np.uint8(82), triangle, form, diagonal, k, n, one, every[s], n, x[s], k))
        else:
            substitute(every[s], x[s], lower, transposed, unit)
    return x.reshape((*batch, n, k))


@njit(cache=True, error_model="numpy", nogil=True)
def log_abs_det(lu):
    """log |det a| by the factors of a."""
    every = matrices(lu)
    out = np.zeros(len(every), lu.dtype)
    for s in range(len(every)):
        for k in range(every.shape[1]):
            out[s] += np.log(abs(every[s, k, k]))
    if lu.ndim == 2:
        return out[0]
    return out.reshape(lu.shape[:-2])


@njit(cache=True, nogil=True)
def cholesky(a):
    """The lower triangular factor of each matrix, and whether all of them are positive definite."""
    n, every = a.shape[-1], matrices(a)
    lower, positive = np.zeros_like(every), True
    for s in range(len(every)):
        columns = every[s].T.copy()
        if n > 0 and lapack("dpotrf", (np.uint8(76), n, columns, n)) > 0:
            positive = False
        for i in range(n):
            for j in range(i + 1):
                lower[s, i, j] = columns[j, i]
    if not positive:
        for s in range(len(every)):
            assign(lower[s], np.eye(n))
    return lower.reshape(a.shape), positive


@njit(cache=True, nogil=True)
def qr(a):
    """q with orthonormal columns and the triangular r with a = q @ r."""
    batch, m, n = a.shape[:-2], a.shape[-2], a.shape[-1]
    k, every = min(m, n), matrices(a)
    q, r = np.empty((len(every), m, k)), np.zeros((len(every), k, n))
    length = 32 * (n + 1)
    scales, work = np.empty(k), np.empty(length)
    for s in range(len(every)):
        if k == 0:
            break
        columns = every[s].T.copy()
        lapack("dgeqrf", (m, n, columns, m, scales, work, length))
        for i in range(k):
            for j in range(i, n):
                r[s, i, j] = columns[j, i]
        lapack("dorgqr", (m, k, k, columns, m, scales, work, length))
        assign(q[s], columns[:k].T)
    return q.reshape((*batch, m, k)), r.reshape((*batch, k, n))


@njit(cache=True, nogil=True)
def eigh(a, lower, driver):
    """Eigenvalues and eigenvectors of each symmetric matrix, of which one triangle is read, and whether the iterations converged."""
    n, every = a.shape[-1], matrices(a)
    values, vectors, converged = np.empty((len(every), n)), np.empty_like(every), True
    length, integers = 1 + 26 * n + 2 * n * n, 3 + 10 * n
    work, places, support = np.empty(length), np.empty(integers, np.int32), np.empty(2 * n + 2, np.int32)
    # The bounds that are not used and the tolerance, and how many values there are.
    unused, found = np.zeros(1), np.empty(1, np.int32)
    form, side, every_one, rows = np.uint8(86), np.uint8(76 if lower else 85), np.uint8(65), np.empty((n, n))
    for s in range(len(every)):
        if n == 0:
            break
        columns, w, failed = every[s].T.copy(), values[s], 0
        if driver == "evd":
            failed = lapack("dsyevd", (form, side, n, columns, n, w, work, length, places, integers))
            assign(rows, columns)
        else:
            asked = (form, every_one, side, n, columns, n, unused, unused, 1, n, unused, found, w, rows, n, support, work, length, places, integers)  # fmt: skip
            failed = lapack("dsyevr", asked)
        if failed != 0:
            converged = False
        assign(vectors[s], rows.T)
    if not converged:
        for s in range(len(every)):
            assign(values[s], np.arange(1.0, n + 1.0))
            assign(vectors[s], np.eye(n))
    return values.reshape(a.shape[:-1]), vectors.reshape(a.shape), converged


@njit(cache=True, nogil=True)
def svd(a):
    """u, s, vh of each matrix, and whether the iterations converged."""
    batch, m, n = a.shape[:-2], a.shape[-2], a.shape[-1]
    k, every = min(m, n), matrices(a)
    u, values, vh = np.empty((len(every), m, k)), np.empty((len(every), k)), np.empty((len(every), k, n))
    length = 4 * k * k + 7 * k + 32 * max(m, n) + 1
    work, places = np.empty(length), np.empty(8 * k, np.int32)
    left, right, converged, form = np.empty((k, m)), np.empty((n, k)), True, np.uint8(83)
    for s in range(len(every)):
        if k == 0:
            break
        columns = every[s].T.copy()
        if lapack("dgesdd", (form, m, n, columns, m, values[s], left, m, right, k, work, length, places)) != 0:
            converged = False
        assign(u[s], left.T)
        assign(vh[s], right.T)
    if not converged:
        for s in range(len(every)):
            assign(u[s], np.eye(m, k))
            assign(values[s], np.arange(1.0, k + 1.0)[::-1])
            assign(vh[s], np.eye(k, n))
    return u.reshape((*batch, m, k)), values.reshape((*batch, k)), vh.reshape((*batch, k, n)), converged


@njit(cache=True, error_model="numpy", nogil=True)
def pinv(a, cutoff):
    """The pseudoinverse of each matrix, and whether the iterations converged."""
    batch, m, n = a.shape[:-2], a.shape[-2], a.shape[-1]
    left, singular, right, converged = svd(a)
    u, vh, values = matrices(left), matrices(right), singular.reshape((-1, singular.shape[-1]))
    inverse = np.zeros((len(u), n, m))
    for s in range(len(u)):
        for k in range(values.shape[1]):
            if not values[s, k] > cutoff * values[s, 0]:
                continue
            for i in range(n):
                for j in range(m):
                    inverse[s, i, j] += vh[s, k, i] * (u[s, j, k] / values[s, k])
    return inverse.reshape((*batch, n, m)), converged
