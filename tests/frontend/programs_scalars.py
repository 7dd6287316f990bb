"""Scalars: arithmetic, promotion, comparisons, truth."""

import math
import operator

import numpy as np
from frontend_cases import case

F32, I32 = np.float32, np.int32


@case((7.5, 2.0), (-7.5, 2.0), (7, 2), (-7, 2), (7, -2.5), (np.float32(7), 2.0), (np.float64(-7), np.float32(3)), (5.0, 0.5))
def arithmetic(x, y):
    return x + y, x - y, x * y, x / y, x // y, x % y, x**y, -x, +x, abs(x)


@case((7, 3), (-7, 3), (True, 2), (np.int64(6), 4), (np.int32(6), np.int64(5)))
def integers(a, b):
    return a + b, a * b, a // b, a % b, a & b, a | b, a ^ b, a << b, a >> b, ~a, a**b


@case((1.0, 0.0), (1, 0), (np.float64(1), 0.0), (0.0, -1.0))
def division_by_zero(x, y):
    return x / y


@case((0.0, -1), (0.0, 2), (-8.0, 3))
def powers_at_hard_points(x, y):
    return x**y


@case(-3.5, 3, -0.0, np.float32(2.5))
def negative_powers_print_right(x):
    return -(x**2), (-x) ** 2, -2.0**2, 2 ** -1


@case((1.0, 2.0, 3.0), (2.0, 1.0, 3.0), (1.0, 1.0, 0.0))
def chained(a, b, c):
    return a < b < c, a <= b != c, a < b > c == 3.0


@case(1.0, -1.0)
def chained_once(x):
    def middle():
        print("middle")
        return x

    def last():
        print("last")
        return 3.0

    return 0.0 < middle() < last()


@case((0.0, 5.0), (3.0, 5.0), (0, 5), (np.float32(0), np.float32(1)), (np.float64(0), np.float64(1)))
def values_of_and_or(x, y):
    return x or y, x and y, not x


@case((None, 2.0), (3.0, 2.0))
def default_by_or(x, y):
    x = x or y
    return x * 2


@case((True, 2.0), (False, 2.0))
def flags(flag, x):
    return x if flag else -x, flag and x > 1, not flag


@case((None,), (1.5,))
def is_none(x):
    if x is None:
        return 0.0
    return x


@case(2.0, -2.0)
def is_true_of_a_comparison(x):
    positive = x > 0
    if positive is True:
        return 1.0
    return 2.0


@case(2.0, -2.0)
def is_not_false_of_a_comparison(x):
    return 1.0 if (x > 0) is not False else 2.0


@case(3.7, -3.7, 2.5, 3.5, -0.5, np.float32(2.5), np.float64(-2.5))
def conversions(x):
    return int(x), float(x), bool(x), round(x)


@case(-0.0, 0.0, math.nan, math.inf)
def signed_zero(x):
    return x * -1.0, -x, abs(x), x + 0.0, max(x, 0.0), min(x, -1.0)


@case(("sum", 2.0), ("mean", 2.0), ("", 2.0))
def strings(mode, x):
    if mode == "sum":
        return x
    elif mode.upper() in ("MEAN", "AVG"):
        return x / 2
    return x * 3 if mode else -x


@case(2.0)
def string_order(x):
    return x if "a" < "b" <= "b" and len("abc") == 3 else 0.0


@case((2.0, 3.0), (3.0, 2.0))
def builtin_functions(x, y):
    return max(x, y), min(x, y, 1.0), pow(x, y), divmod(x, y), abs(x - y), sum((x, y)), sum([x, y], 10.0)


@case(0.3, -0.7)
def mathematics(x):
    return (
        math.sin(x), math.exp(x), math.hypot(x, 2.0), math.atan2(x, 2), math.floor(x), math.ceil(x), math.trunc(x),
        math.copysign(1.0, x), math.fabs(x), math.pi * x, math.log1p(x), math.isnan(x), operator.mul(x, 2.0),
    )


@case(-1.0, 0.0, 4.0)
def domain_errors(x):
    return math.sqrt(x) + math.log(x)


@case((3,), (0,), (-1,))
def int_argument_in_a_branch(n):
    if n > 0:
        return n * 1.0
    return 2.0


@case((1.5, F32(2)), (np.float64(1.5), F32(2)), (True, F32(2)), (3, F32(2)), (np.int64(3), F32(2)), (I32(3), F32(2)))
def promotion(x, y):
    return x + y, x * y, x / y, 2 * y, y * 2.5, x - 1


@case(2.0)
def static_integers_grow(x):
    big = 2**70
    return x * float(big // 2**60)


@case(3.0, -3.0)
def walrus(x):
    if (y := x * 2) > 0:
        return y
    return (z := y + 1) * z


@case((2.0, 3))
def unary_and_bits(x, n):
    return +x, -n, ~n, not n, n & 1, -x**2


@case(1.0, 2.0)
def is_and_equal_of_tuples(x):
    pair = (1, 2)
    return x if pair == (1, 2) and pair != (1, 3) else -x


@case(np.zeros((2, 3)), np.zeros((3, 2)))
def shape_comparison(a):
    if a.shape == (2, 3):
        return 1.0
    return 2.0


@case(7.0)
def divmod_is_a_tuple(x):
    if divmod(7, 2) == (3, 1):
        return x
    return -x


@case(2.0, 0.0)
def conditional_expressions_nest(x):
    return (1.0 if x > 1 else 2.0 if x > 0 else 3.0) + (x if x else -1.0)


@case((1, 2.5), (0, 2.5))
def join_of_static_int_and_float(n, x):
    y = 0
    if n:
        y = x
    return y + 1.0


@case((2.0, 3.0))
def tuple_swap(a, b):
    a, b = b, a
    (a, b), c = (b, a), a
    return a, b, c


@case(2.5)
def named_things(x):
    x: float = x + 1
    x += 1
    x -= 0.5
    x *= 2
    x /= 3
    x **= 2
    x //= 1
    x %= 4
    return x


@case((5, 3))
def named_integers(a, b):
    a <<= 2
    a |= b
    a &= 13
    a ^= 1
    a >>= 1
    a //= 2
    return a


@case(1.0, -1.0)
def any_all(x):
    return any((x > 0, x > 5)), all([x > 0, x < 5]), any(v > 0 for v in (x, -x)), all(v > 0 for v in (x, -x))
