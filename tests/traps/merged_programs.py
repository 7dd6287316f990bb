"""One of several lists or objects, depending on the path: what is read of it, and when it cannot be told apart; see test_trap_objects.py."""
# ruff: noqa  (as people write them)

import copy
import math
from dataclasses import dataclass

import numpy as np
from judge import Cases

CASES = Cases()
case = CASES.case


@dataclass
class P:
    x: float
    m: float = 1.0


class V:
    def __init__(self, v):
        self.v = v

    def bump(self, d):
        self.v += d


@dataclass
class Holder:
    p: P
    a: np.ndarray


def of_all(hs):
    return sum(h.a.sum() * h.p.x for h in hs)


@case(0.7, 1.2)
@case(0.4, 0.3)
def best_of_three(x, y):
    ps = [P(x), P(y), P(x * y)]
    best = ps[0]
    for p in ps:
        if p.x * p.x > best.x:
            best = p
    return best.x ** 2 + ps[1].x


@case(0.7, 1.2, refused="AD102")
@case(0.4, 0.3, refused="AD102")
def written_after(x, y):
    a, b = P(x), P(y)
    who = a if x > .5 else b
    a.x = 5.0 * y
    return who.x * 2


@case(0.7, 1.2, refused="AD102")
@case(0.4, 0.3, refused="AD102")
def written_in_the_next_iteration(x, y):
    a, b, c = P(x), P(y), P(x * y)
    who, nxt = a, b
    t = 0.0
    for k in range(5):
        c.x += 1.0
        t += who.x
        if t > 1.0 + k:
            who = nxt
            nxt = c
    return t


@case(0.7, 1.2, refused="AD102")
@case(0.4, 0.3, refused="AD102")
def write_to_one_of_two(x, y):
    a, b = P(x), P(y)
    who = a if x > .5 else b
    who.x += 1.0
    return a.x * 2 + b.x


@case(0.7, 1.2, refused="AD152")
@case(0.4, 0.3, refused="AD152")
def which_of_two(x, y):
    a, b = V(x), V(y)
    who = a if x > .5 else b
    return (1.0 if who is a else 2.0) * x + (3.0 if who == b else 4.0) * y


@case(0.7, 1.2, refused="AD152")
@case(0.4, 0.3, refused="AD152")
def place_in_a_list(x, y):
    a, b = V(x), V(y)
    who = a if x > .5 else b
    return x * [b, a].index(who) + y * (who in [b])


@case(0.7, 1.2)
@case(0.4, 0.3)
def replaced_attribute(x, y):
    hs = [Holder(P(x), np.array([x, y])), Holder(P(y), np.array([y, y]))]
    h = hs[0] if x > y else hs[1]
    q = h.p
    hs[0].p = P(9.0 * x)
    return q.x + of_all(hs)


@case(0.7, 1.2, refused="AD102")
@case(0.4, 0.3, refused="AD102")
def attribute_of_an_attribute_written(x, y):
    hs = [Holder(P(x), np.array([x, y])), Holder(P(y), np.array([y, y]))]
    h = hs[0] if x > y else hs[1]
    hs[1].p.x = 9.0 * x
    return h.p.x


@case(0.7, 1.2, refused="AD110")
@case(0.4, 0.3, refused="AD110")
def array_written_after(x, y):
    hs = [Holder(P(x), np.array([x, y])), Holder(P(y), np.array([y, y]))]
    h = hs[0] if x > y else hs[1]
    hs[1].a[0] = 9.0 * x
    return h.a.sum()


@case(0.7, 1.2, refused="AD111")
@case(0.4, 0.3, refused="AD111")
def write_to_an_array(x, y):
    hs = [Holder(P(x), np.array([x, y])), Holder(P(y), np.array([y, y]))]
    h = hs[0] if x > y else hs[1]
    h.a[0] = 9.0 * x
    return hs[1].a.sum()


@case(0.7, 1.2, refused="AD102")
@case(0.4, 0.3, refused="AD102")
def append_to_one_of_two(x, y):
    a, b = [x], [y]
    c = a if x > y else b
    c.append(3.0 * x)
    return sum(b) + len(a)


@case(0.7, 1.2, refused="AD102")
@case(0.4, 0.3, refused="AD102")
def item_written_after(x, y):
    a, b = [x], [y]
    c = a if x > y else b
    b[0] = 7.0 * x
    return c[0] + a[0]


@case(0.7, 1.2, refused="AD102")
@case(0.4, 0.3, refused="AD102")
def method_that_writes(x, y):
    a, b = V(x), V(y)
    c = a if x > y else b
    c.bump(x)
    return a.v + b.v * 2


@case(0.7, 1.2, 40, refused="AD102")
def kept_in_a_list(x, y, n):
    a, b = P(x), P(y)
    out = []
    for k in range(n):
        who = a if k * x > 1.0 else b
        out.append(who)
        a.x += 1.0
    return sum(p.x for p in out)


@case(0.7, 1.2)
@case(0.4, 0.3)
def shallow_copy(x, y):
    a, b = P(x), P(y)
    who = copy.copy(a if x > y else b)
    b.x = 4.0
    who.m = y
    return who.x * who.m


