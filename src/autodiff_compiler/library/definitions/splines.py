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
    """Knots that rise, and the values there, with their axis in front."""
    knots, values = np.asarray(x).astype(np.float64), np.moveaxis(np.asarray(y).astype(np.float64), axis, 0)
    if knots.ndim != 1:
        raise ValueError("`x` must be 1-dimensional.")
    if len(knots) < least:
        raise ValueError(f"`x` must contain at least {least} elements.")
    if len(knots) != len(values):
        raise ValueError("The length of `y` along `axis` doesn't match the length of `x`")
    if np.any(np.diff(knots) <= 0):
        raise ValueError("`x` must be strictly increasing sequence.")
    return knots, values


def _through(knots: Any, values: Any, slopes: Any, extrapolate: Any, axis: int = 0) -> Pieces:
    """The cubic polynomials with these values and slopes at the knots."""
    h = beside(np.diff(knots), values)
    mean = np.diff(values, axis=0) / h
    t = (slopes[:-1] + slopes[1:] - 2 * mean) / h
    c = [t / h, (mean - slopes[:-1]) / h - t, slopes[:-1], values[:-1]]
    return Pieces(c, knots, 3, True if extrapolate is None else extrapolate, axis % values.ndim)


@define_in(MODULE, "CubicSpline", "axis", "extrapolate")
def cubic_spline(x: Any, y: Any, axis: int = 0, bc_type: Any = "not-a-knot", extrapolate: Any = None) -> Any:
    knots, values = _points(x, y, axis)
    if bc_type == "periodic":
        way = "periodic" if extrapolate is None else extrapolate
        return _through(knots, values, _periodic_slopes(knots, values), way, axis)
    return _through(knots, values, _spline_slopes(knots, values, bc_type), extrapolate, axis)


@define_in(MODULE, "CubicHermiteSpline", "axis", "extrapolate")
def hermite_spline(x: Any, y: Any, dydx: Any, axis: int = 0, extrapolate: Any = None) -> Any:
    knots, values = _points(x, y, axis)
    slopes = np.moveaxis(np.asarray(dydx).astype(np.float64), axis, 0)
    if np.shape(slopes) != np.shape(values):
        raise ValueError("The shapes of `y` and `dydx` must be identical.")
    return _through(knots, values, slopes, extrapolate, axis)


@define_in(MODULE, "PchipInterpolator", "axis", "extrapolate")
def pchip(x: Any, y: Any, axis: int = 0, extrapolate: Any = None) -> Any:
    knots, values = _points(x, y, axis)
    return _through(knots, values, _monotone_slopes(knots, values), extrapolate, axis)


def _ends(bc_type: Any) -> Any:
    """What holds at the first and at the last knot: "not-a-knot", or the order of a derivative and its value."""
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


def _solved(a: Any, b: Any) -> Any:
    return np.reshape(np.linalg.solve(a, np.reshape(b, (len(b), -1))), np.shape(b))


def _spline_slopes(x: Any, y: Any, bc_type: Any) -> Any:
    (first, first_value), (last, last_value) = _ends(bc_type)
    n, dx = len(x), np.diff(x)
    h = beside(dx, y)
    mean = np.diff(y, axis=0) / h
    first_value, last_value = first_value + 0.0 * mean[0], last_value + 0.0 * mean[0]
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
        return _solved(a, b)
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
    return _solved(a, b)


def _periodic_slopes(x: Any, y: Any) -> Any:
    """The last knot is the first one again."""
    if not np.allclose(y[0], y[-1], rtol=1e-15, atol=1e-15):
        raise ValueError("The first and last `y` point along axis must be identical when bc_type='periodic'.")
    n, dx = len(x) - 1, np.diff(x)
    h = beside(dx, y)
    mean = np.diff(y, axis=0) / h
    a, b = np.zeros((n, n)), np.zeros_like(mean)
    for k in range(n):
        before, behind = (k - 1) % n, (k + 1) % n
        a[k, before] += dx[k]
        a[k, k] += 2 * (dx[before] + dx[k])
        a[k, behind] += dx[before]
        b[k] = 3 * (h[k] * mean[before] + h[before] * mean[k])
    slopes = _solved(a, b)
    return np.concatenate((slopes, slopes[:1]))


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
    knots, values = np.asarray(x).astype(np.float64), np.moveaxis(np.asarray(y).astype(np.float64), axis, 0)
    if not assume_sorted:
        order = np.argsort(knots, kind="stable")
        knots, values = knots[order], values[order]
    extrapolated, place = isinstance(fill_value, str), axis % values.ndim
    bounds = not extrapolated if bounds_error is None else bounds_error
    if kind == "linear":
        return Line(knots, values, None, bounds, fill_value, place)
    if kind == "cubic":
        if len(knots) < 4:
            raise ValueError("a cubic spline goes through at least 4 points")
        spline = _through(knots, values, _spline_slopes(knots, values, "not-a-knot"), True)
        return Line(knots, values, spline, bounds, fill_value, place)
    return unsupported(
        "interp1d of this kind that is made inside the function",
        'kind="linear" or "cubic"',
    )
