"""`out=`: gradients that go into arrays of the caller."""

import subprocess
import sys
from typing import NamedTuple

import numpy as np
import pytest

from autodiff_compiler import UserError, grad, jacobian, value_and_grad
from autodiff_compiler.api.dispatch import MISSED
from autodiff_compiler.api.outputs import are_apart

BACKENDS = pytest.mark.parametrize("backend", ["python", "numba"])
RNG = np.random.default_rng(9)
A, V = RNG.normal(size=(3, 4)), RNG.normal(size=4)
CAPTURED = np.array([1.0, 2.0, 3.0, 4.0])


class Pair(NamedTuple):
    slope: float
    offset: np.ndarray


def product(a, v):
    h = np.tanh(a @ v)
    s = 0.5
    for i in range(len(h)):
        s = s + h[i] * h[i] * s * v[0]
    return s


def copies(v, w):
    return np.sum(v * w)


def branches(v, n):
    for i in range(n):
        v = v * 2.0 if v[i] > 0.0 else v + 1.0
    return np.sum(v * v)


def swaps(v, w, n):
    for _ in range(n):
        v, w = w, v
    return np.sum(v * w * w)


def twice_the_same(v):
    return np.sum(v) + np.sum(v[::-1])


def filled(derivative, args, like):
    """The gradient, from a call that fills arrays in which something else stood."""
    out = tuple(np.full_like(one, 7.0) for one in like) if isinstance(like, tuple) else np.full_like(like, 7.0)
    got = derivative(*args, out=out)
    for one, other in zip(*((got, out) if isinstance(like, tuple) else ((got,), (out,)))):
        assert one is other
    return got


def assert_equal(got, wanted):
    for one, other in zip(got, wanted, strict=True) if isinstance(wanted, tuple) else [(got, wanted)]:
        np.testing.assert_array_equal(one, other, strict=True)


@pytest.mark.parametrize(
    ("f", "argnums", "args"),
    [
        (product, (0, 1), (A, V)), (product, 1, (A, V)), (copies, (0, 1), (V, V + 1.0)), (branches, 0, (V, 3)),
        (swaps, (0, 1), (V, V + 1.0, 3)), (twice_the_same, 0, (V,)), (twice_the_same, 0, (V[:0],)),
        (product, (1, 0), (A.astype(np.float32), V.astype(np.float32))), (product, 0, (A[:, ::-1], V[::-1])),
        (lambda z: np.sum(np.abs(z) ** 2), 0, (V + 1j * V[::-1],)), (product, 0, (np.asfortranarray(A), V)),
        (lambda x: np.sum(grad(lambda y: np.sum(y**3))(x) ** 2), 0, (V,)),
    ],
)  # fmt: skip
@BACKENDS
def test_the_same_as_a_new_array(f, argnums, args, backend):
    derivative = grad(f, argnums, backend=backend, verify=True)
    wanted = derivative(*args)
    for _ in range(3):
        assert_equal(filled(derivative, args, wanted), wanted)
    assert_equal(derivative(*args), wanted)


def test_what_is_allocated_and_filled_is_the_array_itself():
    def f(x):
        s = 0.0
        for i in range(1, len(x)):
            s = s + x[i] * x[i - 1]
        return s

    text = grad(f).source(V, out=np.empty(4))
    assert text.partition("def ")[2] == (
        '''f_grad(x, out):
    """Gradient of f (test_outputs.py:PLACE) with respect to x: float64[:]. It goes into `out`."""
    out[:] = 0.0
    x_bar = out
    for i in range(len(x) - 1, 0, -1):
        # line LINE: s = s + x[i] * x[i - 1]
        x_bar[i - 1] += x[i]
        x_bar[i] += x[i - 1]
    return x_bar
'''.replace("PLACE", str(f.__code__.co_firstlineno)).replace("LINE", str(f.__code__.co_firstlineno + 3))
    )


