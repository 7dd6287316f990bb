"""`np.linalg.svd`, also of what is said to be a Hermitian matrix: from its eigenvalues, as in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library import factorisations
from autodiff_compiler.library.defined import define, define_for_complex
from autodiff_compiler.library.definitions import complex_singular
from autodiff_compiler.library.factorisations import SVDResult
from autodiff_compiler.library.registry import add, takes_complex

_NAME = "np.linalg.svd"
factors: Any = factorisations.svd
"""What definitions call for any other matrix; here it stands for itself."""
add(factors, _NAME, factorisations.svd)
define_for_complex(factors, _NAME, "full_matrices", "compute_uv")(complex_singular.svd)
takes_complex(_NAME)


@define(np.linalg.svd, _NAME, "full_matrices", "compute_uv", "hermitian")
def svd(a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    if not hermitian:
        return factors(a, full_matrices, compute_uv)
    if not compute_uv:
        return np.sort(np.abs(np.linalg.eigvalsh(a)), axis=-1)[..., ::-1]
    values, vectors = np.linalg.eigh(a)
    order = np.argsort(np.abs(values), axis=-1)[..., ::-1]
    signed = np.take_along_axis(values, order, -1)
    u = np.take_along_axis(vectors, np.broadcast_to(order[..., None, :], vectors.shape), -1)
    return SVDResult(u, np.abs(signed), np.conj(u * np.sign(signed)[..., None, :]).mT)
