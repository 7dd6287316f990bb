"""A row taken in the rest of a function behind an early return."""

import math

import numpy as np


def change(a, x):
    a *= x


def f(x, a, A):
    if x > 2.0:
        return 1.0 * x
    change(a, A[2][1])
    return np.sum(a)


ARGS = (
    1.151,
    np.array([-0.829, -1.132, -0.844], np.float64),
    np.array([[0.794, -0.334, 0.487], [0.864, 0.339, 0.116], [0.63, 0.519, -0.079]], np.float64),
)
