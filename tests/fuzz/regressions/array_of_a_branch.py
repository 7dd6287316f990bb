"""An array made in a branch, read by the reversal of the branch."""

import math

import numpy as np


def f(x, a):
    row = a
    if x:
        a[2] += 3
        row[1] = np.cos(a[1])
    return row[1] * x


ARGS = (
    0.533,
    np.array([0.703, -1.057, -0.481, -0.979], np.float64),
)
