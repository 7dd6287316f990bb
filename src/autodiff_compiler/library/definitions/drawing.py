"""Random numbers whose location, scale or values have a derivative: what is drawn is a standard number, or an index, and is drawn
once, as NumPy does, so that the generator is afterwards in the same state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from autodiff_compiler.library.defined import as_it_is, define, unsupported

B = TypeVar("B", bound=Callable[..., Any])


def of_generators(name: str) -> Callable[[B], B]:
    """Register the decorated function as what a method of NumPy's generators does, old and new."""

    def register(body: B) -> B:
        for cls in (np.random.Generator, np.random.RandomState):
            define(getattr(cls, name), f"np.random.{cls.__name__}.{name}")(body)
        return body

    return register


def _drawn(draw: Any, size: Any, one: Any, other: Any = 0.0) -> Any:
    """Standard numbers: as many as asked for, or one for each pair of parameters."""
    if size is None:
        if max(np.ndim(one), np.ndim(other)) == 0:
            return as_it_is(draw)
        return as_it_is(draw, size=np.shape(one + other))
    drawn = as_it_is(draw, size=size)
    if np.shape(one + other + drawn) != np.shape(drawn):
        raise ValueError("Output size is not compatible with broadcast dimensions of inputs.")
    return drawn


def _parameter(x: Any) -> Any:
    return float(x) if np.ndim(x) == 0 else np.asarray(x).astype(float)


def _positive(x: Any, name: str) -> Any:
    given = _parameter(x)
    if np.any(np.signbit(given)):
        raise ValueError(f"{name} < 0")
    return given


@of_generators("normal")
def normal(self: Any, loc: Any = 0.0, scale: Any = 1.0, size: Any = None) -> Any:
    at, by = _parameter(loc), _positive(scale, "scale")
    return at + by * _drawn(self.standard_normal, size, at, by)


@of_generators("lognormal")
def lognormal(self: Any, mean: Any = 0.0, sigma: Any = 1.0, size: Any = None) -> Any:
    at, by = _parameter(mean), _positive(sigma, "sigma")
    return np.exp(at + by * _drawn(self.standard_normal, size, at, by))


@of_generators("uniform")
def uniform(self: Any, low: Any = 0.0, high: Any = 1.0, size: Any = None) -> Any:
    at, by = _parameter(low), _parameter(high) - _parameter(low)
    if not np.all(np.isfinite(by)):
        raise OverflowError("high - low range exceeds valid bounds")
    return at + by * _drawn(self.random, size, at, by)


@of_generators("laplace")
def laplace(self: Any, loc: Any = 0.0, scale: Any = 1.0, size: Any = None) -> Any:
    at, by = _parameter(loc), _positive(scale, "scale")
    return at + by * _drawn(self.laplace, size, at, by)


@of_generators("logistic")
def logistic(self: Any, loc: Any = 0.0, scale: Any = 1.0, size: Any = None) -> Any:
    at, by = _parameter(loc), _positive(scale, "scale")
    return at + by * _drawn(self.logistic, size, at, by)


@of_generators("gumbel")
def gumbel(self: Any, loc: Any = 0.0, scale: Any = 1.0, size: Any = None) -> Any:
    at, by = _parameter(loc), _positive(scale, "scale")
    return at + by * _drawn(self.gumbel, size, at, by)


@of_generators("exponential")
def exponential(self: Any, scale: Any = 1.0, size: Any = None) -> Any:
    by = _positive(scale, "scale")
    return by * _drawn(self.standard_exponential, size, by)


@of_generators("rayleigh")
def rayleigh(self: Any, scale: Any = 1.0, size: Any = None) -> Any:
    by = _positive(scale, "scale")
    return by * _drawn(self.rayleigh, size, by)


@of_generators("weibull")
def weibull(self: Any, a: Any, size: Any = None) -> Any:
    """A power of an exponential number, also in the derivative by the exponent."""
    power = _parameter(a)
    if np.any(power <= 0):
        raise ValueError("a <= 0")
    return _drawn(self.standard_exponential, size, power) ** (1.0 / power)


@of_generators("pareto")
def pareto(self: Any, a: Any, size: Any = None) -> Any:
    power = _parameter(a)
    if np.any(power <= 0):
        raise ValueError("a <= 0")
    return np.expm1(_drawn(self.standard_exponential, size, power) / power)


@of_generators("gamma")
def gamma(self: Any, shape: Any, scale: Any = 1.0, size: Any = None) -> Any:
    """The shape is constant: what is drawn depends on it in no simple way."""
    by = _positive(scale, "scale")
    if size is None and np.ndim(by) == 0:
        return by * as_it_is(self.standard_gamma, shape)
    return by * as_it_is(self.standard_gamma, shape, size=np.shape(by) if size is None else size)


@of_generators("multivariate_normal")
def multivariate_normal(self: Any, mean: Any, cov: Any, size: Any = None) -> Any:
    """The covariance is constant."""
    at = np.asarray(mean).astype(float)
    return at + as_it_is(self.multivariate_normal, np.zeros(at.shape), cov, size=size)


@of_generators("permutation")
def permutation(self: Any, x: Any, axis: int = 0) -> Any:
    given = np.asarray(x)
    return np.take(given, as_it_is(self.permutation, given.shape[axis]), axis=axis)


@of_generators("shuffle")
def shuffle(self: Any, x: Any, axis: int = 0) -> None:
    if isinstance(x, (list, tuple)):
        unsupported("shuffling a list", "make an array of it, or shuffle its indices")
    x[...] = np.take(x, as_it_is(self.permutation, x.shape[axis]), axis=axis)


@of_generators("choice")
def choice(self: Any, a: Any, size: Any = None, replace: bool = True, p: Any = None, axis: int = 0) -> Any:
    """The elements at random places."""
    if np.ndim(a) == 0:
        return as_it_is(self.choice, a, size=size, replace=replace, p=p)
    given = np.asarray(a)
    return np.take(given, as_it_is(self.choice, given.shape[axis], size=size, replace=replace, p=p), axis=axis)
