"""Mistakes on purpose: what Python refuses is refused with its place and reason, and texts are those that Python shows.

The reference is CPython: the function itself, called with the same arguments.
"""

import functools
import os
import random
import re
import types

import numpy as np
import pytest

from autodiff_compiler import check_grads, grad, jvp, vjp
from autodiff_compiler.diagnostics import UnsupportedError, UserError
from autodiff_compiler.frontend.source import from_text

X, A3 = 1.5, np.array([1.0, 2.0, 3.0])


def function(expression):
    return from_text(f"import operator\nimport numpy as np\ndef f(x, a, z):\n    return {expression}\n", "f")


PYTHON_REFUSES = {
    "AD148": [
        "[x, x] - [x, x]", "[x] + x", "x + [x]", "-[x]", "[x] ** 2", "[x, x] / 2.0", "(x, x) * (x, x)", "(x,) - 1",
        "[x] @ [x]", "[x] // 1", "~[1]", "[x] % 2", "[x] + (x,)", "x + 'a'", "x + None",
    ],
    "AD108": ["[x, x] * x", "x * [x]", "(x, x) * z", "[x] * 'a'", "(x,) * 2.5", "a[x]"],
    "AD205": ["abs([x, x])", "pow([x], 2)", "divmod((x,), 2)", "operator.sub([x], [x])", "operator.neg([x])"],
    "AD167": ["x.sum()", "x.shape", "x.T", "x.astype(float)", "(x > 0).all()", "len(a).shape", "x.fill(1)", "z.foo"],
    "AD171": ["isinstance(x, 'a')", "f'{1:.3q}'"],
    "AD134": ["a.shape[1]"],
    "AD163": ["[i for i in 5]"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("code", "expression"), [(code, text) for code, texts in PYTHON_REFUSES.items() for text in texts]
)
def test_what_python_refuses(code, expression):
    fun = function(expression)
    with pytest.raises((TypeError, AttributeError, IndexError, ValueError)):
        fun(X, A3, np.float64(0.5))
    with pytest.raises(UserError) as caught:
        grad(fun)(X, A3, np.float64(0.5))
    assert caught.value.code == code, str(caught.value)
    assert f"return {expression}" in str(caught.value)
    assert "^" in str(caught.value)


# Sums of these: the reference is the difference quotient of CPython's value.
ACCEPTED = [
    "np.sum(a * [x, x * x, x])", "np.sum([x, x * x, 1.0] * a)", "np.sum(a + (x, x, x * x))", "np.sum([x, x * x] + z)",
    "len(sum([[x], [x, x]], [])) * x", "sum([[x], [x * x]], [])[1]", "sum(((x,), (x * x,)), ())[1]",
    "x * x if a.dtype == np.float64 else x", "sum([x, x * x] * 2)", "z.sum() * x", "x.real * x",
]  # fmt: skip


@pytest.mark.parametrize("expression", ACCEPTED)
def test_what_python_accepts(expression):
    fun = function(expression)
    z, step = np.float64(0.5), 1e-6
    expected = (fun(X + step, A3, z) - fun(X - step, A3, z)) / (2 * step)
    np.testing.assert_allclose(grad(fun)(X, A3, z), expected, rtol=1e-8)


# -- texts -------------------------------------------------------------------------------------------------------------


def raising(x, a, z):
    if x > 1:
        raise ValueError(f"{{x}} = {x:.3f}, {x!r}, {x:>9}, {z:+.1e}, {a}, {a.shape}, {3.14159:.2f}, {(x, z)}")
    return x


def asserting(x, a, z):
    width = 8
    assert x < 1, f"{x:{width}.2f} {z!r:>20} {x=}"
    return x


def printing(x, a, z):
    print("x:", f"{x:.3f} {x}", a.shape, (x,), sep="; ", end=".\n")
    print(f"{x:06.2f}")
    print(a.shape, ())
    return x * x


def several(x, a, z):
    raise ValueError("a", x, 1, z)


@pytest.mark.parametrize("fun", [raising, asserting, several])
def test_the_text_of_an_exception(fun):
    args = (X, A3, np.float64(0.1))
    with pytest.raises(Exception) as expected:
        fun(*args)
    with pytest.raises(expected.type) as caught:
        grad(fun)(*args)
    # The first line: pytest adds one to what an assertion says.
    assert str(caught.value) == str(expected.value).splitlines()[0]
    # Compiled code leaves arrays out, and its numbers are Python's.
    with pytest.raises(expected.type) as caught:
        grad(fun, backend="numba")(*args)
    text = str(expected.value).splitlines()[0].replace(str(A3), "...")
    plain = re.sub(r"np\.float64\(([^)]*)\)", r"\1", text)
    assert str(caught.value).split() == plain.split()


def test_the_text_of_print(capsys):
    args = (X, A3, np.float64(0.1))
    printing(*args)
    expected = capsys.readouterr().out
    assert grad(printing)(*args) == 2 * X
    assert capsys.readouterr().out == expected


def test_a_message_keeps_its_letters_with_numba():
    def f(x):
        if x > 1:
            raise ValueError("is θ > 1?")
        return x

    with pytest.raises(ValueError, match=r"^is θ > 1\?$"):
        grad(f, backend="numba")(X)


def test_a_specification_that_does_not_fit_fails_when_it_is_shown():
    def f(x):
        if x > 2:
            raise ValueError(f"{x:d}")
        return x * x

    assert grad(f)(X) == 2 * X
    with pytest.raises(ValueError, match="Unknown format code 'd'"):
        grad(f)(3.0)


# -- what changes between calls ------------------------------------------------------------------------------------------


def test_a_builtin_that_a_global_hides_later():
    fun = from_text("def f(x):\n    return abs(x) * x\n", "f")
    space = fun.__globals__
    df = grad(fun)
    assert [df(X), df(X)] == [2 * X, 2 * X]
    space["abs"] = lambda x: 3.0
    assert [df(X), df(X)] == [3.0, 3.0]
    del space["abs"]
    assert [df(X), df(X)] == [2 * X, 2 * X]


def test_a_name_that_stands_for_another_module_later():
    first, second = types.ModuleType("kernels"), types.ModuleType("kernels")
    first.scale, second.scale = 2.0, 3.0
    fun = from_text("def f(x):\n    return x * K.scale\n", "f")
    fun.__globals__["K"] = first
    df = grad(fun)
    assert [df(X), df(X)] == [2.0, 2.0]
    fun.__globals__["K"] = second
    assert [df(X), df(X)] == [3.0, 3.0]


def test_single_dispatch():
    df = grad(lambda x: dispatched(x))
    assert df(X) == 3 * X**2
    assert df(np.float32(X)) == 2 * X
    dispatched.register(np.float32, lambda x: x * 7.0)
    assert df(np.float32(X)) == 7.0


# -- functions that cannot be entered ------------------------------------------------------------------------------------


@functools.lru_cache
def cached(x):
    return x * x


@functools.singledispatch
def dispatched(x):
    return x * x


@dispatched.register
def _(x: float):
    return x * x * x


async def coroutine(x):
    return x


CLOSED = {
    "cached": (lambda x: cached(np.ones(2) * x), "without the decorator"),
    "random": (lambda x: x * np.random.wald(1.0, 2.0), "draw the random numbers outside"),
    "random method": (lambda x: x * random.getrandbits(8), "draw the random numbers outside"),
    "str": (lambda x: x * len(str(x)), "f-string"),
    "coroutine": (lambda x: coroutine(x), "ordinary function"),
}


@pytest.mark.parametrize("name", CLOSED)
def test_functions_that_cannot_be_entered(name):
    fun, way_out = CLOSED[name]
    with pytest.raises(UnsupportedError) as caught:
        grad(fun)(X)
    assert way_out in caught.value.help
    # The place is in this file, directly or by a chain of calls.
    assert "test_mistakes.py" in str(caught.value)


BEYOND = {
    "AD148": "np.sin(x) + operator",
    "AD150": "2**70 * x",
    "AD170": "{'a': x}.fromkeys('a')",
}


@pytest.mark.parametrize("code", BEYOND)
def test_what_we_cannot_hold(code):
    with pytest.raises((UnsupportedError, UserError)) as caught:
        grad(function(BEYOND[code]))(X, A3, np.float64(0.5))
    assert caught.value.code == code
    assert caught.value.help


def test_a_module_that_does_not_exist():
    def f(x):
        import no_such_module

        return x * no_such_module.factor

    with pytest.raises(UserError, match=r"AD160.*ModuleNotFoundError: No module named 'no_such_module'") as caught:
        grad(f)(X)
    assert "import no_such_module" in str(caught.value)


def test_an_object_is_shown_by_its_class():
    def f(x):
        os.environ["A"] = "1"
        return x

    with pytest.raises(UserError) as caught:
        grad(f)(X)
    assert max(map(len, str(caught.value).splitlines())) < 150


# -- arguments -----------------------------------------------------------------------------------------------------------

ARGUMENTS = [
    (np.ma.array([1.0]), "AD401", "w.mask"),
    (np.ones((1, 1)).view(np.matrix), "AD401", "np.asarray(w)"),
    (np.random.default_rng(0), "AD402", "draw the random numbers"),
    (np.ones(2, dtype=np.clongdouble), "AD403", "w.astype(np.complex128)"),
    (np.zeros(2, dtype=[("a", float), ("b", int)]), "AD403", "w['a']"),
    (np.array(["a"]), "AD403", "pass numbers"),
    (np.ones(2, dtype=">f8"), "AD403", "w.astype(np.float64)"),
    (np.array([1, None]), "AD403", "w.astype(np.float64)"),
    (None, "AD413", "argnums"),
    ("text", "AD413", "argnums"),
]


@pytest.mark.parametrize(
    ("value", "code", "way_out"), ARGUMENTS, ids=lambda v: v if isinstance(v, str) else type(v).__name__
)
def test_arguments(value, code, way_out):
    def f(w):
        return np.sum(w * w)

    with pytest.raises(UserError) as caught:
        grad(f)(value)
    assert caught.value.code == code
    assert way_out in caught.value.help


def test_arguments_without_a_name():
    with pytest.raises(UserError) as caught:
        grad(lambda *w: w[0])(np.ones(2, dtype=np.clongdouble))
    assert "x.astype" in caught.value.help
    with pytest.raises(UserError) as caught:
        jvp(lambda w: np.sum(w), (A3,), (np.ma.array(A3),))
    assert "x.mask" in caught.value.help


def captured(expression, value):
    fun = from_text(f"import numpy as np\ndef f(x):\n    return {expression}\n", "f")
    fun.__globals__["K"] = value
    return fun


@pytest.mark.parametrize(
    ("code", "expression", "value"),
    [
        ("AD403", "np.sum(K) * x", np.ones(2, np.clongdouble)),
        ("AD403", "len(K) * x", np.zeros(2, dtype=[("a", float)])),
        ("AD403", "K['a'][0] * x", {"a": np.ones(2, dtype=">f8")}),
        ("AD185", "len(K) * x", 1j),
        ("AD185", "len(K) * x", None),
        ("AD192", "len(K) * x", {1.0, 2.0}),
        ("AD148", "sum(K) * x", "ab"),
    ],
)
def test_what_is_captured(code, expression, value):
    with pytest.raises((UserError, UnsupportedError)) as caught:
        grad(captured(expression, value))(X)
    assert caught.value.code == code
    assert f"return {expression}" in str(caught.value)


def test_checks_of_nothing():
    with pytest.raises(TypeError, match="as a tuple"):
        check_grads(lambda w: np.sum(w), A3)
    with pytest.raises(ValueError, match="at least 1"):
        check_grads(lambda w: np.sum(w), (A3,), order=0)


@pytest.mark.parametrize("backend", ["python", "numba"])
@pytest.mark.parametrize(
    "array",
    [np.zeros(0), np.array(2.0), np.asfortranarray(np.ones((2, 3))), A3[::-1], A3[::2], A3 * np.nan, A3.astype("f4")],
)
def test_arrays_of_all_sorts(array, backend):
    def f(w):
        return np.sum(w * w)

    array.flags.writeable = False
    (found,) = vjp(f, array, backend=backend)[1](np.float64(1.0))
    np.testing.assert_array_equal(found, 2 * array)
    assert np.asarray(found).dtype == array.dtype


# -- where paths meet ----------------------------------------------------------------------------------------------------


def test_the_place_and_the_name_of_what_paths_left():
    def f(a, b, c):
        chosen = a if c > 0 else b
        chosen[0] = 5.0
        return np.sum(a)

    with pytest.raises(UnsupportedError) as caught:
        grad(f)(A3, A3 * 2, 1.0)
    text = str(caught.value)
    assert "a write to `chosen`" in text
    assert "chosen = a if c > 0 else b" in text
    assert "chosen = chosen.copy()" in text
    assert "<unknown>" not in text


@pytest.mark.parametrize("expression", ["x if x > 0 else n", "(x if x > 0 else n) * 2"])
def test_an_integer_and_a_float(expression):
    fun = from_text(f"def f(x, n):\n    return {expression}\n", "f")
    with pytest.raises(UnsupportedError, match=r"value is an integer on one path and a float on another") as caught:
        grad(fun)(X, 2)
    assert "float(...)" in caught.value.help
