"""Floats as fraction and power of 2, the next one, and the distance to it.  What decides is a whole number, and has no derivative."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autodiff_compiler.library.defined import define


def _floats(x: Any) -> tuple[Any, int, int]:
    """The number, the bits of its fraction, and the exponent of the least number."""
    given = np.asarray(x)
    if given.dtype == np.float32:
        return given, 24, -149
    return given.astype(np.float64), 53, -1074


def _scaled(x: Any, power: Any) -> Any:
    """In two steps, since the power alone may be out of range."""
    half = power // 2
    return x * np.exp2(1.0 * half).astype(x.dtype) * np.exp2(1.0 * (power - half)).astype(x.dtype)


def _parts(x: Any) -> tuple[Any, Any]:
    regular = np.isfinite(x) & (x != 0.0)
    safe = np.where(regular, x, 1.0).astype(x.dtype)
    power = np.floor(np.log2(np.abs(safe))).astype(np.int64) + 1
    fraction = _scaled(safe, -power)
    large, small = np.abs(fraction) >= 1.0, np.abs(fraction) < 0.5
    fraction = np.where(large, 0.5 * fraction, np.where(small, 2.0 * fraction, fraction))
    power = power + np.where(large, 1, 0) - np.where(small, 1, 0)
    return np.where(regular, fraction, x), np.where(regular, power, 0)


@define(np.frexp, "np.frexp")
def frexp(x: Any) -> Any:
    fraction, power = _parts(_floats(x)[0])
    return fraction[()], power.astype(np.int32)[()]


@define(math.frexp, "math.frexp")
def frexp_of_number(x: Any, /) -> Any:
    fraction, power = _parts(np.asarray(float(x)))
    return float(fraction), int(power)


@define(np.ldexp, "np.ldexp")
def ldexp(x1: Any, x2: Any) -> Any:
    power = np.asarray(x2)
    if power.dtype.kind not in "iu":
        raise TypeError("ufunc 'ldexp' not supported for the input types")
    return _scaled(_floats(x1)[0], power.astype(np.int64))[()]


def _gap(x: Any, bits: int, least: int) -> Any:
    """The distance to the next number away from 0; with 0 that of the least number."""
    _, power = _parts(x)
    exponent = np.where(x == 0.0, least, np.maximum(power - bits, least))
    return _scaled(np.ones_like(x), exponent)


@define(np.spacing, "np.spacing")
def spacing(x: Any) -> Any:
    at, bits, least = _floats(x)
    gap = np.where(np.isfinite(at), _gap(at, bits, least), np.nan).astype(at.dtype)
    return np.where(at < 0.0, -gap, gap)[()]


@define(math.ulp, "math.ulp")
def ulp(x: Any, /) -> Any:
    at = np.asarray(float(x))
    return float(np.where(np.isfinite(at), _gap(at, 53, -1074), np.abs(at)))


def _next(x: Any, y: Any, bits: int, least: int) -> Any:
    """From x a gap in the direction of y; towards 0, from a power of 2, half the gap.  Its derivative is that of x."""
    up = y > x
    gap = _gap(x, bits, least)
    fraction, _ = _parts(x)
    nearer = (np.abs(fraction) == 0.5) & (up == (x < 0.0)) & (x != 0.0)
    gap = np.maximum(np.where(nearer, 0.5 * gap, gap), _scaled(np.ones_like(x), np.full(x.shape, least)))
    step = np.where(np.isfinite(x), np.where(up, gap, -gap), 0.0).astype(x.dtype)
    found = np.where(x == 0.0, np.copysign(step, y), np.copysign(x + step, x))
    # From infinity to the largest number; and of equal numbers, 0 and -0 too, it is the second.
    largest = np.copysign(np.finfo(x.dtype).max, x)
    found = np.where(np.isinf(x), largest, found)
    return np.where(x == y, np.copysign(x, y), np.where(np.isnan(x) | np.isnan(y), x + y, found)).astype(x.dtype)


@define(np.nextafter, "np.nextafter")
def nextafter(x1: Any, x2: Any, /) -> Any:
    kind = np.result_type(x1, x2)
    first, second = np.broadcast_arrays(np.asarray(x1), np.asarray(x2))
    if kind != np.float32:
        return _next(first.astype(np.float64), second.astype(np.float64), 53, -1074)[()]
    return _next(first.astype(np.float32), second.astype(np.float32), 24, -149)[()]


@define(math.nextafter, "math.nextafter")
def nextafter_of_number(x: Any, y: Any, /) -> Any:
    return float(_next(np.asarray(float(x)), np.asarray(float(y)), 53, -1074))
