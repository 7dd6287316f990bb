"""Derivatives of special functions, one line per function as in `elementwise`.

What is made of an infinite or undefined partial is a strong zero for `t = 0`: `strong(t, partial)`.
"""

from __future__ import annotations

import math

from autodiff_compiler.ir.ops.special import SPECIAL
from autodiff_compiler.rules.elementwise import BY_PARTIALS, Refused, rule
from autodiff_compiler.rules.expr import Expr, exp, function, log, nonzero, strong, where
from autodiff_compiler.rules.rule import Rule

SQRT_PI, SQRT_2 = math.sqrt(math.pi), math.sqrt(2.0)
erfcx, gammaln, digamma, zeta, betaln = (function(k) for k in ("erfcx", "gammaln", "digamma", "zeta", "betaln"))
xlogy, xlog1py, log1p = (function(k) for k in ("xlogy", "xlog1py", "log1p"))
NO_CLOSED_FORM = Refused("has no closed form")
"""Of a partial by an order or a shape."""


def _bell(x: Expr) -> Expr:
    """exp(-x**2)"""
    return exp(-(x * x))


def _density(x: Expr) -> Expr:
    """Of the normal distribution."""
    return exp(-0.5 * (x * x)) * (1.0 / (SQRT_PI * SQRT_2))


def _hazard(x: Expr) -> Expr:
    """The density of the normal distribution over its distribution function, also where both vanish."""
    return SQRT_2 / SQRT_PI / nonzero(erfcx(x * (-1.0 / SQRT_2)))


# Beyond it 2 * x * erfcx(x) has lost the digits that its difference to 2 / sqrt(pi) needs.
FAR = 50.0


def _erfcx_slope(x: Expr, y: Expr) -> Expr:
    """2 * x * erfcx(x) - 2 / sqrt(pi), where that cancels by its asymptotic series."""
    far = x.gt(FAR)
    square = where(far, x, FAR)
    square = 1.0 / nonzero(square * square)
    series = 1.0 - 1.5 * square * (1.0 - 2.5 * square * (1.0 - 3.5 * square * (1.0 - 4.5 * square)))
    return where(far, square * series * (-1.0 / SQRT_PI), 2.0 * x * y - 2.0 / SQRT_PI)


def _gamma_density(a: Expr, x: Expr) -> Expr:
    """x**(a - 1) * exp(-x) / gamma(a)"""
    return exp(xlogy(a - 1.0, x) - x - gammaln(a))


def _beta_density(a: Expr, b: Expr, x: Expr) -> Expr:
    return exp(xlogy(a - 1.0, x) + xlog1py(b - 1.0, -x) - betaln(a, b))


# The error function and the normal distribution.
rule("erf", lambda t, x, y: t * (_bell(x) * (2.0 / SQRT_PI)))
rule("erfc", lambda t, x, y: t * (_bell(x) * (-2.0 / SQRT_PI)))
rule("erfcx", lambda t, x, y: strong(t, _erfcx_slope(x, y)))
rule("ndtr", lambda t, x, y: t * _density(x))
rule("log_ndtr", lambda t, x, y: t * _hazard(x))
rule("ndtri", lambda t, x, y: strong(t, exp(0.5 * (y * y)) * (SQRT_PI * SQRT_2)))

# The gamma function.
rule("gamma", lambda t, x, y: strong(t, y * digamma(x)))
rule("gammaln", lambda t, x, y: strong(t, digamma(x)))
rule("digamma", lambda t, x, y: strong(t, zeta(x.like(2.0), x)))
rule("zeta", NO_CLOSED_FORM, lambda t, s, q, y: strong(t, -s * zeta(s + 1.0, q)))
rule(
    "betaln",
    lambda t, a, b, y: strong(t, digamma(a) - digamma(a + b)),
    lambda t, a, b, y: strong(t, digamma(b) - digamma(a + b)),
)
rule("gammainc", NO_CLOSED_FORM, lambda t, a, x, y: strong(t, _gamma_density(a, x)))
rule("gammaincc", NO_CLOSED_FORM, lambda t, a, x, y: -strong(t, _gamma_density(a, x)))
rule("betainc", NO_CLOSED_FORM, NO_CLOSED_FORM, lambda t, a, b, x, y: strong(t, _beta_density(a, b, x)))

# Products with logarithms.
rule("xlogy", lambda t, x, z, y: strong(t, log(z)), lambda t, x, z, y: t * x / z)
rule("xlog1py", lambda t, x, z, y: strong(t, log1p(z)), lambda t, x, z, y: t * x / (1.0 + z))

RULES: dict[str, Rule] = dict.fromkeys(SPECIAL, BY_PARTIALS)
