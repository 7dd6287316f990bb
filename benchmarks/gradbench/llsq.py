"""llsq: a polynomial fitted to the sign function by least squares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autodiff_compiler import grad
from benchmarks.gradbench.evals import Eval, Function, Input, assert_close, floats, primal


def misfit_loops(x, n):
    total = 0.0
    for i in range(n):
        t = -1.0 + 2.0 * i / (n - 1)
        if t > 0.0:
            residual = 1.0
        elif t < 0.0:
            residual = -1.0
        else:
            residual = 0.0
        power = 1.0
        for j in range(len(x)):
            residual -= x[j] * power
            power *= t
        total += residual * residual
    return 0.5 * total


def misfit_numpy(x, n):
    """By Horner's rule, at all points at once."""
    t = -1.0 + 2.0 * np.arange(n) / (n - 1)
    fitted = np.zeros(n)
    for j in range(len(x) - 1, -1, -1):
        fitted = fitted * t + x[j]
    residual = np.sign(t) - fitted
    return 0.5 * np.sum(residual**2)


PROGRAMS = {"loops": misfit_loops, "numpy": misfit_numpy}


def arguments(given: Input) -> tuple[np.ndarray, int]:
    return floats(given["x"]), int(given["n"])


def inputs(quick: bool) -> Iterator[tuple[str, Input]]:
    m = 5 if quick else 128
    for n in (16,) if quick else (16, 1024, 16_392):
        yield f"n={n},m={m}", {"x": np.random.default_rng(n).uniform(size=m).tolist(), "n": n}


def check(name: str, args: tuple[Any, ...], result: Any) -> None:
    x, n = args
    t = np.linspace(-1.0, 1.0, n)
    powers = np.vander(t, len(x), increasing=True)
    residual = powers @ x - np.sign(t)
    assert_close(result, 0.5 * residual @ residual if name == "primal" else powers.T @ residual, 1e-10)


EVAL = Eval(
    "llsq",
    tuple(PROGRAMS),
    {
        "primal": Function(lambda style, backend: primal(PROGRAMS[style], backend)),
        "gradient": Function(lambda style, backend: grad(PROGRAMS[style], backend=backend)),
    },
    arguments,
    inputs,
    check,
    {"python": "numpy", "numba": "numpy"},
)
