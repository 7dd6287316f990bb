"""A derivative along a direction, by differences that share nothing with the compiler."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import ModuleType
from typing import Any, ClassVar

import numpy as np

# In double precision first, which is fast.
STEPS = (1e-3, 1e-4, 1e-5, 1e-6)
# What is smooth in small pieces only (bins, masks, millions of maxima) needs shorter steps than double precision allows.
SHORT_STEPS = (1e-1, 1e-12, 1e-14, 1e-10, 1e-8, 1e-5, 1e-3)
TOLERANCE = 1e-6
SMALLEST = 1e-9
"""A derivative of this size is 0 to the judge, times the tolerance."""


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
    loss: Callable[..., Any],
    args: Sequence[Any],
    positions: Sequence[int],
    gradients: Sequence[Any],
    tolerance: float = TOLERANCE,
    seed: int = 0,
    widened: AbstractContextManager[None] | None = None,
) -> None:
    """Raise `AssertionError` unless the gradients agree with differences of fourth order.

    Along one direction in all arguments at one of the steps; else along one direction in each argument for itself, in
    extended precision where the platform has it, at a step for each; `widened` is entered for that.
    """
    rng = np.random.default_rng(seed)
    directions = {position: direction_like(args[position], rng) for position in positions}
    tried = _disagreement(loss, args, directions, gradients, tolerance, [np.float64(step) for step in STEPS])
    if not tried:
        return
    steps = [np.longdouble(step) for step in SHORT_STEPS]
    # An argument that hardly matters beside the others need not be right to its own last digits.
    smallest = SMALLEST * max(1.0, along(gradients, list(directions.values()))[1])
    with widened or nullcontext():
        for position in positions:
            alone = {other: dot if other == position else 0 * dot for other, dot in directions.items()}
            disagreement = _disagreement(loss, args, alone, gradients, tolerance, steps, smallest)
            if disagreement:
                raise AssertionError(f"{tried}; argument {position} alone: {disagreement}")


def _disagreement(
    loss: Callable[..., Any],
    args: Sequence[Any],
    directions: dict[int, Any],
    gradients: Sequence[Any],
    tolerance: float,
    steps: Sequence[np.floating[Any]],
    smallest: float = SMALLEST,
) -> str:
    """What differences gave along the directions, by position; nothing where one of the steps agrees."""
    exact, size = along(gradients, list(directions.values()))

    def value(step: np.floating[Any]) -> Any:
        moved = list(copy.deepcopy(args))
        for position, dot in directions.items():
            moved[position] = moved[position] + step * dot
        try:
            return loss(*moved)
        except (np.linalg.LinAlgError, TypeError):  # not positive definite; LAPACK has no wider precision
            return np.nan

    tried = []
    for step in steps:
        near, far = value(step) - value(-step), value(2 * step) - value(-2 * step)
        tried.append(float((8 * near - far) / (12 * step)))
        if abs(exact - tried[-1]) <= tolerance * max(abs(exact), 1e-3 * size, smallest):
            return ""
    return f"derivative along a direction {exact!r}, differences {tried!r}"


class _Wide(ModuleType):
    """NumPy, whose floats and complex numbers are the widest of the platform."""

    names: ClassVar = {"float32": "longdouble", "float64": "longdouble", "complex64": "clongdouble", "complex128": "clongdouble"}

    def __getattr__(self, name: str) -> Any:
        return getattr(np, self.names.get(name, name))


@contextmanager
def wide_precision(fun: Callable[..., Any]) -> Iterator[None]:
    """A function's own choice of a precision (`np.empty(n, dtype=np.float32)`) suspended, so that differences can judge it."""
    names = [name for name, value in fun.__globals__.items() if value is np]
    fun.__globals__.update(dict.fromkeys(names, _Wide("numpy")))
    try:
        yield
    finally:
        fun.__globals__.update(dict.fromkeys(names, np))
