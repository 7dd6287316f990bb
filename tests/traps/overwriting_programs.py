"""What is read before it is overwritten, and what is restored: 1 array statements, 2 reads before stores and swaps, 3 adjoints that are
shared, 6 order of restores (`test_trap_values.py`)."""

import math

import numpy as np
from prog_corpus import Program, numbers, signed

# 1. Array statements read everything before they write anything.


def shift_right_doubled(a):
    a = a.copy()
    a[1:] = a[:-1] * 2
    return np.sum(a**2)


def shift_left(a):
    a = a.copy()
    a[:-1] = a[1:] * a[:-1]
    return np.sum(a**2)


def shift_in_loop(a, n):
    a = a.copy()
    for _ in range(n):
        a[1:] = a[:-1] * a[1:]
        a[1:-1] += a[2:] - a[:-2]
    return np.sum(a * a)


def reversed_onto_itself(a):
    a = a.copy()
    a[:] = a[::-1] * a
    a[::2] = a[::-2]
    return np.sum(a**3)


def transposed_onto_itself(A):
    A = A.copy()
    A[:] = A.T @ A
    A += A.T
    return np.sum(A * A)


# 2. What is read before a store is read before it, also as printed; a swap is one step.


def read_before_store(a):
    a = a.copy()
    first = a[0]
    a[0] = a[1] * 2.0
    return first * a[0] + a[1]


def view_is_not_a_read(a):
    a = a.copy()
    v = a[:2]
    a[0] = a[1] * a[2]
    return np.sum(v * v)


def row_read_before_store(A):
    A = A.copy()
    r = A[0].copy()
    A[0] = A[1] * A[0]
    return np.sum(r * A[0])


def swap_three(x, y, z, n):
    for _ in range(n):
        x, y, z = y * z, z + x, x * 0.5
    return x * y + z


def swap_elements_in_loop(a):
    a = a.copy()
    for i in range(len(a) - 1):
        a[i], a[i + 1] = a[i + 1] * a[i], a[i]
    return a[0] * a[-1] + a[1]


def swap_arrays_written(a, b, n):
    a, b = a.copy(), b.copy()
    for i in range(n):
        a, b = b, a
        a[i] *= b[0]
    return np.sum(a * a) - np.sum(b * a)


# 3. An adjoint that goes to two values is not one buffer.


def adjoint_to_two(x, y):
    z = x + y
    x2 = x + z
    y2 = y * y + z
    return np.sum(x2 * y2) + np.sum(z)


def sum_of_both(x, y):
    return np.sum(x + y)


def identity_twice(x):
    return x, x


def copied_on(x):
    a = x.copy()
    b = a.copy()
    a[0] = 0.0
    b[1] = a[2] * b[0]
    return np.sum(a * x) + np.sum(b * x)


def adjoint_shared_in_loop(x, y, n):
    a, b = x.copy(), y.copy()
    for _ in range(n):
        s = a + b
        a = s
        b = s * a
        a = a * 0.5
    return np.sum(a * b)


# 6. The order of restores.


def twice_in_one_iteration(x):
    a = x.copy()
    for i in range(1, len(a)):
        a[i] = a[i] * a[i - 1]
        a[i] = a[i] * a[i] + x[i]
    return np.sum(a**2)


def inner_loop_stores_again(x):
    a = x.copy()
    for i in range(len(a)):
        a[0] = a[0] * a[i] + 0.5
        for j in range(len(a)):
            a[j] = a[j] * a[0] * 0.5
        a[i] = a[i] * a[0]
    return np.sum(a**2)


def load_of_the_right_version(x):
    a = x.copy()
    s = 0.0
    for i in range(len(a) - 1):
        u = a[i + 1]
        a[i + 1] = u * u
        v = a[i + 1]
        a[i] = v * u
        s += math.sin(u * v) * a[i]
    return s


def whole_then_element(x, n):
    a = x.copy()
    for k in range(n):
        a = a * a[k]
        a[k] = a[k] ** 2
        a[:] = a * x
    return np.sum(a)


def overwritten_by_branch(x):
    a = x.copy()
    for i in range(len(a)):
        t = a[0] * a[i]
        if i % 2:
            a[0] = t * a[0]
        else:
            a[i] = t
            a[0] = a[0] * 1.5
    return np.sum(a * a)


X3, X4, X5 = signed(3, seed=7), numbers(4, seed=2), numbers(5, seed=3)

TRAPS = {
    1: [
        Program(shift_right_doubled, ((X5,), (X5[:1],))),
        Program(shift_left, ((X5,), (X5[:1],))),
        Program(shift_in_loop, ((X5, 2), (X5, 0))),
        Program(reversed_onto_itself, ((X5,),)),
        Program(transposed_onto_itself, ((signed(3, 3),),)),
    ],
    2: [
        Program(read_before_store, ((X3,),)),
        Program(view_is_not_a_read, ((X3,),)),
        Program(row_read_before_store, ((signed(2, 3),),)),
        Program(swap_three, ((1.5, -0.5, 2.0, 3), (1.5, -0.5, 2.0, 0))),
        Program(swap_elements_in_loop, ((X4,),)),
        Program(swap_arrays_written, ((X3, X3 * 2.0, 3), (X3, X3 * 2.0, 2), (X3, X3 * 2.0, 0))),
    ],
    3: [
        Program(adjoint_to_two, ((X3, X3 * 2.0),)),
        Program(sum_of_both, ((X3, X3 * 2.0),)),
        Program(identity_twice, ((X3,),)),
        Program(copied_on, ((X3,),)),
        Program(adjoint_shared_in_loop, ((X3, X3 * 0.3, 3), (X3, X3 * 0.3, 0))),
    ],
    6: [
        Program(twice_in_one_iteration, ((X4,),)),
        Program(inner_loop_stores_again, ((X4,),)),
        Program(load_of_the_right_version, ((X4,), (X4[:1],))),
        Program(whole_then_element, ((X4, 3), (X4, 0))),
        Program(overwritten_by_branch, ((X4,),)),
    ],
}  # fmt: skip
