"""Norms of complex matrices that are made of singular values: the largest, the least, the sum of all; and least squares, which give them.

They are computed of the real matrix that does to the real and imaginary parts of a vector what the complex one does to the vector, and
that has every singular value twice.  The vectors of such a pair are not determined, but what the norm depends on is.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.custom_rules import custom_jvp
from autodiff_compiler.library import factorisations, norms
from autodiff_compiler.library.defined import define_for_complex
from autodiff_compiler.library.definitions.complex_matrices import in_precision_of
from autodiff_compiler.library.registry import add

built_norm: Any = norms.norm
"""What computes all other norms; here it stands for itself."""
add(built_norm, "np.linalg.norm", norms.norm)
built_lstsq: Any = factorisations.lstsq
add(built_lstsq, "np.linalg.lstsq", factorisations.lstsq)


def _shares(s: Any, ord: Any) -> Any:
    """How much of each value the norm is made of; `"each"`: one norm for each pair."""
    place = np.arange(s.shape[-1])
    if ord == "each":
        return np.where(place // 2 == np.arange(s.shape[-1] // 2)[:, None], 0.5, 0.0) + 0.0 * s
    if ord == "nuc":
        return 0.5 + 0.0 * s
    chosen = place < 2 if ord == 2 else place >= s.shape[-1] - 2
    return np.where(chosen, 0.5, 0.0) + 0.0 * s


def _norm(matrix: Any, ord: Any) -> Any:
    s = np.linalg.svdvals(matrix)
    return np.sum(_shares(s, ord) * s, axis=-1)


def _slope(matrix: Any, ord: Any) -> Any:
    """The derivative of the norm by the elements of the matrix."""
    u, s, vh = np.linalg.svd(matrix, full_matrices=False)
    return (u * _shares(s, ord)[..., None, :]) @ vh


norm_of = custom_jvp(_norm, (1,))
slope_of = custom_jvp(_slope, (1,))


@norm_of.defjvp
def _norm_rule(ord: Any, primals: Any, tangents: Any) -> Any:
    (a,), (a_dot,) = primals, tangents
    return norm_of(a, ord), np.sum(slope_of(a, ord) * a_dot, axis=(-2, -1))


@slope_of.defjvp
def _slope_rule(ord: Any, primals: Any, tangents: Any) -> Any:
    """With m = u.T da v and shares w it changes by u k v.T, where k[i, j] is w (m[i, j] - m[j, i]) / (s[j] + s[i]) of equal shares,
    also of a pair, and by what is orthogonal to u or to v."""
    (a,), (a_dot,) = primals, tangents
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    w = _shares(s, ord)
    v, rows, columns = vh.mT, s[..., :, None], s[..., None, :]
    inner = u.mT @ a_dot @ v
    alike = w[..., :, None] == w[..., None, :]
    sums = np.where(alike & (w[..., None, :] == 0.0), 1.0, rows + columns)
    gaps = np.where(alike, 1.0, columns - rows) * sums
    turned_u, turned_v = inner * columns + rows * inner.mT, rows * inner + inner.mT * columns
    apart = (w[..., None, :] * turned_u - w[..., :, None] * turned_v) / gaps
    together = w[..., None, :] * (inner - inner.mT) / sums
    change = u @ np.where(alike, together, apart) @ vh
    quotients = (np.where(w == 0.0, 0.0, w) / np.where(w == 0.0, 1.0, s))[..., None, :]
    beside_u = (a_dot @ v - u @ inner) * quotients
    beside_v = (a_dot.mT @ u - v @ inner.mT) * quotients
    return slope_of(a, ord), change + beside_u @ vh + u @ beside_v.mT


def _both_parts(matrix: Any) -> Any:
    re, im = np.real(matrix).astype(np.float64), np.imag(matrix).astype(np.float64)
    return np.concatenate((np.concatenate((re, -im), -1), np.concatenate((im, re), -1)), -2)


@define_for_complex(np.linalg.norm, "np.linalg.norm", "ord", "axis", "keepdims")
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    given = np.asarray(x)
    of_matrices = given.ndim == 2 if axis is None else isinstance(axis, tuple | list) and len(axis) == 2
    if not of_matrices or ord not in (2, -2, "nuc"):
        return built_norm(given, ord, axis, keepdims)
    matrix = given if axis is None else np.moveaxis(given, axis, (-2, -1))
    if ord != "nuc" and min(matrix.shape[-2], matrix.shape[-1]) == 0:
        raise ValueError("zero-size array to reduction operation without identity")
    found = in_precision_of(np.real(given), norm_of(_both_parts(matrix), ord))
    return np.expand_dims(found, (0, 1) if axis is None else axis) if keepdims else found


@define_for_complex(np.linalg.lstsq, "np.linalg.lstsq")
def lstsq(a: Any, b: Any, rcond: Any = None) -> Any:
    solution, squares, count, values = built_lstsq(a, b, rcond)
    return solution, squares, count, norm_of(_both_parts(np.asarray(a)), "each").astype(values.dtype)
