"""Integrals of functions that are known at points (`scipy.integrate`)."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library.defined import at_compile_time, define_in, unsupported
from autodiff_compiler.library.definitions.missing_values import chosen
from autodiff_compiler.library.definitions.sliding import column, floats
from autodiff_compiler.library.registry import refuse_in

MODULE = "scipy.integrate"

refuse_in(
    MODULE,
    "quad dblquad tplquad nquad quad_vec qmc_quad cubature quadrature romberg",
    "use fixed_quad, or sum weights times values at the nodes of np.polynomial.legendre.leggauss(n)",
)
refuse_in(
    MODULE,
    "solve_ivp odeint solve_bvp ode",
    "write the steps of the method (of Runge and Kutta, say) as a loop, which is differentiated as it is",
)


def _points(x: Any, values: Any, axis: int) -> Any:
    """The points, along the first axis as the values are."""
    given = np.asarray(x)
    if given.ndim == 1:
        at = column(given, values.ndim)
    elif given.ndim == values.ndim:
        at = np.moveaxis(given, axis, 0)
    else:
        raise ValueError("If given, shape of x must be 1-D or the same as y.")
    if len(at) != len(values):
        raise ValueError("If given, length of x along axis must be the same as y.")
    return at


@define_in(MODULE, "trapezoid", "axis")
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    given = np.asarray(y)
    values = np.moveaxis(given, axis, 0)
    if x is None:
        widths = dx
    elif np.ndim(x) == 1:
        widths = column(np.diff(np.asarray(x)), given.ndim)
    else:
        widths = np.diff(np.moveaxis(np.broadcast_to(np.asarray(x), given.shape), axis, 0), axis=0)
    areas = widths * (values[1:] + values[:-1]) / 2.0
    return np.sum(areas, axis=0, dtype=given.dtype if given.dtype.kind == "f" else np.float64)


@define_in(MODULE, "cumulative_trapezoid", "axis", "initial")
def cumulative_trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1, initial: Any = None) -> Any:
    values = np.moveaxis(np.asarray(y), axis, 0)
    if len(values) == 0:
        raise ValueError("At least one point is required along `axis`.")
    widths = dx if x is None else np.diff(_points(x, values, axis), axis=0)
    found = np.cumsum(widths * (values[1:] + values[:-1]) / 2.0, axis=0)
    if initial is not None:
        if initial != 0:
            raise ValueError("`initial` must be `None` or `0`.")
        found = np.concatenate((np.zeros_like(found, shape=(1, *found.shape[1:])), found))
    return np.moveaxis(found, 0, axis)


def _over(x: Any, y: Any) -> Any:
    """x / y, and 0 where y is 0."""
    zero = y == 0
    return chosen(zero, 0.0, x / chosen(zero, 1.0, y))


def _parabolas(values: Any, steps: Any, count: Any) -> Any:
    """The integral over the first `count` intervals, two by two: the parabola through three points."""
    first, middle, last = values[0:count:2], values[1 : count + 1 : 2], values[2 : count + 2 : 2]
    if np.ndim(steps) == 0:
        return (np.sum(first, axis=0) + 4.0 * np.sum(middle, axis=0) + np.sum(last, axis=0)) * (steps / 3.0)
    before, after = steps[0:count:2], steps[1 : count + 1 : 2]
    both = before + after
    ratio = _over(before, after)
    weighted = first * (2.0 - _over(1.0, ratio)) + middle * (both * _over(both, before * after)) + last * (2.0 - ratio)
    return np.sum(both / 6.0 * weighted, axis=0)


def _last_interval(values: Any, before: Any, after: Any) -> Any:
    """The integral over the last interval of the parabola through the last three points (Cartwright 2017, equation 8)."""
    end = _over(2 * after**2 + 3 * before * after, 6 * (after + before))
    middle = _over(after**2 + 3.0 * before * after, 6 * before)
    beyond = _over(after**3, 6 * before * (before + after))
    return end * values[-1] + middle * values[-2] - beyond * values[-3]


@define_in(MODULE, "simpson", "axis")
def simpson(y: Any, x: Any = None, *, dx: Any = 1.0, axis: int = -1) -> Any:
    """Where the number of intervals is odd, the last one is integrated by the parabola through the last three points, too."""
    values = np.moveaxis(np.asarray(y), axis, 0)
    n = len(values)
    if values.dtype == np.float32 and (values.ndim == 1 if x is None else np.asarray(x).dtype == np.float32):
        unsupported("simpson of float32 values, whose number decides the dtype", "convert them with y.astype(float)")
    if n == 0:
        raise IndexError("there is no point along the axis")
    widths = dx if x is None else np.diff(_points(x, values, axis), axis=0)
    if n == 2:
        return 0.5 * (dx if x is None else widths[0]) * (values[1] + values[0])
    steps = dx if x is None else widths.astype(np.float64)
    if n % 2 == 1:
        return _parabolas(values, steps, n - 1)
    before, after = (dx, dx) if x is None else (steps[-2], steps[-1])
    found = _parabolas(values, steps, n - 2)
    rest = _last_interval(values, np.asarray(before, np.float64)[()], np.asarray(after, np.float64)[()])
    # SciPy adds this to an array in place, in the dtype of the array.
    return found + (rest if values.ndim == 1 else rest.astype(found.dtype))


def _halves(values: Any, h: Any, even: bool) -> Any:
    """The integral over the first of two neighbouring intervals, of the parabola through their three points, for each pair."""
    left, middle, right = values[:-2], values[1:-1], values[2:]
    if even:
        return h / 3 * (5 * left / 4 + 2 * middle - right / 4)
    first, second = h[:-1], h[1:]
    part = first / (first + second)
    bend = part * (first / second)
    return first / 6 * ((3 - part) * left + (3 + bend + part) * middle - bend * right)


def _running_parabolas(values: Any, h: Any, even: bool) -> Any:
    """In turns the first and the second half of a parabola; the last interval is the second half of one."""
    starts = _halves(values, h, even)
    ends = _halves(values[::-1], h if even else h[::-1], even)[::-1]
    n = len(values)
    pieces = np.empty((n - 1, *starts.shape[1:]), starts.dtype)
    pieces[0 : n - 2 : 2] = starts[0::2]
    pieces[1::2] = ends[0::2]
    pieces[n - 2] = ends[n - 3]
    return np.cumsum(pieces, axis=0)


@define_in(MODULE, "cumulative_simpson", "axis")
def cumulative_simpson(y: Any, *, x: Any = None, dx: Any = 1.0, axis: int = -1, initial: Any = None) -> Any:
    values = np.moveaxis(floats(y), axis, 0)
    if len(values) < 3:
        found = np.moveaxis(cumulative_trapezoid(floats(y), x, dx, axis), axis, 0)
    elif x is None:
        spacing = floats(dx)
        found = _running_parabolas(values, spacing if spacing.ndim == 0 else np.moveaxis(spacing, axis, 0), True)
    else:
        steps = np.diff(_points(floats(x), values, axis), axis=0)
        if np.any(steps <= 0):
            raise ValueError("Input x must be strictly increasing.")
        found = _running_parabolas(values, steps, False)
    if initial is not None:
        start = floats(initial)
        first = np.broadcast_to(start if start.ndim == 0 else np.moveaxis(start, axis, 0), (1, *found.shape[1:]))
        found = np.concatenate((first, found + first))
    return np.moveaxis(found, 0, axis)


@define_in(MODULE, "romb", "axis", "show")
def romb(y: Any, dx: Any = 1.0, axis: int = -1, show: bool = False) -> Any:
    """Trapezoids over 1, 2, 4 … intervals, and Richardson's extrapolation from these, row by row of its table."""
    if show:
        unsupported("scipy.integrate.romb with show=True", "leave show out")
    values = np.moveaxis(np.asarray(y), axis, 0)
    count = len(values) - 1
    stride, levels = 1, 0
    while stride < count:
        stride, levels = 2 * stride, levels + 1
    if stride != count:
        raise ValueError("Number of samples must be one plus a non-negative power of 2.")
    h = np.float64(count * dx)
    first = (values[0] + values[-1]) / 2.0 * h
    table = np.zeros((levels + 1, levels + 1, *np.shape(first)))
    table[0, 0] = first
    for i in range(1, levels + 1):
        sums = np.sum(values[stride // 2 : count : stride], axis=0)
        table[i, 0] = 0.5 * (table[i - 1, 0] + h * sums)
        for j in range(1, i + 1):
            table[i, j] = table[i, j - 1] + (table[i, j - 1] - table[i - 1, j - 1]) / (4.0**j - 1.0)
        h, stride = h / 2.0, stride // 2
    return table[levels, levels]


def _gauss_legendre(n: int) -> tuple[tuple[float, ...], ...]:
    nodes, weights = np.polynomial.legendre.leggauss(n)
    return tuple(nodes.tolist()), tuple(weights.tolist())


@define_in(MODULE, "fixed_quad", "n")
def fixed_quad(func: Any, a: Any, b: Any, args: Any = (), n: int = 5) -> Any:
    nodes, weights = at_compile_time(_gauss_legendre, n)
    if np.isinf(a) or np.isinf(b):
        raise ValueError("Gaussian quadrature is only available for finite limits.")
    at = (b - a) * (np.array(nodes) + 1) / 2.0 + a
    return (b - a) / 2.0 * np.sum(np.array(weights) * func(at, *args), axis=-1), None
