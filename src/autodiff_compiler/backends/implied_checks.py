"""Which checks need not be printed: those that the NumPy access printed for the same place in the source makes itself.

    check_broadcast (dim x 0), (dim y 0) {access='broadcast'}
    t = add x, y                             printed as `t = x + y`, which raises by itself

A check names its access (`ir/required_checks.py`), and the page of an op the accesses that it makes.  The extents that a check
compares may be known as something other than extents of the operands: an extent of a product is one of its factors', and
extents that an earlier check has compared are equal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import permutations

from autodiff_compiler.analysis.shapes import shapes_of
from autodiff_compiler.backends.nesting import Nesting
from autodiff_compiler.diagnostics import Span
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.opdef import CHECK, INDEX
from autodiff_compiler.ir.opset import opdef, writes_path
from autodiff_compiler.ir.path import path_of
from autodiff_compiler.ir.types import rank


def performed_checks(nesting: Nesting) -> frozenset[Op]:
    body = nesting.function.body
    if not any("access" in op.attrs for op in nesting.live_ops(body)):
        return frozenset()
    walk = _Walk(nesting)
    walk.region(body)
    return frozenset(walk.performed)


class _Walk:
    def __init__(self, nesting: Nesting) -> None:
        self.nesting = nesting
        self.shapes = shapes_of(nesting.function.body)
        self.performed: set[Op] = set()

    def region(self, region: Region) -> None:
        printed: defaultdict[tuple[Span, str], list[Op]] = defaultdict(list)
        for op in region.ops:
            if op not in self.nesting.dead:
                for access in opdef(op).accesses:
                    printed[op.span, access.name].append(op)
        with self.shapes.scope():
            for op in region.ops:
                if opdef(op).effect == CHECK:
                    if any(self._performs(access, op) for access in printed[op.span, op.attrs.get("access", "")]):
                        self.performed.add(op)
                    self.shapes.assume(op)
                for inner in op.regions:
                    self.region(inner)

    def _performs(self, op: Op, check: Op) -> bool:
        """Whether an op that makes the access of a check makes it with the same indices and extents."""
        extents: Sequence[Value] = check.operands
        if opdef(check).tests == INDEX:
            index, *extents = extents
            if index not in op.operands[1:]:
                return False
        if len(extents) == 2:
            return self._compares(op, *extents, aligned=check.attrs.get("access") == "broadcast")
        return all(any(self._axes(extent, operand) for operand in op.operands) for extent in extents)

    def _compares(self, op: Op, first: Value, second: Value, *, aligned: bool) -> bool:
        """Whether the access compares two extents: those of two operands, on the same axis where it broadcasts."""
        operands = op.operands
        if writes_path(op):  # what is compared are the extents of the place
            b = Builder(op.span)
            operands = (*operands, b.op("load", *operands[:-1], path=path_of(op)))
            self.shapes.define(b.ops[-1])
        for x, y in permutations(operands, 2):
            found, other = self._axes(first, x), self._axes(second, y)
            if (found & other) if aligned else (found and other):
                return True
        return False

    def _axes(self, extent: Value, array: Value) -> frozenset[int]:
        """The axes of (a version of) `array`, or of a list, whose extent this is; counted from the end."""
        known = self.shapes.extents(array)
        wanted = self.shapes.of(extent)
        axes = [i - len(known) for i, have in enumerate(known) if self.shapes.same(wanted, have)]
        op = self.nesting.defs.get(extent)
        if op is not None and opdef(op).measures and self._are_alike(op.operands[0], array):
            axes.append(op.attrs.get("axis", 0) - (rank(array.type) or 1))
        return frozenset(axes)

    def _are_alike(self, one: Value, other: Value) -> bool:
        """Whether two values are versions of one array, or were read from such versions."""
        return self.nesting.memory.may_share(self._whole(one), self._whole(other))

    def _whole(self, value: Value) -> Value:
        """What a value was read from."""
        op = self.nesting.defs.get(value)
        while op is not None and opdef(op).views:
            value = op.operands[0]
            op = self.nesting.defs.get(value)
        return value
