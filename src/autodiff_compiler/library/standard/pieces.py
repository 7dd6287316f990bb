"""What `CubicSpline`, `PchipInterpolator` and `interp1d` give inside a program: functions made of pieces between knots."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library.defined import unsupported
from autodiff_compiler.library.definitions.interpolants import (
    area,
    beside,
    between,
    finished,
    has_value,
    in_place,
    of_pieces,
    wrapped,
)


class Pieces:
    """Polynomials of one order between knots, along an axis which is the first one of the coefficients; `c` has those of the highest
    power first."""

    def __init__(self, c: Any, x: Any, order: int, extrapolate: Any, axis: int) -> None:
        self.c = c
        self.x = x
        self.order = order
        self.extrapolate = extrapolate
        self.axis = axis

    def __call__(self, x: Any, nu: int = 0, extrapolate: Any = None) -> Any:
        way = self.extrapolate if extrapolate is None else extrapolate
        at = np.asarray(x).astype(np.float64)
        if way == "periodic":
            at = wrapped(at, self.x[0], self.x[-1])
        found = of_pieces(self.c, self.x, self.order, at, nu)
        return finished(found, at, has_value(at, self.x[0], self.x[-1], way), self.axis)

    def derivative(self, nu: int = 1) -> Any:
        if nu < 0 or nu > self.order:
            unsupported("this derivative of a spline", "an order from 0 to 3")
        c = self.c
        for _ in tuple(range(nu)):
            order = len(c) - 1
            c = [(order - k) * c[k] for k in tuple(range(order))]
        return Pieces(c, self.x, self.order - nu, self.extrapolate, self.axis)

    def integrate(self, a: Any, b: Any, extrapolate: Any = None) -> Any:
        way = self.extrapolate if extrapolate is None else extrapolate
        if not way or way == "periodic":
            unsupported("this integral of a spline that is made inside the function", "leave `extrapolate` out")
        c = np.stack(self.c)
        return area(c, self.order, self.x, b) - area(c, self.order, self.x, a)


class Line:
    """`interp1d` of the kind "linear", or "cubic", with its spline."""

    def __init__(self, x: Any, y: Any, spline: Any, bounds: bool, fill: Any, axis: int) -> None:
        self.x = x
        self.y = y
        self.spline = spline
        self.bounds = bounds
        self.fill = fill
        self.axis = axis

    def __call__(self, x: Any) -> Any:
        at = np.asarray(x).astype(np.float64)
        if self.bounds and np.any(at < self.x[0]):
            raise ValueError("A value in x_new is below the interpolation range's minimum value.")
        if self.bounds and np.any(at > self.x[-1]):
            raise ValueError("A value in x_new is above the interpolation range's maximum value.")
        found = between(self.x, self.y, at) if self.spline is None else self.spline(at)
        if not self.bounds and not isinstance(self.fill, str):
            below, above = self.fill if isinstance(self.fill, tuple) else (self.fill, self.fill)
            found = np.where(beside(at < self.x[0], found), below, found)
            found = np.where(beside(at > self.x[-1], found), above, found)
        return in_place(found, np.ndim(at), self.axis)
