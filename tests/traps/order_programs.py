"""Order: effects in odd places, and what was read before and after them."""
# ruff: noqa  (odd on purpose)

import functools

import numpy as np
from trap_cases import case

V = np.array([1.0, 2.0, 3.0])


@case(0.7, 3)
def cond_walrus(x, n):
    i = 0
    t = x
    while (y := t * 2) < 50.0:
        t = y + i
        i += 1
    return y * t


@case(0.7)
def cond_list_pop(x):
    l = [1.0, 2.0, 3.0]
    t = x
    while l and l.pop() > 1.5:
        t *= 2.0
    return t + len(l)


@case(0.7, 5)
def cond_state_dependent(x, n):
    s = x
    def g():
        nonlocal s
        s = s * 2
        return s
    i = 0
    while i < n and (i == 0 or g() < 10.0):
        i += 1
    return s * i


@case(V, 4)
def cond_array_effect(x, n):
    a = x * 1.0
    def step():
        a[0] += 1.0
        return a[0]
    i = 0
    while i < n and step() < 3.5:
        i += 1
    return np.sum(a) * a[0]


@case(V)
def left_ref_read_late(x):
    a = x * 1.0
    def g(a):
        a[0] = 5.0
        return a * 1.0
    return np.sum(a + g(a))


@case(V)
def left_scalar_early(x):
    a = x * 1.0
    def g(a):
        a[0] = 5.0
        return a[0]
    return a[0] + g(a)


@case(V)
def left_view_late(x):
    a = x * 1.0
    def g(a):
        a[0] = 5.0
        return 1.0
    return np.sum(a[:2] * g(a))


@case(V)
def arg_effects(x):
    a = x * 1.0
    def g():
        a[0] = 5.0
        return 1.0
    def h(p, q, r):
        return np.sum(p) * q + r
    return h(a, g(), a[0]) + h(q=a[0], p=g(), r=a[1])


@case(0.7)
def kw_order(x):
    log = []
    def t(v):
        log.append(v)
        return v
    def h(a, b, c): return a + 2 * b + 3 * c
    r = h(t(x), c=t(2.0), b=t(3 * x))
    return r * log[0] + log[1] * 10 + log[2] * 100


@case(0.7)
def default_at_def(x):
    s = x
    def f(z=s): return z
    s = 100.0
    return f() + s


@case(0.7)
def chained_compare(x):
    n = 0
    def f(v):
        nonlocal n
        n += 1
        return v
    if f(1.0) < f(x) < f(3.0):
        n += 10
    if 0.0 < f(x) < f(3.0) < f(4.0):
        n += 100
    return n * x


@case(0.7)
def bool_order(x):
    n = 1.0
    def f(v):
        nonlocal n
        n *= 2
        return v
    r = f(x > 0.0) and f(x > 1.0) or f(x < 5.0)
    return n * x if r else x


@case(0.7)
def ifexp_effects(x):
    n = 1.0
    def f(v):
        nonlocal n
        n *= 3
        return v
    r = f(x) if f(x) > 0.5 else f(2.0)
    return n * r


@case(0.7)
def walrus_cond(x):
    if (a := x * 2) > 1.0 and (b := a * 3) > 2.0:
        return a * b
    return a


@case(0.7)
def walrus_unbound(x):
    if (a := x * 2) < 1.0 and (b := a * 3) > 2.0:
        return a * b
    return b


@case(0.7)
def args_walrus(x):
    def h(a, b, c): return a + 10 * b + 100 * c
    return h((z := x), z * 2, (z := z + 1)) + z


@case(V)
def subscript_walrus(x):
    return x[(k := 1)] * x[k + 1] + k


@case(V)
def store_walrus(x):
    a = x * 1.0
    a[(k := 1)] = a[0] * 5
    a[k] += k
    return np.sum(a)


