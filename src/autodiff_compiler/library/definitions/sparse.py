"""Products with sparse matrices of `scipy.sparse`, which are made outside the program, and are linear maps in it.

What such a matrix holds is read at each call of the derivative, and does not vary.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library.defined import define_in, unsupported
from autodiff_compiler.library.registry import refuse_in

MODULE = "scipy.sparse"

refuse_in(MODULE, "linalg.splu linalg.factorized linalg.cg", "write np.linalg.solve(S.toarray(), b)")


def _entries(matrix: Any) -> tuple[Any, Any, Any]:
    """Row numbers, column numbers and values of what is stored."""
    form = matrix._format
    if form == "coo":
        return matrix.coords[0], matrix.coords[1], matrix.data
    if form not in ("csr", "csc"):
        unsupported(f"a sparse matrix in the format {form!r}", "convert it outside the function: S = S.tocsr()")
    stored = matrix.indptr[-1]
    lines = np.searchsorted(matrix.indptr, np.arange(stored), "right") - 1
    within, values = matrix.indices[:stored], matrix.data[:stored]
    return (lines, within, values) if form == "csr" else (within, lines, values)


def _applied(rows: Any, columns: Any, values: Any, count: Any, extent: Any, other: Any) -> Any:
    """The product of a matrix of `count` rows and `extent` columns, whose entries these are, with a vector or a matrix."""
    x = np.asarray(other)
    if x.ndim not in (1, 2):
        unsupported("a product of a sparse matrix with a stack of matrices", "loop over the stack")
    if x.shape[0] != extent:
        raise ValueError("matmul: dimension mismatch with signature (n,k=...),(k=...,m)->(n,m)")
    terms = values * x[columns] if x.ndim == 1 else values[:, None] * x[columns]
    out = np.zeros((count, *x.shape[1:]), terms.dtype)
    np.add.at(out, rows, terms)
    return out


@define_in(MODULE, "csr_array.__matmul__")
def product(self: Any, other: Any) -> Any:
    rows, columns, values = _entries(self)
    return _applied(rows, columns, values, self._shape[0], self._shape[1], other)


@define_in(MODULE, "csr_array.__rmatmul__")
def product_from_the_left(self: Any, other: Any) -> Any:
    rows, columns, values = _entries(self)
    return _applied(columns, rows, values, self._shape[1], self._shape[0], np.transpose(other)).T


@define_in(MODULE, "coo_array.dot")
@define_in(MODULE, "csr_array.dot")
def dot(self: Any, other: Any) -> Any:
    return product(self, other)


@define_in(MODULE, "coo_array.toarray")
@define_in(MODULE, "csr_array.toarray")
def toarray(self: Any, order: Any = None, out: Any = None) -> Any:
    rows, columns, values = _entries(self)
    found = np.zeros((self._shape[0], self._shape[1]), values.dtype)
    np.add.at(found, (rows, columns), values)
    return found


@define_in("scipy.sparse.linalg", "spsolve", "permc_spec", "use_umfpack")
def spsolve(A: Any, b: Any, permc_spec: Any = None, use_umfpack: bool = True) -> Any:
    """Of a matrix with zeros in it, which has a factorisation that the reverse sweep uses, too."""
    right = np.asarray(b)
    if right.ndim == 2 and right.shape[1] == 1:
        raise ValueError("spsolve gives a vector for a single column, which is not done here: pass b[:, 0]")
    return np.linalg.solve(A.toarray(), right)
