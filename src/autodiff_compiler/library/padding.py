"""`np.pad`: a border of one number, or of elements of the array itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff_compiler.diagnostics import UnsupportedError, UserError
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.path import ALL, at
from autodiff_compiler.ir.types import Scalar, dtype_of, rank
from autodiff_compiler.library import shapes
from autodiff_compiler.library.arguments import as_value, extents
from autodiff_compiler.library.registry import function

Pairs = list[tuple[Value, Value]]


@function(np.pad, "np.pad")
def pad(b: Builder, array: Any, pad_width: Any, mode: Any = "constant", *, constant_values: Any = 0) -> Value:
    value = shapes.array(b, array, "np.pad")
    widths = _widths(b, pad_width, rank(value.type))
    if mode == "constant":
        return _bordered(b, value, widths, constant_values)
    if mode not in _SOURCES:
        modes = ", ".join(repr(name) for name in ("constant", *_SOURCES))
        raise UnsupportedError("AD202", f"np.pad: the mode {mode!r} is not supported", b.span, help=f"modes: {modes}")
    for axis, (before, after) in enumerate(widths):
        if not _is_zero(pad_width, axis):
            value = _extended(b, value, axis, before, after, _SOURCES[mode])
    return value


def _is_zero(widths: Any, axis: int) -> bool:
    """Whether an axis is known to stay as it is, which NumPy allows for an empty one, too."""
    rows = widths if isinstance(widths, tuple | list) else (widths,)
    row = rows[axis] if isinstance(rows[0], tuple | list) and len(rows) > 1 else rows[0] if len(rows) == 1 else rows
    return all(isinstance(width, int) and width == 0 for width in (row if isinstance(row, tuple | list) else (row,)))


def _widths(b: Builder, given: Any, count: int) -> Pairs:
    """The widths before and after each axis: of a number, one pair for all axes, or a pair for each."""
    rows = list(given) if isinstance(given, tuple | list) else [given]
    if not any(isinstance(row, tuple | list) for row in rows):
        rows = [rows]
    rows = rows * count if len(rows) == 1 else rows
    pairs = []
    for row in rows:
        dims = extents(b, row)
        if len(rows) != count or len(dims) not in (1, 2):
            raise UserError("AD204", f"np.pad: the widths do not fit an array of {count} axes", b.span)
        pairs.append((dims[0], dims[-1]))
    return pairs


def _bordered(b: Builder, x: Value, widths: Pairs, constant: Any) -> Value:
    if isinstance(constant, tuple | list):
        return _bordered_by_axes(b, x, widths, constant)
    border = b.cast(as_value(b, constant), Scalar(dtype_of(x.type)))
    dims, places = [], []
    for axis, (before, after) in enumerate(widths):
        end = b.add(before, b.dim(x, axis))
        dims.append(b.add(end, after))
        places.append(slice(before, end))
    return b.store(b.full(dims, border), *at(*places), x)


def _bordered_by_axes(b: Builder, x: Value, widths: Pairs, constants: Any) -> Value:
    """With numbers for the sides of all axes, or of each one; what is at the corners is that of the last axis."""
    count = rank(x.type)
    rows = list(constants)
    if not any(isinstance(row, tuple | list) for row in rows):
        rows = [rows]
    rows = rows * count if len(rows) == 1 else rows
    if len(rows) != count or any(not isinstance(row, tuple | list) or len(row) not in (1, 2) for row in rows):
        raise UserError("AD204", f"np.pad: the constant values do not fit an array of {count} axes", b.span)
    for axis, ((before, after), row) in enumerate(zip(widths, rows)):
        sides = []
        for width, number in ((before, row[0]), (after, row[-1])):
            dims = [width if k == axis else b.dim(x, k) for k in range(count)]
            sides.append(b.full(dims, b.cast(as_value(b, number), Scalar(dtype_of(x.type)))))
        x = b.op("concat", sides[0], x, sides[1], axis=axis)
    return x


def _extended(b: Builder, x: Value, axis: int, before: Value, after: Value, source: Callable[..., Value]) -> Value:
    """One axis, whose element at position i, counted from the first one of `x`, is that of `x` at source(i)."""
    extent = b.dim(x, axis)
    message = f"can't extend empty axis {axis} using modes other than 'constant' or 'empty'"
    b.emit("check", (b.compare("gt", extent, b.const(0)),), {"error": "ValueError", "message": (message,)})
    positions = b.sub(b.op("arange", b.add(b.add(before, extent), after)), before)
    return b.load(x, *at(*(ALL,) * axis, source(b, positions, extent)))


def _edge(b: Builder, i: Value, extent: Value) -> Value:
    return b.op("minimum", b.op("maximum", i, b.const(0)), b.sub(extent, b.const(1)))


def _wrap(b: Builder, i: Value, extent: Value) -> Value:
    return b.op("mod", i, extent)


def _reflect(b: Builder, i: Value, extent: Value) -> Value:
    """Back and forth, without repeating the ends."""
    last = b.sub(extent, b.const(1))
    period = b.op("maximum", b.mul(b.const(2), last), b.const(1))
    ahead = b.op("mod", i, period)
    return b.op("minimum", ahead, b.sub(b.mul(b.const(2), last), ahead))


def _symmetric(b: Builder, i: Value, extent: Value) -> Value:
    """Back and forth, each end twice."""
    period = b.mul(b.const(2), extent)
    ahead = b.op("mod", i, period)
    return b.op("minimum", ahead, b.sub(b.sub(period, b.const(1)), ahead))


_SOURCES: dict[str, Callable[..., Value]] = {
    "edge": _edge,
    "wrap": _wrap,
    "reflect": _reflect,
    "symmetric": _symmetric,
}