@BACKENDS
def test_containers_and_parts_that_are_new(backend):
    def f(p, q):
        return p["a"] * np.sum(p["w"] ** 2) * q.slope * np.sum(q.offset)

    p, q = {"a": 2.0, "n": 3, "w": V, "name": "p"}, Pair(2.0, V)
    derivative = value_and_grad(f, (0, 1), backend=backend)
    w, offset = np.empty(4), np.empty(4)
    for _ in range(3):
        value, (p_bar, q_bar) = derivative(p, q, out=({"a": None, "n": None, "w": w, "name": None}, Pair(None, offset)))
        assert p_bar["w"] is w and q_bar.offset is offset and type(q_bar) is Pair
    expected_value, expected = derivative(p, q)
    np.testing.assert_array_equal(w, expected[0]["w"])
    np.testing.assert_array_equal(offset, expected[1].offset)
    assert (value, p_bar["a"], q_bar.slope) == (expected_value, expected[0]["a"], expected[1].slope)
    value, (p_bar, q_bar) = derivative(p, q, out=(None, Pair(None, offset)))
    assert p_bar["w"] is not w and q_bar.offset is offset
    assert derivative(p, q, out=None)[1][1].offset is not offset
    assert derivative(p, q, out=(None, None))[1][1].offset is not offset


@BACKENDS
def test_beside_a_further_result(backend):
    derivative = grad(lambda v: (np.sum(v**2), v * 2.0), has_aux=True, backend=backend)
    out = np.empty(4)
    got, aux = derivative(V, out=out)
    assert got is out and aux is not out
    np.testing.assert_array_equal(out, 2.0 * V)
    np.testing.assert_array_equal(aux, 2.0 * V)


def read_only():
    array = np.empty(4)
    array.flags.writeable = False
    return array


@pytest.mark.parametrize(
    ("out", "kind", "text"),
    [
        (np.empty(3), ValueError, r"out\[0\] has the shape \(3,\), and the gradient with respect to v has \(4,\)"),
        (np.empty((4, 1)), ValueError, r"out\[0\] has the shape"),
        (np.empty(4, np.float32), TypeError, r"out\[0\] has the dtype float32, and .* has float64"),
        (np.empty(4, ">f8"), TypeError, r"out\[0\] has the dtype >f8"),
        (np.empty(8)[::2], ValueError, r"out\[0\] is not C-contiguous"),
        (np.frombuffer(b"-" * 33, np.uint8).copy()[1:].view(float), ValueError, r"out\[0\] is not aligned"),
        (read_only(), ValueError, r"out\[0\] is not writable"),
        ([0.0] * 4, TypeError, r"out\[0\] must be an array to fill, and is a list of 4"),
        (np.ma.zeros(4), TypeError, r"out\[0\] must be an array to fill, and is a MaskedArray"),
    ],
)
def test_what_cannot_be_filled(out, kind, text):
    for call in (grad(copies, (0, 1)), value_and_grad(copies, (0, 1))):
        for _ in range(3):
            call(V, V + 1.0, out=(np.empty(4), None))
        with pytest.raises(kind, match=text) as caught:
            call(V, V + 1.0, out=(out, None))
        assert isinstance(caught.value, UserError) and caught.value.code == "AD442"


@pytest.mark.parametrize(
    ("out", "text"),
    [
        (np.empty(4), r"out must be built as the gradient is, a tuple of 2, and is a ndarray"),
        ([None, np.empty(4)], "a tuple of 2, and is a list of 2"),
        ((np.empty(4),), "a tuple of 2, and is a tuple of 1"),
        (({"w": None}, None), r"out\[0\] must be built as the gradient is, a dict of 2, and is a dict of 1"),
        (({"w": None, "x": None}, None), r"out\[0\] must be built"),
        (({"w": None, "n": 1}, None), r"out\[0\]\['n'\] is given, and the gradient has None there"),
        ((None, np.empty(())), r"out\[1\] is given, but the gradient with respect to a is a float"),
    ],
)
def test_another_structure(out, text):
    derivative = grad(lambda p, a: a * np.sum(p["w"]) * p["n"], (0, 1))
    with pytest.raises(TypeError, match=text):
        derivative({"w": V, "n": 2}, 2.0, out=out)


