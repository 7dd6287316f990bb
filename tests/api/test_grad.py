"""`grad` and `value_and_grad`: arguments, layout of results, errors of a call.  Expected derivatives are worked out by hand."""

import dataclasses
import inspect
import math
import pickle
from typing import NamedTuple

import numpy as np
import pytest

from autodiff_compiler import AutodiffError, Derivative, UserError, grad, value_and_grad


def area(x, y):
    return x * y


def power(x, n=3):
    return x**n


def weighted(params, x):
    return params["w"] * x + params["b"] * params["b"]


def squares(x):
    return np.sum(x**2)


def with_aux(x):
    return x * x, x + 1.0


@grad
def decorated(x):
    """The square."""
    return x * x


@value_and_grad(argnums="y")
def decorated_with_arguments(x, y):
    return x * y * y


class Pair(NamedTuple):
    a: float
    b: float


@dataclasses.dataclass
class Model:
    w: float
    b: float


def of_pair(p):
    return p.a * p.b


def of_model(m):
    return m.w * m.w + 3.0 * m.b


def test_scalars():
    assert grad(area)(2.0, 5.0) == 5.0
    assert grad(area, 1)(2.0, 5.0) == 2.0
    assert grad(area, argnums=(1, 0))(2.0, 5.0) == (2.0, 5.0)
    assert grad(area, argnums="y")(2.0, 5.0) == 2.0
    assert grad(area, argnums=("y", 0))(2.0, 5.0) == (2.0, 5.0)
    assert grad(area, argnums=-1)(2.0, 5.0) == 2.0
    assert value_and_grad(area)(2.0, 5.0) == (10.0, 5.0)


def test_one_name_in_a_tuple_gives_a_tuple():
    assert grad(area, argnums=("x",))(2.0, 5.0) == (5.0,)


def test_keywords_and_defaults():
    assert grad(area)(y=5.0, x=2.0) == 5.0
    assert grad(power)(2.0) == 12.0
    assert grad(power)(2.0, n=2) == 4.0


def test_python_ints_count_as_floats_where_they_are_differentiated():
    result = grad(area)(2, 5)
    assert result == 5.0
    assert type(result) is float


def test_aux():
    assert grad(with_aux, has_aux=True)(3.0) == (6.0, 4.0)
    assert value_and_grad(with_aux, has_aux=True)(3.0) == ((9.0, 4.0), 6.0)


def test_arrays():
    x = np.array([1.0, -2.0, 3.0])
    before = x.copy()
    result = grad(squares)(x)
    np.testing.assert_array_equal(result, 2.0 * before)
    np.testing.assert_array_equal(x, before)
    assert not np.shares_memory(result, x)
    assert grad(squares)(x.astype(np.float32)).dtype == np.float32
    strided = np.arange(12.0).reshape(3, 4)[::-1, ::2]
    np.testing.assert_array_equal(grad(squares)(strided), 2.0 * strided)


def test_zero_dimensional_arrays_are_scalars():
    assert grad(area)(np.array(2.0), 5.0) == 5.0


def test_containers_keep_their_structure():
    result = grad(weighted)({"w": 2.0, "b": 3.0}, 5.0)
    assert result == {"w": 5.0, "b": 6.0}
    assert grad(lambda p: p[0] * p[1][0])((2.0, [3.0])) == (3.0, [2.0])
    assert grad(of_pair)(Pair(2.0, 3.0)) == Pair(3.0, 2.0)
    assert grad(of_model)(Model(2.0, 5.0)) == Model(4.0, 3.0)


def test_decorators():
    assert decorated(3.0) == 6.0
    assert decorated.__doc__ == "The square."
    assert decorated.__name__ == "decorated"
    assert decorated.primal(3.0) == 9.0
    assert decorated_with_arguments(2.0, 3.0) == (18.0, 12.0)
    assert list(inspect.signature(decorated_with_arguments).parameters) == ["x", "y"]
    assert isinstance(decorated, Derivative)
    assert "decorated" in repr(decorated)
    assert pickle.loads(pickle.dumps(decorated)) is decorated
    assert pickle.loads(pickle.dumps(grad(area, 1)))(2.0, 5.0) == 2.0


