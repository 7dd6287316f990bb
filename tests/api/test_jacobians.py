"""`jacfwd`, `jacrev`, `hessian`, `hvp`, `linearize`: against each other, differences and complex steps."""

import dataclasses
import importlib.util
import pickle
from typing import NamedTuple

import numpy as np
import pytest

from autodiff_compiler import (
    UnsupportedError,
    UserError,
    external,
    grad,
    hessian,
    hvp,
    jacfwd,
    jacobian,
    jacrev,
    jvp,
    linearize,
    vjp,
)
from autodiff_compiler.api.functions import _pushforward, _reverse

BACKENDS = ["python", "numba"]
X = np.array([0.3, -0.7, 1.2])


def mixed(x, a):
    return np.sin(x) * np.sum(x) * a + np.cumsum(x)


def looped(x):
    y = np.zeros((2, len(x)))
    for i in range(len(x)):
        y[0, i] = x[i] * x[i - 1]
        y[1, i] = np.exp(x[i]) if x[i] > 0.0 else x[i]
    return y


def scalar(x):
    return np.sum(x**3) * x[0] + np.prod(x)


def helper(x, n):
    return x * helper(x, n - 1) if n > 0 else np.cos(x)


def recursive(x, n):
    return helper(x, n)


class Pair(NamedTuple):
    left: np.ndarray
    right: float


@dataclasses.dataclass
class State:
    x: np.ndarray
    s: float


def contained(state, k):
    return {"outer": np.outer(state.x, state.x) * state.s, "pair": Pair(state.x[0] * state.x, state.s**k)}


def complex_step(fun, x):
    """The Jacobian with respect to an array, from a function that takes complex numbers."""
    columns = []
    for place in np.ndindex(x.shape):
        z = x.astype(complex)
        z[place] += 1e-30j
        columns.append(np.imag(fun(z)) / 1e-30)
    return np.moveaxis(np.array(columns).reshape(*x.shape, *np.shape(columns[0])), range(x.ndim), range(-x.ndim, 0))


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("verb", [jacfwd, jacrev])
def test_a_vector(verb, backend):
    np.testing.assert_allclose(
        verb(mixed, backend=backend)(X, 2.0), complex_step(lambda z: mixed(z, 2.0), X), rtol=1e-13
    )
    np.testing.assert_allclose(verb(mixed, 1, backend=backend)(X, 2.0), np.sin(X) * np.sum(X), rtol=1e-13)


@pytest.mark.parametrize("backend", BACKENDS)
def test_ranks(backend):
    def matrix(a, b):
        return a @ b * np.sum(a[0])

    a, b = np.arange(6.0).reshape(2, 3) / 5, np.arange(12.0).reshape(3, 4) / 7
    by_columns = jacfwd(matrix, (0, 1), backend=backend)(a, b)
    by_rows = jacrev(matrix, (0, 1), backend=backend)(a, b)
    assert [block.shape for block in by_columns] == [(2, 4, 2, 3), (2, 4, 3, 4)]
    np.testing.assert_allclose(by_columns[0], complex_step(lambda z: matrix(z, b), a), rtol=1e-12)
    np.testing.assert_allclose(by_columns[1], complex_step(lambda z: matrix(a, z), b), rtol=1e-12)
    for one, other in zip(by_columns, by_rows):
        np.testing.assert_allclose(one, other, rtol=1e-12)


@pytest.mark.parametrize("backend", BACKENDS)
def test_loops_and_branches(backend):
    by_columns, by_rows = jacfwd(looped, backend=backend)(X), jacrev(looped, backend=backend)(X)
    assert by_columns.shape == (2, 3, 3)
    np.testing.assert_allclose(by_columns, by_rows, rtol=1e-13)
    step = 1e-6
    differences = np.stack([(looped(X + e) - looped(X - e)) / (2 * step) for e in step * np.eye(3)], -1)
    np.testing.assert_allclose(by_columns, differences, atol=1e-8)


