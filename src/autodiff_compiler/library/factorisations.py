"""Factorisations, eigenvalues and singular values, and what is solved with them in the sense of least squares.

As NumPy does, all of it is computed in double precision, and given back in the precision of the operands.
"""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from autodiff_compiler.diagnostics import UnsupportedError, UserError
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.dtype import COMPLEX128, FLOAT64, INT32, INT64
from autodiff_compiler.ir.matrices import hermitian as of_lower_triangle
from autodiff_compiler.ir.matrices import transposed
from autodiff_compiler.ir.message import LINALG_ERROR
from autodiff_compiler.ir.path import ALL, at
from autodiff_compiler.ir.required_checks import check_equal
from autodiff_compiler.ir.types import F64, FLOAT, Scalar, is_complex, rank
from autodiff_compiler.library.arguments import as_array, as_value, is_number, static_bool, to_dtype
from autodiff_compiler.library.complex_systems import as_complex, as_real
from autodiff_compiler.library.lu_factors import applied
from autodiff_compiler.library.reductions import squared
from autodiff_compiler.library.registry import function
from autodiff_compiler.library.systems import double, operand, precision

QRResult: Any = type(np.linalg.qr(np.eye(1)))
EighResult: Any = type(np.linalg.eigh(np.eye(1)))
SVDResult: Any = type(np.linalg.svd(np.eye(1)))

UNSET: Any = inspect.signature(np.linalg.pinv).parameters["rtol"].default

NOT_POSITIVE = "Matrix is not positive definite"
NO_EIGENVALUES = "Eigenvalues did not converge"
NO_SINGULAR_VALUES = "SVD did not converge"


def succeeded(b: Builder, condition: Value, reason: str) -> None:
    """An error of linear algebra unless this is true."""
    b.emit("check", (condition,), {"error": LINALG_ERROR, "message": (reason,)})


def back(b: Builder, given: Value, *results: Value) -> tuple[Value, ...]:
    """Results in the precision of the operand."""
    own = precision(given)
    return tuple(to_dtype(b, result, own) for result in results)


# -- factors -----------------------------------------------------------------------------------------------------------


@function(np.linalg.cholesky, "np.linalg.cholesky")
def cholesky(b: Builder, a: Any, /, *, upper: Any = False) -> Value:
    given = operand(b, a, "np.linalg.cholesky")
    above = static_bool(b, upper, "upper")
    matrix = double(b, given)
    factor, positive = applied(b, "cholesky", transposed(b, matrix) if above else matrix)
    succeeded(b, positive, NOT_POSITIVE)
    return back(b, given, transposed(b, factor) if above else factor)[0]


def qr(b: Builder, a: Any, mode: Any = "reduced") -> Any:
    """In the modes "reduced" and "r"."""
    given = operand(b, a, "np.linalg.qr")
    results = QRResult(*back(b, given, *applied(b, "qr", double(b, given))))
    return results if mode == "reduced" else results.R


# -- eigenvalues -------------------------------------------------------------------------------------------------------


def eigen(b: Builder, a: Any, lower: bool, driver: str) -> tuple[Value, ...]:
    """Eigenvalues and eigenvectors of a symmetric matrix, of which one triangle is read."""
    given = operand(b, a, "eigh")
    values, vectors, converged = applied(b, "eigh", double(b, given), lower=lower, driver=driver)
    succeeded(b, converged, NO_EIGENVALUES)
    return back(b, given, values, vectors)


@function(np.linalg.eigh, "np.linalg.eigh")
def eigh(b: Builder, a: Any, UPLO: Any = "L") -> Any:
    side = str(UPLO).upper()
    if side not in ("L", "U"):
        raise UserError("AD209", "np.linalg.eigh: UPLO argument must be 'L' or 'U'", b.span)
    return EighResult(*eigen(b, a, side == "L", "evd"))


def eigh_as_scipy(b: Builder, a: Any, lower: Any) -> tuple[Value, ...]:
    """With the signs of `scipy.linalg.eigh`."""
    return eigen(b, a, static_bool(b, lower, "lower"), "evr")


@function(np.linalg.eigvalsh, "np.linalg.eigvalsh")
def eigvalsh(b: Builder, a: Any, UPLO: Any = "L") -> Value:
    found: Value = eigh(b, a, UPLO).eigenvalues
    return found


# -- singular values ---------------------------------------------------------------------------------------------------


def svd(b: Builder, a: Any, full_matrices: Any = True, compute_uv: Any = True) -> Any:
    given = operand(b, a, "np.linalg.svd")
    matrix = double(b, given)
    vectors = static_bool(b, compute_uv, "compute_uv")
    if vectors and static_bool(b, full_matrices, "full_matrices"):
        rows, columns = b.dims(matrix)[-2:]
        reason = (
            "np.linalg.svd with full_matrices=True of a matrix that is not square is not supported; write full_matrices=False",
        )
        check_equal(b, rows, columns, reason, error="NotImplementedError")
    u, s, vh, converged = applied(b, "svd", matrix)
    succeeded(b, converged, NO_SINGULAR_VALUES)
    return SVDResult(*back(b, given, u, s, vh)) if vectors else back(b, given, s)[0]


