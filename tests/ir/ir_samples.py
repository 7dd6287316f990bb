"""Sample programs in the text form, with arguments and the results expected of them; and equality of functions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from autodiff_compiler.ir.core import Function, Op, Region, Value

A = np.array([[3.0, -1.0, 2.0], [0.5, 4.0, -6.0]])
V = np.array([2.0, -3.0, 5.0, 7.0])
N = np.array([1, 0, -1, 1])
MASK = np.array([True, False, True, False])
NAN, INF = math.nan, math.inf


@dataclass(frozen=True)
class Sample:
    name: str
    text: str
    args: tuple[Any, ...]
    expected: tuple[Any, ...]


def sample(name: str, params: str, body: str, args: tuple, *expected: Any) -> Sample:
    return Sample(name, f"func f({params}) {{\n{body}\n}}\n", args, expected)


def one(name: str, params: str, expression: str, args: tuple, expected: Any) -> Sample:
    """A function with one op that has one result: `type = op …`."""
    return sample(name, params, f"%y: {expression}\nreturn %y", args, expected)


def _set(array: np.ndarray, where: Any, value: Any) -> np.ndarray:
    changed = array.copy()
    changed[where] = value
    return changed


TWICE = """func twice(%x: f64, %a: f64[:]) {
  %y: f64 = add %x, %x
  %c: f64[:] = mul %a, %y
  return %y, %c
}

