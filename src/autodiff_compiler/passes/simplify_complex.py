"""Rules of `simplify.py` for complex numbers: what is the same to the sign of a zero.

Real arithmetic is simplified as if `x + 0.0` were `x`.  Of complex numbers the sign of a zero says on which side of a branch cut they
lie: `sqrt(-1 - 0j)` is not `sqrt(-1 + 0j)`; and a product with `1 + 0j` makes NaN of infinities.
"""

from __future__ import annotations

import cmath

from autodiff_compiler.diagnostics import ADJOINT
from autodiff_compiler.ir.core import Op
from autodiff_compiler.ir.opset import may_trap
from autodiff_compiler.passes.rewrite import Peephole, Result, Rule


def _add(s: Peephole, op: Op) -> Result:
    a, b = op.operands
    for x, y in ((a, b), (b, a)):
        negated = s.made_by(y, "neg")
        if negated is not None:
            return s.become(op, "sub", x, negated.operands[0])
    return None


def _sub(s: Peephole, op: Op) -> Result:
    a, b = op.operands
    negated = s.made_by(b, "neg")
    return None if negated is None else s.become(op, "add", a, negated.operands[0])


def _undone(s: Peephole, op: Op) -> Result:
    """Of what is its own inverse."""
    inner = s.made_by(op.operands[0], op.kind)
    return None if inner is None else inner.operands[0]


def _div0(s: Peephole, op: Op) -> Result:
    """The strong zero is not needed where one of the operands is known not to be zero."""
    numerator, denominator = (s.constant(v) for v in op.operands)
    if denominator and cmath.isfinite(denominator):
        return s.become(op, "div", *op.operands)
    quotient = s.become(op, "div", *op.operands) if numerator else None
    return None if quotient is None or may_trap(quotient) else quotient


def _mul0(s: Peephole, op: Op) -> Result:
    first, second = (s.constant(v) for v in op.operands)
    plain = bool(first) or (second is not None and cmath.isfinite(second))
    return s.become(op, "mul", *op.operands) if plain else None


def _part(s: Peephole, op: Op) -> Result:
    """A part of what is made of parts, or of a real number; the real part of a conjugate."""
    (z,) = op.operands
    number = 0 if op.kind == "real" else 1
    made = s.made_by(z, "complex")
    if made is not None and made.operands[number].type == op.result.type:
        return made.operands[number]
    wider = s.made_by(z, "cast")
    if wider is not None and number == 0 and wider.operands[0].type == op.result.type:
        return wider.operands[0]
    conjugate = s.made_by(z, "conj")
    if conjugate is not None:
        part = s.new(op.kind, conjugate.operands[0])
        return part if number == 0 else s.become(op, "neg", part)
    return None


def _mul(s: Peephole, op: Op) -> Result:
    """A factor 1 that a derivative brings: what sign a zero has in it is nobody's business."""
    for x, y in (op.operands, op.operands[::-1]):
        if s.constant(x) == 1 and y.type == op.result.type and op.span.phase == ADJOINT:
            return y
    return None


COMPLEX_RULES: dict[str, Rule] = {
    "mul": _mul,
    "add": _add,
    "sub": _sub,
    "neg": _undone,
    "conj": _undone,
    "div0": _div0,
    "mul0": _mul0,
}
PART_RULES: dict[str, Rule] = {"real": _part, "imag": _part}
"""Of ops whose results are real."""
