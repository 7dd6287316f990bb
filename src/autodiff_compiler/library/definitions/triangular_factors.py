"""`scipy.linalg.lu` of real matrices, square or not: from the packed factors of a square matrix."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler import lazy
from autodiff_compiler.library import triangular
from autodiff_compiler.library.defined import define, unsupported
from autodiff_compiler.library.definitions import complex_triangular
from autodiff_compiler.library.definitions.complex_triangular import in_order
from autodiff_compiler.library.definitions.scipy_linalg import MODULE, checked
from autodiff_compiler.library.registry import add, when_imported
from autodiff_compiler.markers import stop_gradient

packed_factors: Any = triangular.lu_factor
"""What the definition calls; here it stands for itself, and is registered as SciPy's function is."""


def lu(
    a: Any, permute_l: bool = False, overwrite_a: bool = False, check_finite: bool = True, p_indices: bool = False
) -> Any:
    given = np.asarray(a)
    if given.dtype.kind == "c":
        return complex_triangular.lu(given, permute_l, overwrite_a, check_finite, p_indices)
    if given.ndim != 2:
        unsupported("scipy.linalg.lu of a stack of matrices", "loop over the stack")
    wide = checked(given, check_finite).astype(np.float64)
    rows, columns = wide.shape
    if columns == 0:
        raise NotImplementedError("scipy.linalg.lu of a matrix without columns")
    order = np.arange(rows)
    if rows > columns:
        _, pivots = packed_factors(_filled(stop_gradient(wide), 0.0))
        order = in_order(pivots)
    packed, pivots = packed_factors(_filled(wide[order], 1.0))
    order = order[in_order(pivots)[:rows]]
    count = min(rows, columns)
    lower = np.tril(packed[:rows, :count], -1) + np.eye(rows, count)
    upper = np.triu(packed[:count, :columns])
    own = np.float32 if given.dtype == np.float32 else np.float64
    lower, upper = lower.astype(own), upper.astype(own)
    if permute_l:
        return lower[np.argsort(order)], upper
    if p_indices:
        return np.argsort(order).astype(np.int32), lower, upper
    return np.eye(rows)[order].T.astype(own), lower, upper


def _filled(a: Any, number: float) -> Any:
    """A square matrix that begins with `a`, with this number on the rest of the diagonal.  Its rows are exchanged as those of `a` are if
    the number is 0, or if those of `a` are in order."""
    rows, columns = a.shape
    extent, count = max(rows, columns), min(rows, columns)
    filled = np.zeros((extent, extent))
    filled[:rows, :columns] = a
    for k in range(count, extent):
        filled[k, k] = number
    return filled


@when_imported(MODULE)
def register() -> None:
    linalg = lazy.load(MODULE)
    add(packed_factors, f"{MODULE}.lu_factor", triangular.lu_factor)
    define(linalg.lu, f"{MODULE}.lu", "permute_l", "overwrite_a", "check_finite", "p_indices")(lu)
