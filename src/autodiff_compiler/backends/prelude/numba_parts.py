"""Helpers of the Numba target: arrays that are written, or added, to parts of others.

They are loops: what Numba makes of such a statement takes up to ten times as long to compile, and where there are more than two axes
the indices of `np.ndindex` take several times as long to run.
"""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def assign(to, value):
    """`to[:] = value`, where they share no memory: the assignment to a slice takes ten times as long to compile."""
    if to.ndim == 1:
        same = value.shape == to.shape
        for i in range(to.shape[0]):
            to[i] = value[i if same else 0]
    elif to.ndim == 2:
        same = value.shape == to.shape
        for i in range(to.shape[0]):
            for j in range(to.shape[1]):
                to[i, j] = value[i if same or value.shape[0] != 1 else 0, j if same or value.shape[1] != 1 else 0]
    elif to.ndim == 3:
        spread = np.broadcast_to(value, to.shape)
        for i in range(to.shape[0]):
            for j in range(to.shape[1]):
                for k in range(to.shape[2]):
                    to[i, j, k] = spread[i, j, k]
    else:
        spread = np.broadcast_to(value, to.shape)
        for index in np.ndindex(to.shape):
            to[index] = spread[index]


@njit(cache=True, nogil=True)
def add_to(to, value):
    """`to[:] += value`, where they share no memory."""
    if to.ndim == 1:
        same = value.shape == to.shape
        for i in range(to.shape[0]):
            to[i] += value[i if same else 0]
    elif to.ndim == 2:
        same = value.shape == to.shape
        for i in range(to.shape[0]):
            for j in range(to.shape[1]):
                to[i, j] += value[i if same or value.shape[0] != 1 else 0, j if same or value.shape[1] != 1 else 0]
    elif to.ndim == 3:
        spread = np.broadcast_to(value, to.shape)
        for i in range(to.shape[0]):
            for j in range(to.shape[1]):
                for k in range(to.shape[2]):
                    to[i, j, k] += spread[i, j, k]
    else:
        spread = np.broadcast_to(value, to.shape)
        for index in np.ndindex(to.shape):
            to[index] += spread[index]


@njit(cache=True, nogil=True)
def subtract_from(to, value):
    """`to[:] -= value`, where they share no memory."""
    if to.ndim == 1:
        same = value.shape == to.shape
        for i in range(to.shape[0]):
            to[i] -= value[i if same else 0]
    elif to.ndim == 2:
        same = value.shape == to.shape
        for i in range(to.shape[0]):
            for j in range(to.shape[1]):
                to[i, j] -= value[i if same or value.shape[0] != 1 else 0, j if same or value.shape[1] != 1 else 0]
    elif to.ndim == 3:
        spread = np.broadcast_to(value, to.shape)
        for i in range(to.shape[0]):
            for j in range(to.shape[1]):
                for k in range(to.shape[2]):
                    to[i, j, k] -= spread[i, j, k]
    else:
        spread = np.broadcast_to(value, to.shape)
        for index in np.ndindex(to.shape):
            to[index] -= spread[index]
