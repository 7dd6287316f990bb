"""Derivatives of functions of matrices against differences of high order, forward against reverse mode, to second order."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autodiff_compiler import grad, jvp

# Central differences of order 8.
WEIGHTS = {1: 4 / 5, 2: -1 / 5, 3: 4 / 105, 4: -1 / 280}


def matrix(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng((seed, *shape)).normal(size=shape)


def regular(*shape: int, seed: int = 0) -> np.ndarray:
    """Square matrices far from singular ones."""
    return matrix(*shape, seed=seed) + 3.0 * np.eye(shape[-1])


def positive(*shape: int, seed: int = 0) -> np.ndarray:
    """Symmetric positive definite matrices."""
    a = matrix(*shape, seed=seed)
    return a @ np.swapaxes(a, -1, -2) + np.eye(shape[-1])


def weighted(f: Callable, *args: np.ndarray) -> Callable:
    """The function as one to a number: the sum of its results with some weights."""
    out = np.asarray(f(*args))
    weights = np.cos(1.0 + np.arange(out.size)).reshape(out.shape)
    # A derivative inside a function takes its arguments by name.
    return {
        1: lambda x: np.sum(weights * f(x)),
        2: lambda x, y: np.sum(weights * f(x, y)),
        3: lambda x, y, z: np.sum(weights * f(x, y, z)),
    }[len(args)]


def slope(f: Callable[[float], np.ndarray], step: float) -> np.ndarray:
    """The derivative at 0."""
    return sum(w * (f(k * step) - f(-k * step)) for k, w in WEIGHTS.items()) / step


def check(f: Callable, *args: np.ndarray, step: float = 2e-2, tolerance: float = 1e-7, second: bool = True) -> None:
    """In the Python backend: gradient against differences, forward against reverse mode, and both of the gradient itself."""
    loss = weighted(f, *args)
    places = tuple(range(len(args)))
    rng = np.random.default_rng(len(args))
    along = tuple(rng.normal(size=np.shape(a)) for a in args)

    def moved(t: float) -> tuple:
        return tuple(a + t * d for a, d in zip(args, along))

    gradient = grad(loss, places)
    bars = gradient(*args)
    for a, bar in zip(args, bars):
        assert np.shape(bar) == np.shape(a)
    found = sum(np.sum(bar * d) for bar, d in zip(bars, along))
    expected = slope(lambda t: loss(*moved(t)), step)
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)
    value, out_dot = jvp(loss, args, along)
    np.testing.assert_allclose(value, loss(*args), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(out_dot, found, rtol=1e-10, atol=1e-10)
    if second:
        _, changes = jvp(gradient, args, along)
        for k, change in enumerate(changes):
            wanted = slope(lambda t, k=k: gradient(*moved(t))[k], step)
            np.testing.assert_allclose(change, wanted, rtol=10 * tolerance, atol=10 * tolerance)
        inner = {
            1: lambda x: _along(gradient(x), along),
            2: lambda x, y: _along(gradient(x, y), along),
            3: lambda x, y, z: _along(gradient(x, y, z), along),
        }[len(args)]
        product = grad(inner, places)(*args)
        for change, other in zip(changes, product):
            np.testing.assert_allclose(change, other, rtol=1e-8, atol=1e-8)


def _along(bars, directions):
    total = 0.0
    for bar, direction in zip(bars, directions):
        total = total + np.sum(bar * direction)
    return total


def check_numba(f: Callable, *args: np.ndarray, tolerance: float = 1e-9) -> None:
    """Value and gradient under Numba against those of the Python backend."""
    loss = weighted(f, *args)
    places = tuple(range(len(args)))
    for found, expected in zip(grad(loss, places, backend="numba")(*args), grad(loss, places)(*args)):
        np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)
