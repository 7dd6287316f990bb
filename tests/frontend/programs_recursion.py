"""Functions that call themselves, with arguments: what `test_recursion.py` differentiates."""

from __future__ import annotations

import numpy as np


def power(x, n):
    if n == 0:
        return 1.0
    return x * power(x, n - 1)


def fast_power(x, n):
    if n == 0:
        return 1.0
    if n % 2:
        return x * fast_power(x, n - 1)
    half = fast_power(x, n // 2)
    return half * half


def fibonacci(x, n):
    return x if n < 2 else fibonacci(x, n - 1) * np.sin(fibonacci(x * 0.9, n - 2))


def tree_sum(a):
    if len(a) == 1:
        return a[0] * a[0]
    h = len(a) // 2
    return tree_sum(a[:h]) + np.sin(tree_sum(a[h:]))


def det(A):
    n = len(A)
    if n == 1:
        return A[0, 0]
    s = 0.0
    for j in range(n):
        M = np.concatenate((A[1:, :j], A[1:, j + 1 :]), axis=1)
        s += (-1.0) ** j * A[0, j] * det(M)
    return s


def quicksort(a):
    if len(a) <= 1:
        return a
    p, rest = a[0], a[1:]
    return np.concatenate((quicksort(rest[rest < p]), a[:1], quicksort(rest[rest >= p])))


def sorted_dot(a, w):
    return np.sum(quicksort(a) * w)


def _simpson(f, a, b):
    return (b - a) / 6.0 * (f(a) + 4.0 * f((a + b) / 2.0) + f(b))


def _refined(f, a, b, whole, tol):
    m = (a + b) / 2.0
    left, right = _simpson(f, a, m), _simpson(f, m, b)
    if abs(left + right - whole) < 15.0 * tol:
        return left + right + (left + right - whole) / 15.0
    return _refined(f, a, m, left, tol / 2.0) + _refined(f, m, b, right, tol / 2.0)


def quadrature(k, end):
    def f(x):
        return np.exp(-k * x) * np.sin(x * x)

    return _refined(f, 0.0, end, _simpson(f, 0.0, end), 1e-4)


def is_even(x, n):
    return x * x if n == 0 else is_odd(x * 1.1, n - 1)


def is_odd(x, n):
    return np.sin(x) if n == 0 else is_even(x + 0.1, n - 1)


def inner_function(x, n):
    scale = x * 0.5

    def go(v, k):
        if k == 0:
            return v
        return go(v * scale + 0.1, k - 1)

    return go(x, n) + go(x * x, n // 2)


def two_results(x, n):
    def both(v, k):
        if k == 0:
            return v, 1.0
        a, b = both(v * 0.9, k - 1)
        return a + b, a * b

    a, b = both(x, n)
    return a * b


def writes(a):
    def sweep(b, k):
        if k < len(b):
            b[k] = b[k] * b[k - 1] + np.sin(b[k])
            sweep(b, k + 1)
        return b[0]

    c = a.copy()
    first = sweep(c, 1)
    return first * np.sum(c)


def in_a_loop(a, n):
    s = 0.0
    for i in range(len(a)):
        s = s * 0.5 + fast_power(a[i], n + i)
    return s


def of_containers(p, n):
    def go(q, k):
        if k == 0:
            return q["w"] * q["v"][0]
        return go({"w": q["w"] * 0.5, "v": (q["v"][0] + q["w"], q["v"][1])}, k - 1) * q["v"][1]

    return go({"w": p[0], "v": (p[1], p[2])}, n)


def counted_depth(x):
    """The depth is known when compiling, and where it ends is not."""

    def go(v, depth):
        if depth > 40 or v < 0.01:
            return v
        return go(np.sin(v) * 0.95, depth + 1) * 1.01

    return go(x, 0)


def list_sort(xs):
    if len(xs) < 2:
        return [x for x in xs]
    less = [x for x in xs[1:] if x < xs[0]]
    more = [x for x in xs[1:] if x >= xs[0]]
    return list_sort(less) + [xs[0]] + list_sort(more)


class Node:
    def __init__(self, scale):
        self.scale = scale

    def value(self, x, n):
        return x if n <= 0 else self.scale * self.value(np.cos(x), n - 1)


def of_a_method(x, n):
    return Node(x * 0.5).value(x, n)


def between(x, w, lo, hi):
    """Arrays that are passed on: all calls add to their adjoints."""
    if hi - lo == 1:
        return np.sin(x[lo]) * w[lo]
    mid = (lo + hi) // 2
    return between(x, w, lo, mid) * x[mid] + np.cos(between(x, w, mid, hi))


def of_two(x, w):
    return between(x, w, 0, len(x)) * x[0]


def of_the_same(x):
    """Both arguments are one array, whose adjoint is used before and after."""
    return np.sum(x * x) * between(x, x, 0, len(x)) + between(x, x * 2.0, 1, 3) * x[1]


def of_two_in_a_loop(x, w):
    y = x * 0.5
    total = 0.0
    for i in range(len(x) - 1):
        if i % 2 == 0:
            total += between(y, w, i, len(x)) * between(x, y, i, i + 2)
        y = y * w
    return total


def grows(x, n):
    s = x
    while s > 0.1:
        s = np.sin(s) * s * 0.5
    return s if n == 0 else grows(s + x, n - 1) * s


def of_loops(x, n):
    """Loops and branches around calls, one of which is left early; and some without a call."""
    total = x * 0.1
    for k in range(n):
        if k % 2 == 0:
            total = total * np.sin(of_loops(x * total + 0.3, k)) + x
        else:
            for _ in range(2):
                total = np.cos(total * of_loops(x + 0.1, k - 1))
        if total > 1.5:
            break
    while total < 0.2:
        total = total * total + x
    return total


def of_arrays(x, n):
    """Saves arrays of several ranks, flags and integers."""
    if n == 0:
        return np.sum(x)
    A = np.outer(x, np.sin(x))
    total = 0.0
    for k in range(n):
        row = np.exp(A[k % len(x)] * 0.1)
        big = row > 1.0
        total += np.sum(row[big] * x[big]) * of_arrays(row * x, n - 1 - k)
    return total + np.sum(np.linalg.inv(A + 3.0 * np.eye(len(x))))


def of_a_list(x, n):
    """Elements of lists that each call makes."""
    if n == 0:
        return x
    seen = [x]
    while seen[-1] < 4.0:
        seen.append(seen[-1] * seen[-1] + 1.0)
    total, k = 0.0, len(seen) - 1
    while k > 0:
        total += np.sin(seen[k]) * seen[k // 2]
        k -= 1
    return of_a_list(total, n - 1)


def minors(A):
    """The derivative of the determinant, row by row."""

    def below(row, used):
        if row == len(A):
            return 1.0
        total, sign = 0.0, 1.0
        for c in range(len(A)):
            if not (used >> c) & 1:
                total += sign * A[row, c] * below(row + 1, used | (1 << c))
                sign = -sign
        return total

    return below(0, 0)


def smallest(x, n):
    """Ties, and a result that another call takes as its argument."""
    return x if n == 0 else min(smallest(x * 0.9, n - 1), smallest(smallest(np.cos(x), n - 1), n - 1)) + 0.1 * x


def sort(a, first, last):
    """Quicksort in place: a loop that writes into an array that every call passes on."""
    if first >= last:
        return
    middle = first
    for k in range(first, last):
        if a[k] < a[last]:
            a[middle], a[k] = a[k], a[middle]
            middle += 1
    a[middle], a[last] = a[last], a[middle]
    sort(a, first, middle - 1)
    sort(a, middle + 1, last)


def sorted_in_place(x):
    a = np.sin(x)
    sort(a, 0, len(a) - 1)
    return np.sum(a**2 * np.arange(len(a)))


def damp(a, first):
    if first + 1 < len(a):
        k = first
        while k < len(a):
            a[k] = np.sin(a[k]) * a[first]
            k += 2
        damp(a, first + 1)


def damped(x, n):
    a = x * 1.5
    for _ in range(n):
        damp(a, 0)
    return np.sum(a * np.arange(1.0, len(a) + 1.0))


def mix(a, b, n):
    """Each call passes the two arrays on in the other order."""
    for k in range(len(a)):
        a[k] = np.sin(a[k]) + b[k]
        if k % 2:
            b[k] = b[k] * a[k - 1]
    if n > 0:
        mix(b, a, n - 1)


def mixed(x, n):
    a, b = x.copy(), 0.5 * x
    mix(a, b, n)
    return a @ b


RNG = np.random.default_rng(0)
A, V = RNG.normal(size=(4, 4)), np.array([3.0, 1.0, 2.5, 5.0, 4.0, 0.3])
CASES = [
    (power, (1.3, 5)),
    (power, (1.3, 0)),
    (fast_power, (1.1, 13)),
    (fibonacci, (0.7, 6)),
    (tree_sum, (np.linspace(0.1, 1.0, 7),)),
    (det, (A,)),
    (sorted_dot, (V, np.arange(6.0))),
    (quadrature, (0.5, 2.0)),
    (is_even, (0.3, 4)),
    (is_even, (0.3, 5)),
    (inner_function, (0.8, 5)),
    (two_results, (0.8, 4)),
    (writes, (np.array([0.5, 1.5, -0.3, 0.7]),)),
    (in_a_loop, (V[:3] * 0.3, 3)),
    (of_containers, (np.array([0.5, 1.5, 0.7]), 3)),
    (counted_depth, (0.9,)),
    (of_a_method, (0.4, 4)),
    (of_two, (V * 0.2, np.cos(V))),
    (of_the_same, (V * 0.2,)),
    (of_two_in_a_loop, (V * 0.2, np.cos(V))),
    (grows, (0.5, 2)),
    (of_loops, (0.4, 5)),
    (of_arrays, (V[:3] * 0.3, 3)),
    (of_a_list, (0.9, 2)),
    (minors, (A,)),
    (smallest, (0.7, 3)),
    (sorted_in_place, (V * 0.3,)),
    (damped, (V[:4] * 0.3, 2)),
    (mixed, (V[:4] * 0.3, 3)),
]
