"""A variable that is written in place takes its name only when the value has been read."""

import math

import numpy as np


def f(x):
    h = np.linspace(0.0, 1.0, 4)
    c = np.roll(h, 1)
    row = c[:]
    if x < 0.53:
        c += row[::-1]
    return np.sum(np.array([t * x for t in row]) ** 2)


ARGS = (-0.969,)
