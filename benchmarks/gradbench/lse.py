"""lse: the logarithm of a sum of exponentials, shifted by the maximum."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from autodiff_compiler import grad
from benchmarks.gradbench.evals import Eval, Function, Input, assert_close, floats, primal


def logsumexp_loops(x):
    largest = x[0]
    for i in range(1, len(x)):
        largest = max(largest, x[i])
    total = 0.0
    for i in range(len(x)):
        total += math.exp(x[i] - largest)
    return largest + math.log(total)


def logsumexp_numpy(x):
    largest = np.max(x)
    return largest + np.log(np.sum(np.exp(x - largest)))


PROGRAMS = {"loops": logsumexp_loops, "numpy": logsumexp_numpy}


def arguments(given: Input) -> tuple[np.ndarray]:
    return (floats(given["x"]),)


def inputs(quick: bool) -> Iterator[tuple[str, Input]]:
    for n in (40,) if quick else (2_500, 80_000, 1_280_000):
        yield f"n={n}", {"x": np.random.default_rng(n).uniform(size=n).tolist()}


def check(name: str, args: tuple[Any, ...], result: Any) -> None:
    (x,) = args
    terms = np.exp(x)
    if name == "primal":
        assert_close(result, np.log(terms.sum()), 1e-12)
        return
    # One less the sum of the others reaches the largest element, so that errors are relative to one, not to that element.
    error = np.abs(result - terms / terms.sum()).max()
    assert error <= 1e-12, f"off by {error:.1e}"


EVAL = Eval(
    "lse",
    tuple(PROGRAMS),
    {
        "primal": Function(lambda style, backend: primal(PROGRAMS[style], backend)),
        "gradient": Function(lambda style, backend: grad(PROGRAMS[style], backend=backend)),
    },
    arguments,
    inputs,
    check,
    {"python": "numpy"},
)
