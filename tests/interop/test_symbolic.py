"""SymPy in and out, against SymPy's own derivative."""

import math

import pytest
import sympy

from autodiff_compiler import UnsupportedError, UserError, grad
from autodiff_compiler.interop import from_sympy, to_sympy

X, Y = sympy.symbols("x y", real=True)


@pytest.mark.parametrize(
    "expression",
    [
        X**2 * Y + sympy.sin(X * Y),
        sympy.exp(-(X**2)) / (1 + Y**2),
        sympy.atan2(X, Y) + sympy.sqrt(X) * sympy.log(Y),
        X**Y,
    ],
)
def test_from_sympy(expression):
    f = from_sympy(expression, [X, Y])
    at = {X: 0.7, Y: 1.3}
    assert f(0.7, 1.3) == pytest.approx(float(expression.subs(at)))
    expected = [float(sympy.diff(expression, v).subs(at)) for v in (X, Y)]
    assert grad(f, (0, 1))(0.7, 1.3) == pytest.approx(expected)


def test_unknown_symbol():
    with pytest.raises(UserError, match="AD425"):
        from_sympy(X * Y, [X])


def test_to_sympy():
    def f(x, y):
        t = math.sin(x) * y
        return t**2 + t

    expected = sympy.sin(X) ** 2 * Y**2 + sympy.sin(X) * Y
    assert sympy.simplify(to_sympy(f) - expected) == 0
    difference = to_sympy(grad(f)) - sympy.diff(expected, X)
    assert abs(float(difference.subs({X: 0.4, Y: 1.7}))) < 1e-12


def test_loops_have_no_expression():
    def f(x):
        while x > 1.0:
            x = x / 2.0
        return x

    with pytest.raises(UnsupportedError, match="AD426"):
        to_sympy(f)
