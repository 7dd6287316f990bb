"""The benchmarks run, on small sizes, and say something plausible; nothing here depends on how fast the machine is."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).parent.parent))

from benchmarks import compiling, counts, derivative, figures, jitted, ratio, report, symbolic
from benchmarks.programs import CASES

from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.dtype import FLOAT64
from autodiff_compiler.ir.types import INT, Array, ListOf

BY_NAME = {case.name: case for case in CASES}


def test_every_family_of_programs_is_there():
    assert {case.group for case in CASES} == {2, 3, 4, 5, 6}


def test_ratio_of_one_program(tmp_path):
    found = ratio.run(quick=True, cases=[BY_NAME["rosenbrock_loop"]], backends=["python"])
    content = json.loads(found.save(tmp_path).read_text())
    (row,) = content["rows"]
    assert row["program"] == "rosenbrock_loop"
    assert row["ratio"] > 0
    assert content["summary"]["python"]["geometric_mean"] == pytest.approx(row["ratio"])
    assert content["machine"]["packages"]["numpy"] == np.__version__
    assert content["quick"] is True


def test_numba_primal_is_the_fastest_and_computes_the_function():
    case = BY_NAME["lu_loss"]
    args = case.arguments("small")
    expected = case.fun(*args)
    base = ratio.primals(case, ratio.gradient_of(case, "numba"), args)
    assert len(base) == 2
    for call in base.values():
        assert call() == pytest.approx(expected)


def test_first_calls_are_compared_with_the_primals(tmp_path):
    found = compiling.run(quick=True, cases=[BY_NAME["rosenbrock_loop"]])
    (row,) = found.data["rows"]
    assert row["program"] == "rosenbrock_loop"
    assert min(row["primal"], row["numba"], row["python"]) > 0
    assert found.data["summary"]["not done"] == []
    assert found.data["summary"]["geometric mean of the ratios"] == pytest.approx(row["numba"] / row["primal"])


def test_helpers_are_jitted_in_a_copy():
    case = BY_NAME["lu_loss"]
    jitted.jitted(case.fun)
    assert not hasattr(case.fun.__globals__["lu"], "py_func")


def test_numerical_differentiation_is_as_accurate_as_it_can_be():
    errors = {row["method"]: row["error"] for row in derivative.measure(3, rounds=1)}
    assert errors["ours, python"] < 1e-14
    assert errors["ours, numba"] < 1e-14
    assert errors["complex step"] < 1e-14
    assert 1e-13 < errors["central differences"] < 1e-7
    assert 1e-11 < errors["forward differences"] < 1e-5


def test_symbolic_product():
    row = symbolic.product_row(10)
    assert row["sympy"] == 10 * 8
    assert row["ours"] <= 3 * 10
    assert row["sympy_cse"] < row["sympy"]


def test_symbolic_composition():
    row = symbolic.composition_row(2)
    assert 0 < row["ours"] < row["sympy"]


def test_static_counts_of_second_order():
    case = BY_NAME["rosenbrock_loop"]
    first = counts.static_ops(counts.gradient_ir(case))
    forward, reverse = counts.second_order_ops(case)
    assert first < forward < 5 * first
    assert 0 < reverse < 5 * first


@pytest.mark.parametrize("figure", [figures.products, figures.code_size, figures.heat])
def test_figures_that_do_not_depend_on_the_machine(figure):
    for row in figure(quick=True):
        if row["what"] != "array copies in its time loops":
            assert row["ok"], row


def test_only_copies_that_are_added_and_not_for_a_tape_are_counted():
    number, array, tape = Value(INT, "n"), Value(Array(FLOAT64, 1), "x"), Value(ListOf(Array(FLOAT64, 1)), "tape")

    def loop(*body):
        region = Region((Value(INT, "i"),), (*body, Op("yield")))
        return Function("f", Region((number, array, tape), (Op("for", (number,) * 3, (Value(INT),), regions=(region,)), Op("return"))))

    def copy():
        return Op("copy", (array,), (Value(array.type),))

    saved = copy()
    put = Op("list_append", (tape, saved.result), (Value(tape.type),))
    assert figures.unplanned_copies(loop(), loop(copy())) == 1
    assert figures.unplanned_copies(loop(copy()), loop(copy())) == 0
    assert figures.unplanned_copies(loop(), loop(saved, put)) == 0


def test_tables_print(capsys):
    table = report.Table("title", ["what", "n"])
    table.add("a row", "3")
    report.Report("nothing", True, {}, [table]).show()
    assert "a row" in capsys.readouterr().out
