"""`cse` of branches and loops: what was computed already is not computed again."""

import numpy as np
import pytest

from autodiff_compiler import value_and_grad
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.verify import verify
from autodiff_compiler.passes.registry import PASSES


def parsed(body):
    return parse_function(f"func f(%c: bool, %n: int, %x: f64) {{\n%0: int = const 0\n%1: int = const 1\n{body}\n}}")


def structured(fn):
    return sum(bool(op.regions) for op in fn.body.ops)


def branch(result, condition="%c", then="2.0"):
    return f"""%{result}: f64 = if {condition} then {{
        %{result}k: f64 = const {then}
        %{result}t: f64 = mul %x, %{result}k
        yield %{result}t
    }} else {{
        yield %x
    }}"""


def loop(result, step="%s", body="", start="%x"):
    return f"""%{result}: f64, %{result}t: int = for %0, %n, %1, {start} {{exits=False}} do (%{result}i: int, %{result}p: f64) {{
        %s: f64 = sin %{result}p
        {body}
        %{result}q: f64 = add {step}, %{result}p
        yield %{result}q
    }}""".replace("%s", f"%{result}s")


BOTH = "\n%r: f64 = mul %a, %b\nreturn %r"
MERGED = {
    "branches": branch("a") + "\n" + branch("b"),
    "a constant that stands before": branch("a") + "\n%w: f64 = const 2.0\n%v: f64 = add %w, %x\n" + branch("b"),
    "loops": loop("a") + "\n" + loop("b"),
    "loops that print nothing, but check": loop("a", body="check %c {error='ValueError', message=('no',)}")
    + "\n"
    + loop("b", body="check %c {error='ValueError', message=('no',)}"),
}
APART = {
    "another constant": branch("a", then="0.0") + "\n" + branch("b", then="-0.0"),
    "another condition": "%d: bool = not %c\n" + branch("a") + "\n" + branch("b", condition="%d"),
    "another start": "%y: f64 = neg %x\n" + loop("a") + "\n" + loop("b", start="%y"),
    "another value inside": loop("a") + "\n" + loop("b", step="%x"),
    "prints": loop("a", body="print %ap {parts=(None,)}") + "\n" + loop("b", body="print %bp {parts=(None,)}"),
}


@pytest.mark.parametrize("body", MERGED.values(), ids=MERGED)
def test_the_second_vanishes(body):
    fn = parsed(body + BOTH)
    made = PASSES["cse"].run(fn)
    verify(made)
    assert structured(fn) == 2 and structured(made) == 1
    for args in ([True, 3, np.float64(0.4)], [True, 0, np.float64(-1.2)]):
        assert run(made, args) == run(fn, args)


@pytest.mark.parametrize("body", APART.values(), ids=APART)
def test_both_stay(body):
    made = PASSES["cse"].run(parsed(body + BOTH))
    assert structured(made) == 2


def test_what_was_computed_in_a_branch_is_not_known_after_it():
    inner = branch("a").replace("\n", "\n    ")
    fn = parsed(f"%o: f64 = if %c then {{\n{inner}\nyield %a\n}} else {{\nyield %x\n}}\n{branch('b')}\n%r: f64 = mul %o, %b\nreturn %r")
    made = PASSES["cse"].run(fn)
    verify(made)
    assert structured(made) == 2


# -- programs ----------------------------------------------------------------------------------------------------------


def norm(x):
    total = 0.0
    for v in x:
        total += v * v if v > 0.0 else -v
    return total


def called_twice(x, y):
    return norm(x) * y + np.sin(norm(x))


def with_a_write_between(x, y):
    x = x.copy()
    first = norm(x)
    x[0] = y
    return first * norm(x)


def both_results_are_written(x, y):
    a = np.where(x > 0.0, x, y) if y > 0.0 else x * y
    b = np.where(x > 0.0, x, y) if y > 0.0 else x * y
    a[0] = 3.0 * y
    b[1] = np.sin(y)
    return np.sum(a * b)


def histograms(x, y):
    counts = np.histogram(x, 3)[0]
    sums = np.histogram(x, 3, weights=x * y)[0]
    return np.sum(sums / (1.0 + counts))


PROGRAMS = (called_twice, with_a_write_between, both_results_are_written, histograms)


@pytest.mark.parametrize("backend", ["python", "numba"])
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_programs(program, backend):
    args = (np.array([0.3, -0.7, 1.2, 0.4]), 0.6)
    value, found = value_and_grad(program, (0, 1), backend=backend)(*args)
    _, expected = value_and_grad(program, (0, 1), disable=["all"])(*args)
    assert value == pytest.approx(program(*args), rel=1e-14)
    for a, b in zip(found, expected):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14)


def test_a_helper_that_is_called_twice_with_the_same_runs_once():
    text = value_and_grad(called_twice, (0, 1)).source(np.ones(3), 0.5)
    assert text.count("\n    for ") == 2
