"""Generator functions in programs that are easily run wrong; see test_trap_statements.py."""
# ruff: noqa  (odd on purpose)

import math

import numpy as np
from judge import Cases

CASES = Cases()
case = CASES.case
A = np.array([0.3, -0.7, 1.1])


def multiples(x, n):
    for i in range(n):
        yield x * i


def doubling(x):
    while True:
        yield x
        x = x * 2.0


def several(x):
    yield x
    yield 2.0 * x
    yield from (x * x, x**3)


def walk(tree):
    if isinstance(tree, tuple):
        for part in tree:
            yield from walk(part)
    else:
        yield tree


@case(1.5, 4)
@case(1.5, 0)
def in_a_loop(x, n):
    total = 1.0
    for v in multiples(x, n):
        total += v * total
    return total * x


@case(1.5)
def unpacked(x):
    a, b, c, d = several(x)
    return a * b + c * d


@case(1.5)
def break_out_of_an_endless_one(x):
    total = 0.0
    for k, v in enumerate(doubling(x)):
        if v > 20.0:
            break
        if k == 2:
            continue
        total += v * v
    else:
        total = -1.0
    return total + v


@case(1.5)
def return_out_of_an_endless_one(x):
    for v in doubling(x):
        if v > 20.0:
            return v * x


@case(A)
def two_of_them_nested(a):
    def over(b, s):
        for v in b:
            s = s + v
            yield s

    total = 0.0
    for u in over(a, 0.5):
        for w in over(a, u):
            if w > 1.45:
                break
            total += u * w
        else:
            total += 10.0 * u
    return total


@case(A)
def one_made_of_another(a):
    def squares(b):
        for v in b:
            yield v * v

    def running(items):
        s = 0.0
        for v in items:
            s += v
            yield s

    return sum(v * v for v in running(squares(a)))


@case(A)
def what_is_between_yields_runs_in_order(a):
    log = [1.0]

    def noted(b):
        for v in b:
            log[0] = log[0] * 2.0 + v
            yield v
            log[0] = log[0] + 10.0

    total = 0.0
    for v in noted(a):
        log[0] = log[0] * 3.0
        total += v * log[0]
        if v > 1.0:
            break
    return total + log[0]


@case(A)
def nothing_runs_before_it_is_asked(a):
    log = [0.0]

    def noted():
        log[0] += 1.0
        yield a[0]

    def consumer(items):
        log[0] *= 5.0
        return sum(items) + log[0]

    log[0] = 7.0
    return consumer(noted()) * a[1]


@case(A)
def finally_runs_when_it_is_left(a):
    log = [0.0]

    def noted(b):
        try:
            for v in b:
                yield v
        finally:
            log[0] += 100.0

    total = 0.0
    for v in noted(a):
        total += v
        if v < 0.0:
            break
    total += log[0] * total
    for v in noted(a):
        total += v
    return total * log[0]


@case(A)
def an_exception_of_the_consumer_is_not_the_generators(a):
    def careful(b):
        for v in b:
            try:
                yield v
            except ValueError:
                yield 100.0

    total = 0.0
    try:
        for v in careful(a):
            total += math.sqrt(v)
    except ValueError:
        total = total * 3.0
    return total


@case(A)
def an_exception_of_the_generator_is_the_consumers(a):
    def roots(b):
        for v in b:
            yield math.sqrt(v)

    total = 0.0
    try:
        for v in roots(a):
            total += v
    except ValueError:
        total = total * 3.0
    return total


@case(A)
def an_exception_that_the_generator_catches(a):
    def roots(b):
        for v in b:
            try:
                r = math.sqrt(v)
            except ValueError:
                r = v * v
            yield r

    return sum(r * v for r, v in zip(list(roots(a)), a))


@case(1.5)
def what_it_returned(x):
    def inner(n):
        for k in range(n):
            yield x * k
        return x * n

    def outer():
        last = yield from inner(3)
        yield last * last
        again = yield from inner(2)
        yield again

    return sum(outer())


@case(1.5)
def what_yield_gives_is_none(x):
    def inner():
        got = yield x
        if got is None:
            got = yield x * 3.0
        yield 5.0 if got is None else 7.0 * x

    return sum(inner())


@case(1.5, 2.5)
def a_tree(x, y):
    return sum(k * v for k, v in enumerate(walk((x, (y, x * y, (x,)), ()))))


@case(A)
def as_a_method(a):
    class_like = Steps(a)
    return sum(v * v for v in class_like) + max(class_like.scaled(2.0))


class Steps:
    def __init__(self, values):
        self.values = values
        self.asked = 0

    def __iter__(self):
        for v in self.values:
            self.asked += 1
            yield v * self.asked

    def scaled(self, by):
        for v in self:
            yield by * v


@case(A)
def arrays_that_are_written_between(a):
    b = a.copy()

    def views():
        for k in range(3):
            yield b[k:]
            b[k] = b[k] * 10.0

    total = 0.0
    for v in views():
        total += v.sum()
        v[-1] = v[-1] * 0.5
    return total * b[0] + b[2]


@case(A)
def the_argument_is_rebound_later(a):
    x = a[0]
    items = lambda: multiples(x, 3)
    x = a[2]
    return sum(items())


@case(A)
def the_argument_is_rebound_meanwhile(a):
    x = a[0] + 1.0
    total = 0.0
    for v in multiples(x, 3):
        x = x * 2.0
        total += v * x
    return total


@case(A)
def any_and_all(a):
    asked = [0.0]

    def noted():
        for v in a:
            asked[0] += v
            yield v

    if any(v < 0.0 for v in noted()) and not all(v > 0.0 for v in noted()):
        return asked[0] * a[2]
    return 0.0


@case(A)
def next_of_a_fresh_one(a):
    return next(multiples(a[1], 3)) + next(several(a[2])) * 2.0 + next((v for v in doubling(a[2]) if v > 5.0), 0.0)


@case(A, 2)
def local_names_do_not_leak(a, n):
    v = 7.0
    k = 3.0

    def inner(n):
        for k in range(n):
            v = a[k] * a[k]
            yield v

    total = 0.0
    for w in inner(n):
        total += w * v * k
    return total


@case(A)
def zero_items(a):
    def none():
        return
        yield a[0]

    total = a[1]
    for v in none():
        total = 100.0
    return total + sum(none())


@case(A)
def conditional_yields(a):
    def positive():
        for v in a:
            if v > 0.0:
                yield v
                if v > 1.0:
                    return
            else:
                yield -v * 2.0

    return sum(v**2 for v in positive())


@case(0.7, refused="AD168")
def sent(x):
    def inner():
        got = yield x
        yield got

    return inner().send(x)


@case(A, refused="AD116")
def exit_is_caught(a):
    def inner():
        for v in a:
            try:
                yield v
            except BaseException:
                raise

    total = 0.0
    for v in inner():
        total += v
        break
    return total


@case(1.5)
def the_first_from_inside_a_try(x):
    def careful():
        try:
            yield x
        except ValueError:
            yield x * x

    try:
        y = next(careful())
    except StopIteration:
        y = 5.0
    return y * x
