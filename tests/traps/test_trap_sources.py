"""Trap 5: what a function means may change while its name does not.

`__wrapped__`, a file edited after import, a changed capture, a redefined helper, a stale Numba cache.
"""

import functools
import importlib
import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from autodiff_compiler import AutodiffError, grad, jvp, value_and_grad, vjp


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Writes a module and imports it anew."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    made = []

    def write(name, text):
        path = tmp_path / f"{name}.py"
        path.write_text(textwrap.dedent(text))
        importlib.invalidate_caches()
        made.append(name)
        return importlib.import_module(name), path

    yield write
    for name in made:
        sys.modules.pop(name, None)


# -- __wrapped__ ---------------------------------------------------------------------------------------------------


def doubling(fun):
    @functools.wraps(fun)
    def wrapper(x):
        return 2.0 * fun(x)

    return wrapper


@doubling
def wrapped_square(x):
    return x * x


def test_a_decorated_function_is_the_wrapper():
    assert wrapped_square(3.0) == 18.0
    assert value_and_grad(wrapped_square)(3.0) == (18.0, 12.0)


def test_a_lying_wrapped_attribute_is_not_followed():
    def cube(x):
        return x**3

    def square(x):
        return x**2

    square.__wrapped__ = cube
    square.__name__ = square.__qualname__ = "cube"
    assert grad(square)(3.0) == 6.0


def test_the_derivative_of_a_derivative_is_not_that_of_the_function():
    def cube(x):
        return x**3

    assert grad(grad(cube))(2.0) == 12.0


# -- edited files --------------------------------------------------------------------------------------------------


def test_a_file_edited_after_import_is_refused(module):
    made, path = module("trap_edited", "def f(x):\n    return x * x\n")
    path.write_text("def f(x):\n    return x * x * x\n")
    with pytest.raises(AutodiffError) as caught:
        grad(made.f)(3.0)
    assert caught.value.code == "AD141"


def test_lines_inserted_above_are_noticed_or_harmless(module):
    made, path = module("trap_moved", "def g(x):\n    return x\n\ndef f(x):\n    return x * x\n")
    path.write_text("import math\n\ndef g(x):\n    return x\n\ndef f(x):\n    return x * x\n")
    try:
        assert grad(made.f)(3.0) == 6.0
    except AutodiffError as error:
        assert error.code in ("AD140", "AD141")


def test_a_constant_edited_after_import_is_refused(module):
    made, path = module("trap_constant", "def f(x):\n    return 2.0 * x\n")
    path.write_text("def f(x):\n    return 3.0 * x\n")
    with pytest.raises(AutodiffError) as caught:
        grad(made.f)(3.0)
    assert caught.value.code == "AD141"


def test_an_edited_default_is_that_of_the_function(module):
    made, path = module("trap_default", "def f(x, k=2.0):\n    return k * x\n")
    path.write_text("def f(x, k=3.0):\n    return k * x\n")
    try:
        assert grad(made.f)(3.0) == 2.0
    except AutodiffError as error:
        assert error.code == "AD141"


def test_an_edited_helper_is_refused(module):
    helper, path = module("trap_helper", "def h(x):\n    return x * x\n")
    made, _ = module("trap_user", "from trap_helper import h\ndef f(x):\n    return h(x) * x\n")
    path.write_text("def h(x):\n    return x + x\n")
    with pytest.raises(AutodiffError) as caught:
        grad(made.f)(3.0)
    assert caught.value.code == "AD141"


def test_a_reloaded_module_is_compiled_anew(module):
    made, path = module("trap_reloaded", "def f(x):\n    return x * x\n")
    assert grad(made.f)(3.0) == 6.0
    path.write_text("def f(x):\n    return x * x * x\n")
    importlib.reload(made)
    assert grad(made.f)(3.0) == 27.0
    assert jvp(made.f, (3.0,), (1.0,)) == (27.0, 27.0)


# -- captures ------------------------------------------------------------------------------------------------------

FACTOR = 2.0
POWER = 2
WEIGHTS = np.array([1.0, 2.0, 3.0])
CHOICE = "square"
TABLE = {"k": 2.0, "names": ["a"]}


def uses_factor(x):
    return FACTOR * x


def uses_power(x):
    return x**POWER


def uses_weights(x):
    return np.sum(WEIGHTS * x * x)


def uses_choice(x):
    return x * x if CHOICE == "square" else x * x * x


def uses_table(x):
    return TABLE["k"] * x * len(TABLE["names"])


def helper(x):
    return x * x


def uses_helper(x):
    return helper(x) * 2.0


def other_helper(x):
    return x * x * x


@pytest.mark.parametrize("derive", ["grad", "jvp", "vjp"])
def test_changed_captures(monkeypatch, derive):
    derivatives = {
        "grad": lambda f: grad(f),
        "jvp": lambda f: lambda x: jvp(f, (x,), (np.ones_like(x) if isinstance(x, np.ndarray) else 1.0,))[1],
        "vjp": lambda f: lambda x: vjp(f, x)[1](1.0)[0],
    }
    of = derivatives[derive]
    factor, power, choice, table, redefined = map(of, (uses_factor, uses_power, uses_choice, uses_table, uses_helper))
    assert (factor(3.0), power(3.0), choice(3.0), table(3.0), redefined(3.0)) == (2.0, 6.0, 6.0, 2.0, 12.0)
    here = globals()
    monkeypatch.setitem(here, "FACTOR", 5.0)
    monkeypatch.setitem(here, "POWER", 3)
    monkeypatch.setitem(here, "CHOICE", "cube")
    monkeypatch.setitem(here, "TABLE", {"k": 7.0, "names": ["a", "b"]})
    monkeypatch.setitem(here, "helper", other_helper)
    assert (factor(3.0), power(3.0), choice(3.0), table(3.0), redefined(3.0)) == (5.0, 27.0, 27.0, 14.0, 54.0)


