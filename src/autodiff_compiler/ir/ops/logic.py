"""The pages of comparisons, tests and the logic of bits: elementwise ops whose results are no floats."""

from __future__ import annotations

import cmath
import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff_compiler.ir import domain
from autodiff_compiler.ir.dtype import BOOLEAN, DTYPES
from autodiff_compiler.ir.opdef import NEVER, Attrs, Infer, OpDef
from autodiff_compiler.ir.ops.scalar import (
    ANY,
    INEXACT,
    REAL,
    Dtypes,
    binary,
    broadcast_type,
    dividing,
    one_dtype,
    page,
    same,
    unary,
)
from autodiff_compiler.ir.ops.scalar_values import either
from autodiff_compiler.ir.types import Type

INTEGRAL = tuple(dtype for dtype in DTYPES if not dtype.inexact)
INTS = tuple(dtype for dtype in DTYPES if dtype.is_integer)


def _boolean(allowed: Dtypes) -> Infer:
    def infer(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
        one_dtype(operands, allowed)
        return (broadcast_type(BOOLEAN, operands),)

    return infer


def _compare(
    kind: str, sign: str, py: Callable[..., Any], npy: Callable[..., Any], allowed: Dtypes = REAL, **columns: Any
) -> OpDef:
    return page(
        kind, f"`a {sign} b`, a boolean", _boolean(allowed), py, npy, ("a", "b"), noun="test", compares=True, **columns
    )


def _test(kind: str) -> OpDef:
    py = either(getattr(math, kind), getattr(cmath, kind))
    return page(kind, f"as `np.{kind}`, a boolean", _boolean(INEXACT), py, getattr(np, kind), raises=NEVER)


LOGIC_OPS: tuple[OpDef, ...] = (
    _compare("lt", "<", operator.lt, np.less),
    _compare("le", "<=", operator.le, np.less_equal),
    _compare("gt", ">", operator.gt, np.greater),
    _compare("ge", ">=", operator.ge, np.greater_equal),
    _compare("eq", "==", operator.eq, np.equal, ANY, commutative=True),
    _compare("ne", "!=", operator.ne, np.not_equal, ANY, commutative=True),
    binary(
        "and", operator.and_, np.bitwise_and, INTEGRAL, "`a & b`; both are evaluated", noun="test", commutative=True
    ),
    binary("or", operator.or_, np.bitwise_or, INTEGRAL, "`a | b`; both are evaluated", noun="test", commutative=True),
    binary("xor", operator.xor, np.bitwise_xor, INTEGRAL, "`a ^ b`", commutative=True),
    dividing(
        "lshift",
        operator.lshift,
        np.left_shift,
        "`a << b`",
        allowed=INTS,
        domain=domain.of_python(None, domain.SHIFT),
        grows=True,
    ),
    dividing(
        "rshift", operator.rshift, np.right_shift, "`a >> b`", allowed=INTS, domain=domain.of_python(None, domain.SHIFT)
    ),
    page("not", "`not a` of booleans", same((BOOLEAN,)), operator.not_, np.logical_not, noun="test", raises=NEVER),
    unary("invert", operator.invert, np.invert, INTS, "`~a`", noun="test"),
    _test("isnan"),
    _test("isinf"),
    _test("isfinite"),
)
