"""Linear algebra by loops, in place."""

import math

import numpy as np
from prog_corpus import Program, numbers, signed


def cholesky(A):
    """Lower factor, in the lower triangle of a copy."""
    L = A.copy()
    n = L.shape[0]
    for j in range(n):
        for k in range(j):
            for i in range(j, n):
                L[i, j] -= L[i, k] * L[j, k]
        L[j, j] = np.sqrt(L[j, j])
        for i in range(j + 1, n):
            L[i, j] /= L[j, j]
        for i in range(j):
            L[i, j] = 0.0
    return L


def cholesky_rows(A):
    """Row-oriented, with slices and a fresh array."""
    n = A.shape[0]
    L = np.zeros_like(A)
    for i in range(n):
        for j in range(i + 1):
            s = A[i, j] - np.dot(L[i, :j], L[j, :j])
            if i == j:
                L[i, j] = np.sqrt(s)
            else:
                L[i, j] = s / L[j, j]
    return L


def logdet(A):
    L = cholesky(A)
    total = 0.0
    for i in range(len(A)):
        total += 2.0 * np.log(L[i, i])
    return total


def lu(A):
    """Doolittle in place, without pivoting: unit lower and upper factors in one array."""
    A = A.copy()
    n = A.shape[0]
    for k in range(n - 1):
        for i in range(k + 1, n):
            A[i, k] /= A[k, k]
            for j in range(k + 1, n):
                A[i, j] -= A[i, k] * A[k, j]
    return A


def lu_slices(A):
    A = A.copy()
    for k in range(len(A) - 1):
        A[k + 1 :, k] /= A[k, k]
        A[k + 1 :, k + 1 :] -= np.outer(A[k + 1 :, k], A[k, k + 1 :])
    return A


def lu_pivoted(A):
    """Partial pivoting: the row of the largest entry is swapped in."""
    A = A.copy()
    n = A.shape[0]
    sign = 1.0
    for k in range(n):
        p = k
        for i in range(k + 1, n):
            if abs(A[i, k]) > abs(A[p, k]):
                p = i
        if p != k:
            for j in range(n):
                A[k, j], A[p, j] = A[p, j], A[k, j]
            sign = -sign
        for i in range(k + 1, n):
            A[i, k] = A[i, k] / A[k, k]
            for j in range(k + 1, n):
                A[i, j] = A[i, j] - A[i, k] * A[k, j]
    det = sign
    for k in range(n):
        det *= A[k, k]
    return det


def forward_substitution(L, b):
    x = b.copy()
    for i in range(len(b)):
        for j in range(i):
            x[i] -= L[i, j] * x[j]
        x[i] /= L[i, i]
    return x


def back_substitution(U, b):
    n = len(b)
    x = np.zeros(n)
    for i in range(n - 1, -1, -1):
        x[i] = (b[i] - np.sum(U[i, i + 1 :] * x[i + 1 :])) / U[i, i]
    return x


def solve_spd(A, b):
    """x^T A^-1 x by Cholesky and two triangular solves."""
    L = cholesky(A)
    y = forward_substitution(L, b)
    x = back_substitution(L.T, y)
    return np.dot(b, x)


def gram_schmidt(A):
    """Modified Gram-Schmidt, columns in place."""
    Q = A.copy()
    m, n = Q.shape
    for k in range(n):
        norm = np.sqrt(np.sum(Q[:, k] ** 2))
        Q[:, k] = Q[:, k] / norm
        for j in range(k + 1, n):
            Q[:, j] -= np.dot(Q[:, k], Q[:, j]) * Q[:, k]
    return Q


def gram_schmidt_loss(A, w):
    Q = gram_schmidt(A)
    return np.sum(w * Q**2) + Q[0, 0]


def matrix_power(A, n):
    """Repeated squaring."""
    result = np.eye(A.shape[0])
    while n:
        if n % 2:
            result = result @ A
        A = A @ A
        n //= 2
    return result


def matrix_power_trace(A, n):
    return np.trace(matrix_power(A, n))


def matmul_loops(A, B):
    n, m = A.shape
    p = B.shape[1]
    C = np.zeros((n, p))
    for i in range(n):
        for j in range(p):
            for k in range(m):
                C[i, j] += A[i, k] * B[k, j]
    return C


def power_iteration(A, v, n):
    for _ in range(n):
        w = A @ v
        v = w / np.sqrt(w @ w)
    return v @ A @ v


def thomas(a, b, c, d):
    """Tridiagonal solve, in place in copies."""
    c = c.copy()
    d = d.copy()
    n = len(d)
    c[0] /= b[0]
    d[0] /= b[0]
    for i in range(1, n):
        m = b[i] - a[i] * c[i - 1]
        c[i] /= m
        d[i] = (d[i] - a[i] * d[i - 1]) / m
    for i in range(n - 2, -1, -1):
        d[i] -= c[i] * d[i + 1]
    return d


SPD = signed(4, 4) @ signed(4, 4).T + 4.0 * np.eye(4)
SPD = SPD + 0.05 * signed(4, 4, seed=3)  # the programs read one triangle; the derivative is of what they read
SMALL = SPD[:3, :3].copy()
DOMINANT = signed(4, 4, seed=2) + 5.0 * np.eye(4)
TALL = signed(4, 3, seed=4)

PROGRAMS = [
    Program(cholesky, ((SPD,), (SPD[:1, :1].copy(),))),
    Program(cholesky_rows, ((SPD,),)),
    Program(logdet, ((SMALL,),)),
    Program(lu, ((DOMINANT,),)),
    Program(lu_slices, ((DOMINANT,),)),
    Program(lu_pivoted, ((signed(3, 3, seed=8),), (signed(4, 4, seed=9),)), analytic=False),
    Program(forward_substitution, ((DOMINANT, signed(4)),)),
    Program(back_substitution, ((DOMINANT, signed(4)),)),
    Program(solve_spd, ((SMALL, signed(3)),)),
    Program(gram_schmidt, ((TALL,),)),
    Program(gram_schmidt_loss, ((TALL, signed(4, 3)),)),
    Program(matrix_power, ((0.5 * signed(3, 3), 5), (0.5 * signed(3, 3), 0), (0.5 * signed(3, 3), 6))),
    Program(matrix_power_trace, ((0.5 * signed(3, 3), 5),)),
    Program(matmul_loops, ((signed(2, 3), signed(3, 4)),)),
    Program(power_iteration, ((SMALL, numbers(3), 3),)),
    Program(thomas, ((numbers(5), 3.0 + numbers(5), numbers(5, seed=1), signed(5)),)),
]
