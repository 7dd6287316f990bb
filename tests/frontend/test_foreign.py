"""Calls of functions of installed packages: what is entered, and what is said of the rest, where the user calls it."""

import collections
import importlib
import random
import statistics
import sys
import time

import numpy as np
import pytest
import scipy.interpolate
import scipy.linalg
import scipy.optimize
import scipy.stats
import sympy

from autodiff_compiler import UnsupportedError, UserError, grad

A = np.array([1.0, 2.0, 3.0])
SPLINE = scipy.interpolate.UnivariateSpline(A, A, k=2)
RNG = np.random.default_rng(0)


REFUSED = {
    "scipy.interpolate.LSQUnivariateSpline": lambda x: SPLINE(x),
    "scipy.interpolate.approximate_taylor_polynomial": lambda x: scipy.interpolate.approximate_taylor_polynomial(np.sin, x, 2, 1.0)(x),
    "scipy.optimize.check_grad": lambda x: scipy.optimize.check_grad(lambda t: t, lambda t: t, [x]),
    "numpy.lib.scimath.sqrt": lambda x: np.emath.sqrt(A * x)[0],
    "numpy.random.Generator.wald": lambda x: RNG.wald(A, 1.0)[0] * x,
    "random.getrandbits": lambda x: random.getrandbits(8) * x,
    "collections.UserList": lambda x: collections.UserList([x])[0],
    "sympy.sin": lambda x: sympy.sin(x),
    "id": lambda x: id(x) * x,
}
WAYS_OUT = {
    "collections.UserList": "make it outside",
    "sympy.sin": "np.sin is supported",
    "random.getrandbits": "draw the random numbers outside",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_entered_is_named_where_it_is_called(name):
    start = time.perf_counter()
    with pytest.raises(UnsupportedError) as caught:
        grad(REFUSED[name])(1.0)
    # Seconds are what entering SciPy costs; what is left is noise.
    assert time.perf_counter() - start < 3.0
    error = caught.value
    assert f"`{name}`" in error.reason
    assert error.span.file == __file__
    assert error.span.caller is None
    assert WAYS_OUT.get(name, "") in error.help
    for wrong in ("__wrapped__", "dataclass", "types="):
        assert wrong not in error.help


def test_numpys_own_python_functions_are_entered():
    assert grad(lambda x: (x * np.hanning(5)).sum())(2.0) == np.hanning(5).sum()
    assert grad(lambda x: x * np.isscalar(x))(2.0) == 1.0
    assert grad(lambda x: statistics.fmean([x, x, 1.0]))(2.0) == pytest.approx(2.0 / 3.0)
    assert grad(lambda x: (A[np.diag_indices(3)[0]] * x).sum())(2.0) == 6.0


@pytest.fixture
def package(tmp_path, monkeypatch):
    """An installed package of pure Python."""
    folder = tmp_path / "site-packages"
    (folder / "purely").mkdir(parents=True)
    (folder / "purely" / "__init__.py").write_text(
        "def square(x):\n    return inner(x)\n\ndef inner(x):\n    return x * x\n\n"
        "def failing(x):\n    return refused(x)\n\ndef refused(x):\n    class C(metaclass=type):\n        pass\n    return x\n\n"
        "def applied(fun, x):\n    return fun(x)\n"
    )
    monkeypatch.syspath_prepend(str(folder))
    from autodiff_compiler import frames

    frames._libraries.cache_clear()
    yield importlib.import_module("purely")
    frames._libraries.cache_clear()
    del sys.modules["purely"]


def test_pure_python_is_entered(package):
    assert grad(lambda x: package.square(x))(3.0) == 6.0


def test_a_failure_inside_is_reported_at_the_call_with_its_reason(package):
    def f(x):
        return package.failing(x)

    with pytest.raises(UnsupportedError, match="`purely.failing` is not supported") as caught:
        grad(f)(1.0)
    assert caught.value.span.file == __file__
    (note,) = caught.value.notes
    assert note.text.startswith("a class definition")
    assert note.span.file == package.__file__


def test_what_the_user_gives_such_a_function_fails_at_its_own_line(package):
    def mine(x):
        return {x}

    with pytest.raises(UnsupportedError, match="AD106") as caught:
        grad(lambda x: package.applied(mine, x))(1.0)
    assert caught.value.span.source_line().strip() == "return {x}"


def test_the_author_of_a_package_sees_the_line(package):
    with pytest.raises(UnsupportedError, match="AD100") as caught:
        grad(package.failing)(1.0)
    assert caught.value.span.file == package.__file__


def test_a_wrong_call_of_such_a_function(package):
    with pytest.raises(UserError, match="takes 1 positional argument") as caught:
        grad(lambda x: package.square(x, x))(1.0)
    assert caught.value.span.file == __file__
