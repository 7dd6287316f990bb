"""Interpolating functions of `scipy.interpolate` that are made outside the program, and called in it (those made inside: `splines.py`).

What such an object holds is read at each call of the derivative, and does not vary.  A function is differentiated piece by piece: at a
knot, by the piece behind it (at the last one, by the piece before it).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library.defined import at_compile_time, define_in, unsupported
from autodiff_compiler.library.definitions.missing_values import chosen
from autodiff_compiler.library.definitions.sliding import floats
from autodiff_compiler.library.registry import refuse_in

MODULE = "scipy.interpolate"

refuse_in(
    MODULE,
    "Akima1DInterpolator PPoly BSpline make_interp_spline make_lsq_spline "
    "make_smoothing_spline RegularGridInterpolator",
    "make it outside the function, and call it inside; CubicSpline, PchipInterpolator and interp1d may be made inside",
)
refuse_in(
    MODULE,
    "PPoly.derivative PPoly.antiderivative BSpline.derivative BSpline.antiderivative",
    "make it outside the function, or call spline(x, 1)",
)
refuse_in(
    MODULE,
    "splrep splev splint splder splprep interpn griddata pchip_interpolate UnivariateSpline UnivariateSpline.__call__ RectBivariateSpline "
    "InterpolatedUnivariateSpline BarycentricInterpolator Rbf KroghInterpolator NearestNDInterpolator LinearNDInterpolator RBFInterpolator "
    "CloughTocher2DInterpolator",
    "use make_interp_spline, CubicSpline or RegularGridInterpolator, made outside the function",
)


def _interval(knots: Any, at: Any) -> Any:
    """The number of the piece, of those between neighbouring knots."""
    return np.clip(np.searchsorted(knots, at, "right") - 1, 0, len(knots) - 2)


def wrapped(at: Any, first: Any, last: Any) -> Any:
    return first + (at - first) % (last - first)


def _outside(at: Any, first: Any, last: Any) -> Any:
    """Where there is no value without extrapolation; NaN has none, either."""
    return ~((at >= first) & (at <= last))


def has_value(at: Any, first: Any, last: Any, way: Any) -> Any:
    """Where there is a value: NaN has none, and beyond the knots there is none unless the function is extrapolated."""
    return at == at if way and way != "periodic" else (at >= first) & (at <= last)


def beside(x: Any, values: Any) -> Any:
    """Of the points, with an axis for each that the values have more."""
    more = np.ndim(values) - np.ndim(x)
    return np.reshape(x, np.shape(x) + (1,) * more) if more else x


def in_place(values: Any, count: int, axis: int) -> Any:
    """The first `count` axes, those of the points, where the interpolated axis was."""
    return np.moveaxis(values, tuple(range(count)), tuple(range(axis, axis + count))) if axis and count else values


def finished(found: Any, at: Any, known: Any, axis: int) -> Any:
    """NaN where there is no value, and the interpolated axis in its place."""
    found = chosen(beside(known, found), found, np.nan)
    return in_place(found, np.ndim(at), axis)


def _falling(power: Any, count: int) -> Any:
    """power (power - 1) … with `count` factors: what the derivative of this order of a power has in front."""
    factor = 1.0
    for k in tuple(range(count)):
        factor = factor * (power - k)
    return factor


def _order(function: Any) -> int:
    return len(function.c) - 1


def _rises(function: Any) -> bool:
    return bool(function.x[-1] >= function.x[0])


def _pieces(function: Any) -> Any:
    """The order of a piecewise polynomial, which is a part of the specialisation; and its coefficients."""
    if not at_compile_time(_rises, function):
        unsupported(
            "a piecewise polynomial with decreasing knots",
            "reverse it outside the function: PPoly(c, x) with increasing x",
        )
    order = at_compile_time(_order, function)
    c = function.c
    if len(c) != order + 1:
        raise ValueError("this derivative is made for polynomials of another order")
    return order, c


@define_in(MODULE, "PPoly.__call__", "nu", "extrapolate")
def piecewise_polynomial(self: Any, x: Any, nu: int = 0, extrapolate: Any = None) -> Any:
    if nu < 0:
        raise ValueError("Order of derivative cannot be negative")
    way = self.extrapolate if extrapolate is None else extrapolate
    order, c = _pieces(self)
    at, first, last = np.asarray(x).astype(np.float64), self.x[0], self.x[-1]
    if way == "periodic":
        at = wrapped(at, first, last)
    found = of_pieces(c, self.x, order, at, nu)
    if way != "periodic" and way and order > nu:  # a polynomial of NaN is NaN
        return in_place(found, np.ndim(at), at_compile_time(int, self.axis))
    return finished(found, at, has_value(at, first, last, way), at_compile_time(int, self.axis))


def of_pieces(c: Any, knots: Any, order: int, at: Any, nu: int) -> Any:
    """The derivative of order `nu` of polynomials between knots."""
    i = _interval(knots, at)
    found = _falling(order, nu) * c[0][i]
    offset = beside(at - knots[i], found)
    for k in tuple(range(1, order + 1 - nu)):
        found = found * offset + _falling(order - k, nu) * c[k][i]
    return found


@define_in(MODULE, "PPoly.integrate", "extrapolate")
def integral_of_piecewise_polynomial(self: Any, a: Any, b: Any, extrapolate: Any = None) -> Any:
    way = self.extrapolate if extrapolate is None else extrapolate
    if way == "periodic":
        unsupported("an integral of a periodic function", "integrate over one period, with extrapolate=False")
    order, c = _pieces(self)
    found = area(c, order, self.x, b) - area(c, order, self.x, a)
    return found if way else chosen((min(a, b) >= self.x[0]) & (max(a, b) <= self.x[-1]), found, np.nan)


def area(c: Any, order: int, knots: Any, x: Any) -> Any:
    """From the first knot to x."""
    i = _interval(knots, x)
    before = np.concatenate((np.zeros_like(c[0, :1]), np.cumsum(_under(c, order, np.diff(knots)), axis=0)))
    return before[i] + _under(c[:, i : i + 1], order, np.reshape(x - knots[i], 1))[0]


def _under(c: Any, order: int, widths: Any) -> Any:
    """The areas under polynomials, from 0 to a width for each."""
    h = beside(widths, c[0])
    found = c[0] / (order + 1) * h
    for k in tuple(range(1, order + 1)):
        found = (found + c[k] / (order + 1 - k)) * h
    return found


@define_in(MODULE, "BSpline.__call__", "nu", "extrapolate")
def spline(self: Any, x: Any, nu: int = 0, extrapolate: Any = None) -> Any:
    way = self.extrapolate if extrapolate is None else extrapolate
    k = at_compile_time(int, self.k)
    at = np.asarray(x).astype(np.float64)
    first, last = self.t[k], self.t[len(self.t) - k - 1]
    if way == "periodic":
        at = wrapped(at, first, last)
    found = _spline(self.t, self.c, k, at, nu)
    if nu > k + 1:
        known = np.ones_like(at, dtype=bool)  # as in SciPy, also where there is no value
    else:
        known = has_value(at, first, last, way)
    return finished(found, at, known, at_compile_time(int, self.axis))


def _spline(t: Any, c: Any, k: int, at: Any, nu: int) -> Any:
    """By de Boor's algorithm: of the coefficients that count in a piece, one is left in the end."""
    i = _interval(t[k : len(t) - k], at) + k
    degree = k
    if nu > k:
        return np.zeros_like(c[i])
    places = [i - k + j for j in tuple(range(k + 1))]
    values = [c[place] for place in places]
    for _ in tuple(range(nu)):
        widths = [t[place + degree] - t[place] for place in places[1:]]
        values = [degree * (values[j + 1] - values[j]) / beside(widths[j], values[j]) for j in tuple(range(degree))]
        places, degree = places[1:], degree - 1
    for r in tuple(range(degree)):
        shares = [(at - t[place]) / (t[place + degree - r] - t[place]) for place in places[r + 1 :]]
        values = [_blend(values[j], values[j + 1], shares[j]) for j in tuple(range(degree - r))]
    return values[0]