@pytest.mark.parametrize("verb", [jacfwd, jacrev])
def test_functions_that_call_themselves(verb):
    found = verb(recursive)(X, 3)
    np.testing.assert_allclose(found, np.diag(3 * X**2 * np.cos(X) - X**3 * np.sin(X)), rtol=1e-13)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("verb", [jacfwd, jacrev])
def test_numbers(verb, backend):
    assert verb(lambda x, y: x * x * y, backend=backend)(3.0, 2.0) == 12.0
    assert type(verb(lambda x: x * x, backend=backend)(3)) is float
    assert verb(lambda x, y: (x * y, x), (0, 1), backend=backend)(3.0, 2.0) == ((2.0, 3.0), (1.0, 0.0))
    zero_d = verb(lambda x: np.sin(x), backend=backend)(np.array(0.5))
    assert np.shape(zero_d) == () and zero_d == pytest.approx(np.cos(0.5))
    np.testing.assert_allclose(verb(lambda t: np.array([t, t * t]), backend=backend)(3.0), [1.0, 6.0])


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("verb", [jacfwd, jacrev])
def test_empty_arrays(verb, backend):
    assert verb(mixed, backend=backend)(np.zeros(0), 2.0).shape == (0, 0)
    assert verb(lambda x: x[:0], backend=backend)(X).shape == (0, 3)
    assert verb(lambda x: np.concatenate((x, np.ones(2))), backend=backend)(np.zeros(0)).shape == (2, 0)


@pytest.mark.parametrize("backend", BACKENDS)
def test_float32(backend):
    x = X.astype(np.float32)
    for verb in (jacfwd, jacrev):
        found = verb(mixed, backend=backend)(x, 2.0)
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, jacfwd(mixed)(X, 2.0), rtol=1e-5)

    def wider(x):
        return x.astype(np.float64) * 2.0

    assert jacfwd(wider, backend=backend)(x).dtype == np.float64
    assert jacrev(wider, backend=backend)(x).dtype == np.float32


@pytest.mark.parametrize("backend", BACKENDS)
def test_containers(backend):
    state = State(X, 1.5)
    by_columns, by_rows = jacfwd(contained, backend=backend)(state, 2), jacrev(contained, backend=backend)(state, 2)
    assert list(by_columns) == ["outer", "pair"]
    assert type(by_columns["pair"]) is Pair and type(by_columns["pair"].left) is State
    assert by_columns["outer"].x.shape == (3, 3, 3) and by_columns["pair"].right.s == 3.0
    for one, other in zip(
        (by_columns["outer"], *by_columns["pair"]), (by_rows["outer"], *by_rows["pair"]), strict=True
    ):
        np.testing.assert_allclose(one.x, other.x, rtol=1e-13)
        np.testing.assert_allclose(one.s, other.s, rtol=1e-13)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("verb", [jacfwd, jacrev])
def test_aux(verb, backend):
    def with_aux(x):
        return x * x, {"n": len(x), "total": np.sum(x), "name": "f"}

    found, aux = verb(with_aux, has_aux=True, backend=backend)(X)
    np.testing.assert_allclose(found, np.diag(2 * X))
    assert aux == {"n": 3, "total": np.sum(X), "name": "f"}


@pytest.mark.parametrize("backend", BACKENDS)
def test_vjp_with_aux(backend):
    def with_aux(x):
        return {"y": x * x}, (np.sum(x), 3)

    out, pullback, aux = vjp(with_aux, X, has_aux=True, backend=backend)
    np.testing.assert_allclose(out["y"], X * X)
    np.testing.assert_allclose(pullback({"y": np.ones(3)})[0], 2 * X)
    assert aux == (np.sum(X), 3)

    def inside(x):
        out, pullback, (total, _) = vjp(with_aux, x, has_aux=True)
        return np.sum(pullback({"y": out["y"]})[0]) + total

    np.testing.assert_allclose(grad(inside, backend=backend)(X), 6 * X**2 + 1)


