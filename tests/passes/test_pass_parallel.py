"""Loops on several threads: which are taken, that they compute the same, and that the number of threads makes no difference."""

import ast
import math
import re
import warnings

import numpy as np
import pytest

from autodiff_compiler import driver, grad, jvp, value_and_grad
from autodiff_compiler.ir.core import Function
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.loop import is_loop
from autodiff_compiler.ir.verify import verify
from autodiff_compiler.ir.walk import all_ops
from autodiff_compiler.passes import integers, parallel
from autodiff_compiler.passes.registry import run_pipeline

X = np.linspace(-1.0, 1.3, 37)
W = np.array([0.4, -0.2, 0.7])


def own_elements(x, w):
    y = np.zeros(len(x))
    for i in range(len(x)):
        y[i] = math.sin(x[i]) * w[0]
    return y[3] + y[len(y) - 1]


def sums(x, w):
    total = 0.0
    for i in range(len(x)):
        z = 0.0
        for j in range(len(w)):
            z += w[j] * x[i] ** j
        total += math.tanh(z) ** 2
    return total


def rows(x, w):
    """Room that every iteration fills."""
    powers = np.zeros(len(w))
    total = 0.0
    for i in range(len(x)):
        for j in range(len(w)):
            powers[j] = math.exp(w[j] * x[i])
        for j in range(len(w)):
            total += powers[j] * powers[len(w) - 1 - j]
    return total


def gathered(x, w):
    """Iterations add to elements that others add to, too."""
    bins = np.zeros(3)
    for i in range(len(x)):
        bins[i % 3] += x[i] ** 2 * w[(2 * i + 1) % 3]
    return np.sum(bins**2)


def some_of_them(x, w):
    """A range that begins later, and branches."""
    total = w[1]
    for i in range(5, len(x) - 2):
        if x[i] > 0.0:
            total += x[i] * w[0]
        else:
            total -= x[i] ** 2
    return total


def expression(x, w):
    return np.sum(np.sin(x) * w[0] + np.outer(x, w)[:, 1] ** 2)


def recurrence(x, w):
    s = w[0]
    for i in range(len(x)):
        s = math.sin(s) + x[i]
    return s


def stencil(x, w):
    """In reverse, it adds to neighbours."""
    total = 0.0
    for i in range(1, len(x) - 1):
        total += (x[i - 1] - 2.0 * x[i] + x[i + 1]) ** 2 * w[0]
    return total


def triangle(x, w):
    """How long an inner loop runs depends on the one around it: the work is that of the longest."""
    total = 0.0
    for i in range(len(x)):
        for c in range(len(w)):
            for r in range(c + 1, len(w)):
                total += np.sin(x[i] * w[c]) * w[r]
    return total


def largest(x, w):
    top = x[0]
    for i in range(len(x)):
        top = max(top, x[i] * w[0])
    return top


def lists(x, w):
    """A list that every iteration adds to."""
    kept = [x[k] for k in range(len(x))]
    total = 0.0
    for i in range(len(x)):
        total += kept[i % 3] * w[0] * kept[i]
    return total


TAKEN = {
    own_elements: True, sums: True, rows: True, triangle: True, gathered: True, some_of_them: True, expression: True,
    recurrence: False, largest: False,
}  # fmt: skip
PROGRAMS = [*TAKEN, stencil, lists]


@pytest.fixture(autouse=True)
def every_loop_is_long_enough(monkeypatch):
    monkeypatch.setattr(parallel, "ENOUGH", 0.0)


@pytest.fixture(params=PROGRAMS, ids=lambda f: f.__name__)
def program(request):
    return request.param


def test_as_on_one_thread(program):
    made = value_and_grad(program, argnums=(0, 1), backend="numba", parallel=True, verify=True)
    for x in (X, X[:8], X[::2].copy()):
        value, slopes = made(x, W)
        want, wanted = value_and_grad(program, argnums=(0, 1))(x, W)
        np.testing.assert_allclose(value, want, rtol=1e-12)
        for one, other in zip(slopes, wanted, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-13)
    if program in TAKEN:
        assert ("prange(" in made.source(X, W)) is TAKEN[program], made.source(X, W)


