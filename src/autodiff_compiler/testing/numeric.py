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
    """The floats and float arrays in a value, complex ones included, in order."""
    found: list[Any] = []

    def note(leaf: Any) -> Any:
        found.append(leaf)
        return leaf

    map_floats(note, value)
    return found


def map_floats(change: Callable[[Any], Any], value: Any) -> Any:
    """The value with every float or float array in it (Python, NumPy, in containers) changed."""
    if isinstance(value, np.ndarray):
        return change(value) if value.dtype.kind in "fc" else value
    if isinstance(value, float | complex | np.inexact):
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
    parts = [rng.standard_normal(np.shape(leaf)) for _ in range(1 + np.iscomplexobj(leaf))]
    return _like(leaf, parts[0] + 1j * parts[1] if len(parts) > 1 else parts[0])


def dot(a: Sequence[Any], b: Sequence[Any]) -> float:
    """The pairing of two lists of leaves, in double precision: of complex ones the real part of the sum of products."""
    return float(sum(np.real(np.sum(wide(x) * wide(y))) for x, y in zip(a, b)))


def wide(leaf: Any) -> np.ndarray:
    """A leaf in double precision."""
    return np.asarray(leaf, complex if np.iscomplexobj(leaf) else float)


def size(leaves: Sequence[Any]) -> float:
    """The Euclidean norm of a list of leaves."""
    return float(np.sqrt(sum(np.sum(np.abs(wide(leaf)) ** 2) for leaf in leaves)))


def numeric_jvp(fun: Callable[..., Any], args: Sequence[Any], direction: Sequence[Any], eps: float) -> list[np.ndarray]:
    """The central difference of the float leaves of `fun(*args)` along `direction` (a leaf per float leaf of `args`)."""
    ahead = float_leaves(fun(*moved(copy.deepcopy(tuple(args)), direction, eps)))
    behind = float_leaves(fun(*moved(copy.deepcopy(tuple(args)), direction, -eps)))
    return [(wide(a) - wide(b)) / (2 * eps) for a, b in zip(ahead, behind)]


def numeric_gradient(fun: Callable[..., Any], args: Sequence[Any], index: int = 0, eps: float = 1e-6) -> Any:
    """The gradient of a scalar function with respect to `args[index]` by central differences, entry by entry; of complex entries
    by both parts, the one along the imaginary part over 1j."""
    values = list(args)
    leaves = float_leaves(values[index])
    found = []
    for position, leaf in enumerate(leaves):
        entries = np.zeros_like(wide(leaf))
        for place in np.ndindex(entries.shape):
            for unit in (1.0, 1.0j)[: 1 + np.iscomplexobj(leaf)]:
                direction = [np.zeros_like(wide(other)) for other in leaves]
                direction[position][place] = unit

                def along(step: float, direction: list[np.ndarray] = direction) -> float:
                    shifted = copy.deepcopy(values)
                    shifted[index] = moved(shifted[index], direction, step)
                    return float(fun(*shifted))

                entries[place] += (along(eps) - along(-eps)) / (2 * eps) / unit
        found.append(_like(leaf, entries))
    return replaced(values[index], found)
