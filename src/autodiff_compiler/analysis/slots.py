"""The carried slots of a loop, seen as a whole: initial value, parameter, yielded value, result."""

from __future__ import annotations

from dataclasses import dataclass

from autodiff_compiler.ir.core import Op, Region, Value


@dataclass(frozen=True)
class Slot:
    init: Value
    param: Value
    yielded: Value
    result: Value


def loop_body(op: Op) -> Region:
    """The region a `for` or `while` repeats (the condition of a `while` is region 0)."""
    return op.regions[-1]


def carried(op: Op) -> tuple[tuple[Value, ...], tuple[Value, ...], tuple[Value, ...], tuple[Value, ...]]:
    """Initial values, body parameters, yielded values and results of the carried slots, in parallel."""
    body = loop_body(op)
    inits, params = (op.operands[3:], body.params[1:]) if op.kind == "for" else (op.operands, body.params)
    return inits, params, body.terminator.operands[: len(params)], op.results[: len(params)]


def slots(op: Op) -> list[Slot]:
    """The carried slots of a `for` or `while`, in order."""
    return [Slot(*parts) for parts in zip(*carried(op))]


def trips_of(op: Op) -> Value:
    """The result that counts the bodies entered."""
    return op.results[len(slots(op))]


def exit_of(op: Op) -> Value | None:
    """The result that holds the exit code, where the loop has one."""
    return op.results[-1] if op.attrs.get("exits") else None
