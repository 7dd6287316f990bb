"""The pages of linear systems: triangular factors, and what is computed with them.

An op that solves with factors takes the matrix they are of as well.  It does not compute with it: the matrix stands for the
factors wherever the op is differentiated, which therefore factors nothing again.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.ir.core import Op
from autodiff_compiler.ir.dtype import BOOLEAN, INT64
from autodiff_compiler.ir.objects import Values
from autodiff_compiler.ir.opdef import DEAR, SHAPE, Attrs, Facts, OpDef, Shape
from autodiff_compiler.ir.ops import linalg_values as compute
from autodiff_compiler.ir.ops.operand_types import matrix
from autodiff_compiler.ir.required_checks import SQUARE, SYSTEM
from autodiff_compiler.ir.types import Array, Scalar, Type, like


def _factored(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    a = matrix(operands[0])
    return (a, Array(INT64, a.rank - 1), Scalar(BOOLEAN))


def _solved(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    a, b = matrix(operands[0]), matrix(operands[-1])
    return (Array(a.dtype, max(a.rank, b.rank)),)


def _of_each(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    """A number for each matrix."""
    a = matrix(operands[0])
    return (like(a, a.rank - 2),)


def _factors(facts: Facts, op: Op) -> tuple[Shape | None, ...]:
    shape = facts.extents(op.operands[0])
    return shape, shape[:-1], None


def _solutions(facts: Facts, op: Op) -> tuple[Shape | None, ...]:
    """The rows and columns of the right-hand side, behind leading axes that are broadcast."""
    a, b = facts.extents(op.operands[0]), facts.extents(op.operands[-1])
    if len(a) == 2 or len(b) == 2:
        return ((*(a[:-2] or b[:-2]), *b[-2:]),)
    return ((*(("dim", op.result, k) for k in range(max(len(a), len(b)) - 2)), *b[-2:]),)


def _one_each(facts: Facts, op: Op) -> tuple[Shape | None, ...]:
    shape = facts.extents(op.operands[0])[:-2]
    return (shape or None,)


def _lu_factor(op: Op, values: Values, mutable: bool) -> Any:
    lu, pivots = compute.stacked(compute.lu_factor, values[0], core=(2,))
    return lu, pivots, np.bool_(np.all(np.diagonal(lu, axis1=-2, axis2=-1) != 0))


def _lu_solve(op: Op, values: Values, mutable: bool) -> Any:
    transposed = op.attrs["transposed"]
    return compute.stacked(lambda *one: compute.lu_solve(*one, transposed=transposed), *values[1:], core=(2, 1, 2))


def _solve_triangular(op: Op, values: Values, mutable: bool) -> Any:
    return compute.stacked(lambda *one: compute.solve_triangular(*one, **op.attrs), *values, core=(2, 2))


SOLVING: tuple[OpDef, ...] = (
    OpDef(
        "lu_factor",
        "the triangular factors of `a` in one array, as LAPACK packs them, the row that each row was exchanged with, "
        "and whether no pivot is 0",
        _factored,
        results=("lu", "pivots", "regular"),
        extents=_factors,
        evaluate=_lu_factor,
        noun="factors",
        cost=DEAR,
        raises=(SHAPE,),
        accesses=(SQUARE,),
    ),
    OpDef(
        "lu_solve",
        "`x` of `a @ x = b`, or of `a.T @ x = b` where `transposed`; only the factors of `a` are read",
        _solved,
        ("a", "lu", "pivots", "b"),
        attrs=("transposed",),
        extents=_solutions,
        evaluate=_lu_solve,
        noun="solution",
        cost=DEAR,
        raises=(SHAPE,),
        accesses=(SQUARE, SYSTEM),
        linear=((-1,),),
        stands_for=1,
    ),
    OpDef(
        "log_abs_det",
        "the logarithm of the absolute value of the determinant of `a`; only its factors are read",
        _of_each,
        ("a", "lu", "pivots"),
        extents=_one_each,
        evaluate=lambda op, values, mutable: compute.stacked(compute.log_abs_det, values[1], core=(2,)),
        noun="determinant",
        cost=DEAR,
        raises=(SHAPE,),
        accesses=(SQUARE,),
        stands_for=1,
    ),
    OpDef(
        "solve_triangular",
        "`x` of `a @ x = b`, or of `a.T @ x = b` where `transposed`, for a triangular `a`: only that triangle is read, and ones "
        "for its diagonal where `unit`",
        _solved,
        ("a", "b"),
        attrs=("lower", "transposed", "unit"),
        extents=_solutions,
        evaluate=_solve_triangular,
        noun="solution",
        cost=DEAR,
        raises=(SHAPE,),
        accesses=(SQUARE, SYSTEM),
        linear=((-1,),),
    ),
)
