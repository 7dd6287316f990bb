"""Rules of `custom_jvp` and `custom_vjp` that return the wrong thing, and what is refused about them."""


import numpy as np
import pytest

from autodiff_compiler import (
    UnsupportedError,
    UserError,
    custom_jvp,
    custom_vjp,
    grad,
    stop_gradient,
)

BACKENDS = ["python", "numba"]
A = np.array([0.3, -0.7, 1.1])


def _ruled(rule, fun=lambda x: x * 1.0):
    f = custom_jvp(fun)
    f.defjvp(rule)
    return lambda x: np.sum(f(x))


def _reversed(fwd, bwd, fun=lambda x: x * 1.0):
    f = custom_vjp(fun)
    f.defvjp(fwd, bwd)
    return lambda x: np.sum(f(x))


@pytest.mark.parametrize(
    ("f", "x", "code", "text"),
    [
        (_ruled(lambda p, t: p[0]), 1.0, "AD196", "must return a pair"),
        (_ruled(lambda p, t: ((p[0], 1.0), t[0])), 1.0, "AD196", "another structure"),
        (_ruled(lambda p, t: (p[0], (t[0], 1.0))), 1.0, "AD196", "where the value is"),
        (_ruled(lambda p, t: (p[0], 1.0)), A, "AD196", "must be float64[:]"),
        (_ruled(lambda p, t: (p[0], t[0].astype(np.float32))), A, "AD196", "must be float64[:]"),
        (_ruled(lambda p, t: (p[0], t[0] * t[0])), 1.0, "AD307", "not linear"),
        (_ruled(lambda p, t: (p[0], np.where(t[0] > 0.0, t[0], 0.0))), A, "AD307", "not linear"),
        (_ruled(lambda p, t: (p[0], np.floor(t[0]))), 1.0, "AD307", "not linear"),
        (_ruled(lambda p, t: (p[0], 1.0 + t[0])), 1.0, "AD307", "not linear"),
        (_ruled(lambda p, t: (p[0], stop_gradient(t[0]))), 1.0, "AD307", "not linear"),
        (_ruled(lambda p, t: (p[0], np.where(p[0] > 0.0, t[0], 1.0))), A, "AD307", "not linear"),
        (_ruled(lambda p, t: (p[0], np.maximum(t[0], 0.0))), A, "AD307", "not linear"),
        (_ruled(lambda p, t: (p[0], abs(t[0]))), 1.0, "AD307", "not linear"),
        (_ruled(lambda p, t: (p[0], p[0] * 0.0 + np.max(t[0]))), A, "AD307", "not linear"),
        (_ruled(lambda p, t: (p[0], t[0] if p[0] > 2.0 else 1.0)), 1.0, "AD307", "not linear"),
        (_ruled(lambda p, t: (p[0], p[0] / t[0])), 1.0, "AD307", "not linear"),
        (_ruled(lambda p, t: (p[0], np.cos(p[0]))), 1.0, "AD307", "not linear"),
        (_reversed(lambda x: x, lambda r, g: (g,)), 1.0, "AD196", "must return a pair"),
        (_reversed(lambda x: (x, x), lambda r, g: g), 1.0, "AD196", "must return a tuple"),
        (_reversed(lambda x: (x, x), lambda r, g: (g, g)), 1.0, "AD196", "arguments: 1, returned: 2"),
        (_reversed(lambda x: (x, x), lambda r, g: (1.0,)), A, "AD196", "must be float64[:]"),
        (lambda x: custom_jvp_without(x), 1.0, "AD197", "no JVP rule"),
        (lambda x: custom_vjp_without(x), 1.0, "AD197", "no VJP rule"),
    ],
)
def test_wrong_rules(f, x, code, text):
    with pytest.raises(UserError, match=code) as error:
        grad(f)(x)
    assert text in str(error.value)


custom_jvp_without = custom_jvp(lambda x: x)
custom_vjp_without = custom_vjp(lambda x: x)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    "f",
    [
        _ruled(lambda p, t: (p[0] * 1.0, t[0][:2])),
        _reversed(lambda x: (x * 1.0, x), lambda x, g: (g[:2],)),
    ],
)
def test_wrong_shapes(f, backend):
    with pytest.raises(ValueError, match="must have the shape of"):
        grad(f, backend=backend)(A)


def test_a_write_to_an_argument():
    @custom_jvp
    def f(x):
        x[0] = 1.0
        return x

    f.defjvp(lambda p, t: (f(p[0]), t[0]))
    with pytest.raises(UnsupportedError, match="AD198"):
        grad(lambda x: np.sum(f(x)))(A)


def test_rules_for_another_number_of_arguments():
    f = custom_jvp(lambda x, y: x * y)
    f.defjvps(lambda x_dot, out, x, y: x_dot)
    with pytest.raises(UserError, match="AD197"):
        grad(lambda x: f(x, 2.0))(1.0)
