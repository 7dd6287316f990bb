"""Whether two branches or loops compute the same from the same values, whatever their own values are called."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.opdef import CHECK, PURE
from autodiff_compiler.ir.opset import is_constant, opdef
from autodiff_compiler.ir.walk import all_ops


def repeatable(op: Op) -> bool:
    """Whether running a branch or loop again would show nothing, and give the same."""
    inner = [one for region in op.regions for one in all_ops(region)]
    return all(one.regions or opdef(one).terminator or opdef(one).effect in (PURE, CHECK) for one in inner)


def exact(value: Any) -> Hashable:
    """An attribute as a key: 0.0 is not -0.0, and 1 is neither 1.0 nor True."""
    return repr(value) if isinstance(value, float | int) else value


class Equality:
    """Compares ops of one function with all that is in them; constants are equal wherever they stand."""

    def __init__(self) -> None:
        self._constants: dict[Value, Hashable] = {}
        """The constants met so far."""
        self._renamed: dict[Value, Value] = {}
        """Values defined in the second op, and what they are in the first."""

    def meet(self, constant: Op) -> None:
        self._constants[constant.result] = constant.result.type, exact(constant.attrs["value"])

    def key(self, op: Op) -> Hashable:
        """What ops that are equal have in common: the kind and the operands."""
        return op.kind, tuple(self._constants.get(v, v) for v in op.operands)

    def equal(self, a: Op, b: Op) -> bool:
        """Whether two ops are the same but for the values that they define."""
        self._renamed.clear()
        return self._ops(a, b)

    def _ops(self, a: Op, b: Op) -> bool:
        if a.kind != b.kind or len(a.operands) != len(b.operands) or len(a.regions) != len(b.regions):
            return False
        if not all(map(self._values, a.operands, b.operands)) or not _same_attributes(a, b):
            return False
        return all(map(self._regions, a.regions, b.regions)) and self._rename(a.results, b.results)

    def _values(self, a: Value, b: Value) -> bool:
        if self._renamed.get(b, b) is a:
            return True
        constant = self._constants.get(a)
        return constant is not None and constant == self._constants.get(b)

    def _regions(self, a: Region, b: Region) -> bool:
        left, right = ([op for op in region.ops if not is_constant(op)] for region in (a, b))
        return len(left) == len(right) and self._rename(a.params, b.params) and all(map(self._ops, left, right))

    def _rename(self, of: tuple[Value, ...], values: tuple[Value, ...]) -> bool:
        """Take the values for those of the first; whether they have the same types."""
        self._renamed.update(zip(values, of))
        return [v.type for v in of] == [v.type for v in values]


def _same_attributes(a: Op, b: Op) -> bool:
    return a.attrs.keys() == b.attrs.keys() and all(
        exact(value) == exact(b.attrs[name]) for name, value in a.attrs.items()
    )
