"""A workspace: arrays that are made once, and calls that work in them."""

import threading

import numpy as np
import pytest

from autodiff_compiler import UserError, external, grad, hessian, jacrev, stop_gradient, value_and_grad
from autodiff_compiler.api.dispatch import MISSED
from autodiff_compiler.api.workspace import MOST_ROOMS

BACKENDS = pytest.mark.parametrize("backend", ["python", "numba"])
RNG = np.random.default_rng(3)
A, V = RNG.normal(size=(5, 4)), RNG.normal(size=4)


def recurrence(a, v):
    """Loops that keep a tape, and room of their own in each iteration."""
    state = v.copy()
    total = 0.0
    for t in range(len(a)):
        change = np.zeros(len(v))
        for i in range(len(v)):
            change[i] = np.sin(state[i]) * a[t, i]
        for i in range(len(v)):
            state[i] = state[i] * change[i]
            total = total + state[i] * state[i]
    return total


def sized_by_an_int(v, n):
    u = np.zeros(n)
    for i in range(n):
        u[i] = v[i % len(v)] ** 2
    return np.sum(u * u)


def sized_by_data(v):
    n = int(np.sum(v > 0.0))
    u = np.zeros(n)
    for i in range(n):
        u[i] = v[i] * v[i]
    return np.sum(u * u)


def nrt_allocations(call):
    from numba.core.runtime import _nrt_python, rtsys

    call()
    _nrt_python.memsys_enable_stats()
    before = rtsys.get_allocation_stats().alloc
    call()
    return rtsys.get_allocation_stats().alloc - before


def test_compiled_code_allocates_nothing():
    derivative = grad(recurrence, (0, 1), backend="numba", verify=True)
    out = (np.empty_like(A), np.empty_like(V))
    workspace = derivative.workspace(A, V, out=out)
    assert workspace.allocates == ()
    (room,) = workspace._rooms.values()
    # Numba allocates a handle for each array that it is given, and that is all.
    handles = 4 + len(room.arrays)
    assert nrt_allocations(lambda: workspace(A, V, out=out)) == handles
    assert nrt_allocations(lambda: workspace(A, V)) == handles - 2 + 2
    assert nrt_allocations(lambda: derivative(A, V)) > 2 + len(room.arrays)
    for got, wanted in zip(out, derivative(A, V)):
        np.testing.assert_array_equal(got, wanted)


def test_the_text():
    def f(x):
        s = 0.0
        for i in range(len(x)):
            s = s + x[i] * s * s
        return s

    workspace = grad(f).workspace(V, out=np.empty(4))
    text = workspace.source()
    line = f.__code__.co_firstlineno
    assert text.partition("def ")[2] == (
        f'''f_grad(x, out, workspace):
    """Gradient of f (test_workspace.py:{line}) with respect to x: float64[:]. It goes into `out`. It works in `workspace`."""
    s_saved = workspace[0]
    s = 0.0
    for i in range(len(x)):
        s_saved[i] = s
        s += x[i] * s * s
    out[:] = 0.0
    s_bar = 1.0
    x_bar = out
    for i in range(len(x) - 1, -1, -1):
        s = s_saved[i]
        # line {line + 3}: s = s + x[i] * s * s
        x_i = x[i]
        product_bar = s_bar * s
        s_bar = s_bar + s_bar * (x_i * s) + product_bar * x_i
        x_bar[i] += product_bar * s
    return x_bar
'''
    )
    assert workspace.bytes == 32
    assert str(workspace) == "workspace of grad of f with respect to x, python backend: 32 bytes"


def test_what_stays_is_said():
    workspace = grad(lambda a, v: np.sum(np.tanh(a @ v)), (0, 1)).workspace(A, V)
    assert [one.bytes for one in workspace.allocates if (one.name, one.type) == ("tanh", "float64[:]")] == [40]
    assert all(one.bytes is not None and not one.often for one in workspace.allocates)
    assert "each call allocates tanh: float64[:], test_workspace.py:" in str(workspace) and "40 bytes" in str(workspace)


def test_what_depends_on_the_data_stays():
    derivative = grad(sized_by_data, verify=True)
    workspace = derivative.workspace(np.ones(4))
    assert [one for one in workspace.allocates if one.bytes is None]
    assert "as many bytes as the data asks for" in str(workspace)
    for v in (V, np.ones(4), -np.ones(4), np.abs(V)):
        np.testing.assert_array_equal(workspace(v), derivative(v))


@BACKENDS
def test_results_stay_what_they_are(backend):
    derivative = value_and_grad(recurrence, (0, 1), backend=backend, verify=True)
    workspace = derivative.workspace(A, V)
    results = [(workspace(scale * A, V), derivative(scale * A, V)) for scale in (1.0, 2.0, 0.5, 0.0, -1.0)]
    for (value, grads), (wanted, expected) in results:
        assert value == wanted
        for got, one in zip(grads, expected):
            np.testing.assert_array_equal(got, one)


