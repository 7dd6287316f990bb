"""`contraction`: which vectors disappear, and that every element is what it was."""

import importlib.util

import numpy as np
import pytest
from vector_writer import VectorWriter

from autodiff_compiler import driver, frontend, grad, value_and_grad
from autodiff_compiler.ir import interp
from autodiff_compiler.options import Options
from autodiff_compiler.testing import check_grads

X = np.array([[0.3, -1.2, 0.7], [2.1, 0.4, -0.6], [-0.2, 1.5, 0.9], [1.1, -0.3, 0.8]])
M = np.array([0.5, -0.4, 1.3])


def squares(x, m):
    """The usual case: differences, read by two loops and by one inside a loop."""
    d, total = np.zeros(len(m)), 0.0
    for i in range(len(x)):
        for c in range(len(m)):
            d[c] = x[i, c] - m[c]
        for c in range(len(m)):
            total += d[c] * d[c]
        for c in range(len(m)):
            for r in range(c):
                total += d[c] * m[r]
    return total


def changed_in_between(x, m):
    """What the formula reads is not the same any more when the element is read."""
    x, d, total = x.copy(), np.zeros(len(m)), 0.0
    for i in range(len(x)):
        for c in range(len(m)):
            d[c] = x[i, c] * m[c]
        for c in range(len(m)):
            x[i, c] = np.sin(d[c]) + x[i, 0]
            total += d[c] * x[i, c]
        total += d[0] * d[1]
    return total + x[0, 0]


def changed_while_read(x, m):
    m, d, total = m.copy(), np.zeros(len(m)), 0.0
    for i in range(len(x)):
        for c in range(len(m)):
            d[c] = x[i, c] - m[c]
        for c in range(len(m)):
            m[c] = m[c] * 0.5 + d[len(m) - 1 - c]
        total += m[0] * m[1] * d[2]
    return total


def added_to(x, m):
    """One version is read, another one is written to."""
    d, total = np.zeros(len(m)), 0.0
    for i in range(len(x)):
        for c in range(len(m)):
            d[c] = x[i, c] - m[c]
        d[1] += 2.0 * d[0]
        for c in range(len(m)):
            total += d[c] ** 2
    return total


def from_the_end(x, m):
    d, total = np.zeros(len(m)), 0.0
    for i in range(len(x)):
        for c in range(len(m)):
            d[c] = x[i, c] + m[c]
        for c in range(len(m)):
            total += d[-1 - c] * x[i, c]
        total += d[-1] * d[0]
    return total


def inside_a_branch(x, m):
    d, total = np.zeros(len(m)), 0.0
    for i in range(len(x)):
        if x[i, 0] > 0.0:
            for c in range(len(m)):
                d[c] = x[i, c] * m[c]
        for c in range(len(m)):
            total += d[c] * x[i, c]
        if x[i, 1] > 0.0:
            for c in range(len(m)):
                d[c] = m[c] - x[i, c]
            total += d[0] * d[1] * d[2]
    return total


def read_by_numpy(x, m):
    d, total = np.zeros(len(m)), 0.0
    for i in range(len(x)):
        for c in range(len(m)):
            d[c] = x[i, c] - m[c]
        total += np.sum(d * d) + d[0]
    return total + d[2]


def two_at_once(x, m):
    """A loop that fills two vectors, one of them from the other."""
    d, e, total = np.zeros(len(m)), np.zeros(len(m)), 0.0
    for i in range(len(x)):
        for c in range(len(m)):
            d[c] = x[i, c] - m[c]
            e[c] = d[c] * m[c]
        for c in range(len(m)):
            total += e[c] * d[c]
    return total


def each_from_the_last(x, m):
    """What a loop carries is no formula of the index."""
    d, total = np.zeros(len(m)), 0.0
    for i in range(len(x)):
        last = 1.0
        for c in range(len(m)):
            last = last * x[i, c]
            d[c] = last + m[c]
        for c in range(len(m)):
            total += d[c] * d[c]
    return total


def of_a_recurrence(x, m):
    """A formula of what the loop carries, and of nothing else that changes."""
    d, total = np.zeros(len(m)), 0.0
    for i in range(len(x)):
        a, b = x[i, 0], m[0]
        for c in range(len(m)):
            d[c] = a + 0.1 * b
            a, b = d[c], a * 0.5
        for c in range(len(m)):
            total += d[c] * d[c]
    return total


