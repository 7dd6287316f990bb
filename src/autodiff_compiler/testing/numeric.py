"""Numerical derivatives, and the arithmetic of containers that they need.

Everything here runs the user's function as it is, under CPython; it shares nothing with the compiler.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

# Steps relative to the size of a value; a difference is compared at each of them.
STEPS = (1e-3, 1e-4, 1e-5, 1e-6, 1e-7)


def float_leaves(value: Any) -> list[Any]:
    """The floats and float arrays in a value, in order."""
    found: list[Any] = []

    def note(leaf: Any) -> Any:
        found.append(leaf)
        return leaf

    map_floats(note, value)
    return found


def map_floats(change: Callable[[Any], Any], value: Any) -> Any:
    """The value with every float or float array in it (Python, NumPy, in containers) changed."""
    if isinstance(value, np.ndarray):
        return change(value) if value.dtype.kind == "f" else value
    if isinstance(value, float | np.floating):
        return change(value)
    if isinstance(value, dict):
        return {key: map_floats(change, item) for key, item in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(map_floats(change, item) for item in value))
    if isinstance(value, list | tuple):
        return type(value)(map_floats(change, item) for item in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        parts = {f.name: map_floats(change, getattr(value, f.name)) for f in dataclasses.fields(value)}
        return dataclasses.replace(value, **parts)
    return value


def replaced(value: Any, leaves: Sequence[Any]) -> Any:
    """The value with its float leaves taken from `leaves`."""
    rest = iter(leaves)
    return map_floats(lambda _: next(rest), value)


def moved(value: Any, direction: Sequence[Any], step: float) -> Any:
    """`value + step * direction`, in the dtypes of `value`."""
    rest = iter(direction)
    return map_floats(lambda leaf: _like(leaf, leaf + step * next(rest)), value)


def _like(leaf: Any, value: Any) -> Any:
    if isinstance(leaf, np.ndarray):
        return np.asarray(value, dtype=leaf.dtype)
    return type(leaf)(value)


def random_like(leaf: Any, rng: np.random.Generator) -> Any:
    """Standard normal numbers of the type and shape of a float leaf."""
    return _like(leaf, rng.standard_normal(np.shape(leaf)))


def dot(a: Sequence[Any], b: Sequence[Any]) -> float:
    """The inner product of two lists of leaves, in double precision."""
    return float(sum(np.sum(np.asarray(x, float) * np.asarray(y, float)) for x, y in zip(a, b)))


def size(leaves: Sequence[Any]) -> float:
    """The Euclidean norm of a list of leaves."""
    return float(np.sqrt(dot(leaves, leaves)))


def numeric_jvp(fun: Callable[..., Any], args: Sequence[Any], direction: Sequence[Any], eps: float) -> list[np.ndarray]:
    """The central difference of the float leaves of `fun(*args)` along `direction` (a leaf per float leaf of `args`)."""
    ahead = float_leaves(fun(*moved(copy.deepcopy(tuple(args)), direction, eps)))
    behind = float_leaves(fun(*moved(copy.deepcopy(tuple(args)), direction, -eps)))
    return [(np.asarray(a, float) - np.asarray(b, float)) / (2 * eps) for a, b in zip(ahead, behind)]


def numeric_gradient(fun: Callable[..., Any], args: Sequence[Any], index: int = 0, eps: float = 1e-6) -> Any:
    """The gradient of a scalar function with respect to `args[index]` by central differences, entry by entry."""
    values = list(args)
    leaves = float_leaves(values[index])
    found = []
    for position, leaf in enumerate(leaves):
        entries = np.zeros(np.shape(leaf))
        for place in np.ndindex(entries.shape):
            direction = [np.zeros(np.shape(other)) for other in leaves]
            direction[position][place] = 1.0

            def along(step: float, direction: list[np.ndarray] = direction) -> float:
                shifted = copy.deepcopy(values)
                shifted[index] = moved(shifted[index], direction, step)
                return float(fun(*shifted))

            entries[place] = (along(eps) - along(-eps)) / (2 * eps)
        found.append(_like(leaf, entries))
    return replaced(values[index], found)
