"""Sample calls for every row of the library, by the row's name.  A row without samples fails the test of rows.

A sample is (args, kwargs).  Elementwise functions get theirs from `elementwise_samples`.
"""

from __future__ import annotations

import numpy as np
from definition_samples import METHODS as DEFINED_METHODS
from definition_samples import SAMPLES as DEFINED
from library_harness import Growing, R
from linalg_samples import LINEAR_ALGEBRA
from sample_values import (
    S,
    Sample,
    b3,
    b23,
    c3,
    c23,
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
    rng,
    s32,
    s64,
    sb,
    si,
    special,
    t234,
    t243,
    ties,
    v3,
    v4,
    w3,
)
from scipy_linalg_samples import SCIPY_LINALG

_SCALARS = [R(0.6), R(2), R(True), 0.3, 2, s64, s32, si, sb]
_ARRAYS = [v3, f3, i3, b3, m23, f23, t234, e0, m13, special, special.astype(np.float32), e03]


def elementwise_samples(arity: int) -> list[Sample]:
    """Over dtypes, kinds, ranks, broadcasting, extents 0 and 1."""
    if arity == 1:
        return [S(x) for x in (*_SCALARS, *_ARRAYS)]
    pairs = [
        (v3, v3 + 1.0), (v3, w3), (m23, v3), (v3, m23), (m23, m13), (t234, v4), (t234, m33[:, :1]), (v3, R(2.0)),
        (R(1.5), f3), (f3, R(2)), (f3, v3), (f3, f3), (i3, v3), (i3, R(2)), (i3, R(0.5)), (i3, i3 + 4), (b3, v3), (b3, b3),
        (b3, i3), (s64, s32), (s32, R(2.0)), (si, R(3)), (R(2.5), R(2)), (R(7), R(2)), (R(True), R(3)), (2, R(3.0)),
        (v3, 2), (v3, 0.5), (f3, 2), (i3, 2), (e0, R(1.0)), (e03, v3), (special, special[::-1].copy()), (sb, sb), (si, i3),
        (special, 1.0), (0.0, special), (v3, [1.0, 2.0, 3.0]), (f3.reshape(3, 1), f3), (v3, v4), (i3, si), (f3, s64),
    ]  # fmt: skip
    return [S(x, *[y] * (arity - 2), y) for x, y in pairs]


_REDUCED: list[Sample] = [
    S(v3), S(m23), S(f23), S(i23), S(b23), S(t234), S(m23, 0), S(m23, axis=-1), S(t234, axis=(0, 2)), S(t234, (-1, 0)),
    S(t234, axis=1, keepdims=True), S(m23, keepdims=True), S(s64), S(R(2.5)), S(R(3)), S(m23, axis=()), S([1.0, R(2.0)]),
    S(e03, axis=1), S(np.zeros((2, 1)), axis=1), S(e0), S(e03, axis=0), S(m23, axis=2), S(m23, axis=(0, 0)), S(nans, axis=0),
    S(f23, axis=0), S(i23, axis=1), S(b23, axis=0),
]  # fmt: skip
_MASKED = [
    S(m23, where=b23),
    S(m23, 0, where=b3),
    S(f23, 1, keepdims=True, where=b23[:, :1]),
    S(m23, where=v3),
    S(v3, where=b23),
]
_FOLDED = [
    *_MASKED, S(m23, initial=2.0), S(f23, axis=0, initial=R(2.5)), S(i23, initial=3), S(m23, axis=1, where=b3, initial=0.5),
    S(m23, initial=v3), S(f3, initial=s64), S(m23, axis=(), where=b23),
]  # fmt: skip
_BOUNDED = [
    S(m23, initial=0.1), S(f23, axis=0, initial=0.1), S(m23, axis=1, where=b23, initial=-9.0), S(i23, where=b23, initial=R(1)),
    S(b23, where=b3, initial=False), S(nans, axis=1, where=np.isnan(nans), initial=0.0), S(m23, where=b23),
    S(e0, initial=0.5), S(m23[:, :0], initial=R(2)), S(m23[:, :0], axis=1, initial=2.0, keepdims=True), S(m23[:0], axis=1, initial=2.0), S(i23[:0], axis=0, initial=3),
]  # fmt: skip
_STATISTIC = [s for s in _REDUCED if s[1].get("axis", None) != ()]
_POSITION = [
    S(v3), S(m23), S(ties), S(ties, 0), S(ties, axis=-1), S(t234, 1), S(i23, axis=0), S(f23), S(nans, axis=1), S(b23, axis=1),
    S(m23, axis=1, keepdims=True), S(m23, keepdims=True), S(e0), S(m23, axis=5), S(R(2.0)),
]  # fmt: skip
_SORTED = [
    S(v3),
    S(ties),
    S(ties, 0),
    S(t234),
    S(t234, 1),
    S(i3),
    S(m23, axis=None),
    S(e0),
    S(f23),
    S(special),
    S(v3, axis=3),
]
_LIKE = [
    S(m23),
    S(m23, order="F"),
    S(m23, None, "A"),
    S(f3),
    S(i3),
    S(s64),
    S(R(2)),
    S(b3),
    S(m23, np.float32),
    S(m23, dtype=int),
    S(m23, shape=(2,)),
    S(e03),
]
_SHAPE = [
    S(3),
    S((2, 3), order="F"),
    S((2, 3), float, order="C"),
    S(3, order="X"),
    S((2, 3)),
    S((R(2), 3)),
    S(R(4)),
    S((2, 3), np.float32),
    S(2, dtype="int64"),
    S(2, bool),
    S(()),
    S(-1),
    S(R(-2)),
    S(0),
]
_AN_ARRAY = [S(m23), S(t234), S(i23), S(f23), S(e03), S(np.zeros((2, 0))), S(np.zeros((2, 2, 1, 3)))]
_STACKED = [
    S((v3, w3)),
    S([v3, f3, i3]),
    S((m23, m13)),
    S((v3, v4)),
    S((m23,)),
    S((m23, t234)),
    S((f3, f3)),
    S([b3, b3]),
]
_TRIANGLE = [S(m33), S(m23, 1), S(m32, -1), S(t234), S(v3), S(i23, k=1)]
_MATMUL = [
    S(v3, w3), S(m23, v3), S(v3, m32), S(m23, m32), S(t234, t243), S(m23, t234.transpose(0, 1, 2)), S(t243, m32), S(f23, m32),
    S(i23, v3), S(f23, f3), S(m23, m23), S(v3, v4), S(e03, v3), S(m33, m33),
]  # fmt: skip

