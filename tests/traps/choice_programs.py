"""Functions that depend on the path, and loops whose iterations cannot be told apart."""
# ruff: noqa  (odd on purpose)

import functools
import math

import numpy as np
from trap_cases import case

from autodiff_compiler import grad

V = np.array([1.0, 2.0, 3.0])


@case(0.7, 3)
def choice_static(x, n):
    f = math.sin if x > 0.5 else math.cos
    t = x
    for k in range(n):
        t = f(t) + x
        if t > 1.0:
            f = math.exp if k == 1 else math.tanh
    return t


@case(0.7, 40)
def choice_three(x, n):
    def a(z): return z * 0.5
    def b(z): return z * 0.5 + x
    def c(z): return math.sin(z)
    f = a
    t = x
    for k in range(n):
        t = f(t)
        if k % 3 == 0: f = b
        elif k % 3 == 1: f = c
        else: f = a
    g = f
    f = c
    return t + g(x) * f(x)


@case(0.7)
def choice_is(x):
    f = math.sin if x > 0.5 else math.cos
    return x * 2 if f is math.sin else x


@case(0.7)
def choice_default(x):
    def a(z, k=2.0): return z * k
    def b(z, k=3.0): return z * k
    f = a if x > 5 else b
    return f(x) + f(x, k=x)


@case(0.7)
def choice_nonlocal(x):
    n = 0.0
    def a(z):
        nonlocal n
        n += 1
        return z
    def b(z):
        nonlocal n
        n += 10
        return z * 2
    f = a if x > 5 else b
    r = f(f(x))
    return r + n * x


@case(V)
def choice_array_write(x):
    a = x * 1.0
    def p(): a[0] = 5.0
    def q(): a[1] = 7.0
    f = p if x[0] > 5 else q
    f()
    return np.sum(a * x)


@case(0.7)
def choice_in_tuple(x):
    t = (math.sin, x) if x > 0.5 else (math.cos, x * 2)
    return t[0](t[1])


@case(0.7)
def choice_in_list(x):
    l = [math.sin, math.cos]
    if x > 0.5:
        l[0] = math.exp
    return l[0](x)


@case(0.7)
def choice_partial(x):
    f = functools.partial(pow, 2.0) if x > 5 else functools.partial(max, 1.0)
    return f(x) * x


@case(0.7)
def choice_frames(x):
    def mk(k):
        def f(z): return z * k
        return f
    f = mk(2.0) if x > 5 else mk(x)
    return f(3.0)


@case(0.7)
def choice_grad(x):
    a = lambda z: z ** 2
    b = lambda z: z ** 3
    g = grad(a) if x > 5 else grad(b)
    return g(x)


@case(0.7)
def choice_map(x):
    f = math.sin if x > 0.5 else math.cos
    return sum(map(f, [x, 2 * x]))


@case(V, 4)
def pop_loop(x, n):
    l = [x[0], x[1], x[2], 4.0, 5.0]
    t = 0.0
    for k in range(n):
        t = t * 2 + l.pop()
    return t + len(l)


@case(V, 3)
def append_then_write(x, n):
    l = []
    a = x * 1.0
    for k in range(n):
        l.append(a)
        a[k] += 1.0
    return np.sum(l[0]) + len(l)


@case(V)
def while_pop_all(x):
    l = [x[0], x[1], x[2]]
    t = 0.0
    while l:
        t = t * 2 + l.pop()
    return t


@case(V)
def while_pop_break(x):
    l = [x[0], x[1], x[2]]
    t = 0.0
    while l:
        t = t * 2 + l.pop()
        if t > 6.0: break
    else:
        t += 100.0
    return t * len(l)


@case(V)
def stack_walk(x):
    stack = [(x[0], 2)]
    t = 0.0
    while stack:
        v, d = stack.pop()
        t += v * d
        if d > 0:
            stack.append((v * 2, d - 1))
    return t


@case(V, 3)
def prev_none(x, n):
    prev = None
    t = 0.0
    for k in range(n):
        if prev is not None:
            t += prev * x[k]
        prev = x[k]
    return t


@case(V, 3)
def loop_var_kinds(x, n):
    k = x[0]
    for k in range(n):
        pass
    return k * x[1]


@case(V, 0)
def loop_var_kinds_zero(x, n):
    k = x[0]
    for k in range(n):
        pass
    return k * x[1]


@case(V, 3)
def comp_effects(x, n):
    log = []
    def f(v):
        log.append(v)
        return v
    r = [f(x[k]) * len(log) for k in range(n) if f(x[k]) > 1.5]
    return sum(r) + len(log)


@case(V)
def nested_fn_loops(x):
    a = x * 1.0
    def outer(b):
        def inner(c):
            nonlocal b
            for k in range(2):
                b, c = c, b
                b[0] += 1.0
            return c
        return inner(a * 2.0), b
    p, q = outer(a)
    return np.sum(p) + np.sum(q) * 10 + np.sum(a) * 100


