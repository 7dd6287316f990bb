"""A cast that promotion would do, if the constant beside it were not written as Python's number."""

import numpy as np


def f(x):
    h = x - np.full(2, 0.25)
    return np.sum(h * h.copy() + x * np.full(2, 0.1))


ARGS = (np.float32(0.9049999713897705),)
