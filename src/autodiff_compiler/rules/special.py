"""Derivatives of special functions, one line per function as in `elementwise`: the error function, the normal distribution, the gamma
function, entropies, losses and transformations of data.

What is made of an infinite or undefined partial is a strong zero for `t = 0`: `strong(t, partial)`.
"""

from __future__ import annotations

import math

from autodiff_compiler.ir.ops.special import SPECIAL
from autodiff_compiler.rules.elementwise import BY_PARTIALS, Refused, rule
from autodiff_compiler.rules.expr import (
    Expr,
    cos,
    exp,
    function,
    hypot,
    log,
    nonzero,
    power,
    rint,
    sign,
    sin,
    sqrt,
    strong,
    where,
)
from autodiff_compiler.rules.rule import Rule

SQRT_PI, SQRT_2 = math.sqrt(math.pi), math.sqrt(2.0)
erf, erfcx, gamma, gammaln, digamma = (function(k) for k in ("erf", "erfcx", "gamma", "gammaln", "digamma"))
zeta, betaln, xlogy, xlog1py, log1p = (function(k) for k in ("zeta", "betaln", "xlogy", "xlog1py", "log1p"))
expit, hyp1f1, hyp2f1, mod, poch = (function(k) for k in ("expit", "hyp1f1", "hyp2f1", "mod", "poch"))
NO_CLOSED_FORM = Refused("has no closed form")
"""Of a partial by an order or a shape."""


# -- the error function and the normal distribution --------------------------------------------------------------------


def _bell(x: Expr) -> Expr:
    """exp(-x**2)"""
    return exp(-(x * x))


def _density(x: Expr) -> Expr:
    """Of the normal distribution."""
    return exp(-0.5 * (x * x)) * (1.0 / (SQRT_PI * SQRT_2))


def _hazard(x: Expr) -> Expr:
    """The density of the normal distribution over its distribution function, also where both vanish."""
    return SQRT_2 / SQRT_PI / nonzero(erfcx(x * (-1.0 / SQRT_2)))


# Beyond it x * erfcx(x) and x * dawsn(x) have lost the digits that their difference to a constant needs.
FAR = 50.0


def _far_away(x: Expr, sign: float) -> Expr:
    """The asymptotic series 1 + 3/2 s + 15/4 s**2 + … of s = sign / x**2, for a large `x`."""
    square = sign / nonzero(x * x)
    return 1.0 + 1.5 * square * (1.0 + 2.5 * square * (1.0 + 3.5 * square * (1.0 + 4.5 * square)))


def _erfcx_slope(x: Expr, y: Expr) -> Expr:
    """2 * x * erfcx(x) - 2 / sqrt(pi), where that cancels by its asymptotic series."""
    far = x.gt(FAR)
    large = where(far, x, FAR)
    return where(far, _far_away(large, -1.0) / nonzero(large * large) * (-1.0 / SQRT_PI), 2.0 * x * y - 2.0 / SQRT_PI)


def _dawsn_slope(x: Expr, y: Expr) -> Expr:
    """1 - 2 * x * dawsn(x), the same way."""
    far = x.emit("abs", x).gt(FAR)
    large = where(far, x, FAR)
    return where(far, _far_away(large, 1.0) / nonzero(large * large) * -0.5, 1.0 - 2.0 * x * y)


rule("erf", lambda t, x, y: t * (_bell(x) * (2.0 / SQRT_PI)))
rule("erfc", lambda t, x, y: t * (_bell(x) * (-2.0 / SQRT_PI)))
rule("erfcx", lambda t, x, y: strong(t, _erfcx_slope(x, y)))
rule("erfi", lambda t, x, y: strong(t, exp(x * x) * (2.0 / SQRT_PI)))
rule("erfinv", lambda t, x, y: strong(t, exp(y * y) * (SQRT_PI / 2.0)))
rule("erfcinv", lambda t, x, y: strong(t, exp(y * y) * (-SQRT_PI / 2.0)))
rule("dawsn", lambda t, x, y: strong(t, _dawsn_slope(x, y)))
rule("ndtr", lambda t, x, y: t * _density(x))
rule("log_ndtr", lambda t, x, y: t * _hazard(x))
rule("ndtri_exp", lambda t, x, y: strong(t, erfcx(y * (-1.0 / SQRT_2)) * (SQRT_PI / SQRT_2)))
rule("ndtri", lambda t, x, y: strong(t, exp(0.5 * (y * y)) * (SQRT_PI * SQRT_2)))
rule(
    "owens_t",
    lambda t, h, a, y: t * (_density(h) * erf(a * h * (1.0 / SQRT_2)) * -0.5),
    lambda t, h, a, y: t * (exp(-0.5 * (h * h) * (1.0 + a * a)) / nonzero(1.0 + a * a) * (0.5 / math.pi)),
)


