"""The adjoint that is accumulated must not take the name of what is added to it."""

import math

import numpy as np


def f(b):
    h = b
    b[2] = np.arctan(h[2])
    c2 = np.cumsum(b[:]) - np.ones(4)
    return np.sum(c2 * c2)


ARGS = (np.array([-0.593, 0.138, 0.643, -0.851], np.float64),)
