"""Where an op raises, as a condition that can be tested before it.

Inside a `try` an op that may raise something that is caught becomes a branch: the builder shows each op to who watches it before it is
built, and `failures` says what the op would raise, and when.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from autodiff_compiler.ir.builder import Builder, OpenRegion
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.message import Part
from autodiff_compiler.ir.objects import exception_class
from autodiff_compiler.ir.opdef import IO, VALUE
from autodiff_compiler.ir.opset import constant_of, is_constant, opdef, reasons
from autodiff_compiler.ir.types import INT, Array, Scalar, Type, dtype_of, is_complex, is_py, rank
from autodiff_compiler.library import lookup

Watch = Callable[[Op], None]


class WatchedBuilder(Builder):
    """Builds ops, and shows them before to who watches."""

    def __init__(self) -> None:
        super().__init__()
        self.watch: Watch | None = None
        self.constants: dict[Value, Op] = {}
        """The ops of constants, for what is known of operands."""

    def emit(
        self,
        kind: str,
        operands: Sequence[Value] = (),
        attrs: dict[str, Any] | None = None,
        regions: Sequence[Region] = (),
        types: Sequence[Type] | None = None,
        names: Sequence[str] = (),
    ) -> tuple[Value, ...]:
        if self.watch is not None:
            row = opdef(Op(kind, (), (), {}, (), self.span))
            given = types if types is not None or row.infer is None else row.infer(_types(operands), attrs or {})
            results = tuple(map(Value, given or ()))
            self.watch(Op(kind, tuple(operands), results, attrs or {}, tuple(regions), self.span))
        results = super().emit(kind, operands, attrs, regions, types, names)
        if kind == "const":
            self.constants[results[0]] = self.ops[-1]
        return results

    def begin(self, region: OpenRegion) -> None:
        """Open a region that `back_to` leaves."""
        self._open.append(region)

    def is_open(self, region: OpenRegion) -> bool:
        return any(one is region for one in self._open)

    def back_to(self, depth: int) -> None:
        """Leave the regions that were opened since the builder was so deep."""
        del self._open[depth + 1 :]

    @contextmanager
    def reopen(self, region: OpenRegion) -> Iterator[OpenRegion]:
        depth = self.depth
        self.begin(region)
        try:
            yield region
        finally:
            self.back_to(depth)

    @contextmanager
    def unwatched(self) -> Iterator[None]:
        before, self.watch = self.watch, None
        try:
            yield
        finally:
            self.watch = before

    # -- what is known of operands (`domain.KnownSigns`) ----------------------------------------------------------------

    def nonzero(self, value: Value) -> bool:
        number = constant_of(self.constants.get(value))
        return number is not None and number != 0

    def above(self, value: Value, limit: float, *, strict: bool) -> bool:
        number = constant_of(self.constants.get(value))
        return number is not None and (number > limit if strict else number >= limit)


def _types(values: Sequence[Value]) -> tuple[Type, ...]:
    return tuple(v.type for v in values)


@dataclass(frozen=True)
class Failure:
    """One way in which an op raises."""

    fine: Callable[[], Value]
    """Builds the condition that it does not."""
    error: str
    """The name of the exception's class."""
    text: tuple[Part, ...] | None = None
    """What the exception says; None where it is put together when it is raised."""


class Unforeseen(Exception):  # noqa: N818  (becomes an error where the place is known)
    """Whether the op raises cannot be told before."""


def failures(b: WatchedBuilder, op: Op) -> Iterator[Failure]:
    """What an op that is about to be built may raise."""
    row = opdef(op)
    rule = _CHECKS.get(op.kind)
    if rule is not None:
        yield _checked(b, op, rule)
    elif row.elementwise:
        assert row.domain is not None
        if is_py(*_types(op.operands)) and VALUE in reasons(op) and any(is_complex(v.type) for v in op.operands):
            raise Unforeseen  # Python's functions of complex numbers raise where they overflow, and at infinities
        for domain in row.domain(op):
            if not domain.inside(b, op.operands):
                yield Failure(partial(domain.fine, b, op.operands), domain.error, (domain.message,))
        known = all(is_constant(b.constants.get(v)) for v in op.operands)
        if row.overflows and not known and is_py(*_types(op.operands)) and dtype_of(op.operands[0].type).inexact:
            yield Failure(lambda: _not_too_large(b, op), "OverflowError")
    elif not (row.accesses or op.regions) and row.effect != IO and VALUE in reasons(op) and row.kind != "raise":
        raise Unforeseen


def _not_too_large(b: WatchedBuilder, op: Op) -> Value:
    """Whether the result is finite, or an operand is not: NumPy's numbers give infinity where Python's raise."""
    strong = [b.cast(v, Scalar(dtype_of(v.type))) for v in op.operands]
    fine = b.op("not", b.op("isinf", b.op(op.kind, *strong, **op.attrs)))
    for operand in strong:
        fine = b.op("or", fine, b.op("not", b.op("isfinite", operand)))
    return fine


# -- checks ------------------------------------------------------------------------------------------------------------


def _checked(b: WatchedBuilder, op: Op, rule: Callable[[WatchedBuilder, Op], Value]) -> Failure:
    error, text = op.attrs.get("error", "IndexError" if op.kind == "check_index" else "ValueError"), None
    if op.kind == "check":
        text = op.attrs["message"] if len(op.operands) == 1 else None
    return Failure(lambda: rule(b, op), error, text)


def _equal(b: WatchedBuilder, m: Value, n: Value) -> Value:
    return b.compare("eq", m, n)


def _either(b: WatchedBuilder, *conditions: Value) -> Value:
    first, *others = conditions
    for other in others:
        first = b.op("or", first, other)
    return first


def _in_bounds(b: WatchedBuilder, op: Op) -> Value:
    index, extent = op.operands
    if isinstance(index.type, Array):
        index = b.cast(index, Array(INT.dtype, rank(index.type)))
        extent = b.cast(extent, Scalar(INT.dtype))
    else:
        index = b.cast(index, INT)
    fine = b.compare("lt", index, extent)
    if not op.attrs.get("upper"):
        fine = b.op("and", fine, b.compare("ge", index, b.neg(extent)))
    if isinstance(fine.type, Array):
        entry = lookup(np.all)
        assert entry is not None
        fine = entry(b, fine)
    return fine


_CHECKS: dict[str, Callable[[WatchedBuilder, Op], Value]] = {
    "check": lambda b, op: op.operands[0],
    "check_index": _in_bounds,
    "check_equal": lambda b, op: _equal(b, *op.operands),
    "check_fits": lambda b, op: _either(b, _equal(b, *op.operands), _equal(b, op.operands[0], b.const(1))),
    "check_broadcast": lambda b, op: _either(
        b, _equal(b, *op.operands), *(_equal(b, v, b.const(1)) for v in op.operands)
    ),
    "check_nonempty": lambda b, op: b.op("not", _either(b, *(_equal(b, v, b.const(0)) for v in op.operands))),
}


def class_named(name: str, constants: dict[str, object]) -> type[BaseException] | None:
    """The exception class that generated code calls by this name, if there is one."""
    found = constants.get(name)
    return found if isinstance(found, type) and issubclass(found, BaseException) else exception_class(name)
