"""What `explain` says of a derivative, against what the generated code allocates."""

import numpy as np
import pytest

from autodiff_compiler import UserError, explain, grad, jacobian, jvp, value_and_grad

ONES = np.ones(3)


def damped(x, n):
    total = 0.0
    y = x
    for _ in range(n):
        y = np.sin(y) * x
        total += np.sum(y * np.exp(y))
    return total


def layer(x, w):
    h = np.tanh(x @ w)
    return np.sum(h * h)


def until_small(x):
    while np.sum(x) > 1.0:
        x = x * np.sin(x)
    return np.sum(x)


def polynomial(x):
    total = 0.0
    for i in range(len(x)):
        power, value = 1.0, 0.0
        for j in range(len(x)):
            value += power * np.sin(x[j])
            power *= 2.0 * i - 1.0
        total += value * value
    return total


def heat(u, n):
    for _ in range(n):
        u[1:-1] = u[1:-1] + 0.1 * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return np.sum(u)


def test_a_loop_keeps_a_row_for_each_trip():
    derivative = grad(damped)
    found = explain(derivative, ONES, 5)
    assert [kept.name for kept in found.kept] == ["y", "sin", "exp"]
    assert {kept.bytes for kept in found.kept} == {"8 * max(n, 0) * len(x)"}
    assert eval(found.bytes, {"n": 5, "x": ONES, "max": max, "len": len}) == 3 * 5 * ONES.nbytes
    assert derivative.source(ONES, 5).count("np.empty((count, n2))") == 3
    assert found.recomputed  # y * np.exp(y) by what was kept


def test_the_places_are_those_of_the_statements():
    first = damped.__code__.co_firstlineno
    places = [kept.place for kept in explain(grad(damped), ONES, 5).kept]
    assert places == [f"test_explanation.py:{first + line}" for line in (3, 4, 5)]


@pytest.mark.parametrize("verb", [grad, value_and_grad])
def test_without_a_loop_arrays_are_kept_once(verb):
    found = explain(verb(layer, (0, 1)), np.ones((4, 3), np.float32), np.ones((3, 2), np.float32))
    assert [(kept.name, kept.type) for kept in found.kept] == [("h", "f32[:, :]"), ("mul", "f32[:, :]")]
    assert found.bytes == "2 * 4 * x.shape[0] * w.shape[1]"


def test_a_list_has_no_size_before_the_call():
    found = explain(grad(until_small), ONES)
    assert [kept.type for kept in found.kept] == ["list[f64[:]]"] * 2
    assert found.bytes == "0"
    assert "as many as the loop needs" in str(found)


def test_iterations_that_are_run_again():
    found = explain(grad(polynomial), ONES)
    assert not found.kept
    first = polynomial.__code__.co_firstlineno
    assert {f"test_explanation.py:{first + line}" for line in (5, 6)} <= set(found.run_again)


def test_nothing_is_kept_of_linear_steps():
    found = explain(grad(heat), ONES, 5)
    assert (found.kept, found.bytes) == ((), "0")


@pytest.mark.parametrize(("what", "args"), [(damped, (ONES, 5)), (jacobian(damped), (ONES, 5)), (jvp(damped), ((ONES, 5), (ONES, None)))])
def test_only_gradients_are_explained(what, args):
    with pytest.raises(UserError, match="AD429"):
        explain(what, *args)
