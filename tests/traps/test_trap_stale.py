"""Trap 5 again: everything that was looked at when compiling may change, and the derivative with it.

Each program is differentiated, something that it depends on is changed, and it is differentiated again: what comes out
is what a derivative made after the change gives, and what central differences of the function give.
"""

import functools
import math
import textwrap
import types

import numpy as np
import pytest
from stale import all_ways, changes, make

from autodiff_compiler import AutodiffError, grad

# -- the function itself -------------------------------------------------------------------------------------------


@all_ways
@pytest.mark.parametrize("backend", ["python", "numba"])
def test_code(derive, backend):
    def f(x):
        return x * x

    def g(x):
        return x * x * x

    def again(x):
        return 5.0 * x

    changes(
        f,
        lambda: setattr(f, "__code__", g.__code__),
        lambda: setattr(f, "__code__", again.__code__),
        derive=derive,
        backend=backend,
    )


@all_ways
def test_defaults(derive):
    f = make()
    changes(
        f,
        lambda: setattr(f, "__defaults__", (7.0,)),
        lambda: setattr(f, "__kwdefaults__", {"m": 11.0}),
        lambda: f.__kwdefaults__.update(m=13.0),
        lambda: setattr(f, "__defaults__", (1,)),
        derive=derive,
    )


@all_ways
def test_code_and_parameters(derive):
    def f(x):
        return x * x

    def g(y, k=4.0):
        return y * k

    def change():
        f.__code__, f.__defaults__ = g.__code__, g.__defaults__

    changes(f, change, derive=derive)


def test_parameters_by_name_after_a_change():
    def f(a, b):
        return a * b

    def g(b, a):
        return a * b * b

    derivative = grad(f, argnums="b")
    assert derivative(2.0, 3.0) == 2.0
    f.__code__ = g.__code__
    assert derivative(2.0, 3.0) == 12.0
    assert derivative(a=3.0, b=2.0) == 12.0
    assert str(derivative.__signature__) == "(b, a)"


def test_a_default_is_taken_away_or_given():
    def f(x, k=2.0):
        return x * k

    derivative = grad(f)
    assert derivative(1.0) == 2.0
    f.__defaults__ = None
    with pytest.raises(TypeError):
        derivative(1.0)
    f.__defaults__ = (1.0, 9.0)
    assert derivative() == 9.0


# -- helpers -------------------------------------------------------------------------------------------------------


def helper(x, k=2.0, *, m=1.0):
    return k * x * x + m


def uses_helper(x):
    return helper(x) * x


@pytest.fixture
def restored():
    before = helper.__code__, helper.__defaults__, helper.__kwdefaults__
    yield
    helper.__code__, helper.__defaults__, helper.__kwdefaults__ = before


def other_helper(x, k=2.0, *, m=1.0):
    return k * x + m


@all_ways
def test_a_helper_changes(derive, restored):
    changes(
        uses_helper,
        lambda: setattr(helper, "__defaults__", (5.0,)),
        lambda: setattr(helper, "__kwdefaults__", {"m": 6.0}),
        lambda: helper.__kwdefaults__.update(m=8.0),
        lambda: setattr(helper, "__code__", other_helper.__code__),
        lambda: setattr(helper, "__defaults__", (3.0, 4.0)),
        derive=derive,
    )


def test_statics_as_defaults(monkeypatch):
    def power(x, n=2, kind="a"):
        return x**n if kind == "a" else x * n

    def f(x):
        return power(x)

    changes(
        f,
        lambda: setattr(power, "__defaults__", (3, "a")),
        lambda: setattr(power, "__defaults__", (3, "b")),
        lambda: setattr(power, "__defaults__", (4, "b")),
    )


@all_ways
def test_a_closure_cell_is_bound_anew(derive):
    def one(x):
        return x * x

    def two(x):
        return x * 3.0

    inner, k, n = one, 2.0, 2

    def f(x):
        return inner(x) * k * x**n

    cells = dict(zip(f.__code__.co_freevars, f.__closure__))

    def put(name, value):
        return lambda: setattr(cells[name], "cell_contents", value)

    changes(f, put("k", 5.0), put("inner", two), put("n", 3), put("k", 2), derive=derive)


@all_ways
def test_partials(derive):
    def f(x, a=1.0, *, b=1.0, n=1):
        return a * x**n + b * x

    def g(x, a=1.0, *, b=1.0, n=1):
        return a * x + b * x**n

    call = functools.partial(f, b=2.0, n=2)
    outer = lambda x: call(x) * 2.0
    for function in (call, outer):
        call.__setstate__((f, (), {"b": 2.0, "n": 2}, {}))
        changes(
            function,
            lambda: call.keywords.update(b=5.0),
            lambda: call.keywords.update(n=3),
            lambda: call.keywords.update(a=7.0),
            lambda: call.keywords.pop("a"),
            lambda: call.__setstate__((g, (), {"b": 3.0, "n": 3}, {})),
            derive=derive,
        )


