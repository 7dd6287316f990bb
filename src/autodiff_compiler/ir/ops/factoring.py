"""The pages of factorisations, and of the pseudoinverse.

One that may fail, as NumPy's may, says in its last result whether it did not.  What it gives where it failed is regular: where a program
catches the error, a reverse sweep passes the op with zeros, which have to stay zeros.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler import lazy
from autodiff_compiler.ir.core import Op
from autodiff_compiler.ir.dtype import BOOLEAN, FLOAT64
from autodiff_compiler.ir.objects import Values
from autodiff_compiler.ir.opdef import DEAR, NEVER, SHAPE, Attrs, Facts, OpDef, Shape, like_first
from autodiff_compiler.ir.ops import linalg_values as compute
from autodiff_compiler.ir.ops.operand_types import matrix
from autodiff_compiler.ir.required_checks import SQUARE
from autodiff_compiler.ir.types import Scalar, Type, dtype_of, like, rank


def _triangular(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    return (matrix(operands[0]), Scalar(BOOLEAN))


def _orthogonal(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    a = matrix(operands[0])
    return (a, a)


def _eigen(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    a = matrix(operands[0])
    return (like(a, a.rank - 1), a, Scalar(BOOLEAN))


def _singular(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    a = matrix(operands[0])
    return (a, like(a, a.rank - 1), a, Scalar(BOOLEAN))


def _inverted(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    if dtype_of(operands[1]) is not FLOAT64 or rank(operands[1]):
        raise TypeError(f"a number in double precision is needed, not {operands[1]}")
    return (matrix(operands[0]), Scalar(BOOLEAN))


def _of_a(facts: Facts, op: Op) -> tuple[Shape | None, ...]:
    return (*like_first(facts, op), None)


def _of_eigen(facts: Facts, op: Op) -> tuple[Shape | None, ...]:
    shape = facts.extents(op.operands[0])
    return shape[:-1], shape, None


def _of_orthogonal(facts: Facts, op: Op) -> tuple[Shape | None, ...]:
    """Both have as many columns, or rows, as the smaller extent of the matrix."""
    shape = facts.extents(op.operands[0])
    inner = ("dim", op.results[0], len(shape) - 1)
    return (*shape[:-1], inner), (*shape[:-2], inner, shape[-1])


def _of_singular(facts: Facts, op: Op) -> tuple[Shape | None, ...]:
    shape = facts.extents(op.operands[0])
    inner = ("dim", op.results[0], len(shape) - 1)
    return (*shape[:-1], inner), (*shape[:-2], inner), (*shape[:-2], inner, shape[-1]), None


def _of_inverse(facts: Facts, op: Op) -> tuple[Shape | None, ...]:
    shape = facts.extents(op.operands[0])
    return (*shape[:-2], shape[-1], shape[-2]), None


def _cholesky(op: Op, values: Values, mutable: bool) -> Any:
    lower, positive = compute.stacked(compute.cholesky, values[0], core=(2,))
    return lower, np.bool_(np.all(positive))


def _eigh(op: Op, values: Values, mutable: bool) -> Any:
    if op.attrs["driver"] == "evr":
        eigh = lazy.load("scipy.linalg").eigh
        each = compute.stacked(lambda a: eigh(a, lower=op.attrs["lower"], driver="evr"), values[0], core=(2,))
        return (*each, np.True_)
    return (*np.linalg.eigh(values[0], "L" if op.attrs["lower"] else "U"), np.True_)


def _svd(op: Op, values: Values, mutable: bool) -> Any:
    return (*np.linalg.svd(values[0], full_matrices=False), np.True_)


def _pinv(op: Op, values: Values, mutable: bool) -> Any:
    return np.linalg.pinv(values[0], values[1]), np.True_


FACTORING: tuple[OpDef, ...] = (
    OpDef(
        "cholesky",
        "the lower triangular `lower` with `a = lower @ lower.T`, of which only the lower triangle is read, and whether there is one",
        _triangular,
        results=("lower", "positive"),
        extents=_of_a,
        evaluate=_cholesky,
        noun="factors",
        cost=DEAR,
        raises=(SHAPE,),
        accesses=(SQUARE,),
    ),
    OpDef(
        "qr",
        "`q` with orthonormal columns and the triangular `r` with `a = q @ r`",
        _orthogonal,
        results=("q", "r"),
        extents=_of_orthogonal,
        evaluate=lambda op, values, mutable: tuple(np.linalg.qr(values[0])),
        noun="factors",
        cost=DEAR,
        raises=NEVER,
    ),
    OpDef(
        "eigh",
        "eigenvalues in ascending order and eigenvectors, as columns, of a symmetric `a`, of which only one triangle is read, and "
        "whether the iteration converged; `driver` is LAPACK's routine, on which the signs of eigenvectors depend",
        _eigen,
        results=("eigenvalues", "eigenvectors", "converged"),
        attrs=("lower", "driver"),
        extents=_of_eigen,
        evaluate=_eigh,
        noun="eigenvalues",
        cost=DEAR,
        raises=(SHAPE,),
        accesses=(SQUARE,),
    ),
    OpDef(
        "svd",
        "`u`, `s`, `vh` with `a = u * s @ vh`, where `s` is in descending order, and whether the iteration converged",
        _singular,
        results=("u", "s", "vh", "converged"),
        extents=_of_singular,
        evaluate=_svd,
        noun="singular",
        cost=DEAR,
        raises=NEVER,
    ),
    OpDef(
        "pinv",
        "the pseudoinverse of `a`, where singular values up to `cutoff` times the largest count as 0, and whether the iteration "
        "converged",
        _inverted,
        ("a", "cutoff"),
        results=("inverse", "converged"),
        extents=_of_inverse,
        evaluate=_pinv,
        noun="inverse",
        cost=DEAR,
        raises=NEVER,
    ),
)
