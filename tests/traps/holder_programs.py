"""Holders: arrays and lists that a closure, a partial, a method, an object or a derivative keeps hold of."""
# ruff: noqa  (odd on purpose)

import dataclasses
import functools

import numpy as np
from trap_cases import case

from autodiff_compiler import grad, vjp

V = np.array([1.0, 2.0, 3.0])
G = np.array([1.0, 2.0, 3.0])


@dataclasses.dataclass
class P:
    w: object
    b: float = 0.0


@dataclasses.dataclass(frozen=True)
class F:
    w: object



@case(V, 3)
def partial_holds(x, n):
    a = x * 1.0
    b = x * 2.0
    p = functools.partial(lambda q, z: np.sum(q * z), a)
    for i in range(n):
        a, b = b, a
        a[0] += 1.0
    return p(x)


@case(V, 3)
def closure_default_holds(x, n):
    a = x * 1.0
    b = x * 2.0
    def f(z, q=a): return np.sum(q * z)
    for i in range(n):
        a, b = b, a
        a[0] += 1.0
    return f(x)


@case(V, 3)
def kwdefault_holds(x, n):
    a = x * 1.0
    b = x * 2.0
    def f(z, *, q=a): return np.sum(q * z)
    for i in range(n):
        a, b = b, a
        a[0] += 1.0
    return f(x)


@case(V, 3)
def method_holds(x, n):
    a = x * 1.0
    b = x * 2.0
    m = a.sum
    for i in range(n):
        a, b = b, a
        a[0] += 1.0
    return m()


@case(V, 3)
def dict_holds(x, n):
    a = x * 1.0
    b = x * 2.0
    d = {"k": (a, [b])}
    def f(): return np.sum(d["k"][0] * d["k"][1][0])
    for i in range(n):
        a, b = b, a
        a[0] += 1.0
    return f()


@case(V, 3)
def temp_holds(x, n):
    a = x * 1.0
    b = x * 2.0
    def g():
        nonlocal a, b
        for i in range(n):
            a, b = b, a
            a[0] += 1.0
        return 1.0
    def h(p, q): return np.sum(p * x) * q
    return h(a, g()) + np.sum(a)


@case(V, 40)
def temp_holds_many(x, n):
    a = x * 1.0
    b = x * 2.0
    def g():
        nonlocal a, b
        for i in range(n):
            a, b = b, a
            a[0] += 1.0
        return 1.0
    def h(p, q): return np.sum(p * x) * q
    return h(a, g()) + np.sum(a)


@case(V)
def branch_temp(x):
    a = x * 1.0
    b = x * 2.0
    def g():
        nonlocal a, b
        if x[0] > 0:
            a, b = b, a
        a[0] = 7.0
        return 1.0
    return np.sum(a * g()) + np.sum(b)


@case(V)
def for_over_swapped(x):
    a = x * 1.0
    b = x * 2.0
    t = 0.0
    for v in a:
        a, b = b, a
        a[2] += 1.0
        t += v
    return t


@case(V, 2)
def derivative_kw(x, n):
    a = x * 1.0
    b = x * 2.0
    def inner(z, q=a): return np.sum(z * q)
    g = grad(fun=inner, argnums=0)
    for i in range(n):
        a, b = b, a
        a[0] += 1.0
    return np.sum(g(x) * x)


@case(V)
def derivative_of_derivative(x):
    a = x * 1.0
    def inner(z, q=a): return z ** 3 * q[0]
    g = grad(grad(inner))
    a[0] = 5.0
    return g(2.0) * x[1]


@case(V)
def derivative_in_tuple(x):
    a = x * 1.0
    def inner(z, q=a): return np.sum(z * q)
    t = (grad(inner), a)
    t[1][0] = 9.0
    return np.sum(t[0](x) * x)


@case(V)
def captured_global_swap(x):
    a = x * 1.0
    b = G
    for i in range(2):
        a, b = b, a
    return np.sum(a) + np.sum(b * x)


@case(V)
def pullback_holds(x):
    a = x * 1.0
    out, pb = vjp(lambda z: z * a, x)
    a[0] = 100.0
    return np.sum(pb(x)[0])


@case(V)
def default_array_written(x):
    a = x * 1.0
    def f(q=a): return np.sum(q)
    a[0] = 50.0
    r = f()
    a = x * 9
    return r + f()


