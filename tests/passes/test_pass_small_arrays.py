"""`small_arrays`: which arrays are on the stack, and that nothing refers to them when they are used again."""

import numpy as np
import pytest

from autodiff_compiler import grad, jvp, value_and_grad
from autodiff_compiler.testing import check_grads

X = np.array([0.3, -1.2, 0.7, 2.1, 0.4, -0.6])


def worked_in(x):
    """Both arrays are filled anew by every iteration."""
    d, m, total = np.zeros(3), np.zeros((2, 2)), 0.0
    for i in range(len(x)):
        for k in range(3):
            d[k] = x[i] * (k + 1.0)
        for k in range(2):
            m[k, 1 - k] = d[k] * d[2]
            total += m[k, 1 - k] * m[0, 1]
    return total


def handed_on(x):
    """What an iteration makes, the next one reads."""
    before = np.ones(3)
    for i in range(len(x)):
        after = np.zeros(3)
        for k in range(3):
            after[k] = before[2 - k] * x[i] + before[k] * before[0]
        before = after
    return before[0] + 2.0 * before[1] * before[2]


def two_in_turn(x):
    a, b = np.zeros(2), np.ones(2)
    for i in range(len(x)):
        a, b = b, a
        a[0] = b[1] + x[i]
        a[1] = a[0] * b[0]
    return a[0] * b[1]


def kept_in_a_list(x):
    rows = []
    for i in range(len(x)):
        row = np.zeros(2)
        row[0] = x[i]
        row[1] = x[i] ** 2
        rows.append(row)
    total = 0.0
    for i in range(len(x)):
        total += rows[i][0] * rows[len(x) - 1 - i][1]
    return total


def chosen(x):
    """Of two arrays that branches make, one is left."""
    best, most = np.zeros(2), -np.inf
    for i in range(len(x)):
        if x[i] > most:
            found = np.zeros(2)
            found[0] = x[i]
            found[1] = np.sin(x[i])
            best, most = found, x[i]
    return best[0] * best[1]


def moved(v, w):
    made = np.zeros(2)
    made[0] = v[1] * w
    made[1] = v[0] + w
    return made


def made_by_a_function(x):
    v = np.ones(2)
    for i in range(len(x)):
        v = moved(v, x[i])
    return v[0] * v[1]


def negative_zeros(x):
    a = np.full(2, -0.0)
    a[1] = x[0]
    return 1.0 / np.exp(np.copysign(1.0, a[0]) * a[1])


PROGRAMS = [worked_in, handed_on, two_in_turn, kept_in_a_list, chosen, made_by_a_function, negative_zeros]


@pytest.mark.parametrize("program", PROGRAMS)
def test_programs_with_small_arrays(program):
    made = value_and_grad(program, backend="numba")(X.copy())
    plain = value_and_grad(program, backend="numba", disable=["small_arrays"])(X.copy())
    expected = value_and_grad(program, backend="python")(X.copy())
    assert made[0] == pytest.approx(program(X.copy()), rel=1e-14)
    # LLVM may add in another order.
    np.testing.assert_allclose(made[1], plain[1], rtol=1e-13, atol=1e-14)
    np.testing.assert_allclose(made[1], expected[1], rtol=1e-13, atol=1e-14)
    check_grads(program, (X.copy(),), order=1)


def test_what_one_iteration_works_in_is_on_the_stack():
    text = grad(worked_in, backend="numba").source(X)
    assert " d = small_vector(3)" in text and " d_bar = small_vector(3)" in text
    assert "small_vector(" not in grad(worked_in, backend="numba", disable=["small_arrays"]).source(X)


@pytest.mark.parametrize(("program", "name"), [(handed_on, "after"), (kept_in_a_list, "row")])
def test_what_an_iteration_hands_on_is_not(program, name):
    body = grad(program, backend="numba").source(X).partition(f"def {program.__name__}_grad")[2]
    assert f" {name} = " in body and f" {name} = small_" not in body


def vectors(x, y):
    out = np.zeros(3)
    out[0] = x * y
    out[2] = y
    return out


def test_results_are_not_on_the_stack():
    value, tangent = jvp(vectors, (2.0, 3.0), (1.0, 0.5), backend="numba")
    again = jvp(vectors, (5.0, 7.0), (1.0, 0.5), backend="numba")
    np.testing.assert_array_equal(value, [6.0, 0.0, 3.0])
    np.testing.assert_array_equal(tangent, [4.0, 0.0, 0.5])
    np.testing.assert_array_equal(again[0], [35.0, 0.0, 7.0])


def added_to_sometimes(x):
    total = 0.0
    for i in range(len(x)):
        d = np.zeros(3)
        for j in range(len(x)):
            if x[j] > x[i]:
                for k in range(3):
                    d[k] += x[j] * (k + 1.0)
        total += d[0] * d[1] + d[2]
    return total


def filled_sometimes(x):
    total = 0.0
    for i in range(len(x)):
        if x[i] > 0.0:
            d = np.zeros(3)
            for k in range(3):
                d[k] += x[i] * (k + 1.0)
            total += d[0] * d[1] + d[2]
    return total


@pytest.mark.parametrize(("program", "on_the_stack"), [(added_to_sometimes, False), (filled_sometimes, True)])
def test_what_only_some_iterations_add_to_is_not(program, on_the_stack):
    """LLVM would run the additions of all iterations, with masks."""
    made = value_and_grad(program, backend="numba", disable=["contraction"])
    assert (" d = small_vector(3)" in made.source(X)) == on_the_stack
    value, gradient = made(X)
    assert value == pytest.approx(program(X), rel=1e-14)
    np.testing.assert_allclose(gradient, grad(program)(X), rtol=1e-13, atol=1e-14)
