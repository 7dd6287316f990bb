"""The distributions of `scipy.stats`: values against SciPy's, derivatives against differences, in and outside the support."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
import scipy.stats as stats
from scipy.stats import norm

from autodiff_compiler import UnsupportedError, grad, jvp, value_and_grad
from autodiff_compiler.testing import check_grads

BACKENDS = ("python", "numba")
X = np.array([-np.inf, -2.5, -0.4, 0.0, 0.2, 0.7, 1.0, 1.9, 6.5, np.inf, np.nan])
Q = np.array([-0.1, 0.0, 1e-6, 0.1, 0.4, 0.5, 0.8, 0.999, 1.0, 1.2, np.nan])
K = np.array([-1.0, 0.0, 1.0, 2.0, 2.5, 5.0, 6.0, 20.0, np.nan])

CONTINUOUS = {
    "norm": (), "t": (3.5,), "gamma": (2.3,), "beta": (1.4, 2.6), "expon": (), "chi2": (3.5,), "cauchy": (), "laplace": (),
    "logistic": (), "lognorm": (0.8,), "weibull_min": (1.7,), "uniform": (), "truncnorm": (-1.3, 2.4), "skewnorm": (1.5,),
    "genextreme": (-0.3,), "pareto": (2.6,), "invgamma": (3.2,), "halfnorm": (), "gumbel_r": (), "rayleigh": (), "f": (4.5, 7.5),
    "vonmises": (1.3,),
}  # fmt: skip
DISCRETE = {"poisson": (2.4,), "binom": (5, 0.3), "nbinom": (3.5, 0.4), "geom": (0.3,), "bernoulli": (0.3,)}
NO_ENTROPY = {"skewnorm"}
AT_INFINITY = {"pdf": 0.0, "logpdf": -np.inf}
OF_X = ("pdf", "logpdf", "cdf", "logcdf", "sf", "logsf")


def methods(name: str) -> list[str]:
    return [*OF_X, "ppf", "isf"]


def value(function, *args):
    return jvp(function, args, args)[0]


@pytest.mark.parametrize("name", CONTINUOUS)
def test_values_are_those_of_scipy(name):
    distribution, shapes = getattr(stats, name), CONTINUOUS[name]
    for method in methods(name):
        theirs = getattr(distribution, method)
        points = Q if method in ("ppf", "isf") else X
        with np.errstate(all="ignore"):
            for scale in (1.7, -1.0):
                expected = theirs(points, *shapes, 0.3, scale)
                if method in AT_INFINITY and scale > 0:  # of some SciPy says NaN there
                    expected = np.where(np.isinf(points), AT_INFINITY[method], expected)
                got = value(lambda x, s: theirs(x, *shapes, 0.3, s), points, scale)
                np.testing.assert_allclose(got, expected, rtol=1e-11, atol=1e-13, err_msg=f"{name}.{method}")
            bad = [-np.inf, np.inf] if name in ("skewnorm", "genextreme") else [-2.0, -3.0]
            if shapes:
                given = bad[: len(shapes)]
                expected = theirs(points, *given)
                np.testing.assert_array_equal(value(lambda x: theirs(x, *given), points), expected)


@pytest.mark.parametrize("name", DISCRETE)
def test_values_of_whole_numbers_are_those_of_scipy(name):
    distribution, shapes = getattr(stats, name), DISCRETE[name]
    for method in ("pmf", "logpmf", "cdf", "logcdf", "sf", "logsf"):
        theirs = getattr(distribution, method)
        with np.errstate(all="ignore"):
            expected = theirs(K, *shapes, 1)
            got = value(lambda k, loc: theirs(k, *shapes, loc), K, 1.0)
        np.testing.assert_allclose(got, expected, rtol=1e-11, atol=1e-13, err_msg=f"{name}.{method}")


@pytest.mark.parametrize("name", DISCRETE)
def test_quantiles_of_whole_numbers_are_steps(name):
    distribution, shapes = getattr(stats, name), DISCRETE[name]
    for theirs in (distribution.ppf, distribution.isf):
        got, slope = jvp(lambda q, p, loc: theirs(q, *shapes[:-1], p, loc), (Q, shapes[-1], 1.0), (Q * 0.0 + 1.0, 0.5, 3.0))
        np.testing.assert_array_equal(got, theirs(Q, *shapes, 1))
        np.testing.assert_array_equal(slope, 3.0)
    for frozen in (distribution(*shapes), distribution(*shapes, loc=2)):
        assert grad(lambda x: frozen.ppf(x) * x + frozen.median() * x)(0.3) == frozen.ppf(0.3) + frozen.median()


BOUNDS = [(-1.3, 2.4), (0.4, 2.4), (-3.0, -1.2), (-9.0, -5.0), (12.0, 15.0), (-np.inf, 0.7), (-0.4, np.inf), (3.0, np.inf)]


@pytest.mark.parametrize("bounds", BOUNDS)
def test_quantiles_of_a_truncated_one(bounds):
    """By the bounds that are finite, too, also far out."""
    finite = np.isfinite(bounds)
    q = np.array([1e-5, 0.12, 0.4, 0.81])

    def total(q, m, s, *given):
        low = given[0] if finite[0] else bounds[0]
        high = given[-1] if finite[1] else bounds[1]
        return np.sum(np.cos(q) * (stats.truncnorm.ppf(q, low, high, m, s) + stats.truncnorm(low, high, loc=m, scale=s).isf(q) ** 2))

    given = tuple(np.array(bounds)[finite])
    np.testing.assert_allclose(jvp(total, (q, 0.2, 1.3, *given), (q, 0.0, 0.0, *given))[0], total(q, 0.2, 1.3, *given), rtol=1e-11)
    check_grads(lambda *p: total(q[1:], *p), (0.2, 1.3, *given), rtol=1e-5)


@pytest.mark.parametrize("kappa", [0.0, 0.3, 12.0, 49.9, 50.1, 300.0])
def test_a_distribution_on_the_circle(kappa):
    z = np.array([-7.0, -np.pi, -2.5, -0.2, 0.0, 1.3, 3.0, 3.3, 9.0])
    got = value(lambda z, k: stats.vonmises.cdf(z, k), z, kappa)
    np.testing.assert_allclose(got, stats.vonmises.cdf(z, kappa), rtol=1e-12, atol=1e-13)
    if kappa:
        check_grads(lambda z, k, m, s: np.sum(stats.vonmises(k, m, s).cdf(z) * z), (z[2:7], kappa, 0.2, 1.3), rtol=1e-5)


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_middle_and_intervals(backend):
    def total(m, s, c):
        low, high = stats.laplace(m, s).interval(c)
        below, above = stats.truncnorm.interval(c, -1.0, 2.0, loc=m, scale=s)
        return low * 2.0 + high**2 + below + above * m + stats.lognorm.median(0.8, m, s) + stats.vonmises.cdf(m, s)

    check_grads(total, (0.2, 1.3, 0.7), order=1, backend=backend)
    np.testing.assert_allclose(jvp(total, (0.2, 1.3, 0.7), (1.0, 1.0, 1.0))[0], total(0.2, 1.3, 0.7), rtol=1e-12)


@pytest.mark.parametrize("name", CONTINUOUS)
def test_derivatives(name):
    """By the points, location, scale, and by the shapes where that has a closed form."""
    distribution, shapes = getattr(stats, name), CONTINUOUS[name]
    inside = distribution.ppf([0.12, 0.4, 0.81], *shapes)
    of_points = [getattr(distribution, method) for method in methods(name) if method in OF_X]
    quantiles = [getattr(distribution, method) for method in methods(name) if method not in OF_X]
    points, probabilities = inside * 1.3 + 0.2, np.array([0.12, 0.4, 0.81])

    def total(functions, x, *p):
        return sum(np.sum(np.cos(x) * function(x, *p)) for function in functions)

    check_grads(lambda x, m, s: total(of_points, x, *shapes, m, s), (points, 0.2, 1.3), order=1)
    check_grads(lambda *p: total(of_points[:2], points, *p), (*shapes, 0.2, 1.3))
    if quantiles:
        check_grads(lambda q, m, s: total(quantiles, q, *shapes, m, s), (probabilities, 0.2, 1.3), order=1)


SOLVED = [("skewnorm", a) for a in (-3.0, 0.0, 1.5, 20.0)] + [("vonmises", kappa) for kappa in (0.2, 1.3, 12.0, 60.0, 400.0)]


@pytest.mark.parametrize(("name", "shape"), SOLVED)
def test_quantiles_that_scipy_solves_for(name, shape):
    """By probabilities, shape, location and scale, in one direction."""
    q, step = np.array([1e-3, 0.03, 0.4, 0.5, 0.8, 0.999]), 1e-4
    for function in (getattr(stats, name).ppf, getattr(stats, name).isf):

        def along(t, function=function):
            return function(q * (1.0 + 0.2 * t), shape + 0.7 * t, 0.3 + 0.2 * t, 1.4 + 0.1 * t)

        got, slope = jvp(lambda *p, function=function: function(*p), (q, shape, 0.3, 1.4), (0.2 * q, 0.7, 0.2, 0.1))
        np.testing.assert_allclose(got, along(0.0), rtol=1e-12)
        differences = (8.0 * (along(step) - along(-step)) - along(2.0 * step) + along(-2.0 * step)) / (12.0 * step)
        np.testing.assert_allclose(slope, differences, rtol=1e-6)
    check_grads(lambda q, a: np.sum(getattr(stats, name)(a, 0.2).ppf(q) * np.arange(1.0, 4.0)), (q[2:5], shape), order=2)


@pytest.mark.parametrize("name", DISCRETE)
def test_derivatives_of_whole_numbers(name):
    distribution, shapes = getattr(stats, name), DISCRETE[name]

    def total(p):
        return sum(
            np.sum(np.array([1.0, 0.6]) * function(np.array([1.0, 2.0]), *shapes[:-1], p) ** 2)
            for function in (distribution.pmf, distribution.cdf, distribution.sf)
        )

    check_grads(total, (shapes[-1],))


@pytest.mark.parametrize("name", [*CONTINUOUS, *DISCRETE])
def test_entropy(name):
    distribution, shapes = getattr(stats, name), {**CONTINUOUS, **DISCRETE}[name]
    if name in NO_ENTROPY:
        with pytest.raises(UnsupportedError):
            grad(lambda a: distribution.entropy(*shapes, loc=a))(0.1)
        return
    expected = distribution.entropy(*shapes)
    np.testing.assert_allclose(value(lambda a: distribution.entropy(*shapes, loc=a), 0.0), expected, rtol=1e-12)
    if name in CONTINUOUS:
        check_grads(lambda *p: distribution.entropy(*p[:-1], scale=p[-1]), (*shapes, 1.7))


SUMMED = [("poisson", (1e-8,)), ("poisson", (2.3,)), ("poisson", (350.0,)), ("binom", (7, 0.35)), ("binom", (400, 0.01)), ("binom", (1, 0.4)), ("nbinom", (4.0, 0.35)), ("nbinom", (0.05, 0.02)), ("nbinom", (30.5, 0.9))]


def exact_entropy(name, *shapes):
    """With thirty digits, far into the tail."""
    log_mass = {
        "poisson": lambda k, mu: k * mp.log(mu) - mu - mp.loggamma(k + 1),
        "binom": lambda k, n, p: mp.log(mp.binomial(n, k)) + k * mp.log(p) + (n - k) * mp.log(1 - p),
        "nbinom": lambda k, n, p: mp.loggamma(n + k) - mp.loggamma(k + 1) - mp.loggamma(n) + n * mp.log(p) + k * mp.log(1 - p),
    }[name]
    mean, sd = (float(x) ** power for x, power in zip(getattr(stats, name).stats(*map(float, shapes)), (1.0, 0.5)))
    last = int(shapes[0]) if name == "binom" else int(mean + 40 * sd + 100 + (100 / float(shapes[1]) if name == "nbinom" else 0))
    terms = [log_mass(k, *shapes) for k in range(last + 1)]
    return -mp.fsum(mp.exp(t) * t for t in terms)


@pytest.mark.parametrize(("name", "shapes"), SUMMED)
def test_entropies_that_are_sums(name, shapes):
    """To the last digits, which are more than SciPy has, and by the parameter."""
    distribution, step = getattr(stats, name), shapes[-1] * 1e-6
    with mp.workdps(30):
        expected = exact_entropy(name, *shapes[:-1], mp.mpf(shapes[-1]))
        ends = [exact_entropy(name, *shapes[:-1], mp.mpf(shapes[-1]) + sign * step) for sign in (1, -1)]
        slope = (ends[0] - ends[1]) / (2 * step)
    found, slope_found = value_and_grad(lambda p: distribution.entropy(*shapes[:-1], p))(shapes[-1])
    np.testing.assert_allclose(found, float(expected), rtol=2e-10 if shapes == (1e-8,) else 1e-12)
    np.testing.assert_allclose(slope_found, float(slope), rtol=1e-9)
    np.testing.assert_allclose(found, distribution.entropy(*shapes), rtol=1e-8)


@pytest.mark.parametrize("backend", BACKENDS)
def test_entropies_of_many(backend):
    """Of shapes that differ, of none, and of those that are not allowed."""
    check_grads(lambda n, m: np.sum(stats.nbinom.entropy(n, np.array([0.2, 0.5])) * m) + stats.poisson(m).entropy()[1], (3.2, np.array([1.3, 20.0])), order=1, backend=backend)
    mu, counts = np.array([[1.0], [20.0], [-1.0], [0.0], [np.nan]]), np.array([3, 60])
    np.testing.assert_allclose(value(lambda m: stats.poisson.entropy(m), mu), stats.poisson.entropy(mu), rtol=1e-8)
    np.testing.assert_allclose(value(lambda p: stats.binom.entropy(counts, p), 0.3), stats.binom.entropy(counts, 0.3), rtol=1e-11)
    assert value(lambda m: stats.poisson.entropy(m), np.zeros((0, 2))).shape == (0, 2)
    assert jvp(lambda m: stats.poisson.entropy(m), (1e8,), (1.0,))[0] == pytest.approx(0.5 * np.log(2 * np.pi * np.e * 1e8), rel=1e-7)


def regression(beta, log_s, x, y):
    noise = norm(scale=np.exp(log_s))
    return np.sum(noise.logpdf(y - beta[0] - beta[1] * x)) + np.sum(norm.logpdf(beta, loc=0.0, scale=10.0))


PRIOR = stats.gamma(2.0, scale=1.5)


@pytest.mark.parametrize("backend", BACKENDS)
def test_frozen_and_by_name(backend):
    x, y = np.array([0.3, 1.2, 2.5]), np.array([0.1, 1.0, 2.9])
    check_grads(regression, (np.array([0.2, 0.9]), -0.3, x, y), order=2 if backend == "python" else 1, backend=backend)
    check_grads(lambda a: PRIOR.logpdf(a) + PRIOR.cdf(a) + stats.t(4.0, loc=a).logsf(1.0), (0.7,), backend=backend)


def test_outside_the_support_derivatives_are_zero():
    for method in ("pdf", "logpdf", "cdf", "sf"):
        theirs = getattr(stats.expon, method)
        assert grad(lambda x: theirs(x, 0.5, 2.0))(0.2) == 0.0
    assert grad(lambda p: stats.binom.logpmf(7, 5, p))(0.3) == 0.0


def test_what_there_is_not_is_refused():
    with pytest.raises(UnsupportedError, match="AD312"):
        grad(lambda a: stats.gamma.cdf(0.5, a))(1.5)
    with pytest.raises(UnsupportedError) as caught:
        grad(lambda a: stats.skewnorm.entropy(a))(0.3)
    assert caught.value.span.file == __file__
    with pytest.raises(UnsupportedError) as caught:
        grad(lambda x: stats.moyal.logpdf(x))(0.3)
    assert caught.value.span.file == __file__


def test_a_method_is_no_function_of_the_same_name():
    with pytest.raises(UnsupportedError, match="AD177") as caught:
        grad(lambda x: stats.gamma.mean(2.0, loc=x))(0.7)
    assert "np.mean" not in caught.value.help


def _or_nothing(x):
    try:
        return norm(x, 2.0).mean()
    except AttributeError:
        return 100.0 * x


def test_what_a_frozen_one_has_in_scipy_alone_is_no_attribute_error():
    """A program that catches the error, or asks before, would be run wrong."""
    with pytest.raises(UnsupportedError, match="AD170"):
        grad(_or_nothing)(0.7)
    with pytest.raises(UnsupportedError, match="AD157"):
        grad(lambda x: x if hasattr(norm(x, 2.0), "mean") else 2.0 * x)(0.7)
    with pytest.raises(UnsupportedError, match="AD170"):
        grad(lambda x: np.sum(stats.multivariate_normal(np.ones(2) * x, np.eye(2)).mean))(0.7)
    assert grad(lambda x: x if hasattr(norm(x, 2.0), "pdf") else 2.0 * x)(0.7) == 1.0
    for cls in (type(PRIOR), stats.rv_continuous):
        with pytest.raises(UnsupportedError, match="AD157.*class of"):
            grad(lambda x, cls=cls: x if isinstance(norm(x, 2.0), cls) else 2.0 * x)(0.7)
    with pytest.raises(UnsupportedError, match="AD157.*class of"):
        grad(lambda x: x if type(norm(x, 2.0)) is type(PRIOR) else 2.0 * x)(0.7)
