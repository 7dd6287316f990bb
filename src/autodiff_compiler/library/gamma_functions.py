"""Functions of `scipy.special` that are made of the gamma function and its kin: combinations, factorials, derivatives of all orders."""

from __future__ import annotations

import math
from typing import Any

from autodiff_compiler.diagnostics import UnsupportedError, UserError
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.dtype import FLOAT64
from autodiff_compiler.ir.types import F64, dtype_of
from autodiff_compiler.library import arith
from autodiff_compiler.library.arguments import as_operand, static_bool, static_count, static_int, to_dtype, type_of
from autodiff_compiler.library.registry import Build


def _float(b: Builder, x: Any) -> Value:
    x = as_operand(b, x)
    dtype = dtype_of(type_of(b, x))
    return to_dtype(b, x, dtype if dtype.is_float and not isinstance(x, float) else FLOAT64, strong=True)


def _inexact(b: Builder, exact: Any, name: str) -> None:
    if exact is not None and static_bool(b, exact, "exact"):
        raise UnsupportedError(
            "AD202", f"{name} with exact=True", b.span, help="leave exact out, or use the function of math"
        )


def comb(b: Builder, N: Any, k: Any, *, exact: Any = False, repetition: Any = False) -> Value:
    """0 unless 0 <= k <= N, as SciPy's."""
    _inexact(b, exact, "scipy.special.comb")
    n, k = arith.promoted(b, _float(b, N), _float(b, k))
    if static_bool(b, repetition, "repetition"):
        n = arith.binary(b, "-", arith.binary(b, "+", n, k), b.const_like(1.0, n.type))
    zero = b.const_like(0.0, n.type)
    inside = arith.apply(b, "and", b.compare("ge", n, zero), b.compare("ge", k, zero))
    inside = arith.apply(b, "and", inside, arith.apply(b, "le", k, n))
    # Where there is no combination the count is taken of other numbers: it may be undefined there.
    some, none = b.const_like(1.0, n.type), b.const_like(0.0, n.type)
    counted = arith.apply(
        b, "binom", arith.apply(b, "select", inside, n, some), arith.apply(b, "select", inside, k, none)
    )
    return arith.apply(b, "select", inside, counted, zero)


def factorial(b: Builder, n: Any, exact: Any = False) -> Value:
    """gamma(n + 1), and 0 for negative numbers."""
    _inexact(b, exact, "scipy.special.factorial")
    value = _float(b, n)
    negative = b.compare("lt", value, b.const_like(0.0, value.type))
    inside = arith.apply(b, "select", negative, b.const_like(0.0, value.type), value)
    made = b.op("gamma", arith.binary(b, "+", inside, b.const_like(1.0, value.type)))
    return arith.apply(b, "select", negative, b.const_like(0.0, value.type), made)


def polygamma(b: Builder, n: Any, x: Any) -> Value:
    """The derivative of digamma, by Hurwitz's zeta function, of an order that is known."""
    order = static_int(b, n, "the order n of scipy.special.polygamma")
    if order < 0:
        raise UserError("AD205", "scipy.special.polygamma of a negative order", b.span)
    value = to_dtype(b, as_operand(b, x), FLOAT64, strong=True)
    if order == 0:
        return b.op("digamma", value)
    factor = (-1.0) ** (order + 1) * math.gamma(order + 1.0)
    return b.mul(b.const(factor, F64), b.op("zeta", b.const(order + 1.0, F64), value))


def multigammaln(b: Builder, a: Any, d: Any) -> Value:
    dimension = static_count(b, d, "the dimension d of scipy.special.multigammaln")
    if dimension < 1:
        raise UserError("AD205", "d should be a positive integer (dimension)", b.span)
    value = to_dtype(b, as_operand(b, a), FLOAT64, strong=True)
    lowest = b.sub(value, b.const(0.5 * (dimension - 1), F64))
    arith.require_each(b, "gt", lowest, f"a must be larger than 0.5 * ({dimension} - 1)")
    total: Value = b.const(0.25 * dimension * (dimension - 1) * math.log(math.pi), F64)
    for j in range(dimension):
        total = b.add(total, b.op("gammaln", b.sub(value, b.const(0.5 * j, F64))))
    return total


FUNCTIONS: dict[str, Build] = {
    "comb": comb,
    "factorial": factorial,
    "polygamma": polygamma,
    "multigammaln": multigammaln,
}
