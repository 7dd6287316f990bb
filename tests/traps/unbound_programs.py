"""Names that are deleted, or bound on one path only; see test_trap_scopes.py."""
# ruff: noqa  (odd on purpose)

import numpy as np
from trap_cases import case

V = np.array([1.0, 2.0, 3.0])
K = 5.0
i = 50.0



@case(0.7)
def del_then_use(x):
    a = x
    b = a * 2
    del a
    a = 3.0
    return a * b


@case(0.7, 3)
def del_in_loop(x, n):
    t = 0.0
    for k in range(n):
        z = x * k
        t += z
        del z
    return t


@case(0.7, 3)
def unbound_after_del(x, n):
    z = x
    for k in range(n):
        if k == 1:
            del z
    return z


@case(0.7, 3)
def bound_on_one_path_beside_one_that_raises(x, n):
    for i in range(n):
        if i > 5:
            y = c
        elif i > 0:
            c = np.ones(2) * x
        else:
            continue
        if i < 0:
            raise ValueError("never")
    return x * np.sum(c)


@case(1.0, 0)
@case(11.0, 2)
def unbound_before_a_loop_that_is_not_run(x, n):
    if x > 10.0:
        h = x * x
    s = 0.0
    for i in range(n):
        s += abs(h) * x + np.exp(-h)
    return s + x


@case(1.0, 0)
@case(11.0, 2)
def unbound_array_before_a_loop_that_is_not_run(x, n):
    if x > 10.0:
        h = x * np.ones(3)
        t = x * x
    s = 0.0
    for i in range(n):
        s += np.sum(np.exp(-h)) * x * np.sin(t)
    return s + x


@case(1.0, 5)
@case(11.0, 2)
def unbound_on_the_path_that_is_not_taken(x, n):
    if x > 10.0:
        h = x * x
    s = x
    for i in range(3):
        if n < 3 and h > 0.1:
            s += np.log(h) * x
    return s