SAMPLES: dict[str, list[Sample]] = {
    **DEFINED,
    "np.flatnonzero": [S(m23 > 0), S(v3), S(i23), S(e0), S(R(2.0)), S(nans)],
    "np.nonzero": [S(m23 > 0), S(v3), S(i23), S(e0), S(t234 > 0.5), S(R(2.0)), S([0, 1, 2]), S(b23)],
    "np.searchsorted": [
        S(w3, v3), S(np.sort(v4), v3), S(np.sort(v4), m23, side="right"), S(np.sort(v4), R(0.5)), S(np.sort(v4), 0.25, "left"), S(v4, v3, sorter=np.argsort(v4)), S([1, 2, 2, 3], 2), S([1, 2, 2, 3], [2, 5], "right"), S(i3, 0.5), S(e0, v3),
        S(m23, v3), S(w3, v3, "middle"), S(np.sort(special), special), S(f3, R(0.1)),
    ],
    "np.sum": [*_REDUCED, *_FOLDED, S(i3, dtype=float), S(i3.astype(np.int8)), S(i3.astype(np.uint8)), S(e0, initial=2.0)],
    "np.prod": [*_REDUCED, *_FOLDED],
    "np.mean": [*_STATISTIC, *_MASKED],
    "np.max": [*_STATISTIC, *_BOUNDED],
    "np.min": [*_STATISTIC, *_BOUNDED],
    "np.amax": _STATISTIC,
    "np.amin": _STATISTIC,
    "np.any": [*_REDUCED, *_MASKED],
    "np.all": [*_REDUCED, *_MASKED],
    "np.var": [S(m23, axis=1, where=m23 > -0.5, ddof=1, keepdims=True), S(v3, where=b3), S(m23, where=m23 > 0.0), S(m23, axis=(), where=m23 > 0.0), S(v3, correction=1), S(v3, ddof=1, correction=1), S(m23, axis=0, mean=np.mean(m23, axis=0, keepdims=True)), S(t234, axis=(0, 1), mean=np.mean(t234, axis=(0, 1), keepdims=True), keepdims=True), S(f3, dtype=np.float64), S(v3, dtype=np.float32), S(i3, where=b3), S(e0, where=np.zeros(0, bool)), S(v3, where=v3), *_STATISTIC, S(m23, axis=1, ddof=1), S(v3, ddof=R(1)), S(v3, ddof=3)],
    "np.std": [S(m23, axis=1, where=m23 > -0.5, ddof=1, keepdims=True), S(v3, where=b3), S(m23, where=m23 > 0.0), S(m23, axis=(), where=m23 > 0.0), S(v3, correction=1), S(v3, ddof=1, correction=1), S(m23, axis=0, mean=np.mean(m23, axis=0, keepdims=True)), S(t234, axis=(0, 1), mean=np.mean(t234, axis=(0, 1), keepdims=True), keepdims=True), S(f3, dtype=np.float64), S(v3, dtype=np.float32), S(i3, where=b3), S(e0, where=np.zeros(0, bool)), S(v3, where=v3), *_STATISTIC, S(m23, axis=1, ddof=1), S(f3, ddof=1), S(np.ones(4))],
    "np.ptp": [S(v3), S(m23, 0), S(m23, axis=1, keepdims=True), S(e0), S(i23)],
    "np.argmax": _POSITION,
    "np.argmin": _POSITION,
    "np.average": [S(v3, returned=True), S(v3, None, w3, True), S(t234, axis=(0, 2), returned=True), S(t234, axis=2, weights=np.arange(1.0, 5.0), returned=True, keepdims=True), S(f3, returned=True), S(i3, returned=True),
        S(m23), S(m23, 0), S(v3, weights=w3), S(m23, 1, w3), S(m23, weights=m23**2), S(m23, weights=w3), S(v3, weights=v3 * 0),
        S(m23, 0, np.array([1.0, 2.0]), keepdims=True), S(i23, 1, weights=i3), S(m23, 1, v4),
    ],
    "np.cumsum": [S(v3), S(m23), S(m23, 0), S(m23, axis=-1), S(f3), S(i3), S(b3), S(R(2.0)), S(e0), S(t234, 1)],
    "np.cumprod": [S(v3), S(m23), S(i3), S(e0), S(v3, 0), S(m23, 0), S(m23, axis=-1), S(t234, 1), S(f23, 0), S(e03, 0), S(b23, 1), S(m23, 2)],
    "np.trapezoid": [S(v3), S(m23), S(v3, w3), S(m23, w3), S(m23, dx=0.5), S(m23, axis=0), S(v3, dx=R(0.1)), S(m23, np.array([1.0, 2.5]), axis=0)],
    "np.count_nonzero": [S(m23, axis=0), S(b23, axis=1, keepdims=True), S(i3, axis=0)],
    "np.allclose": [S(v3, v3), S(v3, v3 + 1e-3), S(v3, v3 + 1e-9), S(m23, 0.0), S(nans, nans, equal_nan=True)],
    "np.isclose": [S(v3, v3 + 1e-9), S(special, special), S(m23, v3), S(f3, f3), S(special, special, equal_nan=True), S(v3, w3, 0.5), S(R(1.0), R(1.0))],
    "np.linalg.norm": [
        S(v3), S(m23), S(t234), S(m23, axis=0), S(m23, axis=1, keepdims=True), S(m23, "fro"), S(m23, 1), S(m23, np.inf), S(m23, -1),
        S(v3, 1), S(v3, np.inf), S(v3, -np.inf), S(v3, 3), S(v3, 0), S(v3, 2), S(t234, axis=(0, 1)), S(t234, 1, axis=(2, 0)), S(i3), S(f3),
        S(np.zeros(3)), S(v3, "fro"), S(t234, np.inf, (1, 2), True), S(m23, keepdims=True), S(m23, 1.5, axis=1),
        S(m23, 2), S(m23, -2), S(t234, 2, (2, 0)), S(t234, "nuc", (0, 1), keepdims=True), S(f3[:, None] * f3, 2), S(m23, 3), S(np.zeros((0, 3)), "nuc"),
    ],
    "np.reshape": [
        S(m23, (3, 2)), S(m23, -1), S(m23, (3, -1)), S(m23, (R(3), -1)), S(m23, (R(6),)), S(v3, (2, 2)), S(m23, (-1, -1)),
        S(R(2.0), (1, 1)), S([1.0, 2.0], (2, 1)), S(t234, (4, 6)), S(m23, (4, -1)), S(e03, (0,)),
    ],
    "np.ravel": [S(m23), S(v3), S(R(2.0)), S([[1, 2], [3, 4]]), S(t234)],
    "np.real_if_close": [S(v3), S(i3), S(f23), S(R(2.0)), S([1.0, 2.0]), S(c3), S(v3, tol=5)],
    "np.squeeze": [S(m13, 0), S(m13, axis=(0,)), S(m23, 0), S(t234[:, :1, :1], (1, 2)), S(m13, axis=1), S(m13, axis=4), S(np.ones((1, 1)), (0, 1))],
    "np.expand_dims": [S(v3, 0), S(v3, -1), S(m23, (0, 2)), S(R(1.0), 0), S(v3, 3)],
    "np.atleast_1d": [S(v3), S(R(2.0)), S(m23)],
    "np.atleast_2d": [S(v3), S(R(2.0)), S(m23), S([1.0, 2.0])],
    "np.broadcast_to": [S(v3, (2, 3)), S(R(2.0), (2, 3)), S(m13, (2, 3)), S(m13, (R(4), 3)), S(v3, (3, 2)), S(m23, (3,)), S(m23[:, :1], (2, 0)), S(s64, ())],
    "np.broadcast_arrays": [S(v3, m23), S(m13, m23[:, :1], R(1.0)), S(v3, v4)],
    "np.transpose": [S(m23), S(t234), S(t234, (1, 2, 0)), S(t234, (-1, 0, 1)), S(v3), S(m23, (0, 0)), S(t234, axes=(0, 1, 2)), S(s64)],
    "np.swapaxes": [S(t234, 0, 2), S(t234, -1, 1), S(m23, 0, 0), S(m23, 0, 2)],
    "np.moveaxis": [S(t234, 0, -1), S(t234, (0, 1), (1, 2)), S(t234, 2, 0), S(m23, 0, 5), S(m23, (0, 0), (0, 1))],
    "np.flip": [S(m23), S(m23, 0), S(t234, (0, -1)), S(v3)],
    "np.flipud": [S(m23), S(v3)],
    "np.fliplr": [S(m23), S(t234), S(v3)],
    "np.concatenate": [*_STACKED, S((m23, m13), axis=0), S((m23, m33[:2]), axis=1), S((m23, v3), axis=None), S((v3, e0)), S((s64, v3)), S((m23, m33), -1), S([v3]), *_AN_ARRAY, S(t234, axis=-1), S(t234, axis=None)],
    "np.stack": [*_STACKED, *_AN_ARRAY, S(t234, axis=-1), S(v3), S((v3, w3), axis=1), S((v3, w3), -1), S((m23, m23 + 1), 1), S((R(1.0), R(2.0))), S(Growing((v3, w3)), 1), S(Growing((m23, m23, m23)), 2)],
    "np.hstack": [*_STACKED, *_AN_ARRAY, S(v3), S((m23, m23)), S((R(1.0), v3)), S(Growing((s64, s64)))],
    "np.vstack": [*_STACKED, *_AN_ARRAY, S(v3), S((v3, m23)), S((R(1.0), R(2.0))), S(Growing((v3, w3)))],
    "np.column_stack": [*_STACKED, *_AN_ARRAY, S(v3), S((m33, v3))],
    "np.append": [S(v3, 1.0), S(v3, v4), S(m23, m13, axis=0), S(m23, R(2.0)), S(i3, 2), S(f3, [1.0])],
    "np.roll": [S(v3, 1), S(v3, -1), S(v4, R(6)), S(m23, 1), S(m23, 1, 0), S(m23, (1, 2), axis=(0, 1)), S(m23, 1, axis=(0, 1)), S(e0, 2), S(i3, 1), S(m23, (1, 2), axis=0)],
    "np.split": [S(v4, 2), S(v4, R(2)), S(m23, 3, 1), S(m23, 1), S(m23, 3, axis=-1), S(v4, [1, 3]), S(v4, [R(1), R(-1)]), S(v4, (3, 1)), S(v4, [9]), S(v4, 3), S(v4, 0), S(t234, 3, axis=1), S(i3, [])],
    "np.array_split": [S(v4, 3), S(v4, 5), S(m23, 2, 1), S(t234, [1], 2), S(e0, 2), S(v3, -1)],
    "np.hsplit": [S(v4, 2), S(m23, 3), S(t234, [1, 2]), S(m23, 2)],
    "np.vsplit": [S(m23, 2), S(t234, [1]), S(v4, 2)],
    "np.tile": [S(v3, 2), S(v3, (2, 2)), S(m23, 2), S(m23, (2, 1)), S(t234, (1, 2)), S(R(2.0), 3), S(v3, R(2)), S(v3, 0), S(m23, 1), S(m23, (1, 1))],
    "np.repeat": [S(v3, 2), S(m23, 2), S(m23, 2, 0), S(m23, 3, axis=-1), S(m23, R(2), axis=1), S(R(1.0), 3), S(v3, 0), S(v3, -1), S(v3, [2, 0, 1]), S(v3, i3.clip(0)), S(m23, [1, 2], axis=0), S(m23, np.array([0, 3, 1]), 1), S(v3, [2]), S(m23, [1, 0, 2, 0, 1, 3]), S(f3, [1, 1, 2]),
        S(v3, [1, 2]), S(v3, [1, -1, 2]), S(v3, [1.0, 2.0, 0.0]), S(e0, [3]), S(i3, [0, 0, 0])],
    "np.take": [S(v3, [0, 2]), S(v3, i3.clip(-3, 2)), S(m23, [[0, 1], [1, 0]], axis=0), S(m23, -1, axis=1), S(m23, R(4)), S(v3, [3]), S(v3, v3), S(v3, indices=[0, 1]),
        S(v3, [-7, 4, 9], mode="wrap"), S(m23, [-7, 4, 9], axis=1, mode="clip"), S(v3, R(5), mode="wrap"), S(e0, [0], mode="wrap"), S(e0, [0], mode="clip"), S(v3, [1], mode="near"), S(v3, [5], mode="raise")],
    "np.sort": _SORTED,
    "np.argsort": [(args, {**kwargs, "kind": "stable"}) for args, kwargs in _SORTED],
    "np.shape": [S(m23), S(v3), S(R(1.0)), S([1.0, 2.0])],
    "np.size": [S(m23, 0), S(m23, axis=-1), S(m23, 2), S(m23), S(v3), S(R(1.0)), S(e03)],
    "np.ndim": [S(m23), S(R(1.0)), S([[1.0]])],
    "np.real": [S(m23), S(R(2.0)), S([1.0, 2.0])],
    "np.zeros": _SHAPE,
    "np.ones": _SHAPE,
    "np.zeros_like": _LIKE,
    "np.ones_like": _LIKE,
    "np.full": [S(3, 2.0), S((2, 3), R(1.5)), S(2, 7), S(3, s32), S((2, 3), v3), S(2, 1, float), S((2, 2), v3), S((), 2.0), S(3, 2.5, np.int64), S((R(2),), True)],
    "np.full_like": [S(m23, 2.0), S(i3, 2.7), S(f3, R(1.0)), S(m23, v3), S(v3, 1, dtype=int), S(s64, 2)],
    "np.arange": [S(stop=3), S(stop=R(3)), S(1.0, stop=3, step=0.5), S(3, None), S(step=2),
        S(4), S(R(5)), S(2, 7), S(R(2), R(9), 3), S(7, 2, -2), S(0, 1, 0.1), S(0.0, R(1.0), R(0.3)), S(5.0), S(1, 2.0, 0.25), S(-3), S(R(-2)), S(3, 1),
        S(0.5, 0.2), S(2.0, 0.0, -0.5), S(3, dtype=float), S(0, 1, 0), S(si), S(0, 10, R(4)), S(6, dtype=np.int32), S(R(7), R(2), R(-2)),
    ],
    "np.linspace": [
        S(0, 1), S(0.0, 1.0, 5), S(R(0.1), R(2.3), 7), S(0, 1, 1), S(0, 1, 0), S(0, 1, 5, endpoint=False), S(0.0, 3.0, R(4)), S(0, 1, R(1)), S(0, 1, R(0)), S(0, 1, -1),
        S(s32, s32 + 1, 5), S(0, 10, 5, dtype=np.float32), S(1.0, 0.0, 3), S(0, 1, R(3), False),
        S(v3, w3, 4), S(v3, 2.0, R(3)), S(0, m23, 4, axis=1), S(m23, v3, 3, endpoint=False, axis=-1), S(v3, w3, 1), S(v3, w3, 0), S(v3, v4), S(f3, f3 + 1, 3), S(e0, e0, 3), S(v3, w3, R(1)),
        S(0.0, 1.0, 5, retstep=True), S(v3, w3, 4, True, True), S(R(-1.0), 1.0, 4, dtype=int), S(v3, w3, 4, dtype=int), S(0, 1, 3, axis=1),
    ],
    "np.logspace": [
        S(0, 2, 5), S(0.0, 1.0, 4, endpoint=False), S(0, 3, 4, base=2.0), S(0, 3, 4, base=2), S(v3, w3, 3), S(v3, 1.0, 3, axis=1), S(0, 2, 5, dtype=np.float32), S(0.0, 1.0, 4, dtype=int),
    ],
    "np.meshgrid": [S(v3, v4), S(v3, v4, indexing="ij"), S(v3), S(v3, v4, i3), S(v3, f3), S(v3, v4, sparse=True), S(v3, v4, i3, sparse=True, indexing="ij"), S(v3, sparse=True)],
    "np.array": [
        S([1.0, R(2.0), s64]), S([1, 2]), S([[1, 2], [3.0, R(4)]]), S([v3, w3]), S((m23, m23)), S(v3), S([s32, s32]), S([1, s32]), S([True, False]), S([]), S(R(2.0)), S([1, 2], float),
        S(v3, np.float32), S([[1.0], [2.0, 3.0]]), S(Growing((s64, s64 + 1))), S(Growing((v3, w3))), S([v3, v4]), S([[v3, w3], [w3, v3]]), S([R(True), 2]), S([[1.0, 2.0]], dtype="float32"), S(v3, copy=None), S(v3, copy=np._CopyMode.IF_NEEDED), S(v3, np.float32, copy=None),
    ],
    "np.asarray": [S(v3), S([1.0, R(2.0)]), S(v3, np.float32), S(R(1.0)), S(i3, float)],
    "np.asanyarray": [S(v3)],
    "np.ascontiguousarray": [S(v3), S(m23), S(R(2.0)), S(i3, float)],
    "np.asfortranarray": [S(v3), S(m23), S(R(2.0)), S(i3, float)],
    "np.copy": [S(v3), S(m23), S([1.0, 2.0])],
    **{f"np.{name}": [S(R(2.0)), S(R(3)), S(v3), S(s32), S(2)] for name in ("float64", "float32", "int64", "int32", "int16", "int8", "uint8", "uint16", "uint32", "uint64")},
    "np.bool_": [S(R(2.0)), S(R(0)), S(v3), S(True)],
    "np.matmul": [*_MATMUL, S(2.0, v3), S([1.0, 2.0, 3.0], v3), S(b3, b3)],
    "np.dot": [*_MATMUL, S(2.0, v3), S(R(2.0), R(3.0)), S(t234, t243.reshape(2, 4, 3)), S(v4, t243), S(t234, v4)],
    "np.vdot": [S(v3, b=w3), S(v3, w3), S(m23, m23), S(m23, v3), S(R(2.0), R(3.0)), S(i3, v3)],
    "np.inner": [S(v3, w3), S(m23, m33), S(m23, v3), S(2.0, v3), S(t234, v4), S(t234, t234), S(v3, v4)],
    "np.outer": [S(v3, v4), S(m23, v3), S(i3, v3), S(R(2.0), v3), S(f3, f3)],
    "np.tensordot": [S(m23, m33, 0), S(v3, m23, 0), S(m23, m33, [[], []]), S(v3, v3, axes=0), S(e0, m23, 0),
        S(m23, m32, 1), S(t234, t234, 3), S(t234, t243, axes=([2, 1], [1, 2])), S(t234, v4, axes=1), S(v3, v4, axes=0), S(t234, m33, axes=(1, 0)), S(m23, m23), S(v3, w3, axes=1), S(m23, m23, axes=1),
        S(t234, t243, axes=([0, -1], [0, 1])),
    ],
    "np.einsum": [
        S("ij,jk->ik", m23, m32), S("ij,jk", m23, m32), S("ii->i", m33), S("ii", m33), S("ij->ji", m23), S("ij->", m23), S("i,j->ij", v3, v4), S("i,i", v3, w3), S("bij,bjk->bik", t234, t243),
        S("bij,bj->bi", t234, m23), S("ij,ij->i", m23, m23), S("ij,j,jk->ik", m23, v3, m33), S("ij,kj->ik", m23, m33), S("ijk,ikl->jl", t234, t243), S("i->", v3), S("i,->i", v3, R(2.0)),
        S("ij,ji->", m23, m32), S("ijk,kl->lij", t234, rng.normal(size=(4, 2))), S("iij->j", rng.normal(size=(2, 2, 3))), S("ij,jk", m23, m23), S("ij", v3), S("ij->k", m23), S("ba", m23),
        S("i,i,i->i", v3, w3, v3), S("ij,jk,kl->il", m23, m33, m32), S("iji->j", rng.normal(size=(2, 3, 2))), S("ij , jk -> ik", i23, m32), S("...ij,...jk->...ik", t234, t243), S("...j,jk", m23, m32), S("i...->...", t234), S("...", m23), S("...ij->...ji", t234), S("i...,i...->i", m23, m23),
        S("...,...", t234, m23[:, :, None] * np.ones(4)), S("...ij,jk->...ik", t234, rng.normal(size=(4, 2)), optimize=True), S("...i->i", t234), S("i...j->j...", t234), S("...i,...i", v3, R(2.0)), S("..i", v3), S("...i...", v3), S("ij...,kj...->ik...", m23, m23),
        S(m23, [0, 1], m32, [1, 2], [0, 2]), S(m23, [0, 1], m32, [1, 2]), S(m33, [0, 0]), S(t234, [..., 0], [0, ...]), S(v3, [0], v3, [0]), S(m23, [0, 55]), S(v3, [0], [1]), S("ij,jk,kl", m23, m33, m32, optimize="optimal"), S("i,j,k->ijk", v3, v4, w3), S("ab,cb->", m23, m33),
    ],
    "np.diag": [S(v3), S(v3, 1), S(v3, k=-2), S(m33), S(m23), S(m23, 1), S(m32, -1), S(m23, 5), S(i3), S(t234), S(e0)],
    "np.diagonal": [S(m33), S(m23, 1), S(t234), S(t234, 0, 1, 2), S(t234, -1, 2, 0), S(v3), S(m33, 0, 1, 1)],
    "np.trace": [S(m33), S(m23), S(m23, 1), S(t234), S(i23), S(m33, -1)],
    "np.tril": _TRIANGLE,
    "np.triu": _TRIANGLE,
    "np.tri": [S(3), S(2, 3), S(3, k=1), S(3, 2, -1), S(R(3)), S(2, dtype=np.float32), S(2, dtype=int), S(2, k=5)],
    "np.eye": [S(3), S(2, 3), S(3, k=1), S(3, 2, -1), S(R(3)), S(2, dtype=np.float32), S(2, dtype=int), S(2, k=5)],
    "np.identity": [S(3), S(R(2)), S(2, dtype=int)],
    "np.cross": [S(v3, w3), S(m23, v3), S(m23, m23[::-1].copy()), S(v3, m23), S(v3, v4), S(i3, i3[::-1].copy()), S(f3, f3[::-1].copy())],
    "np.convolve": [S(v3, v4), S(v4, v3, "same"), S(v3, v4, "same"), S(v4, v3, "valid"), S(v3, v4, mode="valid"), S(i3, i3), S(f3, f3), S(e0, v3), S(v3, w3[:2].copy(), "same"), S(v3, v3, "odd")],
    "np.kron": [S(m23, m32), S(v3, v4), S(t234, t243), S(i23, m32), S(m23, v3), S(v3, m23), S(t234, v4), S(R(2.0), m23), S(m23, s64), S(f3, f23), S(e0, m23)],
    **LINEAR_ALGEBRA,
    **SCIPY_LINALG,
    "np.linalg.multi_dot": [S([m23, m33, m32]), S([v3, m33, v3]), S([m23, m32])],
    "np.select": [
        S([v3 > 0, v3 < -1], [v3, w3]), S([v3 > 0, v3 > 1], (v3 * 2, v3), R(7.0)), S([b3, b3], [i3, R(2)], R(0.5)),
        S([b23], [v3], default=m23), S([v3 > 0], [f3], 1), S([m23 > 0, b3], [f3, m23]), S([b3], [f3], 0.1),
        S([special > 0, special == 0], [special, 1.0], -1.0), S([R(True)], [v3]), S([sb], [s32]), S([i3], [v3]),
        S([b3], [v3, w3]), S([], []), S([b3], [v4]), S(b23, m23),
    ],
    "np.where": [
        S(b3, v3, w3), S(b3, v3, 0.0), S(b23, v3, m23), S(b3, 1, f3), S(v3, v3, i3), S(R(True), v3, w3), S(b3, R(1.0), R(2)), S(b3, i3, 0.5), S(b3, v4, v3), S(R(True), R(1.0), R(2.0)), S([True, False, True], v3, w3),
        S(b3, f3, v3), S(m23[:, :1], m23, v3), S(b3, 1, 0), S(v3, v3),
    ],
    "np.clip": [
        S(v3, 0.0, 1.0), S(v3, None, 1), S(v3, -1.0, None), S(m23, v3, w3 + 3), S(f3, 0, R(1.0)), S(i3, 0, 2), S(i3, 0.5, 2), S(v3, 1.0, 0.0), S(R(2.5), 0, 1), S(special, -1, 1), S(v3, min=0.0, max=1.0), S(v3, v4, 2.0),
        S(v3, a_max=R(0.5), a_min=None),
    ],
    "np.nan_to_num": [S(special), S(nans), S(special, nan=1.0, posinf=2.0, neginf=R(-3.0)), S(i3), S(special.astype(np.float32)), S(R(1.0)), S(b3)],
    "np.round": [S(v3), S(v3 * 1.2345, 2), S(m23, decimals=1), S(R(2.5)), S(m23 * 1000, -2), S(i3), S(f23, 2), S(i3, 1), S(np.array([0.5, 1.5, 2.5, -0.5]))],
    "np.around": [S(v3), S(m23, 3)],
    "abs": [S(R(-2.0)), S(R(-2)), S(R(True)), S(v3), S(i3), S(b3), S(s32), S(np.int64(-3))],
    "max": [
        S(R(1.0), R(2.0)), S(R(1), R(2)), S(R(3.0), 0.0), S((R(1.0), R(5.0), R(3.0))), S([s64, s64 + 1]), S(v3), S(i3), S(R(1.0), R(float("nan"))), S(R(float("nan")), R(1.0)), S(nans[0]), S(nans[0][1:].copy()),
        S(e0), S(Growing((s64, s64 + 1))), S(s32, s32 + 1), S(()), S(m23), S(m23, m23),
    ],
    "sum": [S((R(1.0), R(2.0))), S(v3), S(i3), S(b3), S(m23), S([R(1), R(2.5)]), S((v3, w3)), S((R(True), R(True))), S((R(1.0),), 2.0), S(v3, R(1.5)), S(()), S(Growing((s64, s64))), S(Growing((v3, w3))), S((sb, sb))],
    "len": [S(v3), S(m23), S((1, 2)), S(Growing((s64,))), S(s64), S(e03)],
    "float": [S(R(2)), S(s32), S(si), S(R(True)), S(v3), S(2)],
    "int": [S(R(2.7)), S(R(-2.7)), S(s64), S(si), S(sb), S(R(float("nan"))), S(v3)],
    "bool": [S(R(2.0)), S(R(0)), S(s64), S(sb), S(()), S((1,)), S(v3), S(Growing((s64,)))],
    "round": [S(R(2.5)), S(R(3.5)), S(R(-1.2)), S(s64), S(s64, 1), S(R(3)), S(s32, 2), S(R(float("inf")))],
    "pow": [S(R(2.0), R(3.0)), S(R(2), 3), S(v3, 2), S(R(2), -1)],
    "divmod": [S(R(7.5), R(2.0)), S(R(-7), R(2)), S(i3, 2), S(v3, w3), S(R(1), R(0))],
    "all": [S((R(True), R(False))), S(b3), S(v3), S(()), S([R(1.0), 2]), S(m23)],
    "any": [S((R(True), R(False))), S(b3), S(np.zeros(2)), S(()), S([R(0.0), 0]), S(m23)],
    "math.hypot": [S(R(3.0), R(4.0)), S(R(1.0), R(2.0), R(2.0)), S(R(-2)), S(), S(s32, 1)],
    "math.log": [S(R(2.0)), S(R(8.0), R(2.0)), S(R(3), 10), S(R(0.0)), S(R(-1.0)), S(s64)],
    "math.pow": [S(R(2.0), R(3.0)), S(R(2), R(3)), S(R(-2.0), 2), S(R(-2.0), R(3)), S(R(-2.0), 0.5), S(s32, 2), S(2, R(0.5)), S(R(-8.0), R(0.5))],
    "math.dist": [S((R(1.0), R(2.0)), (0, 1)), S([R(1.0)], [R(-2.0)]), S((R(1.0),), (1, 2))],
    "math.prod": [S(v3), S(f3), S(m23), S(v3, start=2.0), S(Growing((np.float64(0.5), np.float64(2.0)))), S((R(2.0), R(3))), S([R(2), R(3)]), S(()), S((R(2.0),), start=R(3.0)), S((R(True), R(True)))],
    "math.fsum": [S((R(1.0), R(2))), S(()), S([s64, s64])],
    "math.modf": [S(R(2.5)), S(R(-2.5)), S(R(float("inf"))), S(R(float("-inf")))],
    "math.isclose": [S(R(1.0), R(1.0 + 1e-12)), S(R(1.0), R(1.1)), S(R(1.0), R(1.1), rel_tol=0.2), S(R(0.0), R(1e-9), abs_tol=1e-6), S(R(float("inf")), R(float("inf"))), S(R(float("inf")), R(1.0)), S(R(float("nan")), 1.0)],
    "np.modf": [S(v3), S(special), S(R(2.5)), S(f3), S(i3)],
    "np.heaviside": [S(special, 0.5), S(v3, R(1.0)), S(m23, v3), S(f3, 0.0)],
    "np.divmod": [S(v3, 0.7), S(i3, 2), S(f3, R(2.0)), S(R(7), R(2))],
}  # fmt: skip
SAMPLES["min"] = SAMPLES["max"]
SAMPLES["operator.matmul"] = _MATMUL
for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "lt", "le", "gt", "ge", "eq", "ne"):
    SAMPLES[f"operator.{_name}"] = [S(R(7.5), R(2.0)), S(R(7), R(2)), S(v3, w3), S(m23, v3), S(f3, 2), S(s64, R(2))]