def test_what_a_function_outside_keeps_stays_what_it_is():
    kept = []

    def keeps(x):
        kept.append(x)
        return float(np.sum(x))

    seen = external(keeps, result="float")

    def f(v):
        u = np.zeros(len(v))
        for i in range(len(v)):
            u[i] = v[i] * v[i]
        return stop_gradient(seen(u)) * v[0] + np.sum(u * u)

    derivative = grad(f)
    out = np.empty(4)
    workspace = derivative.workspace(V, out=out)
    for scale in (1.0, 2.0, 3.0):
        workspace(scale * V, out=out)
        np.testing.assert_array_equal(out, derivative(scale * V))
    np.testing.assert_array_equal(kept[0], V * V)


@BACKENDS
def test_other_sizes_are_refused(backend):
    derivative = grad(sized_by_an_int, backend=backend)
    workspace = derivative.workspace(V, 6)
    for _ in range(3):
        np.testing.assert_array_equal(workspace(2.0 * V, 6), derivative(2.0 * V, 6))
    with pytest.raises(ValueError, match="AD444.*made for n == 6, and it is 7"):
        workspace(V, 7)
    wider = grad(recurrence, backend=backend).workspace(A, V)
    for _ in range(3):
        wider(A, V)
    with pytest.raises(ValueError, match=r"AD444.*made for a.shape\[0\] == 5, and it is 3"):
        wider(A[:3], V)
    with pytest.raises(ValueError, match=r"AD444.*made for v.shape\[0\] == 4, and it is 3"):
        wider(A, V[:3])
    np.testing.assert_array_equal(wider(A, V), grad(recurrence, backend=backend)(A, V))


def test_the_fast_way_tests_the_sizes():
    workspace = grad(sized_by_an_int).workspace(V, 6)
    out = np.empty(4)
    for _ in range(3):
        workspace(V, 6)
        workspace(V, 6, out=out)
    (((enter, _),), ((filling, _),)) = (entries.known for entries in workspace.entries)
    assert enter((V, 6)) is not MISSED and filling((V, 6), out) is out
    assert enter((V, 7)) is MISSED and filling((V, 7), out) is MISSED


def test_other_types_have_a_room_of_their_own():
    derivative = grad(sized_by_an_int)
    workspace = derivative.workspace(V, 6)
    before = workspace.bytes
    single = V.astype(np.float32)
    got = workspace(single, 6)
    assert got.dtype == np.float32 and workspace.bytes > before
    np.testing.assert_array_equal(got, derivative(single, 6))


def test_it_does_not_grow_without_end():
    def f(x, p):
        return np.sum(np.cumsum(x) ** 2) * len(p)

    workspace = grad(f).workspace(V, ())
    for k in range(1, 13):
        np.testing.assert_array_equal(workspace(V, (1.0,) * k), grad(f)(V, (1.0,) * k))
        assert len(workspace._rooms) <= MOST_ROOMS and workspace.allocates


