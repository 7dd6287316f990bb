"""Whole derivatives, as AD emits them, and what must be left of them."""

from __future__ import annotations

import numpy as np
import pytest

from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Region, Value
from autodiff_compiler.ir.dtype import FLOAT64
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.path import element
from autodiff_compiler.ir.text import format_function
from autodiff_compiler.ir.types import F64, INT, Array
from autodiff_compiler.ir.verify import verify
from autodiff_compiler.ir.walk import all_ops
from autodiff_compiler.passes.registry import DEFAULT, PASSES, run_pipeline

VECTOR = Array(FLOAT64, 1)
AT = element()


def element(b: Builder, x: Value, i: Value) -> Value:
    b.emit("check_index", (i, b.dim(x, 0)))
    return b.element(x, i)


def rosenbrock_gradient() -> Function:
    """The primal loop, then the walk backwards with everything a naive reverse mode carries."""
    b = Builder()
    x = Value(VECTOR, "x")
    one, minus_one = b.const(1), b.const(-1)
    with b.region(INT, F64, names=("i", "total")) as body:
        i, total = body.params
        r = b.sub(element(b, x, b.add(i, b.const(1))), b.op("pow", element(b, x, i), b.const(2.0)))
        d = b.sub(b.const(1.0), element(b, x, i))
        squares = b.add(b.mul(b.const(100.0), b.op("pow", r, b.const(2.0))), b.op("pow", d, b.const(2.0)))
        b.yield_(b.add(total, squares))
    stop = b.sub(b.dim(x, 0), one)
    start = b.const(0.0, F64)
    _, trips = b.for_(b.const(0), stop, one, [start], body.done())
    seed, zeros = b.const(1.0, F64), b.zeros_like(x, "x_bar")
    with b.region(INT, F64, VECTOR, names=("t", "total_bar", "x_bar")) as body:
        t, total_bar, x_bar = body.params
        i = b.add(b.const(0), b.mul(t, b.const(1)))
        j = b.add(i, b.const(1))
        here, there = element(b, x, i), element(b, x, j)
        d = b.sub(b.const(1.0), here)
        x_bar = b.accum(x_bar, AT, (i,), b.neg(_square_bar(b, d, total_bar)))
        r = b.sub(there, b.op("pow", here, b.const(2.0)))
        r_bar = _square_bar(b, r, b.mul(b.const(100.0), total_bar))
        x_bar = b.accum(x_bar, AT, (i,), _square_bar(b, here, b.neg(r_bar)))
        x_bar = b.accum(x_bar, AT, (j,), r_bar)
        b.yield_(total_bar, x_bar)
    _, x_bar, _ = b.for_(b.sub(trips, one), minus_one, minus_one, [seed, zeros], body.done())
    b.return_(x_bar)
    return Function("rosenbrock_grad", Region((x,), tuple(b.ops)))


def _square_bar(b: Builder, x: Value, y_bar: Value) -> Value:
    return b.mul(y_bar, b.mul(b.const(2.0), b.op("pow", x, b.const(1.0))))


def gradient_by_hand(x: np.ndarray) -> np.ndarray:
    bar = np.zeros_like(x)
    for i in range(len(x) - 1):
        r = x[i + 1] - x[i] ** 2
        bar[i] += -400.0 * r * x[i] - 2.0 * (1.0 - x[i])
        bar[i + 1] += 200.0 * r
    return bar


def test_rosenbrock_gradient_is_one_loop_without_checks() -> None:
    before = rosenbrock_gradient()
    verify(before)
    after = run_pipeline(before, DEFAULT, verify=True)
    ops = list(all_ops(after.body))
    (loop,) = (op for op in ops if op.regions)
    assert len(loop.operands) == 4, "only x_bar is carried"
    assert not any(op.kind.startswith("check") for op in ops)
    kinds = [op.kind for op in loop.regions[0].ops]
    assert kinds.count("load") == 2
    assert kinds.count("pow") == 1
    assert kinds.count("mul") <= 4
    for length in (0, 1, 2, 7):
        x = np.random.default_rng(length).normal(size=length)
        np.testing.assert_allclose(run(after, [x])[0], gradient_by_hand(x), rtol=1e-12)


@pytest.mark.parametrize("n", [2, 5, 20])
def test_product_of_n_factors_takes_at_most_3n_multiplications(n: int) -> None:
    b = Builder()
    thetas = [Value(F64, f"theta{k}") for k in range(n)]
    partial = [b.mul(b.const(1.0), thetas[0])]
    for theta in thetas[1:]:
        partial.append(b.mul(partial[-1], theta))
    bar = b.const(1.0, F64)
    bars = []
    for k in range(n - 1, 0, -1):
        bars.append(b.mul(bar, partial[k - 1]))
        bar = b.mul(bar, thetas[k])
    bars.append(b.mul(bar, b.const(1.0)))
    b.return_(*bars[::-1])
    after = run_pipeline(Function("product", Region(tuple(thetas), tuple(b.ops))), DEFAULT, verify=True)
    assert sum(op.kind == "mul" for op in after.body.ops) <= 3 * n
    values = np.random.default_rng(0).normal(size=n)
    for k, found in enumerate(run(after, list(values))):
        np.testing.assert_allclose(found, np.prod(np.delete(values, k)), rtol=1e-12)


def test_pipeline_is_deterministic() -> None:
    texts = {format_function(run_pipeline(rosenbrock_gradient(), DEFAULT)) for _ in range(3)}
    assert len(texts) == 1


def test_disabled_passes_do_not_run() -> None:
    before = rosenbrock_gradient()
    assert run_pipeline(before, [name for name in DEFAULT if PASSES[name].optional], disable=("all",)) is before
    kept = run_pipeline(before, DEFAULT, disable=("checks", "cse"))
    assert any(op.kind == "check_index" for op in all_ops(kept.body))
