"""Sample calls for windows, sequences, comparisons, products of stacks and functions of integers, by name."""

from __future__ import annotations

import numpy as np
from library_harness import R
from sample_values import (
    S,
    Sample,
    b3,
    b23,
    e0,
    e03,
    f3,
    f23,
    i3,
    i23,
    m23,
    m33,
    nans,
    s64,
    special,
    t234,
    ties,
    v3,
    v4,
    w3,
)

wide = np.array([-30.0, -1.3, -0.5, 0.0, 1e-9, 0.25, 0.32, 1.0, 2.0, 8.5, 40.0])
knots = np.array([-1.0, 0.0, 0.5, 2.0])
whole = np.array([12, -18, 0, 7, 30])
_LENGTHS = [S(5), S(R(6)), S(1), S(0), S(-3), S(2), S(R(1))]
_TESTS = [S(special), S(R(0.5)), S(R(float("inf"))), S(s64), S(i3), S(f3), S(b3), S(e0), S(m23)]
_RUNNING = [S(v3), S(m23, axis=0), S(m23, axis=-1), S(m23), S(i23, axis=1), S(v3, include_initial=True), S(m23, axis=1, include_initial=True), S(t234, axis=1, include_initial=True), S(e0), S(e0, include_initial=True), S(b3), S(i3, dtype=float), S(f23, axis=R(0)), S(R(2.0))]
_EQUAL = [S(v3, v3.copy()), S(v3, w3), S(v3, v4), S(m23, v3), S(i3, i3 * 1.0), S(e0, e0), S(R(1.0), 1), S([1, 2], np.array([1, 2]))]

_SUMS = [S(np.subtract, m23), S(np.subtract, m23, 1), S(np.divide, t234, axis=-1), S(np.hypot, v3), S(np.logaddexp, m23, axis=1), S(np.fmax, nans, 1), S(np.add, i23), S(np.multiply, f23, axis=1), S(np.bitwise_or, i23, axis=1), S(np.subtract, m23, axis=2)]

_SERIES = [S(v3, v4), S(R(0.3), v4), S(m23, v3), S(f3, f3), S(i3, i3), S(v3, m23.T.copy()), S(R(0.5), m33), S(v3, [1.0]), S(e0, v3), S(v3, m33, tensor=False), S(s64, [1, 2])]

_OF_SERIES = {
    "val2d": [S(v3, w3, m23), S(R(0.5), R(-0.3), m33), S(m23, m23 * 2, m23), S(f3, f3, f23), S(i3, i3, i23), S(e0, e0, m23)],
    "val3d": [S(v3, w3, v3 * 2, t234), S(R(0.5), R(-0.3), 0.25, t234), S(e0, e0, e0, t234)],
    "grid2d": [S(v3, v4, m23), S(R(0.5), v4, m33), S(e0, v3, m23)],
    "vander": [S(v3, 3), S(v3, R(2)), S(v3, 0), S(v3, 1), S(m23, 2), S(f3, 2), S(i3, 2), S(R(0.5), 2), S(e0, 2), S(v3, -1)],
    "fit": [S(knots, v4, 2), S(knots, v4, R(1)), S(knots, np.stack([v4, v4**2], axis=1), 1), S(knots, v4, 1, w=np.abs(v4)), S(knots, v4, 0), S(knots, v3, 1), S(e0, e0, 1), S(knots, v4, [0, 2])],
}

_BOTH = [S(v3, v4), S(v4, v3), S(v3, -v3), S(v3, v3), S([1.0, R(2.0), 0.0, 0.0], v3 * 0), S(i3, v4), S(f3, f3), S(f3, i3), S(R(2.0), v3), S(e0, v3), S(m23, v3), S(np.array([1.0, np.nan, 0.0]), v3)]
_DERIVED = [S(v4), S(v4, 2), S(v4, m=R(3)), S(v3, 5), S(m23, axis=1), S(m33, 1, 2.0), S(i3), S(f3), S(R(2.0)), S(v3, -1), S(v3, 0), S(v4[:2]), S(np.arange(9.0) ** 2, 3, R(0.5))]
_INTEGRATED = [
    S(v4), S(v4, 2), S(v4, m=R(2)), S(m23, axis=1), S(m33, 1, [2.0]), S(v3, 2, [1.0, R(2.0)], 0.5, 2.0), S(v3, 1, R(1.5), lbnd=-1), S(i3), S(f3), S(R(2.0)), S(v3, -1), S(v3, 0), S(v3, 1, [1.0, 2.0]), S([1, 2, 3]),
    S(v4[:1]), S(v4[:2]),
]
_FAMILIES = ("polynomial.poly", "chebyshev.cheb", "legendre.leg", "hermite.herm", "hermite_e.herme", "laguerre.lag")
_ALGEBRA: dict[str, list[Sample]] = {
    f"{family}{name}": samples
    for family in _FAMILIES
    for name, samples in {
        "add": _BOTH, "sub": _BOTH, "mul": _BOTH, "der": [*_DERIVED, S([1, 2, 3])], "int": _INTEGRATED,
        "mulx": [S(v3), S(f3), S(i3), S(np.zeros(3)), S(R(2.0)), S(e0), S([1.0, R(2.0), 0.0])],
        "pow": [S(v3, 2), S(v3, 0), S(v3, 1), S(v3, R(3)), S(f3, 3), S(i3, 2), S(v3, -1), S(v3, 3, maxpower=2), S([1.0, R(2.0), 0.0], 2)],
        "roots": [S(np.array([5.0, 0.1, 1.0])), S([5.0, R(0.1), 1.0, 0.0]), S(e0), S(m23)],
    }.items()
}

