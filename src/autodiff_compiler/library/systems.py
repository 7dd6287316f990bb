"""Systems of linear equations, inverses and determinants.

As NumPy does, all of it is computed in double precision, and given back in the precision of the operands.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.diagnostics import UserError
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.dtype import COMPLEX128, FLOAT32, FLOAT64, DType
from autodiff_compiler.ir.matrices import columns_of, diagonal, identity
from autodiff_compiler.ir.path import ALL, at
from autodiff_compiler.ir.types import dtype_of, is_complex, rank
from autodiff_compiler.library import arith, complex_systems
from autodiff_compiler.library.arguments import as_array, to_dtype
from autodiff_compiler.library.lu_factors import factored, solved
from autodiff_compiler.library.registry import function

SlogdetResult: Any = type(np.linalg.slogdet(np.eye(1)))


def operand(b: Builder, x: Any, name: str, least: int = 2) -> Value:
    """An argument that has to be a matrix, or a stack of them; with `least` 1 it may be a vector."""
    value = as_array(b, x)
    if rank(value.type) < least:
        reason = f"{rank(value.type)}-dimensional array given. Array must be at least {('one', 'two')[least - 1]}-dimensional"
        raise UserError("AD204", f"{name}: {reason}", b.span)
    return value


def precision(*values: Value) -> DType:
    """The dtype of a result: in single precision where all operands are, and complex where one of them is."""
    own = [dtype_of(value.type) for value in values]
    real = FLOAT32 if all(dtype.inexact and dtype.real is FLOAT32 for dtype in own) else FLOAT64
    return real.complex if any(dtype.is_complex for dtype in own) else real


def double(b: Builder, value: Value) -> Value:
    return to_dtype(b, value, COMPLEX128 if is_complex(value.type) else FLOAT64)


@function(np.linalg.solve, "np.linalg.solve")
def solve(b: Builder, a: Any, other: Any) -> Value:
    matrix, right = operand(b, a, "np.linalg.solve"), operand(b, other, "np.linalg.solve", 1)
    several = rank(right.type) > 1
    columns = _columns(b, matrix, right if several else columns_of(b, right))
    return columns if several else b.load(columns, *at(*(ALL,) * (rank(columns.type) - 1), b.const(0)))


def _columns(b: Builder, matrix: Value, right: Value) -> Value:
    find = complex_systems.solve if is_complex(matrix.type) or is_complex(right.type) else solved
    return to_dtype(b, find(b, double(b, matrix), double(b, right)), precision(matrix, right))


@function(np.linalg.inv, "np.linalg.inv")
def inv(b: Builder, a: Any) -> Value:
    given = operand(b, a, "np.linalg.inv")
    matrix = double(b, given)
    if is_complex(given.type):
        return to_dtype(b, complex_systems.inverse(b, matrix), precision(given))
    lu, pivots = factored(b, matrix, singular=False)
    one = identity(b, b.dim(matrix, rank(matrix.type) - 1), FLOAT64)
    # A stack has one identity, which `lu_solve` stretches; both have the same number of rows.
    return to_dtype(b, b.op("lu_solve", matrix, lu, pivots, one, transposed=False), precision(given))


def sign_and_log(b: Builder, matrix: Value) -> tuple[Value, Value]:
    """The sign of each determinant, and the logarithm of its absolute value."""
    lu, pivots = factored(b, matrix, singular=True)
    last = rank(matrix.type) - 2
    rows = b.op("arange", b.dim(matrix, last))
    exchanged = b.compare("ne", pivots, rows)
    turns = b.select(exchanged, b.const_like(-1, matrix.type), b.const_like(1, matrix.type))
    sign = b.op("prod", b.mul(turns, b.op("sign", diagonal(b, lu))), axes=(last,))
    return sign, b.op("log_abs_det", matrix, lu, pivots)


@function(np.linalg.slogdet, "np.linalg.slogdet")
def slogdet(b: Builder, a: Any) -> Any:
    given = operand(b, a, "np.linalg.slogdet")
    own = precision(given)
    return SlogdetResult(*(to_dtype(b, part, own) for part in sign_and_log(b, double(b, given))))


@function(np.linalg.det, "np.linalg.det")
def det(b: Builder, a: Any) -> Value:
    """As NumPy computes it, of its logarithm."""
    given = operand(b, a, "np.linalg.det")
    sign, logarithm = sign_and_log(b, double(b, given))
    return to_dtype(b, arith.binary(b, "*", sign, b.op("exp", logarithm)), precision(given))
