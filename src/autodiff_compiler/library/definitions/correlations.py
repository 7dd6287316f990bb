"""Covariances, correlations, and moving windows of products."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library.defined import define, unsupported


def _rows(m: Any, rowvar: bool, dtype: Any) -> Any:
    """A variable in each row."""
    given = np.asarray(m)
    given = given.astype(np.result_type(given, np.float64) if dtype is None else dtype)
    if given.ndim > 2:
        raise ValueError("m has more than 2 dimensions")
    if given.ndim < 2:
        return np.atleast_2d(given)
    return given if rowvar else given.T


def _covariances(x: Any, ddof: Any, fweights: Any, aweights: Any) -> Any:
    if fweights is None and aweights is None:
        centered = x - np.mean(x, axis=1, keepdims=True)
        return centered @ np.conj(centered).T / max(x.shape[1] - ddof, 0)
    if fweights is None:
        weights = np.asarray(aweights)
    else:
        weights = np.asarray(fweights) if aweights is None else np.asarray(fweights) * np.asarray(aweights)
    if weights.dtype.kind == "c":
        unsupported("complex weights", "pass real ones")
    if np.any(weights < 0):
        raise ValueError("weights cannot be negative")
    weights = weights.astype(np.real(x).dtype)
    total = np.sum(weights)
    centered = x - np.sum(x * weights, axis=1, keepdims=True) / total
    if aweights is None:
        freedom = total - ddof
    else:
        freedom = total - ddof * np.sum(weights * np.asarray(aweights)) / total
    return centered @ np.conj(centered * weights).T / np.maximum(freedom, 0.0)


@define(np.cov, "np.cov", "rowvar", "bias", "dtype")
def cov(
    m: Any,
    y: Any = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: Any = None,
    fweights: Any = None,
    aweights: Any = None,
    *,
    dtype: Any = None,
) -> Any:
    x = _rows(m, rowvar, dtype)
    if y is not None:
        x = np.concatenate((x, _rows(y, rowvar, dtype)), axis=0)
    found = _covariances(x, (0 if bias else 1) if ddof is None else ddof, fweights, aweights)
    if np.ndim(m) < 2 and y is None:
        return np.reshape(found, ())
    if y is None and x.shape[0] == 1:
        raise ValueError("np.cov of a matrix with one variable is a number: pass its row")
    return found


@define(np.corrcoef, "np.corrcoef", "rowvar", "dtype")
def corrcoef(x: Any, y: Any = None, rowvar: bool = True, *, dtype: Any = None) -> Any:
    found = cov(x, y, rowvar, dtype=dtype)
    if np.ndim(found) == 0:
        return found / found
    deviations = np.sqrt(np.real(np.diag(found)))
    scaled = found / deviations[:, None] / deviations[None, :]
    if scaled.dtype.kind == "c":
        return np.clip(np.real(scaled), -1, 1) + 1j * np.clip(np.imag(scaled), -1, 1)
    return np.clip(scaled, -1, 1)


@define(np.correlate, "np.correlate", "mode")
def correlate(a: Any, v: Any, mode: Any = "valid") -> Any:
    """The convolution with `v` from its end, conjugated."""
    kernel = np.conj(np.ravel(np.asarray(v)))[::-1]
    values = np.ravel(np.asarray(a))
    if mode != "same" or len(values) >= len(kernel):
        return np.convolve(values, kernel, mode)
    return np.convolve(values[::-1], kernel[::-1], mode)[::-1]
