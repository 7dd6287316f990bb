"""Factors `a = p @ l @ u` of complex matrices, square or not.

Values are SciPy's.  With the rows in the order of the factors, m = inv(l) da inv(u) of the square part gives dl = l @ (m below its
diagonal) and du = (the rest of m) @ u; what is beside the square part follows from it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler import lazy
from autodiff_compiler.ir.dtype import FLOAT64, INT32
from autodiff_compiler.library.defined import as_rule, define_for_complex, unsupported
from autodiff_compiler.library.definitions.complex_matrices import in_precision_of
from autodiff_compiler.library.definitions.scipy_linalg import MODULE, checked, solve_triangular_of_complex
from autodiff_compiler.library.registry import when_imported


class Factorisations:
    """Functions of SciPy that are called as they are, with rules; set when it is imported."""

    lu: Any = None
    packed: Any = None


def _solved(triangle: Any, right: Any, *, lower: bool) -> Any:
    """Of a factor, which may be singular: then there is no derivative."""
    return np.linalg.solve(np.tril(triangle) if lower else np.triu(triangle), right)


def _changes(lower: Any, upper: Any, a_dot: Any) -> tuple[Any, Any]:
    """Of both factors, by that of the matrix whose rows are in their order."""
    n = upper.shape[0]
    square, head = lower[:n], upper[:, :n]
    if lower.shape[0] < upper.shape[1]:
        head = upper[:, : lower.shape[0]]
    count = head.shape[1]
    inner = _solved(square, a_dot[:n, :count], lower=True)
    inner = _solved(head.T, inner.T, lower=True).T
    below, above = np.tril(inner, -1), np.triu(inner)
    square_dot, head_dot = square @ below, above @ head
    rest = a_dot[n:, :count] - lower[n:] @ head_dot
    lower_dot = np.concatenate((square_dot, _solved(head.T, rest.T, lower=True).T))
    beside = _solved(square, a_dot[:n, count:] - square_dot @ upper[:, count:], lower=True)
    return lower_dot, np.concatenate((head_dot, beside), axis=1)


def _lu_rule(primals: Any, tangents: Any) -> Any:
    (a,), (a_dot,) = primals, tangents
    order, lower, upper = Factorisations.lu(a)
    lower_dot, upper_dot = _changes(lower, upper, order.T @ a_dot)
    return (order, lower, upper), (np.zeros_like(order), lower_dot, upper_dot)


def in_order(pivots: Any) -> Any:
    """Which row stands where after the exchanges."""
    order = np.arange(len(pivots))
    for k in range(len(pivots)):
        first = order[k]
        order[k] = order[pivots[k]]
        order[pivots[k]] = first
    return order


def _unpacked(packed: Any) -> tuple[Any, Any]:
    return np.tril(packed, -1) + np.eye(packed.shape[0]), np.triu(packed)


def _packed_rule(primals: Any, tangents: Any) -> Any:
    (a,), (a_dot,) = primals, tangents
    packed, pivots = Factorisations.packed(a)
    lower_dot, upper_dot = _changes(*_unpacked(packed), a_dot[in_order(pivots)])
    return (packed, pivots), (lower_dot + upper_dot, None)


def lu(
    a: Any, permute_l: bool = False, overwrite_a: bool = False, check_finite: bool = True, p_indices: bool = False
) -> Any:
    if p_indices:
        unsupported("scipy.linalg.lu with p_indices=True", "use the permutation matrix")
    given = checked(a, check_finite)
    if given.ndim != 2:
        unsupported("scipy.linalg.lu of a stack of matrices", "loop over the stack")
    order, lower, upper = Factorisations.lu(given.astype(np.complex128))
    if permute_l:
        return in_precision_of(given, order @ lower), in_precision_of(given, upper)
    return in_precision_of(given, order), in_precision_of(given, lower), in_precision_of(given, upper)


def lu_factor(a: Any, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    given = checked(a, check_finite)
    if given.ndim != 2:
        unsupported("scipy.linalg.lu_factor of a stack of matrices", "loop over the stack")
    if given.shape[0] != given.shape[1]:
        raise NotImplementedError("scipy.linalg.lu_factor of complex matrices that are not square: use scipy.linalg.lu")
    packed, pivots = Factorisations.packed(given.astype(np.complex128))
    return in_precision_of(given, packed), pivots


def lu_solve(lu_and_piv: Any, b: Any, trans: Any = 0, overwrite_b: bool = False, check_finite: bool = True) -> Any:
    packed, pivots = lu_and_piv
    order, right = in_order(pivots), checked(b, check_finite)
    if packed.shape[0] != right.shape[0]:
        raise ValueError("shapes of lu and b are incompatible")
    if trans == 0:
        first = solve_triangular_of_complex(packed, right[order], lower=True, unit_diagonal=True)
        return solve_triangular_of_complex(packed, first)
    first = solve_triangular_of_complex(packed, right, trans)
    second = solve_triangular_of_complex(packed, first, trans, True, True)
    found = np.zeros_like(second)
    found[order] = second
    return found


@when_imported(MODULE)
def register() -> None:
    linalg = lazy.load(MODULE)
    Factorisations.lu = as_rule(linalg.lu, lambda a: (f"{FLOAT64}[:, :]", a, a), _lu_rule)
    Factorisations.packed = as_rule(linalg.lu_factor, lambda a: (a, f"{INT32}[:]"), _packed_rule)
    define_for_complex(linalg.lu_factor, f"{MODULE}.lu_factor", "overwrite_a", "check_finite")(lu_factor)
    define_for_complex(linalg.lu_solve, f"{MODULE}.lu_solve", "trans", "overwrite_b", "check_finite")(lu_solve)