def test_forward_mode():
    made = jvp(sums, (X, W), (np.cos(X), W**2), backend="numba", parallel=True)
    step = 1e-3
    ends = [sums(X + k * step * np.cos(X), W + k * step * W**2) for k in (-2, -1, 1, 2)]
    np.testing.assert_allclose(made[1], (ends[0] - 8 * ends[1] + 8 * ends[2] - ends[3]) / (12 * step), rtol=1e-8)


def test_short_and_empty_ranges():
    made = value_and_grad(some_of_them, argnums=1, backend="numba", parallel=True)
    for n in (7, 8, 9, 24):
        value, slope = made(X[:n], W)
        assert math.isclose(value, some_of_them(X[:n], W), rel_tol=1e-13)
        np.testing.assert_allclose(slope, grad(some_of_them, argnums=1)(X[:n], W), rtol=1e-12)


def test_the_number_of_threads_makes_no_difference():
    numba = pytest.importorskip("numba")
    x, made = np.sin(np.arange(5000.0)), value_and_grad(sums, argnums=(0, 1), backend="numba", parallel=True)
    found = []
    try:
        for threads in range(1, numba.config.NUMBA_NUM_THREADS + 1):
            numba.set_num_threads(threads)
            value, slopes = made(x, W)
            found.append((float(value), *(slope.tobytes() for slope in slopes)))
    finally:
        numba.set_num_threads(numba.config.NUMBA_NUM_THREADS)
    assert len(set(found)) == 1


def test_without_the_option_nothing_is_on_threads(program):
    assert "prange" not in grad(program, backend="numba").source(X, W)
    assert "prange" not in grad(program, parallel=True).source(X, W)


def threads_in(fn: Function) -> list[bool]:
    return [bool(op.attrs.get("parallel")) for op in all_ops(fn.body) if is_loop(op)]


def test_the_pass_alone(program):
    fn = grad(program, argnums=(0, 1), backend="numba").stages(X, W)["derivative"]
    fn = integers.run(run_pipeline(fn, driver.LOWERING["numba"]))
    made = parallel.run(fn)
    verify(made)
    assert program is lists or any(threads_in(made)) is TAKEN.get(program, False)
    for one, other in zip(run(made, [X.copy(), W.copy()]), run(fn, [X.copy(), W.copy()]), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-14)


def test_what_may_raise_stays_on_its_thread():
    def picked(x, w):
        total = 0.0
        for i in range(len(x)):
            if x[i] > 1.2:
                total += math.sin(x[i]) * w[i]
        return total

    def counted(x, w):
        total = 0.0
        for i in range(len(x)):
            total += x[i] * w[i % len(w)]
        return total

    made = value_and_grad(picked, backend="numba", parallel=True)
    for text in (made.source(X, np.ones(3)), value_and_grad(counted, backend="numba", parallel=True).source(X, W)):
        for loop in text.split("in prange(")[1:]:
            assert "raise" not in loop.split("\n    return")[0], text
    with pytest.raises(ZeroDivisionError):
        value_and_grad(counted, backend="numba", parallel=True)(X, np.ones(0))
    with pytest.raises(IndexError):
        made(X, np.ones(3))


# -- which loops are long enough ---------------------------------------------------------------------------------------


def test_a_short_loop_is_the_loop_as_it_was(monkeypatch):
    """Not a bit of the result differs: its sums are not taken apart."""
    monkeypatch.undo()
    x = np.sin(np.arange(300.0))
    made = value_and_grad(sums, argnums=(0, 1), backend="numba", parallel=True, fastmath=False)
    assert "prange(" in made.source(x, W)
    value, slopes = made(x, W)
    alone, slopes_alone = value_and_grad(sums, argnums=(0, 1), backend="numba", fastmath=False)(x, W)
    assert value == alone
    for one, other in zip(slopes, slopes_alone, strict=True):
        assert one.tobytes() == other.tobytes()


def test_the_work_decides():
    """The estimate stands in the text: one side of it is on threads."""
    x = np.sin(np.arange(400.0))
    text = value_and_grad(sums, argnums=(0, 1), backend="numba", parallel=True).source(x, W)
    (test,) = re.findall(r"work = (.*)\n", text)
    assert "len(x)" in test and "len(w)" in test, text
    n = 1000.0
    once, each = (eval(test, {"len": lambda v: v, "x": n, "w": m}) / n for m in (0.0, 1.0))
    assert 10 < once < 200 and once + 40 < each < once + 200  # a tanh; and a power for each element of w


