"""The extents of a selection between an array and its view."""

import math

import numpy as np


def f(a):
    alias = a
    a = np.where(alias[::1] > 0.0, a, alias)
    return np.sum(a * alias)


ARGS = (np.array([0.941, -0.8, 0.509], np.float64),)
