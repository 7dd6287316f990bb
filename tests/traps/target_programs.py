"""Targets of assignments and loops: when their objects and indices are evaluated, and which object is stored."""
# ruff: noqa  (odd on purpose)

import dataclasses

import numpy as np
from trap_cases import case

V = np.array([1.0, 2.0, 3.0])


@dataclasses.dataclass
class P:
    w: object
    b: float = 0.0


@case(V)
def aug_f_writes_a(x):
    a = x * 1.0
    def f():
        a[0] = 100.0
        return a[1]
    a[0] += f()
    return np.sum(a)


@case(V)
def aug_f_rebinds_i(x):
    a = x * 1.0
    i = 0
    def f():
        nonlocal i
        i = 2
        return a[i]
    a[i] += f()
    return a[0] * 2 + a[2]


@case(V)
def aug_f_rebinds_a(x):
    a = x * 1.0
    b = a
    def f():
        nonlocal a
        a = x * 10.0
        return 1.0
    a[1] += f()
    return np.sum(a) + np.sum(b) * 2


@case(V)
def aug_name_rebinds(x):
    a = x * 1.0
    b = a
    def f():
        nonlocal a
        a = x * 10.0
        return 1.0
    a += f()
    return np.sum(a) + np.sum(b) * 2 + (1.0 if a is b else 0.0)


@case(V)
def aug_slice_writes(x):
    a = x * 1.0
    def f():
        a[0] = 50.0
        return a[1:] * 1.0
    a[:2] += f()
    return np.sum(a * a)


@case(V)
def aug_fancy_idx_changes(x):
    a = x * 1.0
    idx = np.array([0, 1])
    def f():
        idx[0] = 2
        return 10.0
    a[idx] += f()
    return np.sum(a * np.array([1.0, 2.0, 3.0]))


@case(V)
def aug_mul(x):
    a = x * 1.0
    def f():
        a[0] = 7.0
        return 2.0
    a[0] *= f()
    return a[0] + a[1]


@case(V)
def swap_index(x):
    a = 1
    b = [0, 2, 1]
    a, b = b, b[a]
    return x[a[1]] * b


@case(V)
def i_ai(x):
    a = x * 1.0
    i = 0
    i, a[i] = 1, 20.0
    return a[0] + a[1] * 2 + i


@case(V)
def ai_i(x):
    a = x * 1.0
    i = 0
    a[i], i = 20.0, 1
    return a[0] + a[1] * 2 + i


@case(V)
def chain_assign(x):
    a = x * 1.0
    n = 0
    def f():
        nonlocal n
        n += 1
        return x * n
    p = q = f()
    p[0] = 9.0
    return np.sum(q) * n


@case(V)
def chain_targets(x):
    a = x * 1.0
    i = 0
    i = a[i] = 2
    return np.sum(a * np.array([1., 10., 100.]))


@case(V)
def star_targets(x):
    a, *b = [x[0], x[1], x[2]]
    *c, d = b
    return a + b[0] * d + c[0]


@case(V)
def nested_targets(x):
    (a, (b, c)), d = (x[0], (x[1], x[2])), x[0] * x[1]
    return a * b + c * d


@case(V)
def for_a0(x):
    a = x * 1.0
    t = 0.0
    for a[0] in [2.0, 3.0]:
        t += np.sum(a)
    return t * a[0]


@case(V, 3)
def for_a0_range(x, n):
    a = x * 1.0
    t = 0.0
    for a[0] in range(n):
        t += np.sum(a)
    return t + a[0]


@case(V, 3)
def for_i_ai(x, n):
    a = x * 1.0
    i = 2
    for i, a[i] in enumerate(x * 2.0):
        pass
    return np.sum(a * np.array([1., 10., 100.])) + i


@case(0.7, 3)
def for_rebinding(x, n):
    t = 0.0
    for i in range(n):
        t += i * x
        i = 10
    return t + i


@case(0.7, 0)
def for_zero_trips(x, n):
    i = 5
    for i in range(n):
        pass
    return i * x


@case(0.7, 0)
def for_zero_unbound(x, n):
    for i in range(n):
        pass
    return i * x


@case(V)
def order_store(x):
    log = []
    a = x * 1.0
    def A():
        log.append(1.0)
        return a
    def I():
        log.append(2.0)
        return 0
    def W():
        log.append(3.0)
        return x[1]
    A()[I()] = W()
    return np.sum(a) + log[0] * 100 + log[1] * 10 + log[2]


@case(V)
def order_aug(x):
    log = []
    a = x * 1.0
    def A():
        log.append(1.0)
        return a
    def I():
        log.append(2.0)
        return 0
    def W():
        log.append(3.0)
        return x[1]
    A()[I()] += W()
    return np.sum(a) + log[0] * 100 + log[1] * 10 + log[2] + len(log)


@case(V)
def order_ann(x):
    a = x * 1.0
    i = 0
    def W():
        nonlocal i
        i = 2
        return 9.0
    a[i]: float = W()
    return np.sum(a * x)


@case(V)
def value_first(x):
    a = x * 1.0
    i = 0
    def W():
        nonlocal i, a
        i = 2
        a = x * 100
        return 9.0
    a[i] = W()
    return np.sum(a * x)


@case(V)
def aug_index_once(x):
    a = x * 1.0
    k = 0
    def nxt():
        nonlocal k
        k += 1
        return k
    a[nxt()] += 10.0
    return np.sum(a * np.array([1., 10., 100.])) + k


@case(0.7)
def aug_list_item(x):
    l = [x, 2.0]
    def f():
        l[0] = 100.0
        return 1.0
    l[0] += f()
    return l[0]


@case(0.7)
def aug_dict_item(x):
    d = {"a": x}
    def f():
        d["a"] = 100.0
        d["b"] = 3.0
        return 1.0
    d["a"] += f()
    return d["a"] + d["b"]


@case(V)
def for_attr(x):
    o = P(x, 0.0)
    t = 0.0
    for o.b in [1.0, 2.0, 3.0]:
        t += o.b * x[0]
    return t + o.b


@case(V, 3)
def for_attr_range(x, n):
    o = P(x, 0.0)
    t = 0.0
    for o.b in range(n):
        t += o.b * x[0]
    return t + o.b


@case(V)
def for_tuple_nested(x):
    t = 0.0
    for k, (a, b) in enumerate(zip(x, x * 2)):
        t += k * a * b
    return t * a + k


@case(V)
def for_star(x):
    t = 0.0
    for a, *b in [(x[0], 1.0, 2.0), (x[1], 3.0, 4.0)]:
        t += a * b[-1] * len(b)
    return t


@case(V)
def iter_rebound(x):
    a = x * 1.0
    t = 0.0
    for v in a:
        a = x * 10
        t += v + a[0]
    return t


@case(V)
def iter_written(x):
    a = x * 1.0
    t = 0.0
    for v in a:
        a[2] = 50.0
        t += v
    return t


@case(V)
def store_base_rebound(x):
    a = x * 1.0
    b = a
    def g():
        nonlocal a
        a = x * 100
        return 1
    a[g()] = 7.0
    return np.sum(a) + np.sum(b)
