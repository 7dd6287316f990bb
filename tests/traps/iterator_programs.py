"""Programs with iterators that are easily run wrong; see test_trap_containers.py."""

import functools

import numpy as np
from judge import Cases

CASES = Cases()
case = CASES.case
A = np.array([0.3, -0.7, 1.1])


# Iterators are asked when the consumer wants an item, and no more often.


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def lazy_any(x, a, n):
    seen = []

    def p(v):
        seen.append(v)
        return v > 0.0

    if any((p(v) for v in (x, 2.0 * x, 3.0 * x))):
        return x * len(seen)
    return x


@case(0.7, A, 3)
@case(-0.4, A, 3)
def lazy_all_of_an_array(x, a, n):
    cnt = [0.0]

    def p(v):
        cnt[0] += 1.0
        return v > 0.0

    r = all((p(v) for v in a))
    return x * cnt[0]


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def lazy_any_with_a_filter(x, a, n):
    cnt = [0.0]

    def p(v):
        cnt[0] += 1.0
        return v > 0.0

    r = any((p(v) for v in a if v < 0.5))
    return x * cnt[0]


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def lazy_all_of_a_map(x, a, n):
    cnt = [0.0]

    def p(v):
        cnt[0] += 1.0
        return v > 0.0

    r = all(map(p, a))
    return x * cnt[0]


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def eager_list(x, a, n):
    cnt = [0.0]

    def p(v):
        cnt[0] += 1.0
        return v > 0.0

    r = any([p(v) for v in a])
    return x * cnt[0]


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def names_read_late(x, a, n):
    k = 1.0
    s = 0.0
    for v in (k * w for w in a):
        k = k * 2 + x
        s += v
    return s


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def names_read_late_with_a_filter(x, a, n):
    k = 1.0
    s = 0.0
    for v in (k * w for w in a if w > 0):
        k = k * 2 + x
        s += v
    return s


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def names_read_late_of_a_tuple(x, a, n):
    k = 1.0
    s = 0.0
    for v in (k * w for w in (x, 2 * x, 3 * x)):
        k = k * 2 + x
        s += v
    return s


@case(0.7, A, 3)
@case(-0.4, A, 3)
def names_read_late_in_two_loops(x, a, n):
    k = 1.0
    s = 0.0
    for v in (k * w * u for w in a for u in (1.0, x)):
        k = k * 2 + x
        s += v
        if s > 3:
            break
    else:
        s = s * 5
    return s


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def array_written_between_items(x, a, n):
    b = a * 1.0
    s = 0.0
    for v in (w * w for w in b):
        b[1:] += x
        s += v
    return s


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def array_written_between_zipped(x, a, n):
    b = a * 1.0
    s = 0.0
    for v, w in zip(b, (u * x for u in b)):
        b += v
        s += w
    return s


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def asked_once_more_by_zip(x, a, n):
    cnt = [0.0]

    def g(v):
        cnt[0] += 1.0
        return v

    s = 0.0
    for u, v in zip((g(w) for w in (1.0, 2.0, 3.0)), (x, x)):
        s += u * v
    return s * cnt[0]


@case(0.7, A, 3)
@case(-0.4, A, 3)
def asked_once_more_by_zip_at_run_time(x, a, n):
    cnt = [0.0]

    def g(v):
        cnt[0] += 1.0
        return v

    s = 0.0
    for u, v in zip((g(w) for w in a), a[:2]):
        s += u * v
    return s * cnt[0] + x


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def not_asked_once_more_by_zip(x, a, n):
    cnt = [0.0]

    def g(v):
        cnt[0] += 1.0
        return v

    s = 0.0
    for u, v in zip(a[:2], (g(w) for w in a)):
        s += u * v
    return s * cnt[0] + x


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def asked_once_more_by_nested_zip(x, a, n):
    cnt = [0.0]

    def g(v):
        cnt[0] += 1.0
        return v

    s = 0.0
    for (u, v), w in zip(zip((g(w) for w in a), a[:2]), a):
        s += u * v * w
    return s * cnt[0] + x


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def not_asked_after_break(x, a, n):
    cnt = [0.0]

    def g(v):
        cnt[0] += 1.0
        return v

    s = 0.0
    for u, v in zip((g(w) for w in a), a[:2]):
        s += u * v
        if u > 0:
            break
    return s * cnt[0] + x


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def asked_until_found(x, a, n):
    h = [0.0]

    def push(v):
        h.append(v)
        return v

    z = 2 * x in (push(u) for u in (x, 2 * x, 3 * x))
    return z * len(h) * x


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def asked_for_one(x, a, n):
    h = [0.0]

    def push(v):
        h.append(v)
        return v

    z = next((push(u) for u in (x, 2 * x)))
    return z * len(h)


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def extended_item_by_item(x, a, n):
    h = [0.0]

    def push(v):
        h.append(v)
        return v

    items = [1.0]
    items += (push(v) * len(items) for v in (x, 2 * x))
    return items[-1] * len(h)


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def list_that_grows_while_run_over(x, a, n):
    items = [x, 2 * x]
    s = 0.0
    for v in items:
        if len(items) < 5:
            items.append(v * 2)
        s += v
    return s * len(items)


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def list_that_shrinks_while_run_over(x, a, n):
    items = [x, 2 * x, 3 * x, 4 * x]
    s = 0.0
    for v in items:
        items.pop()
        s += v
    return s * (1 + len(items))


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def list_that_changes_while_run_backwards(x, a, n):
    items = [x, 2 * x, 3 * x, 4 * x]
    s = 0.0
    for v in reversed(items):
        items[0] += 1.0
        s += v
    return s


