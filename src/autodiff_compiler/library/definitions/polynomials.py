"""Polynomials by their coefficients, the highest power first."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library.defined import define, unsupported


@define(np.polyval, "np.polyval")
def polyval(p: Any, x: Any) -> Any:
    coefficients, at = np.asarray(p.coeffs if isinstance(p, np.poly1d) else p), np.asarray(x)
    value = np.zeros(at.shape, np.result_type(coefficients, at))[()]
    for c in coefficients:
        value = value * at + c
    return value


@define(np.polyadd, "np.polyadd")
def polyadd(a1: Any, a2: Any) -> Any:
    p, q = np.atleast_1d(a1), np.atleast_1d(a2)
    length = max(len(p), len(q))
    return _padded(p, length) + _padded(q, length)


@define(np.polysub, "np.polysub")
def polysub(a1: Any, a2: Any) -> Any:
    p, q = np.atleast_1d(a1), np.atleast_1d(a2)
    length = max(len(p), len(q))
    return _padded(p, length) - _padded(q, length)


def _padded(p: Any, length: int) -> Any:
    return np.concatenate((np.zeros(length - len(p), p.dtype), p))


@define(np.polymul, "np.polymul")
def polymul(a1: Any, a2: Any) -> Any:
    """Leading zeros go, as they do in `np.poly1d`."""
    return np.convolve(_trimmed(a1), _trimmed(a2))


def _trimmed(p: Any) -> Any:
    coefficients = np.trim_zeros(np.atleast_1d(p), "f")
    return coefficients if len(coefficients) > 0 else np.zeros(1, coefficients.dtype)


@define(np.polyder, "np.polyder", "m")
def polyder(p: Any, m: int = 1) -> Any:
    if m < 0:
        raise ValueError("Order of derivative must be positive (see polyint)")
    coefficients = np.asarray(p)
    for _ in range(m):
        degree = len(coefficients) - 1
        coefficients = coefficients[:-1] * np.arange(degree, 0, -1)
    return coefficients


@define(np.polyint, "np.polyint", "m")
def polyint(p: Any, m: int = 1, k: Any = None) -> Any:
    if m < 0:
        raise ValueError("Order of integral must be positive (see polyder)")
    constants = np.zeros(m) if k is None else np.atleast_1d(k)
    if len(constants) == 1 and m > 1:
        constants = constants[0] * np.ones(m)
    if len(constants) < m:
        raise ValueError("k must be a scalar or a rank-1 array of length 1 or >m.")
    coefficients = np.asarray(p)
    for i in range(m):
        coefficients = np.concatenate((coefficients / np.arange(len(coefficients), 0, -1), constants[i : i + 1]))
    return coefficients


@define(np.vander, "np.vander", "increasing")
def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    given = np.asarray(x)
    if given.ndim != 1:
        raise ValueError("x must be a one-dimensional array or sequence.")
    count = len(given) if N is None else N
    found = np.ones((len(given), count), np.result_type(given, int))
    for k in range(1, count):
        found[:, k] = found[:, k - 1] * given
    return found if increasing else found[:, ::-1]


@define(np.poly, "np.poly")
def poly(seq_of_zeros: Any) -> Any:
    """From its zeros."""
    zeros = np.asarray(seq_of_zeros)
    if zeros.ndim != 1:
        unsupported("np.poly of a matrix", "pass its eigenvalues")
    found = np.zeros(len(zeros) + 1, zeros.dtype)
    found[0] = 1
    for k in range(len(zeros)):
        found[1 : k + 2] = found[1 : k + 2] - zeros[k] * found[: k + 1]
    return found


@define(np.polydiv, "np.polydiv")
def polydiv(u: Any, v: Any) -> Any:
    """Quotient and remainder, which has no leading zeros."""
    given, by = np.atleast_1d(u) + 0.0, np.atleast_1d(v) + 0.0
    rest = np.array(given)
    count = max(len(given) - len(by) + 1, 1)
    quotient = np.zeros(count, given.dtype)
    if len(given) >= len(by):
        for k in range(count):
            factor = rest[k] / by[0]
            quotient[k] = factor
            rest[k : k + len(by)] = rest[k : k + len(by)] - factor * by
    there = np.flatnonzero(~np.isclose(rest, 0, rtol=1e-14))
    return quotient, rest[min(int(there[0]), len(rest) - 1) :] if len(there) > 0 else rest[len(rest) - 1 :]


@define(np.polyfit, "np.polyfit", "deg", "full", "cov")
def polyfit(x: Any, y: Any, deg: int, rcond: Any = None, full: bool = False, w: Any = None, cov: Any = False) -> Any:
    """By least squares, with columns of length 1."""
    if full or cov:
        unsupported("np.polyfit with full= or cov=", "leave them out")
    at, values = np.asarray(x) + 0.0, np.asarray(y) + 0.0
    if deg < 0:
        raise ValueError("expected deg >= 0")
    if at.ndim != 1 or len(at) == 0:
        raise TypeError("expected non-empty vector for x")
    if len(at) != len(values):
        raise TypeError("expected x and y to have same length")
    matrix = vander(at, deg + 1)
    if w is not None:
        weights = np.asarray(w) + 0.0
        matrix = matrix * weights[:, None]
        values = values * (weights if values.ndim == 1 else weights[:, None])
    lengths = np.sqrt(np.sum(matrix * matrix, axis=0))
    cut = len(at) * np.finfo(at.dtype).eps if rcond is None else rcond
    found = np.linalg.lstsq(matrix / lengths, values, cut)[0]
    return (found.T / lengths).T


@define(np.roots, "np.roots")
def roots(p: Any) -> Any:
    """The eigenvalues of the companion matrix, as complex numbers always, and a zero for each coefficient of 0 at the end."""
    given = np.atleast_1d(p) + 0.0
    if given.ndim != 1:
        raise ValueError("Input must be a rank-1 array.")
    there = np.flatnonzero(given != 0.0)
    if len(there) == 0:
        return np.zeros(0, np.complex128)
    held = given[int(there[0]) : int(there[-1]) + 1]
    ahead = held[:1]
    companion = np.eye(len(held) - 1, k=-1, dtype=held.dtype)
    companion[:1] = -held[1:] / ahead
    found = np.linalg.eigvals(companion)
    return np.concatenate((found, np.zeros(len(given) - 1 - int(there[-1]), found.dtype)))
