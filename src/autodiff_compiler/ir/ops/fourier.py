"""The pages of discrete Fourier transforms along one axis, normalised as NumPy's `norm` says."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.ir.core import Op
from autodiff_compiler.ir.objects import Values
from autodiff_compiler.ir.opdef import DEAR, FIRST, SHAPE, Attrs, Facts, OpDef, Shape, like_first
from autodiff_compiler.ir.ops.operand_types import array
from autodiff_compiler.ir.required_checks import HALF_SPECTRUM, TRANSFORM
from autodiff_compiler.ir.types import Array, Type

OPPOSITE = {"backward": "forward", "forward": "backward", "ortho": "ortho"}
"""The norm with which the transform in the other direction has the same factor."""


def _transformed(type_: Type, attrs: Attrs) -> Array:
    """An array of floats or complex numbers, with the axis; attrs: `axis`, not negative, and `norm`."""
    found = array(type_)
    if not found.dtype.inexact or not 0 <= attrs["axis"] < found.rank:
        raise TypeError(f"axis {attrs['axis']} of an array of inexact numbers is needed, not {type_}")
    if attrs["norm"] not in OPPOSITE:
        raise TypeError(f"norm {attrs['norm']!r}")
    return found


def _spectrum(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    found = _transformed(operands[0], attrs)
    return (Array(found.dtype.complex, found.rank),)


def _half_spectrum(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    found = _transformed(operands[0], attrs)
    if found.dtype.is_complex:
        raise TypeError(f"real numbers are needed, not {found}")
    return (Array(found.dtype.complex, found.rank),)


def _signal(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    found = _transformed(operands[0], attrs)
    if not found.dtype.is_complex:
        raise TypeError(f"complex numbers are needed, not {found}")
    return (Array(found.dtype.real, found.rank),)


def _half(facts: Facts, op: Op) -> tuple[Shape]:
    return (_with_extent(facts, op, ("dim", op.result, op.attrs["axis"])),)


def _restored(facts: Facts, op: Op) -> tuple[Shape]:
    return (_with_extent(facts, op, facts.of(op.operands[1])),)


def _with_extent(facts: Facts, op: Op, extent: Any) -> Shape:
    shape = list(facts.extents(op.operands[0]))
    shape[op.attrs["axis"]] = extent
    return tuple(shape)


def _evaluate(op: Op, values: Values, mutable: bool) -> Any:
    return getattr(np.fft, op.kind)(*values, **op.attrs)


def _page(kind: str, meaning: str, **columns: Any) -> OpDef:
    return OpDef(
        kind,
        meaning,
        attrs=("axis", "norm"),
        evaluate=_evaluate,
        noun="spectrum",
        cost=DEAR,
        raises=(SHAPE,),
        linear=FIRST,
        numpy=f"np.fft.{kind}",
        **{"accesses": (TRANSFORM,), **columns},
    )


FOURIER: tuple[OpDef, ...] = (
    _page("fft", "the discrete Fourier transform along the axis, of real or complex numbers", infer=_spectrum, extents=like_first),
    _page("ifft", "its inverse", infer=_spectrum, extents=like_first),
    _page("rfft", "the half of it that is enough for real numbers", infer=_half_spectrum, extents=_half),
    _page(
        "irfft",
        "the `n` real numbers whose half spectrum this is",
        infer=_signal,
        operands=("a", "n"),
        extents=_restored,
        accesses=(HALF_SPECTRUM,),
    ),
)  # fmt: skip
