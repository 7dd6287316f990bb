"""The element of a list, saved for the reverse sweep, has no name."""

import math

import numpy as np


def f(a):
    items = [1.0]
    if a[0] < 0.0:
        items[0] = np.mean(a)
    return np.hypot(1.0, items[0])


ARGS = (np.array([-1.061, 0.813, 0.136], np.float64),)
