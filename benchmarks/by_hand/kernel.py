"""What the adjoints share: the flags they are compiled with, and exponentials that a loop can be vectorised over."""

from __future__ import annotations

import numba
from llvmlite import ir
from numba import types
from numba.core.extending import intrinsic

# Those of generated code: sums may be reordered, and NaN and infinities stay what they are.
kernel = numba.njit(error_model="numpy", nogil=True, fastmath={"arcp", "contract", "nsz", "reassoc"})
# Where rounding is part of the method.
exact = numba.njit(error_model="numpy", nogil=True, fastmath={"contract"})

LOG2E = 1.4426950408889634
# ln 2 in two parts; products of the first with integers of up to 20 bits are exact.
LN2_HIGH, LN2_LOW = 0.6931471803691238, 1.9082149292705877e-10
# The last bits of a float of this size are the units: adding it rounds to an integer, and puts that into them.
ROUNDING = 1.5 * 2.0**52


@intrinsic
def as_float(typing_context, bits):
    """The float64 with these bits."""

    def generate(context, builder, signature, args):
        return builder.bitcast(args[0], ir.DoubleType())

    return types.float64(types.int64), generate


@intrinsic
def as_bits(typing_context, value):
    """The bits of a float64."""

    def generate(context, builder, signature, args):
        return builder.bitcast(args[0], ir.IntType(64))

    return types.int64(types.float64), generate


@exact
def exponential(v):
    """exp without a call, within about an ulp, from -708 to 709; clamped outside.  Cody and Waite's reduction and Taylor's series."""
    v = min(max(v, -708.0), 709.0)
    rounded = v * LOG2E + ROUNDING
    k = rounded - ROUNDING
    r = (v - k * LN2_HIGH) - k * LN2_LOW
    p = 1.0 / 6227020800.0
    p = p * r + 1.0 / 479001600.0
    p = p * r + 1.0 / 39916800.0
    p = p * r + 1.0 / 3628800.0
    p = p * r + 1.0 / 362880.0
    p = p * r + 1.0 / 40320.0
    p = p * r + 1.0 / 5040.0
    p = p * r + 1.0 / 720.0
    p = p * r + 1.0 / 120.0
    p = p * r + 1.0 / 24.0
    p = p * r + 1.0 / 6.0
    p = p * r + 0.5
    p = p * r + 1.0
    p = p * r + 1.0
    return p * as_float((as_bits(rounded) + 1023) << 52)


@exact
def sigmoid(v):
    return 1.0 / (1.0 + exponential(-v))


@exact
def tangent(v):
    """tanh, within an ulp of 1: near zero it has no relative accuracy, and needs none here."""
    return 1.0 - 2.0 / (exponential(2.0 * v) + 1.0)
