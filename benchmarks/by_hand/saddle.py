"""saddle: the inner descent does not depend on the outer pair, so the outer gradient is that of the first two squares."""

from __future__ import annotations

import math

from benchmarks.by_hand.kernel import kernel


@kernel
def lowest(x, y, offset):
    """Where x^2 + y^2 + offset is smallest."""
    value, step, successes = x * x + y * y + offset, 1e-5, 0
    while 2.0 * math.sqrt(x * x + y * y) > 1e-5:
        if successes == 10:
            step, successes = 2.0 * step, 0
        next_x, next_y = x - step * 2.0 * x, y - step * 2.0 * y
        if math.sqrt((x - next_x) ** 2 + (y - next_y) ** 2) <= 1e-5:
            break
        next_value = next_x * next_x + next_y * next_y + offset
        if next_value < value:
            x, y, value = next_x, next_y, next_value
            successes += 1
        else:
            step, successes = 0.5 * step, 0
    return x, y


@kernel
def height(x, y, start_x, start_y):
    square = x * x + y * y
    second_x, second_y = lowest(start_x, start_y, -square)
    return square - (second_x * second_x + second_y * second_y)


@kernel
def point(start_x, start_y):
    x, y = start_x, start_y
    value, step, successes = height(x, y, start_x, start_y), 1e-5, 0
    while 2.0 * math.sqrt(x * x + y * y) > 1e-5:
        if successes == 10:
            step, successes = 2.0 * step, 0
        next_x, next_y = x - step * 2.0 * x, y - step * 2.0 * y
        if math.sqrt((x - next_x) ** 2 + (y - next_y) ** 2) <= 1e-5:
            break
        next_value = height(next_x, next_y, start_x, start_y)
        if next_value < value:
            x, y, value = next_x, next_y, next_value
            successes += 1
        else:
            step, successes = 0.5 * step, 0
    second_x, second_y = lowest(start_x, start_y, -(x * x + y * y))
    return x, y, second_x, second_y
