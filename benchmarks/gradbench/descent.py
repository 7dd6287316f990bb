"""The gradient descent that particle and saddle share: called by Python, and as part of a function that is differentiated."""

from __future__ import annotations

import math

ENOUGH = 1e-5


def minimum(both, x):
    """Where a function is smallest, from a start, by its value and slope; the step doubles after ten successes and halves after a failure."""
    value, g = both(x)
    step, successes = 1e-5, 0
    while abs(g) > ENOUGH:
        if successes == 10:
            step, successes = 2.0 * step, 0
            continue
        next_x = x - step * g
        if abs(x - next_x) <= ENOUGH:
            break
        next_value, next_g = both(next_x)
        if next_value < value:
            x, value, g = next_x, next_value, next_g
            successes += 1
        else:
            step, successes = 0.5 * step, 0
    return x


def minimum_in_plane(both, x, y):
    """The same for two unknowns; a slope is a pair."""
    value, (g, h) = both(x, y)
    step, successes = 1e-5, 0
    while math.sqrt(g * g + h * h) > ENOUGH:
        if successes == 10:
            step, successes = 2.0 * step, 0
            continue
        next_x, next_y = x - step * g, y - step * h
        if math.sqrt((x - next_x) ** 2 + (y - next_y) ** 2) <= ENOUGH:
            break
        next_value, (next_g, next_h) = both(next_x, next_y)
        if next_value < value:
            x, y, value, g, h = next_x, next_y, next_value, next_g, next_h
            successes += 1
        else:
            step, successes = 0.5 * step, 0
    return x, y
