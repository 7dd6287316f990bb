"""The examples: their derivatives against numerical differentiation, and the demo from end to end."""

import importlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from autodiff_compiler import check_grads, grad
from autodiff_compiler.testing import numeric_gradient

EXAMPLES = Path(__file__).parent.parent / "examples"
WAVE = np.sin(np.linspace(0.0, 3.0, 7)) + 0.1

ORBIT = np.array([0.3, 0.4, 1.2, 0.7, 2.0, 5.0, 1.0])
SEEN = (np.linspace(0.0, 6.0, 4), np.linspace(0.2, 0.1, 4), np.linspace(-0.2, 0.3, 4), 0.3)

POINTS = [
    ("rosenbrock", "rosenbrock", (np.array([1.2, 1.0, 0.8, 0.3]),)),
    ("rosenbrock", "rosenbrock_slices", (np.array([1.2, 1.0, 0.8, 0.3]),)),
    ("newton", "newton_sqrt", (2.0,)),
    ("dynamics", "runge_kutta", (np.array([1.5, 0.8]), np.array([1.0, 0.7, 0.5, 0.9]), 1.0, 3)),
    ("dynamics", "oscillator", (2.0, 0.3, 50)),
    ("dynamics", "oscillator", (2.0, 0.3, 5)),
    ("dynamics", "logistic_map", (3.1, 0.4, 4)),
    ("kepler", "chi_squared", (ORBIT, *SEEN)),
    ("gaussian_process", "negative_log_likelihood", (np.array([0.1, -0.2, -1.0]), np.linspace(0.0, 3.0, 5), np.cos(np.arange(5.0)))),
    ("kalman_smoother", "surprise", (np.array([-1.0, -0.5]), np.cos(np.arange(5.0)), np.array([True, False, True, True, False]))),
    ("black_scholes", "call", (100.0, 110.0, 0.03, 0.01, 0.25, 0.75)),
    (
        "black_scholes",
        "portfolio",
        (np.array([100.0, 0.03, 0.01, 0.25]), np.array([90.0, 110.0]), np.array([0.5, 2.0]), np.array([1.0, -2.0])),
    ),
    ("in_place", "recurrence", (np.array([0.3, 0.7, -1.2]), np.array([1.0, 2.0, 0.5]))),
    ("in_place", "prefix_products", (np.array([1.3, 0.7, -1.2, 2.0]),)),
    ("in_place", "bubble_sort", (np.array([1.3, 0.7, -1.2, 2.0]), np.array([1.0, 2.0, 3.0, 4.0]))),
    ("gmm", "gmm", (np.array([0.1, -0.3]), np.eye(2), 0.1 * np.ones((2, 2)), np.arange(6.0).reshape(3, 2) / 3)),
    ("heat", "heat", (WAVE, 0.1, 4)),
    ("heat", "heat_swapped", (WAVE, 0.1, 4)),
    ("burgers", "burgers", (WAVE, 0.1, 4)),
    (
        "logistic_regression",
        "negative_log_likelihood",
        (np.array([0.3, -0.2]), np.eye(3, 2) + 0.5, np.array([0.0, 1.0, 1.0])),
    ),
    ("recursion", "determinant", (np.array([[2.0, 1.0, 0.5], [0.3, 1.5, -1.0], [1.0, 0.2, 3.0]]),)),
    ("recursion", "log_sum_exp", (np.array([1.0, 2.0, -0.5, 0.3, 1.5]),)),
    ("many_calls", "misfit", (0.2, np.array([1.0, 1.1, 1.2, 1.3]))),
    ("mechanics", "energy", (np.array([0.1, -0.3, 0.2]),)),
    ("delicate", "loss", (np.array([0.3, -0.2]), np.eye(3, 2) + 0.5, np.array([0.0, 1.0, 1.0]))),
    ("lecture_notes", "simple", (2.0, 5.0)),
    ("lecture_notes", "classic", (2.0, 5.0)),
    ("lecture_notes", "several_paths", (0.3,)),
    ("lecture_notes", "product_unrolled", (2.0, 0.5, -1.0, 3.0, 0.7)),
    ("lecture_notes", "product", (np.array([2.0, -1.0, 3.0]),)),
    ("lecture_notes", "cross_entropy", (np.ones((2, 3)) * 0.3, np.arange(3.0), np.eye(4, 2), np.array([0, 2, 1, 1]))),
    (
        "mlp",
        "mlp",
        ({"W": np.ones((1, 3)) * 0.4, "b": np.arange(3.0), "V": np.ones(3)}, np.ones((4, 1)), np.arange(4.0)),
    ),
]


