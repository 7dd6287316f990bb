"""Helpers of the Numba target: the order of complex numbers, by real parts and then by imaginary ones."""

import numpy as np
from numba import njit

from autodiff_compiler.backends.prelude.numba_parts import assign


@njit(cache=True, nogil=True)
def precedes(x, y):
    """Whether x is before y as NumPy sorts complex numbers: those with nan are last, first among them those with it in the imaginary part."""
    last_x, last_y = 2 * np.isnan(x.real) + np.isnan(x.imag), 2 * np.isnan(y.real) + np.isnan(y.imag)
    if last_x != last_y:
        return last_x < last_y
    if x.real != y.real and last_x < 2:
        return x.real < y.real
    return x.imag < y.imag


@njit(cache=True, nogil=True)
def merge_pieces(row, order, start, middle, end, merged):
    """Writes the places of two neighbouring pieces, each in order, in the order of both."""
    left, right = start, middle
    for k in range(start, end):
        if left < middle and (right == end or not precedes(row[order[right]], row[order[left]])):
            merged[k] = order[left]
            left += 1
        else:
            merged[k] = order[right]
            right += 1


@njit(cache=True, nogil=True)
def complex_argsort_rows(a):
    """The order that sorts each row; equal elements keep theirs: longer and longer pieces in order are merged."""
    count = a.shape[1]
    out, merged = np.empty(a.shape, np.int64), np.empty(count, np.int64)
    for i in range(a.shape[0]):
        for k in range(count):
            out[i, k] = k
        length = 1
        while length < count:
            for start in range(0, count, 2 * length):
                merge_pieces(a[i], out[i], start, min(start + length, count), min(start + 2 * length, count), merged)
            assign(out[i], merged)
            length *= 2
    return out


@njit(cache=True, nogil=True)
def complex_argmax_rows(a):
    """Where the first last element of each row is; nan comes after all."""
    if a.shape[1] == 0:
        raise ValueError("attempt to get argmax of an empty sequence")
    out = np.zeros(a.shape[0], np.int64)
    for i in range(a.shape[0]):
        best = 0
        for j in range(1, a.shape[1]):
            if not np.isnan(a[i, best]) and (np.isnan(a[i, j]) or precedes(a[i, best], a[i, j])):
                best = j
        out[i] = best
    return out


@njit(cache=True, nogil=True)
def complex_argmin_rows(a):
    """Where the first element in order of each row is; nan comes before all."""
    if a.shape[1] == 0:
        raise ValueError("attempt to get argmin of an empty sequence")
    out = np.zeros(a.shape[0], np.int64)
    for i in range(a.shape[0]):
        best = 0
        for j in range(1, a.shape[1]):
            if not np.isnan(a[i, best]) and (np.isnan(a[i, j]) or precedes(a[i, j], a[i, best])):
                best = j
        out[i] = best
    return out


@njit(cache=True, nogil=True)
def complex_max_rows(a):
    """The last element in order of each row, or nan."""
    where = complex_argmax_rows(a)
    out = np.empty(a.shape[0], a.dtype)
    for i in range(a.shape[0]):
        out[i] = a[i, where[i]]
    return out


@njit(cache=True, nogil=True)
def complex_min_rows(a):
    """The first element in order of each row, or nan."""
    where = complex_argmin_rows(a)
    out = np.empty(a.shape[0], a.dtype)
    for i in range(a.shape[0]):
        out[i] = a[i, where[i]]
    return out
