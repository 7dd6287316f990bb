"""Families of distributions of whole numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library.definitions import families
from autodiff_compiler.library.definitions.families import Family


class Counts(Family):
    """`cdf` and `sf` are of whole numbers, too."""

    inner = 1.0

    def support(self, *shapes: Any) -> Any:
        return 0.0, np.inf


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
