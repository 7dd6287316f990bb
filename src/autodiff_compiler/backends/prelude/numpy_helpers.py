"""Helpers of the Python target, for which NumPy and `math` have no function."""

import math

import numpy as np


def div0(a, b):
    """a / b, but 0 where a is 0; never raises."""
    if a == 0.0:
        return 0.0
    return a / b if b != 0.0 else a * math.copysign(math.inf, b)


def complex_div0(a, b):
    """a / b of complex numbers, but 0 where a is 0; never raises."""
    return complex(divide0(a, b)) if a == 0.0 or b == 0.0 else a / b


def complex_array(re, im):
    """The complex numbers with these parts."""
    re, im = np.broadcast_arrays(re, im)
    whole = np.empty(re.shape, np.result_type(re, np.complex64))
    whole.real, whole.imag = re, im
    return whole


def divide0(a, b):
    """a / b, but 0 where a is 0, element by element."""
    with np.errstate(all="ignore"):
        quotient = np.asarray(np.divide(a, b))
    np.copyto(quotient, 0.0, where=np.equal(a, 0.0))
    return quotient[()]


def mul0(a, b):
    """a * b, but 0 where a is 0."""
    return a if a == 0.0 else a * b


def multiply0(a, b):
    """a * b, but 0 where a is 0, element by element."""
    with np.errstate(all="ignore"):
        product = np.asarray(np.multiply(a, b))
    np.copyto(product, 0.0, where=np.equal(a, 0.0))
    return product[()]


def sign(x):
    """-1, 0 or 1; nan for nan."""
    return x if x != x else type(x)(int(x > 0) - int(x < 0))


def maximum(a, b):
    """The larger one; nan if one is nan."""
    return a if a != a or a >= b else b


def minimum(a, b):
    """The smaller one; nan if one is nan."""
    return a if a != a or a <= b else b


def unbroadcast(g, shape):
    """Sum of g over the axes that broadcasting from `shape` had added or stretched."""
    if g.shape == shape:
        return g
    if g.ndim > len(shape):
        g = g.sum(axis=tuple(range(g.ndim - len(shape))))
    stretched = tuple(k for k, n in enumerate(shape) if n == 1 and g.shape[k] != 1)
    return g.sum(axis=stretched, keepdims=True) if stretched else g


def reshape_view(a, shape):
    """A view of a with another shape; an error where NumPy would have to copy."""
    view = a.reshape(shape)
    if view.size and not np.may_share_memory(a, view):
        raise ValueError("cannot write through a reshape that has to copy; copy the array first")
    return view


def read_only(a):
    """A view of a that cannot be written to."""
    view = a.view()
    view.flags.writeable = False
    return view


def given_array(value, dtype, rank):
    """A copy of what an external function returned, which must be an array of this dtype and rank."""
    if not isinstance(value, np.ndarray) or value.dtype != dtype or value.ndim != rank:
        found = f"{value.dtype}, {value.ndim}" if isinstance(value, np.ndarray) else type(value).__name__
        raise TypeError(f"an external function was to return an array ({np.dtype(dtype)}, {rank}), not ({found})")
    return np.array(value)


def given_int(value):
    """What an external function returned, which must be an integer."""
    return value.__index__()
