"""The rule of matmul, for vectors, matrices and stacks of matrices with broadcast leading axes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial, reduce

from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.types import rank
from autodiff_compiler.rules.arrays import to_operand
from autodiff_compiler.rules.rule import Dense, Rule, Site, Tangents


def _jvp(site: Site, tangents: Tangents) -> Value | None:
    b, (left, right) = site.b, site.operands
    of_left = b.op("matmul", tangents[0], right) if tangents[0] is not None else None
    of_right = b.op("matmul", left, tangents[1]) if tangents[1] is not None else None
    if of_left is None or of_right is None:
        return of_left or of_right
    return b.add(of_left, of_right)


def _vjp(site: Site, ct: Value, i: int) -> Dense:
    give = _left_adjoint if i == 0 else _right_adjoint
    left, right = site.operands
    return Dense(give(site.b, left, right, ct))


def _left_adjoint(b: Builder, left: Value, right: Value, ct: Value) -> Value:
    """In index notation: left[..., i, k] gets the sum over j of ct[..., i, j] * right[..., k, j]."""
    if rank(right.type) == 1:
        # A dot product (rank 0), or a matrix times a vector: an outer product.
        return b.mul(ct if rank(left.type) == 1 else b.insert_axes(ct, rank(ct.type)), right)
    if rank(left.type) == 1:
        if rank(right.type) == 2:
            return b.op("matmul", right, ct)
        stacked = b.op("matmul", right, b.insert_axes(ct, rank(ct.type)))
        return b.sum(stacked, _all_axes_but(stacked, rank(stacked.type) - 2))
    if rank(left.type) == 2 < rank(right.type):
        # Summed over the stack, too: one product.
        return b.op("matmul", _side_by_side(b, ct), _swapped(b, _side_by_side(b, right)))
    product = b.op("matmul", ct, _swapped(b, right))
    return product if rank(right.type) == 2 else to_operand(b, product, left)


def _right_adjoint(b: Builder, left: Value, right: Value, ct: Value) -> Value:
    """In index notation: right[..., k, j] gets the sum over i of left[..., i, k] * ct[..., i, j]."""
    if rank(left.type) == 1:
        if rank(right.type) == 1:
            return b.mul(ct, left)
        # left[:, None] * ct[..., None, :]
        return b.mul(b.insert_axes(left, 1), b.insert_axes(ct, rank(ct.type) - 1))
    if rank(right.type) <= 2 < rank(left.type):
        # Summed over the stack, too: one product.
        flat = _rows_of_all(b, ct) if rank(right.type) == 2 else _merged(b, ct, range(rank(ct.type)))
        return b.op("matmul", _swapped(b, _rows_of_all(b, left)), flat)
    product = b.op("matmul", _swapped(b, left), ct)
    return product if rank(left.type) == 2 else to_operand(b, product, right)


def _rows_of_all(b: Builder, stack: Value) -> Value:
    """The rows of all matrices of a stack, one below the other."""
    axes = range(rank(stack.type))
    return _merged(b, stack, axes[:-1], axes[-1:])


def _side_by_side(b: Builder, stack: Value) -> Value:
    """The matrices of a stack side by side: `stack[..., i, j]` at `[i, (..., j)]`."""
    *batch, rows, columns = axes = range(rank(stack.type))
    if not batch:
        return stack
    return _merged(b, b.op("transpose", stack, perm=(rows, *batch, columns)), axes[:1], axes[1:])


def _merged(b: Builder, array: Value, *groups: Sequence[int]) -> Value:
    """The array with each of these groups of neighbouring axes made one."""
    extents = b.dims(array)
    product = partial(b.op, "mul", fits=True)
    return b.op("reshape", array, *(reduce(product, (extents[axis] for axis in group)) for group in groups))


def _swapped(b: Builder, matrix: Value) -> Value:
    """The transpose of the last two axes."""
    *batch, rows, columns = range(rank(matrix.type))
    return b.op("transpose", matrix, perm=(*batch, columns, rows))


def _all_axes_but(array: Value, axis: int) -> list[int]:
    return [other for other in range(rank(array.type)) if other != axis]


RULES: dict[str, Rule] = {"matmul": Rule(_jvp, _vjp)}
