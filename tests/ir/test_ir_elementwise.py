"""Every elementwise op against the functions of `math` and `operator`, element by element."""

from __future__ import annotations

import cmath
import math
import operator

import numpy as np
import pytest
from ir_samples import SAMPLES, assert_same

from autodiff_compiler.diagnostics import InternalError
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Region, Value
from autodiff_compiler.ir.dtype import BOOLEAN, COMPLEX64, COMPLEX128, FLOAT32, FLOAT64, INT32, INT64
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.ops.special import SPECIAL
from autodiff_compiler.ir.opset import TABLE
from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.text import format_function
from autodiff_compiler.ir.types import BOOL, COMPLEX, FLOAT, INT, Array, Scalar
from autodiff_compiler.ir.verify import verify

REAL = (-2.5, -0.75, 0.5, 1.25, 3.0)
UNIT = (-0.75, -0.25, 0.25, 0.5)
POSITIVE = (0.25, 1.0, 2.5, 9.0)
PAIRS = tuple((a, b) for a in REAL for b in REAL)
INTEGER_PAIRS = ((7, 2), (-7, 2), (7, -2), (0, 3), (5, 5))
WHOLE = (1.5 + 2.0j, -0.5 + 0.25j, -2.0 - 1.5j, 0.75 - 3.0j, 0.125 + 0.5j)
COMPLEX_PAIRS = tuple((a, b) for a in WHOLE[:3] for b in WHOLE)
BOOLEAN_PAIRS = ((True, False), (False, False), (True, True), (False, True))


def _sign(x):
    return float((x > 0) - (x < 0))


def _div0(a, b):
    return 0.0 if a == 0 else a / b


