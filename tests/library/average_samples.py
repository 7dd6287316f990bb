"""Sample calls of `statistics`, by name."""

from __future__ import annotations

import numpy as np
from library_harness import R
from sample_values import S, Sample, e0, f3, v3, v4, w3

u3 = np.array([0.3, 1.7, 0.9])
u4 = np.array([0.3, 1.7, 0.9, 2.2])

_ONE = [S(v3), S(v4), S(u3), S(f3), S([R(0.3), R(1.2)]), S((R(0.3), 1.2, R(0.1))), S([R(2.5)]), S(e0)]
_DOUBLES = [sample for sample in _ONE if sample[0][0] is not f3]
_POSITIVE = [S(u3), S(u4), S([R(0.3), R(1.2)]), S([R(2.5)]), S(e0)]
_TWO = [S(v3, w3), S(u3, [0.5, 1.0, 0.25]), S(u4, v4), S([R(0.3), R(1.2), R(0.4)], u3), S(u3, u4), S(v3[:1], w3[:1])]

AVERAGES: dict[str, list[Sample]] = {
    "statistics.mean": _ONE,
    "statistics.fmean": [*_ONE, S(v3, [0.2, 0.5, 0.3]), S(v3, weights=u3), S(v3, u4)],
    "statistics.geometric_mean": _POSITIVE,
    "statistics.harmonic_mean": [S(x) for x in ([R(0.3), R(1.2)], [R(2.5)])] + [S(u3), S(e0)],
    "statistics.median": _ONE,
    "statistics.median_low": _ONE,
    "statistics.median_high": _ONE,
    "statistics.variance": [*_ONE, S(v3, 0.5), S(v3, xbar=R(0.1))],
    "statistics.pvariance": [*_ONE, S(v3, 0.5), S(v3, mu=R(0.1))],
    "statistics.stdev": [*_DOUBLES, S(v3, 0.5)],
    "statistics.pstdev": [*_DOUBLES, S(v3, 0.5)],
    "statistics.covariance": _TWO,
    "statistics.correlation": _TWO,
}
