"""The fast way into compiled code: calls that are alike go it, others are seen to be others, and nothing gets stale."""

import copy
import functools
import math
import pickle
from typing import NamedTuple

import numpy as np
import pytest

from autodiff_compiler import UserError, grad, hvp, jvp, value_and_grad, vjp
from autodiff_compiler.api.dispatch import MISSED

BACKENDS = pytest.mark.parametrize("backend", ["python", "numba"])
SCALE = 2.0
WEIGHTS = {"a": np.array([1.0, 2.0]), "b": 3.0}


class Pair(NamedTuple):
    slope: float
    offset: np.ndarray


def entries(derivative):
    return derivative._entries.known


def fast(derivative, *args):
    """The derivative, called until there is an entry for calls like this one."""
    for _ in range(3):
        result = derivative(*args)
    assert any(enter(args) is not MISSED for enter, _ in entries(derivative))
    return result


@pytest.mark.parametrize(
    "argument",
    [
        1.5, np.float32(1.5), np.array(1.5), np.array([1.0, 2.0]), (1.5, np.array([1.0, 2.0])), [1.5, 2.5],
        {"a": 1.5, "b": (2.5, np.ones(2))}, Pair(1.5, np.ones(2)), (), (1.5, None, "text"), 3,
    ],
)  # fmt: skip
@BACKENDS
def test_the_same_as_the_first_call(argument, backend):
    def f(x, p):
        total = x * x
        for leaf in leaves_of_pair(p):
            total = total + np.sum(leaf * leaf) * x
        return total

    def leaves_of_pair(p):
        found = []
        if isinstance(p, dict):
            p = list(p.values())
        if isinstance(p, tuple | list):
            for item in p:
                found += leaves_of_pair(item)
        elif p is not None and not isinstance(p, str):
            found.append(p)
        return found

    derivative = grad(f, backend=backend)
    first = derivative(1.25, argument)
    assert fast(derivative, 1.25, argument) == first
    assert len(entries(derivative)) == 1


def test_ints_become_floats_on_the_fast_way_too():
    derivative = grad(lambda x, y: x / y, argnums=(0, 1))
    first = derivative(3, 2)
    assert fast(derivative, 3, 2) == first == (0.5, -0.75)
    assert all(type(part) is float for part in derivative(3, 2))


def test_a_call_of_another_kind_is_not_taken_for_the_same():
    derivative = grad(lambda x: np.sum(x * x))
    fast(derivative, np.array([1.0, 2.0]))
    assert derivative(np.float32([1.0, 2.0])).dtype == np.float32
    assert derivative(np.ones((2, 2))).shape == (2, 2)
    assert derivative(3.0) == 6.0
    assert derivative(np.array([1.0, 2.0], dtype=">f8").astype("f8")).tolist() == [2.0, 4.0]
    with pytest.raises(UserError, match="dtype >f8"):
        derivative(np.array([1.0, 2.0], dtype=">f8"))


def test_keys_order_and_length_of_containers():
    derivative = grad(lambda p: sum(value * value for value in p.values()) * len(p))
    assert fast(derivative, {"a": 1.0, "b": 2.0}) == {"a": 4.0, "b": 8.0}
    assert list(derivative({"b": 2.0, "a": 1.0})) == ["b", "a"]
    assert derivative({"a": 1.0}) == {"a": 2.0}
    assert derivative({"a": 1.0, "b": 2.0, "c": 0.5}) == {"a": 6.0, "b": 12.0, "c": 3.0}
    of_list = grad(lambda p: p[0] * p[-1])
    assert fast(of_list, [2.0, 3.0]) == [3.0, 2.0]
    assert of_list((2.0, 3.0)) == (3.0, 2.0)
    assert of_list([2.0, 5.0, 3.0]) == [3.0, 0.0, 2.0]


def test_what_is_known_at_compile_time():
    derivative = grad(lambda x, n, kind: x**n if kind == "power" else n * x)
    assert fast(derivative, 3.0, 2, "power") == 6.0
    assert derivative(3.0, 3, "power") == 27.0
    assert derivative(3.0, 3, "product") == 3.0
    sized = grad(lambda x, n: np.sum(np.zeros(n) + x) + x * sum(range(n)))
    assert [fast(sized, 2.0, n) for n in (1, 2, 3, 1)] == [1.0, 3.0, 6.0, 1.0]


