"""Orthogonal factors of complex matrices.

Values are NumPy's.  Each column of `q` has a phase that LAPACK chooses, which makes the diagonal of `r` real.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library.defined import as_rule
from autodiff_compiler.library.definitions.complex_matrices import adjoint, diagonal, in_double, in_precision_of

QRResult: Any = type(np.linalg.qr(np.eye(1)))


def _qr_rule(primals: Any, tangents: Any) -> Any:
    """Of the columns before the others, as many as q has, m = adjoint(q) da inv(r) is the sum of an antihermitian w, by which q turns,
    and of a triangle with a real diagonal: dq = q w + (da - q adjoint(q) da) inv(r) and dr = adjoint(q) da - w r."""
    (a,), (a_dot,) = primals, tangents
    q, r = orthogonal(a)
    count = q.shape[-1]
    divided = adjoint(np.linalg.solve(adjoint(r[..., :count]), adjoint(a_dot[..., :count])))
    inner = adjoint(q) @ divided
    below = np.tril(inner, -1)
    turn = below - adjoint(below) + 1j * np.imag(diagonal(inner))[..., None] * np.eye(count)
    return (q, r), (q @ turn + divided - q @ inner, np.triu(adjoint(q) @ a_dot - turn @ r))


orthogonal = as_rule(np.linalg.qr, lambda a: (a, a), _qr_rule)


def qr(a: Any, mode: str = "reduced") -> Any:
    given, matrix = in_double(a)
    q, r = orthogonal(matrix)
    if mode == "r":
        return in_precision_of(given, r)
    return QRResult(in_precision_of(given, q), in_precision_of(given, r))
