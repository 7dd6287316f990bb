"""Proves checks.

A check that cannot fail vanishes: of an index whose bounds follow from the loops, conditions and checks around it (see
`analysis/bounds.py`), of extents that are equal, of a condition that holds.  Any other check stays.

    Input:  n = dim x; m = sub n, one; for 0, m, 1 { (i) check_index i, n; j = add i, one; check_index j, n; … }
    Output: n = dim x; m = sub n, one; for 0, m, 1 { (i) j = add i, one; … }

For an index that certainly is not negative, only the upper half of the check is left (attribute `upper`).

A `load`, `store` or `accum` whose slices are proven to lie inside the array (`0 <= start <= stop <= extent`, step 1) gets
the attribute `exact`: its extents are then known (`analysis/shapes.py`).

An operation on Python ints whose result is proven to fit into 64 bits gets the attribute `fits`, which AD passes on.

Idempotent.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from autodiff_compiler.analysis.affine import Affine, of_extent
from autodiff_compiler.analysis.check_proofs import passes
from autodiff_compiler.ir.core import Function, Op, Value
from autodiff_compiler.ir.extent import Extent
from autodiff_compiler.ir.opdef import CHECK, INDEX
from autodiff_compiler.ir.opset import may_overflow, opdef
from autodiff_compiler.ir.path import path_of
from autodiff_compiler.ir.types import INT
from autodiff_compiler.passes.rewrite import FactRewriter


def run(function: Function) -> Function:
    return _Prove.run(function)


class _Prove(FactRewriter):
    @staticmethod
    def concerns(op: Op) -> bool:
        return opdef(op).effect == CHECK or "path" in op.attrs or may_overflow(op)

    def plain(self, op: Op) -> None:
        if opdef(op).effect == CHECK and passes(self.bounds, op):
            return
        if opdef(op).tests == INDEX and not op.attrs.get("upper") and self._is_nonnegative(op.operands[0]):
            op = replace(op, attrs=MappingProxyType({**op.attrs, "upper": True}))
        if "path" in op.attrs and not op.attrs.get("exact") and self._is_exact(op):
            op = replace(op, attrs=MappingProxyType({**op.attrs, "exact": True}))
            self.shapes.define(op)
        if self.compiled and may_overflow(op) and not op.attrs.get("fits") and self.bounds.fits(op):
            op = replace(op, attrs=MappingProxyType({**op.attrs, "fits": True}))
        self.keep(op)

    def _is_nonnegative(self, index: Value) -> bool:
        return index.type == INT and self.bounds.nonnegative(self.bounds.affine(index))

    def _is_exact(self, op: Op) -> bool:
        """Whether the path is one subscript whose slices certainly lie inside; False if there are only whole ones."""
        path, (array, *operands) = path_of(op), op.operands
        sliced = path.slices(operands) if path.is_view else []
        return bool(sliced) and all(self._inside(part, self.shapes.extent(array, axis)) for part, axis in sliced)

    def _inside(self, part: slice, extent: Extent) -> bool:
        if part.step is not None or any(bound is not None and bound.type != INT for bound in (part.start, part.stop)):
            return False
        size = of_extent(self.shapes, extent)
        start = Affine() if part.start is None else self.bounds.affine(part.start)
        stop = size if part.stop is None else self.bounds.affine(part.stop)
        return all(self.bounds.nonnegative(form) for form in (start, stop - start, size - stop))
