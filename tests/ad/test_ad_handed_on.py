"""What an iteration yields and the next one begins with is saved once, and handed on in the reverse sweep."""

import math

import numpy as np
import pytest
from ad_check import check
from test_ad_programs import lowered, optimised
from test_ad_reloads import saved_ranks

X = np.array([0.7, -0.4, 0.9, 0.3])
NOTHING = np.zeros(0)


def recurrence(x, w):
    for _ in range(5):
        x = math.tanh(w * x)
    return x


def in_a_branch(x, s):
    """The branch has its value from what it yields."""
    total = 0.0
    for i in range(len(x)):
        if x[i] > 0.0:
            s = math.exp(-s * x[i])
        else:
            s = 0.5 * s
        total += s * s
    return total


def left_early(x, s):
    for i in range(len(x)):
        s = math.exp(-s * x[i])
        if s > 1.2:
            break
    return s * s


def until(x, w):
    while x > 0.1:
        x = math.tanh(w * x)
    return x


def nested(x, s):
    for i in range(len(x)):
        for _ in range(3):
            s = math.tanh(s * x[i])
    return s


def swapped(x, y):
    """Each begins with what the other was: handing on in a circle would save nothing."""
    for _ in range(4):
        x, y = y, math.tanh(x * y)
    return x * y


def set_in_the_loop(x):
    """There is no value before the first iteration."""
    total = 0.0
    for i in range(len(x)):
        if i > 0:
            total += last * x[i]  # noqa: F821  # bound in the iteration before
        last = math.exp(x[i] * total)
    return total


def both_slots(x, a):
    """Two carried numbers get the same value."""
    b = a
    for i in range(len(x)):
        c = math.exp(a * x[i])
        a, b = c, c
    return a * b


CASES = [
    (recurrence, [0.3, 0.9], [0]),
    # What the branch saves is what it yields, no second number.
    (in_a_branch, [X, 0.7], [0, 0]),
    (in_a_branch, [NOTHING, 0.7], [0, 0]),
    (left_early, [X, 0.7], [0]),
    (left_early, [NOTHING, 0.7], [0]),
    (until, [0.9, 0.8], [0]),
    (until, [0.05, 0.8], [0]),
    (nested, [X, 0.7], [0, 0, 1]),
    (swapped, [0.3, 0.9], [0, 0]),
    (both_slots, [X, 0.4], [0]),
]


@pytest.mark.parametrize(("program", "args", "ranks"), CASES)
def test_one_number_per_iteration_is_saved(program, args, ranks):
    assert saved_ranks(program, args) == ranks


@pytest.mark.parametrize(("program", "args"), [*(case[:2] for case in CASES), (set_in_the_loop, [X])])
def test_derivatives(program, args):
    fn = lowered(program, args)
    check(fn, args)
    check(optimised(fn), args)