@case(0.7, 1.2)
@case(0.4, 0.3)
def deep_copy(x, y):
    hs = [Holder(P(x), np.array([x, y])), Holder(P(y), np.array([y, y]))]
    h = copy.deepcopy(hs[0] if x > y else hs[1])
    hs[1].p.x = 4.0 * x
    h.p.x += y
    return h.p.x * x + hs[1].p.x


@case(0.7, 1.2, refused="AD102")
@case(0.4, 0.3, refused="AD102")
def of_two_classes(x, y):
    class Q(P):
        pass
    a, b = P(x), Q(y)
    who = a if x > y else b
    return who.x


@case(0.7, 1.2, refused="AD102")
@case(0.4, 0.3, refused="AD102")
def written_by_the_base_class(x, y):
    class Q(P):
        pass
    a, b = Q(x), Q(y)
    who = a if x > y else b
    P.__setattr__(b, "x", 5.0 * x)
    return who.x


@case(0.7, 1.2)
@case(0.4, 0.3)
def linked_list(x, y):
    class Node:
        def __init__(self, v, nxt=None):
            self.v = v
            self.nxt = nxt
    n3 = Node(x * y); n2 = Node(y, n3); n1 = Node(x, n2)
    cur, best = n1, n1
    while cur is not None:
        if cur.v * 1.1 > best.v:
            best = cur
        cur = cur.nxt
    return best.v


@case(0.7, 1.2)
@case(0.4, 0.3)
def swapped(x, y):
    a, b = P(x), P(y)
    for k in range(5):
        if k % 2 == 0:
            a, b = b, a
        a.x += .1 * b.x
    return a.x - b.x * 2


@case(0.7, 1.2, refused="AD102")
@case(0.4, 0.3, refused="AD102")
def swapped_with_a_third_name(x, y):
    a, b = P(x), P(y); c = a
    for k in range(5):
        if x * k > 1.0:
            a, b = b, a
        a.x += .1 * b.x
    return a.x - b.x * 2 + c.x


@case(np.array([0.3, 0.9, 0.2, 0.5]))
def tournament(xs):
    ps = [P(v, k * .1) for k, v in enumerate(xs)]
    while len(ps) > 1:
        nxt = []
        for i in range(0, len(ps) - 1, 2):
            nxt.append(ps[i] if ps[i].x > ps[i + 1].x else ps[i + 1])
        ps = nxt
    return ps[0].x * (1 + ps[0].m)


@case(np.array([0.3, 0.9, 0.2, 0.5]))
def by_key(xs):
    ps = [P(v, k * .1) for k, v in enumerate(xs)]
    w = max(ps, key=lambda p: p.x); l = min(ps, key=lambda p: p.x)
    return w.x * (1 + w.m) - l.x


@case(0.7, 1.2)
@case(0.4, 0.3)
def name_rebound(x, y):
    a, b = P(x), P(y)
    who = a if x > y else b
    b = P(100.0)
    return who.x + b.x * 0 + a.x


@case(0.7, 1.2, refused="AD102")
@case(0.4, 0.3, refused="AD102")
def written_by_a_closure(x, y):
    a, b = P(x), P(y)
    def touch():
        b.x = 10.0 * x
    who = a if x > y else b
    touch()
    return who.x


@case(0.7, 1.2)
@case(0.4, 0.3)
def picked_by_a_function(x, y):
    def pick(a, b):
        if a.x > b.x:
            return a
        return b
    a, b = P(x), P(y)
    w = pick(a, b)
    return w.x + a.x


@case(0.7, 1.2)
@case(0.4, 0.3)
def where_an_exception_is_caught(x, y):
    a, b = P(x), P(y)
    try:
        w = a
        if x < 1.0:
            raise ValueError
    except ValueError:
        w = b
    return w.x


@case(0.7, 1.2, refused="AD102")
@case(0.4, 0.3, refused="AD102")
def older_one_written(x, y):
    last = P(x); who = P(y)
    t = 0.0
    for k in range(6):
        last.x += .5
        t += who.x * k
        if x * k > 1.0:
            who = last
        last = P(x * k) if k % 2 else last
    return t


@case(0.7, 50)
def made_in_each_iteration(x, n):
    best = None; t = 0.0
    for k in range(n):
        p = P(x * math.sin(k)); p.m = 1.0 + k * x
        if best is None or p.x > best.x:
            best = p
        t += best.x
    return best.x * best.m + t


@case(0.7, 50, refused="AD102")
def made_and_written_in_each_iteration(x, n):
    best = None; t = 0.0
    for k in range(n):
        p = P(x * math.sin(k))
        if best is None or p.x > best.x:
            best = p
        p.x += 1.0
        t += best.x
    return t


@case(0.7, 50, refused="AD102")
def the_one_before(x, n):
    prev = P(x); best = prev; t = 0.0
    for k in range(n):
        prev.x += .1
        t += best.x
        cur = P(x * math.cos(k))
        if cur.x > .3:
            best = cur
        prev = cur
    return t
