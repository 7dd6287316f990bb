"""Who sees a write: aliases, swaps, merged references, loops over what is written."""

import numpy as np
from frontend_cases import case

A3 = np.array([1.0, 2.0, 3.0])
B3 = np.array([10.0, 20.0, 30.0])
M22 = np.array([[1.0, 2.0], [3.0, 4.0]])


@case(A3)
def alias(a):
    b = a
    b[0] = 5.0
    c = b
    c += 1.0
    b = b * 2
    b[1] = 0.0
    return a, b, c


@case((A3, 3), (A3, 0), (A3, 4))
def swapped_buffers(a, n):
    new = np.zeros_like(a)
    for _ in range(n):
        new[0] = a[0]
        for i in range(1, len(a)):
            new[i] = a[i - 1] + 0.5 * a[i]
        a, new = new, a
    return a, new


@case((A3, B3, 3), (A3, B3, 4))
def rotated_buffers(a, b, n):
    c = np.ones(3)
    for i in range(n):
        c[0] += a[1] + i
        a, b, c = b, c, a
    a[1] = 99.0
    return a, b, c


@case((A3, B3, True), (A3, B3, False))
def swap_in_a_branch(a, b, c):
    if c:
        a, b = b, a
    a[0] = 7.0
    return a, b


@case((A3, B3, 1.0), (A3, B3, -1.0))
def swap_in_a_run_time_branch(a, b, c):
    if c > 0:
        a, b = b, a
    a[0] = 7.0
    b[1] += a[0]
    return a, b


@case((A3, B3, 1.0), (A3, B3, -1.0))
def merged_reference_is_readable(a, b, c):
    m = a if c > 0 else b
    return m * 2, m[0] + a[0]


@case((A3, B3, 1.0), (A3, B3, -1.0))
def merged_copy_is_writable(a, b, c):
    m = (a if c > 0 else b).copy()
    m[0] = 5.0
    a[0] = 6.0
    return m, a, b


@case((A3, 1.0), (A3, -1.0))
def fresh_on_both_paths(a, c):
    if c > 0:
        m = a * 2
    else:
        m = np.zeros(3)
    m[0] = 5.0
    return m, a


@case((M22, 3))
def views_move_in_a_loop(m, n):
    row = m[0]
    for i in range(n):
        row[0] += i
        row = m[i % 2]
    row[1] = -1.0
    return m, row


@case((A3, 3))
def rebinding_a_parameter_in_a_loop(a, n):
    first = a
    for i in range(n):
        a = a * 2.0
        a[0] = i
    return first, a


def scale(v, factor):
    v *= factor
    v[0] = -1.0


def bump(v):
    v[0] += 1.0
    return v[0]


@case(A3)
def helper_mutates(a):
    scale(a[1:], 3.0)
    b = a
    scale(b, 2.0)
    return a


@case(A3)
def helper_returns_its_argument(a):
    def same(v):
        return v

    b = same(a)
    b[0] = 9.0
    same(a[1:])[0] = 8.0
    return a


@case(A3)
def augmented_target_is_read_before_the_value(a):
    a[0] += bump(a)
    a[1] *= bump(a[1:])
    return a


@case(A3)
def augmented_slice_sees_the_value_s_writes(a):
    a[0:2] *= bump(a)
    a[0:2] += bump(a)
    a += bump(a)
    return a


@case(2.0)
def augmented_name_is_read_before_the_value(x):
    def change():
        nonlocal x
        x = 100.0
        return 1.0

    x += change()
    return x


@case(A3)
def value_is_evaluated_before_the_target(a):
    def index():
        print("index")
        return 0

    def value():
        print("value")
        return 5.0

    a[index()] = value()
    a[index()] += value()
    return a


@case((A3, 2))
def closure_over_a_swapped_name(a, n):
    b = np.zeros(3)

    def current():
        return a[0] + b[1]

    s = 0.0
    for i in range(n):
        a, b = b, a
        a[0] += 1.0 + i
        s += current()
    return s, a, b


@case((A3, B3))
def tuple_of_arrays(a, b):
    pair = (a, b)
    pair[0][1] = 5.0
    x, y = pair
    y[0] = x[1]
    pair[1][:] += 1
    return pair, a, b


@case((A3, B3, 2))
def list_of_arrays(a, b, n):
    items = [a, b]
    items[0][1] = 5.0
    items[1] += 1
    for v in items:
        v[0] = 7.0
    items[0] = items[1]
    items[0][2] = 3.0
    return items, a, b


@case((A3, 3), (A3, 0))
def carried_view_index(a, n):
    v = a[1:]
    for i in range(n):
        v[i % 2] += a[0]
        a[0] += v[1]
    return a, v


@case((A3, 1.0), (A3, -1.0))
def view_with_an_index_from_each_branch(a, c):
    if c > 0:
        i = 0
    else:
        i = 1
    v = a[i:]
    i = 2
    v[0] = 50.0
    return a, v, i


@case((A3, 1.0), (A3, -1.0))
def view_made_in_a_branch(a, c):
    if c > 0:
        v = a[0:2]
    else:
        v = a[1:3]
    v[0] = 50.0
    return a, v


@case((A3, 3))
def appended_copies(a, n):
    out = []
    for i in range(n):
        out.append(a.copy())
        a[0] += i
    return out[0] + out[-1], len(out), a


@case((A3, 3))
def deferred_in_a_list_of_rows(a, n):
    rows = []
    for i in range(n):
        row = np.zeros(3)
        row[i] = a[i]
        rows.append(row)
    return np.array(rows)
