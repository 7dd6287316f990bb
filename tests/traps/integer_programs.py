"""Programs in which a Python int leaves 64 bits, or nearly does; NumPy's that wrap; divisors and shift counts out of range."""

import math

import numpy as np

BIG, LOW = 2**63 - 1, -(2**63)
V = np.array([1.0, 2.0, 3.0])
M = np.arange(1.0, 13.0).reshape(3, 4)

# What CPython computes, compiled code computes as well.
FITS: list[tuple] = []
# CPython computes it; compiled code has no room for it and says so.
WIDE: list[tuple] = []
# CPython raises.
RAISES: list[tuple] = []


def put(where, *args):
    def note(function):
        where.append((function, args))
        return function

    return note


@put(WIDE, 0.7, 30)
@put(FITS, 0.7, 20)
def factorial(x, n):
    k = 1
    for i in range(1, n + 1):
        k *= i
    return x * k


@put(WIDE, 0.7, 93)
@put(FITS, 0.7, 92)
def fibonacci(x, n):
    a, b = 0, 1
    for _ in range(n - 1):
        a, b = b, a + b
    return x * b


@put(WIDE, 0.7, -2, 64)
@put(WIDE, 0.7, 3, 50)
@put(FITS, 0.7, -2, 63)
@put(FITS, 0.7, -1, 2**53 + 1)
@put(FITS, 0.7, 0, 0)
def power(x, n, m):
    return x * n**m


@put(WIDE, 0.7, 1, 70)
@put(WIDE, 0.7, 1, 63)
@put(FITS, 0.7, -1, 63)
@put(FITS, 0.7, 0, 100)
@put(RAISES, 0.7, 1, -1)
def shifted_left(x, n, m):
    return x * (n << m) + x


@put(FITS, 0.7, 5, 100)
@put(FITS, 0.7, -5, 100)
@put(RAISES, 0.7, 5, -1)
def shifted_right(x, n, m):
    return x * (n >> m) + x


@put(WIDE, 0.7, LOW)
@put(FITS, 0.7, BIG)
def negated(x, n):
    return x * -n + x * abs(n)


@put(WIDE, 0.7, LOW, -1)
@put(RAISES, 0.7, 5, 0)
@put(FITS, 0.7, LOW, 3)
def divided(x, n, m):
    q, r = divmod(n, m)
    return x * q + r


@put(FITS, 0.7, LOW, -1)
def remainder_of_the_lowest(x, n, m):
    return x * (n % m + 2)


@put(RAISES, 0.5, 5, 0)
def dead_quotient(x, n, m):
    k = n // m
    return x * x


@put(RAISES, 0.5, 5, 0)
def quotient_of_ints(x, n, m):
    return x * (n / m)


@put(RAISES, np.nan)
@put(RAISES, np.inf)
@put(WIDE, 1e19)
def whole_part(x):
    return x * 0.0 + int(x)


@put(RAISES, np.nan)
def dead_whole_part(x):
    k = int(x)
    return 1.0 + 0.0 * x


@put(WIDE, -1e19)
@put(FITS, 2.7)
def rounded(x):
    return x * math.floor(x) + round(x) + math.ceil(x) + math.trunc(x)


@put(WIDE, 2.0**53, 2**53 + 1)
@put(FITS, 2.0**53 - 2.0, 2**53 + 1)
@put(FITS, 0.5, BIG)
def compared_with_a_float(x, n):
    return 2.0 * x if n > x else 3.0 * x


@put(RAISES, V, BIG)
@put(RAISES, V, LOW)
def index_overflows(x, n):
    return x[n + n] * 2.0


@put(RAISES, V, BIG)
def store_overflows(x, n):
    a = x * 1.0
    a[n + n] = 9.0
    return np.sum(a * a)


@put(RAISES, V, 5, 0)
def remainder_as_index(x, n, m):
    return x[n % m] * 2.0


@put(RAISES, V, 2**32, 2**32)
def size_overflows(x, n, m):
    return np.sum(x) + np.sum(np.zeros(n * m))


@put(WIDE, V, BIG)
def slice_bound_overflows(x, n):
    return np.sum(x[: n + n]) * x[0]


@put(FITS, V, BIG)
@put(FITS, V, LOW)
@put(FITS, V, -2)
def slices_from_afar(x, n):
    a = x * 1.0
    a[n:] = x[n:] * 7.0
    a[:n] += 2.0 * x[:n]
    return np.sum(a) + np.sum(x[::n]) * x[1]


@put(FITS, V, BIG)
def not_taken(x, n):
    if n < 10:
        return x[0] * (n * n)
    if n < 20 and n * n < 300:
        return x[0] * 2.0
    return x[0] * (n + n if n < 0 else 3) + (x[1] if n > 5 or n + n < 0 else x[2])


@put(FITS, V, BIG, 0)
def loops_that_do_not_run(x, n, m):
    s = x[1]
    for i in range(m):
        s += x[0] * (n * n + i)
    while m > 0:
        s += x[0] * (n + n)
        m -= 1
    return s


