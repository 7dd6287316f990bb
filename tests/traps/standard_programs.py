"""Python's standard library in programs that are easily run wrong; see test_trap_standard.py."""
# ruff: noqa  (odd on purpose)

import collections
import functools
import itertools
import math
import operator
from collections import namedtuple

import numba
import numpy as np
from judge import Cases

CASES = Cases()
case = CASES.case
A = np.array([0.3, -0.7, 1.1])
Point = namedtuple("Point", "x y")


@case(A)
def accumulated(a):
    return sum(itertools.accumulate(a)) + list(itertools.accumulate(a, lambda p, q: p * q + 1.0))[2] + sum(itertools.accumulate(a, initial=2.0))


@case(A)
def products(a):
    total = sum(u * v * v for u, v in itertools.product(a, a))
    total += sum(u * v * w for u, v, w in itertools.product([a[0], a[1]], repeat=3))
    return total + sum(u * v for u, v in itertools.combinations(a, 2)) * sum(u for u, v in itertools.combinations_with_replacement(a, 2))


@case(A)
def permuted(a):
    return sum(p[0] * p[1] ** 2 for p in itertools.permutations([a[0], a[1], a[2]], 2))


@case(A)
def neighbours(a):
    return sum(u * v for u, v in itertools.pairwise(a)) + sum(itertools.chain(a, a[:2], [1.0]))


@case(A, 2)
@case(A, 0)
def sliced(a, n):
    def powers(v):
        p = 1.0
        while True:
            yield p
            p *= v

    return sum(itertools.islice(powers(a[2]), 5)) + sum(itertools.islice(powers(a[0]), 1, 6, 2)) + sum(itertools.islice(a, n))


@case(A)
def while_it_lasts(a):
    return sum(itertools.takewhile(lambda v: v > 0.0, a)) + 10.0 * sum(itertools.dropwhile(lambda v: v > 0.0, a)) + sum(itertools.filterfalse(lambda v: v > 0.5, a)) * a[0]


@case(A)
def zipped_with_endless_ones(a):
    total = 0.0
    for v, s in zip(a, itertools.cycle([1.0, -2.0])):
        total += v * s
    for k, v in zip(itertools.count(1), a):
        total += v * v * k
    for r, v, w in zip(itertools.repeat(a[0]), a, a[:2]):
        total += r * v * w
    return total


@case(A)
def what_zip_asks_for(a):
    asked = [0.0]

    def noted():
        while True:
            asked[0] += 1.0
            yield asked[0]

    total = sum(v * k for k, v in zip(noted(), a))
    first = asked[0]
    total += sum(v * k for v, k in zip(a, noted()))
    return total * first * asked[0]


@case(A)
def starred(a):
    return sum(itertools.starmap(pow, [(a[0], 2), (a[2], 3)])) + sum(itertools.compress(a, [True, False, True]))


@case(A)
@case(-A)
def in_order(a):
    s = sorted(a, key=lambda v: -v)
    t = sorted([a[0], a[1], a[2]], key=abs, reverse=True)
    u = sorted(a, reverse=True)
    return s[0] * 3.0 + s[1] * s[2] + t[0] * t[2] ** 2 + u[0] * 7.0 - u[2]


@case(A)
@case(np.array([0.5, 0.4, -1.0]))
def pairs_in_order(a):
    s = sorted(zip([a[0], a[1], a[2]], [1.0, 2.0, 3.0]))
    t = sorted([(3, a[0]), (2, a[1]), (2, a[2])], key=operator.itemgetter(1), reverse=True)
    o = sorted(range(len(a)), key=lambda i: a[i])
    return sum(k * u * w for k, (u, w) in enumerate(s, 1)) + sum(k * n * v for k, (n, v) in enumerate(t)) + a[o[0]] * o[1]


@case(A)
def sorted_in_place(a):
    s = [a[0], a[1], a[2]]
    t = s
    s.sort(key=lambda v: (v - 0.2) ** 2)
    return t[0] * 3.0 + t[1] * t[2]


@case(A)
@case(-A)
def largest_by(a):
    i = max(range(len(a)), key=lambda k: a[k])
    first = max([(1, a[0]), (2, a[1])], key=lambda row: row[1] ** 2)
    return max([a[0], a[1], a[2]], key=abs) * 2.0 + min(a, key=lambda v: (v - 1.0) ** 2) + a[i] * i + first[0] * first[1] + max(a[0], -a[1], key=lambda v: v * v)


@case(A)
def largest_or(a):
    kept = [v for v in a if v > 5.0]
    return max(kept, default=a[1]) + min([], default=a[0]) * max(a, default=0.0)


@case(A[:0])
def largest_of_none(a):
    return max(a, key=lambda v: v)


