"""Determinants, factors, eigenvalues and eigenvectors of complex matrices, and those of real matrices that are not symmetric.

Values are NumPy's, which is called as it is; derivatives are rules.  Eigenvectors have a length and a phase that LAPACK chooses, and a
derivative that keeps to its choice, so that what depends on it is right, too.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.ir.dtype import COMPLEX128, FLOAT64, DType
from autodiff_compiler.library.defined import as_rule, define, define_for_complex

SlogdetResult: Any = type(np.linalg.slogdet(np.eye(1)))
EighResult: Any = type(np.linalg.eigh(np.eye(1)))
EigResult: Any = type(np.linalg.eig(np.eye(1)))


def array_of(dtype: DType, matrix: str, less: int) -> str:
    """The type of an array with so many axes fewer than one of matrices; one without axes is a number."""
    rank = matrix.count(":") - less
    return f"{dtype}[{', '.join([':'] * rank)}]" if rank else str(dtype)


def adjoint(a: Any) -> Any:
    return np.conj(np.swapaxes(a, -1, -2))


def diagonal(a: Any) -> Any:
    return np.diagonal(a, axis1=-2, axis2=-1)


def in_precision_of(given: Any, result: Any) -> Any:
    """A result in the precision of the operand."""
    if given.dtype != np.complex64 and given.dtype != np.float32:
        return result
    return result.astype(np.complex64 if result.dtype.kind == "c" else np.float32)


def in_double(a: Any) -> tuple[Any, Any]:
    """The operand, and in double precision."""
    given = np.asarray(a)
    return given, given.astype(np.complex128)


# -- determinants ------------------------------------------------------------------------------------------------------


def _det_rule(primals: Any, tangents: Any) -> Any:
    (a,), (a_dot,) = primals, tangents
    value = determinant(a)
    return value, value * np.trace(np.linalg.solve(a, a_dot), axis1=-2, axis2=-1)


def _slogdet_rule(primals: Any, tangents: Any) -> Any:
    (a,), (a_dot,) = primals, tangents
    sign, logarithm = sign_and_logarithm(a)
    change = np.trace(np.linalg.solve(a, a_dot), axis1=-2, axis2=-1)
    return (sign, logarithm), (sign * (1j * np.imag(change)), np.real(change))


determinant = as_rule(np.linalg.det, lambda a: array_of(COMPLEX128, a, 2), _det_rule)
sign_and_logarithm = as_rule(
    np.linalg.slogdet, lambda a: (array_of(COMPLEX128, a, 2), array_of(FLOAT64, a, 2)), _slogdet_rule
)


@define_for_complex(np.linalg.det, "np.linalg.det")
def det(a: Any) -> Any:
    given, matrix = in_double(a)
    return in_precision_of(given, determinant(matrix))


@define_for_complex(np.linalg.slogdet, "np.linalg.slogdet")
def slogdet(a: Any) -> Any:
    given, matrix = in_double(a)
    sign, logarithm = sign_and_logarithm(matrix)
    return SlogdetResult(in_precision_of(given, sign), in_precision_of(given, logarithm))


# -- a = lower @ adjoint(lower) ----------------------------------------------------------------------------------------


def hermitian(a_dot: Any, lower: bool) -> Any:
    """The change of the Hermitian matrix of which one triangle is read, and of its diagonal the real parts."""
    below = np.tril(a_dot, -1) if lower else adjoint(np.triu(a_dot, 1))
    return below + adjoint(below) + np.real(diagonal(a_dot))[..., None] * np.eye(a_dot.shape[-1])


def _cholesky_rule(primals: Any, tangents: Any) -> Any:
    (a,), (a_dot,) = primals, tangents
    lower = lower_factor(a)
    inner = np.linalg.solve(lower, hermitian(a_dot, True))
    inner = adjoint(np.linalg.solve(lower, adjoint(inner)))
    half = np.tril(inner, -1) + 0.5 * np.real(diagonal(inner))[..., None] * np.eye(a.shape[-1])
    return lower, lower @ half


lower_factor = as_rule(np.linalg.cholesky, lambda a: a, _cholesky_rule)


@define_for_complex(np.linalg.cholesky, "np.linalg.cholesky", "upper")
def cholesky(a: Any, /, *, upper: bool = False) -> Any:
    given, matrix = in_double(a)
    factor = adjoint(lower_factor(adjoint(matrix))) if upper else lower_factor(matrix)
    return in_precision_of(given, factor)


# -- a @ v = v * w: with m = inverse(v) @ da @ v, dw = diagonal(m) and dv = v @ (m over differences of w + phases) ------


def _turned(inner: Any, w: Any, v: Any) -> Any:
    """The change of the vectors by those of other values, which must be distinct."""
    one = np.eye(w.shape[-1])
    gaps = w[..., None, :] - w[..., :, None] + one
    return v @ np.where(one == 1.0, 0.0, inner / gaps)


def kept_real(change: Any, component: Any) -> Any:
    """The phase by which a component of each vector stays real; where it is 0, there is none."""
    return np.where(component == 0.0, 0.0, -change / np.where(component == 0.0, 1.0, component))


def _eigh_rule(side: str, primals: Any, tangents: Any) -> Any:
    """The first component of each vector is real, or with the upper triangle the last one."""
    (a,), (a_dot,) = primals, tangents
    w, v = hermitian_spectrum(a, side)
    inner = adjoint(v) @ hermitian(a_dot, side == "L") @ v
    turned = _turned(inner, w, v)
    place = 0 if side == "L" else -1
    phase = kept_real(np.imag(turned[..., place, :]), np.real(v[..., place, :]))
    return (w, v), (np.real(diagonal(inner)), turned + v * (1j * phase)[..., None, :])


def _eig_rule(primals: Any, tangents: Any) -> Any:
    """Each vector has the length 1, and its largest component is real."""
    (a,), (a_dot,) = primals, tangents
    w, v = spectrum(a)
    inner = np.linalg.solve(v, a_dot @ v)
    turned = _turned(inner, w, v)
    largest = np.argmax(np.abs(v), axis=-2)[..., None, :]
    change = np.take_along_axis(np.imag(turned), largest, -2)[..., 0, :]
    component = np.take_along_axis(np.real(v), largest, -2)[..., 0, :]
    longer = np.sum(np.real(np.conj(v) * turned), axis=-2)
    return (w, v), (diagonal(inner), turned + v * (1j * kept_real(change, component) - longer)[..., None, :])


hermitian_spectrum = as_rule(np.linalg.eigh, lambda a: (array_of(FLOAT64, a, 1), a), _eigh_rule, 1)
# What `np.linalg.eig` calls: it gives complex numbers always.
spectrum = as_rule(
    np.linalg._umath_linalg.eig, lambda a: (array_of(COMPLEX128, a, 1), array_of(COMPLEX128, a, 0)), _eig_rule
)


@define_for_complex(np.linalg.eigh, "np.linalg.eigh", "UPLO")
def eigh(a: Any, UPLO: str = "L") -> Any:
    given, matrix = in_double(a)
    side = UPLO.upper()
    if side != "L" and side != "U":
        raise ValueError("UPLO argument must be 'L' or 'U'")
    w, v = hermitian_spectrum(matrix, side)
    return EighResult(in_precision_of(given, w), in_precision_of(given, v))


@define_for_complex(np.linalg.eigvalsh, "np.linalg.eigvalsh", "UPLO")
def eigvalsh(a: Any, UPLO: str = "L") -> Any:
    return eigh(a, UPLO)[0]


def _spectrum(a: Any) -> tuple[Any, Any, Any]:
    given = np.asarray(a)
    matrix = given.astype(np.complex128) if given.dtype.kind == "c" else given.astype(np.float64)
    if given.ndim < 2 or given.shape[-1] != given.shape[-2]:
        raise np.linalg.LinAlgError("Last 2 dimensions of the array must be square")
    if not np.all(np.isfinite(matrix)):
        raise np.linalg.LinAlgError("Array must not contain infs or NaNs")
    if given.shape[-1] == 0:
        return given, np.zeros(given.shape[:-1], np.complex128), np.zeros(given.shape, np.complex128)
    w, v = spectrum(matrix)
    if np.any(np.isnan(w)):
        raise np.linalg.LinAlgError("Eigenvalues did not converge")
    return given, w, v


@define(np.linalg.eig, "np.linalg.eig")
def eig(a: Any) -> Any:
    """Complex numbers, also where NumPy gives real ones because all imaginary parts happen to be 0."""
    given, w, v = _spectrum(a)
    return EigResult(in_precision_of(given, w), in_precision_of(given, v))


@define(np.linalg.eigvals, "np.linalg.eigvals")
def eigvals(a: Any) -> Any:
    given, w, _ = _spectrum(a)
    return in_precision_of(given, w)
