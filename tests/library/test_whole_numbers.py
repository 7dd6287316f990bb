"""Integer functions of `math`, of numbers known at run time, and functions of floats beside them: values and derivatives in both backends."""

from __future__ import annotations

import math

import numpy as np
import pytest

from autodiff_compiler import grad, value_and_grad
from autodiff_compiler.testing import check_grads


def bernstein(x, n):
    result = 0.0
    for k in range(n + 1):
        result += math.comb(n, k) * x**k * (1.0 - x) ** (n - k) * np.sin(k)
    return result


def series(x, n):
    result = 0.0
    for k in range(n):
        result += x**k / math.factorial(k) * math.perm(n, k) + math.lcm(k + 1, n) * math.gcd(k, 6, n) * x
    return result * math.isqrt(n**3)


def floats(x, n):
    return math.remainder(x**3, 0.7) * math.ldexp(x, n - 4) + math.remainder(2.0, x) ** 2


def parted(x, n):
    fraction, power = np.frexp(np.array([x, 4.0 * x, -x / 8.0]))
    return np.sum(fraction**2 * power) + np.sum(np.ldexp(fraction, n)) + math.frexp(x)[0] + math.ulp(x) * x + np.spacing(x) * x


@pytest.mark.parametrize("backend", ["python", "numba"])
@pytest.mark.parametrize("function", [bernstein, series, floats, parted])
def test_programs(function, backend):
    for n in (1, 7):
        value, _ = value_and_grad(function, backend=backend)(0.3, n)
        np.testing.assert_allclose(value, function(0.3, n), rtol=1e-14)
        check_grads(lambda x, n=n: function(x, n), (0.3,), order=2 if backend == "python" else 1, backend=backend)


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_what_python_refuses(backend):
    gradient = grad(lambda x, n, k: x * math.comb(n, k), backend=backend)
    assert gradient(1.0, 66, 33) == float(math.comb(66, 33))
    with pytest.raises(ValueError, match="non-negative"):
        gradient(1.0, -1, 2)
    with pytest.raises(OverflowError):
        grad(lambda x, n: x * math.ldexp(x, n), backend=backend)(3.0, 1030)


def test_integers_of_more_than_64_bits():
    assert grad(lambda x, n: x * math.factorial(n))(1.0, 25) == float(math.factorial(25))
    with pytest.raises(OverflowError, match="64 bits"):
        grad(lambda x, n: x * math.factorial(n), backend="numba")(1.0, 25)


def test_known_integers_are_computed_when_compiling():
    source = grad(lambda x: x**2 * math.comb(10, 3)).source(1.0)
    assert "240.0 * x" in source
