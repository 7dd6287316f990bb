"""Rules of growable lists: the adjoint of a list is a list of adjoints."""

from __future__ import annotations

import numpy as np
import pytest
from rule_harness import build, check_modes, reverse

from autodiff_compiler import rules
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Region, Value
from autodiff_compiler.ir.dtype import FLOAT64
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.types import FLOAT, INT, Array, ListOf

FLOATS = ListOf(FLOAT)
ROWS = ListOf(Array(FLOAT64, 1))


@pytest.mark.parametrize("index", [0, 1, -1, -2])
def test_new_append_and_get(index):
    def f(b, x, y, i):
        made = b.op("list_append", b.op("list_new", x, type=FLOATS), b.mul(x, y))
        item = b.op("list_get", made, i)
        return b.mul(item, item)

    check_modes(build([FLOAT, FLOAT, INT], f), [1.3, -0.7, index])


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("index", [0, 2, -1, -3])
@pytest.mark.parametrize("kind", ["list_set", "list_accum"])
def test_writes(kind, index, known):
    def f(b, items, x, i):
        place = b.const(index) if known else i
        changed = b.op(kind, items, place, b.mul(x, x))
        first, second = (b.op("list_get", changed, b.const(k)) for k in (0, -1))
        return b.mul(first, second)

    check_modes(build([FLOATS, FLOAT, INT], f), [[1.0, 2.0, 3.0], 0.4, index])


def test_arrays_in_lists():
    def f(b, rows, x, i):
        longer = b.op("list_append", rows, x)
        changed = b.op("list_set", longer, i, b.mul(x, x))
        return b.mul(b.op("list_get", changed, i), b.op("list_get", changed, b.const(-1)))

    rng = np.random.default_rng(0)
    rows = [rng.normal(size=3), rng.normal(size=3)]
    check_modes(build([ROWS, Array(FLOAT64, 1), INT], f), [rows, rng.normal(size=3), -2])


def test_an_overwritten_element_gets_nothing():
    def f(b, items, x):
        return b.op("list_get", b.op("list_set", items, b.const(1), x), b.const(-1))

    items_bar, x_bar = run(reverse(build([FLOATS, FLOAT], f)), [[1.0, 2.0], 5.0, 1.0])
    assert items_bar == [0.0, 0.0]
    assert x_bar == 1.0


@pytest.mark.parametrize("kind", ["list_get", "list_set", "list_accum"])
def test_a_longer_adjoint_is_indexed_by_the_primal_length(kind):
    """Index -1 of a list of two is element 1, though its adjoint came from a version of three."""
    b = Builder()
    items, x, i = Value(FLOATS), Value(FLOAT), Value(INT)
    operands = (items, i) if kind == "list_get" else (items, i, x)
    result = b.op(kind, *operands)
    op, cotangent = b.ops[-1], Value(result.type)
    found = rules.vjp(b, op, [cotangent], range(len(operands)))
    contribution = found[0] if kind == "list_get" else found[2]
    if isinstance(contribution, rules.ListAt):
        read = contribution.index
    else:
        assert isinstance(contribution, rules.Dense)
        read = contribution.value
    b.ops.remove(op)
    b.return_(read)
    fn = Function("f", Region((items, i, x, cotangent), tuple(b.ops)))
    ct = 7.0 if kind == "list_get" else [10.0, 11.0, 12.0]
    assert run(fn, [[1.0, 2.0], -1, 0.5, ct]) == [1 if kind == "list_get" else 11.0]
