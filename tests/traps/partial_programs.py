"""9, iterations that end early (`test_trap_values.py`)."""

import math

import numpy as np
from prog_corpus import Program, numbers

# 9. The last, partial iteration.


def partial_last(x, limit):
    s = 0.0
    p = 1.0
    for i in range(len(x)):
        s += x[i] * p
        if s > limit:
            break
        p = p * x[i] + s
        s = s * 0.9
    return s * p


def partial_with_arrays(x, limit):
    a = x.copy()
    for i in range(1, len(a)):
        a[i] = a[i] * a[i - 1]
        if a[i] > limit:
            a[i] = a[i] * a[0]
            break
        a[i - 1] = a[i] * 2.0
    return np.sum(a**2)


def partial_while_return(x, n):
    p = x
    k = 0
    while k < n:
        p = p * x + 0.1
        if p > 3.0:
            return p * k
        k += 1
        p = math.sin(p) + p
    return p * p


def nested_exits(x, a, b):
    s = 0.0
    for i in range(3):
        s = s * x[i] + x[i]
        for j in range(3):
            s += x[j] * s
            if j == a:
                break
            s *= x[i]
            if i * 3 + j == b:
                return s * x[0]
            if s > 2.0:
                s = s * 0.5
                continue
            s += 0.1 * x[j]
        else:
            s *= x[2]
        s += x[1]
    return s


def zero_then_some(x, n):
    a = np.ones(2)
    for i in range(n):
        k = 0
        while k < i:
            a[k % 2] = a[k % 2] * x + a[(k + 1) % 2]
            k += 1
        x = x * a[0]
    return x + a[1]


X5 = numbers(5, seed=3)

TRAPS = {
    9: [
        Program(partial_last, ((X5, 1.5), (X5, 100.0), (X5, 0.0), (X5[:0], 0.0)), analytic=False),
        Program(partial_with_arrays, ((X5, 0.5), (X5, 100.0), (X5, 0.0), (X5[:1], 0.0)), analytic=False),
        Program(partial_while_return, ((0.9, 5), (0.1, 3), (0.9, 0), (3.5, 2)), analytic=False),
        Program(nested_exits, ((numbers(3), 5, 9), (numbers(3), 1, 9), (numbers(3), 5, 4), (numbers(3), 0, 0), (numbers(3), 2, 8)), analytic=False),
        Program(zero_then_some, ((0.7, 3), (0.7, 1), (0.7, 0))),
    ],
}  # fmt: skip