func f(%x: f64, %a: f64[:]) {
  begin %x {name='g', id=0, parameters=('x',), numbers=()}
  %y: f64, %b: f64[:] = call %x, %a {callee='twice', effect='pure', shapes=((), ((1, 0),)), updates=()}
  end {id=0}
  %z: f64, %d: f64[:] = call %y, %b {callee='twice', effect='pure', shapes=((), ((1, 0),)), updates=()}
  return %z, %d
}
"""

# The effect of each op, written down by hand or with plain NumPy indexing.
SAMPLES = [
    sample("external", "%x: float", "  %y: float = external %x {call='pow(_0, 2)', types=(<float>,), effect='io', trusted=False}\n  return %y", (3.0,), 9.0),
    Sample("call", TWICE, (np.float64(1.5), V), (np.float64(6.0), V * 18.0)),
    one("const_inf", "", "float = const -inf", (), -INF),
    one("const_f32", "", "f32 = const 0.5", (), np.float32(0.5)),
    one("const_bool", "", "bool = const True", (), True),
    one("const_text", "", "opaque = const 'it\\'s\\n\"so\"'", (), "it's\n\"so\""),
    one("dim", "%x: f64[:, :]", "int = dim %x {axis=1}", (A,), 3),
    one("full", "%n: int, %v: f32", "f32[:, :] = full %n, %n, %v", (2, 1.5), np.full((2, 2), 1.5, np.float32)),
    one("table", "%a: int, %b: int", "f64[:, :] = table %a, %b {dtype='f64', values=((1.0, 2.0, 3.0),)}", (1, 3), np.array([[1.0, 2.0, 3.0]])),
    one("arange", "%n: int", "i64[:] = arange %n", (3,), np.array([0, 1, 2])),
    one("load_element", "%x: f64[:, :], %i: int", "f64 = load %x[%i, %i]", (A, -1), np.float64(-6.0)),
    one("load_row", "%x: f64[:, :], %i: int", "f64[:] = load %x[%i]", (A, 1), A[1]),
    one("load_slice", "%x: f64[:], %a: int, %b: int", "f64[:] = load %x[%a:%b:%b]", (V, 3, -1), V[3:-1:-1]),
    one("load_steps", "%x: f64[:], %s: int", "f64[:, :] = load %x[::%s, newaxis]", (V, -2), V[::-2, None]),
    one("load_gather", "%x: f64[:], %i: i64[:]", "f64[:] = load %x[%i]", (V, N), V[N]),
    one("load_mask", "%x: f64[:], %m: bool_[:]", "f64[:] = load %x[%m]", (V, MASK), V[MASK]),
    one(
        "load_view_of_view",
        "%x: f64[:, :], %n: int, %k: int",
        "f64[:] = load %x[:, %n:].transpose(1, 0).reshape(%k)[:%k]",
        (A, 1, 4),
        A[:, 1:].T.reshape(4),
    ),
    one("store_element", "%x: f64[:], %i: int, %v: f64", "f64[:] = store %x[%i], %v", (V, 1, 9.0), _set(V, 1, 9.0)),
    one(
        "store_row", "%x: f64[:, :], %i: int, %v: f64[:]", "f64[:, :] = store %x[:, %i], %v",
        (A, 0, np.array([8.0, 9.0])), _set(A, (slice(None), 0), [8.0, 9.0]),
    ),
    one(
        "store_transposed", "%x: f64[:, :], %i: int, %v: f64", "f64[:, :] = store %x.transpose(1, 0)[%i], %v",
        (A, 2, 9.0), _set(A, (slice(None), 2), 9.0),
    ),
    one(
        # The flat order of the transposed array is 3, .5, -1, 4, 2, -6: a reshape that NumPy copies.
        "store_reshaped", "%x: f64[:, :], %n: int, %i: int, %v: f64",
        "f64[:, :] = store %x.transpose(1, 0).reshape(%n)[%i], %v", (A, 6, 3, 9.0), _set(A, (1, 1), 9.0),
    ),
    one(
        # The last of repeated indices wins.
        "store_repeated", "%x: f64[:], %i: i64[:], %v: f64[:]", "f64[:] = store %x[%i], %v",
        (np.zeros(3), np.array([1, 1, 2]), np.array([5.0, 6.0, 7.0])), np.array([0.0, 6.0, 7.0]),
    ),
    one(
        "store_mask", "%x: f64[:], %m: bool_[:], %v: f64", "f64[:] = store %x[%m], %v", (V, MASK, 0.0),
        np.array([0.0, -3.0, 0.0, 7.0]),
    ),
    one("accum_element", "%x: f64[:], %i: int, %v: f64", "f64[:] = accum %x[%i], %v", (V, -1, 1.0), _set(V, 3, 8.0)),
    one(
        # All of repeated indices count.
        "accum_repeated", "%x: f64[:], %i: i64[:], %v: f64[:]", "f64[:] = accum %x[%i], %v",
        (np.ones(3), np.array([1, 1, -1]), np.array([5.0, 6.0, 7.0])), np.array([1.0, 12.0, 8.0]),
    ),
    one(
        "accum_broadcast", "%x: f64[:, :], %v: f64[:]", "f64[:, :] = accum %x, %v", (A, np.array([1.0, 2.0, 3.0])),
        np.array([[4.0, 1.0, 5.0], [1.5, 6.0, -3.0]]),
    ),
    one("copy", "%x: f64[:]", "f64[:] = copy %x", (V,), V),
    one("sum", "%x: f64[:, :]", "f64[:] = sum %x {axes=(0,)}", (A,), np.array([3.5, 3.0, -4.0])),
    one("sum_all", "%x: f64[:, :]", "f64 = sum %x {axes=(0, 1)}", (A,), np.float64(2.5)),
    one("sum_i32", "%x: i32[:]", "i32 = sum %x {axes=(0,)}", (N.astype(np.int32),), np.int32(1)),
    one("prod", "%x: f64[:, :]", "f64[:] = prod %x {axes=(1,)}", (A,), np.array([-6.0, -12.0])),
    one("max", "%x: f64[:, :]", "f64[:] = max %x {axes=(1,)}", (A,), np.array([3.0, 4.0])),
    one("min", "%x: f64[:, :]", "f64 = min %x {axes=(0, 1)}", (A,), np.float64(-6.0)),
    one("any", "%x: bool_[:]", "bool_ = any %x {axes=(0,)}", (MASK,), np.True_),
    one("all", "%x: bool_[:]", "bool_ = all %x {axes=(0,)}", (MASK,), np.False_),
    one("argmax", "%x: f64[:, :]", "i64[:] = argmax %x {axis=1}", (A,), np.array([0, 1])),
    one("argmin", "%x: f64[:]", "i64 = argmin %x {axis=0}", (V,), np.int64(1)),
    one("searchsorted", "%a: f64[:], %v: f64[:]", "i64[:] = searchsorted %a, %v {side='left'}", (np.array([1.0, 2.0, 2.0]), np.array([2.0, 3.0])), np.array([1, 3])),
    one("argsort", "%x: i64[:]", "i64[:] = argsort %x {axis=0}", (N,), np.array([2, 1, 0, 3])),
    one("cumsum", "%x: f64[:, :]", "f64[:, :] = cumsum %x {axis=1}", (A,), np.array([[3.0, 2.0, 4.0], [0.5, 4.5, -1.5]])),
    one("fft", "%x: f64[:]", "c128[:] = fft %x {axis=0, norm='backward'}", (V,), np.fft.fft(V)),
    one("ifft", "%x: c128[:]", "c128[:] = ifft %x {axis=0, norm='ortho'}", (V * 1j,), np.fft.ifft(V * 1j, norm="ortho")),
    one("rfft", "%x: f64[:, :]", "c128[:, :] = rfft %x {axis=1, norm='forward'}", (A,), np.fft.rfft(A, norm="forward")),
    one("irfft", "%x: c128[:], %n: int", "f64[:] = irfft %x, %n {axis=0, norm='backward'}", (V * 1j, 7), np.fft.irfft(V * 1j, 7)),
    one("matmul", "%x: f64[:, :], %w: f64[:]", "f64[:] = matmul %x, %w", (A, V[:3]), np.array([19.0, -41.0])),
    one("matmul_dot", "%x: f64[:]", "f64 = matmul %x, %x", (V,), np.float64(87.0)),
    sample(
        "lu_factor", "%a: f64[:, :]",
        "  %lu: f64[:, :], %p: i64[:], %r: bool_ = lu_factor %a\n  return %lu, %p, %r", (np.array([[1.0, 2.0], [4.0, 4.0]]),),
        np.array([[4.0, 4.0], [0.25, 1.0]]), np.array([1, 1]), np.True_,
    ),
    sample(
        "lu_factor_singular", "%a: f64[:, :, :]",
        "  %lu: f64[:, :, :], %p: i64[:, :], %r: bool_ = lu_factor %a\n  return %r", (np.ones((2, 2, 2)),), np.False_,
    ),
    one(
        "lu_solve", "%a: f64[:, :], %p: i64[:], %b: f64[:, :]", "f64[:, :] = lu_solve %a, %a, %p, %b {transposed=False}",
        (np.array([[4.0, 4.0], [0.25, 1.0]]), np.array([1, 1]), np.array([[5.0], [12.0]])), np.array([[1.0], [2.0]]),
    ),
    one(
        "lu_solve_transposed", "%a: f64[:, :], %p: i64[:], %b: f64[:, :]", "f64[:, :] = lu_solve %a, %a, %p, %b {transposed=True}",
        (np.array([[4.0, 4.0], [0.25, 1.0]]), np.array([1, 1]), np.array([[9.0], [10.0]])), np.array([[1.0], [2.0]]),
    ),
    one(
        "log_abs_det", "%a: f64[:, :], %p: i64[:]", "f64 = log_abs_det %a, %a, %p",
        (np.array([[4.0, 4.0], [0.25, -0.25]]), np.array([1, 1])), np.float64(0.0),
    ),
    one(
        "solve_triangular", "%a: f64[:, :], %b: f64[:, :]",
        "f64[:, :] = solve_triangular %a, %b {lower=True, transposed=False, unit=False}",
        (np.array([[2.0, NAN], [3.0, 4.0]]), np.array([[2.0], [11.0]])), np.array([[1.0], [2.0]]),
    ),
    one(
        "solve_triangular_unit", "%a: f64[:, :], %b: f64[:, :]",
        "f64[:, :] = solve_triangular %a, %b {lower=True, transposed=True, unit=True}",
        (np.array([[2.0, NAN], [3.0, 4.0]]), np.array([[7.0], [2.0]])), np.array([[1.0], [2.0]]),
    ),
    sample(
        "cholesky", "%a: f64[:, :]", "  %l: f64[:, :], %p: bool_ = cholesky %a\n  return %l, %p", (np.array([[4.0, NAN], [2.0, 10.0]]),),
        np.array([[2.0, 0.0], [1.0, 3.0]]), np.True_,
    ),
    sample(
        "cholesky_fails", "%a: f64[:, :, :]", "  %l: f64[:, :, :], %p: bool_ = cholesky %a\n  return %p", (np.ones((2, 2, 2)),), np.False_,
    ),
    sample(
        "qr", "%a: f64[:, :]", "  %q: f64[:, :], %r: f64[:, :] = qr %a\n  return %q, %r", (np.array([[0.0, 2.0], [4.0, 5.0]]),),
        np.array([[0.0, -1.0], [-1.0, 0.0]]), np.array([[-4.0, -5.0], [0.0, -2.0]]),
    ),
    sample(
        "eigh", "%a: f64[:, :]", "  %w: f64[:], %v: f64[:, :], %c: bool_ = eigh %a {lower=True, driver='evd'}\n  %s: f64[:, :] = mul %v, %v\n  return %w, %s, %c",
        (np.array([[3.0, NAN], [0.0, 1.0]]),), np.array([1.0, 3.0]), np.array([[0.0, 1.0], [1.0, 0.0]]), np.True_,
    ),
    sample(
        "svd", "%a: f64[:, :]",
        "  %u: f64[:, :], %s: f64[:], %v: f64[:, :], %c: bool_ = svd %a\n  %p: f64[:, :] = mul %u, %v\n  return %p, %s, %c",
        (np.array([[0.0, 4.0]]),), np.array([[0.0, 1.0]]), np.array([4.0]), np.True_,
    ),
    sample(
        "pinv", "%a: f64[:, :], %e: float", "  %p: f64[:, :], %c: bool_ = pinv %a, %e\n  return %p, %c", (np.array([[4.0, 0.0], [0.0, 0.25]]), 0.1),
        np.array([[0.25, 0.0], [0.0, 0.0]]), np.True_,
    ),
    one("transpose", "%x: f64[:, :]", "f64[:, :] = transpose %x {perm=(1, 0)}", (A,), A.T),
    one("reshape", "%x: f64[:], %n: int", "f64[:, :] = reshape %x, %n, %n", (V, 2), np.array([[2.0, -3.0], [5.0, 7.0]])),
    one("broadcast_to", "%x: f64[:], %n: int", "f64[:, :] = broadcast_to %x, %n, %n", (V[:2], 2), np.array([V[:2]] * 2)),
    one("broadcast_scalar", "%x: float, %n: int", "f64[:] = broadcast_to %x, %n", (1.5, 3), np.full(3, 1.5)),
    one("unbroadcast_added", "%g: f64[:, :], %n: int", "f64[:] = unbroadcast %g, %n", (A, 3), np.array([3.5, 3.0, -4.0])),
    one(
        "unbroadcast_stretched", "%g: f64[:, :], %n: int, %m: int", "f64[:, :] = unbroadcast %g, %n, %m",
        (A, 2, 1), np.array([[4.0], [-1.5]]),
    ),
    one("unbroadcast_empty", "%g: f64[:, :], %n: int", "f64[:] = unbroadcast %g, %n", (np.zeros((0, 2)), 1), np.zeros(1)),
    one("unbroadcast_scalar", "%g: f64[:, :]", "f64 = unbroadcast %g", (A,), np.float64(2.5)),
    one("concat", "%x: f64[:]", "f64[:] = concat %x, %x {axis=0}", (V,), np.array([*V, *V])),
    sample(
        "lists", "%v: f64, %i: int",
        """%l: list[f64] = list_new %v, %v
           %m: list[f64] = list_append %l, %v
           %0: f64 = const 7.0
           %s: list[f64] = list_set %m, %i, %0
           %a: list[f64] = list_accum %s, %i, %v
           %e: f64 = list_get %a, %i
           %n: int = list_len %a
           %z: list[f64] = list_zeros %a
           return %l, %m, %s, %a, %e, %n, %z""",
        (2.0, -1), [2.0, 2.0], [2.0, 2.0, 2.0], [2.0, 2.0, 7.0], [2.0, 2.0, 9.0], np.float64(9.0), 3, [0.0, 0.0, 0.0],
    ),
    sample(
        "list_of_arrays", "%v: f64[:]",
        """%l: list[f64[:]] = list_new
           %m: list[f64[:]] = list_append %l, %v
           %i: int = const 0
           %a: list[f64[:]] = list_accum %m, %i, %v
           %z: list[f64[:]] = list_zeros %a
           %e: f64[:] = list_get %a, %i
           %o: f64[:] = list_get %m, %i
           %w: f64[:] = list_get %z, %i
           return %e, %o, %w""",
        (V,), 2 * V, V, np.zeros(4),
    ),
    sample(
        "empty", "%n: int, %v: f64", "%e: f64[:] = empty %n {dtype='f64'}\n%y: f64[:] = store %e, %v\nreturn %y",
        (2, 3.0), np.array([3.0, 3.0]),
    ),
    sample(
        "checks", "%i: i64[:], %n: int, %c: bool",
        """check_index %i, %n
           check_broadcast %n, %n
           check_fits %n, %n {access='store'}
           check_nonempty %n, %n {access='extremum'}
           check_equal %n, %n {message='extents differ'}
           check_width %n, %n {of='mul'}
           check %c, %n {error='ValueError', message=('n is ', None)}
           boundary %i
           return %n""",
        (N, 4, True), 4,
    ),
    sample(
        "if_undef", "%c: bool, %x: float",
        """%y: float, %d: bool = if %c then {
             %t: bool = const True
             yield %x, %t
           } else {
             %u: float = undef
             %f: bool = const False
             yield %u, %f
           }
           %z: float = if %d then { yield %y } else { yield %x }
           return %z""",
        (False, 4.0), 4.0,
    ),
    sample(
        "for", "%n: int, %x: float",
        """%0: int = const 0
           %1: int = const 1
           %y: float, %trips: int = for %0, %n, %1, %x {exits=False} do (%i: int, %y.1: float) {
             %2: float = mul %y.1, %x
             yield %2
           }
           return %y, %trips""",
        (3, 2.0), 16.0, 3,
    ),
    sample(
        # Leaves with code 7 in the body of i == 4, with the values yielded there.
        "for_exit", "%n: int",
        """%0: int = const 0
           %2: int = const 2
           %4: int = const 4
           %7: int = const 7
           %s: int, %trips: int, %code: int = for %0, %n, %2, %0 {exits=True} do (%i: int, %c: int) {
             %a: int = add %c, %i
             %hit: bool = eq %i, %4
             %e: int = select %hit, %7, %0
             yield %a, %e
           }
           return %s, %trips, %code""",
        (100,), 6, 3, 7,
    ),
    sample(
        "for_zero_trips", "%n: int, %s: int",
        """%y: int, %trips: int, %code: int = for %n, %n, %s, %n {exits=True} do (%i: int, %c: int) {
             yield %i, %s
           }
           return %y, %trips, %code""",
        (5, 1), 5, 0, 0,
    ),
    sample(
        "while", "%x: float, %lim: float",
        """%y: float, %trips: int = while %x test (%a: float) {
             %c: bool = lt %a, %lim
             yield %c
           } do (%b: float) {
             %d: float = add %b, %b
             yield %d
           }
           return %y, %trips""",
        (1.0, 10.0), 16.0, 4,
    ),
    sample(
        # The exit comes before the condition is asked again.
        "while_exit", "%x: int",
        """%y: int, %trips: int, %code: int = while %x {exits=True} test (%a: int) {
             %t: bool = const True
             yield %t
           } do (%b: int) {
             %3: int = const 3
             %1: int = const 1
             %0: int = const 0
             %d: int = add %b, %1
             %c: bool = ge %d, %3
             %e: int = select %c, %1, %0
             yield %d, %e
           }
           return %y, %trips, %code""",
        (0,), 3, 3, 1,
    ),
    one("cast_trunc", "%x: float", "int = cast %x {dtype='i64', kind='py'}", (-2.7,), -2),
    one("cast_np", "%x: float", "f32 = cast %x {dtype='f32', kind='np'}", (0.1,), np.float32(0.1)),
    one("cast_array", "%x: f64[:]", "i32[:] = cast %x {dtype='i32'}", (V / 2,), np.array([1, -1, 2, 3], np.int32)),
    one("select", "%c: bool_[:], %x: f64[:], %y0: f64", "f64[:] = select %c, %x, %y0", (MASK, V, 0.0), np.array([2.0, 0, 5, 0])),
]  # fmt: skip

# Ops that raise or write out; `test_interp.py` looks at what they do.
EFFECTS = [
    "func f(%x: int) {\n print %x {parts=('x', None), sep='-', end='!'}\n return\n}\n",
    "func f(%x: int)\n  names Mine\n{\n raise %x {error='Mine', message=('bad ', None)}\n return\n}\n",
]


def assert_same(left: Function, right: Function) -> None:
    """Equality of two functions up to the identity of their values."""
    assert list(left.callees) == list(right.callees)
    for name, callee in left.callees.items():
        assert_same(callee, right.callees[name])
    values: dict[Value, Value] = {}

    def bind(old: tuple[Value, ...], new: tuple[Value, ...]) -> None:
        assert [(v.type, v.name) for v in old] == [(v.type, v.name) for v in new]
        values.update(zip(old, new))

    def region(old: Region, new: Region) -> None:
        bind(old.params, new.params)
        assert len(old.ops) == len(new.ops)
        for a, b in zip(old.ops, new.ops):
            op(a, b)

    def op(old: Op, new: Op) -> None:
        assert old.kind == new.kind
        assert tuple(values[v] for v in old.operands) == new.operands
        # repr tells -0.0 from 0.0, 1 from True and 1.0, and finds nan equal to itself
        assert {k: repr(v) for k, v in old.attrs.items()} == {k: repr(v) for k, v in new.attrs.items()}
        assert old.span == new.span
        assert len(old.regions) == len(new.regions)
        for a, b in zip(old.regions, new.regions):
            region(a, b)
        bind(old.results, new.results)

    region(left.body, right.body)
    assert (left.name, left.param_trees, left.result_tree, left.span) == (
        right.name,
        right.param_trees,
        right.result_tree,
        right.span,
    )
    assert left.constants == right.constants
