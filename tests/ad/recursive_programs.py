"""Functions that call themselves: some whose calls have cotangents that are known before (`AT_ONCE`), and some where that only seems so."""

from __future__ import annotations

import numpy as np

V = np.array([0.7, -0.3, 1.2, 0.4, 0.9, -0.8])


# -- the cotangents are known before the calls -----------------------------------------------------------------------


def nested_loops(x, n):
    if n == 0:
        return x * x
    total = 0.0
    for i in range(2):
        for j in range(n):
            if (i + j) % 2 == 0:
                total += np.sin(x * i) * nested_loops(x + 0.1, j)
            else:
                total -= x * j
    return total


def used_twice(x, n):
    if n == 0:
        return np.sin(x)
    y = used_twice(x * 0.9, n - 1)
    return y * x + y * np.cos(x) - y


def of_a_tree(a):
    if len(a) == 1:
        return a[0] * a[0]
    h = len(a) // 2
    return 2.0 * of_a_tree(a[:h]) + a[0] * of_a_tree(a[h:])


def loops_without_calls(a):
    if len(a) <= 2:
        s = 1.0
        for i in range(len(a)):
            s = np.sin(s * a[i])
        while s > 0.05:
            s = s * 0.5 * s
        return s
    h = len(a) // 2
    return loops_without_calls(a[:h]) * 0.3 + loops_without_calls(a[h:]) * np.sum(a[:h] ** 2)


def of_each_other(x, n):
    def even(v, k):
        return v * v if k == 0 else odd(v * 1.1, k - 1) * v + v

    def odd(v, k):
        return np.sin(v) if k == 0 else even(v + 0.1, k - 1) * 3.0 - even(v, k - 1) * v

    return even(x, n)


def handed_on(x, w):
    def go(lo, hi):
        if hi - lo == 1:
            return x[lo] * w[lo]
        m = (lo + hi) // 2
        return go(lo, m) * x[m] + w[lo] * go(m, hi) - x[lo]

    return go(0, len(x)) ** 2


def handed_on_twice(x):
    def go(p, q, lo, hi):
        if hi - lo == 1:
            return p[lo] * q[lo]
        m = (lo + hi) // 2
        return go(p, q, lo, m) * p[m] + q[lo] * go(p, q, m, hi)

    return go(x, x, 0, len(x)) + np.sum(x) * go(x, x * 2.0, 1, 3)


def begins_with_a_call(x, n):
    if n == 0:
        return x
    total = begins_with_a_call(x * 0.5, n - 1)
    for i in range(n):
        total += x * begins_with_a_call(x * 0.7, i)
    return total


def two_arguments(x, y, n):
    if n == 0:
        return x * y
    if n % 2:
        return two_arguments(y, x, n - 1) * y + two_arguments(x * y, y, n - 1) * x
    return two_arguments(x, y * y, n - 1)


def within_another(x, n):
    def inner(v, k):
        return np.sum(v) if k == 0 else inner(v * 0.9, k - 1) * v[0]

    def outer(v, k):
        if k == 0:
            return v
        return outer(v * 0.5, k - 1) * v[1] + inner(v, k - 1)

    return np.sum(outer(x, n))


def one_of_two_results(x, n):
    def go(v, k):
        if k == 0:
            return v[0], v[1]
        a, b = go(v * 0.9, k - 1)
        return a * v[2], b

    a, _ = go(x, n)
    return a


def beside_a_call(x, n):
    """A number that does not depend on the call in the same branch."""
    if n == 0:
        return x
    s, total = 0.1 * x, 0.0
    if n % 2 == 0:
        s = s * x
        total = beside_a_call(x * 0.9, n - 1)
    else:
        total = 2.0 * beside_a_call(x * x, n - 1)
    return s * x + total * x


def nobody_reads_it(x, n):
    if n == 0:
        return x * x
    q = np.zeros(2)
    s = 0.1 * x
    q[0] = nobody_reads_it(x, n - 1) * 0.7
    return q[1] + s * x


def of_complex_numbers(x, n):
    def go(z, k):
        if k == 0:
            return z * z
        return go(z * 0.9, k - 1) * z + (1 + 2j) * go(z * 1j, k - 1)

    z = go(x + 1j * x * x, n)
    return (z * z.conjugate()).real


# -- they are not ----------------------------------------------------------------------------------------------------


def decays(x, n):
    if n == 0:
        return x
    total = 0.0
    for i in range(n):
        total = total * 0.5 + decays(x * 1.1, i) * x
    return total


def carries_another(x, n):
    if n == 0:
        return x
    total = 0.0
    w = x
    for i in range(n):
        total += w * carries_another(x * 0.9, i)
        w = w * x
    return total


def carries_another_to_the_end(x, n):
    if n == 0:
        return x
    total = 0.0
    w = x
    for i in range(n):
        total += carries_another_to_the_end(x * 0.9, i)
        w = w * 1.5 + x
    return total * w


