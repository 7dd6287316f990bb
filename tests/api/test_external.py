"""Functions that are called as they are: how often and in which order, with what, and what a derivative that reaches them is told."""

import ctypes
import ctypes.util
import subprocess
import sys

import numpy as np
import pytest
import scipy.special
from numba import cfunc, njit

from autodiff_compiler import (
    UnsupportedError,
    UserError,
    external,
    grad,
    jvp,
    primitive,
    stop_gradient,
    value_and_grad,
    vjp,
)


class Recorder:
    """Functions that note their calls."""

    def __init__(self):
        self.calls = []

        @primitive(result="float")
        def noted(tag, x):
            self.calls.append((tag, float(x)))
            return 2.0 * x

        self.noted = noted


@pytest.fixture
def recorder():
    return Recorder()


# -- once, in order, at run time -----------------------------------------------------------------------------------------


def test_it_is_called_once_and_in_order(recorder):
    noted = recorder.noted

    def f(x, c):
        a = noted("first", c) * x
        b = noted("second", c + 1.0)
        return a * a + b * x

    for call, value in [(grad(f), 2 * 36.0 * 2.0 + 8.0), (grad(grad(f)), 2 * 36.0)]:
        recorder.calls.clear()
        assert call(2.0, 3.0) == value
        assert recorder.calls == [("first", 3.0), ("second", 4.0)]


def test_never_when_compiling(recorder):
    noted = recorder.noted
    g = grad(lambda x, c: x * noted("a", c))
    text = g.source(1.0, 2.0)
    assert "noted('a', c)" in text
    assert not recorder.calls
    assert g(1.0, 2.0) == 4.0
    assert g(1.0, 2.0) == 4.0
    assert recorder.calls == [("a", 2.0)] * 2


def test_never_again_in_the_reverse_sweep_of_a_loop(recorder):
    noted = recorder.noted

    def f(x, c):
        y = x
        for i in range(3):
            if i != 1:
                y = np.sin(y * noted("in", c + i))
        return y

    slope = grad(f)(0.3, 0.5)
    assert recorder.calls == [("in", 0.5), ("in", 2.5)]
    inner = np.sin(0.3 * 1.0)
    np.testing.assert_allclose(slope, np.cos(inner * 5.0) * 5.0 * np.cos(0.3), rtol=1e-14)
    recorder.calls.clear()
    grad(grad(f))(0.3, 0.5)
    assert recorder.calls == [("in", 0.5), ("in", 2.5)]


def test_a_pullback_does_not_call_it(recorder):
    noted = recorder.noted
    value, pull = vjp(lambda x: np.sin(x) * noted("a", 2.0), np.array([1.0, 2.0]))
    assert recorder.calls == [("a", 2.0)]
    for _ in range(2):
        np.testing.assert_allclose(pull(np.ones(2))[0], 4.0 * np.cos([1.0, 2.0]))
    assert recorder.calls == [("a", 2.0)]


def test_forward_mode(recorder):
    noted = recorder.noted

    def f(x):
        return np.sin(x) * noted("a", 2.0)

    value, slope = jvp(f, (1.0,), (1.0,))
    np.testing.assert_allclose([value, slope], [4.0 * np.sin(1.0), 4.0 * np.cos(1.0)])
    assert recorder.calls == [("a", 2.0)]


def test_in_a_helper_that_is_called_often(recorder):
    noted = recorder.noted

    def helper(x, c):
        y = x * noted("a", c)
        y = np.sin(y) * np.cos(y) + np.exp(-y * y) * np.tanh(y)
        y = np.sin(y) * np.cos(y) + np.exp(-y * y) * np.tanh(y)
        return np.sin(y) * np.cos(y) + np.exp(-y * y) * np.tanh(y)

    def f(x):
        return helper(x, 1.0) + helper(x, 2.0) + helper(x, 3.0) + helper(x, 4.0)

    grad(f)(0.5)
    assert recorder.calls == [("a", float(k)) for k in (1, 2, 3, 4)]


def test_a_call_whose_result_is_not_read_happens_unless_it_is_pure(recorder):
    noted = recorder.noted
    quiet = external(noted.fun, result="float", pure=True)

    def f(x):
        noted("loud", 1.0)
        quiet("quiet", 1.0)
        return x * x

    assert grad(f)(3.0) == 6.0
    assert recorder.calls == [("loud", 1.0)]


