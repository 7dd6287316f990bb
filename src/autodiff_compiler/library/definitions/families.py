"""Families of distributions, each by its standardised formulas: location and scale are the business of `distributions`.

A formula is written once; what a family does not say follows from what it says, as in SciPy.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler import lazy
from autodiff_compiler.library.defined import unsupported
from autodiff_compiler.library.registry import when_imported

EULER = 0.5772156649015329
LOG_ROOT_2_PI = 0.9189385332046727

special: Any = None
"""`scipy.special`, once it has been imported."""


@when_imported("scipy.special")
def _register() -> None:
    global special  # noqa: PLW0603  # set when SciPy is imported
    special = lazy.load("scipy.special")


class Family:
    """A continuous distribution on the real line."""

    shapes: tuple[str, ...] = ()
    inner = 0.5
    """A point inside the support, at which the formulas are finite."""

    def valid(self, *shapes: Any) -> Any:
        good: Any = True
        for shape in shapes:
            good = good & (shape > 0)
        return good

    def support(self, *shapes: Any) -> Any:
        return -np.inf, np.inf

    def pdf(self, z: Any, *shapes: Any) -> Any:
        return np.exp(self.logpdf(z, *shapes))

    def logpdf(self, z: Any, *shapes: Any) -> Any:
        return np.log(self.pdf(z, *shapes))

    def cdf(self, z: Any, *shapes: Any) -> Any:
        return unsupported("the distribution function of this family", "integrate its density")

    def logcdf(self, z: Any, *shapes: Any) -> Any:
        return np.log(self.cdf(z, *shapes))

    def sf(self, z: Any, *shapes: Any) -> Any:
        return 1.0 - self.cdf(z, *shapes)

    def logsf(self, z: Any, *shapes: Any) -> Any:
        return np.log(self.sf(z, *shapes))

    def ppf(self, q: Any, *shapes: Any) -> Any:
        return unsupported("the quantiles of this family", "solve cdf(x) = q")

    def isf(self, q: Any, *shapes: Any) -> Any:
        return self.ppf(1.0 - q, *shapes)

    def entropy(self, *shapes: Any) -> Any:
        return unsupported("the entropy of this family", "integrate it")


class Solved(Family):
    """Quantiles are SciPy's, which solves for them; their slopes are those that the distribution function says."""

    quantile: Any = None
    """SciPy's function, once it has been imported."""

    def slopes(self, z: Any, shape: Any) -> Any:
        """Of the distribution function, by the point and by the shape."""
        return unsupported("the slopes of this family", "solve cdf(x) = q")

    def ppf(self, q: Any, shape: Any) -> Any:
        return self.quantile(q + 0.0 * shape, shape + 0.0 * q)

    def rule(self, primals: Any, tangents: Any) -> Any:
        (q, shape), (q_dot, shape_dot) = primals, tangents
        z = self.quantile(q, shape)
        by_point, by_shape = self.slopes(z, shape)
        return z, (q_dot - by_shape * shape_dot) / by_point


class Norm(Family):
    def logpdf(self, z: Any) -> Any:
        return -0.5 * z * z - LOG_ROOT_2_PI

    def cdf(self, z: Any) -> Any:
        return special.ndtr(z)

    def logcdf(self, z: Any) -> Any:
        return special.log_ndtr(z)

    def sf(self, z: Any) -> Any:
        return special.ndtr(-z)

    def logsf(self, z: Any) -> Any:
        return special.log_ndtr(-z)

    def ppf(self, q: Any) -> Any:
        return special.ndtri(q)

    def isf(self, q: Any) -> Any:
        return -special.ndtri(q)

    def entropy(self) -> Any:
        return LOG_ROOT_2_PI + 0.5


class Cauchy(Family):
    def logpdf(self, z: Any) -> Any:
        return -np.log(np.pi) - 2.0 * np.log(np.hypot(1.0, z))

    def cdf(self, z: Any) -> Any:
        return np.arctan2(1.0, -z) / np.pi

    def sf(self, z: Any) -> Any:
        return np.arctan2(1.0, z) / np.pi

    def ppf(self, q: Any) -> Any:
        low = q < 0.25
        return np.where(
            low, -1.0 / np.tan(np.pi * np.where(low, q, 0.25)), np.tan(np.pi * (np.where(low, 0.5, q) - 0.5))
        )

    def isf(self, q: Any) -> Any:
        return -self.ppf(q)

    def entropy(self) -> Any:
        return np.log(4.0 * np.pi)


class Laplace(Family):
    def logpdf(self, z: Any) -> Any:
        return -np.abs(z) - np.log(2.0)

    def cdf(self, z: Any) -> Any:
        tail = 0.5 * np.exp(-np.abs(z))
        return np.where(z > 0, 1.0 - tail, tail)

    def sf(self, z: Any) -> Any:
        return self.cdf(-z)

    def ppf(self, q: Any) -> Any:
        return np.where(q > 0.5, -np.log(2.0 * (1.0 - q)), np.log(2.0 * q))

    def isf(self, q: Any) -> Any:
        return -self.ppf(q)

    def entropy(self) -> Any:
        return np.log(2.0) + 1.0