_FOLDS = [
    *(S(np.logaddexp, x, **kwargs) for x in (v3, f3, t234) for kwargs in ({"initial": 0.5}, {"axis": None, "keepdims": True}, {"where": x > 0}, {"initial": R(1.5), "where": x < 1.0, "axis": -1})),
    S(np.logaddexp, t234, axis=(0, 2)), S(np.hypot, t234, axis=(-1, 0), keepdims=True, where=t234 > 0), S(np.fmax, t234, axis=(0, 1)), S(np.fmin, v3, initial=R(-4.0)), S(np.logaddexp, e0), S(np.logaddexp, e0, initial=1.0),
    S(np.subtract, t234, axis=(0, 1)), S(np.subtract, v3, initial=1.0), S(np.copysign, v3, where=v3 > 0), S(np.add, t234, (0, 1), None, None, True), S(np.maximum, t234, (0, 1), None, None, False, R(0.5), t234 < 1.0), S(np.logical_xor, np.array([True, False, True])),
]

SAMPLES: dict[str, list[Sample]] = {
    **{f"np.polynomial.{name}": samples for name, samples in _ALGEBRA.items()},
    **{
        f"np.polynomial.{family}": _SERIES
        for family in ("polynomial.polyval", "chebyshev.chebval", "legendre.legval", "hermite.hermval", "hermite_e.hermeval", "laguerre.lagval")
    },
    **{
        f"np.polynomial.{family}{name}": samples
        for family in ("polynomial.poly", "chebyshev.cheb", "legendre.leg", "hermite.herm", "hermite_e.herme", "laguerre.lag")
        for name, samples in _OF_SERIES.items()
    },
    "np.polynomial.polynomial.polyfromroots": [S(v3), S(i3), S(v4), S(f3), S([1.0, R(2.0)]), S(e0)],
    "np.roots": [S(v4), S(i3), S([1.0, -3.0, 2.0]), S([R(1.0), 0.0, 1.0]), S(np.array([0.0, 2.0, 1.0, 0.0, 0.0])), S(np.zeros(2)), S(m23), S(e0), S(np.array([0.0, 3.0]))],
    "np.polydiv": [S(v4, w3), S(v4, [2.0, R(1.0)]), S(w3, v4), S(i3, [1, 2]), S([1.0, -3.0, 2.0], [1.0, -1.0]), S(v3, 2.0)],
    "np.polyfit": [
        S(knots, v4, 1), S(knots, v4, 2), S(knots, v4, R(2)), S(knots, np.stack([v4, v4**2], axis=1), 1), S(knots, v4, 1, w=np.abs(v4)), S(knots, v4, 0), S(knots, v4, -1), S(knots, v3, 1), S(np.array([1, 2, 4]), i3, 1), S(knots, v4, 1, full=True),
    ],
    "np.ufunc.reduce": [*_SUMS, S(np.hypot, m23, axis=None), S(np.subtract, m23, axis=1, keepdims=True), S(np.hypot, e0), S(np.logaddexp, np.zeros((0, 3))), S(np.subtract, e0), S(np.power, v3), *_FOLDS],
    "np.ufunc.accumulate": [*_SUMS, S(np.subtract, e0), S(np.maximum, t234, 1)],
    "np.ufunc.outer": [S(np.subtract, v3, v4), S(np.multiply, m23, v3), S(np.add, R(2.0), m23), S(np.hypot, v3, 2.0), S(np.less, v3, v4), S(np.multiply, i3, f3), S(np.arctan2, e0, v3), S(np.add, f3, f3, dtype=np.float64)],
    "np.ufunc.reduceat": [S(np.add, v4, [0, 2, 1]), S(np.multiply, m33, np.array([0, 2])), S(np.subtract, m23, [0, 1], axis=1), S(np.add, i23, [1, 0], 1), S(np.add, v3, [3]), S(np.maximum, v4, [1])],
    "np.sinc": [S(wide), S(R(0.0)), S(R(0.3)), S(m23), S(f3), S(i3), S(e0), S(s64), S(t234), S(R(3))],
    "np.i0": [S(wide), S(R(0.0)), S(R(2.5)), S(m23), S(f3), S(i3), S(e03), S(s64)],
    "np.hanning": _LENGTHS,
    "np.hamming": _LENGTHS,
    "np.blackman": _LENGTHS,
    "np.bartlett": _LENGTHS,
    "np.kaiser": [S(5, 2.0), S(R(6), R(14.0)), S(1, 3.0), S(0, 1.0), S(4, 0.0), S(3, R(-2.0)), S(6, 5), S(7, s64)],
    "np.array_equal": [*_EQUAL, S(nans, nans.copy()), S(nans, nans.copy(), equal_nan=True), S(nans, m23, equal_nan=True), S(nans, nans.astype(np.float32), True), S(i3, i3, equal_nan=True)],
    "np.array_equiv": [*_EQUAL, S(np.tile(v3, (2, 1)), v3), S(v3, np.tile(v3, (2, 1))), S(v3, np.ones((2, 2))), S(m23[:, :1].copy(), m23)],
    "np.isposinf": _TESTS,
    "np.isneginf": _TESTS,
    "np.fix": [S(special), S(R(-2.5)), S(m23), S(f3), S(e0), S(i3)],
    "np.asarray_chkfinite": [S(v3), S([1.0, R(2.0)]), S(i3), S(i3, float), S(nans), S(special), S(e0)],
    "np.gcd": [S(whole, 12), S(whole, whole[::-1].copy()), S(R(12), R(18)), S(i23, i3), S(whole[:, None], whole), S(0, R(0)), S(np.int8(6), np.int64(4)), S(v3, 2), S(np.zeros(0, int), 3)],
    "np.lcm": [S(whole, 12), S(whole, whole[::-1].copy()), S(R(4), R(6)), S(i23, i3), S(0, R(5)), S(np.int32(6), np.int32(-4))],
    "np.bitwise_count": [S(whole), S(R(1023)), S(i23), S(np.array([255, 1], np.uint8)), S(np.zeros(0, int)), S(v3)],
    "np.geomspace": [
        S(1.0, 1000.0, 4), S(R(2.0), R(32.0)), S(R(2.0), R(32.0), 5, endpoint=False), S(-1.0, R(-100.0), 3), S(v4[:2].copy(), 9.0, 3), S(v3[::2].copy(), w3[::2].copy(), num=R(4), axis=1), S(1.0, 8.0, 1), S(1.0, 8.0, 0),
        S(0.0, 1.0), S(1, 256, 9), S(1, 256, 9, dtype=int), S(np.float32(1.0), np.float32(8.0), 4), S(8.0, 1.0, 4), S(1.0, 2.0, 3, True, None, 0),
    ],
    "np.vecdot": [S(v3, w3), S(m23, v3), S(m23, m23 * 2.0), S(m23, m23, axis=0), S(t234, t234, axis=1), S(i3, i3), S(f3, f3), S(v3, v4), S(e0, e0), S(v3, i3), S(m23, v3, axis=R(-1))],
    "np.setxor1d": [S(v3, w3), S(i3, [2, 9, 3]), S(ties, ties[0]), S(e0, v3), S(e0, e0), S(i3, i3)],
    "np.unique_counts": [S(ties), S(nans), S(b3)],
    "np.unique_inverse": [S(ties), S(i23)],
    "np.unique_all": [S(ties), S(e0), S(i3)],
    "np.mask_indices": [S(3, np.triu), S(3, np.tril), S(R(3), np.triu, 1), S(0, np.triu), S(3, lambda m, k: m * (np.arange(3) > k), R(1))],
    "np.histogramdd": [
        S([v3, w3], 2), S((v3, w3), (2, 3)), S(m33, [2, 2, 2]), S(m33, [[-3.0, 0.0, 3.0], 2, R(3)], weights=w3), S([v3, w3], 2, [(0.0, 2.0), (0.0, 3.0)]), S([v3, w3], 2, density=True, weights=v3**2), S([v3, w3], [2]), S([v4], 3),
    ],
}  # fmt: skip
for _name in ("cumulative_sum", "cumulative_prod"):
    if hasattr(np, _name):  # since NumPy 2.1
        SAMPLES[f"np.{_name}"] = _RUNNING
if hasattr(np, "unstack"):
    SAMPLES["np.unstack"] = [S(m23), S(t234, axis=1), S(v3), S(i23, axis=R(1))]
if hasattr(np, "matvec"):  # since NumPy 2.2
    SAMPLES["np.matvec"] = [S(m23, v3), S(t234, v4), S(m33, m33), S(m23, v4), S(i23, i3), S(f23, f3), S(b23, b3)]
    SAMPLES["np.vecmat"] = [S(v3, m33), S(m23[:, 0].copy(), m23), S(m23, t234), S(v4, m33), S(f3, f23.T.copy())]
