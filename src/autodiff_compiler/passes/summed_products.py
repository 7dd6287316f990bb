"""For the Python backend: a matrix times a vector along one of its axes, summed over that axis, is a product of matrix and vector.

NumPy makes an array of all the products, and then goes through it again; BLAS needs neither.

    Input:  p = mul a, v[:, newaxis]; r = sum p, axis 0         Output: r = matmul v, a
    Input:  p = mul a, v; r = sum p, axis 1                     Output: r = matmul a, v

The vector must be as long as the axis: one that is stretched is not.  Sums may round differently.  Idempotent.
"""

from __future__ import annotations

from autodiff_compiler.ir.core import Function, Op, Value
from autodiff_compiler.ir.path import path_of
from autodiff_compiler.ir.types import dtype_of, rank
from autodiff_compiler.passes.rewrite import Peephole, Result


def run(function: Function) -> Function:
    return _SummedProducts.run(function)


class _SummedProducts(Peephole):
    @staticmethod
    def concerns(op: Op) -> bool:
        return op.kind == "sum"

    def rewrite(self, op: Op) -> Result:
        if op.kind != "sum" or len(op.attrs["axes"]) != 1 or not dtype_of(op.result.type).inexact:
            return None
        (axis,) = op.attrs["axes"]
        product = self.made_by(op.operands[0], "mul")
        if product is None or rank(product.result.type) != 2 or not self.used_once(product.result):
            return None
        for matrix, other in (product.operands, product.operands[::-1]):
            vector = self._vector(other, axis)
            if vector is None or rank(matrix.type) != 2 or dtype_of(matrix.type) != dtype_of(vector.type):
                continue
            fits = self.shapes.same(self.shapes.extents(vector)[0], self.shapes.extents(matrix)[axis])
            if fits and self.shapes.same_shape(matrix, product.result):
                pair = (vector, matrix) if axis == 0 else (matrix, vector)
                return self.become(op, "matmul", *pair)
        return None

    def _vector(self, value: Value, axis: int) -> Value | None:
        """The vector that lies along this axis of a matrix, as an operand beside it."""
        if axis == 1 and rank(value.type) == 1:
            return value
        op = self.made_by(value, "load")
        if op is None or rank(op.operands[0].type) != 1 or path_of(op).added_axes != (1 - axis,):
            return None
        return op.operands[0]