def _blend(first: Any, second: Any, share: Any) -> Any:
    part = beside(share, first)
    return (1.0 - part) * first + part * second


@define_in(MODULE, "interp1d.__call__")
def interpolant(self: Any, x: Any) -> Any:
    at = floats(x)
    knots, values = self.x, np.moveaxis(self.y, at_compile_time(int, self.axis), 0)
    if self.bounds_error and np.any(at < knots[0]):
        raise ValueError("A value in x_new is below the interpolation range's minimum value.")
    if self.bounds_error and np.any(at > knots[-1]):
        raise ValueError("A value in x_new is above the interpolation range's maximum value.")
    if self._kind == "spline":
        inner = self._spline
        coefficients = np.reshape(inner.c, (len(inner.c), *values.shape[1:]))
        found = _spline(inner.t, coefficients, at_compile_time(int, inner.k), at, 0)
        found = chosen(beside(at == at, found), found, np.nan)
    elif self._kind == "linear":
        found = between(knots, values, at)
    else:
        found = values[_neighbour(knots, at, self._kind)]
    fill = self.fill_value
    if not self.bounds_error and not isinstance(fill, str):  # "extrapolate"
        below, above = fill if isinstance(fill, tuple) else (fill, fill)
        found = chosen(beside(at < knots[0], found), _filled(below, values), found)
        found = chosen(beside(at > knots[-1], found), _filled(above, values), found)
    return in_place(found, np.ndim(at), at_compile_time(int, self.axis))


