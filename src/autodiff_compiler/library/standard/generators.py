"""What `np.random.default_rng` and `np.random.RandomState` give inside a program: a generator that is made, and asked for numbers, when
the program runs."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library.defined import as_it_is, define
from autodiff_compiler.library.definitions import drawing
from autodiff_compiler.library.stand_ins import stands_for


class Local:
    """Numbers come from `source`, by its method of the same name; parameters are applied to standard numbers, as `drawing` says."""

    of: type = object
    """The class of the source."""

    def __init__(self, source: Any) -> None:
        self.source = source

    def random(self, size: Any = None) -> Any:
        return as_it_is(self.random, size=size)

    def standard_normal(self, size: Any = None) -> Any:
        return as_it_is(self.standard_normal, size=size)

    def standard_exponential(self, size: Any = None) -> Any:
        return as_it_is(self.standard_exponential, size=size)

    def standard_cauchy(self, size: Any = None) -> Any:
        return as_it_is(self.standard_cauchy, size=size)

    def poisson(self, lam: Any = 1.0, size: Any = None) -> Any:
        return as_it_is(self.poisson, lam, size=size)

    def binomial(self, n: Any, p: Any, size: Any = None) -> Any:
        return as_it_is(self.binomial, n, p, size=size)

    def normal(self, loc: Any = 0.0, scale: Any = 1.0, size: Any = None) -> Any:
        return drawing.normal(self, loc, scale, size)

    def lognormal(self, mean: Any = 0.0, sigma: Any = 1.0, size: Any = None) -> Any:
        return drawing.lognormal(self, mean, sigma, size)

    def uniform(self, low: Any = 0.0, high: Any = 1.0, size: Any = None) -> Any:
        return drawing.uniform(self, low, high, size)

    def laplace(self, loc: Any = 0.0, scale: Any = 1.0, size: Any = None) -> Any:
        return drawing.laplace(self, loc, scale, size)

    def logistic(self, loc: Any = 0.0, scale: Any = 1.0, size: Any = None) -> Any:
        return drawing.logistic(self, loc, scale, size)

    def gumbel(self, loc: Any = 0.0, scale: Any = 1.0, size: Any = None) -> Any:
        return drawing.gumbel(self, loc, scale, size)

    def exponential(self, scale: Any = 1.0, size: Any = None) -> Any:
        return drawing.exponential(self, scale, size)

    def rayleigh(self, scale: Any = 1.0, size: Any = None) -> Any:
        return drawing.rayleigh(self, scale, size)

    def weibull(self, a: Any, size: Any = None) -> Any:
        return drawing.weibull(self, a, size)

    def pareto(self, a: Any, size: Any = None) -> Any:
        return drawing.pareto(self, a, size)

    def gamma(self, shape: Any, scale: Any = 1.0, size: Any = None) -> Any:
        return drawing.gamma(self, shape, scale, size)

    def standard_gamma(self, shape: Any, size: Any = None) -> Any:
        return as_it_is(self.standard_gamma, shape, size=size)

    def beta(self, a: Any, b: Any, size: Any = None) -> Any:
        return as_it_is(self.beta, a, b, size=size)

    def chisquare(self, df: Any, size: Any = None) -> Any:
        return as_it_is(self.chisquare, df, size=size)

    def standard_t(self, df: Any, size: Any = None) -> Any:
        return as_it_is(self.standard_t, df, size=size)

    def vonmises(self, mu: Any, kappa: Any, size: Any = None) -> Any:
        return as_it_is(self.vonmises, mu, kappa, size=size)

    def triangular(self, left: Any, mode: Any, right: Any, size: Any = None) -> Any:
        return as_it_is(self.triangular, left, mode, right, size=size)

    def geometric(self, p: Any, size: Any = None) -> Any:
        return as_it_is(self.geometric, p, size=size)

    def dirichlet(self, alpha: Any, size: Any = None) -> Any:
        return as_it_is(self.dirichlet, alpha, size=size)

    def multinomial(self, n: Any, pvals: Any, size: Any = None) -> Any:
        return as_it_is(self.multinomial, n, pvals, size=size)

    def multivariate_normal(self, mean: Any, cov: Any, size: Any = None) -> Any:
        return drawing.multivariate_normal(self, mean, cov, size)

    def permutation(self, x: Any, axis: int = 0) -> Any:
        return drawing.permutation(self, x, axis) if np.ndim(x) else as_it_is(self.permutation, x)

    def shuffle(self, x: Any, axis: int = 0) -> None:
        drawing.shuffle(self, x, axis)

    def choice(self, a: Any, size: Any = None, replace: bool = True, p: Any = None, axis: int = 0) -> Any:
        return drawing.choice(self, a, size, replace, p, axis)


class LocalGenerator(Local):
    of = np.random.Generator

    def integers(self, low: Any, high: Any = None, size: Any = None, endpoint: bool = False) -> Any:
        return as_it_is(self.integers, low, high=high, size=size, endpoint=endpoint)


@stands_for(np.random.RandomState)
class LocalRandomState(Local):
    of = np.random.RandomState

    def __init__(self, seed: Any = None) -> None:
        super().__init__(as_it_is(np.random.RandomState, seed))

    def seed(self, seed: Any = None) -> None:
        as_it_is(self.seed, seed)

    def rand(self, *lengths: int) -> Any:
        return as_it_is(self.rand, *lengths)

    def randn(self, *lengths: int) -> Any:
        return as_it_is(self.randn, *lengths)

    def random_sample(self, size: Any = None) -> Any:
        return as_it_is(self.random_sample, size=size)

    def randint(self, low: Any, high: Any = None, size: Any = None) -> Any:
        return as_it_is(self.randint, low, high=high, size=size)


@define(np.random.default_rng, "np.random.default_rng")
def default_rng(seed: Any = None) -> LocalGenerator:
    return LocalGenerator(as_it_is(np.random.default_rng, seed))
