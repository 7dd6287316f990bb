"""Sample calls for the functions that the library defines in Python (`library/definitions`), by name."""

from __future__ import annotations

import numpy as np
from border_samples import SAMPLES as BORDERS
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
    m13,
    m23,
    m32,
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
from sequence_samples import SAMPLES as SEQUENCES

n32 = nans.astype(np.float32)
allnan = np.array([[np.nan, np.nan], [1.0, np.nan]])
pick = np.array([[2, 0, 1], [1, 1, 0]])
holes = np.array([0.0, 0.0, 1.5, 0.0, -2.0, 0.0])
steps = np.array([0.0, 0.5, 2.0, 2.25])
knots = np.array([-1.0, 0.0, 0.5, 2.0])
heights = np.array([2.0, -1.0, 3.0, 0.5])
turns = np.array([0.1, 3.2, 6.5, -0.4, 2.0])
counts = np.array([0, 2, 2, 5, 1])
spread = np.array([0.1, 0.9, 0.4, 2.2, -1.0, 0.9])

_SKIPPED = [
    S(nans), S(nans, axis=0), S(nans, 1), S(nans, axis=1, keepdims=True), S(n32, axis=0), S(i23, axis=0), S(m23, axis=(0, 1)), S(allnan, axis=1), S(v3),
    S(t234, axis=(0, -1)), S(nans, axis=R(0)), S(f3),
]  # fmt: skip
_FOLDED = [*_SKIPPED, S(nans, initial=0.5), S(nans, axis=0, where=b3, initial=0.1)]
_SUMMED = [*_FOLDED, S(e0), S(nans, dtype=np.float32), S(i3), S(nans, 0, where=b23)]
_RUNNING = [S(nans), S(nans, axis=0), S(nans, axis=1), S(n32), S(i23, 1), S(e0), S(t234, 1), S(i23, 1, float)]
_SPREADS = [*_SKIPPED, S(nans, ddof=1), S(nans, axis=1, ddof=R(1), keepdims=True), S(nans, 0, where=b23), S(nans, correction=1), S(np.ones(3)), S(nans, ddof=9)]
_PLACED = [S(nans), S(nans, 0), S(nans, axis=1, keepdims=True), S(allnan, axis=1), S(i23, 1), S(n32, axis=0), S(ties, axis=1), S(m23, axis=2)]
_MIDDLES = [
    S(v3), S(v4), S(m23), S(m23, axis=0), S(m23, 1), S(t234, axis=(0, 2)), S(m23, axis=1, keepdims=True), S(m23, keepdims=True), S(i3), S(i23, axis=0), S(f23), S(f23, 1),
    S(nans), S(nans, axis=0), S(nans, 1), S(ties, 1), S(special), S([1.0, R(3.0)]), S(R(2.0)), S(m23, axis=5), S(allnan, axis=1), S(m23, axis=(0, 0)),
]  # fmt: skip
_LEVELS = [
    S(v4, 0.3), S(v4, R(0.3)), S(v4, 0.0), S(v4, 1.0), S(v4, [0.1, 0.5, 0.9]), S(m23, 0.4, axis=0), S(m23, 0.4, 1), S(t234, [0.25, 0.6], axis=(0, 2)), S(m23, [[0.1, 0.9]], axis=1),
    S(m23, 0.7, axis=1, keepdims=True), S(m23, [0.2, 0.7], keepdims=True), S(f23, 0.3), S(f23, [0.3, 0.5], axis=1), S(i23, 0.3, axis=0), S(nans, 0.4), S(nans, 0.4, axis=0), S(ties, 0.5, axis=1), S(v3, 1.5), S(v3, -0.1),
    *(S(v4, [0.0, 0.125, 0.3, 0.5, 0.625, 0.75, 1.0], method=name) for name in (
        "linear", "lower", "higher", "nearest", "midpoint", "inverted_cdf", "averaged_inverted_cdf", "closest_observation", "interpolated_inverted_cdf", "hazen", "weibull", "median_unbiased", "normal_unbiased",
    )), S(m23, 0.3, axis=1, method="hazen"), S(v3, np.float64(0.5)), S(v3, 0.5, method="best"), S(np.array([3.0]), 0.4),
]  # fmt: skip
_HISTOGRAM = [
    S(spread), S(spread, 3), S(spread, bins=R(4)), S(spread, 3, (0.0, 1.0)), S(spread, knots), S(spread, knots, weights=spread**2), S(spread, 4, density=True), S(spread, knots, density=True, weights=spread**2), S(i3), S(m23, 3),
    S(np.ones(3), 2), S(e0, 3), S(spread, [0.0, 1.0, 1.0, 3.0]), S(spread, [1.0, 0.0]), S(spread, 0), S(spread, 3, weights=counts), S(f3, 3), S(spread, 2, range=(1, 1)),
]  # fmt: skip

