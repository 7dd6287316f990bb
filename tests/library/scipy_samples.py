"""Sample calls of functions of SciPy that the library defines in Python, and of its interpolating objects, by name."""

from __future__ import annotations

import numpy as np
import scipy.interpolate as si
import scipy.signal
from library_harness import R
from sample_values import S, Sample, e0, e03, f3, f23, i3, i23, m13, m23, m33, t234, v3, v4, w3

rng = np.random.default_rng(11)
v5, v6, v9 = rng.normal(size=5), rng.normal(size=6), rng.normal(size=9)
m53, m43, m92 = rng.normal(size=(5, 3)), rng.normal(size=(4, 3)), rng.normal(size=(9, 2))
x3, x5, x6 = np.array([0.1, 0.4, 1.1]), np.cumsum([0.3, 0.5, 0.2, 0.4, 0.9]), np.cumsum([0.3, 0.5, 0.2, 0.4, 0.9, 0.1])
g5 = v5.astype(np.float32)
g53 = m53.astype(np.float32)
rising = np.cumsum(np.abs(m53), axis=0)

_INTEGRALS = [
    S(v5), S(v6), S(v5, x5), S(v6, x6), S(v5, dx=0.5), S(v6, dx=R(0.5)), S(m53, axis=0), S(m53, x=rising, axis=0), S(m53, x5, axis=0),
    S(t234, axis=1), S(g5), S(g53, axis=0), S(g5, x5), S(i23), S(v3[:2]), S(v3[:1]), S(m43, axis=-2), S(v3, v4), S([1.0, 2.0, 4.0]), S(v4, dx=2),
]  # fmt: skip
_BY_NAME = [(args[:1], {"x": args[1], **kwargs}) if len(args) > 1 else (args, kwargs) for args, kwargs in _INTEGRALS]

QUADRATURE: dict[str, list[Sample]] = {
    "scipy.integrate.trapezoid": [*_INTEGRALS, S(e0), S(e03, axis=0)],
    "scipy.integrate.cumulative_trapezoid": [*_INTEGRALS, S(v5, initial=0), S(m53, x5, axis=0, initial=0), S(v5, initial=2), S(e0)],
    "scipy.integrate.simpson": [*_BY_NAME, S(e0), S(v5, x=np.zeros(5)), S(v6, x=np.zeros(6))],
    "scipy.integrate.cumulative_simpson": [
        *_BY_NAME, S(v5, initial=0.5), S(m53, axis=0, initial=m13), S(m53, axis=0, dx=np.abs(m13)), S(v5, x=np.zeros(5)),
    ],
    "scipy.integrate.romb": [
        S(v9), S(v9, 0.25), S(v9, R(0.25)), S(m92, axis=0), S(v3, dx=0.5), S(v3[:2]), S(v4), S(i3), S(f3), S(f23), S(v3[:1]),
    ],
    "scipy.integrate.fixed_quad": [
        S(np.exp, R(0.1), R(0.9)), S(np.sin, 0.0, R(2.0), n=7), S(np.power, 0.5, 1.0, (2.5,)), S(np.exp, R(0.1), np.inf), S(np.multiply, R(0.2), 0.9, args=(R(0.5),)),
    ],
    "scipy.optimize.rosen": [S(v4), S(m23), S(t234), S(i3), S(f3), S([1.0, 2.0, 0.5]), S(v3[:1]), S(e0)],
    "scipy.optimize.rosen_der": [S(v4), S(m23.T), S(i3), S(f3), S(v3[:2]), S(e0)],
}  # fmt: skip

_METRICS = [
    "euclidean", "sqeuclidean", "cityblock", "chebyshev", "minkowski", "seuclidean", "mahalanobis", "cosine", "correlation", "canberra",
    "braycurtis", "Cos", "cb", "e",
]  # fmt: skip
inverse = np.eye(3) + 0.1
_WEIGHTED = [
    {"metric": name, "w": w3}
    for name in ("euclidean", "sqeuclidean", "cityblock", "minkowski", "chebyshev", "cosine", "correlation", "canberra", "braycurtis")
]
_OPTIONS = [
    *_WEIGHTED, {"metric": "minkowski", "p": 3}, {"metric": "minkowski", "p": R(1.5), "w": w3}, {"metric": "minkowski", "p": np.inf},
    {"metric": "seuclidean", "V": w3}, {"metric": "mahalanobis", "VI": inverse}, {"metric": "hamming"},
    {"metric": "euclidean", "p": 3}, {"metric": "unheard of"}, {"metric": "euclidean", "w": -w3},
]  # fmt: skip
alike = np.vstack((m43[:2], m43[:1]))

