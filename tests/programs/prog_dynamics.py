"""Time stepping and fixed points: loops whose trips are counted, decided or cut short."""

import math

import numpy as np
from prog_corpus import Program, numbers, signed


def lotka_volterra(t, y, p):
    return np.array([p[0] * y[0] - p[1] * y[0] * y[1], p[2] * y[0] * y[1] - p[3] * y[1]])


def rk4(y0, p, t1, n):
    """An ODE system by the classical Runge-Kutta method; the right side is a helper."""
    h = t1 / n
    y = y0.copy()
    t = 0.0
    for _ in range(n):
        k1 = lotka_volterra(t, y, p)
        k2 = lotka_volterra(t + 0.5 * h, y + 0.5 * h * k1, p)
        k3 = lotka_volterra(t + 0.5 * h, y + 0.5 * h * k2, p)
        k4 = lotka_volterra(t + h, y + h * k3, p)
        y = y + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
        t += h
    return y


def rk4_loss(y0, p):
    y = rk4(y0, p, 1.0, 4)
    return np.sum((y - 1.0) ** 2)


def rk4_of(rhs, y, h, n):
    for _ in range(n):
        k1 = rhs(y)
        k2 = rhs(y + 0.5 * h * k1)
        k3 = rhs(y + 0.5 * h * k2)
        k4 = rhs(y + h * k3)
        y = y + (h / 6.0) * (k1 + 2 * k2 + 2 * k3 + k4)
    return y


def pendulum(theta, omega, damping):
    """The right side is a closure."""
    y = rk4_of(lambda y: np.array([y[1], -np.sin(y[0]) - damping * y[1]]), np.array([theta, omega]), 0.1, 5)
    return y[0] ** 2 + y[1] ** 2


def newton_while(a):
    x = a
    while abs(x * x - a) > 1e-12:
        x = 0.5 * (x + a / x)
    return x


def newton_break(a, limit):
    x = 1.0
    for _ in range(limit):
        step = (x**3 - a) / (3.0 * x**2)
        x = x - step
        if abs(step) < 1e-10:
            break
    return x


def newton_while_true(a):
    x = 1.0
    count = 0
    while True:
        x = 0.5 * (x + a / x)
        count += 1
        if abs(x * x - a) < 1e-13 or count >= 50:
            break
    return x * count


def newton_else(a, limit):
    x = 2.0
    for i in range(limit):
        new = 0.5 * (x + a / x)
        if abs(new - x) < 1e-9:
            x = new
            break
        x = new
    else:
        x = x * 10.0
    return x


def damped_oscillator(x, v, damping, steps, floor):
    """An early return from the middle of a loop."""
    energy = 0.5 * (x * x + v * v)
    for i in range(steps):
        a = -x - damping * v
        v = v + 0.1 * a
        x = x + 0.1 * v
        energy = 0.5 * (x * x + v * v)
        if energy < floor:
            return energy * (i + 1)
    return energy + x


def first_above(x, threshold):
    """Early return out of two loops."""
    total = 0.0
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            total += x[i, j] ** 2
            if total > threshold:
                return total * x[i, j]
    return total


def logistic_map(x, r, n):
    for _ in range(n):
        x = r * x * (1.0 - x)
    return x


def logistic_orbit(x, r, n):
    orbit = np.zeros(n)
    for i in range(n):
        x = r * x * (1.0 - x)
        orbit[i] = x
    return orbit.sum() + orbit[-1] * orbit[0]


def collatz_like(x, n):
    """Integer control, active data."""
    while n != 1:
        if n % 2 == 0:
            n //= 2
            x = math.sin(x)
        else:
            n = 3 * n + 1
            x = x * 1.1 + 0.1
    return x


PREY = (np.array([1.0, 0.5]), np.array([1.1, 0.4, 0.3, 0.6]))

PROGRAMS = [
    Program(rk4, ((*PREY, 1.0, 4), (*PREY, 1.0, 1))),
    Program(rk4_loss, (PREY,)),
    Program(pendulum, ((0.5, 0.1, 0.2),)),
    Program(newton_while, ((2.0,), (0.3,)), analytic=False),
    Program(newton_break, ((2.0, 50), (2.0, 3), (2.0, 0)), analytic=False),
    Program(newton_while_true, ((2.0,),), analytic=False),
    Program(newton_else, ((2.0, 50), (2.0, 2), (2.0, 0)), analytic=False),
    Program(damped_oscillator, ((1.0, 0.3, 0.5, 20, 0.2), (1.0, 0.3, 0.5, 5, 0.0), (0.1, 0.0, 0.5, 5, 9.0), (1.0, 0.3, 0.5, 0, 1.0)), analytic=False),
    Program(first_above, ((signed(3, 4), 3.0), (signed(3, 4), 0.0), (signed(3, 4), 1e9), (np.zeros((0, 3)), 1.0)), analytic=False),
    Program(logistic_map, ((0.3, 3.6, 6), (0.3, 3.6, 0))),
    Program(logistic_orbit, ((0.3, 3.6, 4), (0.3, 3.6, 1))),
    Program(collatz_like, ((0.7, 6), (0.7, 1))),
]
