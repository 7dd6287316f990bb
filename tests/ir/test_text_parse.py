"""The text form: round trips, golden text, and errors with a place."""

from __future__ import annotations

import math
from collections import namedtuple
from dataclasses import dataclass
from itertools import product

import pytest
from ir_samples import EFFECTS, SAMPLES, assert_same

from autodiff_compiler.diagnostics import ADJOINT, Span, UserError
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Region, Value
from autodiff_compiler.ir.dtype import BOOLEAN, FLOAT32, FLOAT64, INT32
from autodiff_compiler.ir.opset import TABLE
from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.path import (
    ARRAY,
    HERE,
    INTEGER,
    MASK,
    NEW_AXIS,
    WHOLE,
    Slice,
    element,
    indexing,
    reshaping,
    transposing,
)
from autodiff_compiler.ir.text import format_function
from autodiff_compiler.ir.tree import Const, Leaf, Node
from autodiff_compiler.ir.types import BOOL, F64, FLOAT, INT, Array, ListOf, Opaque, Scalar
from autodiff_compiler.ir.walk import all_ops

Point = namedtuple("Point", "x y")


@dataclass
class Config:
    rate: float
    steps: int


def round_trip(fn, **kwargs):
    text = format_function(fn, spans=True)
    again = parse_function(text, **kwargs)
    assert_same(fn, again)
    assert format_function(again, spans=True) == text
    return text


def function(b, *params, **kwargs):
    return Function("f", Region(params, tuple(b.ops)), **kwargs)


@pytest.mark.parametrize("text", [s.text for s in SAMPLES] + EFFECTS)
def test_samples(text):
    round_trip(parse_function(text))


def test_every_op_kind_has_a_round_trip():
    texts = [s.text for s in SAMPLES] + EFFECTS
    used = {op.kind for text in texts for op in all_ops(parse_function(text).body)}
    # The elementwise ops have theirs in test_ir_elementwise.py; what is a function of NumPy has no text form of its own.
    assert used | {kind for kind, row in TABLE.items() if row.elementwise or row.numpy} == set(TABLE)


def test_golden():
    x, n = Value(Array(FLOAT64, 2), "x"), Value(INT, "n")
    b = Builder(Span("prog.py", 2, 4, 2, 9))
    first = b.const(-0.0)
    view = b.load(
        x,
        indexing(INTEGER, Slice(start=True, stop=True)) + transposing((0,)) + indexing(WHOLE, NEW_AXIS),
        (n, n, n),
        "view",
    )
    with b.region() as then:
        b.yield_(first)
    with b.at(b.span.at_phase(ADJOINT)), b.region() as orelse:
        b.yield_(b.const(1.0))
    flag = b.const(True)
    (y,) = b.if_(flag, then.done(), orelse.done(), ["x"])
    b.return_(view, y)
    trees = (("x", Leaf()), ("n", Leaf()), ("mode", Const("fast")))
    fn = function(b, x, n, param_trees=trees, result_tree=Node(tuple, (Leaf(), Leaf())))
    assert format_function(fn) == (
        "func f(%x: f64[:, :], %n: int)\n"
        "  takes x: *, n: *, mode: ='fast'\n"
        "  gives (*, *)\n"
        "{\n"
        "  %0: float = const -0.0\n"
        "  %view: f64[:, :] = load %x[%n, %n:%n].transpose(0)[:, newaxis]\n"
        "  %1: bool = const True\n"
        "  %x.1: float = if %1 then {\n"
        "    yield %0\n"
        "  } else {\n"
        "    %2: float = const 1.0\n"
        "    yield %2\n"
        "  }\n"
        "  return %view, %x.1\n"
        "}\n"
    )
    text = round_trip(fn)
    assert text.startswith("!0 = 'prog.py' 2:4 2:9 primal\n!1 = 'prog.py' 2:4 2:9 adjoint\nfunc f(")
    assert "    %2: float = const 1.0 !1\n" in text


@pytest.mark.parametrize("value", [0.1, -0.0, 1e-300, 1e300, 1e16, math.inf, -math.inf, math.nan, 5e-324])
def test_floats(value):
    b = Builder()
    b.const(value)
    b.const(value, Scalar(FLOAT32))
    b.return_()
    round_trip(function(b))


@pytest.mark.parametrize("text", ["", "it's", 'a "b"', "two\nlines\t", "100% # {x} \\", "ä∂", "'\""])
def test_strings_in_messages(text):
    b = Builder()
    n = b.const(3)
    b.emit("check", (b.const(False), n), {"error": "ValueError", "message": (text, None, text)})
    b.emit("print", (n,), {"parts": (None,), "sep": text, "end": text})
    b.op("const", type=Opaque(), value=text)
    b.return_()
    round_trip(function(b))


ATTRIBUTES = [None, True, 7, -7, 0.5, "s", (), (1,), ((1, None), "x"), F64, FLOAT, BOOL, Array(BOOLEAN, 2), ListOf(F64)]


