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
from autodiff_compiler.ir.dtype import FLOAT32, FLOAT64, INT64
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.ops.special import SPECIAL
from autodiff_compiler.ir.types import F64, FLOAT, INT, Array, Scalar

KINDS = sorted(CASES)


def point(p) -> tuple[float, ...]:
    return p if isinstance(p, tuple) else (p,)


def operand_types(kind: str, type_) -> list:
    """An operand that is an integer has the shape of the others."""
    order = Array(INT64, type_.rank) if isinstance(type_, Array) else INT
    return [order if i < SPECIAL[kind].orders else type_ for i in range(SPECIAL[kind].arity)]


def single(kind: str, *types, active: list[int]) -> Function:
    """The function; operands that are not `active` are constants."""

    def make(b, *params):
        return b.op(kind, *(p if i in active else b.op("stop_gradient", p) for i, p in enumerate(params)))

    return build(types, make)


def floats(kind: str) -> range:
    """Which operands are floats: these have tangents and adjoints."""
    return range(SPECIAL[kind].orders, SPECIAL[kind].arity)


def active(kind: str) -> list[int]:
    return [i for i in floats(kind) if i not in CASES[kind].constant]


def twice(kind: str) -> list[int]:
    """Operands by which there are second derivatives."""
    return active(kind) if CASES[kind].second is None else list(CASES[kind].second)


def partials(kind: str, at: tuple[float, ...], by: list[int], *others: int) -> list[float]:
    """The partial derivatives by these operands, after those by `others`; 0 by other floats."""
    return [exact(kind, at, *unit(len(at), i, *others)) if i in by else 0.0 for i in floats(kind)]


def plain(kind: str) -> list:
    """The types of Python's floats, where that needs no SciPy."""
    return [FLOAT] if kind in WITHOUT_SCIPY else []


def exact(kind: str, at: tuple[float, ...], *orders: int) -> float:
    """The partial derivative of an order for each operand; of orders 0 the value."""
    function = CASES[kind].meaning
    for i, order in enumerate(orders):
        for _ in range(order):
            function = slope(function, i)
    with mp.workdps(CASES[kind].digits):
        return float(mp.re(function(*map(mp.mpf, at))))


def slope(function, i: int):
    """A central difference, whose step is small beside the operand and large beside the rounding errors of mpmath."""

    def of(*at):
        h = abs(at[i]) * mp.mpf(10) ** -18
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
        for type_ in (F64, *plain(kind)):
            (found,) = run(single(kind, *operand_types(kind, type_), active=[]), list(at))
            np.testing.assert_allclose(found, expected, rtol=1e-10, err_msg=f"{kind}{at}")


@pytest.mark.parametrize("kind", KINDS)
def test_first_derivative(kind):
    case = CASES[kind]
    types = [F64, Array(FLOAT64, 1), *plain(kind)]
    gradients = [reverse(single(kind, *operand_types(kind, type_), active=active(kind))) for type_ in types]
    for at in map(point, [*case.points, *case.hard]):
        expected = partials(kind, at, active(kind))
        for type_, gradient in zip(types, gradients):
            given = [np.array([x]) for x in (*at, 1.0)] if isinstance(type_, Array) else [*at, 1.0]
            found = [np.ravel(part)[0] for part in run(gradient, given)]
            np.testing.assert_allclose(found, expected, rtol=case.tolerance, atol=case.absolute, err_msg=f"{kind}{at}")


@pytest.mark.parametrize("kind", KINDS)
def test_second_derivative(kind):
    """Forward mode over reverse mode."""
    case = CASES[kind]
    for type_ in (F64, *plain(kind)):
        second = forward(reverse(single(kind, *operand_types(kind, type_), active=twice(kind))))
        for at in map(point, case.points):
            for j in twice(kind):
                expected = partials(kind, at, twice(kind), j)
                found = run(second, [*at, 1.0, *(float(i == j) for i in floats(kind)), 0.0])
                np.testing.assert_allclose(found, expected, rtol=case.tolerance, atol=1e-11, err_msg=f"{kind}{at}")


@pytest.mark.parametrize("kind", KINDS)
def test_a_cotangent_of_zero_gives_zero(kind):
    case, row = CASES[kind], SPECIAL[kind]
    gradient = reverse(single(kind, *operand_types(kind, F64), active=active(kind)))
    edges = [(*[2] * row.orders, *[x] * (row.arity - row.orders)) for x in (0.0, 1.0, -1.0)]
    for at in [*map(point, [*case.points, *case.hard]), *edges]:
        assert all(v == 0 for v in run(gradient, [*at, 0.0])), (kind, at)


@pytest.mark.parametrize("dtype", [FLOAT64, FLOAT32], ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_broadcasting_and_dtype(kind, dtype):
    """Both modes agree on arrays of odd shapes, each adjoint has its operand's shape and dtype."""
    row = SPECIAL[kind]
    if row.orders and dtype is FLOAT32:
        return  # SciPy computes these in float64
    points = list(zip(*map(point, CASES[kind].points)))
    *rest, last = (np.array(c, np.int64 if i < row.orders else dtype.numpy) for i, c in enumerate(points))
    shapes = [(*rest, last), tuple(c[:2].reshape(2, 1) for c in (*rest, last)), (*(c[:0] for c in rest), last[:0])]
    if rest:
        shapes += [(*(c[0] for c in rest), last * 0 + last[0]), (*(c[:1] for c in rest), np.stack([last[:1]] * 2))]
    for arrays in shapes:
        dtypes = [INT64 if i < row.orders else dtype for i in range(row.arity)]
        types = [Array(d, np.ndim(a)) if np.ndim(a) else Scalar(d) for a, d in zip(arrays, dtypes)]
        fn, inexact = single(kind, *types, active=active(kind)), arrays[row.orders :]
        (out,) = run(fn, list(arrays))
        (tangent,) = run(forward(fn), [*arrays, *inexact])
        assert (tangent.dtype, np.shape(tangent)) == (out.dtype, np.shape(out)) == (dtype.numpy, np.shape(out))
        if dtype is FLOAT64:
            check_modes(fn, list(arrays), differences=False)
        else:
            adjoints = run(reverse(fn), [*arrays, np.ones_like(out)])
            assert [(np.shape(a), a.dtype) for a in adjoints] == [(np.shape(a), a.dtype) for a in inexact]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if CASES[kind].constant])
def test_what_has_no_derivative_is_refused(kind):
    assert [isinstance(p, rules.elementwise.Refused) for p in rules.elementwise.PARTIALS[kind]] == [
        i in CASES[kind].constant for i in range(SPECIAL[kind].arity)
    ]
    fn = build(operand_types(kind, F64), lambda b, *params: b.op(kind, *params))
    for derivative in (forward, reverse):
        with pytest.raises(UnsupportedError, match=f"AD312.*`{SPECIAL[kind].numpy}` with respect to"):
            derivative(fn)
