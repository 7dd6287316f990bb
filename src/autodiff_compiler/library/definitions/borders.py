"""`np.pad`: a border of numbers, of elements of the array itself, of a ramp, or of what an edge has in the mean, at most …"""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library.defined import define, unsupported

_TURNED = ("reflect", "symmetric")
_STATISTICS = ("maximum", "minimum", "mean", "median")
_MODES = ("constant", "empty", "edge", "wrap", "linear_ramp", *_TURNED, *_STATISTICS)


@define(np.pad, "np.pad", "mode")
def pad(array: Any, pad_width: Any, mode: Any = "constant", **kwargs: Any) -> Any:
    """One axis after the other, so that the corners are of the last one."""
    given = np.asarray(array)
    if not isinstance(mode, str):
        unsupported("np.pad with a function", "write into an array that is padded by zeros")
    if mode not in _MODES:
        raise ValueError("this mode is not supported")
    for name in kwargs:
        if name != _option(mode):
            raise ValueError("unsupported keyword arguments for this mode")
    widths = _widths(pad_width, given.ndim)
    if mode == "constant":
        return _bordered(given, widths, kwargs.get("constant_values", 0))
    if mode == "empty":
        return _bordered(given, widths, 0)
    ends = _pairs(kwargs.get("end_values", 0), given.ndim)
    lengths = _pairs(kwargs.get("stat_length"), given.ndim)
    odd = kwargs.get("reflect_type", "even") == "odd"
    found = given
    for axis in tuple(range(given.ndim)):
        before, after = widths[axis]
        if not (isinstance(before, int) and isinstance(after, int) and before == 0 and after == 0):
            rows = np.moveaxis(found, axis, -1)
            if rows.shape[-1] == 0 and before + after > 0:
                raise ValueError("can't extend an empty axis using modes other than 'constant' or 'empty'")
            found = np.moveaxis(_extended(rows, before, after, mode, ends[axis], lengths[axis], odd), -1, axis)
    return np.array(found)


def _option(mode: str) -> str:
    """The one keyword that a mode takes."""
    if mode in _TURNED:
        return "reflect_type"
    if mode in _STATISTICS:
        return "stat_length"
    return {"constant": "constant_values", "linear_ramp": "end_values"}.get(mode, "")


def _extended(rows: Any, before: Any, after: Any, mode: str, ends: Any, lengths: Any, odd: bool) -> Any:
    """What is padded along the last axis."""
    if mode == "linear_ramp":
        left = _ramp(ends[0], rows[..., :1], before)
        right = np.flip(_ramp(ends[1], rows[..., -1:], after), -1)
    elif mode in _STATISTICS:
        left = np.repeat(_statistic(mode, rows, lengths[0], False), before, axis=-1)
        right = np.repeat(_statistic(mode, rows, lengths[1], True), after, axis=-1)
    elif odd:
        skipped = 1 if mode == "reflect" else 0
        left = 2 * rows[..., :1] - _turned(rows, np.arange(before)[::-1] + skipped, skipped)
        right = _turned(rows, rows.shape[-1] + np.arange(after), skipped)
    else:
        places = _source(np.arange(before + rows.shape[-1] + after) - before, rows.shape[-1], mode)
        return rows[..., places]
    return np.concatenate([left, rows, right], axis=-1)


def _source(places: Any, extent: int, mode: str) -> Any:
    """Which elements are at places that are counted from the first one."""
    if mode == "edge":
        return np.minimum(np.maximum(places, 0), extent - 1)
    if mode == "wrap":
        return places % extent
    skipped = 1 if mode == "reflect" else 0
    ahead = places % _period(extent, skipped)
    return np.minimum(ahead, 2 * extent - 1 - skipped - ahead)


def _period(extent: int, skipped: int) -> int:
    """The period of a sequence that goes back and forth; its ends are repeated, or not."""
    return max(2 * (extent - skipped), 1)