@pytest.mark.parametrize("value", [*ATTRIBUTES, (ListOf(Array(FLOAT32, 1)), -math.inf)])
def test_attributes(value):
    b = Builder()
    b.emit("print", (), {"parts": (), "extra": value})
    b.return_()
    round_trip(function(b))


PATHS = [
    (HERE, 0),
    (indexing(), 0),
    *[(indexing(Slice(*flags), INTEGER, NEW_AXIS), sum(flags) + 1) for flags in product((False, True), repeat=3)],
    (transposing((1, 0)) + indexing(WHOLE, Slice(start=True)), 1),
    (reshaping(3) + transposing((2, 0, 1)) + reshaping(1) + element(), 5),
]


@pytest.mark.parametrize(("path", "count"), PATHS)
def test_paths(path, count):
    x, n = Value(Array(FLOAT64, 2), "x"), Value(INT, "n")
    b = Builder()
    y = b.load(x, path, [n] * count)
    if isinstance(y.type, Array):
        y = b.op("sum", y, axes=tuple(range(y.type.rank)))
    b.accum(x, path, [n] * count, y)
    b.return_()
    round_trip(function(b, x, n))


def test_advanced_paths():
    x, i, m = Value(Array(FLOAT64, 2), "x"), Value(Array(INT32, 1), "i"), Value(Array(BOOLEAN, 2), "m")
    b = Builder()
    b.load(x, indexing(ARRAY, WHOLE), [i])
    b.load(x, transposing((1, 0)) + indexing(MASK), [m])
    b.return_()
    round_trip(function(b, x, i, m))


def test_trees():
    inner = Node(dict, (Leaf(), Const(None)), ("a", 3))
    tree = Node(list, (inner, Node(tuple, ()), Node(tuple, (Leaf(),)), Const((1, "x"))))
    fields = Node(Config, (Leaf(), Const(4)), ("rate", "steps"))
    pair = Node(Point, (Leaf(), fields), ("x", "y"))
    b = Builder()
    b.return_()
    fn = function(b, param_trees=(("p", tree), ("q", pair)), result_tree=Node(dict, ()))
    text = round_trip(fn)
    assert "takes p: [{'a': *, 3: =None}, (), (*,), =(1, 'x')], q: " in text


def test_classes_are_named_or_refused():
    text = "func f() takes x: 'nowhere:Thing'(a=*) { return }"
    with pytest.raises(UserError, match="nowhere:Thing is not imported"):
        parse_function(text)
    assert parse_function(text, names={"nowhere:Thing": Config}).param_trees[0][1] == Node(Config, (Leaf(),), ("a",))


def test_spans_are_values_with_caller_and_phase():
    call = Span("a file's name.py", 1, 0, 1, 5)
    one = Span("g.py", 10, 2, 11, 3, caller=call)
    twin = Span("g.py", 10, 2, 11, 3, caller=call)
    b = Builder(one)
    b.const(1)
    b.const(2)
    with b.at(twin):
        b.const(3)
    b.return_()
    fn = function(b, span=call)
    round_trip(fn)
    text = format_function(fn, spans=True)
    assert text.count("called") == 1
    assert [op.span for op in parse_function(text).body.ops] == [one] * 4


def test_constants_are_read_by_name():
    b = Builder()
    b.emit("raise", (), {"error": "MyError", "message": ()})
    b.return_()
    fn = function(b, constants={"MyError": KeyError})
    assert "names MyError" in round_trip(fn, names={"MyError": KeyError})


def test_odd_names():
    b = Builder()
    b.return_()
    fn = Function("<lambda>", Region((), tuple(b.ops)), (("a b", Const(1)),))
    round_trip(fn)


def test_marks_are_comments():
    b = Builder()
    b.const(1)
    b.return_()
    fn = function(b)
    text = format_function(fn, marks={fn.body.ops[0]: "look here"})
    assert "const 1  # <-- look here\n" in text
    assert_same(fn, parse_function(text))


@pytest.mark.parametrize(
    ("text", "reason", "line", "col"),
    [
        ("func f() {\n  %0: int = cosnt 1\n}", "there is no op cosnt", 2, 12),
        ("func f() {\n  return %x\n}", "%x is not defined", 2, 9),
        ("func f(%x: int, %x: int) {\n  return\n}", "%x is defined twice", 1, 16),
        ("func f(%x: f65) {\n  return\n}", "not a type", 1, 11),
        ("func f() {\n  return\n", "an op is expected, not the end", 3, 0),
        ("func f() {\n  return !3\n}", "span !3 is not defined", 2, 9),
        ("func f() {\n  ; return\n}", "unexpected character ';'", 2, 2),
        ("func f() {\n  %0: int = const ?'object'\n  return\n}", "no text form", 2, 19),
        ("func f() {\n  return\n}\nreturn", "after the function", 4, 0),
        ("func f(%x: f64[:]) {\n  %y: f64 = load %x[3]\n}", "an index is expected", 2, 20),
    ],
)
def test_errors_have_a_place(text, reason, line, col):
    with pytest.raises(UserError) as caught:
        parse_function(text)
    assert caught.value.code == "AD801"
    assert reason in caught.value.reason
    assert (caught.value.span.line, caught.value.span.col) == (line, col)