class Spring:
    def __init__(self, stiffness):
        self.stiffness = stiffness

    @grad(argnums="x")
    def force(self, x):
        return self.stiffness * x * x


def test_methods():
    soft, hard = Spring(1.0), Spring(10.0)
    assert soft.force(3.0) == 6.0
    assert hard.force(3.0) == 60.0
    soft.stiffness = 2.0
    assert soft.force(3.0) == 12.0


def test_an_exception_class_of_a_session_is_saved_with_the_text(tmp_path):
    class NegativeError(ValueError):
        pass

    def root(x):
        if x < 0.0:
            raise NegativeError("negative")
        return x * x

    with pytest.raises(NegativeError, match="negative"):
        grad(root)(-1.0)
    scope = {}
    exec(grad(root).save(tmp_path / "root.py", 1.0).read_text(), scope)
    assert scope["root_grad"](3.0) == 6.0
    with pytest.raises(ValueError, match="negative"):
        scope["root_grad"](-1.0)


def test_ints_that_must_be_known_are_part_of_the_specialisation():
    def f(x, axis):
        return np.sum(np.sum(x, axis=axis) ** 2)

    x = np.arange(6.0).reshape(2, 3)
    derivative = grad(f)
    for axis in (0, 1, 0):
        expected = np.broadcast_to(2.0 * x.sum(axis=axis, keepdims=True), x.shape)
        np.testing.assert_array_equal(derivative(x, axis), expected)


def test_star_arguments():
    def product(first, *rest, scale=1.0, **named):
        return first * rest[0] * rest[1] * scale * named["factor"]

    assert grad(product, (0, 2))(2.0, 3.0, 4.0, factor=5.0) == (60.0, 30.0)
    assert grad(product, ("scale", "factor"))(2.0, 3.0, 4.0, factor=5.0, scale=1.0) == (120.0, 24.0)


def test_whole_calls_agree_between_backends():
    for backend in ("python", "numba"):
        derivative = value_and_grad(weighted, backend=backend)
        assert derivative({"w": 2.0, "b": 3.0}, 5.0) == (19.0, {"w": 5.0, "b": 6.0})
        assert derivative({"w": 1.0, "b": 3.0}, 5.0) == (14.0, {"w": 5.0, "b": 6.0})


def test_higher_order():
    assert grad(grad(power))(2.0) == pytest.approx(12.0)
    assert grad(grad(grad(power)))(2.0) == pytest.approx(6.0)
    assert grad(grad(area, 0), 1)(2.0, 5.0) == 1.0


def test_a_source_text():
    assert grad("def f(x): return math.sin(x)")(0.5) == math.cos(0.5)
    with pytest.raises(UserError, match="AD143"):
        grad("def f(x) return x")
    with pytest.raises(UserError, match="AD144"):
        grad("x = 1")


def test_captures_are_read_at_each_call():
    scale = [2.0]

    def make():
        factor = 3.0

        def f(x):
            return factor * x

        def change(value):
            nonlocal factor
            factor = value

        return f, change

    f, change = make()
    derivative = grad(f)
    assert derivative(1.0) == 3.0
    change(5.0)
    assert derivative(1.0) == 5.0
    change(np.float32(7.0))
    assert derivative(1.0) == 7.0
    assert scale == [2.0]


