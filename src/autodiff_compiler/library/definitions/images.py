"""Filters that look at neighbours, and values between pixels (`scipy.ndimage`)."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library.defined import at_compile_time, define_in, unsupported
from autodiff_compiler.library.definitions.missing_values import chosen
from autodiff_compiler.library.definitions.sliding import gather

MODULE = "scipy.ndimage"

_BORDERS = {
    "reflect": "symmetric",
    "grid-mirror": "symmetric",
    "constant": "constant",
    "grid-constant": "constant",
    "nearest": "edge",
    "mirror": "reflect",
    "wrap": "wrap",
    "grid-wrap": "wrap",
}
"""What `np.pad` calls the borders of these filters."""


def _border(mode: str) -> str:
    if mode not in _BORDERS:
        raise ValueError(f"boundary mode not supported: {mode!r}")
    return _BORDERS[mode]


def _image(given: Any, output: Any) -> Any:
    image = np.asarray(given)
    if image.dtype.kind != "f":
        unsupported("a filter of an image of integers, whose result is rounded", "convert it with x.astype(float)")
    if output is not None:
        unsupported("the argument output=", "assign the result instead: y[:] = ...")
    return image


def _padded(image: Any, widths: Any, mode: str, cval: Any) -> Any:
    border = at_compile_time(_border, mode)
    wide = image.astype(np.float64)
    return (
        np.pad(wide, widths, "constant", constant_values=cval) if border == "constant" else np.pad(wide, widths, border)
    )


def _before(size: Any, origin: Any) -> Any:
    """How many neighbours before an element a filter of this size looks at."""
    if origin < -(size // 2) or origin > (size - 1) // 2:
        raise ValueError("invalid origin")
    return size // 2 + origin


@define_in(MODULE, "correlate1d", "axis", "mode", "output")
def correlate1d(
    input: Any,
    weights: Any,
    axis: int = -1,
    output: Any = None,
    mode: str = "reflect",
    cval: Any = 0.0,
    origin: Any = 0,
) -> Any:
    image, row = _image(input, output), np.asarray(weights).astype(np.float64)
    if row.ndim != 1 or len(row) == 0:
        raise RuntimeError("no filter weights given")
    return _along(image, row, axis, mode, cval, _before(len(row), origin))


@define_in(MODULE, "convolve1d", "axis", "mode", "output")
def convolve1d(
    input: Any,
    weights: Any,
    axis: int = -1,
    output: Any = None,
    mode: str = "reflect",
    cval: Any = 0.0,
    origin: Any = 0,
) -> Any:
    image, row = _image(input, output), np.asarray(weights).astype(np.float64)
    if row.ndim != 1 or len(row) == 0:
        raise RuntimeError("no filter weights given")
    return _along(image, row[::-1], axis, mode, cval, _before(len(row), _mirrored(len(row), origin)))


def _mirrored(size: Any, origin: Any) -> Any:
    """The origin of a filter that runs the other way."""
    return -origin - (1 - size % 2)


def _along(image: Any, row: Any, axis: int, mode: str, cval: Any, before: Any) -> Any:
    moved = np.moveaxis(image, axis, 0)
    widths = ((before, len(row) - 1 - before), *((0, 0) for _ in tuple(range(moved.ndim - 1))))
    padded = _padded(moved, widths, mode, cval)
    found = np.zeros(moved.shape)
    gather(found, padded, row)
    return np.moveaxis(found.astype(image.dtype), 0, axis)


@define_in(MODULE, "correlate", "mode", "output")
def correlate(
    input: Any,
    weights: Any,
    output: Any = None,
    mode: str = "reflect",
    cval: Any = 0.0,
    origin: Any = 0,
    *,
    axes: Any = None,
) -> Any:
    image, window = _image(input, output), np.asarray(weights).astype(np.float64)
    _check_window(image, window, axes)
    before = [_before(size, at) for size, at in zip(window.shape, _for_each_axis(origin, window.ndim))]
    return _around(image, window, mode, cval, before)


@define_in(MODULE, "convolve", "mode", "output")
def convolve(
    input: Any,
    weights: Any,
    output: Any = None,
    mode: str = "reflect",
    cval: Any = 0.0,
    origin: Any = 0,
    *,
    axes: Any = None,
) -> Any:
    image, window = _image(input, output), np.asarray(weights).astype(np.float64)
    _check_window(image, window, axes)
    origins = _for_each_axis(origin, window.ndim)
    before = [_before(size, _mirrored(size, at)) for size, at in zip(window.shape, origins)]
    return _around(image, np.flip(window), mode, cval, before)


def _for_each_axis(x: Any, count: int) -> Any:
    return x if isinstance(x, (tuple, list)) else (x,) * count


def _check_window(image: Any, window: Any, axes: Any) -> None:
    if axes is not None:
        unsupported(
            "the argument axes=", "give the weights as many axes as the image, of extent 1 where nothing is filtered"
        )
    if window.ndim != image.ndim:
        raise RuntimeError("filter weights array has incorrect shape.")


def _around(image: Any, window: Any, mode: str, cval: Any, before: Any) -> Any:
    widths = tuple([(b, size - 1 - b) for b, size in zip(before, window.shape)])
    padded = _padded(image, widths, mode, cval)
    found = np.zeros(image.shape)
    gather(found, padded, window)
    return found.astype(image.dtype)


def _gaussian(sigma: Any, order: int, radius: Any) -> Any:
    """A derivative of the normalised bell curve: a polynomial times it."""
    x = np.arange(-radius, radius + 1).astype(np.float64)
    bell = np.exp(-0.5 / (sigma * sigma) * x**2)
    bell = bell / np.sum(bell)
    factors: Any = (1.0,)
    for _ in tuple(range(order)):
        slopes = (*(k * factors[k] for k in tuple(range(1, len(factors)))), 0.0, 0.0)
        lower = (0.0, *(-factor / (sigma * sigma) for factor in factors))
        factors = tuple([slope + less for slope, less in zip(slopes, lower)])
    polynomial: Any = factors[-1]
    for factor in factors[-2::-1]:
        polynomial = polynomial * x + factor
    return polynomial * bell


@define_in(MODULE, "gaussian_filter1d", "axis", "order", "mode", "output")
def gaussian_filter1d(
    input: Any,
    sigma: Any,
    axis: int = -1,
    order: int = 0,
    output: Any = None,
    mode: str = "reflect",
    cval: Any = 0.0,
    truncate: Any = 4.0,
    *,
    radius: Any = None,
) -> Any:
    """How far the filter reaches depends on sigma as well, by jumps, which have no derivative."""
    image = _image(input, output)
    if order < 0:
        raise ValueError("order must be non-negative")
    reach = int(truncate * float(sigma) + 0.5) if radius is None else radius
    return _along(image, _gaussian(float(sigma), order, reach)[::-1], axis, mode, cval, reach)


@define_in(MODULE, "gaussian_filter", "order", "mode", "output", "axes")
def gaussian_filter(
    input: Any,
    sigma: Any,
    order: Any = 0,
    output: Any = None,
    mode: Any = "reflect",
    cval: Any = 0.0,
    truncate: Any = 4.0,
    *,
    radius: Any = None,
    axes: Any = None,
) -> Any:
    image = _image(input, output)
    along = tuple(range(image.ndim)) if axes is None else _for_each_axis(axes, 1)
    count = len(along)
    orders, modes = _for_each_axis(order, count), _for_each_axis(mode, count)
    sigmas, reaches = _for_each_axis(sigma, count), _for_each_axis(radius, count)
    for k in tuple(range(count)):
        if sigmas[k] > 1e-15:
            image = gaussian_filter1d(
                image, sigmas[k], along[k], orders[k], None, modes[k], cval, truncate, radius=reaches[k]
            )
    return image + 0.0


def _within(at: Any, n: Any, mode: str) -> Any:
    """A coordinate as one between the first pixel and the last, or half a pixel beyond these."""
    last = n - 1
    if mode == "constant" or mode == "grid-constant":
        return at
    if mode == "nearest":
        return np.clip(at, 0.0, 1.0 * last)
    if n == 1:
        return 0.0 * at
    if mode == "mirror":
        return last - np.abs(at % (2.0 * last) - last)
    if mode == "reflect" or mode == "grid-mirror":
        return n - 0.5 - np.abs((at + 0.5) % (2.0 * n) - n)
    if mode == "grid-wrap":
        return at % (1.0 * n)
    # The last pixel is the first one again, of which both are met.
    return np.where(at < 0, last - (-at) % (1.0 * last), np.where(at > last, at % (1.0 * last), at))


def _beside(at: Any, n: Any, mode: str) -> Any:
    """The pixels beside a coordinate, how far it is from the first to the second, and which of them are there."""
    inner = _within(at, n, mode)
    low = np.floor(inner)
    share = inner - low
    first = low.astype(np.int64)
    second = first + 1
    there_first, there_second = (first >= 0) & (first < n), (second >= 0) & (second < n)
    if mode == "grid-wrap":
        second = second % n
        there_second = there_first
    elif mode != "grid-constant":
        there_first = there_second = first == first
    return np.clip(first, 0, n - 1), np.clip(second, 0, n - 1), share, there_first, there_second


_MODES = ("constant", "grid-constant", "nearest", "mirror", "reflect", "grid-mirror", "wrap", "grid-wrap")


@define_in(MODULE, "map_coordinates", "order", "mode", "prefilter", "output")
def map_coordinates(
    input: Any,
    coordinates: Any,
    output: Any = None,
    order: int = 3,
    mode: str = "constant",
    cval: Any = 0.0,
    prefilter: bool = True,
) -> Any:
    """Where a coordinate is that of a pixel, the slope is that towards the next one."""
    if order != 1:
        unsupported(f"map_coordinates with order={order}", "write order=1, which interpolates linearly")
    if mode not in _MODES:
        raise ValueError("boundary mode not supported")
    image, places = _image(input, output), np.asarray(coordinates).astype(np.float64)
    if places.ndim < 2:
        raise RuntimeError("input and output rank must be > 0")
    if len(places) != image.ndim:
        raise RuntimeError("invalid shape for coordinate array")
    corners: Any = [((), 1.0)]
    outside = np.zeros(places.shape[1:], dtype=bool)
    for axis in tuple(range(image.ndim)):
        at, n = places[axis], image.shape[axis]
        first, second, share, there_first, there_second = _beside(at, n, mode)
        outside = outside | (at < 0) | (at > n - 1)
        corners = [
            ((*corner, (index, there)), weight * part)
            for corner, weight in corners
            for index, part, there in ((first, 1.0 - share, there_first), (second, share, there_second))
        ]
    found: Any = 0.0
    for corner, weight in corners:
        pixel = image[tuple([index for index, _ in corner])].astype(np.float64)
        if mode == "grid-constant":
            for _, there in corner:
                pixel = chosen(there, pixel, cval)
        found = found + weight * pixel
    if mode == "constant":
        found = chosen(outside, cval, found)
    return found.astype(image.dtype)