def test_captured_arrays_have_sizes_too():
    scale = np.array([1.0, 2.0])

    def f(x):
        u = np.zeros(len(scale))
        for i in range(len(scale)):
            u[i] = x[i] * x[i] * scale[i]
        return np.sum(u * u)

    workspace = grad(f).workspace(V)
    for _ in range(3):
        np.testing.assert_array_equal(workspace(V), grad(f)(V))
    scale = np.array([1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match=r"AD444.*scale.shape\[0\] == 2, and it is 3"):
        workspace(V)


def test_one_call_at_a_time():
    started, go_on = threading.Event(), threading.Event()
    workspace = grad(recurrence).workspace(A, V)
    call = workspace._call
    workspace._call = lambda *given: (started.set(), go_on.wait(60), call(*given))[2]
    results = []
    thread = threading.Thread(target=lambda: results.append(workspace(A, V)))
    thread.start()
    assert started.wait(60)
    with pytest.raises(UserError, match=r"AD445.*is in use by another call"):
        workspace(A, V)
    go_on.set()
    thread.join()
    np.testing.assert_array_equal(results[0], workspace(A, V))


def test_after_an_error_it_goes_on():
    workspace = grad(lambda x, k: x[k] * np.sum(x**3)).workspace(V, 1)
    for _ in range(3):
        with pytest.raises(IndexError):
            workspace(V, 9)
        np.testing.assert_array_equal(workspace(V, 1), grad(lambda x, k: x[k] * np.sum(x**3))(V, 1))


def test_an_extent_of_1_that_is_stretched():
    def f(x, b):
        return np.sum(np.tanh(x + b) ** 2)

    derivative = grad(f, (0, 1), backend="numba")
    for first, b in ((A, A[:1]), (A[:, :1], A[:, :1])):
        workspace = derivative.workspace(first, b)
        for _ in range(3):
            for got, wanted in zip(workspace(first, b), grad(f, (0, 1))(first, b)):
                np.testing.assert_allclose(got, wanted, rtol=1e-12)


def test_ints_of_any_size():
    derivative = grad(lambda x, n: x * float(n), backend="numba")
    workspace = derivative.workspace(2.0, 3)
    assert workspace(2.0, 2**40) == 2.0**40 == derivative(2.0, 2**40)


@BACKENDS
def test_loops_on_several_threads(backend):
    def f(x):
        total = 0.0
        for i in range(len(x)):
            row = np.zeros(4)
            for j in range(4):
                row[j] = np.sin(x[i, j])
            total = total + np.sum(row * row)
        return total

    x = RNG.normal(size=(50, 4))
    derivative = grad(f, backend=backend, parallel=True, verify=True)
    workspace = derivative.workspace(x, out=np.empty_like(x))
    for _ in range(3):
        np.testing.assert_array_equal(workspace(x, out=np.empty_like(x)), derivative(x))


@pytest.mark.parametrize("verb", [jacrev, hessian])
def test_jacobians(verb):
    derivative = verb(lambda v: np.sum(np.sin(v) * v[0]) * v if verb is jacrev else np.sum(np.sin(v) * v[0]), verify=True)
    workspace = derivative.workspace(V)
    for scale in (1.0, 2.0):
        np.testing.assert_array_equal(workspace(scale * V), derivative(scale * V))


def test_python_first_and_then_compiled():
    workspace = grad(recurrence, backend="auto").workspace(A, V)
    np.testing.assert_allclose(workspace(A, V), grad(recurrence)(A, V), rtol=1e-12)


def test_the_first_call_is_checked():
    derivative = grad(recurrence, check="first")
    np.testing.assert_array_equal(derivative.workspace(A, V)(A, V), grad(recurrence)(A, V))


# -- products ----------------------------------------------------------------------------------------------------------------


def layers(x, w, v):
    """A product of two matrices, and of one with a vector; the gradients are products, too."""
    return np.sum(np.tanh(x @ w) @ v)


def overwritten(x, w):
    y = x.copy()
    for _ in range(3):
        y[:] = y @ w
    return np.sum(y * y)


def row_by_row(x, w):
    total = 0.0
    for i in range(len(x)):
        total = total + np.sum((x[i] @ w) ** 2)
    return total


def product_arguments(f, n, m, k, dtype=float):
    x, w, v = (RNG.normal(size=shape).astype(dtype) for shape in ((n, m), (m, k), (k,)))
    return {layers: (x, w, v), overwritten: (x, w), row_by_row: (x, w)}[f]


PRODUCTS = [
    (layers, (3, 4, 2)), (layers, (3, 0, 2)), (layers, (0, 4, 2)), (layers, (3, 4, 0)), (layers, (1, 1, 1)),
    (overwritten, (3, 4, 4)), (overwritten, (0, 0, 0)), (row_by_row, (3, 4, 2)), (row_by_row, (3, 0, 2)),
]  # fmt: skip


def same_products(derivative, args, rtol):
    out = tuple(np.full_like(one, 7.0, order="C") for one in args)
    workspace = derivative.workspace(*args, out=out)
    for _ in range(2):
        for got, wanted in zip(workspace(*args, out=out), derivative(*args)):
            np.testing.assert_allclose(got, wanted, rtol=rtol)


@pytest.mark.parametrize(("f", "sizes"), PRODUCTS)
def test_products_are_computed_where_they_belong(f, sizes):
    for dtype, rtol in ((float, 1e-12), (np.float32, 1e-4)):
        derivative = grad(f, tuple(range(3 if f is layers else 2)), verify=True)
        x, w, *rest = product_arguments(f, *sizes, dtype)
        for left, right in ((x, w), (np.asfortranarray(x), w[::-1]), (x, np.repeat(w, 2, axis=1)[:, ::2])):
            same_products(derivative, (left, right, *rest), rtol)


def test_products_under_numba():
    derivative = grad(layers, (0, 1, 2), backend="numba")
    for f, sizes in PRODUCTS:
        if f is layers:
            same_products(derivative, product_arguments(f, *sizes), 1e-12)


def test_products_allocate_nothing():
    derivative = grad(layers, (0, 1, 2), backend="numba")
    args = product_arguments(layers, 3, 4, 2)
    out = tuple(map(np.empty_like, args))
    workspace = derivative.workspace(*args, out=out)
    (room,) = workspace._rooms.values()
    assert workspace.allocates == ()
    assert nrt_allocations(lambda: workspace(*args, out=out)) == 6 + len(room.arrays)  # the handles
    text = grad(layers, (0, 1, 2)).workspace(*args, out=out).source()
    assert "np.matmul(x, w, out=product)" in text and "out=w_bar_out)" in text


def test_a_product_of_what_is_overwritten_is_not():
    text = grad(overwritten).workspace(*product_arguments(overwritten, 3, 4, 4)).source()
    assert "np.matmul(y, w, out=y)" not in text
