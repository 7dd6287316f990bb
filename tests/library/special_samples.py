"""Sample calls of the functions of `scipy.special` that are no ufuncs, by name; those of ufuncs are `elementwise_samples`."""

from __future__ import annotations

import numpy as np
import scipy.special
from library_harness import R

S = lambda *args, **kwargs: (args, kwargs)

v3 = np.array([0.5, 1.5, 2.0])
f3 = v3.astype(np.float32)
i3 = np.array([3, 1, 2])
m23 = np.array([[0.5, 1.5, 2.0], [3.0, 4.5, 0.25]])
e0 = np.zeros(0)


def of_orders(between: int) -> list:
    """Calls of a function of an integer, `between` floats and an argument."""
    orders = (R(0), R(3), i3, i3.astype(np.int32), np.int64(2), R(True))
    return [S(n, *[R(0.5)] * between, x) for n in orders for x in (R(0.5), v3, m23, f3, R(2), np.float32(0.25), e0[:, None])]


_ANGLES = [(R(0.3), R(0.7)), (v3, R(0.5)), (m23, m23), (f3, f3), (R(0.0), R(1.0)), (e0, 1.0)]
SINCE_1_15 = {
    "sph_harm_y": [S(n, m, *angles) for n, m in ((0, 0), (1, 0), (2, 1), (3, -2), (5, -3), (2, 3)) for angles in _ANGLES],
    "sph_legendre_p": [S(n, m, theta) for n, m in ((0, 0), (2, 1), (3, -3), (2, 3)) for theta in (R(0.3), v3, m23)],
    "legendre_p": [S(n, x) for n in (0, 1, 3, R(2)) for x in (R(0.3), v3, m23)],
}

SPECIAL_SAMPLES = {
    "scipy.special.zeta": [
        S(2.0, v3), S(R(2.0), R(0.5)), S(3, m23), S(i3, v3), S(f3 + 1, f3), S(f3 + 1, 2), S(v3, q=m23), S(2.0, e0), S(2, -v3),
        S(np.float32(2), np.float32(3)), S(v3, 0.0), S(v3), S(np.array([1.0, 1.5, 20.0, 61.0, 5000.0, np.inf, np.nan])), S(R(3.5)), S(f3 + 1), S(i3), S(m23), S(e0),
    ],
    "scipy.special.lambertw": [
        S(v3), S(R(0.5)), S(R(-0.2), -1), S(np.array([-0.3, -1e-5]), k=-1), S(m23), S(f3), S(i3), S(R(2)), S(e0), S(v3, 1), S(v3, R(2)), S(np.float32(0.5)), S(R(0.5), 0, 1e-9),
    ],
    "scipy.special.gammasgn": [
        S(np.array([0.0, -0.0, -1.0, -2.0, -0.5, -1.5, 2.0, np.inf, -np.inf, np.nan, -1e300])), S(R(-0.5)), S(f3), S(-f3), S(i3), S(-i3), S(m23), S(e0), S(np.float32(-0.5)),
    ],
    "scipy.special.wofz": [S(v3), S(R(0.5)), S(m23), S(f3), S(i3), S(R(2)), S(e0), S(np.array([20.0, -15.0])), S(np.float32(0.5))],
    **{
        f"scipy.special.{name}": [S(0, v3), S(1.5, R(0.5)), S(-2, m23), S(1, f3), S(0, i3), S(R(1), v3), S(0, e0), S(2, R(3)), S(0, np.float32(0.5))]
        for name in ("hankel1", "hankel2")
    },
    **{f"scipy.special.{name}": samples for name, samples in SINCE_1_15.items() if hasattr(scipy.special, name)},
    "scipy.special.logsumexp": [
        S(v3), S(m23), S(m23, 0), S(m23, axis=1), S(m23, axis=(0, 1), keepdims=True), S(m23, -1, None, True), S(f3), S(i3), S(R(2.5)),
        S(np.array([0.0, -50.0])), S(np.array([-np.inf, 2.0])), S(np.full(3, -np.inf)), S(np.array([np.inf, 1.0])),
        S(m23, b=v3), S(m23, axis=1, b=np.array([1.0, 0.0, 2.0])), S(v3, b=np.array([1.0, -2.0, 0.5]), return_sign=True),
        S(m23, axis=0, return_sign=True), S(np.array([3.0, 3.0, -1.0])), S(1e3 * m23), S(f3, b=v3), S([1.0, np.nan]), S(m23 - 1e4, 0),
        S(np.array([np.inf, 1.0]), b=np.array([0.0, 1.0])),
    ],
    "scipy.special.softmax": [S(v3), S(m23), S(m23, 0), S(m23, axis=(0, 1)), S(f3), S(i3), S(1e3 * m23, axis=-1)],
    "scipy.special.log_softmax": [S(v3), S(m23), S(m23, 0), S(m23, axis=(0, 1)), S(f3), S(i3), S(1e3 * m23, axis=-1)],
    "scipy.special.comb": [
        S(R(5), R(2)), S(R(5.5), R(1.25)), S(i3, 2), S(5, i3), S(m23, v3), S(R(3), R(5)), S(R(-1.0), 2), S(R(5), R(2), repetition=True),
        S(i3, 2, repetition=True), S(v3, -1.0),
    ],
    "scipy.special.factorial": [S(R(5)), S(i3), S(R(0)), S(np.array([-1, 3])), S(R(2.5))],
    "scipy.special.polygamma": [S(0, v3), S(1, v3), S(3, R(0.7)), S(2, m23), S(1, i3), S(1, f3), S(2, -v3)],
    "scipy.special.multigammaln": [S(v3 + 2, 3), S(R(4.5), 2), S(R(1.5), 1), S(i3 + 1, 2), S(R(0.2), 2)],
    **{f"scipy.special.{name}": of_orders(0) for name in (
        "yn", "expn", "eval_legendre", "eval_chebyt", "eval_chebyu", "eval_hermite", "eval_hermitenorm", "eval_laguerre",
    )},
    **{f"scipy.special.{name}": of_orders(1) for name in ("eval_gegenbauer", "eval_genlaguerre")},
    "scipy.special.eval_jacobi": of_orders(2),
}  # fmt: skip
