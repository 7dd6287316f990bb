"""Iterators that have a name, or are handed to a function; see test_trap_containers.py."""
# ruff: noqa  (as people write them)

import math

import numpy as np
from judge import Cases

CASES = Cases()
case = CASES.case
python = ("python",)
A = np.array([0.3, 0.7, 1.1, 0.4])


def mean(items):
    total, count = 0.0, 0
    for v in items:
        total, count = total + v, count + 1
    return total / count


@case(A)
def handed_to_a_function(a):
    k = 2.0
    return mean(v * v * k for v in a) + mean(v for v in a if v > 0.35) * mean(map(math.sin, a))


@case(A)
def zipped_with_a_name(a):
    pairs = zip(a, a[1:])
    return sum(x * y for x, y in pairs)


@case(A)
def reversed_items(a):
    def first_above(items, limit):
        for k, v in enumerate(items):
            if v > limit:
                return v * (k + 1)
        return 0.0

    items = [v * v for v in a]
    return first_above(reversed(items), 0.2) + first_above(reversed([a[0], a[1]]), 0.5)


@case(A)
def reads_what_is_there_when_it_runs(a):
    k = 2.0
    scaled = (k * v for v in a)
    k = 3.0
    return sum(scaled) * k


@case(A)
def an_array_changed_meanwhile(a):
    b = a * 1.0
    numbered = enumerate(b)
    b[1] = a[0] * 5.0
    return sum(k * v for k, v in numbered)


@case(A)
def chained(a):
    evens = filter(lambda v: v < 1.0, a)
    squares = map(lambda v: v * v, evens)
    numbered = enumerate(squares, start=1)
    return sum(k * v for k, v in numbered)


@case(A)
def in_a_loop(a):
    total = 0.0
    for i in range(3):
        pairs = zip(a, range(i + 1))
        total += mean(x * k for x, k in pairs)
    return total


@case(A)
def returned_with_what_it_needs(a):
    def pairs(x):
        return zip(x[:-1], x[1:])

    return sum(p * q for p, q in pairs(a))


@case(A, refused="AD191")
def run_over_twice(a):
    squares = (v * v for v in a)
    return sum(squares) + sum(squares)


@case(A, refused="AD191")
def run_over_in_a_loop(a):
    squares = (v * v for v in a)
    s = 0.0
    for _ in range(2):
        for v in squares:
            s += v
    return s


@case(A, refused="AD191")
def run_over_on_one_path(a):
    squares = map(lambda v: v * v, a)
    s = 0.0
    if a[0] > 0:
        s = sum(squares)
    return s + sum(squares)


@case(A, refused="AD193")
def a_list_changed_meanwhile(a):
    items = [a[0], a[1]]
    numbered = enumerate(items)
    items.append(a[2])
    return sum(k * v for k, v in numbered)


@case(A, refused="AD191")
def asked_one_by_one(a):
    squares = (v * v for v in a)
    return next(squares) * sum(squares)


@case(A, refused="AD191")
def left_behind(a):
    def scaled(x):
        k = 2.0
        return (k * v for v in x)

    return sum(scaled(a))


@case(A)
def unpacked(a):
    x, y = (2.0 * v for v in a[:2])
    halves = (v / 2.0 for v in a[:2])
    p, q = halves
    return x * q + y * p


@case(A)
def an_object_keeps_it(a):
    class Source:
        def __init__(self, items):
            self.items = items

        def total(self):
            return sum(self.items)

    return Source(v * v for v in a).total() + Source(reversed([a[0], a[2]])).total()
