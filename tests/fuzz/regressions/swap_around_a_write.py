"""A write into a whole array through itself, then a new array of the same name."""

import math

import numpy as np


def f(A):
    A[:] *= A
    A = np.tanh(A[:])
    return np.sum(A * A)


ARGS = (np.array([[-0.011, -0.048, -0.833], [0.275, -0.66, -0.903]], np.float64),)
