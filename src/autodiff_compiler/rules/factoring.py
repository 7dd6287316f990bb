"""The rules of triangular and orthogonal factors, and of the pseudoinverse: what is factored is not factored again."""

from __future__ import annotations

from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.matrices import folded, identity, permuted, product, transposed, triangle, whole
from autodiff_compiler.ir.path import ALL, at
from autodiff_compiler.ir.types import dtype_of, rank
from autodiff_compiler.rules.rule import Contribution, Dense, JointRule, Rule, Site, Tangents


class _Triangle:
    """Systems with one triangular matrix."""

    def __init__(self, b: Builder, matrix: Value, *, lower: bool, unit: bool = False) -> None:
        self.b, self.matrix, self.lower, self.unit = b, matrix, lower, unit

    def solve(self, right: Value, *, turned: bool = False) -> Value:
        """`inv(t) @ right`, or `inv(t.T) @ right` where `turned`."""
        return self.b.op("solve_triangular", self.matrix, right, lower=self.lower, transposed=turned, unit=self.unit)

    def divide(self, left: Value, *, turned: bool = False) -> Value:
        """`left @ inv(t)`, or `left @ inv(t.T)` where `turned`."""
        b = self.b
        return transposed(b, self.solve(transposed(b, left), turned=not turned))


# -- a = l @ l.T: dl = l @ half(inv(l) da inv(l.T)) --------------------------------------------------------------------


def _half(b: Builder, matrix: Value) -> Value:
    """The lower triangle, with half the diagonal."""
    twice = b.add(triangle(b, matrix, lower=True), triangle(b, matrix, -1, lower=True))
    return b.mul(twice, b.const_like(0.5, matrix.type))


def _cholesky_jvp(site: Site, tangents: Tangents) -> list[Value | None]:
    b, lower = site.b, site.op.results[0]
    assert tangents[0] is not None
    factor = _Triangle(b, lower, lower=True)
    inner = factor.divide(factor.solve(whole(b, tangents[0])), turned=True)
    return [product(b, lower, _half(b, inner)), None]


def _cholesky_vjp(site: Site, cotangents: Tangents) -> dict[int, Contribution]:
    b, lower, ct = site.b, site.op.results[0], cotangents[0]
    assert ct is not None
    factor = _Triangle(b, lower, lower=True)
    inner = _half(b, product(b, transposed(b, lower), ct))
    return {0: Dense(folded(b, factor.divide(factor.solve(inner, turned=True))))}


# -- a[rows] = l @ u: with m = inv(l) da[rows] inv(u), dl = l @ (m below its diagonal), du = (the rest of m) @ u --------


class _PackedFactors:
    """What `lu_factor` packed."""

    def __init__(self, site: Site) -> None:
        b, (packed, self.pivots, _) = site.b, site.op.results
        one = identity(b, b.dim(packed, rank(packed.type) - 1), dtype_of(packed.type))
        self.l, self.u = b.add(triangle(b, packed, -1, lower=True), one), triangle(b, packed, lower=False)
        self.of_l, self.of_u = _Triangle(b, packed, lower=True, unit=True), _Triangle(b, packed, lower=False)


def _lu_factor_jvp(site: Site, tangents: Tangents) -> list[Value | None]:
    b, factors = site.b, _PackedFactors(site)
    assert tangents[0] is not None
    inner = factors.of_u.divide(factors.of_l.solve(permuted(b, factors.pivots, tangents[0])))
    below = product(b, factors.l, triangle(b, inner, -1, lower=True))
    above = product(b, triangle(b, inner, lower=False), factors.u)
    return [b.add(triangle(b, below, -1, lower=True), triangle(b, above, lower=False)), None, None]


def _lu_factor_vjp(site: Site, cotangents: Tangents) -> dict[int, Contribution]:
    b, factors, ct = site.b, _PackedFactors(site), cotangents[0]
    assert ct is not None
    below = product(b, transposed(b, factors.l), triangle(b, ct, -1, lower=True))
    above = product(b, triangle(b, ct, lower=False), transposed(b, factors.u))
    inner = b.add(triangle(b, below, -1, lower=True), triangle(b, above, lower=False))
    bar = factors.of_l.solve(factors.of_u.divide(inner, turned=True), turned=True)
    return {0: Dense(permuted(b, factors.pivots, bar, back=True))}


