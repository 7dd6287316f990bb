"""Trap 5 again: everything that was looked at when compiling may change, and the derivative with it.

Each program is differentiated, something that it depends on is changed, and it is differentiated again: what comes out
is what a derivative made after the change gives, and what central differences of the function give.
"""

import builtins
import dataclasses
import functools
import importlib
import math
import sys
import textwrap
import types
from typing import NamedTuple

import numpy as np
import pytest

from autodiff_compiler import AutodiffError, grad, jvp, value_and_grad, vjp

DERIVE = {
    "grad": lambda f, **o: grad(f, **o),
    "value_and_grad": lambda f, **o: lambda x: value_and_grad_of(f, o)(x)[1],
    "jvp": lambda f, **o: lambda x: jvp(f, (x,), (1.0,), **o)[1],
    "vjp": lambda f, **o: lambda x: vjp(f, x, **o)[1](1.0)[0],
    "nested": lambda f, **o: nested(f, o),
}
known = {}


def value_and_grad_of(f, o):
    return known.setdefault((f, *o.items()), value_and_grad(f, **o))


def nested(f, o):
    """The derivative of a function that holds a derivative of `f`: of x times f'(x), less f'(x)."""
    inner = grad(f)

    def times(x, k):
        return inner(x) * k

    outer = grad(times, argnums=1, **o)
    return lambda x: outer(x, 1.0)


def slope(f, x):
    h = 1e-4
    return (4 * (f(x + h) - f(x - h)) / (2 * h) - (f(x + 2 * h) - f(x - 2 * h)) / (4 * h)) / 3


def check(derivative, f, x=0.7):
    np.testing.assert_allclose(derivative(x), slope(f, x), rtol=1e-7, atol=1e-8)


def changes(f, *steps, derive="grad", x=0.7, **options):
    """The derivative is right at first and after each of the steps."""
    derivative = DERIVE[derive](f, **options)
    check(derivative, f, x)
    for step in steps:
        step()
        check(derivative, f, x)
        check(derivative, f, x)


def square(x):
    return x * x


def make():
    def f(x, k=2.0, *, m=3.0):
        return k * x * x + m * x

    return f


all_ways = pytest.mark.parametrize("derive", list(DERIVE))


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


# -- classes -------------------------------------------------------------------------------------------------------


class Base:
    rate = 2.0

    def scale(self, x):
        return x * self.rate

    @property
    def power(self):
        return 2


class Model(Base):
    def __init__(self):
        self.k = 3.0

    def __call__(self, x):
        return self.scale(x) * self.k


def test_methods_and_class_attributes(monkeypatch):
    model = Model()

    def f(x):
        return model.scale(x) * model.k

    changes(
        f,
        lambda: monkeypatch.setattr(Base, "rate", 5.0),
        lambda: monkeypatch.setattr(Model, "rate", 7.0, raising=False),
        lambda: monkeypatch.setattr(Base, "scale", lambda self, x: x * x),
        lambda: monkeypatch.setattr(Model, "scale", lambda self, x: 3.0 * x, raising=False),
        lambda: setattr(model, "k", 9.0),
        lambda: setattr(model, "rate", 11.0),
        lambda: monkeypatch.delattr(Model, "scale"),
    )


def test_a_bound_method_and_a_callable_object(monkeypatch):
    model = Model()
    for function in (model.scale, model):
        derivative = grad(function)
        assert derivative(2.0) == function(1.0)
        with monkeypatch.context() as patch:
            patch.setattr(Base, "rate", 5.0)
            assert derivative(2.0) == function(1.0)
            patch.setattr(Base.scale, "__code__", (lambda self, x: x * 17.0).__code__)
            assert derivative(2.0) == function(1.0)
            patch.setattr(Model, "__call__", lambda self, x: x * 4.0)
            assert derivative(2.0) == function(1.0)


@dataclasses.dataclass
class Pair:
    a: float
    b: float = 2.0

    def dot(self):
        return self.a * self.b


class Point(NamedTuple):
    a: float
    b: float = 3.0


def test_defaults_of_fields(monkeypatch):
    def f(x):
        return Pair(x).dot()

    def g(x):
        return Point(x).a * Point(x).b

    changes(f, lambda: monkeypatch.setattr(Pair.__init__, "__defaults__", (5.0,)))
    changes(g, lambda: monkeypatch.setattr(Point.__new__, "__defaults__", (7.0,)))


def test_methods_of_dataclasses(monkeypatch):
    def f(x):
        return Pair(x).dot()

    changes(
        f,
        lambda: monkeypatch.setattr(Pair, "dot", lambda self: self.a * self.a),
        lambda: monkeypatch.setattr(Pair.dot, "__code__", (lambda self: self.a * 9.0).__code__),
    )


def test_another_class_for_an_object():
    class One:
        def of(self, x):
            return x * x

    class Two:
        def of(self, x):
            return x * 5.0

    item = One()

    def f(x):
        return item.of(x)

    changes(f, lambda: setattr(item, "__class__", Two))


def test_isinstance_of_a_class_that_learns():
    import abc

    class Kind(abc.ABC):
        pass

    @dataclasses.dataclass
    class Mine:
        k: float

    item = Mine(2.0)

    def f(x):
        return x * item.k if isinstance(item, Kind) else x * x

    changes(f, lambda: Kind.register(Mine))


# -- modules -------------------------------------------------------------------------------------------------------


