"""Rules of `simplify.py` for sums, products, quotients and powers: neutral elements are removed, constants are gathered, minus
signs move outwards.
"""

from __future__ import annotations

import math

import numpy as np

from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.dtype import FLOAT32, INT64
from autodiff_compiler.ir.opset import may_trap, opdef
from autodiff_compiler.ir.types import INT, Array, Scalar
from autodiff_compiler.passes.rewrite import Peephole, Result, Rule


def _other(s: Peephole, op: Op, number: float) -> Value | None:
    """The operand beside a constant of that value."""
    a, b = op.operands
    return b if s.constant(a) == number else a if s.constant(b) == number else None


def _constant_first(s: Peephole, op: Op | None) -> tuple[Value, Value] | None:
    """(constant, other operand) of a commutative op."""
    if op is None:
        return None
    a, b = op.operands
    if s.constant(a) is not None:
        return a, b
    return (b, a) if s.constant(b) is not None else None


def _negated(s: Peephole, value: Value) -> Value | None:
    op = s.made_by(value, "neg")
    return op.operands[0] if op is not None else None


def _add(s: Peephole, op: Op) -> Result:
    a, b = op.operands
    rest = _other(s, op, 0)
    if rest is not None and rest.type == op.result.type:
        return rest
    if op.result.type == INT:
        gathered = _gather_ints(s, op)
        if gathered is not None:
            return gathered
    for x, y in ((a, b), (b, a)):
        positive = _negated(s, y)
        if positive is not None:
            return s.become(op, "sub", x, positive)
    # s + (-2) * x is s - 2 * x
    for x, y in ((a, b), (b, a)):
        positive = _without_minus(s, y)
        if positive is not None:
            return s.become(op, "sub", x, positive)
    for x, y in ((a, b), (b, a)):
        if _is_zeros(s, x) and s.shapes.same_shape(x, y):
            return y
    return None


def _minus(s: Peephole, constant: Value) -> Value:
    return s.const(-s.constant(constant), constant.type)


def _without_minus(s: Peephole, value: Value) -> Value | None:
    """`2 * x` for `-2 * x`, `2 / x` for `-2 / x`; None for anything else."""
    op = s.made_by(value, "mul", "div")
    if op is None:
        return None
    constant, other = _constant_first(s, op) or op.operands
    number = s.constant(constant)
    first = constant is op.operands[0] or opdef(op).commutative
    if number is None or not number < 0 or number == INT64.least or not first or not s.used_once(value):
        return None
    return s.new(op.kind, _minus(s, constant), other)


def _sub(s: Peephole, op: Op) -> Result:
    a, b = op.operands
    if s.constant(b) == 0 and a.type == op.result.type:
        return a
    if op.result.type == INT:
        gathered = _gather_ints(s, op)
        if gathered is not None:
            return gathered
        if a is b:
            return s.become(op, "const", type=INT, value=0)
    positive = _negated(s, b)
    if positive is not None:
        return s.become(op, "add", a, positive)
    positive = _negated(s, a)
    if positive is not None and not _is_unsigned(op):
        return s.become(op, "neg", s.new("add", positive, b))
    # a - (-2) * x is a + 2 * x, and (-2) * x - b is -(2 * x + b).
    positive = _without_minus(s, b)
    if positive is not None:
        return s.become(op, "add", a, positive)
    positive = None if isinstance(op.result.type, Array) else _without_minus(s, a)
    if positive is not None:
        return s.become(op, "neg", s.new("add", positive, b))
    return s.become(op, "neg", b) if s.constant(a) == 0 and _is_inexact(op) else None


def _gather_ints(s: Peephole, op: Op) -> Result:
    """`n - 1 - 1` is `n - 2`, `i + 1 - 1` is `i`: a variable and constants around it."""
    base, offset = _variable_and_offset(s, op, 3)
    if base is None or (base, offset) == _variable_and_offset(s, op, 1) or abs(offset) > INT64.greatest:
        return None
    if offset == 0:
        return base
    proven = {"fits": True} if op.attrs.get("fits") else {}  # of the same number
    return s.become(op, "add" if offset > 0 else "sub", base, s.const(abs(offset), INT), **proven)


def _variable_and_offset(s: Peephole, op: Op, depth: int) -> tuple[Value | None, int]:
    """`x` and `c` such that the Python integer op is `x + c`; at most `depth` ops are looked into."""
    a, b = op.operands
    if a.type != INT or b.type != INT:
        return None, 0
    offset = s.constant(b)
    signs = opdef(op).signs
    if offset is None and signs[1] > 0:
        a, offset = b, s.constant(a)
    if offset is None:
        return None, 0
    offset *= signs[1]
    inner = s.made_by(a, "add", "sub")
    if depth > 1 and inner is not None:
        base, more = _variable_and_offset(s, inner, depth - 1)
        if base is not None:
            return base, offset + more
    return a, offset


