"""`match` statements that are easily run wrong; see test_trap_statements.py."""

from collections import namedtuple
from dataclasses import dataclass

import numpy as np
from judge import Cases

CASES = Cases()
case = CASES.case
A = np.array([0.3, -0.7, 1.1])


Point = namedtuple("Point", "x y")


@dataclass
class Pair:
    a: float
    b: float


@case(0.7, 2.0)
def guard_sees_what_the_pattern_binds(x, y):
    x, y = x * y, x + y
    match (x, y):
        case (a, b) if a > b:
            return a * 3.0
        case (b, a) if a > b:
            return a * b
    return 0.0


@case(0.7)
def names_of_a_pattern_whose_guard_fails(x):
    v = 1.0
    match (x, 2.0 * x):
        case (v, w) if v > 5.0:
            return w
    return v * x


@case(0.7, 3)
def names_of_a_pattern_that_does_not_match(x, n):
    v = 1.0
    for i in range(n):
        match (i, x * i):
            case (2, v):
                pass
    return v * x


@case(0.7, 1)
def name_bound_in_one_case(x, n):
    for i in range(n):
        match i:
            case 5:
                w = x
    return w * 2.0


@case(A)
def list_of_the_subject_is_the_list(a):
    items = [a[0], a[1]]
    match items:
        case [first, _] as same:
            same[1] = first * first
    return items[0] * items[1]


@case(A)
def array_of_the_subject_is_the_array(a):
    b = a.copy()
    match (b, 1):
        case (c, 1):
            c[0] = a[1] * a[2]
    return (b * a).sum()


@case(A)
def a_star_is_a_new_list(a):
    items = [a[0], a[1], a[2]]
    match items:
        case [_, *rest]:
            rest[0] = 5.0
    return items[1] * sum(rest)


@case(A)
def the_subject_is_evaluated_once(a):
    items = [a[0], a[1], a[2]]
    match items.pop():
        case 0.0:
            return 1.0
        case v if v > 100.0:
            return v
        case v:
            return v * len(items)


@case(0.7)
def the_subject_is_replaced_by_a_guard(x):
    p = Pair(x, x * x)

    def swap():
        p.a, p.b = p.b * 2.0, p.a
        return False

    match p:
        case Pair(a, b) if swap():
            return a
        case Pair(a, b):
            return a * b * b


@case(0.7, 2)
def a_value_is_compared_by_equality(x, n):
    match (n * 1.0, x):
        case (2, y):
            return y * y
    return x


@case(A, 2)
def one_case_writes(a, n):
    b = a.copy()
    for i in range(len(a)):
        match (i % 2, a[i]):
            case (0, v) if v > 0.5:
                b[i] = v**3
                continue
            case (1, _):
                b[i] *= 2.0
        b[0] += a[i] * n
    return (b * a).sum()


@case(0.7, 2.0)
def a_named_tuple_is_a_class_and_a_sequence(x, y):
    total = 0.0
    for item in (Point(x, y), (y, x), Pair(x, y)):
        match item:
            case Point(x=a, y=b) if b > 5.0:
                total += 100.0
            case Point(a, y=b):
                total += a * b * b
            case Pair(a=a):
                total += a
            case (a, b):
                total += a / b
    return total * hasattr(Point(x, y), "x") + hasattr(Point(x, y), "z") * x