@case(0.7, A, 3, refused="AD191", backends=("python",))
@case(-0.4, A, 3, refused="AD191", backends=("python",))
def iterator_in_a_tuple(x, a, n):
    t = (zip([x], [x]), 1)
    return sum((p * q for p, q in t[0])) + sum((p * q for p, q in t[0]))


@case(0.7, A, 3, refused="AD191", backends=("python",))
@case(-0.4, A, 3, refused="AD191", backends=("python",))
def iterator_in_a_partial(x, a, n):
    p = functools.partial(sum, (v for v in [x]))
    return p() + p()


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def length_of_an_iterator(x, a, n):
    return len(zip([x], [x])) * x


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def reversed_iterator(x, a, n):
    return sum((v for _, v in reversed(enumerate([x]))))


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def array_of_a_generator(x, a, n):
    return np.array((v * x for v in (1.0, 2.0))).sum()


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def index_known_in_a_generator(x, a, n):
    ps = [x, [2 * x], (3 * x,)]
    return sum((ps[i][0] for i in range(1, 3)))


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def index_known_in_a_map(x, a, n):
    ps = [x, [2 * x], (3 * x,)]
    return list(map(lambda i: ps[i][0], range(1, 3)))[1]


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def sum_inside_sum(x, a, n):
    items = [[x], [2 * x]]
    for r in items:
        r += [1.0]
    return sum(map(sum, items)) + len(items[1]) * x


@case(0.7, A, 3, backends=("python",))
@case(-0.4, A, 3, backends=("python",))
def lambdas_of_a_generator(x, a, n):
    return sum((g(x) for g in (lambda z: z * k for k in (1.0, 2.0, x))))


@case(0.7, A, 3)
def all_over_a_grown_list_beside_a_tuple(x, a, n):
    c = []
    for i in range(2):
        c.append(a[0])
    if all(r < f for f, r in zip(c, (x, 0.5))):
        n = 2
    return x * n


# What has been asked for is not asked for again, where a sum is begun as one of numbers and goes on as one of arrays.


@case(0.6, A)
@case(0.7, A)
def sum_of_some_arrays(x, a):
    return (sum((a * v for v in [x, 2.0 * x, 3.0 * x] if v > 1.0)) * a).sum()


@case(0.7, A)
@case(0.5, A)
def sum_of_either_array(x, a):
    return (sum((a * v if v < 1.8 else x * a for v in (x, 2.0 * x, 3.0 * x) if v > 0.4)) * a).sum()


@case(0.7, A)
@case(0.5, A)
def sum_of_some_pairs_of_arrays(x, a):
    pairs = zip([x, 2.0 * x, 3.0 * x], [a, 2.0 * a, a * a])
    return (sum(v * w for v, w in pairs if v > 0.4 * w[0]) * a).sum()


@case(0.7, A)
@case(0.5, A)
def sum_of_some_pairs_at_once(x, a):
    some = sum(v * w if v > 1.3 else w for v, w in zip([x, 2.0 * x, 3.0 * x], [a, 2.0 * a, a * a]) if v > 0.1)
    return (some * a).sum()


@case(0.7, A)
@case(0.5, A)
def sum_of_some_arrays_that_are_mapped(x, a):
    some = filter(lambda w: w[0] > 0.2, map(lambda v: a * v, [x, 2.0 * x, 3.0 * x]))
    return (sum(some) * a).sum()