def test_between_prints(capsys):
    shown = external(lambda x: print("external", x), result=None)

    def f(x):
        print("before")
        shown(x)
        print("after")
        return x * x

    assert grad(f)(3.0) == 6.0
    assert capsys.readouterr().out == "before\nexternal 3.0\nafter\n"


def test_in_a_derivative_inside_a_program(recorder):
    noted = recorder.noted

    def f(x):
        return x * grad(lambda y: y * y * noted("a", 1.0))(x)

    assert grad(f)(3.0) == 24.0
    assert recorder.calls == [("a", 1.0)]


# -- results and arguments -----------------------------------------------------------------------------------------------


def test_results_have_the_types_that_are_declared():
    split = external(np.frexp, result=("f64[:]", "i32[:]"))
    count = external(np.count_nonzero, result="int")
    same = external(np.flip, result=lambda a: a)

    def f(x, a):
        mantissa, exponent = split(a)
        return x * (np.sum(mantissa) + exponent[0] + count(a) + same(a)[0])

    a = np.array([4.0, 0.0, 3.0])
    assert grad(f)(1.0, a) == f(1.0, a) == (0.5 + 0.75) + 3 + 2 + 3.0


@pytest.mark.parametrize(
    ("fun", "result"),
    [
        (lambda: 2.5, "int"),
        (lambda: 1j, "float"),
        (lambda: [1.0], "f64[:]"),
        (lambda: np.ones((2, 2)), "f64[:]"),
        (lambda: np.ones(2, dtype=np.float32), "f64[:]"),
    ],
)
def test_another_type_is_an_error(fun, result):
    made = external(fun, result=result)
    with pytest.raises((TypeError, AttributeError)):
        grad(lambda x: x * np.sum(made()))(1.0)


def test_the_annotation_says_what_is_returned():
    @primitive()
    def annotated(x) -> float:
        return 3.0

    assert grad(lambda x: x * annotated(1))(1.0) == 3.0
    with pytest.raises(UserError, match="AD434"):
        external(lambda x: x)
    wrong = external(abs, result="number")
    with pytest.raises(UserError, match="AD435"):
        grad(lambda x: x * wrong(2.0))(1.0)


def test_arguments_of_all_kinds():
    seen = []

    def look(*args, **kwargs):
        seen.append((args, kwargs))
        return 1.0

    look = external(look, result="float")
    part_wanted = slice(1, None)

    def f(x, a, n):
        return x * look(n, a, (n, 2), [1.5, "text"], {"k": a[0]}, part_wanted, np.float32, flag=True, none=None)

    grad(f)(1.0, np.ones(2), 3)
    ((args, kwargs),) = seen
    n, a, pair, items, named, part, cls = args
    assert (n, pair, items, named, part, cls) == (3, (3, 2), [1.5, "text"], {"k": 1.0}, slice(1, None), np.float32)
    np.testing.assert_array_equal(a, np.ones(2))
    assert kwargs == {"flag": True, "none": None}


def test_it_cannot_write_into_an_array():
    def spoil(a):
        a[0] = 7.0
        return 1.0

    spoil = external(spoil, result="float")
    a = np.ones(2)
    with pytest.raises(ValueError, match="read-only"):
        grad(lambda x, a: x * spoil(a))(1.0, a)
    assert a[0] == 1.0


def test_what_it_returns_is_the_programs_own():
    kept = np.ones(2)
    given = external(lambda: kept, result="f64[:]")

    def f(x):
        a = given()
        a[0] = 5.0
        return x * np.sum(a)

    assert grad(f)(1.0) == 6.0
    assert kept[0] == 1.0


def test_two_objects_of_one_name():
    def make(value):
        def constant():
            return value

        return external(constant, result="float")

    one, two = make(1.0), make(2.0)
    inner = grad(lambda y: y * y * two())
    assert grad(lambda x: x * one() + inner(x))(1.0) == 1.0 + 4.0


def test_a_method_of_an_object():
    rng = np.random.default_rng(3)
    draw = external(rng.normal, result="f64[:]")
    g = grad(lambda x, n: x * np.sum(draw(0.0, 1.0, size=n)))
    again = np.random.default_rng(3)
    assert g(1.0, 4) == np.sum(again.normal(0.0, 1.0, size=4))
    assert g(1.0, 4) == np.sum(again.normal(0.0, 1.0, size=4))
    assert ".normal(0.0, 1.0, size=n)" in g.source(1.0, 4)


