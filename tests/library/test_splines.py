"""Interpolating functions that are made inside: values of SciPy, derivatives by what they go through, by the knots and by the point."""

import numpy as np
import pytest
from scipy import interpolate as si

from autodiff_compiler import UnsupportedError, check_grads, grad, value_and_grad

X = np.array([0.0, 0.7, 1.1, 2.0, 2.6])
Y = np.array([0.3, 1.7, 0.9, 2.2, 2.45])
SHEET = np.stack([Y, Y[::-1] ** 2], axis=1)
T = np.array([-0.3, 0.0, 0.4, 0.7, 1.9, 2.55, 2.9])
INSIDE = T[2:6]


def not_a_knot(x, y, t):
    return np.sum(si.CubicSpline(x, y)(t) ** 2)


def natural(x, y, t):
    spline = si.CubicSpline(x, y, bc_type="natural")
    return np.sum(spline(t, 1) * spline(t)) + spline(t, 2).sum() + spline(0.9, nu=3)


def mixed_ends(x, y, t):
    spline = si.CubicSpline(x, y, bc_type=((1, y[0]), (2, 0.5)))
    return np.sum(spline(t) ** 2) + spline.derivative()(t).sum() + spline.derivative(2)(1.0) + spline.integrate(0.2, 2.3)


def clamped_columns(x, y, t):
    return np.sum(si.CubicSpline(x, np.outer(y, [1.0, 2.0]) ** 2, bc_type="clamped")(t) * np.array([1.0, -0.5]))


def three_points(x, y, t):
    return np.sum(si.CubicSpline(x[:3], y[:3])(t) ** 2) + np.sum(si.CubicSpline(x[:2], y[:2])(t)) + si.CubicSpline(x[:4], y[:4])(t).sum()


def monotone(x, y, t):
    return np.sum(si.PchipInterpolator(x, y)(t) ** 2) + si.PchipInterpolator(x[:2], y[:2])(t).sum() + si.PchipInterpolator(x, y**2 - y)(0.3)


def with_slopes(x, y, t):
    return np.sum(si.CubicHermiteSpline(x, y, y**2)(t) ** 2)


def lines(x, y, t):
    line = si.interp1d(x, y)
    return np.sum(line(np.clip(t, 0.1, 2.5)) ** 2) + line(1.3)


def beyond(x, y, t):
    return np.sum(si.interp1d(x, y, fill_value="extrapolate")(t) ** 2) + np.sum(si.interp1d(x, y, bounds_error=False, fill_value=(0.5, y[0]))(t))


def cubic(x, y, t):
    return np.sum(si.interp1d(x, y, kind="cubic", fill_value="extrapolate")(t) ** 2)


def other_axes(x, y, t):
    rows = np.stack([np.outer(np.array([1.0, 2.0]), y), np.outer(np.array([0.5, -1.0]), y**2)])
    spline = si.CubicSpline(x, rows, axis=-1, bc_type=((1, rows[..., 0]), (2, rows[..., 1])))
    middle = si.PchipInterpolator(x[:2], rows, axis=1)(np.outer(t, t))
    sides = si.interp1d(x[:2], rows, axis=0, bounds_error=False, fill_value=(y, 0.5))(t)
    return np.sum(spline(np.outer(t, t)) ** 2) + spline.derivative()(t).sum() + spline.integrate(0.2, 2.3).sum() + np.sum(middle**2) + np.sum(sides**2)


def periodic(x, y, t):
    rows = np.stack([np.append(y, y[:1]), np.append(y**2, y[:1] ** 2)])
    knots = np.append(x, 3.3)
    spline = si.CubicSpline(knots, rows, axis=1, bc_type="periodic")
    few = si.CubicSpline(x[:3], np.array([y[0], y[1], y[0]]), bc_type="periodic", extrapolate=True)
    return np.sum(spline(t) ** 2) + np.sum(spline(t, 1)) + np.sum(spline.derivative(2)(t[:2])) + np.sum(few(t) ** 2)


def cubic_between(x, y, t):
    rows = np.outer(np.array([1.0, 2.0]), y)
    return np.sum(si.interp1d(x, rows, kind="cubic", bounds_error=False, fill_value=0.5)(t) ** 2) + si.interp1d(x, y, "cubic")(1.3)


PROGRAMS = [other_axes, periodic, cubic_between, not_a_knot, natural, mixed_ends, clamped_columns, three_points, monotone, with_slopes, lines, beyond, cubic]


@pytest.mark.parametrize("fun", PROGRAMS)
@pytest.mark.parametrize("points", [T, INSIDE], ids=["beyond the knots", "between them"])
def test_the_value_and_its_derivatives(fun, points):
    y, t = Y + 0.01, points + 0.013  # not at a knot, where it is bent
    assert value_and_grad(fun, argnums=(0, 1, 2))(X, y, t)[0] == pytest.approx(fun(X, y, t), rel=1e-11)
    check_grads(fun, (X, y, t), order=2 if fun in (not_a_knot, lines) else 1)


@pytest.mark.parametrize("fun", [not_a_knot, monotone, lines, other_axes])
def test_under_numba(fun):
    t = T + 0.013
    assert value_and_grad(fun, argnums=1, backend="numba")(X, Y, t)[0] == pytest.approx(fun(X, Y, t), rel=1e-11)
    np.testing.assert_allclose(grad(fun, argnums=1, backend="numba")(X, Y, t), grad(fun, argnums=1)(X, Y, t), rtol=1e-10)


@pytest.mark.parametrize("make", [si.CubicSpline, si.PchipInterpolator])
def test_what_scipy_refuses(make):
    for x, y in ((X[::-1], Y), (X[:4], Y), (X[:1], Y[:1])):
        with pytest.raises(ValueError):
            make(x, y)
        with pytest.raises(ValueError):
            grad(lambda y, x=x: make(x, y)(0.3))(y)


def test_a_periodic_one_ends_where_it_begins():
    for make in (lambda y: si.CubicSpline(X, y, bc_type="periodic")(0.3), lambda y: si.interp1d(X[:3], y[:3], "cubic")(0.3)):
        with pytest.raises(ValueError):
            make(Y)
        with pytest.raises(ValueError):
            grad(make)(Y)


def test_a_point_outside():
    with pytest.raises(ValueError, match="above the interpolation range"):
        grad(lambda y: si.interp1d(X, y)(2.7))(Y)
    assert np.isnan(value_and_grad(lambda y: si.CubicSpline(X, y, extrapolate=False)(2.7))(Y)[0])


@pytest.mark.parametrize(
    "fun",
    [
        lambda y: si.interp1d(X, y, kind="nearest")(0.3),
        lambda y: si.Akima1DInterpolator(X, y)(0.3),
        lambda y: y[0] if isinstance(si.CubicSpline(X, y), si.CubicSpline) else 2.0 * y[0],
    ],
)
def test_what_is_refused(fun):
    with pytest.raises(UnsupportedError) as caught:
        grad(fun)(Y)
    assert caught.value.help
