"""Sample calls for the rows of linear algebra; see `library_samples.py`."""

from __future__ import annotations

from typing import Any

import numpy as np
from library_harness import R

S = lambda *args, **kwargs: (args, kwargs)

rng = np.random.default_rng(11)
v3 = np.array([0.5, -1.5, 2.0])
m33 = rng.normal(size=(3, 3))
m32 = rng.normal(size=(3, 2))
m23 = rng.normal(size=(2, 3))
f33 = (m33 + 3.0 * np.eye(3)).astype(np.float32)
i22 = np.array([[2, 1], [1, 3]])
stack = rng.normal(size=(2, 3, 3))
tower = rng.normal(size=(4, 1, 3, 3))
singular = np.array([[1.0, 2.0], [2.0, 4.0]])
one = np.array([[2.0]])
e00 = np.zeros((0, 0))
e022 = np.zeros((0, 2, 2))

_SQUARE = [S(m33), S(f33), S(i22), S(stack), S(tower), S(one), S(e00), S(e022), S([[1.0, 2.0], [3.0, 5.0]]), S(m23), S(v3)]

LINEAR_ALGEBRA: dict[str, list[Any]] = {
    "np.linalg.solve": [
        S(m33, v3), S(m33, m32), S(f33, v3.astype(np.float32)), S(f33, v3), S(i22, np.array([1, 2])), S(stack, m32), S(stack, v3),
        S(m33, rng.normal(size=(2, 3, 1))), S(tower, stack), S(e00, np.zeros(0)), S(m33, np.zeros((3, 0))), S(singular, np.ones(2)),
        S(m33, np.ones(2)), S(m23, v3), S(stack, np.ones((3, 3, 1))), S(m33, R(2.0)), S(e022, np.zeros((2, 1))),
    ],
    "np.linalg.inv": [*_SQUARE, S(singular), S(np.stack([np.eye(2), singular]))],
    "np.linalg.det": [*_SQUARE, S(singular), S(-m33), S(m33[::-1].copy()), S(np.zeros((2, 2)))],
    "np.linalg.slogdet": [*_SQUARE, S(singular), S(-m33), S(m33[::-1].copy()), S(np.zeros((2, 2)))],
}
