"""Functions of the user that stay functions: of each that is large and called more than once, one copy is kept.

The frontend enters every call, and leaves a `begin` and an `end` around the ops that it amounts to.  Two calls whose ops
differ only in the values they are given become calls of one function; all other marks are removed, and the ops between
them remain inline.

    begin helper (a)                          func helper(x) { u = sin x; v = mul u, u; return v }
    u = sin a; v = mul u, u             ->    …
    end helper                                v = call helper(a)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from autodiff_compiler.analysis.signature import returned_shapes
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.loop import merges
from autodiff_compiler.ir.names import fresh_name
from autodiff_compiler.ir.opset import constant_of, is_constant, is_undefined, opdef
from autodiff_compiler.ir.program import call_op, effect_of, with_callees
from autodiff_compiler.ir.types import F64, FLOAT
from autodiff_compiler.ir.walk import Rewriter, all_ops, clone_region, free_values

LEAST = 100
"""How many ops a function must have to be kept: the text of a smaller one reads better inline, and the passes know more."""


Shape = tuple[Any, ...]
"""Nested tuples that are equal where ops differ only in their values."""


@dataclass(frozen=True)
class Segment:
    """The ops of one call, between its marks."""

    begin: Op
    ops: tuple[Op, ...]
    given: tuple[Op, ...] = ()
    """Constants among the ops that differ from call to call: numbers that become arguments of the function."""

    @property
    def name(self) -> str:
        name: str = self.begin.attrs["name"]
        return name


def run(fn: Function) -> Function:
    functions = [fn, *fn.callees.values()]
    taken = {one.name for one in functions}
    while (chosen := _largest([one.body for one in functions])) is not None:
        name = fresh_name(chosen[0].name, taken)
        outputs = _outputs([one.body for one in functions], chosen)
        made = _function(chosen[0], name, outputs, fn.constants)
        functions = [*(_with_calls(one, chosen, made, outputs) for one in functions), made]
    start, *callees = (_without_marks(one) for one in functions)
    return with_callees(start, {one.name: one for one in callees})


# -- finding -----------------------------------------------------------------------------------------------------------


def _segments(region: Region) -> Iterator[Segment]:
    open_: list[tuple[Op, int]] = []
    for position, op in enumerate(region.ops):
        for inner in op.regions:
            yield from _segments(inner)
        if op.kind == "begin":
            open_.append((op, position))
        elif op.kind == "end":
            while open_[-1][0].attrs["id"] != op.attrs["id"]:
                open_.pop()  # a call that never returned
            begin, start = open_.pop()
            yield Segment(begin, region.ops[start + 1 : position])


def _largest(bodies: Sequence[Region]) -> list[Segment] | None:
    """The calls of the largest function that is called twice."""
    alike: dict[Shape, list[Segment]] = {}
    for body in bodies:
        for segment in _segments(body):
            if _size(segment.ops) >= LEAST and not _leaves(segment.ops):
                alike.setdefault(_shape(segment.ops), []).append(segment)
    repeated = [group for group in alike.values() if len(group) > 1 and _is_defined(bodies, group)]
    return _with_numbers(max(repeated, key=lambda group: _size(group[0].ops))) if repeated else None


def _size(ops: Sequence[Op]) -> int:
    return sum(1 for op in all_ops(Region((), tuple(ops))) if not opdef(op).marks)


def _leaves(ops: Sequence[Op]) -> bool:
    """Whether control ends here: what follows is never run, and there is no value to return."""
    return any(opdef(op).leaves for op in ops)


def _with_numbers(segments: Sequence[Segment]) -> list[Segment]:
    """The calls of one function, each with the constants by which they differ."""
    constants = [_numbers(segment.ops) for segment in segments]
    differ = [k for k, ops in enumerate(zip(*constants)) if len({repr(constant_of(op)) for op in ops}) > 1]
    return [replace(one, given=tuple(ops[k] for k in differ)) for one, ops in zip(segments, constants)]


def _numbers(ops: Sequence[Op]) -> list[Op]:
    """Floats that may become arguments of a function.  An exponent may not: its value decides how a power is computed."""
    every = list(all_ops(Region((), tuple(ops))))
    exponents = {op.operands[1] for op in every if op.kind == "pow"}
    return [op for op in every if is_constant(op) and op.result.type in (FLOAT, F64) and op.result not in exponents]


def _is_defined(bodies: Sequence[Region], segments: Sequence[Segment]) -> bool:
    """Whether everything returned certainly has a value: what may be undefined cannot be passed by a `return`."""
    ops = segments[0].ops
    undefined = {op.result for op in all_ops(Region((), ops)) if is_undefined(op)}
    size = -1
    while size != (size := len(undefined)):
        for op in all_ops(Region((), ops)):
            for defined, sources in merges(op):
                if any(source in undefined for source in sources):
                    undefined.update(defined)
    results = _results(ops)
    return not any(results[k] in undefined for k in _outputs(bodies, segments))


def _shape(ops: Sequence[Op]) -> Shape:
    """What two calls of one function have in common: everything but the values they are given."""
    numbers: dict[Value, int] = {}
    floats = set(_numbers(ops))

    def number(value: Value) -> Shape:
        return (numbers.setdefault(value, len(numbers)), value.type)

    def region(of: Region) -> Shape:
        return (tuple(map(number, of.params)), tuple(shape(op) for op in of.ops if not opdef(op).marks))

    def shape(op: Op) -> Shape:
        operands = tuple(map(number, op.operands))
        given = {"type": op.attrs["type"]} if op in floats else op.attrs
        attrs = tuple((key, type(value), repr(value)) for key, value in given.items())
        inner = tuple(map(region, op.regions))
        return (op.kind, operands, attrs, inner, tuple(map(number, op.results)))

    return tuple(shape(op) for op in ops if not opdef(op).marks)


# -- making ------------------------------------------------------------------------------------------------------------


def _results(ops: Sequence[Op]) -> list[Value]:
    return [result for op in ops for result in op.results]


def _outputs(bodies: Sequence[Region], segments: Sequence[Segment]) -> list[int]:
    """Which of the values defined in the segments are used outside of one of them, by position."""
    inside = [set(all_ops(Region((), segment.ops))) for segment in segments]
    positions = [{value: k for k, value in enumerate(_results(segment.ops))} for segment in segments]
    numbers = {op.result for op in segments[0].given}
    used: set[int] = set()
    for body in bodies:
        for op in (op for op in all_ops(body) if not opdef(op).marks):
            for own, position in zip(inside, positions):
                if op not in own:
                    used.update(position[value] for value in op.operands if value in position)
    # A number that is an argument is also available outside.
    return sorted(k for k in used if _results(segments[0].ops)[k] not in numbers)


def _inputs(segment: Segment) -> list[Value]:
    free = free_values([_Unmark().region(Region((), segment.ops))])
    return [*(op.result for op in segment.given), *free]


def _function(segment: Segment, name: str, outputs: Sequence[int], constants: Mapping[str, object]) -> Function:
    named = dict(zip(segment.begin.operands, segment.begin.attrs["parameters"]))
    names = {repr(number): parameter for parameter, number in segment.begin.attrs["numbers"]}
    named.update((op.result, names.get(repr(constant_of(op)), "factor")) for op in segment.given)
    given = _inputs(segment)
    taken: set[str] = set()
    params = tuple(Value(v.type, fresh_name(named.get(v, v.name) or "value", taken)) for v in given)
    results = _results(segment.ops)
    span = segment.begin.span
    end = Op("return", tuple(results[k] for k in outputs), span=span)
    inside = _Without(segment.given).region(Region((), (*segment.ops, end)))
    body = clone_region(inside, dict(zip(given, params)))
    return Function(name, Region(params, body.ops), span=span, constants=constants)


def _with_calls(fn: Function, segments: Sequence[Segment], made: Function, outputs: Sequence[int]) -> Function:
    found = {segment.begin: segment for segment in segments}
    effect, shapes = effect_of(made.body), returned_shapes(made)

    def region(of: Region) -> Region:
        ops: list[Op] = []
        position = 0
        while position < len(of.ops):
            op = of.ops[position]
            segment = found.get(op)
            if segment is None:
                ops.append(replace(op, regions=tuple(map(region, op.regions))) if op.regions else op)
                position += 1
                continue
            results = _results(segment.ops)
            ops += segment.given
            ops.append(call_op(made.name, _inputs(segment), [results[k] for k in outputs], effect, shapes, op.span))
            position += len(segment.ops) + 2
        return Region(of.params, tuple(ops))

    return replace(fn, body=region(fn.body))


class _Without(Rewriter):
    def __init__(self, ops: Sequence[Op]) -> None:
        super().__init__()
        self.dropped = set(ops)

    def op(self, op: Op) -> None:
        if op not in self.dropped:
            self.copy(op)


class _Unmark(Rewriter):
    def op(self, op: Op) -> None:
        if not opdef(op).marks:
            self.copy(op)


def _without_marks(fn: Function) -> Function:
    return _Unmark().function(fn)
