"""Derivatives of Bessel functions and their kin: each is made of functions of the neighbouring orders."""

from __future__ import annotations

import math

from autodiff_compiler.rules.elementwise import rule
from autodiff_compiler.rules.expr import Expr, function, power, sign, strong
from autodiff_compiler.rules.special import NO_CLOSED_FORM

j0, j1, jv, y1, yn, yv, i0, i0e, i1, i1e, iv, ive = (
    function(k) for k in ("j0", "j1", "jv", "y1", "yn", "yv", "i0", "i0e", "i1", "i1e", "iv", "ive")
)
y0, k0, k0e, k1, k1e, kv, kve, rgamma = (function(k) for k in ("y0", "k0", "k0e", "k1", "k1e", "kv", "kve", "rgamma"))
struve, modstruve = function("struve"), function("modstruve")
ai, aip, bi, bip = (function(f"airy_{k}") for k in ("ai", "aip", "bi", "bip"))


def _struve_term(v: Expr, x: Expr) -> Expr:
    """What the recurrence of Struve's functions has besides their neighbours."""
    return power(0.5 * x, v) * rgamma(v + 1.5) * (1.0 / math.sqrt(math.pi))


rule("j0", lambda t, x, y: -(t * j1(x)))
rule("j1", lambda t, x, y: t * (0.5 * (j0(x) - jv(x.like(2.0), x))))
rule("jv", NO_CLOSED_FORM, lambda t, v, x, y: strong(t, 0.5 * (jv(v - 1.0, x) - jv(v + 1.0, x))))
rule("y0", lambda t, x, y: -strong(t, y1(x)))
rule("y1", lambda t, x, y: strong(t, 0.5 * (y0(x) - yv(x.like(2.0), x))))
rule("yn", None, lambda t, n, x, y: strong(t, 0.5 * (yn(n - 1, x) - yn(n + 1, x))))
rule("yv", NO_CLOSED_FORM, lambda t, v, x, y: strong(t, 0.5 * (yv(v - 1.0, x) - yv(v + 1.0, x))))
rule("i0", lambda t, x, y: strong(t, i1(x)))
rule("i0e", lambda t, x, y: t * (i1e(x) - sign(x) * y))
rule("i1", lambda t, x, y: strong(t, 0.5 * (i0(x) + iv(x.like(2.0), x))))
rule("i1e", lambda t, x, y: t * (0.5 * (i0e(x) + ive(x.like(2.0), x)) - sign(x) * y))
rule("iv", NO_CLOSED_FORM, lambda t, v, x, y: strong(t, 0.5 * (iv(v - 1.0, x) + iv(v + 1.0, x))))
rule("ive", NO_CLOSED_FORM, lambda t, v, x, y: strong(t, 0.5 * (ive(v - 1.0, x) + ive(v + 1.0, x)) - sign(x) * y))
rule("k0", lambda t, x, y: -strong(t, k1(x)))
rule("k0e", lambda t, x, y: strong(t, y - k1e(x)))
rule("k1", lambda t, x, y: strong(t, -0.5 * (k0(x) + kv(x.like(2.0), x))))
rule("k1e", lambda t, x, y: strong(t, y - 0.5 * (k0e(x) + kve(x.like(2.0), x))))
rule("kv", NO_CLOSED_FORM, lambda t, v, x, y: strong(t, -0.5 * (kv(v - 1.0, x) + kv(v + 1.0, x))))
rule("kve", NO_CLOSED_FORM, lambda t, v, x, y: strong(t, y - 0.5 * (kve(v - 1.0, x) + kve(v + 1.0, x))))
rule(
    "struve",
    NO_CLOSED_FORM,
    lambda t, v, x, y: strong(t, 0.5 * (struve(v - 1.0, x) - struve(v + 1.0, x) + _struve_term(v, x))),
)
rule(
    "modstruve",
    NO_CLOSED_FORM,
    lambda t, v, x, y: strong(t, 0.5 * (modstruve(v - 1.0, x) + modstruve(v + 1.0, x) + _struve_term(v, x))),
)
rule("airy_ai", lambda t, x, y: t * aip(x))
rule("airy_aip", lambda t, x, y: t * x * ai(x))
rule("airy_bi", lambda t, x, y: strong(t, bip(x)))
rule("airy_bip", lambda t, x, y: strong(t, x * bi(x)))
