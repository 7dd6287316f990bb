"""Sample calls of complex numbers alone, by name: orders, with equal numbers and NaN."""

from __future__ import annotations

import numpy as np
from library_harness import R
from sample_values import S, Sample, c3, c23, corder, v3, w3

_PLANE = [S(corder), S(corder[0]), S(corder[1]), S(c3), S(c23.astype(np.complex64))]
_SORTED = [*_PLANE, S(corder, axis=0), S(corder, axis=None), S(np.zeros(0, complex))]
_CHOSEN = [*_PLANE, S(corder, axis=0), S(corder, 1, keepdims=True), S(np.zeros(0, complex)), S(c3, axis=1)]
_OF_TWO = [
    S(corder, corder[:, ::-1]), S(corder[0], corder[1]), S(corder[1], 1 + 2j), S(c3, v3), S(c3[0], R(0.5)), S(c3.astype(np.complex64), 0.5),
    S(c3, c23), S(c3, c3[:2]), S(np.zeros(0, complex), c3[:1]),
]  # fmt: skip
_SUMMED = [S(corder), S(corder, axis=0), S(c23, axis=1)]

COMPLEX_SAMPLES: dict[str, list[Sample]] = {
    **dict.fromkeys(("np.sort", "np.argsort"), _SORTED),
    **dict.fromkeys(("np.max", "np.min", "np.amax", "np.amin", "np.argmax", "np.argmin"), _CHOSEN),
    **dict.fromkeys(("np.maximum", "np.minimum", "np.fmax", "np.fmin"), _OF_TWO),
    **dict.fromkeys(("np.nansum", "np.nanprod", "np.nanmean", "np.nancumsum", "np.nancumprod"), _SUMMED),
    "np.ptp": [S(c3), S(corder[0]), S(c23, axis=0), S(c23, 1, keepdims=True)],
    "np.median": [S(c3), S(c23, axis=0), S(c23, 1, keepdims=True), S(corder[0])],
    "np.unique": [*_PLANE, S(corder, True, True, True), S(corder, equal_nan=False)],
    "np.sort_complex": [*_PLANE],
    "np.partition": [S(c3, 1), S(corder[0], [1, 3])],
    "np.clip": [S(c3, 0, 1), S(c3, None, R(1 + 1j)), S(corder, 1, 1 + 1.5j), S(c3, c3[::-1], 2.0), S(c3, min=0.0, max=1j)],
    "np.interp": [
        S(v3, [-1.0, 0.0, 1.5], c3), S(R(0.3), [-1.0, 0.0, 1.5], c3), S(v3 * 5.0, [-1.0, 0.0, 1.5], c3, left=1j, right=R(2.0)), S(v3 * 5.0, [-1.0, 0.0, 1.5], c3, period=2.2),
        S(v3, [-1.0, 0.0, 1.5], c3.astype(np.complex64)), S(v3, c3, v3), S(c3, v3, c3), S(v3, [-1.0, 0.0, 1.5], v3, 2j), S(v3, [-1.0, 0.0, 1.5], [1.0, 2j, 0.5]),
    ],
    "np.cov": [S(c23), S(c23, aweights=w3), S(c3, c3[::-1]), S(c23, rowvar=False)],
    "np.corrcoef": [S(c23), S(c3, c3[::-1] ** 2)],
}
