"""`*` before what only the run tells the length of, in programs that are easily run wrong; see test_trap_statements.py."""
# ruff: noqa  (odd on purpose)

import functools

import numpy as np
from judge import Cases

CASES = Cases()
case = CASES.case
A = np.array([0.3, -0.7, 1.1])
M = np.array([[0.5, 1.5], [2.0, -1.0]])


def line(t, slope, offset, curve):
    return slope * t + offset + curve * t * t


class Model:
    def __init__(self, scale):
        self.scale = scale

    def at(self, t, a, b):
        return self.scale * a * t + b


@case(A)
def a_function_of_the_module(p):
    return sum(line(t, *p) ** 2 for t in (0.0, 1.0, 2.5))


@case(A, 2.0)
def with_a_keyword_and_an_argument_behind(p, k):
    return line(k, *p[:2], curve=k) + line(*p, k)


@case(A, M)
def rows_are_arguments(a, m):
    def pair(x, y):
        return x @ y

    return pair(*m) * np.hypot(*m[0])


@case(A)
def a_method_and_a_partial(p):
    model = Model(p[0])
    return model.at(2.0, *p[1:]) * functools.partial(line, 3.0, curve=1.0)(*p[:2])


@case(A)
@case(A[:2])
def too_few_or_too_many(p):
    def pair(x, y):
        return x * y

    return pair(*p)


@case(A, 2.0)
def a_list_is_made_before_the_array_changes(a, k):
    b = a * 1.0

    def changed():
        b[0] = 7.0
        return k

    items = [*b, changed(), *b]
    return items[0] * items[3] + items[4] * k + len(items)


@case(A, M)
def lists_of_several_lengths(a, m):
    grown = [v * v for v in a if v > 0.0]
    items = [1.0, *grown, 2.0, *a]
    rows = [*m]
    return np.sum(np.array(items) ** 2) + np.sum(rows[0] * rows[1]) + items[-1] * len(items)


@case(A)
def rows_of_a_list_are_views(a):
    m = np.outer(a, a)
    rows = [*m]
    rows[0][1] = 3.0
    return np.sum(m * m)
