"""The adjoints of the primal values during the walk backwards.

A zero adjoint has no entry.  Contributions add up; those that reach a place inside an array are added there,
so that a load in a loop never makes a dense array of zeros.
"""

from __future__ import annotations

from collections.abc import Collection

from autodiff_compiler import rules
from autodiff_compiler.ad.emission import Emission
from autodiff_compiler.ad.names import bar_name
from autodiff_compiler.diagnostics import InternalError
from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.opset import TABLE
from autodiff_compiler.ir.path import entire
from autodiff_compiler.ir.types import INT, Array, ListOf, Scalar


class Adjoints:
    """Primal value -> adjoint value."""

    def __init__(
        self, emission: Emission, start: dict[Value, Value] | None = None, carried: Collection[Value] = ()
    ) -> None:
        """`carried`: what an enclosing loop adds to in every iteration."""
        self.emission = emission
        self.primal = emission.primal
        self.bars: dict[Value, Value] = dict(start or {})
        self.carried = frozenset(carried)

    def take(self, value: Value) -> Value | None:
        """The finished adjoint of a value whose definition is being reversed."""
        return self.bars.pop(value, None)

    def get(self, value: Value) -> Value | None:
        return self.bars.get(value)

    def or_zero(self, value: Value) -> Value:
        bar = self.bars.get(value)
        return bar if bar is not None else self.emission.zeros(value)

    def add(self, value: Value, bar: Value) -> None:
        """Add to the adjoint of a primal value, if the value carries a derivative."""
        if value not in self.primal.active:
            return
        before = self.bars.get(value)
        if before is None:
            self.bars[value] = bar
        elif isinstance(value.type, ListOf):
            self.bars[value] = self._add_lists(before, bar)
        elif value in self.carried and isinstance(value.type, Array):
            # In place: no new array in every iteration, and the extents visibly stay the same.
            self.bars[value] = self.emission.b.accum(before, entire(value.type.rank), (), bar, bar_name(value))
        else:
            self.bars[value] = self.emission.b.op(
                "add", before, bar, name=bar_name(value, self.primal.definitions.get(value))
            )

    def contribute(self, op: Op, index: int, contribution: rules.Contribution) -> None:
        """Add what a rule contributes to operand `index` of `op`."""
        value = op.operands[index]
        if value not in self.primal.active:
            return
        b = self.emission.b
        hint = bar_name(value)
        match contribution:
            case rules.Dense(bar):
                self.add(value, self._fit(op, index, bar))
            case rules.At(path, operands, bar):
                self.bars[value] = b.accum(self.or_zero(value), path, operands, bar, hint)
            case rules.ListAt(index=at, value=bar):
                self.bars[value] = b.op("list_accum", self.or_zero(value), at, bar, name=hint)
            case _:
                raise InternalError("AD910", f"a rule of {op.kind} gave {contribution!r}", op.span)

    def _fit(self, op: Op, index: int, bar: Value) -> Value:
        """Bring a contribution to the shape, dtype and kind of the operand."""
        value, b = op.operands[index], self.emission.b
        if TABLE[op.kind].elementwise and isinstance(bar.type, Array):
            if isinstance(value.type, Scalar):
                bar = b.op("unbroadcast", bar)
            elif self._was_broadcast(op, index):
                bar = b.op("unbroadcast", bar, *self.emission.dims(value))
        return bar if isinstance(value.type, ListOf) else b.cast(bar, value.type)

    def _was_broadcast(self, op: Op, index: int) -> bool:
        """Whether broadcasting with another operand may have stretched this one."""
        value, shapes = op.operands[index], self.primal.shapes
        others = [v for k, v in enumerate(op.operands) if k != index and isinstance(v.type, Array)]
        return any(not shapes.same_shape(value, other) for other in others)

    def _add_lists(self, a: Value, c: Value) -> Value:
        """Element by element; an adjoint may be longer than its primal, so the shorter length is enough."""
        b = self.emission.b
        length = b.op("minimum", b.op("list_len", a), b.op("list_len", c))
        with b.region(INT, a.type, names=("k", a.name)) as body:
            k, total = body.params
            b.yield_(b.op("list_accum", total, k, b.op("list_get", c, k)))
        return b.for_(b.const(0), length, b.const(1), [a], body.done())[0]
