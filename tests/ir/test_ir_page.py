"""Each op has a page, on which every column is filled in; `docs/ops.md` shows the pages."""

from __future__ import annotations

import cmath
import inspect
import itertools
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autodiff_compiler.analysis.signs import Signs
from autodiff_compiler.ir import listing
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.domain import nowhere
from autodiff_compiler.ir.dtype import COMPLEX128
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.opdef import CHECK, CONTROL, FOLLOWED, JUDGED, RETURNED, OpDef
from autodiff_compiler.ir.opset import GROUPS, TABLE
from autodiff_compiler.ir.types import COMPLEX, FLOAT, INT, Scalar, is_complex

PAGES = [pytest.param(row, id=row.kind) for row in TABLE.values()]
# They need more than their operands: the interpreter runs them itself.
INTERPRETED = ("if", "for", "while", "yield", "return", "check", "raise", "print", "call", "external")


def test_the_docs_show_the_pages() -> None:
    docs = Path(__file__).parents[2] / "docs" / "ops.md"
    assert docs.read_text() == listing.page(), "python -m autodiff_compiler.ir.listing > docs/ops.md"


def test_each_op_has_one_page() -> None:
    assert sum(map(len, GROUPS)) == len(TABLE)


@pytest.mark.parametrize("row", PAGES)
class TestColumns:
    def test_meaning(self, row: OpDef) -> None:
        assert row.meaning

    def test_types(self, row: OpDef) -> None:
        assert (row.infer is None) == bool(row.regions or row.kind == "call")

    def test_names(self, row: OpDef) -> None:
        for names in (row.operands, row.results, row.attrs):
            assert len(set(names)) == len(names)
        assert sum(name.endswith("…") for name in row.operands) <= 1

    def test_extents(self, row: OpDef) -> None:
        assert row.extents is not None

    def test_noun(self, row: OpDef) -> None:
        assert row.noun is not None

    def test_evaluation(self, row: OpDef) -> None:
        assert (row.evaluate is None) == (row.kind in INTERPRETED)
        if row.elementwise and row.kind != "cast":
            assert row.py_eval is not None
            assert row.np_eval is not None

    def test_domain(self, row: OpDef) -> None:
        assert (row.domain is not None) == row.elementwise

    def test_accesses(self, row: OpDef) -> None:
        assert row.accesses or not (row.elementwise and row.arity != 1)

    def test_effect(self, row: OpDef) -> None:
        assert (row.effect == CONTROL) == bool(row.regions or row.terminator)

    def test_what_a_check_tests(self, row: OpDef) -> None:
        assert (row.effect == CHECK) == bool(row.tests)


HARD = (0.0, -0.0, 1.0, -1.0, 0.5, 1.5, -3.0, math.inf, -math.inf, math.nan)
HARD_INTS = (0, 1, -1, 3, -7)
HARD_COMPLEX = (0j, complex(-0.0, -0.0), 1 + 0j, -1 + 0j, 1j, -1j, 2 - 0.5j, -0.5 + 0j, 1e-200 + 1j)
NUMBERS: dict[Scalar, tuple[Any, ...]] = {FLOAT: HARD, INT: HARD_INTS, COMPLEX: HARD_COMPLEX}


@pytest.mark.parametrize("type_", [FLOAT, INT, COMPLEX], ids=str)
@pytest.mark.parametrize("row", [p for p in PAGES if TABLE[p.id].elementwise and p.id not in ("cast", "select")])
def test_the_domain_is_where_python_raises(row: OpDef, type_: Scalar) -> None:
    numbers = NUMBERS[type_]
    if (row.arity or 1) > 2:
        numbers = [x for x in numbers if cmath.isfinite(x)]  # scipy.special.hyp1f1 of infinities does not come back
    assert row.infer is not None
    assert row.py_eval is not None
    assert row.domain is not None
    params = tuple(Value(type_, name) for name in row.operands)
    try:
        types = row.infer(tuple(v.type for v in params), {})
    except TypeError:
        return
    (domain,) = row.domain(Op(row.kind, params, tuple(map(Value, types)))) or (None,)
    for given in itertools.product(numbers, repeat=row.arity or 1):
        x, y = given[0], given[-1]
        try:
            raised = isinstance(row.py_eval(*given), complex) and not is_complex(types[0])
        except OverflowError:
            continue
        except (ValueError, ZeroDivisionError) as error:
            raised = True
            if domain is not None:
                assert type(error).__name__ == domain.error
        if row.kind == "pow" and type_ != COMPLEX and (x < 0 or type_ == INT or math.isinf(y)):
            continue  # refused where the library builds it; and 0.0 ** -inf, which is asked for by nobody
        outside = False
        if domain is not None:
            b = Builder()
            b.return_(domain.outside(b, params))
            (outside,) = run(Function("f", Region(params, tuple(b.ops))), given)
            assert not (outside and domain.inside(Signs({}), params))
        assert outside == raised, (row.kind, given)


