"""What each special function is in mpmath, and points at which its derivatives are compared with those of mpmath."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import mpmath as mp
from scipy import special


@dataclass(frozen=True)
class Case:
    meaning: Callable[..., Any]
    points: list
    """Ordinary ones, at which the second derivatives are compared, too."""
    hard: list = field(default_factory=list)
    """Large, tiny, or near a singular point."""
    constant: tuple[int, ...] = ()
    """Operands with respect to which the derivative is refused."""
    second: tuple[int, ...] | None = None
    """Operands with respect to which there are second derivatives, if not all."""
    tolerance: float = 1e-11
    """The relative error of first derivatives, and of second ones at ordinary points."""
    digits: int = 80
    """With which mpmath computes: for some hard points many, which are lost in differences."""
    absolute: float = 1e-300
    """The absolute error of first derivatives, which may vanish by cancellation."""


def ndtr(x):
    return mp.erfc(-x / mp.sqrt(2)) / 2


def log_ndtr(x):
    return mp.log1p(-ndtr(-x)) if x > 0 else mp.log(ndtr(x))


def solution(equation, guess):
    """The root near a float that misses it by rounding errors."""
    guess = mp.mpf(float(guess))
    return mp.findroot(equation, (guess, guess * (1 + mp.mpf(1e-12))), tol=mp.mpf(10) ** (-mp.mp.dps), verify=False)


def xlogy(x, y):
    return x * mp.log(y) if x else mp.mpf(0)


def lower_gamma(a, x):
    return mp.gammainc(a, 0, x, regularized=True)


def upper_gamma(a, x):
    return mp.gammainc(a, x, mp.inf, regularized=True)


def log_gamma(x):
    return mp.log(abs(mp.gamma(x)))


def inverse(function, guess):
    """The solution x of function(*shape, x) = p, given the shape and p; `guess` is SciPy's."""

    def meaning(*given):
        *shape, p = given
        return solution(lambda x: function(*shape, x) / p - 1, guess(*map(float, given)))

    return meaning


def beta_integral(a, b, x):
    return mp.betainc(a, b, 0, x, regularized=True)


def student(df, x):
    tail = mp.betainc(df / 2, mp.mpf(1) / 2, 0, df / (df + x * x), regularized=True) / 2
    return tail if x < 0 else 1 - tail


def owens_t(h, a):
    return mp.quad(lambda x: mp.exp(-h * h * (1 + x * x) / 2) / (1 + x * x), [0, a]) / (2 * mp.pi)


def rel_entr(x, y):
    return x * mp.log(x / y)


def huber(delta, r):
    return r * r / 2 if abs(r) <= delta else delta * (abs(r) - delta / 2)


def pseudo_huber(delta, r):
    return delta * delta * (mp.sqrt(1 + (r / delta) ** 2) - 1)


def boxcox(x, lmbda):
    return (mp.power(x, lmbda) - 1) / lmbda if lmbda else mp.log(x)


def inv_boxcox(y, lmbda):
    return mp.power(1 + lmbda * y, 1 / lmbda)


def exprel(x):
    return mp.expm1(x) / x


def scaled(function, sign):
    return lambda v, x: function(v, x) * mp.exp(sign * abs(x))


def of_order(function, order):
    return lambda x: function(order, x)


def spence(x):
    return mp.re(mp.polylog(2, 1 - x))


REAL = [-2.3, -0.4, 0.3, 1.6, 2.8]
POSITIVE = [0.2, 0.7, 1.0, 1.9, 6.5]
UNIT = [0.02, 0.3, 0.6, 0.98]
PAIRS = [(0.3, 1.7), (1.2, 0.4), (2.5, 0.8), (5.1, 5.0)]
ORDERS = [(0.0, 0.3), (1.0, 2.5), (2.5, 0.8), (-0.4, 3.0)]
DEGREES = [(0, 0.3), (1, -0.6), (2, 0.9), (7, 0.45), (3, 1.0)]

