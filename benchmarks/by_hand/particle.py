"""particle: position and velocity with their tangents; the change of the forces is the Hessian of the potential."""

from __future__ import annotations

import math

from benchmarks.by_hand.kernel import kernel


@kernel
def charge(x, y, y_dot, x_dot):
    """Gradient of 1 / distance from a charge, and how it changes along a direction."""
    square = x * x + y * y
    cube = 1.0 / (square * math.sqrt(square))
    along = 3.0 * (x * x_dot + y * y_dot) / square
    return -x * cube, -y * cube, (along * x - x_dot) * cube, (along * y - y_dot) * cube


@kernel
def flight(w):
    """Value and derivative."""
    x, y, vx, vy, dt = 0.0, 8.0, 0.75, 0.0, 0.1
    x_dot, y_dot, vx_dot, vy_dot = 0.0, 0.0, 0.0, 0.0
    while True:
        # The charge at (10, 10 - w) moves by -1 along y.
        a, b, a_dot, b_dot = charge(x - 10.0, y - 10.0 + w, y_dot + 1.0, x_dot)
        c, d, c_dot, d_dot = charge(x - 10.0, y, y_dot, x_dot)
        x, x_dot = x + dt * vx, x_dot + dt * vx_dot
        y, y_dot = y + dt * vy, y_dot + dt * vy_dot
        if y <= 0.0:
            time, time_dot = y / vy, (y_dot - y / vy * vy_dot) / vy
            end, end_dot = x - time * vx, x_dot - time_dot * vx - time * vx_dot
            return end * end, 2.0 * end * end_dot
        vx, vx_dot = vx - dt * (a + c), vx_dot - dt * (a_dot + c_dot)
        vy, vy_dot = vy - dt * (b + d), vy_dot - dt * (b_dot + d_dot)


@kernel
def argmin(w):
    value, slope = flight(w)
    step, successes = 1e-5, 0
    while abs(slope) > 1e-5:
        if successes == 10:
            step, successes = 2.0 * step, 0
        next_w = w - step * slope
        if abs(w - next_w) <= 1e-5:
            break
        next_value, next_slope = flight(next_w)
        if next_value < value:
            w, value, slope = next_w, next_value, next_slope
            successes += 1
        else:
            step, successes = 0.5 * step, 0
    return w
