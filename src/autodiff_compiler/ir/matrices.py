"""Parts and forms of matrices, built of ops: what derivative rules and the library have in common.

A matrix is the last two axes of an array; axes before them are those of a stack.
"""

from __future__ import annotations

from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.dtype import DType
from autodiff_compiler.ir.path import ALL, at
from autodiff_compiler.ir.types import Scalar, rank


def transposed(b: Builder, matrix: Value) -> Value:
    """The last two axes exchanged."""
    *batch, rows, columns = range(rank(matrix.type))
    return b.op("transpose", matrix, perm=(*batch, columns, rows))


def identity(b: Builder, n: Value, dtype: DType) -> Value:
    """The identity of n rows."""
    number = b.op("arange", n)
    zeros = b.full([n, n], b.const(0, Scalar(dtype)))
    return b.store(zeros, *at(number, number), b.const(1, Scalar(dtype)))


def triangle(b: Builder, matrix: Value, k: int = 0, *, lower: bool) -> Value:
    """The matrix with zeros above, or below, its k-th diagonal."""
    count = rank(matrix.type)
    row = b.insert_axes(b.op("arange", b.dim(matrix, count - 2)), 1)
    column = b.insert_axes(b.op("arange", b.dim(matrix, count - 1)), 0)
    kept = b.compare("le" if lower else "ge", b.sub(column, row), b.const(k))
    return b.select(kept, matrix, b.const_like(0, matrix.type))


def diagonal(b: Builder, matrix: Value) -> Value:
    """The diagonal of a matrix that is square, or has fewer rows than columns."""
    count = rank(matrix.type)
    number = b.op("arange", b.dim(matrix, count - 2))
    return b.load(matrix, *at(*(ALL,) * (count - 2), number, number))


def columns_of(b: Builder, vector: Value) -> Value:
    """A vector as a matrix of one column."""
    return b.insert_axes(vector, rank(vector.type))


def scaled_columns(b: Builder, matrix: Value, factors: Value) -> Value:
    """`matrix @ diag(factors)`."""
    return b.mul(matrix, b.insert_axes(factors, rank(matrix.type) - 2))
