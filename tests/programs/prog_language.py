"""Features of the language, each in a program as small as it can be."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import njit
from prog_corpus import Program, numbers, signed


def scale_in_place(a, s):
    for i in range(len(a)):
        a[i] *= s


def add_outer(a, x):
    a[:] = a + x * x
    return a[0]


def helper_mutates(x, s):
    a = x.copy()
    scale_in_place(a, s)
    first = add_outer(a, x)
    scale_in_place(a[1:], s)
    return np.sum(a * x) + first


def helper_mutates_local(x):
    buf = np.zeros(len(x))

    def put(i, v):
        buf[i] = v * v

    for i in range(len(x)):
        put(i, x[i])
    put(0, x[-1])
    return buf.sum() * buf[0]


def view_written(A, c):
    """A row of a matrix is a view: writing it writes the matrix."""
    A = A.copy()
    for i in range(A.shape[0]):
        row = A[i]
        row[1:] -= c * row[:-1]
    return A


def view_of_view(A):
    A = A.copy()
    inner = A[1:, ::2]
    col = inner[:, -1]
    col *= A[1:, 0]
    inner[0, :] = col[0] * 2.0
    return (A * A).sum()


def view_transposed(A):
    A = A.copy()
    t = A.T
    t[0] = t[1] * t[0]
    A[0, 0] = A[0, 0] ** 2
    return (t * t).sum()


def view_reshaped(x):
    y = x.copy()
    m = y.reshape(2, 3)
    m[1] *= m[0]
    y[0] = y[5] * 2.0
    return m.sum() + (y * y).sum()


def overwritten_after_use(a):
    b = a * a
    a[0] = 5.0
    return (b * a).sum()


def stored_twice(x):
    """The same element stored twice in one iteration."""
    a = np.zeros(3)
    for i in range(len(x)):
        a[0] = x[i] * a[1]
        a[1] = a[0] + x[i] ** 2
        a[0] = a[1] * a[0]
        a[i % 3] = a[i % 3] * x[i] + a[0]
    return np.sum(a**2)


def zero_trips(x, n):
    y = x
    for i in range(n):
        y = y * x
        for j in range(i):
            y = y + x * j
    while n > 100:
        y = y * 2.0
        n -= 1
    return y * y


def nested_exits(x, skip, stop):
    """Three loops deep, with continue and break."""
    total = 0.0
    for i in range(3):
        for j in range(4):
            if (i + j) % skip == 0:
                continue
            for k in range(3):
                if i + j + k >= stop:
                    break
                if k == 1 and j == 2:
                    continue
                total += x[i] * x[j] * (k + 1.0)
                total = math.sin(total)
            if total > 0.9:
                break
        total *= x[i]
    return total


def branch_on_active(x):
    y = 0.0
    for i in range(len(x)):
        if x[i] > 0.0:
            y += x[i] ** 2
        elif x[i] < -1.0:
            y -= x[i] * y
        else:
            y = y * x[i] + 1.0
    return y


def dict_of_parameters(params, x):
    h = x
    for name in ("first", "second"):
        h = np.tanh(params[name]["W"] @ h + params[name]["b"])
    return params["scale"] * np.sum(h)


class Layer(NamedTuple):
    W: np.ndarray
    b: np.ndarray


@dataclass
class Model:
    layers: list
    scale: float

    def __call__(self, x):
        for layer in self.layers:
            x = np.tanh(layer.W @ x + layer.b)
        return self.scale * x


def dataclass_of_parameters(model, x):
    return np.sum(model(x) ** 2)


def list_of_arrays(weights, x):
    for i in range(len(weights)):
        x = np.tanh(weights[i] @ x)
    return x.sum()


def comprehension(A, x):
    rows = [np.sin(row) * x for row in A]
    return sum([np.sum(r * rows[0]) for r in rows])


def comprehension_stacked(xs):
    ys = np.array([v * v for v in xs])
    return np.sum(ys * xs)


CENTER = np.array([0.5, -0.25, 1.0])
SCALE = 1.5

closing_over = lambda x: SCALE * np.sum((x - CENTER) ** 2)


def make_adder(shift):
    def add(x):
        return np.sum(np.exp(x + shift))

    return add


shifted = make_adder(numbers(3))


def late_binding(x):
    fs = []
    for k in range(3):
        fs.append(lambda v: v * k)
    return sum(f(x) for f in fs) * x


def late_binding_comprehension(x):
    fs = [lambda v: v * k for k in range(3)]
    gs = [lambda v, k=k: v * k for k in range(3)]
    total = 0.0
    for f, g in zip(fs, gs):
        total += f(x) * g(x)
    return total


@njit
def under_njit(x):
    s = 0.0
    for i in range(x.shape[0]):
        if i % 2 == 0:
            s += x[i] * x[i]
        else:
            s *= x[i]
    return s


@njit
def njit_inner(a, b):
    return a * b + math.sin(a)


def calls_njit(x, y):
    return njit_inner(x, njit_inner(y, x))


def aliases(x):
    a = x.copy()
    b = a
    b[0] = a[1] * a[2]
    a[1] = b[0] ** 2
    c = a[:2]
    c[0] += b[1]
    return np.sum(a * b)


def swapped_names(x, n):
    a, b = x.copy(), x * x
    for i in range(n):
        a, b = b, a
        a[0] = a[0] * b[1]
    return np.sum(a) + np.sum(b**2)


def chained(x):
    a = b = x.copy()
    a[0] = 3.0 * x[1]
    (c, d), e = (b[0], b[1]), b[2]
    c, d = d, c
    return c * d + e * e * a[0]


def loop_variable_outlives(x):
    for i in range(len(x)):
        last = x[i] * i
    return last * i


def enumerate_and_zip(x, w):
    total = 0.0
    for i, (a, b) in enumerate(zip(x, w)):
        total += a * b**i
    for a, b in zip(x[::-1], reversed(range(len(x)))):
        total += a * b
    return total


def range_steps(x):
    s = 1.0
    for i in range(len(x) - 1, 0, -2):
        s = s * x[i] + x[i - 1]
    for i in reversed(range(0, len(x), 3)):
        s += x[i] ** 2
    return s


def conditional_and_chained(x, y):
    z = x if x < y < 2.0 * x or y > 10.0 else y * y
    return z * (1.0 if not (x > 0.0 and y > 0.0) else x * y)


def growing_list(x, n):
    values = [x]
    while len(values) < n:
        values.append(math.sin(values[-1]) + values[0])
    return sum(values) + values[len(values) // 2] ** 2


def fibonacci_like(x, n):
    a, b = x, 1.0
    for _ in range(n):
        a, b = b, a * x + b
    return a * b


def where_and_clip(x):
    y = np.where(x > 0.0, np.sqrt(np.abs(x)), x**3)
    return np.sum(np.clip(y, -0.5, 0.8) * x) + np.sum(np.maximum(x, y) * np.minimum(x, 0.3))


def gather_and_scatter(x, idx):
    y = np.zeros(4)
    y[idx] += x
    z = np.zeros(4)
    np.add.at(z, idx, x * x)
    g = x[idx] * z[idx]
    return np.sum(y**2) + np.sum(z**3) + np.sum(g)


def masked(x):
    y = x.copy()
    y[y < 0.0] *= 0.5
    m = x > 0.3
    return np.sum(y**2) + np.sum(x[m] ** 3)


def assembled(x):
    a = np.concatenate([x, x[::-1] ** 2])
    b = np.stack([x, np.roll(x, 1), np.flip(x)])
    c = np.cumsum(a)
    return np.sum(c**2) + np.sum(b[0] * b[1] * b[2]) + np.var(a) + np.std(x)


def reductions(A):
    return (
        np.sum(A.mean(axis=0) ** 2)
        + np.prod(A, axis=1).sum()
        + A.max() * A.min()
        + np.sum(A.sum(axis=1, keepdims=True) * A)
        + A.std()
    )


def fallthrough(x, kind):
    if kind == "square":
        return x * x
    elif kind == "sine":
        return math.sin(x)
    return x


def defaults_and_keywords(x, *, power=2, offset=1.0):
    def inner(v, p=power):
        return v**p + offset

    return inner(x) * inner(v=x, p=3)


def recursion_by_helper(x):
    return outermost(x, depth=2)


def outermost(x, depth):
    if depth == 0:
        return x * x
    return math.sin(outermost(x, depth - 1)) * x


def tuple_result(x, y):
    return x * y, {"sum": x + y, "both": [x * x, np.array([x, y])]}


def weird_types(x, flags, n):
    total = x * n
    for f in flags:
        if f:
            total = total * x
        else:
            total += int(n) // 2
    return total * len(flags)


def asserts(x):
    assert x > 0, "positive please"
    y = math.sqrt(x)
    if y < 0:
        raise ValueError("never")
    return y * x


LAYERS = [Layer(signed(3, 2), signed(3)), Layer(signed(2, 3, seed=1), signed(2, seed=1))]
PARAMS = {
    "first": {"W": signed(3, 2), "b": signed(3)},
    "second": {"W": signed(2, 3, seed=1), "b": signed(2, seed=1)},
    "scale": 1.5,
}
X3 = signed(3, seed=7)
X6 = signed(6, seed=5)
FLAGS = np.array([True, False, True])

PROGRAMS = [
    Program(helper_mutates, ((X3, 1.5),)),
    Program(helper_mutates_local, ((X3,),)),
    Program(view_written, ((signed(2, 4), 0.7),)),
    Program(view_of_view, ((signed(3, 4),),)),
    Program(view_transposed, ((signed(2, 3),),)),
    Program(view_reshaped, ((X6,),)),
    Program(overwritten_after_use, ((X3.copy(),),)),
    Program(stored_twice, ((X3,), (signed(5),), (np.array([]),))),
    Program(zero_trips, ((1.3, 0), (1.3, 1), (1.3, 3))),
    # In float32 `total` is now a float (from math.sin), now a float32: which, only the run can say, so it is refused.
    Program(nested_exits, ((numbers(4), 2, 3), (numbers(4), 3, 9), (numbers(4), 1, 1)), analytic=False, single=False),
    Program(branch_on_active, ((np.array([0.5, -0.3, -2.0, 1.5, -1.4]),), (np.array([]),)), analytic=False),
    Program(dict_of_parameters, ((PARAMS, signed(2)),)),
    Program(dataclass_of_parameters, ((Model(LAYERS, 1.5), signed(2)),)),
    Program(list_of_arrays, (([signed(3, 2), signed(2, 3)], signed(2)), ([signed(2, 2)], signed(2)))),
    Program(comprehension, ((signed(2, 3), X3),)),
    Program(comprehension_stacked, ((X3,),)),
    Program(closing_over, ((X3,),)),
    Program(shifted, ((X3,),)),
    Program(late_binding, ((1.5,),)),
    Program(late_binding_comprehension, ((1.5,),)),
    Program(under_njit, ((X3,), (X6,))),
    Program(calls_njit, ((0.5, 1.5),)),
    Program(aliases, ((X3,),)),
    Program(swapped_names, ((X3, 3), (X3, 2), (X3, 0))),
    Program(chained, ((X3,),)),
    Program(loop_variable_outlives, ((X3,),)),
    Program(enumerate_and_zip, ((X3, numbers(3)),)),
    Program(range_steps, ((X6,), (signed(4),), (signed(1),))),
    Program(conditional_and_chained, ((1.0, 1.5), (1.0, 3.0), (1.0, 11.0), (-1.0, 0.5)), analytic=False),
    Program(growing_list, ((0.7, 5), (0.7, 1))),
    Program(fibonacci_like, ((0.7, 4), (0.7, 0))),
    Program(where_and_clip, ((X6,),), analytic=False),
    Program(gather_and_scatter, ((X3, np.array([1, 0, 1])),)),
    Program(masked, ((X6,), (-numbers(3),)), analytic=False),
    Program(assembled, ((X3,),)),
    Program(reductions, ((signed(3, 2),),), analytic=False),
    Program(fallthrough, ((0.5, "square"), (0.5, "sine"), (0.5, "other"))),
    Program(defaults_and_keywords, ((0.7,),)),
    Program(recursion_by_helper, ((0.7,),)),
    Program(tuple_result, ((0.7, 1.3),)),
    Program(weird_types, ((0.7, FLAGS, 5), (0.7, FLAGS, np.int32(4)))),
    Program(asserts, ((0.7,),), analytic=False),
]