# -- a = q @ r: with k columns of a and of r before the others, and m = q.T da inv(r) of these, the antisymmetric w with the ----
# -- lower triangle of m gives dr = q.T da - w r and dq = q w + (da - q q.T da) inv(r) -----------------------------------


def _leading(b: Builder, matrix: Value, count: Value) -> Value:
    """The first columns."""
    return b.load(matrix, *at(*(ALL,) * (rank(matrix.type) - 1), slice(None, count)))


def _beside(b: Builder, q: Value, matrix: Value) -> Value:
    """`matrix - q @ q.T @ matrix`: what is orthogonal to the columns of q."""
    return b.sub(matrix, product(b, q, product(b, transposed(b, q), matrix)))


def _qr_jvp(site: Site, tangents: Tangents) -> list[Value | None]:
    b, (q, r), da = site.b, site.op.results, tangents[0]
    assert da is not None
    count = b.dim(q, rank(q.type) - 1)
    triangular = _Triangle(b, _leading(b, r, count), lower=False)
    leading = _leading(b, da, count)
    below = triangle(b, triangular.divide(product(b, transposed(b, q), leading)), -1, lower=True)
    turn = b.sub(below, transposed(b, below))
    r_dot = b.sub(product(b, transposed(b, q), da), product(b, turn, r))
    q_dot = b.add(product(b, q, turn), triangular.divide(_beside(b, q, leading)))
    return [q_dot, triangle(b, r_dot, lower=False)]


def _qr_vjp(site: Site, cotangents: Tangents) -> dict[int, Contribution]:
    b, (q, r), (q_bar, r_bar) = site.b, site.op.results, cotangents
    columns = rank(q.type) - 1
    count = b.dim(q, columns)
    turn = None if q_bar is None else product(b, transposed(b, q), q_bar)
    bar = b.zeros_like(site.operands[0])
    if r_bar is not None:
        above = triangle(b, r_bar, lower=False)
        turned = b.neg(product(b, above, transposed(b, r)))
        turn = turned if turn is None else b.add(turn, turned)
        bar = product(b, q, above)
    assert turn is not None
    inner = product(b, q, triangle(b, b.sub(turn, transposed(b, turn)), -1, lower=True))
    inner = inner if q_bar is None else b.add(inner, _beside(b, q, q_bar))
    triangular = _Triangle(b, _leading(b, r, count), lower=False)
    path, operands = at(*(ALL,) * columns, slice(None, count))
    return {0: Dense(b.accum(bar, path, operands, triangular.divide(inner, turned=True)))}


# -- p = pinv(a), of constant rank: dp = -p da p + p p.T da.T (1 - a p) + (1 - p a) da.T p.T p --------------------------


def _complement(b: Builder, x: Value, y: Value, z: Value) -> Value:
    """`(1 - x @ y) @ z`."""
    return b.sub(z, product(b, x, product(b, y, z)))


def _pinv_jvp(site: Site, tangents: Tangents) -> list[Value | None]:
    b, (a, _), p, da = site.b, site.operands, site.op.results[0], tangents[0]
    if da is None:
        return [None, None]
    turned, p_t = transposed(b, da), transposed(b, p)
    inside = product(b, p, da, p)
    # (1 - a p) is symmetric: from the right it is applied to the transpose.
    right = transposed(b, _complement(b, a, p, product(b, da, p, p_t)))
    left = _complement(b, p, a, product(b, turned, p_t, p))
    return [b.add(b.sub(right, inside), left), None]


def _pinv_vjp(site: Site, cotangents: Tangents) -> dict[int, Contribution]:
    b, (a, _), p, ct = site.b, site.operands, site.op.results[0], cotangents[0]
    assert ct is not None
    turned, p_t = transposed(b, ct), transposed(b, p)
    inside = product(b, p_t, ct, p_t)
    right = _complement(b, a, p, product(b, turned, p, p_t))
    left = transposed(b, _complement(b, p, a, product(b, ct, p_t, p)))
    return {0: Dense(b.add(b.sub(right, inside), left))}


RULES: dict[str, Rule | JointRule] = {
    "cholesky": JointRule(_cholesky_jvp, _cholesky_vjp),
    "lu_factor": JointRule(_lu_factor_jvp, _lu_factor_vjp),
    "qr": JointRule(_qr_jvp, _qr_vjp),
    "pinv": JointRule(_pinv_jvp, _pinv_vjp),
}
