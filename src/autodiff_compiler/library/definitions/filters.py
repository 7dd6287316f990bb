"""Convolutions and filters of signals (`scipy.signal`)."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.library.defined import define_in, unsupported
from autodiff_compiler.library.definitions import images
from autodiff_compiler.library.definitions.sliding import column, floats, inexact, part, spread

MODULE = "scipy.signal"


def _full(a: Any, b: Any) -> Any:
    """Each element of the smaller array times the larger one, moved to where it belongs."""
    if b.size > a.size:
        a, b = b, a
    found = np.zeros(tuple([n + m - 1 for n, m in zip(a.shape, b.shape)]), np.result_type(a, b))
    spread(found, a, b)
    return found


def _convolved(a: Any, b: Any, mode: str) -> Any:
    if mode not in ("full", "same", "valid"):
        raise ValueError("acceptable mode flags are 'valid', 'same', or 'full'")
    if a.size == 0 or b.size == 0:
        raise ValueError("a convolution with an array without elements")
    if mode == "valid":
        larger = all(n >= m for n, m in zip(a.shape, b.shape))
        if not larger and not all(n <= m for n, m in zip(a.shape, b.shape)):
            raise ValueError("For 'valid' mode, one must be at least as large as the other in every dimension")
    found = np.convolve(a, b) if a.ndim == 1 else _full(a, b)
    if mode == "full":
        return found
    for axis in tuple(range(a.ndim)):
        n, m = a.shape[axis], b.shape[axis]
        if mode == "same":
            found = part(found, axis, (m - 1) // 2, n)
        else:
            found = part(found, axis, min(n, m) - 1, abs(n - m) + 1)
    return found


@define_in(MODULE, "convolve", "mode", "method")
def convolve(in1: Any, in2: Any, mode: str = "full", method: str = "auto") -> Any:
    """Always directly, and not by way of a Fourier transform: the results are the same to the last digits."""
    a, b = np.asarray(in1), np.asarray(in2)
    if a.ndim != b.ndim:
        raise ValueError("volume and kernel should have the same dimensionality")
    if method not in ("auto", "direct", "fft"):
        raise ValueError("Acceptable method flags are 'auto', 'direct', or 'fft'.")
    return a * b if a.ndim == 0 else _convolved(a, b, mode)


@define_in(MODULE, "correlate", "mode", "method")
def correlate(in1: Any, in2: Any, mode: str = "full", method: str = "auto") -> Any:
    kernel = np.conj(np.asarray(in2))
    return convolve(in1, np.flip(kernel) if kernel.ndim else kernel, mode, method)


@define_in(MODULE, "fftconvolve", "mode", "axes")
def fftconvolve(in1: Any, in2: Any, mode: str = "full", axes: Any = None) -> Any:
    if np.ndim(in1) != np.ndim(in2):
        raise ValueError("in1 and in2 should have the same dimensionality")
    if np.ndim(in1) == 0:
        return np.asarray(in1) * np.asarray(in2)
    a, b = inexact(in1), inexact(in2)
    along = tuple(range(a.ndim)) if axes is None else tuple(axes) if isinstance(axes, (tuple, list)) else (axes,)
    if len(along) == a.ndim:
        return _convolved(a, b, mode)
    if len(along) != 1:
        unsupported("fftconvolve along some of several axes", "convolve along one axis after the other, or along all")
    return _convolved_along(a, b, mode, along[0])


def _convolved_along(a: Any, b: Any, mode: str, axis: int) -> Any:
    """Along one axis; the others are broadcast."""
    first, second = np.moveaxis(a, axis, 0), np.moveaxis(b, axis, 0)
    n, m = len(first), len(second)
    rest = np.broadcast_shapes(first.shape[1:], second.shape[1:])
    found = np.zeros((n + m - 1, *rest), np.result_type(a, b))
    for k in range(m):
        found[k : k + n] += second[k] * first
    if mode == "same":
        found = found[(m - 1) // 2 : (m - 1) // 2 + n]
    elif mode == "valid":
        found = found[min(n, m) - 1 : max(n, m)]
    elif mode != "full":
        raise ValueError("acceptable mode flags are 'valid', 'same', or 'full'")
    return np.moveaxis(found, 0, axis)


def _filtered(now: Any, ahead: Any, back: Any, rows: Any, state: Any) -> Any:
    """The transposed direct form: what is still to come of earlier inputs and outputs waits in `state`, the next first.  `now` and
    `ahead` are the coefficients of the inputs, `back` those of the outputs but the first, which is 1."""
    found = np.empty_like(rows)
    ahead, back = column(ahead, rows.ndim), column(back, rows.ndim)
    for t in range(len(rows)):
        y = now * rows[t] + state[0]
        found[t] = y
        moved = np.zeros_like(state)
        moved[:-1] = state[1:]
        state = moved + ahead * rows[t] - back * y
    return found, state


def _lengthened(coefficients: Any, length: Any) -> Any:
    """With zeros at the end."""
    found = np.zeros(length, coefficients.dtype)
    found[: len(coefficients)] = coefficients
    return found


@define_in(MODULE, "lfilter", "axis")
def lfilter(b: Any, a: Any, x: Any, axis: int = -1, zi: Any = None) -> Any:
    num, den, given = np.atleast_1d(b), np.atleast_1d(a), np.asarray(x)
    if num.ndim != 1 or den.ndim != 1 or len(num) == 0 or len(den) == 0:
        raise ValueError("the coefficients must be non-empty 1d arrays")
    dtype = np.result_type(num, den, given) if zi is None else np.result_type(num, den, given, np.asarray(zi))
    if dtype.kind != "f":
        unsupported("a filter of integers", "convert the signal with x.astype(float)")
    if den[0] == 0:
        raise ValueError("The first coefficient of a must not be zero.")
    order = max(len(num), len(den))
    num, den = num.astype(dtype) / den[0].astype(dtype), den.astype(dtype) / den[0].astype(dtype)
    rows = np.moveaxis(given.astype(dtype), axis, 0)
    state = np.zeros((order, *rows.shape[1:]), dtype)
    if zi is not None:
        state[: order - 1] = np.moveaxis(np.asarray(zi), axis, 0)
    found, state = _filtered(num[0], _lengthened(num[1:], order), _lengthened(den[1:], order), rows, state)
    if zi is None:
        return np.moveaxis(found, 0, axis)
    return np.moveaxis(found, 0, axis), np.moveaxis(state[: order - 1], 0, axis)


@define_in(MODULE, "sosfilt", "axis")
def sosfilt(sos: Any, x: Any, axis: int = -1, zi: Any = None) -> Any:
    """One section after the other."""
    sections, given = np.asarray(sos), np.asarray(x)
    if sections.ndim != 2 or sections.shape[1] != 6:
        raise ValueError("sos array must be shape (n_sections, 6)")
    if np.any(sections[:, 3] != 1):
        raise ValueError("sos[:, 3] should be all ones")
    dtype = np.result_type(sections, given) if zi is None else np.result_type(sections, given, np.asarray(zi))
    if dtype.kind != "f":
        unsupported("a filter of integers", "convert the signal with x.astype(float)")
    if given.size == 0:
        raise ValueError("a signal without elements")
    sections, rows = sections.astype(dtype), np.moveaxis(given.astype(dtype), axis, 0)
    states = np.zeros((len(sections), 2, *rows.shape[1:]), dtype)
    if zi is not None:
        states = np.moveaxis(np.asarray(zi).astype(dtype), axis % given.ndim + 1, 1).copy()
    for k in range(len(sections)):
        rows, left = _filtered(sections[k, 0], sections[k, 1:3], sections[k, 4:], rows, states[k].copy())
        states[k] = left
    if zi is None:
        return np.moveaxis(rows, 0, axis)
    return np.moveaxis(rows, 0, axis), np.moveaxis(states, 1, axis % given.ndim + 1)


def _fitted(window: int, order: int, deriv: int, at: Any) -> Any:
    """What the values at the points of a window are multiplied by, to give at each place the derivative of the polynomial that fits
    them: from polynomials that are orthogonal on the points, whose middle is 0 (Gram 1883)."""
    points = np.arange(window) - (window - 1) / 2.0
    before, here = np.zeros(window), np.ones(window)
    slopes_before, slopes = [0.0 * at] * (deriv + 1), [0.0 * at + 1.0] + [0.0 * at] * deriv
    size_before, size = 1.0, np.sum(here * here)
    found = np.multiply.outer(slopes[deriv], here / size)
    for _ in tuple(range(order)):
        ratio = size / size_before if _ else 0.0
        slopes_next = [
            at * slopes[d] + (d * slopes[d - 1] if d else 0.0) - ratio * slopes_before[d]
            for d in tuple(range(deriv + 1))
        ]
        before, here = here, points * here - ratio * before
        slopes_before, slopes = slopes, slopes_next
        size_before, size = size, np.sum(here * here)
        found = found + np.multiply.outer(slopes[deriv], here / size)
    return found


@define_in(MODULE, "savgol_filter", "window_length", "polyorder", "deriv", "axis", "mode")
def savgol_filter(
    x: Any,
    window_length: int,
    polyorder: int,
    deriv: int = 0,
    delta: Any = 1.0,
    axis: int = -1,
    mode: str = "interp",
    cval: Any = 0.0,
) -> Any:
    if mode not in ("mirror", "constant", "nearest", "wrap", "interp"):
        raise ValueError("mode must be 'mirror', 'constant', 'nearest' 'wrap' or 'interp'.")
    if polyorder >= window_length:
        raise ValueError("polyorder must be less than window_length.")
    given = floats(x)
    scale = delta**deriv
    weights = _fitted(window_length, polyorder, deriv, np.zeros(1))[0] / scale
    if mode != "interp":
        return images.convolve1d(given, weights[::-1], axis, None, mode, cval)
    rows = np.moveaxis(given, axis, 0)
    n = len(rows)
    if window_length > n:
        raise ValueError("If mode is 'interp', window_length must be less than or equal to the size of x.")
    found = images.convolve1d(rows, weights[::-1], 0, None, "constant")
    half = window_length // 2
    points = np.arange(window_length) - (window_length - 1) / 2.0
    first, last = (
        _fitted(window_length, polyorder, deriv, at) / scale for at in (points[:half], points[window_length - half :])
    )
    found[:half] = np.tensordot(first, rows[:window_length], 1)
    found[n - half :] = np.tensordot(last, rows[n - window_length :], 1)
    return np.moveaxis(found, 0, axis)
