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
from autodiff_compiler.ir.domain import nowhere
from autodiff_compiler.ir.dtype import BOOLEAN, DTYPES, DType
from autodiff_compiler.ir.objects import UNDEFINED, Values, has_type, strong
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
    Evaluate,
    Facts,
    Infer,
    OpDef,
    Shape,
    of_casts,
    of_powers,
    of_python,
    of_shapes,
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
from autodiff_compiler.ir.required_checks import BROADCAST
from autodiff_compiler.ir.types import Array, Scalar, Type, dtype_of, is_py, rank


def broadcast_type(dtype: DType, operands: tuple[Type, ...]) -> Type:
    highest = max(rank(t) for t in operands)
    if highest:
        return Array(dtype, highest)
    kinds = {t.kind for t in operands if isinstance(t, Scalar)}
    return Scalar(dtype, "py" if kinds == {"py"} and dtype.is_python else "np")


def one_dtype(operands: tuple[Type, ...], allowed: Dtypes) -> DType:
    dtypes = {t.dtype if isinstance(t, Scalar | Array) else t for t in operands}
    if len(dtypes) != 1:
        raise TypeError(f"operands of different dtypes: {', '.join(map(str, operands))}")
    (dtype,) = dtypes
    if not isinstance(dtype, DType) or dtype not in allowed:
        raise TypeError(f"dtype {dtype} is not one of {', '.join(map(str, allowed))}")
    return dtype


# What an op takes.  FLOATS: real numbers only, to be rounded, ordered or measured; INEXACT: what mathematical functions give.
Dtypes = tuple[DType, ...]
ANY = DTYPES
NUMERIC = tuple(dtype for dtype in DTYPES if not dtype.is_bool)
INEXACT = tuple(dtype for dtype in DTYPES if dtype.inexact)
FLOATS = tuple(dtype for dtype in DTYPES if dtype.is_float)
INTEGRAL = tuple(dtype for dtype in DTYPES if not dtype.inexact)
INTS = tuple(dtype for dtype in DTYPES if dtype.is_integer)