# -- the gamma function ------------------------------------------------------------------------------------------------


def _rgamma_slope(x: Expr, y: Expr) -> Expr:
    """-digamma(x) / gamma(x), which is finite at the poles of both: below 1/2 by the reflection formula."""
    low = x.lt(0.5)
    left, right = where(low, x, 0.25), where(low, 1.0, x)
    whole = rint(left)
    angle = (left - whole) * math.pi
    mirrored = gamma(1.0 - left) * (1.0 - 2.0 * mod(whole, 2.0))
    reflected = mirrored * (cos(angle) - digamma(1.0 - left) * sin(angle) * (1.0 / math.pi))
    return where(low, reflected, -(digamma(right) * y))


def _log_gamma_density(a: Expr, x: Expr) -> Expr:
    """The logarithm of x**(a - 1) * exp(-x) / gamma(a)"""
    return xlogy(a - 1.0, x) - x - gammaln(a)


def _log_beta_density(a: Expr, b: Expr, x: Expr) -> Expr:
    return xlogy(a - 1.0, x) + xlog1py(b - 1.0, -x) - betaln(a, b)


def _student_density(df: Expr, x: Expr) -> Expr:
    half = 0.5 * df
    return poch(half, 0.5) / sqrt(math.pi * df) * exp(-(log1p(x * x / df) * (half + 0.5)))


rule("gamma", lambda t, x, y: strong(t, y * digamma(x)))
rule("gammaln", lambda t, x, y: strong(t, digamma(x)))
rule("loggamma", lambda t, x, y: strong(t, digamma(x)))
rule("rgamma", lambda t, x, y: strong(t, _rgamma_slope(x, y)))
rule("digamma", lambda t, x, y: strong(t, zeta(x.like(2.0), x)))
rule("zeta", NO_CLOSED_FORM, lambda t, s, q, y: strong(t, -s * zeta(s + 1.0, q)))
rule(
    "beta",
    lambda t, a, b, y: strong(t, y * (digamma(a) - digamma(a + b))),
    lambda t, a, b, y: strong(t, y * (digamma(b) - digamma(a + b))),
)
rule(
    "betaln",
    lambda t, a, b, y: strong(t, digamma(a) - digamma(a + b)),
    lambda t, a, b, y: strong(t, digamma(b) - digamma(a + b)),
)
rule(
    "binom",
    lambda t, n, k, y: strong(t, y * (digamma(n + 1.0) - digamma(n - k + 1.0))),
    lambda t, n, k, y: strong(t, y * (digamma(n - k + 1.0) - digamma(k + 1.0))),
)
rule(
    "poch",
    lambda t, z, m, y: strong(t, y * (digamma(z + m) - digamma(z))),
    lambda t, z, m, y: strong(t, y * digamma(z + m)),
)
rule("gammainc", NO_CLOSED_FORM, lambda t, a, x, y: strong(t, exp(_log_gamma_density(a, x))))
rule("gammaincc", NO_CLOSED_FORM, lambda t, a, x, y: -strong(t, exp(_log_gamma_density(a, x))))
rule("gammaincinv", NO_CLOSED_FORM, lambda t, a, p, y: strong(t, exp(-_log_gamma_density(a, y))))
rule("gammainccinv", NO_CLOSED_FORM, lambda t, a, p, y: -strong(t, exp(-_log_gamma_density(a, y))))
rule("betainc", NO_CLOSED_FORM, NO_CLOSED_FORM, lambda t, a, b, x, y: strong(t, exp(_log_beta_density(a, b, x))))
rule("betaincinv", NO_CLOSED_FORM, NO_CLOSED_FORM, lambda t, a, b, p, y: strong(t, exp(-_log_beta_density(a, b, y))))
rule("stdtr", NO_CLOSED_FORM, lambda t, df, x, y: strong(t, _student_density(df, x)))
rule("stdtrit", NO_CLOSED_FORM, lambda t, df, p, y: t / _student_density(df, y))


# -- entropies, losses, transformations of data ------------------------------------------------------------------------


def _inside(y: Expr, partial: Expr) -> Expr:
    """Zero where the function is the constant inf: outside its domain."""
    return where(y.eq(math.inf), 0.0, partial)


def _huber_slopes(delta: Expr, r: Expr, y: Expr) -> tuple[Expr, Expr]:
    size = r.emit("abs", r)
    beyond = size.gt(delta)
    return _inside(y, where(beyond, size - delta, 0.0)), _inside(y, where(beyond, delta * sign(r), r))