CASES: dict[str, Case] = {
    "erf": Case(mp.erf, REAL, [1e-60, 6.0, -20.0], digits=300),
    "erfc": Case(mp.erfc, REAL, [1e-60, 20.0, -6.0], digits=300),
    "erfcx": Case(lambda x: mp.exp(x * x) * mp.erfc(x), REAL, [-20.0, 12.0, 49.9, 50.1, 3e3, 1e10]),
    "erfi": Case(mp.erfi, REAL, [1e-60, 20.0]),
    "erfinv": Case(mp.erfinv, [-0.9, -0.2, 0.3, 0.99], [1e-100, 1 - 1e-10]),
    "erfcinv": Case(lambda x: mp.erfinv(1 - x), [0.02, 0.5, 1.3, 1.9], [1e-10]),
    "dawsn": Case(lambda x: mp.sqrt(mp.pi) / 2 * mp.exp(-x * x) * mp.erfi(x), REAL, [12.0, 49.9, 50.1, -3e3, 1e10]),
    "ndtr": Case(ndtr, REAL, [1e-60, -30.0, 30.0], digits=300),
    "log_ndtr": Case(log_ndtr, REAL, [-1e4, -60.0, 30.0]),
    "ndtri": Case(inverse(ndtr, special.ndtri), UNIT, [1e-300, 1e-10, 1 - 1e-10]),
    "ndtri_exp": Case(inverse(log_ndtr, special.ndtri_exp), [-4.0, -1.3, -0.4, -0.02], [-1e4, -700.0, -1e-10]),
    "owens_t": Case(owens_t, [(0.3, 1.7), (-1.2, 0.4), (2.5, -0.8)], [(1e-10, 3.0), (4.0, 5.0)], digits=300),
    "gamma": Case(mp.gamma, [*POSITIVE, -0.4, -2.3], [1e-100, 150.0, -40.7, 1e-8]),
    "gammaln": Case(log_gamma, [*POSITIVE, -0.4, -2.3], [1e-100, 1e10, -40.7]),
    "loggamma": Case(mp.loggamma, POSITIVE, [1e-100, 1e10]),
    "rgamma": Case(mp.rgamma, [*POSITIVE, -0.4, -2.3, -3.0, -2.0], [1e-100, 150.0, -40.7]),
    "digamma": Case(mp.digamma, [*POSITIVE, -0.4, -2.3], [1e-100, 1e10, -40.7]),
    "zeta": Case(mp.zeta, [(2.0, 0.7), (3.0, 1.0), (2.5, 4.0), (7.0, 2.0)], [(2.0, 1e-30), (3.0, 1e6)], constant=(0,)),
    "beta": Case(mp.beta, PAIRS, [(0.01, 3.0), (40.0, 100.0)]),
    "betaln": Case(lambda a, b: mp.log(mp.beta(a, b)), PAIRS, [(0.01, 3.0), (40.0, 1e3)]),
    "binom": Case(mp.binomial, [(5.0, 2.0), (4.5, 1.3), (0.7, 0.2)], [(60.0, 30.0), (1e-3, 0.5)]),
    "poch": Case(mp.rf, [(1.5, 2.0), (0.4, 0.7), (3.0, -1.5)], [(30.0, 8.0)]),
    "gammainc": Case(lower_gamma, PAIRS, [(20.0, 45.0), (300.0, 280.0), (1.5, 1e-12)], constant=(0,)),
    "gammaincc": Case(upper_gamma, PAIRS, [(20.0, 45.0), (300.0, 280.0), (1.5, 1e-12)], constant=(0,)),
    "gammaincinv": Case(inverse(lower_gamma, special.gammaincinv), [(0.3, 0.4), (2.5, 0.8), (5.1, 0.02)], constant=(0,)),
    "gammainccinv": Case(inverse(upper_gamma, special.gammainccinv), [(0.3, 0.4), (2.5, 0.8), (5.1, 0.02)], constant=(0,)),
    "betainc": Case(
        beta_integral,
        [(0.3, 1.7, 0.2), (2.0, 3.0, 0.7), (5.0, 0.4, 0.5)],
        [(1.0, 2.0, 1e-12), (60.0, 40.0, 0.55)],
        constant=(0, 1),
    ),
    "betaincinv": Case(
        inverse(beta_integral, special.betaincinv), [(0.8, 1.7, 0.2), (2.0, 3.0, 0.7), (5.0, 0.7, 0.5)], constant=(0, 1)
    ),
    "stdtr": Case(student, [(1.0, 0.3), (3.5, -2.0), (30.0, 1.2)], [(2.0, -1e5), (1e6, 0.5)], constant=(0,)),
    "stdtrit": Case(inverse(student, special.stdtrit), [(1.0, 0.3), (3.5, 0.9), (30.0, 0.02)], constant=(0,), tolerance=1e-9),
    "expit": Case(lambda x: 1 / (1 + mp.exp(-x)), REAL, [-700.0, 40.0]),
    "logit": Case(lambda x: mp.log(x / (1 - x)), UNIT, [1e-300, 1 - 1e-10]),
    "log_expit": Case(lambda x: -mp.log1p(mp.exp(-x)), REAL, [-700.0, 40.0]),
    "xlogy": Case(xlogy, PAIRS, [(1e-300, 3.0), (2.0, 1e-300)]),
    "xlog1py": Case(lambda x, y: x * mp.log1p(y), PAIRS, [(1e-300, 3.0), (2.0, 1e-12)]),
    "entr": Case(lambda x: -x * mp.log(x), POSITIVE, [1e-300, 1e10]),
    "rel_entr": Case(rel_entr, PAIRS, [(1e-100, 2.0), (2.0, 1e10)]),
    "kl_div": Case(lambda x, y: rel_entr(x, y) - x + y, PAIRS, [(1e-100, 2.0), (2.0, 1e10)], digits=300),
    "huber": Case(huber, [(1.0, 0.4), (0.5, 2.0), (0.5, -2.0), (3.0, -0.2)], [(1.0, 1e100)]),
    "pseudo_huber": Case(pseudo_huber, [(1.0, 0.4), (0.5, 2.0), (0.5, -2.0), (3.0, -0.2)], [(1.0, 1e6), (1.0, 1e-6)]),
    "boxcox": Case(boxcox, [*PAIRS, (0.4, -1.5)], [(2.0, 1e-9), (1e-3, 1e-12), (30.0, -2.0)]),
    "boxcox1p": Case(lambda x, k: boxcox(1 + x, k), [*PAIRS, (-0.4, -1.5)], [(2.0, 1e-9), (-0.9, 1e-12), (1e-9, -2.0)]),
    "inv_boxcox": Case(inv_boxcox, [*PAIRS, (-0.4, 1.5)], [(2.0, 1e-9), (0.3, -1e-12)]),
    "inv_boxcox1p": Case(lambda x, k: inv_boxcox(x, k) - 1, [*PAIRS, (-0.4, 1.5)], [(2.0, 1e-9), (1e-9, 0.5)]),
    "exprel": Case(exprel, REAL, [1e-12, -1e-5, -1e300, 300.0, 0.4999]),
    "cosm1": Case(lambda x: mp.cos(x) - 1, REAL, [1e-9]),
    "j0": Case(of_order(mp.besselj, 0), [*REAL, 15.0]),
    "j1": Case(of_order(mp.besselj, 1), [*REAL, 15.0]),
    "jv": Case(mp.besselj, ORDERS, [(2.0, 1e-6), (10.5, 30.0)], constant=(0,)),
    "y0": Case(of_order(mp.bessely, 0), [*POSITIVE, 15.0], [1e-10]),
    "y1": Case(of_order(mp.bessely, 1), [*POSITIVE, 15.0], [1e-10]),
    "yn": Case(mp.bessely, [(0, 0.3), (1, 2.5), (3, 0.8), (2, 6.0)], [(5, 30.0)]),
    "yv": Case(mp.bessely, ORDERS, [(10.5, 30.0)], constant=(0,)),
    "i0": Case(of_order(mp.besseli, 0), REAL, [1e-9, 300.0]),
    "i1": Case(of_order(mp.besseli, 1), REAL, [300.0]),
    "i0e": Case(lambda x: scaled(mp.besseli, -1)(0, x), REAL, [1e-9, 300.0]),
    "i1e": Case(lambda x: scaled(mp.besseli, -1)(1, x), REAL, [300.0]),
    "iv": Case(mp.besseli, ORDERS, [(2.0, 1e-6), (10.5, 30.0)], constant=(0,)),
    "ive": Case(scaled(mp.besseli, -1), ORDERS, [(2.0, 1e-6), (10.5, 30.0)], constant=(0,)),
    "k0": Case(of_order(mp.besselk, 0), POSITIVE, [1e-10, 300.0]),
    "k1": Case(of_order(mp.besselk, 1), POSITIVE, [1e-10, 300.0]),
    "k0e": Case(lambda x: scaled(mp.besselk, 1)(0, x), POSITIVE, [1e-10, 300.0]),
    "k1e": Case(lambda x: scaled(mp.besselk, 1)(1, x), POSITIVE, [1e-10, 300.0]),
    "kv": Case(mp.besselk, ORDERS, [(10.5, 30.0)], constant=(0,)),
    "kve": Case(scaled(mp.besselk, 1), ORDERS, [(10.5, 30.0)], constant=(0,)),
    "struve": Case(mp.struveh, ORDERS[:3], [(1.0, 20.0)], constant=(0,)),
    "modstruve": Case(mp.struvel, ORDERS[:3], [(1.0, 20.0)], constant=(0,)),
    "airy_ai": Case(mp.airyai, REAL, [8.0, -12.0]),
    "airy_aip": Case(lambda x: mp.airyai(x, 1), REAL, [8.0, -12.0]),
    "airy_bi": Case(mp.airybi, REAL, [8.0, -12.0]),
    "airy_bip": Case(lambda x: mp.airybi(x, 1), REAL, [8.0, -12.0]),
    "expi": Case(mp.ei, [*POSITIVE, -0.7], [1e-10, 100.0]),
    "exp1": Case(mp.e1, POSITIVE, [1e-10, 100.0]),
    "expn": Case(mp.expint, [(0, 0.3), (1, 2.5), (2, 0.8), (5, 3.0)], [(3, 40.0)]),
    "spence": Case(spence, POSITIVE, [1e-30, 1 + 1e-9, 1e100]),
    "sici_si": Case(mp.si, REAL, [1e-9, 1.9999, 1e3]),
    "sici_ci": Case(mp.ci, POSITIVE, [1e-9, 1e3]),
    "shichi_shi": Case(mp.shi, REAL, [1e-9, 1.9999, 100.0]),
    "shichi_chi": Case(mp.chi, POSITIVE, [1e-9, 100.0]),
    "fresnel_s": Case(mp.fresnels, REAL, [1e-9, 10.0], absolute=1e-14),
    "fresnel_c": Case(mp.fresnelc, REAL, [1e-9, 10.0]),
    "ellipk": Case(mp.ellipk, [-3.0, -0.2, 0.1, 0.5, 0.9], [1e-10, 1 - 1e-9, -1e4, -1e100, 0.4999]),
    "ellipe": Case(mp.ellipe, [-3.0, -0.2, 0.1, 0.5, 0.9], [1e-10, 1 - 1e-9, -1e4, -1e100, 0.4999]),
    "ellipkinc": Case(mp.ellipf, [(0.3, 0.2), (1.2, -3.0), (-4.0, 0.7)], [(1.5, 0.99), (0.7, 1e-10)], second=(0,)),
    "ellipeinc": Case(mp.ellipe, [(0.3, 0.2), (1.2, -3.0), (-4.0, 0.7)], [(1.5, 0.99), (0.7, 1e-10)], second=(0,)),
    "elliprd": Case(mp.elliprd, [(0.3, 0.7, 1.2), (0.5, 1.0, 1.0)], constant=(0, 1, 2)),
    "hyp0f1": Case(mp.hyp0f1, PAIRS, [(1.5, -20.0), (1.5, 1e-12)], constant=(0,)),
    "hyp1f1": Case(mp.hyp1f1, [(0.3, 1.7, 0.5), (2.0, 3.0, -1.5), (-1.5, 0.7, 2.0)], [(1.0, 2.0, 40.0)], constant=(0, 1)),
    "hyp2f1": Case(
        mp.hyp2f1, [(0.3, 1.7, 2.5, 0.5), (2.0, 3.0, 3.5, -1.5), (0.5, 0.5, 1.0, 0.8)], [(1.0, 1.0, 2.0, 0.99)], constant=(0, 1, 2)
    ),
    "eval_legendre": Case(mp.legendre, DEGREES),
    "eval_jacobi": Case(mp.jacobi, [(0, 0.5, 1.0, 0.3), (1, 0.5, -0.3, 0.9), (6, 2.0, 1.0, 0.45)], constant=(1, 2)),
    "eval_chebyt": Case(mp.chebyt, DEGREES),
    "eval_chebyu": Case(mp.chebyu, DEGREES),
    "eval_gegenbauer": Case(mp.gegenbauer, [(0, 0.5, 0.3), (1, 1.5, -0.6), (5, 0.7, 0.45)], constant=(1,)),
    "eval_hermite": Case(mp.hermite, DEGREES),
    "eval_hermitenorm": Case(lambda n, x: mp.power(2, -n / mp.mpf(2)) * mp.hermite(n, x / mp.sqrt(2)), DEGREES, absolute=1e-14),
    "eval_laguerre": Case(lambda n, x: mp.laguerre(n, 0, x), DEGREES),
    "eval_genlaguerre": Case(mp.laguerre, [(0, 0.5, 0.3), (1, 1.5, -0.6), (5, 0.7, 2.45)], constant=(1,)),
}