@case(A)
def reduced(a):
    return functools.reduce(lambda p, q: p * q + p, a) + functools.reduce(operator.mul, [a[0], a[1]], 2.0)


@case(A, 3)
@case(A, 1)
def sums_of_arrays(a, n):
    return (sum(a * i for i in range(n)) * a).sum() + sum([a, a * a])[1] + sum(a * i + 1.0 for i in range(3))[0]


@functools.lru_cache(maxsize=None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


@functools.cache
def squared(v):
    return v * v


@functools.cache
def arrays(n):
    return np.ones(n)


@case(1.5, 3)
def cached(x, n):
    return x * fib(10) + squared(x) * squared(n)


@case(1.5, refused="AD177")
def cached_arrays(x):
    b = arrays(3)
    b[0] = x
    return arrays(3).sum()


def twice(f):
    @functools.wraps(f)
    def g(*a, **k):
        return 2.0 * f(*a, **k)

    return g


@case(1.5)
def wrapped(x):
    @twice
    def h(v, by=3.0):
        return v * x * by

    return h(x) + h(x, by=x)


@case(1.5)
def getters(x):
    d = {"a": x, "b": x * x}
    return operator.itemgetter("a")(d) * sum(operator.itemgetter("a", "b")(d)) + operator.attrgetter("x")(Point(x, 1.0)) + operator.methodcaller("_replace", y=x)(Point(1.0, 2.0)).y


@case(A)
def with_default(a):
    d = collections.defaultdict(float)
    e = collections.defaultdict(list)
    for i in range(3):
        d["even" if i % 2 == 0 else "odd"] += a[i]
        e[i // 2].append(a[i])
    return d["even"] * d["odd"] + sum(e[0]) * sum(e[1]) + len(d) + d["new"] + len(d) + (10.0 if isinstance(d, dict) else 0.0)


@case(A)
def queue(a):
    q = collections.deque([a[0]], maxlen=2)
    q.append(a[1])
    q.append(a[2])
    total = q[0] * 2.0 + len(q)
    q.appendleft(3.0 * a[0])
    total += sum(k * v for k, v in enumerate(q, 1))
    last = q.pop()
    return total * q.popleft() + last


@case(1.5)
def counted(x):
    c = collections.Counter("abca")
    c.update("aa")
    return x * c["a"] + x * x * c["nothing"] + sum(c.values()) * x


@case(1.5)
def ordered(x):
    d = collections.OrderedDict([("b", x), ("a", x * x)])
    d.move_to_end("b")
    d.move_to_end("b", last=False)
    d["c"] = 3.0
    key, value = d.popitem(last=False)
    return sum(k * v for k, v in enumerate(d.values(), 1)) + (value if key == "b" else 100.0)


@case(1.5)
def chained(x):
    m = collections.ChainMap({"a": x}, {"a": 1.0, "b": x * x})
    m["c"] = x**3
    return m["a"] * m["b"] + m.get("d", m["c"])


@case(1.5)
def named_inside(x):
    Pair = collections.namedtuple("Pair", ["u", "v"])
    p = Pair(x, v=x * x)
    return p.u * p.v + p[1]


@case(1.5)
def sets(x):
    s = {3, 1, 2} | {5}
    s.add(4)
    s.discard(1)
    t = s & {2, 3, 7}
    u = {k % 2 for k in range(5)}
    seen = set()
    total = 0.0
    for k in (1, 2, 2, 3, 1):
        if k in seen:
            continue
        seen.add(k)
        total += x * k
    return total + x * len(s) * sum(t) * len(u) + list({3, 1, 2})[0] * x + (2 in s) + (s == {2, 3, 4, 5}) + sorted({"b", "a"}).index("b")


class Weighed:
    def __init__(self, weight, value):
        self.weight = weight
        self.value = value


@case(A)
@case(A[::-1].copy())
def objects_in_order(a):
    items = [Weighed(a[0], a[1]), Weighed(a[1], a[2]), Weighed(a[2], a[0])]
    up = sorted(items, key=lambda item: item.weight)
    down = sorted(items, key=lambda item: (item.value > 0.0, item.weight), reverse=True)
    pairs = sorted([[a[0], 1.0], [a[1], 2.0]], key=operator.itemgetter(0))
    items.sort(key=operator.attrgetter("value"))
    return up[0].weight * 2.0 + up[2].value * 3.0 + down[0].weight * up[1].weight + items[0].value ** 2 + pairs[0][0] * pairs[0][1]


@case(A, refused="AD138")
def one_of_the_objects_in_order_is_written(a):
    items = [Weighed(a[0], a[1]), Weighed(a[1], a[2])]
    up = sorted(items, key=lambda item: item.weight)
    items[0].weight = 7.0
    return up[0].weight * up[0].value


@case(A, refused="AD187")
def objects_without_a_key(a):
    return sorted([Weighed(a[0], a[1]), Weighed(a[1], a[2])])[0].weight


@case(1.5, refused="AD187")
def order_of_a_set_of_strings(x):
    for name in {"a", "b"}:
        x = x * 2.0 if name == "a" else x + 1.0
    return x


@case(1.5)
def keys_made_of_numbers(x):
    p = {f"W{i}": x * i for i in range(3)}
    t = 0.0
    for i in range(3):
        t += p[f"W{i}"] * p["W%d" % i] * p["W{}".format(i)] * p["W" + str(i)] + p[f"{'W'}{i:d}"]
    return t


@case(1.5, 3)
def keys_made_of_an_argument(x, n):
    p = {f"W{i}": x * i for i in range(n)}
    t = 0.0
    for i in range(n):
        t += p[f"W{i}"]
    return t * p[f"W{0}"] + t


@case(A)
def slice_objects(a):
    s = slice(1, None)
    return (a[s] * 2.0).sum() * len(a[slice(2)]) + a[slice(None, None, -1)][0]


class Countdown:
    def __init__(self, x, n):
        self.x = x
        self.n = n

    def __iter__(self):
        return self

    def __next__(self):
        if self.n <= 0:
            raise StopIteration
        self.n -= 1
        return self.x * self.n


@case(1.5, 4)
def own_iterators(x, n):
    c = Countdown(x, n)
    total = 0.0
    for v in c:
        total += v * total + v
        if c.n == 1:
            break
    return total + sum(c) * 10.0 + sum(Countdown(x, 2))




@case(1.5)
def made_of_others(x):
    d = collections.defaultdict(float)
    d["ab"] += x
    e, f = dict(d), {}
    f.update(d)
    return e["ab"] * 2.0 + f["ab"] * 3.0 + collections.OrderedDict(d)["ab"] ** 2 + len(e)


@case(1.5, refused="AD208")
def equal_queues(x):
    return x * (2.0 if collections.deque([1, 2]) == collections.deque([1, 2]) else 3.0)


@case(1.5)
def equal_sets(x):
    return x * (2 if {1, 2} == {2, 1} else 3) * (2 if {1, 2} == [1, 2] else 3) * (2 if {1, 2} != {2, 1} else 3) * (2 if {1} < {1, 2} else 3)


@case(1.5)
def a_set_changed_in_place(x):
    s = {1, 2, 3}
    t = s
    s |= {4}
    s -= {1}
    s &= {2, 4, 5}
    u = t.copy()
    u.clear()
    q = r = collections.deque([x])
    q += [2.0 * x]
    return x * len(t) * (len(u) + 1) + sum(r) + collections.Counter("abb").most_common(1)[0][1]


@case(A, 1)
@case(A, -2)
@case(A[:0], 1)
def slices_of_lists(a, n):
    s = [v * v for v in a]
    t = s[n:]
    t.append(3.0)
    u = [a * v for v in a][1:]
    return sum(s[1:]) + sum(s[::-1][:2]) * sum(t) + sum(s[:n]) + sum(k * v for k, v in enumerate(s[-1::-2])) + sum(w.sum() for w in u)


@case(A, 0.7)
def functions_for_operators(a, k):
    b = a * 1.0
    c = operator.iadd(b, a)
    c[0] = 3.0
    operator.setitem(b, 1, k)
    n = operator.imul(2.0, k)
    test = operator.contains([1, 2], 2) and operator.not_(k > 5.0) and operator.is_not(b, None)
    return np.sum(b * c) * n + operator.getitem(a, -1) + operator.indexOf([k, 2.0], k) * k + operator.truth(test) * operator.pos(k)


@case(A)
@case(A[:1])
def factors_of_a_number_that_only_the_run_tells(a):
    positive = [float(v) for v in a if v > 0.0]
    return math.prod(positive) * math.prod(a, start=2.0) + math.prod(v * v for v in a)


@case(np.array([[0.5, 1.5], [2.0, -1.0]]))
def chained_rows(m):
    return sum(v**k for k, v in enumerate(itertools.chain.from_iterable(m), 1)) + sum(itertools.chain.from_iterable([m[0], (1.0, m[1, 1])]))


@case(A, 5, 3)
def operators_of_integers_and_lists(a, i, j):
    bits = operator.and_(i, j) + operator.or_(i, j) * 2 + operator.xor(i, j) * 3 + operator.lshift(i, 2) + operator.rshift(i, 1) + operator.invert(j)
    both = operator.concat([a[0], 1.0], [a[1]])
    both = operator.iconcat(both, [2.0])
    number = operator.ipow(operator.itruediv(operator.isub(a[2], 0.25), 2.0), 3)
    return bits * a[0] + sum(both) * operator.countOf([1, 2, 1], 1) + number * operator.is_(both, both)
