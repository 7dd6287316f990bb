"""Names of functions that stay functions, and of what is called as it is, do not hide what generated code calls."""

import importlib

import numpy as np
import pytest

from autodiff_compiler import UnsupportedError, UserError, external, grad
from autodiff_compiler.passes import outline


def sign(x):
    """Not the helper of generated code."""
    return np.sin(x) * abs(x) + np.cos(x)


def max(x):
    return np.exp(-x) * abs(x)


def np_(x):
    return np.tanh(x) * abs(x)


def program(x, y):
    return sign(x) * sign(y) + abs(x) + max(x) * max(y) + np_(x) * np_(y)


def a_parameter_of_that_name(sign, y):
    return helper(sign) * helper(y) + abs(sign)


def helper(sign):
    return np.sin(sign) * abs(sign)


@pytest.mark.parametrize("backend", ["python", "numba"])
@pytest.mark.parametrize("fun", [program, a_parameter_of_that_name])
def test_callees(fun, backend, monkeypatch):
    monkeypatch.setattr(outline, "LEAST", 3)
    x, y, h = 0.7, -1.3, 1e-5
    found = grad(fun, (0, 1), backend=backend)(x, y)
    expected = [(fun(x + h, y) - fun(x - h, y)) / (2 * h), (fun(x, y + h) - fun(x, y - h)) / (2 * h)]
    np.testing.assert_allclose(found, expected, rtol=1e-7)


def test_a_function_called_as_it_is():
    called = external(lambda v: 2.0, result="float", pure=True)
    called.__name__ = "sign"

    def program(x):
        return abs(x) * called(1.0)

    try:
        assert grad(program)(0.5) == 2.0
    except UnsupportedError as error:
        assert error.code == "AD607"
        assert error.help


def test_a_module_that_no_import_can_name(tmp_path, monkeypatch):
    (tmp_path / "my-model.py").write_text("def measured(x):\n    return 2.0 * x\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    called = external(importlib.import_module("my-model").measured, result="float")

    def program(x):
        return x * called(1.0)

    assert grad(program)(0.5) == 2.0
    with pytest.raises(UserError, match="AD436"):
        grad(program).save(str(tmp_path / "saved.py"), 0.5)


def gemm(a, v):
    return np.sum(np.tanh(a @ v))


def inner(v, w):
    return np.dot(v, w) * v[0]


@pytest.mark.parametrize("program", [gemm, inner])
@pytest.mark.parametrize("backend", ["python", "numba"])
def test_a_program_with_the_name_of_a_helper_of_products(program, backend):
    """The value, whose function would have the same name as what it calls, is what `check` compares."""
    a = np.arange(9.0).reshape(3, 3) / 7 if program is gemm else np.array([0.3, 1.2, -0.4])
    v = np.array([0.5, -0.2, 0.9])
    derivative = grad(program, (0, 1), backend=backend, check="first")
    np.testing.assert_allclose(derivative(a, v)[1], grad(program, (0, 1))(a, v)[1], rtol=1e-13)
