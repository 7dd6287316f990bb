"""Two merged arrays are one buffer on one path, and a parameter on another."""

import math

import numpy as np


def f(a, b):
    count = 0
    while count < 1:
        count += 1
    if count > 1:
        a[1] += b[0]
        if np.min(b) > 0.0:
            return a.copy()
    return a * b


ARGS = (
    np.array([-0.282, -0.694], np.float64),
    np.array([0.381, 0.98], np.float64),
)
