"""Elementwise rules against SymPy's derivative, evaluated with 60 digits, at ordinary and at hard points."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import sympy as sp
from rule_harness import build, check_modes, close, forward, reverse
from sympy import Float, Rational

from autodiff_compiler import rules
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.dtype import FLOAT32, FLOAT64
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.ops.special import SPECIAL
from autodiff_compiler.ir.opset import TABLE
from autodiff_compiler.ir.types import F64, FLOAT, Array, Scalar

X, Y = sp.symbols("x y", real=True)
REAL = [-3.7, -1.25, -0.4, 0.3, 0.9, 1.6, 2.8]
POSITIVE = [1e-3, 0.2, 0.7, 1.0, 1.9, 6.5]
UNIT = [-0.9, -0.35, 0.1, 0.62, 0.97]
PAIRS = [(0.3, 1.7), (-1.2, 0.4), (2.5, -0.8), (-0.7, -2.9), (5.1, 5.0)]
HUGE = [1e-300, 1e-160, 1e160, 1e300]

# op: (its meaning in SymPy, points, hard points).  Hard points: large, tiny, close to a singular point.
CASES: dict[str, tuple[sp.Expr, list, list]] = {
    "add": (X + Y, PAIRS, [(1e300, 1e-300)]),
    "sub": (X - Y, PAIRS, [(1e300, 1e-300)]),
    "neg": (-X, REAL, HUGE),
    "mul": (X * Y, PAIRS, [(1e200, 1e-200)]),
    "div": (X / Y, PAIRS, [(1e200, 1e-100), (1e-200, 1e-200), (3e200, 1e200)]),
    "mul0": (X * Y, PAIRS, [(1e200, 1e-200)]),
    "div0": (X / Y, PAIRS, [(1e200, 1e-100), (1e-200, 1e-100), (3e200, 1e200)]),
    "abs": (sp.Abs(X), REAL, [-1e-300, 1e300]),
    "mod": (X - Y * sp.floor(X / Y), PAIRS, [(1e10, 0.37), (-1e-8, 3.0)]),
    "fmod": (X - Y * sp.sign(X / Y) * sp.floor(sp.Abs(X / Y)), PAIRS, [(1e10, 0.37), (-1e-8, 3.0), (-7.5, 2.0)]),
    "maximum": (sp.Max(X, Y), PAIRS, [(1.0, 1.0 + 2**-52)]),
    "minimum": (sp.Min(X, Y), PAIRS, [(1.0, 1.0 + 2**-52)]),
    "copysign": (sp.Abs(X) * sp.sign(Y), PAIRS, [(-2.0, 1e-300)]),
    "hypot": (sp.sqrt(X**2 + Y**2), PAIRS, [(1e200, 2e200), (3e-200, 1e-200), (1e-200, 1e200)]),
    "arctan2": (sp.atan2(X, Y), PAIRS, [(1e200, 2e200), (3e-200, 1e-200), (1e-10, -1e10)]),
    "logaddexp": (sp.log(sp.exp(X) + sp.exp(Y)), PAIRS, [(300.0, 299.0), (-700.0, -701.5), (5.0, -25.0)]),
    "pow": (X**Y, [(0.3, 1.7), (1.9, -2.4), (7.0, 0.5), (2.0, 3.0)], [(1e-100, 2.5), (1e100, -2.5), (1.0 + 1e-9, 1e9)]),
    "sqrt": (sp.sqrt(X), POSITIVE, HUGE),
    "cbrt": (sp.sign(X) * sp.Abs(X) ** Rational(1, 3), REAL, [-1e-300, 1e-300, 1e300]),
    "exp": (sp.exp(X), REAL, [-700.0, 1e-300, 700.0]),
    "exp2": (2**X, REAL, [-1000.0, 1e-300, 1000.0]),
    "expm1": (sp.exp(X) - 1, REAL, [-40.0, 1e-300, 700.0]),
    "log": (sp.log(X), POSITIVE, HUGE),
    "log2": (sp.log(X, 2), POSITIVE, HUGE),
    "log10": (sp.log(X, 10), POSITIVE, HUGE),
    "log1p": (sp.log(1 + X), POSITIVE, [-1 + 1e-15, 1e-300, 1e300]),
    "sin": (sp.sin(X), REAL, [1e-300, 1e6]),
    "cos": (sp.cos(X), REAL, [1e-300, 1e6]),
    "tan": (sp.tan(X), REAL, [1e-300, 1.5707]),
    "arcsin": (sp.asin(X), UNIT, [1e-300, 1 - 1e-15, -1 + 1e-15]),
    "arccos": (sp.acos(X), UNIT, [1e-300, 1 - 1e-15, -1 + 1e-15]),
    "arctan": (sp.atan(X), REAL, [1e-300, 1e150]),
    "sinh": (sp.sinh(X), REAL, [1e-300, -700.0, 700.0]),
    "cosh": (sp.cosh(X), REAL, [1e-300, -700.0, 700.0]),
    "tanh": (sp.tanh(X), REAL, [1e-300, 1e-8]),
    "arcsinh": (sp.asinh(X), REAL, [1e-300, -1e200, 1e200]),
    "arccosh": (sp.acosh(X), [1.01, 1.7, 3.4, 9.0], [1 + 1e-15, 1e200]),
    "arctanh": (sp.atanh(X), UNIT, [1e-300, 1 - 1e-15, -1 + 1e-15]),
}
SYMBOLS = (X, Y)
KINDS = sorted(CASES)


def arity(kind: str) -> int:
    return TABLE[kind].arity


def point(p) -> tuple[float, ...]:
    return p if isinstance(p, tuple) else (p,)


def clean(expression: sp.Expr) -> sp.Expr:
    """Away from kinks: what SymPy writes for the derivatives of sign, floor and Max."""
    expression = expression.replace(sp.DiracDelta, lambda *a: sp.S.Zero)
    return expression.replace(lambda e: isinstance(e, sp.Derivative | sp.Subs), lambda e: sp.S.Zero)


def exact(expression: sp.Expr, at: tuple[float, ...]) -> float:
    """The expression at a binary float, with 60 digits, rounded once."""
    values = {s: Float(mpmath.mpf(v), 400) for s, v in zip(SYMBOLS, at)}
    with mpmath.workdps(400):
        return float(sp.N(expression.subs(values), 60))


def single(kind: str, type_):
    return build([type_] * arity(kind), lambda b, *xs: b.op(kind, *xs))


def test_every_rule_has_points():
    # The special functions are in test_rule_special.py.
    assert set(CASES) | set(SPECIAL) == set(rules.elementwise.PARTIALS)


@pytest.mark.parametrize("kind", KINDS)
def test_first_derivative(kind):
    meaning, easy, hard = CASES[kind]
    n = arity(kind)
    derivatives = [clean(sp.diff(meaning, s)) for s in SYMBOLS[:n]]
    python, numpy_, array = (reverse(single(kind, t)) for t in (FLOAT, F64, Array(FLOAT64, 1)))
    for at in map(point, [*easy, *hard]):
        expected = [exact(d, at) for d in derivatives]
        for found in (run(python, [*at, 1.0]), run(numpy_, [*at, 1.0])):
            np.testing.assert_allclose(found, expected, rtol=2e-12, atol=0, err_msg=f"{kind} at {at}")
        arrays = run(array, [*(np.array([v]) for v in at), np.ones(1)])
        np.testing.assert_allclose(np.ravel(arrays), expected, rtol=2e-12, atol=0, err_msg=f"{kind} at {at}, array")


@pytest.mark.parametrize("kind", KINDS)
def test_second_derivative(kind):
    """Forward mode over reverse mode."""
    meaning, easy, _ = CASES[kind]
    n = arity(kind)
    gradient = reverse(single(kind, FLOAT))
    second = forward(gradient)
    for at in map(point, easy):
        for j in range(n):
            expected = [exact(clean(sp.diff(clean(sp.diff(meaning, SYMBOLS[i])), SYMBOLS[j])), at) for i in range(n)]
            direction = [float(j == k) for k in range(n)]
            found = run(second, [*at, 1.0, *direction, 0.0])
            np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-13, err_msg=f"{kind} at {at}")


@pytest.mark.parametrize("kind", KINDS)
def test_the_rule_is_linear_in_the_cotangent(kind):
    _, easy, _ = CASES[kind]
    fn = reverse(single(kind, FLOAT))
    at = point(easy[0])
    np.testing.assert_allclose(run(fn, [*at, -2.5]), -2.5 * np.array(run(fn, [*at, 1.0])), rtol=1e-14)
    assert all(v == 0 for v in run(fn, [*at, 0.0]))


@pytest.mark.parametrize("dtype", [FLOAT64, FLOAT32], ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_broadcasting_and_dtype(kind, dtype):
    """Both modes agree on arrays of odd shapes, each adjoint has its operand's shape and dtype."""
    _, easy, _ = CASES[kind]
    points = np.array([point(p) for p in easy], dtype.numpy)
    if arity(kind) == 1:
        check = [(points[:, 0],), (points[:4].reshape(2, 1, 2),), (points[:0, 0],)]
    else:
        # Each pair (x_i, y_i) broadcast against each other would leave the domain of some ops; x and y of one point do not.
        x, y = points[0]
        full = np.array([[x, x * (1 + 2**-6)], [x, x]], points.dtype)
        row = np.array([[y, y * (1 + 2**-6)]], points.dtype)
        check = [
            (full, row),
            (full, row[0]),
            (row * 0 + full[:1], row[:, :1]),
            (full[:0], row),
            (full, row[0, 0]),
            (x, row),
        ]
    for arrays in check:
        types = [Array(dtype, np.ndim(a)) if np.ndim(a) else Scalar(dtype) for a in arrays]
        fn = build(types, lambda b, *xs: b.op(kind, *xs))
        out = run(fn, list(arrays))[0]
        (tangent,) = run(forward(fn), [*arrays, *arrays])
        assert tangent.dtype == out.dtype
        assert np.shape(tangent) == np.shape(out)
        for i in range(len(arrays)):
            _one_tangent(kind, types, arrays, i)
        if dtype is FLOAT64:
            check_modes(fn, list(arrays), differences=False)
        else:
            adjoints = run(reverse(fn), [*arrays, np.ones_like(out)])
            assert [(np.shape(a), a.dtype) for a in adjoints] == [(np.shape(a), a.dtype) for a in arrays]


