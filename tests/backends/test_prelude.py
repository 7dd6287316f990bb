"""The runtime helpers against NumPy; those of Numba are run as the Python they are."""

from __future__ import annotations

import ast
import inspect
import itertools
import math

import numba
import numpy as np
import pytest

from autodiff_compiler.backends import prelude
from autodiff_compiler.backends.prelude import numba_helpers, numba_linalg, numba_parts, numba_products, numpy_helpers


@numba.njit
def dot(a, b):
    return numba_products.dot(a, b)


A = np.arange(24.0).reshape(2, 3, 4) % 7 - 2


@pytest.mark.parametrize("shape", [(4,), (3, 1), (1, 1, 4), (2, 3, 4), (1, 3, 1), (1,)])
def test_unbroadcast(shape):
    # The transpose of broadcasting: <unbroadcast(g), x> = <g, broadcast(x)>.
    x = np.random.default_rng(0).random(shape)
    expected = np.sum(A * np.broadcast_to(x, A.shape))
    for helpers in (numpy_helpers.unbroadcast, numba_helpers.unbroadcast.py_func):
        got = helpers(A, shape)
        assert got.shape == shape
        np.testing.assert_allclose(np.sum(got * x), expected)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [(0.0, 0.0, 0.0), (0.0, math.nan, 0.0), (1.0, 0.0, math.inf), (1.0, -0.0, -math.inf), (3.0, 2.0, 1.5)],
)
def test_div0(a, b, expected):
    assert numpy_helpers.div0(a, b) == expected
    assert numpy_helpers.divide0(np.array([a]), np.float64(b))[0] == expected
    with np.errstate(all="ignore"):
        assert numba_helpers.div0.py_func(np.float64(a), np.float64(b)) == expected


@pytest.mark.parametrize(
    ("a", "b", "expected"), [(0.0, math.inf, 0.0), (0.0, math.nan, 0.0), (2.0, math.inf, math.inf), (-2.0, 1.5, -3.0)]
)
def test_mul0(a, b, expected):
    assert numpy_helpers.mul0(a, b) == expected
    assert numpy_helpers.multiply0(np.array([a]), np.float64(b))[0] == expected
    with np.errstate(all="ignore"):
        assert numba_helpers.mul0.py_func(np.float64(a), np.float64(b)) == expected
        assert numba_helpers.multiply0.py_func(np.array([a]), np.float64(b))[0] == expected


def test_sign_and_extremes_propagate_nan():
    assert [numpy_helpers.sign(x) for x in (-2.0, 0.0, 5)] == [-1.0, 0.0, 1]
    for function in (
        numpy_helpers.sign,
        lambda x: numpy_helpers.maximum(1.0, x),
        lambda x: numpy_helpers.minimum(x, 1.0),
    ):
        assert math.isnan(function(math.nan))
    assert numpy_helpers.maximum(1.0, 2.0) == numpy_helpers.minimum(2.0, 3.0) == 2.0


@pytest.mark.parametrize("kind", ["sum", "prod", "max", "min", "argmax", "argmin", "cumsum", "argsort"])
def test_rows(kind):
    table = A.reshape(6, 4).copy()
    table[2, 1] = np.nan
    expected = getattr(np, kind)(table, axis=1, **({"kind": "stable"} if kind == "argsort" else {}))
    np.testing.assert_array_equal(getattr(numba_helpers, f"{kind}_rows")(table), expected)


def test_a_reshape_that_copies_cannot_be_written():
    assert np.shares_memory(A, numpy_helpers.reshape_view(A, (6, 4)))
    with pytest.raises(ValueError, match="reshape"):
        numpy_helpers.reshape_view(A.T, (24,))


def test_typed_list():
    given = numba_helpers.typed_list([A[0].T, A[1].T], np.float64, 2)
    assert len(given) == 2
    np.testing.assert_array_equal(given[1], A[1].T)
    assert len(numba_helpers.typed_list([], np.float32, 1)) == 0


@pytest.mark.parametrize("blas", [True, False])
@pytest.mark.parametrize("shapes", [((3, 4), (4, 2)), ((4,), (4, 2)), ((3, 4), (4,)), ((4,), (4,))])
def test_dot_with_and_without_blas(blas, shapes, monkeypatch):
    if blas:
        pytest.importorskip("scipy")
    monkeypatch.setattr(numba_products, "BLAS", blas)
    # Compiled anew: a branch that cannot compile must be pruned.
    dot = numba.njit(numba_products.any_product.py_func)
    a, b = (np.arange(math.prod(shape), dtype=float).reshape(shape) % 5 - 1.5 for shape in shapes)
    np.testing.assert_allclose(dot(a, b), a @ b)


@pytest.mark.parametrize("blas", [True, False])
@pytest.mark.parametrize("shapes", [((3, 4), (4, 2)), ((4,), (4, 2)), ((3, 4), (4,))])
def test_dot_into_with_and_without_blas(blas, shapes, monkeypatch):
    if blas:
        pytest.importorskip("scipy")
    monkeypatch.setattr(numba_products, "BLAS", blas)
    dot_into = numba.njit(numba_products.dot_into.py_func)
    left, right = (np.arange(math.prod(shape), dtype=float).reshape(shape) % 5 - 1.5 for shape in shapes)
    # The extent in the middle may be 0: what stood there goes away.
    for a, b in ((left, right), (left[..., :0], right[:0])):
        out = np.full((a @ b).shape, np.nan)
        dot_into(a, b, out)
        np.testing.assert_allclose(out, a @ b)