def _pseudo_huber_slope(delta: Expr, r: Expr) -> Expr:
    """By `delta`, of delta * (h - delta) with h = hypot(delta, r): (h - delta)**2 / h without the difference."""
    h = hypot(delta, r)
    share = r / (h + delta)
    return r * (r / h) * share * share


# SciPy's hypergeometric functions are called for small arguments only: for large ones they are slow, and not accurate.


def near_zero(x: Expr) -> tuple[Expr, Expr, Expr]:
    """Whether `x` is near 0, then `x` where it is and where it is not, with a harmless number elsewhere."""
    near = x.emit("abs", x).lt(0.5)
    return near, where(near, x, 0.0), where(near, 1.0, x)


def _exprel_slope(x: Expr) -> Expr:
    """Of (exp(x) - 1) / x"""
    near, small, large = near_zero(x)
    return where(near, hyp1f1(x.like(2.0), 3.0, small) * 0.5, (exp(large) * (large - 1.0) + 1.0) / (large * large))


def _log1p_slope(x: Expr) -> Expr:
    """Of log(1 + x) / x"""
    near, small, large = near_zero(x)
    far = (large / (1.0 + large) - log1p(large)) / (large * large)
    return where(near, hyp2f1(x.like(2.0), 2.0, 3.0, -small) * -0.5, far)


def _boxcox_slope(log_x: Expr, lmbda: Expr) -> Expr:
    """Of (x**lmbda - 1) / lmbda by `lmbda`: its limit for x = 0 is 1 / lmbda**2."""
    zero = log_x.eq(-math.inf)
    finite = where(zero, 0.0, log_x)
    return where(zero, 1.0 / (lmbda * lmbda), finite * finite * _exprel_slope(lmbda * finite))


def _inv_boxcox_slope(y: Expr, lmbda: Expr) -> Expr:
    """Of log(1 + lmbda * y) / lmbda by `lmbda`"""
    return y * y * _log1p_slope(lmbda * y)


rule("expit", lambda t, x, y: t * (y * expit(-x)))
rule("logit", lambda t, x, y: t / (x * (1.0 - x)))
rule("log_expit", lambda t, x, y: t * expit(-x))
rule("xlogy", lambda t, x, z, y: strong(t, log(z)), lambda t, x, z, y: t * x / z)
rule("xlog1py", lambda t, x, z, y: strong(t, log1p(z)), lambda t, x, z, y: t * x / (1.0 + z))
rule("entr", lambda t, x, y: strong(t, -log(x) - 1.0))
rule(
    "rel_entr",
    lambda t, x, z, y: strong(t, _inside(y, log(x / z) + 1.0)),
    lambda t, x, z, y: strong(t, _inside(y, -(x / z))),
)
rule(
    "kl_div",
    lambda t, x, z, y: strong(t, _inside(y, log(x / z))),
    lambda t, x, z, y: strong(t, _inside(y, 1.0 - x / z)),
)
rule(
    "huber",
    lambda t, delta, r, y: t * _huber_slopes(delta, r, y)[0],
    lambda t, delta, r, y: t * _huber_slopes(delta, r, y)[1],
)
rule(
    "pseudo_huber",
    lambda t, delta, r, y: t * _inside(y, _pseudo_huber_slope(delta, r)),
    lambda t, delta, r, y: t * _inside(y, delta * (r / hypot(delta, r))),
)
rule(
    "boxcox",
    lambda t, x, lmbda, y: strong(t, power(x, lmbda - 1.0)),
    lambda t, x, lmbda, y: strong(t, _boxcox_slope(log(x), lmbda)),
)
rule(
    "boxcox1p",
    lambda t, x, lmbda, y: strong(t, exp((lmbda - 1.0) * log1p(x))),
    lambda t, x, lmbda, y: strong(t, _boxcox_slope(log1p(x), lmbda)),
)
rule(
    "inv_boxcox",
    lambda t, z, lmbda, y: t * y / (1.0 + lmbda * z),
    lambda t, z, lmbda, y: strong(t, y * _inv_boxcox_slope(z, lmbda)),
)
rule(
    "inv_boxcox1p",
    lambda t, z, lmbda, y: t * (1.0 + y) / (1.0 + lmbda * z),
    lambda t, z, lmbda, y: strong(t, (1.0 + y) * _inv_boxcox_slope(z, lmbda)),
)
rule("exprel", lambda t, x, y: strong(t, _exprel_slope(x)))
rule("cosm1", lambda t, x, y: -(t * sin(x)))

# The partials of the others are in `bessel` and `hypergeometric`.
RULES: dict[str, Rule] = dict.fromkeys(SPECIAL, BY_PARTIALS)
