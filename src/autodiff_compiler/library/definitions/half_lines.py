"""Families of distributions on half lines and intervals."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library.definitions import families
from autodiff_compiler.library.definitions.families import EULER, LOG_ROOT_2_PI, Family


class Positive(Family):
    def support(self, *shapes: Any) -> Any:
        return 0.0, np.inf


class Exponential(Positive):
    def logpdf(self, z: Any) -> Any:
        return -z

    def cdf(self, z: Any) -> Any:
        return -np.expm1(-z)

    def sf(self, z: Any) -> Any:
        return np.exp(-z)

    def logsf(self, z: Any) -> Any:
        return -z

    def ppf(self, q: Any) -> Any:
        return -np.log1p(-q)

    def isf(self, q: Any) -> Any:
        return -np.log(q)

    def entropy(self) -> Any:
        return 1.0


class Gamma(Positive):
    shapes = ("a",)

    def logpdf(self, z: Any, a: Any) -> Any:
        return families.special.xlogy(a - 1.0, z) - z - families.special.gammaln(a)

    def cdf(self, z: Any, a: Any) -> Any:
        return families.special.gammainc(a, z)

    def sf(self, z: Any, a: Any) -> Any:
        return families.special.gammaincc(a, z)

    def ppf(self, q: Any, a: Any) -> Any:
        return families.special.gammaincinv(a, q)

    def isf(self, q: Any, a: Any) -> Any:
        return families.special.gammainccinv(a, q)

    def entropy(self, a: Any) -> Any:
        return families.special.digamma(a) * (1.0 - a) + a + families.special.gammaln(a)


class Chi2(Positive):
    shapes = ("df",)

    def logpdf(self, z: Any, df: Any) -> Any:
        half = 0.5 * df
        return families.special.xlogy(half - 1.0, z) - 0.5 * z - families.special.gammaln(half) - np.log(2.0) * half

    def cdf(self, z: Any, df: Any) -> Any:
        return families.special.gammainc(0.5 * df, 0.5 * z)

    def sf(self, z: Any, df: Any) -> Any:
        return families.special.gammaincc(0.5 * df, 0.5 * z)

    def ppf(self, q: Any, df: Any) -> Any:
        return 2.0 * families.special.gammaincinv(0.5 * df, q)

    def isf(self, q: Any, df: Any) -> Any:
        return 2.0 * families.special.gammainccinv(0.5 * df, q)

    def entropy(self, df: Any) -> Any:
        half = 0.5 * df
        return half + np.log(2.0) + families.special.gammaln(half) + (1.0 - half) * families.special.digamma(half)


class InvGamma(Positive):
    shapes = ("a",)

    def logpdf(self, z: Any, a: Any) -> Any:
        return -(a + 1.0) * np.log(z) - families.special.gammaln(a) - 1.0 / z

    def cdf(self, z: Any, a: Any) -> Any:
        return families.special.gammaincc(a, 1.0 / z)

    def sf(self, z: Any, a: Any) -> Any:
        return families.special.gammainc(a, 1.0 / z)

    def ppf(self, q: Any, a: Any) -> Any:
        return 1.0 / families.special.gammainccinv(a, q)

    def isf(self, q: Any, a: Any) -> Any:
        return 1.0 / families.special.gammaincinv(a, q)

    def entropy(self, a: Any) -> Any:
        return a - (a + 1.0) * families.special.digamma(a) + families.special.gammaln(a)


class LogNorm(Positive):
    shapes = ("s",)

    def logpdf(self, z: Any, s: Any) -> Any:
        log_z = np.log(z)
        return -0.5 * (log_z / s) ** 2 - np.log(s) - log_z - LOG_ROOT_2_PI

    def cdf(self, z: Any, s: Any) -> Any:
        return families.special.ndtr(np.log(z) / s)

    def logcdf(self, z: Any, s: Any) -> Any:
        return families.special.log_ndtr(np.log(z) / s)

    def sf(self, z: Any, s: Any) -> Any:
        return families.special.ndtr(-np.log(z) / s)

    def logsf(self, z: Any, s: Any) -> Any:
        return families.special.log_ndtr(-np.log(z) / s)

    def ppf(self, q: Any, s: Any) -> Any:
        return np.exp(s * families.special.ndtri(q))

    def isf(self, q: Any, s: Any) -> Any:
        return np.exp(-s * families.special.ndtri(q))

    def entropy(self, s: Any) -> Any:
        return 0.5 + LOG_ROOT_2_PI + np.log(s)


class Weibull(Positive):
    shapes = ("c",)

    def logpdf(self, z: Any, c: Any) -> Any:
        return np.log(c) + families.special.xlogy(c - 1.0, z) - z**c

    def cdf(self, z: Any, c: Any) -> Any:
        return -np.expm1(-(z**c))

    def sf(self, z: Any, c: Any) -> Any:
        return np.exp(-(z**c))

    def logsf(self, z: Any, c: Any) -> Any:
        return -(z**c)

    def ppf(self, q: Any, c: Any) -> Any:
        return (-np.log1p(-q)) ** (1.0 / c)

    def isf(self, q: Any, c: Any) -> Any:
        return (-np.log(q)) ** (1.0 / c)

    def entropy(self, c: Any) -> Any:
        return -EULER / c - np.log(c) + EULER + 1.0


class HalfNorm(Positive):
    def logpdf(self, z: Any) -> Any:
        return 0.5 * np.log(2.0 / np.pi) - 0.5 * z * z

    def cdf(self, z: Any) -> Any:
        return families.special.erf(z / np.sqrt(2.0))

    def sf(self, z: Any) -> Any:
        return 2.0 * families.special.ndtr(-z)

    def ppf(self, q: Any) -> Any:
        return families.special.ndtri(0.5 * (1.0 + q))

    def isf(self, q: Any) -> Any:
        return -families.special.ndtri(0.5 * q)

    def entropy(self) -> Any:
        return 0.5 * np.log(0.5 * np.pi) + 0.5


class Rayleigh(Positive):
    def logpdf(self, z: Any) -> Any:
        return np.log(z) - 0.5 * z * z

    def cdf(self, z: Any) -> Any:
        return -np.expm1(-0.5 * z * z)

    def sf(self, z: Any) -> Any:
        return np.exp(-0.5 * z * z)

    def logsf(self, z: Any) -> Any:
        return -0.5 * z * z

    def ppf(self, q: Any) -> Any:
        return np.sqrt(-2.0 * np.log1p(-q))

    def isf(self, q: Any) -> Any:
        return np.sqrt(-2.0 * np.log(q))

    def entropy(self) -> Any:
        return 0.5 * EULER + 1.0 - 0.5 * np.log(2.0)


class Fisher(Positive):
    shapes = ("dfn", "dfd")

    def logpdf(self, z: Any, dfn: Any, dfd: Any) -> Any:
        n, m = 0.5 * dfn, 0.5 * dfd
        powers = m * np.log(dfd) + n * np.log(dfn) + families.special.xlogy(n - 1.0, z)
        return powers - (n + m) * np.log(dfd + dfn * z) - families.special.betaln(n, m)

    def cdf(self, z: Any, dfn: Any, dfd: Any) -> Any:
        return families.special.betainc(0.5 * dfn, 0.5 * dfd, dfn * z / (dfn * z + dfd))

    def sf(self, z: Any, dfn: Any, dfd: Any) -> Any:
        return families.special.betainc(0.5 * dfd, 0.5 * dfn, dfd / (dfn * z + dfd))

    def ppf(self, q: Any, dfn: Any, dfd: Any) -> Any:
        x = families.special.betaincinv(0.5 * dfn, 0.5 * dfd, q)
        return dfd * x / (dfn * (1.0 - x))

    def isf(self, q: Any, dfn: Any, dfd: Any) -> Any:
        x = families.special.betaincinv(0.5 * dfd, 0.5 * dfn, q)
        return dfd * (1.0 - x) / (dfn * x)

    def entropy(self, dfn: Any, dfd: Any) -> Any:
        digamma = families.special.digamma
        n, m = 0.5 * dfn, 0.5 * dfd
        slopes = (1.0 - n) * digamma(n) - (1.0 + m) * digamma(m) + (n + m) * digamma(n + m)
        return np.log(dfd) - np.log(dfn) + families.special.betaln(n, m) + slopes


class Pareto(Family):
    shapes = ("b",)
    inner = 2.0

    def support(self, b: Any) -> Any:
        return 1.0, np.inf

    def logpdf(self, z: Any, b: Any) -> Any:
        return np.log(b) - (b + 1.0) * np.log(z)

    def cdf(self, z: Any, b: Any) -> Any:
        return 1.0 - z**-b

    def sf(self, z: Any, b: Any) -> Any:
        return z**-b

    def logsf(self, z: Any, b: Any) -> Any:
        return -b * np.log(z)

    def ppf(self, q: Any, b: Any) -> Any:
        return (1.0 - q) ** (-1.0 / b)

    def isf(self, q: Any, b: Any) -> Any:
        return q ** (-1.0 / b)

    def entropy(self, b: Any) -> Any:
        return 1.0 + 1.0 / b - np.log(b)


class Uniform(Family):
    def support(self) -> Any:
        return 0.0, 1.0

    def pdf(self, z: Any) -> Any:
        return np.ones_like(z)

    def logpdf(self, z: Any) -> Any:
        return np.zeros_like(z)

    def cdf(self, z: Any) -> Any:
        return z

    def ppf(self, q: Any) -> Any:
        return q

    def entropy(self) -> Any:
        return 0.0


class Beta(Family):
    shapes = ("a", "b")

    def support(self, a: Any, b: Any) -> Any:
        return 0.0, 1.0

    def logpdf(self, z: Any, a: Any, b: Any) -> Any:
        powers = families.special.xlog1py(b - 1.0, -z) + families.special.xlogy(a - 1.0, z)
        return powers - families.special.betaln(a, b)

    def cdf(self, z: Any, a: Any, b: Any) -> Any:
        return families.special.betainc(a, b, z)

    def sf(self, z: Any, a: Any, b: Any) -> Any:
        return families.special.betainc(b, a, 1.0 - z)

    def ppf(self, q: Any, a: Any, b: Any) -> Any:
        return families.special.betaincinv(a, b, q)

    def isf(self, q: Any, a: Any, b: Any) -> Any:
        return 1.0 - families.special.betaincinv(b, a, q)

    def entropy(self, a: Any, b: Any) -> Any:
        digamma = families.special.digamma
        powers = (a - 1.0) * digamma(a) + (b - 1.0) * digamma(b)
        return families.special.betaln(a, b) - powers + (a + b - 2.0) * digamma(a + b)


def _log_below(x: Any) -> Any:
    """Of the normal distribution; infinite points do not vary."""
    inside = np.isfinite(x)
    return np.where(inside, families.special.log_ndtr(np.where(inside, x, 0.0)), np.where(x > 0, 0.0, -np.inf))


class TruncNorm(Family):
    shapes = ("a", "b")

    def valid(self, a: Any, b: Any) -> Any:
        return a < b

    def support(self, a: Any, b: Any) -> Any:
        return a, b

    def _log_mass(self, low: Any, high: Any) -> Any:
        """Of the normal distribution between two points: of a tail, in the one where digits are kept."""
        right = low > 0
        low, high = np.where(right, -high, low), np.where(right, -low, high)
        upper = _log_below(high)
        return upper + np.log1p(-np.exp(_log_below(low) - upper))

    def logpdf(self, z: Any, a: Any, b: Any) -> Any:
        return -0.5 * z * z - LOG_ROOT_2_PI - self._log_mass(a, b)

    def cdf(self, z: Any, a: Any, b: Any) -> Any:
        return np.exp(self.logcdf(z, a, b))

    def logcdf(self, z: Any, a: Any, b: Any) -> Any:
        return self._log_mass(a, z) - self._log_mass(a, b)

    def sf(self, z: Any, a: Any, b: Any) -> Any:
        return np.exp(self.logsf(z, a, b))

    def logsf(self, z: Any, a: Any, b: Any) -> Any:
        return self._log_mass(z, b) - self._log_mass(a, b)

    def ppf(self, q: Any, a: Any, b: Any) -> Any:
        """By the logarithm of the normal distribution's mass below, or above, in whichever tail digits are kept."""
        left = a < 0
        log_q = np.where(left, np.log(q), np.log1p(-q))
        beyond = _log_below(np.where(left, a, -b))
        found = families.special.ndtri_exp(np.logaddexp(beyond, log_q + self._log_mass(a, b)))
        return np.where(left, found, -found)

    def isf(self, q: Any, a: Any, b: Any) -> Any:
        return -self.ppf(q, -b, -a)

    def entropy(self, a: Any, b: Any) -> Any:
        log_mass = self._log_mass(a, b)
        ends = a * np.exp(-0.5 * a * a) - b * np.exp(-0.5 * b * b)
        return 0.5 + LOG_ROOT_2_PI + log_mass + ends * np.exp(-LOG_ROOT_2_PI - log_mass) / 2.0
