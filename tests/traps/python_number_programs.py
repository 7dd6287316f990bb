"""Numbers that are Python's on some paths only, where Python's operators raise; see test_trap_python_numbers.py."""
# ruff: noqa  (as people write them)

import numpy as np

PROGRAMS = []
SOME, NONE = np.array([0.5, 1.25, 2.0]), np.zeros(0)


def raises(good, *bad):
    """The program has a value for `good`, and raises a ZeroDivisionError for each of `bad`."""

    def note(fun):
        PROGRAMS.append((fun, good, bad))
        return fun

    return note


@raises((SOME,), (NONE,))
def mean(x):
    s = 0.0
    for v in x:
        s += v
    return s / len(x)


@raises((SOME,), (NONE,))
def mean_of_a_generator(x):
    return sum(v * v for v in x) / len(x)


@raises((SOME,), (NONE,))
def counted(x):
    n, m = 0, 0.0
    for v in x:
        n += 1
        m += v
    m /= n
    return m


@raises((SOME, 2), (SOME, 0))
def so_many(x, n):
    s = 0.0
    for i in range(n):
        s += x[i] * x[i]
    return 1.0 / s


@raises((SOME, 2), (SOME, 0), (NONE, 0))
def two_sums(x, n):
    s, w = 0.0, 0.0
    for i in range(n):
        s += x[i]
        w += x[i] ** 2
    return 3.0 + s / w


@raises((SOME,), (-SOME,))
def as_long_as_positive(x):
    m, i = 0.0, 0
    while i < len(x) and x[i] > 0:
        m = m + x[i] if i % 2 else m / (m + 1.0) + x[i]
        i += 1
    return 2.0 / m


@raises((SOME,), (-SOME,))
def rectified(x):
    h = x[0] if x[0] > 0 else 0.0
    return 2.0 / h


@raises((SOME,), (-SOME,))
def chosen(x):
    return 1.0 / max(x[0], 0.0)


@raises((SOME,), (-SOME,))
def chosen_of_three(x):
    return 1.0 / max(x[0], 0.0, x[1])


@raises((SOME,), (-SOME,))
def negated(x):
    h = 0.0
    if x[0] > 0:
        h = x[0]
    h = -h
    return 1.3 // h + (1.0 + x[1]) * x[1]


@raises((SOME,), (-SOME,))
def magnitude(x):
    h = x[0] if x[0] > 0 else 0.0
    return 1.0 / abs(h)


@raises((SOME,), (-SOME,))
def remainder(x):
    h = 0
    if x[0] > 0:
        h = x[0]
    return x[1] * x[1] + 3.1 % (h * 2.0)


@raises((SOME,), (-SOME,))
def powered(x):
    h = x[0] if x[0] > 0 else 0.0
    return h**-2


@raises((SOME,), (-SOME,))
def in_a_loop(x):
    total = x[1] * 0.0
    r = 0.0
    for v in x:
        if v > 0:
            r = v + 1.0
        total = total + 1.0 / r
    return total


@raises((SOME,), (np.array([0.5, -1.0, 2.0]),))
def back_to_pythons(x):
    """Python's again in the second round."""
    total = x[0] * 1.0
    r = 1.0
    for v in x:
        total = total + 0.5 / r
        r = v if v > 0 else 0.0
    return total


@raises((SOME, 1.0), (SOME[:1], -1.0))
def a_loop_in_a_branch(x, w):
    s = 0.0
    if w < 0:
        for i in range(1, len(x)):
            s += x[i]
    else:
        s = x[0]
    return 1.0 / s


@raises((SOME,), (-SOME,))
def nested(x):
    r, total = 0.0, 0.0
    for i in range(2):
        for v in x:
            if v > 0:
                r += v
            else:
                break
        total += 1.0 / r
    return total


@raises((SOME, 0.5), (SOME, 0.0))
def through_a_helper(x, w):
    def either(v):
        if v > 1e6:
            return v
        return w

    return x[1] / 2.0 + 1.0 / either(x[0])


@raises((SOME,), (-SOME,))
def unused(x):
    """Nobody reads the result, and it raises all the same."""
    h = x[0] if x[0] > 0 else 0.0
    lost = 1.0 / h
    return x[1] * x[2]


@raises((SOME,))
def never_zero(x):
    return 1.0 / max(1e-9, x[0]) + x[1] / max(x[2], 0.5)


@raises((SOME,), (NONE,))
def running_mean(x):
    s = 0.0
    for i in range(len(x)):
        s += (x[i] - s) / (i + 1)
    return s + x.shape[0] / len(x)


@raises((SOME,), (-SOME,))
def last_of_a_list(x):
    items = [0.0]
    for v in x:
        if v > 0:
            items.append(v)
    return 1.0 / items[-1]


@raises((SOME, 1), (SOME, 0))
def one_of_a_list(x, k):
    items = [0.0]
    for v in x:
        items.append(np.tanh(v))
    return 2.0 / items[k]


@raises((SOME, 1), (SOME, 2))
def written_into_a_list(x, k):
    items = []
    for v in x:
        items.append(v)
    items[2] = 0.0
    if x[0] > 5.0:
        items = [x[0], 0.0, 0.0]
    return items[0] / 2.0 + 1.0 / items[k]


def numpys_item(x):
    items = [0.0]
    for v in x:
        items.append(v * 0.0)
    return 1.0 / abs(items[1])


def numpys_dividend(x):
    """A number of NumPy's divided by zero is infinite, also where the divisor is Python's."""
    h = x[0] if x[0] > 0 else 0.0
    return x[1] / h


def numpys_divisor(x):
    """It may be Python's, and is not."""
    h = x[1] * 0.0 if x[0] < 0 else 0.0
    return 1.0 / h


def numpys_function(x):
    """It makes a number of NumPy's of Python's."""
    h = x[0] if x[0] > 0 else 0.0
    return 1.0 / np.absolute(h) + np.divide(1.0, h)


@raises((SOME,))
def operators_that_change_nothing(x):
    """What they give may be the operand itself, which another operator made."""
    h = x[0] if x[0] > 0 else 0.5
    a = +(h + 1.5)
    b = (h * 2.0) * 1 + 0 - 0.0
    c = -(-(h - 4.0)) ** 1 / 1
    return a / b + abs(+c) / (h + 3.0) + 1.0 / +(b + 1)


@raises((SOME,), (np.array([-1.0]),))
def a_sign_before_a_sum_that_is_zero(x):
    h = x[0] if x[0] > 0 else 0.5
    return 1.0 / +(h - 0.25 * (2.0 if x[0] < 0 else 1.0))


# Made one of NumPy's by its type: no division of them raises.


def quotient_of_a_converted_number(x, y):
    return np.float64(x) / y


def remainder_of_a_converted_number(x, y):
    p = np.float64(x) * 2.0
    try:
        k = p % y
    except ZeroDivisionError:
        k = 3.0
    return k * 0.5


def converted_divisor(x, y):
    return x // np.float32(y)


def converted_on_one_path(x, y):
    p = np.float64(x) if x > 1.0 else np.float64(2.0 * x)
    return p / y


def still_pythons(x, y):
    """Converted, and converted back."""
    return float(np.float64(x)) / y


CONVERTED = [quotient_of_a_converted_number, remainder_of_a_converted_number, converted_divisor, converted_on_one_path]