_ROWS = np.array([[1.0, 2.0, 2.0], [0.0, 5.0, 1.0], [1.0, 2.0, 2.0], [0.0, 4.0, 9.0]])
_UNIQUE_ROWS = [
    *(S(x, axis=k) for x in (ties, _ROWS, i23, b23, f23, nans, np.ones((2, 3, 2)), e03) for k in (0, 1)), S(_ROWS, True, True, True, axis=0), S(_ROWS, True, True, True, -1), S(v3, axis=0),
    S(e0, axis=0), S(_ROWS, return_inverse=True, axis=0), S(t234[:, [0, 0, 2]], axis=1), S(v3, axis=1),
]  # fmt: skip

SAMPLES: dict[str, list[Sample]] = {
    **BORDERS,
    **SEQUENCES,
    "np.nanmax": _FOLDED,
    "np.nanmin": _FOLDED,
    "np.nansum": _SUMMED,
    "np.nanprod": _SUMMED,
    "np.nanmean": [*_SKIPPED, S(nans, 0, where=b23), S(nans, dtype=np.float32)],
    "np.nanvar": _SPREADS,
    "np.nanstd": _SPREADS,
    "np.nancumsum": _RUNNING,
    "np.nancumprod": _RUNNING,
    "np.nanargmax": _PLACED,
    "np.nanargmin": _PLACED,
    "np.median": _MIDDLES,
    "np.nanmedian": _MIDDLES,
    "np.quantile": _LEVELS,
    "np.nanquantile": _LEVELS,
    "np.percentile": [S(v4, 30), S(v4, R(30.0)), S(v4, [10, 50, 99]), S(m23, 40, axis=0), S(f23, 25.0, 1), S(m23, 75, axis=1, keepdims=True, method="weibull"), S(nans, 40, axis=0), S(v4, 101), S(i23, 10)],
    "np.nanpercentile": [S(v4, 30), S(nans, 40, axis=0), S(nans, [10, 90], axis=1), S(n32, 40), S(allnan, 50, axis=1), S(nans, 20, keepdims=True)],
    "np.cov": [
        S(m23), S(m23, rowvar=False), S(v3, w3), S(v3), S(m23, m23 * 2 + 1), S(m23, bias=True), S(m23, ddof=0), S(m23, ddof=R(2)), S(m23, aweights=w3), S(m23, fweights=np.array([1, 2, 3])), S(m23, None, True, False, 1, np.array([1, 2, 3]), w3),
        S(f23), S(i23), S(m23, dtype=np.float32), S(t234), S(m32, v3), S(m33[0], m33[1], bias=True),
    ],
    "np.corrcoef": [S(m23), S(m33), S(v3, w3), S(v4), S(m33, rowvar=False), S(f23), S(m33, m33[::-1].copy())],
    "np.correlate": [S(v3, v4), S(v4, v3), S(v4, v3, "same"), S(v3, v4, "same"), S(v4, v3, mode="full"), S(v3, v4, "full"), S(i3, i3), S(f3, f3, "full"), S(v3, w3[:2].copy(), "same"), S(w3[:2].copy(), v3, "same")],
    "np.bincount": [S(counts), S(counts, minlength=8), S(counts, minlength=R(3)), S(counts, spread[:5].copy()), S(counts, weights=i3), S(np.zeros(0, int)), S(np.zeros(0, int), minlength=2), S(i3), S(i23), S(counts, np.array([1, 2, 3, 4, 5]), 9)],
    "np.digitize": [S(spread, knots), S(spread, knots, right=True), S(spread, knots[::-1].copy()), S(spread, knots[::-1].copy(), True), S(m23, knots), S(R(0.5), knots), S(knots, knots), S(knots, knots[::-1].copy()), S(spread, [0, 1]), S(spread, spread)],
    "np.histogram": _HISTOGRAM,
    "np.histogram_bin_edges": [S(spread), S(spread, 3), S(spread, 3, (0.0, 1.0)), S(spread, knots), S(i3, 2), S(e0, 2)],
    "np.histogram2d": [S(spread, spread**2), S(spread, spread**2, 3), S(spread, spread**2, (2, 3)), S(spread, spread**2, [knots, 2], density=True), S(spread, spread**2, 2, weights=spread), S(spread, spread**2, 2, [[0.0, 1.0], [0.0, 2.0]]), S(spread, v3)],
    "np.gradient": [
        S(v4), S(m33), S(m33, axis=0), S(v4, 0.5), S(v4, R(0.5)), S(v4, steps), S(v4, edge_order=2), S(v4, steps, edge_order=2), S(m33, 2.0, w3), S(m33, 2.0, np.array([0.0, 1.0, 3.0])), S(t234[:, :, :], axis=(1, 2)), S(t234, 0.5, axis=-1),
        S(i3), S(f3), S(np.array([1.0])), S(m33, 1.0, 2.0, 3.0), S(m33, 0.1, edge_order=2), S(v4, v3), S(t234, axis=2, edge_order=2),
    ],
    "np.diff": [
        S(v3), S(m23), S(m23, axis=0), S(v4, 2), S(v4, n=0), S(b3), S(i3), S(f3), S(t234, 1, 1), S(v3, -1), S(e0), S(s64), S(v3, prepend=0.5), S(v3, append=[1.0, 2.0]), S(m23, prepend=m23[:, :1].copy()), S(m23, axis=0, append=0),
        S(v3, prepend=R(1.0), append=2, n=2), S(v3, R(2)), S(m23, 1, R(0)),
    ],
    "np.ediff1d": [S(v3), S(m23), S(v3, 1.0), S(v3, to_begin=0.0), S(v3, to_end=[1.0, 2.0], to_begin=R(3.0)), S(i3, to_end=5), S(e0), S(f3)],
    "np.interp": [
        S(spread, knots, heights), S(R(0.3), knots, heights), S(knots, knots, heights), S(m23, knots, heights), S(spread, knots, heights, left=9.0), S(spread, knots, heights, right=R(7.0)), S(spread, knots, heights, -1.0, 1.0), S(spread, knots, heights, period=1.5),
        S(R(5.0), knots, heights), S(R(-5.0), knots, heights), S(spread, [0.5], [2.0]), S(spread, [0.0, 0.0, 1.0], [1.0, 2.0, 3.0]), S(i3, knots, heights), S(np.array([np.nan, 0.5]), knots, heights), S(f3, knots, heights), S(v3, e0, e0), S(v3, knots, v3), S(spread, knots, heights, period=R(-2.0)),
        S(spread, [0, 1], [1, 3]), S(R(2.0), knots, heights), S(spread, knots, heights, None, None, 3.0),
    ],
    "np.unwrap": [S(turns), S(turns, discont=4.0), S(turns, period=2.0), S(np.stack([turns, turns * 2])), S(np.stack([turns, turns * 2]), axis=0), S(turns.astype(np.float32)), S(np.array([0.0, np.pi, 2 * np.pi, np.pi]))],
    "np.rot90": [S(m23), S(m23, 2), S(m23, 3), S(m23, -1), S(m23, R(1)), S(m23, 4), S(t234, 1, (1, 2)), S(t234, axes=(2, 0)), S(m23, 1, (0, 0)), S(i23), S(e03)],
    "np.rollaxis": [S(t234, 2), S(t234, 0, 3), S(t234, 2, 1), S(t234, -1), S(t234, 0, -1), S(t234, R(1)), S(t234, 3), S(t234, 1, 1)],
    "np.matrix_transpose": [S(m23), S(t234), S(f23)],
    "np.atleast_3d": [S(v3), S(m23), S(t234), S(R(1.0)), S(v3, m23)],
    "np.dstack": [S(v3), S(m23), S(t234), S(np.zeros((0, 2))), S(np.ones((2, 2, 1, 2))), S((v3, w3)), S([m23, m23]), S((t234, t234)), S((R(1.0), R(2.0))), S((v3, v4))],
    "np.dsplit": [S(t234, 2), S(t234, [1, 3]), S(m23, 2), S(t234, 3)],
    "np.diagflat": [S(v3), S(m23), S(v3, 1), S(v3, -2), S(R(2.0)), S([1, 2])],
    "np.block": [S([v3, w3]), S([[m23, m23], [m33, m33]]), S([[m33, v3[:, None]], [v3[None, :], np.ones((1, 1))]]), S([[m23], [m23]]), S([R(1.0), R(2.0)]), S(v3), S([[v3, w3], [v3, w3]]), S([[m23, m33]]), S([[[m23]], [[m23]]]), S([i3, v3])],
    "np.resize": [S(v3, 5), S(v3, (2, 2)), S(m23, (3, 4)), S(m23, R(4)), S(e0, 3), S(v3, 0), S(v3, -1), S(i3, (2, 3))],
    "np.delete": [
        S(v4, 1), S(v4, -1), S(v4, R(2)), S(v4, [0, 2]), S(m23, 1, axis=1), S(m23, [0, 2], 1), S(m23, 3), S(m23, slice(0, 2), axis=1), S(v4, slice(None, None, 2)), S(v3, b3), S(v4, 7), S(v4, [0, 9]), S(v4, []), S(t234, 0, 0), S(i3, 0), S(v3, np.array([True, False])),
    ],
    "np.insert": [
        S(v3, 1, 5.0), S(v3, -1, 5.0), S(v3, R(2), R(4.0)), S(v3, [0, 2], [7.0, 8.0]), S(v3, [1, 1], [7.0, 8.0]), S(m23, 1, v3, axis=0), S(m23, 1, 9.0, axis=1), S(m23, [0, 2], [[7.0], [8.0]], axis=1), S(m23, 2, [1.0, 2.0], axis=1), S(m23, 3, 5.0), S(v3, slice(0, 2), 1.0), S(v3, 5, 1.0), S(i3, 1, 2.7),
        S(v3, [0], [7.0, 8.0]), S(v3, 1, [1.0, 2.0]), S(f3, 0, 2), S(v3, b3, 1.0), S(v3, 3, 1.0), S(m23, 0, m13, axis=0), S(t234, 1, 0.5, axis=2), S(t234, 1, m23[0][:, None], axis=2), S(v3, [2], [1.0]),
    ],
    "np.trim_zeros": [S(holes), S(holes, "f"), S(holes, trim="b"), S(np.zeros(3)), S(v3), S(np.pad(m23, 1)), S(np.pad(m23, 1), "fb", 0), S(i3 * 0), S(np.array([0, 1, 0]))],
    "np.lib.stride_tricks.sliding_window_view": [S(v4, 2), S(m33, (2, 2)), S(m33, 2, axis=1), S(t234, (2, 3), axis=(1, 2)), S(v4, R(3)), S(v4, 5), S(m33, 2), S(v4, 4), S(m33, (2, 1), (1, 0)), S(i3, 2)],
    "np.broadcast_shapes": [S((2, 1), (3,)), S((2, 3)), S(3, (1, 3)), S((2,), (3,))],
    "np.fromfunction": [S(lambda i, j: i * 2.0 + j, (2, 3)), S(lambda i, j: i + j, (2, 3), dtype=int), S(lambda i: i**2, (R(4),)), S(lambda i, j, k: i * j + k, (2, 2), k=R(0.5))],
    "np.apply_along_axis": [
        S(np.sum, 0, m23), S(np.sum, 1, m23), S(np.sort, -1, m23), S(lambda r: r * 2.0, 0, m23), S(lambda r: np.outer(r, r), 1, m23), S(lambda r, k: r[0] * k, 0, t234, R(2.0)), S(lambda r, k=1.0: r.sum() * k, 1, m23, k=3.0), S(np.mean, 0, v3), S(np.cumsum, 1, t234), S(np.median, 0, m33), S(np.max, 0, i23),
        S(np.sum, 0, e03.T.copy()), S(np.sum, 2, m23),
    ],
    "np.apply_over_axes": [S(np.sum, t234, (0, 2)), S(np.sum, t234, 1), S(np.max, m23, [0]), S(np.sum, m23, -1)],
    "np.piecewise": [
        S(v3, [v3 < 0, v3 >= 0], [lambda x: -x, lambda x: x * 2.0]), S(v3, [v3 < 0], [0.5, lambda x: x**2]), S(v4, [v4 < 0, v4 > 2], [1.0, 2.0, 3.0]), S(v3, [v3 < 0], [lambda x, k: x * k, lambda x, k: x + k], R(2.0)), S(R(0.5), [True], [lambda x: x * 2.0]), S(v3, v3 < 0, [-1.0, 1.0]), S(i3, [i3 < 0], [0.5, 1.5]),
        S(v3, [v3 < 0, v3 > 0], [1.0]), S(m23, [m23 > 0], [lambda x: np.sqrt(x), 0.0]), S(v3, [v3 < 5, v3 < 1], [1.0, lambda x: x]),
    ],
    "np.fromiter": [S([1.0, R(2.0)], float), S([1, 2, 3], np.float64, 2), S((R(1.0), R(2.5)), dtype=float), S([1.0], float, 3)],
    "np.sort_complex": [S(m23), S(i23), S(i3.astype(np.int16)), S(f3), S(e0), S(ties)],
    "np.partition": [S(np.array([3.0, 1.0, 2.0]), 2), S(np.array([2, 1]), 1), S(np.array([[2.0, 1.0], [4.0, 5.0]]), 1), S(v3, 7), S(np.array([2.0, 1.0]), 0, axis=None)],
    "np.argpartition": [S(np.array([3.0, 1.0, 2.0]), 2), S(np.array([2, 1]), 1), S(v3, 7), S(np.array([[2.0, 1.0], [4.0, 5.0]]), 1, axis=1)],
    "np.lexsort": [S((v3, w3)), S((ties[0], ties[1])), S((i3,)), S([v3, np.zeros(3)]), S((m23, i23))],
    "np.unique": [S(ties), S(ties, return_index=True), S(ties, return_inverse=True), S(ties, return_counts=True), S(ties, True, True, True), S(i3), S(e0), S(e0, True, True, True), S(nans), S(nans, equal_nan=False), S(nans, return_counts=True), S([3, 1, 3]), S(b3), S(f3), S(R(2.0)), S(np.array([2, 1, 2]), sorted=False), *_UNIQUE_ROWS],
    "np.isin": [S(i3, [2, 3]), S(ties, ties[0]), S(i3, [2], invert=True), S(R(2.0), v3), S(v3, e0), S(m23, m23[0]), S(i3, 2)],
    "np.union1d": [S(v3, w3), S(i3, [2, 9]), S(m23, v3), S(e0, v3)],
    "np.intersect1d": [S(v3, w3), S(i3, [2, 9, 3]), S(v3, e0), S(ties, ties[0])],
    "np.setdiff1d": [S(v3, w3), S(i3, [2, 9, 3]), S(ties, [1.0]), S(i3, [2], True)],
    "np.polyval": [S(v3, 2.0), S(v3, R(0.5)), S(v3, v4), S([1.0, 2.0, R(3.0)], m23), S(i3, 2), S(i3, v3), S([1, 2], R(3)), S(f3, f3), S(e0, v3), S([2.0], v3), S(v3, i3)],
    "np.polyadd": [S(v3, v4), S(v3, w3), S([1, 2], [1.0]), S(R(2.0), v3), S(i3, i3)],
    "np.polysub": [S(v3, v4), S(v4, v3), S([1, 2], [1.0]), S(v3, R(2.0))],
    "np.polymul": [S(v3, v4), S([0.0, 1.0, 2.0], v3), S([0.0], v3), S(i3, i3), S(v3, R(2.0))],
    "np.polyder": [S(v4), S(v4, 2), S(i3), S([1.0, 2.0]), S(v3, m=0), S(v4, R(1)), S([2.0]), S(v3, -1), S(f3)],
    "np.polyint": [S(v3), S(v3, 2), S(i3), S(v3, k=1.5), S(v3, 2, [1.0, 2.0]), S(v3, 2, R(3.0)), S(v3, -1), S(v3, m=0), S(f3)],
    "np.vander": [S(v3), S(v3, 2), S(v3, N=5, increasing=True), S(i3), S(v3, 1), S(v3, 0), S(v3, R(4)), S(f3), S(m23)],
    "np.poly": [S(v3), S([1.0, R(2.0)]), S(R(3.0)), S(f3)],
    "np.take_along_axis": [S(m23, pick, 1), S(m23, pick, axis=-1), S(m23, np.array([[1, 0, 1]]), axis=0), S(v3, np.array([2, 0]), 0), S(m23, np.array([5, 0]), None), S(m23, pick), S(m23, np.array([0]), 0), S(m23, pick, 2), S(t234, np.zeros((2, 1, 4), int), 1), S(m23, pick + 5, 1)],
    "np.argwhere": [S(m23 > 0), S(v3), S(i23), S(b23), S(e0), S(t234 > 0.5), S(R(1.0))],
    "np.extract": [S(m23 > 0, m23), S(b3, v3), S([True, False], [1.0, 2.0]), S(b3, i3), S(np.zeros(3), v3)],
    "np.compress": [S(b3, v3), S(b3, m23, axis=1), S([True, False], m23, 0), S([True], v3), S(b3, m23), S(b23, m23), S([False, False, False, False, True], m23)],
    "np.choose": [S(np.array([0, 1, 0]), [v3, w3]), S(np.array([0, 1, 2]), (v3, 2.0, R(1.5))), S(np.array([0, 3, 1]), [v3, w3], mode="clip"), S(np.array([0, 3, -1]), [v3, w3], mode="wrap"), S(np.array([0, 3, 1]), [v3, w3]), S(pick % 2, [v3, m23]), S(b3, [v3, w3])],
    "np.unravel_index": [S(np.array([3, 5, 0]), (2, 3)), S(4, (2, 3)), S(R(4), (2, 3)), S(np.array([3, 5]), (2, 3), order="F"), S(np.array([[1], [2]]), (4,)), S(7, (2, 3)), S(np.array([3, 23]), (2, 3, 4)), S(3, (R(2), 3))],
    "np.ravel_multi_index": [S((np.array([0, 1]), np.array([2, 0])), (2, 3)), S((np.array([0, 1]), np.array([2, 0])), (2, 3), order="F"), S((1, 2), (2, 3)), S((R(1), R(2)), (2, 3)), S((np.array([0, 5]), np.array([2, 0])), (2, 3)), S((np.array([0, 5]), np.array([2, -1])), (2, 3), mode="wrap"), S((np.array([0, 5]), np.array([2, -1])), (2, 3), mode="clip"), S((np.array([0, 5]), np.array([2, -1])), (2, 3), mode=("clip", "wrap"))],
    "np.indices": [S((2, 3)), S((R(2), 3)), S((4,)), S((2, 3), dtype=float), S((2, 3), sparse=True), S((0, 2))],
    "np.ix_": [S([0, 1], [0, 2]), S(np.array([1, 0]), b3), S(i3), S(m23)],
    "np.diag_indices": [S(3), S(R(2)), S(3, 3), S(0), S(2, ndim=1)],
    "np.diag_indices_from": [S(m33), S(m23), S(v3)],
    "np.tril_indices": [S(3), S(3, 1), S(3, k=-1), S(R(3), 0, 4), S(2, m=3), S(0)],
    "np.triu_indices": [S(3), S(3, 1), S(3, k=-1), S(R(3), 0, 4), S(2, m=3), S(3, R(2))],
    "np.tril_indices_from": [S(m33), S(m23, 1), S(v3), S(m32, k=-1)],
    "np.triu_indices_from": [S(m33), S(m23, 1), S(v3), S(m32, k=R(1))],
    "np.fill_diagonal": [S(m33, 2.0), S(m33, R(1.5)), S(m33, v3), S(m23, [7.0, 8.0]), S(m32, 1.0), S(np.ones((5, 2)), 9.0, wrap=True), S(np.ones((2, 2, 2)), 5.0), S(v3, 1.0), S(m33, [1.0, 2.0]), S(i23, 2.5), S(t234, 1.0), S(np.ones((5, 2)), [1.0, 2.0, 3.0], True)],
    "np.put": [S(m23, [0, 4], [7.0, 8.0]), S(v3, 1, 5.0), S(v3, [0, 1, 2], [7.0, 8.0]), S(v3, [0, 7], 1.0), S(v3, [0, 7], 1.0, mode="clip"), S(v3, [0, 7, -2], [1.0, 2.0, 3.0], mode="wrap"), S(v3, -1, R(2.0)), S(i3, [0], 2.7), S(v3, [1, 1], [3.0, 4.0])],
    "np.place": [S(m23, m23 > 0, [7.0, 8.0]), S(v3, b3, [1.0]), S(v3, v3 < -9, [1.0]), S(v3, b3, []), S(i3, b3, [4, 5])],
    "np.putmask": [S(m23, m23 > 0, [7.0, 8.0]), S(v3, b3, 1.0), S(v3, b3, w3), S(v3, v3 < -9, 1.0), S(m23, b23, m23 * 2)],
    "np.copyto": [S(v3, 2.0), S(m23, v3), S(v3, w3, where=b3), S(m23, 1, where=b23), S(i3, 2.5), S(f3, v3), S(v3, v4), S(f3, R(2.0)), S(i3, v3, casting="unsafe")],
    "np.put_along_axis": [S(m23, np.array([[1], [0]]), 9.0, 1), S(m23, pick, m23 * 2, axis=1), S(m23, np.array([[0, 1, 1]]), v3, 0), S(m23, np.array([1, 5]), [7.0, 8.0], None), S(v3, np.array([1]), R(3.0), -1)],
}  # fmt: skip

METHODS: dict[str, list[Sample]] = {
    "nonzero": [S(m23 > 0), S(v3), S(i23)],
    "searchsorted": [S(knots, spread), S(knots, 0.5, side="right")],
    "choose": [S(np.array([0, 1, 0]), [v3, w3])],
    "argpartition": [S(np.array([3.0, 1.0, 2.0]), 2)],
    "compress": [S(m23, [True, False]), S(m23, b3, axis=1), S(v3, [True]), S(i3, b3)],
    "tolist": [S(v3), S(i3), S(b3)],
    "partition": [S(np.array([3.0, 1.0, 2.0]), 2), S(np.array([[2.0, 1.0], [4.0, 5.0]]), 1), S(np.array([2, 1]), 1), S(np.array([[2.0, 1.0], [4.0, 5.0]]), 0, axis=0)],
    "sort": [S(v4), S(m23), S(m23, axis=0), S(i3), S(ties, 0), S(m23, axis=2), S(e0)],
    "put": [S(v4, [0, 2], [5.0, 6.0]), S(m23, 7, 1.0), S(m23, [-1, 0], [1.0, 2.0]), S(i3, 5, 2, mode="wrap")],
}
