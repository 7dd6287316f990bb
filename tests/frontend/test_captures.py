"""What comes from outside: which changes a compiled function notices, and which it takes as run-time values."""

import dataclasses
import functools
import math
import types

import numpy as np
import programs_calls
import pytest
from frontend_harness import interpret, lowered

from autodiff_compiler.diagnostics import UserError


def module(text):
    """A module of its own, whose globals a test can change."""
    from autodiff_compiler.frontend.source import from_text

    fun = from_text(text, "f")
    return fun, types.SimpleNamespace(space=fun.__globals__).space


def holds(low):
    return all(guard.holds() for guard in low.guards)


def test_numbers_and_arrays_are_parameters():
    fun, space = module("k = 2.0\nw = np.ones(2)\nn = 3\ndef f(x):\n    return x * k + w.sum() + n")
    low = lowered(fun, 1.0)
    space.update(k=5.0, w=np.ones(2) * 7, n=4)
    assert holds(low)
    assert [c.name for c in low.captures] == ["k", "w", "n"]
    assert [c.get() for c in low.captures if c.name == "k"] == [5.0]


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("act = np.tanh\ndef f(x):\n    return act(x)", {"act": np.sin}),
        ("act = math.sin\ndef f(x):\n    return act(x)", {"act": math.cos}),
        ("def h(x):\n    return x\ndef f(x):\n    return h(x)", {"h": lambda x: 2 * x}),
        ("ax = 0\ndef f(x):\n    return np.ones((2, 3)).sum(axis=ax) * x", {"ax": 1}),
        ("mode = 'a'\ndef f(x):\n    return x if mode == 'a' else -x", {"mode": "b"}),
        ("flag = True\ndef f(x):\n    return x if flag else -x", {"flag": False}),
        ("none = None\ndef f(x):\n    return x if none is None else -x", {"none": 1.0}),
        ("ws = [1.0, 2.0]\ndef f(x):\n    return x * sum(ws)", {"ws": [1.0, 2.0, 3.0]}),
        ("ws = [1.0, 2.0]\ndef f(x):\n    return x * sum(ws)", {"ws": (1.0, 2.0)}),
        ("d = {'a': 1.0}\ndef f(x):\n    return x * d['a']", {"d": {"a": 1.0, "b": 2.0}}),
    ],
)
def test_what_was_looked_at_is_guarded(text, change):
    fun, space = module(text)
    low = lowered(fun, 1.0)
    assert holds(low)
    space.update(change)
    assert not holds(low)
    assert np.all(interpret(fun, 1.0) == fun(1.0))


@dataclasses.dataclass
class Scaled:
    k: float

    def apply(self, x):
        return x * self.k


def test_methods_of_a_class_are_guarded(monkeypatch):
    def f(s, x):
        return s.apply(x)

    low = lowered(f, Scaled(2.0), 3.0)
    assert holds(low)
    monkeypatch.setattr(Scaled, "apply", lambda self, x: x)
    assert not holds(low)


def test_bound_methods_are_the_same_at_each_look():
    assert holds(lowered(programs_calls.objects, 2.0))


def test_a_default_is_one_parameter():
    def helper(x, eps=0.5):
        return x + eps

    def f(x, n):
        for _ in range(n):
            x = helper(helper(x)) + helper(x, 1.0)
        return x

    low = lowered(f, 1.0, 3)
    assert len(low.captures) == 1


def test_wrapped_is_not_followed():
    def double(fun):
        @functools.wraps(fun)
        def wrapper(x):
            return 2 * fun(x)

        return wrapper

    @double
    def f(x):
        return x + 1.0

    assert interpret(f, 3.0) == 8.0


def test_lambdas_on_one_line():
    first, second = (lambda x: x + 1.0), (lambda x: x * 5.0)
    assert (interpret(first, 3.0), interpret(second, 3.0)) == (4.0, 15.0)


def test_functions_under_njit():
    numba = pytest.importorskip("numba")

    @numba.njit
    def f(x):
        return x * 3.0

    assert interpret(f, 2.0) == 6.0


def test_prange_is_range():
    numba = pytest.importorskip("numba")

    @numba.njit(parallel=True)
    def f(x):
        total = 0.0
        for i in numba.prange(1, 4):
            total += x * i
        return total

    assert interpret(f, 2.0) == 12.0


@pytest.mark.parametrize("number", ["np.float16(2.0)", "np.longdouble(2.0)"])
def test_a_number_of_a_dtype_that_is_not_supported(number):
    fun, _ = module(f"k = {number}\ndef f(x):\n    return x * k")
    with pytest.raises(UserError, match="AD403"):
        lowered(fun, 1.0)


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_rounds_of_nested_loops(depth, monkeypatch):
    """How often the innermost body is run grows by a small factor per level, not by two or more."""
    from autodiff_compiler.frontend import assignment, statements

    lines = ["def f(x, n):", "    s = 0"]
    for level in range(depth):
        lines.append("    " * (level + 1) + f"for i{level} in range(n):")
    lines.append("    " * (depth + 1) + "s = s + x * s + 1")
    fun, _ = module("\n".join([*lines, "    return s"]))
    innermost = len(lines)
    runs = []
    original = assignment.run_assign
    monkeypatch.setitem(
        statements._RUNNERS, __import__("ast").Assign, lambda ctx, node: (runs.append(node.lineno), original(ctx, node))
    )
    lowered(fun, 1.5, 2)
    assert runs.count(innermost) <= 2 * depth + 2, runs