def test_outside_a_program_it_is_the_function():
    erf = external(scipy.special.erf, result="float")
    assert erf(0.5) == scipy.special.erf(0.5)
    assert "erf" in repr(erf)


# -- derivatives ---------------------------------------------------------------------------------------------------------

erf = external(scipy.special.erf, result="float")


def through(x):
    y = x * 2.0
    return erf(y) * x


@pytest.mark.parametrize(
    "call",
    [
        lambda: grad(through)(1.0),
        lambda: jvp(through, (1.0,), (1.0,)),
        lambda: vjp(through, 1.0),
        lambda: grad(grad(through))(1.0),
    ],
)
def test_a_derivative_that_reaches_it_is_refused_at_the_call(call):
    with pytest.raises(UnsupportedError, match="AD305") as caught:
        call()
    assert caught.value.span.source_line().strip() == "return erf(y) * x"
    assert (caught.value.span.col, caught.value.span.end_col) == (11, 17)
    assert "stop_gradient(" in caught.value.help


def test_the_second_result_is_not_forgotten():
    parts = external(lambda x: (0, 2.0 * x), result=("int", "float"))
    with pytest.raises(UnsupportedError, match="AD305"):
        grad(lambda x: parts(x)[1])(1.0)


def test_as_advised():
    def f(x):
        return stop_gradient(erf(x)) * x

    assert grad(f)(0.5) == scipy.special.erf(0.5)
    assert jvp(f, (0.5,), (1.0,))[1] == scipy.special.erf(0.5)


def test_what_is_not_differentiated_may_pass():
    assert grad(lambda x, c: x * erf(c))(1.0, 0.5) == scipy.special.erf(0.5)
    with pytest.raises(UnsupportedError, match="AD305"):
        grad(lambda x, c: x * erf(c), argnums=1)(1.0, 0.5)


# -- Numba and files -----------------------------------------------------------------------------------------------------


@njit
def compiled(a):
    return 2.0 * a.sum()


@cfunc("float64(float64)")
def called_back(x):
    return 3.0 * x


def cosine():
    found = ctypes.CDLL(ctypes.util.find_library("m")).cos
    found.argtypes, found.restype = [ctypes.c_double], ctypes.c_double
    return found


@pytest.mark.parametrize(
    ("fun", "argument", "value"),
    [(compiled, np.ones(3), 6.0), (called_back.ctypes, 2.0, 6.0), (cosine(), 0.0, 1.0)],
    ids=["njit", "cfunc", "ctypes"],
)
@pytest.mark.parametrize("backend", ["python", "numba"])
def test_compiled_functions(fun, argument, value, backend):
    made = external(fun, result="float")

    def f(x, a):
        return x * x * made(a)

    assert value_and_grad(f, backend=backend)(3.0, argument) == (9.0 * value, 6.0 * value)
    assert grad(grad(f, backend=backend), backend=backend)(3.0, argument) == 2.0 * value


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_a_rule_of_a_compiled_function(backend):
    def rule(primals, tangents):
        return total(*primals), 2.0 * np.sum(tangents[0])

    total = external(compiled, result="float", jvp=rule)
    np.testing.assert_array_equal(grad(lambda a: total(a * a), backend=backend)(np.array([1.0, 2.0])), [4.0, 8.0])


def test_under_numba_only_what_is_compiled():
    with pytest.raises(UnsupportedError, match="AD606") as caught:
        grad(lambda x: x * erf(0.5), backend="numba")(1.0)
    assert caught.value.span.file == __file__


def test_a_saved_derivative_imports_it(tmp_path):
    file = grad(lambda x, c: x * erf(c)).save(tmp_path / "saved.py", 1.0, 0.5)
    text = file.read_text()
    assert text.startswith("from scipy import special\n")
    assert "special.erf(c)" in text
    code = "import saved; print([v(1.0, 0.5) for k, v in vars(saved).items() if k.endswith('_grad')][0])"
    shown = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert float(shown) == scipy.special.erf(0.5)


def test_what_no_import_finds_is_not_saved(tmp_path, recorder):
    noted = recorder.noted
    with pytest.raises(UserError, match="AD436"):
        grad(lambda x: x * noted("a", 1.0)).save(tmp_path / "saved.py", 1.0)
