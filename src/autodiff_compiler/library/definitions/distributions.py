"""The distributions of `scipy.stats`: their methods, with shapes, location and scale, positional or by name, frozen or not.

Outside the support a density is 0 and its logarithm -inf, and the derivatives are 0; with shapes that are not allowed, all is NaN.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from autodiff_compiler import lazy
from autodiff_compiler.library.defined import as_rule, define, unsupported
from autodiff_compiler.library.definitions import circles, counts, families, half_lines
from autodiff_compiler.library.registry import found_in, when_imported
from autodiff_compiler.markers import External, stop_gradient

MODULE = "scipy.stats"


class Continuous:
    """By SciPy's names."""

    norm = families.Norm()
    t = families.Student()
    gamma = half_lines.Gamma()
    beta = half_lines.Beta()
    expon = half_lines.Exponential()
    chi2 = half_lines.Chi2()
    cauchy = families.Cauchy()
    laplace = families.Laplace()
    logistic = families.Logistic()
    lognorm = half_lines.LogNorm()
    weibull_min = half_lines.Weibull()
    uniform = half_lines.Uniform()
    truncnorm = half_lines.TruncNorm()
    skewnorm = families.SkewNorm()
    genextreme = families.GenExtreme()
    pareto = half_lines.Pareto()
    invgamma = half_lines.InvGamma()
    halfnorm = half_lines.HalfNorm()
    gumbel_r = families.Gumbel()
    rayleigh = half_lines.Rayleigh()
    f = half_lines.Fisher()
    vonmises = circles.VonMises()


class Discrete:
    """By SciPy's names."""

    poisson = counts.Poisson()
    binom = counts.Binomial()
    nbinom = counts.NegativeBinomial()
    geom = counts.Geometric()
    bernoulli = counts.Bernoulli()


def _given(family: families.Family, args: Any, named: Any) -> Any:
    """Shapes, location and scale, from arguments by position and by name."""
    names = (*family.shapes, "loc", "scale")
    if len(args) > len(names):
        raise TypeError("too many arguments of a distribution")
    for name in named:
        if name not in names:
            raise TypeError(f"a distribution has no argument {name}")
    defaults = {"loc": 0.0, "scale": 1.0}
    found = []
    for i, name in enumerate(names):
        if i < len(args):
            found.append(args[i])
        elif name in named:
            found.append(named[name])
        elif name in defaults:
            found.append(defaults[name])
        else:
            raise TypeError(f"a distribution without its shape {name}")
    return found[:-2], found[-2], found[-1]


def _family(distribution: Any, of: Any) -> Any:
    if not hasattr(of, distribution.name):
        return unsupported("this distribution", "write its density with NumPy and scipy.special")
    return getattr(of, distribution.name)


def _at(distribution: Any, x: Any, args: Any, named: Any) -> Any:
    """The family with its shapes, the standardised points and the scale, and where there is a distribution at all."""
    family = _family(distribution, Continuous)
    shapes, loc, scale = _given(family, args, named)
    z = (np.asarray(x, dtype=np.float64) - loc) / scale
    return family, shapes, z, scale, family.valid(*shapes) & (scale > 0)


def _density(distribution: Any, x: Any, args: Any, named: Any, *, log: bool) -> Any:
    family, shapes, z, scale, valid = _at(distribution, x, args, named)
    low, high = family.support(*shapes)
    inside = valid & (low <= z) & (z <= high) & np.isfinite(z)
    safe = np.where(inside, z, family.inner)
    inner = family.logpdf(safe, *shapes) - np.log(scale) if log else family.pdf(safe, *shapes) / scale
    value = np.where(inside, inner, -np.inf if log else 0.0)
    return np.where(valid & (z == z), value, np.nan)[()]


def pdf(self: Any, x: Any, *args: Any, **kwds: Any) -> Any:
    return _density(self, x, args, kwds, log=False)


def logpdf(self: Any, x: Any, *args: Any, **kwds: Any) -> Any:
    return _density(self, x, args, kwds, log=True)


def _between(found: Any, function: Any, below: float, above: float) -> Any:
    """What `function` of the standardised points gives inside the support, with its values on both sides."""
    family, shapes, z, _, valid = found
    low, high = family.support(*shapes)
    inside = valid & (low < z) & (z < high)
    value = np.where(inside, function(np.where(inside, z, family.inner), *shapes), np.where(z >= high, above, below))
    return np.where(valid & (z == z), value, np.nan)[()]


def cdf(self: Any, x: Any, *args: Any, **kwds: Any) -> Any:
    found = _at(self, x, args, kwds)
    return _between(found, found[0].cdf, 0.0, 1.0)


def logcdf(self: Any, x: Any, *args: Any, **kwds: Any) -> Any:
    found = _at(self, x, args, kwds)
    return _between(found, found[0].logcdf, -np.inf, 0.0)


def sf(self: Any, x: Any, *args: Any, **kwds: Any) -> Any:
    found = _at(self, x, args, kwds)
    return _between(found, found[0].sf, 1.0, 0.0)


