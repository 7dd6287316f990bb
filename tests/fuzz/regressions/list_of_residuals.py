"""A list of Python floats that the forward half of a vjp returns."""

import math

import numpy as np


def of_array(a):
    return np.sum(a)


def f(a):
    alias = a
    it = 0
    while it < 2:
        it += 1
        alias[0] = math.sin(of_array(alias))
    return np.sum(a)


ARGS = (np.array([-1.079, 0.849, -0.957], np.float64),)
