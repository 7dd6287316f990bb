"""Sample calls of `np.pad`."""

from __future__ import annotations

import numpy as np
from library_harness import R
from sample_values import S, Sample, b3, c3, e0, e03, f3, f23, i3, i23, m23, t234, v3, v4

_MODES = ("linear_ramp", "maximum", "minimum", "mean", "median")

SAMPLES: dict[str, list[Sample]] = {
    "np.pad": [
        S(v3, 1), S(v3, R(1)), S(m23, ((1, 2), (0, 3))), S(m23, ((1,), (2,))), S(m23, (1, 2)), S(m23, ((1, 2),)), S(i3, 2, constant_values=7), S(v3, (1, 2), constant_values=(R(0.5), 3)), S(m23, ((1, 2), (0, 3)), "constant", constant_values=((1.0, 2.0), (3.0, 4.0))), S(m23, 1, constant_values=(1.0, 2.0)), S(m23, 1, constant_values=((5.0,), (6.0,))), S(t234, 1, constant_values=[(1, 2), (3, 4), (5, 6)]), S(e0, 1, constant_values=(1.0, 2.0)), S(m23, 1, constant_values=(1.0, 2.0, 3.0)), S(i3, 1, constant_values=0.5), S(f23, 1, constant_values=R(1.5)), S(v3, -1), S(m23, ((1, 1), (1, 1), (1, 1))), S(m23, (1, 2, 3)), S(e0, 1), S(e0, 1, "edge"), S(e03, ((0, 0), (1, 1)), "edge"), S(m23, ((1, 1), (0, 0)), "wrap"), S(m23, 0, "edge"), S(t234, 1, "edge"), S(m23, ((1, 0), (5, 7)), mode="wrap"), S(m23, ((1, 0), (5, 7)), mode="reflect"), S(np.ones(1), 3, mode="reflect"), S(m23, ((1, 0), (5, 7)), mode="symmetric"), S(v3, 1, constant_values=(1, 2)),
        *(S(x, 2, mode) for x in (v4, f3, i3, m23, t234) for mode in _MODES),
        *(S(x, (R(3), 1), mode=mode, stat_length=2) for x in (v4, m23) for mode in _MODES[1:]),
        *(S(m23, ((1, 2), (2, 0)), mode, stat_length=((1, 5), (2, 2))) for mode in _MODES[1:]),
        *(S(x, width, mode, reflect_type="odd") for x in (v4, f23, i3, c3, np.ones(1), np.array([1.0, 4.0])) for width in (1, (9, 7)) for mode in ("reflect", "symmetric")),
        S(m23, 2, "linear_ramp", end_values=((1.0, R(2.0)), (3, 4))), S(i23, 3, "linear_ramp", end_values=-2.5), S(c3, 2, "linear_ramp", end_values=2.0), S(c3, 2, "mean"),
        S(b3, 1, "edge"), S(v3, 0, "mean"), S(v3, (0, R(2)), "linear_ramp"), S(v3, 2, "maximum", stat_length=0), S(v3, 2, "edge", constant_values=1), S(v3, 2, "mean", reflect_type="odd"),
        S(v3, 1, "nonsense"), S(v3, 1.0), S(e0, 1, "mean"), S(e0, 0, "mean"), S(e03, ((0, 0), (1, 1)), "mean"), S(m23, {1: 2}), S(m23, {-1: (1, 2), 0: 1}, "edge"), S(m23, [(1, 0), (0, 2)], "wrap"), S(v3, (1, -1), "mean"),
    ],
}