@BACKENDS
def test_memory_that_is_read_is_not_filled(backend):
    memory = RNG.normal(size=16)
    v, w, out = memory[:4], memory[4:8], memory[8:12]
    derivative = grad(lambda v, p: np.sum(v * p["w"] * CAPTURED), backend=backend)
    for _ in range(3):  # the last ones take the fast way
        assert derivative(v, {"w": w}, out=out) is out
    calls = [
        (v, "v"), (memory[3:7], "v"), (memory[6:10], r"p\['w'\]"), (CAPTURED, "CAPTURED"),
    ]  # fmt: skip
    for wrong, name in calls:
        with pytest.raises(ValueError, match=f"AD443.*out shares memory with {name}"):
            derivative(v, {"w": w}, out=wrong)
    both = grad(copies, (0, 1), backend=backend)
    with pytest.raises(ValueError, match=r"AD443.*out\[1\] shares memory with out\[0\]"):
        both(v, w, out=(memory[8:12], memory[9:13]))
    with pytest.raises(ValueError, match=r"AD443.*out\[0\] shares memory with w"):
        both(v, w, out=(w, memory[9:13]))


def test_many_arrays_are_apart():
    count = 9
    memory = RNG.normal(size=(3 * count, 4))
    weights, out = tuple(memory[:count]), tuple(memory[count : 2 * count])
    derivative = grad(lambda ws: sum(np.sum(w**2) for w in ws))
    for _ in range(3):
        for got, w in zip(derivative(weights, out=out), weights):
            np.testing.assert_array_equal(got, 2.0 * w)
    ((enter, _),) = derivative._filling.known
    assert enter((weights,), out) is not MISSED
    for wrong in ((*out[:-1], weights[3]), (*out[:-1], out[0]), (memory.ravel()[6:10], *out[1:])):
        assert enter((weights,), wrong) is MISSED
        with pytest.raises(ValueError, match="AD443"):
            derivative(weights, out=wrong)


SPANS = np.arange(40.0)


@pytest.mark.parametrize(
    ("filled", "others", "apart"),
    [
        ([SPANS[:4], SPANS[4:8]], [SPANS[8:12], SPANS[10:20]], True), ([SPANS[4:8]], [SPANS[:20]], False),
        ([SPANS[:20]], [SPANS[4:8]], False), ([SPANS[:4], SPANS[3:6]], [], False), ([SPANS[4:4]], [SPANS[:20]], True),
        ([SPANS[:4]], [SPANS[3:20:2]], False), ([SPANS[:4]], [SPANS[9:3:-1]], True), ([SPANS[5:7]], [SPANS[9:3:-1]], False),
        ([SPANS[:8]], [SPANS[4:4], SPANS[8:12]], True),
    ],
)  # fmt: skip
def test_bounds(filled, others, apart):
    assert are_apart(filled, others) == apart


def test_arrays_that_interlock_are_apart():
    memory = np.arange(12.0).reshape(3, 4)
    v, out = memory[:, 0], memory[1, 1:]
    assert np.may_share_memory(v, out) and not np.shares_memory(v, out)
    derivative = grad(lambda v: np.sum(v**2))
    for _ in range(3):
        np.testing.assert_array_equal(derivative(v, out=out), 2.0 * v)


def test_a_list_of_arrays_is_read():
    derivative = grad(lambda v, many: np.sum(v * many[0]) + np.sum(many[1]))
    many = [V.copy(), V.copy()]
    with pytest.raises(ValueError, match="AD443"):
        derivative(V, many, out=many[1])


