"""Functions: closures, defaults, lambdas, partial, methods, callable objects, recursion."""

import functools
import math
from functools import partial

import numpy as np
from frontend_cases import case

A3 = np.array([1.0, 2.0, 3.0])
SCALE = 2.5
COUNT = 3
AXIS = 0
WEIGHTS = {"w": A3, "b": [1.0, 2.0]}
act = np.tanh


class Model:
    """An object from outside: its attributes are captured."""

    def __init__(self):
        self.w = A3 * 2
        self.k = 3.0
        self.steps = 2

    def apply(self, x):
        for _ in range(self.steps):
            x = x * self.k + self.w.sum()
        return x

    def __call__(self, x):
        return self.apply(x) + 1

    @staticmethod
    def twice(x):
        return 2 * x

    @classmethod
    def named(cls, x):
        return x * len(cls.__name__)


MODEL = Model()


def power(x, n=2, *, shift=0.0):
    return x**n + shift


def helper(x, table=(1.0, 2.0)):
    return x * table[0] + table[1] * SCALE


def factorial(n):
    return 1 if n <= 1 else n * factorial(n - 1)


def tree_sum(t):
    if isinstance(t, tuple):
        return sum(tree_sum(c) for c in t)
    return t


@case(2.0)
def captured(x):
    return x * SCALE + COUNT, A3 * x, WEIGHTS["w"][1] + WEIGHTS["b"][0], A3.sum(axis=AXIS), act(x), math.sqrt(COUNT)


@case(2.0)
def defaults_and_keywords(x):
    return power(x), power(x, 3), power(n=3, x=x), power(x, shift=x), helper(x), helper(x, (x, x)), helper(x, table=[1.0, x])


@case(2.0)
def late_binding(x):
    fs = [lambda v: v * k for k in (1.0, 2.0, 3.0)]
    gs = [lambda v, k=k: v * k for k in (1.0, 2.0, 3.0)]
    return fs[0](x) + fs[1](x), gs[0](x) + gs[1](x)


@case(2.0)
def late_binding_of_a_name(x):
    k = 1.0

    def f(v):
        return v * k

    before = f(x)
    k = 10.0
    return before, f(x)


@case((2.0, 3))
def closure_in_a_loop(x, n):
    total = 0.0

    def add(v):
        nonlocal total
        total += v
        return total

    last = 0.0
    for i in range(n):
        last = add(x * i)
    return total, last


@case(2.0)
def counter(x):
    def make(start):
        count = start

        def step(by=1.0):
            nonlocal count
            count = count + by
            return count

        return step

    a, b = make(0.0), make(x)
    a()
    a(5.0)
    b()
    return a(), b(x)


@case((2.0, 1.0), (2.0, -1.0))
def nonlocal_in_a_branch(x, c):
    y = 0.0

    def change():
        nonlocal y
        y = x

    if c > 0:
        change()
    return y


@case(2.0)
def lambdas(x):
    square = lambda v: v * v
    compose = lambda f, g: lambda v: f(g(v))
    return square(x), compose(square, math.sin)(x), (lambda a, b=2.0: a / b)(x), (lambda *a: sum(a))(x, 1.0)


@case(2.0)
def higher_order(x):
    def apply(f, n, v):
        for _ in range(n):
            v = f(v)
        return v

    return apply(lambda v: v * 1.5 + x, 3, 1.0), apply(math.cos, 2, x)


@case(2.0)
def objects(x):
    return MODEL.apply(x), MODEL(x), MODEL.w[1] * x, Model.twice(x), MODEL.twice(x), MODEL.named(x), MODEL.k


@case(2.0)
def partials(x):
    cube = partial(power, n=3)
    return partial(power, x)(2), functools.partial(power, shift=1.0)(x), cube(x)


@case((2.0, 5), (2.0, 0))
def recursion_on_statics(x, n):
    return x * factorial(5) + n, tree_sum((x, (1.0, (x, 2.0)), 3.0))


def mutate(a, i, v=1.0):
    a[i] = v
    return a


@case(A3)
def mutating_helpers(a):
    b = mutate(a, 0)
    mutate(b, 1, v=b[0] * 7)
    mutate(a[1:], -1, 9.0)
    return a, b


@case(A3)
def shared_mutable_default(a):
    def collect(v, into=[]):
        into.append(v)
        return into

    collect(a[0])
    collect(a[1])
    return collect(a[2])


def early(x, flag):
    if x > 1:
        return x, "big"
    if flag:
        return x * 2, "flagged"
    return 0.0, "none"


@case((2.0, True), (0.5, True))
def helper_with_early_returns(x, flag):
    v = early(2.0, flag)
    return v[0] + x


@case(2.0)
def printing_helpers(x):
    def noisy(v, name):
        print(name, v)
        return v

    return noisy(x, "a") + noisy(1.0, "b") * noisy(2.0, "c"), [noisy(i, "i") for i in range(2)], {
        noisy(1, "key"): noisy(2.0, "value")
    }


@case(2.0, -2.0)
def short_circuit_effects(x):
    def noisy(v):
        print(v)
        return v

    return (noisy(x) > 0 and noisy(1.0) > 0) or noisy(3.0) > 5


@case((A3, 2))
def nested_functions_share_arrays(a, n):
    out = np.zeros(3)

    def step(i):
        out[i] = a[i] * 2
        if i > 0:
            out[i] += out[i - 1]

    for i in range(n):
        step(i)
    return out


@case(2.0)
def shadowed_builtins(x):
    sum = lambda v: v * 3
    max = x
    return sum(max)


@case(2.0)
def function_attributes_and_names(x):
    def f(v):
        return v

    g = f
    return g(x) if g.__name__ == "f" and callable(g) else 0.0


@case((2.0, 1.0), (2.0, -1.0))
def function_chosen_at_run_time_by_call(x, c):
    return math.sin(x) if c > 0 else math.cos(x)


@case((2.0, "sin"), (2.0, "cos"))
def function_chosen_by_name(x, name):
    table = {"sin": math.sin, "cos": np.cos}
    return getattr(math, name)(x) + table[name](x)


@case(2.0)
def inner_import(x):
    import math as m
    from math import cos as c

    return m.sin(x) + c(x)


@case((0.5, 4), (0.5, 0))
def numbers_known_when_compiling(x, n):
    total = 0.0
    for k in range(n):
        total += x**k / math.factorial(k)
    return total + math.comb(5, 2) * math.gamma(4) + math.gcd(12, 18)


@case(np.array([0.5, 2.0]), np.array([0.5, 2.0], dtype=np.float32))
def limits_of_dtypes(a):
    return a * np.finfo(a.dtype).eps, np.finfo(float).tiny, np.iinfo(np.int32).max


@case(np.array([0.5, 2.0, 3.0]))
def reduced(a):
    product = functools.reduce(lambda p, q: p * q, [a[0], a[1], a[2]], 2.0)
    return product + functools.reduce(max, (a[0], a[1]))


def numbered(x, n):
    print("started")
    for i in range(n):
        got = yield x * i
        print("asked again", got)
    yield from (x, 1.0)
    return None


@case((1.5, 0), (1.5, 3))
def generators(x, n):
    total = 0.0
    for v in numbered(x, n):
        print(v)
        total += v
        if total > 6.0:
            break
    return total
