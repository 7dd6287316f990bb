"""The pages of the elementwise ops.  All numeric operands have one dtype (a cast is an op of its own); kinds may mix.

The result has the broadcast rank of the operands; among scalars its kind is "py" only if all operands are "py".
`div` is true division of floats; `div0` is division for derivative rules: it never raises, and a zero numerator gives
zero whatever the denominator (a strong zero).  `mul0` is multiplication by a partial that may have overflowed: a zero first
factor gives zero.
"""

from __future__ import annotations

import math
import operator
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
    of_python_complex,
)
from autodiff_compiler.ir.ops.elementwise import (
    ANY,
    FLOATS,
    INEXACT,
    NUMERIC,
    REAL,
    REAL_NUMBERS,
    binary,
    broadcast,
    broadcast_type,
    dividing,
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


def _magnitude(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    return (broadcast_type(one_dtype(operands, NUMERIC).real, operands),)


def _cast(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    """attrs: `dtype`, and for scalars `kind`.  The imaginary part cannot be left out by a cast: that is `real`."""
    (operand,) = operands
    if dtype_of(operand).is_complex and not attrs["dtype"].is_complex:
        raise TypeError(f"{operand} as {attrs['dtype']}")
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


BOTH = slice(None)
FLOAT_DIVISOR = domain.divisor("float division by zero")
COMPLEX_DIVISOR = domain.divisor("complex division by zero")
POSITIVE = domain.of_python(domain.above(0.0, strict=True), of_complex=domain.NOT_ZERO)

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
    dividing(
        "div",
        operator.truediv,
        np.divide,
        "`a / b` of floats",
        allowed=INEXACT,
        noun="ratio",
        domain=domain.of_python(FLOAT_DIVISOR, of_complex=COMPLEX_DIVISOR),
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
    dividing(
        "floordiv",
        operator.floordiv,
        np.floor_divide,
        "`a // b`",
        allowed=REAL_NUMBERS,
        noun="quotient",
        domain=domain.of_python(
            domain.divisor("float floor division by zero"),
            domain.divisor("integer division or modulo by zero", compiled=True),
        ),
        grows=True,
        kinds=JUDGED,
        integer_loops=True,
    ),
    dividing(
        "mod",
        operator.mod,
        np.remainder,
        "`a % b`, with the sign of the divisor",
        allowed=REAL_NUMBERS,
        noun="rest",
        domain=domain.of_python(domain.divisor(domain.MODULO), domain.divisor("integer modulo by zero", compiled=True)),
        kinds=JUDGED,
        integer_loops=True,
    ),
    dividing(
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
        domain=domain.of_python(domain.POWER, of_complex=domain.COMPLEX_POWER),
        overflows=True,
        grows=True,
        kinds=JUDGED,
        work=2,
        extended=True,
    ),
    binary(
        "maximum",
        py_max,
        np.maximum,
        REAL,
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
        REAL,
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
    page(
        "abs",
        "`abs(a)`, a real number",
        _magnitude,
        abs,
        np.abs,
        raises=of_python_complex,
        grows=True,
        kinds=FOLLOWED,
        rounded=True,
    ),
    unary("sign", sign, np.sign, REAL_NUMBERS, kinds=RETURNED),
    unary("floor", py_floor, np.floor, FLOATS),
    unary("ceil", py_ceil, np.ceil, FLOATS),
    unary("trunc", py_trunc, np.trunc, FLOATS),
    unary("rint", py_round, np.rint, FLOATS),
    function(
        "sqrt",
        noun="root",
        raises=of_python,
        domain=domain.of_python(domain.above(0.0, strict=False)),
        work=4,
        extended=True,
    ),
    function("cbrt", allowed=FLOATS),
    # exponentials and logarithms
    function("exp", raises=of_python, overflows=True),
    function("exp2", raises=of_python, overflows=True),
    function("expm1", raises=of_python, overflows=True),
    function("log", raises=of_python, domain=POSITIVE, extended=True),
    function("log2", raises=of_python, domain=domain.of_python(domain.above(0.0, strict=True)), extended=True),
    function("log10", raises=of_python, domain=POSITIVE, extended=True),
    function("log1p", raises=of_python, domain=domain.of_python(domain.above(-1.0, strict=True)), extended=True),
    # trigonometry
    function("sin", raises=of_python, domain=domain.of_python(domain.finite("cos"))),
    function("cos", raises=of_python, domain=domain.of_python(domain.finite("sin"))),
    function("tan", raises=of_python, domain=domain.of_python(domain.finite())),
    function("arcsin", raises=of_python, domain=domain.of_python(domain.within_one("gt")), extended=True),
    function("arccos", raises=of_python, domain=domain.of_python(domain.within_one("gt")), extended=True),
    function("arctan", raises=of_python_complex, domain=domain.of_python(of_complex=domain.square_is_not(-1.0))),
    function("sinh", raises=of_python, overflows=True),
    function("cosh", raises=of_python, overflows=True),
    function("tanh", raises=of_python_complex),
    function("arcsinh"),
    function("arccosh", raises=of_python, domain=domain.of_python(domain.above(1.0, strict=False)), extended=True),
    function(
        "arctanh",
        raises=of_python,
        domain=domain.of_python(domain.within_one("ge"), of_complex=domain.square_is_not(1.0)),
        extended=True,
    ),
)