def test_loops_of_known_length(monkeypatch):
    def text():
        def fixed(x, w):
            total = 0.0
            for i in range(1000):
                for j in range(500):
                    total += x[i % 8] * w[j % 3]
            return total

        return grad(fixed, argnums=(0, 1), backend="numba", parallel=True).source(X[:8], W)

    monkeypatch.setattr(parallel, "ENOUGH", 1e5)
    assert "prange(" in text()
    monkeypatch.setattr(parallel, "ENOUGH", 1e8)
    assert "prange" not in text()


def test_a_copy_for_each_chunk_has_to_pay():
    """Sums into an array are worth it if there are more additions than elements."""
    x = np.sin(np.arange(400.0))
    text = grad(gathered, argnums=1, backend="numba", parallel=True).source(x, W)
    assert re.search(r"> len\(w\) \* \d+\.0|> .*len\(w\)", text), text


def test_loops_inside_two_others_are_short():
    def deep(x, w):
        s = w[0]
        for _ in range(3):
            s = math.sin(s)
            for k in range(len(w)):
                s = math.cos(s * w[k])
                for i in range(len(x)):
                    s += x[i] * x[i]
        return s

    def time_steps(x, w):
        s = w[0]
        for k in range(len(w)):
            s = math.cos(s * w[k])
            for i in range(len(x)):
                s += x[i] * x[i]
        return s

    assert "prange" not in grad(deep, backend="numba", parallel=True).source(X, W)
    assert "prange" in grad(time_steps, backend="numba", parallel=True).source(X, W)


# -- names ---------------------------------------------------------------------------------------------------------------


def two_sweeps(x, w):
    """The same names in several loops, of which some are on threads."""
    n = len(x)
    last = n - 1
    total = 0.0
    for i in range(1, last):
        total += math.sin(x[i]) * w[0]
    y = np.zeros(n)
    for j in range(n):
        for i in range(len(w)):
            y[j] += x[j] * w[i] ** 2
    s = 1.0
    for i in range(last):
        s = math.cos(s * y[i])
    return total * s + np.sum(y)


@pytest.mark.parametrize("f", [*PROGRAMS, two_sweeps], ids=lambda f: f.__name__)
def test_what_threads_assign_has_names_of_its_own(f):
    """Numba would have all threads write to one variable."""
    text = value_and_grad(f, argnums=(0, 1), backend="numba", parallel=True).source(X, W)
    for function in ast.walk(ast.parse(text)):
        if not isinstance(function, ast.FunctionDef):
            continue
        everywhere = stored_names(function)
        for loop in ast.walk(function):
            if isinstance(loop, ast.For) and ast.unparse(loop.iter).startswith("prange("):
                inside = stored_names(loop)
                assert inside and all(everywhere.count(name) == inside.count(name) for name in inside), text


def stored_names(node: ast.AST) -> list[str]:
    return [n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]


def test_numba_has_nothing_to_warn_of():
    errors = pytest.importorskip("numba").core.errors
    with warnings.catch_warnings():
        warnings.simplefilter("error", errors.NumbaParallelSafetyWarning)
        made = value_and_grad(two_sweeps, argnums=(0, 1), backend="numba", parallel=True)
        value, slopes = made(X, W)
    want, wanted = value_and_grad(two_sweeps, argnums=(0, 1))(X, W)
    assert math.isclose(value, want, rel_tol=1e-12)
    for one, other in zip(slopes, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-13)


def test_a_range_that_begins_below_zero():
    """Its indices count from the end: LLVM is not told that they do not."""

    def shifted(x, w):
        total = 0.0
        for i in range(-3, len(x) - 3):
            total += x[i] * x[i] * w[0]
        return total

    made = grad(shifted, backend="numba", parallel=True)
    np.testing.assert_allclose(made(X, W), 2.0 * X * W[0], rtol=1e-14)
    text = made.source(X, W)
    assert "NATURAL" not in text, text