def _same(allowed: Dtypes) -> Infer:
    def infer(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
        return (broadcast_type(one_dtype(operands, allowed), operands),)

    return infer


def _boolean(allowed: Dtypes) -> Infer:
    def infer(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
        one_dtype(operands, allowed)
        return (broadcast_type(BOOLEAN, operands),)

    return infer


def _select(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    one_dtype(operands[:1], (BOOLEAN,))
    return (broadcast_type(one_dtype(operands[1:], ANY), operands),)


def _cast(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    """attrs: `dtype`, and for scalars `kind`."""
    (operand,) = operands
    if isinstance(operand, Array):
        return (Array(attrs["dtype"], operand.rank),)
    return (Scalar(attrs["dtype"], attrs.get("kind", "np")),)


# -- evaluation --------------------------------------------------------------------------------------------------------


def _broadcast(facts: Facts, op: Op) -> tuple[Shape]:
    return (facts.broadcast(op.operands),)


def _evaluated(py: Callable[..., Any], npy: Callable[..., Any]) -> Evaluate:
    def evaluate(op: Op, values: Values, mutable: bool) -> Any:
        types = [operand.type for operand in op.operands]
        if is_py(*types):
            return py(*values)
        return npy(*(strong(value, type_) for value, type_ in zip(values, types)))

    return evaluate


def _power(op: Op, values: Values, mutable: bool) -> Any:
    result = _evaluated(operator.pow, np.power)(op, values, mutable)
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


# -- the pages ---------------------------------------------------------------------------------------------------------


def _page(
    kind: str,
    meaning: str,
    infer: Infer,
    py: Callable[..., Any],
    npy: Callable[..., Any],
    operands: tuple[str, ...] = ("a",),
    **columns: Any,
) -> OpDef:
    """An elementwise op on arrays or Python numbers; unless its page says otherwise, it raises for no operands."""
    defaults = {
        "raises": of_shapes,
        "domain": nowhere,
        "noun": kind,
        "numpy": f"np.{kind}",
        "evaluate": _evaluated(py, npy),
        "accesses": (BROADCAST,) if len(operands) > 1 else (),
    }
    return OpDef(
        kind,
        meaning,
        infer,
        operands,
        extents=_broadcast,
        elementwise=True,
        py_eval=py,
        np_eval=npy,
        **{**defaults, **columns},
    )


def _unary(
    kind: str,
    py: Callable[..., Any],
    npy: Callable[..., Any],
    allowed: Dtypes = INEXACT,
    meaning: str = "",
    **columns: Any,
) -> OpDef:
    return _page(kind, meaning or f"as `np.{npy.__name__}`", _same(allowed), py, npy, **columns)


def _function(kind: str, py: Callable[..., Any], npy: Callable[..., Any], **columns: Any) -> OpDef:
    """A transcendental function of floats."""
    return _unary(kind, py, npy, cost=DEAR, **columns)


def _binary(
    kind: str,
    py: Callable[..., Any],
    npy: Callable[..., Any],
    allowed: Dtypes = NUMERIC,
    meaning: str = "",
    **columns: Any,
) -> OpDef:
    return _page(kind, meaning or f"as `np.{npy.__name__}`", _same(allowed), py, npy, ("a", "b"), **columns)


def _compare(kind: str, sign: str, py: Callable[..., Any], npy: Callable[..., Any], **columns: Any) -> OpDef:
    return _page(
        kind,
        f"`a {sign} b`, a boolean",
        _boolean(ANY),
        py,
        npy,
        ("a", "b"),
        noun="test",
        compares=True,
        integer_loops=True,
        **columns,
    )


def _test(kind: str, py: Callable[..., Any], npy: Callable[..., Any]) -> OpDef:
    return _page(kind, f"as `np.{kind}`, a boolean", _boolean(INEXACT), py, npy, raises=NEVER)


def _dividing(kind: str, py: Callable[..., Any], npy: Callable[..., Any], meaning: str, **columns: Any) -> OpDef:
    return _binary(kind, py, npy, meaning=meaning, raises=of_python, **columns)


BOTH = slice(None)
FLOAT_DIVISOR = domain.divisor("float division by zero")
POSITIVE = domain.of_python(domain.above(0.0, strict=True))

SCALAR_OPS: tuple[OpDef, ...] = (
    OpDef(
        "cast",
        "the same numbers in another dtype and kind",
        _cast,
        attrs=("dtype",),
        extents=_broadcast,
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
    _page(
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
    _page(
        "stop_gradient",
        "the operand; derivatives take it for a constant",
        _same(ANY),
        lambda x: x,
        lambda x: x,
        noun=OPERAND,
        raises=NEVER,
        views=True,
        moves=True,
    ),
    # arithmetic
    _binary(
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
    _binary(
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
    _binary(
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
    _binary(
        "div0",
        py_div0,
        np_div0,
        INEXACT,
        "what derivative rules divide with: 0 where `a` is 0, never raises",
        noun="ratio",
        linear=FIRST,
        kinds=RETURNED,
    ),
    _binary(
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
    _binary(
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
    _binary(
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
    _binary(
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
    _binary("arctan2", math.atan2, np.arctan2, FLOATS, cost=DEAR),
    _binary("hypot", math.hypot, np.hypot, FLOATS, cost=DEAR, commutative=True),
    _binary("copysign", math.copysign, np.copysign, FLOATS),
    _binary("logaddexp", py_logaddexp, np.logaddexp, FLOATS, cost=DEAR, commutative=True),
    _unary(
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
    _unary("abs", abs, np.abs, NUMERIC, "`abs(a)`", grows=True, kinds=FOLLOWED, rounded=True),
    _unary("sign", sign, np.sign, NUMERIC, kinds=RETURNED),
    _unary("floor", py_floor, np.floor, FLOATS),
    _unary("ceil", py_ceil, np.ceil, FLOATS),
    _unary("trunc", py_trunc, np.trunc, FLOATS),
    _unary("rint", py_round, np.rint, FLOATS),
    _function(
        "sqrt",
        math.sqrt,
        np.sqrt,
        noun="root",
        raises=of_python,
        domain=domain.of_python(domain.above(0.0, strict=False)),
        work=4,
    ),
    _function("cbrt", math.cbrt, np.cbrt, allowed=FLOATS),
    # exponentials and logarithms
    _function("exp", math.exp, np.exp, raises=of_python, overflows=True),
    _function("exp2", math.exp2, np.exp2, raises=of_python, overflows=True),
    _function("expm1", math.expm1, np.expm1, raises=of_python, overflows=True),
    _function("log", math.log, np.log, raises=of_python, domain=POSITIVE),
    _function("log2", math.log2, np.log2, raises=of_python, domain=POSITIVE),
    _function("log10", math.log10, np.log10, raises=of_python, domain=POSITIVE),
    _function(
        "log1p", math.log1p, np.log1p, raises=of_python, domain=domain.of_python(domain.above(-1.0, strict=True))
    ),
    # trigonometry
    _function("sin", math.sin, np.sin, raises=of_python, domain=domain.of_python(domain.finite("cos"))),
    _function("cos", math.cos, np.cos, raises=of_python, domain=domain.of_python(domain.finite("sin"))),
    _function("tan", math.tan, np.tan, raises=of_python, domain=domain.of_python(domain.finite())),
    _function("arcsin", math.asin, np.arcsin, raises=of_python, domain=domain.of_python(domain.within_one("gt"))),
    _function("arccos", math.acos, np.arccos, raises=of_python, domain=domain.of_python(domain.within_one("gt"))),
    _function("arctan", math.atan, np.arctan),
    _function("sinh", math.sinh, np.sinh, raises=of_python, overflows=True),
    _function("cosh", math.cosh, np.cosh, raises=of_python, overflows=True),
    _function("tanh", math.tanh, np.tanh),
    _function("arcsinh", math.asinh, np.arcsinh),
    _function(
        "arccosh", math.acosh, np.arccosh, raises=of_python, domain=domain.of_python(domain.above(1.0, strict=False))
    ),
    _function("arctanh", math.atanh, np.arctanh, raises=of_python, domain=domain.of_python(domain.within_one("ge"))),
    # comparison and logic
    _compare("lt", "<", operator.lt, np.less),
    _compare("le", "<=", operator.le, np.less_equal),
    _compare("gt", ">", operator.gt, np.greater),
    _compare("ge", ">=", operator.ge, np.greater_equal),
    _compare("eq", "==", operator.eq, np.equal, commutative=True),
    _compare("ne", "!=", operator.ne, np.not_equal, commutative=True),
    _binary(
        "and",
        operator.and_,
        np.bitwise_and,
        INTEGRAL,
        "`a & b`; both are evaluated",
        noun="test",
        commutative=True,
        integer_loops=True,
    ),
    _binary(
        "or",
        operator.or_,
        np.bitwise_or,
        INTEGRAL,
        "`a | b`; both are evaluated",
        noun="test",
        commutative=True,
        integer_loops=True,
    ),
    _binary("xor", operator.xor, np.bitwise_xor, INTEGRAL, "`a ^ b`", commutative=True, integer_loops=True),
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
    _page(
        "not",
        "`not a` of booleans",
        _same((BOOLEAN,)),
        operator.not_,
        np.logical_not,
        noun="test",
        raises=NEVER,
        integer_loops=True,
    ),
    _unary("invert", operator.invert, np.invert, INTS, "`~a`", noun="test"),
    _test("isnan", math.isnan, np.isnan),
    _test("isinf", math.isinf, np.isinf),
    _test("isfinite", math.isfinite, np.isfinite),
)
