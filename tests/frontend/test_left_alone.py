"""Functions that the library knows without a derivative are called as they are, where no derivative is asked of them."""

import logging
import random
import time

import numpy as np
import pytest
import scipy.special
from numpy.polynomial.legendre import leggauss

from autodiff_compiler import UnsupportedError, grad, jvp, stop_gradient
from autodiff_compiler.frontend.externals import name_of
from autodiff_compiler.ir.objects import has_type
from autodiff_compiler.ir.types import FLOAT, Array
from autodiff_compiler.library import external_results

RNG = np.random.default_rng(0)
MATRIX = np.array([[2.0, 1.0], [1.0, 3.0]])


def struve_of_a_constant(x, c):
    return x * scipy.special.itstruve0(c)


def inverse_of_a_constant(x, c):
    return x * np.sum(np.linalg.pinv(MATRIX) * c)


def quadrature(x, c):
    nodes, weights = leggauss(5)
    return np.sum(weights * np.sin(nodes * x)) + x * c


def clock(x, c):
    start = time.perf_counter()
    y = x * x * c
    return y if time.perf_counter() >= start else 0.0 * y


@pytest.mark.parametrize("f", [struve_of_a_constant, inverse_of_a_constant, quadrature, clock])
def test_what_does_not_vary_is_left_alone(f):
    step = 1e-6
    expected = (f(0.7 + step, 0.5) - f(0.7 - step, 0.5)) / (2 * step)
    np.testing.assert_allclose(grad(f)(0.7, 0.5), expected, rtol=1e-8)
    np.testing.assert_allclose(jvp(f, (0.7, 0.5), (1.0, None))[1], expected, rtol=1e-8)


@pytest.mark.parametrize("draw", [lambda n: RNG.normal(size=n), lambda n: RNG.normal(0.0, 1.0, (n, 2)), lambda n: RNG.random(n)])
def test_random_numbers_are_drawn_once_in_each_call(draw):
    def f(x, n):
        return x * np.sum(draw(n))

    g = grad(f)
    g(1.0, 3)
    state = RNG.bit_generator.state
    g.source(1.0, 3)
    assert RNG.bit_generator.state == state
    found = g(1.0, 3)
    after = RNG.bit_generator.state
    RNG.bit_generator.state = state
    assert found == np.sum(draw(3))
    assert RNG.bit_generator.state == after


def test_it_is_compiled_once():
    g = grad(lambda x, n: x * np.sum(RNG.normal(size=n)) + x * RNG.normal())
    g(1.0, 3)
    text = g.source()
    assert ".normal(size=n)" in text
    (specialisations,) = g._table._by_key.values()
    g(1.0, 3)
    assert len(specialisations) == 1


def test_log_and_value(caplog):
    def f(x):
        y = x * x
        logging.warning("y is %s", y)
        logging.warning(f"x is {x:.1f}")
        return y

    assert grad(f)(3.0) == 6.0
    assert [record.getMessage() for record in caplog.records if record.name == "root"] == ["y is 9.0", "x is 3.0"]


LOGGER = logging.getLogger("of this module")


def test_loggers_by_name(caplog):
    def f(x):
        local = logging.getLogger("of this module")
        if local.isEnabledFor(logging.INFO):
            local.info("x is %s", x)
        LOGGER.debug("is not shown: %s", x)
        for y in (x, 2.0 * x):
            LOGGER.warning("%s: %.1f", "y", y)
        logging.getLogger().error("root")
        return x * x

    caplog.set_level(logging.INFO, logger="of this module")
    g = grad(f)
    assert g(3.0) == 6.0
    said = ["x is 3.0", "y: 3.0", "y: 6.0", "root"]
    assert [record.getMessage() for record in caplog.records if record.name != "autodiff_compiler"] == said
    caplog.set_level(logging.ERROR, logger="of this module")
    g(3.0)
    assert [record.getMessage() for record in caplog.records if record.name != "autodiff_compiler"] == [*said, "root"]


def test_a_logger_whose_name_only_the_run_knows():
    with pytest.raises(UnsupportedError, match=r"AD106.*logging\.getLogger"):
        grad(lambda x: x if logging.getLogger(f"{x}") else 2.0 * x)(1.0)


def test_what_varies_is_refused_at_the_call():
    with pytest.raises(UnsupportedError, match=r"AD305.*special\.itstruve0") as caught:
        grad(lambda x: scipy.special.itstruve0(2.0 * x))(1.0)
    assert caught.value.span.file == __file__


def test_in_stop_gradient_it_may_vary():
    f = grad(lambda x: x * stop_gradient(scipy.special.itstruve0(2.0 * x)) + x * stop_gradient(np.linalg.pinv(MATRIX * x))[0, 0])
    np.testing.assert_allclose(f(0.5), scipy.special.itstruve0(1.0) + np.linalg.inv(MATRIX * 0.5)[0, 0])


def test_under_numba_it_is_refused():
    with pytest.raises(UnsupportedError, match="AD606"):
        grad(lambda x: x * time.perf_counter(), backend="numba")(1.0)


