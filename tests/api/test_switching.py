"""`backend="auto"`: Python code at once, and Numba's when it is compiled."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
import types

import numpy as np
import pytest
from compiled_kernels import kernels_of

from autodiff_compiler import UserError, grad, hessian, jvp, value_and_grad

X = np.linspace(0.5, 1.5, 4)


def of_module(x, n=2):
    total = 0.0
    for i in range(len(x)):
        total += x[i] ** 3 * n
    return total


@pytest.fixture
def cubes():
    """A new function: what was compiled for a function is found again."""
    return types.FunctionType(of_module.__code__, globals(), "cubes", (2,))


@pytest.fixture
def seen(monkeypatch):
    """A derivative that says which of its two ways a call takes."""
    from autodiff_compiler.api import derivative

    calls: list[str] = []
    run = derivative.Derivative._run

    def noted(self, found, call):
        calls.append(found.compiled.options.backend)
        return run(self, found, call)

    monkeypatch.setattr(derivative.Derivative, "_run", noted)
    return calls


def test_first_python_then_compiled(cubes, seen):
    df = grad(cubes, backend="auto")
    first = df(X)
    assert seen == ["python"]
    assert df.wait(300)
    for _ in range(2):
        np.testing.assert_allclose(df(X), first, rtol=1e-14)
    assert seen == ["python", "numba", "numba"]
    df(X)  # by the entry that the second of them wrote
    assert seen == ["python", "numba", "numba"]
    np.testing.assert_allclose(df(X, n=3), 9 * X**2)
    assert seen[3:] == ["numba"]


def test_other_types_start_in_python_again(cubes, seen):
    df = value_and_grad(cubes, backend="auto").compile("f64[:]")
    df(X)
    df(X.astype(np.float32))
    assert seen == ["numba", "python"]
    assert df.wait(300)
    value, slope = df(X.astype(np.float32))
    assert seen[2:] == ["numba"] and slope.dtype == np.float32
    np.testing.assert_allclose(slope, 6 * X**2, rtol=1e-6)
    np.testing.assert_allclose(value, 2 * np.sum(X**3), rtol=1e-6)


def test_compiled_before_the_first_call(cubes, seen):
    df = grad(cubes, backend="auto").compile("f64[:]")
    (kernel,) = kernels_of(df._compiled)
    np.testing.assert_allclose(df(X), 6 * X**2)
    assert seen == ["numba"] and len(kernel.signatures) == 1


def test_what_numba_does_not_compile_stays_python(cubes, seen, monkeypatch):
    def refuse(*args):
        raise RuntimeError("not today")

    df = grad(cubes, backend="auto")
    monkeypatch.setattr("autodiff_compiler.api.compiler.driver.compile_ahead", refuse)
    for _ in range(3):
        np.testing.assert_allclose(df(X), 6 * X**2)
        assert df.wait(300)
    assert set(seen) == {"python"}


def test_the_second_derivative_and_the_hessian(cubes):
    np.testing.assert_allclose(hessian(cubes, backend="auto")(X), np.diag(12 * X))
    inner = grad(cubes, backend="auto")
    np.testing.assert_allclose(grad(lambda x: np.sum(inner(x)))(X), 12 * X)


def test_looks_like_python():
    df = grad(of_module, backend="auto")
    assert "njit" not in df.source(X)
    assert "auto backend" in repr(df)
    for twin in (copy.copy(df), pickle.loads(pickle.dumps(df))):
        np.testing.assert_allclose(twin(X), 6 * X**2)


def test_errors_are_those_of_a_call(cubes):
    df = grad(cubes, backend="auto")
    with pytest.raises(UserError, match="AD411"):
        df()
    with pytest.raises(UserError, match="AD413"):
        df(np.arange(3))
    with pytest.raises(UserError, match="AD415"):
        jvp(cubes, (X,), (X,), backend="auto")


def test_a_process_may_end_while_something_is_compiled():
    program = (
        "import numpy as np; from autodiff_compiler import grad\n"
        "df = grad('def f(x): return np.sum(np.sin(x) ** 2 + np.exp(x))', backend='auto'); print(df(np.zeros(2)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "[1. 1.]", "")
