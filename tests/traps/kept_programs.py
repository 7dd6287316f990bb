"""Python's standard library where items are kept, copied or entered one by one, and stars and strict zips; see test_trap_standard.py."""
# ruff: noqa  (odd on purpose)

import contextlib
import copy
import itertools
import math
import sys

import numpy as np
from judge import Cases

CASES = Cases()
case = CASES.case
A = np.array([0.3, -0.7, 1.1, 0.4])
M = np.array([[0.3, -0.7], [1.1, 0.4], [0.9, -0.2]])


class Scale:
    def __init__(self, s):
        self.s = s

    def __enter__(self):
        self.s = self.s * 2.0
        return self

    def __exit__(self, *exc):
        self.s = self.s + 100.0


class Swallows:
    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        return kind is ValueError


# -- zip_longest, groupby, tee ---------------------------------------------------------------------------------------


@case(A, 6)
@case(A, 2)
def longest_of_run_time(a, n):
    total = 0.0
    for i, (k, u, v) in enumerate(itertools.zip_longest(range(n), a, a[::2], fillvalue=2)):
        total += (k + 1) * u * v * i
    return total


@case(A)
def longest_with_none(a):
    total = 0.0
    for u, v in itertools.zip_longest(a[:2], [1.0, 2.0, 3.0]):
        total += v if u is None else u * v
    return total


@case(A)
def longest_in_a_list(a):
    rows = list(itertools.zip_longest([a[0], a[1]], [1.0, 2.0, 3.0], (a[3],), fillvalue=0.5))
    return sum(u * v + w for u, v, w in rows)


@case(A, refused="AD193")
def longest_of_what_changes(a):
    kept, total = [a[0], a[1], a[2]], 0.0
    for u, v in itertools.zip_longest(kept, a, fillvalue=1.0):
        kept[1] = 3.0
        total += u * v
    return total


@case(A, refused="AD113")
def longest_of_what_is_written(a):
    a, total = a.copy(), 0.0
    for u, v in itertools.zip_longest(a, a[:2], fillvalue=1.0):
        a[1] = 3.0
        total += u * v
    return total


@case(A, refused="AD191")
def longest_of_what_is_computed(a):
    def noted():
        for v in a:
            yield v * total

    total = 1.0
    for u, v in itertools.zip_longest(noted(), [1.0, 2.0]):
        total += u
    return total


