"""Systems with bands of `scipy.linalg`, equations for matrices and eigenvalues of any matrix.

Bands are solved as full systems, whose elements outside of them are 0; what is not read of the bands has no derivative.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library.defined import define_in, unsupported
from autodiff_compiler.library.definitions.complex_matrices import adjoint
from autodiff_compiler.library.definitions.scipy_linalg import MODULE, checked, cho_factor, cho_solve, solve_sylvester
from autodiff_compiler.library.registry import takes_complex

_FLAGS = ("overwrite_ab", "overwrite_b", "check_finite")


def _from_bands(bands: Any, above: int) -> Any:
    """The square matrix whose diagonals are the rows, the first one `above` the main one; each number stands in its column."""
    place = np.arange(bands.shape[1])
    distance = place[None, :] - place[:, None]
    matrix = np.zeros((bands.shape[1], bands.shape[1]), bands.dtype)
    for k in range(bands.shape[0]):
        matrix = matrix + np.where(distance == above - k, bands[k], 0.0)
    return matrix


def _bands_of(ab: Any, b: Any, check_finite: bool) -> tuple[Any, Any]:
    bands, right = checked(ab, check_finite), checked(b, check_finite)
    if bands.ndim != 2 or right.ndim > 2 or right.ndim == 0:
        unsupported("a stack of systems with bands", "loop over it")
    if bands.shape[1] != right.shape[0]:
        raise ValueError("shapes of ab and b are not compatible.")
    return bands, right


@define_in(MODULE, "solve_banded", *_FLAGS)
def solve_banded(
    l_and_u: Any, ab: Any, b: Any, overwrite_ab: bool = False, overwrite_b: bool = False, check_finite: bool = True
) -> Any:
    bands, right = _bands_of(ab, b, check_finite)
    below, above = l_and_u
    if below + above + 1 != bands.shape[0]:
        raise ValueError("invalid values for the number of lower and upper diagonals: l+u+1 must equal ab.shape[0]")
    return np.linalg.solve(_from_bands(bands, above), right)


@define_in(MODULE, "solveh_banded", *_FLAGS, "lower")
def solveh_banded(
    ab: Any,
    b: Any,
    overwrite_ab: bool = False,
    overwrite_b: bool = False,
    lower: bool = False,
    check_finite: bool = True,
) -> Any:
    bands, right = _bands_of(ab, b, check_finite)
    matrix = _from_bands(bands, 0 if lower else bands.shape[0] - 1)
    return cho_solve(cho_factor(matrix, lower), right)


# -- equations for matrices --------------------------------------------------------------------------------------------


@define_in(MODULE, "solve_continuous_lyapunov")
def solve_continuous_lyapunov(a: Any, q: Any) -> Any:
    """a @ x + x @ adjoint(a) = q."""
    matrix = np.asarray(a)
    return solve_sylvester(matrix, adjoint(matrix), q)


@define_in(MODULE, "solve_discrete_lyapunov", "method")
def solve_discrete_lyapunov(a: Any, q: Any, method: Any = None) -> Any:
    """a @ x @ adjoint(a) - x + q = 0, as one system for the elements of x."""
    if method not in (None, "direct", "bilinear"):
        raise ValueError(f"Unknown solver {method}")
    matrix, right = np.asarray(a), np.asarray(q)
    count = matrix.shape[0]
    system = np.eye(count * count) - np.kron(matrix, np.conj(matrix))
    return np.reshape(np.linalg.solve(system, np.ravel(right)), (count, count))


# -- eigenvalues of any matrix -----------------------------------------------------------------------------------------


@define_in(MODULE, "eig", "left", "right", "overwrite_a", "overwrite_b", "check_finite", "homogeneous_eigvals")
def eig(
    a: Any,
    b: Any = None,
    left: bool = False,
    right: bool = True,
    overwrite_a: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
    homogeneous_eigvals: bool = False,
) -> Any:
    """Vectors are complex, also where SciPy gives real ones because all eigenvalues happen to be real."""
    if b is not None or left or homogeneous_eigvals:
        unsupported(
            "scipy.linalg.eig with b, left or homogeneous_eigvals", "use np.linalg.eig of np.linalg.solve(b, a)"
        )
    given = checked(a, check_finite)
    if not right:
        return np.linalg.eigvals(given)
    w, v = np.linalg.eig(given)
    return w, v


@define_in(MODULE, "eigvals", "overwrite_a", "check_finite", "homogeneous_eigvals")
def eigvals(
    a: Any, b: Any = None, overwrite_a: bool = False, check_finite: bool = True, homogeneous_eigvals: bool = False
) -> Any:
    return eig(a, b, False, False, overwrite_a, False, check_finite, homogeneous_eigvals)


takes_complex(
    *(f"{MODULE}.{name}" for name in ("solve_banded", "solveh_banded", "solve_continuous_lyapunov", "solve_discrete_lyapunov")),
    *(f"{MODULE}.{name}" for name in ("eig", "eigvals")),
)  # fmt: skip
