"""Exceptions that are caught, in programs that are easily run wrong; see test_trap_statements.py."""
# ruff: noqa  (odd on purpose)

import math

import numpy as np
from judge import Cases

CASES = Cases()
case = CASES.case
A = np.array([0.3, -0.7, 1.1])


class Own(ValueError):
    pass


def positive(v):
    if v < 0.0:
        raise Own("negative")
    return math.sqrt(v)


@case(0.7)
@case(-0.7)
def log_or_line(x):
    try:
        return math.log(x)
    except ValueError:
        return x * 3.0


@case(2.0, 0)
@case(2.0, 2)
def division(x, y):
    try:
        z = x / y
    except ZeroDivisionError:
        z = x * x
    return z * x


@case(0.7)
@case(-0.7)
def the_rest_of_the_expression_does_not_run(x):
    seen = [0.0]

    def note(v):
        seen[0] += v
        return v

    try:
        y = note(x) + math.log(x) + note(2.0 * x)
    except ValueError:
        y = 5.0
    return y * seen[0]


@case(A)
def in_a_loop(a):
    total = 0.0
    for v in a:
        try:
            total += math.log(v)
        except ValueError:
            total -= v * v
        else:
            total *= 2.0
    return total


@case(A)
def around_a_loop(a):
    total = 1.0
    k = 0
    try:
        for v in a:
            k += 1
            total += math.sqrt(v) * k
    except ValueError:
        total = total * 10.0 + k
    return total


@case(A, 1)
@case(A, 7)
@case(A, -3)
@case(A, -4)
def index(a, i):
    try:
        v = a[i]
    except IndexError:
        v = a[0] * a[1]
    return v * v


@case(0.7)
@case(-0.7)
def in_a_helper(x):
    try:
        y = positive(x) * 2.0
    except Own:
        y = -x
    return y


@case(-0.7)
@case(0.7)
def in_a_helper_that_catches_too(x):
    def inner(v):
        try:
            return positive(v)
        except ZeroDivisionError:
            return 100.0

    try:
        return inner(x)
    except (TypeError, Own):
        return x * x


@case(-0.7)
def first_clause_that_fits(x):
    try:
        return positive(x)
    except ZeroDivisionError:
        return 1.0
    except ValueError:
        return x * 2.0
    except Own:
        return x * 3.0


@case(-0.7)
def not_caught(x):
    try:
        return positive(x)
    except (KeyError, ZeroDivisionError):
        return 1.0


@case(0.7)
@case(-0.7)
def variables_keep_what_was_done(x):
    y = x
    try:
        y = y * 2.0
        y = y + math.sqrt(x)
        y = y * 3.0
    except ValueError:
        y = y + 1.0
    return y


@case(0.7)
@case(-0.7)
def writes_keep_what_was_done(x):
    b = np.zeros(3)
    try:
        b[0] = x
        b[1] = math.sqrt(x)
        b[2] = 5.0 * x
    except ValueError:
        b[2] = x * x
    return b.sum() * b[0]


@case(0.7)
@case(-0.7)
def finally_after_return(x):
    log = [0.0]

    def inner(v):
        try:
            return math.log(v) + log[0]
        except ValueError:
            return v + log[0]
        finally:
            log[0] += v

    return inner(x) * 2.0 + log[0]


@case(A)
def finally_after_continue_and_break(a):
    total = 0.0
    for v in a:
        try:
            if v < 0.0:
                continue
            if v > 1.0:
                break
            total += v
        finally:
            total = total * 2.0 + 1.0
        total += 0.25 * v
    return total


@case(0.7)
@case(-0.7)
def raised_again(x):
    try:
        try:
            return math.log(x)
        except ValueError:
            raise
    except ValueError:
        return x * 7.0


@case(-0.7)
def raised_as_another(x):
    try:
        try:
            return math.log(x)
        except ValueError as error:
            raise KeyError("no") from error
    except KeyError:
        return x * 7.0


@case(-0.7, backends=("python",))
def raised_in_the_handler(x):
    try:
        return math.log(x)
    except ValueError:
        return math.sqrt(x)


@case(0.7)
@case(-0.7)
def the_else_is_not_protected(x):
    y = 1.0
    try:
        try:
            y = abs(x)
        except ValueError:
            y = 50.0
        else:
            y = math.sqrt(x)
    except ValueError:
        y = x * y * 3.0
    return y


@case(0.7, 0)
@case(-0.7, 2)
@case(0.7, 2)
def several_in_one_expression(x, y):
    try:
        return math.log(x) * (1.0 / y) + math.sqrt(x)
    except ZeroDivisionError:
        return x * 3.0
    except ValueError:
        return y * x


M = np.array([[4.0, 1.2, 0.3], [0.7, 3.1, 1.1], [0.2, 0.9, 2.3]])


@case(M, A)
@case(-M, A)
@case(M, A * np.nan)
def a_factor_or_the_matrix(m, a):
    """The way back passes the factorisation that failed."""
    try:
        y = np.linalg.cholesky(m)
    except np.linalg.LinAlgError:
        y = m * 3.0
    return np.sum(y * m)


@case(M)
@case(np.full((3, 3), np.nan))
def a_spectrum_or_nothing(m):
    y = m[:, 0] * 0.0 + 2.0
    try:
        u, y, vh = np.linalg.svd(m)
    except np.linalg.LinAlgError:
        return 0.5
    return np.sum(y * y * y)


@case(M, 0)
@case(M, 1)
def a_spectrum_or_a_row(m, d):
    try:
        with np.errstate(all="ignore"):
            y, v = np.linalg.eigh(m / d)
    except np.linalg.LinAlgError:
        return np.sum(m[0] ** 2)
    return np.sum(y * y)
