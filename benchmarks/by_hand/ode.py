"""ode: the states are saved, the stages computed again; every loop runs upwards over independent elements.

All arrays begin with a one, so that the first equation, whose rate is x[0], is like the others.
"""

from __future__ import annotations

import numpy as np

from benchmarks.by_hand.kernel import kernel


@kernel
def stages(x, h, y, first, second, third):
    for i in range(1, len(x)):
        first[i] = y[i] + 0.5 * h * x[i] * y[i - 1]
    for i in range(1, len(x)):
        second[i] = y[i] + 0.5 * h * x[i] * first[i - 1]
    for i in range(1, len(x)):
        third[i] = y[i] + h * x[i] * second[i - 1]


@kernel
def gradient(x, s):
    n, h = len(x) + 1, 2.0 / s
    x_, x_bar = np.ones(n), np.zeros(n)
    x_[1:] = x
    first, second, third = np.ones(n), np.ones(n), np.ones(n)
    y = np.zeros((s, n))
    for t in range(s):
        y[t, 0] = 1.0
    for t in range(s - 1):
        before, after = y[t], y[t + 1]
        stages(x_, h, before, first, second, third)
        for i in range(1, n):
            rates = before[i - 1] + 2.0 * first[i - 1] + 2.0 * second[i - 1] + third[i - 1]
            after[i] = before[i] + h / 6.0 * x_[i] * rates
    y_bar, new_bar = np.zeros(n), np.zeros(n)
    y_bar[n - 1] = 1.0
    # Adjoints of the stages; nothing depends on the last element of one.
    first_bar, second_bar, third_bar = np.zeros(n), np.zeros(n), np.zeros(n)
    for t in range(s - 1, -1, -1):
        before = y[t]
        stages(x_, h, before, first, second, third)
        for i in range(n - 1):
            third_bar[i] = h / 6.0 * x_[i + 1] * y_bar[i + 1]
        for i in range(n - 1):
            second_bar[i] = x_[i + 1] * (h / 3.0 * y_bar[i + 1] + h * third_bar[i + 1])
        for i in range(n - 1):
            first_bar[i] = x_[i + 1] * (h / 3.0 * y_bar[i + 1] + 0.5 * h * second_bar[i + 1])
        for i in range(n - 1):
            stages_bar = first_bar[i] + second_bar[i] + third_bar[i]
            new_bar[i] = y_bar[i] + stages_bar + h * x_[i + 1] * (y_bar[i + 1] / 6.0 + 0.5 * first_bar[i + 1])
        new_bar[n - 1] = y_bar[n - 1]
        for i in range(1, n):
            rates = before[i - 1] + 2.0 * first[i - 1] + 2.0 * second[i - 1] + third[i - 1]
            below = third_bar[i] * second[i - 1] + 0.5 * (second_bar[i] * first[i - 1] + first_bar[i] * before[i - 1])
            x_bar[i] += h * (y_bar[i] * rates / 6.0 + below)
        y_bar, new_bar = new_bar, y_bar
    return x_bar[1:]