DISTANCES: dict[str, list[Sample]] = {
    "scipy.spatial.distance.cdist": [
        *(S(m43, m53, metric) for metric in _METRICS), *(S(m43, m53, **options) for options in _OPTIONS), S(m43, m43), S(alike, alike, "cosine"),
        S(np.abs(m43), np.abs(m53), "jensenshannon"), S(f23, f23), S(i23, i23, "canberra"), S(e03, m43), S(m43, e03, "cosine"), S(v3, m43), S(m43, m92),
        S(np.zeros((2, 3)), np.zeros((1, 3)), "canberra"), S(np.zeros((2, 3)), m13, "jensenshannon"),
    ],
    "scipy.spatial.distance.pdist": [
        *(S(m53, metric) for metric in _METRICS), *(S(m53, **options) for options in _OPTIONS), S(np.abs(m53), "js"), S(alike), S(f23), S(i23),
        S(e03), S(m13), S(v3),
    ],
}  # fmt: skip

a5, a3 = np.array([2.0, 0.5, -0.3]), np.array([1.0, 2.0, 0.5])
sections = scipy.signal.butter(4, 0.3, output="sos")
_CONVOLUTIONS = [
    S(left, right, mode)
    for left, right in ((v5, v3), (v3, v5), (v5, v4[:2]), (m43, m23), (m23, m43), (t234, t234[:1, :2, 1:3]), (g5, f3), (i23, i23[:, :2]))
    for mode in ("full", "same", "valid")
] + [S(v5, v3), S(m43, m23.T, "valid"), S(v5, m23), S(v5, v3, "wide"), S(np.float64(2.0), np.float64(3.0))]

FILTERS: dict[str, list[Sample]] = {
    "scipy.signal.convolve": [*_CONVOLUTIONS, S(v5, v3, "same", "direct"), S(v5, v3, method="fft"), S(i3, i3)],
    "scipy.signal.correlate": [*_CONVOLUTIONS, S(v5, v3, "same", "direct")],
    "scipy.signal.fftconvolve": [*_CONVOLUTIONS, S(m43, m53, axes=0), S(m43, m53, "same", axes=0), S(m43, m53, "valid", axes=[0]), S(m43, m23, axes=(0, 1))],
    "scipy.signal.lfilter": [
        S(a3, a5, v5), S([1.0, 2.0], [2.0, 0.5], v5), S(a3, [2.0], v5), S([0.5], [1.0, -0.3], m53, axis=0), S([2.0], [4.0], v5), S(a3, a5, t234, 1),
        S(a3, a5, v5, zi=v3[:2]), S(a3, a5[:2], m53, axis=0, zi=m23), S(f3, f3, g5), S(a3, a5, g5), S(a3, a5, e0), S([1, 2], [1, 3], i3), S(a3, [0.0, 1.0], v5),
        S(i3, a5, v5), S(a3, 1.0, v5), S(a3, 2, v5, zi=v3[:2]), S(R(0.5), [1.0, -0.3], v5),
    ],
    "scipy.signal.sosfilt": [S(sections, v5), S(sections, m53, axis=0), S(sections, t234, 1), S(sections, v5, zi=m23[:, :2]), S(sections.astype(np.float32), g5), S(m23, v5)],
    "scipy.signal.savgol_filter": [
        S(v9, 5, 2), S(v9, 4, 2), S(v9, 7, 3, 1, 0.5), S(v9, 5, 2, deriv=2, delta=R(0.5)), S(v9, 1, 0), S(v9, 9, 4), S(v9, 11, 2), S(v9, 3, 3),
        *(S(v9, 5, 2, mode=mode, cval=0.5) for mode in ("mirror", "constant", "nearest", "wrap", "none")), S(m92, 5, 2, axis=0), S(np.arange(9), 5, 2), S(v9, 5, 2, 3),
        S(rng.normal(size=9).astype(np.float32), 5, 2, mode="nearest"),
    ],
}  # fmt: skip

