"""Programs: functions that call each other."""

from __future__ import annotations

import numpy as np
import pytest

from autodiff_compiler.diagnostics import InternalError
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.program import (
    adopted,
    effect_of,
    fresh_name,
    mapped,
    recursive_names,
    with_callees,
    without_rules,
)
from autodiff_compiler.ir.text import format_function
from autodiff_compiler.ir.verify import verify

FACTORIAL = """func even(%n: int, %x: float) {
  %0: int = const 1
  %1: bool = lt %n, %0
  %y: float = if %1 then {
    yield %x
  } else {
    %m: int = sub %n, %0
    %z: float = call %m, %x {callee='odd', effect='pure', shapes=((),), updates=()}
    yield %z
  }
  return %y
}

func odd(%n: int, %x: float) {
  %2: float = const 2.0
  %x.2: float = mul %x, %2
  %0: int = const 1
  %m: int = sub %n, %0
  %y: float = call %m, %x.2 {callee='even', effect='pure', shapes=((),), updates=()}
  return %y
}

func alone(%x: float) {
  print %x {parts=(None,)}
  return
}

func f(%n: int, %x: float) {
  %y: float = call %n, %x {callee='even', effect='pure', shapes=((),), updates=()}
  return %y
}
"""


def test_functions_that_call_each_other():
    fn = parse_function(FACTORIAL)
    verify(fn)
    assert run(fn, [6, 1.5]) == [12.0]
    assert recursive_names(fn.callees) == {"even", "odd"}


def test_only_what_is_called_belongs_to_the_program():
    fn = parse_function(FACTORIAL)
    assert sorted(with_callees(fn, fn.callees).callees) == ["even", "odd"]


def test_effects():
    fn = parse_function(FACTORIAL)
    assert effect_of(fn.body) == "pure"
    assert effect_of(fn.callees["alone"].body) == "io"


def test_every_function_is_transformed():
    seen = []
    mapped(parse_function(FACTORIAL), lambda one: seen.append(one.name) or one)
    assert seen == ["f", "even", "odd", "alone"]


def test_fresh_names():
    taken = {"g", "g_2"}
    assert [fresh_name("g", taken), fresh_name("h", taken), fresh_name("g", taken)] == ["g_3", "h", "g_4"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "%n, %x {callee='even', effect='pure'",
            "%x, %x {callee='even', effect='pure'",
            "arguments are (float, float)",
        ),
        ("%y: float = call %n", "%y: int = call %n", "results are (int) and must be (float)"),
        ("%n, %x {callee='even', effect='pure'", "%n, %x {callee='even', effect='none'", "none is not an effect"),
    ],
)
def test_broken_calls(old, new, message):
    assert old in FACTORIAL
    with pytest.raises(InternalError, match="AD902") as caught:
        verify(parse_function(FACTORIAL.replace(old, new)))
    assert message in str(caught.value)


def test_a_callee_is_verified_too():
    with pytest.raises(InternalError, match="AD902"):
        verify(parse_function(FACTORIAL.replace("%m: int = sub %n, %0\n    %z", "%m: float = sub %n, %0\n    %z")))


def test_arrays_are_values_across_calls():
    text = """func write(%a: f64[:], %x: f64) {
  %0: int = const 0
  %b: f64[:] = store %a[%0], %x
  return %b
}

func f(%a: f64[:], %x: f64) {
  %b: f64[:] = call %a, %x {callee='write', effect='pure', shapes=(((0, 0),),), updates=()}
  %c: f64[:] = add %a, %b
  return %c
}
"""
    array = np.array([1.0, 2.0])
    (found,) = run(parse_function(text), [array, np.float64(5.0)])
    assert found.tolist() == [6.0, 4.0]
    assert array.tolist() == [1.0, 2.0]


RULES = """func f(%x: float)
  rule jvp('f_jvp', 1)
{
  return %x
}

func g(%x: float)
  rule vjp('g_forward', 'g_reverse', 1, (('argument', 0),), (True,))
{
  return %x
}

func h(%x: float)
  rule recomputed()
{
  return %x
}

func f_jvp(%x: float, %x_dot: float) {
  return %x, %x_dot
}

func g_forward(%x: float) {
  return %x
}

func g_reverse(%x: float, %out_bar: float) {
  return %out_bar
}

func main(%x: float) {
  %0: float = call %x {callee='f', effect='pure', shapes=((),), updates=()}
  %1: float = call %0 {callee='g', effect='pure', shapes=((),), updates=()}
  %2: float = call %1 {callee='h', effect='pure', shapes=((),), updates=()}
  return %2
}
"""


def test_rules_keep_their_functions():
    fn = parse_function(RULES)
    verify(fn)
    assert format_function(fn) == RULES
    kept = with_callees(fn, fn.callees)
    assert set(kept.callees) == set(fn.callees)
    assert set(without_rules(kept).callees) == {"f", "g", "h"}
    taken = dict.fromkeys(("f", "f_jvp", "g_forward"), fn)
    adopted(fn.body.ops[:-1], fn.callees, taken)
    assert taken["f_2"].rule.jvp == "f_jvp_2" and taken["g"].rule.forward == "g_forward_2"


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("'f_jvp', 1", "'nothing', 1", "there is no function nothing"),
        ("return %x, %x_dot", "return %x", "the results of its rule"),
        ("(True,)", "(False,)", "the results of its reverse sweep"),
    ],
)
def test_rules_that_do_not_fit(old, new, text):
    with pytest.raises(InternalError, match=text):
        verify(parse_function(RULES.replace(old, new, 1)))
