"""`check="first"`: what it finds, what it lets pass, and what it leaves alone."""

import copy
import dataclasses
import os
import re
import subprocess
import sys
import textwrap
from typing import NamedTuple

import numpy as np
import pytest

from autodiff_compiler import InternalError, UserError, driver, grad, jvp, stop_gradient, value_and_grad, vjp

BACKENDS = pytest.mark.parametrize("backend", ["python", "numba"])


@pytest.fixture
def broken(monkeypatch, tmp_path):
    """Makes functions that are compiled with a name of a kind give something else; reports go to a folder of the test's."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    load = driver.backends.load

    def change(pattern, spoil):
        def loaded(text, name, constants=None):
            call = load(text, name, constants)
            return (lambda *args: spoil(call, *args)) if re.fullmatch(pattern, name) else call

        monkeypatch.setattr(driver.backends, "load", loaded)
        for function in (cube, total, parts):
            vars(function).pop("__autodiff__", None)  # what was compiled before is sound

    yield change
    for function in (cube, total, parts):
        vars(function).pop("__autodiff__", None)


def spoiled(call, *args):
    return stretched(call(*args))


def stretched(value):
    if isinstance(value, tuple):
        return tuple(map(stretched, value))
    return None if value is None else value * 1.01


def raising(call, *args):
    raise IndexError("spoiled")


def mismatch(call):
    with pytest.raises(InternalError) as caught:
        call()
    assert caught.value.code == "AD906"
    return caught.value


def cube(x):
    return x * x * x


def total(a, n):
    return np.sum(a**n) + a[0]


def parts(x, y):
    return {"product": x * y, "sum": np.sum(y) + x, "n": 3}


# -- nothing to find -----------------------------------------------------------------------------------------------


class Line(NamedTuple):
    slope: np.ndarray
    offset: float


@dataclasses.dataclass
class Model:
    w: np.ndarray
    b: float


def of_line(line, x):
    return np.sum(line.slope * x) * line.offset


def of_model(model, x):
    return np.sum(model.w * x) * model.b


def of_everything(x, n=3, /, *rest, k=2.0, flag=True):
    y = x**n * k if flag else x
    for r in rest:
        y = y + r * x
    return y


def with_float32(a):
    return np.sum(np.sin(a) * a)


def branches(x):
    return abs(x) + max(x, 0.0) + np.sqrt(np.abs(x) + 1.0)


def steps(x):
    return np.floor(x * 1e4) * 1.0 + x


def cut(x):
    return x * stop_gradient(x)


def in_place(a):
    a[0] = a[1] * 2.0
    return np.sum(a * a)


def constant(x):
    return 3.0 + 0.0 * x


A = np.array([0.5, -1.5, 2.0])
RIGHT = [
    (cube, (0.7,)),
    (cube, (3,)),
    (cube, (np.float64(2.0),)),
    (cube, (np.float32(2.0),)),
    (cube, (0.0,)),
    (cube, (1e-9,)),
    (cube, (1e6,)),
    (cube, (float("nan"),)),
    (cube, (float("inf"),)),
    (total, (A, 3)),
    (total, (A.astype(np.float32), 2)),
    (total, (np.asfortranarray(A)[::-1], 2)),
    (of_line, (Line(A, 2.0), 1.5)),
    (of_model, (Model(A, 2.0), 1.5)),
    (of_everything, (0.7,)),
    (of_everything, (0.7, 2)),
    (of_everything, (0.7, 2, 5.0, 6.0)),
    (with_float32, (np.linspace(-1, 1, 1000, dtype=np.float32),)),
    (branches, (0.0,)),
    (branches, (1e-12,)),
    (steps, (0.3,)),
    (cut, (0.7,)),
    (in_place, (A,)),
    (constant, (2.0,)),
    (lambda a: np.max(a) + np.sort(a)[0], (np.array([1.0, 1.0, 1.0, 0.5, 0.5]),)),
    (lambda a: np.linalg.norm(a), (np.zeros(3),)),
    (lambda x: 1e30 * x * x, (1e-20,)),
    (lambda a: np.sum(a) - np.sum(a[::-1]), (np.linspace(0.1, 1e5, 1001),)),
    (lambda x: np.exp(-x) * np.sin(40.0 * x), (0.4,)),
    (lambda p: p["a"] * p["b"][0] ** p["n"], ({"a": 1.5, "b": [2.0, 3.0], "n": 2},)),
]


@BACKENDS
@pytest.mark.parametrize(("fun", "args"), RIGHT, ids=[f"{f.__name__}-{i}" for i, (f, _) in enumerate(RIGHT)])
def test_what_is_right_passes(fun, args, backend):
    given = copy.deepcopy(args)
    plain, checked = grad(fun, backend=backend), grad(fun, backend=backend, check="first")
    for _ in range(2):
        assert repr(checked(*args)) == repr(plain(*args))
    value_and_grad(fun, backend=backend, check="first")(*args)
    out, pullback = vjp(fun, *args, backend=backend, check="first") if type(args[0]) is not int else (1.0, lambda bar: None)
    pullback(type(out)(1.0))
    assert repr(args) == repr(given)


@BACKENDS
def test_other_verbs_and_results(backend):
    x, y = 0.7, A
    out, dot = jvp(parts, (x, y), (1.0, np.ones(3)), backend=backend, check="first")
    assert dot["sum"] == 4.0
    assert jvp(parts, (x, y), (None, np.ones(3)), backend=backend, check="first")[1]["sum"] == 3.0
    out, pullback = vjp(parts, x, y, backend=backend, check="first")
    assert pullback({"product": np.ones(3), "sum": 1.0, "n": None})[0] == np.sum(A) + 1.0

    def with_aux(x, y):
        return x * np.sum(y), {"twice": 2.0 * x}

    assert grad(with_aux, argnums=(0, 1), has_aux=True, backend=backend, check="first")(x, y)[1] == {"twice": 1.4}
    assert value_and_grad(with_aux, argnums="y", has_aux=True, backend=backend, check="first")(x, y)[0][1] == {"twice": 1.4}


@BACKENDS
def test_derivatives_of_derivatives(backend):
    first = grad(cube, backend=backend, check="first")
    assert grad(first, backend=backend, check="first")(2.0) == 12.0
    assert grad(lambda x: first(x) * x, check="first")(2.0) == 36.0
    assert first(2.0) == 12.0

    def inside(x):
        return grad(cube, check="first")(x) * jvp(cube, (x,), (1.0,))[1]

    assert grad(inside, backend=backend, check="first")(1.0) == pytest.approx(36.0)


def test_methods_decorators_and_captures():
    class Thing:
        k = 2.0

        @grad(argnums=1, check="first")
        def of(self, x):
            return self.k * x * x

        def plain(self, x):
            return self.k * x

    thing = Thing()
    assert thing.of(3.0) == 12.0
    assert grad(thing.plain, check="first")(3.0) == 2.0
    scale = np.array([1.0, 2.0, 3.0])

    @value_and_grad(check="first")
    def f(x):
        return np.sum(scale * x)

    assert f(2.0) == (12.0, 6.0)
    scale[0] = 5.0
    assert f(2.0) == (20.0, 10.0)


@BACKENDS
def test_what_the_program_raises(backend):
    def f(a, n):
        if n > 3:
            raise KeyError("no")
        return a[n] * 2.0

    derivative = grad(f, backend=backend, check="first")
    with pytest.raises(KeyError):
        derivative(A, 4)
    with pytest.raises(IndexError):
        grad(f, backend=backend, check="first")(A, 3)
    assert derivative(A, 1)[1] == 2.0


def test_the_deviation_of_numba_is_no_mismatch():
    def f(x):
        return 1.0 / x

    with pytest.raises(ZeroDivisionError):
        grad(f, check="first")(0.0)
    assert grad(f, backend="numba", check="first")(0.0) == -np.inf


def test_what_prints_prints_twice_and_no_more(capsys):
    def f(x):
        print("here")
        return x * x

    assert grad(f, check="first")(3.0) == 6.0
    assert capsys.readouterr().out.count("here") <= 3


def test_an_argument_that_cannot_be_copied_is_left_alone():
    class Stubborn:
        def __deepcopy__(self, memo):
            raise TypeError("no")

        k = 2.0

    def f(x, s):
        return x * s.k

    assert grad(f, check="first")(1.0, Stubborn()) == 2.0


def test_a_function_that_numba_compiled():
    numba = pytest.importorskip("numba")
    assert grad(numba.njit(cube), check="first")(2.0) == 12.0


# -- mismatches ----------------------------------------------------------------------------------------------------


@BACKENDS
def test_a_wrong_gradient(broken, backend, tmp_path):
    broken(r"\w+_grad", spoiled)
    derivative = grad(cube, backend=backend, check="first")
    error = mismatch(lambda: derivative(0.712345678))
    assert "the derivative along a random direction" in error.reason
    (report,) = tmp_path.glob("autodiff_report_*.txt")
    text = report.read_text()
    assert str(report) in str(error)
    for part in ("def cube(x):", "x: float", f"backend='{backend}'", "numpy 2", "# stage primal", "# stage derivative", "# generated"):
        assert part in text
    assert "0.71" not in text + str(error)
    assert report.stat().st_mode & 0o77 == 0
    assert derivative(0.712345678) == pytest.approx(3 * 0.712345678**2 * 1.01)  # the first call alone is checked


@BACKENDS
def test_a_wrong_value(broken, backend):
    broken(r"\w+_value_and_grad", lambda call, *args: (call(*args)[0] * 1.001, call(*args)[1]))
    error = mismatch(lambda: value_and_grad(total, backend=backend, check="first")(A, 3))
    assert "the value differs" in error.reason


def test_a_wrong_value_of_a_gradient(broken):
    broken("cube", spoiled)
    assert "the value differs" in mismatch(lambda: grad(cube, check="first")(0.5)).reason


@BACKENDS
def test_wrong_products(broken, backend):
    def parts(x, y):
        return {"product": x * y, "sum": np.sum(y) + x, "n": 3}

    broken(r"\w+_(jvp|vjp|vjp_reverse|reverse)", lambda call, *args: spoil_last(call(*args)))
    assert mismatch(lambda: jvp(parts, (0.7, A), (1.0, np.ones(3)), backend=backend, check="first"))
    broken(r"\w*reverse\w*|\w+_vjp\w+", spoiled)
    assert mismatch(lambda: vjp(parts, 0.7, A, backend=backend, check="first"))


def spoil_last(result):
    if isinstance(result, tuple) and len(result) == 2 and isinstance(result[1], dict):
        return result[0], {k: None if v is None else v * 1.01 for k, v in result[1].items()}
    return result


@pytest.mark.parametrize("direction", ["compiled", "cpython", "other"])
def test_wrong_exceptions(broken, direction):
    def f(x):
        if x > 1.0:
            raise KeyError("no")
        return x * x

    broken(r"f_grad", raising if direction != "cpython" else lambda call, *args: 1.0)
    error = mismatch(lambda: grad(f, check="first")(0.5 if direction == "compiled" else 2.0))
    assert ("raises IndexError" in error.reason) == (direction != "cpython")
    assert ("CPython raises KeyError" in error.reason) == (direction != "compiled")


def test_data_are_in_the_report_where_asked(broken, monkeypatch, tmp_path):
    monkeypatch.setenv("AUTODIFF_CHECK_DATA", "1")
    broken(r"\w+_grad", spoiled)
    mismatch(lambda: grad(cube, check="first")(0.712345678))
    (report,) = tmp_path.glob("autodiff_report_*.txt")
    assert "x = 0.712345678" in report.read_text()


def test_no_place_for_a_report(broken, monkeypatch):
    broken(r"\w+_grad", spoiled)
    monkeypatch.setattr("tempfile.mkstemp", lambda **_: (_ for _ in ()).throw(OSError(28, "No space left")))
    assert "no report could be written" in str(mismatch(lambda: grad(cube, check="first")(0.5)))


# -- the option ----------------------------------------------------------------------------------------------------


def test_an_unknown_check():
    with pytest.raises(UserError) as caught:
        grad(cube, check="second")
    assert caught.value.code == "AD415"


CODE = """
    from autodiff_compiler import driver, grad, jvp, vjp
    load = driver.backends.load
    driver.backends.load = lambda text, name, constants=None: (lambda *a: load(text, name, constants)(*a) * 1.01)
    try:
        print(grad("def f(x): return x * x")(3.0))
    except Exception as error:
        print(error.code)
"""


@pytest.mark.parametrize(("value", "shown"), [("first", "AD906"), ("", "6.0600000000000005"), ("second", "AD415")])
def test_the_variable(value, shown):
    environment = {**os.environ, "AUTODIFF_CHECK": value}
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(CODE)], env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == shown, done.stderr
