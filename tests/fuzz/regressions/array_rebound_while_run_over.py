"""The loop goes on over the array that the name meant at first."""

import math

import numpy as np


def f(a):
    c = np.full(4, 2.0)
    for e, e2 in zip(c, a):
        a[3] = e2 * e
        a = np.array([t for t in a])
    return np.sum(a * a)


ARGS = (np.array([0.098, -0.816, -0.95, -0.342, 0.013], np.float64),)
