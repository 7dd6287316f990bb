"""What `CubicSpline`, `PchipInterpolator` and `interp1d` give inside a program: functions made of pieces between knots."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library.defined import unsupported
from autodiff_compiler.library.definitions.interpolants import area, beside, between, finished, has_value, of_pieces


class Pieces:
    """Polynomials of one order between knots, along the first axis; `c` has the coefficients of the highest power first."""

    def __init__(self, c: Any, x: Any, order: int, extrapolate: Any) -> None:
        self.c = c
        self.x = x
        self.order = order
        self.extrapolate = extrapolate

    def __call__(self, x: Any, nu: int = 0, extrapolate: Any = None) -> Any:
        way = self.extrapolate if extrapolate is None else extrapolate
        if way == "periodic":
            unsupported("a periodic spline that is made inside the function", "extrapolate=True or False")
        at = np.asarray(x).astype(np.float64)
        found = of_pieces(self.c, self.x, self.order, at, nu)
        return finished(found, at, has_value(at, self.x[0], self.x[-1], way), 0)

    def derivative(self, nu: int = 1) -> Any:
        if nu < 0 or nu > self.order:
            unsupported("this derivative of a spline", "an order from 0 to 3")
        c = self.c
        for _ in tuple(range(nu)):
            order = len(c) - 1
            c = [(order - k) * c[k] for k in tuple(range(order))]
        return Pieces(c, self.x, self.order - nu, self.extrapolate)

    def integrate(self, a: Any, b: Any, extrapolate: Any = None) -> Any:
        way = self.extrapolate if extrapolate is None else extrapolate
        if not way or way == "periodic":
            unsupported("this integral of a spline that is made inside the function", "leave `extrapolate` out")
        c = np.stack(self.c)
        return area(c, self.order, self.x, b) - area(c, self.order, self.x, a)


class Line:
    """`interp1d` of the kind "linear"."""

    def __init__(self, x: Any, y: Any, bounds: bool, fill: Any) -> None:
        self.x = x
        self.y = y
        self.bounds = bounds
        self.fill = fill

    def __call__(self, x: Any) -> Any:
        at = np.asarray(x).astype(np.float64)
        if self.bounds and np.any(at < self.x[0]):
            raise ValueError("A value in x_new is below the interpolation range's minimum value.")
        if self.bounds and np.any(at > self.x[-1]):
            raise ValueError("A value in x_new is above the interpolation range's maximum value.")
        found = between(self.x, self.y, at)
        if self.bounds or self.fill == "extrapolate":
            return found
        below, above = self.fill if isinstance(self.fill, tuple) else (self.fill, self.fill)
        found = np.where(beside(at < self.x[0], found), below, found)
        return np.where(beside(at > self.x[-1], found), above, found)
