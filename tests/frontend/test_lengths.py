"""Programs that are accepted for arguments of known shapes only: right for each shape, and compiled anew for another."""

import collections
import copy
import importlib.util

import numpy as np
import pytest

from autodiff_compiler import UnsupportedError, check_grads, grad, hessian, jacobian, jvp, value_and_grad
from autodiff_compiler.ir.interp import run

X = np.array([0.1, 0.5, 1.2])
V = np.array([0.3, -0.2, 0.1])


class Body:
    def __init__(self, x, v):
        self.x, self.v, self.f = x, v, 0.0

    def step(self, dt):
        self.v += dt * self.f
        self.x += dt * self.v


def bodies(x, v):
    moving = [Body(a, b) for a, b in zip(x, v)]
    for _ in range(2):
        for body in moving:
            body.f = 0.0
        for i in range(len(moving)):
            for j in range(i + 1, len(moving)):
                d = moving[i].x - moving[j].x
                f = d / (abs(d) ** 3 + 0.1)
                moving[i].f += f
                moving[j].f -= f
        for body in moving:
            body.step(0.1)
    return sum(body.x * body.v for body in moving)


def appended(x, v):
    moving = []
    for k in range(len(x)):
        moving.append(Body(x[k], v[k]))
    for body in moving:
        body.step(0.1)
    return sum(body.x * body.v for body in moving)


def by_letter(x, v):
    words = ["apple", "bob", "cat", "apricot"]
    groups = collections.defaultdict(list)
    for word, a in zip(words, x * v):
        groups[word[0]].append(a)
    return sum(np.prod(items) * len(key) * len(items) for key, items in sorted(groups.items()))


def of_derived_arrays(x, v):
    table = {}
    y = np.concatenate([x[1:], v * 2.0, np.zeros(len(x) // 2)])
    for k, a in enumerate(y):
        table[f"y{k}"] = a * (k + 1)
    return sum(a * a for a in table.values()) + len(table)


def of_a_matrix(x, v):
    m = np.outer(x, v)
    rows = {f"row {k}": row.sum() for k, row in enumerate(m)}
    return sum(rows.values()) * rows["row 0"] * m.shape[1] + m.size


def of_tuples_and_arguments(x, v):
    return sum(tuple(x * v)) * max(*x) + min(*v, 0.5)


def of_unequal_rows(x, v):
    rows = []
    for i in range(len(x)):
        rows.append([x[j] * v[j] for j in range(i + 1)])
    return rows[-1][1] * rows[0][0] + sum(map(sum, rows))


def of_slots(x, v):
    found = [None] * len(x)
    for i in range(len(x)):
        found[i] = x[i] ** 2 * v[i]
    return found[0] * found[-1]


def of_a_list_that_grows_meanwhile(x, v):
    items = [a * b for a, b in zip(x, v)]
    for item in items:
        if len(items) < 5:
            items.append(item * 2.0)
    return sum(items)


PROGRAMS = [
    bodies,
    appended,
    by_letter,
    of_derived_arrays,
    of_a_matrix,
    of_tuples_and_arguments,
    of_unequal_rows,
    of_slots,
    of_a_list_that_grows_meanwhile,
]


@pytest.mark.parametrize("fun", PROGRAMS)
@pytest.mark.parametrize("backend", ["python", "numba"])
def test_each_shape(fun, backend):
    derivative = value_and_grad(fun, argnums=(0, 1), backend=backend)
    for n in (3, 2, 3):
        x, v = X[:n].copy(), V[:n].copy()
        value, (x_bar, v_bar) = derivative(x, v)
        assert value == pytest.approx(fun(x, v), rel=1e-13)
        step = 1e-6
        for k in range(n):
            e = np.zeros(n)
            e[k] = step
            assert x_bar[k] == pytest.approx((fun(x + e, v) - fun(x - e, v)) / (2 * step), rel=1e-6, abs=1e-8)
            assert v_bar[k] == pytest.approx((fun(x, v + e) - fun(x, v - e)) / (2 * step), rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("fun", PROGRAMS)
def test_both_modes_and_twice(fun):
    check_grads(fun, (X, V), order=2)


@pytest.mark.parametrize("fun", PROGRAMS)
def test_the_interpreter(fun):
    derivative = value_and_grad(fun)
    assert run(derivative.stages(X, V)["primal"], [X.copy(), V.copy()])[0] == pytest.approx(fun(X, V), rel=1e-14)


def test_other_verbs():
    assert jvp(by_letter, (X, V), (V, X))[1] == pytest.approx(grad(by_letter)(X, V) @ V + grad(by_letter, argnums=1)(X, V) @ X)
    np.testing.assert_allclose(hessian(by_letter)(X, V), jacobian(grad(by_letter))(X, V), rtol=1e-12)


def test_only_what_was_asked_for_counts():
    def first(x, w):
        groups = {}
        for k, a in enumerate(x):
            groups[str(k)] = a * w[0]
        return sum(groups.values())

    derivative = grad(first)
    assert derivative(X, V).tolist() == [0.3] * 3
    before = derivative.source(X, V)
    assert derivative.source(X, np.arange(5.0)) == before
    assert derivative.source(X[:2], V) != before


def test_arguments_in_containers():
    def total(p):
        groups = {}
        for k, a in enumerate(p["x"]):
            groups[str(k)] = a * p["w"]
        return sum(g * g for g in groups.values())

    for n in (3, 1):
        found = grad(total)({"x": X[:n], "w": 2.0})
        np.testing.assert_allclose(found["x"], 8.0 * X[:n])


def test_saved_code_asks(tmp_path):
    grad(by_letter).save(tmp_path / "saved.py", X, V)
    spec = importlib.util.spec_from_file_location("saved", tmp_path / "saved.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    np.testing.assert_allclose(module.by_letter_grad(X, V), grad(by_letter)(X, V))
    with pytest.raises(ValueError, match="shape"):
        module.by_letter_grad(X[:2], V[:2])


def test_without_arguments_it_is_refused():
    with pytest.raises(UnsupportedError):
        grad(by_letter).compile("f64[:]", "f64[:]")


def test_what_is_refused_all_the_same_says_what_it_said():
    def no_way(x):
        groups = {}
        for k, a in enumerate(x):
            groups[str(k)] = a
        return input(sum(groups.values()))

    with pytest.raises(UnsupportedError) as caught:
        grad(no_way)(copy.copy(X))
    assert caught.value.span.line > 0
