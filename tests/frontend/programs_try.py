"""Exceptions that are caught, with what is printed on the way: by clause, from a helper, out of loops, through `finally`."""

import math

import numpy as np
from frontend_cases import case

A3 = np.array([0.3, -0.7, 1.1])


def checked(v):
    print("checked", v)
    if v < 0.0:
        raise ValueError("negative")
    return math.sqrt(v)


@case(2.0, -2.0, 0.0)
def clauses(x):
    try:
        y = checked(x) + 1.0 / x
        print("fine")
    except ZeroDivisionError:
        print("zero")
        y = 1.0
    except ValueError as error:
        print(f"{error}")
        y = x * x
    else:
        y = y * 3.0
    finally:
        print("always")
    return y


@case((A3, 5), (A3, 1), (A3[:1], 0), (A3[:0], 0), loose=True)
def out_of_a_loop(a, i):
    total = 0.0
    try:
        for k, v in enumerate(a):
            try:
                total += checked(v)
            except ValueError:
                if k == i:
                    return total
                continue
            finally:
                total += 1.0
        total += a[i]
    except IndexError:
        total -= 1.0
    return total


@case(2.0, -2.0)
def through_a_finally(x):
    try:
        print("before")
        return checked(x)
    finally:
        print("after")


@case(-2.0)
def raised_again(x):
    try:
        return checked(x)
    except ValueError:
        print("seen")
        raise


@case(2.0, -2.0)
def tables(x):
    table = {"a": x}
    try:
        y = table["b"]
    except KeyError:
        y = 0.5
    try:
        return y * [x, y][int(x)]
    except IndexError:
        return y