def test_a_capture_of_another_type(monkeypatch):
    derivative = grad(uses_factor)
    assert derivative(3.0) == 2.0
    monkeypatch.setitem(globals(), "FACTOR", 4)
    assert derivative(3.0) == 4.0
    monkeypatch.setitem(globals(), "FACTOR", np.float32(0.5))
    assert derivative(3.0) == 0.5


def test_a_captured_array_changed_in_place_or_replaced(monkeypatch):
    derivative = grad(uses_weights)
    np.testing.assert_array_equal(derivative(np.ones(3)), [2.0, 4.0, 6.0])
    monkeypatch.setitem(globals(), "WEIGHTS", np.array([1.0, 2.0, 3.0]))
    WEIGHTS[0] = 10.0
    np.testing.assert_array_equal(derivative(np.ones(3)), [20.0, 4.0, 6.0])
    monkeypatch.setitem(globals(), "WEIGHTS", np.array([[1.0], [2.0]]))
    np.testing.assert_array_equal(derivative(np.ones(3)), [6.0, 6.0, 6.0])


def test_a_mutated_container_that_was_captured():
    config = {"k": 2.0}
    items = [1.0, 2.0]

    def f(x):
        total = config["k"] * x
        for item in items:
            total += item * x
        return total

    derivative = grad(f)
    assert derivative(1.0) == 5.0
    config["k"] = 3.0
    assert derivative(1.0) == 6.0
    items.append(4.0)
    assert derivative(1.0) == 10.0
    items[0] = 0.0
    assert derivative(1.0) == 9.0


def test_a_closure_variable_that_changes():
    k = 2.0

    def f(x):
        return k * x

    derivative = grad(f)
    assert derivative(1.0) == 2.0
    k = 3.0
    assert derivative(1.0) == 3.0


def test_an_attribute_that_changes():
    class Settings:
        rate = 2.0
        kind = "a"

    settings = Settings()

    def f(x):
        return settings.rate * x if settings.kind == "a" else x

    derivative = grad(f)
    assert derivative(1.0) == 2.0
    settings.rate = 3.0
    assert derivative(1.0) == 3.0
    settings.kind = "b"
    assert derivative(1.0) == 1.0


def test_a_static_used_for_control_that_changes():
    depth = 2

    def f(x):
        y = x
        for _ in range(depth):
            y = y * x
        return y

    derivative = grad(f)
    assert derivative(2.0) == 12.0
    depth = 3
    assert derivative(2.0) == 32.0


def test_an_axis_that_changes():
    axis = 0

    def f(x):
        return np.sum(np.sum(x, axis=axis)[0] ** 2)

    derivative = grad(f)
    x = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(derivative(x), [[6.0, 0.0, 0.0], [6.0, 0.0, 0.0]])
    axis = 1
    np.testing.assert_array_equal(derivative(x), [[6.0, 6.0, 6.0], [0.0, 0.0, 0.0]])


def test_impure_calls_are_not_made_at_compile_time():
    calls = []

    def count():
        calls.append(1)
        return 2.0

    state = iter([2.0, 3.0])

    def f(x):
        return next(state) * x

    def g(x):
        return count() * x

    for fun in (f, g):
        try:
            result = grad(fun)(1.0)
        except AutodiffError:
            continue
        assert result == 2.0
    assert len(calls) <= 1
    assert next(state) == 2.0


# -- the caches ----------------------------------------------------------------------------------------------------


def test_two_functions_of_one_name(module):
    first, _ = module("trap_one", "def f(x):\n    return x * x\n")
    second, _ = module("trap_two", "def f(x):\n    return x * x * x\n")
    assert (grad(first.f)(3.0), grad(second.f)(3.0), grad(first.f)(3.0)) == (6.0, 27.0, 6.0)


STALE = """
    import sys
    from autodiff_compiler import grad
    import stale

    print(grad(stale.f, backend=sys.argv[1])(3.0))
"""


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_the_disk_cache_of_an_edited_function(tmp_path, backend):
    """Two processes, the function edited between them, one cache."""
    (tmp_path / "main.py").write_text(textwrap.dedent(STALE))
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}
    answers = []
    for body in ("h(x) * x", "h(x) * x * x", "h(x) * x"):
        (tmp_path / "stale.py").write_text(f"def h(x):\n    return 2.0 * x\n\ndef f(x):\n    return {body}\n")
        done = subprocess.run(
            [sys.executable, "main.py", backend], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
        )
        answers.append(float(done.stdout))
    assert answers == [12.0, 54.0, 12.0]


def test_a_helper_edited_between_processes(tmp_path):
    (tmp_path / "main.py").write_text(textwrap.dedent(STALE))
    (tmp_path / "stale.py").write_text("from helpers import h\n\ndef f(x):\n    return h(x) * x\n")
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}
    answers = []
    for body in ("2.0 * x", "x * x"):
        (tmp_path / "helpers.py").write_text(f"def h(x):\n    return {body}\n")
        done = subprocess.run(
            [sys.executable, "main.py", "numba"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
        )
        answers.append(float(done.stdout))
    assert answers == [12.0, 27.0]
