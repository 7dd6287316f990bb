"""A condition from outside of the loop that is left under it."""

import math

import numpy as np


def f(a):
    h = a.copy()
    for l in range(1, a.shape[0]):
        for o in h:
            if l:
                return a[l] * o
    return 4.0 * a[0]


ARGS = (np.array([0.323, -0.785, -0.282], np.float64),)
