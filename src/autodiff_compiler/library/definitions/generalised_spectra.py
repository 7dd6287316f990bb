"""Eigenvalues and eigenvectors of `a @ v = b @ v * w` for symmetric matrices, of which one triangle is read.

Values are SciPy's, which is called as it is: the signs of the vectors hang on its roundings.  With m[i, j] = v[i] (da - w[j] db) v[j] the
values change by its diagonal, and the vectors, whose length v b v is 1, by v (m over differences of w) - v diagonal(v.T db v) / 2.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler import lazy
from autodiff_compiler.ir.dtype import FLOAT64
from autodiff_compiler.library.defined import as_rule, unsupported
from autodiff_compiler.library.registry import when_imported

MODULE = "scipy.linalg"


class Triangles:
    """What is called as it is, with its rule; set when SciPy is imported."""

    lower: Any = None
    upper: Any = None


def _symmetric(change: Any, lower: bool) -> Any:
    below = np.tril(change) if lower else np.triu(change).T
    return below + np.tril(below, -1).T


def _rule(lower: bool, primals: Any, tangents: Any) -> Any:
    (a, b), (a_dot, b_dot) = primals, tangents
    w, v = Triangles.lower(a, b) if lower else Triangles.upper(a, b)
    of_b = v.T @ _symmetric(b_dot, lower) @ v
    inner = v.T @ _symmetric(a_dot, lower) @ v - of_b * w
    one = np.eye(len(w))
    gaps = w[None, :] - w[:, None]
    equal = np.where(one == 1.0, 0.0, np.nan)
    shares = np.where(gaps == 0.0, equal, 1.0 / np.where(gaps == 0.0, 1.0, gaps))
    return (w, v), (np.diagonal(inner), v @ (inner * shares - 0.5 * one * of_b))


def _rule_of_lower(primals: Any, tangents: Any) -> Any:
    return _rule(True, primals, tangents)


def _rule_of_upper(primals: Any, tangents: Any) -> Any:
    return _rule(False, primals, tangents)


def vectors(a: Any, b: Any, lower: bool) -> Any:
    """In the precision of the operands."""
    if a.dtype.kind == "c" or b.dtype.kind == "c":
        unsupported("eigenvectors of scipy.linalg.eigh with b of complex matrices", "use eigvals_only=True")
    if a.ndim != 2 or b.ndim != 2:
        unsupported("scipy.linalg.eigh with b of stacks of matrices", "loop over the stack")
    found = Triangles.lower if lower else Triangles.upper
    _, v = found(a.astype(np.float64), b.astype(np.float64))
    return v.astype(np.float32) if a.dtype == np.float32 and b.dtype == np.float32 else v


@when_imported(MODULE)
def register() -> None:
    eigh = lazy.load(MODULE).eigh

    def by_scipy(a: Any, b: Any) -> Any:
        return eigh(a, b)

    def by_scipy_of_upper(a: Any, b: Any) -> Any:
        return eigh(a, b, lower=False)

    def result(a: str, b: str) -> tuple[str, str]:
        return f"{FLOAT64}[:]", a

    Triangles.lower = as_rule(by_scipy, result, _rule_of_lower)
    Triangles.upper = as_rule(by_scipy_of_upper, result, _rule_of_upper)
