"""The rules of linear systems: what has been factored is not factored again."""

from __future__ import annotations

from collections.abc import Callable

from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.matrices import identity, transposed, triangle
from autodiff_compiler.ir.types import dtype_of, rank
from autodiff_compiler.rules.arrays import to_operand
from autodiff_compiler.rules.rule import Contribution, Dense, JointRule, Rule, Site, Tangents


def _product(b: Builder, x: Value, y: Value) -> Value:
    return b.op("matmul", x, y)


# -- solutions: dx = inv(a) (db - da x) --------------------------------------------------------------------------------


def _residual(site: Site, da: Value | None, db: Value | None) -> Value:
    """What the tangent of the solution solves the same system for."""
    b, x = site.b, site.result
    if da is None:
        assert db is not None
        return db
    changed = _product(b, transposed(b, da) if site.op.attrs["transposed"] else da, x)
    return b.neg(changed) if db is None else b.sub(db, changed)


def _matrix_adjoint(site: Site, solved: Value) -> Value:
    """Of the matrix, from the solution of the transposed system for the cotangent."""
    b, x = site.b, site.result
    left, right = (x, solved) if site.op.attrs["transposed"] else (solved, x)
    return b.neg(_product(b, left, transposed(b, right)))


def _lu_solve_jvp(site: Site, tangents: Tangents) -> list[Value | None]:
    a, lu, pivots, _ = site.operands
    if tangents[0] is None and tangents[3] is None:
        return [None]
    right = _residual(site, tangents[0], tangents[3])
    return [site.b.op("lu_solve", a, lu, pivots, right, **site.op.attrs)]


def _lu_solve_vjp(site: Site, cotangents: Tangents) -> dict[int, Contribution]:
    b, (a, lu, pivots, _) = site.b, site.operands
    (ct,) = cotangents
    assert ct is not None
    solved = b.op("lu_solve", a, lu, pivots, ct, transposed=not site.op.attrs["transposed"])
    return _adjoints(site, solved, lambda adjoint: adjoint)


def _adjoints(site: Site, solved: Value, read: Callable[[Value], Value]) -> dict[int, Contribution]:
    """Of the right side, and of what is `read` of the matrix where it is asked for: that alone needs the solution."""
    b, matrix, right, last = site.b, site.operands[0], site.operands[-1], len(site.operands) - 1
    found: dict[int, Contribution] = {last: Dense(to_operand(b, solved, right))}
    if site.wants(0):
        found[0] = Dense(to_operand(b, read(_matrix_adjoint(site, solved)), matrix))
    return found


def _triangular_part(site: Site, matrix: Value) -> Value:
    """What the op reads of its matrix."""
    lower = site.op.attrs["lower"]
    beside = (-1 if lower else 1) if site.op.attrs["unit"] else 0
    return triangle(site.b, matrix, beside, lower=lower)


def _solve_triangular_jvp(site: Site, tangents: Tangents) -> list[Value | None]:
    da = None if tangents[0] is None else _triangular_part(site, tangents[0])
    return [site.b.op("solve_triangular", site.operands[0], _residual(site, da, tangents[1]), **site.op.attrs)]


def _solve_triangular_vjp(site: Site, cotangents: Tangents) -> dict[int, Contribution]:
    b, a = site.b, site.operands[0]
    (ct,) = cotangents
    assert ct is not None
    attrs = {**site.op.attrs, "transposed": not site.op.attrs["transposed"]}
    solved = b.op("solve_triangular", a, ct, **attrs)
    return _adjoints(site, solved, lambda adjoint: _triangular_part(site, adjoint))


# -- determinants: d log |det a| = trace(inv(a) da) --------------------------------------------------------------------


def _inverse(site: Site) -> Value:
    b, (a, lu, pivots) = site.b, site.operands
    one = identity(b, b.dim(a, rank(a.type) - 1), dtype_of(a.type))
    return b.op("lu_solve", a, lu, pivots, one, transposed=False)


def _log_abs_det_jvp(site: Site, tangents: Tangents) -> Value | None:
    if tangents[0] is None:
        return None
    b, count = site.b, rank(site.operands[0].type)
    return b.sum(b.mul(transposed(b, _inverse(site)), tangents[0]), (count - 2, count - 1))


def _log_abs_det_vjp(site: Site, ct: Value, i: int) -> Dense | None:
    if i != 0:
        return None
    b, count = site.b, rank(site.operands[0].type)
    each = b.insert_axes(ct, count - 2, count - 1) if count > 2 else ct
    return Dense(b.mul(each, transposed(b, _inverse(site))))


RULES: dict[str, Rule | JointRule] = {
    "lu_solve": JointRule(_lu_solve_jvp, _lu_solve_vjp),
    "solve_triangular": JointRule(_solve_triangular_jvp, _solve_triangular_vjp),
    "log_abs_det": Rule(_log_abs_det_jvp, _log_abs_det_vjp),
}
