"""The view of a loop, and the loops made of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autodiff_compiler.ir.core import Function, Op, Value
from autodiff_compiler.ir.loop import Loop, Slot, is_loop, loop_indices, loop_slots, merges
from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.text import format_function
from autodiff_compiler.ir.verify import verify
from autodiff_compiler.ir.walk import all_ops

FOR = """\
func f(%n: int, %x: float) {
  %0: int = const 0
  %1: int = const 1
  %s: float, %p: float, %trips: int, %code: int = for %0, %n, %1, %x, %x {exits=True} do (%i: int, %a: float, %b: float) {
    %2: float = add %a, %x
    %3: float = mul %b, %x
    yield %2, %3, %0
  }
  return %s
}
"""
WHILE = """\
func f(%n: int, %x: float) {
  %s: float, %k: int, %trips: int = while %x, %n {exits=False} test (%a: float, %j: int) {
    %0: int = const 0
    %1: bool = gt %j, %0
    yield %1
  } do (%b: float, %m: int) {
    %2: float = mul %b, %x
    %3: int = const 1
    %4: int = sub %m, %3
    yield %2, %4
  }
  return %s
}
"""


def parsed(text: str) -> tuple[Function, Loop]:
    function = parse_function(text)
    (op,) = (op for op in function.body.ops if is_loop(op))
    return function, Loop(op)


def swapped(function: Function, old: Op, new: Op) -> Function:
    ops = tuple(new if op is old else op for op in function.body.ops)
    return replace(function, body=replace(function.body, ops=ops))


def named(values: tuple[Value, ...]) -> list[str]:
    return [value.name for value in values]


def test_a_for():
    function, loop = parsed(FOR)
    n, x = function.params
    assert loop.counted and loop.condition is None and loop.exits
    assert loop.stop is n and loop.bounds == (loop.start, n, loop.step)
    assert loop.index is loop.body.params[0] and loop_indices(function.body) == {loop.index}
    assert loop.inits == (x, x)
    assert named(loop.params) == ["a", "b"] and named(loop.results) == ["s", "p"]
    assert named(loop.counters) == ["trips", "code"] == [loop.trips.name, loop.exit_code.name]
    assert loop.exit_yield is loop.start and loop.yields == loop.body.terminator.operands[:2]
    first, _ = loop.slots
    assert first == Slot(x, loop.params[0], loop.yields[0], loop.results[0])
    assert named(first.defined) == ["a", "s"]


def test_a_while():
    function, loop = parsed(WHILE)
    assert not loop.counted and loop.bounds == () and loop.index is None and not loop_indices(function.body)
    assert loop.exit_code is None and loop.exit_yield is None and loop.counters == (loop.trips,)
    assert loop.condition.params == tuple(slot.tested for slot in loop.slots)
    assert [named(slot.defined) for slot in loop.slots] == [["b", "a", "s"], ["m", "j", "k"]]


def test_only_loops_have_slots():
    function, loop = parsed(WHILE)
    assert [op for op in all_ops(function.body) if loop_slots(op)] == [loop.op]


@pytest.mark.parametrize("text", [FOR, WHILE])
def test_the_same_slots_give_the_same_op(text):
    _, loop = parsed(text)
    assert loop.with_slots(loop.slots) is loop.op
    assert loop.with_bounds(*loop.bounds) is loop.op


def test_a_slot_is_left_out():
    function, loop = parsed(FOR)
    new = loop.with_slots(loop.slots[:1], loop.body.ops[:1])
    verify(swapped(function, loop.op, new))
    assert Loop(new).exit_yield is loop.exit_yield and Loop(new).slots == loop.slots[:1]


@pytest.mark.parametrize("text", [FOR, WHILE])
def test_a_slot_is_added(text):
    function, loop = parsed(text)
    x = function.params[1]
    added = Slot(x, Value(x.type, "c"), x, Value(x.type, "t"))
    function = swapped(function, loop.op, loop.with_slots((*loop.slots, added)))
    verify(function)
    assert "%c: float" in format_function(function)
    (_, new) = parsed(format_function(function))
    assert len(new.slots) == 3 and (new.slots[2].tested is None) == new.counted


def test_another_range():
    function, loop = parsed(FOR)
    new = loop.with_bounds(loop.start, loop.step, loop.step)
    verify(swapped(function, loop.op, new))
    assert Loop(new).stop is loop.step and Loop(new).slots == loop.slots


def test_where_values_meet():
    _, loop = parsed(WHILE)
    assert list(merges(loop.op)) == [(slot.defined, (slot.init, slot.yielded)) for slot in loop.slots]
    function = parse_function(
        "func f(%c: bool, %x: float, %y: float) {\n  %z: float = if %c then {\n    yield %x\n  } else {\n    yield %y\n  }\n"
        "  return %z\n}\n"
    )
    (op, end) = function.body.ops
    assert list(merges(op)) == [((op.result,), function.params[1:])] and not list(merges(end))
