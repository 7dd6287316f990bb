"""A spectral filter: a noisy signal is transformed, weighed by frequency, and transformed back."""

import numpy as np


def filtered(x: "f64[:]", cutoff: float, slope: float):
    spectrum = np.fft.rfft(x)
    frequencies = np.fft.rfftfreq(len(x))
    gain = 1.0 / (1.0 + (frequencies / cutoff) ** slope)
    return np.fft.irfft(gain * spectrum, len(x))


def misfit(x: "f64[:]", clean: "f64[:]", cutoff: float, slope: float):
    return np.sum((filtered(x, cutoff, slope) - clean) ** 2)


def sharpness(image: "c128[:, :]", phase: "f64[:, :]"):
    """Of a wave front that is corrected by a phase, the fourth power of what the lens shows."""
    focus = np.fft.fft2(image * np.exp(1j * phase), norm="ortho")
    return np.sum(np.abs(focus) ** 4)


if __name__ == "__main__":
    from autodiff_compiler import value_and_grad

    time = np.linspace(0.0, 1.0, 256, endpoint=False)
    clean = np.sin(2 * np.pi * 3 * time) + 0.5 * np.cos(2 * np.pi * 7 * time)
    noisy = clean + 0.3 * np.random.default_rng(0).standard_normal(256)
    slopes = value_and_grad(misfit, argnums=("cutoff", "slope"))
    cutoff, slope = 0.2, 4.0
    for step in range(61):
        loss, (by_cutoff, by_slope) = slopes(noisy, clean, cutoff, slope)
        if step % 20 == 0:
            print(f"step {step:2}: misfit {loss:.4f} at cutoff {cutoff:.4f}, slope {slope:.3f}")
        cutoff -= 1e-4 * by_cutoff
        slope -= 1e-2 * by_slope
