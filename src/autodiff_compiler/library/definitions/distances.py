"""Distances of the rows of matrices (`scipy.spatial.distance`).

Where two rows are equal, the derivative of their distance is 0, as that of a norm is; so is that of |x - y| where x is y.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff_compiler.library.defined import at_compile_time, define_in, unsupported
from autodiff_compiler.library.definitions.missing_values import chosen

MODULE = "scipy.spatial.distance"


def _weighted(x: Any, w: Any) -> Any:
    """The sum along the last axis, where each column may have a weight."""
    if w is None:
        return np.sum(x, axis=-1)
    weights = np.asarray(w)
    if weights.ndim != 1 or len(weights) != x.shape[-1]:
        raise ValueError("Weights must have same size as input vector.")
    if np.any(weights < 0):
        raise ValueError("Input weights should be all non-negative")
    return np.sum(weights * x, axis=-1)


def _root(x: Any, exponent: Any) -> Any:
    """A power with an infinite slope at 0, where it counts as constant."""
    zero = x == 0
    return chosen(zero, 0.0, chosen(zero, 1.0, x) ** exponent)


def _share(x: Any, y: Any) -> Any:
    """x / y, and 0 where y is 0."""
    zero = y == 0
    return chosen(zero, 0.0, x / chosen(zero, 1.0, y))


def _square(a: Any, b: Any, data: Any, w: Any = None) -> Any:
    return _weighted((a - b) ** 2, w)


def _euclidean(a: Any, b: Any, data: Any, w: Any = None) -> Any:
    return _root(_weighted((a - b) ** 2, w), 0.5)


def _cityblock(a: Any, b: Any, data: Any, w: Any = None) -> Any:
    return _weighted(np.abs(a - b), w)


def _chebyshev(a: Any, b: Any, data: Any, w: Any = None) -> Any:
    """A weight says no more than whether a column counts; SciPy leaves out NaN."""
    gaps = np.abs(a - b)
    return np.nanmax(gaps if w is None else np.where(np.asarray(w) > 0, gaps, 0.0), axis=-1, initial=0.0)


def _minkowski(a: Any, b: Any, data: Any, p: Any = 2.0, w: Any = None) -> Any:
    if p <= 0:
        raise ValueError("p must be greater than 0")
    if p == np.inf:
        return _chebyshev(a, b, data, w)
    return _root(_weighted(np.abs(a - b) ** p, w), 1.0 / p)


def _canberra(a: Any, b: Any, data: Any, w: Any = None) -> Any:
    return _weighted(_share(np.abs(a - b), np.abs(a) + np.abs(b)), w)


def _braycurtis(a: Any, b: Any, data: Any, w: Any = None) -> Any:
    return _weighted(np.abs(a - b), w) / _weighted(np.abs(a + b), w)


def _cosine(a: Any, b: Any, data: Any, w: Any = None) -> Any:
    squares = _weighted(a * a, w) * _weighted(b * b, w)
    return 1.0 - np.clip(_weighted(a * b, w) / np.sqrt(squares), -1.0, 1.0)


def _correlation(a: Any, b: Any, data: Any, w: Any = None) -> Any:
    weights = np.ones(a.shape[-1]) if w is None else np.asarray(w)
    share = weights / np.sum(weights)
    centered_a, centered_b = (
        a - np.sum(a * share, axis=-1, keepdims=True),
        b - np.sum(b * share, axis=-1, keepdims=True),
    )
    return _cosine(centered_a, centered_b, data, w)


def _seuclidean(a: Any, b: Any, data: Any, V: Any = None) -> Any:
    variances = np.var(np.concatenate(data), axis=0, ddof=1) if V is None else np.asarray(V)
    if variances.ndim != 1:
        raise ValueError("Variance vector V must be one-dimensional.")
    if len(variances) != a.shape[-1]:
        raise ValueError(
            "Variance vector V must be of the same dimension as the vectors on which the distances are computed."
        )
    return _root(np.sum((a - b) ** 2 / variances, axis=-1), 0.5)


def _mahalanobis(a: Any, b: Any, data: Any, VI: Any = None) -> Any:
    apart = a - b
    if VI is not None:
        return _root(np.sum((apart @ np.asarray(VI).T) * apart, axis=-1), 0.5)
    rows = np.concatenate(data)
    if len(rows) <= rows.shape[1]:
        raise ValueError("The number of observations is too small; the covariance matrix is singular.")
    centered = rows - np.mean(rows, axis=0)
    covariances = centered.T @ centered / (len(rows) - 1)
    return _root(np.sum((apart @ np.linalg.solve(covariances, np.eye(rows.shape[1]))) * apart, axis=-1), 0.5)


def _entropy(x: Any, y: Any) -> Any:
    """x log(x / y), and 0 where x is 0."""
    zero = x == 0
    return chosen(zero, 0.0, x * np.log(chosen(zero, 1.0, x) / chosen(zero, 1.0, y)))


def _jensenshannon(a: Any, b: Any, data: Any) -> Any:
    """Between the shares that the columns have in their rows."""
    total_a, total_b = np.sum(a, axis=-1, keepdims=True), np.sum(b, axis=-1, keepdims=True)
    p, q = _share(a, total_a), _share(b, total_b)
    middle = (p + q) / 2.0
    divergence = np.sum(_entropy(p, middle) + _entropy(q, middle), axis=-1) / 2.0
    return np.where(((total_a == 0) | (total_b == 0))[..., 0], np.inf, _root(divergence, 0.5))


_METRICS: tuple[tuple[Callable[..., Any], str], ...] = (
    (_euclidean, "euclidean euclid eu e"),
    (_square, "sqeuclidean sqe sqeuclid"),
    (_cityblock, "cityblock cblock cb c"),
    (_chebyshev, "chebyshev chebychev cheby cheb ch"),
    (_minkowski, "minkowski mi m pnorm"),
    (_seuclidean, "seuclidean se s"),
    (_mahalanobis, "mahalanobis mahal mah"),
    (_cosine, "cosine cos"),
    (_correlation, "correlation co"),
    (_canberra, "canberra"),
    (_braycurtis, "braycurtis"),
    (_jensenshannon, "jensenshannon js"),
)
_SUPPORTED = ", ".join(repr(names.split()[0]) for _, names in _METRICS)


def _metric(name: str) -> Callable[..., Any] | None:
    """What is computed for a name that SciPy knows a metric by."""
    return next((function for function, names in _METRICS if name.lower() in names.split()), None)


def _of_pairs(a: Any, b: Any, data: Any, metric: str, kwargs: dict[str, Any]) -> Any:
    function = at_compile_time(_metric, metric)
    if function is None:
        unsupported(f"the metric {metric!r}", f"metrics: {_SUPPORTED}, or a function of two rows")
    return function(a, b, data, **kwargs)


@define_in(MODULE, "cdist", "out")
def cdist(XA: Any, XB: Any, metric: Any = "euclidean", *, out: Any = None, **kwargs: Any) -> Any:
    if out is not None:
        unsupported("cdist: the argument out=", "assign the result instead: y[:] = ...")
    a, b = np.asarray(XA), np.asarray(XB)
    if a.ndim != 2:
        raise ValueError("XA must be a 2-dimensional array.")
    if b.ndim != 2:
        raise ValueError("XB must be a 2-dimensional array.")
    if a.shape[1] != b.shape[1]:
        raise ValueError("XA and XB must have the same number of columns (i.e. feature dimension.)")
    if isinstance(metric, str):
        a = a.astype(np.float64)
        b = np.reshape(
            b.astype(np.float64), (len(b), a.shape[1])
        )  # which holds: for what follows, it has as many columns as `a`
        return _of_pairs(a[:, None, :], b[None, :, :], (a, b), metric, kwargs)
    found = np.empty((len(a), len(b)))
    for i in range(len(a)):
        for j in range(len(b)):
            found[i, j] = metric(a[i], b[j], **kwargs)
    return found


@define_in(MODULE, "pdist", "out")
def pdist(X: Any, metric: Any = "euclidean", *, out: Any = None, **kwargs: Any) -> Any:
    if out is not None:
        unsupported("pdist: the argument out=", "assign the result instead: y[:] = ...")
    rows = np.asarray(X)
    if rows.ndim != 2:
        raise ValueError("A 2-dimensional array must be passed.")
    if isinstance(metric, str):
        rows = rows.astype(np.float64)
        first, second = np.triu_indices(len(rows), 1)
        return _of_pairs(rows[first], rows[second], (rows,), metric, kwargs)
    found = np.empty(len(rows) * (len(rows) - 1) // 2)
    k = 0
    for i in range(len(rows)):
        for j in range(i + 1, len(rows)):
            found[k] = metric(rows[i], rows[j], **kwargs)
            k += 1
    return found
