"""What an iteration saves is never what the loop leaves with: a shape saves `c` in each iteration that makes a new one."""

import math

import numpy as np


def f(a, c):
    it = 0
    while True:
        if it >= 1 or a[-1] < 0.93:
            break
        it += 1
        c = np.tanh(c[::-1])
    a[it % a.shape[0]] += 1.0 - c[4]
    return a + 1.0


ARGS = (
    np.array([0.9, 0.97], np.float64),
    np.array([0.604, 0.553, -0.534, 0.971, 0.669], np.float64),
)