@pytest.mark.parametrize("backend", BACKENDS)
def test_second_derivatives(backend):
    H = hessian(scalar, backend=backend)(X)
    np.testing.assert_allclose(H, H.T, rtol=1e-13)
    step = 1e-6
    differences = np.stack([(grad(scalar)(X + e) - grad(scalar)(X - e)) / (2 * step) for e in step * np.eye(3)], -1)
    np.testing.assert_allclose(H, differences, atol=1e-8)
    for other in (jacobian(grad(scalar)), jacfwd(jacfwd(scalar)), jacrev(jacrev(scalar)), jacrev(jacfwd(scalar))):
        np.testing.assert_allclose(other(X), H, rtol=1e-12)
    v = np.array([1.0, -2.0, 0.5])
    np.testing.assert_allclose(hvp(scalar, (X,), (v,), backend=backend), H @ v, rtol=1e-12)
    np.testing.assert_allclose(jvp(grad(scalar), (X,), (v,))[1], H @ v, rtol=1e-12)


def test_hessian_blocks():
    def energy(x, s):
        return np.sum(x**3) * s**2

    (xx, xs), (sx, ss) = hessian(energy, (0, 1))(X, 2.0)
    np.testing.assert_allclose(xx, np.diag(24 * X))
    np.testing.assert_allclose(xs, 12 * X**2)
    np.testing.assert_allclose(sx, xs)
    assert ss == pytest.approx(2 * np.sum(X**3))
    product = hvp(energy, (X, 2.0), (np.ones(3), 1.0), (0, 1))
    np.testing.assert_allclose(product[0], np.sum(xx, 1) + xs)
    assert product[1] == pytest.approx(np.sum(sx) + ss)
    np.testing.assert_allclose(hessian(lambda x: x * x * x)(X), 6 * np.einsum("i,ij,ik->ijk", X, np.eye(3), np.eye(3)))


@pytest.mark.parametrize("backend", BACKENDS)
def test_inside_a_differentiated_function(backend):
    def square(x):
        return x**2 * x[0]

    def total(x):
        return np.sum(jacfwd(square)(x) ** 2) + np.sum(jacrev(square)(x)) + np.sum(hessian(scalar)(x))

    def with_product(x):
        return np.sum(hvp(scalar, (x,), (x,)))

    for fun in (total, with_product):
        step = 1e-6
        found = grad(fun, backend=backend)(X)
        values = [(jvp(fun, (X + e,), (X,))[0] - jvp(fun, (X - e,), (X,))[0]) / (2 * step) for e in step * np.eye(3)]
        np.testing.assert_allclose(found, values, rtol=1e-6)


@pytest.mark.parametrize("backend", BACKENDS)
def test_linearize(backend):
    x = X.copy()
    out, along = linearize(mixed, x, 2.0, backend=backend)
    x[:] = 0.0  # the point is the one that was given
    np.testing.assert_allclose(out, mixed(X, 2.0))
    J = jacfwd(mixed)(X, 2.0)
    for direction in np.eye(3):
        np.testing.assert_allclose(along(direction, None), J @ direction, rtol=1e-13)
    np.testing.assert_allclose(along(np.zeros(3), 1.0), jacfwd(mixed, 1)(X, 2.0), rtol=1e-13)


@pytest.mark.parametrize("verb", [jacfwd, jacrev])
def test_what_is_called_once(verb):
    calls = []

    def measured(n):
        calls.append(n)
        return float(n)

    once, often = external(measured, result="float"), external(measured, result="float", pure=True)
    if verb is jacrev:
        np.testing.assert_allclose(verb(lambda x: x * once(3))(X), 3.0 * np.eye(3))
        assert calls == [3]
    else:
        with pytest.raises(UnsupportedError, match="AD439"):
            verb(lambda x: x * once(3))(X)
    np.testing.assert_allclose(verb(lambda x: x * often(2))(X), 2.0 * np.eye(3))


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("verb", [jacfwd, jacrev])
def test_what_it_raises(verb, backend):
    def positive(x):
        if x[0] < 0.0:
            raise ValueError("negative")
        assert x[1] != 0.0
        return np.sqrt(x)

    np.testing.assert_allclose(verb(positive, backend=backend)(np.ones(2)), 0.5 * np.eye(2))
    with pytest.raises(ValueError, match="negative"):
        verb(positive, backend=backend)(-np.ones(2))
    with pytest.raises(AssertionError):
        verb(positive, backend=backend)(np.zeros(2))