def _mul(s: Peephole, op: Op) -> Result:
    rest = _other(s, op, 1)
    if rest is not None:
        return rest if rest.type == op.result.type else _as_result(s, op, rest)
    rest = _other(s, op, -1)
    if rest is not None and rest.type == op.result.type and not _is_unsigned(op):
        return s.become(op, "neg", rest)
    if _other(s, op, 0) is not None and isinstance(op.result.type, Scalar) and op.result.type.dtype.is_integer:
        return s.become(op, "const", type=op.result.type, value=0)
    split = _constant_first(s, op)
    if split is not None:
        constant, other = split
        positive = _negated(s, other)
        if positive is not None and not _is_unsigned(op) and s.constant(constant) != INT64.least:
            return s.become(op, "mul", _minus(s, constant), positive)
        inner = _constant_first(s, s.made_by(other, "mul"))
        product = inner and _exact_product(s, constant, inner[0])
        return s.become(op, "mul", product, inner[1]) if inner and product is not None else None
    return _sign_outside(s, op)


def _sign_outside(s: Peephole, op: Op) -> Result:
    """The negative of a product or quotient, where one of the operands is a negative."""
    a, b = op.operands
    positive_a, positive_b = _negated(s, a), _negated(s, b)
    if positive_a is not None:
        return s.become(op, "neg", s.new(op.kind, positive_a, b))
    if positive_b is not None:
        return s.become(op, "neg", s.new(op.kind, a, positive_b))
    return None


def _as_result(s: Peephole, op: Op, x: Value) -> Op | None:
    """A Python number as the NumPy number that it becomes in arithmetic."""
    type_ = op.result.type
    return s.become(op, "cast", x, dtype=type_.dtype, kind=type_.kind) if isinstance(type_, Scalar) else None


def _exact_product(s: Peephole, a: Value, b: Value) -> Value | None:
    """The constant `a * b`, if it is a number that the type holds exactly."""
    x, y = s.constant(a), s.constant(b)
    if not (math.isfinite(x) and math.isfinite(y) and x and y):
        return None
    product = x * y
    single = isinstance(a.type, Scalar) and a.type.dtype is FLOAT32
    if not math.isfinite(product):
        return None
    (over, under), (m, p), (n, q) = product.as_integer_ratio(), x.as_integer_ratio(), y.as_integer_ratio()
    if over * p * q != m * n * under or (single and float(np.float32(product)) != product):
        return None
    product = s.new("mul", a, b)
    return product if s.constant(product) is not None else None


def _neg(s: Peephole, op: Op) -> Result:
    (x,) = op.operands
    inner = s.defs.get(x)
    if inner is None:
        return None
    signs = opdef(inner).signs
    if signs == (-1,):
        return inner.operands[0]
    if signs == (1, -1) and not _is_unsigned(op):
        return s.become(op, "sub", *inner.operands[::-1])
    split = _constant_first(s, s.made_by(x, "mul")) if s.used_once(x) else None
    return s.become(op, "mul", _minus(s, split[0]), split[1]) if split and not _is_unsigned(op) else None


def _div(s: Peephole, op: Op) -> Result:
    a, b = op.operands
    if s.constant(b) == 1 and a.type == op.result.type:
        return a
    return _sign_outside(s, op)


def _div0(s: Peephole, op: Op) -> Result:
    """The strong zero is not needed where one of the operands is known not to be zero."""
    simpler = _div(s, op)
    if simpler is not None:
        return simpler
    numerator, denominator = (s.constant(v) for v in op.operands)
    if denominator is not None and denominator != 0 and math.isfinite(denominator):
        return s.become(op, "div", *op.operands)
    if numerator is not None and numerator != 0:
        quotient = s.become(op, "div", *op.operands)
        return quotient if quotient is not None and not may_trap(quotient) else None
    return None


def _mul0(s: Peephole, op: Op) -> Result:
    """The strong zero is not needed where the first factor is not zero, or the second one is finite."""
    first, second = (s.constant(v) for v in op.operands)
    plain = bool(first) or (second is not None and math.isfinite(second))
    return s.become(op, "mul", *op.operands) if plain else _sign_outside(s, op)


def _pow(s: Peephole, op: Op) -> Result:
    base, exponent = op.operands
    power = s.constant(exponent)
    if power == 1 and base.type == op.result.type:
        return base
    if power == 0 and isinstance(op.result.type, Scalar):
        return s.become(op, "const", type=op.result.type, value=type(power)(1))
    return None


def _floordiv(s: Peephole, op: Op) -> Result:
    integral = isinstance(op.result.type, Scalar | Array) and op.result.type.dtype.is_integer
    return op.operands[0] if integral and s.constant(op.operands[1]) == 1 else None


def _is_zeros(s: Peephole, value: Value) -> bool:
    made = s.made_by(value, "full")
    return made is not None and s.constant(made.operands[-1]) == 0


def _is_inexact(op: Op) -> bool:
    return isinstance(op.result.type, Scalar | Array) and op.result.type.dtype.inexact


def _is_unsigned(op: Op) -> bool:
    return isinstance(op.result.type, Scalar | Array) and op.result.type.dtype.is_unsigned


ARITHMETIC_RULES: dict[str, Rule] = {
    "add": _add,
    "sub": _sub,
    "mul": _mul,
    "neg": _neg,
    "div": _div,
    "div0": _div0,
    "mul0": _mul0,
    "pow": _pow,
    "floordiv": _floordiv,
}
