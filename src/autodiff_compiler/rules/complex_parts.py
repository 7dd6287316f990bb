"""Rules of the ops between complex numbers and their parts, and of the absolute value of one.

These are linear over the real numbers, but not multiplications by a complex one, so that the two modes differ.  What both agree on is
the pairing of a cotangent with a tangent: the real part of their product, neither conjugated (`docs/conventions.md`).  Of
`y = imag(z)` it is `ct * imag(t)`, which is `real((-1j * ct) * t)`: so the adjoint of `z` gets `-1j * ct`.
"""

from __future__ import annotations

from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.types import Scalar, dtype_of, is_complex, is_py
from autodiff_compiler.rules.arrays import or_zeros
from autodiff_compiler.rules.rule import Dense, Rule, Site, Tangents


def as_complex(b: Builder, x: Value) -> Value:
    """A real number, or an array of such, as complex ones."""
    return b.cast(x, Scalar(dtype_of(x.type).complex, "py" if is_py(x.type) else "np"))


def _same_op(site: Site, tangents: Tangents) -> Value | None:
    return site.b.op(site.op.kind, tangents[0]) if tangents[0] is not None else None


def _real_vjp(site: Site, ct: Value, i: int) -> Dense:
    return Dense(as_complex(site.b, ct))


def _imag_vjp(site: Site, ct: Value, i: int) -> Dense:
    b = site.b
    return Dense(b.op("complex", b.const_like(0.0, ct.type), b.neg(ct)))


def _conj_vjp(site: Site, ct: Value, i: int) -> Dense:
    return Dense(site.b.op("conj", ct))


def _complex_jvp(site: Site, tangents: Tangents) -> Value:
    return site.b.op("complex", *(or_zeros(site.b, t, x) for t, x in zip(tangents, site.operands)))


def _complex_vjp(site: Site, ct: Value, i: int) -> Dense:
    b = site.b
    return Dense(b.op("real", ct) if i == 0 else b.neg(b.op("imag", ct)))


def _direction(site: Site) -> Value:
    """The conjugate of z / abs(z); 0 where z is 0."""
    b, (z,) = site.b, site.operands
    return b.op("conj", b.op("div0", z, as_complex(b, site.result)))


def _abs_jvp(site: Site, tangents: Tangents) -> Value | None:
    t = tangents[0]
    if t is None:
        return None
    return site.b.op("real", site.b.mul(_direction(site), t))


def _abs_vjp(site: Site, ct: Value, i: int) -> Dense:
    return Dense(site.b.mul(as_complex(site.b, ct), _direction(site)))


ABS = Rule(_abs_jvp, _abs_vjp)


def of_either(real: Rule, of_complex: Rule) -> Rule:
    """One rule where operand 0 is real, another where it is complex."""

    def chosen(site: Site) -> Rule:
        return of_complex if is_complex(site.operands[0].type) else real

    return Rule(
        lambda site, tangents: chosen(site).jvp(site, tangents), lambda site, ct, i: chosen(site).vjp(site, ct, i)
    )


RULES: dict[str, Rule] = {
    "real": Rule(_same_op, _real_vjp),
    "imag": Rule(_same_op, _imag_vjp),
    "conj": Rule(_same_op, _conj_vjp),
    "complex": Rule(_complex_jvp, _complex_vjp),
}
