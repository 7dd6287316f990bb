"""What the generated code raises: CPython's class, the numbers that NumPy would show, and the user's own line."""

import re
import traceback

import numpy as np
import pytest

from autodiff_compiler import grad, jvp, value_and_grad
from autodiff_compiler.frontend.source import from_text

A, B, M = np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0]), np.arange(12.0).reshape(3, 4)
NAMES = ("a", "b", "m", "i", "x")

# The body of a function of a, b, m, i and x, a value of i, and the line that fails.
PROGRAMS = [
    ("return (a + b).sum()", 0, 1),
    ("c = a * 2.0\nd = b * 3.0\nreturn (c * d).sum()", 0, 3),
    ("c = a * 2.0\nreturn (m + b).sum()", 0, 2),
    ("return a @ b", 0, 1),
    ("return a[5]", 0, 1),
    ("return a[i]", 7, 1),
    ("return a[i]", -4, 1),
    ("return m[1, i]", 9, 1),
    ("return m[i, 1]", -9, 1),
    ("return m.T[i, 0]", 4, 1),
    ("return m[:, i].sum()", 4, 1),
    ("c = a[i:]\nreturn c[0]", 3, 2),
    ("c = np.zeros(3)\nc[i] = a[0]\nreturn c.sum()", 3, 2),
    ("c = np.zeros(3)\nc[i] += a[0]\nreturn c.sum()", -4, 2),
    ("c = np.zeros(3)\nc[:] = b * 2.0\nreturn c.sum()", 0, 2),
    ("c = np.zeros(3)\nc += b\nreturn c.sum()", 0, 2),
    ("s = 0.0\nfor k in range(i):\n    s += a[k] * x\nreturn s", 4, 3),
    ("y = a[2]\ns = 0.0\nfor k in range(i):\n    s += (a[k]\n          * b[k])\nreturn s + y", 3, 5),
    ("c = a.reshape(2, 2)\nreturn c.sum()", 0, 1),
    ("items = []\nfor k in range(i):\n    items.append(a[k])\nreturn items[i]", 2, 4),
    ("return np.take(a, i)", 8, 1),
    ("y = x * x\nreturn y / (x - x)", 0, 2),
    ("if x > 1.0:\n    raise ValueError(f'x is {x}')\nreturn x", 0, 2),
    ("assert x < 1.0, 'too large'\nreturn x", 0, 1),
    ("return np.linalg.norm(a - b)", 0, 1),
    ("return np.zeros(i).sum() * x", -1, 1),
]


def raised(call):
    with np.errstate(all="ignore"), pytest.raises(Exception) as caught:  # the class is compared
        call()
    return caught.value


def numbers(error):
    return set(re.findall(r"-?\d+", re.sub(r"gufunc.*\(size", "(size", str(error))))


@pytest.mark.parametrize(("body", "i", "line"), PROGRAMS)
@pytest.mark.parametrize("verb", ["grad", "value_and_grad", "jvp"])
def test_as_numpy_says_it(body, i, line, verb):
    text = f"def f({', '.join(NAMES)}):\n" + "".join(f"    {part}\n" for part in body.split("\n"))
    fun = from_text(text, "f")
    args = (A, B, M, i, 2.0)
    wrt = ("a", "b", "m", "x")
    calls = {
        "grad": lambda: grad(fun, argnums=wrt)(*args),
        "value_and_grad": lambda: value_and_grad(fun, argnums=wrt)(*args),
        "jvp": lambda: jvp(fun, args, (A, B, M, None, 1.0)),
    }
    expected, got = raised(lambda: fun(*args)), raised(calls[verb])
    assert type(got) is type(expected), got
    last = traceback.extract_tb(got.__traceback__)[-1]
    assert (last.filename, last.lineno, last.name) == (fun.__code__.co_filename, line + 1, "f")
    # `m.T` has an axis of its own; an extent stands where NumPy names a whole shape.
    if type(expected) is IndexError:
        assert numbers(got) == numbers(expected), got
    elif "shapes" in str(expected):
        assert {"3", "2"} <= numbers(got), got


def test_checks_of_two_lines_are_told_apart():
    def f(a, b, i):
        first = a[i]
        second = b[i]
        return first * 0.0 + second * 0.0

    df = grad(f, argnums=(0, 1))
    df(A, B, 1)
    for i, line in ((2, "second = b[i]"), (3, "first = a[i]")):
        error = raised(lambda i=i: df(A, B, i))
        assert traceback.extract_tb(error.__traceback__)[-1].line == line


def test_a_module_that_two_functions_share():
    # The same text, from places that differ: each function shows its own.
    def make(blank):
        return from_text(f"def f(a, i):\n{blank}    return a[i] * 2.0\n", "f")

    first, second = make(""), make("    # nothing\n")
    df, dg = grad(first), grad(second)
    df(A, 0), dg(A, 0)
    for fun, derivative, line in ((first, df, 2), (second, dg, 3)):
        last = traceback.extract_tb(raised(lambda d=derivative: d(A, 9)).__traceback__)[-1]
        assert (last.filename, last.lineno) == (fun.__code__.co_filename, line)
