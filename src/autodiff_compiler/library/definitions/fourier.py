"""What goes with Fourier transforms: frequencies, shifts, and the transforms of even and odd extensions."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler import lazy
from autodiff_compiler.library.defined import define
from autodiff_compiler.library.registry import takes_complex, when_imported


@define(np.fft.fftfreq, "np.fft.fftfreq")
def fftfreq(n: int, d: Any = 1.0) -> Any:
    positive = (n - 1) // 2 + 1
    return np.concatenate((np.arange(0, positive), np.arange(-(n // 2), 0))) * (1.0 / (n * d))


@define(np.fft.rfftfreq, "np.fft.rfftfreq")
def rfftfreq(n: int, d: Any = 1.0) -> Any:
    return np.arange(0, n // 2 + 1) * (1.0 / (n * d))


def _along(count: int, axes: Any) -> tuple[int, ...]:
    if axes is None:
        return tuple(range(count))
    return tuple(axes) if isinstance(axes, (tuple, list)) else (axes,)


@define(np.fft.fftshift, "np.fft.fftshift", "axes")
def fftshift(x: Any, axes: Any = None) -> Any:
    found = np.asarray(x)
    for axis in _along(found.ndim, axes):
        found = np.roll(found, found.shape[axis] // 2, axis)
    return found


@define(np.fft.ifftshift, "np.fft.ifftshift", "axes")
def ifftshift(x: Any, axes: Any = None) -> Any:
    found = np.asarray(x)
    for axis in _along(found.ndim, axes):
        found = np.roll(found, -(found.shape[axis] // 2), axis)
    return found


# -- cosine and sine transforms ----------------------------------------------------------------------------------------
# With angles t = pi / (2 n): the sums of x[j] times cosines or sines of (j + a) (k + b) 2 t are the real or the imaginary parts of a
# Fourier transform of x, turned by an angle for each j and each k, with zeros behind it.


def _cosines(x: Any, kind: int) -> Any:
    n = x.shape[-1]
    places = np.arange(n)
    angle = np.pi / (2 * n)
    if kind == 1:
        if n < 2:
            raise ValueError("DCT-I is not defined for size < 2")
        counts = np.full(n, 2.0)
        counts[0] = counts[-1] = 1.0
        return np.fft.rfft(x * counts, 2 * (n - 1)).real
    if kind == 2:
        return 2.0 * (np.exp(-1j * angle * places) * np.fft.rfft(x, 2 * n)[..., :n]).real
    if kind == 3:
        counts = np.full(n, 2.0)
        counts[0] = 1.0
        return np.fft.fft(x * (counts * np.exp(-1j * angle * places)), 2 * n)[..., :n].real
    turned = np.fft.fft(x * np.exp(-1j * angle * places), 2 * n)[..., :n]
    return 2.0 * (np.exp(-1j * angle * (places + 0.5)) * turned).real


def _sines(x: Any, kind: int) -> Any:
    n = x.shape[-1]
    places = np.arange(n)
    angle = np.pi / (2 * n)
    if kind == 1:
        return -2.0 * np.fft.rfft(_behind_zero(x), 2 * (n + 1))[..., 1 : n + 1].imag
    if kind == 2:
        turned = np.fft.rfft(x, 2 * n)[..., 1 : n + 1]
        return -2.0 * (np.exp(-1j * angle * (places + 1)) * turned).imag
    if kind == 3:
        counts = np.full(n, 2.0)
        counts[-1] = 1.0
        turned = _behind_zero(x * (counts * np.exp(-1j * angle * (places + 1))))
        return -np.fft.fft(turned, 2 * n)[..., :n].imag
    turned = np.fft.fft(x * np.exp(-1j * angle * places), 2 * n)[..., :n]
    return -2.0 * (np.exp(-1j * angle * (places + 0.5)) * turned).imag


def _behind_zero(x: Any) -> Any:
    found = np.zeros((*x.shape[:-1], x.shape[-1] + 1), x.dtype)
    found[..., 1:] = x
    return found


def _scaled(x: Any, at: int, factor: float) -> Any:
    """With another number at one place of the last axis."""
    found = x.copy()
    found[..., at] = found[..., at] * factor
    return found


def _resized(x: Any, n: Any) -> Any:
    if n is None:
        return x
    if n < 1:
        raise ValueError("invalid number of data points specified")
    found = np.zeros((*x.shape[:-1], n), x.dtype)
    kept = min(n, x.shape[-1])
    found[..., :kept] = x[..., :kept]
    return found


def _orthogonal(x: Any, kind: int, odd: bool, root: float) -> Any:
    """Before and after: the places whose numbers the symmetric extension has once, which an orthogonal matrix weighs by a root."""
    if odd:
        return _scaled(x, -1, root) if kind == 3 else x
    if kind == 1:
        return _scaled(_scaled(x, 0, root), -1, root)
    return _scaled(x, 0, root) if kind == 3 else x


def _transformed(x: Any, kind: int, n: Any, axis: int, norm: Any, orthogonalize: Any, odd: bool, inverse: bool) -> Any:
    given = np.asarray(x)
    if given.dtype.kind != "f":
        given = given.astype(np.float64)
    if kind not in (1, 2, 3, 4):
        raise ValueError("Unknown DCT/DST type")
    if norm not in (None, "backward", "ortho", "forward"):
        raise ValueError("Invalid norm value")
    if inverse:
        kind = {1: 1, 2: 3, 3: 2, 4: 4}[kind]
    single = given.dtype
    moved = _resized(np.moveaxis(given, axis, -1).astype(np.float64), n)
    points = moved.shape[-1]
    if points < 1:
        raise ValueError("invalid number of data points specified")
    orthogonal = norm == "ortho" if orthogonalize is None else orthogonalize
    if orthogonal:
        moved = _orthogonal(moved, kind, odd, 2.0**0.5)
    found = _sines(moved, kind) if odd else _cosines(moved, kind)
    if orthogonal:
        found = _unweighted(found, kind, odd)
    period = 2.0 * (points + (1 if odd else -1)) if kind == 1 else 2.0 * points
    if norm == "ortho":
        found = found / np.sqrt(period)
    elif (norm == "forward") != inverse:
        found = found / period
    return np.moveaxis(found.astype(single), -1, axis)


def _unweighted(x: Any, kind: int, odd: bool) -> Any:
    root = 0.5**0.5
    if odd:
        return _scaled(x, -1, root) if kind == 2 else x
    if kind == 1:
        return _scaled(_scaled(x, 0, root), -1, root)
    return _scaled(x, 0, root) if kind == 2 else x


def dct(
    x: Any, type: int = 2, n: Any = None, axis: int = -1, norm: Any = None, overwrite_x: bool = False, workers: Any = None,
    orthogonalize: Any = None,
) -> Any:  # fmt: skip
    return _transformed(x, type, n, axis, norm, orthogonalize, False, False)


def idct(
    x: Any, type: int = 2, n: Any = None, axis: int = -1, norm: Any = None, overwrite_x: bool = False, workers: Any = None,
    orthogonalize: Any = None,
) -> Any:  # fmt: skip
    return _transformed(x, type, n, axis, norm, orthogonalize, False, True)


def dst(
    x: Any, type: int = 2, n: Any = None, axis: int = -1, norm: Any = None, overwrite_x: bool = False, workers: Any = None,
    orthogonalize: Any = None,
) -> Any:  # fmt: skip
    return _transformed(x, type, n, axis, norm, orthogonalize, True, False)


def idst(
    x: Any, type: int = 2, n: Any = None, axis: int = -1, norm: Any = None, overwrite_x: bool = False, workers: Any = None,
    orthogonalize: Any = None,
) -> Any:  # fmt: skip
    return _transformed(x, type, n, axis, norm, orthogonalize, True, True)


takes_complex("np.fft.fftshift", "np.fft.ifftshift", "scipy.fft.fftshift", "scipy.fft.ifftshift")


@when_imported("scipy.fft")
def register() -> None:
    module = lazy.load("scipy.fft")
    known = ("type", "axis", "norm", "overwrite_x", "workers", "orthogonalize")
    for body in (dct, idct, dst, idst):
        define(getattr(module, body.__name__), f"scipy.fft.{body.__name__}", *known)(body)
    for same in (fftfreq, rfftfreq, fftshift, ifftshift):
        define(getattr(module, same.__name__), f"scipy.fft.{same.__name__}", "axes")(same)
