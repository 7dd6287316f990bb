"""The pages of the elementwise ops.  All numeric operands have one dtype (a cast is an op of its own); kinds may mix.

The result has the broadcast rank of the operands; among scalars its kind is "py" only if all operands are "py".
`div` is true division of floats; `div0` is division for derivative rules: it never raises, and a zero numerator gives
zero whatever the denominator (a strong zero).  `mul0` is multiplication by a partial that may have overflowed: a zero first
factor gives zero.
"""

from __future__ import annotations

import cmath
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
    NEVER,
    OPERAND,
    Attrs,
    Evaluate,
    Facts,
    Infer,
    OpDef,
    Shape,
    of_casts,
    of_powers,
    of_python,
    of_python_complex,
    of_shapes,
)
from autodiff_compiler.ir.ops.scalar_values import (
    either,
    from_numpy,
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


# What an op takes.  FLOATS: real numbers only, to be rounded or measured; INEXACT: what mathematical functions give; REAL: what has
# an order, numbers and truth values.
Dtypes = tuple[DType, ...]
ANY = DTYPES
REAL = tuple(dtype for dtype in DTYPES if not dtype.is_complex)
REAL_NUMBERS = tuple(dtype for dtype in REAL if not dtype.is_bool)
NUMERIC = tuple(dtype for dtype in DTYPES if not dtype.is_bool)
INEXACT = tuple(dtype for dtype in DTYPES if dtype.inexact)
FLOATS = tuple(dtype for dtype in DTYPES if dtype.is_float)


def same(allowed: Dtypes) -> Infer:
    def infer(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
        return (broadcast_type(one_dtype(operands, allowed), operands),)

    return infer


def _select(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    one_dtype(operands[:1], (BOOLEAN,))
    return (broadcast_type(one_dtype(operands[1:], ANY), operands),)


def _magnitude(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    return (broadcast_type(one_dtype(operands, NUMERIC).real, operands),)


def _cast(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    """attrs: `dtype`, and for scalars `kind`.  To leave out the imaginary part is no matter of casting: that is `real`."""
    (operand,) = operands
    if dtype_of(operand).is_complex and not attrs["dtype"].is_complex:
        raise TypeError(f"{operand} as {attrs['dtype']}")
    if isinstance(operand, Array):
        return (Array(attrs["dtype"], operand.rank),)
    return (Scalar(attrs["dtype"], attrs.get("kind", "np")),)


# -- evaluation --------------------------------------------------------------------------------------------------------


def broadcast(facts: Facts, op: Op) -> tuple[Shape]:
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


def page(
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
        extents=broadcast,
        elementwise=True,
        py_eval=py,
        np_eval=npy,
        **{**defaults, **columns},
    )


def unary(
    kind: str,
    py: Callable[..., Any],
    npy: Callable[..., Any],
    allowed: Dtypes = INEXACT,
    meaning: str = "",
    **columns: Any,
) -> OpDef:
    return page(kind, meaning or f"as `np.{npy.__name__}`", same(allowed), py, npy, **columns)


def _function(kind: str, py: Callable[..., Any], npy: Callable[..., Any], **columns: Any) -> OpDef:
    """A transcendental function of floats."""
    return unary(kind, py, npy, cost=DEAR, **columns)


def binary(
    kind: str,
    py: Callable[..., Any],
    npy: Callable[..., Any],
    allowed: Dtypes = NUMERIC,
    meaning: str = "",
    **columns: Any,
) -> OpDef:
    return page(kind, meaning or f"as `np.{npy.__name__}`", same(allowed), py, npy, ("a", "b"), **columns)


def dividing(kind: str, py: Callable[..., Any], npy: Callable[..., Any], meaning: str, **columns: Any) -> OpDef:
    return binary(kind, py, npy, meaning=meaning, raises=of_python, **columns)


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
    ),
    binary(
        "sub", operator.sub, np.subtract, meaning="`a - b`", signs=(1, -1), whole=BOTH, noun="difference", grows=True
    ),
    binary(
        "mul", operator.mul, np.multiply, meaning="`a * b`", whole=BOTH, noun="product", commutative=True, grows=True
    ),
    dividing(
        "div",
        operator.truediv,
        np.divide,
        "`a / b` of floats",
        allowed=INEXACT,
        noun="ratio",
        domain=domain.of_python(FLOAT_DIVISOR, of_complex=COMPLEX_DIVISOR),
    ),
    binary(
        "div0",
        py_div0,
        np_div0,
        INEXACT,
        "what derivative rules divide with: 0 where `a` is 0, never raises",
        noun="ratio",
    ),
    binary("mul0", py_mul0, np_mul0, INEXACT, "0 where `a` is 0, whatever `b` is; else `a * b`", noun="product"),
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
    ),
    dividing(
        "mod",
        operator.mod,
        np.remainder,
        "`a % b`, with the sign of the divisor",
        allowed=REAL_NUMBERS,
        noun="rest",
        domain=domain.of_python(domain.divisor(domain.MODULO), domain.divisor("integer modulo by zero", compiled=True)),
    ),
    dividing(
        "fmod",
        math.fmod,
        np.fmod,
        "as `math.fmod`, with the sign of the dividend",
        allowed=FLOATS,
        domain=domain.of_python(domain.REMAINDER),
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
        grows=True,
    ),
    binary(
        "maximum", py_max, np.maximum, REAL, "the larger one; NaN wins, as in NumPy", noun="larger", commutative=True
    ),
    binary(
        "minimum", py_min, np.minimum, REAL, "the smaller one; NaN wins, as in NumPy", noun="smaller", commutative=True
    ),
    binary("arctan2", math.atan2, np.arctan2, FLOATS, cost=DEAR),
    binary("hypot", math.hypot, np.hypot, FLOATS, cost=DEAR, commutative=True),
    binary("copysign", math.copysign, np.copysign, FLOATS),
    binary("logaddexp", py_logaddexp, np.logaddexp, FLOATS, cost=DEAR, commutative=True),
    unary("neg", operator.neg, np.negative, NUMERIC, "`-a`", signs=(-1,), whole=BOTH, noun="negative", grows=True),
    page("abs", "`abs(a)`, a real number", _magnitude, abs, np.abs, raises=of_python_complex, grows=True),
    unary("sign", sign, np.sign, REAL_NUMBERS),
    unary("floor", py_floor, np.floor, FLOATS),
    unary("ceil", py_ceil, np.ceil, FLOATS),
    unary("trunc", py_trunc, np.trunc, FLOATS),
    unary("rint", py_round, np.rint, FLOATS),
    _function(
        "sqrt",
        either(math.sqrt, cmath.sqrt),
        np.sqrt,
        noun="root",
        raises=of_python,
        domain=domain.of_python(domain.above(0.0, strict=False)),
    ),
    _function("cbrt", math.cbrt, np.cbrt, allowed=FLOATS),
    # exponentials and logarithms
    _function("exp", either(math.exp, cmath.exp), np.exp, raises=of_python),
    _function("exp2", either(math.exp2, from_numpy(np.exp2)), np.exp2, raises=of_python),
    _function("expm1", either(math.expm1, from_numpy(np.expm1)), np.expm1, raises=of_python),
    _function("log", either(math.log, cmath.log), np.log, raises=of_python, domain=POSITIVE),
    _function(
        "log2",
        either(math.log2, from_numpy(np.log2)),
        np.log2,
        raises=of_python,
        domain=domain.of_python(domain.above(0.0, strict=True)),
    ),
    _function("log10", either(math.log10, cmath.log10), np.log10, raises=of_python, domain=POSITIVE),
    _function(
        "log1p",
        either(math.log1p, from_numpy(np.log1p)),
        np.log1p,
        raises=of_python,
        domain=domain.of_python(domain.above(-1.0, strict=True)),
    ),
    # trigonometry
    _function(
        "sin", either(math.sin, cmath.sin), np.sin, raises=of_python, domain=domain.of_python(domain.finite("cos"))
    ),
    _function(
        "cos", either(math.cos, cmath.cos), np.cos, raises=of_python, domain=domain.of_python(domain.finite("sin"))
    ),
    _function("tan", either(math.tan, cmath.tan), np.tan, raises=of_python, domain=domain.of_python(domain.finite())),
    _function(
        "arcsin",
        either(math.asin, cmath.asin),
        np.arcsin,
        raises=of_python,
        domain=domain.of_python(domain.within_one("gt")),
    ),
    _function(
        "arccos",
        either(math.acos, cmath.acos),
        np.arccos,
        raises=of_python,
        domain=domain.of_python(domain.within_one("gt")),
    ),
    _function(
        "arctan",
        either(math.atan, cmath.atan),
        np.arctan,
        raises=of_python_complex,
        domain=domain.of_python(of_complex=domain.square_is_not(-1.0)),
    ),
    _function("sinh", either(math.sinh, cmath.sinh), np.sinh, raises=of_python),
    _function("cosh", either(math.cosh, cmath.cosh), np.cosh, raises=of_python),
    _function("tanh", either(math.tanh, cmath.tanh), np.tanh, raises=of_python_complex),
    _function("arcsinh", either(math.asinh, cmath.asinh), np.arcsinh),
    _function(
        "arccosh",
        either(math.acosh, cmath.acosh),
        np.arccosh,
        raises=of_python,
        domain=domain.of_python(domain.above(1.0, strict=False)),
    ),
    _function(
        "arctanh",
        either(math.atanh, cmath.atanh),
        np.arctanh,
        raises=of_python,
        domain=domain.of_python(domain.within_one("ge"), of_complex=domain.square_is_not(1.0)),
    ),
)
