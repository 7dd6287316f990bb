"""Functions that are known at points: differences, slopes, what lies between, phases."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library.defined import define, define_for_complex, unsupported
from autodiff_compiler.library.definitions.missing_values import chosen


def _spacing(h: Any, length: int) -> Any:
    """The distance of neighbours, one number or one for each pair."""
    if np.ndim(h) == 0:
        return h
    given = np.asarray(h)
    if given.ndim > 1:
        raise ValueError("distances must be either scalars or 1d")
    if len(given) != length:
        raise ValueError("when 1d, distances must match the length of the corresponding dimension")
    return np.diff(given) if given.dtype.kind == "f" else np.diff(given.astype(np.float64))


def _slopes_evenly(f: Any, h: Any, edge_order: int) -> Any:
    inner = (f[2:] - f[:-2]) / (2.0 * h)
    if edge_order == 1:
        first, last = (f[1:2] - f[:1]) / h, (f[-1:] - f[-2:-1]) / h
    else:
        first = -1.5 / h * f[:1] + 2.0 / h * f[1:2] - 0.5 / h * f[2:3]
        last = 0.5 / h * f[-3:-2] - 2.0 / h * f[-2:-1] + 1.5 / h * f[-1:]
    return np.concatenate((first, inner, last))


def _slopes(f: Any, steps: Any, edge_order: int) -> Any:
    """Along the first axis, with a distance for each pair of neighbours."""
    d = np.reshape(steps, (len(steps),) + (1,) * (f.ndim - 1))
    before, after = d[:-1], d[1:]
    both = before + after
    inner = (
        -after / (before * both) * f[:-2]
        + (after - before) / (before * after) * f[1:-1]
        + before / (after * both) * f[2:]
    )
    if edge_order == 1:
        first, last = (f[1:2] - f[:1]) / d[:1], (f[-1:] - f[-2:-1]) / d[-1:]
    else:
        p, q = d[:1], d[1:2]
        first = -(2.0 * p + q) / (p * (p + q)) * f[:1] + (p + q) / (p * q) * f[1:2] - p / (q * (p + q)) * f[2:3]
        p, q = d[-2:-1], d[-1:]
        last = q / (p * (p + q)) * f[-3:-2] - (q + p) / (p * q) * f[-2:-1] + (2.0 * q + p) / (q * (p + q)) * f[-1:]
    return np.concatenate((first, inner, last))


@define(np.gradient, "np.gradient", "axis", "edge_order")
def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    values = np.asarray(f)
    if values.dtype.kind not in "fc":
        values = values.astype(np.float64)
    if edge_order > 2:
        raise ValueError("'edge_order' greater than 2 not supported")
    axes = tuple(range(values.ndim)) if axis is None else tuple(axis) if isinstance(axis, (tuple, list)) else (axis,)
    distances = (
        (1.0,) * len(axes)
        if len(varargs) == 0
        else varargs * len(axes)
        if len(varargs) == 1 and np.ndim(varargs[0]) == 0
        else varargs
    )
    if len(distances) != len(axes):
        raise TypeError("invalid number of arguments")
    found = []
    for k, along in enumerate(axes):
        moved = np.moveaxis(values, along, 0)
        if len(moved) < edge_order + 1:
            raise ValueError("Shape of array too small to calculate a numerical gradient")
        h = _spacing(distances[k], len(moved))
        slopes = _slopes_evenly(moved, h, edge_order) if np.ndim(h) == 0 else _slopes(moved, h, edge_order)
        found.append(np.moveaxis(slopes, 0, along))
    return found[0] if len(axes) == 1 else tuple(found)


@define(np.diff, "np.diff", "n", "axis")
def diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    if n == 0:
        return a
    if n < 0:
        raise ValueError("order must be non-negative")
    values = np.asarray(a)
    if values.ndim == 0:
        raise ValueError("diff requires input that is at least one dimensional")
    if prepend is not None or append is not None:
        values = _lengthened(values, prepend, append, axis)
    values = np.moveaxis(values, axis, 0)
    for _ in range(n):
        values = values[1:] ^ values[:-1] if values.dtype == bool else values[1:] - values[:-1]
    return np.moveaxis(values, 0, axis)


def _lengthened(values: Any, prepend: Any, append: Any, axis: int) -> Any:
    shape = tuple([1 if k == axis % values.ndim else n for k, n in enumerate(values.shape)])
    parts = [values]
    if prepend is not None:
        parts = [_end(prepend, shape), *parts]
    if append is not None:
        parts = [*parts, _end(append, shape)]
    return np.concatenate(parts, axis=axis)


def _end(given: Any, shape: tuple[int, ...]) -> Any:
    return np.broadcast_to(given, shape) if np.ndim(given) == 0 else np.asarray(given)


@define(np.ediff1d, "np.ediff1d")
def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    row = np.ravel(np.asarray(ary))
    steps = row[1:] - row[:-1]
    if to_begin is not None:
        steps = np.concatenate((np.ravel(np.asarray(to_begin)).astype(row.dtype), steps))
    if to_end is not None:
        steps = np.concatenate((steps, np.ravel(np.asarray(to_end)).astype(row.dtype)))
    return steps


@define(np.interp, "np.interp")
def interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Any:
    """At a knot the slope is that of the segment behind it, at the last one of the segment before it."""
    at = np.asarray(x).astype(np.float64)
    knots, values = np.asarray(xp).astype(np.float64), np.asarray(fp).astype(np.float64)
    if knots.ndim != 1 or values.ndim != 1:
        raise ValueError("Data points must be 1-D sequences")
    if len(knots) != len(values):
        raise ValueError("fp and xp are not of the same length.")
    if len(knots) == 0:
        raise ValueError("array of sample points is empty")
    if period is not None:
        if period == 0:
            raise ValueError("period must be a non-zero value")
        length = abs(period)
        at, knots = at % length, knots % length
        order = np.argsort(knots)
        knots, values = knots[order], values[order]
        knots = np.concatenate((knots[-1:] - length, knots, knots[:1] + length))
        values = np.concatenate((values[-1:], values, values[:1]))
    low = np.clip(np.searchsorted(knots, at, "right") - 1, 0, max(len(knots) - 2, 0))
    high = np.minimum(low + 1, len(knots) - 1)
    width = knots[high] - knots[low]
    slope = chosen(width > 0, values[high] - values[low], 0.0) / chosen(width > 0, width, 1.0)
    last = at == knots[-1]
    found = chosen(last, values[high], values[low]) + slope * (at - chosen(last, knots[high], knots[low]))
    if period is None:
        found = chosen(at < knots[0], values[0] if left is None else left, found)
        found = chosen(at > knots[-1], values[-1] if right is None else right, found)
    return found


@define_for_complex(np.interp, "np.interp")
def complex_interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Any:
    """Values may be complex, places may not."""
    if np.iscomplexobj(x) or np.iscomplexobj(xp) or not np.iscomplexobj(fp):
        unsupported("np.interp with complex numbers that are not its values", "take their real parts")
    values = np.asarray(fp).astype(np.complex128)
    real, imag = (
        np.interp(x, xp, part(values), _part(part, left), _part(part, right), period) for part in (np.real, np.imag)
    )
    return real + 1j * imag


def _part(part: Any, value: Any) -> Any:
    return None if value is None else part(value + 0j)


@define(np.unwrap, "np.unwrap", "axis")
def unwrap(p: Any, discont: Any = None, axis: int = -1, *, period: Any = 2 * np.pi) -> Any:
    """Multiples of the period are added, which are constants to derivatives."""
    phases = np.moveaxis(np.asarray(p), axis, 0)
    if phases.dtype.kind != "f":
        phases = phases.astype(np.float64)
    steps = phases[1:] - phases[:-1]
    half = period / 2
    rest = np.mod(steps + half, period) - half
    rest = np.where((rest == -half) & (steps > 0), half, rest)
    turns = np.where(np.abs(steps) < (half if discont is None else discont), 0.0, rest - steps)
    return np.moveaxis(np.concatenate((phases[:1], phases[1:] + np.cumsum(turns, axis=0))), 0, axis)
