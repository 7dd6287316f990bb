"""Sums over windows that slide over an array of one, two or three axes: what convolutions are made of."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library.defined import unsupported


def floats(x: Any) -> Any:
    """As an array of floats."""
    given = np.asarray(x)
    return given if given.dtype.kind == "f" else given.astype(np.float64)


def inexact(x: Any) -> Any:
    """As an array of floats, or of complex numbers."""
    given = np.asarray(x)
    return given if given.dtype.kind == "c" else floats(given)


def column(row: Any, rank: int) -> Any:
    """A row along the first of `rank` axes."""
    return np.reshape(row, (len(row),) + (1,) * (rank - 1)) if rank > 1 else row


def part(x: Any, axis: int, start: Any, count: Any) -> Any:
    """As many elements along an axis."""
    if axis == 0:
        return x[start : start + count]
    if axis == 1:
        return x[:, start : start + count]
    if axis == 2:
        return x[:, :, start : start + count]
    return unsupported("a window of more than three axes", "reshape the arrays to three axes or fewer")


def spread(found: Any, values: Any, weights: Any, axis: int = 0) -> None:
    """Add the values to what has room for a window of the weights around them, once for each weight and times it."""
    for k in range(len(weights)):
        place = part(found, axis, k, values.shape[axis])
        if weights.ndim > 1:
            spread(place, values, weights[k], axis + 1)
        else:
            place += weights[k] * values


def gather(found: Any, values: Any, weights: Any, axis: int = 0) -> None:
    """Add what windows of the values hold, times the weights."""
    for k in range(len(weights)):
        place = part(values, axis, k, found.shape[axis])
        if weights.ndim > 1:
            gather(found, place, weights[k], axis + 1)
        else:
            found += weights[k] * place