_BORDERS = ["reflect", "constant", "nearest", "mirror", "wrap", "grid-mirror", "grid-constant", "grid-wrap"]
_ALONG = [
    *(S(v5, weights, mode=mode, cval=0.5) for weights in (v3, v4, v9) for mode in _BORDERS), S(m53, v3, 0), S(t234, v3, axis=1, mode="wrap"),
    S(v5, v3, origin=1), S(v5, v4, origin=-2), S(v5, v3, origin=2), S(g5, v3), S(i3, v3), S(v5, [1.0, 2.0]), S(v5, e0), S(v3[:1], v3), S(v5, v3, output=float),
]  # fmt: skip
_AROUND = [
    *(S(m53, weights, mode=mode, cval=0.5) for weights in (m23, m33) for mode in _BORDERS), S(t234, t234[:, :2, :2]), S(m53, m23, origin=(0, -1)),
    S(m53, m23, origin=-1), S(g53, m23), S(v5, v3), S(i23, m23), S(v5, m23), S(m53, m23, axes=(0, 1)),
]  # fmt: skip
places = rng.uniform(-4.0, 8.0, size=(2, 3, 4))

IMAGES: dict[str, list[Sample]] = {
    "scipy.ndimage.correlate1d": _ALONG,
    "scipy.ndimage.convolve1d": _ALONG,
    "scipy.ndimage.correlate": _AROUND,
    "scipy.ndimage.convolve": _AROUND,
    "scipy.ndimage.gaussian_filter1d": [
        S(v9, 1.0), S(v9, R(0.8), mode="nearest"), S(m92, 1.5, 0), S(v9, 1.0, order=1), S(v9, 1.2, order=2), S(v9, 1.2, order=3), S(v9, 1.0, radius=2), S(i3, 1.0),
        S(v9, 1.0, truncate=2.0, mode="constant", cval=1.0), S(f3, 1.0), S(v9, 1.0, order=-1),
    ],
    "scipy.ndimage.gaussian_filter": [
        S(m53, 1.0), S(m53, (0.5, 1.5)), S(m53, [0.0, 1.0]), S(m53, R(0.7), order=(0, 1)), S(m53, 1.0, mode=("wrap", "nearest")), S(m53, 1.0, radius=1), S(g53, 1.0),
        S(m53, 1.0, truncate=2.0), S(t234, 0.7), S(m53, 1.0, axes=(0,)), S(i23, 1.0),
    ],
    "scipy.ndimage.map_coordinates": [
        *(S(m53, places, order=1, mode=mode, cval=0.5) for mode in _BORDERS), *(S(v5, places[:1], order=1, mode=mode) for mode in _BORDERS), S(m53, places),
        S(m53, [[1.0, 2.0], [0.5, 1.5]], order=1), S(t234, rng.uniform(0, 2, size=(3, 2)), order=1), S(g53, places, order=1), S(m53, places[:1], order=1), S(v5, [1.5], order=1),
        S(v5[:1], places[:1], order=1, mode="mirror"), S(m53, places[:, :0], order=1), S(i23, places, order=1),
    ],
}  # fmt: skip