for _name in ("np.zeros", "np.ones", "np.eye", "np.identity"):
    SAMPLES[_name] = [*SAMPLES[_name], S(2, dtype=complex), S(R(3), dtype=np.complex64)]
SAMPLES["np.full"] = [*SAMPLES["np.full"], S(3, 1j), S((2, R(2)), R(1 - 2j)), S(2, 0.5, complex), S(2, v3[:2], np.complex64)]
SAMPLES["np.array"] = [*SAMPLES["np.array"], S([1, 2j]), S([R(1j), 2.0]), S([[1, R(2)], [3j, 4]], dtype=np.complex64), S(v3, complex)]
SAMPLES["np.linspace"] = [*SAMPLES["np.linspace"], S(0, 1j, 4), S(R(1 - 1j), R(2.0), 5), S(0.0, 1.0, 3, dtype=complex)]
for _name in ("np.sum", "np.prod", "np.mean", "np.cumsum"):
    SAMPLES[_name] = [*SAMPLES[_name], S(v3, dtype=complex), S(f3, dtype=np.complex64)]
_PLANE = [
    S(c3),
    S(c23),
    S(c3.astype(np.complex64)),
    S(R(1.5 - 2j)),
    S(c3[0]),
    S(e0 + 0j),
    S(v3),
    S(f3),
    S(i3),
    S(R(-2.0)),
    S(m23),
]
SAMPLES |= {
    "complex": [S(R(1.0), R(2)), S(R(2.5)), S(R(1 + 2j)), S(c3[0]), S(R(1 + 2j), R(0.5 - 1j)), S(R(2), R(3j)), S(), S(s32), S(R(True)), S(v3)],
    "np.angle": [*_PLANE, S(c3, deg=True), S(v3, True)],
    "np.iscomplex": _PLANE,
    "np.isreal": _PLANE,
    "np.iscomplexobj": _PLANE,
    "np.complex64": _PLANE,
    "np.complex128": _PLANE,
    "np.isrealobj": _PLANE,
    "cmath.log": [S(R(2.0)), S(R(-8.0), R(2.0)), S(R(3j), 10), S(R(0j)), S(c3[0])],
    "cmath.polar": [S(R(3 + 4j)), S(R(-2.0)), S(c3[0])],
    "cmath.rect": [S(R(2.0), R(0.5)), S(R(2), 1), S(s32, s64)],
    **{
        f"cmath.{name}": [S(R(0.3 - 1.2j)), S(R(-2.0)), S(R(2)), S(c3[0]), S(R(True)), S(0.5), S(R(1j)), S(v3)]
        for name in (
            "acos", "acosh", "asin", "asinh", "atan", "atanh", "cos", "cosh", "exp", "isfinite", "isinf", "isnan", "log10", "phase",
            "sin", "sinh", "sqrt", "tan", "tanh",
        )
    },
}  # fmt: skip
SAMPLES["operator.pow"] = [S(R(7.5), R(2.0)), S(R(7), R(2)), S(v3, 2), S(i3, R(2)), S(f3, 2), S(s64, R(2))]
SAMPLES["operator.neg"] = SAMPLES["operator.abs"] = [S(R(-2.0)), S(R(-2)), S(v3), S(i3)]
_PAIRS = [S(R(m), R(n)) for m in (0, 1, 7, 12, 30) for n in (0, 1, 3, 12)]
_WRONG_PAIRS = [S(R(-3), R(2)), S(R(4), R(-2)), S(R(4.0), R(2)), S(R(4), 2.5)]
SAMPLES |= {
    "math.comb": [*_PAIRS, *_WRONG_PAIRS, S(R(66), R(33)), S(np.int64(6), 2), S(5, R(2)), S(True, R(1))],
    "math.perm": [*_PAIRS, *_WRONG_PAIRS, S(R(5)), S(R(5), None), S(R(0))],
    "math.gcd": [*_PAIRS, S(R(-12), R(18)), S(R(12), R(18), R(-27)), S(R(-4)), S(R(4.0), R(2)), S(np.int64(6), R(4))],
    "math.lcm": [*_PAIRS, S(R(-4), R(6)), S(R(4), R(6), R(10)), S(R(-4)), S(R(4.0), R(2))],
    "math.factorial": [*(S(R(n)) for n in range(21)), S(R(-1)), S(R(3.0)), S(np.int64(4))],
    "math.isqrt": [*(S(R(n)) for n in (*range(26), 10**18, 10**18 - 1, 2**62, 2**63 - 1, 3037000499**2 - 1)), S(R(-1)), S(R(4.0))],
    "math.remainder": [S(R(x), R(y)) for x in (5.3, -5.3, 3.0, 5.0, -1.0, 0.0, float("nan"), float("inf")) for y in (2.0, -2.1, float("inf"), 0.0, 3)],
    "math.ldexp": [S(R(x), R(i)) for x in (1.5, -3, 0.0, 1e-300, 1e300, float("inf"), float("nan")) for i in (0, 3, -3, 900, -900, 1030)],
}
_PARTED = np.array([1.0, -1.0, 0.75, 8.0, -0.1, 1e300, 1e-300, 5e-324, -3e-320, 0.0, -0.0, np.nan, np.nextafter(1.0, 0.0), np.nextafter(1.0, 2.0), 2.2250738585072014e-308])
_PARTS = [S(_PARTED), S(R(0.3)), S(m23), S(f3), S(np.float32(1e-40)), S(i3), S(s64), S(e0)]
SAMPLES |= {
    "np.frexp": _PARTS,
    "np.spacing": [*_PARTS, S(np.array([np.inf, -np.inf]))],
    "np.ldexp": [S(v3, 3), S(v3, i3), S(m23, -2), S(f3, 5), S(i3, i3), S(R(0.3), R(4)), S(np.array([1e-300, 1e300]), np.array([1900, -1900])), S(v3, 1.5), S(e0, 2)],
    "np.nextafter": [*(S(_PARTED, y) for y in (_PARTED[::-1], np.inf, R(-3.0), 0.0, -0.0)), S(np.array([np.inf, -np.inf]), 1.0), S(f3, np.float32(0.5)), S(f3, 2.0), S(i3, 0), S(m23, v3), S(e0, 1.0)],
    "math.nextafter": [S(R(float(x)), R(y)) for x in (*_PARTED, np.inf, -np.inf) for y in (0.0, 0.75, -2.0, float("inf"))] + [S(R(1), 2)],
    "math.frexp": [S(R(float(x))) for x in _PARTED] + [S(R(3)), S(R(float("inf")))],
    "math.ulp": [S(R(float(x))) for x in _PARTED] + [S(R(3)), S(R(float("-inf")))],
}
if hasattr(np, "astype"):  # since NumPy 2.1
    SAMPLES["np.astype"] = [S(m23, np.float32), S(i3, float), S(v3, np.float64, copy=False), S(m23, int), S(v3, complex)]
