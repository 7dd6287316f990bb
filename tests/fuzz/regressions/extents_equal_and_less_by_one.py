"""Two extents that are found equal after it was found that they are so less one."""

import math

import numpy as np


def f(A):
    h = 1.0 * A.T
    for i in range(len(h)):
        cube = np.stack([A[1:], h[1:], h[:-1, :]])
    return np.sum(A * A) + np.sum(h * A) + np.sum(cube * cube)


ARGS = (np.array([[1.017, 0.463], [-1.025, 0.298]], np.float64),)
