"""The rules of discrete Fourier transforms.

The matrix of the transform is symmetric, and so is that of its inverse: each is its own transpose, under the pairing without a
conjugate (`docs/conventions.md`).  A half spectrum lacks the conjugates of all numbers but the first and, of an even number of
points, the last: these are counted once in a real signal, and the others twice.
"""

from __future__ import annotations

from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.ops.fourier import OPPOSITE
from autodiff_compiler.ir.path import ALL, at
from autodiff_compiler.ir.types import Scalar, dtype_of, is_complex, rank
from autodiff_compiler.rules.complex_parts import as_complex
from autodiff_compiler.rules.rule import Dense, Rule, Site, Tangents


def _jvp(site: Site, tangents: Tangents) -> Value | None:
    t = tangents[0]
    return None if t is None else site.b.op(site.op.kind, t, *site.operands[1:], **site.op.attrs)


def _vjp(site: Site, ct: Value, i: int) -> Dense:
    b, (x,) = site.b, site.operands
    found = b.op(site.op.kind, ct, **site.op.attrs)
    return Dense(found if is_complex(x.type) else b.op("real", found))


def _counts(b: Builder, half: Value, points: Value, axis: int, *, often: float) -> Value:
    """For each number of a half spectrum `often`, but 1 for the one or two that are their own conjugates; along the axis."""
    extent, real = b.dim(half, axis), Scalar(dtype_of(half.type).real)
    last, one = b.sub(extent, b.const(1)), b.const(1.0, real)
    even = b.compare("eq", b.op("mod", points, b.const(2)), b.const(0))
    counts = b.op("full", extent, b.const(often, real), dtype=real.dtype)
    counts = b.store(counts, *at(last), b.select(even, one, b.const(often, real)))
    counts = b.store(counts, *at(b.const(0)), one)
    spread = b.load(counts, *at(ALL, *(None,) * (rank(half.type) - axis - 1)))
    return as_complex(b, spread)


def _rfft_vjp(site: Site, ct: Value, i: int) -> Dense:
    b, (x,), axis = site.b, site.operands, site.op.attrs["axis"]
    points = b.dim(x, axis)
    whole = b.mul(b.op("conj", ct), _counts(b, ct, points, axis, often=0.5))
    return Dense(b.op("irfft", whole, points, axis=axis, norm=OPPOSITE[site.op.attrs["norm"]]))


def _irfft_vjp(site: Site, ct: Value, i: int) -> Dense | None:
    if i > 0:
        return None
    b, axis = site.b, site.op.attrs["axis"]
    half = b.op("conj", b.op("rfft", ct, axis=axis, norm=OPPOSITE[site.op.attrs["norm"]]))
    return Dense(b.mul(half, _counts(b, half, site.operands[1], axis, often=2.0)))


RULES: dict[str, Rule] = {
    "fft": Rule(_jvp, _vjp),
    "ifft": Rule(_jvp, _vjp),
    "rfft": Rule(_jvp, _rfft_vjp),
    "irfft": Rule(_jvp, _irfft_vjp),
}
