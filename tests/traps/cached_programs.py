"""Functions that keep their results, and dates; see test_trap_standard.py."""
# ruff: noqa  (as people write them)

import datetime as dt
import functools
import math
from datetime import date, timedelta

import numpy as np
from judge import Cases

CASES = Cases()
case = CASES.case
A = np.array([0.3, 0.7, 1.1])
START = date(2024, 1, 31)


@case(A)
def distance_of_words(c):
    a, b = "kitten", "sitting"

    @functools.lru_cache(None)
    def d(i, j):
        if i == 0:
            return j * c[0]
        if j == 0:
            return i * c[1]
        same = a[i - 1] == b[j - 1]
        return min(d(i - 1, j) + c[1], d(i, j - 1) + c[0], d(i - 1, j - 1) + (0.0 if same else c[2]))

    return d(len(a), len(b))


@case(A)
def deep(c):
    @functools.cache
    def term(n):
        return n + c[n % 3] if n < 2 else 0.3 * term(n - 1) + 0.5 * term(n - 2) * c[n % 3]

    return term(90)


@case(0.7)
def in_branches(x):
    @functools.cache
    def g(n):
        return n * x * x

    s = 0.0
    for i in range(4):
        if x > 0.2 * i * i:
            s += g(2)
        else:
            s += g(3) * g(2)
    return s + g(2)


@case(0.7)
def an_exception_is_not_kept(x):
    @functools.lru_cache(maxsize=8)
    def g(n):
        if n > 2:
            raise ValueError("too large")
        return n * x

    s = g(1)
    for _ in range(2):
        try:
            s += g(3)
        except ValueError:
            s += 2 * g(2)
    return s * g(2)


@case(0.7)
def decorated_by_a_call(x):
    g = functools.lru_cache(math.sin)
    h = functools.lru_cache(maxsize=None)(lambda v: v * v)
    return g(x) * h(x) + h(2.0)


@case(0.7, refused="AD177")
def reads_what_changes(x):
    k = x

    @functools.cache
    def g(n):
        return n * k

    a = g(2)
    k = 2 * x
    return a + g(2)


@case(A, refused="AD177")
def reads_an_array_that_changes(a):
    b = a * 1.0

    @functools.cache
    def g(n):
        return n * b[0]

    s = g(2)
    b[0] = 5.0
    return s + g(2)


@case(0.7, refused="AD177")
def reads_a_list_that_changes(x):
    held = [x]

    @functools.cache
    def g(n):
        return n * held[0]

    s = g(2)
    held[0] = 2 * x
    return s + g(2)


@case(0.7, 3, refused="AD177")
def notes_its_calls(x, n):
    log = []

    @functools.lru_cache(maxsize=None)
    def g(k):
        log.append(x * k)
        return k * x

    return g(2) + g(2) + g(n) + sum(log)


@case(0.04)
def payments(rate):
    end = date.fromisoformat("2026-01-31")
    value, day = 0.0, START
    while day < end:
        day = day + timedelta(days=182)
        value += math.exp(-rate * (day - START).days / 365)
    return value


@case(0.04)
def flows(rate):
    paid = [(date(2025 + k // 2, 3 + 6 * (k % 2), 1), 5.0 + 100 * (k == 5)) for k in range(6)]
    first = min(day for day, _ in paid) - timedelta(days=100)
    return sum(c / (1 + rate) ** ((day - first) / timedelta(days=365)) for day, c in sorted(paid, reverse=True))


@case(0.04)
def a_calendar(rate):
    weights = {date(2025, 1, 1): 0.5, date(2025, 1, 2): 0.7, START: 0.1}
    total = dt.timedelta(hours=3).total_seconds() * rate**2
    for day, w in weights.items():
        if day.weekday() < 3 and day != date(2025, 1, 2):
            total += w * rate * day.year
    return total if dt.datetime(2025, 1, 1, 12).hour == 12 else 0.0


@case(0.04, refused="AD177")
def asks_the_clock(rate):
    return rate * date.today().year


@case(0.04)
def no_such_day(rate):
    return rate * date(2024, 13, 1).day
