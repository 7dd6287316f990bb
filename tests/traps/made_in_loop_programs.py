"""What each iteration of a loop makes anew, and what is left of it after the loop."""
# ruff: noqa  (odd on purpose)

import dataclasses

import numpy as np
from trap_cases import case


@dataclasses.dataclass
class P:
    b: float


@case(0.7, 40)
def box_in_loop(x, n):
    t = x
    for i in range(n):
        p = P(t * 0.5)
        t = p.b + 0.1
    return p.b * t


@case(0.7, 40)
def list_in_loop(x, n):
    t = x
    for i in range(n):
        l = [t, (t * 2, [t * 3])]
        t = l[1][1][0] * 0.2
    return l[0] * l[1][0]


@case(0.7, 40)
def list_alias_in_loop(x, n):
    t = x
    for i in range(n):
        l = [t]
        m = l
        m[0] += 1.0
        t = l[0] * 0.3
    m[0] += 5.0
    return l[0]


@case(0.7, 40)
def dict_in_while(x, n):
    t = x
    k = 0
    while k < n:
        d = {"a": t, "b": np.ones(2) * t}
        t = np.sum(d["b"]) * 0.3
        k += 1
    return d["a"] + d["b"][0]


@case(0.7, 40)
def linked_growth(x, n):
    p = None
    for i in range(3):
        p = (x * i, p)
    return p[0] + p[1][0]


@case(0.7, 0)
def box_zero(x, n):
    for i in range(n):
        p = P(x)
    return p.b


@case(0.7, 40)
def grown_in_loop(x, n):
    t = x
    for i in range(n):
        l = []
        for j in range(i):
            l.append(t * j)
        t = t * 0.9 + len(l) * 0.001
    return t + len(l) + l[2]
