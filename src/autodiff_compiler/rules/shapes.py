"""Rules of the ops that make arrays and change their shapes: full, copy, transpose, reshape, broadcasting, concat."""

from __future__ import annotations

from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.path import ALL, at
from autodiff_compiler.rules.arrays import or_zeros, to_operand
from autodiff_compiler.rules.rule import Dense, Rule, Site, Tangents


def _same_op(site: Site, tangents: Tangents) -> Value | None:
    """The tangent of a linear op of operand 0: the op itself, applied to the operand's tangent."""
    if tangents[0] is None:
        return None
    return site.b.op(site.op.kind, tangents[0], *site.operands[1:], **site.op.attrs)


def _pass_on(site: Site, tangents: Tangents) -> Value | None:
    return tangents[0]


def _give_back(site: Site, ct: Value, i: int) -> Dense:
    return Dense(ct)


def _full_jvp(site: Site, tangents: Tangents) -> Value | None:
    return site.b.full(site.operands[:-1], tangents[-1]) if tangents[-1] is not None else None


def _full_vjp(site: Site, ct: Value, i: int) -> Dense:
    return Dense(to_operand(site.b, ct, site.operands[-1]))


def _transpose_vjp(site: Site, ct: Value, i: int) -> Dense:
    perm = site.op.attrs["perm"]
    inverse = tuple(perm.index(axis) for axis in range(len(perm)))
    return Dense(site.b.op("transpose", ct, perm=inverse))


def _reshape_vjp(site: Site, ct: Value, i: int) -> Dense:
    return Dense(site.b.op("reshape", ct, *site.b.dims(site.operands[0])))


def _broadcast_vjp(site: Site, ct: Value, i: int) -> Dense:
    return Dense(to_operand(site.b, ct, site.operands[0]))


def _unbroadcast_vjp(site: Site, ct: Value, i: int) -> Dense:
    return Dense(site.b.op("broadcast_to", ct, *site.b.dims(site.operands[0])))


def _concat_jvp(site: Site, tangents: Tangents) -> Value:
    parts = [or_zeros(site.b, t, x) for t, x in zip(tangents, site.operands)]
    return site.b.op("concat", *parts, axis=site.op.attrs["axis"])


def _concat_vjp(site: Site, ct: Value, i: int) -> Dense:
    """The slice of the adjoint that operand i was put into."""
    b, axis = site.b, site.op.attrs["axis"]
    ends: list[Value] = []
    for operand in site.operands[: i + 1]:
        extent = b.dim(operand, axis)
        ends.append(b.add(ends[-1], extent) if ends else extent)
    # An open end of a slice, where possible, needs no extent.
    part = slice(ends[-2] if i else None, ends[-1] if i < len(site.operands) - 1 else None)
    return Dense(b.load(ct, *at(*(ALL,) * axis, part)))


RULES: dict[str, Rule] = {
    "copy": Rule(_pass_on, _give_back),
    "full": Rule(_full_jvp, _full_vjp),
    "transpose": Rule(_same_op, _transpose_vjp),
    "reshape": Rule(_same_op, _reshape_vjp),
    "broadcast_to": Rule(_same_op, _broadcast_vjp),
    "unbroadcast": Rule(_same_op, _unbroadcast_vjp),
    "concat": Rule(_concat_jvp, _concat_vjp),
}
