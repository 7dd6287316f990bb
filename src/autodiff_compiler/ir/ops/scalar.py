"""The pages of the elementwise ops.  All numeric operands have one dtype (a cast is an op of its own); kinds may mix.

The result has the broadcast rank of the operands; among scalars its kind is "py" only if all operands are "py".
`div` is true division of floats; `div0` is division for derivative rules: it never raises, and a zero numerator gives
zero whatever the denominator (a strong zero).  `mul0` is multiplication by a partial that may have overflowed: a zero first
factor gives zero.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff_compiler.ir import domain
from autodiff_compiler.ir.core import Op
from autodiff_compiler.ir.dtype import BOOLEAN
from autodiff_compiler.ir.objects import UNDEFINED, Values, has_type
from autodiff_compiler.ir.opdef import (
    DEAR,
    EACH,
    FIRST,
    FOLLOWED,
    JUDGED,
    NEVER,
    OPERAND,
    RETURNED,
    TOGETHER,
    Attrs,
    OpDef,
    of_casts,
    of_powers,
    of_python,
)
from autodiff_compiler.ir.ops.elementwise import (
    ANY,
    FLOATS,
    INEXACT,
    INTEGRAL,
    INTS,
    NUMERIC,
    binary,
    boolean,
    broadcast,
    broadcast_type,
    evaluated,
    function,
    one_dtype,
    page,
    same,
    unary,
)
from autodiff_compiler.ir.ops.scalar_values import (
    np_div0,
    np_mul0,
    np_select,
    py_ceil,
    py_div0,
    py_floor,
    py_logaddexp,
    py_max,
    py_min,
    py_mul0,
    py_round,
    py_select,
    py_trunc,
    sign,
)
from autodiff_compiler.ir.types import Array, Scalar, Type, dtype_of, is_py


def _select(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    one_dtype(operands[:1], (BOOLEAN,))
    return (broadcast_type(one_dtype(operands[1:], ANY), operands),)


def _cast(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    """attrs: `dtype`, and for scalars `kind`."""
    (operand,) = operands
    if isinstance(operand, Array):
        return (Array(attrs["dtype"], operand.rank),)
    return (Scalar(attrs["dtype"], attrs.get("kind", "np")),)


def _power(op: Op, values: Values, mutable: bool) -> Any:
    result = evaluated(operator.pow, np.power)(op, values, mutable)
    if not has_type(result, op.result.type):
        # CPython leaves the type here: a complex number, or a float from two ints.
        wanted = "an int" if isinstance(values[0], int) else "real"
        raise ValueError(f"{values[0]!r} ** {values[1]!r} is not {wanted}")
    return result


def _cast_value(op: Op, values: Values, mutable: bool) -> Any:
    (value,), target = values, op.results[0].type
    if value is UNDEFINED:
        return value  # where paths meet, what is bound on one of them alone also gets the type of both
    if isinstance(target, Scalar) and is_py(target):
        return target.dtype.number(value)
    return np.asarray(value, dtype_of(op.operands[0].type).numpy).astype(dtype_of(target).numpy)[()]


def _compare(kind: str, sign: str, py: Callable[..., Any], npy: Callable[..., Any], **columns: Any) -> OpDef:
    return page(
        kind,
        f"`a {sign} b`, a boolean",
        boolean(ANY),
        py,
        npy,
        ("a", "b"),
        noun="test",
        compares=True,
        integer_loops=True,
        **columns,
    )


def _test(kind: str, py: Callable[..., Any], npy: Callable[..., Any]) -> OpDef:
    return page(kind, f"as `np.{kind}`, a boolean", boolean(INEXACT), py, npy, raises=NEVER)


def _dividing(kind: str, py: Callable[..., Any], npy: Callable[..., Any], meaning: str, **columns: Any) -> OpDef:
    return binary(kind, py, npy, meaning=meaning, raises=of_python, **columns)


BOTH = slice(None)
FLOAT_DIVISOR = domain.divisor("float division by zero")
POSITIVE = domain.of_python(domain.above(0.0, strict=True))

SCALAR_OPS: tuple[OpDef, ...] = (
    OpDef(
        "cast",
        "the same numbers in another dtype and kind",
        _cast,
        attrs=("dtype",),
        extents=broadcast,
        evaluate=_cast_value,
        noun=OPERAND,
        raises=of_casts,
        domain=domain.of_casts,
        elementwise=True,
        grows=True,
        moves_undefined=True,
        converts=True,
        linear=FIRST,
        integer_loops=True,
    ),
    page(
        "select",
        "`a` where `c`, else `b`, as `np.where`; both are evaluated",
        _select,
        py_select,
        np_select,
        ("c", "a", "b"),
        noun="chosen",
        whole=slice(1, None),
        linear=((1, 2),),
        chooses=True,
        kinds=FOLLOWED,
        integer_loops=True,
    ),
    page(
        "stop_gradient",
        "the operand; derivatives take it for a constant",
        same(ANY),
        lambda x: x,
        lambda x: x,
        noun=OPERAND,
        raises=NEVER,
        views=True,
        moves=True,
    ),
    # arithmetic
    binary(
        "add",
        operator.add,
        np.add,
        meaning="`a + b`",
        signs=(1, 1),
        whole=BOTH,
        noun="total",
        commutative=True,
        grows=True,
        linear=TOGETHER,
        kinds=FOLLOWED,
        integer_loops=True,
        rounded=True,
    ),
    binary(
        "sub",
        operator.sub,
        np.subtract,
        meaning="`a - b`",
        signs=(1, -1),
        whole=BOTH,
        noun="difference",
        grows=True,
        linear=TOGETHER,
        kinds=FOLLOWED,
        integer_loops=True,
        rounded=True,
    ),
    binary(
        "mul",
        operator.mul,
        np.multiply,
        meaning="`a * b`",
        whole=BOTH,
        noun="product",
        commutative=True,
        grows=True,
        linear=EACH,
        kinds=FOLLOWED,
        integer_loops=True,
        rounded=True,
    ),
    _dividing(
        "div",
        operator.truediv,
        np.divide,
        "`a / b` of floats",
        allowed=INEXACT,
        noun="ratio",
        domain=domain.of_python(FLOAT_DIVISOR),
        linear=FIRST,
        kinds=JUDGED,
        rounded=True,
        work=4,
    ),
    binary(
        "div0",
        py_div0,
        np_div0,
        INEXACT,
        "what derivative rules divide with: 0 where `a` is 0, never raises",
        noun="ratio",
        linear=FIRST,
        kinds=RETURNED,
    ),
    binary(
        "mul0",
        py_mul0,
        np_mul0,
        INEXACT,
        "0 where `a` is 0, whatever `b` is; else `a * b`",
        noun="product",
        linear=EACH,
        kinds=RETURNED,
    ),
    _dividing(
        "floordiv",
        operator.floordiv,
        np.floor_divide,
        "`a // b`",
        noun="quotient",
        domain=domain.of_python(
            domain.divisor("float floor division by zero"),
            domain.divisor("integer division or modulo by zero", compiled=True),
        ),
        grows=True,
        kinds=JUDGED,
        integer_loops=True,
    ),
    _dividing(
        "mod",
        operator.mod,
        np.remainder,
        "`a % b`, with the sign of the divisor",
        noun="rest",
        domain=domain.of_python(domain.divisor(domain.MODULO), domain.divisor("integer modulo by zero", compiled=True)),
        kinds=JUDGED,
        integer_loops=True,
    ),
    _dividing(
        "fmod",
        math.fmod,
        np.fmod,
        "as `math.fmod`, with the sign of the dividend",
        allowed=FLOATS,
        domain=domain.of_python(domain.REMAINDER),
        kinds=JUDGED,
    ),
    binary(
        "pow",
        operator.pow,
        np.power,
        meaning="`a ** b`",
        evaluate=_power,
        noun="power",
        cost=DEAR,
        raises=of_powers,
        domain=domain.of_python(domain.POWER),
        overflows=True,
        grows=True,
        kinds=JUDGED,
        work=2,
    ),
    binary(
        "maximum",
        py_max,
        np.maximum,
        ANY,
        "the larger one; NaN wins, as in NumPy",
        noun="larger",
        commutative=True,
        kinds=RETURNED,
        integer_loops=True,
    ),
    binary(
        "minimum",
        py_min,
        np.minimum,
        ANY,
        "the smaller one; NaN wins, as in NumPy",
        noun="smaller",
        commutative=True,
        kinds=RETURNED,
        integer_loops=True,
    ),
    binary("arctan2", math.atan2, np.arctan2, FLOATS, cost=DEAR),
    binary("hypot", math.hypot, np.hypot, FLOATS, cost=DEAR, commutative=True),
    binary("copysign", math.copysign, np.copysign, FLOATS),
    binary("logaddexp", py_logaddexp, np.logaddexp, FLOATS, cost=DEAR, commutative=True),
    unary(
        "neg",
        operator.neg,
        np.negative,
        NUMERIC,
        "`-a`",
        signs=(-1,),
        whole=BOTH,
        noun="negative",
        grows=True,
        linear=FIRST,
        kinds=FOLLOWED,
        integer_loops=True,
        rounded=True,
    ),
    unary("abs", abs, np.abs, NUMERIC, "`abs(a)`", grows=True, kinds=FOLLOWED, rounded=True),
    unary("sign", sign, np.sign, NUMERIC, kinds=RETURNED),
    unary("floor", py_floor, np.floor, FLOATS),
    unary("ceil", py_ceil, np.ceil, FLOATS),
    unary("trunc", py_trunc, np.trunc, FLOATS),
    unary("rint", py_round, np.rint, FLOATS),
    function(
        "sqrt",
        math.sqrt,
        np.sqrt,
        noun="root",
        raises=of_python,
        domain=domain.of_python(domain.above(0.0, strict=False)),
        work=4,
    ),
    function("cbrt", math.cbrt, np.cbrt, allowed=FLOATS),
    # exponentials and logarithms
    function("exp", math.exp, np.exp, raises=of_python, overflows=True),
    function("exp2", math.exp2, np.exp2, raises=of_python, overflows=True),
    function("expm1", math.expm1, np.expm1, raises=of_python, overflows=True),
    function("log", math.log, np.log, raises=of_python, domain=POSITIVE),
    function("log2", math.log2, np.log2, raises=of_python, domain=POSITIVE),
    function("log10", math.log10, np.log10, raises=of_python, domain=POSITIVE),
    function("log1p", math.log1p, np.log1p, raises=of_python, domain=domain.of_python(domain.above(-1.0, strict=True))),
    # trigonometry
    function("sin", math.sin, np.sin, raises=of_python, domain=domain.of_python(domain.finite("cos"))),
    function("cos", math.cos, np.cos, raises=of_python, domain=domain.of_python(domain.finite("sin"))),
    function("tan", math.tan, np.tan, raises=of_python, domain=domain.of_python(domain.finite())),
    function("arcsin", math.asin, np.arcsin, raises=of_python, domain=domain.of_python(domain.within_one("gt"))),
    function("arccos", math.acos, np.arccos, raises=of_python, domain=domain.of_python(domain.within_one("gt"))),
    function("arctan", math.atan, np.arctan),
    function("sinh", math.sinh, np.sinh, raises=of_python, overflows=True),
    function("cosh", math.cosh, np.cosh, raises=of_python, overflows=True),
    function("tanh", math.tanh, np.tanh),
    function("arcsinh", math.asinh, np.arcsinh),
    function(
        "arccosh", math.acosh, np.arccosh, raises=of_python, domain=domain.of_python(domain.above(1.0, strict=False))
    ),
    function("arctanh", math.atanh, np.arctanh, raises=of_python, domain=domain.of_python(domain.within_one("ge"))),
    # comparison and logic
    _compare("lt", "<", operator.lt, np.less),
    _compare("le", "<=", operator.le, np.less_equal),
    _compare("gt", ">", operator.gt, np.greater),
    _compare("ge", ">=", operator.ge, np.greater_equal),
    _compare("eq", "==", operator.eq, np.equal, commutative=True),
    _compare("ne", "!=", operator.ne, np.not_equal, commutative=True),
    binary(
        "and",
        operator.and_,
        np.bitwise_and,
        INTEGRAL,
        "`a & b`; both are evaluated",
        noun="test",
        commutative=True,
        integer_loops=True,
    ),
    binary(
        "or",
        operator.or_,
        np.bitwise_or,
        INTEGRAL,
        "`a | b`; both are evaluated",
        noun="test",
        commutative=True,
        integer_loops=True,
    ),
    binary("xor", operator.xor, np.bitwise_xor, INTEGRAL, "`a ^ b`", commutative=True, integer_loops=True),
    _dividing(
        "lshift",
        operator.lshift,
        np.left_shift,
        "`a << b`",
        allowed=INTS,
        domain=domain.of_python(None, domain.SHIFT),
        grows=True,
        integer_loops=True,
    ),
    _dividing(
        "rshift",
        operator.rshift,
        np.right_shift,
        "`a >> b`",
        allowed=INTS,
        domain=domain.of_python(None, domain.SHIFT),
        integer_loops=True,
    ),
    page(
        "not",
        "`not a` of booleans",
        same((BOOLEAN,)),
        operator.not_,
        np.logical_not,
        noun="test",
        raises=NEVER,
        integer_loops=True,
    ),
    unary("invert", operator.invert, np.invert, INTS, "`~a`", noun="test"),
    _test("isnan", math.isnan, np.isnan),
    _test("isinf", math.isinf, np.isinf),
    _test("isfinite", math.isfinite, np.isfinite),
)