def _filled(number: Any, values: Any) -> Any:
    """What stands for all values at a point outside."""
    rest = values.shape[1:]
    return np.reshape(np.broadcast_to(np.asarray(number), rest if rest else (1,)), rest)


def between(knots: Any, values: Any, at: Any) -> Any:
    i = _interval(knots, at)
    start = values[i]
    slope = (values[i + 1] - start) / beside(knots[i + 1] - knots[i], start)
    return slope * beside(at - knots[i], start) + start


def _neighbour(knots: Any, at: Any, kind: str) -> Any:
    """Which of the values is taken for a point; between two points "nearest" is the lower one, "nearest-up" the upper one."""
    last = len(knots) - 1
    if kind == "previous":
        return np.clip(np.searchsorted(knots, at, "right") - 1, 0, last)
    if kind == "next":
        return np.clip(np.searchsorted(knots, at, "left"), 0, last)
    middles = knots[1:] / 2.0 + knots[:-1] / 2.0
    return np.clip(np.searchsorted(middles, at, "left" if kind == "nearest" else "right"), 0, last)


@define_in(MODULE, "RegularGridInterpolator.__call__", "method", "nu")
def on_grid(self: Any, xi: Any, method: Any = None, *, nu: Any = None) -> Any:
    """Linear in each coordinate, or the value at the nearest point of the grid."""
    way = self.method if method is None else method
    if nu is not None or (way != "linear" and way != "nearest"):
        unsupported(
            f"RegularGridInterpolator by the method {way!r}",
            "use method='linear' or 'nearest'; in one dimension, CubicSpline",
        )
    grid, values = self.grid, self.values
    points = _coordinates(xi, len(grid))
    if len(points) != len(grid):
        raise ValueError("The requested sample points xi have another dimension than this RegularGridInterpolator")
    if self.bounds_error:
        for knots, at in zip(grid, points):
            if np.any(_outside(at, knots[0], knots[-1])):
                raise ValueError("One of the requested xi is out of bounds")
    found = _nearest_corner(grid, values, points) if way == "nearest" else _between_corners(grid, values, points)
    known = points[0] == points[0]
    for at in points[1:]:
        known = known & (at == at)
    if not self.bounds_error and self.fill_value is not None:
        outside = _outside(points[0], grid[0][0], grid[0][-1])
        for knots, at in zip(grid[1:], points[1:]):
            outside = outside | _outside(at, knots[0], knots[-1])
        found = chosen(beside(outside, found), self.fill_value, found)
    return chosen(beside(known, found), found, np.nan)


def _coordinates(xi: Any, count: int) -> Any:
    """An array for each coordinate."""
    if isinstance(xi, tuple) and len(xi) > 1:
        return [np.asarray(x).astype(np.float64) for x in np.broadcast_arrays(*xi)]
    rows = np.asarray(xi[0] if isinstance(xi, tuple) else xi).astype(np.float64)
    if rows.ndim == 1:
        rows = np.reshape(rows, (-1, count))
    if rows.shape[-1] != count:
        raise ValueError("The requested sample points xi have another dimension than this RegularGridInterpolator")
    return [rows[..., k] for k in tuple(range(count))]


def _corner(knots: Any, at: Any) -> Any:
    """The points of the grid beside a coordinate, and how far it is from the first to the second."""
    last = len(knots) - 1
    low = np.clip(np.searchsorted(knots, at, "right") - 1, 0, max(last - 1, 0))
    high = np.minimum(low + 1, last)
    width = knots[high] - knots[low]
    single = width == 0
    return low, high, chosen(single, 0.0, (at - knots[low]) / chosen(single, 1.0, width))


def _between_corners(grid: Any, values: Any, points: Any) -> Any:
    corners: Any = [((), 1.0)]
    for knots, at in zip(grid, points):
        low, high, share = _corner(knots, at)
        corners = [
            ((*place, index), weight * part)
            for place, weight in corners
            for index, part in ((low, 1.0 - share), (high, share))
        ]
    found: Any = 0.0
    for place, weight in corners:
        found = found + values[place] * beside(weight, values[place])
    return found


def _nearest_corner(grid: Any, values: Any, points: Any) -> Any:
    places: Any = ()
    for knots, at in zip(grid, points):
        low, high, share = _corner(knots, at)
        places = (*places, np.where(share <= 0.5, low, high))
    return values[places]
