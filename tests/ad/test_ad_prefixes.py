"""Slices of an array that fills up: read again from its final version where later writes lie before or behind them, else from a restored one."""

import numpy as np
import pytest
from test_ad_reloads import saved_ranks
from test_ad_restores import ways

from autodiff_compiler import grad
from autodiff_compiler.ad.plan import RESTORE


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


def from_the_other_end(x, w):
    """Filled from the end: what lies behind is read."""
    y = x.copy()
    for i in range(len(y) - 2, -1, -1):
        y[i] = np.tanh(y[i] * (w[i + 1 :] @ y[i + 1 :]))
    return (y * y).sum()


def window(x, w):
    """The two elements before the one that is written."""
    y = x.copy()
    for i in range(2, len(y)):
        y[i] = np.tanh(y[i] * (w[i - 2 : i] @ y[i - 2 : i]))
    return (y * y).sum()


def written_in_parts(x, w):
    """What is written are slices; what is read lies before them."""
    y = x.copy()
    for i in range(1, len(y)):
        y[i:] *= y[i - 1] + w[i:]
    return (y * y).sum()


def behind_itself(x, w):
    """The slice begins with the element that is written next."""
    y = x.copy()
    for i in range(len(y) - 2, -1, -1):
        y[i] = np.tanh(y[i] + w[i:] @ y[i:] ** 2)
    return (y * y).sum()


def window_that_wraps(x, w):
    """In the first iterations the start counts from the end, and later writes reach what was read."""
    y = x.copy()
    for i in range(1, len(y)):
        y[i] = np.tanh(y[i] + np.sum(w[i - 3 :] * y[i - 3 :] ** 2))
    return (y * y).sum()


def rest_of_the_array(x, w):
    """Later iterations write into the slice without an end."""
    y = x.copy()
    for i in range(len(y) - 1):
        y[i] = np.tanh(y[i] + w[i + 1 :] @ y[i + 1 :] ** 2)
        y[i + 1] *= y[i]
    return (y * y).sum()


INTACT = [behind, from_the_other_end, window]
OVERWRITTEN = [itself, backwards, from_the_end, behind_itself, window_that_wraps, rest_of_the_array]


@pytest.mark.parametrize("function", [*INTACT, *OVERWRITTEN, written_in_parts])
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


@pytest.mark.parametrize("function", INTACT)
def test_what_is_never_overwritten_is_not_saved(function):
    """Only the numbers that the element was made of are."""
    assert saved_ranks(function, [np.ones(5), np.ones(5)]) == [0, 0]


@pytest.mark.parametrize("function", OVERWRITTEN)
def test_of_what_is_overwritten_one_number_is_saved(function):
    """It is put back."""
    args = [np.ones(5), np.ones(5)]
    assert set(saved_ranks(function, args)) == {0}
    assert RESTORE in ways(function, args)


def test_an_element_before_the_slices_that_are_written_is_not_saved():
    assert saved_ranks(written_in_parts, [np.ones(5), np.ones(5)]) == [1]
