"""particle: where a charge has to be for a particle to fly to the origin; the forces are derivatives of a potential."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from autodiff_compiler import grad, jvp, value_and_grad
from benchmarks.gradbench.descent import minimum
from benchmarks.gradbench.evals import Eval, Function, Input, assert_close


def potential(x, y, w):
    """Of two charges, one of which can be moved."""
    movable = math.sqrt((x - 10.0) ** 2 + (y - (10.0 - w)) ** 2)
    fixed = math.sqrt((x - 10.0) ** 2 + y**2)
    return 1.0 / movable + 1.0 / fixed


force_reverse = grad(potential, ("x", "y"))


def force_forward(x, y, w):
    _, along_x = jvp(potential, (x, y, w), (1.0, 0.0, 0.0))
    _, along_y = jvp(potential, (x, y, w), (0.0, 1.0, 0.0))
    return along_x, along_y


def flight(gradient, w):
    """Euler's steps until the particle reaches the ground: the square of where that is."""
    x, y = 0.0, 8.0
    vx, vy = 0.75, 0.0
    dt = 0.1
    while True:
        gx, gy = gradient(x, y, w)
        x += dt * vx
        y += dt * vy
        if y <= 0.0:
            x -= y / vy * vx
            return x * x
        vx -= dt * gx
        vy -= dt * gy


def flight_reverse(w):
    return flight(force_reverse, w)


def flight_forward(w):
    return flight(force_forward, w)


FLIGHTS = {"r": flight_reverse, "f": flight_forward}


def argmin(outer: str, inner: str, backend: str) -> Callable[[float], float]:
    """Modes are letters, as in the names of the functions."""
    program = FLIGHTS[inner]
    if outer == "r":
        both = value_and_grad(program, backend=backend)
    else:

        def both(w: float) -> tuple[float, float]:
            return jvp(program, (w,), (1.0,), backend=backend)

    return lambda w: minimum(both, w)


def arguments(given: Input) -> tuple[float]:
    return (float(given["w"]),)


def inputs(quick: bool) -> Iterator[tuple[str, Input]]:
    yield "w=0", {"w": 0.0}


def check(name: str, args: tuple[Any, ...], result: Any) -> None:
    assert_close(result, 0.2071918746486116, 1e-6)


EVAL = Eval(
    "particle",
    ("scalars",),
    {
        outer + inner: Function(lambda style, backend, modes=(outer, inner): argmin(*modes, backend))
        for outer, inner in ("rr", "ff", "fr", "rf")
    },
    arguments,
    inputs,
    check,
    value="",
    derivatives=("rr", "ff", "fr", "rf"),
)
