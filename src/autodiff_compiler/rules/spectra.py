"""The rules of eigenvalues and singular values.

Vectors of equal values are not determined, and have no derivative: where one is asked for it is NaN, so that it cannot be
overlooked.  What depends only on the space that such vectors span has one, and so has what does not depend on them at all.
Values count as equal where they differ by rounding.
"""

from __future__ import annotations

from functools import reduce

import numpy as np

from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.matrices import diagonal, folded, on_diagonal, product, transposed, whole
from autodiff_compiler.ir.types import rank
from autodiff_compiler.rules.rule import Contribution, Dense, JointRule, Rule, Site, Tangents

EPSILON = float(np.finfo(float).eps)


class _Spectrum:
    """The values of each matrix of a stack, along the last axis, and what is divided by them and by their differences."""

    def __init__(self, b: Builder, values: Value, *, squared: bool = False) -> None:
        self.b, self.values, self.last = b, values, rank(values.type) - 1
        self.zero, self.one = (b.const_like(k, values.type) for k in (0, 1))
        self.nan = b.const_like(float("nan"), values.type)
        self.rounding = self._rounding(values, self.last)
        column, row = self.rows(values), self.columns(values)
        gaps = b.sub(row, column)
        self.equal = b.compare("le", b.op("abs", gaps), self._wide(self._rounding(values, self.last), 2))
        self.gaps = b.mul(gaps, b.add(row, column)) if squared else gaps
        number = b.op("arange", b.dim(values, self.last))
        self.itself = b.compare("eq", b.insert_axes(number, 1), b.insert_axes(number, 0))

    def rows(self, x: Value) -> Value:
        """A number for each value as one for each row of a matrix."""
        return self.b.insert_axes(x, self.last + 1)

    def columns(self, x: Value) -> Value:
        return self.b.insert_axes(x, self.last)

    def _rounding(self, x: Value, *axes: int) -> Value:
        """The size of rounding errors in what is computed of these numbers, for each matrix."""
        return self.b.mul(self.b.sum(self.b.op("abs", x), axes), self.b.const_like(EPSILON, x.type))

    def _wide(self, x: Value, count: int) -> Value:
        """A number for each matrix as one for each of its elements."""
        return self.b.insert_axes(x, *range(self.last, self.last + count)) if self.last else x

    def over_gaps(self, x: Value, harmless: Value) -> Value:
        """x[i, j] over the difference of the values j and i, and 0 where i is j; of other equal values 0 if that is `harmless`,
        or else NaN."""
        b = self.b
        quotient = b.div(x, b.select(self.equal, self.one, self.gaps))
        instead = b.select(b.op("or", self.itself, harmless), self.zero, self.nan)
        return b.select(self.equal, instead, quotient)

    def over_values(self, x: Value, harmless: Value) -> Value:
        """x[:, j] over the value j; where that is 0, it is 0 if that is `harmless`, or else NaN."""
        b = self.b
        some = b.compare("gt", self.values, self._wide(self.rounding, 1))
        quotient = b.div(x, self.columns(b.select(some, self.values, self.one)))
        return b.select(self.columns(some), quotient, self.columns(b.select(harmless, self.zero, self.nan)))

    def small(self, x: Value, of: Value) -> Value:
        """Which elements are rounding errors of what was computed of the elements of another matrix."""
        b = self.b
        return b.compare("le", b.op("abs", x), self._wide(self._rounding(of, self.last, self.last + 1), 2))

    def unused(self, bar: Value) -> Value:
        """The values whose vectors, columns of a matrix, have no adjoint."""
        return self.b.compare("eq", self.b.sum(self.b.op("abs", bar), (self.last,)), self.zero)

    def pairs(self, each: Value) -> Value:
        return self.b.op("and", self.rows(each), self.columns(each))


def _antisymmetric(b: Builder, x: Value) -> Value:
    return b.sub(x, transposed(b, x))


# -- a v = v w: with m = v.T da v, dw = diag(m) and dv = v (m over differences of w) -----------------------------------


def _lower(site: Site, matrix: Value) -> Value:
    """The matrix with the triangle that the op reads as its lower one; applied twice, the matrix itself."""
    return matrix if site.op.attrs["lower"] else transposed(site.b, matrix)


def _eigh_jvp(site: Site, tangents: Tangents) -> list[Value | None]:
    b, (w, v, _) = site.b, site.op.results
    assert tangents[0] is not None
    spectrum = _Spectrum(b, w)
    inner = product(b, transposed(b, v), whole(b, _lower(site, tangents[0])), v)
    turn = spectrum.over_gaps(inner, spectrum.small(inner, inner))
    return [diagonal(b, inner), product(b, v, turn), None]


