"""The programs of the traps that are about values: every one goes through the whole harness of the corpus.

1 array statements, 2 reads before stores and swaps, 3 adjoints that are shared, 4 repeated indices, 5 changed sources and
captures (`test_trap_sources.py`), 6 order of restores, 7 wrapped indices and odd slices, 8 extents of one and mixed widths,
9 partial iterations, 10 merged references and escaped arrays (`test_trap_aliases.py`).
"""

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


# 4. Repeated indices.


def repeated_store(x, idx):
    y = np.zeros(3)
    y[idx] = x * x
    return np.sum(y**3)


def repeated_add(x, idx):
    y = np.ones(3)
    y[idx] += x * x
    return np.sum(y**3)


def repeated_multiply(x, idx):
    y = 2.0 * np.ones(3)
    y[idx] *= x
    return np.sum(y**2)


def repeated_add_at(x, idx):
    y = np.ones(3)
    np.add.at(y, idx, x * x)
    return np.sum(y**3)


def repeated_gather(x, idx):
    return np.sum(x[idx] ** 3) + np.prod(x[idx])


def repeated_gather_rows(A, idx):
    B = A[idx]
    B[0] = B[1] * B[0]
    return np.sum(B**2)


def repeated_pairs(A, i, j):
    B = A.copy()
    B[i, j] = A[j, i] ** 2
    B[i, j] += A[i, i]
    return np.sum(B**2)


def repeated_in_loop(x, idx):
    y = np.ones(3)
    for k in range(len(idx)):
        y[idx[k]] = y[idx[k]] * x[k] + y[idx[k] - 1]
    return np.sum(y**2)


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


# 7. Indices that wrap, slices that are empty, steps that are negative.


def wrapped(a, i, j):
    a = a.copy()
    a[i] = a[i] * a[j]
    t = a[j] * a[i]
    a[j] = t * 2.0
    return t * a[i] + np.sum(a**2)


def minus_in_loop(x):
    a = x.copy()
    n = len(a)
    for i in range(n):
        a[-i] = a[i] * a[-i - 1]
        a[i - n] = a[i] * 1.5
    return np.sum(a**2)


def empty_slices(x):
    a = x.copy()
    a[3:1] = a[2:0] * 2.0
    a[len(x) :] *= 5.0
    b = a[1:1]
    return np.sum(a) * (1.0 + np.sum(b)) + np.prod(b)


def negative_steps(x):
    a = x.copy()
    a[::-1] *= x
    a[-1:0:-2] = a[-2::-2][: len(a[-1:0:-2])] * 3.0
    v = a[::-1]
    v[0] = v[1] * v[2]
    v[1:3][::-1][0] *= 2.0
    return np.sum(a**2)


def beyond_slices(x):
    a = x.copy()
    a[-100:2] *= 2.0
    a[1:100] *= a[0]
    return np.sum(a[-2:100] ** 2)


# 8. Extents of one at run time, and mixed widths.


def broadcast_rows(A, b):
    return np.sum((A * b + b) ** 2)


def broadcast_store(A, b):
    A = A.copy()
    A[:] = b * A[0]
    A[0] += b[0]
    return np.sum(A**2)


def broadcast_accumulate(x, y):
    z = np.zeros((3, 4))
    z += x * y
    return np.sum(z * z)


def outer_by_broadcasting(x, y):
    return (x[:, None] * y[None, :] + x[0]).sum() * y[-1]


def scaled(x, c):
    return np.sum(x * c + c) * 2.0


def mixed(x, y):
    z = x * y
    w = x * 2.0 + 1
    return np.sum(z) + np.sum(w)


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


IDX = np.array([0, 2, 0, 1, 2])
IJ = (np.array([0, 1, 0, 2]), np.array([1, 1, 1, 0]))
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
    4: [
        Program(repeated_store, ((X5, IDX),)),
        Program(repeated_add, ((X5, IDX),)),
        Program(repeated_multiply, ((X5, IDX),)),
        Program(repeated_add_at, ((X5, IDX), (X5, IDX - 3))),
        Program(repeated_gather, ((X3, IDX), (X3, IDX - 3), (X3, IDX[:0]))),
        Program(repeated_gather_rows, ((signed(3, 2), IDX),)),
        Program(repeated_pairs, ((signed(3, 3), *IJ),)),
        Program(repeated_in_loop, ((X5, IDX), (X5, IDX - 2))),
    ],
    6: [
        Program(twice_in_one_iteration, ((X4,),)),
        Program(inner_loop_stores_again, ((X4,),)),
        Program(load_of_the_right_version, ((X4,), (X4[:1],))),
        Program(whole_then_element, ((X4, 3), (X4, 0))),
        Program(overwritten_by_branch, ((X4,),)),
    ],
    7: [
        Program(wrapped, ((X4, 0, 3), (X4, -1, 3), (X4, 1, -3), (X4, -4, 2), (X4, 2, 2))),
        Program(minus_in_loop, ((X4,),)),
        Program(empty_slices, ((X4,), (np.array([]),))),
        Program(negative_steps, ((X4,), (X5,))),
        Program(beyond_slices, ((X4,), (X4[:1],))),
    ],
    8: [
        Program(broadcast_rows, ((signed(3, 4), signed(3, 1)), (signed(1, 4), signed(3, 1)), (signed(3, 1), signed(1, 1)), (signed(1, 1), signed(2, 3)))),
        Program(broadcast_store, ((signed(3, 4), signed(3, 1)), (signed(3, 4), signed(1, 4)), (signed(1, 1), signed(1, 1)))),
        Program(broadcast_accumulate, ((signed(3, 1), signed(1, 4)), (signed(1, 1), signed(3, 4)))),
        Program(outer_by_broadcasting, ((X3, X4), (X3[:1], X4), (X3, X4[:1]))),
        Program(scaled, ((X3, 1.5), (X3, np.float64(1.5)), (X3, X4[:1]), (X4[:1], X3))),
        Program(mixed, ((X3, X3 * 2.0), (X3[:1], X4))),
    ],
    9: [
        Program(partial_last, ((X5, 1.5), (X5, 100.0), (X5, 0.0), (X5[:0], 0.0)), analytic=False),
        Program(partial_with_arrays, ((X5, 0.5), (X5, 100.0), (X5, 0.0), (X5[:1], 0.0)), analytic=False),
        Program(partial_while_return, ((0.9, 5), (0.1, 3), (0.9, 0), (3.5, 2)), analytic=False),
        Program(nested_exits, ((numbers(3), 5, 9), (numbers(3), 1, 9), (numbers(3), 5, 4), (numbers(3), 0, 0), (numbers(3), 2, 8)), analytic=False),
        Program(zero_then_some, ((0.7, 3), (0.7, 1), (0.7, 0))),
    ],
}  # fmt: skip