@put(FITS, V, LOW)
def range_of_the_lowest(x, n):
    s = x[0]
    for i in range(n):
        s = s * x[i]
    return s


@put(FITS, V, BIG - 2, BIG)
@put(WIDE, V, LOW, BIG)
def range_at_the_end(x, first, last):
    s = x[0]
    for i in range(first, last, 1 if first > 0 else 2**62):
        s = s * x[1] + i % 7
    return s


@put(FITS, V, 2, 1)
@put(RAISES, V, 2, BIG)
@put(RAISES, V, 2, LOW)
def offset(x, n, k):
    s = 0.0
    for i in range(n):
        s += x[i + k] * x[i]
    return s


@put(FITS, M.ravel(), 3, 4)
@put(RAISES, M.ravel(), 2**31, 2**31)
@put(RAISES, M.ravel(), 1, 2**40)
def flat_index(x, n, m):
    s = 0.0
    for i in range(n):
        for j in range(m):
            s += x[i * m + j] * (i - j)
    return s


@put(FITS, V, 5)
@put(FITS, V, 2**31)
@put(FITS, V, 2**40)
@put(FITS, V, -(2**59))
@put(WIDE, V, BIG)
def weights(x, seed):
    s = 0.0
    for i in range(len(x)):
        s += x[i] * ((seed * i + 12345) % 1001)
    return s


@put(WIDE, 0.3, [1, 2, BIG])
@put(FITS, 0.3, [1, 2, 3])
def sum_of_a_list(x, items):
    s = 0
    for item in items:
        s += item
    return x * (s + sum(items))


@put(FITS, V, np.array([BIG, 3]))
def numpy_wraps(x, k):
    s, p = k[0] + k[0], k[0] * k[1]
    whole = x[0] * float(s) + x[1] * float(p) + float(np.sum(k)) + float((k * k)[1] - (k + k)[0])
    return whole + (x[0] if s < k[0] else x[1])


@put(FITS, V, np.int64(5), np.int64(0))
@put(FITS, V, np.int64(LOW), np.int64(-1))
def numpy_divides(x, n, m):
    return x[0] * float(n // m) + float(n % m)


@put(FITS, V, np.int64(-5), np.int64(70))
@put(FITS, V, np.int64(5), np.int64(-70))
def numpy_shifts(x, n, m):
    return x[0] * float(n << m) + x[1] * float(n >> m)


@put(FITS, V, np.array([3, -4, LOW]), np.array([2, 0, -1]), 70)
@put(FITS, V, np.array([3, -4, 100], np.int8), np.array([2, 0, 9], np.int8), 3)
@put(FITS, V, np.array([3, 4, 100], np.uint64), np.array([2, 70, 9], np.uint64), 64)
def numpy_arrays(x, k, m, n):
    return np.sum(x * (k // m)) + np.sum(x * (k % m)) + np.sum(x * (m << k % 4)) + np.sum(x * (k >> n)) + np.sum(x * (k << n))


@put(RAISES, V, 300)
@put(RAISES, V, np.int64(-200))
@put(FITS, V, 100)
def small_element(x, n):
    a = np.zeros(3, np.int8)
    a[0] = n
    a[1:] = n
    return x[0] * float(a[0]) + x[1] * float(a[2])


@put(RAISES, V, 1e300)
@put(RAISES, V, np.nan)
@put(FITS, V, -2.7)
def float_into_an_integer(x, y):
    a = np.zeros(3, int)
    a[0] = y
    return x[0] * float(a[0])


@put(WIDE, 2.0, 2**70)
@put(FITS, 2.0, 3)
def large_on_purpose(x, n):
    if n > BIG:
        return x * 3.0
    return x * n


@put(FITS, V, np.int64(3), np.int64(50))
def numpy_power(x, n, m):
    return x[0] * float(n**m)


@put(WIDE, V, np.uint64(2**63 + 5))
@put(FITS, V, np.uint64(2**62 + 5))
def unsigned(x, n):
    return x[0] * int(n) + float(n >> np.uint64(70))


@put(WIDE, V, np.uint64(2**63 + 5))
def from_unsigned(x, n):
    return x[0] * (int(n) // 2)


@put(WIDE, V, BIG)
def passing_through(x, n):
    return x[0] * (n + n - n - n + 1)


@put(WIDE, V, 1)
def constants_that_fit_and_their_sum_does_not(x, n):
    return x[0] if n + 2**62 + 2**62 > 5 else x[1]


@put(WIDE, V, 3)
def constants_that_fit_and_their_product_does_not(x, n):
    return x[0] if n * 2**40 * 2**40 > 5 else x[1]


@put(WIDE, V, -3)
def constants_that_fit_and_their_difference_does_not(x, n):
    return x[0] if n - 2**62 - 2**62 < 5 else x[1]


@put(RAISES, V, 1)
def an_index_beyond_64_bits(x, n):
    return x[n + 2**62 + 2**62]
