"""The table of elementwise derivatives, one line per op, and the two modes made from it.

A partial is written as a linear map of `t`, given the operands and the output `y`: for `y = log(x)` it is `t / x`.  As
the map of one element is a number, it is its own transpose: with a tangent for `t` it is the JVP, with a cotangent the
VJP.  Writing `t` into the formula decides the order of operations, and so what a zero `t` gives where the partial is
infinite: `t / x` is zero then (see `expr`), `t * (1 / x)` would be NaN.  None says that an operand has no derivative.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from autodiff_compiler.diagnostics import UnsupportedError
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.opset import opdef
from autodiff_compiler.ir.types import Array, is_complex
from autodiff_compiler.rules.complex_parts import ABS, of_either
from autodiff_compiler.rules.expr import (
    Expr,
    cos,
    cosh,
    exp,
    floordiv,
    hypot,
    log,
    nonzero,
    power,
    rint,
    sign,
    sin,
    sinh,
    sqrt,
    strong,
    where,
)
from autodiff_compiler.rules.rule import Dense, Rule, Site, Tangents


@dataclass(frozen=True)
class Refused:
    """In the place of a partial that there is not: why."""

    reason: str


Partial = Callable[..., Expr | None] | Refused
PARTIALS: dict[str, tuple[Partial | None, ...]] = {}
OF_COMPLEX: dict[str, tuple[Partial | None, ...]] = {}
"""Partials that are written otherwise for complex numbers: of functions with branch cuts in terms of the result, which says on which
side of a cut the argument is, where a formula in terms of the argument would have to carry the sign of a zero."""


def rule(kind: str, *partials: Partial | None) -> None:
    """One partial per operand, each a function of (t, operands…, y)."""
    assert kind not in PARTIALS, kind
    PARTIALS[kind] = partials


def of_complex(kind: str, *partials: Partial | None) -> None:
    assert kind not in OF_COMPLEX, kind
    OF_COMPLEX[kind] = partials


def guarded(x: Expr) -> Expr:
    """A denominator that, if CPython computes the primal, is zero only where the primal raises."""
    return nonzero(x) if x.is_python else x


def _quotient(t: Expr, b: Expr, y: Expr) -> Expr:
    """t / b, written plainly among scalars for the sake of the reader; elements of an array may be masked later."""
    return t / (b if y.is_array else nonzero(b))


def _divisor(t: Expr, a: Expr, b: Expr, y: Expr) -> Expr:
    """-t * y / b, which shares t / b with the other partial."""
    # `y` is infinite where b is 0: in an array it is spelled out as a / b, so that a zero `t` stays zero.
    return -(t / b * a / b) if y.is_array else -strong(_quotient(t, b, y), y)


def _overflowing(t: Expr, partial: Expr) -> Expr:
    """t * partial, for a partial that overflows where the function does: there CPython raises, and NumPy goes on."""
    return t * partial if t.is_python else strong(t, partial)


def _winner(t: Expr, wins: Expr, tie: Expr) -> Expr:
    """All of `t` for the operand that wins, half of it for each in a tie."""
    return where(wins, t, where(tie, 0.5 * t, 0.0))


def _share(a: Expr, y: Expr) -> Expr:
    """exp(a - y), the weight of `a` in y = logaddexp; 1 where both are the same infinity."""
    return exp(where(a.eq(y), 0.0, a - y))


def _polar(t: Expr, leg: Expr, h: Expr) -> Expr:
    """t * leg / h**2 without the square, which over- and underflows."""
    return t * (leg / h) / h


LN2, LN10 = math.log(2.0), math.log(10.0)

# Arithmetic.
rule("add", lambda t, a, b, y: t, lambda t, a, b, y: t)
rule("sub", lambda t, a, b, y: t, lambda t, a, b, y: -t)
rule("neg", lambda t, x, y: -t)
rule("mul", lambda t, a, b, y: t * b, lambda t, a, b, y: t * a)
rule("div", lambda t, a, b, y: _quotient(t, b, y), _divisor)
rule("div0", lambda t, a, b, y: t / b, lambda t, a, b, y: -(t * a / b) / b)
rule("mul0", lambda t, a, b, y: strong(t, b), lambda t, a, b, y: t * a)
rule("abs", lambda t, x, y: t * sign(x))
rule("mod", lambda t, a, b, y: t, lambda t, a, b, y: -(t * floordiv(a, b)))
rule("fmod", lambda t, a, b, y: t, lambda t, a, b, y: -(t * rint(((a - y) / guarded(b)).ieee())))
rule("maximum", lambda t, a, b, y: _winner(t, a.gt(b), a.eq(b)), lambda t, a, b, y: _winner(t, b.gt(a), a.eq(b)))
rule("minimum", lambda t, a, b, y: _winner(t, a.lt(b), a.eq(b)), lambda t, a, b, y: _winner(t, b.lt(a), a.eq(b)))
rule("copysign", lambda t, a, b, y: t * (sign(a) * b.emit("copysign", 1.0, b)), None)
rule("hypot", lambda t, a, b, y: t * (a / y), lambda t, a, b, y: t * (b / y))

# Powers, exponentials and logarithms.
rule("sqrt", lambda t, x, y: 0.5 * t / y)
rule("cbrt", lambda t, x, y: t / (3.0 * y * y))
rule("exp", lambda t, x, y: _overflowing(t, y))
rule("exp2", lambda t, x, y: _overflowing(t, LN2 * y))
rule("expm1", lambda t, x, y: _overflowing(t, exp(x)))
rule("log", lambda t, x, y: t / guarded(x))
rule("log2", lambda t, x, y: t / guarded(LN2 * x))
rule("log10", lambda t, x, y: t / guarded(LN10 * x))
rule("log1p", lambda t, x, y: t / guarded(1.0 + x))
rule("logaddexp", lambda t, a, b, y: t * _share(a, y), lambda t, a, b, y: t * _share(b, y))

# Trigonometry.  Differences of squares are factored: 1 - x * x has lost its digits near 1.
rule("sin", lambda t, x, y: t * cos(x))
rule("cos", lambda t, x, y: -(t * sin(x)))
rule("tan", lambda t, x, y: t * (1.0 + y * y))
rule("arcsin", lambda t, x, y: t / sqrt((1.0 - x) * (1.0 + x)))
rule("arccos", lambda t, x, y: -(t / sqrt((1.0 - x) * (1.0 + x))))
rule("arctan", lambda t, x, y: t / nonzero(1.0 + x * x))
rule("arctan2", lambda t, a, b, y: _polar(t, b, hypot(a, b)), lambda t, a, b, y: -_polar(t, a, hypot(a, b)))
rule("sinh", lambda t, x, y: _overflowing(t, cosh(x)))
rule("cosh", lambda t, x, y: _overflowing(t, sinh(x)))
rule("tanh", lambda t, x, y: t * (1.0 - y * y))
rule("arcsinh", lambda t, x, y: t / nonzero(hypot(x, 1.0)))
rule("arccosh", lambda t, x, y: t / (sqrt(x - 1.0) * sqrt(x + 1.0)))
rule("arctanh", lambda t, x, y: t / guarded((1.0 - x) * (1.0 + x)))

# Where the argument is huge, its square overflows.
of_complex("arcsin", lambda t, x, y: t / cos(y))
of_complex("arccos", lambda t, x, y: -(t / sin(y)))
of_complex("arcsinh", lambda t, x, y: t / cosh(y))
of_complex("arccosh", lambda t, x, y: t / sinh(y))
of_complex("arctan", lambda t, x, y: t / guarded(x - 1j) / guarded(x + 1j))
of_complex("arctanh", lambda t, x, y: t / guarded(1.0 - x) / guarded(1.0 + x))


# -- powers ------------------------------------------------------------------------------------------------------------


def _power_base(t: Expr, x: Expr, n: Expr, y: Expr) -> Expr | None:
    """t * n * x**(n - 1), folded for a known exponent."""
    c: float | None = n.constant
    if c is None:
        # If a Python float is 0 and n is negative, the primal has raised.
        rule = _power_base_whole if n.whole and x.is_python else _power_base_unknown
        return rule(t, x.ieee(), n)
    x = x if y.is_python else x.ieee()
    if c == 0:
        return None
    if c == 1:
        return t
    if c == 2:
        return 2.0 * x * t
    if c > 1:
        slope: Expr = 3.0 * (x * x) if c == 3 else c * power(x, c - 1.0)
        return slope * t if y.is_python else strong(t, slope)
    if c == -1:
        return -(t / guarded(x) / guarded(x))
    if c == 0.5:
        return 0.5 * t / y
    # CPython raises where a power overflows, and x**(1 - c) may; at x = 0 the primal has raised already.
    return c * t * y / nonzero(x) if c < 0 and x.is_python else c * t / power(x, 1.0 - c)


def _lowered(n: Expr) -> Expr:
    """n - 1, but 1 for n = 0: the factor n is zero then, and the power has to be finite for x = 0, at every order."""
    return where(n.eq(0.0), 1.0, n - 1.0)


def _power_base_whole(t: Expr, x: Expr, n: Expr) -> Expr:
    return t * n * power(x, _lowered(n))


def _power_base_unknown(t: Expr, x: Expr, n: Expr) -> Expr:
    # At x = 0 the partial is infinite for n < 1, except n = 0 where it is 0.  There the power is taken of 1 instead, and
    # the infinity comes from a strong division, so that t = 0 gives zero.
    m = _lowered(n)
    singular = x.eq(0.0) & m.lt(0.0)
    return t * n * power(where(singular, 1.0, x), m) / where(singular, 0.0, 1.0, like=x)


def _power_exponent(t: Expr, x: Expr, n: Expr, y: Expr) -> Expr:
    """t * y * log(x); 0 where x is 0, NaN where it is negative."""
    if x.constant is not None and x.constant > 0:
        return t * (math.log(x.constant) * y)
    zero = x.eq(0.0)
    return where(zero, 0.0, t * y * log(where(zero, 1.0, x).ieee()))


rule("pow", _power_base, _power_exponent)


def _complex_power_base(t: Expr, x: Expr, n: Expr, y: Expr) -> Expr | None:
    """t * n * x**(n - 1); what it is of a zero is what NumPy takes the power for."""
    c = n.constant
    if c == 0:
        return None
    if c == 1:
        return t
    if c == 2:
        return 2.0 * x * t
    if c == -1:
        return -(t / guarded(x) / guarded(x))
    if c == 0.5:
        return 0.5 * t / y
    lowered = where(n.eq(0.0), 1.0, n - 1.0) if c is None else c - 1
    return strong(t, n * power(x.ieee(), lowered))


def _complex_power_exponent(t: Expr, x: Expr, n: Expr, y: Expr) -> Expr:
    """t * y * log(x); 0 where x is 0."""
    zero = x.eq(0.0)
    return where(zero, 0.0, t * y * log(where(zero, 1.0, x).ieee()))


of_complex("pow", _complex_power_base, _complex_power_exponent)


# -- the two modes -----------------------------------------------------------------------------------------------------


def _expr(site: Site, value: Value) -> Expr:
    return Expr(site.b, value, constant=site.constants.get(value), whole=value in site.whole)


def _apply(site: Site, t: Value, i: int) -> Value | None:
    """The partial of operand i applied to `t`."""
    partials = OF_COMPLEX if is_complex(site.result.type) else PARTIALS
    partial = partials.get(site.op.kind, PARTIALS[site.op.kind])[i]
    if partial is None:
        return None
    if isinstance(partial, Refused):
        row = opdef(site.op)
        raise UnsupportedError(
            "AD312",
            f"the derivative of `{row.numpy}` with respect to `{row.operands[i]}` {partial.reason}",
            site.op.span,
            help=f"keep it constant: stop_gradient(...) around the argument `{row.operands[i]}`",
        )
    operands = [_expr(site, v) for v in site.operands]
    made = partial(Expr(site.b, t), *operands, Expr(site.b, site.result))
    return made.value if made is not None else None


def _jvp(site: Site, tangents: Tangents) -> Value | None:
    start = len(site.b.ops)
    total: Value | None = None
    for i, tangent in enumerate(tangents):
        term = _apply(site, tangent, i) if tangent is not None else None
        if term is not None:
            total = term if total is None else site.b.add(total, term)
    return _as_result(site, total, tangents, start) if total is not None else None


def _as_result(site: Site, tangent: Value, tangents: Tangents, start: int) -> Value:
    """The tangent, built since position `start`, in exactly the result's shape, dtype and kind."""
    if isinstance(site.result.type, Array) and not _has_result_shape(site, tangent, tangents, start):
        tangent = site.b.op("broadcast_to", tangent, *site.b.dims(site.result))
    return site.b.cast(tangent, site.result.type)


