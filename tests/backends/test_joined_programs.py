"""Values, gradients and errors of random programs that join vectors and cut them, for vectors of several lengths."""

import numpy as np
import pytest
from joined_programs import JoinWriter

from autodiff_compiler import UnsupportedError, value_and_grad


def function_of(text):
    made = {}
    exec(text, made)
    return made["f"]


def outcome(fun, *args):
    """What it gives, or the kind of its error."""
    try:
        return fun(*args)
    except (ValueError, IndexError) as error:
        return type(error)


def slope(fun, x, y, n, along):
    """Of fourth order: the programs are polynomials of low degree."""
    h = 1e-3
    values = [fun(x + k * h * along[0], y + k * h * along[1], n) for k in (-2, -1, 1, 2)]
    return (values[0] - 8 * values[1] + 8 * values[2] - values[3]) / (12 * h)


def check(seed, backend):
    """How many calls gave a number."""
    text = JoinWriter(seed).function()
    fun = function_of(text)
    try:
        derivative = value_and_grad(text, ("x", "y"), backend=backend)
    except UnsupportedError:
        return 0
    rng, numbers = np.random.default_rng(seed), 0
    for lengths in ((2, 2), (3, 1), (0, 2), (1, 1), (4, 3)):
        x, y, n = rng.normal(size=lengths[0]), rng.normal(size=lengths[1]), int(rng.integers(-1, 4))
        expected = outcome(fun, x, y, n)
        try:
            found = outcome(derivative, x, y, n)
        except UnsupportedError:
            continue
        if isinstance(expected, type) or isinstance(found, type):
            assert found is expected, (text, lengths, n)
            continue
        value, (x_bar, y_bar) = found
        along = rng.normal(size=len(x)), rng.normal(size=len(y))
        np.testing.assert_allclose(value, expected, rtol=1e-12, err_msg=text)
        np.testing.assert_allclose(x_bar @ along[0] + y_bar @ along[1], slope(fun, x, y, n, along), rtol=1e-6, atol=1e-6, err_msg=text)
        numbers += 1
    return numbers


@pytest.mark.parametrize("seed", range(30))
def test_python(seed):
    check(seed, "python")


@pytest.mark.parametrize("seed", range(30, 34))
def test_numba(seed):
    check(seed, "numba")


def test_calls_give_numbers():
    assert sum(check(seed, "python") for seed in range(100, 110)) >= 15
