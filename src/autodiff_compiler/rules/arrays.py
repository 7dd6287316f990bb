"""Rules of load, store and accum: reading from an array and writing into it, at any path."""

from __future__ import annotations

from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.dtype import INT64
from autodiff_compiler.ir.path import path_of, picked
from autodiff_compiler.ir.types import Array, Scalar, rank
from autodiff_compiler.rules.rule import At, Contribution, Dense, Rule, Site, Tangents


def zero_scalar(b: Builder, like: Value) -> Value:
    """A zero that a store broadcasts into its place."""
    return b.const_like(0.0, like.type)


def or_zeros(b: Builder, tangent: Value | None, primal: Value) -> Value:
    return tangent if tangent is not None else b.zeros_like(primal)


def to_operand(b: Builder, value: Value, operand: Value) -> Value:
    """`value`, of the shape that the primal broadcast `operand` to, summed back to exactly the operand's type and shape."""
    if isinstance(operand.type, Array):
        return b.op("unbroadcast", value, *b.dims(operand))
    total = b.sum(value, range(rank(value.type)))
    return b.cast(total, operand.type)


# -- load, store, accum ------------------------------------------------------------------------------------------------


def _load_jvp(site: Site, tangents: Tangents) -> Value | None:
    return site.b.load(tangents[0], path_of(site.op), site.operands[1:]) if tangents[0] is not None else None


def _load_vjp(site: Site, ct: Value, i: int) -> Contribution:
    path = path_of(site.op)
    added = path.added_axes
    if added is not None:
        # All of the array under further axes of extent 1.
        return Dense(site.b.load(ct, picked(added), [site.b.const(0)] * len(added)))
    return At(path, tuple(site.operands[1:]), ct)


def _write_jvp(site: Site, tangents: Tangents) -> Value | None:
    """For store and accum: the same write, of the tangent into the tangent."""
    array, *where, _ = site.operands
    into, tangent = tangents[0], tangents[-1]
    if tangent is None and site.op.kind == "accum":
        return into
    return site.b.op(
        site.op.kind,
        or_zeros(site.b, into, array),
        *where,
        zero_scalar(site.b, array) if tangent is None else tangent,
        path=path_of(site.op),
    )


def _store_vjp(site: Site, ct: Value, i: int) -> Contribution:
    b, path = site.b, path_of(site.op)
    array, *where, value = site.operands
    if i == 0:
        return Dense(b.store(ct, path, where, zero_scalar(b, array)))
    place = b.load(ct, path, where)
    if path.may_repeat:
        place = b.select(_last_writers(site, ct, place), place, zero_scalar(b, array))
    return Dense(to_operand(b, place, value))


def _last_writers(site: Site, ct: Value, place: Value) -> Value:
    """Which elements of the stored value are still there: at a repeated index only the last one is.

    The number of each element is stored in the same way; the numbers that are read back are those of the elements that stayed.
    """
    b, path = site.b, path_of(site.op)
    _, *where, _ = site.operands
    extents = b.dims(place)
    count = extents[0]
    for extent in extents[1:]:
        count = b.mul(count, extent)
    numbers = b.op("arange", count)
    if len(extents) > 1:
        numbers = b.op("reshape", numbers, *extents)
    blank = b.full(b.dims(ct), b.const(0, Scalar(INT64)))
    stored = b.store(blank, path, where, numbers)
    return b.op("eq", b.load(stored, path, where), numbers)


def _accum_vjp(site: Site, ct: Value, i: int) -> Contribution:
    _, *where, value = site.operands
    if i == 0:
        return Dense(ct)
    return Dense(to_operand(site.b, site.b.load(ct, path_of(site.op), where), value))


RULES: dict[str, Rule] = {
    "load": Rule(_load_jvp, _load_vjp),
    "store": Rule(_write_jvp, _store_vjp),
    "accum": Rule(_write_jvp, _accum_vjp),
}
