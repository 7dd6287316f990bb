"""What Numba makes of functions and lists: `vectorize`, `guvectorize`, `typed.List`; see test_trap_standard.py."""
# ruff: noqa  (odd on purpose)

import numba
import numpy as np
from judge import Cases

CASES = Cases()
case = CASES.case
A = np.array([0.3, -0.7, 1.1, 0.4])


@numba.vectorize(["float64(float64, float64)"])
def larger_squared(a, b):
    if a > b:
        return a * a
    return a * b


@numba.vectorize(["int64(int64)", "float64(float64)"])
def doubled(a):
    return a * 2


@numba.vectorize
def undeclared(a, b):
    if a > 0:
        return a * b
    return a + b


@numba.guvectorize(["void(float64[:], float64, float64[:])"], "(n),()->(n)")
def scaled(a, s, out):
    for i in range(a.shape[0]):
        out[i] = a[i] * s


@numba.guvectorize(["void(float64[:], float64[:], float64[:], float64[:])"], "(n),()->(n),()")
def scaled_and_squared(a, s, out, square):
    square[0] = s[0] * s[0]
    for i in range(len(a)):
        out[i] = a[i] * s[0]


@numba.guvectorize(["void(float64[:,:], float64[:], float64[:])"], "(m,n),(n)->(m)")
def product(a, x, out):
    for i in range(a.shape[0]):
        out[i] = 0.0
        for j in range(a.shape[1]):
            out[i] += a[i, j] * x[j]


@case(A)
@case(A[:0])
def by_element(a):
    return np.sum(larger_squared(np.outer(a, a), a)) + np.sum(larger_squared(a, 0.5))


@case(A)
def of_numbers(a):
    return larger_squared(a[0], 2.0) + larger_squared(a[1], a[2]) * larger_squared(2, a[0])


@case(A)
def first_types_that_fit(a):
    return np.sum(doubled(np.arange(4)) * doubled(a)) + doubled(3) * a[0]


@case(A)
def types_of_the_call(a):
    return np.sum(undeclared(a, a[::-1]))


@case(A, refused="AD208")
def other_floats(a):
    return np.sum(larger_squared(a, np.float32(2.0)))


@case(A, refused="AD208")
def into_an_array(a):
    out = np.zeros(4)
    larger_squared(a, a, out)
    return out.sum()


@case(A)
def by_row(a):
    return np.sum(scaled(a, a[0]) ** 2) + np.sum(scaled(np.outer(a, a), a) ** 3)


@case(A)
def two_results(a):
    out, square = scaled_and_squared(a, a[1])
    rows, squares = scaled_and_squared(a, a[:2])
    return np.sum(out * out) * square + np.sum(rows * rows) * np.sum(squares)


@case(A)
@case(A[:3])
def matrix_and_vector(a):
    m = np.outer(A, A)
    return np.sum(product(m, a) ** 2) + np.sum(product(np.array([m, m]), a))


@case(A)
def typed_list(a):
    kept = numba.typed.List()
    for v in a:
        kept.append(v * v)
    pair, empty = numba.typed.List([a[0], a[1]]), numba.typed.List.empty_list(numba.float64)
    empty.append(a[2])
    pair[0] *= 2.0
    return sum(kept) + pair[0] * pair[1] * empty[-1]
