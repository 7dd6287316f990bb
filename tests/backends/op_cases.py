"""A small function around every op kind, in several types: what both backends must print and compute alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numba import cfunc
from op_array_cases import A1, I1, array_cases, factor_cases, linear_algebra_cases, path_cases
from op_case import BOOL_TYPES, COMPLEX_TYPES, FLOAT_TYPES, INT_TYPES, Case, build, sample

from autodiff_compiler.diagnostics import Span
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.dtype import BOOLEAN, FLOAT32, FLOAT64, INT32, INT64
from autodiff_compiler.ir.opdef import OpDef
from autodiff_compiler.ir.ops.complex_parts import COMPLEX_OPS
from autodiff_compiler.ir.ops.logic import LOGIC_OPS
from autodiff_compiler.ir.ops.scalar import SCALAR_OPS
from autodiff_compiler.ir.ops.special import SPECIAL, SPECIAL_OPS
from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.path import (
    at,
)
from autodiff_compiler.ir.types import BOOL, FLOAT, INT, Array, ListOf, Scalar, Type, is_complex

INTEGRAL_KINDS = ("and", "or", "xor", "lshift", "rshift", "invert")
NO_INTS = (
    "div", "div0", "mul0", "fmod", "arctan2", "hypot", "copysign", "logaddexp", "floor", "ceil", "trunc", "rint", "sqrt", "cbrt",
    "isnan", "isinf", "isfinite", "complex",
)  # fmt: skip


def elementwise_cases() -> Iterator[Case]:
    for row in (*SCALAR_OPS, *LOGIC_OPS, *COMPLEX_OPS, *SPECIAL_OPS):
        if row.kind in ("cast", "select"):
            continue
        types: list[Type] = []
        if row.orders:
            yield from cases_of_orders(row)
            continue
        if row.kind == "not":
            types += BOOL_TYPES
        elif row.kind in INTEGRAL_KINDS:
            types += INT_TYPES
            types += BOOL_TYPES if row.kind in ("and", "or", "xor") else ()
        else:
            types += FLOAT_TYPES
            arithmetic = row.kind not in SPECIAL and (row.arity == 2 or row.kind in ("neg", "abs", "sign"))
            types += INT_TYPES if arithmetic and row.kind not in NO_INTS else ()
            types += COMPLEX_TYPES
        for type_ in types:
            arity = row.arity or 1
            if not _takes(row, type_):
                continue
            low, high = (1.2, 3.0) if row.kind in ("arccosh", "zeta") else (0.15, 0.9)
            function = build([type_] * arity, lambda b, *p, kind=row.kind: b.op(kind, *p))
            yield Case(row.kind, str(type_), function, [sample(type_, i, low, high) for i in range(arity)])
        if row.arity == 2 and types[0] == FLOAT:
            mixed = [Array(FLOAT64, 2), Array(FLOAT64, 1)]
            function = build(mixed, lambda b, *p, kind=row.kind: b.op(kind, *p))
            yield Case(row.kind, "broadcast", function, [sample(t, i) for i, t in enumerate(mixed)])
            mixed = [FLOAT, Scalar(FLOAT64)]
            function = build(mixed, lambda b, *p, kind=row.kind: b.op(kind, *p))
            yield Case(row.kind, "py with np", function, [sample(t, i) for i, t in enumerate(mixed)])
            function = build(
                [Array(FLOAT32, 1)], lambda b, x, kind=row.kind: b.op(kind, x, b.const(0.7, Scalar(FLOAT32)))
            )
            yield Case(row.kind, "f32 with constant", function, [sample(Array(FLOAT32, 1), 0)])


def _takes(row: OpDef, type_: Type) -> bool:
    """Complex numbers have no order, and nothing but them has parts."""
    if row.kind not in ("real", "imag", "conj") and not is_complex(type_):
        return True
    assert row.infer is not None
    try:
        row.infer((type_,) * (row.arity or 1), {})
    except TypeError:
        return False
    return True


def cases_of_orders(row: OpDef) -> Iterator[Case]:
    """Ops whose first operands are integers: an order, a degree."""
    for label, order, other in (
        ("f64", Scalar(INT64), Scalar(FLOAT64)),
        ("int with f64[:]", INT, Array(FLOAT64, 1)),
        ("broadcast", Array(INT64, 2), Array(FLOAT64, 1)),
    ):
        types = [order if i < row.orders else other for i in range(row.arity or 1)]
        function = build(types, lambda b, *p: b.op(row.kind, *p))
        yield Case(row.kind, label, function, [sample(t, i) for i, t in enumerate(types)])


def cast_cases() -> Iterator[Case]:
    scalars = [FLOAT, INT, BOOL, Scalar(FLOAT64), Scalar(FLOAT32), Scalar(INT64), Scalar(INT32), Scalar(BOOLEAN)]
    for source in scalars:
        for to in scalars:
            function = build([source], lambda b, x, to=to: b.op("cast", x, dtype=to.dtype, kind=to.kind))
            yield Case("cast", f"{source} to {to}", function, [sample(source, 1, -3.0, 3.0)])
    for dtype in (FLOAT64, FLOAT32, INT64, BOOLEAN):
        for to in (FLOAT64, FLOAT32, INT64, INT32, BOOLEAN):
            function = build([Array(dtype, 1)], lambda b, x, to=to: b.op("cast", x, dtype=to))
            yield Case("cast", f"{dtype}[:] to {to}", function, [sample(Array(dtype, 1), 2, -3.0, 3.0)])
    function = build([INT, FLOAT], lambda b, i, x: b.mul(b.op("cast", i, dtype=FLOAT64, kind="py"), x))
    yield Case("cast", "int times float", function, [3, 0.5])
    function = build(
        [Array(INT64, 1), Array(FLOAT32, 1)], lambda b, i, x: b.mul(b.op("cast", i, dtype=FLOAT32), x)
    )
    yield Case("cast", "i64[:] times f32[:]", function, [sample(Array(INT64, 1), 0), sample(Array(FLOAT32, 1), 0)])
    function = build([FLOAT, Array(FLOAT32, 1)], lambda b, s, x: b.mul(b.op("cast", s, dtype=FLOAT32, kind="np"), x))
    yield Case("cast", "float times f32[:]", function, [0.1, sample(Array(FLOAT32, 1), 0)])


def select_cases() -> Iterator[Case]:
    for condition in BOOL_TYPES:
        for type_ in FLOAT_TYPES:
            function = build([condition, type_, type_], lambda b, *p: b.select(*p))
            arguments = [sample(condition, 3), sample(type_, 1), sample(type_, 2)]
            if isinstance(condition, Array) and isinstance(type_, Array) and type_.rank == 2:
                arguments[0] = arguments[0][:2]
            yield Case("select", f"{condition}, {type_}", function, arguments)
    function = build(
        [Scalar(BOOLEAN), Scalar(FLOAT64)], lambda b, c, x: b.select(c, x, b.const(0.0))
    )
    yield Case("select", "np with py", function, [np.bool_(False), np.float64(2.0)])
    function = build(
        [Array(BOOLEAN, 1), Array(FLOAT32, 1)], lambda b, c, x: b.select(c, x, b.const(0.0, Scalar(FLOAT32)))
    )
    yield Case("select", "f32 with constant", function, [sample(Array(BOOLEAN, 1), 0), sample(Array(FLOAT32, 1), 0)])


def list_cases() -> Iterator[Case]:
    for item, value in ((FLOAT, 0.5), (Scalar(FLOAT64), np.float64(0.5)), (INT, 3), (A1, np.array([1.0, 2.0]))):
        type_ = ListOf(item)

        def stack(b: Builder, v: Value, i: Value, type_: ListOf = type_) -> tuple[Value, ...]:
            items = b.op("list_new", v, type=type_, name="items")
            items = b.op("list_append", items, v)
            items = b.op("list_append", items, b.op("copy", v) if isinstance(v.type, Array) else v)
            zeros = b.op("list_zeros", items)
            zeros = b.op("list_accum", zeros, i, v)
            zeros = b.op("list_accum", zeros, i, v)
            items = b.op("list_set", items, b.const(0), b.op("list_get", zeros, i))
            out = b.op("list_get", items, b.const(0))
            return b.op("copy", out) if isinstance(v.type, Array) else out, b.op("list_len", items)

        for kind in ("list_new", "list_append", "list_zeros", "list_accum", "list_set", "list_get", "list_len"):
            yield Case(kind, str(item), build([item, INT], stack), [value, -1])

    def empty(b: Builder, n: Value) -> tuple[Value, ...]:
        items = b.op("list_new", type=ListOf(FLOAT), name="items")
        with b.region(INT, ListOf(FLOAT), names=("i", "items")) as body:
            i, inner = body.params
            b.yield_(b.op("list_append", inner, b.cast(i, FLOAT)))
        done, _ = b.for_(b.const(0), n, b.const(1), [items], body.done())
        return b.op("list_get", b.op("copy", done), b.const(-1)), b.op("list_len", done)

    yield Case("list_new", "empty", build([INT], empty), [4])


def effect_cases() -> Iterator[Case]:
    yield Case("check_index", "scalar", build([INT, A1], _checked_index), [1, sample(A1, 0)])
    yield Case("check_index", "array", build([I1, A1], _checked_index), [np.array([0, -1]), sample(A1, 0)])
    yield Case("check_broadcast", "equal", build([INT, INT], lambda b, n, m: _after(b, "check_broadcast", n, m)), [3, 1])
    yield Case("check_fits", "stretched", build([INT, INT], lambda b, n, m: _after(b, "check_fits", n, m)), [1, 3])
    yield Case("check_nonempty", "both", build([INT, INT], lambda b, n, m: _after(b, "check_nonempty", n, m)), [2, 1])
    yield Case("check_equal", "equal", build([INT, INT], lambda b, n, m: _after(b, "check_equal", n, m, message="no")), [3, 3])
    yield Case("check_width", "product", build([INT, INT], lambda b, n, m: _after(b, "check_width", n, m, of="mul")), [3, 3])
    yield Case("check", "true", build([BOOL, INT], lambda b, c, n: _after(b, "check", c, n, error="ValueError", message=("n is ", None))), [True, 3])
    yield Case("print", "text and value", build([INT], lambda b, n: _after(b, "print", n, parts=("n =", None), sep=" ", end="\n")), [3])
    yield Case("raise", "not reached", build([BOOL], _raises), [False])
    yield Case("boundary", "nothing", build([INT], lambda b, n: _after(b, "boundary", n)), [3])


def _after(b: Builder, kind: str, *operands: Value, **attrs: Any) -> Value:
    b.emit(kind, operands, attrs)
    return b.add(operands[-1], b.const(1))


def _checked_index(b: Builder, i: Value, x: Value) -> Value:
    with b.at(Span("case.py", 2)):
        b.emit("check_index", (i, b.dim(x, 0)))
    return b.load(x, *at(i))


def _raises(b: Builder, c: Value) -> Value:
    with b.region() as then:
        b.emit("raise", (), {"error": "ValueError", "message": ("no",)})
        b.yield_(b.undef(FLOAT))
    with b.region() as orelse:
        b.yield_(b.const(1.0))
    return b.if_(c, then.done(), orelse.done())[0]


def structure_cases() -> Iterator[Case]:
    def loop(b: Builder, n: Value, x: Value) -> tuple[Value, ...]:
        with b.region(INT, FLOAT, names=("i", "s")) as body:
            i, s = body.params
            b.yield_(b.add(s, b.mul(x, b.cast(i, FLOAT))))
        return b.for_(b.const(0), n, b.const(1), [x], body.done())

    def swap(b: Builder, n: Value, x: Value) -> tuple[Value, ...]:
        with b.region(FLOAT, FLOAT, INT, names=("p", "q", "k")) as condition:
            b.yield_(b.compare("gt", condition.params[2], b.const(0)))
        with b.region(FLOAT, FLOAT, INT, names=("p", "q", "k")) as body:
            p, q, k = body.params
            b.yield_(q, b.add(p, b.mul(q, x)), b.sub(k, b.const(1)))
        return b.while_([x, b.const(1.0), n], condition.done(), body.done())

    def branch(b: Builder, n: Value, x: Value) -> tuple[Value, ...]:
        with b.region() as then:
            t = b.mul(x, x)
            b.yield_(b.add(t, t), x)
        with b.region() as orelse:
            b.yield_(x, b.neg(x))
        return b.if_(b.compare("gt", n, b.const(2)), then.done(), orelse.done())

    for kind, make in (("for", loop), ("while", swap), ("if", branch), ("yield", loop), ("return", loop)):
        for n in (0, 1, 5):
            yield Case(kind, str(n), build([INT, FLOAT], make), [n, 0.5])


PROGRAM = """func half(%v: f64[:], %s: float) {
  %k: float = const 0.5
  %h: f64[:] = mul %v, %k
  %t: float = mul %s, %s
  return %h, %t
}