# kind: (reference, sample operands).  Written independently of the op table.
CASES = {
    "add": (lambda a, b: a + b, PAIRS),
    "sub": (lambda a, b: a - b, PAIRS),
    "mul": (lambda a, b: a * b, PAIRS),
    "div": (lambda a, b: a / b, PAIRS),
    "mul0": (lambda a, b: 0.0 if a == 0 else a * b, (*PAIRS, (0.0, math.inf), (0.0, math.nan), (2.0, math.inf))),
    "div0": (_div0, (*PAIRS, (0.0, 0.0), (0.0, math.inf))),
    "floordiv": (lambda a, b: a // b, (*PAIRS,)),
    "mod": (lambda a, b: a % b, PAIRS),
    "fmod": (math.fmod, PAIRS),
    "pow": (lambda a, b: a**b, tuple((a, b) for a in POSITIVE for b in REAL)),
    "maximum": (max, PAIRS),
    "minimum": (min, PAIRS),
    "arctan2": (math.atan2, PAIRS),
    "hypot": (lambda a, b: math.sqrt(a * a + b * b), PAIRS),
    "copysign": (lambda a, b: abs(a) if b > 0 else -abs(a), PAIRS),
    "logaddexp": (lambda a, b: math.log(math.exp(a) + math.exp(b)), PAIRS),
    "neg": (lambda a: -a, REAL),
    "abs": (lambda a: a if a > 0 else -a, REAL),
    "sign": (_sign, (*REAL, 0.0)),
    "floor": (math.floor, REAL),
    "ceil": (math.ceil, REAL),
    "trunc": (int, REAL),
    "rint": (round, REAL),
    "sqrt": (lambda a: a**0.5, POSITIVE),
    "cbrt": (lambda a: math.copysign(abs(a) ** (1 / 3), a), REAL),
    "exp": (lambda a: math.e**a, REAL),
    "exp2": (lambda a: 2.0**a, REAL),
    "expm1": (lambda a: math.e**a - 1, REAL),
    "log": (math.log, POSITIVE),
    "log2": (lambda a: math.log(a) / math.log(2), POSITIVE),
    "log10": (lambda a: math.log(a) / math.log(10), POSITIVE),
    "log1p": (lambda a: math.log(1 + a), POSITIVE),
    "sin": (math.sin, REAL),
    "cos": (math.cos, REAL),
    "tan": (lambda a: math.sin(a) / math.cos(a), REAL),
    "arcsin": (math.asin, UNIT),
    "arccos": (math.acos, UNIT),
    "arctan": (math.atan, REAL),
    "sinh": (lambda a: (math.exp(a) - math.exp(-a)) / 2, REAL),
    "cosh": (lambda a: (math.exp(a) + math.exp(-a)) / 2, REAL),
    "tanh": (lambda a: math.sinh(a) / math.cosh(a), REAL),
    "arcsinh": (math.asinh, REAL),
    "arccosh": (math.acosh, (1.0, 1.5, 4.0)),
    "arctanh": (math.atanh, UNIT),
    "lt": (lambda a, b: a < b, PAIRS),
    "le": (lambda a, b: a <= b, PAIRS),
    "gt": (lambda a, b: a > b, PAIRS),
    "ge": (lambda a, b: a >= b, PAIRS),
    "eq": (lambda a, b: a == b, PAIRS),
    "ne": (lambda a, b: a != b, PAIRS),
    "and": (lambda a, b: a and b, BOOLEAN_PAIRS),
    "or": (lambda a, b: a or b, BOOLEAN_PAIRS),
    "xor": (lambda a, b: a != b, BOOLEAN_PAIRS),
    "lshift": (lambda a, b: a * 2**b, ((3, 2), (-5, 1), (1, 0))),
    "rshift": (lambda a, b: a // 2**b, ((13, 2), (-5, 1), (1, 0))),
    "not": (lambda a: not a, (True, False)),
    "invert": (lambda a: -a - 1, (5, -3, 0)),
    "isnan": (lambda a: a != a, (*REAL, math.nan, math.inf)),
    "isinf": (lambda a: a in (math.inf, -math.inf), (*REAL, math.nan, -math.inf)),
    "isfinite": (lambda a: -math.inf < a < math.inf, (*REAL, math.nan, -math.inf)),
    "stop_gradient": (lambda a: a, REAL),
    "complex": (lambda a, b: a + b * 1j, PAIRS),
    "real": (lambda a: a.real, WHOLE),
    "imag": (lambda a: a.imag, WHOLE),
    "conj": (lambda a: a.real - a.imag * 1j, WHOLE),
}
# The same ops, of complex numbers.
OF_COMPLEX = {
    "add": (lambda a, b: complex(a.real + b.real, a.imag + b.imag), COMPLEX_PAIRS),
    "sub": (lambda a, b: complex(a.real - b.real, a.imag - b.imag), COMPLEX_PAIRS),
    "mul": (lambda a, b: complex(a.real * b.real - a.imag * b.imag, a.real * b.imag + a.imag * b.real), COMPLEX_PAIRS),
    "div": (lambda a, b: a * b.conjugate() / abs(b) ** 2, COMPLEX_PAIRS),
    "div0": (lambda a, b: a and a * b.conjugate() / abs(b) ** 2, (*COMPLEX_PAIRS, (0j, 1 + 1j))),
    "mul0": (lambda a, b: a * b, (*COMPLEX_PAIRS, (0j, 1 + 1j))),
    "pow": (lambda a, b: cmath.exp(b * cmath.log(a)), COMPLEX_PAIRS),
    "neg": (lambda a: 0 - a, WHOLE),
    "abs": (lambda a: math.hypot(a.real, a.imag), WHOLE),
    "eq": (lambda a, b: a.real == b.real and a.imag == b.imag, COMPLEX_PAIRS),
    "ne": (lambda a, b: a.real != b.real or a.imag != b.imag, COMPLEX_PAIRS),
    "sqrt": (lambda a: cmath.exp(0.5 * cmath.log(a)), WHOLE),
    "exp": (lambda a: cmath.rect(math.exp(a.real), a.imag), WHOLE),
    "exp2": (lambda a: cmath.rect(2.0**a.real, a.imag * math.log(2)), WHOLE),
    "expm1": (lambda a: cmath.rect(math.exp(a.real), a.imag) - 1, WHOLE),
    "log": (lambda a: complex(math.log(abs(a)), math.atan2(a.imag, a.real)), WHOLE),
    "log2": (lambda a: cmath.log(a) / math.log(2), WHOLE),
    "log10": (lambda a: cmath.log(a) / math.log(10), WHOLE),
    "log1p": (lambda a: cmath.log(1 + a), WHOLE),
    "sin": (lambda a: (cmath.exp(1j * a) - cmath.exp(-1j * a)) / 2j, WHOLE),
    "cos": (lambda a: (cmath.exp(1j * a) + cmath.exp(-1j * a)) / 2, WHOLE),
    "tan": (lambda a: cmath.sin(a) / cmath.cos(a), WHOLE),
    "sinh": (lambda a: (cmath.exp(a) - cmath.exp(-a)) / 2, WHOLE),
    "cosh": (lambda a: (cmath.exp(a) + cmath.exp(-a)) / 2, WHOLE),
    "tanh": (lambda a: cmath.sinh(a) / cmath.cosh(a), WHOLE),
    "arcsin": (lambda a: -1j * cmath.log(1j * a + cmath.sqrt(1 - a * a)), WHOLE),
    "arccos": (lambda a: math.pi / 2 - cmath.asin(a), WHOLE),
    "arctan": (lambda a: 0.5j * (cmath.log(1 - 1j * a) - cmath.log(1 + 1j * a)), WHOLE),
    "arcsinh": (lambda a: cmath.log(a + cmath.sqrt(a * a + 1)), WHOLE),
    "arccosh": (lambda a: cmath.log(a + cmath.sqrt(a + 1) * cmath.sqrt(a - 1)), WHOLE),
    "arctanh": (lambda a: 0.5 * (cmath.log(1 + a) - cmath.log(1 - a)), WHOLE),
    "isnan": (lambda a: a != a, (*WHOLE, complex(0.0, math.nan))),
    "isinf": (lambda a: math.isinf(a.real) or math.isinf(a.imag), (*WHOLE, complex(1.0, -math.inf))),
    "isfinite": (lambda a: math.isfinite(abs(a)), (*WHOLE, complex(math.nan, 1.0))),
    "stop_gradient": (lambda a: a, WHOLE),
}
EITHER = [(CASES, kind) for kind in CASES] + [(OF_COMPLEX, kind) for kind in OF_COMPLEX]
either = pytest.mark.parametrize(
    ("cases", "kind"), EITHER, ids=[f"{k}-complex" if c is OF_COMPLEX else k for c, k in EITHER]
)
ELSEWHERE = ("cast", "select")


def test_every_elementwise_op_is_tested():
    # The special functions are in tests/rules/test_rule_special.py.
    assert set(CASES) | set(ELSEWHERE) | set(SPECIAL) == {kind for kind, row in TABLE.items() if row.elementwise}
    used = {op.kind for s in SAMPLES for op in parse_function(s.text).body.ops}
    assert set(ELSEWHERE) <= used


def function(kind, types):
    params = tuple(Value(t, f"x{i}") for i, t in enumerate(types))
    b = Builder()
    b.return_(b.op(kind, *params))
    return Function("f", Region(params, tuple(b.ops)))


def columns(samples):
    return list(zip(*(s if isinstance(s, tuple) else (s,) for s in samples)))


def reference(cases, kind):
    func, samples = cases[kind]
    return [func(*row) for row in zip(*columns(samples))]


SCALARS = {bool: BOOL, int: INT, float: FLOAT, complex: COMPLEX}


def test_every_op_that_takes_complex_numbers_is_tested_with_them():
    def takes(row):
        try:
            row.infer((COMPLEX,) * row.arity, {})
        except TypeError:
            return False
        return True

    taken = {kind for kind, row in TABLE.items() if row.elementwise and kind not in ELSEWHERE and takes(row)}
    assert taken == {*OF_COMPLEX, "real", "imag", "conj"}


@either
def test_python_scalars_compute_as_cpython(cases, kind):
    operands = columns(cases[kind][1])
    fn = function(kind, [SCALARS[type(column[0])] for column in operands])
    verify(fn)
    for row, expected in zip(zip(*operands), reference(cases, kind)):
        (found,) = run(fn, row)
        assert type(found) is SCALARS_OF[fn.results[0].type]
        assert found == pytest.approx(expected, rel=1e-14, abs=2e-15, nan_ok=True)


SCALARS_OF = {type_: cls for cls, type_ in SCALARS.items()}


@either
@pytest.mark.parametrize("small", [False, True])
def test_arrays_and_numpy_scalars(cases, kind, small):
    operands = columns(cases[kind][1])
    names = {
        bool: BOOLEAN,
        int: INT32 if small else INT64,
        float: FLOAT32 if small else FLOAT64,
        complex: COMPLEX64 if small else COMPLEX128,
    }
    dtypes = [names[type(column[0])] for column in operands]
    arrays = [np.array(column, d.numpy) for column, d in zip(operands, dtypes)]
    expected = np.array(reference(cases, kind))
    tolerance = (2e-6 if cases is OF_COMPLEX else 1e-6) if small else 1e-14

    fn = function(kind, [Array(d, 1) for d in dtypes])
    verify(fn)
    (found,) = run(fn, arrays)
    result = fn.results[0].type.dtype
    wanted = "bool" if result.is_bool else arrays[-1].dtype
    if result.is_complex != dtypes[-1].is_complex and not result.is_bool:
        wanted = (dtypes[-1].complex if result.is_complex else dtypes[-1].real).numpy
    assert found.dtype == wanted
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)

    fn = function(kind, [Scalar(d) for d in dtypes])
    verify(fn)
    (found,) = run(fn, [a[-1] for a in arrays])
    assert found.dtype == wanted
    assert isinstance(found, np.generic)
    np.testing.assert_allclose(found, expected[-1], rtol=tolerance, atol=tolerance)


@either
def test_text_round_trip(cases, kind):
    fn = function(kind, [SCALARS[type(column[0])] for column in columns(cases[kind][1])])
    assert_same(fn, parse_function(format_function(fn)))


@pytest.mark.parametrize(
    ("kind", "args", "error"),
    [
        ("div", (1.0, 0.0), ZeroDivisionError),
        ("sqrt", (-1.0,), ValueError),
        ("exp", (1e4,), OverflowError),
        ("pow", (-8.0, 0.5), ValueError),
    ],
)
def test_python_scalars_raise_where_cpython_does_and_numpy_scalars_do_not(kind, args, error):
    with pytest.raises(error):
        run(function(kind, [FLOAT] * len(args)), args)
    (found,) = run(function(kind, [Scalar(FLOAT64)] * len(args)), args)
    assert not math.isfinite(found)


def test_one_numpy_operand_makes_the_result_numpy():
    fn = function("add", [FLOAT, Scalar(FLOAT64)])
    assert type(run(fn, [1.0, 2.0])[0]) is np.float64
    fn = function("div", [FLOAT, Scalar(FLOAT64)])
    assert run(fn, [1.0, 0.0]) == [math.inf]


@pytest.mark.parametrize(
    "value", [2j, -1.5 + 0j, complex(-0.0, -2.0), complex(math.inf, -0.0), complex(math.nan, -math.inf)]
)
def test_text_of_complex_constants(value):
    b = Builder()
    b.return_(b.const(value), b.const(value, Scalar(COMPLEX64)))
    fn = Function("f", Region((), tuple(b.ops)))
    again = parse_function(format_function(fn))
    assert repr(run(again, [])) == repr(run(fn, []))


@pytest.mark.parametrize("kind", ["lt", "maximum", "floordiv", "mod", "sign", "floor", "arctan2", "cbrt"])
def test_what_complex_numbers_have_not(kind):
    with pytest.raises(InternalError, match="AD901"):
        function(kind, [COMPLEX] * TABLE[kind].arity)


def test_no_cast_drops_an_imaginary_part():
    b = Builder()
    with pytest.raises(InternalError, match="AD901"):
        b.cast(Value(COMPLEX), FLOAT)


def test_broadcasting():
    fn = function("sub", [Array(FLOAT64, 2), Array(FLOAT64, 1)])
    a, b = np.arange(6.0).reshape(2, 3), np.array([1.0, 10.0, 100.0])
    np.testing.assert_array_equal(run(fn, [a, b])[0], [[-1.0, -9.0, -98.0], [2.0, -6.0, -95.0]])


def test_div0_is_a_strong_zero_and_never_raises():
    fn = function("div0", [FLOAT, FLOAT])
    assert [run(fn, row)[0] for row in ((0.0, 0.0), (1.0, 0.0), (-1.0, 0.0), (1.0, -0.0))] == [
        0.0,
        math.inf,
        -math.inf,
        -math.inf,
    ]
    (found,) = run(function("div0", [Array(FLOAT64, 1)] * 2), [np.array([0.0, 1.0, -1.0]), np.zeros(3)])
    assert found.tolist() == [0.0, math.inf, -math.inf]


def test_maximum_propagates_nan():
    for kind in ("maximum", "minimum"):
        fn = function(kind, [FLOAT, FLOAT])
        assert math.isnan(run(fn, [math.nan, 1.0])[0])
        assert math.isnan(run(fn, [1.0, math.nan])[0])


def test_integer_division_and_bits_follow_operator():
    for kind in ("floordiv", "mod"):
        compute = getattr(operator, kind)
        fn = function(kind, [INT, INT])
        assert [run(fn, row)[0] for row in INTEGER_PAIRS] == [compute(*row) for row in INTEGER_PAIRS]
    fn = function("and", [INT, INT])
    assert run(fn, [12, 10]) == [8]
