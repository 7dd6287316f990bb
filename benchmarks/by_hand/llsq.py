"""llsq: a block of points at a time, forwards by Horner's rule and backwards with running powers, so that nothing is saved."""

from __future__ import annotations

import numpy as np

from benchmarks.by_hand.kernel import kernel

BLOCK = 64


@kernel
def gradient(x, n):
    m = len(x)
    x_bar = np.zeros(m)
    t, r = np.empty(BLOCK), np.empty(BLOCK)
    for start in range(0, n, BLOCK):
        for i in range(BLOCK):
            t[i] = -1.0 + 2.0 * (start + i) / (n - 1)
            r[i] = 0.0
        for j in range(m - 1, -1, -1):
            for i in range(BLOCK):
                r[i] = r[i] * t[i] + x[j]
        for i in range(BLOCK):
            r[i] -= 1.0 if t[i] > 0.0 else (-1.0 if t[i] < 0.0 else 0.0)
            if start + i >= n:
                r[i] = 0.0
        # From here on `r` is the residual times a power, which grows with j.
        for j in range(m):
            total = 0.0
            for i in range(BLOCK):
                total += r[i]
                r[i] *= t[i]
            x_bar[j] += total
    return x_bar
