"""Directional derivatives of a program by CPython itself: the complex step, and extrapolated central differences.

Nothing here is shared with the compiler.
"""

from __future__ import annotations

import cmath
import copy
import math
import types
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

STEP = 1e-30


def leaves(value: Any) -> list[Any]:
    """The floats, complex numbers and arrays of these in a value, in order."""
    found: list[Any] = []

    def note(leaf: Any) -> Any:
        found.append(leaf)
        return leaf

    mapped(note, value)
    return found


def mapped(change: Callable[[Any], Any], value: Any) -> Any:
    """The value with `change` applied to its float leaves."""
    if isinstance(value, np.ndarray):
        return change(value) if value.dtype.kind in "fc" else value
    if isinstance(value, float | complex | np.inexact):
        return change(value)
    if isinstance(value, dict):
        return {key: mapped(change, item) for key, item in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(mapped(change, item) for item in value))
    if isinstance(value, list | tuple):
        return type(value)(mapped(change, item) for item in value)
    if hasattr(value, "__dataclass_fields__"):
        return type(value)(*(mapped(change, getattr(value, name)) for name in value.__dataclass_fields__))
    return value


def replaced(value: Any, new: Sequence[Any]) -> Any:
    rest = iter(new)
    return mapped(lambda _: next(rest), value)


def inner(a: Sequence[Any], b: Sequence[Any]) -> float:
    return float(sum(np.sum(np.asarray(x) * np.asarray(y)) for x, y in zip(a, b, strict=True)))


def directions(value: Any, seed: int) -> list[Any]:
    """Standard normal numbers in the types of the float leaves."""
    rng = np.random.default_rng(seed)
    return [_like(leaf, rng.normal(size=np.shape(leaf))) for leaf in leaves(value)]


def _like(leaf: Any, value: Any) -> Any:
    return value.astype(leaf.dtype) if isinstance(leaf, np.ndarray) else type(leaf)(value)


# -- complex step --------------------------------------------------------------------------------------------------


class _ComplexNumpy:
    """NumPy whose new arrays are complex, and whose choices go by the real part."""

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)

    def zeros(self, shape: Any) -> np.ndarray:
        return np.zeros(shape, complex)

    def ones(self, shape: Any) -> np.ndarray:
        return np.ones(shape, complex)

    def empty(self, shape: Any) -> np.ndarray:
        return np.empty(shape, complex)

    def eye(self, n: int) -> np.ndarray:
        return np.eye(n, dtype=complex)

    def var(self, a: np.ndarray, axis: Any = None) -> Any:
        return _ComplexArray.var(np.asarray(a), axis)

    def std(self, a: np.ndarray, axis: Any = None) -> Any:
        return np.sqrt(self.var(a, axis))


class _ComplexArray:
    """What complex NumPy arrays mean differently: the variance squares the modulus."""

    @staticmethod
    def var(a: np.ndarray, axis: Any) -> Any:
        return ((a - a.mean(axis=axis, keepdims=True)) ** 2).mean(axis=axis)


class _ComplexMath:
    def __getattr__(self, name: str) -> Any:
        return getattr(cmath, name, None) or getattr(math, name)


def complex_version(fun: Callable) -> Callable:
    """The function and the helpers of its module, with NumPy and math on complex numbers."""
    fun = getattr(fun, "py_func", fun)
    world = dict(fun.__globals__)

    def moved(f: types.FunctionType) -> types.FunctionType:
        made = types.FunctionType(f.__code__, world, f.__name__, f.__defaults__, f.__closure__)
        made.__kwdefaults__ = f.__kwdefaults__
        return made

    for name, value in fun.__globals__.items():
        value = getattr(value, "py_func", value)
        if isinstance(value, types.FunctionType) and value.__globals__ is fun.__globals__:
            world[name] = moved(value)
    world.update(np=_ComplexNumpy(), math=_ComplexMath())
    return moved(fun)


def complex_step(fun: Callable, args: tuple, direction: Sequence[Any]) -> list[Any]:
    """The tangents of the float leaves of the result, to round-off."""
    rest = iter(direction)

    def perturbed(leaf: Any) -> Any:
        return leaf + 1j * STEP * next(rest)

    out = complex_version(fun)(*mapped(perturbed, copy.deepcopy(args)))
    return [np.imag(leaf) / STEP for leaf in leaves(out)]


# -- differences ---------------------------------------------------------------------------------------------------


def differences(fun: Callable, args: tuple, direction: Sequence[Any], step: float = 1e-3) -> list[Any]:
    """Central differences at three steps, extrapolated: the error is of sixth order."""

    def central(h: float) -> list[Any]:
        ends = []
        for sign in (h, -h):
            rest = iter(direction)

            def perturbed(leaf: Any, sign: float = sign, rest: Any = rest) -> Any:
                return _like(leaf, np.asarray(leaf + sign * next(rest)))

            ends.append(leaves(fun(*mapped(perturbed, copy.deepcopy(args)))))
        return [(np.asarray(a) - np.asarray(b)) / (2 * h) for a, b in zip(*ends, strict=True)]

    coarse, middle, fine = central(step), central(step / 2), central(step / 4)
    return [(64 * f - 20 * m + c) / 45 for c, m, f in zip(coarse, middle, fine, strict=True)]
