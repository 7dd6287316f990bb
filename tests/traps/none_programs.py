"""Names that are None on one path and a number, an array or a list on another; see test_trap_statements.py."""
# ruff: noqa  (odd on purpose)

import math

import numpy as np
from judge import Cases

CASES = Cases()
case = CASES.case
A = np.array([0.3, -0.7, 1.1])


@case(A)
@case(-A)
def best(a):
    found = None
    for v in a:
        if found is None or v > found:
            found = v
    return found * 2.0


@case(A)
@case(-np.abs(A))
def best_that_may_be_missing(a):
    found = None
    for v in a:
        if v > 0.0 and (found is None or v < found):
            found = v
    if found is None:
        return a[0] * 3.0
    return found * found


@case(-np.abs(A))
def none_is_used(a):
    found = None
    for v in a:
        if v > 0.0:
            found = v
    return found * 2.0


@case(1.5)
@case(-1.5)
def either(x):
    y = None
    if x > 0.0:
        y = x * x
    return x if y is None else y * x


@case(1.5)
@case(-1.5)
def other_way_round(x):
    y = x * x
    if x < 0.0:
        y = None
    if y is not None:
        z = y * 2.0
    else:
        z = x
    return z if y != None else z * 5.0


@case(1.5)
@case(-1.5)
def from_a_function(x):
    def root(v):
        if v < 0.0:
            return None
        return math.sqrt(v)

    r = root(x)
    s = root(x * x)
    assert s is not None
    return s + (r if r is not None else 10.0 * x)


@case(1.5)
@case(-1.5)
def to_a_function(x):
    def scaled(v, by=None):
        if by is None:
            by = v
        return v * by

    y = None
    if x > 0.0:
        y = 3.0
    return scaled(x, y) + scaled(x, by=y) * scaled(x)


@case(1.5)
@case(-1.5)
def truth(x):
    y = None
    if x >= 0.0:
        y = x
    total = 1.0 * x
    if y:
        total += 2.0 * y
    if not y:
        total += 10.0
    return total + (y or 7.0 * x) + (100.0 if y == 1.25 else 1000.0)


@case(A)
@case(-A)
def arrays(a):
    best = None
    for k in range(3):
        b = a * (k - 1.0)
        if best is None or b.sum() > best.sum():
            best = b
    best = best.copy()
    best[0] = best[1] * 3.0
    return (best * a).sum()


@case(A)
@case(-A)
def rows_of_pairs(a):
    pair = None
    for k in range(3):
        if pair is None or a[k] > pair[1]:
            pair = (k * a[k], a[k])
    i, v = pair
    return i * v


@case(A)
def two_loops(a):
    total = 0.0
    for u in a:
        nearest = None
        for v in a:
            if v != u and (nearest is None or abs(u - v) < abs(u - nearest)):
                nearest = v
        total += nearest * u
    return total


@case(A)
def previous(a):
    last = None
    total = 0.0
    for v in a:
        if last is not None:
            total += (v - last) ** 2
        last = v
    return total * last


class Running:
    def __init__(self):
        self.mean = None

    def add(self, v):
        if self.mean is None:
            self.mean = v
        else:
            self.mean = 0.5 * self.mean + 0.5 * v


@case(A)
def an_attribute(a):
    r = Running()
    for v in a:
        r.add(v)
    return r.mean * a[0]


@case(1.5)
@case(-1.5)
def asked_by_its_class(x):
    y = None
    if x > 0.0:
        y = x * x
    if isinstance(y, float):
        return y * 3.0
    return x * (2.0 if isinstance(y, type(None)) else 3.0)


@case(1.5)
@case(-1.5)
def in_a_container(x):
    y = x * x if x > 0.0 else None
    items = [x, y]
    d = {"y": y}
    t = 0.0
    for v in items:
        if v is not None:
            t += v
    return t * (1.0 if d["y"] is None else d["y"])


@case(1.5)
@case(-1.5)
def a_list_or_none(x):
    kept = None
    if x > 0.0:
        kept = [x, 2.0 * x]
    return sum(kept) if kept is not None else x


@case(-1.5, 1)
@case(1.5, 1)
def while_none(x, n):
    found = None
    k = n
    while found is None:
        if k * 1.3 > abs(x):
            found = k * x
        k += 1
    return found * x


@case(1.5, refused="AD184")
def shown(x):
    y = x if x > 0.0 else None
    print(y)
    return x


@case(1.5, refused="AD152")
def matched(x):
    y = x if x > 0.0 else None
    match y:
        case None:
            return x
        case _:
            return y


@case(1.5, refused="AD189")
def returned(x):
    return x if x > 0.0 else None
