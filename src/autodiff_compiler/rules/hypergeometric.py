"""Derivatives of integrals, of hypergeometric functions, and of polynomials, whose degree is an integer."""

from __future__ import annotations

import math

from autodiff_compiler.rules.elementwise import Refused, rule
from autodiff_compiler.rules.expr import Expr, cos, cosh, exp, function, log, rint, sin, sinh, sqrt, strong, where
from autodiff_compiler.rules.special import NO_CLOSED_FORM, near_zero

hyp0f1, hyp1f1, hyp2f1, elliprd, expn = (function(k) for k in ("hyp0f1", "hyp1f1", "hyp2f1", "elliprd", "expn"))
ellipk, ellipe = function("ellipk"), function("ellipe")
INACCURATE = Refused("is not computed: it would lose its digits where two operands are nearly equal")


# -- integrals ---------------------------------------------------------------------------------------------------------


def _over_x(x: Expr, whole: Expr, sign: float) -> Expr:
    """sin(x) / x and, with the sign 1, sinh(x) / x, of which `whole` is the numerator: near 0 as a hypergeometric function."""
    near = (x.emit("abs", x)).lt(2.0)
    return where(near, hyp0f1(x.like(1.5), where(near, x * x * (0.25 * sign), 0.0)), whole / where(near, 1.0, x))


def _expn_slope(n: Expr, x: Expr) -> Expr:
    """-expn(n - 1, x); SciPy has none of negative order."""
    first = n.eq(0)
    return where(first, exp(-x) * (1.0 + 1.0 / x) / x, expn(where(first, 1, n) - 1, x))


def _spence_slope(x: Expr) -> Expr:
    """log(x) / (x - 1)"""
    near, small, _ = near_zero(x - 1.0)
    far = where(near, 2.0, x)
    return where(near, hyp2f1(x.like(1.0), 1.0, 2.0, -small), log(far) / (far - 1.0))


def _half_turns(phi: Expr) -> tuple[Expr, Expr]:
    """How many whole ones there are in the angle, and what is left of it, between -pi/2 and pi/2."""
    turns = rint(phi * (1.0 / math.pi))
    return turns, phi - turns * math.pi


def _complete(m: Expr) -> tuple[Expr, Expr, Expr]:
    """Whether `m` is so near 0 that the differences below would cancel; `m` where it is, and where it is not."""
    near = m.emit("abs", m).lt(0.5)
    return near, where(near, m, 0.0), where(near, 0.75, m)


def _ellipk_slope(m: Expr) -> Expr:
    near, small, far = _complete(m)
    rest = 1.0 - far
    difference = (ellipe(far) - rest * ellipk(far)) / (2.0 * far * rest)
    return where(near, hyp2f1(m.like(1.5), 1.5, 2.0, small) * (math.pi / 8.0), difference)


def _ellipe_slope(m: Expr) -> Expr:
    near, small, far = _complete(m)
    difference = (ellipe(far) - ellipk(far)) / (2.0 * far)
    return where(near, hyp2f1(m.like(0.5), 1.5, 2.0, small) * (-math.pi / 8.0), difference)


def _ellipkinc_slope(phi: Expr, m: Expr) -> Expr:
    """By `m`: Carlson's integral over what is left of the angle, and the complete one for each half turn."""
    turns, rest = _half_turns(phi)
    s, c = sin(rest), cos(rest)
    return elliprd(c * c, 1.0, 1.0 - m * s * s) * (s * s * s * (1.0 / 6.0)) + 2.0 * turns * _ellipk_slope(m)


def _ellipeinc_slope(phi: Expr, m: Expr) -> Expr:
    turns, rest = _half_turns(phi)
    s, c = sin(rest), cos(rest)
    return elliprd(c * c, 1.0 - m * s * s, 1.0) * (s * s * s * (-1.0 / 6.0)) + 2.0 * turns * _ellipe_slope(m)


def _delta(phi: Expr, m: Expr) -> Expr:
    s = sin(phi)
    return sqrt(1.0 - m * s * s)