def _has_result_shape(site: Site, tangent: Value, tangents: Tangents, start: int) -> bool:
    """Whether it is computed from the result, or from every array among the operands, and so has been broadcast with them."""
    reached = {tangent}
    for op in reversed(site.b.ops[start:]):
        if not reached.isdisjoint(op.results):
            reached.update(op.operands)
    arrays = [(v, t) for v, t in zip(site.operands, tangents) if isinstance(v.type, Array)]
    return site.result in reached or all(v in reached or t in reached for v, t in arrays)


def _vjp(site: Site, ct: Value, i: int) -> Dense | None:
    value = _apply(site, ct, i)
    return Dense(value) if value is not None else None


# -- the two that are better written as a whole ------------------------------------------------------------------------


def _select_jvp(site: Site, tangents: Tangents) -> Value:
    condition, _, _ = site.operands
    zero = site.b.const_like(0.0, site.result.type)
    made = site.b.select(condition, *(zero if t is None else t for t in tangents[1:]))
    return _as_result(site, made, tangents, len(site.b.ops) - 1)


def _select_vjp(site: Site, ct: Value, i: int) -> Dense | None:
    condition = site.operands[0]
    zero = site.b.const_like(0.0, ct.type)
    return Dense(site.b.select(condition, ct, zero) if i == 1 else site.b.select(condition, zero, ct))


def _cast_jvp(site: Site, tangents: Tangents) -> Value | None:
    return site.b.cast(tangents[0], site.result.type) if tangents[0] is not None else None


def _cast_vjp(site: Site, ct: Value, i: int) -> Dense:
    """Of a real number that became a complex one the real part alone varies."""
    (x,) = site.operands
    real = is_complex(ct.type) and not is_complex(x.type)
    return Dense(site.b.cast(site.b.op("real", ct) if real else ct, x.type))


BY_PARTIALS = Rule(_jvp, _vjp)

RULES: dict[str, Rule] = {
    "select": Rule(_select_jvp, _select_vjp),
    "cast": Rule(_cast_jvp, _cast_vjp),
    **dict.fromkeys(PARTIALS, BY_PARTIALS),
    "abs": of_either(BY_PARTIALS, ABS),
}
