"""Functions of integers."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library.defined import define


@define(np.gcd, "np.gcd")
def gcd(x1: Any, x2: Any) -> Any:
    """Euclid's algorithm, for all pairs at once."""
    kind = np.result_type(x1, x2)
    if kind.kind not in "iu":
        raise TypeError("gcd and lcm are of integers")
    one, two = np.broadcast_arrays(np.abs(x1), np.abs(x2))
    larger, smaller = one.astype(kind), two.astype(kind)
    while np.any(smaller != 0):
        there = smaller != 0
        rest = np.where(there, larger % np.where(there, smaller, 1), 0)
        larger, smaller = np.where(there, smaller, larger), rest
    return larger[()]


@define(np.lcm, "np.lcm")
def lcm(x1: Any, x2: Any) -> Any:
    common = np.asarray(gcd(x1, x2))
    return (np.abs(x1) // np.where(common == 0, 1, common) * np.abs(x2))[()]


@define(np.bitwise_count, "np.bitwise_count")
def bitwise_count(x: Any) -> Any:
    """How many bits of the absolute value are set."""
    rest = np.abs(np.asarray(x))
    count = np.zeros_like(rest)
    while np.any(rest != 0):
        count = count + (rest & 1)
        rest = rest >> 1
    return count.astype(np.uint8)[()]
