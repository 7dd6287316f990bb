"""Products of vectors and matrices in stacks of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library.defined import define


@define(np.vecdot, "np.vecdot", "axis")
def vecdot(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    if np.shape(x1)[axis] != np.shape(x2)[axis]:
        raise ValueError("vecdot: the vectors have different lengths")
    if axis == -1:
        return np.sum(np.multiply(np.conj(x1), x2), axis=-1)
    return np.sum(np.multiply(np.conj(np.moveaxis(x1, axis, -1)), np.moveaxis(x2, axis, -1)), axis=-1)


def matvec(x1: Any, x2: Any, /) -> Any:
    return np.matmul(x1, np.asarray(x2)[..., None])[..., 0]


def vecmat(x1: Any, x2: Any, /) -> Any:
    return np.matmul(np.conj(np.asarray(x1))[..., None, :], x2)[..., 0, :]


if hasattr(np, "matvec"):  # since NumPy 2.2
    define(np.matvec, "np.matvec")(matvec)
    define(np.vecmat, "np.vecmat")(vecmat)
