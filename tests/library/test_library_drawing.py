"""Random numbers: drawn once and as NumPy draws them, with derivatives by location, scale and values."""

from __future__ import annotations

import numpy as np
import pytest

from autodiff_compiler import UnsupportedError, UserError, check_grads, grad, jvp, library, value_and_grad

NEW = np.random.default_rng(3)
OLD = np.random.RandomState(3)
COVARIANCE = np.array([[2.0, 0.5], [0.5, 1.0]])
SOURCES = {"Generator": NEW, "RandomState": OLD, "np.random": np.random}


def seed():
    NEW.bit_generator.state = np.random.PCG64(11).state
    OLD.seed(11)
    np.random.seed(11)


def shuffled(source, m):
    x = np.outer(np.array([m, m * m, 2 * m]), np.ones(2))
    source.shuffle(x)
    return x[0, 0] * x[1, 1] ** 2


PROGRAMS = {
    "normal": lambda source, m: source.normal(m, 2 * m),
    "normal of a size": lambda source, m: np.sum(source.normal(m, size=3) * np.arange(3.0)),
    "normal of arrays": lambda source, m: np.sum(source.normal(np.array([m, m * m]), m)),
    "normal of arrays and a size": lambda source, m: np.sum(source.normal(np.array([m, m * m]), m, (3, 2)) ** 2),
    "uniform": lambda source, m: np.sum(source.uniform(m, m * m + 1.0, (2, 3)) * np.arange(3)),
    "uniform of an array": lambda source, m: np.sum(source.uniform(high=np.array([m, 2.0])) ** 2),
    "laplace": lambda source, m: np.sum(source.laplace(m, m, 4) ** 2),
    "logistic": lambda source, m: np.sum(source.logistic(m, 2 * m, 4) ** 2),
    "gumbel": lambda source, m: np.sum(source.gumbel(m, scale=2 * m, size=4) ** 2),
    "exponential": lambda source, m: np.sum(source.exponential(m, 3) ** 2),
    "rayleigh": lambda source, m: source.rayleigh(m) ** 2,
    "lognormal": lambda source, m: np.sum(source.lognormal(m, m / 5.0, 3)),
    "weibull": lambda source, m: np.sum(source.weibull(m, 3)),
    "pareto": lambda source, m: np.sum(source.pareto(m, 3)),
    "permutation": lambda source, m: source.permutation(np.array([m, m * m, 2 * m]))[0] ** 2,
    "permutation of rows": lambda source, m: np.sum(source.permutation(np.outer(np.array([m, m * m]), np.arange(1.0, 3.0)))[0] ** 2),
    "permutation of indices": lambda source, m: np.sum(np.array([m, m * m, 2 * m])[source.permutation(3)][:2]),
    "shuffle": shuffled,
    "choice": lambda source, m: np.sum(source.choice(np.array([m, m * m, 2 * m]), 5) ** 2),
    "one choice": lambda source, m: source.choice([m, m * m]) ** 2,
    "choice by weights": lambda source, m: np.sum(source.choice(np.array([m, m * m]), (2, 3), p=np.array([0.3, 0.7])) ** 2),
    "choice without return": lambda source, m: np.sum(source.choice(np.array([m, m * m, 2 * m]), size=2, replace=False) ** 2),
    "choice of indices": lambda source, m: np.sum(np.array([m, m * m, 2 * m])[source.choice(3, 2)]),
    "gamma": lambda source, m: source.gamma(2.0, m) ** 2,
    "gamma of arrays": lambda source, m: np.sum(source.gamma(2.0, np.array([m, m * m])) ** 2) + np.sum(source.gamma(shape=1.5, scale=m, size=(2, 2)) ** 2),
    "multivariate_normal": lambda source, m: np.sum(source.multivariate_normal(np.array([m, m * m]), COVARIANCE) ** 2),
    "multivariate_normal of a size": lambda source, m: np.sum(source.multivariate_normal([m, 2 * m], [[2.0, 0.5], [0.5, 1.0]], size=(2, 3))[1, 2] ** 2),
    "constant numbers": lambda source, m: m * (source.beta(2.0, 3.0) + np.sum(source.chisquare(3, size=4)) + source.standard_t(4.0) + source.vonmises(0.0, 2.0) + source.standard_gamma(2.0)),
    "constant whole numbers": lambda source, m: m * (source.geometric(0.3) + np.sum(source.geometric(0.3, (2, 3))) + np.sum(source.triangular(0.0, 0.5, 1.0, 3))),
    "constant vectors": lambda source, m: m * np.sum(source.dirichlet([1.0, 2.0]) * np.arange(2)) + m * source.dirichlet(np.array([1.0, 2.0]), 3)[2, 0] + m * source.multinomial(5, [0.2, 0.8])[1] + m * source.multinomial(5, [0.2, 0.8], size=(2, 2))[1, 1, 0] + m * source.multivariate_normal(np.zeros(2), COVARIANCE)[0],
    "no parameters": lambda source, m: m * source.poisson(3.0) * np.sum(source.standard_normal(2)) + m * source.normal(0.0, 2.0) * source.binomial(5, 0.4),
}  # fmt: skip


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("kind", SOURCES)
def test_drawn_once_with_a_derivative(kind, name):
    source, program = SOURCES[kind], PROGRAMS[name]

    def f(m):
        return program(source, m)

    def at(m):
        seed()
        return f(m)

    expected = at(1.3)
    after = source.random()
    g = value_and_grad(f)
    g.source(1.3)
    seed()
    value, slope = g(1.3)
    assert source.random() == after
    np.testing.assert_allclose(value, expected, rtol=1e-15)
    differences = (at(1.3 + 1e-5) - at(1.3 - 1e-5)) / 2e-5
    np.testing.assert_allclose(slope, differences, rtol=1e-7)
    seed()
    np.testing.assert_allclose(jvp(f, (1.3,), (1.0,))[1], slope, rtol=1e-12)