def test_captured_values(monkeypatch):
    derivative = grad(lambda x: SCALE * x * x * np.sum(WEIGHTS["a"]))
    assert fast(derivative, 1.0) == 12.0
    monkeypatch.setitem(globals(), "SCALE", 3.0)
    assert derivative(1.0) == 18.0
    monkeypatch.setitem(WEIGHTS, "a", np.array([1.0, 2.0, 3.0]))
    assert derivative(1.0) == 36.0
    monkeypatch.setitem(globals(), "SCALE", np.array([1.0, 2.0]))
    with pytest.raises(UserError):
        derivative(1.0)
    monkeypatch.setitem(globals(), "SCALE", 1.0)
    assert derivative(1.0) == 12.0


def test_defaults_that_are_left_out():
    def power(x, n=2, *, scale=1.0):
        return scale * x**n

    def table(x, row=np.array([1.0, 2.0])):  # noqa: B008  # a default that can be changed
        return np.sum(row) * x

    assert grad(power)(3.0) == fast(grad(lambda x, n=2: x**n), 3.0) == 6.0
    derivative = grad(table)
    assert fast(derivative, 1.0) == 3.0
    table.__defaults__[0][0] = 5.0
    assert derivative(1.0) == 7.0
    table.__defaults__ = (np.array([1.0, 1.0, 1.0]),)
    assert derivative(1.0) == 3.0


def test_new_code_and_a_patched_builtin(monkeypatch):
    def f(x):
        return abs(x) * x

    derivative = grad(f)
    assert fast(derivative, 3.0) == 6.0
    f.__code__ = (lambda x: abs(x) * x * x).__code__
    assert derivative(3.0) == 27.0
    bound = functools.partial(lambda x, k: k * x, k=2.0)
    of_partial = grad(bound)
    assert [of_partial(1.0) for _ in range(4)] == [2.0] * 4
    bound.keywords["k"] = 5.0
    assert of_partial(1.0) == 5.0
    monkeypatch.setattr("builtins.abs", lambda x: 2.0 * x)
    with pytest.raises(UserError, match="was replaced"):
        derivative(3.0)


def test_an_argument_that_is_written_into_goes_the_slow_way():
    def f(x, scratch):
        scratch[0] = x
        return scratch[0] * scratch[1]

    derivative = grad(f)
    scratch = np.array([1.0, 2.0])
    assert [derivative(3.0, scratch) for _ in range(4)] == [2.0] * 4
    scratch.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        derivative(3.0, scratch)


def test_errors_look_the_same():
    derivative = grad(lambda x: math.log(x))
    fast(derivative, 2.0)
    for _ in range(2):
        with pytest.raises(ValueError, match="math domain error"):
            derivative(-1.0)


# -- products ------------------------------------------------------------------------------------------------------


@BACKENDS
def test_jvp(backend):
    def f(x, p, n):
        return np.sum(x * p["w"]) * n

    x, p = np.array([1.0, 2.0]), {"w": np.array([3.0, 4.0]), "k": 2}
    tangents = (np.array([1.0, 0.0]), {"w": np.array([0.0, 1.0]), "k": None}, None)
    assert [jvp(f, (x, p, 2), tangents, backend=backend) for _ in range(4)] == [(22.0, 10.0)] * 4
    assert jvp(f, (x, p, 2), (tangents[0], None, None), backend=backend) == (22.0, 6.0)
    for wrong in (np.ones(3), np.float32([1.0, 0.0]), 1.0):
        with pytest.raises(UserError, match="must"):
            jvp(f, (x, p, 2), (wrong, None, None), backend=backend)


def test_a_callable_to_keep():
    pushforward = jvp(lambda x, y: x * y)
    assert [pushforward((3.0, 2.0), (1.0, None)) for _ in range(4)] == [(6.0, 2.0)] * 4
    assert pushforward((3.0, 2.0), (None, 1.0)) == (6.0, 3.0)
    assert "x_dot * y" in pushforward.source((3.0, 2.0), (1.0, None))
    with pytest.raises(UserError, match="two tuples"):
        jvp(lambda x: x, (3.0,))


