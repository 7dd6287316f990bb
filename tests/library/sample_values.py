"""Arrays and numbers of which sample calls are made."""

from __future__ import annotations

from typing import Any

import numpy as np

rng = np.random.default_rng(7)
v3 = np.array([0.5, -1.5, 2.0])
v4 = np.array([0.25, 3.0, -2.0, 1.0])
w3 = np.array([1.0, 2.0, 0.5])
m23 = rng.normal(size=(2, 3))
m32 = rng.normal(size=(3, 2))
m33 = rng.normal(size=(3, 3))
m13 = rng.normal(size=(1, 3))
t234 = rng.normal(size=(2, 3, 4))
t243 = rng.normal(size=(2, 4, 3))
f3 = v3.astype(np.float32)
f23 = m23.astype(np.float32)
i3 = np.array([3, -1, 2])
i23 = np.arange(6).reshape(2, 3)
b3 = np.array([True, False, True])
b23 = np.array([[True, False, True], [False, False, False]])
e0 = np.zeros(0)
e03 = np.zeros((0, 3))
e30 = np.zeros((3, 0))
c3 = v3 + 1j * np.array([2.0, 0.25, -1.0])
c23 = m23 + 1j * np.random.default_rng(8).normal(size=(2, 3))
# The order of complex numbers: equal real parts, equal numbers, NaN in one part or in both.
corder = np.array([[1 + 2j, 1 + 1j, 0.5 - 1j, 1 + 2j], [complex(np.nan, 1), complex(1, np.nan), complex(np.nan, np.nan), -1j]])
ties = np.array([[2.0, 1.0, 2.0], [1.0, 1.0, 3.0]])
nans = np.array([[1.0, np.nan, 3.0], [4.0, 5.0, np.nan]])
special = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 1.5, -2.5])
s64 = np.float64(0.7)
s32 = np.float32(0.7)
si = np.int64(3)
sb = np.bool_(True)

Sample = tuple[tuple, dict[str, Any]]


S = lambda *args, **kwargs: (args, kwargs)
