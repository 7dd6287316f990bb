"""Sample calls of the functions of `scipy.special` that are no ufuncs, by name; those of ufuncs are `elementwise_samples`."""

from __future__ import annotations

import numpy as np
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


SPECIAL_SAMPLES = {
    "scipy.special.zeta": [
        S(2.0, v3), S(R(2.0), R(0.5)), S(3, m23), S(i3, v3), S(f3 + 1, f3), S(f3 + 1, 2), S(v3, q=m23), S(2.0, e0), S(2, -v3),
        S(np.float32(2), np.float32(3)), S(v3, 0.0), S(v3),
    ],
    **{f"scipy.special.{name}": of_orders(0) for name in (
        "yn", "expn", "eval_legendre", "eval_chebyt", "eval_chebyu", "eval_hermite", "eval_hermitenorm", "eval_laguerre",
    )},
    **{f"scipy.special.{name}": of_orders(1) for name in ("eval_gegenbauer", "eval_genlaguerre")},
    "scipy.special.eval_jacobi": of_orders(2),
}  # fmt: skip