def _turned(rows: Any, places: Any, skipped: int) -> Any:
    """Elements from the first one on, where what is reflected is turned about the last one: each period is higher than the one before."""
    extent = rows.shape[-1]
    period = _period(extent, skipped)
    ahead = places % period
    last = rows[..., -1:]
    plain = rows[..., np.minimum(ahead, np.maximum(2 * extent - 1 - skipped - ahead, 0))]
    turned = np.where(ahead < extent, plain, 2 * last - plain)
    rise = 2 * (last - rows[..., :1]) * (places // period).astype(rows.dtype)
    return turned + np.where(places < period, 0, rise).astype(rows.dtype)


def _ramp(end: Any, edge: Any, width: int) -> Any:
    wide = edge.astype(np.complex128) if edge.dtype.kind == "c" else edge.astype(np.float64)
    found = end + np.arange(width) * ((wide - end) / max(width, 1))
    return (np.floor(found) if edge.dtype.kind in "iu" else found).astype(edge.dtype)


def _statistic(mode: str, rows: Any, length: Any, of_end: bool) -> Any:
    """Of so many elements at the edge, or of all."""
    extent = rows.shape[-1]
    count = extent if length is None else min(length, extent)
    if mode in ("maximum", "minimum") and count == 0:
        raise ValueError("stat_length of 0 yields no value for padding")
    part = rows[..., extent - count :] if of_end else rows[..., :count]
    if mode == "maximum":
        return np.max(part, axis=-1, keepdims=True)
    if mode == "minimum":
        return np.min(part, axis=-1, keepdims=True)
    found = np.mean(part, axis=-1, keepdims=True) if mode == "mean" else np.median(part, axis=-1, keepdims=True)
    return (np.round(found) if rows.dtype.kind in "iu" else found).astype(rows.dtype)


def _bordered(given: Any, widths: Any, values: Any) -> Any:
    if isinstance(values, (tuple, list)) or given.ndim not in (1, 2, 3):
        return _bordered_by_axes(given, widths, _pairs(values, given.ndim))
    extents, shape = given.shape, []
    for axis in tuple(range(given.ndim)):
        shape.append(widths[axis][0] + extents[axis] + widths[axis][1])
    found = np.full(tuple(shape), values, dtype=given.dtype)
    i = widths[0][0]
    if given.ndim == 1:
        found[i : i + extents[0]] = given
        return found
    j = widths[1][0]
    if given.ndim == 2:
        found[i : i + extents[0], j : j + extents[1]] = given
        return found
    k = widths[2][0]
    found[i : i + extents[0], j : j + extents[1], k : k + extents[2]] = given
    return found


def _bordered_by_axes(given: Any, widths: Any, values: Any) -> Any:
    """With numbers for the sides of each axis."""
    found = given
    for axis in tuple(range(given.ndim)):
        sides = []
        for width, value in zip(widths[axis], values[axis]):
            shape = (*found.shape[:axis], width, *found.shape[axis + 1 :])
            sides.append(np.full(shape, value, dtype=given.dtype))
        found = np.concatenate([sides[0], found, sides[1]], axis=axis)
    return found


def _widths(given: Any, count: int) -> Any:
    """The widths before and after each axis; of a dict, those of some axes."""
    by_axis = given
    if isinstance(given, dict):
        by_axis = [(0, 0)] * count
        for axis, width in given.items():
            by_axis[axis] = width if isinstance(width, tuple) else (width, width)
    pairs = _pairs(by_axis, count)
    for pair in pairs:
        for width in pair:
            if isinstance(width, float):
                raise TypeError("`pad_width` must be of integral type.")
            if width < 0:
                raise ValueError("index can't contain negative values")
    return pairs


def _pairs(given: Any, count: int) -> Any:
    """A pair for each axis: of one thing, of one pair for all axes, or of one for each."""
    rows = given if isinstance(given, (tuple, list)) else (given,)
    if not isinstance(rows[0], (tuple, list)):
        rows = (rows,)
    if len(rows) == 1:
        rows = (rows[0],) * count
    if len(rows) != count:
        raise ValueError("the widths or values of a border do not fit the axes")
    found = []
    for row in rows:
        if len(row) not in (1, 2):
            raise ValueError("the widths or values of a border are not pairs")
        found.append((row[0], row[-1]))
    return tuple(found)
