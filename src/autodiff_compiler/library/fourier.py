"""Discrete Fourier transforms: those of `np.fft`, and of `scipy.fft`, which has the same ones with more arguments.

Several axes are taken one after the other, in NumPy's order; `n` and `s` first cut an axis, or fill it with zeros.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from autodiff_compiler import lazy
from autodiff_compiler.diagnostics import UnsupportedError, UserError
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.dtype import FLOAT64
from autodiff_compiler.ir.ops.fourier import OPPOSITE
from autodiff_compiler.ir.opset import require
from autodiff_compiler.ir.path import ALL, at
from autodiff_compiler.ir.types import dtype_of, is_complex, rank
from autodiff_compiler.library.arguments import as_array, normal_axis, to_dtype, to_int
from autodiff_compiler.library.registry import Build, add, takes_complex, when_imported

Along = Callable[[Builder, Value, Any, int, str], Value]
"""A transform along one axis to so many points (None for as many as there are), with a norm."""
Several = Callable[[Builder, Value, Sequence[tuple[int, Any]], str], Value]
"""Along several axes, each with its number of points."""


# -- along one axis ----------------------------------------------------------------------------------------------------


def _operand(b: Builder, x: Any, name: str) -> Value:
    value = as_array(b, x)
    if not rank(value.type):
        raise UserError("AD204", f"{name} of a number", b.span, help="pass an array")
    own = dtype_of(value.type)
    return value if own.inexact else to_dtype(b, value, FLOAT64)


def _norm(b: Builder, norm: Any) -> str:
    if norm is None:
        return "backward"
    if not isinstance(norm, str) or norm not in OPPOSITE:
        message = f'Invalid norm value {norm}; should be "backward", "ortho" or "forward".'
        raise UserError("AD209", message, b.span)
    return norm


def _resized(b: Builder, x: Value, n: Any, axis: int) -> Value:
    """With `n` elements along the axis: the first ones, or zeros behind all of them."""
    if n is None:
        return x
    wanted, shape = _points(b, n), b.dims(x)
    kept = b.op("minimum", wanted, shape[axis])
    shape[axis] = wanted
    path, operands = at(*(ALL,) * axis, slice(None, kept))
    zeros = b.full(shape, b.const_like(0, x.type))
    part = b.load(x, path, operands)
    require(b, "store", zeros, *operands, part, path=path)
    return b.store(zeros, path, operands, part)


def _points(b: Builder, n: Any) -> Value:
    """A number of points that is given."""
    wanted = to_int(b, n, "the number of points")
    message = ("Invalid number of FFT data points (", None, ") specified.")
    b.emit("check", (b.compare("ge", wanted, b.const(1)), wanted), {"error": "ValueError", "message": message})
    return wanted


def _applied(b: Builder, kind: str, *operands: Value, axis: int, norm: str) -> Value:
    require(b, kind, *operands, axis=axis, norm=norm)
    return b.op(kind, *operands, axis=axis, norm=norm)


def _whole(kind: str) -> Along:
    def along(b: Builder, x: Value, n: Any, axis: int, norm: str) -> Value:
        return _applied(b, kind, _resized(b, x, n, axis), axis=axis, norm=norm)

    return along


def _rfft(b: Builder, x: Value, n: Any, axis: int, norm: str) -> Value:
    return _applied(b, "rfft", _resized(b, x, n, axis), axis=axis, norm=norm)


def _irfft(b: Builder, x: Value, n: Any, axis: int, norm: str) -> Value:
    if n is None:
        half = to_dtype(b, x, dtype_of(x.type).complex)
        points = b.mul(b.const(2), b.sub(b.dim(x, axis), b.const(1)))
    else:
        points = _points(b, n)
        count = b.add(b.op("floordiv", points, b.const(2)), b.const(1))
        half = to_dtype(b, _resized(b, x, count, axis), dtype_of(x.type).complex)
    return _applied(b, "irfft", half, points, axis=axis, norm=norm)


def _hfft(b: Builder, x: Value, n: Any, axis: int, norm: str) -> Value:
    return _irfft(b, b.op("conj", x) if is_complex(x.type) else x, n, axis, OPPOSITE[norm])


def _ihfft(b: Builder, x: Value, n: Any, axis: int, norm: str) -> Value:
    return b.op("conj", _rfft(b, x, n, axis, OPPOSITE[norm]))


_FFT, _IFFT = _whole("fft"), _whole("ifft")
ONE_AXIS: dict[str, Along] = {
    "fft": _FFT, "ifft": _IFFT, "rfft": _rfft, "irfft": _irfft, "hfft": _hfft, "ihfft": _ihfft,
}  # fmt: skip


# -- along several axes ------------------------------------------------------------------------------------------------


def _axes(b: Builder, x: Value, s: Any, axes: Any, name: str) -> list[tuple[int, Any]]:
    """The axes, and the number of points along each."""
    if s is not None and not isinstance(s, tuple | list):
        raise UnsupportedError("AD202", f"{name}: s= must be a tuple", b.span, help="s=(rows, columns)")
    if axes is None:
        axes = range(-rank(x.type), 0) if s is None else range(-len(s), 0)
    if not isinstance(axes, tuple | list | range):
        raise UserError("AD209", f"{name}: axes= must be a tuple", b.span)
    found = [normal_axis(b, axis, rank(x.type)) for axis in axes]
    if not found:
        raise UnsupportedError("AD202", f"{name} along no axis", b.span, help="name an axis")
    if s is not None and len(s) != len(found):
        raise UserError("AD209", f"{name}: Shape and axes have different lengths.", b.span)
    # -1 stands for as many numbers as there are, also where `irfft` would make nearly twice as many of them.
    given = [None] * len(found) if s is None else [b.dim(x, axis) if n == -1 else n for axis, n in zip(found, s)]
    return list(zip(found, given))


def _one_by_one(b: Builder, along: Along, x: Value, axes: Sequence[tuple[int, Any]], norm: str) -> Value:
    for axis, n in axes:
        x = along(b, x, n, axis, norm)
    return x


def _fftn(b: Builder, x: Value, axes: Sequence[tuple[int, Any]], norm: str) -> Value:
    return _one_by_one(b, _FFT, x, axes[::-1], norm)


def _ifftn(b: Builder, x: Value, axes: Sequence[tuple[int, Any]], norm: str) -> Value:
    return _one_by_one(b, _IFFT, x, axes[::-1], norm)


def _rfftn(b: Builder, x: Value, axes: Sequence[tuple[int, Any]], norm: str) -> Value:
    return _fftn(b, _one_by_one(b, _rfft, x, axes[-1:], norm), axes[:-1], norm)


def _irfftn(b: Builder, x: Value, axes: Sequence[tuple[int, Any]], norm: str) -> Value:
    return _one_by_one(b, _irfft, _one_by_one(b, _IFFT, x, axes[:-1], norm), axes[-1:], norm)


SEVERAL_AXES: dict[str, Several] = {"fft": _fftn, "ifft": _ifftn, "rfft": _rfftn, "irfft": _irfftn}


# -- the functions -----------------------------------------------------------------------------------------------------


def _of_one_axis(along: Along, name: str) -> Build:
    def build(b: Builder, a: Any, n: Any = None, axis: Any = -1, norm: Any = None) -> Value:
        x = _operand(b, a, name)
        return along(b, x, n, normal_axis(b, axis, rank(x.type)), _norm(b, norm))

    return build


def _of_several_axes(several: Several, name: str, default: Any) -> Build:
    def build(b: Builder, a: Any, s: Any = None, axes: Any = default, norm: Any = None) -> Value:
        x = _operand(b, a, name)
        return several(b, x, _axes(b, x, s, axes, name), _norm(b, norm))

    return build


def _of_scipy(plain: Build, name: str) -> Build:
    """With the arguments that SciPy's functions have in addition: which do not change the result, or are refused."""
    _, _, count, axis, _ = inspect.signature(plain).parameters.values()

    def build(b: Builder, x: Any, *args: Any, **kwargs: Any) -> Value:
        bound = signature.bind(b, x, *args, **kwargs)
        more = [bound.arguments.pop(key, None) for key in ("overwrite_x", "workers", "plan")]
        if more[0] or more[2] is not None:
            raise UnsupportedError("AD202", f"{name} with overwrite_x= or plan=", b.span, help="leave them out")
        return plain(*bound.args, **bound.kwargs)  # type: ignore[no-any-return]  # which is of this file

    given = [inspect.Parameter(key, inspect.Parameter.POSITIONAL_OR_KEYWORD) for key in ("b", "x")]
    own = {count.name: None, axis.name: axis.default, "norm": None, "overwrite_x": False, "workers": None}
    given += [
        inspect.Parameter(key, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=value) for key, value in own.items()
    ]
    given.append(inspect.Parameter("plan", inspect.Parameter.KEYWORD_ONLY, default=None))
    signature = build.__signature__ = inspect.Signature(given)  # type: ignore[attr-defined]  # what `inspect` asks for
    return build


def _rows() -> dict[str, Callable[[str], Build]]:
    """By the name of a function: its builder, given the name for messages."""
    rows: dict[str, Callable[[str], Build]] = {kind: partial(_of_one_axis, along) for kind, along in ONE_AXIS.items()}
    for kind, several in SEVERAL_AXES.items():
        rows[f"{kind}2"] = partial(_of_several_axes, several, default=(-2, -1))
        rows[f"{kind}n"] = partial(_of_several_axes, several, default=None)
    return rows


def _add(module: Any, name: str, known: str, build: Build) -> None:
    add(getattr(module, name), known, build)
    if not name.startswith(("rfft", "ihfft")):
        takes_complex(known)


for _name, _build in _rows().items():
    _add(np.fft, _name, f"np.fft.{_name}", _build(f"np.fft.{_name}"))


@when_imported("scipy.fft")
def register() -> None:
    module = lazy.load("scipy.fft")
    for name, build in _rows().items():
        known = f"scipy.fft.{name}"
        _add(module, name, known, _of_scipy(build(known), known))