def test_looking_inside(tmp_path):
    derivative = grad(squares)
    x = np.array([1.0, 2.0])
    text = derivative.source(x)
    assert "def squares_grad(x)" in text
    assert derivative.source() == grad(squares).source(x)
    assert "func" in derivative.ir(x, stage="primal")
    assert set(derivative.stages(x)) == {"primal", "optimized", "reverse", "derivative", "buffers"}
    path = derivative.save(tmp_path / "saved.py", x)
    saved = path.read_text()
    assert "autodiff_compiler" not in "".join(line for line in saved.splitlines() if "import" in line)
    scope = {}
    exec(compile(saved, str(path), "exec"), scope)
    np.testing.assert_array_equal(scope["squares_grad"](x), [2.0, 4.0])


def test_the_source_comes_from_annotations():
    assert "def f_grad(x" in grad("def f(x: float, n: int = 2): return x ** n").source()


@pytest.mark.parametrize(
    ("code", "call"),
    [
        ("AD401", lambda: grad(squares)(np.rec.array([(1.0,)]))),
        ("AD401", lambda: grad(squares)(np.ma.array([1.0]))),
        ("AD402", lambda: grad(squares)(object())),
        ("AD403", lambda: grad(squares)(np.ones(2, np.clongdouble))),
        ("AD403", lambda: grad(squares)(np.ones(2, ">f8"))),
        ("AD403", lambda: grad(squares)(np.array([None]))),
        ("AD404", lambda: grad(squares).source()),
        ("AD410", lambda: grad(3.0)),
        ("AD410", lambda: grad(dict)),
        ("AD410", lambda: grad(np.sin)),
        ("AD410", lambda: grad(print)),
        ("AD411", lambda: grad(area)(1.0)),
        ("AD411", lambda: grad(area)(1.0, 2.0, 3.0)),
        ("AD411", lambda: grad(area)(1.0, z=3.0)),
        ("AD412", lambda: grad(area, 2)),
        ("AD412", lambda: grad(area, "z")),
        ("AD412", lambda: grad(area, ())),
        ("AD412", lambda: grad(area, 1.5)),
        ("AD413", lambda: grad(squares)(np.arange(3))),
        ("AD413", lambda: grad(weighted)({"w": np.arange(2), "b": 1.0}, 1.0)),
        ("AD413", lambda: grad(area)(True, 2.0)),
        ("AD413", lambda: grad(area)(np.int64(3), 2.0)),
        ("AD415", lambda: grad(area, backend="fortran")),
        ("AD415", lambda: grad(area, disable=["speed"])),
        ("AD415", lambda: grad(area, colour="red")),
        ("AD416", lambda: grad(area).ir(1.0, 2.0, stage="assembly")),
        ("AD417", lambda: grad(area, has_aux=True)(1.0, 2.0)),
        ("AD418", lambda: grad(lambda x: None)(1.0)),
        ("AD419", lambda: grad(lambda x: x * x)(np.ones(2))),
        ("AD419", lambda: grad(lambda x: (x, x))(1.0)),
        ("AD420", lambda: grad(lambda x: x > 1.0)(1.0)),
    ],
)
def test_errors(code, call):
    with pytest.raises(AutodiffError) as caught:
        call()
    assert caught.value.code == code


def test_wrong_arguments_are_type_errors_too():
    with pytest.raises(TypeError, match="missing a required argument: 'y'"):
        grad(area)(1.0)


def test_an_int_beside_floats_is_inactive():
    def powers(config):
        total = 0.0
        for k in range(config["n"]):
            total += config["a"] ** k
        return total

    assert grad(powers)({"a": 2.0, "n": 4}) == {"a": 1.0 + 2 * 2.0 + 3 * 4.0, "n": None}


def test_the_error_names_the_argument():
    with pytest.raises(UserError, match=r"params\['w'\].*int64\[:\]"):
        grad(weighted)({"w": np.arange(2), "b": 1.0}, 1.0)


def test_one_specialisation_for_each_type():
    derivative = grad(area)
    first = derivative.stages(1.0, 2.0)
    assert derivative.stages(3.0, 4.0) is first
    assert derivative.stages(np.float32(3.0), 4.0) is not first
