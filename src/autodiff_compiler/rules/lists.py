"""Rules of growable lists.  The adjoint of a list is a list of adjoints.

An earlier, shorter version of a list gets the adjoint of the longer one as it is: what is beyond its length is not
used.  So an index into an adjoint counts from the front, by the length of the primal version.
"""

from __future__ import annotations

from autodiff_compiler.ir.core import Value
from autodiff_compiler.rules.arrays import or_zeros
from autodiff_compiler.rules.rule import Contribution, Dense, ListAt, Rule, Site, Tangents


def _from_front(site: Site, list_: Value, index: Value) -> Value:
    """The index, counted from the front."""
    b, known = site.b, site.constants.get(index)
    if known is not None and known >= 0:
        return index
    from_end = b.add(index, b.op("list_len", list_))
    return from_end if known is not None else b.select(b.op("lt", index, b.const_like(0, index.type)), from_end, index)


def _new_jvp(site: Site, tangents: Tangents) -> Value:
    items = [or_zeros(site.b, t, x) for t, x in zip(tangents, site.operands)]
    return site.b.op("list_new", *items, type=site.op.attrs["type"])


def _new_vjp(site: Site, ct: Value, i: int) -> Dense:
    return Dense(site.b.op("list_get", ct, site.b.const(i)))


def _append_jvp(site: Site, tangents: Tangents) -> Value:
    list_, item = (or_zeros(site.b, t, x) for t, x in zip(tangents, site.operands))
    return site.b.op("list_append", list_, item)


def _append_vjp(site: Site, ct: Value, i: int) -> Dense:
    return Dense(ct if i == 0 else site.b.op("list_get", ct, site.b.op("list_len", site.operands[0])))


def _get_jvp(site: Site, tangents: Tangents) -> Value | None:
    return site.b.op("list_get", tangents[0], site.operands[1]) if tangents[0] is not None else None


def _get_vjp(site: Site, ct: Value, i: int) -> ListAt:
    return ListAt(_from_front(site, *site.operands), ct)


def _write_jvp(site: Site, tangents: Tangents) -> Value | None:
    """For list_set and list_accum: the same write, of the tangent into the tangent."""
    list_, index, item = site.operands
    if tangents[2] is None and site.op.kind == "list_accum":
        return tangents[0]
    into, tangent = or_zeros(site.b, tangents[0], list_), or_zeros(site.b, tangents[2], item)
    return site.b.op(site.op.kind, into, index, tangent)


def _set_vjp(site: Site, ct: Value, i: int) -> Contribution:
    b, (list_, index, item) = site.b, site.operands
    place = _from_front(site, list_, index)
    return Dense(b.op("list_set", ct, place, b.zeros_like(item)) if i == 0 else b.op("list_get", ct, place))


def _accum_vjp(site: Site, ct: Value, i: int) -> Contribution:
    list_, index, _ = site.operands
    return Dense(ct if i == 0 else site.b.op("list_get", ct, _from_front(site, list_, index)))


RULES: dict[str, Rule] = {
    "list_new": Rule(_new_jvp, _new_vjp),
    "list_append": Rule(_append_jvp, _append_vjp),
    "list_get": Rule(_get_jvp, _get_vjp),
    "list_set": Rule(_write_jvp, _set_vjp),
    "list_accum": Rule(_write_jvp, _accum_vjp),
}
