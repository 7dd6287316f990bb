"""Systems of equations and pseudoinverses of complex matrices, as those of real ones of twice the size.

(A + iB)(x + iy) = c + id is [[A, -B], [B, A]] [x; y] = [c; d], which is singular for the same matrices, and as well conditioned: it has
every singular value of A + iB twice.
"""

from __future__ import annotations

from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.dtype import COMPLEX128, FLOAT64
from autodiff_compiler.ir.matrices import identity
from autodiff_compiler.ir.path import ALL, at
from autodiff_compiler.ir.types import rank
from autodiff_compiler.library.arguments import to_dtype
from autodiff_compiler.library.lu_factors import solved


def _parts(b: Builder, x: Value) -> tuple[Value, Value]:
    whole = to_dtype(b, x, COMPLEX128)
    return b.op("real", whole), b.op("imag", whole)


def as_real(b: Builder, matrix: Value) -> Value:
    """The real matrix that does to the parts of a vector what this one does to the vector."""
    last = rank(matrix.type) - 1
    re, im = _parts(b, matrix)
    upper = b.op("concat", re, b.neg(im), axis=last)
    return b.op("concat", upper, b.op("concat", im, re, axis=last), axis=last - 1)


def as_complex(b: Builder, stacked: Value, rows: Value) -> Value:
    """Parts that stand one below the other as complex numbers."""
    before = (ALL,) * (rank(stacked.type) - 2)
    return b.op(
        "complex",
        b.load(stacked, *at(*before, slice(None, rows))),
        b.load(stacked, *at(*before, slice(rows, None))),
    )


def solve(b: Builder, a: Value, right: Value) -> Value:
    """Of a matrix of right-hand sides, or a stack of them."""
    parts = b.op("concat", *_parts(b, right), axis=rank(right.type) - 2)
    return as_complex(b, solved(b, as_real(b, a), parts), b.dim(right, rank(right.type) - 2))


def inverse(b: Builder, a: Value) -> Value:
    rows = b.dim(a, rank(a.type) - 1)
    one = identity(b, rows, FLOAT64)
    parts = b.op("concat", one, b.zeros_like(one), axis=0)
    return as_complex(b, solved(b, as_real(b, a), parts), rows)