def _one_tangent(kind, types, arrays, i):
    """A tangent of one operand alone still has the shape of the result."""
    b = Builder()
    operands = [Value(t) for t in types]
    y = b.op(kind, *operands)
    tangents = [Value(t) if i == k else None for k, t in enumerate(types)]
    (found,) = rules.jvp(b, b.ops[-1], tangents)
    if found is None:
        return
    assert found.type == y.type
    fn = close(b, [*operands, tangents[i]], [y, found])
    out, tangent = run(fn, [*arrays, arrays[i]])
    assert np.shape(tangent) == np.shape(out)


@pytest.mark.parametrize("types", [(FLOAT, F64), (F64, FLOAT)])
@pytest.mark.parametrize("kind", [k for k in KINDS if arity(k) == 2])
def test_mixed_kinds(kind, types):
    """A Python float with a NumPy scalar: the tangent has the result's kind, each adjoint its operand's."""
    _, easy, _ = CASES[kind]
    fn = build(types, lambda b, x, y: b.op(kind, x, y))
    x, y = point(easy[0])
    args = [x if t is FLOAT else np.float64(x) for t, x in zip(types, (x, y))]
    check_modes(fn, args)
    for i in range(2):
        _one_tangent(kind, types, args, i)


ANALYTIC = [k for k in KINDS if isinstance(TABLE[k].np_eval, np.ufunc) and "D->D" in TABLE[k].np_eval.types]


