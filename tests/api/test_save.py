"""Saved derivatives: modules of their own, with containers and captures."""

import collections
import dataclasses
import importlib.util
import inspect
import runpy
import subprocess
import sys
from typing import NamedTuple

import numpy as np
import pytest

from autodiff_compiler import grad, jvp, value_and_grad, vjp
from autodiff_compiler.api.functions import _reverse

SCALE = 2.5
LIMIT = np.float32(1.5)
FAR = float("inf")
STEPS = 3
DATA = np.array([1.0, 2.0, 3.0])


class Line(NamedTuple):
    slope: np.ndarray
    offset: float


def loss(line, x):
    total = 0.0
    for i in range(STEPS):
        total += (DATA[i] * line.slope[i] * x + line.offset - SCALE) ** 2
    return min(total, FAR)


def scaled(x):
    return x * x * SCALE * STEPS


def limited(x):
    return np.sum(x * LIMIT)


class Model:
    def __init__(self):
        self.a = 3.0
        self.W = np.array([1.0, 2.0])

    def cost(self, x):
        return self.a * np.sum(self.W * x * x)


def loaded(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_containers_and_captures(tmp_path, backend):
    derivative = value_and_grad(loss, backend=backend)
    line, x = Line(np.array([1.0, -1.0, 0.5]), 0.25), 2.0
    value, expected = derivative(line, x)
    path = derivative.save(tmp_path / f"saved_{backend}.py", line, x)
    saved = loaded(path).loss_value_and_grad
    again, found = saved(line, x, DATA=DATA)
    assert type(found) is Line
    assert again == pytest.approx(value)
    np.testing.assert_allclose(found.slope, expected.slope)
    assert found.offset == pytest.approx(expected.offset)
    assert saved(line, x, DATA=DATA, SCALE=0.0, STEPS=0)[0] == 0.0
    with pytest.raises(TypeError, match="DATA"):
        saved(line, x)


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_a_compiled_function_with_captured_numbers(tmp_path, backend):
    saved = loaded(grad(scaled, backend=backend).save(tmp_path / f"scaled_{backend}.py", 2.0)).scaled_grad
    assert saved(2.0) == 30.0
    assert saved(2.0, SCALE=1.0) == 12.0


def test_a_captured_numpy_scalar_keeps_its_type(tmp_path):
    saved = loaded(grad(limited).save(tmp_path / "limited.py", np.ones(2, np.float32))).limited_grad
    result = saved(np.ones(2, np.float32))
    assert result.dtype == np.float32
    np.testing.assert_array_equal(result, [1.5, 1.5])


def test_runs_without_us(tmp_path):
    path = grad(scaled).save(tmp_path / "alone.py", 2.0)
    program = f"import sys; sys.modules['autodiff_compiler'] = None; sys.path.insert(0, {str(tmp_path)!r}); import alone; print(alone.scaled_grad(2.0))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "30.0"
    assert path.name == "alone.py"


def test_bound_methods_compile_once_and_see_their_object():
    model = Model()
    x = np.array([1.0, 1.0])
    derivative = grad(model.cost)
    np.testing.assert_array_equal(derivative(x), [6.0, 12.0])
    assert _reverse(model.cost) is _reverse(model.cost)
    assert _reverse(model.cost) is not _reverse(Model().cost)
    model.a = 1.0
    np.testing.assert_array_equal(derivative(x), [2.0, 4.0])
    np.testing.assert_array_equal(vjp(model.cost, x)[1](1.0)[0], [2.0, 4.0])
    assert jvp(model.cost, (x,), (x,)) == (3.0, 6.0)


def reduced(x, options, double=True, axis=0):
    total = np.sum(np.sum(x, axis=axis) ** 2, axis=LAST)
    if options["power"] is None and options["mode"] == "log":
        total = np.log(total)
    return total * SCALE if double else total


LAST = 0


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_values_known_when_compiling_are_checked(tmp_path, backend):
    x, options = np.array([[1.0, 2.0], [3.0, 4.0]]), {"power": None, "mode": "log"}
    derivative = grad(reduced, backend=backend)
    saved = loaded(derivative.save(tmp_path / f"reduced_{backend}.py", x, options, True, 1)).reduced_grad
    np.testing.assert_array_equal(saved(x, options, True, 1, LAST=0), derivative(x, options, True, 1))
    for other in (
        (x, options, True, 0),
        (x, options, False, 1),
        (x, {"power": 2.0, "mode": "log"}, True, 1),
        (x, {"power": None, "mode": "exp"}, True, 1),
    ):
        with pytest.raises(ValueError, match="this derivative is made for"):
            saved(*other)
    with pytest.raises(ValueError, match="LAST = 0"):
        saved(x, options, True, 1, LAST=1)


def test_a_function_as_an_argument_is_checked(tmp_path):
    def activated(x, activation):
        return activation(x)

    saved = loaded(grad(activated).save(tmp_path / "activated.py", 0.5, np.sin)).activated_grad
    assert saved(0.5, np.sin) == pytest.approx(np.cos(0.5))
    with pytest.raises(ValueError, match="activation.__name__ = 'sin'"):
        saved(0.5, np.cos)


# -- defaults and annotations ------------------------------------------------------------------------------------------


def with_everything(x: float, n: int = 3, /, k=2, *rest: float, flag: bool = True, m: "f64" = 1.5, kind="a"):  # noqa: F821  # a type of ours
    y = x**n * k * m if flag else x
    for r in rest:
        y = y + r * x
    return y if kind == "a" else -y


def with_arrays(x: np.ndarray, w: "f64[:]", scale: np.float64 = np.float64(2.0), pair: tuple = (1.0, 2), far=float("inf"), none=None):  # noqa: F821  # a type of ours
    return np.sum(x * w) * scale * pair[0] ** pair[1] * (1.0 if far > 0.0 else x[0])


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_defaults_and_annotations_are_kept(tmp_path, backend):
    derivative = grad(with_everything, backend=backend)
    path = derivative.save(tmp_path / f"everything_{backend}.py", 2.0, 4, 2.0, 5.0)
    saved = loaded(path).with_everything_grad
    assert saved.__annotations__ == {"x": float, "n": int, "flag": bool, "m": "f64"} or backend == "numba"
    path = derivative.save(tmp_path / f"without_{backend}.py", 2.0)
    saved = loaded(path).with_everything_grad
    own = getattr(saved, "py_func", saved)
    assert saved(2.0) == derivative(2.0) == 3 * 4.0 * 2 * 1.5
    assert saved(2.0, 2) == derivative(2.0, 2)
    assert {"x": float, "n": int}.items() <= own.__annotations__.items()
    assert 'm: "f64" = 1.5' in path.read_text().replace("'", '"')
    if backend == "python":
        assert saved(2.0, m=2.5) == derivative(2.0, m=2.5)
        assert str(inspect.signature(saved)).replace(" ", "").startswith("(x:float,n:int=3,/,k=2,*")


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_defaults_of_other_types(tmp_path, backend):
    x, w = np.ones(3), np.arange(3.0)
    derivative = grad(with_arrays, backend=backend)
    path = derivative.save(tmp_path / f"arrays_{backend}.py", x, w)
    saved = loaded(path).with_arrays_grad
    np.testing.assert_array_equal(saved(x, w), derivative(x, w))
    own = inspect.signature(getattr(saved, "py_func", saved)).parameters
    assert own["x"].annotation is np.ndarray
    assert own["w"].annotation == "f64[:]"
    assert own["none"].default is None


def test_a_default_of_another_type_than_the_argument_is_left_out(tmp_path):
    def f(x, k=None, n=2):
        return x * x if k is None else x * k * n

    derivative = grad(f)
    path = derivative.save(tmp_path / "other_type.py", 2.0, 3.0)
    saved = loaded(path).f_grad
    assert saved(2.0, 3.0) == derivative(2.0, 3.0) == 6.0
    with pytest.raises(TypeError):
        saved(2.0)


def test_an_int_that_is_differentiated_is_a_float(tmp_path):
    def f(x=3, y=2):
        return x**y

    derivative = grad(f)
    assert repr(derivative()) == "6.0"
    saved = loaded(derivative.save(tmp_path / "ints.py")).f_grad
    assert repr(saved()) == "6.0"


def test_annotations_that_mean_nothing_elsewhere(tmp_path):
    class Mine(float):
        pass

    def f(x: Mine, k: "list[Mine]" = 2.0, n: dict[str, float] = 1.0):
        return x * k * n

    saved = loaded(grad(f).save(tmp_path / "mine.py", 1.0)).f_grad
    assert saved(1.0) == 2.0
    assert "Mine" in saved.__annotations__["x"]
    assert saved.__annotations__["n"] == dict[str, float]


def test_classes_that_no_import_finds_are_namespaces_in_the_file(tmp_path):
    Pair = collections.namedtuple("Pair", "a b")

    class Model:
        def __init__(self, w):
            self.w = w

    @dataclasses.dataclass
    class Point:
        x: float

    def f(model, pair, point):
        return model.w * pair.a * pair.b * point.x

    args = Model(2.0), Pair(3.0, 4.0), Point(5.0)
    file = grad(f, (0, 1, 2)).save(tmp_path / "saved.py", *args)
    model, pair, point = runpy.run_path(str(file))["f_grad"](*args)
    assert (model.w, tuple(pair), point.x) == (60.0, (40.0, 30.0), 24.0)