@case(V)
def effect_in_default(x):
    n = 0.0
    def t():
        nonlocal n
        n += 1.0
        return n
    def f(a=t(), *, b=t()): return a * 10 + b
    return (f() + f()) * x[0] + n


@case(V)
def effect_in_index(x):
    a = x * 1.0
    k = 0
    def nxt():
        nonlocal k
        k += 1
        return k
    return a[nxt()] * 10 + a[nxt()] + k


@case(0.7)
def list_item_order(x):
    l = []
    def f(v):
        l.append(v)
        return v
    r = [f(1.0), f(x), f(3.0)]
    return l[0] * 100 + l[1] * 10 + l[2] + r[1]


@case(0.7)
def dict_order(x):
    l = []
    def f(v):
        l.append(v)
        return v
    r = {f("a"): f(x), f("b"): f(2.0)}
    return l[1] * 10 + l[3] + (1.0 if l[0] == "a" else 0.0)


@case(0.7)
def func_rebound_in_arg(x):
    def f(z): return z * 2
    def g():
        nonlocal f
        f = lambda z: z * 100
        return x
    return f(g()) + f(x)


@case(V)
def method_receiver_first(x):
    a = x * 1.0
    def g():
        nonlocal a
        a = x * 100
        return 0
    return a.sum(axis=g()) + a[0]


@case(V)
def base_rebound_in_index(x):
    a = x * 1.0
    def g():
        nonlocal a
        a = x * 100
        return 1
    return a[g()] + a[0]


@case(V)
def out_arg(x):
    a = x * 1.0
    return np.sum(a * np.add(a, 1.0, out=a)) + a[0]


@case(V)
def tuple_before_write(x):
    a = x * 1.0
    def g():
        a[0] = 9.0
        return a[0]
    t = (a[0], a, g(), a[0])
    return t[0] + np.sum(t[1]) * 10 + t[2] * 100 + t[3] * 1000


@case(V)
def fstring_effects(x):
    n = 0.0
    def g():
        nonlocal n
        n += 1.0
        return n
    s = f"{g()} {g()}"
    return x[0] * n


@case(0.7, 3)
def while_else_effect(x, n):
    k = 0
    def c():
        nonlocal k
        k += 1
        return k < n
    while c():
        if x > 5: break
    else:
        k += 100
    return k * x


@case(0.7, 5)
def while_continue_effect(x, n):
    k = 0
    t = 0.0
    def c():
        nonlocal k
        k += 1
        return k < n
    while c():
        if k == 2: continue
        t += k * x
    return t


@case(0.7, 5)
def while_nested_effect(x, n):
    k = 0
    t = 0.0
    def c(m):
        nonlocal k
        k += 1
        return k % m != 0
    j = 0
    while j < n and c(7):
        while c(3):
            t += x * k
        j += 1
    return t + k


@case(0.7)
def and_effect_names(x):
    k = 1.0
    def f():
        nonlocal k
        k = 2.0
        return True
    r = x > 5 and f()
    return k * x


@case(0.7)
def and_effect_stale(x):
    k = x
    ok = x < 5 and (k := k * 2) > 1 and (k := k * 3) > 100
    return k


@case(V)
def dict_double_star(x):
    def h(a, b): return a + b
    return h(a=x[0], **{"a": x[1], "b": 1.0})


@case(V)
def reduce_with_effects(x):
    n = 0.0
    def f(a, b):
        nonlocal n
        n += 1.0
        return a * b
    r = functools.reduce(f, [x[0], x[1], x[2]])
    return r + n * 10


@case(V)
def map_effects(x):
    n = 0.0
    def f(a):
        nonlocal n
        n += a
        return n
    r = list(map(f, [x[0], x[1], x[2]]))
    return r[2] + r[0] * 10 + n * 100


@case(0.7)
def kwonly_and_star(x):
    def f(a, *r, b=2.0, **k): return a + sum(r) * b + k["c"] * 100
    return f(x, 1.0, x, c=x)
