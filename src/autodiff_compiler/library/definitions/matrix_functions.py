"""Exponentials, square roots and logarithms of matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library.defined import unsupported

# The coefficients of the Padé approximant of order 13 of exp, and up to which norm it is exact in double precision: N. J. Higham,
# "The scaling and squaring method for the matrix exponential revisited", SIAM J. Matrix Anal. Appl. 26 (2005).
_EXP = (
    *(64764752532480000.0, 32382376266240000.0, 7771770303897600.0, 1187353796428800.0, 129060195264000.0),
    *(10559470521600.0, 670442572800.0, 33522128640.0, 1323241920.0, 40840800.0, 960960.0, 16380.0, 182.0, 1.0),
)
_EXP_NORM = 5.371920351148152

# Nodes and weights of Gauss and Legendre: log(1 + x) is the integral of x / (1 + t x) over t from 0 to 1.
_NODES, _WEIGHTS = (tuple(x.tolist()) for x in np.polynomial.legendre.leggauss(8))
_LOG_NORM = 0.25
_MOST_STEPS = 100


def _squares(a: Any) -> Any:
    given = np.asarray(a)
    if given.ndim < 2 or given.shape[-1] != given.shape[-2]:
        raise ValueError("expected a square matrix")
    return given if given.dtype.kind in "fc" else given.astype(np.float64)


def _largest_norm(a: Any) -> Any:
    """The largest sum of a column."""
    return np.max(np.sum(np.abs(a), axis=-2), initial=0.0)


def expm(A: Any) -> Any:
    """By scaling and squaring: all matrices of a stack are scaled alike."""
    given = _squares(A)
    size = _largest_norm(given)
    halvings = max(int(np.ceil(np.log2(size / _EXP_NORM))), 0) if _EXP_NORM < size < np.inf else 0
    a = given * 0.5**halvings
    one = np.eye(a.shape[-1], dtype=a.dtype)
    a2 = a @ a
    a4 = a2 @ a2
    a6 = a4 @ a2
    odd = (
        a6 @ (_EXP[13] * a6 + _EXP[11] * a4 + _EXP[9] * a2) + _EXP[7] * a6 + _EXP[5] * a4 + _EXP[3] * a2 + _EXP[1] * one
    )
    even = (
        a6 @ (_EXP[12] * a6 + _EXP[10] * a4 + _EXP[8] * a2) + _EXP[6] * a6 + _EXP[4] * a4 + _EXP[2] * a2 + _EXP[0] * one
    )
    u = a @ odd
    result = np.linalg.solve(even - u, even + u)
    for _ in range(halvings):
        result = result @ result
    return result


def _one_matrix(A: Any) -> Any:
    given = _squares(A)
    if given.ndim > 2:
        unsupported("a function of a stack of matrices", "loop over the stack")
    return given


def _root(a: Any) -> Any:
    """The square root with eigenvalues of positive real part, by the product form of the iteration of Denman and Beavers
    (N. J. Higham, Functions of Matrices, 2008, section 6.3), scaled by determinants until it is near the end."""
    count = a.shape[0]
    one = np.eye(count, dtype=a.dtype)
    m, x = a, a
    near, steps = False, 0
    change: Any = 1.0
    while change > 1e-14 * count and steps < _MOST_STEPS:
        if not near:
            scale = np.exp(-np.linalg.slogdet(m)[1] / (2 * count))
            m, x = m * scale**2, x * scale
        inverse = np.linalg.inv(m)
        x = 0.5 * x @ (one + inverse)
        m = 0.5 * (one + 0.5 * (m + inverse))
        change = np.linalg.norm(m - one, 1)
        near = near or change < 0.1
        steps += 1
    if not change <= 1e-8 * count:
        raise NotImplementedError(
            "this matrix has no square root of its own dtype with eigenvalues of positive real part: not supported"
        )
    return x


def sqrtm(A: Any) -> Any:
    """The square root, real of a real matrix, of one regular matrix, which has no negative real eigenvalues."""
    given = _one_matrix(A)
    return _root(given) if np.size(given) else given.copy()


def logm(A: Any) -> Any:
    """By square roots, until the logarithm is an integral with few nodes."""
    a = _one_matrix(A)
    one = np.eye(a.shape[0], dtype=a.dtype)
    roots = 0
    while np.linalg.norm(a - one, 1) > _LOG_NORM:
        a = _root(a)
        roots += 1
    x = a - one
    result = np.zeros_like(x)
    for k in range(len(_NODES)):
        result = result + 0.5 * _WEIGHTS[k] * np.linalg.solve(one + (0.5 + 0.5 * _NODES[k]) * x, x)
    return result * 2.0**roots


ALL = (expm, sqrtm, logm)