@pytest.fixture
def module(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def write(text, name="stale_module"):
        (tmp_path / f"{name}.py").write_text(textwrap.dedent(text))
        importlib.invalidate_caches()

    yield write
    sys.modules.pop("stale_module", None)


@all_ways
def test_a_reloaded_module(module, derive):
    module("K = 2.0\ndef h(x): return x * K\n")
    import stale_module

    def f(x):
        return stale_module.h(x)

    def reload(text):
        module(text)
        importlib.reload(stale_module)

    changes(
        f,
        lambda: reload("K = 4.0\ndef h(x): return x * x * K + 0.0\n"),
        lambda: setattr(stale_module, "h", math.sin),
        derive=derive,
    )


def test_a_module_imported_inside(module):
    module("def h(x): return x * 2.0\n")

    def f(x):
        import stale_module

        return stale_module.h(x)

    changes(f, lambda: sys.modules.__setitem__("stale_module", types.SimpleNamespace(h=lambda x: x * x)))


def test_autoreload_of_ipython(module):
    """What `%autoreload` does: the old function object gets the new one's code and defaults."""
    module("def f(x, k=2.0):\n    return x * k\n")
    import stale_module

    f = stale_module.f
    derivative = grad(f)
    assert derivative(3.0) == 2.0
    module("def f(x, k=5.0):\n    # longer\n    return x * x * k\n")
    importlib.reload(stale_module)
    for name in ("__code__", "__defaults__", "__doc__", "__dict__"):
        setattr(f, name, getattr(stale_module.f, name))
    assert derivative(3.0) == 30.0


# -- patched functions ---------------------------------------------------------------------------------------------


@all_ways
def test_a_patched_builtin(monkeypatch, derive):
    def f(x):
        return abs(x) * x + max(x, 2.0)

    derivative = DERIVE[derive](f)
    check(derivative, f)
    with monkeypatch.context() as patch:
        patch.setattr(builtins, "max", lambda a, b: a * b)
        right_or_refused(derivative, f)
    check(derivative, f)


def right_or_refused(derivative, f):
    try:
        check(derivative, f)
    except AutodiffError as error:
        assert error.code in ("AD605", "AD177"), error


PATCHES = [
    (np, "sin", lambda x: x * x),
    (np, "cos", lambda x: x * x),
    (np, "sum", lambda x: x[0]),
    (math, "sin", lambda x: x * x),
    (math, "cos", lambda x: x * x),
    (np, "sin", np.exp),
    (math, "exp", math.sin),
]


@pytest.mark.parametrize("backend", ["python", "numba"])
@pytest.mark.parametrize(("space", "name", "other"), PATCHES)
@pytest.mark.parametrize("when", ["before", "after"])
def test_patched_functions(monkeypatch, backend, space, name, other, when):
    def f(x):
        return np.sum(np.sin(x * np.ones(3))) * math.sin(x) * math.exp(x) * x

    derivative = grad(f, backend=backend)
    if when == "after":
        check(derivative, f)
    with monkeypatch.context() as patch:
        patch.setattr(space, name, other)
        right_or_refused(derivative, f)
    check(derivative, f)


def test_a_wrapper_in_the_place_of_a_function(monkeypatch):
    sin = np.sin

    def f(x):
        return np.sin(x) * x

    derivative = grad(f)
    check(derivative, f)
    with monkeypatch.context() as patch:
        patch.setattr(np, "sin", lambda x: sin(x) * 2.0)
        right_or_refused(derivative, f)


# -- derivative objects --------------------------------------------------------------------------------------------


def test_what_a_derivative_is_made_of_cannot_be_set():
    derivative = grad(square)
    for name in ("primal", "argnums", "has_aux", "with_value", "options"):
        with pytest.raises(AttributeError):
            setattr(derivative, name, getattr(derivative, name))


def test_a_derivative_inside_whose_primal_changes():
    def inner(x, k=2.0):
        return k * x * x * x

    derivative = grad(inner)

    def f(x):
        return derivative(x) * x

    def change():
        inner.__kwdefaults__ = {"m": 4.0}
        inner.__code__ = make().__code__

    changes(
        f,
        lambda: setattr(inner, "__defaults__", (5.0,)),
        change,
        lambda: inner.__kwdefaults__.update(m=2.0),
    )


def test_jvp_and_vjp_inside():
    def inner(x, k=2.0):
        return k * x * x * x

    def f(x):
        _, forward = jvp(inner, (x,), (1.0,))
        _, back = vjp(inner, x)
        return forward * back(1.0)[0]

    other = lambda x, k=2.0: x * x * k
    changes(f, lambda: setattr(inner, "__defaults__", (5.0,)), lambda: setattr(inner, "__code__", other.__code__))


def test_the_default_of_an_inlined_derivative_is_captured_once():
    def inner(x, k=2.0):
        return k * x * x

    derivative = grad(inner)

    def f(x):
        return derivative(x) + derivative(x * 2.0)

    assert len(grad(f).for_types({"x": "f64"}).lowered.captures) == 1


# -- how often it is compiled --------------------------------------------------------------------------------------


def test_nothing_is_compiled_twice_for_nothing():
    call = functools.partial(make(), m=2.0)
    model = Model()
    space = {"k": 2.0, "n": 3}

    def f(x):
        return call(x) * model.scale(x) * space["k"] ** space["n"] * np.sin(x) * abs(x)

    for derivative, table in ((grad(f), None),):
        for step in range(5):
            space["k"] = float(step)
            derivative(1.5)
        assert sum(map(len, derivative._table._by_key.values())) == 1
