"""Tuples, lists, dicts, dataclasses, NamedTuples; comprehensions."""


from collections import namedtuple
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from frontend_cases import case

A3 = np.array([1.0, 2.0, 3.0])
M22 = np.array([[1.0, 2.0], [3.0, 4.0]])


class Point(NamedTuple):
    x: float
    y: float = 2.0


Pair = namedtuple("Pair", "a b")


@dataclass
class Layer:
    w: np.ndarray
    b: float = 0.5
    tags: tuple = ()

    def forward(self, x):
        return self.w * x + self.b

    @property
    def size(self):
        return len(self.w)


@dataclass
class Net:
    layers: list
    scale: float = 1.0
    extra: dict = field(default_factory=dict)

    def __call__(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x * self.scale


@case({"w": A3, "b": 2.0, "sub": {"k": (1.0, [2.0, 3])}})
def nested_dicts(p):
    p2 = {**p, "b": p["b"] * 2, "new": p["sub"]["k"][1][0]}
    return p2, p2.get("zz", 7.0), p2.get("b"), "w" in p, "q" not in p, len(p), list(p), p["sub"]["k"][1][-1]


@case((Point(3.0, 4.0), Layer(A3)))
def objects(p, layer):
    q = Point(p.y, p.x)
    r = Point(1.0)
    x, y = q
    s = Layer(layer.w * 2, b=p.x)
    s.b += 1.0
    s.w[0] = 9.0
    return q, q[0] * r.y, x - y, s, layer.forward(2.0), s.forward(1.0), layer.size, Pair(b=1.0, a=2.0)


@case((Net([Layer(A3), Layer(A3 * 2, 1.0)], 2.0), A3))
def network(net, x):
    return net(x), net.layers[1].b, isinstance(net, Net), isinstance(x, np.ndarray), isinstance(net.scale, float)


@case(5, 0, loose=True)
def comprehensions(n):
    squares = [i * i * 0.5 for i in range(n)]
    evens = [i for i in range(n) if i % 2 == 0]
    table = [i * j for i in range(n) for j in range(i) if (i + j) % 2]
    return sum(squares), len(evens), sum(table), len(table), sum(i * 2.0 for i in range(n)), sum(x for x in squares)


@case(A3)
def comprehensions_of_arrays(a):
    rows = [a * k for k in range(3)]
    d = {k: k * a.sum() for k in (1, 2)}
    names = {f"w{i}": a[i] for i in (0, 1, 2)}
    nested = [[x * y for x in (1.0, 2.0)] for y in (a[0], a[1])]
    return rows[1] + rows[2], d, names, nested, np.array([x * 2 for x in a])


@case(A3)
def comprehension_scope(a):
    x = 100.0
    y = [x * 2 for x in a]
    a2 = [a for a in a]
    k = [last := v for v in a]
    return x, sum(y), sum(a2), last, len(k)


@case(2.0)
def comprehension_of_its_own_name(x):
    x = [x * k for x in (x, 2.0) for k in (1.0, x)]
    return x


@case(3, loose=True)
def grows(n):
    xs = []
    for i in range(n):
        xs.append(i * 1.5)
        if i > 0:
            xs.append(xs[-1] + xs[i])
    xs[0] = 7.0
    s = 0.0
    for v in xs:
        s = s * 2 + v
    return s, len(xs), xs[-1], sum(xs), max(xs), xs


@case(3)
def extremes_of_what_grows(n):
    xs = [i * 0.5 for i in range(n)]
    ks = [i for i in range(n)]
    return max(xs), min(xs), max(ks), np.max(xs), max(xs) - min(ks), np.stack(xs, axis=-1)


@case((3, 1.0), (0, 1.0))
def grows_from_something(n, x):
    xs = [x, x * 2]
    for i in range(n):
        xs.append(xs[i] + xs[i + 1])
    return xs, np.array(xs), xs[1:] if False else 0


@case(4)
def filled(n):
    xs = [0.0] * n
    for i in range(n):
        xs[i] = i * 2.0
        xs[0] += xs[i]
    return xs, [1.0, 2.0] * 2, (1.0,) * 3


@case(2.0)
def static_lists(x):
    xs = [x, 2.0]
    ys = xs
    ys.append(3.0)
    zs = xs.copy()
    zs[0] = -1.0
    ys += [4.0]
    xs.extend((5.0, 6.0))
    xs.insert(0, 9.0)
    last = ys.pop()
    first = ys.pop(0)
    xs.reverse()
    return xs, zs, last, first, xs[1:3], xs[::-1], xs + zs, len(xs), x in xs, xs.index if False else 0


@case(2.0)
def list_multiplied_in_place(x):
    xs = [x, 1.0]
    ys = xs
    ys *= 2
    return xs, ys


@case(2.0)
def list_written_while_it_is_run_over(x):
    xs = [x, 1.0, 2.0]
    s = 0.0
    for i, v in enumerate(xs):
        if i < 2:
            xs[i + 1] = v * 10
        s += v
    for v in xs:
        xs[2] = -1.0
        s += v
    return s, xs


@case(3)
def grown_list_written_while_it_is_run_over(n):
    xs = []
    for i in range(n):
        xs.append(i * 1.0)
    s = 0.0
    k = 0
    for v in xs:
        if k + 1 < n:
            xs[k + 1] = v + 10.0
        k += 1
        s += v
    return s, xs


@case(2.0)
def dicts_change(x):
    d = {"a": x}
    d["b"] = x * 2
    d["a"] += 1.0
    e = d
    e["c"] = 3.0
    d.update({"a": 0.5}, z=9.0)
    f = dict(d, q=1.0)
    g = d.copy()
    g["a"] = 100.0
    return d, e["c"], f, g, dict([("k", x)]), dict(m=x), sum(d.values())


@case((2.0, 1.0), (2.0, -1.0))
def dict_changed_in_a_branch(x, c):
    d = {"a": x, "b": 1.0}
    if c > 0:
        d["a"] = 5.0
    for i in range(3):
        d["b"] = d["b"] * d["a"] + i
    return d


@case((2.0, 1.0), (2.0, -1.0))
def tuples_from_branches(x, c):
    if c > 0:
        t = (x, 1.0, (2.0, x))
    else:
        t = (1.0, x, (x, 3.0))
    a, b, (p, q) = t
    return a, b, p, q, t[2][0], t


@case((2.0, 3))
def tuple_carried(x, n):
    state = (x, 0.0)
    for i in range(n):
        state = (state[1] + i, state[0] * 2)
    return state


@case((2.0, 3))
def object_carried(x, n):
    p = Point(x)
    layer = Layer(A3.copy(), x)
    for i in range(n):
        p = p._replace(x=p.y) if False else Point(p.y, p.x + i)
        layer.b = layer.b + p.x
    return p, layer.b


@case((1.0,), (1.0, 2.0, 3.0))
def starred_arguments(*xs):
    s = 0.0
    for x in xs:
        s = s * 2 + x
    first, *rest = xs
    return s, first, rest, len(xs)


def total(*args, scale=1.0, **more):
    s = 0.0
    for a in args:
        s += a
    for key, value in more.items():
        s += len(key) * value
    return s * scale


@case((1.0, 2.0))
def starred_calls(x, y):
    args = [x, y]
    return total(*args, x, scale=y), total(*(x, y), scale=3.0, q=x), total(), total(x, abc=y)


@case(([1.0, 2.0, 3.0], (4.0, 5.0)))
def list_arguments(xs, ys):
    s = 0.0
    for i in range(len(xs)):
        s += xs[i] * (i + 1)
    for a, b in zip(xs, ys):
        s += a * b
    return s, xs[-1], sum(ys), max(xs), np.array(xs) * 2, xs[:2]


@case(([A3, A3 * 2], 2))
def list_of_arrays_by_index(ws, n):
    s = 0.0
    for i in range(n):
        s += (ws[i] * (i + 1)).sum()
    return s


@case(([A3, M22], 2))
def list_of_different_arrays_by_index(ws, n):
    s = 0.0
    for i in range(n):
        s += ws[i].sum() * (i + 1)
    return s


@case(2.0, -2.0)
def list_grows_on_one_path(x):
    xs = [1.0]
    if x > 0:
        xs.append(x)
    s = 0.0
    for v in xs:
        s += v
    return s, len(xs)


@case(A3)
def mapped(a):
    return list(map(lambda v: v * 2, (1.0, a[0]))), sum(map(abs, (-1.0, a[1]))), list(zip((1, 2), (a[0], a[1]))), list(range(3))


@case(3.0)
def generator_sees_late_values(x):
    k = 1.0
    values = [k * v for v in (x, 2.0)]
    k = 5.0
    return sum(values), k


@case(2.0)
def empties(x):
    return (), [], {}, x if not [] else 0.0, x if not {} else 0.0, len(())


@case((np.array([0.5, -1.0, 2.0]), 3), (np.array([0.5, -1.0, 2.0]), 0))
def dicts_over_ranges(a, n):
    named = {f"w{k}": a[k] * 2 for k in range(2)}
    nested = {i: {j: a[j] * i for j in reversed(range(2))} for i in range(n) if i % 2}
    total = 0.0
    for i in range(3):
        d = {j: a[j] * i for j in range(2)}
        total += d[0] * d[1]
    return named, nested, total


@case(1.5)
def sets(x):
    s = {1, 2, 2}
    t = {k % 2 for k in (1, 2, 3)}
    s.add(7)
    print(len(s), len(t), 2 in s, 5 in t, tuple(sorted(s | t)))
    return x * len(s) * sum(t)
