"""Parts and forms of matrices, built of ops: what derivative rules and the library have in common.

A matrix is the last two axes of an array; axes before them are those of a stack.
"""

from __future__ import annotations

from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.dtype import DType
from autodiff_compiler.ir.path import ALL, at
from autodiff_compiler.ir.types import Scalar, dtype_of, is_complex, rank


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


def on_diagonal(b: Builder, factors: Value) -> Value:
    """`diag(factors)`, with zeros beside."""
    count = rank(factors.type)
    number = b.op("arange", b.dim(factors, count - 1))
    same = b.compare("eq", b.insert_axes(number, 1), b.insert_axes(number, 0))
    return b.select(same, b.insert_axes(factors, count), b.const_like(0, factors.type))


def product(b: Builder, *factors: Value) -> Value:
    """The product of matrices, from left to right."""
    first, *others = factors
    for other in others:
        first = b.op("matmul", first, other)
    return first


def whole(b: Builder, matrix: Value) -> Value:
    """The symmetric matrix with this lower triangle."""
    return b.add(triangle(b, matrix, lower=True), transposed(b, triangle(b, matrix, -1, lower=True)))


def hermitian(b: Builder, matrix: Value) -> Value:
    """The Hermitian matrix with this lower triangle, of whose diagonal the real parts are read; of real numbers `whole`."""
    if not is_complex(matrix.type):
        return whole(b, matrix)
    below = triangle(b, matrix, -1, lower=True)
    strict = b.add(below, b.op("conj", transposed(b, below)))
    middle = on_diagonal(b, b.op("real", diagonal(b, matrix)))
    return b.add(strict, b.op("cast", middle, dtype=dtype_of(matrix.type)))


def folded(b: Builder, bar: Value) -> Value:
    """The transpose of `whole`."""
    return b.add(triangle(b, bar, lower=True), triangle(b, transposed(b, bar), -1, lower=True))


def permuted(b: Builder, pivots: Value, matrix: Value, *, back: bool = False) -> Value:
    """The rows in the order in which a factorisation put them, or brought `back` from it: factors that are all 1 do this."""
    count = rank(matrix.type)
    one = identity(b, b.dim(matrix, count - 2), dtype_of(matrix.type))
    if rank(pivots.type) > 1:
        one = b.op("broadcast_to", one, *b.dims(pivots), b.dim(matrix, count - 2))
    return b.op("lu_solve", one, one, pivots, matrix, transposed=back)
