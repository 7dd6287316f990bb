"""Interpolating functions of `scipy.interpolate` that are made inside a program: they vary with the values that they go through.

The slopes at the knots come from one system of equations, as in SciPy (`CubicSpline`, after C. de Boor, A Practical Guide to Splines), or
from the neighbours (`PchipInterpolator`, after F. N. Fritsch and J. Butland, 1984).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library.defined import define_in, unsupported
from autodiff_compiler.library.definitions.interpolants import MODULE, beside
from autodiff_compiler.library.standard.pieces import Line, Pieces


def _points(x: Any, y: Any, axis: int, least: int = 2) -> Any:
    """Knots that rise, and the values there, along the first axis."""
    if axis != 0:
        unsupported("a spline along another axis than the first", "np.moveaxis(y, axis, 0)")
    knots, values = np.asarray(x).astype(np.float64), np.asarray(y).astype(np.float64)
    if knots.ndim != 1:
        raise ValueError("`x` must be 1-dimensional.")
    if len(knots) < least:
        raise ValueError(f"`x` must contain at least {least} elements.")
    if len(knots) != len(values):
        raise ValueError("The length of `y` along `axis`=0 doesn't match the length of `x`")
    if np.any(np.diff(knots) <= 0):
        raise ValueError("`x` must be strictly increasing sequence.")
    return knots, values


def _through(knots: Any, values: Any, slopes: Any, extrapolate: Any) -> Pieces:
    """The cubic polynomials with these values and slopes at the knots."""
    h = beside(np.diff(knots), values)
    mean = np.diff(values, axis=0) / h
    t = (slopes[:-1] + slopes[1:] - 2 * mean) / h
    c = [t / h, (mean - slopes[:-1]) / h - t, slopes[:-1], values[:-1]]
    return Pieces(c, knots, 3, True if extrapolate is None else extrapolate)


@define_in(MODULE, "CubicSpline", "axis", "extrapolate")
def cubic_spline(x: Any, y: Any, axis: int = 0, bc_type: Any = "not-a-knot", extrapolate: Any = None) -> Any:
    knots, values = _points(x, y, axis)
    return _through(knots, values, _spline_slopes(knots, values, bc_type), extrapolate)


@define_in(MODULE, "CubicHermiteSpline", "axis", "extrapolate")
def hermite_spline(x: Any, y: Any, dydx: Any, axis: int = 0, extrapolate: Any = None) -> Any:
    knots, values = _points(x, y, axis)
    slopes = np.asarray(dydx).astype(np.float64)
    if np.shape(slopes) != np.shape(values):
        raise ValueError("The shapes of `y` and `dydx` must be identical.")
    return _through(knots, values, slopes, extrapolate)


@define_in(MODULE, "PchipInterpolator", "axis", "extrapolate")
def pchip(x: Any, y: Any, axis: int = 0, extrapolate: Any = None) -> Any:
    knots, values = _points(x, y, axis)
    return _through(knots, values, _monotone_slopes(knots, values), extrapolate)


def _ends(bc_type: Any) -> Any:
    """What holds at the first and at the last knot: "not-a-knot", or the order of a derivative and its value."""
    if bc_type == "periodic":
        unsupported("a periodic spline that is made inside the function", 'bc_type="not-a-knot"')
    first, last = (bc_type, bc_type) if isinstance(bc_type, str) else bc_type
    return _end(first), _end(last)


def _end(word: Any) -> Any:
    if word == "natural":
        return 2, 0.0
    if word == "clamped":
        return 1, 0.0
    if word == "not-a-knot":
        return 0, 0.0
    return word


def _spline_slopes(x: Any, y: Any, bc_type: Any) -> Any:
    (first, first_value), (last, last_value) = _ends(bc_type)
    n, dx = len(x), np.diff(x)
    h = beside(dx, y)
    mean = np.diff(y, axis=0) / h
    if n == 2 and first == 0:
        first, first_value = 1, mean[0]
    if n == 2 and last == 0:
        last, last_value = 1, mean[0]
    a, b = np.zeros((n, n)), np.zeros_like(y)
    if n == 3 and first == 0 and last == 0:  # a parabola
        a[0, 0], a[0, 1] = 1.0, 1.0
        a[1, 0], a[1, 1], a[1, 2] = dx[1], 2 * (dx[0] + dx[1]), dx[0]
        a[2, 1], a[2, 2] = 1.0, 1.0
        b[0], b[1], b[2] = 2 * mean[0], 3 * (h[0] * mean[1] + h[1] * mean[0]), 2 * mean[1]
        return np.linalg.solve(a, b)
    for k in range(1, n - 1):
        a[k, k - 1], a[k, k], a[k, k + 1] = dx[k], 2 * (dx[k - 1] + dx[k]), dx[k - 1]
        b[k] = 3 * (h[k] * mean[k - 1] + h[k - 1] * mean[k])
    if first == 0:
        d = x[2] - x[0]
        a[0, 0], a[0, 1] = dx[1], d
        b[0] = ((dx[0] + 2 * d) * dx[1] * mean[0] + dx[0] ** 2 * mean[1]) / d
    elif first == 1:
        a[0, 0] = 1.0
        b[0] = first_value
    else:
        a[0, 0], a[0, 1] = 2 * dx[0], dx[0]
        b[0] = -0.5 * first_value * dx[0] ** 2 + 3 * (y[1] - y[0])
    if last == 0:
        d = x[-1] - x[-3]
        a[-1, -1], a[-1, -2] = dx[-2], d
        b[-1] = (dx[-1] ** 2 * mean[-2] + (2 * d + dx[-1]) * dx[-2] * mean[-1]) / d
    elif last == 1:
        a[-1, -1] = 1.0
        b[-1] = last_value
    else:
        a[-1, -1], a[-1, -2] = 2 * dx[-1], dx[-1]
        b[-1] = 0.5 * last_value * dx[-1] ** 2 + 3 * (y[-1] - y[-2])
    return np.linalg.solve(a, b)


def _monotone_slopes(x: Any, y: Any) -> Any:
    """Harmonic means of the slopes on both sides; 0 where these differ in sign."""
    h = beside(np.diff(x), y)
    mean = np.diff(y, axis=0) / h
    if len(x) == 2:
        return np.concatenate((mean, mean))
    before, behind = mean[:-1], mean[1:]
    flat = (np.sign(before) != np.sign(behind)) | (before == 0) | (behind == 0)
    near, far = 2 * h[1:] + h[:-1], h[1:] + 2 * h[:-1]
    parts = near / np.where(flat, 1.0, before) + far / np.where(flat, 1.0, behind)
    inner = np.where(flat, 0.0, (near + far) / parts)
    first = _at_end(h[:1], h[1:2], mean[:1], mean[1:2])
    last = _at_end(h[-1:], h[-2:-1], mean[-1:], mean[-2:-1])
    return np.concatenate((first, inner, last))


def _at_end(h0: Any, h1: Any, m0: Any, m1: Any) -> Any:
    d = ((2 * h0 + h1) * m0 - h0 * m1) / (h0 + h1)
    limited = np.where((np.sign(m0) != np.sign(m1)) & (np.abs(d) > 3.0 * np.abs(m0)), 3.0 * m0, d)
    return np.where(np.sign(d) != np.sign(m0), 0.0, limited)


@define_in(MODULE, "interp1d", "kind", "axis", "copy", "bounds_error", "assume_sorted")
def interp1d(
    x: Any,
    y: Any,
    kind: Any = "linear",
    axis: int = -1,
    copy: bool = True,
    bounds_error: Any = None,
    fill_value: Any = np.nan,
    assume_sorted: bool = False,
) -> Any:
    if np.ndim(y) > 1 and axis != 0:
        unsupported("interp1d along another axis than the first", "np.moveaxis(y, axis, 0), with axis=0")
    knots, values = np.asarray(x).astype(np.float64), np.asarray(y).astype(np.float64)
    if not assume_sorted:
        order = np.argsort(knots, kind="stable")
        knots, values = knots[order], values[order]
    extrapolated = isinstance(fill_value, str)
    if kind == "linear":
        return Line(knots, values, not extrapolated if bounds_error is None else bounds_error, fill_value)
    if kind == "cubic" and extrapolated and len(knots) > 3:
        return _through(knots, values, _spline_slopes(knots, values, "not-a-knot"), True)
    return unsupported(
        "interp1d of this kind that is made inside the function",
        'kind="linear", or CubicSpline(x, y), which is what kind="cubic" is',
    )
