"""Arrays of one value in several memory orders, and a judge of what comes out: CPython's value, and a difference along a
direction for the derivative."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autodiff_compiler import UnsupportedError, value_and_grad

ORDERS = ("C", "F", "strided", "negative")


def in_order(array: np.ndarray, order: str) -> np.ndarray:
    """An array of the same value whose elements lie in another order."""
    if order in ("C", "F"):
        return np.array(array, order=order)
    whole = tuple(slice(None, None, -1 if order == "negative" else 2) for _ in array.shape)
    room = np.zeros([n if order == "negative" else 2 * n for n in array.shape])
    room[whole] = array
    return room[whole]


def like(array: Any, value: Any = None) -> Any:
    """A copy of an argument with the same strides, and another value if given."""
    if not isinstance(array, np.ndarray):
        return array if value is None else value
    root = array
    while isinstance(root.base, np.ndarray):
        root = root.base
    start = array.__array_interface__["data"][0] - root.__array_interface__["data"][0]
    room = bytearray(root.size * root.itemsize)
    copy = np.ndarray(array.shape, array.dtype, buffer=room, offset=start, strides=array.strides)
    copy[...] = array if value is None else value
    return copy


def outcome(fun: Callable[..., Any], args: Sequence[Any], backend: str = "python", refused: str | None = None) -> str:
    """ "right" or, with the code that is expected, "refused"; anything else fails."""
    want = float(fun(*map(like, args)))
    before = [like(a) for a in args]
    where = [i for i, a in enumerate(args) if isinstance(a, float | np.ndarray)]
    try:
        value, grads = value_and_grad(fun, tuple(where), backend=backend)(*args)
    except UnsupportedError as error:
        assert error.code == refused, str(error)
        return "refused"
    for now, then in zip(args, before):
        np.testing.assert_array_equal(now, then)
    np.testing.assert_allclose(float(value), want, rtol=1e-10, atol=1e-12)
    rng = np.random.default_rng(3)
    directions = [rng.uniform(0.3, 1.0, np.shape(args[i])) for i in where]

    def moved(step: float) -> float:
        shifted = [like(a) for a in args]
        for i, direction in zip(where, directions):
            shifted[i] = like(args[i], args[i] + step * direction)
        return float(fun(*shifted))

    slopes = [(moved(h) - moved(-h)) / (2 * h) for h in (1e-4, 5e-5)]
    got = sum(float(np.sum(g * d)) for g, d in zip(grads, directions))
    np.testing.assert_allclose(got, (4 * slopes[1] - slopes[0]) / 3, rtol=2e-6, atol=2e-7)
    return "right"
