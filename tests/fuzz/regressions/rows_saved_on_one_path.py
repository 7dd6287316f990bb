"""Columns saved on one path of three, a write in place on another."""

import math

import numpy as np


def f(n, x):
    h = 1.0 * np.full((2, 3), x)
    for i in range(h.shape[0] - 1, -1, -1):
        if n == 3:
            s = 0.1 + np.dot(np.sqrt(1.0 + h[:, -n - 1] ** 2), h[:, n])
            h -= x / (1.5 + np.cos(s))
        elif -0.83 < x < 0.71:
            h[n, n] = np.tanh(x)
        for l in range(1, len(h)):
            h[n, abs(h.shape[1]) % h.shape[1]] += np.dot(h[:, i], h[:, i])
    return np.sum(h * h)


ARGS = (
    1,
    0.369,
)
