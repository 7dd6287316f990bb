"""What an inner `if` leaves by `break` is read after the loop, not in it."""

import math

import numpy as np


def f(a):
    c = a.copy()
    for e in a:
        if e < 0.57:
            if c[2] < 0.57:
                break
        c = 2.0 * np.flip(a)
    return np.sum(c * c)


ARGS = (np.array([1.0, 0.2, -0.998, 0.681], np.float64),)
