"""A minimal AD of straight-line functions, to put the rules to work one op at a time.

It shares nothing with `ad`: forward mode copies each op and asks for its tangent, reverse mode sums contributions naively,
with a dense array for every one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from autodiff_compiler import rules
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.opset import TABLE
from autodiff_compiler.ir.types import Array, ListOf, Type, differentiable, dtype_of, rank
from autodiff_compiler.ir.verify import verify


def build(types: Sequence[Type], make: Callable[..., Value | Sequence[Value]]) -> Function:
    """The function of parameters of these types that `make(b, *params)` builds."""
    b = Builder()
    params = tuple(Value(t, f"p{i}") for i, t in enumerate(types))
    made = make(b, *params)
    return close(b, params, [made] if isinstance(made, Value) else list(made))


def close(b: Builder, params: Sequence[Value], results: Sequence[Value]) -> Function:
    b.return_(*results)
    fn = Function("f", Region(tuple(params), tuple(b.ops)))
    verify(fn)
    return fn


def _constants(fn: Function) -> dict[Value, float]:
    return {op.result: op.attrs["value"] for op in fn.body.ops if op.kind == "const"}


def _converted(fn: Function) -> set[Value]:
    """Floats that were integers."""
    return {op.result for op in fn.body.ops if op.kind == "cast" and dtype_of(op.operands[0].type).is_integer}


def _copy(b: Builder, fn: Function) -> None:
    b.ops.extend(fn.body.ops[:-1])


def forward(fn: Function) -> Function:
    """(params, tangents of the float params) -> tangents of the results; zeros are made explicit."""
    b = Builder()
    known = _constants(fn)
    seeds = {p: Value(p.type, f"{p.name}_dot") for p in fn.params if differentiable(p.type)}
    tangents: dict[Value, Value | None] = dict(seeds)
    for op in fn.body.ops[:-1]:
        b.ops.append(op)
        found = rules.jvp(b, op, [tangents.get(v) for v in op.operands], constants=known, whole=_converted(fn))
        assert len(found) == len(op.results)
        for result, tangent in zip(op.results, found):
            assert tangent is None or tangent.type == result.type, f"{op.kind}: {tangent.type} for {result.type}"
            tangents[result] = tangent
    results = [tangents.get(r) or b.zeros_like(r) for r in fn.results]
    return close(b, (*fn.params, *seeds.values()), results)


def reverse(fn: Function) -> Function:
    """(params, cotangents of the results) -> adjoints of the float params."""
    b = Builder()
    _copy(b, fn)
    known = _constants(fn)
    constant = {r for op in fn.body.ops if op.kind in ("const", "stop_gradient") for r in op.results}
    seeds = [Value(r.type, "seed") for r in fn.results]
    adjoints: dict[Value, Value] = {}
    for result, seed in zip(fn.results, seeds):
        adjoints[result] = b.add(adjoints[result], seed) if result in adjoints else seed
    for op in reversed(fn.body.ops[:-1]):
        wanted = [i for i, v in enumerate(op.operands) if differentiable(v.type) and v not in constant]
        cotangents = [adjoints.get(r) for r in op.results]
        for i, contribution in rules.vjp(b, op, cotangents, wanted, constants=known, whole=_converted(fn)).items():
            _contribute(b, adjoints, op, i, contribution)
    floats = [p for p in fn.params if differentiable(p.type)]
    return close(b, (*fn.params, *seeds), [adjoints.get(p) or b.zeros_like(p) for p in floats])


def _contribute(b: Builder, adjoints: dict[Value, Value], op: Op, i: int, found: rules.Contribution) -> None:
    operand = op.operands[i]
    before = adjoints.get(operand)
    match found:
        case rules.Dense(value):
            if TABLE[op.kind].elementwise:
                value = _to_type(b, value, operand)
            assert value.type == operand.type, f"{op.kind}: {value.type} for {operand.type}"
            if isinstance(operand.type, ListOf):
                assert before is None, "the harness adds no lists"
                adjoints[operand] = value
            else:
                adjoints[operand] = value if before is None else b.add(before, value)
        case rules.At(path, operands, value):
            adjoints[operand] = b.accum(before or b.zeros_like(operand), path, operands, value)
        case rules.ListAt(index, value):
            adjoints[operand] = b.op("list_accum", before or b.zeros_like(operand), index, value)


def _to_type(b: Builder, value: Value, operand: Value) -> Value:
    """What AD does with a dense contribution of an elementwise op."""
    if isinstance(operand.type, Array):
        return b.cast(b.op("unbroadcast", value, *b.dims(operand)), operand.type)
    return b.cast(b.sum(value, range(rank(value.type))), operand.type)


# -- numbers -----------------------------------------------------------------------------------------------------------


def numbers(shape: tuple[int, ...], seed: int = 0):
    """Distinct numbers, well apart so that a difference step makes no tie: an array, or for () a NumPy scalar."""
    count = int(np.prod(shape))
    rng = np.random.default_rng((seed, *shape))
    spread = np.linspace(-1.9, 1.8, count) if count > 1 else np.array([1.3 + 0.1 * seed] * count)
    return rng.permutation(spread).reshape(shape)[()]


def random_like(rng: np.random.Generator, value):
    if isinstance(value, list):
        return [random_like(rng, item) for item in value]
    if isinstance(value, float):
        return rng.normal()
    return np.asarray(rng.normal(size=np.shape(value)), value.dtype)[()]


def flat(values) -> np.ndarray:
    """All numbers of (nested) results in one vector."""
    if isinstance(values, list | tuple):
        return np.concatenate([flat(v) for v in values]) if values else np.zeros(0)
    return np.ravel(np.asarray(values, float))


def moved(args, directions, step):
    """The float arguments moved along the directions."""
    rest = iter(directions)
    return [_move(a, next(rest), step) if _is_float(a) else a for a in args]


def _is_float(value) -> bool:
    if isinstance(value, list):
        return bool(value) and _is_float(value[0])
    return isinstance(value, float) or getattr(value, "dtype", np.dtype(int)).kind == "f"


def _move(value, direction, step):
    if isinstance(value, list):
        return [_move(v, d, step) for v, d in zip(value, direction)]
    return value + step * direction


def check_modes(
    fn: Function, args: Sequence, *, seed: int = 0, tolerance: float = 1e-8, differences: bool = True
) -> None:
    """Forward mode against central differences (5 points), reverse mode against forward mode (dot products)."""
    rng = np.random.default_rng(seed)
    directions = [random_like(rng, a) for a in args if _is_float(a)]
    tangents = run(forward(fn), [*args, *directions])
    if differences:
        h = 1e-3
        at = {k: flat(run(fn, moved(args, directions, k * h))) for k in (-2, -1, 1, 2)}
        expected = (8 * (at[1] - at[-1]) - (at[2] - at[-2])) / (12 * h)
        np.testing.assert_allclose(flat(tangents), expected, rtol=tolerance, atol=tolerance)
    cotangents = [random_like(rng, t) for t in tangents]
    adjoints = run(reverse(fn), [*args, *cotangents])
    floats = [a for a in args if _is_float(a)]
    for adjoint, arg in zip(adjoints, floats):
        if isinstance(arg, np.ndarray):
            assert adjoint.shape == arg.shape
            assert adjoint.dtype == arg.dtype
        elif not isinstance(arg, list):
            assert type(adjoint) is type(arg)
    left, right = (
        flat(cotangents) @ flat(tangents),
        sum(flat(a)[: flat(d).size] @ flat(d) for a, d in zip(adjoints, directions)),
    )
    assert left == np.float64(right) or abs(left - right) <= 1e-10 * (1 + abs(left))
