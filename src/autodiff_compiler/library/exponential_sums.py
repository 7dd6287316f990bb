"""`logsumexp`, `softmax` and `log_softmax` of `scipy.special`, made of NumPy's functions.

The largest exponent is a constant of the derivative: what the sum is scaled by does not change it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.dtype import FLOAT64
from autodiff_compiler.ir.types import Array, dtype_of
from autodiff_compiler.library import arith
from autodiff_compiler.library.arguments import as_array, static_bool, to_dtype
from autodiff_compiler.library.registry import Build, lookup


def _call(b: Builder, function: Any, *args: Any, **kwargs: Any) -> Value:
    entry = lookup(function)
    assert entry is not None
    return entry.value(b, *args, **kwargs)


def _floats(b: Builder, x: Any) -> Value:
    value = as_array(b, x)
    dtype = dtype_of(value.type)
    value = to_dtype(b, value, dtype if dtype.is_float else FLOAT64, strong=True)
    return value if isinstance(value.type, Array) else b.full([b.const(1)], value)


def _largest(b: Builder, value: Value, axis: Any) -> Value:
    """The largest elements, with axes of extent 1, and 0 where they are infinite."""
    fixed = b.op("stop_gradient", value)
    top = _call(b, np.max, fixed, axis, keepdims=True)
    return b.select(b.op("isfinite", top), top, b.const_like(0.0, top.type))


def logsumexp(
    b: Builder, a: Any, axis: Any = None, other: Any = None, keepdims: Any = False, return_sign: Any = False
) -> Value | tuple[Value, Value]:
    """`other` are SciPy's weights `b`.  Without them what exceeds the largest exponential is added by log1p, so that it is not lost."""
    value, weights = _floats(b, a), None
    if other is not None:
        value, weights = arith.promoted(b, value, _floats(b, other))
    top = _largest(b, value, axis)
    shifted = arith.binary(b, "-", value, top)
    signed = static_bool(b, return_sign, "return_sign")
    if weights is None and not signed:
        result = _beyond_the_largest(b, value, top, shifted, axis)
    else:
        terms = b.op("exp", shifted)
        weighted = terms if weights is None else _weighted(b, weights, terms)
        total = _call(b, np.sum, weighted, axis, keepdims=True)
        size = b.op("abs", total) if signed else total
        result = arith.binary(b, "+", b.op("log", size), top)
    if not signed:
        return _reduced(b, result, axis, keepdims)
    return _reduced(b, result, axis, keepdims), _reduced(b, b.op("sign", total), axis, keepdims)


def _weighted(b: Builder, weights: Value, terms: Value) -> Value:
    """The terms times their weights; a weight of zero leaves out also what is infinite or undefined."""
    product = arith.binary(b, "*", weights, terms)
    absent = arith.compare(b, "==", weights, 0)
    return arith.apply(b, "select", absent, b.const_like(0.0, product.type), product)


def _beyond_the_largest(b: Builder, value: Value, top: Value, shifted: Value, axis: Any) -> Value:
    largest = b.compare("eq", value, top)
    zero, one = (b.const_like(x, value.type) for x in (0.0, 1.0))
    rest = _call(b, np.sum, b.select(largest, b.op("expm1", shifted), b.op("exp", shifted)), axis, keepdims=True)
    count = _call(b, np.sum, b.select(largest, one, zero), axis, keepdims=True)
    # None is the largest where that is infinite, or where there is nothing to add.
    none = b.compare("eq", count, zero)
    count = b.select(none, one, count)
    rest = b.select(none, arith.binary(b, "-", rest, one), rest)
    excess = b.op("log1p", arith.binary(b, "/", rest, count))
    return arith.binary(b, "+", arith.binary(b, "+", excess, b.op("log", count)), top)


def _reduced(b: Builder, kept: Value, axis: Any, keepdims: Any) -> Value:
    """Without the axes of extent 1, unless they are to be kept."""
    return kept if static_bool(b, keepdims, "keepdims") else _call(b, np.sum, kept, axis)


def softmax(b: Builder, x: Any, axis: Any = None) -> Value:
    value = _floats(b, x)
    terms = b.op("exp", arith.binary(b, "-", value, _largest(b, value, axis)))
    return arith.binary(b, "/", terms, _call(b, np.sum, terms, axis, keepdims=True))


def log_softmax(b: Builder, x: Any, axis: Any = None) -> Value:
    value = _floats(b, x)
    shifted = arith.binary(b, "-", value, _largest(b, value, axis))
    total = _call(b, np.sum, b.op("exp", shifted), axis, keepdims=True)
    return arith.binary(b, "-", shifted, b.op("log", total))


FUNCTIONS: dict[str, Build] = {"logsumexp": logsumexp, "softmax": softmax, "log_softmax": log_softmax}