@case(A)
def grouped(a):
    total = 0.0
    for k, group in itertools.groupby(range(4), key=lambda i: i // 2):
        total += (k + 1) * sum(a[i] for i in group) ** 2
    for k, group in itertools.groupby([("u", a[0]), ("u", a[1]), ("v", a[2])], key=lambda pair: pair[0]):
        values = list(group)
        total += len(values) * sum(v for _, v in values)
    return total


@case(A)
def grouped_by_themselves(a):
    total = 0.0
    for k, group in itertools.groupby("aabbb"):
        first = next(group)
        total += a[0] * len(list(group)) * (2.0 if first == "a" else 3.0)
    pairs = [(k, list(group)) for k, group in itertools.groupby([0, 0, 1, 1, 2])]
    return total + sum(k * len(group) * a[k] for k, group in pairs)


@case(A, refused="AD106")
def grouped_by_values(a):
    return sum(sum(group) ** 2 for _, group in itertools.groupby(a, key=lambda v: v > 0))


@case(A, refused="AD208")
def grouped_by_what_changes(a):
    total, shift = 0.0, [0]
    for k, group in itertools.groupby([1, 2, 3, 4], key=lambda i: i // 2 + shift[0]):
        shift[0] += 1
        total += k * sum(group) * a[0]
    return total


@case(A, refused="AD193")
def grouped_and_changed(a):
    total, data = 0.0, [1, 1, 2, 2]
    for k, group in itertools.groupby(data):
        data[1] = 2
        total += k * sum(group) * a[0]
    return total


@case(A)
def teed(a):
    first, second = itertools.tee(a)
    next(second)
    u, v, w = itertools.tee([a[0], a[1], a[2]], 3)
    next(v), next(w), next(w)
    return sum(p * q for p, q in zip(first, second)) + sum(p * q * r for p, q, r in zip(u, v, w))


@case(A, refused="AD208")
def teed_and_left(a):
    first, second = itertools.tee(a)
    for v in first:
        break
    return v + next(first) + sum(second)


@case(A, refused="AD113")
def teed_and_written(a):
    b = a.copy()
    first, second = itertools.tee(b)
    b[0] = 2.0
    return sum(first) * sum(second)


# -- ExitStack -------------------------------------------------------------------------------------------------------


@case(1.5)
@case(-1.5)
def stacked(x):
    log = [1.0]
    try:
        with contextlib.ExitStack() as stack:
            one = stack.enter_context(Scale(x))
            two = stack.enter_context(Scale(one.s))
            stack.callback(log.append, 5.0)
            y = math.log(two.s)
    except ValueError:
        y = x * x
    return y * sum(log) + one.s * two.s


@case(1.5)
def stacked_in_a_loop(x):
    scales, product = [Scale(x), Scale(x * x), Scale(2.0)], 1.0
    with contextlib.ExitStack() as stack:
        for scale in scales:
            product *= stack.enter_context(scale).s
        later = stack.pop_all()
    inside = sum(scale.s for scale in scales)
    later.close()
    return product + inside * sum(scale.s for scale in scales)


@case(1.5, refused="AD156")
def stacked_and_swallowed(x):
    with contextlib.ExitStack() as stack:
        stack.enter_context(Swallows())
        x = math.log(x)
    return x


# -- copies ----------------------------------------------------------------------------------------------------------


@case(A)
def deeply_copied(a):
    kept = [a[0], 1.0]
    old = {"a": a * 1.0, "b": kept, "c": (kept, Scale(a[1]))}
    new = copy.deepcopy(old)
    new["a"][0] = 2.0
    new["b"][1] = a[1]
    new["c"][1].s = a[2] * 3.0
    return np.sum(a * new["a"]) + new["c"][0][1] * kept[1] + old["c"][1].s * new["c"][1].s + old["a"][0]


@case(A)
def copied_around_a_circle(a):
    scale = Scale(a[0])
    scale.me = scale
    new = copy.deepcopy(scale)
    new.me.s = a[1] * 2.0
    return scale.s * new.s


@case(A, refused="AD104")
def deeply_copied_twice(a):
    new = copy.deepcopy([a[:2], a[:2]])
    new[0][0] = 5.0
    return new[1][0] * a[1]


@case(1.5)
def from_keys(x):
    table = dict.fromkeys("abc", 0.0)
    for k, key in enumerate(table):
        table[key] += x**k
    one = dict.fromkeys(["u", "v"], [x])
    one["u"].append(2.0)
    return sum(table.values()) * len(one["v"]) + sum(one["v"])


# -- stars and strict zips -------------------------------------------------------------------------------------------


@case(A)
@case(A[:2])
@case(A[:1])
def starred_array(a):
    first, *middle, last = a
    return first * last + sum(v**2 for v in middle) + len(middle)


@case(A)
def starred_at_the_ends(a):
    *head, last = a
    first, *tail = [v * 2.0 for v in a]
    return len(head) * last * head[0] + head[-1] * sum(tail) + first


@case(M)
def starred_rows(m):
    first, *rest = m
    return np.sum(first * rest[-1]) + sum(np.sum(row) ** 2 for row in rest)


@case(M)
def starred_rows_written(m):
    m = m.copy()
    first, *rest = m
    m[1, 0] = 5.0
    return np.sum(rest[0]) * first[0]


@case(A)
@case(A[:3])
def strictly_with_a_list(a):
    return sum(u * v for u, v in zip(a, [1.0, 2.0, 3.0, 4.0], strict=True))


@case(A)
@case(A[:3])
def strictly_after_a_list(a):
    total = 0.0
    for k, (u, v, w) in enumerate(zip((1.0, 2.0, 3.0), a[:3], a[1:], strict=True)):
        total += u * v * w * k
    return total


@case(A, refused="AD182")
def strictly_with_what_is_computed(a):
    return sum(u * v for u, v in zip(map(math.sin, a), [1.0, 2.0, 3.0, 4.0], strict=True))


@case(1.5, backends=("python",))
def shown_as_an_error(x):
    print("x is", x, file=sys.stderr)
    print(f"x is {x}", file=sys.stdout)
    return x * x


@case(1.5, refused="AD604", backends=("numba",))
def shown_as_an_error_by_numba(x):
    print("x is", x, file=sys.stderr)
    return x * x


@case(1.5)
@case(-1.5)
def stacked_and_raising(x):
    log = [1.0]
    try:
        with contextlib.ExitStack() as stack:
            stack.callback(log.append, 5.0)
            stack.callback(math.log, x)
            log.append(x)
    except ValueError:
        log.append(7.0)
    return sum(log) * x
