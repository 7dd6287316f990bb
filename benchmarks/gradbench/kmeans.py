"""kmeans: a step of Newton's method, gradient over the diagonal of the Hessian, from two derivatives of the cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autodiff_compiler import grad, jvp
from benchmarks.gradbench.evals import Eval, Function, Input, assert_close, floats, primal


def cost_loops(points, centroids):
    n, d = points.shape
    total = 0.0
    for i in range(n):
        closest = np.inf
        for j in range(len(centroids)):
            distance = 0.0
            for c in range(d):
                distance += (points[i, c] - centroids[j, c]) ** 2
            closest = min(closest, distance)
        total += closest
    return total


def cost_numpy(points, centroids):
    """The square expanded, so that most of the work is one product of matrices."""
    squares = np.sum(points**2, axis=1)[:, None] + np.sum(centroids**2, axis=1)
    return np.sum(np.min(squares - 2.0 * (points @ centroids.T), axis=1))


PROGRAMS = {"loops": cost_loops, "numpy": cost_numpy}


def direction(program: Callable, backend: str) -> Callable[..., np.ndarray]:
    gradient = grad(program, "centroids", backend=backend)

    def newton(points: np.ndarray, centroids: np.ndarray) -> np.ndarray:
        # The Hessian is diagonal: its product with ones is its diagonal.
        first, second = jvp(gradient, (points, centroids), (None, np.ones_like(centroids)), backend=backend)
        return first / second

    return newton


def arguments(given: Input) -> tuple[np.ndarray, np.ndarray]:
    return floats(given["points"]), floats(given["centroids"])


def inputs(quick: bool) -> Iterator[tuple[str, Input]]:
    sizes = [(3, 20, 2)] if quick else [(10, 1_000, 8), (100, 10_000, 8), (1_000, 10_000, 16)]
    for k, n, d in sizes:
        points = np.random.default_rng(n + k).uniform(size=(n, d))
        yield f"k={k},n={n},d={d}", {"points": points.tolist(), "centroids": points[-k:].tolist()}


def check(name: str, args: tuple[Any, ...], result: Any) -> None:
    points, centroids = args
    nearest = np.array([np.argmin(np.sum((centroids - point) ** 2, axis=1)) for point in points])
    if name == "cost":
        assert_close(result, np.sum((points - centroids[nearest]) ** 2), 1e-10)
        return
    means = np.array([points[nearest == j].mean(axis=0) for j in range(len(centroids))])
    assert_close(result, centroids - means, 1e-9)


EVAL = Eval(
    "kmeans",
    tuple(PROGRAMS),
    {
        "cost": Function(lambda style, backend: primal(PROGRAMS[style], backend)),
        "dir": Function(lambda style, backend: direction(PROGRAMS[style], backend)),
    },
    arguments,
    inputs,
    check,
    {"python": "numpy"},
    value="cost",
    derivatives=("dir",),
)
