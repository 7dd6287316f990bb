"""The slope of a function of one number at 0, by central differences; nothing where it is not smooth."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Precision:
    """How accurate numbers of a kind are expected to be; all figures are relative to their size.

    `value`: how far apart values may be that are computed in a different order.  `slope`: the same for derivatives.
    `last_digits`: a change that should not matter.  `steps`: the steps of differences, the largest first.
    """

    value: float
    slope: float
    last_digits: float
    rounding: float
    steps: tuple[float, ...]


DOUBLE = Precision(1e-6, 1e-4, 1e-15, 2e-16, tuple(1e-2 / 8**k for k in range(9)))
SINGLE = Precision(2e-3, 3e-2, 5e-7, 2e-7, tuple(1e-1 / 4**k for k in range(6)))


@dataclass(frozen=True)
class Slope:
    value: float
    uncertainty: float


def slope(function: Callable[[float], float], at_zero: float, precision: Precision) -> Slope | None:
    """The derivative at 0, extrapolated from pairs of steps, where these agree best.

    None where the function cannot be evaluated nearby, where no two steps agree, and where the slopes from the two sides
    differ: at a kink there is only a convention, no derivative.
    """
    best: Slope | None = None
    for step in precision.steps:
        wide, near = _sides(function, at_zero, step), _sides(function, at_zero, step / 2)
        if wide is None or near is None:
            continue
        coarse, fine = (wide[0] + wide[1]) / 2, (near[0] + near[1]) / 2
        value = fine + (fine - coarse) / 3
        size = max(abs(value), abs(fine), abs(coarse))
        noise = 20 * precision.rounding * max(abs(at_zero), wide[2], near[2]) / step
        uncertainty = abs(fine - coarse) + noise
        gap, next_gap = abs(wide[0] - wide[1]), abs(near[0] - near[1])
        smooth = next_gap <= 0.7 * gap + 4 * noise or next_gap <= precision.slope * size
        if not smooth or not math.isfinite(value):
            continue
        if best is None or uncertainty < best.uncertainty:
            best = Slope(value, uncertainty)
        if uncertainty <= precision.slope * size / 10:
            break
    if best is None or best.uncertainty > 0.1 * abs(best.value) + precision.slope:
        return None
    return best


def _sides(function: Callable[[float], float], at_zero: float, step: float) -> tuple[float, float, float] | None:
    """The slopes to the right and to the left, and the size of the values."""
    try:
        right, left = function(step), function(-step)
    except Exception:
        return None
    if not (math.isfinite(right) and math.isfinite(left)):
        return None
    return (right - at_zero) / step, (at_zero - left) / step, max(abs(right), abs(left))
