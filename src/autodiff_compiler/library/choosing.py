"""Where an array is not zero, and choosing by a condition."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.diagnostics import UserError
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.path import at
from autodiff_compiler.ir.required_checks import product
from autodiff_compiler.ir.types import Array
from autodiff_compiler.library import arith
from autodiff_compiler.library.arguments import as_array, shape_of
from autodiff_compiler.library.elementwise import strong
from autodiff_compiler.library.reductions import flat
from autodiff_compiler.library.registry import function


def positions(b: Builder, mask: Value) -> Value:
    """Where a mask is true, counted in C order: as many numbers as there are true elements."""
    row = flat(b, mask)
    return b.load(b.op("arange", b.dim(row, 0)), *at(row))


def unraveled(b: Builder, places: Value, dims: list[Value]) -> list[Value]:
    """Places that count elements in C order, as an index for each axis."""
    one = b.const(1)
    found = []
    for axis in range(len(dims)):
        rest = places
        if axis + 1 < len(dims):
            rest = b.op("floordiv", rest, b.op("maximum", product(b, dims[axis + 1 :]), one))
        found.append(b.op("mod", rest, b.op("maximum", dims[axis], one)) if axis else rest)
    return found


@function(np.flatnonzero, "np.flatnonzero")
def flatnonzero(b: Builder, a: Any) -> Value:
    return positions(b, arith.as_bool(b, as_array(b, a)))


@function(np.nonzero, "np.nonzero", "nonzero")
def nonzero(b: Builder, a: Any) -> tuple[Value, ...]:
    mask = arith.as_bool(b, as_array(b, a))
    if not isinstance(mask.type, Array):
        raise UserError("AD204", "np.nonzero of a number", b.span, help="use np.atleast_1d(x).nonzero()")
    return tuple(unraveled(b, positions(b, mask), shape_of(b, mask)))


@function(np.where, "np.where")
def where(b: Builder, condition: Any, x: Any = None, y: Any = None) -> Value:
    if x is None or y is None:
        raise UserError("AD201", "np.where: either both or neither of x and y should be given", b.span)
    test = arith.as_bool(b, as_array(b, condition))
    return arith.apply(b, "select", test, *strong(b, x, y))
