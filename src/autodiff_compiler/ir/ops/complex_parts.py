"""The pages of the ops between complex numbers and their parts.

Linear over the real numbers, and the only ones, beside `abs`, that are no functions of a complex variable in the sense of analysis
(holomorphic).
"""

from __future__ import annotations

import numpy as np

from autodiff_compiler.ir.opdef import FIRST, FOLLOWED, NEVER, TOGETHER, Attrs, OpDef
from autodiff_compiler.ir.ops.elementwise import FLOATS, broadcast_type, one_dtype, page, same
from autodiff_compiler.ir.types import Type

COMPLEX = tuple(dtype.complex for dtype in FLOATS)


def _whole(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    return (broadcast_type(one_dtype(operands, FLOATS).complex, operands),)


def _part(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    return (broadcast_type(one_dtype(operands, COMPLEX).real, operands),)


def _joined(real: np.ndarray, imag: np.ndarray) -> np.ndarray:
    """Without arithmetic, which would lose infinities and signs of zeros."""
    real, imag = np.broadcast_arrays(real, imag)
    whole = np.empty(real.shape, np.result_type(real.dtype, np.complex64))
    whole.real, whole.imag = real, imag
    return whole[()]


COMPLEX_OPS: tuple[OpDef, ...] = (
    page(
        "complex",
        "the complex number with these parts",
        _whole,
        complex,
        _joined,
        ("re", "im"),
        numpy="",
        noun="complex",
        linear=TOGETHER,
    ),
    page(
        "real",
        "the real part",
        _part,
        lambda z: z.real,
        np.real,
        raises=NEVER,
        views=True,
        linear=FIRST,
        kinds=FOLLOWED,
    ),
    page(
        "imag",
        "the imaginary part",
        _part,
        lambda z: z.imag,
        np.imag,
        raises=NEVER,
        views=True,
        linear=FIRST,
        kinds=FOLLOWED,
    ),
    page(
        "conj",
        "the complex conjugate",
        same(COMPLEX),
        lambda z: z.conjugate(),
        np.conjugate,
        raises=NEVER,
        conjugates=True,
        noun="conjugate",
        linear=FIRST,
    ),
)
