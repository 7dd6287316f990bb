"""What both backends give has the same types, and what one of them cannot take is said."""

import numpy as np
import pytest

from autodiff_compiler import UserError, grad, value_and_grad


def total(x):
    return np.sum(x**2)


def square(x):
    return x * x


def sine(x):
    return np.sin(x)


def with_aux(x):
    return np.sum(x), {"size": x.size, "count": np.sum(x > 0), "first": x[0] > 0, "double": x * 2.0}


def times(x, n):
    return x * n


@pytest.mark.parametrize(
    ("fun", "argument"),
    [
        (total, np.array([1.0, 2.0])),
        (total, np.array([1.0, 2.0], np.float32)),
        (square, 2.0),
        (square, np.float64(2.0)),
        (square, np.float32(2.0)),
        (sine, 2.0),
    ],
)
def test_types_of_results(fun, argument):
    ours = value_and_grad(fun)(argument)
    compiled = value_and_grad(fun, backend="numba")(argument)
    assert [type(part) for part in compiled] == [type(part) for part in ours]
    assert type(compiled[0]) is type(fun(argument))
    np.testing.assert_allclose(compiled[0], ours[0], rtol=1e-6)


def test_types_in_containers():
    x = np.array([1.0, -2.0])
    (_, ours), _ = value_and_grad(with_aux, has_aux=True)(x)
    (_, compiled), _ = value_and_grad(with_aux, has_aux=True, backend="numba")(x)
    expected = {name: type(part) for name, part in with_aux(x)[1].items()}
    assert {name: type(part) for name, part in ours.items()} == expected
    assert {name: type(part) for name, part in compiled.items()} == expected


@pytest.mark.parametrize("before", [(), (3,)])
def test_int_beyond_64_bits(before):
    """Numba says so in one way before it knows the function for ints, and in another after."""
    assert grad(times)(2.0, 2**70) == 2.0**70
    derivative = grad(times, backend="numba")
    for n in before:
        assert derivative(2.0, n) == n
    with pytest.raises(UserError, match=r"AD428.*1180591620717411303424"):
        derivative(2.0, 2**70)
