"""The elementary functions of the Numba target against more digits, and at the ends of their ranges."""

import math

import mpmath
import numba
import numpy as np
import pytest

from autodiff_compiler import grad, value_and_grad
from autodiff_compiler.backends.numba import VECTORISED
from autodiff_compiler.backends.prelude import numba_elementary

ONE_NUMBER = tuple(name for name in VECTORISED if name != "hypot")
ULPS = {"exp": 1.0, "log": 1.0, "tanh": 2.5}
RNG = np.random.default_rng(0)
SAMPLES = {
    "exp": [RNG.uniform(-745, 709, 1500), RNG.normal(size=1500), RNG.normal(size=300) * 1e-8],
    "log": [10.0 ** RNG.uniform(-308, 308, 1500), RNG.uniform(0.5, 2, 1500), 1 + RNG.normal(size=300) * 1e-8, 10.0 ** RNG.uniform(-322, -308, 200)],
    "tanh": [RNG.normal(size=1500), RNG.uniform(-23, 23, 1000), 10.0 ** RNG.uniform(-12, 0, 1000)],
}  # fmt: skip
ENDS = np.array(
    [np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.0, 709.78, 709.79, -708.5, -740.0, -745.0, -745.2, 1e308, -1e308, 5e-324, 1e-310,
     2.2250738585072014e-308, 1e-5, 22.0, -22.5]
)  # fmt: skip
FLAGS = {"arcp", "contract", "nsz", "reassoc"}


def in_a_loop(name):
    """The function over an array, compiled with the flags of generated code."""
    function = getattr(numba_elementary, name)

    @numba.njit(fastmath=FLAGS, error_model="numpy")
    def applied(x):
        y = np.empty_like(x)
        for i in range(len(x)):
            y[i] = function(x[i])
        return y

    return applied


def test_every_one_has_a_bound():
    assert set(ONE_NUMBER) == set(ULPS) == set(SAMPLES)


@pytest.mark.parametrize("name", ONE_NUMBER)
def test_error_in_ulps(name):
    x = np.concatenate(SAMPLES[name])
    made = in_a_loop(name)(x)
    with mpmath.workprec(120):
        exact = [getattr(mpmath, name)(mpmath.mpf(value)) for value in x.tolist()]
        errors = [abs(float((mpmath.mpf(y) - e) / float(np.spacing(abs(float(e)))))) for y, e in zip(made.tolist(), exact, strict=True)]
    worst = int(np.argmax(errors))
    assert errors[worst] <= ULPS[name], (x[worst], made[worst])


@pytest.mark.parametrize("name", ONE_NUMBER)
def test_ends_of_the_range(name):
    with np.errstate(all="ignore"):
        expected = getattr(np, name)(ENDS)
    for made in (in_a_loop(name)(ENDS), np.array([getattr(numba_elementary, name)(x) for x in ENDS])):
        np.testing.assert_array_equal(np.isnan(made), np.isnan(expected))
        fine = ~np.isnan(expected)
        np.testing.assert_array_equal(np.signbit(made[fine]), np.signbit(expected[fine]))
        np.testing.assert_array_equal(np.isinf(made), np.isinf(expected))
        finite = np.isfinite(expected)
        np.testing.assert_allclose(made[finite], expected[finite], rtol=5e-16, atol=5e-324)


def test_the_loop_is_vectorised():
    applied = in_a_loop("exp")
    applied(ENDS)
    (text,) = applied.inspect_llvm().values()
    assert "x double>" in text


@pytest.mark.parametrize("name", ONE_NUMBER)
def test_generated_code(name):
    f = {
        "exp": lambda x: np.sum(np.exp(x)) + math.exp(x[0]),
        "log": lambda x: np.sum(np.log(x)) + math.log(x[0]),
        "tanh": lambda x: np.sum(np.tanh(x)) + math.tanh(x[0]),
    }[name]
    x = np.array([0.3, 1.7, 2.9])
    slope = {"exp": np.exp(x), "log": 1 / x, "tanh": 1 - np.tanh(x) ** 2}[name]
    derivative = grad(f, backend="numba")
    np.testing.assert_allclose(derivative(x), slope + np.array([slope[0], 0.0, 0.0]), rtol=1e-14)
    code = [line.partition("#")[0] for line in derivative.source(x).splitlines()]
    assert not any(f"math.{name}" in line for line in code)
    single = derivative(x.astype(np.float32))
    assert single.dtype == np.float32


# -- lengths -------------------------------------------------------------------------------------------------------


@numba.njit(fastmath=FLAGS, error_model="numpy")
def lengths(x, y):
    out = np.empty_like(x)
    for i in range(len(x)):
        out[i] = numba_elementary.hypot(x[i], y[i])
    return out


@numba.njit(fastmath=FLAGS, error_model="numpy")
def moduli(z):
    out = np.empty(len(z))
    for i in range(len(z)):
        out[i] = numba_elementary.complex_modulus(z[i])
    return out


def test_error_of_a_length_in_ulps():
    size = 10.0 ** np.concatenate([RNG.uniform(-1, 1, 1500), RNG.uniform(-300, 307, 1500), RNG.uniform(-323, -290, 300)])
    x, y = size * RNG.normal(size=len(size)), size * RNG.normal(size=len(size))
    with mpmath.workprec(120):
        exact = [mpmath.sqrt(mpmath.mpf(a) ** 2 + mpmath.mpf(b) ** 2) for a, b in zip(x.tolist(), y.tolist(), strict=True)]
        errors = [
            abs(float((mpmath.mpf(made) - e) / float(np.spacing(float(e))))) for made, e in zip(lengths(x, y).tolist(), exact, strict=True)
        ]
    worst = int(np.argmax(errors))
    assert errors[worst] <= 1.25, (x[worst], y[worst])


def test_ends_of_the_range_of_lengths():
    x, y = (part.ravel() for part in np.meshgrid(ENDS, ENDS))
    with np.errstate(all="ignore"):
        expected = np.hypot(x, y)
    for made in (lengths(x, y), lengths(y, x)):
        np.testing.assert_allclose(made, expected, rtol=5e-16, atol=5e-324)


def test_loops_over_lengths_are_vectorised():
    z = RNG.normal(size=10) + 1j * RNG.normal(size=10)
    np.testing.assert_allclose(moduli(z), np.abs(z), rtol=3e-16)
    for function in (lengths, moduli):
        for text in function.inspect_llvm().values():
            assert "x double>" in text


@pytest.mark.parametrize("kind", [np.complex128, np.complex64])
def test_the_absolute_value_of_a_complex_number(kind):
    z = np.array([3.0 + 4.0j, -1e30 + 0.5j, 0.0j, 2e-30 - 1e-30j], kind)
    derivative = value_and_grad(lambda z: np.sum(np.abs(z)), backend="numba")
    value, slope = derivative(z)
    np.testing.assert_allclose(value, np.sum(np.abs(z)), rtol=1e-6)
    assert slope.dtype == kind
    np.testing.assert_allclose(slope, [0.6 - 0.8j, -1.0, 0.0, (2.0 + 1.0j) / 5.0**0.5], rtol=1e-6, atol=1e-7)
    assert "complex_modulus(z[i])" in derivative.source(z)
