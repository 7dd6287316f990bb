"""ode: Runge and Kutta's steps through a chain of equations, and the sensitivities of the last of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autodiff_compiler import grad
from benchmarks.gradbench.evals import Eval, Function, Input, assert_close, directions, floats, primal, slope


def rates_loops(x, y, rates):
    rates[0] = x[0]
    for i in range(1, len(x)):
        rates[i] = x[i] * y[i - 1]


def solve_loops(x, s):
    n = len(x)
    h = 2.0 / s
    y = np.zeros(n)
    stage = np.zeros(n)
    k1, k2, k3, k4 = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)
    for _ in range(s):
        rates_loops(x, y, k1)
        for i in range(n):
            stage[i] = y[i] + h * k1[i] / 2.0
        rates_loops(x, stage, k2)
        for i in range(n):
            stage[i] = y[i] + h * k2[i] / 2.0
        rates_loops(x, stage, k3)
        for i in range(n):
            stage[i] = y[i] + h * k3[i]
        rates_loops(x, stage, k4)
        for i in range(n):
            y[i] += h * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]) / 6.0
    return y


def last_loops(x, s):
    return solve_loops(x, s)[len(x) - 1]


def rates_numpy(x, y):
    rates = x.copy()
    rates[1:] *= y[:-1]
    return rates


def solve_numpy(x, s):
    h = 2.0 / s
    y = np.zeros_like(x)
    for _ in range(s):
        k1 = rates_numpy(x, y)
        k2 = rates_numpy(x, y + h * k1 / 2.0)
        k3 = rates_numpy(x, y + h * k2 / 2.0)
        k4 = rates_numpy(x, y + h * k3)
        y = y + h * (k1 + 2.0 * k2 + 2.0 * k3 + k4) / 6.0
    return y


def last_numpy(x, s):
    return solve_numpy(x, s)[-1]


PROGRAMS = {"loops": solve_loops, "numpy": solve_numpy}
LAST = {"loops": last_loops, "numpy": last_numpy}


def arguments(given: Input) -> tuple[np.ndarray, int]:
    return floats(given["x"]), int(given["s"])


def inputs(quick: bool) -> Iterator[tuple[str, Input]]:
    """A step moves values by four places, and the last solution underflows: from n=1000 on, all derivatives are zeros."""
    sizes = [(4, 10), (6, 3)] if quick else [(4, 10), (100, 100), (1_000, 10), (1_000, 100), (10_000, 100), (100_000, 100)]
    for n, s in sizes:
        yield f"n={n},s={s}", {"x": np.random.default_rng(n).uniform(size=n).tolist(), "s": s}


def check(name: str, args: tuple[Any, ...], result: Any) -> None:
    x, s = args
    if name == "primal":
        assert_close(result, stepped(x, s), 1e-12)
        return
    for unit in np.eye(len(x)) if len(x) <= 100 else (unit for (unit,) in directions(0, x)):

        def moved(t: float, unit: np.ndarray = unit) -> float:
            return stepped(x + t * unit, s)[-1]

        assert_close(result @ unit, slope(moved))


def stepped(x: np.ndarray, s: int) -> np.ndarray:
    """The steps by powers of the matrix of the equations, which are linear: no stages."""
    h, y = 2.0 / s, np.zeros(len(x))
    for _ in range(s):
        rates, weight = y, 1.0
        for order in range(1, 5):
            rates = np.append(x[0] if order == 1 else 0.0, x[1:] * rates[:-1])
            weight *= h / order
            y = y + weight * rates
    return y


EVAL = Eval(
    "ode",
    tuple(PROGRAMS),
    {
        "primal": Function(lambda style, backend: primal(PROGRAMS[style], backend)),
        "gradient": Function(lambda style, backend: grad(LAST[style], backend=backend)),
    },
    arguments,
    inputs,
    check,
    {"python": "numpy"},
)
