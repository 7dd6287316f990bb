"""Where something is read or written: 4 repeated indices, 7 wrapped indices and odd slices, 8 extents of one and mixed widths
(`test_trap_values.py`)."""

import numpy as np
from prog_corpus import Program, numbers, signed

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


IDX = np.array([0, 2, 0, 1, 2])
IJ = (np.array([0, 1, 0, 2]), np.array([1, 1, 1, 0]))
X3, X4, X5 = signed(3, seed=7), numbers(4, seed=2), numbers(5, seed=3)

TRAPS = {
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
}  # fmt: skip
