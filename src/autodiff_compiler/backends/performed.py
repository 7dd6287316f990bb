"""Which checks need not be printed: those that the NumPy access printed for the same place in the source makes itself.

    check_broadcast (dim x 0), (dim y 0)
    t = add x, y                             printed as `t = x + y`, which raises by itself

The extents that a check compares may be known by other names than those of the operands: an extent of a product is one
of its factors', and extents that an earlier check has compared are equal.
"""

from __future__ import annotations

from collections import defaultdict

from autodiff_compiler.analysis.shapes import Shapes
from autodiff_compiler.backends.nesting import Nesting
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.opset import TABLE

INDEXED = ("load", "store", "accum", "list_get", "list_set", "list_accum")
EXTREMA = ("max", "min", "argmax", "argmin")
CHECKS = ("check", "check_index", "check_broadcast", "check_equal")


def performed_checks(nesting: Nesting) -> frozenset[Op]:
    body = nesting.function.body
    if not any(op.kind in CHECKS for op in nesting.live_ops(body)):
        return frozenset()
    walk = _Walk(nesting)
    walk.region(body)
    return frozenset(walk.performed)


class _Walk:
    def __init__(self, nesting: Nesting) -> None:
        self.nesting = nesting
        self.shapes = Shapes(nesting.function.body)
        self.performed: set[Op] = set()

    def region(self, region: Region) -> None:
        printed: defaultdict[int, list[Op]] = defaultdict(list)
        for op in region.ops:
            if op.operands and not op.regions and op.kind not in CHECKS and op not in self.nesting.dead:
                printed[id(op.span)].append(op)
        with self.shapes.scope():
            for op in region.ops:
                if op.kind in CHECKS:
                    if any(self._performs(access, op) for access in printed[id(op.span)]):
                        self.performed.add(op)
                    self.shapes.assume(op)
                for inner in op.regions:
                    self.region(inner)

    def _performs(self, op: Op, check: Op) -> bool:
        if check.kind == "check":
            # `np.max` needs an element.
            return op.kind in EXTREMA and check.attrs["message"] == (f"{op.kind} of an empty array",)
        first, second = check.operands
        if check.kind == "check_index":
            if op.kind not in INDEXED:
                return False
            items = op.operands[1:] if op.kind in ("load", "list_get") else op.operands[1:-1]
            return first in items and self._extent_of(second, op.operands[0])
        if check.kind == "check_broadcast":
            compares = TABLE[op.kind].elementwise or op.kind in ("store", "accum")
        else:
            compares = op.kind in ("matmul", "concat")
        return compares and all(
            any(self._extent_of(extent, operand) for operand in op.operands) for extent in check.operands
        )

    def _extent_of(self, extent: Value, array: Value) -> bool:
        """Whether `extent` is an extent of (a version of) `array`, or of a list."""
        op = self.nesting.defs.get(extent)
        if op is not None and op.kind in ("dim", "list_len"):
            root = self.nesting.buffers.root
            if root(op.operands[0]) is root(array):
                return True
        wanted = self.shapes.of(extent)
        return any(self.shapes.same(wanted, have) for have in self.shapes.extents(array))