@pytest.fixture(autouse=True)
def examples_on_the_path(monkeypatch):
    monkeypatch.syspath_prepend(str(EXAMPLES))


# Compiling takes a second or more each; `tests/programs` has the others.
COMPILED = ("rosenbrock", "newton_sqrt", "oscillator", "heat", "bubble_sort", "cross_entropy", "mlp")


RUNS = [("python", *point) for point in POINTS] + [("numba", *point) for point in POINTS if point[1] in COMPILED]


@pytest.mark.parametrize(("backend", "module", "name", "args"), RUNS, ids=[f"{run[2]}-{run[0]}" for run in RUNS])
def test_gradient(backend, module, name, args):
    fun = getattr(importlib.import_module(module), name)
    ours = grad(fun, backend=backend)(*args)
    theirs = numeric_gradient(fun, args)
    if isinstance(ours, dict):
        assert ours.keys() == theirs.keys()
        ours, theirs = list(ours.values()), list(theirs.values())
    else:
        ours, theirs = [ours], [theirs]
    for a, b in zip(ours, theirs):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(("module", "name", "args"), POINTS, ids=[name for _, name, _ in POINTS])
def test_check_grads_to_second_order(module, name, args):
    check_grads(getattr(importlib.import_module(module), name), args, order=2)


def test_the_lecture_notes_numbers():
    notes = importlib.import_module("lecture_notes")
    assert grad(notes.classic, (0, 1))(2.0, 5.0) == pytest.approx((5.5, 2.0 - np.cos(5.0)))
    assert grad(notes.abs_left)(0.0) == 1.0
    assert grad(notes.abs_right)(0.0) == -1.0


def test_the_arm_reaches_its_target():
    mechanics = importlib.import_module("mechanics")
    target, lengths = np.array([1.2, 0.9]), np.array([1.0, 0.8, 0.5])
    angles = mechanics.reach(target, np.array([0.1, 0.2, 0.3]), lengths)
    np.testing.assert_allclose(mechanics.tip(angles, lengths), target, atol=1e-12)


def test_the_challenger_fit_is_the_published_one():
    intercept, slope, _ = importlib.import_module("logistic_regression").fit()
    assert intercept == pytest.approx(15.0429, abs=1e-2)
    assert slope == pytest.approx(-0.2322, abs=1e-3)


def test_the_orbit_is_found_again():
    kepler = importlib.import_module("kepler")
    found, errors = kepler.fit(kepler.TRUE * np.array([1.05, 0.98, 1.02, 0.97, 1.02, 1.01, 1.0]), kepler.observations(), 30)
    assert np.all(np.abs(found - kepler.TRUE) < 4.0 * errors)


