"""Loops over lists of known length whose items are alike: what becomes a loop, what is guarded, and how much code there is."""

import ast
import re
import types

import numpy as np
import pytest
from frontend_harness import interpret, lowered

from autodiff_compiler import grad, jvp, value_and_grad
from autodiff_compiler.frontend.columns import ALIKE
from autodiff_compiler.frontend.source import from_text
from autodiff_compiler.ir.walk import all_ops

ROWS = [(1.0 + 0.1 * k, 0.3 / (k + 1), k) for k in range(12)]
FROM_OUTSIDE = "def f(x):\n    total = 0.0\n    for a, b, k in ROWS:\n        total += a * np.exp(-b * x) + k * x\n    return total"


def module(text, **names):
    """A module of its own, whose globals a test can change."""
    fun = from_text(text, "f")
    space = fun.__globals__
    space.update(names)
    return fun, types.SimpleNamespace(space=space).space


def loops(fun, *args):
    return [op for op in all_ops(lowered(fun, *args).function.body) if op.kind == "for"]


def literal(count):
    return repr([(0.1 * k, k) for k in range(count)])


LOOPS = {
    "from outside": FROM_OUTSIDE,
    "written here": f"def f(x):\n    t = 0.0\n    for a, k in {literal(12)}:\n        t += a * x ** 2 * k\n    return t",
    "a comprehension": "def f(x):\n    return sum(a * x for a in [0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5])",
    "numbered": "def f(x):\n    t = 0.0\n    for i, (a, b, k) in enumerate(ROWS):\n        t += a * b * x * i\n    return t",
    "zipped": "def f(x):\n    t = 0.0\n    for (a, b, k), w in zip(ROWS, FLAT):\n        t += a * w * x\n    return t",
    "by default": f"def f(x, rows={literal(12)}):\n    t = 0.0\n    for a, k in rows:\n        t += a * x * k\n    return t",
}
APART = {
    "few": f"def f(x):\n    t = 0.0\n    for a, k in {literal(ALIKE)}:\n        t += a * x * k\n    return t",
    "of two types": "def f(x):\n    t = 0.0\n    for a in [1, 2.0, 3, 4.0, 5, 6.0, 7, 8.0, 9, 10.0]:\n        t += a * x\n    return t",
    "keys": "def f(x):\n    d = {0: x, 1: 2.0 * x}\n    t = 0.0\n    for k in [0, 1, 0, 1, 0, 1, 0, 1, 0, 1]:\n        t += d[k]\n    return t",
    "computed": "def f(x):\n    t = 0.0\n    for v in [k * x for k in (1.0, 2.0, 3.0)] * 4:\n        t += v * v\n    return t",
    "booleans": f"def f(x):\n    t = 0.0\n    for flag in {[True, False] * 5}:\n        t = t + x if flag else t * x\n    return t",
}


@pytest.mark.parametrize("text", LOOPS.values(), ids=LOOPS)
def test_alike(text):
    fun, _ = module(text, ROWS=ROWS, FLAT=[0.1 * k for k in range(20)])
    args = (0.7,) if "rows=" not in text else (0.7, *fun.__defaults__)
    assert len(loops(fun, *args)) == 1
    np.testing.assert_allclose(interpret(fun, *args), fun(*args), rtol=1e-12)


@pytest.mark.parametrize("text", APART.values(), ids=APART)
def test_each_item_for_itself(text):
    fun, _ = module(text)
    assert not loops(fun, 0.7)
    np.testing.assert_allclose(interpret(fun, 0.7), fun(0.7), rtol=1e-12)


GRADIENT = """\
def f_grad(x, ROWS_0, ROWS_1, ROWS_2):
    x_bar = 0.0
    for k in range(12):
        b = float(ROWS_1[k])
        # line 4: total += a * np.exp(-b * x) + k * x
        product = float(mul0(ROWS_0[k], np.exp(-(b * x)))) * b
        x_bar = x_bar + float(ROWS_2[k]) - product
    return x_bar
"""
OF_LITERALS = """\
def f_grad(x):
    rows_0 = [0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5]
    rows_1 = [2, 3, 1, 0, 2, 3, 1, 2, 4]
    x_bar = 0.0
    for i in range(n - 1, -1, -1):
        for k in range(8, -1, -1):
            # line 6: total += a * x * k
            x_bar += rows_1[k] * rows_0[k]
    return x_bar
"""


def shown(derivative, *args):
    """The function itself, without its docstring."""
    text = derivative.source(*args)
    return re.sub(r'    """.*?"""\n', "", text[text.index("def f_grad") :])


def test_the_gradient_reads_columns():
    fun, _ = module(FROM_OUTSIDE, ROWS=ROWS)
    assert shown(grad(fun), 0.7) == GRADIENT


