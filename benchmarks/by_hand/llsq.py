"""llsq: a block of points at a time, forwards by Horner's rule and backwards with running powers, so that nothing is saved."""

from __future__ import annotations

import numpy as np

from benchmarks.by_hand.kernel import kernel

BLOCK = 128


@kernel
def gradient(x, n):
    """Four powers at a time, so that values stay in registers; what four does not divide comes last."""
    m = len(x)
    fours = m - m % 4
    x_bar = np.zeros(m)
    t, r = np.empty(BLOCK), np.empty(BLOCK)
    for start in range(0, n, BLOCK):
        for i in range(BLOCK):
            t[i] = -1.0 + 2.0 * (start + i) / (n - 1)
            r[i] = 0.0
        for j in range(m - 1, fours - 1, -1):
            for i in range(BLOCK):
                r[i] = r[i] * t[i] + x[j]
        for j in range(fours - 4, -1, -4):
            a, b, c, d = x[j], x[j + 1], x[j + 2], x[j + 3]
            for i in range(BLOCK):
                r[i] = (((r[i] * t[i] + d) * t[i] + c) * t[i] + b) * t[i] + a
        for i in range(BLOCK):
            r[i] -= 1.0 if t[i] > 0.0 else (-1.0 if t[i] < 0.0 else 0.0)
            if start + i >= n:
                r[i] = 0.0
        # From here on `r` is the residual times a power, which grows with j.
        for j in range(0, fours, 4):
            a = b = c = d = 0.0
            for i in range(BLOCK):
                first = r[i]
                second = first * t[i]
                third = second * t[i]
                fourth = third * t[i]
                a, b, c, d = a + first, b + second, c + third, d + fourth
                r[i] = fourth * t[i]
            x_bar[j] += a
            x_bar[j + 1] += b
            x_bar[j + 2] += c
            x_bar[j + 3] += d
        for j in range(fours, m):
            for i in range(BLOCK):
                x_bar[j] += r[i]
                r[i] *= t[i]
    return x_bar