def of_a_list(x, m):
    """A list that has grown when the element is read."""
    items, d, total = [1.0], np.zeros(len(m)), 0.0
    for i in range(len(x)):
        for c in range(len(m)):
            d[c] = items[-1] * m[c]
        items.append(x[i, 0])
        for c in range(len(m)):
            total += d[c] * x[i, c]
        items.pop(0)
    return total


def float32_between(x, m):
    d, total = np.zeros(len(m), np.float32), 0.0
    for i in range(len(x)):
        for c in range(len(m)):
            d[c] = x[i, c] - m[c]
        for c in range(len(m)):
            total += d[c] * m[c]
    return total


def module_of(tmp_path, text):
    path = tmp_path / "vectors.py"
    path.write_text(text)
    spec = importlib.util.spec_from_file_location("vectors", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("first", [*range(0, 125, 25), 425])
def test_random_programs_by_the_interpreter(first, tmp_path):
    """Values of the primal IR, with the pass and without, against CPython."""
    for seed in range(first, first + 25):
        f = module_of(tmp_path, VectorWriter(seed).program()).f
        lowered = frontend.lower(f, [(name, *frontend.describe(value)) for name, value in (("x", X), ("m", M))])
        for disable in ((), ("contraction",)):
            fn = driver.optimized(lowered, Options(backend="numba", disable=disable))
            value = interp.run(fn, [X.copy(), M.copy()])[0]
            np.testing.assert_allclose(value, f(X.copy(), M.copy()), rtol=1e-9, err_msg=f"seed {seed}, without {disable}")


GONE = [squares, two_at_once]
KEPT = [changed_in_between, changed_while_read, added_to, read_by_numpy, each_from_the_last, of_a_recurrence]


@pytest.mark.parametrize("program", [*GONE, *KEPT, from_the_end, inside_a_branch, of_a_list])
def test_values_and_derivatives(program):
    for arg in (0, 1):
        made = value_and_grad(program, arg, backend="numba")(X.copy(), M.copy())
        expected = value_and_grad(program, arg, backend="python")(X.copy(), M.copy())
        assert made[0] == pytest.approx(program(X.copy(), M.copy()), rel=1e-13)
        np.testing.assert_allclose(made[1], expected[1], rtol=1e-12, atol=1e-13)
    check_grads(program, (X.copy(), M.copy()), order=1)


def test_a_value_that_is_rounded_when_it_is_stored():
    made = value_and_grad(float32_between, backend="numba")(X.copy(), M.copy())
    assert made[0] == pytest.approx(float32_between(X.copy(), M.copy()), rel=1e-15)


def code(program, **options):
    """The lines of the gradient that are no comments."""
    text = grad(program, backend="numba", **options).source(X, M).partition(f"def {program.__name__}_grad")[2]
    return "\n".join(line for line in text.splitlines() if not line.strip().startswith("#"))


@pytest.mark.parametrize("program", GONE)
def test_the_vector_is_gone(program):
    assert " d = " not in code(program) and " d[" not in code(program) and " d_bar[" not in code(program)
    without = code(program, disable=["contraction"])
    assert " d[" in without or " d_bar[" in without


@pytest.mark.parametrize("program", KEPT)
def test_the_vector_stays(program):
    # Loops that are joined may leave it in a register.
    assert " d[" in code(program, disable=["merge_loops"])


def second_order(x, m):
    return np.sum(grad(squares)(x, m) ** 2)


def test_of_a_gradient():
    check_grads(second_order, (X[:2].copy(), M.copy()), order=1, backend="numba")


def too_far(x, m, k):
    d, total = np.zeros(len(m)), 0.0
    for i in range(len(x)):
        for c in range(len(m)):
            d[c] = x[i, c] - m[c]
        for c in range(k):
            total += d[c]
    return total


def test_an_index_outside_the_vector_still_raises():
    derivative = value_and_grad(too_far, backend="numba")
    assert derivative(X, M, 2)[0] == pytest.approx(too_far(X, M, 2))
    for x, k in ((X, 4), (X[:, :2], 3)):
        with pytest.raises(IndexError):
            too_far(x, M, k)
        with pytest.raises(IndexError):
            derivative(x, M, k)
