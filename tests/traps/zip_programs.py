"""`zip`, which stops at the shorter, or must not; see test_trap_containers.py."""

import numpy as np
from judge import Cases

CASES = Cases()
case = CASES.case
A = np.array([0.3, -0.7, 1.1])


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def zip_stops_at_the_shorter(x, a, n):
    s = 0.0
    for u, v in zip([1.0, 2.0, 3.0, 4.0], a):
        s += u * v * x
    return s


@case(0.7, A, 3)
@case(-0.4, A, 3)
def zip_stops_at_the_shorter_with_else(x, a, n):
    s = 0.0
    for u, v in zip(a, [1.0, 2.0, 3.0, 4.0]):
        s += u * v * x
    else:
        s = s * 3
    return s


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def zip_stops_or_is_left(x, a, n):
    s = 0.0
    for v, w in zip([x, 2 * x, 3 * x, 4.0], a):
        if w < 0:
            return s * 3
        s += v * w
    return s


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def zip_stops_in_a_comprehension(x, a, n):
    return len([v * w for v, w in zip([x, 2 * x, 3 * x, 4.0], a)]) * x


@case(0.7, A, 3)
@case(-0.4, A, 3)
def strict_zip_of_arrays(x, a, n):
    s = 0.0
    for u, v in zip(a, a[::-1], strict=True):
        s += u * v * x
    return s


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def strict_zip_of_arrays_of_two_lengths(x, a, n):
    s = 0.0
    for u, v in zip(a, a[1:], strict=True):
        s += u * v * x
    return s


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def strict_zip_that_is_left(x, a, n):
    s = 0.0
    for u, v in zip(a, a[1:], strict=True):
        s += u * v * x
        if u < 0:
            break
    return s


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def strict_zip_of_lists_of_two_lengths(x, a, n):
    s = 0.0
    for u, v in zip([x], (1.0, 2.0), strict=True):
        s += u * v * x
    return s


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def strict_zip_of_lists_that_is_left(x, a, n):
    s = 0.0
    for u, v in zip([x], (1.0, 2.0), strict=True):
        s += u * v * x
        break
    return s
