"""Sample calls of `np.fft` and `scipy.fft`: lengths, axes and norms, real and complex arrays, and what NumPy refuses."""

from __future__ import annotations

import numpy as np
from library_harness import R
from sample_values import S, Sample, b3, c3, c23, e0, e03, f3, f23, i3, m23, m33, t234, v3, v4

_REAL = [v3, v4, f3, i3, b3, m23, f23, t234, v3[:1]]
_COMPLEX = [c3, c23, c3.astype(np.complex64), c3[:1]]


def _one_axis(arrays: list[np.ndarray]) -> list[Sample]:
    first, wide = arrays[0], arrays[-1]
    return [
        *(S(x) for x in arrays), S(first, 5), S(first, n=2), S(first, R(4)), S(wide, None, 0), S(wide, 2, axis=0, norm="ortho"),
        S(first, norm="forward"), S(first, norm="backward"), S(first, 6, -1, "forward"), S(first, 1), S(first, 0), S(first, R(-1)),
        S(first, norm="whatever"), S(first, axis=3), S(e0), S(e03),
    ]  # fmt: skip


def _several_axes(matrix: np.ndarray, stack: np.ndarray) -> list[Sample]:
    return [
        S(matrix), S(stack), S(matrix, (3, 2), (-2, -1)), S(matrix, s=(2, R(5)), axes=(0, 1)), S(stack, axes=(0, 2)), S(stack, (2, 6), (1, 0), "ortho"),
        S(matrix, norm="forward"), S(matrix, axes=(1,)), S(matrix, (4, -1), (0, 1)), S(matrix, (1, 2, 3), (0, 1)), S(matrix, axes=(0, 5)),
    ]  # fmt: skip


_ODD_AND_EVEN: list[Sample] = [
    *(S(v4, kind) for kind in (1, 2, 3, 4)), *(S(v3, kind, norm="ortho") for kind in (1, 2, 3, 4)),
    *(S(m33, kind, norm="forward", axis=0) for kind in (1, 2, 3, 4)), S(m23), S(f3), S(i3), S(v4, 2, 6), S(v4, 3, R(3)), S(v4, n=2, norm="ortho"),
    S(v4, 2, orthogonalize=True), S(v4, 3, norm="ortho", orthogonalize=False), S(v3, 5), S(v3, norm="whatever"), S(v3[:1]), S(e0),
]  # fmt: skip

_BOTH = [*_COMPLEX, *_REAL]
FOURIER_SAMPLES: dict[str, list[Sample]] = {
    **{f"np.fft.{name}": _one_axis(_BOTH) for name in ("fft", "ifft", "irfft", "hfft")},
    **{f"np.fft.{name}": _one_axis([*_REAL, t234]) for name in ("rfft", "ihfft")},
    **{f"np.fft.{name}": _several_axes(c23, t234 + 1j) for name in ("fft2", "ifft2", "irfft2", "fftn", "ifftn", "irfftn")},
    **{f"np.fft.{name}": _several_axes(m23, t234) for name in ("rfft2", "rfftn")},
    "np.fft.fftfreq": [S(R(4)), S(5), S(R(6), 0.5), S(5, R(0.25)), S(1), S(R(7), d=2)],
    "np.fft.rfftfreq": [S(R(4)), S(5), S(R(6), 0.5), S(5, R(0.25)), S(1), S(R(7), d=2)],
    "np.fft.fftshift": [S(v3), S(c23), S(m23, 0), S(t234, (0, 2)), S(i3), S(t234, axes=(1,)), S(e0)],
}  # fmt: skip
FOURIER_SAMPLES["np.fft.ifftshift"] = FOURIER_SAMPLES["np.fft.fftshift"]
FOURIER_SAMPLES |= {name.replace("np.", "scipy."): samples for name, samples in FOURIER_SAMPLES.items()}
for _name in ("scipy.fft.irfft", "scipy.fft.hfft"):  # to no points SciPy gives one
    FOURIER_SAMPLES[_name] = [sample for sample in FOURIER_SAMPLES[_name] if sample[0][1:2] != (0,)]
FOURIER_SAMPLES["scipy.fft.fft"] = [*FOURIER_SAMPLES["np.fft.fft"], S(c3, workers=2), S(c3, overwrite_x=True)]
FOURIER_SAMPLES |= {f"scipy.fft.{name}": _ODD_AND_EVEN for name in ("dct", "idct", "dst", "idst")}