def test_every_method_is_tried():
    names = {name.rpartition(".")[2] for name in library.names()["functions"] if name.startswith(("np.random.Generator", "np.random.RandomState"))}
    assert names <= {name.partition(" ")[0] for name in PROGRAMS}


def old_numbers(source, m):
    source.seed(4)
    shifted = source.rand() + source.randn() + np.sum(source.rand(2, 3)) + np.sum(source.randn(3)) + source.random_sample()
    return m * (shifted + np.sum(source.random_sample((2, 2))) + source.randint(5) + np.sum(source.randint(2, 9, size=3)))


PROGRAMS_OF_OLD = {**PROGRAMS, "old numbers": old_numbers}


@pytest.mark.parametrize("source", [OLD, np.random], ids=["RandomState", "np.random"])
def test_old_numbers(source):
    def f(m):
        return old_numbers(source, m)

    value, slope = value_and_grad(f)(1.3)
    assert value == f(1.3)
    np.testing.assert_allclose(slope, value / 1.3, rtol=1e-14)


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind in ("default_rng", "RandomState") for name in (PROGRAMS if kind == "default_rng" else PROGRAMS_OF_OLD)]
)
def test_from_a_generator_that_is_made_inside(kind, name):
    program, make = PROGRAMS_OF_OLD[name], getattr(np.random, kind)

    def f(m):
        return program(make(11), m)

    value, slope = value_and_grad(f)(1.3)
    np.testing.assert_allclose(value, f(1.3), rtol=1e-15)
    np.testing.assert_allclose(slope, (f(1.3 + 1e-5) - f(1.3 - 1e-5)) / 2e-5, rtol=1e-7)
    np.testing.assert_allclose(jvp(f, (1.3,), (1.0,))[1], slope, rtol=1e-12)


def made(seed):
    return np.random.default_rng(seed)


def on_paths(x, seed):
    rng, total = made(seed), 0.0
    same = rng
    for i in range(len(x)):
        if x[i] > 0:
            total += x[i] * rng.normal()
        else:
            total += x[i] ** 2 * same.random()
        total += made(i).normal() * x[i]
    return total + np.sum(rng.normal(size=x.shape) * x) + rng.integers(2, 9) * x[0]


def of_two(x, seed):
    one, other = made(seed), made(seed)
    total = 0.0
    for i in range(3):
        total += one.normal() * x[i] + other.normal() * x[i] ** 2 - one.random() * x[0]
    return total + sum(rng.normal() for rng in [made(k) for k in range(3)]) * x[1]


def doubled(x, seed):
    while x[0] < 3.0:
        x = x * (1.5 + 0.1 * np.random.default_rng(seed).random())
    return np.sum(x)


@pytest.mark.parametrize("f", [on_paths, of_two, doubled])
def test_generators_with_states_of_their_own(f):
    x = np.array([0.7, -0.3, 0.4, 1.2])
    for seed in (3, 8):
        np.testing.assert_allclose(value_and_grad(f)(x, seed)[0], f(x, seed), rtol=1e-14)
        check_grads(f, (x, seed), order=1)
    assert "np.random.default_rng(seed)" in grad(doubled).source(x, 3)


def another_one(x):
    rng = made(0)
    if x > 0:
        rng = made(1)
    return rng.normal() * x


@pytest.mark.parametrize(
    ("f", "code"),
    [
        (another_one, "AD102"),
        (lambda x: x if isinstance(made(0), np.random.Generator) else 2.0 * x, "AD157"),
        (lambda x: x * made(0).wald(1.0, 2.0), "AD170.*`wald` of a random generator"),
        (lambda x: x * np.random.RandomState(0).wald(1.0, 2.0), "AD170.*`wald` of a random generator"),
        (lambda x: made(0).gamma(x), "AD305"),
        (lambda x: made(0).multivariate_normal(np.zeros(2), x * COVARIANCE)[0], "AD305"),
        (lambda x: (x, made(0)), "AD"),
    ],
)
def test_what_is_refused_of_one_that_is_made_inside(f, code):
    with pytest.raises((UnsupportedError, UserError), match=code):
        jvp(f, (0.7,), (1.0,))


def test_numba_has_none():
    with pytest.raises(UnsupportedError, match=r"AD606.*np\.random\.default_rng"):
        grad(lambda x: made(0).normal() * x, backend="numba")(0.7)


def test_of_second_order():
    def f(m):
        return np.sum(NEW.normal(m * m, m, 3))

    seed()
    np.testing.assert_allclose(grad(grad(f))(1.3), 6.0)


@pytest.mark.parametrize("call", [lambda s: NEW.normal(0.0, s), lambda s: NEW.exponential(s, 2), lambda s: OLD.weibull(s), lambda s: NEW.normal(np.array([s, s]), 1.0, 3)])
def test_what_numpy_refuses(call):
    with pytest.raises(ValueError):
        call(-1.0)
    with pytest.raises(ValueError):
        grad(lambda s: np.sum(call(s)))(-1.0)


def test_it_is_named_as_one_imports_it_and_compiled_once():
    g = grad(lambda m: np.sum(np.random.normal(m, 2 * m, size=3)))
    g(1.0)
    g(2.0)
    assert "np.random.standard_normal(size=3)" in g.source()
    assert [len(made) for made in g._table._by_key.values()] == [1]


def test_lists_are_not_shuffled():
    def f(m):
        items = [m, 2 * m]
        NEW.shuffle(items)
        return items[0]

    with pytest.raises(UnsupportedError, match="AD208.*shuffling a list"):
        grad(f)(1.0)
