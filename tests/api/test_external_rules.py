"""Rules for the derivatives of functions that are called as they are."""


import numpy as np
import pytest
import scipy.special

from autodiff_compiler import (
    UserError,
    external,
    grad,
    jvp,
    vjp,
)


def with_jvp(recorder):
    def rule(primals, tangents):
        (x,), (x_dot,) = primals, tangents
        return made(x), 2.0 / np.sqrt(np.pi) * np.exp(-x * x) * x_dot

    made = external(recorder.erf, result="float", jvp=rule)
    return made


def with_vjp(recorder):
    made = external(
        recorder.erf,
        result="float",
        vjp=(lambda x: (made(x), x), lambda x, bar: (2.0 / np.sqrt(np.pi) * np.exp(-x * x) * bar,)),
    )
    return made


class CountedErf:
    def __init__(self):
        self.calls = 0

    def erf(self, x):
        self.calls += 1
        return float(scipy.special.erf(x))


def slope(x):
    return 2.0 / np.sqrt(np.pi) * np.exp(-4.0 * x * x) * 2.0 * x + scipy.special.erf(2.0 * x)


def curvature(x):
    step = 1e-5
    return (slope(x + step) - slope(x - step)) / (2 * step)


@pytest.mark.parametrize("make", [with_jvp, with_vjp])
def test_a_rule_in_reverse_mode_and_second_order(make):
    counted = CountedErf()
    made = make(counted)

    def f(x):
        return made(2.0 * x) * x

    np.testing.assert_allclose(grad(f)(0.3), slope(0.3), rtol=1e-14)
    assert counted.calls == 1
    np.testing.assert_allclose(grad(grad(f))(0.3), curvature(0.3), rtol=1e-8)
    assert counted.calls == 2
    _, pull = vjp(f, 0.3)
    assert counted.calls == 3
    for _ in range(2):
        np.testing.assert_allclose(pull(1.0)[0], slope(0.3), rtol=1e-14)
    assert counted.calls == 3


def test_a_rule_in_forward_mode():
    counted = CountedErf()
    made = with_jvp(counted)
    np.testing.assert_allclose(jvp(lambda x: made(2.0 * x) * x, (0.3,), (1.0,))[1], slope(0.3), rtol=1e-14)
    assert counted.calls == 1


def test_a_rule_in_a_loop():
    counted = CountedErf()
    made = with_jvp(counted)

    def f(x):
        for _ in range(4):
            x = made(x) * 1.5
        return x

    step = 1e-6
    expected = (f(0.7 + step) - f(0.7 - step)) / (2 * step)
    counted.calls = 0
    np.testing.assert_allclose(grad(f)(0.7), expected, rtol=1e-8)
    assert counted.calls == 4


def test_one_rule_is_enough():
    with pytest.raises(UserError, match="two rules"):
        external(abs, result="float", jvp=abs, vjp=(abs, abs))