def _eigh_vjp(site: Site, cotangents: Tangents) -> dict[int, Contribution]:
    """With an adjoint of eigenvalues that are equal, that of a function of the matrix may be hidden among those of their
    vectors, in what is lost by dividing; without one only the vectors' space counts, if turning them in it changes nothing."""
    b, (w, v, _), (w_bar, v_bar, _) = site.b, site.op.results, cotangents
    inner = None if w_bar is None else on_diagonal(b, w_bar)
    if v_bar is not None:
        spectrum = _Spectrum(b, w)
        along = product(b, transposed(b, v), v_bar)
        turn = _antisymmetric(b, along)
        free = spectrum.small(turn, along) if w_bar is None else spectrum.pairs(spectrum.unused(v_bar))
        turned = b.mul(spectrum.over_gaps(turn, free), b.const_like(0.5, turn.type))
        inner = turned if inner is None else b.add(inner, turned)
    assert inner is not None
    return {0: Dense(_lower(site, folded(b, product(b, v, inner, transposed(b, v)))))}


# -- a = u s v.T: with m = u.T da v, ds = diag(m), du = u ((m s + s m.T) over differences of s * s) + (da v - u m) / s ---
# -- and dv the same of the transpose ------------------------------------------------------------------------------------


def _svd_jvp(site: Site, tangents: Tangents) -> list[Value | None]:
    b, (u, s, vh, _), da = site.b, site.op.results, tangents[0]
    assert da is not None
    v, spectrum = transposed(b, vh), _Spectrum(b, s, squared=True)
    m = product(b, transposed(b, u), da, v)
    m_t, rows, columns = transposed(b, m), spectrum.rows(s), spectrum.columns(s)
    harmless = b.op("and", spectrum.small(m, m), spectrum.small(m_t, m))
    of_u, of_v = b.add(b.mul(m, columns), b.mul(rows, m_t)), b.add(b.mul(rows, m), b.mul(m_t, columns))
    beside_u, beside_v = (
        b.sub(product(b, da, v), product(b, u, m)),
        b.sub(product(b, transposed(b, da), u), product(b, v, m_t)),
    )
    u_dot, v_dot = (
        b.add(product(b, x, spectrum.over_gaps(turn, harmless)), spectrum.over_values(rest, spectrum.unused(rest)))
        for x, turn, rest in ((u, of_u, beside_u), (v, of_v, beside_v))
    )
    return [u_dot, diagonal(b, m), transposed(b, v_dot), None]


def _vectors_adjoint(spectrum: _Spectrum, x: Value, bar: Value, alone: bool) -> tuple[Value, Value]:
    """What vectors of singular values give: along themselves, and orthogonal to them.  `alone`: the values have no adjoint."""
    b = spectrum.b
    along = product(b, transposed(b, x), bar)
    turn, unused = _antisymmetric(b, along), spectrum.unused(bar)
    harmless = spectrum.small(turn, along) if alone else spectrum.pairs(unused)
    rest = b.sub(bar, product(b, x, along))
    return spectrum.over_gaps(turn, harmless), spectrum.over_values(rest, unused)


def _svd_vjp(site: Site, cotangents: Tangents) -> dict[int, Contribution]:
    """Of equal values as for eigenvalues."""
    b, (u, s, vh, _), (u_bar, s_bar, vh_bar, _) = site.b, site.op.results, cotangents
    spectrum = _Spectrum(b, s, squared=True)
    inner, outer = [] if s_bar is None else [on_diagonal(b, s_bar)], []
    if u_bar is not None:
        turn, rest = _vectors_adjoint(spectrum, u, u_bar, s_bar is None)
        inner.append(b.mul(turn, spectrum.columns(s)))
        outer.append(product(b, rest, vh))
    if vh_bar is not None:
        turn, rest = _vectors_adjoint(spectrum, transposed(b, vh), transposed(b, vh_bar), s_bar is None)
        inner.append(b.mul(spectrum.rows(s), turn))
        outer.append(product(b, u, transposed(b, rest)))
    return {0: Dense(reduce(b.add, [product(b, u, reduce(b.add, inner), vh), *outer]))}


RULES: dict[str, Rule | JointRule] = {
    "eigh": JointRule(_eigh_jvp, _eigh_vjp),
    "svd": JointRule(_svd_jvp, _svd_vjp),
}
