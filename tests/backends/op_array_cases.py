"""A small function around every op of arrays: places, reductions, shapes, products, linear algebra."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from op_case import Case, build, sample

from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.dtype import BOOLEAN, COMPLEX128, FLOAT32, FLOAT64, INT64
from autodiff_compiler.ir.objects import follow
from autodiff_compiler.ir.path import (
    ARRAY,
    INTEGER,
    MASK,
    NEW_AXIS,
    WHOLE,
    Slice,
    element,
    entire,
    indexing,
    reshaping,
    transposing,
)
from autodiff_compiler.ir.types import BOOL, FLOAT, INT, Array, Scalar, Type

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
    for dtype, values in ((FLOAT64, (1.5, -0.0, 1e300)), (FLOAT32, (0.1, -2.0)), (INT64, (-3, 2**62)), (BOOLEAN, (True, False)), (COMPLEX128, (1j, complex(-1.0, 2.0)))):
        whole = np.array([values] * 2)
        yield case("table", f"{dtype}", [], [], lambda b, d=dtype, v=values: b.op("table", b.const(len(v)), dtype=d, values=v))
        yield case("table", f"{dtype}, rank 3", [], [], lambda b, d=dtype, v=values, n=whole.shape: b.op("table", b.const(1), *map(b.const, n), dtype=d, values=((v, v),)))
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
    Z2, z2 = Array(COMPLEX128, 2), np.array([[1 + 2j, 1 + 1j, 0.5, 1 + 2j], [complex(np.nan, 1), complex(1, np.nan), 2j, -1j]])
    for kind in ("max", "min"):
        yield case(kind, "complex", [Z2], [z2], lambda b, x, k=kind: b.op(k, x, axes=(1,)))
        yield case(kind, "complex, all", [Z2], [z2], lambda b, x, k=kind: b.op(k, x, axes=(0, 1)))
    for kind in ("argmax", "argmin"):
        yield case(kind, "complex", [Z2], [z2], lambda b, x, k=kind: b.op(k, x, axis=0))
    yield case("argsort", "complex", [Z2], [z2], lambda b, x: b.op("argsort", x))
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