def test_the_function_keeps_its_own():
    def f(x, out):
        return np.sum(x * out)

    np.testing.assert_array_equal(grad(f)(V, out=2.0 * V), 2.0 * V)
    np.testing.assert_array_equal(grad(lambda x, **held: np.sum(x * held["out"]))(V, out=2.0 * V), 2.0 * V)
    given = np.empty(4)  # as advised
    assert grad(lambda x, scale: f(x, scale))(V, 2.0 * V, out=given) is given


def test_a_local_variable_of_that_name():
    def f(x):
        out = np.zeros(4)
        for i in range(4):
            out[i] = np.sin(x[i]) * x[i - 1]
        return np.sum(out * out)

    derivative = grad(f, verify=True)
    np.testing.assert_array_equal(filled(derivative, (V,), V), derivative(V))


def test_captures_come_last():
    scale, out = 3.0, np.empty(4)

    def f(x, y):
        return np.sum(x * x) * scale * out[0] * y

    out[0] = 2.0
    for _ in range(3):
        np.testing.assert_array_equal(filled(grad(f), (V, 1.0), V), 12.0 * V)


def test_other_verbs_have_none():
    with pytest.raises(TypeError, match="AD411.*out"):
        jacobian(lambda x: x * x)(V, out=np.empty((4, 4)))


def test_inside_a_differentiated_function():
    derivative = grad(copies)
    with pytest.raises(UserError):
        grad(lambda v: np.sum(derivative(v, v, out=np.zeros(4)) ** 2))(V)


def test_an_extent_of_1_that_is_stretched():
    derivative = grad(lambda x, b: np.sum(np.tanh(x + b)), (0, 1), backend="numba")
    for b in (np.ones((3, 4)), np.ones((1, 4)), np.ones((3, 1))):
        wanted = grad(lambda x, b: np.sum(np.tanh(x + b)), (0, 1))(A, b)
        for _ in range(3):
            np.testing.assert_allclose(filled(derivative, (A, b), (A, b))[1], wanted[1], rtol=1e-12)


def test_the_fast_way_is_taken_and_tests_what_it_fills():
    derivative = grad(product, (0, 1))
    out = (np.empty_like(A), np.empty_like(V))
    for _ in range(3):
        derivative(A, V, out=out)
    ((enter, _),) = derivative._filling.known
    assert enter((A, V), out) is not MISSED
    for wrong in (
        None, out[::-1], list(out), (out[0], None), (out[0], V), (A, out[1]), (out[0].T, out[1]), (out[0][:0], out[1]),
        (out[0], read_only()), (out[0], out[0][0]), (out[0], out[1].astype(np.float32)), (np.asfortranarray(A), out[1]),
    ):  # fmt: skip
        assert enter((A, V), wrong) is MISSED


@BACKENDS
def test_the_first_call_is_checked(backend):
    derivative = value_and_grad(product, (0, 1), backend=backend, check="first")
    np.testing.assert_array_equal(filled(grad(product, 0, check="first", backend=backend), (A, V), A), derivative(A, V)[1][0])


def test_saved(tmp_path):
    grad(product, (0, 1)).save(tmp_path / "saved.py", A, V, out=(A.copy(), None))
    program = (
        "import saved, numpy as np\nout = np.empty((3, 4))\n"
        "got = saved.product_grad(np.ones((3, 4)), np.ones(4), (out, None))\n"
        "assert got[0] is out\nprint(out[0, 0])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert float(done.stdout) == grad(product)(np.ones((3, 4)), np.ones(4))[0, 0]


def test_python_first_and_then_compiled():
    derivative = grad(product, (0, 1), backend="auto")
    wanted = grad(product, (0, 1))(A, V)
    for _ in range(3):
        np.testing.assert_allclose(filled(derivative, (A, V), (A, V))[0], wanted[0], rtol=1e-12)
        assert derivative.wait(120)
    np.testing.assert_allclose(derivative(A, V)[0], wanted[0], rtol=1e-12)
