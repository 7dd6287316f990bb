"""Singular values and vectors of complex matrices.

Values are NumPy's.  Each pair of vectors has a phase that LAPACK chooses: it makes the matrix bidiagonal and real first, and that leaves
the first component of each right vector real, or of each left one if there are more columns than rows.  Of equal values, and of those
that are 0, vectors have no derivative: it is NaN or infinite.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.ir.dtype import FLOAT64
from autodiff_compiler.library.defined import as_rule, define_for_complex
from autodiff_compiler.library.definitions.complex_matrices import (
    adjoint,
    array_of,
    diagonal,
    in_double,
    in_precision_of,
    kept_real,
)

SVDResult: Any = type(np.linalg.svd(np.eye(1)))


def _over_gaps(inner: Any, s: Any) -> Any:
    """The elements over the differences of squares of the values, which must be distinct; nothing on the diagonal."""
    one = np.eye(s.shape[-1])
    gaps = (s[..., None, :] - s[..., :, None]) * (s[..., None, :] + s[..., :, None])
    return np.where(one == 1.0, 0.0, inner / (gaps + one))


def _svd_rule(full_matrices: bool, primals: Any, tangents: Any) -> Any:
    """With m = adjoint(u) da v: ds = real(diagonal(m)); u turns by (m s + s adjoint(m)) and v by (s m + adjoint(m) s), over the
    differences of s * s, and by the phases, whose difference is imag(diagonal(m)) / s."""
    (a,), (a_dot,) = primals, tangents
    u, s, vh = singular(a, full_matrices)
    v, rows, columns = adjoint(vh), s[..., :, None], s[..., None, :]
    inner = adjoint(u) @ a_dot @ v
    conjugate = adjoint(inner)
    u_beside = a_dot @ v - u @ inner
    v_beside = adjoint(a_dot) @ u - v @ conjugate
    u_dot = u @ _over_gaps(inner * columns + rows * conjugate, s) + u_beside / columns
    v_dot = v @ _over_gaps(rows * inner + conjugate * columns, s) + v_beside / columns
    between = np.imag(diagonal(inner)) / s
    if a.shape[-2] >= a.shape[-1]:
        v_phase = kept_real(np.imag(v_dot[..., 0, :]), np.real(v[..., 0, :]))
    else:
        v_phase = kept_real(np.imag(u_dot[..., 0, :]), np.real(u[..., 0, :])) - between
    u_phase = v_phase + between
    u_dot = u_dot + u * (1j * u_phase)[..., None, :]
    v_dot = v_dot + v * (1j * v_phase)[..., None, :]
    return (u, s, vh), (u_dot, np.real(diagonal(inner)), adjoint(v_dot))


def _norms_rule(primals: Any, tangents: Any) -> Any:
    """The values alone, with a derivative also where some are equal."""
    (a,), (a_dot,) = primals, tangents
    u, s, vh = singular(a, False)
    return s, np.real(diagonal(adjoint(u) @ a_dot @ adjoint(vh)))


def _values(a: Any) -> Any:
    return np.linalg.svd(a, compute_uv=False)


singular = as_rule(np.linalg.svd, lambda a: (a, array_of(FLOAT64, a, 1), a), _svd_rule, 1)
singular_values = as_rule(_values, lambda a: array_of(FLOAT64, a, 1), _norms_rule)


def svd(a: Any, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    given, matrix = in_double(a)
    if not compute_uv:
        return in_precision_of(given, singular_values(matrix))
    if full_matrices and given.shape[-2] != given.shape[-1]:
        raise NotImplementedError(
            "np.linalg.svd with full_matrices=True of a matrix that is not square is not supported; write full_matrices=False"
        )
    u, s, vh = singular(matrix, False)
    return SVDResult(in_precision_of(given, u), in_precision_of(given, s), in_precision_of(given, vh))


@define_for_complex(np.linalg.svdvals, "np.linalg.svdvals")
def svdvals(x: Any, /) -> Any:
    given, matrix = in_double(x)
    return in_precision_of(given, singular_values(matrix))