def logsf(self: Any, x: Any, *args: Any, **kwds: Any) -> Any:
    found = _at(self, x, args, kwds)
    return _between(found, found[0].logsf, 0.0, -np.inf)


def _end(end: Any, loc: Any, scale: Any) -> Any:
    """An end of the support, which may be infinite whatever the scale is."""
    finite = np.isfinite(end)
    return np.where(finite, np.where(finite, end, 0.0) * scale + loc, end)


def _quantile(distribution: Any, q: Any, args: Any, named: Any, *, upper: bool) -> Any:
    family = _family(distribution, Continuous)
    shapes, loc, scale = _given(family, args, named)
    p = np.asarray(q, dtype=np.float64)
    valid = family.valid(*shapes) & (scale > 0) & (loc == loc)
    inside = valid & (p > 0.0) & (p < 1.0)
    safe = np.where(inside, p, 0.5)
    found = (family.isf(safe, *shapes) if upper else family.ppf(safe, *shapes)) * scale + loc
    low, high = family.support(*shapes)
    ends = _end(np.where(p == (1.0 if upper else 0.0), low, high), loc, scale)
    value = np.where(inside, found, ends)
    return np.where(valid & (p >= 0.0) & (p <= 1.0), value, np.nan)[()]


def ppf(self: Any, q: Any, *args: Any, **kwds: Any) -> Any:
    return _quantile(self, q, args, kwds, upper=False)


def isf(self: Any, q: Any, *args: Any, **kwds: Any) -> Any:
    return _quantile(self, q, args, kwds, upper=True)


def median(self: Any, *args: Any, **kwds: Any) -> Any:
    return self.ppf(0.5, *args, **kwds)


def interval(self: Any, confidence: Any, *args: Any, **kwds: Any) -> Any:
    return self.ppf((1.0 - confidence) / 2.0, *args, **kwds), self.ppf((1.0 + confidence) / 2.0, *args, **kwds)


def entropy(self: Any, *args: Any, **kwds: Any) -> Any:
    if hasattr(Discrete, self.name):
        family = _family(self, Discrete)
        shapes, _, _ = _given(family, args, kwds)
        return np.where(family.valid(*shapes), family.entropy(*shapes), np.nan)[()]
    family = _family(self, Continuous)
    shapes, _, scale = _given(family, args, kwds)
    return np.where(family.valid(*shapes) & (scale > 0), family.entropy(*shapes) + np.log(scale), np.nan)[()]


# -- whole numbers -----------------------------------------------------------------------------------------------------


def _counted(distribution: Any, k: Any, args: Any, named: Any) -> Any:
    family = _family(distribution, Discrete)
    shapes, loc, _ = _given(family, args, named)
    return family, shapes, np.asarray(k, dtype=np.float64) - loc, 1.0, family.valid(*shapes)


def _mass(distribution: Any, k: Any, args: Any, named: Any, *, log: bool) -> Any:
    family, shapes, z, _, valid = _counted(distribution, k, args, named)
    low, high = family.support(*shapes)
    inside = valid & (low <= z) & (z <= high) & (z == np.floor(z))
    safe = np.where(inside, z, family.inner)
    inner = family.logpdf(safe, *shapes) if log else family.pdf(safe, *shapes)
    value = np.where(inside, inner, -np.inf if log else 0.0)
    return np.where(valid & (z == z), value, np.nan)[()]


def pmf(self: Any, k: Any, *args: Any, **kwds: Any) -> Any:
    return _mass(self, k, args, kwds, log=False)


def logpmf(self: Any, k: Any, *args: Any, **kwds: Any) -> Any:
    return _mass(self, k, args, kwds, log=True)


def _steps(found: Any, function: Any, below: float, above: float) -> Any:
    family, shapes, z, _, valid = found
    low, high = family.support(*shapes)
    inside = valid & (low <= z) & (z < high)
    value = np.where(
        inside, function(np.floor(np.where(inside, z, family.inner)), *shapes), np.where(z >= high, above, below)
    )
    return np.where(valid & (z == z), value, np.nan)[()]


def discrete_cdf(self: Any, k: Any, *args: Any, **kwds: Any) -> Any:
    found = _counted(self, k, args, kwds)
    return _steps(found, found[0].cdf, 0.0, 1.0)


def discrete_logcdf(self: Any, k: Any, *args: Any, **kwds: Any) -> Any:
    found = _counted(self, k, args, kwds)
    return _steps(found, found[0].logcdf, -np.inf, 0.0)


def discrete_sf(self: Any, k: Any, *args: Any, **kwds: Any) -> Any:
    found = _counted(self, k, args, kwds)
    return _steps(found, found[0].sf, 1.0, 0.0)


def discrete_logsf(self: Any, k: Any, *args: Any, **kwds: Any) -> Any:
    found = _counted(self, k, args, kwds)
    return _steps(found, found[0].logsf, 0.0, -np.inf)