CALLS = [
    (function, args, {})
    for function, args in [
        (time.perf_counter, ()), (time.time, ()), (time.monotonic, ()), (time.process_time, ()), (time.perf_counter_ns, ()),
        (time.sleep, (0.0,)), (random.random, ()), (random.gauss, (0.0, 1.0)), (random.uniform, (0.0, 1.0)),
        (random.normalvariate, (0.0, 1.0)), (random.expovariate, (1.0,)), (random.randint, (1, 3)), (random.seed, (1,)),
        (np.random.seed, (1,)), (np.random.rand, ()), (np.random.rand, (2,)), (np.random.randn, (2, 3)),
        (np.random.random, ()), (np.random.random, (3,)), (np.random.normal, ()), (np.random.normal, (0.0, 1.0, (2, 3))),
        (np.random.uniform, (0.0, 1.0)), (RNG.normal, (0.0, 1.0)), (RNG.normal, (0.0, 1.0, 4)), (RNG.uniform, ()),
        (RNG.exponential, (1.0,)), (RNG.exponential, (1.0, 3)), (RNG.random, ()), (RNG.random, ((2, 2),)),
        (RNG.standard_normal, (2,)), (RNG.integers, (3,)), (RNG.integers, (0, 3, 5)), (leggauss, (3,)),
        (np.polynomial.hermite.hermgauss, (3,)), (np.polynomial.hermite_e.hermegauss, (3,)),
        (np.polynomial.chebyshev.chebgauss, (3,)), (np.polynomial.laguerre.laggauss, (3,)),
        (scipy.special.erf, (0.5,)), (scipy.special.erf, (np.float32(0.5),)), (scipy.special.jv, (2, MATRIX)),
        (scipy.special.gammaln, (MATRIX[0],)), (scipy.special.airy, (0.5,)), (np.frexp, (MATRIX,)),
    ]
] + [
    (getattr(source, name), args, {})
    for source in (np.random, np.random.RandomState(0), RNG)
    for name, args in [
        ("random", ((2, 2),)), ("standard_normal", ()), ("standard_normal", (3,)), ("standard_exponential", (3,)), ("standard_cauchy", ()),
        ("normal", (0.0, 1.0)), ("lognormal", (0.0, 1.0, 3)), ("uniform", (0.0, 1.0, (2,))), ("laplace", ()), ("logistic", (0.0, 1.0, 2)), ("gumbel", ()),
        ("exponential", (1.0, 3)), ("rayleigh", (1.0,)), ("weibull", (2.0, 3)), ("pareto", (2.0,)), ("poisson", (2.0,)), ("poisson", (2.0, 3)),
        ("binomial", (5, 0.5)), ("binomial", (5, 0.5, (2, 3))), ("permutation", (4,)), ("choice", (4,)), ("choice", (4, (2, 3))),
        ("gamma", (2.0,)), ("gamma", (2.0, 1.5, 3)), ("standard_gamma", (2.0,)), ("beta", (2.0, 3.0)), ("beta", (2.0, 3.0, (2, 3))),
        ("chisquare", (3,)), ("standard_t", (4.0, 2)), ("vonmises", (0.0, 2.0)), ("triangular", (0.0, 0.5, 1.0)), ("triangular", (0.0, 0.5, 1.0, 3)),
        ("geometric", (0.3,)), ("geometric", (0.3, 4)), ("dirichlet", ([1.0, 2.0],)), ("dirichlet", ([1.0, 2.0], 3)), ("dirichlet", ([1.0, 2.0], (2, 3))),
        ("multinomial", (5, [0.2, 0.8])), ("multinomial", (5, [0.2, 0.8], 3)), ("multivariate_normal", (np.zeros(2), np.eye(2))),
        ("multivariate_normal", (np.zeros(2), np.eye(2), (2, 3))),
    ]
] + [
    (getattr(np.random.RandomState(0), name), args, {})
    for name, args in [("seed", (1,)), ("rand", ()), ("rand", (2, 3)), ("randn", (2,)), ("random_sample", ()), ("randint", (3,)), ("randint", (0, 3, 5))]
] + [(np.random.random_sample, (3,), {}), (np.random.randint, (3,), {}), (np.random.randint, (0, 3, 5), {})]  # fmt: skip


def described(value):
    if isinstance(value, np.ndarray):
        from autodiff_compiler.ir.dtype import from_numpy_dtype

        return Array(from_numpy_dtype(value.dtype), value.ndim)
    if isinstance(value, tuple):
        return tuple(map(described, value))
    return external_results.Known(value)


@pytest.mark.parametrize(("function", "args", "named"), CALLS, ids=lambda x: getattr(x, "__name__", ""))
def test_the_rows_are_true(function, args, named):
    assert external_results.may_be_known(function)
    found = external_results.result_of(function, name_of(function), [described(a) for a in args], named)
    assert found is not None
    returned = function(*args)
    if found.types is None:
        assert returned is None
    elif isinstance(found.types, tuple):
        assert all(has_type(r, t) for r, t in zip(returned, found.types, strict=True))
    else:
        assert has_type(returned, found.types), (returned, found.types)


def test_every_row_is_tried():
    names = {name_of(function) for function, _, _ in CALLS} | {"warnings.warn"}
    assert {name for name in external_results.ROWS if not name.startswith("logging.")} <= names


@pytest.mark.parametrize(
    ("function", "args", "named"),
    [
        (RNG.normal, (external_results.Known(0.0), external_results.Known(1.0), Array(FLOAT.dtype, 1)), {}),
        (RNG.normal, (Array(FLOAT.dtype, 1),), {}),
        (RNG.random, (), {"dtype": external_results.Known(np.float32)}),
        (scipy.special.erf, (external_results.Known("text"),), {}),
    ],
)
def test_what_cannot_be_told_is_not_guessed(function, args, named):
    assert external_results.result_of(function, name_of(function), args, named) is None
