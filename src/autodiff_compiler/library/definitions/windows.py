"""Windows of a signal, and the functions that they are made of."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library.defined import define


@define(np.sinc, "np.sinc")
def sinc(x: Any) -> Any:
    """Near 0 by its power series, so that derivatives of any order are right there, too."""
    angle = np.pi * np.asarray(x)
    near = np.abs(angle) < 1.0
    square = np.where(near, angle * angle, 0.0)
    series = 1.0 - square / 342.0
    for product in (272.0, 210.0, 156.0, 110.0, 72.0, 42.0, 20.0, 6.0):
        series = 1.0 - square / product * series
    outside = np.where(near, 1.0, angle)
    return np.where(near, series, np.sin(outside) / outside)[()]


@define(np.i0, "np.i0")
def i0(x: Any) -> Any:
    given = np.asarray(x)
    return _i0_of_square(np.square(given if given.dtype.kind == "f" else given.astype(float)))[()]


def _i0_of_square(square: Any) -> Any:
    """The power series in the square, of which all terms are positive: smooth at 0."""
    quarter = square / 4.0
    term = np.ones_like(quarter)
    total = np.ones_like(quarter)
    k = 1.0
    while np.any(term > total * 1e-19):
        term = term * quarter / (k * k)
        total = total + term
        k = k + 1.0
    return total


def _places(count: Any) -> Any:
    """Odd numbers from -(count - 1) to count - 1: twice the distance to the middle."""
    return np.arange(1 - count, count, 2)


def _window(count: Any, weights: Any) -> Any:
    """The sum of cosines with these weights; one point has no width."""
    if count <= 1:
        return np.ones(max(count, 0))
    angle = np.pi * np.arange(1 - count, count, 2) / (count - 1)
    total = weights[0] + weights[1] * np.cos(angle)
    return total if len(weights) == 2 else total + weights[2] * np.cos(2.0 * angle)


@define(np.hanning, "np.hanning")
def hanning(M: Any) -> Any:
    return _window(M, (0.5, 0.5))


@define(np.hamming, "np.hamming")
def hamming(M: Any) -> Any:
    return _window(M, (0.54, 0.46))


@define(np.blackman, "np.blackman")
def blackman(M: Any) -> Any:
    return _window(M, (0.42, 0.5, 0.08))


@define(np.bartlett, "np.bartlett")
def bartlett(M: Any) -> Any:
    if M <= 1:
        return np.ones(max(M, 0))
    places = np.arange(1 - M, M, 2) / (M - 1)
    return np.where(places <= 0, 1 + places, 1 - places)


@define(np.kaiser, "np.kaiser")
def kaiser(M: Any, beta: Any) -> Any:
    """The square root in its definition would have no derivative at the ends; `i0` needs its square."""
    if M <= 1:
        return np.ones(max(M, 0))
    middle = (M - 1) / 2.0
    square = np.square(np.asarray(beta).astype(float))
    return _i0_of_square(square * (1.0 - ((np.arange(0, M) - middle) / middle) ** 2.0)) / _i0_of_square(square)
