"""Ops of the reverse sweep: their builder, and the zeros and extents that are made with it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import reduce

from autodiff_compiler.ad.names import bar_name
from autodiff_compiler.ad.primal import Primal
from autodiff_compiler.diagnostics import ADJOINT
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.extent import Extent, as_written
from autodiff_compiler.ir.types import INT, Array, ListOf, Scalar


class Emission:
    """The builder of one reversal.  Its position is set with `b.reopen` by whoever emits into a region, and back after it."""

    def __init__(self, primal: Primal, stacked: bool) -> None:
        """`stacked`: no list is at hand, as in functions that call themselves."""
        self.primal = primal
        self._stacked = stacked
        self.b = Builder()

    def adjoint_of(self, op: Op) -> AbstractContextManager[None]:
        """Ops built inside belong to the reversal of `op`."""
        return self.b.at(op.span.at_phase(ADJOINT))

    def dim(self, extent: Extent) -> Value:
        """An extent as a value."""
        b = self.b
        if isinstance(extent, int):
            return b.const(extent)
        if isinstance(extent, Value):
            return extent
        kind, *parts = extent
        if kind == "dim":
            return b.dim(*parts)
        if kind == "less":
            whole, count = self.dim(parts[0]), parts[1]
            return b.op("maximum", b.sub(whole, b.const(count)) if count else whole, b.const(0))
        if kind == "rest":
            return b.sub(self.dim(parts[0]), parts[1])
        if kind == "span":
            return b.sub(parts[1], parts[0])
        if kind == "sum":
            summed = (b.cast(self.dim(part), INT) for part in as_written(extent))
            return reduce(lambda m, n: b.op("add", m, n, fits=True), summed)
        stretched, *others = map(self.dim, parts)
        for other in others:
            stretched = b.select(b.compare("eq", stretched, b.const(1)), other, stretched)
        return stretched

    def dims(self, array: Value) -> list[Value]:
        return [self.dim(extent) for extent in self.primal.extents(array)]

    def zeros(self, value: Value) -> Value:
        """Zero of the type and shape of a primal value."""
        hint = bar_name(value)
        if isinstance(value.type, Array):
            return self.b.full(self.dims(value), self.b.const_like(0, value.type), hint)
        at_hand = not self._stacked and not self.primal.in_loop(self.primal.home[value])
        if isinstance(value.type, ListOf) and isinstance(value.type.element, Scalar) and not at_hand:
            return self._zero_list(value, value.type.element, hint)
        return self.b.zeros_like(value, hint)

    def _zero_list(self, value: Value, element: Scalar, hint: str) -> Value:
        """Made from the length alone, so that the list itself need not be saved."""
        b = self.b
        with b.region(INT, value.type, names=("k", hint)) as body:
            b.yield_(b.op("list_append", body.params[1], b.const_like(0, element)))
        empty = b.op("list_new", type=value.type)
        return b.for_(b.const(0), b.op("list_len", value), b.const(1), [empty], body.done())[0]
