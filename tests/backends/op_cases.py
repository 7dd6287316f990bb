"""A small function around every op kind, in several types: what both backends must print and compute alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import cfunc

from autodiff_compiler.diagnostics import Span
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Region, Value
from autodiff_compiler.ir.dtype import BOOLEAN, COMPLEX64, COMPLEX128, FLOAT32, FLOAT64, INT32, INT64
from autodiff_compiler.ir.objects import follow
from autodiff_compiler.ir.opdef import OpDef
from autodiff_compiler.ir.ops.complex_parts import COMPLEX_OPS
from autodiff_compiler.ir.ops.logic import LOGIC_OPS
from autodiff_compiler.ir.ops.scalar import SCALAR_OPS
from autodiff_compiler.ir.ops.special import SPECIAL, SPECIAL_OPS
from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.path import (
    ARRAY,
    INTEGER,
    MASK,
    NEW_AXIS,
    WHOLE,
    Slice,
    at,
    element,
    entire,
    indexing,
    reshaping,
    transposing,
)
from autodiff_compiler.ir.types import BOOL, COMPLEX, FLOAT, INT, Array, ListOf, Scalar, Type, is_complex

INTEGRAL_KINDS = ("and", "or", "xor", "lshift", "rshift", "invert")
NO_INTS = (
    "div", "div0", "mul0", "fmod", "arctan2", "hypot", "copysign", "logaddexp", "floor", "ceil", "trunc", "rint", "sqrt", "cbrt",
    "isnan", "isinf", "isfinite", "complex",
)  # fmt: skip


@dataclass
class Case:
    kind: str
    label: str
    function: Function
    arguments: list[Any]


def build(types: list[Type], make: Callable[..., Any], name: str = "f") -> Function:
    """A function of parameters `a, b, c …`; `make(b, *params)` gives one value or several."""
    b = Builder(Span("case.py", 1))
    params = [Value(t, "abcdefgh"[i]) for i, t in enumerate(types)]
    result = make(b, *params)
    b.return_(*(result if isinstance(result, tuple) else (result,)))
    return Function(name, Region(tuple(params), tuple(b.ops)))


def sample(type_: Type, seed: int, low: float = 0.15, high: float = 0.9) -> Any:
    """A value of the type: floats in the domain of every function but arccosh."""
    rng = np.random.default_rng(seed)
    if isinstance(type_, ListOf):
        return [sample(type_.element, seed + i) for i in range(3)]
    shape = (4, 3, 2)[-type_.rank :] if isinstance(type_, Array) and type_.rank else ()
    if type_.dtype.is_bool:
        value = rng.random(shape) < 0.5
    elif type_.dtype.is_complex:
        value = rng.uniform(low, high, shape) + 1j * rng.uniform(low, high, shape)
    elif type_.dtype.inexact:
        value = rng.uniform(low, high, shape)
    else:
        value = rng.integers(1, 4, shape)
    array = np.asarray(value).astype(type_.dtype.numpy)
    if isinstance(type_, Array):
        return array
    if type_.kind == "py":
        return array.item()
    return array[()]


FLOAT_TYPES = (FLOAT, Scalar(FLOAT64), Scalar(FLOAT32), Array(FLOAT64, 1), Array(FLOAT32, 2))
INT_TYPES = (INT, Scalar(INT64), Array(INT64, 1))
COMPLEX_TYPES = (COMPLEX, Scalar(COMPLEX128), Scalar(COMPLEX64), Array(COMPLEX128, 1), Array(COMPLEX64, 2))
BOOL_TYPES = (BOOL, Scalar(BOOLEAN), Array(BOOLEAN, 1))


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


A1, A2, A3, I1, B1, B2 = (
    Array(FLOAT64, 1), Array(FLOAT64, 2), Array(FLOAT64, 3), Array(INT64, 1), Array(BOOLEAN, 1), Array(BOOLEAN, 2),
)  # fmt: skip

PATHS = [
    ("x[i]", A1, element(), [INT], [1]),
    ("x[-1]", A1, element(), [INT], [-1]),
    ("x[i, j]", A2, element(2), [INT, INT], [2, -1]),
    ("x[i] of rank 2", A2, element(), [INT], [1]),
    ("x[:, i]", A2, indexing(WHOLE, INTEGER), [INT], [1]),
    ("x[i:j]", A1, indexing(Slice(start=True, stop=True)), [INT, INT], [0, 1]),
    ("x[i:]", A1, indexing(Slice(start=True)), [INT], [-1]),
    ("x[::k]", A2, indexing(Slice(step=True)), [INT], [-1]),
    ("x[newaxis]", A1, indexing(WHOLE, NEW_AXIS), [], []),
    ("x.T", A2, transposing((1, 0)), [], []),
    ("x.T[i]", A2, transposing((1, 0)) + element(), [INT], [1]),
    ("x[i:][j]", A2, indexing(Slice(start=True)) + element(), [INT, INT], [1, 0]),
    ("x.reshape(n)", A2, reshaping(1), [INT], [6]),
    ("x[...]", A2, indexing(), [], []),
    ("x transposed", A3, transposing((2, 0, 1)), [], []),
]
ADVANCED = [
    ("x[idx]", A1, indexing(ARRAY), [I1], [np.array([1, 0, 1, -1])]),
    ("x[idx] of rank 2", A2, indexing(ARRAY), [I1], [np.array([1, 0, 1, -1])]),
    ("x[:, idx]", A2, indexing(WHOLE, ARRAY), [I1], [np.array([1, 0, 1])]),
    ("x[idx, jdx]", A2, indexing(ARRAY, ARRAY), [I1, I1], [np.array([1, 0, 1]), np.array([1, 1, 1])]),
    ("x[i, idx]", A2, indexing(INTEGER, ARRAY), [INT, I1], [2, np.array([1, 0, 1])]),
    ("x[idx2]", A1, indexing(ARRAY), [Array(INT64, 2)], [np.array([[1, 0], [1, 1]])]),
    ("x[mask]", A1, indexing(MASK), [B1], [np.array([True, False])]),
    ("x[mask2]", A2, indexing(MASK), [B2], [np.array([[True, False], [False, True], [True, True]])]),
    ("x[mask] of rank 2", A2, indexing(MASK), [B1], [np.array([True, False, True])]),
]


def path_cases() -> Iterator[Case]:
    for label, array, path, types, operands in [*PATHS, *ADVANCED]:
        arguments = [sample(array, 1), *operands]
        function = build(
            [array, *types], lambda b, x, *p, path=path: b.op("copy", r) if isinstance((r := b.load(x, path, p)).type, Array) else r
        )
        yield Case("load", label, function, arguments)
        loaded = function.results[0].type
        for kind in ("store", "accum"):
            if (kind == "store" and label == "x[idx]") or label == "x.T":
                pass
            for value in dict.fromkeys([loaded, Scalar(FLOAT64)]):
                function = build(
                    [array, value, *types],
                    lambda b, x, v, *p, path=path, kind=kind: b.op(kind, b.op("copy", x), *p, v, path=path),
                )
                shape = _result_shape(array, path, operands)
                filler = np.random.default_rng(3).random(shape) if isinstance(value, Array) else np.float64(1.5)
                yield Case(kind, f"{label} = {value}", function, [sample(array, 1), filler, *operands])


def _result_shape(array: Array, path: Any, operands: list[Any]) -> tuple[int, ...]:
    return follow(sample(array, 1), path, operands).shape


def _transforms(type_: Type, x: np.ndarray) -> Iterator[Case]:
    def case(kind: str, axis: int, norm: str, types: list[Type], arguments: list[Any]) -> Case:
        function = build(types, lambda b, *operands: b.op(kind, *operands, axis=axis, norm=norm))
        return Case(kind, f"{norm} {axis} of {types[0]}", function, arguments)

    plane = Array(COMPLEX128, 2)
    for axis, norm in ((1, "backward"), (0, "ortho"), (1, "forward")):
        for kind in ("fft", "ifft"):
            yield case(kind, axis, norm, [type_], [x])
            yield case(kind, axis, norm, [plane], [x + 1j * x**2])
        yield case("rfft", axis, norm, [type_], [x])
        half = np.fft.rfft(x, axis=axis)
        yield case("irfft", axis, norm, [plane, INT], [half, x.shape[axis]])


def array_cases() -> Iterator[Case]:
    def case(kind: str, label: str, types: list[Type], arguments: list[Any], make: Callable[..., Any]) -> Case:
        return Case(kind, label, build(types, make), arguments)

    a1, a2, a3 = sample(A1, 1), sample(A2, 2), sample(A3, 3)
    yield case("const", "float", [], [], lambda b: b.const(-2.5))
    yield case("const", "f32", [], [], lambda b: b.const(0.1, Scalar(FLOAT32)))
    yield case("const", "inf", [FLOAT], [1.0], lambda b, x: (b.mul(x, b.const(float("-inf"))), b.const(float("nan"))))
    yield case("undef", "select by a branch", [BOOL, FLOAT], [True, 2.0], _undefined)
    yield case("dim", "both", [A2], [a2], lambda b, x: tuple(b.dims(x)))
    for dtype in (FLOAT64, FLOAT32, INT64, BOOLEAN):
        yield case(
            "full", f"zeros {dtype}", [INT], [3],
            lambda b, n, d=dtype: b.full([n], b.const(0, Scalar(d))),
        )  # fmt: skip
    yield case("full", "zeros_like", [A2], [a2], lambda b, x: b.zeros_like(x))
    yield case("full", "value", [INT, Scalar(FLOAT32)], [3, np.float32(0.3)], lambda b, n, v: b.full([n, n], v))
    yield case("empty", "filled", [INT, FLOAT], [3, 0.5], _filled)
    yield case("arange", "int", [INT], [4], lambda b, n: b.op("arange", n))
    yield case("arange", "none", [INT], [0], lambda b, n: b.op("arange", n))
    yield case("copy", "view", [A2], [a2], lambda b, x: b.op("copy", b.load(x, transposing((1, 0)))))
    for kind in ("sum", "prod", "max", "min"):
        for array, x in ((A1, a1), (A2, a2), (A3, a3)):
            for axes in ((0,), (array.rank - 1,), tuple(range(array.rank)), (0, 2) if array.rank == 3 else (0,)):
                yield case(
                    kind, f"{array} over {axes}", [array], [x],
                    lambda b, x, k=kind, axes=axes: b.op(k, x, axes=axes),
                )  # fmt: skip
        f32 = Array(FLOAT32, 2)
        yield case(kind, "f32", [f32], [sample(f32, 5)], lambda b, x, k=kind: b.op(k, x, axes=(0, 1)))
        yield case(kind, "i64", [I1], [sample(I1, 5)], lambda b, x, k=kind: b.op(k, x, axes=(0,)))
    for kind in ("any", "all"):
        x = sample(B2, 5)
        yield case(kind, "all axes", [B2], [x], lambda b, x, k=kind: b.op(k, x, axes=(0, 1)))
        yield case(kind, "one axis", [B2], [x], lambda b, x, k=kind: b.op(k, x, axes=(1,)))
    for kind in ("argmax", "argmin", "cumsum"):
        yield case(kind, "rank 1", [A1], [a1], lambda b, x, k=kind: b.op(k, x, axis=0))
        for axis in (0, 1):
            yield case(kind, f"axis {axis}", [A2], [a2], lambda b, x, k=kind, i=axis: b.op(k, x, axis=i))
    yield case("argsort", "ties", [A1], [np.array([2.0, 1.0, 2.0, 1.0])], lambda b, x: b.op("argsort", x))
    ordered, wanted = np.array([1.0, 2.0, 2.0, np.nan]), np.array([[0.5, 2.0], [3.0, np.nan]])
    for side in ("left", "right"):
        yield case("searchsorted", side, [A1, A2], [ordered, wanted], lambda b, a, v, side=side: b.op("searchsorted", a, v, side=side))
    yield case("searchsorted", "scalar", [A1, Scalar(FLOAT64)], [ordered, np.float64(2.0)], lambda b, a, v: b.op("searchsorted", a, v, side="right"))
    yield case("argsort", "rank 2", [A2], [a2], lambda b, x: b.op("argsort", x))
    yield from _transforms(A2, a2)
    products = [(A1, A1, a1, a1), (A2, A2, a2, a2.T), (A2, A1, a2, a1), (A1, A2, a1, a2.T), (A3, A3, a3, a3.transpose(0, 2, 1)), (A3, A2, a3, a2.T)]
    for left, right, x, y in products:
        yield case("matmul", f"{left} @ {right}", [left, right], [x, y], lambda b, x, y: b.op("matmul", x, y))
    ints = Array(INT64, 2)
    yield case("matmul", "ints", [ints, ints], [np.eye(2, dtype=int), np.ones((2, 2), int)], lambda b, x, y: b.op("matmul", x, y))
    yield case("transpose", "rank 3", [A3], [a3], lambda b, x: b.op("copy", b.op("transpose", x, perm=(2, 0, 1))))
    yield case("reshape", "of a transpose", [A2, INT], [a2, 6], lambda b, x, n: b.op("copy", b.op("reshape", b.op("transpose", x, perm=(1, 0)), n)))
    yield case("broadcast_to", "array", [A1, INT], [a1, 3], lambda b, x, n: b.op("copy", b.op("broadcast_to", x, n, b.dim(x, 0))))
    yield case("broadcast_to", "scalar", [FLOAT, INT], [0.5, 3], lambda b, x, n: b.op("copy", b.op("broadcast_to", x, n, n)))
    yield case("unbroadcast", "to scalar", [A2], [a2], lambda b, x: b.op("unbroadcast", x))
    yield case("unbroadcast", "leading", [A2, INT], [a2, 2], lambda b, x, n: b.op("copy", b.op("unbroadcast", x, n)))
    yield case("unbroadcast", "stretched", [A2, INT, INT], [a2, 3, 1], lambda b, x, n, m: b.op("copy", b.op("unbroadcast", x, n, m)))
    yield case("unbroadcast", "equal", [A2, A2], [a2, a2], lambda b, x, y: b.op("copy", b.op("unbroadcast", x, *b.dims(y))))
    for axis in (0, 1):
        yield case("concat", f"axis {axis}", [A2, A2], [a2, a2], lambda b, x, y, i=axis: b.op("concat", x, y, axis=i))


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


def _undefined(b: Builder, c: Value, x: Value) -> Value:
    with b.region() as then:
        b.yield_(b.mul(x, x), b.const(True))
    with b.region() as orelse:
        b.yield_(b.undef(FLOAT), b.const(False))
    value, flag = b.if_(c, then.done(), orelse.done())
    b.emit("check", (flag,), {"error": "UnboundLocalError", "message": ("no value",)})
    return b.add(value, x)


def _filled(b: Builder, n: Value, v: Value) -> Value:
    array = b.op("empty", n, dtype=FLOAT64, name="out")
    return b.store(array, entire(), (), v)


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


def linear_algebra_cases() -> Iterator[Case]:
    """In the second of each pair, stacks of matrices whose leading axes broadcast."""
    square, stacks = sample(Array(FLOAT64, 2), 1)[:2] + np.eye(2), np.stack([np.eye(2) + 0.3, np.array([[0.0, 2.0], [1.0, 0.5]])])
    for label, a, right in [("matrix", square, np.ones((2, 3))), ("stack", stacks, np.arange(12.0).reshape(3, 1, 2, 2))]:
        of_a, of_right, pivots = Array(FLOAT64, a.ndim), Array(FLOAT64, right.ndim), np.zeros(a.shape[:-1], int) + [1, 1]
        of_pivots = Array(INT64, a.ndim - 1)
        yield Case("lu_factor", label, build([of_a], lambda b, x: b.emit("lu_factor", [x])), [a])
        for transposed in (False, True):
            function = build(
                [of_a, of_pivots, of_right],
                lambda b, x, p, y, t=transposed: b.op("lu_solve", x, x, p, y, transposed=t),
            )
            yield Case("lu_solve", f"{label} {transposed}", function, [a + 1.0, pivots, right])
            for unit in (False, True):
                function = build(
                    [of_a, of_right],
                    lambda b, x, y, t=transposed, u=unit: b.op("solve_triangular", x, y, lower=t, transposed=u, unit=t != u),
                )
                yield Case("solve_triangular", f"{label} {transposed} {unit}", function, [a + 1.0, right])
        function = build([of_a, of_pivots], lambda b, x, p: b.op("log_abs_det", x, x, p))
        yield Case("log_abs_det", label, function, [a + 1.0, pivots])


def factor_cases() -> Iterator[Case]:
    """Square, tall and wide matrices and stacks, some that fail, and empty ones."""
    square = sample(Array(FLOAT64, 2), 1)[:2] + np.eye(2)
    stacks = np.stack([square @ square.T, 3.0 * np.eye(2) + 0.5])
    tall, wide = np.arange(12.0).reshape(4, 3) ** 2 - 7.0, np.arange(12.0).reshape(2, 2, 3) ** 2 - 7.0
    for kind, given in {
        "cholesky": (stacks[0], stacks, -stacks[0], np.zeros((0, 0)), np.zeros((0, 2, 2))),
        "qr": (square, stacks, tall, wide, np.zeros((0, 2)), np.zeros((2, 2, 0))),
        "svd": (square, stacks, tall, wide, np.zeros((0, 2)), np.zeros((2, 2, 0))),
    }.items():
        for a in given:
            function = build([Array(FLOAT64, a.ndim)], lambda b, x, k=kind: b.emit(k, [x]))
            yield Case(kind, str(a.shape), function, [a])
    for driver in ("evd", "evr"):
        attrs = {"lower": driver == "evr", "driver": driver}
        for a in (stacks[0], stacks, np.zeros((0, 0)), np.zeros((0, 2, 2))):
            function = build([Array(FLOAT64, a.ndim)], lambda b, x, attrs=attrs: b.emit("eigh", [x], attrs))
            yield Case("eigh", f"{driver} {a.shape}", function, [a])
    for a in (square, stacks, tall, wide, np.ones((3, 2)), np.zeros((0, 2)), np.zeros((2, 2, 0))):
        function = build([Array(FLOAT64, a.ndim), FLOAT], lambda b, x, cutoff: b.emit("pinv", [x, cutoff]))
        yield Case("pinv", str(a.shape), function, [a, 0.1])


def all_cases() -> list[Case]:
    makers = (
        elementwise_cases, cast_cases, select_cases, path_cases, array_cases, list_cases, effect_cases, structure_cases, call_cases, external_cases,
        linear_algebra_cases, factor_cases,
    )  # fmt: skip
    return [case for make in makers for case in make()]