@pytest.mark.parametrize("kind", [k for k in ANALYTIC if k not in ("abs", "sign")])
def test_complex_step(kind):
    _, easy, _ = CASES[kind]
    fn = reverse(single(kind, F64))
    for (x,) in map(point, easy):
        expected = TABLE[kind].np_eval(x + 1e-30j).imag / 1e-30
        np.testing.assert_allclose(run(fn, [x, 1.0]), [expected], rtol=1e-13)


@pytest.mark.parametrize("x", [0.3, 2.7, 1e30])
@pytest.mark.parametrize("c", [-3.0, -2.0, -1.0, -0.5, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 7.5])
def test_constant_exponents(c, x):
    for type_ in (FLOAT, F64, Array(FLOAT64, 1)):
        fn = build([type_], lambda b, p: b.op("pow", p, b.const_like(c, p.type)))
        at, one = (np.array([x]), np.ones(1)) if isinstance(type_, Array) else (x, 1.0)
        (found,) = run(reverse(fn), [at, one])
        (second,) = run(forward(reverse(fn)), [at, one, one, one * 0])
        np.testing.assert_allclose(
            np.ravel(found), [exact(c * X ** (sp.Integer(int(2 * c)) / 2 - 1), (x,))], rtol=1e-12
        )
        expected = exact(c * (c - 1) * X ** (sp.Integer(int(2 * c)) / 2 - 2), (x,))
        np.testing.assert_allclose(np.ravel(second), [expected], rtol=1e-12)


def test_constant_base():
    fn = build([FLOAT], lambda b, n: b.op("pow", b.const(3.0), n))
    np.testing.assert_allclose(run(reverse(fn), [1.5, 1.0]), [3.0**1.5 * np.log(3.0)], rtol=1e-14)


@pytest.mark.parametrize("c", [1.0, 2.0, 3.0, -1.0, 0.5, 0.0])
def test_small_exponents_need_no_power(c):
    fn = build([FLOAT], lambda b, p: b.op("pow", p, b.const(c)))
    assert sum(op.kind == "pow" for op in reverse(fn).body.ops) == 1