func last(%v: f64[:]) {
  %i: int = const -1
  %e: f64 = load %v[%i]
  return %e
}

func f(%v: f64[:], %s: float) {
  begin %s {name='half', id=0, parameters=('s',), numbers=()}
  %h: f64[:], %t: float = call %v, %s {callee='half', effect='pure', shapes=(((0, 0),), ()), updates=()}
  end {id=0}
  %e: f64 = call %h {callee='last', effect='pure', shapes=((),), updates=()}
  %n: f64 = call %v {callee='last', effect='pure', shapes=((),), updates=()}
  %p: f64 = mul %e, %n
  return %h, %t, %p
}
"""


def call_cases() -> Iterator[Case]:
    for kind in ("call", "begin", "end"):
        yield Case(kind, "two functions", parse_function(PROGRAM), [np.array([0.5, -1.5, 2.0]), 0.75])


@cfunc("float64(float64)")
def tripled(x):
    return 3.0 * x


EXTERNAL = """
func f(%x: float)
  names tripled
{
  %y: float = external %x {call='tripled(_0)', types=(<float>,), effect='io', trusted=False}
  %z: f64 = external %y {call='tripled(_0)', types=(<f64>,), effect='pure', trusted=False}
  return %z
}
"""


def external_cases() -> Iterator[Case]:
    yield Case("external", "a compiled function", parse_function(EXTERNAL, names={"tripled": tripled}), [0.5])


def all_cases() -> list[Case]:
    makers = (
        elementwise_cases, cast_cases, select_cases, path_cases, array_cases, list_cases, effect_cases, structure_cases, call_cases, external_cases,
        linear_algebra_cases, factor_cases,
    )  # fmt: skip
    return [case for make in makers for case in make()]
