"""The verifier: what it accepts, and that each kind of broken IR is found, at the right op."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ir_samples import EFFECTS, SAMPLES

from autodiff_compiler.diagnostics import InternalError, Span
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.dtype import BOOLEAN, FLOAT32, FLOAT64, UINT8
from autodiff_compiler.ir.opset import TABLE
from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.tree import Leaf, Node
from autodiff_compiler.ir.types import F64, FLOAT, INT, Array, Scalar
from autodiff_compiler.ir.verify import verify
from autodiff_compiler.ir.walk import all_ops

TEXTS = [s.text for s in SAMPLES] + EFFECTS


def broken(fn, *fragments, **kwargs):
    with pytest.raises(InternalError) as caught:
        verify(fn, **kwargs)
    assert caught.value.code == "AD902"
    for fragment in fragments:
        assert fragment in str(caught.value)
    return str(caught.value)


def parsed(body, params="%x: f64[:], %n: int, %c: bool"):
    return parse_function(f"func f({params}) {{\n{body}\n}}")


@pytest.mark.parametrize("text", TEXTS)
def test_samples_are_accepted(text):
    verify(parse_function(text))


def with_results(fn, target, types):
    """The function with other result types of one op; later uses keep the old values, which are then undefined."""
    new = tuple(Value(t, "changed") for t in types)

    def changed(region):
        ops = [replace(op, regions=tuple(map(changed, op.regions))) for op in region.ops]
        return Region(region.params, tuple(replace(op, results=new) if op.kind == target else op for op in ops))

    return replace(fn, body=changed(fn.body))


WITH_RESULTS = sorted({op.kind for text in TEXTS for op in all_ops(parse_function(text).body) if op.results})


@pytest.mark.parametrize("kind", WITH_RESULTS)
def test_wrong_result_types_are_found_for_every_op_kind(kind):
    for text in TEXTS:
        fn = parse_function(text)
        found = [op for op in all_ops(fn.body) if op.kind == kind]
        if found:
            wrong = [Array(UINT8, 7) for _ in found[0].results]
            broken(with_results(fn, kind, wrong), "u8[:, :, :, :, :, :, :]")
            broken(with_results(fn, kind, [*wrong, INT]), f"{kind}")


def test_every_op_kind_with_results_is_in_the_samples():
    elementwise = {kind for kind, row in TABLE.items() if row.elementwise or row.numpy}
    effects = {
        kind for kind, row in TABLE.items() if row.effect in ("check", "io") or row.terminator or not row.results
    }
    assert set(WITH_RESULTS) | elementwise | effects == set(TABLE)


BROKEN = [
    ("%y: f64 = call %x {callee='g', effect='pure', shapes=((),), updates=()}\nreturn %y", "there is no function g"),
    ("%y: f64 = load %x\nreturn %y", "%y: f64 = load %x  # <-- results are (f64) and must be (f64[:])"),
    ("%y: f64 = load %x[%n, %n]\nreturn %y", "too many indices"),
    ("%y: float = add %n, %n\nreturn %y", "results are (float) and must be (int)"),
    ("%0: float = const 1.0\n%y: float = add %n, %0\nreturn %y", "different dtypes"),
    ("%y: f64[:] = sum %x {axes=(1,)}\nreturn %y", "axes (1,)"),
    ("%y: f64 = sum %x\nreturn %y", "attribute 'axes' is missing"),
    ("%y: f64[:] = neg %x, %x\nreturn %y", "2 operands where 1 are needed"),
    ("return %n\nreturn %n", "a terminator before the end"),
    ("yield %n", "must be return"),
    ("%y: int = const 1", "the last op of this region must be return"),
    ("%y: int = const 1.5\nreturn", "the constant is a float, not a int"),
    ("%y: f64[:] = const 1.5\nreturn", "a constant of type f64[:]"),
    ("check %c, %n {error='ValueError', message=()}\nreturn", "0 places for 1 values"),
    ("check %c {error='NoSuchError', message=()}\nreturn", "NoSuchError is neither"),
    ("check %n {error='ValueError', message=()}\nreturn", "a boolean scalar is needed"),
    # if
    ("%y: int = if %c then {\n yield %n\n} else {\n yield %c\n}\nreturn %y", "a branch yields are (bool) and must be (int)"),
    ("%y: int = if %c then {\n yield %n\n} else {\n yield\n}\nreturn %y", "a branch yields are () and must be (int)"),
    ("if %n then {\n yield\n} else {\n yield\n}\nreturn", "one boolean condition is needed, not (int)"),
    ("if %c then {\n yield\n}\nreturn", "1 regions where 2 are needed"),
    ("if %c then {\n return\n} else {\n yield\n}\nreturn", "must be yield"),
    ("if %c then (%a: int) {\n yield\n} else {\n yield\n}\nreturn", "a branch with parameters"),
    # for
    (
        "%y: int, %t: int = for %n, %n, %n, %n do (%i: int, %a: int) {\n yield %c\n}\nreturn",
        "the body yields are (bool) and must be (int)",
    ),
    ("%y: int = for %n, %n, %n, %n do (%i: int, %a: int) {\n yield %a\n}\nreturn", "results are (int) and must be (int, int)"),
    ("%t: int = for %n, %n, %c do (%i: int) {\n yield\n}\nreturn", "%c must be an integer"),
    ("%t: int = for %n, %n, %n do (%i: float) {\n yield\n}\nreturn", "%i must be an integer"),
    ("%y: int, %t: int = for %n, %n, %n, %n do (%i: int) {\n yield\n}\nreturn", "the body's parameters are ()"),
    (
        "%t: int, %e: int = for %n, %n, %n {exits=True} do (%i: int) {\n yield %c\n}\nreturn",
        "the body yields are (bool) and must be (int)",
    ),
    ("%t: int = for %n, %n, %n {exits=True} do (%i: int) {\n yield %n\n}\nreturn", "must be (int, int)"),
    # while
    (
        "%y: int, %t: int = while %n test (%a: int) {\n yield %a\n} do (%b: int) {\n yield %b\n}\nreturn",
        "one boolean condition is needed, not (int)",
    ),
    (
        "%y: int, %t: int = while %n test {\n yield %c\n} do (%b: int) {\n yield %b\n}\nreturn",
        "the condition's parameters are () and must be (int)",
    ),
    (
        "%t: int = while test {\n print {parts=()}\n yield %c\n} do {\n yield\n}\nreturn",
        "print {parts=()}  # <-- an effect in the condition",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("body", "message"), BROKEN)
def test_broken_ir_is_found(body, message):
    broken(parsed(body), message)


def build(*ops, params=()):
    return Function("f", Region(tuple(params), tuple(ops)))


def test_scoping():
    x, y = Value(FLOAT, "x"), Value(FLOAT, "y")
    end = Op("return", (y,))
    broken(build(end), "operand %y is not defined before")
    broken(build(Op("neg", (x,), (y,)), Op("neg", (y,), (y,)), end, params=[x]), "%y is defined a second time")
    broken(build(Op("neg", (y,), (y,)), end), "operand %y is not defined before")
    broken(build(Op("return", ()), params=[x, x]), "%x is defined a second time")
    c = Value(Scalar(BOOLEAN, "py"), "c")
    inner = Region((), (Op("neg", (x,), (y,)), Op("yield")))
    choice = Op("if", (c,), (), {}, (inner, Region((), (Op("yield"),))))
    verify(build(choice, Op("return"), params=[x, c]))
    broken(build(choice, end, params=[x, c]), "operand %y is out of scope")
    twice = Op("if", (c,), (), {}, (inner, inner))
    broken(build(twice, Op("return"), params=[x, c]), "%y is defined a second time")


def test_structure_that_the_parser_cannot_write():
    x = Value(FLOAT, "x")
    broken(build(params=[x]), "a region without a terminator")
    broken(build(Op("frobnicate"), Op("return")), "there is no op frobnicate")
    broken(build(Op("return", span=None)), "no span")
    broken(build(Op("print", attrs={"parts": ["a"]}), Op("return")), "attribute parts is a list")
    for type_ in (Array(FLOAT64, 0), Scalar(FLOAT32, "py"), Scalar("c128"), "float"):
        broken(build(Op("return"), params=[Value(type_, "x")]), "is not a type")


def test_trees_must_fit():
    x = Value(F64, "x")
    end = Op("return", (x,))
    ok = Function("f", Region((x,), (end,)), (("x", Leaf()),), Leaf())
    verify(ok)
    broken(replace(ok, param_trees=(("x", Node(tuple, (Leaf(), Leaf()))),)), "2 leaves")
    broken(replace(ok, result_tree=Node(tuple, ())), "0 leaves")


def test_the_error_names_the_pass_the_place_and_every_problem():
    x, y, z = Value(FLOAT, "x"), Value(INT, "y"), Value(INT, "z")
    span = Span("prog.py", 3, 0, 3, 4)
    fn = build(Op("neg", (x,), (y,), span=span), Op("not", (x,), (z,)), Op("return"), params=[x])
    text = broken(fn, "prog.py:3:1", after="folding")
    assert "after folding: results are (int) and must be (float)" in text
    assert "%y: int = neg %x  # <-- results are" in text
    assert "%z: int = not %x  # <-- dtype f64 is not one of bool" in text
