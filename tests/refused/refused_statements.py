"""Statements, generators, exceptions and context managers; see test_refused.py."""
# ruff: noqa  (as people write them)

import contextlib
import io
import math

import numpy as np
from refusals import A, M, X, Programs

PROGRAMS = Programs()
program = PROGRAMS.program


class Swallows:
    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        return kind is ValueError


class Late:
    def __enter__(self):
        return 2.0

    __exit__ = staticmethod(lambda *args: None)


class Waits:
    def __await__(self):
        return iter(())


@program
def groups_of_exceptions(x):
    try:
        return math.sqrt(x)
    except* ValueError:
        x = 0.0
    return x


@program
def coroutine(x):
    async def later():
        return x * x

    try:
        later().send(None)
    except StopIteration as stop:
        return stop.value


@program
def sent_to(x):
    def averaged():
        total = 0.0
        while True:
            total += yield total

    running = averaged()
    next(running)
    return running.send(x) * x


@program
def thrown_into(x):
    def careful():
        try:
            yield x
        except ValueError:
            yield x * x

    running = careful()
    next(running)
    return running.throw(ValueError)


@program
def closed(x):
    def items():
        yield x
        yield 2.0

    running = items()
    first = next(running)
    running.close()
    return first * x


@program
def asked_twice(x):
    def items():
        yield x
        yield 2.0

    running = items()
    return next(running) * next(running)


@program
def result_of_generator(x):
    def inner():
        yield 1.0
        return x

    running = inner()
    next(running)
    try:
        next(running)
    except StopIteration as stop:
        return stop.value * x


@program
def swallowed(x):
    with Swallows():
        x = math.sqrt(x)
    return x


@program
def left_by_lambda(x):
    with Late() as y:
        return x * y


@program
def in_a_string(x):
    with io.StringIO() as text:
        text.write("value")
        return x * len(text.getvalue())


@program
def redirected(x):
    with contextlib.redirect_stdout(io.StringIO()):
        return x * x


@program
def closing(x):
    with contextlib.closing(io.StringIO()) as text:
        return x * (text is not None)


@program
def stacked_generators(x):
    @contextlib.contextmanager
    def doubled(v):
        yield v * 2.0

    with contextlib.ExitStack() as stack:
        y = stack.enter_context(doubled(x))
    return y * x



@program
def strict_arithmetic(x):
    with np.errstate(all="raise"):
        return np.log(x) * x


@program
def left_in_finally(x):
    for i in range(3):
        try:
            x = x * 2.0
        finally:
            if x > 5.0:
                break
    return x



@program
def text_of_exception(x):
    try:
        math.sqrt(-x)
    except ValueError as error:
        return x * len(str(error))


@program
def arguments_of_exception(x):
    try:
        raise ValueError(x, 2.0)
    except ValueError as error:
        return error.args[0] * x


@program
def exception_with_data(x):
    class Found(Exception):
        def __init__(self, value):
            self.value = value

    try:
        raise Found(x * x)
    except Found as found:
        return found.value


@program
def traceback_of_exception(x):
    try:
        raise KeyError("a")
    except KeyError as error:
        return x * (error.__traceback__ is not None)



@program(A)
def deleted_rows(a):
    b = a.copy()
    c = [b, a]
    del (c[0], c[0])
    return a[0] * len(c)


@program
def alternatives_that_bind(x):
    match (x, 1.0):
        case (1.0, z) | (z, 1.0):
            return z * x
    return x


@program
def imported_everything(x):
    from math import gamma as g, sin

    import importlib

    return importlib.import_module("math").cos(x) * sin(x)


@program
def relative_names(x):
    names = ["sin", "cos"]
    return sum(getattr(math, name[::1] if x > 1 else name)(x) for name in reversed(sorted(names, key=lambda n: hash(n) * 0)))


@program
def rebound_function(x):
    def scale(v):
        return v * 2.0

    scale.factor = x
    return scale(x) * scale.factor


@program
def code_of_function(x):
    def scale(v):
        return v * 2.0

    return scale(x) * scale.__code__.co_argcount


@program
def default_that_is_changed(x):
    def kept(v, seen=[]):
        seen.append(v)
        return sum(seen)

    kept.__defaults__[0].append(x)
    return kept(x)


@program(A)
def dict_changed_meanwhile(a):
    table = {"a": a[0], "b": a[1]}
    for key in list(table):
        table[key + key] = table[key]
    while len(table) < int(a[2] + 6.0):
        table[str(len(table))] = a[2]
    return sum(table.values())


@program(A)
def written_view_or_copy(a):
    b = np.outer(a, a).T.reshape(16)
    c = np.outer(a, a)
    d = (c.T if a[0] > 0 else c).reshape(16)
    d[0] = 5.0
    return np.sum(b) * c[0, 0]


@program(A)
def one_of_two_written(a):
    b, c = a * 2.0, a * 3.0
    for i in range(int(a[0] * 1000)):
        d = b if i % 2 else c
        d[0] = a[1]
    return b[0] * c[0]


@program
def different_kinds(x):
    y = "none"
    if x > 1.0:
        y = x
    return y * 2.0


@program
def number_or_list(x):
    y = [x, 2.0] if x > 2.0 else x
    return y * 2.0


@program
def starred_index(x):
    m = np.eye(3) * x
    place = (1, 1)
    return m[*place] * x
