"""Classes and modules that change after a function was differentiated, and how often it is compiled; see test_trap_stale.py."""

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
from stale import all_ways, changes, make

from autodiff_compiler import grad

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
