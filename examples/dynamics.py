"""Time stepping: a system of equations by Runge-Kutta, an oscillator that stops early, an iterated map."""

import math

import numpy as np


def predator_prey(y, p):
    return np.array([p[0] * y[0] - p[1] * y[0] * y[1], p[2] * y[0] * y[1] - p[3] * y[1]])


def runge_kutta(y0: "f64[:]", p: "f64[:]", end: float, steps: int):
    """Squared distance of the state at `end` from (1, 1)."""
    h = end / steps
    y = y0
    for _ in range(steps):
        k1 = predator_prey(y, p)
        k2 = predator_prey(y + 0.5 * h * k1, p)
        k3 = predator_prey(y + 0.5 * h * k2, p)
        k4 = predator_prey(y + h * k3, p)
        y = y + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
    return np.sum((y - 1.0) ** 2)


def oscillator(stiffness: float, damping: float, steps: int):
    """Energy of a damped oscillator after `steps`, or when it first swings through."""
    x, v, h = 1.0, 0.0, 0.1
    for _ in range(steps):
        v -= h * (stiffness * x + damping * v)
        x += h * v
        if x < 0.0:
            return 0.5 * v * v
    return 0.5 * (v * v + stiffness * x * x)


def logistic_map(r: float, x: float, steps: int):
    for _ in range(steps):
        x = r * x * (1.0 - x)
    return math.log(x)


if __name__ == "__main__":
    from autodiff_compiler import grad

    print(grad(oscillator, argnums=("stiffness", "damping")).source())
    print(grad(oscillator, argnums=("stiffness", "damping"))(2.0, 0.3, 50))
