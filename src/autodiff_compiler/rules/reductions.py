"""Rules of the reductions and scans: sum, max, min, prod, cumsum.

The derivative of a product with respect to one factor is the product of the others: exact with zeros among them, to any order,
because nothing is divided.
"""

from __future__ import annotations

from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.path import ALL, at, picked
from autodiff_compiler.ir.types import INT, Scalar, dtype_of, rank
from autodiff_compiler.rules.rule import Dense, Rule, Site, Tangents


def expand(b: Builder, reduced: Value, like: Value, axes: tuple[int, ...]) -> Value:
    """The result of a reduction over `axes` of `like`, with axes of extent 1 in their place (a scalar stays one)."""
    if isinstance(reduced.type, Scalar) or not axes:
        return reduced
    return b.insert_axes(reduced, *axes)


def _sum_jvp(site: Site, tangents: Tangents) -> Value | None:
    return site.b.op("sum", tangents[0], axes=site.op.attrs["axes"]) if tangents[0] is not None else None


def _sum_vjp(site: Site, ct: Value, i: int) -> Dense:
    (x,) = site.operands
    return Dense(site.b.op("broadcast_to", expand(site.b, ct, x, site.op.attrs["axes"]), *site.b.dims(x)))


# -- extrema: equal winners share evenly -------------------------------------------------------------------------------


def _winners(site: Site) -> tuple[Value, Value]:
    """Which elements are the extremum, and how many there are along the axes, as floats."""
    b, (x,), axes = site.b, site.operands, site.op.attrs["axes"]
    mask = b.op("eq", x, expand(b, site.result, x, axes))
    return mask, b.sum(b.cast(mask, x.type), axes)


def _extremum_jvp(site: Site, tangents: Tangents) -> Value | None:
    if tangents[0] is None:
        return None
    b, (x,) = site.b, site.operands
    mask, count = _winners(site)
    won = b.select(mask, tangents[0], b.const_like(0.0, x.type))
    return b.div(b.sum(won, site.op.attrs["axes"]), count)


def _extremum_vjp(site: Site, ct: Value, i: int) -> Dense:
    b, (x,), axes = site.b, site.operands, site.op.attrs["axes"]
    mask, count = _winners(site)
    share = expand(b, b.div(ct, count), x, axes)
    return Dense(b.select(mask, share, b.const_like(0.0, x.type)))


# -- products ----------------------------------------------------------------------------------------------------------


class _FactorsOfProduct:
    """The factors of a product along one axis: several reduced axes are merged into a last one."""

    def __init__(self, site: Site) -> None:
        self.b = site.b
        (self.x,) = site.operands
        axes = site.op.attrs["axes"]
        self.rank = rank(self.x.type)
        self.kept = tuple(axis for axis in range(self.rank) if axis not in axes)
        self.merged = len(axes) > 1
        self.perm = (*self.kept, *axes)
        self.axis = len(self.kept) if self.merged else axes[0]
        self.items = self.merge(self.x)
        self.count = self.b.dim(self.items, self.axis)
        self.path = picked((self.axis,))

    def merge(self, array: Value) -> Value:
        if not self.merged:
            return array
        array = self._transpose(array, self.perm)
        extents = self.b.dims(array)
        count = extents[len(self.kept)]
        for extent in extents[len(self.kept) + 1 :]:
            count = self.b.mul(count, extent)
        return self.b.op("reshape", array, *extents[: len(self.kept)], count)

    def split(self, array: Value) -> Value:
        """The inverse of `merge`."""
        if not self.merged:
            return array
        extents = [self.b.dim(self.x, axis) for axis in self.perm]
        array = self.b.op("reshape", array, *extents)
        return self._transpose(array, tuple(self.perm.index(axis) for axis in range(self.rank)))

    def _transpose(self, array: Value, perm: tuple[int, ...]) -> Value:
        return array if perm == tuple(range(self.rank)) else self.b.op("transpose", array, perm=perm)

    def filled(self, value: float) -> Value:
        """A number for each product: a scalar, or an array over the kept axes."""
        number = self.b.const(value, Scalar(dtype_of(self.x.type)))
        return self.b.full([self.b.dim(self.x, axis) for axis in self.kept], number) if self.kept else number


def _prod_jvp(site: Site, tangents: Tangents) -> Value | None:
    """One pass with the product so far and its tangent."""
    if tangents[0] is None:
        return None
    if not site.op.attrs["axes"]:
        return tangents[0]
    b, factors = site.b, _FactorsOfProduct(site)
    moving = factors.merge(tangents[0])
    one, zero = factors.filled(1.0), factors.filled(0.0)
    with b.region(INT, one.type, one.type, names=("i", "p", "p_dot")) as body:
        i, p, p_dot = body.params
        x, x_dot = b.load(factors.items, factors.path, (i,)), b.load(moving, factors.path, (i,))
        b.yield_(b.mul(p, x), b.add(b.mul(p_dot, x), b.mul(p, x_dot)))
    _, p_dot, _ = b.for_(b.const(0), factors.count, b.const(1), [one, zero], body.done())
    return p_dot


def _prod_vjp(site: Site, ct: Value, i: int) -> Dense:
    """A pass forwards stores the product of the factors before each, a pass backwards multiplies in those after it."""
    if not site.op.attrs["axes"]:
        return Dense(ct)
    b, factors = site.b, _FactorsOfProduct(site)
    zero, one = b.const(0), b.const(1)
    before = b.zeros_like(factors.items, "before")
    with b.region(INT, before.type, ct.type, names=("i", "before", "p")) as ahead:
        i_, stored, p = ahead.params
        x = b.load(factors.items, factors.path, (i_,))
        b.yield_(b.store(stored, factors.path, (i_,), p), b.mul(p, x))
    before, _, _ = b.for_(zero, factors.count, one, [before, factors.filled(1.0)], ahead.done())
    with b.region(INT, before.type, ct.type, names=("i", f"{factors.x.name or 'x'}_bar", "after")) as back:
        i_, x_bar, after = back.params
        x, earlier = b.load(factors.items, factors.path, (i_,)), b.load(x_bar, factors.path, (i_,))
        b.yield_(b.store(x_bar, factors.path, (i_,), b.mul(earlier, after)), b.mul(after, x))
    last = b.sub(factors.count, one)
    x_bar, _, _ = b.for_(last, b.const(-1), b.const(-1), [before, ct], back.done())
    return Dense(factors.split(x_bar))


# -- cumulative sums ---------------------------------------------------------------------------------------------------


def _cumsum_jvp(site: Site, tangents: Tangents) -> Value | None:
    return site.b.op("cumsum", tangents[0], axis=site.op.attrs["axis"]) if tangents[0] is not None else None


def _cumsum_vjp(site: Site, ct: Value, i: int) -> Dense:
    """The running sums from the other end."""
    b, axis = site.b, site.op.attrs["axis"]
    flip = (ALL,) * axis + (slice(None, None, b.const(-1)),)
    return Dense(b.load(b.op("cumsum", b.load(ct, *at(*flip)), axis=axis), *at(*flip)))


RULES: dict[str, Rule] = {
    "sum": Rule(_sum_jvp, _sum_vjp),
    "max": Rule(_extremum_jvp, _extremum_vjp),
    "min": Rule(_extremum_jvp, _extremum_vjp),
    "prod": Rule(_prod_jvp, _prod_vjp),
    "cumsum": Rule(_cumsum_jvp, _cumsum_vjp),
}
