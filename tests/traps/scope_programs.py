"""Scopes: which variable a name means, and when a closure looks at it."""
# ruff: noqa  (odd on purpose)

import numpy as np
from trap_cases import case

V = np.array([1.0, 2.0, 3.0])
K = 5.0
i = 50.0



@case(0.7)
def global_inner(x):
    K = x
    def inner():
        global K
        return K
    return K * inner()


@case(0.7)
def sibling_local(x):
    def a():
        K = x * 2
        return K
    def b():
        return K * x
    return a() + b()


@case(0.7)
def comp_var_hides(x):
    i = 10.0
    t = sum([i * x for i in range(3)])
    return t * i


@case(0.7)
def first_iter_outside(x):
    n = 3
    r = [n * x for n in range(n)]
    return r[0] + r[1] * n + r[2]


@case(0.7)
def walrus_binds_out(x):
    r = [(y := i * x) for i in range(3)]
    return y * r[1]


@case(0.7)
def walrus_in_nested(x):
    def f():
        [(y := i * x) for i in range(3)]
        return y
    y = 5.0
    return f() * y


@case(0.7)
def lambdas_share(x):
    fs = [lambda z: z * i for i in range(3)]
    return fs[0](x) + fs[1](x)


@case(0.7)
def lambdas_default(x):
    fs = [lambda z, i=i: z * i for i in range(3)]
    return fs[0](x) + fs[1](x) + fs[2](x * x)


@case(0.7)
def nested_comp(x):
    m = [[i * j * x for j in range(i + 1)] for i in range(3)]
    return m[2][1] + m[1][1]


@case(0.7)
def loop_closures(x):
    fs = []
    for i in range(3):
        fs.append(lambda: i * x)
    i = 7
    return fs[0]() + fs[2]()


@case(0.7)
def make_counter(x):
    def make():
        c = x
        def bump():
            nonlocal c
            c = c * 2
            return c
        return bump
    a = make(); b = make()
    a(); a()
    return a() + b()


@case(0.7, 4)
def counter_in_loop(x, n):
    def make():
        c = x
        def bump():
            nonlocal c
            c = c * 1.5
            return c
        return bump
    a = make()
    t = 0.0
    for _ in range(n):
        t += a()
    return t


@case(0.7, 3)
def make_in_loop(x, n):
    def make(k):
        def f(z):
            return z * k
        return f
    t = x
    for i in range(n):
        f = make(t)
        t = f(x) + 1.0
    return t


@case(0.7, 3)
def make_in_loop_last(x, n):
    def make(k):
        def f(z):
            return z * k
        return f
    f = make(x)
    for i in range(n):
        f = make(f(x) + 1.0)
    return f(2.0)


@case(0.7)
def recursion(x):
    def p(n):
        return 1.0 if n == 0 else x * p(n - 1)
    return p(5)


@case(0.7)
def mutual(x):
    def even(n):
        return x if n == 0 else odd(n - 1)
    def odd(n):
        return x * x if n == 0 else even(n - 1) * 2.0
    return even(4) + even(5)


@case(0.7)
def redefined_branch(x):
    if x > 0.5:
        def f(z): return z * 2
    else:
        def f(z): return z * 3
    return f(x)


@case(0.7, 3)
def redefined_loop(x, n):
    def f(z): return z
    for i in range(n):
        g = f
        def f(z, g=g): return g(z) * x + 1.0
    return f(x)


@case(0.7)
def rebound_param(x):
    def f(y):
        g = lambda: y
        y = y * 3
        return g() + y
    return f(x)


@case(0.7)
def del_captured(x):
    s = x
    f = lambda: s
    del s
    s = x * 4
    return f()


@case(0.7)
def del_captured_error(x):
    s = x
    f = lambda: s
    del s
    return f()


@case(V)
def captured_written_later(x):
    a = x * 1.0
    f = lambda: np.sum(a)
    a[0] = 10.0
    r = f()
    a = x * 3.0
    return r + f()


@case(0.7)
def comp_global_name(x):
    t = sum([i * x for i in range(3)])
    return t


