"""A number from before the loop on one path, a float32 on another."""

import math

import numpy as np


def f(a):
    s = -0.25
    for e in a:
        if e > 0.3:
            s = np.tanh(e)
        elif e < -0.4:
            break
    return np.hypot(1.0, s) + s + np.sum(a * a)


ARGS = (np.array([0.2, -0.5, 0.8], np.float32),)