@pytest.mark.parametrize("verb", [jacfwd, jacrev])
def test_what_it_prints_is_printed_once(verb, capsys):
    def said(x):
        print("here")
        return x * x

    verb(said)(X)
    assert capsys.readouterr().out == "here\n"


@pytest.mark.parametrize("verb", [jacfwd, jacrev, hessian])
@pytest.mark.parametrize("backend", BACKENDS)
def test_the_first_call_can_be_checked(verb, backend):
    fun = scalar if verb is hessian else looped
    np.testing.assert_allclose(verb(fun, check="first", backend=backend)(X), verb(fun)(X), rtol=1e-12)
    np.testing.assert_allclose(
        hvp(scalar, (X,), (X,), check="first", backend=backend), hessian(scalar)(X) @ X, rtol=1e-12
    )


def test_arguments_are_not_touched_and_results_are_apart():
    x = X.copy()
    J = jacrev(lambda x: (x, x))(x)
    np.testing.assert_array_equal(x, X)
    assert not np.shares_memory(J[0], J[1])
    J[0][:] = 5.0
    np.testing.assert_array_equal(J[1], np.eye(3))


@pytest.mark.parametrize("verb", [jacfwd, jacrev])
def test_refusals(verb):
    def error(kind, call):
        with pytest.raises(kind) as caught:
            call()
        return caught.value.code

    assert error(UserError, lambda: verb(lambda x: x > 0.0)(X)) == "AD437"
    assert error(UserError, lambda: verb(lambda x: (x, len(x)))(X)) == "AD437"
    assert error(UserError, lambda: verb(lambda x: ())(X)) == "AD437"
    assert error(UserError, lambda: verb(lambda x: None)(X)) == "AD418"
    assert error(UserError, lambda: verb(lambda x: x, has_aux=True)(X)) == "AD417"
    assert error(UserError, lambda: verb(lambda x, n: x)(np.arange(3), 2)) == "AD413"
    assert error(UserError, lambda: verb(lambda x, n: x * n, "n")(X, np.arange(3))) == "AD413"

    def grown(x):
        values = []
        for i in range(len(x)):
            values.append(x[i] * x[i])
        return values

    assert error(UnsupportedError, lambda: verb(grown)(X)) == "AD438"


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("verb", [jacfwd, jacrev, hessian])
def test_saved(verb, backend, tmp_path):
    fun = scalar if verb is hessian else looped
    path = verb(fun, backend=backend).save(tmp_path / "saved.py", X)
    assert "autodiff" not in path.read_text()
    spec = importlib.util.spec_from_file_location("saved", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    name = "scalar_hessian" if verb is hessian else f"looped_{verb.__name__}"
    np.testing.assert_allclose(getattr(module, name)(X), verb(fun)(X), rtol=1e-12)


def test_as_objects():
    assert jacobian is jacrev
    made = hessian(scalar)
    assert repr(made) == "<hessian of scalar with respect to x, python backend>"
    np.testing.assert_allclose(pickle.loads(pickle.dumps(made))(X), made(X))

    @jacfwd(argnums=1)
    def product(x, y):
        return x * y

    assert product(2.0, 3.0) == 2.0


def test_repeated_calls_are_looked_up():
    compiled = []

    def watched(x):
        return x * x

    for _ in range(3):
        assert jvp(watched, (3.0,), (1.0,)) == (9.0, 6.0)
        assert vjp(watched, 3.0)[1](1.0) == (6.0,)
        compiled.append((_pushforward(watched), _reverse(watched)))
    assert all(pair[0] is compiled[0][0] and pair[1] is compiled[0][1] for pair in compiled)
    with pytest.raises(UserError, match="AD414"):
        jvp(lambda x: x, (X,), (X[:2],))
    jvp(np_square, (X,), (X,))
    with pytest.raises(UserError, match="AD414"):
        jvp(np_square, (X,), (X[:2],))


def np_square(x):
    return x * x