@function(np.linalg.svdvals, "np.linalg.svdvals")
def svdvals(b: Builder, x: Any, /) -> Value:
    found: Value = svd(b, x, compute_uv=False)
    return found


def singular_values(b: Builder, matrix: Value) -> Value:
    """For real and for complex matrices; the real matrix that stands for a complex one has each of them twice."""
    if not is_complex(matrix.type):
        found: Value = svdvals(b, matrix)
        return found
    twice = singular_values(b, as_real(b, matrix))
    before = (ALL,) * (rank(twice.type) - 1)
    ends = (at(*before, slice(start, None, b.const(2))) for start in (None, b.const(1)))
    both = b.add(*(b.load(twice, path, operands) for path, operands in ends))
    return to_dtype(b, b.mul(both, b.const_like(0.5, both.type)), precision(matrix).real)


EPSILON = float(np.finfo(float).eps)


def default_cutoff(b: Builder, matrix: Value) -> Value:
    """The rounding unit times the larger extent."""
    rows, columns = b.dims(matrix)[-2:]
    return b.mul(b.cast(b.op("maximum", rows, columns), FLOAT), b.const(EPSILON))


def inverted(b: Builder, matrix: Value, cutoff: Value) -> Value:
    if is_complex(matrix.type):
        rows, columns = b.dims(matrix)[-2:]
        both = inverted(b, as_real(b, matrix), cutoff)
        return as_complex(b, b.load(both, *at(*(ALL,) * (rank(both.type) - 1), slice(None, rows))), columns)
    inverse, converged = applied(b, "pinv", matrix, cutoff)
    succeeded(b, converged, NO_SINGULAR_VALUES)
    return inverse


def bound(b: Builder, x: Any, name: str) -> Value:
    """A relative bound, of which there is one for all matrices."""
    value = as_value(b, x)
    if rank(value.type):
        raise UnsupportedError("AD202", f"{name} with a bound for each matrix", b.span, help="give one number")
    return to_dtype(b, value, FLOAT64)


@function(np.linalg.pinv, "np.linalg.pinv")
def pinv(b: Builder, a: Any, rcond: Any = None, hermitian: Any = False, *, rtol: Any = UNSET) -> Value:
    """Of a matrix said to be Hermitian one triangle is read."""
    given = operand(b, a, "np.linalg.pinv")
    matrix = double(b, given)
    if static_bool(b, hermitian, "hermitian"):
        rows, columns = b.dims(matrix)[-2:]
        check_equal(b, rows, columns, ("Last 2 dimensions of the array must be square",), error=LINALG_ERROR)
        matrix = of_lower_triangle(b, matrix)
    if rcond is not None and rtol is not UNSET:
        raise UserError("AD209", "np.linalg.pinv: `rtol` and `rcond` can't be both set.", b.span)
    chosen = rcond if rtol is UNSET else rtol
    if chosen is not None:
        cutoff = bound(b, chosen, "np.linalg.pinv")
    else:
        cutoff = b.const(1e-15) if rtol is UNSET else default_cutoff(b, matrix)
    return back(b, given, inverted(b, matrix, cutoff))[0]


@function(np.linalg.lstsq, "np.linalg.lstsq")
def lstsq(b: Builder, a: Any, other: Any, rcond: Any = None) -> tuple[Value, Value, Value, Value]:
    """By the pseudoinverse, which gives the solution of least norm; sums of squares where the system is overdetermined and has
    one solution."""
    given, right = operand(b, a, "np.linalg.lstsq"), as_array(b, other)
    if rank(given.type) != 2 or rank(right.type) not in (1, 2):
        raise UserError("AD204", "np.linalg.lstsq: arrays must be two-dimensional (the right side one or two)", b.span)
    own = precision(given, right)
    matrix, columns = (to_dtype(b, x, COMPLEX128 if own.is_complex else FLOAT64) for x in (given, right))
    rows, unknowns = b.dims(matrix)
    check_equal(b, rows, b.dim(columns, 0), "Incompatible dimensions", error=LINALG_ERROR)
    machine = is_number(rcond) and rcond < 0
    cutoff = (
        default_cutoff(b, matrix)
        if rcond is None
        else b.const(EPSILON)
        if machine
        else bound(b, rcond, "np.linalg.lstsq")
    )
    inverse = inverted(b, matrix, cutoff)
    solution = b.op("matmul", inverse, columns)
    values = singular_values(b, matrix)
    largest = b.op("max", b.op("concat", values, b.full([b.const(1)], b.const(0, F64)), axis=0), axes=(0,))
    some = b.compare("gt", values, b.mul(largest, cutoff))
    count = b.sum(b.cast(some, Scalar(INT64)), (0,))
    residuals = b.sub(columns, b.op("matmul", matrix, solution))
    squares = b.sum(squared(b, residuals), (0,))
    if rank(right.type) == 1:
        squares = b.full([b.const(1)], squares)
    determined = b.op("and", b.compare("eq", count, unknowns), b.compare("gt", rows, unknowns))
    kept = b.select(determined, b.dim(squares, 0), b.const(0))
    return (
        to_dtype(b, solution, own),
        to_dtype(b, b.load(squares, *at(slice(None, kept))), own.real),
        b.cast(count, Scalar(INT32)),
        to_dtype(b, values, own.real),
    )
