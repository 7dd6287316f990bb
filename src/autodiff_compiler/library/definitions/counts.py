"""Families of distributions of whole numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library.defined import unsupported
from autodiff_compiler.library.definitions import families
from autodiff_compiler.library.definitions.families import Family


class Counts(Family):
    """`cdf` and `sf` are of whole numbers, too."""

    inner = 1.0

    def support(self, *shapes: Any) -> Any:
        return 0.0, np.inf

    def bulk(self, *shapes: Any) -> Any:
        """The lowest and the highest number whose probability counts."""
        return unsupported("the entropy of this family", "sum it")

    def entropy(self, *shapes: Any) -> Any:
        """The sum over all numbers whose probabilities count, for all shapes at once."""
        valid = self.valid(*shapes)
        low, high = self.bulk(*[np.where(valid, shape, 0.5) for shape in shapes])
        last = int(np.max(np.where(valid, high, 0.0), initial=0.0))
        first = int(np.min(np.where(valid, low, last), initial=last))
        k = np.reshape(np.arange(first, last + 1).astype(np.float64), (-1,) + (1,) * np.ndim(sum(shapes)))
        ends = self.support(*shapes)
        inside = valid & (ends[0] <= k) & (k <= ends[1])
        logarithm = self.logpdf(np.where(inside, k, self.inner), *shapes)
        # A probability that is too small for a number has no derivative; one that is 0 at an end of the parameters has none, either.
        counts = inside & ((logarithm > -700.0) | (logarithm == -np.inf))
        probability = np.where(counts, np.exp(np.where(counts, logarithm, 0.0)), 1.0)
        return np.sum(families.special.entr(probability), axis=0)


def _around(mean: Any, deviation: Any, tail: Any) -> Any:
    reach = 12.0 * deviation + tail
    return np.floor(np.maximum(mean - reach, 0.0)), np.ceil(mean + reach)


class Poisson(Counts):
    shapes = ("mu",)

    def valid(self, mu: Any) -> Any:
        return mu >= 0

    def logpdf(self, k: Any, mu: Any) -> Any:
        return families.special.xlogy(k, mu) - families.special.gammaln(k + 1.0) - mu

    def cdf(self, k: Any, mu: Any) -> Any:
        return families.special.gammaincc(k + 1.0, mu)

    def sf(self, k: Any, mu: Any) -> Any:
        return families.special.gammainc(k + 1.0, mu)

    def bulk(self, mu: Any) -> Any:
        return _around(mu, np.sqrt(mu), 45.0)


class Binomial(Counts):
    shapes = ("n", "p")
    inner = 0.0

    def valid(self, n: Any, p: Any) -> Any:
        return (n >= 0) & (n == np.floor(n)) & (p >= 0) & (p <= 1)

    def support(self, n: Any, p: Any) -> Any:
        return 0.0, n

    def logpdf(self, k: Any, n: Any, p: Any) -> Any:
        gammaln = families.special.gammaln
        ways = gammaln(n + 1.0) - (gammaln(k + 1.0) + gammaln(n - k + 1.0))
        return ways + families.special.xlogy(k, p) + families.special.xlog1py(n - k, -p)

    def cdf(self, k: Any, n: Any, p: Any) -> Any:
        return families.special.betainc(n - k, k + 1.0, 1.0 - p)

    def sf(self, k: Any, n: Any, p: Any) -> Any:
        return families.special.betainc(k + 1.0, n - k, p)

    def bulk(self, n: Any, p: Any) -> Any:
        low, high = _around(n * p, np.sqrt(n * p * np.maximum(1.0 - p, 0.0)), 45.0)
        return low, np.minimum(high, n)


class Bernoulli(Counts):
    shapes = ("p",)
    inner = 0.0

    def valid(self, p: Any) -> Any:
        return (p >= 0) & (p <= 1)

    def support(self, p: Any) -> Any:
        return 0.0, 1.0

    def logpdf(self, k: Any, p: Any) -> Any:
        return families.special.xlogy(k, p) + families.special.xlog1py(1.0 - k, -p)

    def cdf(self, k: Any, p: Any) -> Any:
        return np.where(k >= 1.0, 1.0, 1.0 - p)

    def sf(self, k: Any, p: Any) -> Any:
        return np.where(k >= 1.0, 0.0, p)

    def entropy(self, p: Any) -> Any:
        return families.special.entr(p) + families.special.entr(1.0 - p)


class NegativeBinomial(Counts):
    shapes = ("n", "p")

    def valid(self, n: Any, p: Any) -> Any:
        return (n > 0) & (p > 0) & (p <= 1)

    def logpdf(self, k: Any, n: Any, p: Any) -> Any:
        gammaln = families.special.gammaln
        ways = gammaln(n + k) - gammaln(k + 1.0) - gammaln(n)
        return ways + n * np.log(p) + families.special.xlog1py(k, -p)

    def cdf(self, k: Any, n: Any, p: Any) -> Any:
        return families.special.betainc(n, k + 1.0, p)

    def sf(self, k: Any, n: Any, p: Any) -> Any:
        return families.special.betainc(k + 1.0, n, 1.0 - p)

    def bulk(self, n: Any, p: Any) -> Any:
        return _around(n * (1.0 - p) / p, np.sqrt(n * (1.0 - p)) / p, 45.0 / p)


class Geometric(Counts):
    shapes = ("p",)

    def valid(self, p: Any) -> Any:
        return (p > 0) & (p <= 1)

    def support(self, p: Any) -> Any:
        return 1.0, np.inf

    def logpdf(self, k: Any, p: Any) -> Any:
        return families.special.xlog1py(k - 1.0, -p) + np.log(p)

    def cdf(self, k: Any, p: Any) -> Any:
        return -np.expm1(self.logsf(k, p))

    def sf(self, k: Any, p: Any) -> Any:
        return np.exp(self.logsf(k, p))

    def logsf(self, k: Any, p: Any) -> Any:
        return families.special.xlog1py(k, -p)

    def entropy(self, p: Any) -> Any:
        return -np.log(p) - np.log1p(-p) * (1.0 - p) / p
