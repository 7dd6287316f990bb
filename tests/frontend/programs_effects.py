"""What a program does beside computing: print, raise, assert, and the messages of these."""

import math

import numpy as np
from frontend_cases import case


@case(2.0, -2.0, 0.0)
def raises(x):
    if x < 0:
        raise ValueError(f"negative: {x}")
    if x == 0:
        print("zero")
        raise ZeroDivisionError("zero", x)
    return x


@case(2.0, -2.0)
def message_only_where_raised(x):
    if x < 0:
        raise ValueError(f"{math.sqrt(-x)}")
    return x


@case((2.0, 1.0), (-2.0, 1.0))
def message_of_a_name_bound_on_one_path(x, y):
    if x < 0:
        what = y
    if x < 0:
        raise ValueError(what)
    return x


@case(2.0, -2.0)
def asserts(x):
    assert x > 0, "positive"
    assert x < 10
    return x


def report(x):
    print("report", x)
    return "bad"


@case(2.0, -2.0)
def assert_message_only_where_it_fails(x):
    assert x > 0, report(x)
    return x


def failing(x):
    raise RuntimeError("never")


@case(2.0, -2.0)
def helper_that_always_raises(x):
    if x < 0:
        return failing(x) + 1.0
    return x


@case((3, 2.0))
def prints(n, x):
    for i in range(n):
        if i % 2 == 0:
            print("i =", i, x * i)
        else:
            print(i, end=";")
    print()
    print("a", 1, None, True, sep="-")
    return x


@case(2.0)
def prints_text(x):
    print(f"value {x} of {1 + 1}", [1, 2] == [1, 2])
    return x


@case(2.0, -2.0, loose=True)
def ignores_warnings(x):
    with np.errstate(all="ignore", divide="warn"):
        y = np.sqrt(x)
        if x < 0:
            return 0.0
    return y


@case(3.0, -3.0)
def nothing_but_effects(x):
    """A docstring."""
    if x > 0:
        pass
    else:
        print("negative")
    return x


class Grid:
    def __str__(self):
        return "grid"


@case((2.0, 3), (-2.25, 3), (np.float64(0.5), 0))
def formats_by_percent(x, n):
    print("%d%% of %s: %6.2f|%-9.3e|%+g|% .1f|%08.3F %r" % (n, "all", x, x, x, x, x, x))
    print("%(x)s and %(n)5d" % {"x": x, "n": n}, "%s" % x, "%5s|%-5s|" % (n, n), "%d" % 2.7, "%i" % x, "%s %d" % (Grid(), x > 0))
    if x < 0:
        raise ValueError("%.1f is below %s" % (x, 0))
    return x


@case((2.0, 3), (-2.25, 3), (np.float64(0.5), 0))
def formats_by_format(x, n):
    print("{} {:>6.2f} {!r} {{}}".format(n, x, x), "{1} {0:.1e} {a:g}".format(x, n, a=x), "{:>7}{}".format("ab", Grid()))
    assert x > 0, "{0} of {1:d}".format(x, n)
    return x


@case(np.array([1.0, 2.0]), np.array([1.0, np.nan]))
def message_with_an_array(x):
    assert np.all(np.isfinite(x)), "not finite: %s, %.2f" % (x, x[0])
    return np.sum(x)
