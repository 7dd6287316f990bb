"""Functions of integers: of arrays, and of the module `math`."""

from __future__ import annotations

import math
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


# -- functions of the module `math`, of numbers known at run time ------------------------------------------------------


def _whole(n: Any) -> Any:
    if not isinstance(n, int | np.integer):
        raise TypeError("only an int can be interpreted as an integer")
    return int(n)


def _natural(n: Any) -> Any:
    number = _whole(n)
    if number < 0:
        raise ValueError("a function of non-negative integers is called with a negative one")
    return number


@define(math.gcd, "math.gcd")
def common_divisor(*integers: Any) -> Any:
    found = 0
    for n in integers:
        found = _divisor_of_two(found, abs(_whole(n)))
    return found


def _divisor_of_two(larger: Any, smaller: Any) -> Any:
    while smaller != 0:
        larger, smaller = smaller, larger % smaller
    return larger


@define(math.lcm, "math.lcm")
def common_multiple(*integers: Any) -> Any:
    found = 1
    for n in integers:
        number = abs(_whole(n))
        common = _divisor_of_two(found, number)
        found = 0 if common == 0 else found // common * number
    return found


@define(math.isqrt, "math.isqrt")
def whole_root(n: Any, /) -> Any:
    """Newton's method from above."""
    number = _natural(n)
    root = number if number < 2 else number // 2 + 1
    if number > 1:
        below = (root + number // root) // 2
        while below < root:
            root = below
            below = (root + number // root) // 2
    return root


@define(math.factorial, "math.factorial")
def factorial(n: Any, /) -> Any:
    found = 1
    for k in range(2, _natural(n) + 1):
        found = found * k
    return found


@define(math.perm, "math.perm")
def arrangements(n: Any, k: Any = None, /) -> Any:
    number = _natural(n)
    count = number if k is None else _natural(k)
    found = 1
    for i in range(count if count <= number else 0):
        found = found * (number - i)
    return found if count <= number else 0


@define(math.comb, "math.comb")
def choices(n: Any, k: Any, /) -> Any:
    """Divided before it is multiplied, so that no number on the way is larger than the result."""
    number, count = _natural(n), _natural(k)
    less = min(count, number - count)
    found = 1 if less >= 0 else 0
    for i in range(max(less, 0)):
        common = _divisor_of_two(found, i + 1)
        found = found // common * ((number - i) // ((i + 1) // common))
    return found