knots, heights, sheet = np.array([0.0, 0.5, 1.2, 2.0, 3.1, 4.0]), rng.normal(size=6), rng.normal(size=(2, 6, 3))
ring = np.append(heights[:-1], heights[0])
inside, beyond = np.array([0.3, 1.25, 3.9, 0.0, 4.0, 1.2]), np.array([[-0.5, 1.3], [7.2, np.nan]])
_POLYNOMIALS = [
    si.CubicSpline(knots, heights), si.CubicSpline(knots, sheet, axis=1), si.CubicSpline(knots, ring, bc_type="periodic"), si.PchipInterpolator(knots, heights),
    si.CubicSpline(knots, heights, extrapolate=False), si.PPoly(rng.normal(size=(3, 5)), knots), si.PPoly(rng.normal(size=(1, 5)), knots), si.PPoly(rng.normal(size=(3, 5)), knots[::-1].copy()), si.CubicSpline(knots, heights).derivative(),
    si.Akima1DInterpolator(knots, heights),
]  # fmt: skip
_SPLINES = [
    si.make_interp_spline(knots, heights), si.make_interp_spline(knots, sheet, axis=1), *(si.make_interp_spline(knots, heights, k=k) for k in (0, 1, 5)),
    si.BSpline([0, 0, 0, 1, 2, 2, 3, 3, 3], v6, 2, extrapolate=False), si.make_interp_spline(knots, ring, bc_type="periodic"),
]  # fmt: skip
_WAYS = [
    *((x, {}) for x in (inside, beyond, R(1.3), R(-0.2), 2, f3, e0, [0.5, 1.0], i3)), (inside, {"nu": 1}), (beyond, {"nu": 2}), (inside, {"nu": 7}),
    (beyond, {"extrapolate": True}), (beyond, {"extrapolate": False}), (beyond, {"nu": 1, "extrapolate": "periodic"}),
]  # fmt: skip
_TABLES = [
    *(
        si.interp1d(knots, values, kind=kind, **options)
        for kind in ("linear", "nearest", "nearest-up", "previous", "next", "zero", "slinear", "quadratic", "cubic", 5)
        for values, options in (
            (heights, {}), (heights, {"bounds_error": False}), (heights, {"fill_value": "extrapolate"}), (heights, {"bounds_error": False, "fill_value": (-1.0, 2.0)}),
        )
    ),
    si.interp1d(knots, sheet, axis=1), si.interp1d(knots, sheet, axis=1, bounds_error=False, fill_value=0.5), si.interp1d([1, 2, 3], [4, 5, 6]),
]  # fmt: skip
plane = (np.array([0.0, 0.5, 1.5]), np.array([-1.0, 0.0, 2.0, 3.0]))
_GRIDS = [
    si.RegularGridInterpolator(plane, values, **options)
    for values in (rng.normal(size=(3, 4)), rng.normal(size=(3, 4, 2)))
    for options in ({}, {"bounds_error": False}, {"bounds_error": False, "fill_value": None}, {"method": "nearest"}, {"bounds_error": False, "fill_value": -5.0})
]
_POINTS = [
    np.array([[0.3, 1.0], [0.5, 0.0], [1.5, 3.0]]), np.array([[0.3, 7.0], [np.nan, 0.0]]), np.array([0.3, 1.0]), [R(0.3), R(1.0)], (R(0.3), R(1.0)), (x3, R(0.5)),
    np.zeros((0, 2)), np.zeros((2, 3)), rng.uniform(0.0, 1.0, size=(2, 3, 2)),
]  # fmt: skip

INTERPOLANTS: dict[str, list[Sample]] = {
    "scipy.interpolate.PPoly.__call__": [S(f, x, **kwargs) for f in _POLYNOMIALS for x, kwargs in _WAYS],
    "scipy.interpolate.PPoly.integrate": [
        S(f, *ends)
        for f in _POLYNOMIALS
        for ends in ((R(0.2), R(3.0)), (R(3.0), 0.2), (-1.0, R(2.0)), (R(1.0), 6.0, True), (R(-1.0), 1.0, False))
    ],
    "scipy.interpolate.BSpline.__call__": [S(f, x, **kwargs) for f in _SPLINES for x, kwargs in _WAYS],
    "scipy.interpolate.interp1d.__call__": [
        *(S(f, x) for f in _TABLES for x in (inside, beyond)), *(S(f, x) for f in _TABLES[::5] for x, kwargs in _WAYS if not kwargs),
    ],
    "scipy.interpolate.RegularGridInterpolator.__call__": [
        *(S(f, x) for f in _GRIDS for x in _POINTS), S(_GRIDS[0], _POINTS[0], "nearest"), S(_GRIDS[0], _POINTS[0], "cubic"),
        S(si.RegularGridInterpolator(plane[:1], v3), x3), S(si.RegularGridInterpolator((*plane, x3), rng.normal(size=(3, 4, 3))), (R(0.2), R(0.3), R(0.4))),
    ],
}  # fmt: skip

SCIPY_SAMPLES: dict[str, list[Sample]] = {**QUADRATURE, **DISTANCES, **FILTERS, **IMAGES, **INTERPOLANTS}