def laid_out(m, n, dtype):
    """Matrices of every layout that NumPy has: in rows, in columns, parts of either, every other number, backwards, stretched."""
    whole = (np.arange((2 * m + 3) * (2 * n + 3)) % 7 - 2.5).reshape(2 * m + 3, 2 * n + 3).astype(dtype)
    rows = whole[:m, :n].copy()
    return [
        *(rows, np.asfortranarray(rows), whole[1 : m + 1, 2 : n + 2], np.asfortranarray(whole)[1 : m + 1, 2 : n + 2]),
        *(whole[: 2 * m : 2, : 2 * n : 2], rows[::-1], rows[:, ::-1]),
        *(np.broadcast_to(whole[:m, :1], (m, n)), np.broadcast_to(whole[:1, :n], (m, n)), whole[0, :n][None][:m]),
    ]


@pytest.mark.parametrize(
    ("extents", "dtype"),
    [
        *(((3, 4, 5), dtype) for dtype in (np.float64, np.float32, np.complex128, np.complex64)),
        *(
            (extents, np.float64)
            for extents in ((1, 4, 5), (3, 1, 5), (3, 4, 1), (1, 1, 1), (0, 2, 3), (2, 0, 3), (2, 3, 0))
        ),
    ],
)
def test_dot_of_every_layout_under_numba(extents, dtype):
    pytest.importorskip("scipy")
    m, k, n = extents
    vector = (np.arange(2 * k) % 5 - 1.5).astype(dtype)
    vectors = [vector[:k], vector[::2], vector[:k][::-1], np.broadcast_to(dtype(2), (k,))]
    for a in laid_out(m, k, dtype):
        for b in laid_out(k, n, dtype):
            if a.shape[1] == b.shape[0]:
                np.testing.assert_allclose(dot(a, b), a @ b)
        for v in vectors:
            if a.shape[1] == len(v):
                np.testing.assert_allclose(dot(a, v), a @ v)
                np.testing.assert_allclose(dot(v, a.T), v @ a.T)
    for v in vectors:
        np.testing.assert_allclose(dot(v, vector[:k]), v @ vector[:k])


def test_matrices_of_all_memory_orders_are_compiled_once():
    matrices = laid_out(3, 3, np.float64)[:-1]
    for a, b in itertools.product(matrices, repeat=2):
        np.testing.assert_allclose(dot(a, b), a @ b)
    kinds = [args for args in numba_products.any_product.signatures if all(v.ndim == 2 and v.dtype == numba.float64 for v in args)]
    assert len(kinds) == 1 and len({numba.typeof(a) for a in matrices}) > 2


def test_a_helper_brings_those_that_it_calls_and_no_namesakes_of_its_variables():
    # `unbroadcast` has a variable `stretched`, which is a helper's name too.
    assert "stretched" in prelude.sources("numpy_helpers")
    assert [node.name for node in prelude.needed("numpy_helpers", ["unbroadcast"])] == ["unbroadcast"]


def test_no_helper_of_numba_calls_itself():
    """Numba may not find a function again that is compiled while it is being compiled itself: the process ends ("Symbol not found")."""
    for module in (numba_helpers, numba_parts, numba_products, numba_linalg):
        for function in ast.parse(inspect.getsource(module)).body:
            if isinstance(function, ast.FunctionDef):
                called = {node.func.id for node in ast.walk(function) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
                assert function.name not in called


@pytest.mark.parametrize(("helper", "sign"), [(numba_parts.assign, 0), (numba_parts.add_to, 1), (numba_parts.subtract_from, -1)])
def test_writes_into_arrays_of_three_axes(helper, sign):
    """Of arrays that lie in memory in any way, and of others that are stretched."""
    x = np.arange(24.0).reshape(2, 3, 4)
    for to in (x.copy(), np.asfortranarray(x)):
        for value in (np.sin(x), np.sin(x.T).T, np.ones((1, 3, 1)), np.ones((2, 1, 4))):
            expected = sign * sign * to + (sign or 1) * value
            wide = to.copy()[None]
            helper(to, value)
            np.testing.assert_array_equal(to, expected)
            helper(wide, value)
            np.testing.assert_array_equal(wide[0], expected)


@pytest.mark.parametrize("shape", [(0,), (4,), (2, 2)])
def test_indices_outside(shape):
    n = 3
    inside = np.resize([-3, 2, 0, -1], shape)
    assert not numba_helpers.index_outside(inside, n)
    for wrong in (3, -4):
        index = inside.copy()
        index[-1:] = wrong
        assert numba_helpers.index_outside(index, n) == (index.size > 0)


def test_products_without_numbers():
    for shapes in (((2, 0), (0, 3)), ((0, 2), (2, 3)), ((2, 3), (3, 0))):
        a, b = (np.ones(shape) for shape in shapes)
        np.testing.assert_array_equal(dot(a, b), a @ b)
