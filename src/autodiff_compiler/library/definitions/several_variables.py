"""Distributions of several variables of `scipy.stats`: of vectors and of matrices, frozen or not.

Covariances and scales are read as SciPy reads them, the lower triangle alone, and have to be positive definite.  Where SciPy would leave out an
axis of extent 1 of the result, which is known only at run time, the call is refused.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff_compiler import lazy
from autodiff_compiler.library.defined import define, unsupported
from autodiff_compiler.library.definitions import families
from autodiff_compiler.library.registry import when_imported

MODULE = "scipy.stats"
_LOG_2_PI = math.log(2.0 * math.pi)


def _triangular(matrix: Any) -> tuple[Any, Any]:
    """The factor of a positive definite matrix, and the logarithm of its determinant."""
    lower = np.linalg.cholesky(matrix)
    return lower, 2.0 * np.sum(np.log(np.diagonal(lower)))


def _several(values: Any) -> Any:
    """The densities of several points: SciPy gives a number for a single one."""
    for extent in values.shape:
        if extent == 1:
            raise ValueError("a single point among several axes: pass the point itself, x[0]")
    return values


# -- the normal distribution -------------------------------------------------------------------------------------------


def _parameters(mean: Any, cov: Any) -> tuple[Any, Any]:
    """A vector and a matrix, or two numbers."""
    spread = np.asarray(cov, dtype=np.float64)
    if mean is None:
        centre = np.zeros(spread.shape[0]) if spread.ndim > 0 else np.zeros(())
    else:
        centre = np.asarray(mean, dtype=np.float64)
    if centre.ndim == 0 and spread.ndim == 0:
        return centre, spread
    if centre.ndim != 1 or spread.ndim > 2:
        unsupported("a normal distribution of this mean and covariance", "pass a vector and a matrix")
    if spread.ndim == 0:
        spread = spread * np.eye(len(centre))
    elif spread.ndim == 1:
        spread = np.diag(spread)
    if len(spread) != len(centre):
        raise ValueError("the mean and the covariance have different lengths")
    return centre, spread


def normal_logpdf(self: Any, x: Any, mean: Any = None, cov: Any = 1, allow_singular: bool = False) -> Any:
    if allow_singular:
        unsupported("multivariate_normal with allow_singular=True", "leave out the directions that do not vary")
    centre, spread = _parameters(mean, cov)
    at = np.asarray(x, dtype=np.float64)
    if centre.ndim == 0:
        if spread <= 0.0:
            raise np.linalg.LinAlgError("the covariance is not positive definite")
        found = -0.5 * (_LOG_2_PI + np.log(spread) + (at - centre) ** 2 / spread)
        return found if at.ndim == 0 else _several(found)
    if at.ndim == 0 or at.shape[-1] != len(centre):
        raise ValueError("the points have another number of variables than the mean")
    lower, log_det = _triangular(spread)
    rows = np.reshape(at - centre, (-1, at.shape[-1]))
    scaled = np.linalg.solve(lower, rows.T)
    found = -0.5 * (len(centre) * _LOG_2_PI + log_det + np.sum(scaled**2, axis=0))
    return found[0] if at.ndim == 1 else _several(np.reshape(found, at.shape[:-1]))


def normal_pdf(self: Any, x: Any, mean: Any = None, cov: Any = 1, allow_singular: bool = False) -> Any:
    return np.exp(normal_logpdf(self, x, mean, cov, allow_singular))


def normal_entropy(self: Any, mean: Any = None, cov: Any = 1) -> Any:
    centre, spread = _parameters(mean, cov)
    if centre.ndim == 0:
        return 0.5 * (1.0 + _LOG_2_PI + np.log(spread))
    return 0.5 * (len(centre) * (1.0 + _LOG_2_PI) + _triangular(spread)[1])


# -- the Dirichlet distribution ----------------------------------------------------------------------------------------


def dirichlet_logpdf(self: Any, x: Any, alpha: Any) -> Any:
    """Of one point of the simplex, or of several as columns; the last coordinate may be left out."""
    shape, at = np.asarray(alpha, dtype=np.float64), np.asarray(x, dtype=np.float64)
    if shape.ndim != 1 or at.ndim not in (1, 2):
        unsupported("a Dirichlet density of this shape", "pass a vector of parameters, and points as columns")
    if np.min(shape) <= 0:
        raise ValueError("All parameters must be greater than 0")
    if len(at) + 1 == len(shape):
        at = np.concatenate((at, np.expand_dims(1.0 - np.sum(at, axis=0), 0)))
    elif len(at) != len(shape):
        raise ValueError(
            "Vector 'x' must have either the same number of entries as, or one entry fewer than, parameter vector 'a'"
        )
    if np.min(at) < 0:
        raise ValueError("Each entry in 'x' must be greater than or equal to zero.")
    if np.max(at) > 1:
        raise ValueError("Each entry in 'x' must be smaller or equal one.")
    less = np.expand_dims(shape - 1.0, 1) if at.ndim == 2 else shape - 1.0
    if np.any((at == 0) & (less < 0)):
        raise ValueError("Each entry in 'x' must be greater than zero if its alpha is less than one.")
    if np.any(np.abs(np.sum(at, axis=0) - 1.0) > 1e-9):
        raise ValueError("The input vector 'x' must lie within the normal simplex.")
    found = np.sum(families.special.xlogy(less, at), axis=0) - _log_beta(shape)
    return found if at.ndim == 1 else _several(found)


def _log_beta(shape: Any) -> Any:
    return np.sum(families.special.gammaln(shape)) - families.special.gammaln(np.sum(shape))


def dirichlet_pdf(self: Any, x: Any, alpha: Any) -> Any:
    return np.exp(dirichlet_logpdf(self, x, alpha))


# -- Wishart's distributions -------------------------------------------------------------------------------------------


def _matrix(x: Any) -> Any:
    given = np.asarray(x, dtype=np.float64)
    if given.ndim > 2 or given.ndim == 1:
        unsupported("a Wishart density of several matrices, or of a vector", "loop over the matrices")
    return np.reshape(given, (1, 1)) if given.ndim == 0 else given


def _checked(x: Any, df: Any, scale: Any) -> tuple[Any, Any]:
    """The matrix and the scale."""
    at, spread = _matrix(x), _matrix(1.0 if scale is None else scale)
    if at.shape[0] != at.shape[1] or spread.shape[0] != spread.shape[1] or len(at) != len(spread):
        raise ValueError("the matrix and the scale have different shapes")
    if df <= len(spread) - 1:
        raise ValueError("Degrees of freedom must be greater than the dimension of scale matrix minus 1.")
    return at, spread


def _log_gamma(df: Any, count: Any) -> Any:
    """The logarithm of the gamma function of several variables at half the degrees of freedom."""
    return 0.25 * count * (count - 1) * math.log(math.pi) + np.sum(
        families.special.gammaln(0.5 * (df - np.arange(count)))
    )


def wishart_logpdf(self: Any, x: Any, df: Any, scale: Any) -> Any:
    at, spread = _checked(x, df, scale)
    count = len(spread)
    log_det_x, log_det = _triangular(at)[1], _triangular(spread)[1]
    inner = np.trace(np.linalg.solve(_whole(spread), at))
    constant = 0.5 * df * (count * math.log(2.0) + log_det) + _log_gamma(df, count)
    return 0.5 * (df - count - 1) * log_det_x - 0.5 * inner - constant


def _whole(spread: Any) -> Any:
    """The matrix of which the lower triangle is read."""
    below = np.tril(spread, -1)
    return below + below.T + np.diag(np.diagonal(spread))


def wishart_pdf(self: Any, x: Any, df: Any, scale: Any) -> Any:
    return np.exp(wishart_logpdf(self, x, df, scale))


def wishart_entropy(self: Any, df: Any, scale: Any) -> Any:
    _, spread = _checked(scale, df, scale)
    count = len(spread)
    constant = 0.5 * (count + 1) * (_triangular(spread)[1] + count * math.log(2.0)) + _log_gamma(df, count)
    slopes = np.sum(families.special.psi(0.5 * (df - np.arange(count))))
    return constant - 0.5 * (df - count - 1) * slopes + 0.5 * df * count


def inverse_logpdf(self: Any, x: Any, df: Any, scale: Any) -> Any:
    at, spread = _checked(x, df, scale)
    count = len(spread)
    log_det_x, log_det = _triangular(at)[1], _triangular(spread)[1]
    inner = np.trace(np.linalg.solve(_whole(at), spread))
    constant = 0.5 * df * (count * math.log(2.0) - log_det) + _log_gamma(df, count)
    return -0.5 * (df + count + 1) * log_det_x - 0.5 * inner - constant


def inverse_pdf(self: Any, x: Any, df: Any, scale: Any) -> Any:
    return np.exp(inverse_logpdf(self, x, df, scale))


# -- frozen, made inside a program -------------------------------------------------------------------------------------


class FrozenFamily:
    """A distribution with its parameters: `multivariate_normal(mean, cov)`."""

    def __init__(self, dist: Any, args: Any, kwds: Any) -> None:
        self.dist = dist
        self.args = args
        self.kwds = kwds

    def logpdf(self, x: Any) -> Any:
        return self.dist.logpdf(x, *self.args, **self.kwds)

    def pdf(self, x: Any) -> Any:
        return self.dist.pdf(x, *self.args, **self.kwds)

    def entropy(self) -> Any:
        return self.dist.entropy(*self.args, **self.kwds)


def freeze(self: Any, *args: Any, **kwds: Any) -> Any:
    return FrozenFamily(self, args, kwds)


FAMILIES: dict[str, dict[str, Callable[..., Any]]] = {
    "multivariate_normal": {"logpdf": normal_logpdf, "pdf": normal_pdf, "entropy": normal_entropy},
    "dirichlet": {"logpdf": dirichlet_logpdf, "pdf": dirichlet_pdf},
    "wishart": {"logpdf": wishart_logpdf, "pdf": wishart_pdf, "entropy": wishart_entropy},
    "invwishart": {"logpdf": inverse_logpdf, "pdf": inverse_pdf},
}


# -- frozen, made outside ----------------------------------------------------------------------------------------------


def _normal_of(self: Any) -> Any:
    return FrozenFamily(families_of.multivariate_normal, (self.mean, self.cov), {})


def _dirichlet_of(self: Any) -> Any:
    return FrozenFamily(families_of.dirichlet, (self.alpha,), {})


def _wishart_of(self: Any) -> Any:
    return FrozenFamily(families_of.wishart, (self.df, self.scale), {})


def _inverse_of(self: Any) -> Any:
    return FrozenFamily(families_of.invwishart, (self.df, self.scale), {})


families_of: Any = None
"""`scipy.stats`, once it has been imported."""


def _of_frozen(rebuilt: Callable[[Any], Any]) -> dict[str, Callable[..., Any]]:
    def logpdf(self: Any, x: Any) -> Any:
        return rebuilt(self).logpdf(x)

    def pdf(self: Any, x: Any) -> Any:
        return rebuilt(self).pdf(x)

    def entropy(self: Any) -> Any:
        return rebuilt(self).entropy()

    return {"logpdf": logpdf, "pdf": pdf, "entropy": entropy}


@when_imported(MODULE)
def _register() -> None:
    global families_of  # noqa: PLW0603  # set when SciPy is imported
    families_of = stats = lazy.load(MODULE)
    for name, methods in FAMILIES.items():
        cls = type(getattr(stats, name))
        for method, body in {**methods, "__call__": freeze}.items():
            define(getattr(cls, method), f"{MODULE}.{name}.{method}", "allow_singular")(body)
    for name in ("logpdf", "pdf", "entropy"):
        body = getattr(FrozenFamily, name)
        define(body, f"{MODULE}.multi_rv_frozen.{name}")(body)
    # SciPy has no public names for the classes of frozen distributions.
    for made, rebuilt in (
        (stats.multivariate_normal(), _normal_of),
        (stats.dirichlet([1.0, 1.0]), _dirichlet_of),
        (stats.wishart(1), _wishart_of),
        (stats.invwishart(1), _inverse_of),
    ):
        for method, body in _of_frozen(rebuilt).items():
            define(getattr(type(made), method), f"{MODULE}.multi_rv_frozen.{method}")(body)
