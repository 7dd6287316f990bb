"""`np.linalg.qr` in all its modes, and the square orthogonal factor of a tall matrix."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library import factorisations
from autodiff_compiler.library.defined import define, define_for_complex, unsupported
from autodiff_compiler.library.definitions import complex_orthogonal
from autodiff_compiler.library.factorisations import QRResult
from autodiff_compiler.library.registry import add, takes_complex

_NAME = "np.linalg.qr"
factors: Any = factorisations.qr
"""What definitions call for the modes "reduced" and "r"; here it stands for itself."""
add(factors, _NAME, factorisations.qr)
define_for_complex(factors, _NAME, "mode")(complex_orthogonal.qr)
takes_complex(_NAME)


@define(np.linalg.qr, _NAME, "mode")
def qr(a: Any, mode: str = "reduced") -> Any:
    if mode not in ("reduced", "complete", "r", "raw"):
        raise ValueError(f"Unrecognized mode '{mode}'")
    if mode == "raw":
        unsupported("np.linalg.qr in the mode 'raw'", "use another mode")
    if mode != "complete":
        return factors(a, mode)
    q, r = completed(np.asarray(a))
    return QRResult(q, r)


def completed(a: Any) -> Any:
    """With as many columns in `q` as there are rows."""
    if a.ndim < 2:
        raise np.linalg.LinAlgError("Array must be at least two-dimensional")
    if a.dtype.kind == "c":
        unsupported(
            "the complete orthogonal factor of a matrix of complex numbers",
            "ask for the reduced one, which a square matrix has too",
        )
    if a.shape[-2] <= a.shape[-1]:
        q, r = factors(a)
        return q, r
    own = np.float32 if a.dtype == np.float32 else np.float64
    turned, upper = _reflected(a.astype(np.float64))
    return turned.astype(own), upper.astype(own)


def _reflected(a: Any) -> Any:
    """By a reflection for each column, as LAPACK chooses them: what the columns of `q` beyond those of `a` are depends on that."""
    rows, columns = a.shape[-2:]
    places = np.arange(rows)
    q, r = np.zeros((*a.shape[:-1], rows)) + np.eye(rows), a
    for k in range(columns):
        below = np.where(places > k, r[..., :, k], 0.0)
        square = np.sum(below * below, axis=-1, keepdims=True)
        if np.any(square == 0.0):
            # LAPACK reflects other columns, however close to this one, and leaves this one alone: there is no derivative.
            raise NotImplementedError(
                "all orthogonal columns of a matrix that has a column without numbers below the diagonal are not supported"
            )
        head = r[..., k, k : k + 1]
        turned = -np.copysign(np.sqrt(head * head + square), head)
        v = np.where(places == k, 1.0, below / (head - turned))
        scaled = ((turned - head) / turned)[..., None] * v[..., :, None]
        r = r - scaled * (v[..., None, :] @ r)
        q = q - (q @ scaled) * v[..., None, :]
    return q, np.triu(r)
