"""Helpers that are large, called more than once and therefore stay functions: what they raise is raised, whether or not
anybody reads what they return."""
# ruff: noqa  (odd on purpose)

import math

from judge import Cases

CASES = Cases()
case = CASES.case
# Of Python's own arithmetic only integers raise in compiled code.
python = ("python",)


def divided(x, z):
    """More ops than a function may have that is entered at each call, as the others here."""
    y = x
    y = math.sin(y) * 1.1 + math.cos(y) * 0.3 - y / 7.0
    y = math.sin(y) * 1.2 + math.cos(y) * 0.4 - y / 6.0
    y = math.sin(y) * 1.3 + math.cos(y) * 0.5 - y / 5.0
    y = math.sin(y) * 1.4 + math.cos(y) * 0.6 - y / 4.0
    y = math.sin(y) * 1.5 + math.cos(y) * 0.7 - y / 3.0
    y = math.sin(y) * 1.6 + math.cos(y) * 0.8 - y / 2.0
    y = math.sin(y) * 1.7 + math.cos(y) * 0.9 - y / 8.0
    y = math.sin(y) * 1.8 + math.cos(y) * 0.2 - y / 9.0
    y = math.sin(y) * 1.9 + math.cos(y) * 0.1 - y / 1.5
    y = math.sin(y) * 2.1 + math.cos(y) * 1.1 - y / 2.5
    y = math.sin(y) * 2.2 + math.cos(y) * 1.2 - y / 3.5
    return y + 1.0 / z


def root(x, z):
    y = x
    y = math.sin(y) * 1.1 + math.cos(y) * 0.3 - y / 7.0
    y = math.sin(y) * 1.2 + math.cos(y) * 0.4 - y / 6.0
    y = math.sin(y) * 1.3 + math.cos(y) * 0.5 - y / 5.0
    y = math.sin(y) * 1.4 + math.cos(y) * 0.6 - y / 4.0
    y = math.sin(y) * 1.5 + math.cos(y) * 0.7 - y / 3.0
    y = math.sin(y) * 1.6 + math.cos(y) * 0.8 - y / 2.0
    y = math.sin(y) * 1.7 + math.cos(y) * 0.9 - y / 8.0
    y = math.sin(y) * 1.8 + math.cos(y) * 0.2 - y / 9.0
    y = math.sin(y) * 1.9 + math.cos(y) * 0.1 - y / 1.5
    y = math.sin(y) * 2.1 + math.cos(y) * 1.1 - y / 2.5
    y = math.sin(y) * 2.2 + math.cos(y) * 1.2 - y / 3.5
    unread = math.sqrt(z)
    return y


def counted(x, n):
    k = 7 % n
    y = x
    y = math.sin(y) * 1.1 + math.cos(y) * 0.3 - y / 7.0
    y = math.sin(y) * 1.2 + math.cos(y) * 0.4 - y / 6.0
    y = math.sin(y) * 1.3 + math.cos(y) * 0.5 - y / 5.0
    y = math.sin(y) * 1.4 + math.cos(y) * 0.6 - y / 4.0
    y = math.sin(y) * 1.5 + math.cos(y) * 0.7 - y / 3.0
    y = math.sin(y) * 1.6 + math.cos(y) * 0.8 - y / 2.0
    y = math.sin(y) * 1.7 + math.cos(y) * 0.9 - y / 8.0
    y = math.sin(y) * 1.8 + math.cos(y) * 0.2 - y / 9.0
    y = math.sin(y) * 1.9 + math.cos(y) * 0.1 - y / 1.5
    y = math.sin(y) * 2.1 + math.cos(y) * 1.1 - y / 2.5
    y = math.sin(y) * 2.2 + math.cos(y) * 1.2 - y / 3.5
    return y + k


def chained(x, z):
    y = divided(x, z) * 2.0
    y = math.sin(y) * 1.1 + math.cos(y) * 0.3 - y / 7.0
    y = math.sin(y) * 1.2 + math.cos(y) * 0.4 - y / 6.0
    y = math.sin(y) * 1.3 + math.cos(y) * 0.5 - y / 5.0
    y = math.sin(y) * 1.4 + math.cos(y) * 0.6 - y / 4.0
    y = math.sin(y) * 1.5 + math.cos(y) * 0.7 - y / 3.0
    y = math.sin(y) * 1.6 + math.cos(y) * 0.8 - y / 2.0
    y = math.sin(y) * 1.7 + math.cos(y) * 0.9 - y / 8.0
    y = math.sin(y) * 1.8 + math.cos(y) * 0.2 - y / 9.0
    y = math.sin(y) * 1.9 + math.cos(y) * 0.1 - y / 1.5
    y = math.sin(y) * 2.1 + math.cos(y) * 1.1 - y / 2.5
    y = math.sin(y) * 2.2 + math.cos(y) * 1.2 - y / 3.5
    return y


@case(0.3, 0.0, backends=python)
@case(0.3, 1.0, backends=python)
def result_unread(x, z):
    a = divided(x, z + 2.0)
    divided(a, z)
    return a + divided(x, z + 3.0)


@case(0.3, -1.0, backends=python)
@case(0.3, 1.0, backends=python)
def inside_unread(x, z):
    return root(x, z) + root(x, z + 2.0) * x


@case(0.3, 0)
@case(0.3, 3)
def integers_unread(x, n):
    counted(x, n)
    return counted(x, n + 2) + x


@case(0.3, 0.0, backends=python)
@case(0.3, 1.0, backends=python)
def chain_unread(x, z):
    chained(x, z + 1.0)
    chained(x, z)
    return chained(x, z + 2.0) * x


@case(0.3, 0.0, backends=python)
def constant_in_the_derivative(x, z):
    """The value needs all calls; the gradient by x none."""
    return x * x + divided(z * 2.0, z + 3.0) + divided(z * 3.0, z)


@case(0.3, 0.0, backends=python)
@case(0.3, 2.0, backends=python)
def in_a_loop(x, z):
    total = x
    for i in range(3):
        divided(total, z)
        total = total + divided(total, z + 2.0)
    return total


@case(0.3, 0, backends=python)
@case(0.3, 2, backends=python)
def caught(x, n):
    try:
        divided(x, n)
        return divided(x, n + 1)
    except ZeroDivisionError:
        return x * 3.0


@case(0.3, 0.0, backends=python)
def in_another_branch(x, z):
    if x > 1.0:
        divided(x, z)
    return divided(x, z + 2.0) * divided(x, z + 4.0)