def test_the_greeks_are_those_of_the_textbook():
    from scipy.stats import norm

    spot, strike, rate, dividend, volatility, maturity = option = (100.0, 110.0, 0.03, 0.01, 0.25, 0.75)
    found = importlib.import_module("black_scholes").greeks(*option)
    spread = volatility * np.sqrt(maturity)
    d1 = (np.log(spot / strike) + (rate - dividend + volatility**2 / 2) * maturity) / spread
    d2, kept = d1 - spread, np.exp(-dividend * maturity)
    vega = spot * kept * norm.pdf(d1) * np.sqrt(maturity)
    decay = -spot * kept * norm.pdf(d1) * volatility / (2 * np.sqrt(maturity))
    exact = {
        "delta": kept * norm.cdf(d1),
        "dual delta": -np.exp(-rate * maturity) * norm.cdf(d2),
        "rho": strike * maturity * np.exp(-rate * maturity) * norm.cdf(d2),
        "epsilon": -spot * maturity * kept * norm.cdf(d1),
        "vega": vega,
        "theta": decay - rate * strike * np.exp(-rate * maturity) * norm.cdf(d2) + dividend * spot * kept * norm.cdf(d1),
        "gamma": kept * norm.pdf(d1) / (spot * spread),
        "vanna": -kept * norm.pdf(d1) * d2 / volatility,
        "volga": vega * d1 * d2 / volatility,
    }
    for name, value in exact.items():
        np.testing.assert_allclose(found[name], value, rtol=1e-12, err_msg=name)


def test_the_gaussian_process_is_fitted():
    gaussian_process = importlib.import_module("gaussian_process")
    x, y = gaussian_process.observations(30)
    found = gaussian_process.fit(np.log([2.0, 0.5, 0.3]), x, y, 12)
    slope = grad(gaussian_process.negative_log_likelihood)(found, x, y)
    np.testing.assert_allclose(slope, 0.0, atol=1e-4)
    mean, deviation = gaussian_process.predict(found, x, y, x)
    assert np.sqrt(np.mean((mean - y) ** 2)) < 0.15
    assert np.all(deviation < 0.2)


def test_the_smoother_learns_what_it_has_to_expect():
    kalman_smoother = importlib.import_module("kalman_smoother")
    y, seen, _ = kalman_smoother.path(40)
    start = np.log([1.0, 1.0])
    found = kalman_smoother.fit(start, y, seen)
    assert kalman_smoother.surprise(found, y, seen) < kalman_smoother.surprise(start, y, seen) - 1.0
    np.testing.assert_allclose(grad(kalman_smoother.surprise)(found, y, seen), 0.0, atol=1e-3)


def test_the_network_learns():
    losses = importlib.import_module("mlp").train(steps=200)
    assert losses[-1] < 0.1 * losses[0]


def test_the_pages_show_what_is_generated_now():
    render = importlib.import_module("render")
    assert render.EXAMPLES.read_text(encoding="utf-8") == render.examples_page(), "run `make docs`"
    assert render.README.read_text(encoding="utf-8") == render.readme(), "run `make docs`"


def test_every_picture_is_of_an_example_and_shown():
    docs = EXAMPLES.parent / "docs"
    page = (docs / "examples.md").read_text(encoding="utf-8")
    drawn = sorted((docs / "images").glob("*.png"))
    assert drawn
    for path in drawn:
        assert (EXAMPLES / f"{path.stem}.py").exists()
        assert page.count(f"(images/{path.name})") == 1


def test_demo():
    done = subprocess.run([sys.executable, str(EXAMPLES / "demo.py")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "def burgers_grad" in done.stdout
    assert "15.0" in done.stdout


def test_a_function_of_scipy():
    pytest.importorskip("scipy")
    censored = importlib.import_module("censored").censored
    given = (1.4, 0.8, np.array([1.2, 0.7, 2.1]), np.array([1.5, 2.5]))
    slope = grad(censored, argnums=("mu", "sigma"))
    for k, found in enumerate(slope(*given)):
        moved = [tuple(v + (step if i == k else 0.0) for i, v in enumerate(given)) for step in (1e-6, -1e-6)]
        np.testing.assert_allclose(found, (censored(*moved[0]) - censored(*moved[1])) / 2e-6, rtol=1e-8)
    page = (EXAMPLES.parent / "docs" / "external.md").read_text(encoding="utf-8")
    _, body = slope.source().split("def censored_grad")
    assert f"def censored_grad{body.rstrip()}\n" in page
