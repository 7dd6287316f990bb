"""Derivatives of the functions of SciPy that the library defines in Python: against differences, forward mode against reverse mode,
and to second order, as a program uses them."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.integrate as integrate
import scipy.interpolate as interpolate
import scipy.ndimage as ndimage
import scipy.optimize as optimize
import scipy.signal as signal
import scipy.spatial.distance as distance

from autodiff_compiler import UnsupportedError, grad, jvp, value_and_grad
from autodiff_compiler.testing import check_grads

rng = np.random.default_rng(3)
v3, v4, v5, v6, v9, v15 = (rng.normal(size=n) for n in (3, 4, 5, 6, 9, 15))
m23, m34, m43, m53, m54, t342 = (rng.normal(size=shape) for shape in ((2, 3), (3, 4), (4, 3), (5, 3), (5, 4), (3, 4, 2)))
x4, x5, x6 = (np.cumsum(rng.uniform(0.2, 1.0, n)) for n in (4, 5, 6))
weights = np.array([0.5, 2.0, 1.0])
inverse = np.eye(3) + 0.1
places = np.array([[-1.3, 0.4, 2.7, 5.2], [0.3, 4.4, -2.6, 1.8]])
b3, a3, zi2 = np.array([1.0, 2.0, 0.5]), np.array([2.0, 0.5, -0.3]), np.array([0.3, -0.2])
sections = signal.butter(4, 0.3, output="sos")

knots, heights, sheet = np.array([0.0, 0.5, 1.2, 2.0, 3.1, 4.0]), rng.normal(size=6), rng.normal(size=(2, 6, 3))
inside, beyond = np.array([0.3, 1.3, 3.9, 0.1, 2.2]), np.array([-0.3, 1.3, 4.9, 7.0, 2.2])
plane = (knots, np.array([-1.0, 0.0, 2.0, 3.0]))
cubic, cubics = interpolate.CubicSpline(knots, heights), interpolate.CubicSpline(knots, sheet, axis=1)
hermite = interpolate.PchipInterpolator(knots, heights)
parabolas = interpolate.PPoly(rng.normal(size=(3, 5)), knots)
falling = interpolate.PPoly(rng.normal(size=(3, 5)), knots[::-1].copy())
basis, bases = interpolate.make_interp_spline(knots, heights), interpolate.make_interp_spline(knots, sheet, axis=1)
line, lines = interpolate.interp1d(knots, heights), interpolate.interp1d(knots, sheet, axis=1, fill_value="extrapolate")
bounded = interpolate.interp1d(knots, heights, bounds_error=False, fill_value=(-1.0, 2.0))
smooth = interpolate.interp1d(knots, heights, kind="cubic")
table = interpolate.RegularGridInterpolator(plane, rng.normal(size=(6, 4)))
tables = interpolate.RegularGridInterpolator(plane, rng.normal(size=(6, 4, 2)), bounds_error=False, fill_value=None)
points, points_beyond = np.array([[0.3, 0.6], [1.3, 1.1], [3.9, -0.3]]), np.array([[-0.3, 0.6], [1.3, 6.0], [3.9, -0.3]])


def total(y):
    """A number that every element has a part of its own in."""
    return np.sum(y * np.reshape(np.arange(1.0, y.size + 1.0), y.shape)) + np.sum(y * y)


PROGRAMS = {
    "trapezoid": (lambda y, x: integrate.trapezoid(y, x) ** 2, (v5, x5)),
    "trapezoid of columns": (lambda y, x: total(integrate.trapezoid(y, x, axis=0)), (m53, np.cumsum(m53, axis=0))),
    "cumulative_trapezoid": (lambda y, x: total(integrate.cumulative_trapezoid(y, x, axis=0, initial=0)), (m53, x5)),
    "simpson of even intervals": (lambda y, h: integrate.simpson(y, dx=h) ** 2, (v6, 0.3)),
    "simpson": (lambda y, x: total(integrate.simpson(y, x=x, axis=0)), (m43, x4)),
    "cumulative_simpson": (lambda y, x: total(integrate.cumulative_simpson(y, x=x)), (v5, x5)),
    "cumulative_simpson of columns": (lambda y, h: total(integrate.cumulative_simpson(y, dx=h, axis=0, initial=1.5)), (m53, 0.4)),
    "romb": (lambda y, h: integrate.romb(y, h) ** 2, (v9, 0.3)),
    "fixed_quad": (lambda a, b, c: integrate.fixed_quad(lambda x: np.exp(c * x), a, b)[0], (0.1, 0.9, 0.5)),
    "fixed_quad with arguments": (lambda a, c: integrate.fixed_quad(lambda x, c: np.exp(c * x), a, 2.0, (c,), n=8)[0], (0.1, 0.5)),
    "rosen": (lambda x: total(optimize.rosen(x)), (m43,)),
    "rosen_der": (lambda x: total(optimize.rosen_der(x)), (v4,)),
    "euclidean": (lambda a, b, w: total(distance.cdist(a, b, w=w)), (m53, m43, weights)),
    "sqeuclidean": (lambda a, b: total(distance.cdist(a, b, "sqeuclidean")), (m53, m43)),
    "cityblock": (lambda a, b: total(distance.cdist(a, b, "cityblock")), (m53, m43)),
    "chebyshev": (lambda a: total(distance.pdist(a, "chebyshev")), (m53,)),
    "minkowski": (lambda a, b, p, w: total(distance.cdist(a, b, "minkowski", p=p, w=w)), (m53, m43, 3.5, weights)),
    "seuclidean": (lambda a: total(distance.pdist(a, "seuclidean")), (m53,)),
    "seuclidean with variances": (lambda a, v: total(distance.pdist(a, "seuclidean", V=v)), (m53, weights)),
    "mahalanobis": (lambda a: total(distance.pdist(a, "mahalanobis")), (m53,)),
    "mahalanobis with a matrix": (lambda a, b, v: total(distance.cdist(a, b, "mahalanobis", VI=v)), (m53, m43, inverse)),
    "cosine": (lambda a, b, w: total(distance.cdist(a, b, "cosine", w=w)), (m53, m43, weights)),
    "correlation": (lambda a, b: total(distance.cdist(a, b, "correlation")), (m53, m43)),
    "canberra": (lambda a: total(distance.pdist(a, "canberra")), (m53,)),
    "braycurtis": (lambda a: total(distance.pdist(a, "braycurtis")), (m53,)),
    "jensenshannon": (lambda a, b: total(distance.cdist(a, b, "jensenshannon")), (np.abs(m53) + 0.1, np.abs(m43) + 0.1)),
    "a distance of one's own": (lambda a, k: total(distance.pdist(a, lambda u, v: np.exp(-k * np.sum((u - v) ** 2)))), (m53, 0.4)),
    "distances of one's own": (lambda a, b: total(distance.cdist(a, b, lambda u, v: u @ v)), (m53, m43)),
    "convolve": (lambda x, y: total(signal.convolve(x, y, "same")), (v3, v5)),
    "convolve matrices": (lambda x, y: total(signal.convolve(x, y, "valid")), (m54, m23)),
    "convolve arrays": (lambda x, y: total(signal.convolve(x, y)), (t342, t342[:2, :2, :2].copy())),
    "fftconvolve": (lambda x, y: total(signal.fftconvolve(x, y, "same", axes=0)), (m54, m34)),
    "correlate signals": (lambda x, y: total(signal.correlate(x, y, "full")), (v5, v3)),
    "lfilter": (lambda b, a, x: total(signal.lfilter(b, a, x)), (b3, a3, v5)),
    "lfilter from a state": (lambda b, a, x, z: total(np.concatenate(signal.lfilter(b, a, x, zi=z))), (b3, a3, v5, zi2)),
    "lfilter of columns": (lambda b, a, x: total(signal.lfilter(b, a, x, axis=0)), (b3, a3[:2].copy(), m54)),
    "sosfilt": (lambda x: total(signal.sosfilt(sections, x, axis=0)), (m54,)),
    "savgol_filter": (lambda x: total(signal.savgol_filter(x, 7, 3)), (v15,)),
    "savgol_filter with slopes": (lambda x, d: total(signal.savgol_filter(x, 5, 2, deriv=1, delta=d, mode="mirror")), (v15, 0.4)),
    "correlate1d": (lambda x, w: total(ndimage.correlate1d(x, w, axis=0, mode="wrap")), (m54, v3)),
    "convolve1d": (lambda x, w, c: total(ndimage.convolve1d(x, w, mode="constant", cval=c)), (m54, v4, 0.7)),
    "correlate": (lambda x, w: total(ndimage.correlate(x, w, mode="nearest")), (m54, m23)),
    "convolve images": (lambda x, w: total(ndimage.convolve(x, w, mode="mirror", origin=(0, -1))), (m54, m23)),
    "gaussian_filter1d": (lambda x, s: total(ndimage.gaussian_filter1d(x, s, order=2)), (v9, 1.2)),
    "gaussian_filter": (lambda x, s, r: total(ndimage.gaussian_filter(x, (s, r))), (m54, 1.2, 0.8)),
    "map_coordinates": (lambda x, p, c: total(ndimage.map_coordinates(x, p, order=1, cval=c)), (m54, places, 0.5)),
    "map_coordinates in a list": (lambda x, p, q: total(ndimage.map_coordinates(x, [p, q], order=1, mode="nearest")), (m54, places[0].copy(), places[1].copy())),
    "map_coordinates, reflect": (lambda x, p: total(ndimage.map_coordinates(x, p, order=1, mode="reflect")), (m54, places)),
    "map_coordinates, mirror": (lambda x, p: total(ndimage.map_coordinates(x, p, order=1, mode="mirror")), (m54, places)),
    "map_coordinates, wrap": (lambda x, p: total(ndimage.map_coordinates(x, p, order=1, mode="wrap")), (m54, places)),
    "map_coordinates, grid-wrap": (lambda x, p: total(ndimage.map_coordinates(x, p, order=1, mode="grid-wrap")), (m54, places)),
    "map_coordinates, grid-constant": (lambda x, p, c: total(ndimage.map_coordinates(x, p, order=1, mode="grid-constant", cval=c)), (m54, places, 0.5)),
    "CubicSpline": (lambda x: total(cubic(x)), (beyond,)),
    "CubicSpline of a number": (lambda x: cubic(x), (1.3,)),
    "CubicSpline of columns": (lambda x: total(cubics(x)), (inside,)),
    "slope of a CubicSpline": (lambda x: total(cubic(x, 1, extrapolate="periodic")), (beyond,)),
    "integral of a CubicSpline": (lambda a, b: total(cubics.integrate(a, b)), (5.0, -0.5)),
    "PchipInterpolator": (lambda x: total(hermite(x)), (inside,)),
    "PPoly": (lambda x: total(parabolas(x)), (inside,)),
    "make_interp_spline": (lambda x: total(basis(x)), (beyond,)),
    "make_interp_spline of columns": (lambda x: total(bases(x, nu=1)), (inside,)),
    "periodic spline": (lambda x: total(basis(x, extrapolate="periodic")), (beyond,)),
    "interp1d": (lambda x: total(x * line(x)), (inside,)),
    "interp1d of columns": (lambda x: total(lines(x)), (beyond,)),
    "interp1d with bounds": (lambda x: total(bounded(x)), (beyond,)),
    "interp1d, cubic": (lambda x: total(smooth(x)), (inside,)),
    "RegularGridInterpolator": (lambda p: total(table(p)), (points,)),
    "RegularGridInterpolator beyond": (lambda p: total(tables(p)), (points_beyond,)),
    "RegularGridInterpolator of a tuple": (lambda a, b: total(table((a, b))), (inside, 0.7)),
    "RegularGridInterpolator of a list": (lambda a, b: total(table([a, b])), (0.3, 0.7)),
}  # fmt: skip
TO_SECOND_ORDER = (
    "simpson of even intervals", "cumulative_trapezoid", "romb", "fixed_quad", "rosen", "euclidean", "minkowski", "cosine", "distances of one's own", "convolve matrices",
    "lfilter", "savgol_filter", "convolve1d", "correlate", "gaussian_filter1d", "map_coordinates", "CubicSpline of columns", "integral of a CubicSpline", "make_interp_spline",
    "interp1d", "RegularGridInterpolator",
)  # fmt: skip
COMPILED = ("simpson of even intervals", "euclidean", "convolve matrices", "lfilter", "correlate", "CubicSpline", "RegularGridInterpolator of a list")
"""Those that are compiled with Numba in every run of the tests."""


@pytest.mark.parametrize("name", PROGRAMS)
def test_python(name):
    function, args = PROGRAMS[name]
    check_grads(function, args, order=2 if name in TO_SECOND_ORDER else 1)


@pytest.mark.parametrize("name", COMPILED)
def test_numba(name):
    function, args = PROGRAMS[name]
    check_grads(function, args, order=1, backend="numba")


def test_float32_stays_float32():
    x, w = v9.astype(np.float32), v3.astype(np.float32)
    for f, args in (
        (lambda x: np.sum(integrate.trapezoid(x)), (x,)),
        (lambda x, w: np.sum(signal.convolve(x, w)), (x, w)),
        (lambda x, w: np.sum(ndimage.correlate1d(x, w)), (x, w)),
        (lambda x: np.sum(cubic(x)), (x,)),
    ):
        slope = grad(f)(*args)
        assert slope.dtype == np.float32
        wide = grad(f)(*(a.astype(np.float64) for a in args))
        np.testing.assert_allclose(slope, wide, rtol=2e-5, atol=2e-5)


def test_a_spline_has_the_slopes_that_scipy_says():
    at = np.linspace(-1.0, 5.0, 25)
    for spline in (cubic, hermite, basis):
        np.testing.assert_allclose(jvp(lambda x: spline(x), (at,), (np.ones(25),))[1], spline(at, 1), rtol=1e-10, atol=1e-10)
    assert grad(lambda x: cubic.integrate(0.0, x))(2.3) == pytest.approx(cubic(2.3))


def test_at_a_knot_the_piece_behind_it_decides():
    slopes = np.diff(heights) / np.diff(knots)
    assert grad(lambda x: line(x))(1.2) == pytest.approx(slopes[2])
    assert grad(lambda x: line(x))(0.0) == pytest.approx(slopes[0])
    assert grad(lambda x: line(x))(4.0) == pytest.approx(slopes[-1])
    ramp = interpolate.RegularGridInterpolator((knots,), heights)
    assert grad(lambda x: ramp([x])[0])(1.2) == pytest.approx(slopes[2])
    assert grad(lambda x: ndimage.map_coordinates(heights, [[x]], order=1)[0])(2.0) == pytest.approx(heights[3] - heights[2])


def test_rows_that_are_equal_have_no_slope():
    rows = np.vstack((m23, m23[:1]))
    for metric in ("euclidean", "minkowski", "cityblock", "chebyshev", "seuclidean"):
        slope = grad(lambda a: np.sum(distance.pdist(a, metric)))(rows)
        assert np.all(np.isfinite(slope))
    assert np.all(grad(lambda a: distance.pdist(a)[1])(rows) == 0.0)


def test_what_an_object_holds_is_read_at_each_call():
    spline = interpolate.CubicSpline(knots, heights)
    slope = value_and_grad(lambda x: spline(x))
    assert slope(1.3)[0] == pytest.approx(spline(1.3))
    spline = interpolate.CubicSpline(knots, heights**2)
    assert slope(1.3)[0] == pytest.approx(spline(1.3))
    assert slope(1.3)[1] == pytest.approx(spline(1.3, 1))


def test_a_spline_that_gets_another_order_is_compiled_again():
    spline = interpolate.PPoly(np.ones((2, 5)), knots)
    slope = grad(lambda x: spline(x))
    assert slope(1.3) == 1.0
    spline.c = np.ones((3, 5))
    assert slope(1.3) == pytest.approx(2.0 * (1.3 - 1.2) + 1.0)


def test_a_spline_is_an_argument_or_comes_from_outside():
    assert grad(lambda x, spline: spline(x))(1.3, cubic) == pytest.approx(cubic(1.3, 1))
    with pytest.raises(UnsupportedError, match="a CubicSpline that is a part of an argument"):
        grad(lambda x, splines: splines["a"](x))(1.3, {"a": cubic})


def test_complex_heights():
    spline = interpolate.CubicSpline(knots, heights + 1j * heights**2)
    assert grad(lambda x: np.abs(spline(x)) ** 2)(1.3) == pytest.approx(2.0 * (np.conj(spline(1.3)) * spline(1.3, 1)).real)


def test_a_point_outside_raises_as_in_scipy():
    for f in (lambda x: line(x), lambda x: table((x, 0.5))):
        with pytest.raises(ValueError, match="below|out of bounds"):
            grad(f)(-0.5)


REFUSED = {
    "scipy.integrate.quad": (lambda x: integrate.quad(lambda t: t * x, 0.0, 1.0)[0], "fixed_quad"),
    "scipy.integrate.solve_ivp": (lambda x: integrate.solve_ivp(lambda t, y: y, (0, 1), [x]).y[0, -1], "as a loop"),
    "scipy.integrate.odeint": (lambda x: integrate.odeint(lambda y, t: y, x, [0.0, 1.0])[-1, 0], "as a loop"),
    "scipy.optimize.minimize": (lambda x: optimize.minimize(lambda t: t * x, 0.0).x[0], "as a loop"),
    "scipy.interpolate.PPoly.derivative": (lambda x: cubic.derivative()(x), "spline(x, 1)"),
    "decreasing knots": (lambda x: falling(x), "increasing x"),
    "RegularGridInterpolator by the method 'cubic'": (lambda x: table((x, x), method="cubic")[()], "linear"),
    "map_coordinates with order=3": (lambda x: ndimage.map_coordinates(heights, [[x]])[0], "order=1"),
    "the metric 'hamming'": (lambda x: distance.pdist(m23 * x, "hamming")[0], "euclidean"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_named_with_a_way_out(name):
    function, way_out = REFUSED[name]
    with pytest.raises(UnsupportedError, match="AD208") as caught:
        grad(function)(1.0)
    assert name in caught.value.reason
    assert way_out in caught.value.help
    assert caught.value.span.file == __file__
    assert caught.value.span.caller is None
