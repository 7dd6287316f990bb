"""The extents of a selection between an array and its view."""

import math

import numpy as np


def f(a):
    alias = a
    a = np.where(alias[::1], a, alias)
    b = np.array([alias, a]) @ np.full(3, 2.0)
    return np.sum(b)


ARGS = (np.array([0.941, -0.8, 0.509], np.float64),)