def branches_and_loops_after(x, n):
    if n == 0:
        return np.sin(x)
    y = branches_and_loops_after(x * 0.9, n - 1)
    z = y * x + 1.0 if n % 2 else y - x * x
    for k in range(n):
        z = z + x * k * y
    return z


def scaled_in_a_loop(x, n):
    if n == 0:
        return np.sin(x)
    y = scaled_in_a_loop(x * 0.9, n - 1)
    for _ in range(n):
        y = y * x
    return y


def squared(x, n):
    if n == 0:
        return x
    y = squared(x * 0.9, n - 1)
    return y * y + x


def multiplied(x, n):
    def inner(v, k):
        return np.sum(v) if k == 0 else inner(v * 0.9, k - 1) * v[0]

    def outer(v, k):
        if k == 0:
            return v
        s = inner(v, k - 1)
        return outer(v * 0.5, k - 1) * s + s

    return np.sum(outer(x, n))


def chosen_by_value(x, n):
    if n == 0:
        return x
    y = chosen_by_value(x * 0.9, n - 1)
    return y * 2.0 if y > 0.3 else y * x


def argument_of_another(x, n):
    if n == 0:
        return x
    return argument_of_another(argument_of_another(x * 0.5, n - 2) if n > 1 else x, n - 1) * x + x


def stored(x, n):
    def go(v, k):
        if k == 0:
            return np.sin(v) * v
        w = go(v * 0.9, k - 1)
        u = go(np.cos(v), k - 1)
        out = np.zeros(len(v))
        out[:3] = w[3:] * 2.0
        out[3:] += u[:3] * v[3:]
        return out - w * np.sum(v) + np.concatenate((u[3:], w[:3]))

    return np.sum(go(x, n) ** 2)


def one_result_twice(x, n):
    def go(v, k):
        if k == 0:
            return v, v
        a, b = go(v * 0.9, k - 1)
        return a + b, a + b

    a, b = go(x, n)
    return np.sum(a * b)


def left_by_a_break(x, n):
    if n == 0:
        return x
    total = 0.0
    for _ in range(n + 2):
        total += left_by_a_break(x * 0.9, n - 1) * x
        if total > 2.0:
            break
    return total


def in_a_while(x, n):
    if n == 0:
        return x
    total, i = 0.0, 0
    while i < n:
        total += in_a_while(x * 0.9, i) * x
        i += 1
    return total


def returned_from_a_loop(x, n):
    if n == 0:
        return x
    for i in range(n):
        if i == 1:
            return x * returned_from_a_loop(x, i)
    return returned_from_a_loop(x + 1.0, n - 1) * x


def replaced_in_a_loop(x, n):
    if n == 0:
        return x
    total = replaced_in_a_loop(x * 0.5, n - 1)
    for i in range(n):
        total = x * i
    return total + replaced_in_a_loop(x, n - 2) if n > 2 else total * x


def last_of_a_loop(x, n):
    if n == 0:
        return x
    total = 0.0
    for i in range(n):
        total = x * last_of_a_loop(x * 0.9, i)
    return total


def of_unknown_lengths(x):
    def go(v):
        if len(v) <= 1:
            return v
        h = len(v) // 2
        a, b = go(v[:h]), go(v[h:])
        return np.concatenate((a * 2.0, b * v[0], v[:1]))

    r = go(x)
    return np.sum(r * np.arange(len(r)))


def largest(x):
    def go(v):
        if len(v) == 1:
            return v[0]
        h = len(v) // 2
        return max(go(v[:h]), go(v[h:]))

    return go(x) ** 2


AT_ONCE = [
    (nested_loops, (0.7, 4)),
    (used_twice, (0.7, 5)),
    (of_a_tree, (V,)),
    (loops_without_calls, (V,)),
    (of_each_other, (0.6, 4)),
    (handed_on, (V, V * 0.5 + 1.0)),
    (handed_on_twice, (V,)),
    (begins_with_a_call, (0.8, 4)),
    (two_arguments, (0.8, 0.5, 4)),
    (within_another, (V, 3)),
    (one_of_two_results, (V, 3)),
    (beside_a_call, (0.9, 4)),
    (nobody_reads_it, (0.9, 2)),
    (of_complex_numbers, (0.9, 3)),
]
ON_A_STACK = [
    (decays, (0.7, 4)),
    (carries_another, (0.7, 4)),
    (carries_another_to_the_end, (0.7, 4)),
    (branches_and_loops_after, (0.7, 5)),
    (scaled_in_a_loop, (0.7, 5)),
    (squared, (0.7, 5)),
    (multiplied, (V, 3)),
    (chosen_by_value, (0.7, 5)),
    (argument_of_another, (0.7, 5)),
    (stored, (V, 3)),
    (one_result_twice, (V, 3)),
    (left_by_a_break, (0.8, 3)),
    (in_a_while, (0.8, 3)),
    (returned_from_a_loop, (0.8, 3)),
    (replaced_in_a_loop, (0.8, 4)),
    (last_of_a_loop, (0.8, 4)),
    (of_unknown_lengths, (V,)),
    (largest, (V,)),
]
