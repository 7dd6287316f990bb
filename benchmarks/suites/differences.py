"""A derivative along a direction, by differences that share nothing with the compiler."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

STEPS = (1e-2, 1e-3, 1e-4, 1e-5, 1e-6)
TOLERANCE = 1e-6


def varies(value: Any) -> bool:
    return np.asarray(value).dtype.kind in "fc"


def direction_like(value: Any, rng: np.random.Generator) -> Any:
    """Standard normal numbers of the shape of `value`; complex ones where it is complex."""
    drawn = rng.standard_normal(np.shape(value))
    if np.iscomplexobj(value):
        drawn = drawn + 1j * rng.standard_normal(np.shape(value))
    return drawn if np.ndim(value) else drawn[()]


def along(gradients: Sequence[Any], directions: Sequence[Any]) -> tuple[float, float]:
    """The derivative of a real loss along the directions, and the size of its terms.

    The gradient with respect to a complex z = x + iy is df/dx - i df/dy, as in JAX.
    """
    terms = [np.real(np.asarray(bar) * np.asarray(dot)) for bar, dot in zip(gradients, directions, strict=True)]
    return float(sum(np.sum(term) for term in terms)), float(sum(np.sum(np.abs(term)) for term in terms))


def assert_derivative(
    loss: Callable[..., Any], args: Sequence[Any], positions: Sequence[int], gradients: Sequence[Any], seed: int = 0
) -> None:
    """Raise `AssertionError` unless the gradients agree with differences of fourth order at one of the steps."""
    rng = np.random.default_rng(seed)
    directions = [direction_like(args[position], rng) for position in positions]
    exact, size = along(gradients, directions)

    def value(step: float) -> float:
        moved = list(copy.deepcopy(args))
        for position, dot in zip(positions, directions, strict=True):
            moved[position] = moved[position] + step * dot
        return float(loss(*moved))

    tried = []
    for step in STEPS:
        near, far = value(step) - value(-step), value(2 * step) - value(-2 * step)
        tried.append((8 * near - far) / (12 * step))
        if abs(exact - tried[-1]) <= TOLERANCE * max(abs(exact), 1e-3 * size, 1e-9):
            return
    raise AssertionError(f"derivative along a direction {exact!r}, differences {tried!r}")
