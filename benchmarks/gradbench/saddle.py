"""saddle: a minimum over a maximum, differentiated through the descent that finds the maximum."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autodiff_compiler import jvp, value_and_grad
from benchmarks.gradbench.descent import minimum_in_plane
from benchmarks.gradbench.evals import Eval, Function, Input, floats


def saddle(x1, y1, x2, y2):
    return (x1**2 + y1**2) - (x2**2 + y2**2)


def highest_reverse(x1, y1, start_x, start_y):
    """The largest value over the second pair, and where it is."""

    def lowered(x2, y2):
        return -saddle(x1, y1, x2, y2)

    x2, y2 = minimum_in_plane(value_and_grad(lowered, (0, 1)), start_x, start_y)
    return saddle(x1, y1, x2, y2), (x2, y2)


def highest_forward(x1, y1, start_x, start_y):
    def lowered(x2, y2):
        return -saddle(x1, y1, x2, y2)

    def both(x2, y2):
        value, along_x = jvp(lowered, (x2, y2), (1.0, 0.0))
        _, along_y = jvp(lowered, (x2, y2), (0.0, 1.0))
        return value, (along_x, along_y)

    x2, y2 = minimum_in_plane(both, start_x, start_y)
    return saddle(x1, y1, x2, y2), (x2, y2)


HIGHEST = {"r": highest_reverse, "f": highest_forward}


def point(outer: str, inner: str, backend: str) -> Callable[[float, float], tuple[float, ...]]:
    """The saddle point; modes are letters, as in the names of the functions."""
    program = HIGHEST[inner]
    if outer == "r":
        derivative = value_and_grad(program, (0, 1), has_aux=True, backend=backend)
    else:

        def derivative(*given: float) -> tuple[Any, tuple[float, float]]:
            result, along_x = jvp(program, given, (1.0, 0.0, None, None), backend=backend)
            _, along_y = jvp(program, given, (0.0, 1.0, None, None), backend=backend)
            return result, (along_x[0], along_y[0])

    def search(start_x: float, start_y: float) -> tuple[float, ...]:
        def both(x: float, y: float) -> tuple[float, tuple[float, float]]:
            (value, _), gradient = derivative(x, y, start_x, start_y)
            return value, gradient

        x1, y1 = minimum_in_plane(both, start_x, start_y)
        (_, second), _ = derivative(x1, y1, start_x, start_y)
        return x1, y1, *second

    return search


def arguments(given: Input) -> tuple[float, float]:
    x, y = given["start"]
    return float(x), float(y)


def inputs(quick: bool) -> Iterator[tuple[str, Input]]:
    yield "start=(1,1)", {"start": [1.0, 1.0]}


def check(name: str, args: tuple[Any, ...], result: Any) -> None:
    assert np.abs(floats(result) - 8.246324826140356e-06).max() <= 1e-12, f"the saddle is at {result}"


EVAL = Eval(
    "saddle",
    ("scalars",),
    {
        outer + inner: Function(lambda style, backend, modes=(outer, inner): point(*modes, backend))
        for outer, inner in ("rr", "ff", "fr", "rf")
    },
    arguments,
    inputs,
    check,
    value="",
    derivatives=("rr", "ff", "fr", "rf"),
)
