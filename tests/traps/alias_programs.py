"""Programs whose names may denote one of several arrays: each is differentiated right, or refused."""

import numpy as np


def branch_reference_written(x, y, flag):
    c, d = x.copy(), y.copy()
    b = c if flag else d
    b[0] = x[1] * y[1]
    return np.sum(c * c) + np.sum(d * d * d)


def branch_reference_read(x, y, flag):
    c, d = x.copy(), y.copy()
    b = c if flag else d
    return np.sum(b * c) + np.sum(b * d)


def branch_reference_read_after_write(x, y, flag):
    c, d = x.copy(), y.copy()
    b = c if flag else d
    c[0] = x[1] * y[1]
    return np.sum(b * b) + np.sum(d)


def branch_on_data(x, y):
    c, d = x.copy(), y.copy()
    if x[0] > y[0]:
        b = c
    else:
        b = d
    b *= 2.0
    return np.sum(c * d)


def loop_reference(x, y, n):
    a, b = x.copy(), y.copy()
    for i in range(n):
        if i == 1:
            a = b
        a[0] = a[0] * b[1] + 1.0
    return np.sum(a * a) + np.sum(b * b * b)


def list_of_the_same(x):
    a = x.copy()
    items = [a, a]
    items[0][0] = x[1] * 3.0
    return np.sum(items[1] * items[1]) + np.sum(a)


def list_of_the_same_grown(x, n):
    a = x.copy()
    items = []
    for i in range(n):
        items.append(a)
        a[i] = a[i] * 2.0
    total = 0.0
    for item in items:
        total += np.sum(item * item)
    return total


def list_of_views(x, n):
    a = x.copy()
    rows = [a[i:] for i in range(n)]
    a[n] = a[n] * 3.0
    return sum([np.sum(r * r) for r in rows])


def repeated_list(x):
    a = x.copy()
    rows = [a] * 3
    rows[0][1] = x[0] * x[2]
    return np.sum(rows[2] ** 2)


def tuple_of_the_same(x):
    a = x.copy()
    p, q = (a, a)
    p[0] = q[1] * 2.0
    q[1] = p[0] * q[0]
    return np.sum(p * q)


def dict_of_the_same(x):
    a = x.copy()
    d = {"left": a, "right": a[1:]}
    d["left"][1] = x[0] * x[0]
    d["right"] *= 2.0
    return np.sum(a**2)


def escaped_in_closure(x):
    a = x.copy()

    def scale(s):
        a[0] = a[0] * s
        return a[0]

    first = scale(2.0)
    second = scale(a[1])
    return first * second + np.sum(a)


def helper_of_two(u, v):
    u[0] = v[0] * v[1]
    v[1] = u[0] + u[1]


def same_argument_twice(x):
    a = x.copy()
    helper_of_two(a, a)
    return np.sum(a**2)


def overlapping_helper_arguments(x):
    a = x.copy()
    helper_of_two(a[:2], a[1:])
    return np.sum(a**2)


def returned_by_helper(x):
    a = x.copy()

    def pick(k):
        return a if k else a[1:]

    pick(1)[0] = x[1] * 2.0
    pick(0)[0] = a[0] * x[2]
    return np.sum(a * a)


def default_array(x, buffer=np.zeros(3)):
    return np.sum(x * x + buffer)


def two_arguments(x, y):
    x[0] = y[0] * y[1]
    return np.sum(x * y)


def two_arguments_read(x, y):
    return np.sum(x * y)


def reshaped_view(x):
    A = x.copy().reshape(2, 3)
    t = A.T
    flat = t.ravel()
    flat[0] = x[1] * x[2]
    return np.sum(A**2) + np.sum(flat)


def flattened_copy(x):
    A = x.copy().reshape(2, 3)
    f = A.flatten()
    f[0] = x[1] * x[2]
    r = A.ravel()
    r[1] = f[0] * 2.0
    return np.sum(A**2) + np.sum(f)


def gathered_copy(x):
    a = x.copy()
    g = a[np.array([0, 1])]
    g[0] = 9.0 * a[1]
    m = a[a > -100.0]
    m[1] = g[0]
    return np.sum(a * a) + np.sum(g) + np.sum(m)


def asarray_shares(x):
    a = x.copy()
    b = np.asarray(a)
    c = np.array(a)
    b[0] = x[1] ** 2
    c[1] = b[0] * 2.0
    return np.sum(a * a) + np.sum(c)


def rebound_in_loop(x, n):
    a = x.copy()
    for _ in range(n):
        old = a
        a = a * 0.5
        old[0] = a[1] * 3.0
        a[1] = old[0] * old[1]
    return np.sum(a)


def inplace_operator_on_alias(x):
    a = x.copy()
    b = a
    a *= 2.0
    c = a
    a = a * 3.0
    b[0] = c[1]
    return np.sum(a * b * c)
