"""Extents as a function of a program's parameters: which can be computed before it runs, and how."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

from autodiff_compiler.analysis.shapes import shapes_of
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.extent import Extent
from autodiff_compiler.ir.opdef import PURE, VALUE
from autodiff_compiler.ir.opset import constant_of, extent_of, is_constant, may_trap, nested_effect, reasons
from autodiff_compiler.ir.types import INT, Scalar
from autodiff_compiler.ir.walk import definitions


class Extents:
    """Builds a function of some of the parameters that computes integers of the program."""

    def __init__(self, fn: Function) -> None:
        self._fn = fn
        self._places = {param: k for k, param in enumerate(fn.params)}
        self._definitions = definitions(fn.body)
        self._shapes = shapes_of(fn.body)
        self._b = Builder()
        self._known: dict[Extent, Value | None] = {}
        self._nonnegative: dict[Value, Value] = {}
        self.needs: dict[tuple[int, int | None], None] = {}
        """What was asked of which parameter: the axis of an array, or None for an int; the function takes them in the order of their first mention."""

    def function(self, results: list[Value]) -> Function:
        """The function that computes these."""
        end = Op("return", tuple(results))
        asked = dict.fromkeys(self._fn.params[place] for place, _ in self.needs)
        return Function(f"{self._fn.name}_extents", Region(tuple(asked), (*self._b.ops, end)), span=self._fn.span)

    def of(self, value: Value) -> Value | None:
        """An integer of the program; None if it depends on more than shapes and ints that are given."""
        if value not in self._known:
            self._known[value] = self._computed(value)
        return self._known[value]

    def along(self, array: Value, axis: int) -> Value | None:
        """The extent of an array along an axis."""
        extent = self._shapes.extent(array, axis)
        if extent not in self._known:
            self._known[extent] = self._of_extent(extent)
        return self._known[extent]

    def nonnegative(self, extent: Value) -> Value:
        """The extent; 0 where an array of this extent would be refused when it is made."""
        if extent not in self._nonnegative:
            made = self._b.op("maximum", self._b.cast(extent, INT), self._b.const(0))
            self._nonnegative[extent] = self._nonnegative[made] = made
        return self._nonnegative[extent]

    def _computed(self, value: Value) -> Value | None:
        if not (isinstance(value.type, Scalar) and value.type.dtype.is_integer):
            return None
        if value in self._places:
            self.needs[self._places[value], None] = None
            return value
        op = self._definitions.get(value)
        asked = extent_of(op)
        if op is None or asked is not None:
            return None if asked is None else self.along(*asked)
        if op.regions or nested_effect(op) != PURE or not self._is_certain(op):
            return None
        operands = [self.of(operand) for operand in op.operands]
        known = [one for one in operands if one is not None]
        if len(known) < len(operands) or len(op.results) > 1:
            return None
        made = Value(value.type, value.name)
        self._b.ops.append(replace(op, operands=tuple(known), results=(made,)))
        return made

    def _is_certain(self, op: Op) -> bool:
        """Whether the op does not raise: what is computed before the program need not be what it computes."""
        constants = [constant_of(made) for made in map(self._definitions.get, op.operands[1:]) if is_constant(made)]
        by_positive = 0 < len(constants) == len(op.operands) - 1 and all(one > 0 for one in constants)
        return not may_trap(op) or (set(reasons(op)) == {VALUE} and by_positive)

    def _of_extent(self, extent: Extent) -> Value | None:
        b = self._b
        if isinstance(extent, int):
            return b.const(extent)
        if isinstance(extent, Value):
            return self.of(extent)
        word, *parts = extent
        if word == "dim":
            array, axis = parts
            if array not in self._places:
                return None
            self.needs[self._places[array], axis] = None
            return b.dim(array, axis)
        if word == "sum":
            found = [self._of_extent(part) for part in parts]
            known = [b.cast(part, INT) for part in found if part is not None]
            return reduce(lambda m, n: b.op("add", m, n), known) if len(known) == len(found) else None
        if word not in ("less", "span", "rest"):
            return None
        first, second = (self._of_extent(part) for part in parts)
        if first is None or second is None:
            return None
        whole, less = (b.cast(part, INT) for part in ((second, first) if word == "span" else (first, second)))
        return self.nonnegative(b.op("sub", whole, less))
