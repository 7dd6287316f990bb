"""A NumPy float64 that is zero makes a float32 array float64."""

import math

import numpy as np


def f(a):
    t = 0.0
    t *= np.cos(t)
    return a + t


ARGS = (np.array([0.3190000057220459, -0.5], np.float32),)