@case(V)
def partial_kw_array(x):
    a = x * 1.0
    p = functools.partial(np.dot, b=a)
    a[0] = 7.0
    return p(x)


@case(V)
def bound_method_array(x):
    a = x * 1.0
    m = a.dot
    a[0] = 7.0
    return m(x)


@case(V)
def dataclass_in_tuple(x):
    a = x * 1.0
    t = (P(a), 1)
    for k in range(3):
        a[k] += k
    return np.sum(t[0].w) + t[1]


@case(V, 3)
def dataclass_swap(x, n):
    p = P(x * 1.0)
    q = P(x * 2.0)
    t = (p, q)
    for k in range(n):
        p, q = q, p
        p.w[0] += 1.0
        p.b += x[0]
    return np.sum(t[0].w) + t[0].b * 10 + t[1].b * 100 + np.sum(q.w) * p.b


@case(V, 3)
def list_swap(x, n):
    a = [x[0]]
    b = [x[1]]
    t = (a, b)
    for k in range(n):
        a, b = b, a
        a[0] += 1.0
    return t[0][0] + t[1][0] * 10 + a[0] * 100


@case(V)
def range_merged(x):
    r = range(2) if x[0] > 5 else range(3)
    t = 0.0
    for k in r:
        t += x[k]
    return t


@case(V)
def values_view(x):
    d = {"a": x * 1.0}
    v = d.values()
    d["a"][0] = 9.0
    t = 0.0
    for w in v:
        t += np.sum(w)
    return t


@case(V)
def zip_holds(x):
    a = x * 1.0
    t = 0.0
    for u, v in zip(a, [1.0, 2.0, 3.0]):
        a[2] = 10.0
        t += u * v
    return t


@case(V)
def grad_of_lambda_default(x):
    a = x * 1.0
    g = grad(lambda z, q=a: np.sum(z * z * q))
    a[1] = 10.0
    return np.sum(g(x))


@case(0.7)
def grad_in_loop(x):
    t = x
    for k in range(3):
        t = grad(lambda z: z ** 3 * t)(t)
    return t


@case(0.7, 3)
def grad_made_outside_loop(x, n):
    t = x
    g = grad(lambda z: z * z * t)
    for k in range(n):
        t = g(t) * 0.5
    return t


@case(V)
def nested_writes_nonlocal_in_grad(x):
    k = 0.0
    def inner(z):
        nonlocal k
        k = 5.0
        return np.sum(z * z)
    g = grad(inner)(x)
    return np.sum(g) + k


@case(0.7)
def same_def_two_defaults(x):
    def mk(k):
        return functools.partial(lambda k, z: z * k, k)
    f = mk(x)
    if x > 0.5:
        f = mk(x * 3)
    return f(2.0)


@case(0.7)
def defaults_differ(x):
    k = x
    f = lambda z, k=k: z * k
    if x > 0.5:
        k = x * 3
        f = lambda z, k=k: z * k
    return f(2.0)


@case(0.7)
def one_sided_default(x):
    if x > 0.5:
        k = x * 3
        def f(z, k=k): return z * k
    return f(2.0)


@case(0.7)
def mutable_default(x):
    def f(v, acc=[]):
        acc.append(v)
        return len(acc) * v
    f(x)
    return f(x) + f(2 * x)


@case(0.7)
def default_mutation(x):
    l = [x]
    def f(z=l): return z[-1] * len(z)
    l.append(2.0)
    r = f()
    l = [100.0]
    return r + f()


@case(V)
def aug_list_of_arrays(x):
    a = x * 1.0
    l = [a, x * 2]
    def f():
        l[0] = x * 50.0
        return 1.0
    l[0] += f()
    return np.sum(l[0]) + (100.0 if l[0] is a else 0.0)


@case(V)
def aug_tuple_array(x):
    a = x * 1.0
    t = (a,)
    t[0] += 1.0
    return np.sum(a)


@case(V)
def aug_attr(x):
    o = P(x * 1.0)
    a = o.w
    def f():
        o.w = x * 20.0
        return 1.0
    o.w += f()
    return np.sum(o.w) + np.sum(a)


@case(V)
def aug_attr_frozen(x):
    o = F(x * 1.0)
    o.w += 1.0
    return np.sum(o.w)