class Logistic(Family):
    def logpdf(self, z: Any) -> Any:
        y = -np.abs(z)
        return y - 2.0 * np.log1p(np.exp(y))

    def cdf(self, z: Any) -> Any:
        return special.expit(z)

    def logcdf(self, z: Any) -> Any:
        return special.log_expit(z)

    def sf(self, z: Any) -> Any:
        return special.expit(-z)

    def logsf(self, z: Any) -> Any:
        return special.log_expit(-z)

    def ppf(self, q: Any) -> Any:
        return special.logit(q)

    def isf(self, q: Any) -> Any:
        return -special.logit(q)

    def entropy(self) -> Any:
        return 2.0


class Gumbel(Family):
    def logpdf(self, z: Any) -> Any:
        return -z - np.exp(-z)

    def cdf(self, z: Any) -> Any:
        return np.exp(-np.exp(-z))

    def logcdf(self, z: Any) -> Any:
        return -np.exp(-z)

    def sf(self, z: Any) -> Any:
        return -np.expm1(-np.exp(-z))

    def ppf(self, q: Any) -> Any:
        return -np.log(-np.log(q))

    def isf(self, q: Any) -> Any:
        return -np.log(-np.log1p(-q))

    def entropy(self) -> Any:
        return EULER + 1.0


class Student(Family):
    shapes = ("df",)

    def logpdf(self, z: Any, df: Any) -> Any:
        scale = np.log(special.poch(0.5 * df, 0.5)) - 0.5 * (np.log(df) + np.log(np.pi))
        return scale - (df + 1.0) / 2.0 * np.log1p(z * z / df)

    def cdf(self, z: Any, df: Any) -> Any:
        return special.stdtr(df, z)

    def sf(self, z: Any, df: Any) -> Any:
        return special.stdtr(df, -z)

    def ppf(self, q: Any, df: Any) -> Any:
        return special.stdtrit(df, q)

    def isf(self, q: Any, df: Any) -> Any:
        return -special.stdtrit(df, q)

    def entropy(self, df: Any) -> Any:
        half, more = 0.5 * df, 0.5 * (df + 1.0)
        return more * (special.digamma(more) - special.digamma(half)) + 0.5 * np.log(df) + special.betaln(half, 0.5)


class SkewNorm(Solved):
    shapes = ("a",)

    def valid(self, a: Any) -> Any:
        return np.isfinite(a)

    def logpdf(self, z: Any, a: Any) -> Any:
        return np.log(2.0) - 0.5 * z * z - LOG_ROOT_2_PI + special.log_ndtr(a * z)

    def cdf(self, z: Any, a: Any) -> Any:
        return special.ndtr(z) - 2.0 * special.owens_t(z, a)

    def sf(self, z: Any, a: Any) -> Any:
        return self.cdf(-z, -a)

    def slopes(self, z: Any, a: Any) -> Any:
        return self.pdf(z, a), -np.exp(-0.5 * z * z * (1.0 + a * a)) / (np.pi * (1.0 + a * a))

    def isf(self, q: Any, a: Any) -> Any:
        return -self.ppf(q, -a)


class GenExtreme(Family):
    shapes = ("c",)
    inner = 0.0

    def valid(self, c: Any) -> Any:
        return np.isfinite(c)

    def support(self, c: Any) -> Any:
        low = np.where(c < 0, 1.0 / np.where(c < 0, c, 1.0), -np.inf)
        return low, np.where(c > 0, 1.0 / np.where(c > 0, c, 1.0), np.inf)

    def _loglogcdf(self, z: Any, c: Any) -> Any:
        """log(1 - c * z) / c, also near c = 0."""
        u = -c * z
        near = np.abs(u) < 0.5
        large = np.where(near, 1.0, u)
        ratio = np.where(near, special.hyp2f1(1.0, 1.0, 2.0, -np.where(near, u, 0.0)), np.log1p(large) / large)
        return -z * ratio

    def logpdf(self, z: Any, c: Any) -> Any:
        power = self._loglogcdf(z, c)
        return power - np.exp(power) - np.log1p(-c * z)

    def cdf(self, z: Any, c: Any) -> Any:
        return np.exp(self.logcdf(z, c))

    def logcdf(self, z: Any, c: Any) -> Any:
        return -np.exp(self._loglogcdf(z, c))

    def sf(self, z: Any, c: Any) -> Any:
        return -np.expm1(self.logcdf(z, c))

    def ppf(self, q: Any, c: Any) -> Any:
        x = -np.log(-np.log(q))
        return x * special.exprel(-c * x)

    def isf(self, q: Any, c: Any) -> Any:
        x = -np.log(-np.log1p(-q))
        return x * special.exprel(-c * x)

    def entropy(self, c: Any) -> Any:
        return EULER * (1.0 - c) + 1.0
