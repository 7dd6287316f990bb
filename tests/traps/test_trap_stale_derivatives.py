"""Builtins and functions of NumPy that are patched, and derivatives inside whose functions change; see test_trap_stale.py."""

import builtins
import math

import numpy as np
import pytest
from stale import DERIVE, all_ways, changes, check, make, square

from autodiff_compiler import AutodiffError, grad, jvp, vjp

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
