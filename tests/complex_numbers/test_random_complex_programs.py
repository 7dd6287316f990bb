"""Random programs with complex numbers: value, both modes, and differences of fourth order."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest
from complex_generator import Generator

from autodiff_compiler import jvp, value_and_grad
from autodiff_compiler.api.functions import function_of

STEPS = (1e-3, 1e-4, 1e-5, 1e-6)
ROUNDS = 3


def vectors(rng: np.random.Generator, x: np.ndarray) -> tuple[np.ndarray, ...]:
    z, w = rng.normal(size=(2, 3)) + 1j * rng.normal(size=(2, 3))
    return z, x, w


def slopes(fun, args, directions):
    def at(step):
        return fun(*(a + step * d for a, d in zip(args, directions, strict=True)), ROUNDS)

    for h in STEPS:
        yield (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)


def check(seed: int, backend: str) -> None:
    source = Generator(seed).program()
    fun, rng = function_of(source), np.random.default_rng(seed)
    args, directions = vectors(rng, rng.uniform(0.3, 1.5, 3)), vectors(rng, rng.normal(size=3))
    with np.errstate(all="ignore"):
        expected = fun(*args, ROUNDS)
        if not abs(expected) < 1e6:
            pytest.skip("the value is too large for differences")
        value, gradients = value_and_grad(fun, argnums=(0, 1, 2), backend=backend)(*args, ROUNDS)
        np.testing.assert_allclose(value, expected, rtol=1e-9, err_msg=source)
        slope = sum(np.real(np.sum(g * d)) for g, d in zip(gradients, directions, strict=True))
        if backend == "python":
            _, along = jvp(fun, (*args, ROUNDS), (*directions, None))
            np.testing.assert_allclose(along, slope, rtol=1e-9, atol=1e-9, err_msg=source)
        found = list(slopes(fun, args, directions))
    assert any(abs(s - slope) <= 1e-6 * max(1.0, abs(slope)) for s in found), (source, slope, found)


@pytest.mark.parametrize("seed", range(40))
def test_python(seed):
    check(seed, "python")


@pytest.mark.parametrize("seed", [1, 6])
def test_numba(seed):
    if ".fft" in Generator(seed).program() and importlib.util.find_spec("rocket_fft") is None:
        pytest.skip("rocket-fft is not installed")
    check(seed, "numba")