class Quantiles:
    """Quantiles of SciPy, which are called as they are: they are whole numbers, and have no derivative.  Set when it is imported."""

    ppf: ClassVar[dict[str, Any]] = {}
    isf: ClassVar[dict[str, Any]] = {}


def _step(distribution: Any, called: Any, q: Any, args: Any, named: Any) -> Any:
    family = _family(distribution, Discrete)
    shapes, loc, _ = _given(family, args, named)
    p = stop_gradient(np.asarray(q, dtype=np.float64) + 0.0 * sum(shapes))
    return called(p, *[stop_gradient(shape) for shape in shapes]) + loc


def discrete_ppf(self: Any, q: Any, *args: Any, **kwds: Any) -> Any:
    return _step(self, Quantiles.ppf[self.name], q, args, kwds)


def discrete_isf(self: Any, q: Any, *args: Any, **kwds: Any) -> Any:
    return _step(self, Quantiles.isf[self.name], q, args, kwds)


# -- frozen distributions ----------------------------------------------------------------------------------------------


class Frozen:
    """A distribution with its arguments, made inside a program: `norm(loc, scale)`."""

    def __init__(self, dist: Any, args: Any, kwds: Any) -> None:
        self.dist = dist
        self.args = args
        self.kwds = kwds

    def pdf(self, x: Any) -> Any:
        return self.dist.pdf(x, *self.args, **self.kwds)

    def logpdf(self, x: Any) -> Any:
        return self.dist.logpdf(x, *self.args, **self.kwds)

    def pmf(self, k: Any) -> Any:
        return self.dist.pmf(k, *self.args, **self.kwds)

    def logpmf(self, k: Any) -> Any:
        return self.dist.logpmf(k, *self.args, **self.kwds)

    def cdf(self, x: Any) -> Any:
        return self.dist.cdf(x, *self.args, **self.kwds)

    def logcdf(self, x: Any) -> Any:
        return self.dist.logcdf(x, *self.args, **self.kwds)

    def sf(self, x: Any) -> Any:
        return self.dist.sf(x, *self.args, **self.kwds)

    def logsf(self, x: Any) -> Any:
        return self.dist.logsf(x, *self.args, **self.kwds)

    def ppf(self, q: Any) -> Any:
        return self.dist.ppf(q, *self.args, **self.kwds)

    def isf(self, q: Any) -> Any:
        return self.dist.isf(q, *self.args, **self.kwds)

    def entropy(self) -> Any:
        return self.dist.entropy(*self.args, **self.kwds)

    def median(self) -> Any:
        return self.dist.median(*self.args, **self.kwds)

    def interval(self, confidence: Any) -> Any:
        return self.dist.interval(confidence, *self.args, **self.kwds)


def freeze(self: Any, *args: Any, **kwds: Any) -> Any:
    return Frozen(self, args, kwds)


METHODS = {
    "rv_continuous.pdf": pdf,
    "rv_continuous.logpdf": logpdf,
    "rv_continuous.cdf": cdf,
    "rv_continuous.logcdf": logcdf,
    "rv_continuous.sf": sf,
    "rv_continuous.logsf": logsf,
    "rv_continuous.ppf": ppf,
    "rv_continuous.isf": isf,
    "rv_continuous.entropy": entropy,
    "rv_continuous.median": median,
    "rv_continuous.interval": interval,
    "rv_continuous.__call__": freeze,
    "rv_discrete.pmf": pmf,
    "rv_discrete.logpmf": logpmf,
    "rv_discrete.cdf": discrete_cdf,
    "rv_discrete.logcdf": discrete_logcdf,
    "rv_discrete.sf": discrete_sf,
    "rv_discrete.logsf": discrete_logsf,
    "rv_discrete.ppf": discrete_ppf,
    "rv_discrete.isf": discrete_isf,
}


OF_FROZEN = ("pdf", "logpdf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf", "entropy", "median", "interval")


@when_imported(MODULE)
def register() -> None:
    stats = lazy.load(MODULE)
    for name in vars(Discrete):
        if not name.startswith("_"):
            distribution = getattr(stats, name)
            Quantiles.ppf[name] = External(distribution.ppf, lambda q, *shapes: q, True)
            Quantiles.isf[name] = External(distribution.isf, lambda q, *shapes: q, True)
    for name in ("skewnorm", "vonmises"):
        family = getattr(Continuous, name)
        family.quantile = as_rule(getattr(stats, name).ppf, lambda q, shape: q, family.rule)
    for name, body in METHODS.items():
        define(found_in(MODULE, name), f"{MODULE}.{name}")(body)
    # SciPy has no public names for the classes of frozen distributions.
    for cls, names in ((type(stats.norm()), OF_FROZEN), (type(stats.poisson(1.0)), ("pmf", "logpmf"))):
        for name in names:
            body = getattr(Frozen, name)
            define(getattr(cls, name), f"{MODULE}.rv_frozen.{name}")(body)
            define(body, f"{MODULE}.rv_frozen.{name}")(body)
