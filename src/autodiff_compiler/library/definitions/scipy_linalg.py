"""Functions of `scipy.linalg`, made of NumPy's and of triangular systems."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler import lazy
from autodiff_compiler.library import factorisations, triangular
from autodiff_compiler.library.defined import define, define_for_complex, unsupported
from autodiff_compiler.library.definitions import generalised_spectra, matrix_functions, patterned
from autodiff_compiler.library.definitions.complex_matrices import adjoint, hermitian
from autodiff_compiler.library.definitions.orthogonal import completed
from autodiff_compiler.library.registry import add, takes_complex, when_imported
from autodiff_compiler.library.versions import installed

MODULE = "scipy.linalg"
CLEARED = installed("scipy") >= (1, 18)
"""Whether `cho_factor` sets the other triangle to zero."""
solve_triangular: Any = triangular.solve_triangular
"""What a program calls; here it stands for itself, and is registered as SciPy's function is."""
eigh_as_scipy: Any = factorisations.eigh_as_scipy


def checked(a: Any, check_finite: bool) -> Any:
    given = np.asarray(a)
    if check_finite and not np.all(np.isfinite(given)):
        raise ValueError("array must not contain infs or NaNs")
    return given


def _as_floats(a: Any) -> Any:
    return a if a.dtype.kind in "fc" else a.astype(np.float64)


def symmetric(a: Any, lower: bool) -> Any:
    """The symmetric matrix of which one triangle is read."""
    half = np.tril(a) if lower else np.triu(a)
    return half + (np.tril(a, -1) if lower else np.triu(a, 1)).mT


def solve_triangular_of_complex(
    a: Any,
    b: Any,
    trans: Any = 0,
    lower: bool = False,
    unit_diagonal: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
) -> Any:
    """By a solver that does not know of the triangle."""
    matrix, right = checked(a, check_finite), checked(b, check_finite)
    if matrix.ndim != 2 or right.ndim > 2:
        unsupported("scipy.linalg.solve_triangular of a stack of systems", "loop over it")
    if matrix.shape[0] != matrix.shape[1] or matrix.shape[0] != right.shape[0]:
        raise ValueError(
            "scipy.linalg.solve_triangular: a square matrix and a right-hand side of as many rows are needed"
        )
    if unit_diagonal:
        one = np.eye(matrix.shape[0])
        triangle = np.tril(matrix, -1) + one if lower else np.triu(matrix, 1) + one
    else:
        triangle = np.tril(matrix) if lower else np.triu(matrix)
        if np.any(np.diagonal(matrix) == 0):
            raise np.linalg.LinAlgError("singular matrix: a number on the diagonal is 0")
    if trans in (1, "T"):
        triangle = triangle.T
    elif trans in (2, "C"):
        triangle = adjoint(triangle)
    return np.linalg.solve(triangle, right)


# -- Cholesky ----------------------------------------------------------------------------------------------------------


