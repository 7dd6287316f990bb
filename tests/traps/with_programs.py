"""Context managers in programs that are easily run wrong; see test_trap_statements.py."""
# ruff: noqa  (odd on purpose)

import contextlib
import math
import warnings

import numpy as np
from judge import Cases

CASES = Cases()
case = CASES.case
A = np.array([0.3, -0.7, 1.1])


class Scale:
    def __init__(self, s):
        self.s = s

    def __enter__(self):
        self.s = self.s * 2.0
        return self

    def __exit__(self, *exc):
        self.s = self.s + 100.0
        return False


class Counted:
    def __init__(self, log, by):
        self.log = log
        self.by = by

    def __enter__(self):
        self.log.append(self.by)
        return self.by * 3.0

    def __exit__(self, kind, value, traceback):
        self.log.append(-2.0 * self.by)


class Swallows:
    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        return kind is ValueError


@contextlib.contextmanager
def scaled(x):
    yield x * 2.0


@contextlib.contextmanager
def noted(log, x):
    log.append(x)
    try:
        yield x * 2.0
    except ValueError:
        log.append(100.0 * x)
    finally:
        log.append(x * x)


@contextlib.contextmanager
def after(log):
    yield log
    log[0] = log[0] * 3.0


@contextlib.contextmanager
def only_if(x):
    if x > 0.0:
        yield x


@case(1.5)
def the_exit_runs(x):
    with Scale(x) as s:
        y = s.s * x
    return y * s.s


@case(1.5)
@case(-1.5)
def the_exit_runs_on_return(x):
    scale = Scale(x)

    def inner(v):
        with scale as s:
            if v > 0.0:
                return s.s * v
            y = s.s + v
        return y * 10.0

    return inner(x) + scale.s * x


@case(A)
def the_exit_runs_on_break_and_continue(a):
    log = []
    total = 0.0
    for v in a:
        with Counted(log, v) as w:
            if v < 0.0:
                continue
            if v > 1.0:
                break
            total += w
        total *= 5.0
    return total * sum(log) + len(log)


@case(-1.5)
@case(1.5)
def the_exit_runs_on_an_exception(x):
    log = []
    try:
        with Counted(log, x) as w:
            y = math.sqrt(x) * w
    except ValueError:
        y = x
    return y * sum(log) + len(log)


@case(1.5)
def two_of_them(x):
    log = []
    with Counted(log, x) as v, Counted(log, v * x) as w:
        y = v * w
    return y + sum(k * u for k, u in enumerate(log))


@case(-1.5)
@case(1.5)
def suppressed(x):
    y = x * x
    with contextlib.suppress(ValueError, ZeroDivisionError):
        y = math.sqrt(x)
        y = y * 7.0
    return y * x


@case(-1.5, backends=("python",))
def not_suppressed(x):
    with contextlib.suppress(ZeroDivisionError):
        x = math.sqrt(x)
    return x


@case(A)
def suppressed_in_a_loop(a):
    total = 0.0
    for v in a:
        with contextlib.suppress(ValueError):
            total += math.sqrt(v)
            if v > 1.0:
                break
        total += 0.5
    return total


@case(1.5)
def of_a_generator(x):
    with scaled(x) as y:
        z = y * x
    return z


@case(1.5)
@case(-1.5)
def what_follows_the_yield_runs(x):
    log = [x]
    with after(log) as same:
        y = same[0] * x
    return y * log[0]


@case(1.5)
@case(-1.5)
def what_follows_the_yield_runs_on_return(x):
    log = [x]

    def inner(v):
        with after(log) as same:
            if v > 0.0:
                return same[0] * v
        return v * 10.0

    return inner(x) * log[0]


@case(A)
def what_follows_the_yield_runs_on_break(a):
    log = [1.0]
    total = 0.0
    for v in a:
        with after(log):
            if v < 0.0:
                continue
            total += v * log[0]
            if v > 1.0:
                break
        total += 10.0
    else:
        total = 0.0
    return total * log[0]


@case(-1.5)
@case(1.5)
def the_generator_catches(x):
    log = []
    y = 3.0
    with noted(log, x) as v:
        y = math.sqrt(v) * x
    return y * sum(log) + len(log)


@case(-1.5)
@case(1.5)
def the_generator_does_not_catch(x):
    log = [x]
    try:
        with after(log):
            y = math.sqrt(x)
    except ValueError:
        y = 5.0
    return y * log[0]


@case(1.5)
@case(-1.5)
def no_yield(x):
    with only_if(x) as v:
        return v * v


@case(1.5)
def no_context(x):
    with contextlib.nullcontext(x * x) as y:
        return y * x


@case(A)
def warnings_only(a):
    with np.errstate(all="ignore"), warnings.catch_warnings(), np.printoptions(precision=3):
        return np.log(np.abs(a)).sum()


@case(1.5)
def decorated_inside(x):
    @contextlib.contextmanager
    def local(v):
        yield v * x

    with local(3.0) as y:
        return y * x


@case(1.5, refused="AD156")
def looks_at_the_exception(x):
    with Swallows():
        x = math.sqrt(x)
    return x


@case(A)
def an_array_is_written(a):
    b = a.copy()

    class_like = Scale(b)
    with class_like as s:
        s.s[0] = s.s[1] * 3.0
        b[1] = 5.0
    return (s.s * b).sum()


@case(1.5)
@case(-1.5)
def rebound_where_an_exception_is_caught(x):
    with Scale(x) as h:
        try:
            y = math.sqrt(x)
        except ValueError:
            h = [x]
            y = x
    return y * x


@case(1.5)
def the_exit_of_the_class_at_the_entry(x):
    kept = Scale(x)
    with kept as s:
        kept = Counted([], x)
        x = s.s * kept.by
    return x + s.s
