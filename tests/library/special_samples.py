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

SPECIAL_SAMPLES = {
    "scipy.special.zeta": [
        S(2.0, v3), S(R(2.0), R(0.5)), S(3, m23), S(i3, v3), S(f3 + 1, f3), S(f3 + 1, 2), S(v3, q=m23), S(2.0, e0), S(2, -v3),
        S(np.float32(2), np.float32(3)), S(v3, 0.0), S(v3),
    ],
}  # fmt: skip