rule("expi", lambda t, x, y: t * exp(x) / x)
rule("exp1", lambda t, x, y: -(t * exp(-x) / x))
rule("expn", None, lambda t, n, x, y: -strong(t, _expn_slope(n, x)))
rule("spence", lambda t, x, y: -strong(t, _spence_slope(x)))
rule("sici_si", lambda t, x, y: t * _over_x(x, sin(x), -1.0))
rule("sici_ci", lambda t, x, y: t * cos(x) / x)
rule("shichi_shi", lambda t, x, y: strong(t, _over_x(x, sinh(x), 1.0)))
rule("shichi_chi", lambda t, x, y: strong(t, cosh(x) / x))
rule("fresnel_s", lambda t, x, y: t * sin(x * x * (math.pi / 2.0)))
rule("fresnel_c", lambda t, x, y: t * cos(x * x * (math.pi / 2.0)))
rule("ellipk", lambda t, m, y: strong(t, _ellipk_slope(m)))
rule("ellipe", lambda t, m, y: strong(t, _ellipe_slope(m)))
rule("ellipkinc", lambda t, phi, m, y: t / _delta(phi, m), lambda t, phi, m, y: strong(t, _ellipkinc_slope(phi, m)))
rule("ellipeinc", lambda t, phi, m, y: t * _delta(phi, m), lambda t, phi, m, y: strong(t, _ellipeinc_slope(phi, m)))
rule("elliprd", INACCURATE, INACCURATE, INACCURATE)


# -- hypergeometric functions and polynomials --------------------------------------------------------------------------

jacobi, gegenbauer, genlaguerre = (function(f"eval_{k}") for k in ("jacobi", "gegenbauer", "genlaguerre"))
chebyu, hermite, hermitenorm = (function(f"eval_{k}") for k in ("chebyu", "hermite", "hermitenorm"))


def _below(n: Expr) -> Expr:
    """n - 1, but 0 for n = 0, where the derivative is 0 times the polynomial of that degree."""
    return where(n.eq(0), 1, n) - 1


def _number(n: Expr, t: Expr) -> Expr:
    """The degree as a float like `t`."""
    return Expr(t.b, t.b.cast(n.value, t.value.type))


def _from(n: Expr, factor: Expr) -> Expr:
    """`factor`, but 0 for n = 0."""
    return where(n.eq(0), 0.0, factor)


rule("hyp0f1", NO_CLOSED_FORM, lambda t, b, x, y: strong(t, hyp0f1(b + 1.0, x) / b))
rule("hyp1f1", NO_CLOSED_FORM, NO_CLOSED_FORM, lambda t, a, b, x, y: strong(t, a / b * hyp1f1(a + 1.0, b + 1.0, x)))
rule(
    "hyp2f1",
    *[NO_CLOSED_FORM] * 3,
    lambda t, a, b, c, x, y: strong(t, a * b / c * hyp2f1(a + 1.0, b + 1.0, c + 1.0, x)),
)
rule(
    "eval_legendre",
    None,
    lambda t, n, x, y: t * _from(n, _number(n + 1, t) * 0.5) * jacobi(_below(n), x.like(1.0), x.like(1.0), x),
)
rule(
    "eval_jacobi",
    None,
    NO_CLOSED_FORM,
    NO_CLOSED_FORM,
    lambda t, n, a, b, x, y: t * _from(n, 0.5 * (_number(n + 1, t) + a + b)) * jacobi(_below(n), a + 1.0, b + 1.0, x),
)
rule("eval_chebyt", None, lambda t, n, x, y: t * _number(n, t) * chebyu(_below(n), x))
rule("eval_chebyu", None, lambda t, n, x, y: t * _from(n, x.like(2.0)) * gegenbauer(_below(n), x.like(2.0), x))
rule(
    "eval_gegenbauer",
    None,
    NO_CLOSED_FORM,
    lambda t, n, a, x, y: t * _from(n, 2.0 * a) * gegenbauer(_below(n), a + 1.0, x),
)
rule("eval_hermite", None, lambda t, n, x, y: t * (2.0 * _number(n, t)) * hermite(_below(n), x))
rule("eval_hermitenorm", None, lambda t, n, x, y: t * _number(n, t) * hermitenorm(_below(n), x))
rule("eval_laguerre", None, lambda t, n, x, y: -(t * _from(n, x.like(1.0)) * genlaguerre(_below(n), x.like(1.0), x)))
rule(
    "eval_genlaguerre",
    None,
    NO_CLOSED_FORM,
    lambda t, n, a, x, y: -(t * _from(n, x.like(1.0)) * genlaguerre(_below(n), a + 1.0, x)),
)