def test_operands_of_functions_are_as_many_as_named() -> None:
    for row in TABLE.values():
        for function in (row.py_eval, row.np_eval):
            if function is not None and inspect.isfunction(function):
                parameters = inspect.signature(function).parameters.values()
                several = any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters)
                assert several or len(parameters) == row.arity, row.kind


def test_traits_are_true_of_what_is_computed() -> None:
    for row in TABLE.values():
        if row.signs:
            assert row.py_eval is not None
            numbers = (7, 3)[: row.arity]
            assert row.py_eval(*numbers) == sum(sign * x for sign, x in zip(row.signs, numbers, strict=True)), row.kind
        if row.compares:
            assert row.py_eval is not None
            assert row.py_eval(1, 2) is row.py_eval(-5.0, 0.5), row.kind
        if row.whole is not None:
            assert row.py_eval is not None
            assert float(row.py_eval(*(3.0, -2.0, 5.0)[: row.arity])).is_integer(), row.kind
        if row.reads or row.adds or row.by_index or row.appends:
            assert row.reads != row.writes, row.kind
        if row.measures:
            assert row.asks_length, row.kind
        if row.copies:
            assert row.moves, row.kind
            assert not row.views, row.kind
        if row.marks:
            assert not row.results, row.kind
        if row.joins:
            assert row.reduces, row.kind
            assert TABLE[row.joins].elementwise, row.kind
        if row.neutral is not None:
            join = TABLE[row.joins].py_eval
            assert join is not None
            assert join(row.neutral, 7) == 7 == join(7, row.neutral), row.kind
        if row.puts is not None:
            assert row.writes or row.starts_empty, row.kind
        if row.kinds in (FOLLOWED, JUDGED, RETURNED):
            assert row.elementwise, row.kind
        if row.kinds == FOLLOWED:
            assert row.domain is nowhere, row.kind


@pytest.mark.parametrize("row", [p for p in PAGES if TABLE[p.id].np_eval])
def test_pages_say_what_becomes_of_complex_numbers(row: OpDef) -> None:
    assert row.infer is not None
    assert row.np_eval is not None
    params = tuple(Value(Scalar(COMPLEX128), name) for name in row.operands)
    try:
        row.infer(tuple(v.type for v in params), {})
    except TypeError:
        assert not row.extended, row.kind
        return
    if row.conjugates:
        assert row.np_eval(np.complex128(2 - 3j)) == 2 + 3j, row.kind
    gained = False
    with np.errstate(all="ignore"):
        for number in (-2.0, -0.5, 0.5, 2.0) if row.kind not in ("real", "imag", "conj") else ():
            operands = (number, 0.5)[: row.arity]
            gained |= bool(np.isnan(row.np_eval(*operands)) and np.isfinite(row.np_eval(*map(np.complex128, operands))))
    assert row.extended == gained, row.kind


@pytest.mark.parametrize("row", [p for p in PAGES if TABLE[p.id].linear and TABLE[p.id].py_eval])
def test_elementwise_ops_are_linear_where_their_page_says_so(row: OpDef) -> None:
    assert row.py_eval is not None
    params = tuple(Value(FLOAT, name) for name in row.operands)
    for vary, _ in row.linear_parts(params):
        x, y = ({v: number for v, number in zip(params, numbers)} for numbers in ((2.0, 3.0, 5.0), (-7.0, 0.5, 0.25)))
        scaled = [3.0 * x[v] + y[v] if v in vary else x[v] for v in params]
        moved = [y[v] if v in vary else x[v] for v in params]
        found = row.py_eval(*scaled)
        assert found == pytest.approx(3.0 * row.py_eval(*x.values()) + row.py_eval(*moved)), row.kind
    together = [v for v in params if any(v in vary for vary, _ in row.linear_parts(params))]
    if row.linear_parts(params)[0][0] != together:
        once, twice = (row.py_eval(*(k * number for number in (2.0, 3.0))) for k in (1.0, 2.0))
        assert twice != 2.0 * once, row.kind
