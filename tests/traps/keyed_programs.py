"""Dicts whose keys the run decides; see test_trap_containers.py."""
# ruff: noqa  (as people write them)

import collections
import math

import numpy as np
from judge import Cases

CASES = Cases()
case = CASES.case
python = ("python",)
A = np.array([0.3, 0.72, 0.11, 0.41, 0.95, 0.2, 0.62, 0.13, 0.51, 0.08]) + 0.003


@case(A, backends=python)
def squares_by_index(x):
    d = {}
    for i, v in enumerate(x): d[i] = v*v
    return sum(d.values()) + d[2]


@case(A)
def a_default_dict(x):
    d = collections.defaultdict(float)
    for v in x: d[int(v*3)] += v
    return sum(v*v*(k+1) for k, v in d.items()) + len(d)


@case(A, backends=python)
def a_counter(x):
    c = collections.Counter()
    for v in x: c[int(v*4)] += 1
    return sum(n*v for n, v in zip(c.values(), x)) + max(c.values())*x[0]


@case(A, backends=python)
def got_and_deleted(x):
    d = {}
    for v in x:
        b = int(v*3)
        d[b] = d.get(b, 0.0) + v
        if b in d and v > .9: del d[b]
    return sum(math.sin(v)*k for k, v in sorted(d.items()))


@case(A)
def pairs_as_keys(x):
    d = {}
    for i in range(len(x)):
        for j in range(i):
            d[(i, j)] = x[i]*x[j]
    s = 0.0
    for (i, j), v in d.items():
        if (j+1, j) in d: s += v*d[j+1, j]
    return s + d[3, 1]


@case(A, backends=python)
def comprehensions_and_update(x):
    d = {i: v**2 for i, v in enumerate(x)}
    e = {k+1: v*2 for k, v in d.items() if v > .2}
    d.update(e)
    return sum(k*v for k, v in d.items()) + sum(e)*x[0]


@case(A, backends=python)
def known_keys_asked_at_run_time(x):
    d = {0: x[0], 1: x[1], 2: 3.0}
    s = 0.0
    for v in x:
        s += d[int(v*2.9)]*v
        d[int(v*2.9)] = v
    return s + d[1]


@case(A, backends=python)
def a_key_that_is_not_there(x):
    d = {}
    for i, v in enumerate(x): d[i] = v*v
    return d[100]


@case(A, backends=python)
def set_by_default_and_popped(x):
    d = {}
    for i, v in enumerate(x): d.setdefault(int(v*3), v)
    a = d.pop(int(x[0]*3))
    return a + sum(d.values())*len(d)


@case(A, backends=python)
def values_that_are_tuples(x):
    d = {}
    for i, v in enumerate(x):
        d[i % 3] = (i, v*v)
    s = 0.0
    for k in d:
        n, w = d[k]
        s += n*w
    return s


@case(A, backends=python)
def a_memo(x):
    memo = {}
    def f(n):
        if n in memo: return memo[n]
        r = x[0] if n == 0 else x[n % 9]*f(n-1)
        memo[n] = r
        return r
    return f(5)


@case(A, backends=python)
def made_of_pairs(x):
    d = dict(zip(range(len(x)), x))
    e = dict((int(10 * v), v) for v in x)
    f = dict(d)
    f[0] = 2.0
    return d[3] * d[0] + sum(e) * x[0] + sum(e.values()) + f[0] * f[1]


@case(A, backends=python)
def the_order_of_keys(x):
    d = {}
    for v in x:
        d[int(10 * v) % 4] = v
    out = 0.0
    for place, key in enumerate(d):
        out += place * key * d[key]
    for place, value in enumerate(reversed(d.values())):
        out += place * value
    return out + (1.0 if 2 in d else 2.0) * x[0] + len(d)


@case(A, backends=python)
def equal_keys_of_different_kinds(x):
    d = {}
    for v in x:
        d[int(2 * v)] = v
    d[True] = 2.0 * x[0]
    return d[1.0] + d[0] + len(d)


@case(A, backends=python)
def cleared_and_truth(x):
    d, out = {}, 0.0
    for v in x:
        if not d or v > 0.5:
            d[int(3 * v)] = v
        else:
            out += sum(d.values())
            d.clear()
    return out + (x[0] if d else x[1])


@case(A, refused="AD102", backends=python)
def values_of_different_kinds(x):
    d = {}
    for v in x:
        k = int(3 * v)
        if v > 0.5:
            d[k] = v
        else:
            d[k] = (v, v)
    return x[0] * len(d)


@case(A, refused="AD138", backends=python)
def lists_as_values(x):
    d = {}
    for v in x:
        k = int(3 * v)
        if k not in d:
            d[k] = [0.0, 0.0]
        d[k][0] += v
    return sum(v[0] for v in d.values())


@case(A, refused="AD189", backends=python)
def returned(x):
    return {int(3 * v): v for v in x}


@case(A, refused="AD189", backends=python)
def a_list_of_pairs_returned(x):
    return [(v, v) for v in x if v > 0.1]