def test_columns_are_made_once():
    rows = "((0.5, 2), (1.5, 3), (2.5, 1), (3.5, 0), (4.5, 2), (5.5, 3), (6.5, 1), (7.5, 2), (8.5, 4))"
    fun, _ = module(
        f"def f(x, n):\n    total = 0.0\n    for i in range(n):\n        rows = [*{rows}]\n"
        "        for a, k in rows:\n            total += a * x * k\n    return total"
    )
    assert shown(grad(fun), 0.7, 3) == OF_LITERALS.replace("f_grad(x)", "f_grad(x, n)")


def statements(text):
    return sum(isinstance(node, ast.stmt) for node in ast.walk(ast.parse(text)))


@pytest.mark.parametrize("name", ["from outside", "written here"])
def test_code_does_not_grow_with_the_list(name):
    def sources(count):
        text = LOOPS[name].replace(literal(12), literal(count))
        fun, _ = module(text, ROWS=[(1.0 + 0.1 * k, 0.3 / (k + 1), k) for k in range(count)])
        return grad(fun).source(0.7), grad(grad(fun)).source(0.7), jvp(fun, (0.7,), (1.0,)) and ""

    for short, long in zip(sources(10), sources(200)):
        assert short.count("\n") == long.count("\n")
        assert statements(short) == statements(long)


def test_numbers_from_outside_are_read_at_each_call():
    rows = list(ROWS)
    fun, _ = module(FROM_OUTSIDE, ROWS=rows)
    low = lowered(fun, 0.7)
    assert [c.name for c in low.captures] == ["ROWS_0", "ROWS_1", "ROWS_2"]
    derivative = value_and_grad(fun)
    derivative(0.7)
    rows[3] = (5.0, 0.25, 7)
    assert all(guard.holds() for guard in low.guards)
    value, slope = derivative(0.7)
    assert value == pytest.approx(fun(0.7), rel=1e-12)
    assert slope == pytest.approx(sum(-a * b * np.exp(-b * 0.7) + k for a, b, k in rows), rel=1e-12)


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows.append((1.0, 2.0, 3)),
        lambda rows: rows.__setitem__(4, (1.0, 2.0, 3.0)),
        lambda rows: rows.__setitem__(4, [1.0, 2.0, 3]),
        lambda rows: rows.__setitem__(4, (1, 2.0, 3)),
        lambda rows: rows.__setitem__(4, (1.0, 2.0, 2**70)),
        lambda rows: rows.__setitem__(4, (np.float64(1.0), 2.0, 3)),
    ],
)
def test_what_the_items_have_in_common_is_guarded(change):
    rows = list(ROWS)
    fun, _ = module(FROM_OUTSIDE, ROWS=rows)
    derivative = value_and_grad(fun)
    derivative(0.7)
    low = lowered(fun, 0.7)
    change(rows)
    assert not all(guard.holds() for guard in low.guards)
    if all(abs(k) < 2**63 for _, _, k in rows):
        value, slope = derivative(0.7)
        assert value == pytest.approx(fun(0.7), rel=1e-12)
        assert slope == pytest.approx(sum(-a * b * np.exp(-b * 0.7) + k for a, b, k in rows), rel=1e-12)


def test_second_order_and_both_modes():
    fun, _ = module(FROM_OUTSIDE.replace("k * x", "x ** k"), ROWS=ROWS)
    first = sum(-a * b * np.exp(-b * 0.7) + k * 0.7 ** (k - 1) for a, b, k in ROWS)
    second = sum(a * b * b * np.exp(-b * 0.7) + k * (k - 1) * 0.7 ** (k - 2) for a, b, k in ROWS)
    assert jvp(fun, (0.7,), (1.0,))[1] == pytest.approx(first, rel=1e-12)
    for backend in ("python", "numba"):
        assert grad(fun, backend=backend)(0.7) == pytest.approx(first, rel=1e-12)
    assert grad(grad(fun))(0.7) == pytest.approx(second, rel=1e-12)


def test_items_that_vary():
    fun, _ = module("def f(ws, x):\n    t = 0.0\n    for w in ws:\n        t += w ** 2 * x\n    return t")
    ws = [0.1 * k for k in range(12)]
    by_items, by_x = grad(fun, argnums=(0, 1))(ws, 0.7)
    np.testing.assert_allclose(by_items, [2.0 * w * 0.7 for w in ws], rtol=1e-12)
    assert by_x == pytest.approx(sum(w**2 for w in ws), rel=1e-12)


def test_a_saved_file_holds_what_was_found_outside(tmp_path):
    fun, _ = module(FROM_OUTSIDE, ROWS=ROWS)
    derivative = grad(fun)
    want = derivative(0.7)
    file = tmp_path / "saved.py"
    derivative.save(file, 0.7)
    names: dict = {}
    exec(compile(file.read_text(), str(file), "exec"), names)
    assert names["f_grad"](0.7) == pytest.approx(want, rel=1e-12)