@case(V)
def swap_rows(x):
    m = np.zeros((2, 3))
    m[0] = x
    m[1] = x * 2
    m[0], m[1] = m[1], m[0]
    return np.sum(m * np.array([[1.0], [10.0]]))


@case(V)
def aug_self(x):
    a = x * 1.0
    a += a
    a[1:] += a[:-1]
    a[:-1] *= a[1:]
    return np.sum(a)


@case(V)
def aug_walrus(x):
    a = x * 1.0
    a[0] += (a := a * 2)[1]
    return np.sum(a)


@case(0.7)
def bin_walrus(x):
    a = x
    return a + (a := 5.0) * a


@case(0.7)
def bin_nonlocal(x):
    a = x
    def f():
        nonlocal a
        a = 5.0
        return a
    return a * f() + a


@case(V)
def cmp_effects(x):
    a = x * 1.0
    def f():
        a[0] = 50.0
        return 1.5
    return (1.0 if a[0] < f() < a[0] else 2.0) * x[1]


@case(V)
def slice_effects(x):
    a = x * 1.0
    n = 0
    def f():
        nonlocal n
        n += 1
        a[n] = 9.0
        return n
    return np.sum(a[f():f() + 1] * a[0])


@case(V)
def store_in_callee_then_return(x):
    def f(a):
        a[0] *= 2
        return a
    a = x * 1.0
    return np.sum(f(a) + f(a) * a)


@case(V)
def matmul_effect(x):
    a = x * 1.0
    def f():
        a[:] = 1.0
        return x
    return a @ f()


@case(V)
def list_concat_effect(x):
    l = [x[0]]
    def f():
        l.append(5.0)
        return [1.0]
    r = l + f()
    return r[1] * len(r) + r[0]


@case(V, 3)
def closure_over_for_var_dyn(x, n):
    f = lambda: x[k] * 2
    t = 0.0
    for k in range(n):
        t = t * 2 + f()
    return t + f()


@case(V, 3)
def def_in_loop_captures(x, n):
    t = 0.0
    fs = []
    for k in range(n):
        def f(z):
            return z * x[k]
        fs.append(f)
        t += f(2.0)
    return t + fs[0](1.0) * 100


@case(V, 100)
def def_in_long_loop(x, n):
    t = 1.0
    for k in range(n):
        def f(z):
            return z * x[k % 3] * 0.1
        t += f(t) * 0.01
    return t + f(2.0)


@case(V, 100)
def while_closures(x, n):
    t = x[0]
    k = 0
    def more():
        return k < n and t < 50.0
    def step():
        nonlocal t, k
        t = t * 1.1 + x[1] * 0.1
        k += 1
    while more():
        step()
    return t + k


@case(V, 100)
def while_cond_changes_array(x, n):
    a = x * 1.0
    def f():
        a[0] *= 1.1
        return a[0] < 5.0
    k = 0
    while f() and k < n:
        k += 1
        a[1] += a[0]
    return np.sum(a) + k


@case(V, 2)
def nested_while_walrus(x, n):
    t = 0.0
    k = 0
    while (k := k + 1) < 4:
        j = 0
        while (j := j + 1) < k:
            t += x[j] * k
    return t * k + j


@case(V)
def arg_star_effects(x):
    l = [x[0], x[1]]
    def f():
        l.append(7.0)
        return 3.0
    def g(*a): return sum(a) * len(a)
    return g(*l, f(), *l)


@case(V, 3)
def early_return_closure(x, n):
    def find(limit):
        for k in range(n):
            def f(): return x[k]
            if f() > limit:
                return f
        return lambda: 0.0
    return find(1.5)() * 2


@case(0.7)
def y_combinator(x):
    Y = lambda f: (lambda g: g(g))(lambda g: f(lambda n: g(g)(n)))
    fac = Y(lambda rec: lambda n: x if n == 0 else n * rec(n - 1))
    return fac(4)


@case(0.7)
def compose(x):
    def comp(*fs):
        def h(z):
            for f in fs:
                z = f(z)
            return z
        return h
    return comp(math.sin, lambda z: z * x, math.exp)(x)


@case(0.7)
def memo(x):
    cache = {}
    def fib(n):
        if n not in cache:
            cache[n] = x if n < 2 else fib(n - 1) + fib(n - 2)
        return cache[n]
    return fib(8) * len(cache)


@case(0.3, 0.7)
@case(0.9, -0.7)
@case(-0.3, 0.7)
def chosen_in_some_iterations(x, y):
    total = x
    for i in range(3):
        if x * i > 0.0:
            g = math.sin if y > i * 0.5 else math.exp
        if i > 0 and x > 0:
            total += g(x) * y
    return total