SAMPLES["np.sort"] = [*SAMPLES["np.sort"], S(v3, stable=True), S(ties, 0, stable=False), S(v3, kind="stable", stable=True)]
SAMPLES["np.argsort"] = [*SAMPLES["np.argsort"], S(ties, stable=True)]
SAMPLES["np.empty"] = _SHAPE
SAMPLES["np.ndarray"] = _SHAPE
SAMPLES["np.empty_like"] = _LIKE

# Rows whose values mean nothing: only dtype and shape are compared.
VALUELESS = ("np.empty", "np.empty_like", "np.ndarray")

# Built of numbers of mixed kinds, CPython gives back the very object: an int among floats stays an int.
KIND_MAY_DIFFER = {"max", "min", "np.linalg.eig", "np.linalg.eigvals", "np.roots"}

METHODS: dict[str, list[Sample]] = {
    **DEFINED_METHODS,
    **{name: [S(m23), S(m23, 0), S(t234, axis=(0, 2)), S(f3), S(i3)] for name in ("sum", "prod", "max", "min", "any", "all", "mean", "var", "std")},
    **{name: [S(m23), S(m23, 1), S(m23, axis=-1)] for name in ("argmax", "argmin", "cumsum", "argsort")},
    "cumprod": [S(v3), S(m23)],
    "clip": [S(v3, 0.0, 1.0), S(m23, min=0.0)],
    "round": [S(m23), S(m23, 2)],
    "conj": [S(m23)],
    "conjugate": [S(m23)],
    "ravel": [S(m23)],
    "flatten": [S(m23), S(v3)],
    "squeeze": [S(m13, 0), S(m13, axis=0)],
    "swapaxes": [S(t234, 0, 2)],
    "repeat": [S(m23, 2), S(m23, 2, 0)],
    "take": [S(m23, [0, 1]), S(m23, [0, 1], 1)],
    "reshape": [S(m23, 3, 2), S(m23, (3, 2)), S(m23, -1), S(m23, R(3), -1), S(m23, 4), S(e03, 3, 0)],
    "transpose": [S(t234), S(t234, 2, 0, 1), S(t234, (2, 0, 1)), S(t234, None)],
    "dot": [S(m23, v3), S(v3, w3), S(m23, 2.0)],
    "copy": [S(m23), S(m23, "F"), S(m23, order="K")],
    "astype": [S(m23, np.float32), S(m23, float), S(m23 * 3, int), S(i3, "float64"), S(s64, np.float32), S(v3, bool), S(v3, dtype=np.float64), S(m23, complex), S(f3, np.complex64), S(i3, "complex128"), S(s64, complex)],
    "item": [S(np.array([2.5])), S(np.array([[3]])), S(m23, 0, 1), S(v3, R(-1)), S(s64), S(v3), S(v3, 7), S(np.array([True]))],
    "diagonal": [S(m33), S(m23, 1)],
    "trace": [S(m33)],
}  # fmt: skip
ATTRIBUTES = [m23, v3, t234, f3, i3, e03]