def cholesky(a: Any, lower: bool = False, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    return np.linalg.cholesky(checked(a, check_finite), upper=not lower)


def cho_factor(a: Any, lower: bool = False, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """In the other triangle is what was there; from SciPy 1.18 on, zeros."""
    given = _as_floats(checked(a, check_finite))
    factor = np.linalg.cholesky(given, upper=not lower)
    if CLEARED:
        return factor, lower
    return factor + (np.triu(given, 1) if lower else np.tril(given, -1)), lower


def cho_solve(c_and_lower: Any, b: Any, overwrite_b: bool = False, check_finite: bool = True) -> Any:
    factor, lower = c_and_lower
    first = solve_triangular(factor, b, trans=0 if lower else 2, lower=lower, check_finite=check_finite)
    return solve_triangular(factor, first, trans=2 if lower else 0, lower=lower, check_finite=check_finite)


# -- systems -----------------------------------------------------------------------------------------------------------


def solve(
    a: Any,
    b: Any,
    lower: bool = False,
    overwrite_a: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
    assume_a: Any = None,
    transposed: bool = False,
) -> Any:
    """What a structure says is not read is not read."""
    matrix, right = checked(a, check_finite), checked(b, check_finite)
    if matrix.ndim != 2 or right.ndim > 2:
        unsupported("scipy.linalg.solve of a stack of systems", "loop over it, or use np.linalg.solve")
    if transposed and matrix.dtype.kind == "c":
        unsupported("scipy.linalg.solve with transposed=True of complex numbers", "pass a.T")
    if assume_a in ("pos", "positive definite"):
        return cho_solve(cho_factor(matrix, lower), right)
    if assume_a in ("sym", "symmetric"):
        return np.linalg.solve(symmetric(matrix, lower), right)
    if assume_a in ("her", "hermitian"):
        return np.linalg.solve(hermitian(matrix, lower), right)
    if assume_a in ("lower triangular", "upper triangular"):
        return solve_triangular(matrix, right, trans=1 if transposed else 0, lower=assume_a == "lower triangular")
    if assume_a == "diagonal":
        matrix = np.diag(np.diagonal(matrix))
    elif assume_a == "tridiagonal":
        matrix = np.triu(np.tril(matrix, 1), -1)
    elif assume_a not in (None, "gen", "general", "banded"):
        unsupported(f"scipy.linalg.solve with assume_a={assume_a!r}", "leave assume_a out")
    return np.linalg.solve(matrix.T if transposed else matrix, right)


def inv(
    a: Any, overwrite_a: bool = False, check_finite: bool = True, *, assume_a: Any = None, lower: bool = False
) -> Any:
    if assume_a not in (None, "gen", "general"):
        unsupported(f"scipy.linalg.inv with assume_a={assume_a!r}", "leave assume_a out")
    return np.linalg.inv(checked(a, check_finite))


def det(a: Any, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    given = checked(a, check_finite)
    return np.linalg.det(given.astype(np.complex128 if given.dtype.kind == "c" else np.float64))


def pinv(a: Any, *, atol: Any = None, rtol: Any = None, return_rank: bool = False, check_finite: bool = True) -> Any:
    if atol is not None or return_rank:
        unsupported("scipy.linalg.pinv with atol or return_rank", "use rtol, and np.linalg.matrix_rank")
    return np.linalg.pinv(checked(a, check_finite), rtol=rtol)


def solve_sylvester(a: Any, b: Any, q: Any) -> Any:
    """a @ x + x @ b = q as one system for the elements of x: its matrix has as many rows as x has elements."""
    rows, columns = np.shape(a)[0], np.shape(b)[0]
    matrix = np.kron(np.asarray(a), np.eye(columns)) + np.kron(np.eye(rows), np.transpose(np.asarray(b)))
    return np.reshape(np.linalg.solve(matrix, np.ravel(q)), (rows, columns))


def norm(a: Any, ord: Any = None, axis: Any = None, keepdims: bool = False, check_finite: bool = True) -> Any:
    """Where BLAS or LAPACK computes it, a number of Python's."""
    given = checked(a, check_finite)
    found = np.linalg.norm(given, ord, axis, keepdims)
    if axis is not None or keepdims or given.dtype.kind not in "fc":
        return found
    by_blas = given.ndim == 1 and ord in (None, 2)
    by_lapack = given.ndim == 2 and ord in (1, np.inf)
    return float(found) if by_blas or by_lapack else found


# -- eigenvalues, singular values, orthogonal factors ------------------------------------------------------------------


def eigvalsh(
    a: Any,
    b: Any = None,
    *,
    lower: bool = True,
    overwrite_a: bool = False,
    overwrite_b: bool = False,
    type: int = 1,
    check_finite: bool = True,
    subset_by_index: Any = None,
    subset_by_value: Any = None,
    driver: Any = None,
) -> Any:
    if subset_by_value is not None or type != 1:
        unsupported("scipy.linalg.eigvalsh with subset_by_value or type", "choose among all eigenvalues")
    given = checked(a, check_finite)
    single = given.dtype in (np.float32, np.complex64) and np.asarray(given if b is None else b).dtype in (
        np.float32,
        np.complex64,
    )
    if b is not None:
        factor = cholesky(checked(b, check_finite), lower)
        factor = factor if lower else adjoint(factor)
        left = solve_triangular(factor, hermitian(given, lower), lower=True)
        given = adjoint(solve_triangular(factor, adjoint(left), lower=True))
    values = np.linalg.eigvalsh(given, "L" if lower else "U")
    if single:
        values = values.astype(np.float32)
    if subset_by_index is None:
        return values
    first, last = subset_by_index
    return values[..., first : last + 1]


def eigh(
    a: Any,
    b: Any = None,
    *,
    lower: bool = True,
    eigvals_only: bool = False,
    overwrite_a: bool = False,
    overwrite_b: bool = False,
    type: int = 1,
    check_finite: bool = True,
    subset_by_index: Any = None,
    subset_by_value: Any = None,
    driver: Any = None,
) -> Any:
    """The signs of eigenvectors are those of the routine that SciPy calls."""
    if eigvals_only:
        return eigvalsh(
            a,
            b,
            lower=lower,
            type=type,
            check_finite=check_finite,
            subset_by_index=subset_by_index,
            subset_by_value=subset_by_value,
        )
    if subset_by_value is not None or type != 1 or driver not in (None, "evr", "evd"):
        unsupported("eigenvectors by scipy.linalg.eigh with subset_by_value, type or this driver", "leave these out")
    given = checked(a, check_finite)
    if b is not None:
        if driver is not None or subset_by_index is not None:
            unsupported("eigenvectors by scipy.linalg.eigh with b and a driver or a subset", "leave these out")
        # The values have a derivative of their own, also where some are equal.
        return eigvalsh(given, b, lower=lower), generalised_spectra.vectors(given, checked(b, check_finite), lower)
    if driver != "evd" and given.dtype.kind == "c":
        unsupported("eigenvectors of complex matrices by this driver of scipy.linalg.eigh", "write driver='evd'")
    values, vectors = np.linalg.eigh(given, "L" if lower else "U") if driver == "evd" else eigh_as_scipy(given, lower)
    if subset_by_index is None:
        return values, vectors
    first, last = subset_by_index
    return values[..., first : last + 1], vectors[..., first : last + 1]


def svd(
    a: Any,
    full_matrices: bool = True,
    compute_uv: bool = True,
    overwrite_a: bool = False,
    check_finite: bool = True,
    lapack_driver: str = "gesdd",
) -> Any:
    if lapack_driver != "gesdd" and compute_uv:
        unsupported(f"scipy.linalg.svd with lapack_driver={lapack_driver!r}", "leave lapack_driver out")
    given = checked(a, check_finite)
    if not compute_uv:
        return np.linalg.svdvals(given)
    u, s, vh = np.linalg.svd(given, full_matrices)
    return u, s, vh


def svdvals(a: Any, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    return np.linalg.svdvals(checked(a, check_finite))


def qr(
    a: Any,
    overwrite_a: bool = False,
    lwork: Any = None,
    mode: str = "full",
    pivoting: bool = False,
    check_finite: bool = True,
) -> Any:
    if pivoting or mode not in ("full", "r", "economic"):
        unsupported("scipy.linalg.qr with pivoting, or in the mode 'raw'", "use the mode 'economic'")
    given = checked(a, check_finite)
    q, r = np.linalg.qr(given)
    if mode == "economic":
        return q, r
    rows, columns = np.shape(given)
    if mode == "r":
        return (np.concatenate((r, np.zeros((max(rows - columns, 0), columns), r.dtype))),)
    return completed(given) if rows > columns else (q, r)


takes_complex(
    *(f"{MODULE}.{name}" for name in ("cholesky", "cho_factor", "cho_solve", "solve", "inv", "det", "pinv", "solve_sylvester", "norm")),
    *(f"{MODULE}.{name}" for name in ("eigvalsh", "eigh", "svd", "svdvals", "qr", "expm", "sqrtm", "logm")),
    *(f"{MODULE}.{name}" for name in ("toeplitz", "hankel", "circulant", "block_diag", "solve_toeplitz", "matmul_toeplitz", "lu")),
)  # fmt: skip

_OPTIONS = ("overwrite_a", "overwrite_b", "check_finite", "lower", "assume_a", "transposed", "return_rank")
_OF_TRIANGLES = ("trans", "lower", "unit_diagonal", "overwrite_b", "check_finite")
_SUBSETS = ("type", "eigvals_only", "subset_by_index", "subset_by_value", "driver")
_FORMS = ("ord", "axis", "keepdims", "full_matrices", "compute_uv", "lapack_driver", "mode", "pivoting")


@when_imported(MODULE)
def register() -> None:
    linalg = lazy.load(MODULE)
    add(eigh_as_scipy, f"{MODULE}.eigh", factorisations.eigh_as_scipy)
    name = f"{MODULE}.solve_triangular"
    add(solve_triangular, name, triangular.solve_triangular)
    for obj in (solve_triangular, linalg.solve_triangular):
        define_for_complex(obj, name, *_OF_TRIANGLES)(solve_triangular_of_complex)
    for build in (triangular.solve_triangular, triangular.lu_factor, triangular.lu_solve):
        add(getattr(linalg, build.__name__), f"{MODULE}.{build.__name__}", build)
    bodies = (
        *(
            cholesky,
            cho_factor,
            cho_solve,
            solve,
            inv,
            det,
            pinv,
            solve_sylvester,
            norm,
            eigvalsh,
            eigh,
            svd,
            svdvals,
            qr,
        ),
        *matrix_functions.ALL,
        *patterned.ALL,
    )
    for body in bodies:
        parameters = body.__code__.co_varnames[: body.__code__.co_argcount + body.__code__.co_kwonlyargcount]
        known = (name for name in (*_OPTIONS, *_SUBSETS, *_FORMS) if name in parameters)
        define(getattr(linalg, body.__name__), f"{MODULE}.{body.__name__}", *known)(body)
