"""The pages of comparisons, tests and the logic of bits: elementwise ops whose results are no floats."""

from __future__ import annotations

import cmath
import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff_compiler.ir import domain
from autodiff_compiler.ir.dtype import BOOLEAN
from autodiff_compiler.ir.opdef import NEVER, OpDef
from autodiff_compiler.ir.ops.elementwise import (
    ANY,
    INEXACT,
    INTEGRAL,
    INTS,
    REAL,
    Dtypes,
    binary,
    boolean,
    dividing,
    page,
    same,
    unary,
)
from autodiff_compiler.ir.ops.scalar_values import either


def _compare(
    kind: str, sign: str, py: Callable[..., Any], npy: Callable[..., Any], allowed: Dtypes = REAL, **columns: Any
) -> OpDef:
    return page(
        kind,
        f"`a {sign} b`, a boolean",
        boolean(allowed),
        py,
        npy,
        ("a", "b"),
        noun="test",
        compares=True,
        integer_loops=True,
        **columns,
    )


def _test(kind: str) -> OpDef:
    py = either(getattr(math, kind), getattr(cmath, kind))
    return page(kind, f"as `np.{kind}`, a boolean", boolean(INEXACT), py, getattr(np, kind), raises=NEVER)


LOGIC_OPS: tuple[OpDef, ...] = (
    _compare("lt", "<", operator.lt, np.less),
    _compare("le", "<=", operator.le, np.less_equal),
    _compare("gt", ">", operator.gt, np.greater),
    _compare("ge", ">=", operator.ge, np.greater_equal),
    _compare("eq", "==", operator.eq, np.equal, ANY, commutative=True),
    _compare("ne", "!=", operator.ne, np.not_equal, ANY, commutative=True),
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
    dividing(
        "lshift",
        operator.lshift,
        np.left_shift,
        "`a << b`",
        allowed=INTS,
        domain=domain.of_python(None, domain.SHIFT),
        grows=True,
        integer_loops=True,
    ),
    dividing(
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
    _test("isnan"),
    _test("isinf"),
    _test("isfinite"),
)
