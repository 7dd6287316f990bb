"""Special functions against mpmath with 40 digits: values, first and second derivatives, at ordinary and at hard points."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
from rule_harness import build, check_modes, forward, reverse
from special_cases import CASES

from autodiff_compiler import rules
from autodiff_compiler.backends.special import WITHOUT_SCIPY
from autodiff_compiler.diagnostics import UnsupportedError
from autodiff_compiler.ir.core import Function
from autodiff_compiler.ir.dtype import FLOAT32, FLOAT64
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.ops.special import SPECIAL
from autodiff_compiler.ir.types import F64, FLOAT, Array, Scalar

KINDS = sorted(CASES)


def point(p) -> tuple[float, ...]:
    return p if isinstance(p, tuple) else (p,)


def single(kind: str, type_) -> Function:
    """The function of those operands that it has derivatives by; the others come first, and are constants."""
    constant = CASES[kind].constant

    def make(b, *params):
        return b.op(kind, *(b.op("stop_gradient", p) if i in constant else p for i, p in enumerate(params)))

    return build([type_] * SPECIAL[kind].arity, make)


def active(kind: str) -> list[int]:
    return [i for i in range(SPECIAL[kind].arity) if i not in CASES[kind].constant]


def exact(kind: str, at: tuple[float, ...], *orders: int) -> float:
    """The partial derivative of an order for each operand; of orders 0 the value."""
    function = CASES[kind].meaning
    for i, order in enumerate(orders):
        for _ in range(order):
            function = slope(function, i)
    with mp.workdps(300):
        return float(mp.re(function(*map(mp.mpf, at))))


def slope(function, i: int):
    """A central difference, whose step is small beside the operand and large beside the rounding errors of 300 digits."""

    def of(*at):
        h = abs(at[i]) * mp.mpf(10) ** -25
        above, below = ([x + sign * h * (i == k) for k, x in enumerate(at)] for sign in (1, -1))
        return (function(*above) - function(*below)) / (2 * h)

    return of


def unit(n: int, *places: int) -> list[int]:
    return [places.count(i) for i in range(n)]


def test_every_special_function_has_points():
    assert set(CASES) == set(SPECIAL)


@pytest.mark.parametrize("kind", KINDS)
def test_value(kind):
    case = CASES[kind]
    for at in map(point, [*case.points, *case.hard]):
        expected = exact(kind, at, *[0] * len(at))
        for type_ in (F64, *([FLOAT] if kind in WITHOUT_SCIPY else [])):
            (found,) = run(single(kind, type_), list(at))
            np.testing.assert_allclose(found, expected, rtol=1e-10, err_msg=f"{kind}{at}")


@pytest.mark.parametrize("kind", KINDS)
def test_first_derivative(kind):
    case, n = CASES[kind], SPECIAL[kind].arity
    types = [F64, Array(FLOAT64, 1), *([FLOAT] if kind in WITHOUT_SCIPY else [])]
    gradients = [reverse(single(kind, type_)) for type_ in types]
    for at in map(point, [*case.points, *case.hard]):
        expected = [exact(kind, at, *unit(n, i)) if i in active(kind) else 0.0 for i in range(n)]
        for type_, gradient in zip(types, gradients):
            given = [np.array([x]) for x in (*at, 1.0)] if isinstance(type_, Array) else [*at, 1.0]
            found = [np.ravel(part)[0] for part in run(gradient, given)]
            np.testing.assert_allclose(found, expected, rtol=case.tolerance, atol=1e-300, err_msg=f"{kind}{at}")


@pytest.mark.parametrize("kind", KINDS)
def test_second_derivative(kind):
    """Forward mode over reverse mode."""
    case, n = CASES[kind], SPECIAL[kind].arity
    for type_ in (F64, *([FLOAT] if kind in WITHOUT_SCIPY else [])):
        second = forward(reverse(single(kind, type_)))
        for at in map(point, case.points):
            for j in active(kind):
                expected = [exact(kind, at, *unit(n, i, j)) if i in active(kind) else 0.0 for i in range(n)]
                found = run(second, [*at, 1.0, *map(float, unit(n, j)), 0.0])
                np.testing.assert_allclose(found, expected, rtol=case.tolerance, atol=1e-11, err_msg=f"{kind}{at}")


@pytest.mark.parametrize("kind", KINDS)
def test_a_cotangent_of_zero_gives_zero(kind):
    case, n = CASES[kind], SPECIAL[kind].arity
    gradient = reverse(single(kind, F64))
    for at in [*map(point, [*case.points, *case.hard]), (0.0,) * n, (1.0,) * n, (-1.0,) * n]:
        assert all(v == 0 for v in run(gradient, [*at, 0.0])), (kind, at)


@pytest.mark.parametrize("dtype", [FLOAT64, FLOAT32], ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_broadcasting_and_dtype(kind, dtype):
    """Both modes agree on arrays of odd shapes, each adjoint has its operand's shape and dtype."""
    points = np.array([point(p) for p in CASES[kind].points], dtype.numpy)
    *rest, last = points.T
    shapes = [(*rest, last), tuple(column[:2].reshape(2, 1) for column in points.T), (*(c[:0] for c in rest), last[:0])]
    if rest:
        shapes += [(*(c[0] for c in rest), last * 0 + last[0]), (*(c[:1] for c in rest), np.stack([last[:1]] * 2))]
    for arrays in shapes:
        types = [Array(dtype, np.ndim(a)) if np.ndim(a) else Scalar(dtype) for a in arrays]
        constant = CASES[kind].constant

        def make(b, *params, constant=constant):
            return b.op(kind, *(b.op("stop_gradient", p) if i in constant else p for i, p in enumerate(params)))

        fn = build(types, make)
        (out,) = run(fn, list(arrays))
        (tangent,) = run(forward(fn), [*arrays, *arrays])
        assert (tangent.dtype, np.shape(tangent)) == (out.dtype, np.shape(out)) == (dtype.numpy, np.shape(out))
        if dtype is FLOAT64:
            check_modes(fn, list(arrays), differences=False)
        else:
            adjoints = run(reverse(fn), [*arrays, np.ones_like(out)])
            assert [(np.shape(a), a.dtype) for a in adjoints] == [(np.shape(a), a.dtype) for a in arrays]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if CASES[kind].constant])
def test_what_has_no_derivative_is_refused(kind):
    assert [isinstance(p, rules.elementwise.Refused) for p in rules.elementwise.PARTIALS[kind]] == [
        i in CASES[kind].constant for i in range(SPECIAL[kind].arity)
    ]
    fn = build([F64] * SPECIAL[kind].arity, lambda b, *params: b.op(kind, *params))
    for derivative in (forward, reverse):
        with pytest.raises(UnsupportedError, match=f"AD312.*`special.{kind}` with respect to"):
            derivative(fn)