@case(0.7)
def comp_and_global(x):
    def f():
        return [i * x for i in range(3)][2] + i
    return f()


@case(0.7)
def inner_reads_global_not_comp(x):
    r = [i * x for i in range(3)]
    def g(): return i
    return r[1] * g()


@case(0.7)
def nonlocal_three(x):
    k = x
    def a():
        def b():
            def c():
                nonlocal k
                k += x
            c(); c()
        b(); b()
    a()
    return k * x


@case(0.7)
def nonlocal_shadow(x):
    k = x
    def a():
        k = 5.0
        def b():
            nonlocal k
            k += 1.0
            return k
        return b() + k
    return a() * k


@case(0.7)
def param_shadow(x):
    k = x
    def a(k):
        k = k * 2
        def b(): return k
        return b()
    return a(3.0) * k


@case(0.7, 3)
def nonlocal_in_for_target(x, n):
    k = x
    def a():
        nonlocal k
        for k in range(n):
            pass
    a()
    return k * x


@case(0.7)
def nonlocal_in_comp(x):
    k = x
    def a():
        nonlocal k
        [(k := k + j) for j in range(3)]
    a()
    return k * x


@case(0.7)
def nonlocal_def(x):
    f = None
    def a():
        nonlocal f
        def f(z): return z * x
    a()
    return f(2.0)


@case(0.7)
def lambda_in_comp_cond(x):
    fs = [(lambda j: (lambda: j * x))(j) for j in range(3)]
    return fs[0]() + fs[1]() * 10 + fs[2]() * 100


@case(0.7)
def dict_of_lambdas(x):
    d = {k: (lambda z, k=k: z + k) for k in range(3)}
    return d[0](x) + d[2](x) * 10


@case(V)
def ifexp_array(x):
    a = x * 1.0
    b = a if x[0] > 0 else x * 2
    return np.sum(b)


@case(V)
def generator_late(x):
    s = 2.0
    g = sum(s * v for v in x)
    s = 100.0
    return g + s


@case(0.7)
def closure_sees_later(x):
    def f(): return later * x
    later = 3.0
    r = f()
    later = 5.0
    return r + f()


@case(0.7)
def closure_unbound(x):
    def f(): return later * x
    r = f()
    later = 3.0
    return r


@case(0.7, 2)
def closure_in_branch_captured(x, n):
    if n > 1:
        k = x * 2
        def f(): return k
    else:
        def f(): return 0.0
    k = 7.0
    return f() * x


@case(0.7)
def one_sided_closure(x):
    if x > 0.5:
        def f(z): return z * x
    return f(2.0)


@case(0.7)
def shadow_builtin(x):
    def sum(a): return a * 3
    len = 4.0
    return sum(x) * len


@case(0.7)
def shadow_builtin_param(x):
    def f(abs): return abs * 2
    return f(x) + abs(-x)


@case(0.7)
def iife(x):
    return (lambda a, b=(lambda: 2.0)(): (lambda c: c * a * b)(3.0))(x)


@case(0.7)
def two_lambdas_line(x):
    s = 2.0
    f, g = (lambda s: s * x), (lambda: s * x)
    return f(10.0) + g()


@case(0.7)
def lambda_default_lambda(x):
    f = lambda z=(lambda: x): (lambda x: x * z())(5.0)
    return f()


def doubling_until(far, then):
    """Functions that have one body, and call each other."""
    def run(x):
        if x > far: return x
        return then(x * 2.0)
    return run


MADE = doubling_until(10.0, doubling_until(10.0, lambda x: x * 100.0))
MADE_ON_ALL_PATHS = (lambda f: lambda x: 2.0 * f(x))((lambda f: lambda x: 3.0 * f(x))(np.sin))


def counting(step):
    def down(x, n):
        return x if n == 0 else x * down(x + step, n - 1)
    return down


DOWN = counting(0.5)


@case(0.7)
def made_by_one_factory(x):
    return MADE(x) * x


@case(0.7)
def nested_lambdas_made_outside(x):
    return MADE_ON_ALL_PATHS(x)


@case(0.7, 4)
def a_factory_made_a_recursion(x, n):
    return DOWN(x, n)