def test_a_tangent_that_needs_a_conversion():
    def square(x):
        return x * x

    for tangent in (1.0, 1, np.float64(1.0), np.array(1.0), 1.0, 1):
        value, slope = jvp(square, (3.0,), (tangent,))
        assert (value, slope, type(slope)) == (9.0, 6.0, float)


@BACKENDS
def test_vjp(backend):
    def f(x, y):
        return x * y

    for _ in range(4):
        out, pullback = vjp(f, 3.0, 2.0, backend=backend)
        assert (out, pullback(1.0), pullback(2)) == (6.0, (2.0, 3.0), (4.0, 6.0))
    x, y = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    for _ in range(4):
        out, pullback = vjp(f, x, y, backend=backend)
        np.testing.assert_array_equal(pullback(np.array([1.0, 2.0])), [[3.0, 8.0], [1.0, 4.0]])
        for wrong in (1.0, np.ones(3), np.ones(2, np.float32), np.ones(2, int)):
            with pytest.raises(UserError, match="cotangent"):
                pullback(wrong)


# -- derivatives that are made alike -------------------------------------------------------------------------------


@pytest.fixture
def compilations(monkeypatch):
    """Counts what is compiled."""
    from autodiff_compiler.api.compiler import driver

    counted = []
    derivative = driver.derivative
    monkeypatch.setattr(driver, "derivative", lambda *args: counted.append(args) or derivative(*args))
    return counted


def test_a_derivative_made_in_a_loop_compiles_once(compilations):
    def f(x):
        return x**4

    for x in (1.0, 2.0, 3.0):
        assert grad(f)(x) == 4 * x**3
        assert value_and_grad(f)(x) == (x**4, 4 * x**3)
        assert grad(grad(f))(x) == 12 * x**2
        assert jvp(grad(f), (x,), (1.0,)) == (4 * x**3, 12 * x**2)
        assert hvp(f, (x,), (1.0,)) == 12 * x**2
    assert len(compilations) == 5


def test_derivatives_with_other_options_or_arguments_share_nothing(compilations):
    def f(x, y):
        return x * y * y

    assert [grad(f, argnums=k)(2.0, 3.0) for k in (0, 1, "y", (0, 1), [1, 0])] == [9.0, 12.0, 12.0, (9.0, 12.0), (12.0, 9.0)]
    assert grad(f, disable=["cse"])(2.0, 3.0) == 9.0
    assert len(compilations) == 6


def test_an_alike_derivative_follows_the_function():
    def f(x, y):
        return x * y

    first = grad(f, argnums="y")
    assert first(2.0, 3.0) == 2.0
    f.__code__ = (lambda y, x: y * y * x).__code__
    assert grad(f, argnums="y")(2.0, 3.0) == 12.0
    assert first(2.0, 3.0) == 12.0


class Model:
    def __init__(self, w):
        self.w = w

    def __call__(self, x):
        return self.w * x * x


def cube(x):
    return x**3


def test_objects_that_are_called_keep_their_attributes():
    model = Model(2.0)
    assert [grad(model)(3.0), jvp(model, (3.0,), (1.0,))[1]] == [12.0, 12.0]
    assert vars(model) == {"w": 2.0}
    assert grad(lambda m, x: m(x))(model, 3.0).w == 9.0
    assert grad(Model(4.0))(3.0) == 24.0
    model.w = 5.0
    assert grad(model)(3.0) == 30.0
    assert grad(pickle.loads(pickle.dumps(model)))(3.0) == 30.0


def test_what_is_remembered_is_not_copied():
    grad(cube)(2.0)
    owner, known = cube.__autodiff__
    assert owner is cube
    assert known
    assert copy.deepcopy(known) == {} == pickle.loads(pickle.dumps(known))
    wrapper = functools.wraps(cube)(lambda x: cube(x) * 2.0)
    assert grad(wrapper)(2.0) == 24.0
