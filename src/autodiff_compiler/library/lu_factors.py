"""Triangular factors of matrices, and solutions with them, with the checks that they need."""

from __future__ import annotations

from typing import Any

from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.message import LINALG_ERROR
from autodiff_compiler.ir.opset import require


def applied(b: Builder, kind: str, *operands: Value, **attrs: Any) -> tuple[Value, ...]:
    """The results of an op, with the checks that it needs."""
    require(b, kind, *operands, **attrs)
    return b.emit(kind, operands, attrs)


def factored(b: Builder, a: Value, *, singular: bool) -> tuple[Value, Value]:
    """The factors of a matrix, and its row exchanges; an error, as in NumPy, where it is `singular` and may not be."""
    lu, pivots, regular = applied(b, "lu_factor", a)
    if not singular:
        b.emit("check", (regular,), {"error": LINALG_ERROR, "message": ("Singular matrix",)})
    return lu, pivots


def solved(b: Builder, a: Value, right: Value) -> Value:
    lu, pivots = factored(b, a, singular=False)
    return applied(b, "lu_solve", a, lu, pivots, right, transposed=False)[0]
