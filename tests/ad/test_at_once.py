"""Functions that call themselves: reversed while they run, or with what they save on a stack; both orders, against differences."""

from __future__ import annotations

import numpy as np
import pytest
from recursive_programs import AT_ONCE, ON_A_STACK, V

from autodiff_compiler import grad, jvp, value_and_grad, vjp
from autodiff_compiler.ad.at_once import NotAtOnceError
from autodiff_compiler.ad.pullbacks import Pullbacks

ALL = [*AT_ONCE, *ON_A_STACK]
COMPILED = ("nested_loops", "of_each_other", "handed_on_twice", "two_arguments", "decays", "one_result_twice", "left_by_a_break")


def names(cases):
    return [fun.__name__ for fun, _ in cases]


def directions(args):
    rng = np.random.default_rng(1)
    return [
        rng.normal(size=a.shape) if isinstance(a, np.ndarray) else float(rng.normal()) if isinstance(a, float) else None
        for a in args
    ]


def moved(args, along, step):
    return [a if d is None else a + step * d for a, d in zip(args, along)]


def dot(gradients, along):
    return sum(float(np.sum(g * d)) for g, d in zip(gradients, [d for d in along if d is not None]))


def slope(fun, args, along, h=1e-4):
    def at(step):
        return fun(*moved(args, along, step))

    return (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)


def wrt(along):
    return tuple(k for k, d in enumerate(along) if d is not None)


@pytest.mark.parametrize(
    ("fun", "args", "backend"),
    [
        *(pytest.param(fun, args, "python", id=f"{fun.__name__}-python") for fun, args in ALL),
        *(pytest.param(fun, args, "numba", id=f"{fun.__name__}-numba") for fun, args in ALL if fun.__name__ in COMPILED),
    ],
)
def test_first_order(fun, args, backend):
    along = directions(args)
    expected = slope(fun, args, along)
    value, gradients = value_and_grad(fun, wrt(along), backend=backend, verify=True)(*args)
    np.testing.assert_allclose(value, fun(*args), rtol=1e-12)
    np.testing.assert_allclose(dot(gradients, along), expected, rtol=2e-7, atol=1e-9)
    alone = grad(fun, wrt(along), backend=backend)(*args)
    np.testing.assert_allclose(dot(alone, along), dot(gradients, along), rtol=1e-13)
    result, pullback = vjp(fun, *args, backend=backend)
    np.testing.assert_allclose(result, value, rtol=1e-12)
    for seed in (1.0, -3.0, 0.0):
        given = [g for g in pullback(seed) if g is not None]
        np.testing.assert_allclose(dot(given, along), seed * expected, rtol=2e-7, atol=1e-9)


@pytest.mark.parametrize(("fun", "args"), ALL, ids=names(ALL))
def test_second_order(fun, args):
    along = directions(args)
    gradient = grad(fun, wrt(along))
    expected = slope(lambda *at: dot(gradient(*at), along), args, along)
    _, forward = jvp(gradient, args, tuple(along))
    np.testing.assert_allclose(dot(forward, along), expected, rtol=1e-6, atol=1e-8)

    def product(*at):
        total = 0.0
        for g, d in zip(grad(fun, wrt(along))(*at), [d for d in along if d is not None]):
            total = total + np.sum(g * d)
        return total

    np.testing.assert_allclose(dot(grad(product, wrt(along))(*args), along), expected, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(("fun", "args"), ALL, ids=names(ALL))
def test_the_way_makes_no_difference(fun, args, monkeypatch):
    along = directions(args)
    one = grad(fun, wrt(along))(*args)
    asked = []

    def refused(self, callee, active):
        asked.append(callee)
        raise NotAtOnceError

    monkeypatch.setattr(Pullbacks, "_at_once", refused)
    saving = grad(fun, wrt(along), fastmath=False)  # an option, so that it is compiled again
    np.testing.assert_allclose(dot(saving(*args), along), dot(one, along), rtol=1e-12)
    assert asked


@pytest.mark.parametrize(("fun", "args"), AT_ONCE, ids=names(AT_ONCE))
def test_nothing_is_saved(fun, args):
    text = grad(fun, wrt(directions(args))).source(*args)
    assert ", saved" not in text
    assert "_forward(" not in text


@pytest.mark.parametrize(("fun", "args"), ON_A_STACK, ids=names(ON_A_STACK))
def test_what_depends_on_results_is_on_a_stack(fun, args):
    assert "_forward(" in grad(fun, wrt(directions(args))).source(*args)


def test_what_is_printed_is_printed_once(capsys):
    def go(x, n):
        if n == 0:
            return x
        print("at", n)
        return go(x * 2.0, n - 1) * x

    np.testing.assert_allclose(grad(go)(0.5, 3), 256.0 * 0.5**3, rtol=1e-14)  # of x * 2x * 4x * 8x
    assert capsys.readouterr().out == "at 3\nat 2\nat 1\n"


def test_an_error_comes_before_what_is_printed_later(capsys):
    def go(x, n):
        return x[n] if n > 5 else go(x, n + 1) * x[0]

    def program(x):
        total = go(x, 0)
        print("done")
        return total

    with pytest.raises(IndexError):
        grad(program)(V)
    assert capsys.readouterr().out == ""


def test_float32_stays():
    def go(x, n):
        return x[0] if n == 0 else go(x * np.float32(0.5), n - 1) * x[1]

    x = V.astype(np.float32)
    gradient = grad(go)(x, 3)
    assert gradient.dtype == np.float32
    np.testing.assert_allclose(gradient, grad(go)(x.astype(float), 3), rtol=1e-6)
