"""Slices `x[:i]` of an array that fills up: read again from its final version where later writes lie behind them."""

import numpy as np
import pytest

from autodiff_compiler import grad


def behind(x, w):
    y = x.copy()
    for i in range(1, len(y)):
        y[i] = np.tanh(y[i] * (w[:i] @ y[:i]))
    return (y * y).sum()


def itself(x, w):
    """The slice reaches the element that is written next."""
    y = x.copy()
    for i in range(1, len(y)):
        y[i] = np.tanh(y[i] + w[: i + 1] @ y[: i + 1] ** 2)
    return (y * y).sum()


def backwards(x, w):
    """Later iterations write into what was read."""
    y = x.copy()
    for i in range(len(y) - 1, 0, -1):
        y[i] = np.tanh(y[i] + w[:i] @ y[:i] ** 2)
        y[i - 1] *= y[i]
    return (y * y).sum()


def from_the_end(x, w):
    """A negative end counts from the end."""
    y = x.copy()
    for i in range(1, len(y)):
        y[i] = np.tanh(y[i] + w[: i - 3] @ y[: i - 3] ** 2)
    return (y * y).sum()


@pytest.mark.parametrize("function", [behind, itself, backwards, from_the_end])
def test_gradient(function):
    rng = np.random.default_rng(3)
    x, w = rng.uniform(-1, 1, 5), rng.uniform(-1, 1, 5)
    step = 1e-30
    for argnum, directions in ((0, np.eye(5)), (1, np.eye(5))):
        expected = []
        for e in directions:
            args = [x.astype(complex), w.astype(complex)]
            args[argnum] = args[argnum] + 1j * step * e
            expected.append(function(*args).imag / step)
        np.testing.assert_allclose(grad(function, argnums=argnum)(x, w), expected, rtol=1e-12, atol=1e-14)


def test_what_lies_behind_is_not_saved():
    text = grad(behind).source(np.ones(5), np.ones(5))
    assert "append" not in text