def test_arguments_of_partials():
    def f(a, x):
        return a * x

    call = functools.partial(f, 2.0)
    changes(lambda x: call(x), lambda: call.__setstate__((f, (5.0,), {}, {})), lambda: call.__setstate__((f, (2,), {}, {})))
    call.__setstate__((f, (2.0,), {}, {}))
    changes(call, lambda: call.__setstate__((f, (5.0,), {}, {})))


def test_generic_functions():
    @functools.singledispatch
    def generic(x):
        return x * 2.0

    def f(x):
        return generic(x)

    changes(f, lambda: generic.register(float, lambda x: x * x), lambda: generic.register(float, lambda x: x * 7.0))


def test_a_cached_helper():
    @functools.lru_cache
    def cached(x):
        return x * x

    def f(x):
        return cached(x) * x

    assert [grad(f)(x) for x in (2.0, 3.0, 2.0)] == [12.0, 27.0, 12.0]


def test_dispatchers_of_numba():
    numba = pytest.importorskip("numba")

    def one(x):
        return x * x

    def two(x):
        return x * 5.0

    compiled = numba.njit(one)

    def f(x):
        return compiled(x) * x

    for function in (f, compiled):
        derivative = grad(function)
        compiled.py_func = one
        before = derivative(2.0)
        compiled.py_func = two
        assert derivative(2.0) == (20.0 if function is f else 5.0) != before
    compiled.py_func = one
    before = one.__code__
    one.__code__ = two.__code__
    assert grad(f)(2.0) == 20.0
    one.__code__ = before


# -- names ---------------------------------------------------------------------------------------------------------


def program(text):
    from autodiff_compiler.frontend.source import from_text

    fun = from_text(textwrap.dedent(text))
    return fun, fun.__globals__


@all_ways
@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("def f(x): return abs(x) * x", {"abs": lambda x: x * 3.0}),
        ("def f(x): return np.sin(x)", {"np": types.SimpleNamespace(sin=lambda x: x * x)}),
        ("def f(x): return math.sin(x)", {"math": np}),
        ("from math import sin\ndef f(x): return sin(x)", {"sin": math.cos}),
        ("import numpy.linalg as l\ndef f(x): return l.norm(x * np.ones(2))", {"l": types.SimpleNamespace(norm=np.sum)}),
        ("k = 2\ndef f(x): return x ** k", {"k": 3}),
        ("k = 2\ndef f(x): return x ** k", {"k": 3.5}),
        ("k = 2.0\ndef f(x): return x * k", {"k": True}),
        ("ks = (1.0, 2)\ndef f(x): return x ** ks[1] * ks[0]", {"ks": (2.0, 3)}),
        ("d = {'a': 1.0}\ndef f(x): return sum(d[k] for k in d) * x", {"d": {"b": 5.0}}),
        ("d = {'a': {'n': 2}}\ndef f(x): return x ** d['a']['n']", {"d": {"a": {"n": 3}}}),
        ("s = 'ab'\ndef f(x): return x * len(s)", {"s": "abc"}),
        ("r = range(3)\ndef f(x): return x * sum([i for i in r])", {"r": range(5)}),
        ("def h(x): return x\ndef f(x): return h(x)", {"h": math.sin}),
        ("K = None\ndef f(x): return x if K is None else x * K", {"K": 3.0}),
    ],
)
def test_globals(derive, text, change):
    f, space = program(text)
    changes(f, lambda: space.update(change), derive=derive)


def test_a_name_is_removed():
    f, space = program("k = 2.0\ndef h(x): return x\ndef f(x): return h(x) * k")
    derivative = grad(f)
    assert derivative(1.0) == 2.0
    for name in ("k", "h"):
        kept = space.pop(name)
        with pytest.raises(AutodiffError) as caught:
            derivative(1.0)
        assert caught.value.code == "AD101"
        space[name] = kept
        assert derivative(1.0) == 2.0


def test_a_global_hides_a_builtin_and_goes_away():
    f, space = program("def f(x): return max(x, 2.0 * x)")
    changes(f, lambda: space.update(max=lambda a, b: a), lambda: space.pop("max"))


@all_ways
def test_containers_change_in_place(derive):
    items, table, pair = [1.0, 2.0], {"a": 1.0, "n": 2}, ([3.0], {"k": 2})

    def f(x):
        total = 0.0
        for item in items:
            total += item * x
        return total * x ** table["n"] * pair[0][0] ** pair[1]["k"] * len(table)

    changes(
        f,
        lambda: items.append(5.0),
        lambda: items.insert(0, 2),
        lambda: items.clear(),
        lambda: items.extend([1.0, 1.0]),
        lambda: table.update(n=3),
        lambda: table.update(b=1.0),
        lambda: pair[0].__setitem__(0, 4.0),
        lambda: pair[1].update(k=3),
        derive=derive,
    )
