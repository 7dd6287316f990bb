"""Triangular systems and factors, as `scipy.linalg` has them.

Nothing depends on the triangles that are not read.
"""

from __future__ import annotations

from typing import Any

from autodiff_compiler.diagnostics import UnsupportedError, UserError
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.dtype import INT32, INT64
from autodiff_compiler.ir.matrices import columns_of, diagonal, permuted
from autodiff_compiler.ir.message import LINALG_ERROR
from autodiff_compiler.ir.path import ALL, at
from autodiff_compiler.ir.required_checks import check_equal
from autodiff_compiler.ir.types import rank
from autodiff_compiler.library.arguments import as_array, static_bool, to_dtype
from autodiff_compiler.library.lu_factors import applied
from autodiff_compiler.library.systems import double, operand, precision

_TRANSPOSED = {0: False, "N": False, 1: True, "T": True, 2: True, "C": True}


def one_matrix(b: Builder, a: Any, name: str, error: str = "ValueError") -> Value:
    """An argument that has to be one square matrix; the error is ours where SciPy takes others."""
    value = operand(b, a, name)
    if rank(value.type) != 2:
        raise UnsupportedError("AD202", f"{name} of a stack of matrices", b.span, help="loop over the stack")
    rows, columns = b.dims(value)
    check_equal(b, rows, columns, (f"{name}: a square matrix is needed",), error=error)
    return value


def _finite(b: Builder, check_finite: Any, *values: Value) -> None:
    if not static_bool(b, check_finite, "check_finite"):
        return
    for value in values:
        every = b.op("all", b.op("isfinite", value), axes=tuple(range(rank(value.type))))
        b.emit("check", (every,), {"error": "ValueError", "message": ("array must not contain infs or NaNs",)})


def _transposed(b: Builder, trans: Any) -> bool:
    if isinstance(trans, Value):
        raise UnsupportedError("AD207", "trans must be known when the function is compiled", b.span, help="write it")
    if trans not in _TRANSPOSED:
        raise UserError("AD209", f"trans must be one of 0, 1, 2, 'N', 'T' and 'C', not {trans!r}", b.span)
    return _TRANSPOSED[trans]


class _Right:
    """The right-hand side of a system: a vector, or a matrix of columns."""

    def __init__(self, b: Builder, x: Any, matrix: Value, name: str) -> None:
        given = as_array(b, x)
        if rank(given.type) not in (1, 2):
            raise UnsupportedError("AD202", f"{name} with a stack of right-hand sides", b.span, help="loop over it")
        self.b, self.own, self.is_vector = b, precision(matrix, given), rank(given.type) == 1
        check_equal(b, b.dim(given, 0), b.dim(matrix, 0), (f"{name}: shapes of a and b are incompatible",))
        value = double(b, given)
        self.columns = columns_of(b, value) if self.is_vector else value

    def solution(self, columns: Value) -> Value:
        b = self.b
        found = b.load(columns, *at(ALL, b.const(0))) if self.is_vector else columns
        return to_dtype(b, found, self.own)


def solve_triangular(
    b: Builder,
    a: Any,
    other: Any,
    trans: Any = 0,
    lower: Any = False,
    unit_diagonal: Any = False,
    overwrite_b: Any = False,
    check_finite: Any = True,
) -> Value:
    matrix = one_matrix(b, a, "scipy.linalg.solve_triangular")
    right = _Right(b, other, matrix, "scipy.linalg.solve_triangular")
    below, unit = static_bool(b, lower, "lower"), static_bool(b, unit_diagonal, "unit_diagonal")
    matrix = double(b, matrix)
    _finite(b, check_finite, matrix, right.columns)
    if not unit:
        nonzero = b.compare("ne", diagonal(b, matrix), b.const_like(0, matrix.type))
        regular = b.op("all", nonzero, axes=(0,))
        b.emit(
            "check", (regular,), {"error": LINALG_ERROR, "message": ("singular matrix: a number on the diagonal is 0",)}
        )
    attrs = {"lower": below, "transposed": _transposed(b, trans), "unit": unit}
    return right.solution(applied(b, "solve_triangular", matrix, right.columns, **attrs)[0])


# -- factors -----------------------------------------------------------------------------------------------------------


def _factors(b: Builder, a: Any, name: str, check_finite: Any) -> tuple[Value, Value, Value]:
    """The argument, its packed factors and the exchanges of its rows."""
    given = one_matrix(b, a, name, "NotImplementedError")
    matrix = double(b, given)
    _finite(b, check_finite, matrix)
    packed, pivots, _ = applied(b, "lu_factor", matrix)
    return given, packed, pivots


def lu_factor(b: Builder, a: Any, overwrite_a: Any = False, check_finite: Any = True) -> tuple[Value, Value]:
    given, packed, pivots = _factors(b, a, "scipy.linalg.lu_factor", check_finite)
    return to_dtype(b, packed, precision(given)), to_dtype(b, pivots, INT32)


def lu_solve(
    b: Builder, lu_and_piv: Any, other: Any, trans: Any = 0, overwrite_b: Any = False, check_finite: Any = True
) -> Value:
    packed, pivots = lu_and_piv
    right = _Right(b, other, packed, "scipy.linalg.lu_solve")
    lu, order, x = double(b, packed), to_dtype(b, pivots, INT64), right.columns
    _finite(b, check_finite, x)
    check_equal(b, b.dim(lu, 0), b.dim(lu, 1), ("scipy.linalg.lu_solve: a square matrix is needed",))
    check_equal(b, b.dim(order, 0), b.dim(lu, 0), ("scipy.linalg.lu_solve: a pivot is needed for each row",))

    def solved(y: Value, lower: bool, turned: bool) -> Value:
        return b.op("solve_triangular", lu, y, lower=lower, transposed=turned, unit=lower)

    if _transposed(b, trans):
        return right.solution(permuted(b, order, solved(solved(x, False, True), True, True), back=True))
    return right.solution(solved(solved(permuted(b, order, x), True, False), False, False))
