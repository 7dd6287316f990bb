"""The elementwise ops.  All numeric operands have one dtype (a cast is an op of its own); kinds may mix.

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

from autodiff_compiler.ir.core import Op
from autodiff_compiler.ir.dtype import BOOLEAN, DTYPES, DType
from autodiff_compiler.ir.opdef import (
    CHEAP,
    DEAR,
    NEVER,
    Attrs,
    OpDef,
    Reasons,
    of_casts,
    of_powers,
    of_python,
    of_shapes,
)
from autodiff_compiler.ir.types import Array, Scalar, Type, rank


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


def _same(allowed: Dtypes):
    def infer(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
        return (broadcast_type(one_dtype(operands, allowed), operands),)

    return infer


def _boolean(allowed: Dtypes):
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


def sign(x: float) -> float:
    """As `np.sign`: -1, 0 or 1, NaN for NaN, in the type of x."""
    return x if x != x else type(x)((x > 0) - (x < 0))


def py_div0(a: float, b: float) -> float:
    if a == 0.0:
        return 0.0
    return a / b if b != 0.0 else a * math.copysign(math.inf, b)


def py_mul0(a: float, b: float) -> float:
    return a if a == 0.0 else a * b


def np_mul0(a: Any, b: Any) -> Any:
    with np.errstate(all="ignore"):
        zero = np.equal(a, 0)
        return np.where(zero, np.zeros_like(a), np.multiply(a, b))[()]


def np_div0(a: Any, b: Any) -> Any:
    with np.errstate(all="ignore"):
        zero = np.equal(a, 0)
        return np.where(zero, np.zeros_like(a), np.divide(a, b))[()]


def _unary(
    kind: str,
    py: Callable[..., Any],
    npy: Callable[..., Any],
    allowed: Dtypes = INEXACT,
    cost: str = DEAR,
    raises: Reasons | Callable[[Op], Reasons] = of_shapes,
    grows: bool = False,
) -> OpDef:
    return OpDef(
        kind, _same(allowed), 1, cost=cost, elementwise=True, raises=raises, grows=grows, py_eval=py, np_eval=npy
    )


def _binary(
    kind: str,
    py: Callable[..., Any],
    npy: Callable[..., Any],
    allowed: Dtypes = NUMERIC,
    cost: str = CHEAP,
    raises: Reasons | Callable[[Op], Reasons] = of_shapes,
    commutative: bool = False,
    grows: bool = False,
) -> OpDef:
    return OpDef(
        kind,
        _same(allowed),
        2,
        cost=cost,
        elementwise=True,
        accesses=("broadcast",),
        raises=raises,
        commutative=commutative,
        grows=grows,
        py_eval=py,
        np_eval=npy,
    )


def _compare(kind: str, py: Callable[..., Any], npy: Callable[..., Any]) -> OpDef:
    return OpDef(
        kind,
        _boolean(ANY),
        2,
        elementwise=True,
        accesses=("broadcast",),
        raises=of_shapes,
        commutative=kind in ("eq", "ne"),
        py_eval=py,
        np_eval=npy,
    )


def _test(kind: str, py: Callable[..., Any], npy: Callable[..., Any]) -> OpDef:
    return OpDef(kind, _boolean(INEXACT), 1, elementwise=True, raises=NEVER, py_eval=py, np_eval=npy)


def _py_round(x: float) -> float:
    return round(x, 0)  # with digits, so that infinities and the sign of zero stay


def _py_floor(x: float) -> float:
    return float(math.floor(x)) if math.isfinite(x) else x


def _py_ceil(x: float) -> float:
    return float(math.ceil(x)) if math.isfinite(x) else x


def _py_trunc(x: float) -> float:
    return float(math.trunc(x)) if math.isfinite(x) else x


def _select_py(c: bool, a: Any, b: Any) -> Any:
    return a if c else b


def _select_np(c: Any, a: Any, b: Any) -> Any:
    return np.where(c, a, b)[()]


def _logaddexp(a: float, b: float) -> float:
    return float(np.logaddexp(a, b))


def _py_max(a: Any, b: Any) -> Any:
    """As `np.maximum`: NaN wins."""
    return a if a != a or a >= b else b


def _py_min(a: Any, b: Any) -> Any:
    return a if a != a or a <= b else b


ELEMENTWISE: tuple[OpDef, ...] = (
    OpDef("cast", _cast, 1, elementwise=True, raises=of_casts, grows=True),
    OpDef(
        "select",
        _select,
        3,
        elementwise=True,
        raises=of_shapes,
        accesses=("broadcast",),
        py_eval=_select_py,
        np_eval=_select_np,
    ),
    # the operand; derivatives take it for a constant
    OpDef(
        "stop_gradient",
        _same(ANY),
        1,
        elementwise=True,
        raises=NEVER,
        views=True,
        py_eval=lambda x: x,
        np_eval=lambda x: x,
    ),
    # arithmetic
    _binary("add", operator.add, np.add, commutative=True, grows=True),
    _binary("sub", operator.sub, np.subtract, grows=True),
    _binary("mul", operator.mul, np.multiply, commutative=True, grows=True),
    _binary("div", operator.truediv, np.divide, INEXACT, raises=of_python),
    _binary("div0", py_div0, np_div0, INEXACT),
    _binary("mul0", py_mul0, np_mul0, INEXACT),
    _binary("floordiv", operator.floordiv, np.floor_divide, raises=of_python, grows=True),
    _binary("mod", operator.mod, np.remainder, raises=of_python),
    _binary("fmod", math.fmod, np.fmod, FLOATS, raises=of_python),
    _binary("pow", operator.pow, np.power, cost=DEAR, raises=of_powers, grows=True),
    _binary("maximum", _py_max, np.maximum, ANY, commutative=True),
    _binary("minimum", _py_min, np.minimum, ANY, commutative=True),
    _binary("arctan2", math.atan2, np.arctan2, FLOATS, DEAR),
    _binary("hypot", math.hypot, np.hypot, FLOATS, DEAR, commutative=True),
    _binary("copysign", math.copysign, np.copysign, FLOATS),
    _binary("logaddexp", _logaddexp, np.logaddexp, FLOATS, DEAR, commutative=True),
    _unary("neg", operator.neg, np.negative, NUMERIC, CHEAP, grows=True),
    _unary("abs", abs, np.abs, NUMERIC, CHEAP, grows=True),
    _unary("sign", sign, np.sign, NUMERIC, CHEAP),
    _unary("floor", _py_floor, np.floor, FLOATS, CHEAP),
    _unary("ceil", _py_ceil, np.ceil, FLOATS, CHEAP),
    _unary("trunc", _py_trunc, np.trunc, FLOATS, CHEAP),
    _unary("rint", _py_round, np.rint, FLOATS, CHEAP),
    _unary("sqrt", math.sqrt, np.sqrt, raises=of_python),
    _unary("cbrt", math.cbrt, np.cbrt, FLOATS),
    # exponentials and logarithms
    _unary("exp", math.exp, np.exp, raises=of_python),
    _unary("exp2", math.exp2, np.exp2, raises=of_python),
    _unary("expm1", math.expm1, np.expm1, raises=of_python),
    _unary("log", math.log, np.log, raises=of_python),
    _unary("log2", math.log2, np.log2, raises=of_python),
    _unary("log10", math.log10, np.log10, raises=of_python),
    _unary("log1p", math.log1p, np.log1p, raises=of_python),
    # trigonometry
    _unary("sin", math.sin, np.sin, raises=of_python),
    _unary("cos", math.cos, np.cos, raises=of_python),
    _unary("tan", math.tan, np.tan, raises=of_python),
    _unary("arcsin", math.asin, np.arcsin, raises=of_python),
    _unary("arccos", math.acos, np.arccos, raises=of_python),
    _unary("arctan", math.atan, np.arctan),
    _unary("sinh", math.sinh, np.sinh, raises=of_python),
    _unary("cosh", math.cosh, np.cosh, raises=of_python),
    _unary("tanh", math.tanh, np.tanh),
    _unary("arcsinh", math.asinh, np.arcsinh),
    _unary("arccosh", math.acosh, np.arccosh, raises=of_python),
    _unary("arctanh", math.atanh, np.arctanh, raises=of_python),
    # comparison and logic
    _compare("lt", operator.lt, np.less),
    _compare("le", operator.le, np.less_equal),
    _compare("gt", operator.gt, np.greater),
    _compare("ge", operator.ge, np.greater_equal),
    _compare("eq", operator.eq, np.equal),
    _compare("ne", operator.ne, np.not_equal),
    _binary("and", operator.and_, np.bitwise_and, INTEGRAL, commutative=True),
    _binary("or", operator.or_, np.bitwise_or, INTEGRAL, commutative=True),
    _binary("xor", operator.xor, np.bitwise_xor, INTEGRAL, commutative=True),
    _binary("lshift", operator.lshift, np.left_shift, INTS, raises=of_python, grows=True),
    _binary("rshift", operator.rshift, np.right_shift, INTS, raises=of_python),
    OpDef("not", _same((BOOLEAN,)), 1, elementwise=True, raises=NEVER, py_eval=operator.not_, np_eval=np.logical_not),
    _unary("invert", operator.invert, np.invert, INTS, CHEAP),
    _test("isnan", math.isnan, np.isnan),
    _test("isinf", math.isinf, np.isinf),
    _test("isfinite", math.isfinite, np.isfinite),
)
